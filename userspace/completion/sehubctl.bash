# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion of sehubctl for bash. What a word can be, live names of hubs, ports,
# users, sessions and connections included, is answered by sehubctl itself.

_sehubctl()
{
	local line=${COMP_LINE:0:COMP_POINT} last prefix word cuts=
	local -a words

	# Not COMP_WORDS: those are cut at : and =, which addresses contain.
	read -ra words <<<"$line"
	[[ $line == *[[:space:]] ]] && words+=("")
	last=${words[-1]}

	# "--option=value" is the value of "--option".
	if [[ $last == --*=* ]]; then
		words[-1]=${last%%=*}
		words+=("${last#*=}")
		last=${last#*=}
	fi
	# Readline replaces only what comes after its own last cut.
	[[ $COMP_WORDBREAKS == *:* ]] && cuts+=":"
	[[ $COMP_WORDBREAKS == *=* ]] && cuts+="="
	prefix=
	[[ $cuts ]] && prefix=${last%"${last##*["$cuts"]}"}

	COMPREPLY=()
	while IFS= read -r word; do
		if [[ $word == @file ]]; then
			compopt -o filenames
			while IFS= read -r word; do
				COMPREPLY+=("$word")
			done < <(compgen -f -- "$last")
		else
			COMPREPLY+=("${word#"$prefix"}")
		fi
	done < <(sehubctl --complete "${words[@]:1}" 2>/dev/null)
	# What ends so is not finished: "max-ip=" wants its number.
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace
	return 0
}

complete -F _sehubctl sehubctl
