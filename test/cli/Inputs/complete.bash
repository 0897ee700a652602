# complete.bash SCRIPT WORD...: prints what SCRIPT offers for the last word, as
# readline would ask: it breaks words at `=`.
source "$1"
shift
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
COMPREPLY=()
_ungil
[ ${#COMPREPLY[@]} -eq 0 ] || printf '%s\n' "${COMPREPLY[@]}"
