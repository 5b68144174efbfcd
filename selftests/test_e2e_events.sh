#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=90
#
# What the daemon tells while it happens: sessions, refused logins, connections
# and users, by sehubctl monitor and to a plain client; to those who may only
# read, too, and without a secret.
#
#   hub (hub 12) ---- a

TESTS="
	sessions_come_and_go
	lines_that_are_lost
	refused_logins
	connections
	users
	listeners
	words_choose
	people_can_read_them
	readers_may_know
	a_reader_that_sleeps_delays_nobody
	daemons_end
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq nft setpriv /usr/bin/python3
build_tool e2e_peer

setup_topology() {
	start_server control-group-readonly=bin && start_client 1 a &&
		user_add 12 alice right &&
		connection_add a office "$SERVER" alice right || return 1
	chmod 711 "$TMP"
}

# watcher MACHINE COMMAND...: its output in the file "events", what it says
# besides in "said"
watcher() {
	: >"$TMP/events"
	# shellcheck disable=SC2016
	spawn "$1" "$TMP/events" sh -c 'exec "$@" 2>"$0"' "$TMP/said" "${@:2}"
	WATCHER=$SPAWNED
}

# watch MACHINE WORD...: its events, from now on
watch() {
	watcher "$1" "$CTL" --socket "$TMP/$1/sock" monitor --json "${@:2}"
	busywait 20000 grep -q '"event":"begin"' "$TMP/events"
}

watch_end() {
	kill "$WATCHER"
	wait "$WATCHER"
}

# seen FILTER: there is such an event, or there will be
seen() {
	busywait 20000 was_seen "$1" || {
		echo "not seen: $1"
		cat "$TMP/events"
		return 1
	}
}

was_seen() {
	jq -es "any(.[]; $1)" "$TMP/events" >/dev/null
}

test_sessions_come_and_go() {
	local session

	watch hub session && connection_up a office &&
		session=$(session_of alice) &&
		seen ".event == \"session-up\" and .session == \"$session\" and
			.vlan == 12 and .user == \"alice\" and .resumes == 0 and
			(.address | startswith(\"192.0.2.6\")) and
			.carrier == \"direct\" and (.cipher | length > 0) and
			(.time | type == \"number\")" &&
		ctl hub session disconnect "$session" &&
		seen ".event == \"session-down\" and .by == \"server\" and
			.session == \"$session\" and (.reason | test(\"admin\"))" ||
		return 1
	watch_end
	ctl a connection down office && connection_up a office
}

test_lines_that_are_lost() {
	watch hub session
	resets_begin
	seen '.event == "session-detached" and .user == "alice" and
		(.reason | length > 0)' || return 1
	resets_end
	seen '.event == "session-resumed" and .resumes == 1 or
		.event == "session-up"' || return 1
	watch_end
	await_connection a office connected
}

test_refused_logins() {
	watch hub login
	peer tls hello 12 scram alice "$(password wrong)" wait
	seen '.event == "login-refused" and .user == "alice" and .vlan == 12 and
		.code == "authentication" and (.reason | length > 0) and
		(.address | startswith("192.0.2.6"))' || return 1
	peer tls hello 12 scram nobody "$(password wrong)" wait
	seen '.user == "nobody" and .code == "authentication"' || return 1
	ctl hub user set alice --vlan 12 --max-sessions 1 || return 1
	peer tls hello 12 scram alice "$(password right)" attach 1 wait
	seen '.user == "alice" and .code == "busy"' &&
		ctl hub user set alice --vlan 12 --max-sessions 0 || return 1
	watch_end
	! grep -E '"(wrong|right)"' "$TMP/events"
}

test_connections() {
	watch a connection && ctl a connection down office &&
		seen '.event == "connection-down" and .state == "down" and
			.connection == "office" and .device == "office"' &&
		connection_up a office &&
		seen '.event == "connection-up" and .state == "connected" and
			(.session | startswith("alice"))' || return 1
	ctl hub session disconnect "$(session_of alice)" &&
		seen '.event == "connection-failed" and .state == "failed" and
			(.reason | test("administrator"))' || return 1
	watch_end
	connection_up a office
}

test_users() {
	watch hub user && user_add 13 erin right &&
		seen '.event == "user-changed" and .change == "add" and
			.user == "erin" and .vlan == 13 and .by == "0"' &&
		ctl hub user disable erin --vlan 13 && seen '.change == "set"' &&
		ctl hub user passwd erin --vlan 13 --password-file \
			"$(password other)" && seen '.change == "set-password"' &&
		ctl hub user del erin --vlan 13 && seen '.change == "del"' ||
		return 1
	watch_end
	! grep -E '"(right|other)"' "$TMP/events"
}

test_listeners() {
	watch hub listener && ctl hub listener add 127.0.0.1:5555 &&
		seen '.event == "listener-changed" and .state == "listening" and
			.address == "127.0.0.1:5555"' || return 1
	! ctl hub listener add 192.0.2.200:5555 &&
		seen '.state == "failed" and .address == "192.0.2.200:5555" and
			(.reason | length > 0)' &&
		ctl hub listener del 127.0.0.1:5555 && seen '.state == "off"' ||
		return 1
	watch_end
}

test_words_choose() {
	watch hub user login && ctl a connection down office &&
		connection_up a office && user_add 13 frank right &&
		seen '.event == "user-changed"' && ! was_seen '.session' &&
		ctl hub user del frank --vlan 13 && seen '.change == "del"' ||
		return 1
	watch_end
	! ctl hub monitor users 2>"$TMP/out" && grep -q \
		'"users" is no kind of event: hub, port, mac, ip, session' \
		"$TMP/out"
}

test_people_can_read_them() {
	watcher hub "$CTL" --socket "$TMP/hub/sock" monitor user
	has_lines() {
		user_add 13 gina right
		ctl hub user del gina --vlan 13
		[ -s "$TMP/events" ]
	}
	busywait 20000 has_lines || return 1
	watch_end
	! grep -Ev '^[0-9:.]{12} user-changed vlan 13 user gina by 0 change (add|del)$' \
		"$TMP/events"
}

test_readers_may_know() {
	! logged hub "control-group-readonly .*not supported" ||
		skip "no ACLs in $TMP" || return
	watcher hub setpriv --reuid 65534 --regid 65534 \
		--groups "$(getent group bin | cut -d: -f3)" --inh-caps=-all \
		"$CTL" --socket "$TMP/hub/sock" monitor --json user
	seen '.event == "begin"' && user_add 13 hugo right &&
		seen '.user == "hugo"' && ctl hub user del hugo --vlan 13 ||
		return 1
	watch_end
}

test_a_reader_that_sleeps_delays_nobody() {
	local memory

	watch hub user
	kill -STOP "$WATCHER"
	memory=$(awk '/VmRSS/ { print $2 }' "/proc/${DPID[hub]}/status")
	user_add 13 ivan right || return 1
	for _ in {1..40}; do
		printf 'UserSet {"vlan":13,"user":"ivan","max_sessions":%d}\n' \
			{1..60}
	done | on hub /usr/bin/python3 "$KSFT_DIR/tools/e2e_control.py" \
		"$TMP/hub/sock" lines >"$TMP/answers" &&
		! grep '"error"' "$TMP/answers" &&
		equal "$(wc -l <"$TMP/answers")" 2400 || return 1
	[ "$(awk '/VmRSS/ { print $2 }' "/proc/${DPID[hub]}/status")" -lt \
		$((memory + 16384)) ] || return 1
	kill -CONT "$WATCHER"
	seen '.event == "lost"' && grep "events of the daemon were lost" \
		"$TMP/said" && ctl hub user del ivan --vlan 13 &&
		seen '.change == "del"' || return 1
	# what is missing is told
	equal "$(jq -s 'map(select(.event == "lost") | .count) + [map(
		select(.event == "user-changed")) | length] | add' \
		"$TMP/events")" 2402
	watch_end
}

test_daemons_end() {
	watch hub session && daemon_end hub TERM || return 1
	wait "$WATCHER"
	equal $? 1 && grep -q "closed the connection" "$TMP/said" &&
		daemon_start hub
}

setup
run_tests
