#!/usr/bin/env bash
# completion.sh FOLDER: the installed script of bash, called as bash calls it at a Tab.
set -euo pipefail
folder=$(realpath "$1")
PATH=$folder/bin:$PATH
source "$folder/share/bash-completion/completions/moeplan"

# Outside of a real completion there are no options to set.
compopt() { :; }

# expect LAST WORDS... : completing WORDS, of which the last may be empty, offers exactly LAST.
expect() {
  local wanted=$1
  shift
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  COMPREPLY=()
  _moeplan
  if [ "${COMPREPLY[*]}" != "$wanted" ]; then
    printf '%s -> %s, not %s\n' "$*" "${COMPREPLY[*]}" "$wanted" >&2
    exit 1
  fi
}

cd "$folder/share/moeplan/projects"
expect "calibrate catalog" moeplan ca
expect "--bootstrap --bootstrap-by" moeplan fit --boot
expect "vllm" moeplan cost --engine = v
expect "yun2024,ludziejewski2025" moeplan fit --law yun2024,ludz
expect "clark.moeplan" moeplan fit cl
complete -p moeplan | grep -q _moeplan

if command -v zsh >/dev/null; then
  zsh -n "$folder/share/zsh/vendor-completions/_moeplan"
fi
