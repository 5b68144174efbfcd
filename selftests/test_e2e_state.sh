#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# What the daemon keeps: listeners come and go while sessions stay, and are
# there again after a start; and all of it goes to another server and works
# there.
#
#   hub (hub 12) ---- a
#                ---- b

TESTS="
	listener_is_added_while_a_session_runs
	listener_that_goes_leaves_its_session
	listeners_last
	listener_that_is_off_stays_off
	taken_port_is_refused
	taken_port_is_tried_again
	bad_words_are_refused
	export_is_for_its_owner
	server_is_copied_in_one_line
	import_is_all_or_nothing
	import_replaces_what_is_there
	import_withstands_nonsense
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq /usr/bin/python3

setup_topology() {
	start_server && start_client 1 a && user_add 12 alice right &&
		user_add 12 bob right &&
		join_hub a office "$SERVER" alice right 10 &&
		pings a 203.0.113.1 && start_client 2 b
}

# expect_fail TEXT COMMAND...: it fails, and says so
expect_fail() {
	local text=$1

	shift
	if "$@" >"$TMP/message" 2>&1 || ! grep -qF -- "$text" "$TMP/message"
	then
		echo "$*: not refused with: $text"
		cat "$TMP/message"
		return 1
	fi
}

# listener ADDRESS:PORT FILTER: what jq makes of its object
listener() {
	json hub ".[] | select(.address == \"${1%:*}\" and .port == ${1##*:}) |
		$2" listener list
}

# Nobody has noticed anything.
office_goes_on() {
	connection_is a office connected &&
		equal 0 "$(json a .resumes connection show office)" &&
		pings a 203.0.113.1
}

test_listener_is_added_while_a_session_runs() {
	ctl hub listener add 0.0.0.0:8443 &&
		connection_add b second "$SERVER:8443" bob right \
			--pin "$FINGERPRINT" && connection_up b second &&
		equal "listening state direct 1 1 0 1" \
			"$(listener 0.0.0.0:8443 '"\(.state) \(.source)
				\(.protocol) \(.accepted) \(.logins) \(.refused)
				\(.sessions)"' | xargs)" &&
		equal "listening config proxy 1" \
			"$(listener 0.0.0.0:443 '"\(.state) \(.source)
				\(.protocol) \(.sessions)"' | xargs)" &&
		office_goes_on
}

test_listener_that_goes_leaves_its_session() {
	ctl hub listener off 0.0.0.0:8443 && connection_is b second connected &&
		ctl hub listener del 0.0.0.0:8443 &&
		connection_is b second connected && pings a 203.0.113.1 &&
		equal 0 "$(json b .resumes connection show second)" &&
		equal 2 "$(json hub length listener list)" || return 1
	ctl b connection down second
	! ctl b connection up second --wait 1 && office_goes_on
}

restart_server() {
	daemon_end hub TERM && daemon_start hub
}

test_listeners_last() {
	ctl hub listener add 0.0.0.0:8443 --protocol proxy &&
		ctl hub listener add '[::]:8444' &&
		ctl hub listener off '[::]:8444' && restart_server &&
		equal "listening proxy" "$(listener 0.0.0.0:8443 \
			'"\(.state) \(.protocol)"')" &&
		equal off "$(listener :::8444 .state)" &&
		ctl b connection up second --wait $((30 * SLOW)) &&
		ctl b connection down second && await_connection a office \
			connected
}

test_listener_that_is_off_stays_off() {
	expect_fail "stands in the configuration file" ctl hub listener del \
		'[::]:443' && ctl hub listener off '[::]:443' && restart_server &&
		equal off "$(listener :::443 .state)" &&
		ctl hub status | grep -F '[::]:443 (off)' &&
		ctl hub listener on '[::]:443' && restart_server &&
		equal listening "$(listener :::443 .state)" &&
		await_connection a office connected
}

# taken_begin PORT: somebody else has it, until taken_end
taken_begin() {
	: >"$TMP/taken"
	spawn hub "$TMP/taken" /usr/bin/python3 -uc "
import socket, sys
s = socket.socket(); s.bind(('0.0.0.0', $1)); s.listen()
print('ready'); socket.socket.accept(s)"
	TAKEN=$SPAWNED
	busywait 10000 grep -q ready "$TMP/taken"
}

taken_end() {
	kill "$TAKEN"
	wait "$TAKEN"
	return 0
}

test_taken_port_is_refused() {
	taken_begin 9000 || return 1
	expect_fail "cannot listen on 0.0.0.0:9000: Address already in use" \
		ctl hub listener add 0.0.0.0:9000 &&
		equal 4 "$(json hub length listener list)" &&
		expect_fail "there is a listener on 0.0.0.0 port 8443 already" \
			ctl hub listener add 0.0.0.0:8443 || return 1
	taken_end
}

test_taken_port_is_tried_again() {
	ctl hub listener add 0.0.0.0:9001 && daemon_end hub TERM &&
		taken_begin 9001 && daemon_start hub &&
		equal "failed Address already in use" \
			"$(listener 0.0.0.0:9001 '"\(.state) \(.error)"')" &&
		logged hub 'listen-failed .*0.0.0.0:9001' &&
		expect_fail "Address already in use" \
			ctl hub listener on 0.0.0.0:9001 && taken_end &&
		ctl hub listener on 0.0.0.0:9001 &&
		equal listening "$(listener 0.0.0.0:9001 .state)" &&
		await_connection a office connected
}

test_bad_words_are_refused() {
	local word

	for word in 443 hub.example:443 0.0.0.0 0.0.0.0:0 :::443 ""; do
		ctl hub listener add "$word"
		equal 2 $? || return 1
	done
	expect_fail "has to be direct or proxy" \
		ctl hub listener add 0.0.0.0:1 --protocol udp &&
		expect_fail "no listener on" ctl hub listener off 0.0.0.0:1
}

test_export_is_for_its_owner() {
	(umask 0 && ctl hub export "$TMP/export") &&
		equal 600 "$(stat -c %a "$TMP/export")" &&
		expect_fail "is there already: name another file" \
			ctl hub export "$TMP/export" &&
		jq -e '.version == 1 and (.users | length == 2) and
			(.users[0].verifier | startswith("SCRAM-SHA-256$")) and
			([.. | strings | select(. == "right")] | length == 0)
			' "$TMP/export" &&
		expect_fail "cannot make" ctl hub export "$TMP/no/export"
}

# users NAME: what there is of them at a server, but for sessions
users() {
	json "$1" 'map(del(.sessions, .last_login))' user list
}

# The copy is a server that had no listener of its own, and no certificate.
test_server_is_copied_in_one_line() {
	echo open-sesame >"$TMP/admin"
	hub_add 12 b && ctl hub log set --keep 7 --rotate hourly &&
		ctl hub admin passwd --password-file "$TMP/admin" &&
		ctl hub export | ctl b import &&
		equal "$(users hub)" "$(users b)" &&
		json b '.password' admin show &&
		equal "7 hourly" "$(json b '"\(.keep) \(.rotate)"' log show)" &&
		logged b 'admin-set-password by=0' &&
		logged b 'log-set rotate=hourly .*keep=7 .*by=0' &&
		logged b 'state-import replace=no users=2 .*by=0' &&
		equal listening "$(json b '.[] | select(.port == 8443) | .state' \
			listener list)" &&
		connection_add hub copied 192.0.2.10:8443 alice right \
			--trust-first-use && connection_up hub copied &&
		equal alice "$(json b '.[0].user' session list)" &&
		ctl hub connection down copied &&
		ctl hub connection del copied && office_goes_on
}

test_import_is_all_or_nothing() {
	local before

	before=$(ctl b export) &&
		expect_fail 'users[0]: hub 12 has a user "alice" already' \
			ctl b import "$TMP/export" &&
		jq '.users += [.users[0] | .user = "new" | .policy = "x"]' \
			"$TMP/export" >"$TMP/bad" &&
		expect_fail 'users[2].policy: "x" is no word of a policy' \
			ctl b import --replace "$TMP/bad" &&
		equal "$before" "$(ctl b export)"
}

# Sessions of users who log in as before go on.
test_import_replaces_what_is_there() {
	ctl hub export >"$TMP/now" &&
		jq '.users |= map(.max_sessions = 7)' "$TMP/now" >"$TMP/more" &&
		ctl hub import --replace <"$TMP/more" &&
		equal 7 "$(json hub .max_sessions user show alice --vlan 12)" &&
		office_goes_on &&
		jq '.users |= map(.verifier |= sub("[$]15000:"; "$15001:"))' \
			"$TMP/now" >"$TMP/other" &&
		ctl hub import --replace "$TMP/other" &&
		await_connection a office failed &&
		ctl hub import --replace "$TMP/now" && connection_up a office &&
		pings a 203.0.113.1
}

test_import_withstands_nonsense() {
	local before text

	before=$(ctl b export) || return 1
	for text in '' '[' '[]' '{}' 'null' '{"version":1}{}' \
		'{"version":1,"users":[null]}' '{"version":99}' \
		"$(head -c 100000 /dev/zero | tr '\0' '[')"; do
		! ctl b import <<<"$text" || return 1
	done
	head -c 20000000 /dev/zero >"$TMP/zeros"
	expect_fail "is too long" ctl b import "$TMP/zeros" &&
		expect_fail "cannot read" ctl b import "$TMP/none" &&
		equal "$before" "$(ctl b export)"
}

setup
run_tests
