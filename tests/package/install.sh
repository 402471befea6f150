#!/usr/bin/env bash
# install.sh CMAKE BUILD FOLDER: installs the build and moves it to FOLDER. Nothing there may say
# where it was built or installed first.
set -euo pipefail
cmake=$1 build=$2 folder=$3

rm -rf "$folder" "$folder.before"
"$cmake" --install "$build" --prefix "$folder.before" --strip >/dev/null
mv "$folder.before" "$folder"
if grep -rIl -e "$folder.before" -e "$build" "$folder"; then
  echo "these files name a folder of the build" >&2
  exit 1
fi
