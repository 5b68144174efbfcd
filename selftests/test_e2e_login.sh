#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Who may log in: the right password does, from the daemon's client and from one
# written independently; all else is refused, and the refusal does not tell
# whether there is such a user, neither by its words nor by the time it takes.
#
#   hub (hubs 12 and 14; users also of 13, which does not exist) ---- a

TESTS="
	right_password
	right_password_by_the_daemon
	wrong_password
	refusals_do_not_tell_who_exists
	refusals_take_the_same_time
	questions_to_unknown_users_stay_the_same
	hub_that_does_not_exist
	hub_that_does_not_exist_is_retried
	disabled_user
	disabling_ends_the_session
	changed_password
	wrong_password_is_not_retried
	proof_bound_to_another_connection
	older_tls_and_other_protocols
	over_ipv6
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq
build_tool e2e_peer

setup_topology() {
	start_server login-failures=1000 && start_client 1 a &&
		hub_add 14 &&
		user_add 12 alice right && user_add 12 carol right --disabled &&
		user_add 13 dave right && user_add 14 erin right
	password wrong
}

# login VLAN USER PASSWORD [STEP...]
login() {
	local vlan=$1 user=$2 word=$3

	shift 3
	peer tls hello "$vlan" scram "$user" "$(password "$word")" "$@" wait
}

test_right_password() {
	peer tls hello 12 scram alice "$(password right)" attach 1 hold 1 &&
		saw "^TLSv1.3 TLS_AES_128_GCM_SHA256" "^login done" \
			"^ATTACH session=alice" "^held"
}

test_right_password_by_the_daemon() {
	connection_add a office "$SERVER" alice right &&
		connection_up a office && connection_is a office connected &&
		equal "$(json a .cipher connection show office)" \
			TLS_AES_128_GCM_SHA256 &&
		busywait 5000 sessions_are '.user == "alice" and .vlan == 12 and
			.state == "connected"' 1 &&
		ctl a connection del office
}

test_wrong_password() {
	login 12 alice wrong && closed AUTH &&
		saw 'text="authentication failed"' "^end" &&
		busywait 5000 logged hub 'login-failed .*vlan=12 user="?alice'
}

# What the server said, without the times and its question.
transcript() {
	login "$@" >"$TMP/login" || cat "$TMP/login"
	sed -E '/^question/d; s/ us=.*//' "$TMP/login"
}

test_refusals_do_not_tell_who_exists() {
	local want

	want=$(transcript 12 alice wrong)
	[[ $want = *"CLOSE AUTH"* ]] &&
		equal "$(transcript 12 nobody wrong)" "$want" "unknown user" &&
		equal "$(transcript 12 erin right)" "$want" "other hub" &&
		equal "$(transcript 14 alice right)" "$want" "other hub" &&
		equal "$(transcript 12 carol wrong)" "$want" "disabled" &&
		equal "$(transcript 13 dave wrong)" "$want" "no hub" &&
		equal "$(transcript 4000 alice right)" "$want" "no hub"
}

least() {
	sort -n "$TMP/$1.us" | head -n 1
}

# Microseconds from the proof to the refusal: the least of many is what the
# server's work takes, the rest is the machine's. They come close to each other
# in the end if the work is the same, and never if it is not.
test_refusals_take_the_same_time() {
	local user round known unknown

	for ((round = 1; round <= 40; round++)); do
		for user in alice nobody; do
			login 12 "$user" wrong |
				sed -n 's/^CLOSE.* us=//p' >>"$TMP/$user.us"
		done
		known=$(least alice)
		unknown=$(least nobody)
		[ -n "$known" ] && [ -n "$unknown" ] || return 1
		[ $round -lt 5 ] || [ "$unknown" -lt $((known / 2)) ] ||
			[ "$unknown" -gt $((known * 2)) ] || return 0
	done
	echo "wrong password $known us, unknown user $unknown us"
	return 1
}

question() {
	login 12 "$1" wrong | sed -n 's/^question \(.*\) us=.*/\1/p'
}

test_questions_to_unknown_users_stay_the_same() {
	local first other

	first=$(question nobody) other=$(question nothing)
	[ -n "$first" ] && [ "$first" != "$other" ] &&
		equal "$(question nobody)" "$first"
}

test_hub_that_does_not_exist() {
	login 13 dave right attach 1 && saw "^login done" && closed NO_HUB &&
		saw "hub 13 does not exist"
}

test_hub_that_does_not_exist_is_retried() {
	VLAN=13 connection_add a later "$SERVER" dave right &&
		ctl a connection up later --no-wait &&
		await_connection a later waiting &&
		json a '.error | test("hub 13 does not exist")' \
			connection show later &&
		hub_add 13 &&
		await_connection a later connected &&
		hub_del 13 && ctl a connection del later
}

test_disabled_user() {
	login 12 carol right && closed DENIED && saw "may not connect"
}

test_disabling_ends_the_session() {
	local pid

	peer tls hello 12 scram alice "$(password right)" attach 1 wait \
		>"$TMP/end" &
	pid=$!
	busywait 20000 sessions_are '.client_name == "e2e" and
			.state == "connected"' 1 &&
		ctl hub user disable alice --vlan 12 && wait "$pid" &&
		cat "$TMP/end" && closed DENIED && sessions_are true 0 &&
		login 12 alice right && closed DENIED &&
		ctl hub user enable alice --vlan 12
}

test_changed_password() {
	ctl hub user passwd alice --vlan 12 \
		--password-file "$(password changed)" &&
		login 12 alice right && closed AUTH &&
		peer tls hello 12 scram alice "$(password changed)" hold 0 &&
		saw "^login done" &&
		ctl hub user passwd alice --vlan 12 \
			--password-file "$(password right)"
}

# Lines about failures are few where failures are many: is one written now?
failure_is_logged() {
	local before

	before=$(log_lines hub 'login-failed .*alice')
	login 12 alice wrong >/dev/null
	[ "$(log_lines hub 'login-failed .*alice')" -gt "$before" ]
}

test_wrong_password_is_not_retried() {
	local before

	busywait 30000 failure_is_logged || return 1
	before=$(log_lines hub 'login-failed .*alice')
	connection_add a bad "$SERVER" alice wrong &&
		! connection_up a bad 2>"$TMP/message" &&
		grep "authentication failed" "$TMP/message" &&
		connection_is a bad failed &&
		json a '.retry_in_ms == null or .retry_in_ms == 0' \
			connection show bad &&
		equal "$(log_lines hub 'login-failed .*alice')" \
			$((before + 1)) && ctl a connection del bad
}

test_proof_bound_to_another_connection() {
	peer tls hello 12 scram-unbound alice "$(password right)" wait &&
		closed AUTH && saw 'text="authentication failed"'
}

test_older_tls_and_other_protocols() {
	peer tls12 && ! saw "^TLS" && saw "^end" &&
		peer tls-plain hello 12 && ! saw "^HELLO" && saw "^end"
}

test_over_ipv6() {
	TO=2001:db8:1::1 peer tls hello 12 scram alice "$(password right)" \
		attach 1 hold 0 && saw "^ATTACH session=alice" &&
		logged hub 'session-start.*2001:db8:1::2'
}

setup
run_tests
