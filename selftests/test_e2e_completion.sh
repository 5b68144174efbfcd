#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=60
#
# What bash and zsh offer at a Tab, with their own completion: the words of
# help, all of them and no others, and the names that there are at the moment.
# Also that the daemon's help and manual have the same options.
#
#   hub (hubs 12 and 13) ---- a

TESTS="
	nouns_and_verbs_of_help
	options_of_help
	options_of_the_daemon
	hubs
	users
	sessions
	connections
	files
	words_in_the_middle
	without_a_daemon
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq zsh

setup_topology() {
	mkdir "$TMP/bin" "$TMP/functions" && ln -s "$CTL" "$TMP/bin/sehubctl" &&
		ln -s "$TOP/userspace/completion/sehubctl.zsh" \
			"$TMP/functions/_sehubctl" &&
		start_server && hub_add 13 && start_client 1 a &&
		user_add 12 alice right && user_add 12 alfred right &&
		user_add 13 bob right &&
		connection_add a office "$SERVER" alice right &&
		connection_add a home "$SERVER" alfred right &&
		connection_up a office
}

# shells NAME: for each line of standard input what either shell offers, sorted,
# on a line of $TMP/bash and $TMP/zsh.out
shells() {
	local shell

	cat >"$TMP/lines"
	set -- on "$1" env HOME="$TMP" SEHUB_SOCKET="$TMP/$1/sock" \
		PATH="$TMP/bin:$PATH"
	"$@" bash "$KSFT_DIR/tools/complete.bash" \
		"$TOP/userspace/completion/sehubctl.bash" \
		<"$TMP/lines" >"$TMP/bash.out" &&
		"$@" timeout $((40 * SLOW)) zsh -f \
			"$KSFT_DIR/tools/complete.zsh" "$TMP/functions" \
			<"$TMP/lines" >"$TMP/zsh.out" || return 1
	for shell in bash zsh; do
		while read -r -a words; do
			sorted "${words[@]}"
		done <"$TMP/$shell.out" >"$TMP/$shell"
	done
}

sorted() {
	printf '%s\n' "$@" | sort | tr '\n' ' '
	echo
}

# offers NAME LINE [WORD...]: these, in any order
offers() {
	local name=$1 line=$2

	shift 2
	shells "$name" <<<"$line" && sorted "$@" >"$TMP/want" || return 1
	echo "\"$line\""
	diff "$TMP/want" "$TMP/bash" && diff "$TMP/want" "$TMP/zsh"
}

# The commands of help, as they are written there: "hub add", "status".
commands() {
	ctl hub help | sed -n '/^Usage/d; s/^  \([a-z].*\)/\1/p' |
		sed -E 's/^([a-z]+( [a-z]+)?).*/\1/' | sort -u
}

test_nouns_and_verbs_of_help() {
	local noun nouns

	nouns=$(commands | cut -d' ' -f1 | uniq) && [ -n "$nouns" ] || return 1
	# shellcheck disable=SC2086 # words
	offers hub "sehubctl " $nouns || return 1
	for noun in $nouns; do
		# a noun that is a command has words of its own
		! commands | grep -qx "$noun" || continue
		echo "sehubctl $noun "
	done >"$TMP/ask"
	while read -r _ noun; do
		# shellcheck disable=SC2046 # words
		sorted $(commands | sed -n "s/^$noun //p")
	done <"$TMP/ask" >"$TMP/want"
	[ "$(wc -l <"$TMP/want")" -ge 7 ] && shells hub <"$TMP/ask" &&
		diff "$TMP/want" "$TMP/bash" && diff "$TMP/want" "$TMP/zsh"
}

# options COMMAND: of its help
options() {
	local text

	# shellcheck disable=SC2086 # words
	text=$(ctl hub help $1)
	sed -n 's/^  \(--[a-z-]*\).*/\1/p' <<<"$text"
	! grep -q -e '--vlan N may stand' <<<"$text" || echo --vlan
}

test_options_of_help() {
	local command

	commands >"$TMP/commands"
	sed 's/.*/sehubctl & --/' "$TMP/commands" >"$TMP/ask"
	while read -r command; do
		# shellcheck disable=SC2046 # words
		sorted $(options "$command")
	done <"$TMP/commands" >"$TMP/want"
	[ "$(wc -l <"$TMP/want")" -ge 30 ] && shells hub <"$TMP/ask" &&
		diff "$TMP/want" "$TMP/bash" && diff "$TMP/want" "$TMP/zsh"
}

test_options_of_the_daemon() {
	local manual=$TOP/userspace/man/sehub-transportd.8

	"$DAEMON" --help | sed -n 's/^  .*--\([a-z-]*\).*/\1/p' | sort \
		>"$TMP/want"
	sed -n '/^\.It Fl/p' "$manual" | grep -o -e ' -[a-z-]*' | sed 's/^ -//' |
		sort >"$TMP/have"
	[ -s "$TMP/want" ] && diff "$TMP/want" "$TMP/have"
}

test_hubs() {
	offers hub "sehubctl user add carol --vlan " 12 13 &&
		offers hub "sehubctl session list --vlan=1" 12 13 &&
		offers hub "sehubctl connection add x --hub 13" 13 &&
		offers a "sehubctl user list --vlan " || return 1
	[ -n "${KSFT_BRIDGES:-}" ] ||
		offers hub "sehubctl hub show sehub1" sehub12 sehub13
}

test_users() {
	offers hub "sehubctl user show " alice alfred bob &&
		offers hub "sehubctl user show al" alice alfred &&
		offers hub "sehubctl user del --vlan 13 " bob &&
		offers hub "sehubctl user passwd zoe"
}

test_sessions() {
	offers hub "sehubctl session show " "$(session_of alice)" &&
		offers hub "sehubctl session disconnect --vlan 13 "
}

test_connections() {
	offers a "sehubctl connection up " office home &&
		offers a "sehubctl connection down of" office &&
		offers hub "sehubctl connection show "
}

test_files() {
	mkdir -p "$TMP/files" && : >"$TMP/files/one.pem" &&
		: >"$TMP/files/other.pem" &&
		shells hub <<<"sehubctl connection add x --cert $TMP/files/o" ||
		return 1
	for shell in bash zsh; do
		grep "one.pem.*other.pem" "$TMP/$shell" || return 1
	done
}

# With what is before the cut, or only what is behind it, as the shell has it.
test_words_in_the_middle() {
	offers hub "sehubctl connection add x --via=socks5" socks5:// socks5h:// &&
		offers hub "sehubctl user set alice --cascade o" on off &&
		offers hub "sehubctl user add x --vlan 12 --policy deny,d" \
			deny,dhcp-force deny,deny-type=
}

test_without_a_daemon() {
	daemon_end a TERM && offers a "sehubctl connection up " &&
		offers a "sehubctl connection li" list
}

setup
run_tests
