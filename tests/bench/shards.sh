#!/usr/bin/env bash
# Resamples of one fit in one process and in shards, one after the other: seconds of each, and the
# SHA-256 of both answers. Usage: shards.sh MOEPLAN [LAW] [RESAMPLES] [SHARDS], LAW chinchilla or
# yun2024.
set -euo pipefail
moeplan=$(realpath "$1")
law=${2:-chinchilla}
resamples=${3:-10000}
shards=${4:-8}
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

tables=$root/data/tables/runs
case $law in
  chinchilla) # 199 runs, five parameters
    question=(fit "$tables/gemstones/runs.csv" --filter schedule=cool_end) ;;
  yun2024) # 464 evaluations of 58 runs, ten parameters
    question=(fit "$tables/clark_routed/curves_long.csv.gz" --filter canonical=1
      --filter router=S-Base,Dense --curve 0.04..0.3333333) ;;
  *)
    echo "shards.sh: the law is chinchilla or yun2024, not $law" >&2
    exit 2
    ;;
esac
question+=(--law "$law" --bootstrap "$resamples" --quiet)
timed() {
  local begin end what=$1
  shift
  begin=$(date +%s.%N)
  "$@"
  end=$(date +%s.%N)
  awk -v what="$what" -v begin="$begin" -v end="$end" \
    'BEGIN { printf "%-12s %7.2f s\n", what, end - begin }'
}

timed "one process" "$moeplan" "${question[@]}" --json --no-timing --out whole.json --save law.json
mv law.json whole-law.json
for ((i = 1; i <= shards; ++i)); do
  timed "shard $i" "$moeplan" "${question[@]}" --shard "$i/$shards" --out "shard-$i.json"
done
timed "merge" "$moeplan" merge shard-*.json --json --out merged.json --save law.json --quiet
du -ch shard-*.json | tail -1
sha256sum whole.json merged.json whole-law.json law.json
cmp whole.json merged.json
cmp whole-law.json law.json
echo "equal, byte for byte"
