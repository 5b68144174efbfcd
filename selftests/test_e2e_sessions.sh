#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# What becomes of sessions: an administrator ends them, a newer login of the same
# client takes their place, a connection that is taken down takes its device
# along, a deleted user or hub ends them; certificates are read again without a
# session noticing; the end of the daemon is clean; a second daemon beside the
# first does not touch its sessions.
#
#   hub (hub 12) ---- a

TESTS="
	session_is_shown_by_both_ends
	disconnected_by_an_administrator
	newer_login_takes_the_place
	another_client_does_not
	connection_down_removes_the_device
	deleted_user
	deleted_hub
	deleted_device
	deleted_port
	reload_keeps_sessions
	reload_of_bad_files_changes_nothing
	last_login_is_noted
	second_daemon_on_the_same_machine
	end_is_clean
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq openssl
build_tool e2e_peer

setup_topology() {
	start_server && start_client 1 a && user_add 12 alice right &&
		user_add 12 bob right &&
		connection_add a office "$SERVER" alice right
}

before_each() {
	connection_is a office connected || connection_up a office
}

test_session_is_shown_by_both_ends() {
	local name

	name=$(session_of alice) && equal "$(json a .session \
		connection show office)" "$name" &&
		json hub '.user == "alice" and .vlan == 12 and
			.state == "connected" and .carrier == "direct" and
			.resumes == 0 and .offload and
			(.address | startswith("192.0.2.6:")) and
			.cipher == "TLS_AES_128_GCM_SHA256"' \
			session show "$name" &&
		port_is_there "$name" &&
		ctl hub session show "$name" | grep -q TLS_AES_128_GCM_SHA256
}

# port_is_there SESSION
port_is_there() {
	if [ -z "${KSFT_BRIDGES:-}" ]; then
		json hub ".name == \"$1\"" port show 12 "$1"
	else
		bridge_ports 12 | grep .
	fi
}

test_disconnected_by_an_administrator() {
	local name

	name=$(session_of alice) && ctl hub session disconnect "$name" &&
		await_connection a office failed &&
		json a '.error | test("administrator")' connection show office &&
		sessions_are true 0 && ! port_is_there "$name" &&
		! ctl hub session disconnect "$name" 2>"$TMP/message" &&
		cat "$TMP/message" && grep -q "$name" "$TMP/message"
}

# hold_session NUMBER: a client with this id, in the background
hold_session() {
	spawn a "$TMP/held$1$2" "$PEER" -t $((20 * SLOW)) "$SERVER" 443 tls \
		hello 12 scram bob "$(password right)" attach "$1" wait
	HOLDER=$SPAWNED
	busywait 20000 grep -q "^ATTACH" "$TMP/held$1$2"
}

test_newer_login_takes_the_place() {
	local first

	hold_session 1 old || return 1
	first=$HOLDER
	hold_session 1 new && wait "$first" && cat "$TMP/held1old" &&
		grep "^CLOSE REPLACED" "$TMP/held1old" &&
		! grep "^CLOSE" "$TMP/held1new" &&
		sessions_are '.user == "bob"' 1 &&
		ctl hub session disconnect "$(session_of bob)" &&
		wait "$HOLDER" && grep "^CLOSE DISCONNECTED" "$TMP/held1new"
}

test_another_client_does_not() {
	hold_session 1 one && hold_session 2 two &&
		sessions_are '.user == "bob"' 2 &&
		ctl hub user disable bob --vlan 12 &&
		busywait 5000 sessions_are '.user == "bob"' 0 &&
		ctl hub user enable bob --vlan 12 &&
		connection_is a office connected
}

test_connection_down_removes_the_device() {
	local mac

	mac=$(on a cat /sys/class/net/office/address) &&
		ctl a connection down office &&
		busywait 10000 sessions_are true 0 &&
		! on a ip link show office && connection_is a office down &&
		connection_up a office && equal "$(on a \
		cat /sys/class/net/office/address)" "$mac" "MAC address"
}

test_deleted_user() {
	ctl hub user del alice --vlan 12 && await_connection a office failed &&
		sessions_are true 0 && user_add 12 alice right
}

test_deleted_hub() {
	hub_del 12 && await_connection a office waiting &&
		sessions_are true 0 && hub_add 12 &&
		await_connection a office connected
}

test_deleted_device() {
	local before

	before=$(on a cat /sys/class/net/office/ifindex)
	on a ip link del office && busywait 20000 on a ip link show office &&
		[ "$(on a cat /sys/class/net/office/ifindex)" != "$before" ] &&
		await_connection a office connected &&
		busywait 5000 sessions_are true 1
}

test_deleted_port() {
	needs_module || return
	ctl hub port del 12 "$(session_of alice)" &&
		await_connection a office failed && sessions_are true 0 &&
		json a '.error | test("administrator deleted")' \
			connection show office
}

# Another certificate of the same names, in place of the server's.
new_certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 30 -subj /CN=new -keyout "$TMP/hub/state/server.key" \
		-out "$TMP/hub/state/server.crt"
}

test_reload_keeps_sessions() {
	local name new

	name=$(session_of alice) && new_certificate &&
		kill -HUP "${DPID[hub]}" &&
		busywait 10000 logged hub "reload fingerprint=" || return 1
	new=$(json hub .daemon.fingerprint status)
	[ "$new" != "$FINGERPRINT" ] && equal "$(session_of alice)" "$name" &&
		json hub '.state == "connected" and .resumes == 0' \
			session show "$name" &&
		! connection_add a other "$SERVER" bob right --pin \
			"$FINGERPRINT" 2>&1 | grep . &&
		! connection_up a other && connection_is a other failed &&
		ctl a connection del other &&
		connection_add a other "$SERVER" bob right --pin "$new" &&
		connection_up a other && ctl a connection del other
}

test_reload_of_bad_files_changes_nothing() {
	local before

	before=$(json hub .daemon.fingerprint status)
	cp "$TMP/hub/state/server.crt" "$TMP/good.crt"
	head -c 100 "$TMP/good.crt" >"$TMP/hub/state/server.crt"
	kill -HUP "${DPID[hub]}"
	busywait 10000 logged hub "reload error=" &&
		equal "$(json hub .daemon.fingerprint status)" "$before" &&
		cp "$TMP/good.crt" "$TMP/hub/state/server.crt" &&
		FINGERPRINT=$before
}

test_last_login_is_noted() {
	json hub "(now - .last_login) < 3600 and .created > 0 and
		.sessions == 1" user show alice --vlan 12
}

test_second_daemon_on_the_same_machine() {
	local name

	name=$(session_of alice) && mkdir -p "$TMP/second" || return 1
	NS[second]=${NS[hub]}
	daemon_conf second listen=none && daemon_start second &&
		equal "$(ctl second session list --json | jq length)" 0 &&
		daemon_end second TERM && equal "$CODE" 0 &&
		equal "$(session_of alice)" "$name" &&
		json hub '.state == "connected" and .resumes == 0' \
			session show "$name"
}

test_end_is_clean() {
	daemon_end a TERM && equal "$CODE" 0 && daemon_end hub INT &&
		equal "$CODE" 0 && [ ! -e "$TMP/hub/sock" ] &&
		! ctl hub user list 2>"$TMP/message" &&
		grep "cannot reach sehub-transportd" "$TMP/message" &&
		on hub ip link show sehub12 &&
		json hub '.daemon.running | not' status
}

setup
run_tests
