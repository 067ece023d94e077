#!/usr/bin/env bash
# Compiles every kernel to ptx/. Byte-identical each time: the compiler is pinned and no path gets into its output.
#   kernels/build.sh            writes ptx/
#   kernels/build.sh --check    compares instead, and fails when ptx/ is not what the sources compile to
# Needs clang-22 (Debian: apt-get install clang-22); the GPU's toolkit is not needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
pinned=22.1.8
clang=${CLANG:-clang-22}
found=$("$clang" -dumpversion)
[ "$found" = "$pinned" ] || { echo "kernels/build.sh: the PTX is made by clang $pinned, found $found." >&2; exit 2; }

target=ptx
if [ "${1:-}" = --check ]; then target=$(mktemp -d); trap 'rm -rf "$target"' EXIT; fi

# compile SOURCE ARCHITECTURE PTX-VERSION: NAME.cu -> NAME.ARCHITECTURE.ptx
compile() {
    "$clang" -x cuda -std=c++17 --cuda-device-only "--cuda-gpu-arch=$2" "--cuda-feature=+$3" -nocudainc -nocudalib \
        -Wall -Wextra -Werror -Wno-pass-failed -Iinclude -S -O3 -o "$target/$(basename "$1" .cu).$2.ptx" "$1"
}

for source in *.cu; do
    case $source in
        *_sm90a.cu) echo "compile $source sm_90a ptx80" ;;
        *) echo "compile $source sm_80 ptx74" ;;
    esac
done | while read -r _ source architecture version; do
    compile "$source" "$architecture" "$version"
done

if [ "$target" != ptx ]; then
    diff -rq ptx "$target" || { echo "kernels/ptx is not what kernels/*.cu compile to: run kernels/build.sh and commit." >&2; exit 1; }
fi
