#!/usr/bin/env bash
# The layer of `kernel_bench compare` in other engines, and the table with ours beside them.
#
#   moe_layer_peers.sh KERNEL_BENCH [FOLDER]             uses what is installed
#   moe_layer_peers.sh --install KERNEL_BENCH [FOLDER]   as root: installs Debian's python3-torch (637 MB),
#                                                        OpenBLAS for it, npm's onnxruntime-node in FOLDER
#
# FOLDER (peers in the current folder) keeps node_modules and the CSV files. Run on a quiet machine:
# it takes about three minutes.
set -euo pipefail

install=no
if [ "${1:-}" = --install ]; then install=yes; shift; fi
[ $# -ge 1 ] || { sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2; }
bench=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
mkdir -p "${2:-peers}"
cd "${2:-peers}"

if [ "$install" = yes ]; then
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    python3-torch libopenblas0-pthread
  [ -f package.json ] || echo '{ "private": true }' >package.json
  npm install --ignore-scripts onnxruntime-node
fi

files=()
# Debian's module belongs to the system's own python.
if /usr/bin/python3 -c 'import torch' 2>/dev/null; then
  /usr/bin/python3 "$here/moe_layer_torch.py" >torch.csv
  files+=(torch.csv)
else
  echo "python3-torch is not installed: no column for it" >&2
fi
if [ -d node_modules/onnxruntime-node ]; then
  [ -f package.json ] || echo '{ "private": true }' >package.json
  node "$here/moe_layer_onnx.mjs" >onnxruntime.csv
  files+=(onnxruntime.csv)
else
  echo "onnxruntime-node is not installed here: no column for it" >&2
fi
"$bench" compare "${files[@]}"
