#!/usr/bin/env bash
# tests/fuzz/run.sh [SECONDS] [TARGET...]: builds the fuzz targets with clang 14 and runs each for so
# many seconds (60 unless given). What it finds lies in build/fuzz/found/TARGET; the exit code is 1
# then. Inputs that were tried are kept in build/fuzz/tried, so that a next run goes on from there.
set -euo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
shift || true
cmake -S . -B build/fuzz -G Ninja -DMOEPLAN_FUZZ=ON -DMOEPLAN_TESTS=OFF -DMOEPLAN_PROGRAMS=OFF \
  -DCMAKE_CXX_COMPILER=clang++-14 -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null
ninja -C build/fuzz fuzz

targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for program in build/fuzz/tests/fuzz/fuzz_*; do
    [ -x "$program" ] && [ -f "$program" ] && targets+=("${program##*fuzz_}")
  done
fi

failed=0
for target in "${targets[@]}"; do
  found=build/fuzz/found/$target
  tried=build/fuzz/tried/$target
  mkdir -p "$found" "$tried"
  echo "== $target"
  build/fuzz/tests/fuzz/fuzz_"$target" -max_total_time="$seconds" -max_len=65536 -timeout=10 \
    -rss_limit_mb=1024 -print_final_stats=1 -verbosity=0 -artifact_prefix="$found/" \
    "$tried" tests/fuzz/corpus || { echo "$target: see $found"; failed=1; }
done
exit $failed
