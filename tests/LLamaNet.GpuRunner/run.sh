#!/usr/bin/env bash
# Checks and measures the kernels on this machine's first GPU. Part of the folder that tests/LLamaNet.GpuRunner/pack.sh makes.
#   ./run.sh OUTDIR
# Every step writes OUTDIR/STEP.json: its status (passed, failed, skipped), why, and what it found. summary.json has them all.
# Ends with one line; the exit code is 0 when nothing failed and there was a GPU.
# LLAMANET_TEST_CUDA=interpreted runs what the interpreter can run instead: a test of this folder, not of a GPU.
set -uo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
[ $# = 1 ] || { echo "usage: run.sh OUTDIR" >&2; exit 2; }
mkdir -p "$1" && out=$(cd "$1" && pwd -P) || exit 2
program=$here/program
export LLAMANET_TEST_CUDA=${LLAMANET_TEST_CUDA:-real} DOTNET_CLI_TELEMETRY_OPTOUT=1
passed=0 failed=0 skipped=0 steps=() gpu='' reason='' broken=''
limit=1200 # seconds for one command

quoted() {
    local text=${1//\\/\\\\}
    text=${text//\"/\\\"}
    printf '"%s"' "$(tr -s '\000-\037' ' ' <<< "$text" | sed 's/ *$//')"
}

# finish STEP STATUS REASON [FILE]: FILE holds JSON, the step's results.
finish() {
    local step=$1 status=$2 reason=$3 results=null
    [ -z "${4:-}" ] || [ ! -s "$4" ] || results=$(cat "$4")
    printf '{ "step": "%s", "status": "%s", "reason": %s, "results": %s }\n' \
        "$step" "$status" "$(quoted "$reason")" "$results" > "$out/$step.json"
    steps+=("$step")
    case $status in passed) passed=$((passed + 1)) ;; failed) failed=$((failed + 1)) ;; *) skipped=$((skipped + 1)) ;; esac
    echo "$step: $status${reason:+: $reason}"
}

# Runs a command whose output goes to a log; the last line of that is the reason when it fails.
attempt() {
    local log=$1
    shift
    timeout --kill-after=10 "$limit" "$@" > "$log" 2>&1 < /dev/null
    local status=$?
    [ $status = 0 ] && return 0
    reason="exit code $status: $(grep -v '^[[:space:]]*$' "$log" | tail -1)"
    return 1
}

# What the GPU is, or why there is none.
find_gpu() {
    local list
    list=$("$program/llamanet" devices 2>&1) || { gpu='' reason="llamanet does not run: $list" broken=1; return; }
    gpu=$(grep '^cuda' <<< "$list" | grep -v ': refused: ' | head -1)
    reason=$(grep '^cuda' <<< "$list" | head -1 | sed 's/.*: refused: //')
    if [ "$LLAMANET_TEST_CUDA" = interpreted ]; then gpu='the interpreter' reason='this is the interpreter, not a GPU'; fi
}

# have_gpu STEP [real]: otherwise the step is skipped.
have_gpu() {
    [ -n "$gpu" ] && { [ "${2:-}" != real ] || [ "$LLAMANET_TEST_CUDA" = real ]; } && return 0
    finish "$1" skipped "$no_gpu"
    return 1
}

device() {
    [ -z "$broken" ] || { finish device failed "$no_gpu"; return; }
    "$program/llamanet" devices --json > "$out/device.results" 2>> "$out/device.log"
    if [ -n "$gpu" ]; then
        finish device passed "$gpu" "$out/device.results"
    else
        finish device skipped "$no_gpu" "$out/device.results"
    fi
}

# tests STEP FILTER...: the report of each test is STEP.ctrf.json.
tests() {
    local step=$1 reason='' status=failed
    shift
    have_gpu "$step" || return
    attempt "$out/$step.log" "$program/LLamaNet.Tests" --filter-class "$@" --parallel none --no-progress --no-ansi \
        --results-directory "$out" --report-xunit-ctrf --report-xunit-ctrf-filename "$step.ctrf.json" && status=passed
    awk '/^Test run summary/ { on = 1 }
        on && /^ +(total|failed|succeeded|skipped):/ {
            sub(":", "", $1)
            printf "%s\"%s\": %d", n++ ? ", " : "{ ", $1, $2
        }
        END { if (n) print " }" }' "$out/$step.log" > "$out/$step.results"
    finish "$step" "$status" "$reason" "$out/$step.results"
}

# ptxas over the PTX that ships: registers and spills of each kernel, and wgmma that it had to serialise. Fails on the latter.
ptxas_all() {
    local reason='' compiler ptx=$out/ptx
    compiler=$(command -v ptxas || ls /usr/local/cuda/bin/ptxas 2> /dev/null) ||
        { finish ptxas skipped "there is no ptxas here"; return; }
    local status=passed file architecture first=1
    attempt "$out/ptxas.log" "$program/LLamaNet.GpuRunner" ptx "$ptx" || { finish ptxas failed "$reason"; return; }
    : > "$out/ptxas.log"
    {
        echo "["
        for file in "$ptx"/*.ptx; do
            architecture=${file%.ptx} architecture=${architecture##*.}
            timeout "$limit" "$compiler" -v "-arch=$architecture" -o /dev/null "$file" > "$out/ptxas.one" 2>&1 < /dev/null ||
                status=failed reason="$(basename "$file") does not compile"
            cat "$out/ptxas.one" >> "$out/ptxas.log"
            ! grep -qi 'wgmma.*serialized' "$out/ptxas.one" || status=failed reason="$(basename "$file"): wgmma is serialized"
            awk -v file="$(basename "$file")" -v first="$first" '
                # The bytes before a word such as "spill stores".
                function bytes(word) { match($0, "[0-9]+ bytes " word); return RSTART ? substr($0, RSTART, RLENGTH) + 0 : 0 }
                /Compiling entry function/ { split($0, part, "\047"); kernel = part[2]; kernels[++count] = kernel }
                /bytes spill stores/ { stores[kernel] = bytes("spill stores"); loads[kernel] = bytes("spill loads") }
                match($0, /Used [0-9]+ registers/) { registers[kernel] = substr($0, RSTART + 5) + 0 }
                tolower($0) ~ /wgmma.*serialized/ { split($0, part, "\047"); serialized[part[2]] = 1 }
                END {
                    for (i = 1; i <= count; i++) {
                        kernel = kernels[i]
                        printf "%s", first && i == 1 ? "" : ",\n"
                        printf "  { \"file\": \"%s\", \"kernel\": \"%s\", \"registers\": %d, ", file, kernel, registers[kernel]
                        printf "\"spillStoreBytes\": %d, \"spillLoadBytes\": %d, ", stores[kernel], loads[kernel]
                        printf "\"wgmmaSerialized\": %s }", kernel in serialized ? "true" : "false"
                    }
                }' "$out/ptxas.one"
            ! grep -q 'Compiling entry function' "$out/ptxas.one" || first=0
        done
        echo
        echo "]"
    } > "$out/ptxas.results"
    rm -rf "$out/ptxas.one" "$ptx"
    finish ptxas "$status" "$reason" "$out/ptxas.results"
}

# A short generation of the small model under both tools.
sanitize() {
    local tool model=$here/shared/data/models/stories260K/stories260K-Q8_0.gguf reason=''
    for tool in memcheck racecheck; do
        have_gpu "$tool" real || continue
        command -v compute-sanitizer > /dev/null || { finish "$tool" skipped "there is no compute-sanitizer here"; continue; }
        [ -f "$model" ] || { finish "$tool" skipped "the folder was built without the small model"; continue; }
        if attempt "$out/$tool.log" compute-sanitizer --tool "$tool" --error-exitcode 9 \
            "$program/llamanet" generate "$model" --device cuda --prompt "Once upon a time" --max-tokens 16 --temperature 0; then
            finish "$tool" passed "$(grep 'SUMMARY' "$out/$tool.log" | tail -1 | sed 's/^=* *//')"
        else
            finish "$tool" failed "$reason"
        fi
    done
}

# The interpreter's outputs, recorded when the folder was built, against the GPU's.
recorded() {
    local reason='' status=failed
    have_gpu recorded || return
    attempt "$out/recorded.log" "$program/LLamaNet.GpuRunner" compare "$here/recorded" "$out/recorded.results" && status=passed
    [ "$status" = passed ] ||
        reason="$reason $(grep -c '"passed": false' "$out/recorded.results") outputs differ by more than their tolerance"
    finish recorded "$status" "$reason" "$out/recorded.results"
}

# Milliseconds that the driver takes for each module: at once, and without what it compiled before.
modules() {
    local reason='' status=failed
    have_gpu modules real || return
    CUDA_CACHE_DISABLE=1 CUDA_MODULE_LOADING=EAGER \
        attempt "$out/modules.log" "$program/LLamaNet.GpuRunner" modules "$out/modules.results" && status=passed
    finish modules "$status" "$reason" "$out/modules.results"
}

bandwidth() {
    local reason='' status=failed
    have_gpu bandwidth real || return
    attempt "$out/bandwidth.log" "$program/LLamaNet.GpuRunner" bandwidth "$out/bandwidth.results" && status=passed
    finish bandwidth "$status" "$reason" "$out/bandwidth.results"
}

# 7B with random weights. llamanet chart draws speed_*.json, those of transformers too.
bench() {
    local type reason status
    for type in f16 q8_0 q4_0; do
        have_gpu "bench_$type" real || continue
        reason='' status=failed
        timeout --kill-after=10 "$limit" "$program/llamanet" bench --config 7B --type "$type" \
            --prompt-tokens 512,2048 --generate-tokens 128 --repetitions 3 --threads 1 --device cuda --json \
            > "$out/speed_$type.json" 2> "$out/bench_$type.log" < /dev/null && status=passed
        [ "$status" = passed ] || reason=$(tail -1 "$out/bench_$type.log")
        finish "bench_$type" "$status" "$reason" "$out/speed_$type.json"
    done
}

transformers() {
    local reason='' status=failed
    have_gpu transformers real || return
    python3 -c 'import torch, transformers' 2> /dev/null ||
        { finish transformers skipped "there is no python3 with torch and transformers here"; return; }
    timeout --kill-after=10 "$limit" python3 "$here/transformers_llama.py" \
        > "$out/speed_transformers.json" 2> "$out/transformers.log" < /dev/null && status=passed
    [ "$status" = passed ] || reason=$(tail -1 "$out/transformers.log")
    finish transformers "$status" "$reason" "$out/speed_transformers.json"
}

summarize() {
    local step separator=''
    {
        printf '{ "commit": %s, "gpu": %s, "date": "%s", "passed": %d, "failed": %d, "skipped": %d, "steps": [\n' \
            "$(quoted "$(cat "$here/commit" 2> /dev/null)")" "$(quoted "$gpu")" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" \
            "$passed" "$failed" "$skipped"
        for step in "${steps[@]}"; do
            printf '%s' "$separator"
            cat "$out/$step.json"
            separator=','
        done
        echo '] }'
    } > "$out/summary.json"
    rm -f "$out"/*.results
}

find_gpu
no_gpu=$reason
device
tests contracts '*Contract' '*.AttentionKernelTests' '*.GemmKernelTests' '*.GemvKernelTests' '*.SampleKernelTests' \
    '*.WeightUploaderTests' '*.CudaBackendTests'
tests goldens '*CudaGoldenTests' '*CudaModelTests'
ptxas_all
sanitize
recorded
modules
bandwidth
bench
transformers
summarize
echo "$passed passed, $failed failed, $skipped skipped on ${gpu:-no GPU: $no_gpu}"
[ "$failed" = 0 ] && [ -n "$gpu" ]
