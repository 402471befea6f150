#!/usr/bin/env bash
# Shards of a fit on a real Slurm, a cluster of this one machine, against one process: equal bytes.
# And an array that lost a task: merge names it. Usage: MOEPLAN_SLURM=1 run.sh MOEPLAN
# Without MOEPLAN_SLURM=1, or where Slurm is missing and cannot be installed, it ends with 77: ctest
# then says "not run".
set -euo pipefail
if [[ ${MOEPLAN_SLURM:-} != 1 ]]; then
  echo "not run: set MOEPLAN_SLURM=1 to start a Slurm cluster on this machine"
  exit 77
fi
MOEPLAN=$(realpath "$1")
export MOEPLAN
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/slurm/cluster.sh"
installSlurm || exit 77

folder=$(mktemp -d)
trap 'stopCluster "$folder"; rm -rf "$folder"' EXIT
startCluster "$folder"

runs=$root/data/tables/runs/clark_routed/curves_long.csv.gz
question=(fit "$runs" --filter canonical=1 --filter router=S-Base,Dense --curve 0.04..0.3333333
  --law yun2024 --bootstrap "${MOEPLAN_RESAMPLES:-2000}")
cd "$folder"

echo "== one process"
begin=$SECONDS
"$MOEPLAN" "${question[@]}" --json --no-timing --quiet --out whole.json --save law.json
cp law.json whole-law.json
echo "$((SECONDS - begin)) seconds"

echo "== 4 shards as a job array, and a job that merges them"
begin=$SECONDS
"$root/app/cluster/submit_shards.sh" --folder shards --shards 4 --save law.json -- "${question[@]}"
waitForJobs
echo "$((SECONDS - begin)) seconds"
scontrol show job -o | sed -E 's/^(JobId=[0-9]+).*(JobName=[^ ]+).*(JobState=[^ ]+).*(RunTime=[^ ]+).*/\1 \2 \3 \4/'
cat shards/*.log
sha256sum whole.json shards/result.json whole-law.json law.json
cmp whole.json shards/result.json
cmp whole-law.json law.json

echo "== an array that lost its second task"
begin=$SECONDS
mkdir lost
array=$(sbatch --parsable --array=1,3 --output=lost/shard-%a.log \
  "$root/app/cluster/shard_array.sbatch" 3 lost "${question[@]}" --study none)
merge=$(sbatch --parsable --dependency="afterany:$array" --output=lost/merge.log \
  "$root/app/cluster/merge.sbatch" lost)
waitForJobs
cat lost/merge.log
scontrol show job -o "$merge" | grep -q "JobState=FAILED.*ExitCode=3:0"
grep -q "shard: 2 of 3 is missing" lost/merge.log

echo "== the lost task again, and the merge"
sbatch --parsable --array=2 --output=lost/shard-%a.log \
  "$root/app/cluster/shard_array.sbatch" 3 lost "${question[@]}" --study none
waitForJobs
"$MOEPLAN" merge lost/shard-*.json --json --out lost/result.json
"$MOEPLAN" "${question[@]}" --study none --json --no-timing --quiet --out lost/whole.json
cmp lost/whole.json lost/result.json
echo "passed"
