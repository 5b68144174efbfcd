#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# What the record of a user says holds from the login on, over a resume and for a
# login that takes a session's place; and it says who may log in, how often, from
# where and until when. See users.sh; a2 is alice once more, from another network.

TESTS="
	rules_that_are_refused
	rules_hold_from_the_login_on
	rules_outlive_a_resume
	new_login_keeps_its_address
	sessions_at_a_time
	networks
	expiry
	grace_time
"

# shellcheck source=users.sh
. "$(dirname "$0")/users.sh"

setup_topology() {
	setup_users && make_machine a2 && make_cable 3 a2 &&
		daemon_conf a2 listen=none && daemon_start a2
}

# --- the record -----------------------------------------------------------------

# refuses_rule TEXT OPTION...
refuses_rule() {
	local text=$1

	shift
	! rules "$@" 2>"$TMP/words" && cat "$TMP/words" &&
		grep -qF "$text" "$TMP/words"
}

test_rules_that_are_refused() {
	refuses_rule 'is no word of a policy' --policy fly &&
		refuses_rule 'policy: identity is not for users' \
			--policy identity=7 &&
		refuses_rule '"2027-02-30" is a day or time that there is not' \
			--expires 2027-02-30 &&
		refuses_rule '"10.0.0.0/8;" has to be networks' \
			--sources '10.0.0.0/8;' &&
		refuses_rule '"x" is no number' --max-sessions x &&
		refuses_rule '"2d" is no time' --grace 2d &&
		refuses_rule 'nothing to set' &&
		ctl hub user show alice --vlan 12 &&
		equal "$(json hub .policy user show alice --vlan 12)" none policy
}

# --- when they hold -------------------------------------------------------------

policy_is() {
	[ "$(json hub '.policy.words | sub(",identity=[0-9]+"; "")' \
		port show 12 "$(session_of alice)")" = "$1" ]
}

test_rules_hold_from_the_login_on() {
	ctl a connection down office && policy max-mac=1,max-ip=1 &&
		connection_up a office && policy_is max-ip=1,max-mac=1 || return 1
	listen_at_a && arrives udp4 src="$MAC_A" sip=203.0.113.61 &&
		stopped mac_limit udp4 src=02:00:00:00:00:e1 sip=203.0.113.61 &&
		stopped ip_limit udp4 src="$MAC_A" sip=203.0.113.62
}

test_rules_outlive_a_resume() {
	policy max-mac=1 && arrives udp4 src="$MAC_A" || return 1
	daemon_end hub KILL
	daemon_start hub && await_connection b office connected &&
		await_connection a office connected && policy_is max-mac=1 &&
		stopped mac_limit udp4 src=02:00:00:00:00:e1 &&
		# and the daemon that came then can change them
		policy none && arrives udp4 src=02:00:00:00:00:e1 seq=2
}

# The place of a session is taken by the same installation, which forgot it.
test_new_login_keeps_its_address() {
	local before

	policy no-ip-dup,no-mac-dup &&
		arrives udp4 src="$MAC_A" sip=203.0.113.71 &&
		before=$(session_of alice) || return 1
	ctl a connection down office && connection_up a office &&
		has_another "$before" && listen_at_a &&
		arrives udp4 src="$MAC_A" sip=203.0.113.71
}

# --- who may log in -------------------------------------------------------------

error_of_second() {
	[ "$(json a2 '.error // ""' connection show second)" = "$1" ]
}

# second_fails STATE ERROR: alice does not come in from a2
second_fails() {
	connection_add a2 second 192.0.2.13 alice right &&
		ctl a2 connection up second --no-wait &&
		busywait 20000 error_of_second "$2" &&
		await_connection a2 second "$1"
	local status=$?
	ctl a2 connection del second
	return $status
}

# An installation that lost its session, without a word, logs in once more.
takes_its_own_place() {
	local before

	before=$(session_of alice) && daemon_end a KILL &&
		on a ip link del office && daemon_start a &&
		connection_up a office && has_another "$before" &&
		equal "$(json a .resumes connection show office)" 0 resumes &&
		sessions_are '.user == "alice"' 1
}

test_sessions_at_a_time() {
	rules --max-sessions 1 && second_fails waiting \
		"the user has 1 sessions, and may not have more" &&
		sessions_are '.user == "alice"' 1 && rules --max-sessions 2 &&
		connection_add a2 second 192.0.2.13 alice right &&
		connection_up a2 second && sessions_are '.user == "alice"' 2 &&
		ctl a2 connection down second && rules --max-sessions 1 &&
		takes_its_own_place
	local status=$?
	ctl a2 connection del second
	return $status
}

is_waiting() {
	[ "$(json a .error connection show office)" = "$1" ] &&
		sessions_are '.user == "alice"' 0
}

test_networks() {
	rules --sources 192.0.2.4/30,2001:db8:1::/64 && second_fails waiting \
		"the user may not connect from this address" &&
		connection_is a office connected &&
		rules --sources 192.0.2.12/30 && busywait 20000 is_waiting \
		"the user may not connect from this address" &&
		connection_add a2 second 192.0.2.13 alice right &&
		connection_up a2 second &&
		# it goes on by itself where it may
		rules --sources any && await_connection a office connected
	local status=$?
	ctl a2 connection del second
	return $status
}

test_expiry() {
	local soon

	soon=$(date -d "+$((4 * SLOW)) seconds" +%Y-%m-%dT%H:%M:%S)
	rules --expires "$soon" && connection_is a office connected &&
		busywait 60000 is_denied "the user's time is over" &&
		! ctl a connection up office --wait $((20 * SLOW)) &&
		is_denied "the user's time is over" &&
		ctl hub user show alice --vlan 12 | grep -E "^ *expires +${soon%T*} " &&
		rules --expires 2099-12-31 && connection_up a office
}

# A session waits as long as its user's record says, whatever it was before. The
# client is told by a login.
test_grace_time() {
	local session

	rules --grace 700ms && session=$(session_of alice) || return 1
	daemon_end a KILL
	busywait 20000 logged hub "session-end session=$session .*by=grace" &&
		daemon_start a && busywait 60000 has_another "$session" &&
		rules --grace 300s && ctl a connection down office &&
		connection_up a office && session=$(session_of alice) || return 1
	daemon_end a KILL
	busywait 20000 sessions_are '.user == "alice" and .state == "detached"' 1 &&
		daemon_start a && await_connection a office connected &&
		equal "$(session_of alice)" "$session" session
}

setup
run_tests
