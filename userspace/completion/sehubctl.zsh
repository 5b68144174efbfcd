#compdef sehubctl
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completion of sehubctl for zsh. What a word can be, live names included, is
# answered by sehubctl itself.

local -a offered unfinished line
local last=${words[CURRENT]}

line=("${(@)words[2,CURRENT-1]}")
# "--option=value" is the value of "--option".
if [[ $last == --*=* ]]; then
	line+=("${last%%=*}" "${last#*=}")
	compset -P '*='
else
	line+=("$last")
fi
offered=("${(@f)$(sehubctl --complete "${line[@]}" 2>/dev/null)}")
if [[ ${offered[1]} == @file ]]; then
	_files
else
	# What ends so is not finished: "max-ip=" wants its number.
	unfinished=(${(M)offered:#*=})
	offered=(${offered:#*=})
	compadd -S '' -a unfinished
	compadd -a offered
fi
