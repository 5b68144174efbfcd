#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Logins without a name: only on a hub whose administrator allows it, under the
# rules of the user "anonymous" and within the number of its sessions; and nobody
# takes the place of another who came in so.
#
#   a ---- hub (hub 12: anonymous; hub 14: none; hub 15: a user of that name) ---- b

TESTS="
	anonymous_carries_traffic
	hub_that_does_not_allow_it
	refusals_do_not_tell_what_is_allowed
	name_alone_is_not_enough
	words_that_are_refused
	nobody_takes_the_place_of_another
	place_is_taken_by_who_knows_its_secret
	sessions_at_a_time
	networks
	policy_that_denies
	policy_of_its_ports
	sessions_that_are_not_resumed
	deleting_it_ends_its_sessions
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq nft
build_tool e2e_peer

setup_topology() {
	start_server login-failures=1000 && hub_add 14 && hub_add 15 &&
		start_client 1 a && start_client 2 b &&
		anonymous add && user_add 15 anonymous right &&
		password wrong && anonymous_add a office 192.0.2.5 &&
		anonymous_add b office 192.0.2.9
}

# anonymous VERB [OPTION...]: about the user of hub 12
anonymous() {
	local verb=$1

	shift
	[ "$verb" != add ] || set -- --anonymous "$@"
	ctl hub user "$verb" anonymous --vlan 12 "$@"
}

# anonymous_add MACHINE CONNECTION SERVER
anonymous_add() {
	ctl "$1" connection add "$2" --server "$3" --vlan "${VLAN:-12}" \
		--anonymous --pin "$FINGERPRINT"
}

# up MACHINE ADDRESS: with an address on the card
up() {
	connection_is "$1" office connected || connection_up "$1" office &&
		on "$1" ip address replace "203.0.113.$2/24" dev office
}

before_each() {
	ctl a connection del second 2>/dev/null
	anonymous set --policy none --max-sessions 0 --sources any
	up a 10
}

anonymous_are() {
	busywait 10000 sessions_are \
		'.user == "anonymous" and .state == "connected"' "$1"
}

test_anonymous_carries_traffic() {
	up a 10 && up b 20 && pings a 203.0.113.20 && pings b 203.0.113.1 &&
		anonymous_are 2 &&
		equal "$(json a .login connection show office)" anonymous &&
		ctl hub user show anonymous --vlan 12 |
		grep "logs in .*without saying who it is"
}

# fails TEXT: the connection "second" is refused for good, with this line
fails() {
	! connection_up a second 2>"$TMP/message"
	cat "$TMP/message"
	equal "$(wc -l <"$TMP/message")" 1 "lines" &&
		grep -E "$1" "$TMP/message" && connection_is a second failed &&
		busywait 5000 logged a "connection-failed connection=second"
}

test_hub_that_does_not_allow_it() {
	VLAN=14 anonymous_add a second 192.0.2.5 &&
		fails "authentication failed: hub 14 takes no anonymous logins: .*with a user" &&
		logged hub 'login-failed .*vlan=14 user="anonymous" reason="no such user"'
}

# What the server said, without the times.
transcript() {
	TO=192.0.2.5 peer tls hello "$@" wait | sed -E '/^question/d; s/ us=.*//'
}

# With a password there is a question first, the same for all who have none.
test_refusals_do_not_tell_what_is_allowed() {
	local want wrong=$TMP/password.wrong

	want=$(transcript 14 sasl ANONYMOUS x)
	[[ $want = *"CLOSE AUTH"* ]] &&
		equal "$(transcript 13 sasl ANONYMOUS x)" "$want" "no hub" &&
		equal "$(transcript 15 sasl ANONYMOUS x)" "$want" "only a name" &&
		equal "$(transcript 12 sasl EXTERNAL anonymous)" "$want" cert ||
		return 1
	want=$(transcript 14 scram anonymous "$wrong")
	[[ $want = *"CLOSE AUTH"* ]] &&
		equal "$(transcript 12 scram anonymous "$wrong")" "$want" allowed &&
		equal "$(transcript 15 scram anonymous "$wrong")" "$want" "a name"
}

# Hub 15 has a user who is called anonymous, and nothing else is.
test_name_alone_is_not_enough() {
	VLAN=15 anonymous_add a second 192.0.2.5 &&
		fails "hub 15 takes no anonymous logins" &&
		ctl a connection del second &&
		VLAN=15 connection_add a second 192.0.2.5 anonymous right &&
		connection_up a second
}

# refuses TEXT VERB WORD...: of sehubctl on the server
refuses() {
	local text=$1

	shift
	! ctl hub "$@" 2>"$TMP/message"
	cat "$TMP/message"
	grep -q "$text" "$TMP/message"
}

test_words_that_are_refused() {
	refuses 'has to be called "anonymous"' \
		user add guest --vlan 12 --anonymous &&
		refuses "neither password nor certificate" user add anonymous \
			--vlan 14 --anonymous --password-file "$TMP/password.wrong" &&
		refuses "lets in anybody" user passwd anonymous --vlan 12 \
			--password-file "$TMP/password.wrong" &&
		refuses 'has a user "anonymous" already' \
			user add anonymous --vlan 15 --anonymous &&
		! ctl a connection add second --server 192.0.2.5 --vlan 12 \
			--anonymous --user alice 2>"$TMP/message" &&
		grep "neither name, password nor certificate" "$TMP/message"
}

# guest NUMBER STEP...: comes in with an id of its own making
guest() {
	local number=$1

	shift
	TO=192.0.2.5 peer tls hello 12 sasl ANONYMOUS guest attach "$number" "$@"
}

test_nobody_takes_the_place_of_another() {
	local before

	before=$(json a .session connection show office) || return 1
	guest 1 hold 1 && saw "^login done" "^ATTACH session=anonymous" "^held" &&
		guest 2 hold 0 && saw "^ATTACH session=anonymous" &&
		connection_is a office connected &&
		equal "$(json a .session connection show office)" "$before" &&
		pings a 203.0.113.1
}

# The id is random and goes only to the server; here it is known.
test_place_is_taken_by_who_knows_its_secret() {
	local guest

	spawn a "$TMP/first" "$PEER" -t $((20 * SLOW)) 192.0.2.5 443 tls \
		hello 12 sasl ANONYMOUS guest attach 7 wait
	guest=$SPAWNED
	busywait 20000 grep -q "^ATTACH" "$TMP/first" && guest 7 hold 0
	wait "$guest"
	cat "$TMP/first"
	grep -q "^CLOSE REPLACED" "$TMP/first"
}

# Those who broke off are still waited for, and have their places.
guests_leave() {
	local session

	json hub '.[] | select(.client_name == "e2e") | .session' session list |
		while read -r session; do
			ctl hub session disconnect "$session"
		done
}

test_sessions_at_a_time() {
	guests_leave
	ctl b connection down office && anonymous set --max-sessions 1 &&
		connection_is a office connected && anonymous_are 1 &&
		ctl b connection up office --no-wait &&
		await_connection b office waiting &&
		json b '.error == "the user has 1 sessions, and may not have more"' \
			connection show office &&
		connection_is a office connected &&
		ctl a connection down office &&
		await_connection b office connected && anonymous_are 1
}

test_networks() {
	anonymous set --sources 192.0.2.8/30 &&
		await_connection a office waiting &&
		json a '.error == "the user may not connect from this address"' \
			connection show office &&
		up b 20 && pings b 203.0.113.1 && anonymous set --sources any &&
		await_connection a office connected
}

test_policy_that_denies() {
	anonymous set --policy deny && await_connection a office failed &&
		json a '.error == "the user may not connect"' \
			connection show office && anonymous_are 0
}

policy_is() {
	[ "$(json hub '.policy.words | sub(",identity=[0-9]+"; "")' \
		port show 12 "$(json a .session connection show office)")" = "$1" ]
}

# Bridges could not enforce it, so that nobody is let in.
test_policy_of_its_ports() {
	if [ -z "${KSFT_BRIDGES:-}" ]; then
		anonymous set --policy max-mac=1,no-ip-dup &&
			policy_is max-mac=1,no-ip-dup
		return
	fi
	ctl a connection down office && anonymous set --policy max-mac=1 &&
		ctl a connection up office --no-wait &&
		await_connection a office waiting &&
		json a '.error | test("cannot enforce the user.s policy")' \
			connection show office
}

has_another() {
	connection_is a office connected &&
		[ "$(json a .session connection show office)" != "$1" ]
}

test_sessions_that_are_not_resumed() {
	local before

	anonymous set --policy no-resume && ctl a connection down office &&
		up a 10 && before=$(json a .session connection show office) ||
		return 1
	resets_begin || return 1
	busywait 20000 sessions_are ".session == \"$before\"" 0
	resets_end
	busywait 20000 has_another "$before"
}

test_deleting_it_ends_its_sessions() {
	anonymous del && await_connection a office failed &&
		await_connection b office failed && anonymous_are 0 &&
		anonymous add
}

setup
run_tests
