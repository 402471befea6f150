#!/usr/bin/env bash
# Shares the work of a moeplan command out over a Slurm cluster and merges the shards:
#   submit_shards.sh --shards 8 --folder FOLDER [--save law.json] -- fit runs.csv --bootstrap 10000
# Prints the numbers of the two jobs. What stands between the folder and "--" goes to moeplan merge.
set -euo pipefail
usage() {
  echo "usage: submit_shards.sh --shards N --folder FOLDER [options of moeplan merge] -- COMMAND..." >&2
  exit 2
}

shards=
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
[[ ${1:-} == -- && $# -gt 1 && $shards =~ ^[1-9][0-9]*$ && -n $folder ]] || usage
shift

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$folder"
if compgen -G "$folder/shard-*.json" >/dev/null; then
  echo "submit_shards.sh: $folder holds shards already; take another folder or remove them" >&2
  exit 3
fi
array=$(sbatch --parsable --array="1-$shards" --output="$folder/shard-%a.log" \
  "$here/shard_array.sbatch" "$shards" "$folder" "$@")
joining=$(sbatch --parsable --dependency="afterany:$array" --output="$folder/merge.log" \
  "$here/merge.sbatch" "$folder" ${merge[@]+"${merge[@]}"})
echo "shards: job $array, merge: job $joining, result: $folder/result.json"
