#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=150
#
# A connection gets new keys by another connection, made before the old one is
# left, by age and by bytes. Traffic does not notice: no frame is lost, doubled or
# out of order, and a transfer is right in every byte. Where no new connection can
# be made the old one goes on.
#
#   a (alice) ---- hub (hub 12)

TESTS="
	by_age
	by_bytes
	never
	no_new_connection
	no_resumption_no_renewal
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq nft

setup_topology() {
	start_server && user_add 12 alice right && start_client 1 a &&
		connection_add a office "$SERVER" alice right
}

# begin KEY=VALUE...: the client's daemon, and a session
begin() {
	daemon_conf a listen=none "$@" && daemon_end a TERM &&
		daemon_start a && connection_up a office &&
		on a ip address replace 203.0.113.10/24 dev office &&
		pings a 203.0.113.1 &&
		FROM=$(json hub '.[].address' session list) || return 1
	LOST=$(log_lines a "connection-lost|-retry")
	return 0
}

after_each() {
	ctl a connection down office
	ctl hub user set alice --vlan 12 --policy none
}

renewed() {
	[ "$(json a .resumes connection show office)" -ge "$1" ] &&
		[ "$(json hub '.[].address' session list)" != "$FROM" ]
}

# The line was never lost, it was left.
was_unbroken() {
	equal "$(log_lines a "connection-lost|-retry")" "$LOST" "lines lost" &&
		equal "$(json a .error connection show office)" null error
}

# Frames with numbers in both directions: none missing, doubled or late.
test_by_age() {
	local status=0

	begin renew-time=2s || return 1
	on a ping -n -i 0.02 -c 500 -W 10 203.0.113.1 >"$TMP/ping"
	tail -n 3 "$TMP/ping"
	renewed 2 && grep -E "^500 packets transmitted, 500 received, 0% " \
		"$TMP/ping" && ! grep DUP "$TMP/ping" &&
		awk -F'[= ]' '/icmp_seq/ { for (i = 1; i < NF; i++)
			if ($i == "icmp_seq" && $(i + 1) != ++n) exit 1 }' \
			"$TMP/ping" && was_unbroken || status=1
	[ $status = 0 ] || cat "$TMP/a/log"
	after_each
	return $status
}

test_by_bytes() {
	local status=0

	begin renew-time=0 renew-megabytes=4 || return 1
	stream_begin a 203.0.113.1 && busywait 90000 renewed 3 || status=1
	stream_end || status=1
	was_unbroken && pings a 203.0.113.1 || status=1
	[ $status = 0 ] || cat "$TMP/a/log"
	after_each
	return $status
}

counts_up() {
	[ "$(log_lines a "connection-renew connection=office failed")" -gt "$1" ]
}

# Neither by age nor by bytes; the other tests show that it would.
test_never() {
	begin renew-time=0 renew-megabytes=0 &&
		on a ping -n -q -i 0.02 -c 200 203.0.113.1 &&
		equal "$(json a .resumes connection show office)" 0 resumes &&
		was_unbroken
	local status=$?
	after_each
	return $status
}

# For a while no connection begins, but the one that is there goes on.
test_no_new_connection() {
	local failures

	begin renew-time=2s || return 1
	failures=$(log_lines a "connection-renew connection=office failed")
	on hub nft -f - <<-EOT || return 1
		table inet full {
			chain input {
				type filter hook input priority 0;
				tcp dport 443 tcp flags & (syn | ack) == syn reject with tcp reset
			}
		}
	EOT
	busywait 60000 counts_up "$failures" && connection_is a office connected &&
		pings a 203.0.113.1 && busywait 60000 counts_up $((failures + 1)) &&
		was_unbroken
	local status=$?
	on hub nft delete table inet full || status=1
	busywait 60000 renewed 1 && was_unbroken && pings a 203.0.113.1 ||
		status=1
	[ $status = 0 ] || cat "$TMP/a/log"
	after_each
	return $status
}

# It would cost the session.
test_no_resumption_no_renewal() {
	local session

	ctl hub user set alice --vlan 12 --policy no-resume &&
		begin renew-time=1s && session=$(json hub '.[].session' session list) &&
		on a ping -n -q -i 0.02 -c 200 203.0.113.1 &&
		equal "$(json hub '.[].session' session list)" "$session" session &&
		equal "$(json a .resumes connection show office)" 0 resumes &&
		was_unbroken
	local status=$?
	after_each
	return $status
}

setup
run_tests
