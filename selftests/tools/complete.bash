# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the completion for bash offers at the end of each line of standard input,
# as bash calls it: the candidates on one line, separated by blanks.
#
# usage: bash complete.bash FILE

# shellcheck source=/dev/null
. "$1"

# outside of a completion it has nothing to change
compopt() {
	:
}

COMP_WORDBREAKS=$' \t\n"\'><=;|&(:'
COMP_TYPE=9
COMP_KEY=9
spec=$(complete -p sehubctl) && [[ $spec = *" -F _sehubctl "* ]] || exit 1
while IFS= read -r COMP_LINE; do
	COMP_POINT=${#COMP_LINE}
	COMPREPLY=()
	_sehubctl sehubctl "" ""
	echo "${COMPREPLY[*]}"
done
