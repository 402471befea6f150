#!/usr/bin/env bash
# Shares the work of a moeplan command out over a Slurm cluster and merges the shards:
#   submit_shards.sh --folder FOLDER [--shards N] [--save law.json] -- fit runs.csv --bootstrap 10000
# Without --shards two small shares are timed here, and so many shards made that each works for at
# least 10 seconds. Other options before "--" go to moeplan merge. Prints the numbers of both jobs.
set -euo pipefail
shopt -s inherit_errexit
usage() {
  echo "usage: submit_shards.sh --folder FOLDER [--shards N] [options of moeplan merge] -- COMMAND..." >&2
  exit 2
}

shards=auto
folder=
merge=()
while (($# > 0)) && [[ $1 != -- ]]; do
  case $1 in
    --shards) shards=${2:-} ;;
    --folder) folder=${2:-} ;;
    *)
      merge+=("$1")
      shift
      continue
      ;;
  esac
  shift $(($# > 1 ? 2 : 1))
done
[[ ${1:-} == -- && $# -gt 1 && $shards =~ ^(auto|[1-9][0-9]*)$ && -n $folder ]] || usage
shift

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$folder"
if compgen -G "$folder/shard-*.json" >/dev/null; then
  echo "submit_shards.sh: $folder holds shards already; take another folder or remove them" >&2
  exit 3
fi

# Of one share of the command, in milliseconds.
timeOf() {
  local share=$1 begin
  shift
  begin=$(date +%s%N)
  "${MOEPLAN:-moeplan}" "$@" --threads 1 --quiet --shard "$share" --out "$folder/probe.json"
  rm "$folder/probe.json"
  echo $((($(date +%s%N) - begin) / 1000000))
}
if [[ $shards == auto ]]; then
  small=$(timeOf 1/1000 "$@")
  large=$(timeOf 1/100 "$@")
  shards=$(awk -v small="$small" -v large="$large" 'BEGIN {
    all = (large - small) / (1 / 100 - 1 / 1000)
    shards = int(all / 10000)
    print shards < 1 ? 1 : shards > 1000 ? 1000 : shards
  }')
  echo "1/1000 took $small ms and 1/100 $large ms: $shards shards"
fi

array=$(sbatch --parsable --array="1-$shards" --output="$folder/shard-%a.log" \
  "$here/shard_array.sbatch" "$shards" "$folder" "$@")
joining=$(sbatch --parsable --dependency="afterany:$array" --output="$folder/merge.log" \
  "$here/merge.sbatch" "$folder" ${merge[@]+"${merge[@]}"})
echo "shards: job $array, merge: job $joining, result: $folder/result.json"
