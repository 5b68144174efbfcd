#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=150
#
# What strangers can do to a server: garbage before TLS, inside TLS and after a
# login is answered by a refusal and ends that connection alone; connections
# that never finish a login are cut and keep nobody out; a source that fails too
# often is turned away for a time, and no other.
#
#   a (strangers) ---- hub (hub 12) ---- b (an honest client)

TESTS="
	garbage_instead_of_TLS
	TLS_handshake_cut_short
	garbage_after_the_handshake
	record_too_long
	truncated_and_repeated_attributes
	records_out_of_order
	unknown_control_record_is_passed_over
	missing_attributes
	bad_values
	frames_before_login
	garbage_in_the_session
	bad_frames_in_the_session
	ticket_that_was_made_up
	half_open_logins_keep_nobody_out
	half_open_logins_are_cut
	daemon_has_come_through
	failures_are_limited_per_source
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq
build_tool e2e_peer

# Long enough for honest ones on a slow machine, short enough to be waited for.
LOGIN_TIME=$((3 + 2 * SLOW))

setup_topology() {
	start_server login-failures=300 login-timeout="${LOGIN_TIME}s" \
		max-logins-source=20 && start_client 2 b &&
		make_machine a && make_cable 1 a && user_add 12 alice right &&
		user_add 12 bob right && join_hub b office "$SERVER" bob right 20 &&
		pings b 203.0.113.1 || return 1
	SERVER=192.0.2.5
}

# The honest client goes on, on the connection that it has.
honest_goes_on() {
	connection_is b office connected && pings b 203.0.113.1 &&
		json b '.resumes == 0' connection show office
}

# attr TYPE HEX: an attribute of a control record
attr() {
	printf '%04x%04x%s' "$1" $((${#2} / 2)) "$2"
}

HELLO=$(attr 1 0001)$(attr 4 000c)

test_garbage_instead_of_TLS() {
	peer raw 474554202f20485454502f312e310d0a0d0a wait && saw "^end" &&
		peer zeros 5000 wait && saw "^end" &&
		peer raw 160301ffff01 shut wait && saw "^end" &&
		! saw timeout && honest_goes_on
}

test_TLS_handshake_cut_short() {
	peer raw 1603010005 shut wait && saw "^end" && ! saw timeout &&
		peer shut wait && saw "^end" && ! saw timeout && honest_goes_on
}

# refuses CODE STEP...: after TLS, the connection is closed with this reason
refuses() {
	local code=$1

	shift
	peer tls "$@" wait && closed "$code" && saw "^end" && ! saw timeout
}

test_garbage_after_the_handshake() {
	refuses PROTOCOL raw ffffffffffffffff &&
		refuses PROTOCOL raw 00000000 && honest_goes_on
}

test_record_too_long() {
	refuses PROTOCOL raw 01004001 &&
		refuses PROTOCOL raw 01ffffff zeros 100000 &&
		refuses PROTOCOL hello 12 raw 02004001 && honest_goes_on
}

test_truncated_and_repeated_attributes() {
	refuses PROTOCOL record 1 "$HELLO"00 &&
		refuses PROTOCOL record 1 "${HELLO}0002" &&
		refuses PROTOCOL record 1 "${HELLO}0002ffff" &&
		refuses PROTOCOL record 1 "$HELLO$(attr 1 0001)" &&
		refuses PROTOCOL record 1 "$(attr 1 00)" && honest_goes_on
}

test_records_out_of_order() {
	refuses PROTOCOL record 2 "$(attr 7 6e)" &&
		refuses PROTOCOL record 3 "$(attr 8 "$(printf '%032d' 7)")" &&
		refuses PROTOCOL hello 12 record 1 "$HELLO" &&
		refuses PROTOCOL hello 12 attach 1 && ! saw "^ATTACH" &&
		refuses PROTOCOL hello 12 scram alice "$(password right)" \
			hello 12 && saw "^login done" && honest_goes_on
}

test_unknown_control_record_is_passed_over() {
	peer tls record 15 0102 hello 12 record 14 ffff \
		scram alice "$(password right)" attach 1 hold 0 &&
		saw "^ATTACH session=alice"
}

test_missing_attributes() {
	refuses PROTOCOL record 1 "" && saw 'text=".*version' &&
		refuses PROTOCOL record 1 "$(attr 1 0001)" &&
		saw 'text=".*hub' &&
		refuses VERSION record 1 "$(attr 1 0002)$(attr 4 000c)" &&
		refuses AUTH hello 12 record 2 "" &&
		refuses PROTOCOL hello 12 record 4 ""
}

test_bad_values() {
	refuses PROTOCOL record 1 "$(attr 1 0001)$(attr 4 0000)" &&
		refuses PROTOCOL record 1 "$(attr 1 0001)$(attr 4 0fff)" &&
		refuses PROTOCOL record 1 "$HELLO$(attr 2 1b5b)" &&
		refuses AUTH hello 12 record 2 \
			"$(attr 6 504c41494e)$(attr 7 00616c696365)" &&
		honest_goes_on
}

frame() {
	printf '%s' ffffffffffff 02000000000"$1" 88b5 \
		"$(printf '%092d' 0)"
}

test_frames_before_login() {
	local count

	count=$(json hub .rx_frames hub show 12)
	refuses PROTOCOL record 16 "$(frame 1)" &&
		refuses PROTOCOL hello 12 record 16 "$(frame 1)" &&
		refuses PROTOCOL hello 12 scram alice "$(password right)" \
			record 16 "$(frame 1)" && saw "^login done" &&
		! ctl hub mac list 12 --json | grep -i 02:00:00:00:00:01
}

# in_session STEP...: after a login
in_session() {
	peer tls hello 12 scram alice "$(password right)" attach 1 "$@" wait &&
		saw "^ATTACH" && saw "^end" && ! saw timeout
}

test_garbage_in_the_session() {
	in_session raw ffffffffffffffff && closed PROTOCOL &&
		in_session raw 10fffffe zeros 70000 && closed PROTOCOL &&
		in_session record 1 "$HELLO" && closed PROTOCOL &&
		busywait 10000 sessions_are '.user == "alice"' 0 &&
		honest_goes_on
}

test_bad_frames_in_the_session() {
	in_session record 16 "$(printf '%026d' 0)" && closed PROTOCOL &&
		in_session record 17 "$(printf '%040d' 7)" &&
		closed PROTOCOL && in_session record 18 0000 &&
		closed PROTOCOL && in_session record 18 ffffffffffffffff &&
		closed PROTOCOL && honest_goes_on
}

test_ticket_that_was_made_up() {
	refuses NO_SESSION hello 12 record 4 "$(attr 11 "$(printf '%064d' 7)"
		)$(attr 15 0000000000000000)$(attr 16 0000000000000000)"
}

half_open() {
	[ "$(on hub ss -Htn state established src "$SERVER:443" | wc -l)" -ge "$1" ]
}

# hold_open COUNT STEP...: so many connections, until the server ends them
hold_open() {
	spawn a "$TMP/held" "$PEER" -t $((LOGIN_TIME * 4)) -n "$1" "$SERVER" 443 \
		"${@:2}" wait
	HOLDERS+=("$SPAWNED")
}

# All that a source may have: silent, slow and idle ones.
test_half_open_logins_keep_nobody_out() {
	HOLDERS=()
	hold_open 8 && hold_open 4 tls &&
		hold_open 8 drip "$(printf '16030102000100%0400d' 0)" 1000 &&
		busywait 20000 half_open 20 && peer wait && saw "^end" &&
		! saw timeout && logged hub "too many logins from there" &&
		connection_add b second 192.0.2.9 alice right &&
		connection_up b second && ctl b connection del second &&
		half_open 10 && honest_goes_on
}

test_half_open_logins_are_cut() {
	wait "${HOLDERS[@]}"
	cat "$TMP/held"
	equal "$(grep -c "^end" "$TMP/held")" 20 &&
		! grep timeout "$TMP/held" &&
		equal "$(grep -c "^CLOSE TIMEOUT" "$TMP/held")" 4 &&
		! half_open 1 && honest_goes_on
}

test_daemon_has_come_through() {
	equal "$(json hub .daemon.pid status)" "${DPID[hub]}" &&
		equal "$(sessions true)" 1 && honest_goes_on
}

has_let_in() {
	peer tls hello 12 scram alice "$(password right)" hold 0 &&
		saw "^login done"
}

# Each further failure doubles the time, so that a slow machine sees it too.
is_kept_out() {
	on a "$PEER" -n 7 "$SERVER" 443 tls hello 12 \
		scram alice "$(password wrong)" wait
	! has_let_in && ! saw "^TLS" && saw "^end"
}

test_failures_are_limited_per_source() {
	daemon_conf hub "listen=0.0.0.0:443 [::]:443" login-failures=3 &&
		daemon_end hub TERM && daemon_start hub &&
		await_connection b office connected || return 1
	busywait 120000 is_kept_out &&
		logged hub "login-refused address=192.0.2.6:.*too many failures" &&
		connection_add b second 192.0.2.9 alice right &&
		connection_up b second && busywait 300000 has_let_in
}

setup
run_tests
