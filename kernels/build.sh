#!/usr/bin/env bash
# Compiles the kernels that `instances` lists to ptx/. The output is byte-identical each time: the compiler is pinned and writes
# no path into it.
#   kernels/build.sh            writes ptx/
#   kernels/build.sh --check    compares instead, and fails when ptx/ is not what the sources compile to
# Needs clang-22 (Debian: apt-get install clang-22); the GPU's toolkit is not needed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
pinned=22.1.8
clang=${CLANG:-clang-22}
found=$("$clang" -dumpversion)
[ "$found" = "$pinned" ] || { echo "kernels/build.sh: the PTX is made by clang $pinned, found $found." >&2; exit 2; }

# list: a line for each module: SOURCE MODULE TARGET DEFINITIONS
list() {
    local -A sets
    local source module target instances instance window
    while read -r source module target instances; do
        case $source in '' | '#'*) continue ;; esac
        [ "$module" != = ] || { sets[$source]="$target $instances"; continue; }
        case $module in *_window*) window=-DWINDOW ;; *) window= ;; esac
        [ -n "$instances" ] || echo "$source $module $target $window"
        for instance in $instances; do
            for instance in ${sets[$instance]:-$instance}; do
                case $instance in
                    [0-9]*) echo "$source ${module/\*/$instance} $target -DHEAD_DIM=$instance $window" ;;
                    f* | bf*) echo "$source ${module/\*/$instance} $target -DSYMBOL=$instance -DFORMAT=$instance" ;;
                    *) echo "$source ${module/\*/$instance} $target -DSYMBOL=$instance -DFORMAT=${instance^^}" ;;
                esac
            done
        done
    done < instances
}

# compile SOURCE MODULE TARGET DEFINITIONS...: SOURCE.cu -> MODULE.TARGET.ptx
compile() {
    local source=$1 module=$2 target=$3 version
    shift 3
    case $target in sm_80) version=ptx74 ;; sm_90a) version=ptx80 ;; esac
    "$clang" -x cuda -std=c++17 --cuda-device-only "--cuda-gpu-arch=$target" "--cuda-feature=+$version" -nocudainc -nocudalib \
        -Wall -Wextra -Werror -Wno-pass-failed -Iinclude "$@" -S -O3 -o "$out/$module.$target.ptx" "$source.cu"
}

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
modules=$(list)
for source in *.cu; do
    grep -q "^${source%.cu} " <<< "$modules" || { echo "kernels/build.sh: kernels/instances does not name $source." >&2; exit 2; }
done
# A word is an argument: no module's line has spaces in its words.
while read -r line; do compile $line; done <<< "$modules"

if [ "${1:-}" = --check ]; then
    diff -rq ptx "$out" && exit 0
    echo "kernels/ptx is not what kernels/*.cu compile to: run kernels/build.sh and commit." >&2
    exit 1
else
    rm -f ptx/*.ptx
    cp "$out"/*.ptx ptx/
fi
