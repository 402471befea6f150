#!/usr/bin/env bash
# desktop.sh FOLDER: menu entry, AppStream, icon and MIME type are valid, as far as this machine has
# the programs that say so. 77: it has none of them.
set -euo pipefail
share=$1/share
[ -e "$share/applications/moeplan-gui.desktop" ] || exit 77  # built without the window
checked=0

if command -v desktop-file-validate >/dev/null; then
  desktop-file-validate "$share/applications/moeplan-gui.desktop"
  checked=$((checked + 1))
fi
if command -v appstreamcli >/dev/null; then
  appstreamcli validate --no-net --pedantic "$share/metainfo/moeplan.metainfo.xml" || [ $? -eq 1 ]
  checked=$((checked + 1))
fi
if command -v update-mime-database >/dev/null; then
  mime=$(mktemp -d)
  trap 'rm -rf "$mime"' EXIT
  mkdir "$mime/packages"
  cp "$share/mime/packages/moeplan.xml" "$mime/packages"
  update-mime-database "$mime" >/dev/null 2>&1
  grep -q 'application/x-moeplan-project:\*\.moeplan' "$mime/globs"
  checked=$((checked + 1))
fi
[ "$checked" -gt 0 ] || exit 77
