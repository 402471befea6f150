#!/usr/bin/env bash
# Run by run.sh inside a clean Debian: installs the packages beside this file and tries them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

apt-get update -q >/dev/null
apt-get install -y -q --no-install-recommends ./moeplan_*.deb ./moeplan-gui_*.deb >/dev/null
moeplan --version

# tour: the command lines of the README's tour, one each line.
tour() {
  awk '/^    \$ moeplan /{ line = substr($0, 7); while (line ~ /\\$/) { sub(/\\$/, "", line);
    getline more; sub(/^ */, "", more); line = line more } print line }' "$here/README.md"
}
[ "$(tour | wc -l)" -ge 5 ]
mkdir -p tour && cd tour
tour | while read -r line; do
  echo "$ $line"
  eval "$line" </dev/null >out.txt
  [ -s out.txt ]
  head -3 out.txt
done
cd ..

echo "== the window"
moeplan-gui --screenshot window.png --page fit /usr/share/moeplan/projects/clark.moeplan
[ "$(head -c 4 window.png | tail -c 3)" = PNG ]
ls -l window.png

echo "== find_package"
apt-get install -y -q --no-install-recommends ./libmoeplan-dev_*.deb cmake g++ make >/dev/null
cmake -S find_package -B example >/dev/null
cmake --build example
example/fit_runs
apt-get purge -y -q moeplan moeplan-gui libmoeplan-dev >/dev/null
[ ! -e /usr/share/moeplan ]
echo "== all done"
