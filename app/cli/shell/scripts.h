#pragma once

namespace moe::cli {

/// Both scripts ask the program itself (`moeplan complete WORDS...`), so that they know every
/// command, option and name of the catalog and never go stale.
inline constexpr const char* kBashScript = R"script(# bash completion for moeplan
_moeplan() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [ "$line" = :files ]; then
      while IFS= read -r line; do
        COMPREPLY+=("$line")
        compopt -o filenames
      done < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
    else
      COMPREPLY+=("${line%%$'\t'*}")
    fi
  done < <("${COMP_WORDS[0]}" complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "${#COMPREPLY[@]}" -eq 1 ] && [[ ${COMPREPLY[0]} == *: ]]; then
    compopt -o nospace
  fi
}
complete -F _moeplan moeplan
)script";

inline constexpr const char* kZshScript = R"script(#compdef moeplan
# zsh completion for moeplan

_moeplan() {
  local line files=0
  local -a described
  for line in "${(@f)$("${words[1]}" complete "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      files=1
    elif [[ $line == *$'\t'* ]]; then
      described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    elif [[ -n $line ]]; then
      described+=("${line//:/\\:}")
    fi
  done
  (( $#described )) && _describe -V moeplan described
  (( files )) && _files
  return 0
}

if [ "$funcstack[1]" = "_moeplan" ]; then
  _moeplan
elif (( $+functions[compdef] )); then
  compdef _moeplan moeplan
fi
)script";

}  // namespace moe::cli
