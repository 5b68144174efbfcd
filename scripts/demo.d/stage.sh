# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How the demonstration looks: headings, commands with a prompt, their output
# behind, waits that show that something goes on, and a failure that says what
# there is to know.

# shellcheck disable=SC2154 # machines.sh has the machines, the story the tools

bold='' dim='' green='' red='' plain=''
if [ -n "${COLOUR:-}" ]; then
	bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi

chapter_number=0

# A heading, and what it is about.
chapter() {
	local line

	chapter_number=$((chapter_number + 1))
	printf '\n%s%s. %s%s\n' "$bold" $chapter_number "$1" "$plain"
	shift
	for line; do
		printf '   %s%s%s\n' "$dim" "$line" "$plain"
	done
	echo
}

indent() {
	sed -u 's/^/        /'
}

# A command line as it would be typed on a machine.
show() {
	local first=${2%%$'\n'*} rest

	printf '%s%6s#%s %s\n' "$green" "$1" "$plain" "$bold$first$plain"
	[ "$first" != "$2" ] || return 0
	rest=${2#*$'\n'}
	while IFS= read -r first; do
		printf '        %s\n' "$bold$first$plain"
	done <<<"$rest"
}

# Shows a command, runs it on the machine, shows what it says.
run() {
	local status

	show "$1" "$2"
	on "$1" "$2" </dev/null 2>&1 | indent
	status=${PIPESTATUS[0]}
	[ "$status" = 0 ] || fail "this ended with status $status on $1: $2"
}

# A statement that was just proved.
proved() {
	printf '%s     ok%s %s\n' "$green" "$plain" "$*"
}

# Waits until a command succeeds on a machine: await SECONDS WHAT MACHINE LINE
await() {
	local limit=$1 what=$2 start=$SECONDS dots=0

	shift 2
	until on "$@" </dev/null >/dev/null 2>&1; do
		[ $((SECONDS - start)) -lt "$limit" ] || {
			[ $dots = 0 ] || echo
			fail "waited $limit s in vain for $what"
		}
		[ $dots != 0 ] || printf '        %swaiting for %s %s' "$dim" \
			"$what" "$plain"
		printf '%s.%s' "$dim" "$plain"
		dots=$((dots + 1))
		sleep 0.5
	done
	[ $dots = 0 ] || echo
}

# Ends the demonstration.
fail() {
	local name

	printf '\n%sFAILED: %s%s\n' "$red" "$*" "$plain"
	for name in "${!machine[@]}"; do
		printf '\n--- log of %s\n' "$name"
		on "$name" 'tail -n 30 /var/log/messages' 2>&1 | indent
	done
	printf '\n--- kernel log\n'
	dmesg | tail -n 15 | indent
	[ -z "${KEEP:-}" ] || leave_tools
	exit 1
}
