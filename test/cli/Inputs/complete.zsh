# complete.zsh SCRIPT LINE: prints LINE as a zsh with SCRIPT completes it at Tab.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PROMPT=; unsetopt zle_bracketed_paste beep list_beep; stty -echo"
zpty -w shell "autoload -Uz compinit && compinit -D -u; source ${(q)1}"
# Accepting the line prints it instead of running it.
zpty -w shell "show() { print -r -- \"<\$BUFFER>\"; exit }; zle -N show; bindkey '^X' show"
zpty -w shell "print ready"
zpty -r -m shell line "*ready*" || exit 1
zpty -w -n shell "$2"$'\t\C-X'
zpty -r -m shell line "*<*>*" || exit 1
print -r -- ${${line#*<}%>*}
