#!/usr/bin/env bash
# programs.sh FOLDER: the program that was installed there finds its tables from another folder.
set -euo pipefail
folder=$(realpath "$1")
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT
cd "$elsewhere"
unset MOEPLAN_DATA_DIR MOEPLAN_CATALOG_DIR

# expect WORDS COMMAND...: the output has the words.
expect() {
  local words=$1 output
  shift
  output=$("$@")
  if ! grep -qF -- "$words" <<<"$output"; then
    printf '%s\ndoes not print: %s\n%s\n' "$*" "$words" "$output" >&2
    exit 1
  fi
}

moeplan=$folder/bin/moeplan
fit=(fit --law chinchilla --filter schedule=cool_end --bootstrap 0 --study none --quiet)
tables=$folder/share/moeplan

expect "files      $tables" "$moeplan" --version
expect "Mixtral-8x7B" "$moeplan" catalog models
expect "whole step" "$moeplan" cost --model mixtral-8x7b --hardware h100-sxm --devices 2 \
  --prompt-tokens 512 --output-tokens 256
# The names of the documentation, and the files themselves.
expect "from $tables/runs/gemstones/runs.csv" "$moeplan" "${fit[@]}" \
  data/tables/runs/gemstones/runs.csv
expect "2.07478" "$moeplan" "${fit[@]}" "$tables/runs/gemstones/runs.csv"

# By a link from a folder of programs.
ln -s "$moeplan" linked
expect "files      $tables" ./linked --version

# Every licence stands beside its data.
for source in $(find "$tables" -name '*.csv' -o -name '*.csv.gz' -o -name '*.jsonl'); do
  near=$(dirname "$source")
  [ -e "$near/SOURCE.md" ] || [ -e "$near/../SOURCE.md" ] ||
    { echo "$source has no SOURCE.md" >&2; exit 1; }
done

if [ -x "$folder/bin/moeplan-gui" ]; then
  expect "--screenshot" env QT_QPA_PLATFORM=offscreen "$folder/bin/moeplan-gui" --help
fi
