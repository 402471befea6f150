#!/usr/bin/env bash
# manual.sh FOLDER: the pages are sound roff, and that of the window has each of its options.
set -euo pipefail
folder=$(realpath "$1")
pages=$folder/share/man/man1

# format PAGE: as man shows it; roff's warnings are errors.
format() {
  local text warnings
  warnings=$(mktemp)
  text=$(zcat "$1" | LC_ALL=C.UTF-8 groff -man -Tutf8 -ww -rLL=200n -P-c -P-b -P-u 2>"$warnings")
  if [ -s "$warnings" ]; then
    cat "$warnings" >&2
    exit 1
  fi
  rm "$warnings"
  printf '%s\n' "$text"
}

command -v groff >/dev/null || { echo "no groff: the pages are not formatted"; format() { zcat "$1" | sed 's/\\-/-/g'; }; }
page=$(format "$pages/moeplan.1.gz")
grep -qF -- "--catalog DIR" <<<"$page"
grep -qF -- "moeplan fit data/tables/runs/gemstones/runs.csv --law chinchilla --filter" <<<"$page"

[ -x "$folder/bin/moeplan-gui" ] || exit 0
page=$(format "$pages/moeplan-gui.1.gz")
QT_QPA_PLATFORM=offscreen "$folder/bin/moeplan-gui" --help | grep -oE -- '--[a-z-]+' | sort -u |
  while read -r option; do
    if ! grep -qF -- "$option" <<<"$page"; then
      echo "moeplan-gui.1 lacks $option" >&2
      exit 1
    fi
  done
