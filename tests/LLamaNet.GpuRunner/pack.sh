#!/usr/bin/env bash
# Makes a folder that checks and measures the kernels on a machine that has an NVIDIA driver, glibc and bash, and no .NET.
#   tests/LLamaNet.GpuRunner/pack.sh [FOLDER]     (default artifacts/gpu; replaced when an earlier run made it)
# Copy it there and start its run.sh. Models and goldens travel in it where ../shared holds them; without, their tests skip.
set -euo pipefail
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
target=${1:-$repository/artifacts/gpu}
max_bytes=60000000

if [ -e "$target" ]; then
    if [ ! -f "$target/commit" ] || [ ! -f "$target/run.sh" ]; then
        echo "tests/LLamaNet.GpuRunner/pack.sh: $target is there and was not made by this." >&2
        exit 2
    fi
    rm -rf "$target"
fi

mkdir -p "$target"
target=$(cd "$target" && pwd -P)
cd "$repository"
dotnet publish -c Release -r linux-x64 --self-contained -o "$target/program" tests/LLamaNet.GpuRunner \
    -p:PublishTrimmed=true -p:TrimMode=partial -p:SuppressTrimAnalysisWarnings=true \
    -p:DebugType=none -p:RunAnalyzers=false -p:EnforceCodeStyleInBuild=false

# Three programs, one runtime: each of the others starts by its own name with the same list of files.
for program in LLamaNet.Tests LLamaNet.Console; do
    cp "artifacts/bin/$program/release_linux-x64/$program" "$target/program/"
    for list in runtimeconfig deps; do
        cp "$target/program/LLamaNet.GpuRunner.$list.json" "$target/program/$program.$list.json"
    done
done

mv "$target/program/LLamaNet.Console" "$target/program/llamanet"
rm -f "$target"/program/*.xml "$target"/program/*.pdb
# For debuggers and other collectors of garbage alone.
(cd "$target/program"
    rm -f createdump libclrgc.so libclrgcexp.so libcoreclrtraceptprovider.so libmscordaccore.so libmscordbi.so)

# The tests look for ../shared beside the folder of the solution.
cp LLamaNet.sln "$target/program/"
shared=$repository/../shared/data
if [ -d "$shared" ]; then
    models=$(grep -hoE '"[^"]+\.gguf"' tests/LLamaNet.Tests/Models/Cuda/*.cs | tr -d '"' | sed 's|^models/||' | sort -u)
    goldens=$(grep -hoE '"[^"]+\.ref64"' tests/LLamaNet.Tests/Models/Cuda/*.cs | tr -d '"' | sort -u)
    for model in $models; do install -D -m 644 "$shared/models/$model" "$target/shared/data/models/$model"; done
    for golden in $goldens; do
        for file in "$shared/golden/$golden".*; do
            install -D -m 644 "$file" "$target/shared/data/golden/$(dirname "$golden")/$(basename "$file")"
        done
    done
else
    echo "No $shared here: tests of whole models will skip."
fi

cp tests/LLamaNet.GpuRunner/run.sh tests/LLamaNet.GpuRunner/transformers_llama.py "$target/"
git rev-parse HEAD > "$target/commit"
env -u LLAMANET_TEST_CUDA "$target/program/LLamaNet.GpuRunner" record "$target/recorded"

bytes=$(find "$target" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
echo "$target: $((bytes / 1000000)) MB of at most $((max_bytes / 1000000))"
((bytes <= max_bytes)) || { echo "tests/LLamaNet.GpuRunner/pack.sh: that is too big." >&2; exit 1; }
