# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the completion for zsh offers at the end of each line of standard input:
# the candidates on one line, separated by blanks. A shell on a terminal of its
# own is typed to, with a Tab behind the line, and says what compadd is given.
#
# usage: zsh -f complete.zsh DIR      which has the file _sehubctl

zmodload zsh/zpty || exit 1
dir=$1:A
setup=$(mktemp) || exit 1
trap 'rm -f $setup' EXIT
cat >$setup <<'SETUP'
PS1= PS2= RPS1=
zle_highlight=(none)
unset zle_bracketed_paste
autoload -Uz compinit && compinit -D -u
compadd() {
	local -a hits
	builtin compadd -A hits "$@"
	captured+=($hits)
	builtin compadd "$@"
}
capture() {
	captured=()
	zle complete-word
	print -r -- "<<${(j: :)captured}>>"
	zle kill-whole-line
}
zle -N capture
bindkey "^I" capture
print -r -- "<<ready>>"
SETUP

zpty shell zsh -f -i
zpty -w shell "stty -echo; fpath=(${(q)dir} \$fpath); source $setup"
zpty -r shell text "*<<ready>>*" || exit 1
while IFS= read -r line; do
	zpty -w -n shell "$line"$'\t'
	zpty -r shell text "*<<*>>*" || exit 1
	text=${text##*<<}
	print -r -- "${text%%>>*}"
done
zpty -d shell
