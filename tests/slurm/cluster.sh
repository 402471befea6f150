# A Slurm cluster of one machine in a folder, without systemd: functions for run.sh.

installSlurm() {
  local program missing=
  for program in slurmctld slurmd munged sbatch; do
    command -v "$program" >/dev/null || missing=$program
  done
  [[ -z $missing ]] && return 0
  if [[ $(id -u) != 0 ]]; then
    echo "not run: install slurm-wlm and munge, or run as root"
    return 1
  fi
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq \
    --no-install-recommends slurm-wlm munge >/dev/null
}

# A port that nobody listens on.
freePort() {
  local port
  for port in $(seq "$1" "$(($1 + 99))"); do
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || {
      echo "$port"
      return
    }
  done
}

writeConfiguration() {
  local folder=$1 host user
  host=$(hostname -s)
  user=$(id -un)
  cat >"$folder/slurm.conf" <<END
ClusterName=moeplan
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$(freePort 16817)
SlurmdPort=$(freePort 17817)
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/slurmctld.log
SlurmdLogFile=$folder/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MinJobAge=3600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) CoresPerSocket=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
}

startCluster() {
  local folder=$1
  export SLURM_CONF=$folder/slurm.conf
  mkdir -p "$folder/state" "$folder/spool"
  (umask 077 && dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 status=none)
  munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
    --pid-file="$folder/munged.pid" --log-file="$folder/munged.log" \
    --seed-file="$folder/munged.seed"
  writeConfiguration "$folder"
  slurmctld -c
  slurmd
  local try
  for try in $(seq 100); do
    [[ $(sinfo -h -o %T 2>/dev/null) == idle ]] && return 0
    sleep 0.1
  done
  echo "the cluster did not start:" >&2
  cat "$folder"/*.log >&2
  return 1
}

waitForJobs() {
  local try
  for try in $(seq 600); do
    [[ -z $(squeue -h) ]] && return 0
    sleep 0.5
  done
  echo "jobs did not end:" >&2
  squeue >&2
  return 1
}

stopCluster() {
  local folder=$1
  scontrol shutdown 2>/dev/null || true
  [[ -f $folder/munged.pid ]] && kill "$(cat "$folder/munged.pid")" 2>/dev/null
  sleep 0.5
}
