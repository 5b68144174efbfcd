#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Each of the ten options of a user is enforced on the user's own machine,
# whatever that sends: frames put together by hand behind the session, while it is
# connected. See users.sh.

TESTS="
	deny
	no_resume
	dhcp_force
	one_ip
	one_mac
	no_ip_dup
	no_mac_dup
	no_broadcast
	no_dhcp_server
	filter_dhcp
	hits_are_told
"

# shellcheck source=users.sh
. "$(dirname "$0")/users.sh"

setup_topology() {
	setup_users
}

test_deny() {
	policy deny &&
		busywait 20000 is_denied "the user may not connect" &&
		sessions_are '.user == "alice"' 0 &&
		! ctl a connection up office --wait $((20 * SLOW)) &&
		is_denied "the user may not connect" &&
		logged hub 'login-failed .*user="alice".*the user may not connect' &&
		policy none && connection_up a office
}

# A client that was killed comes with its ticket. It is of no use.
test_no_resume() {
	local before

	policy no-resume && before=$(session_of alice) || return 1
	daemon_end a KILL
	daemon_start a && busywait 60000 has_another "$before" &&
		equal "$(json a .resumes connection show office)" 0 resumes
}

# has_waited SECONDS: the server's port of alice, without a line
has_waited() {
	json hub ".[] | select(.name == \"$(session_of alice)\") |
		.state == \"detached\" and
		.session.grace - .session.grace_left >= $1 * 1000" port list 12
}

# The client has lost its session, and logs in anew; the server still has it,
# and has waited for longer than it gives a new port to come about.
newer_login() {
	local before

	before=$(session_of alice) || return 1
	daemon_end a KILL
	busywait 60000 has_waited 11 &&
		ctl a port del office uplink && daemon_start a &&
		busywait 60000 has_another "$before" && sessions_are \
			'.user == "alice"' 1 && logged hub \
			"session-end session=$before .*newer login" &&
		listen_at_a
}

test_dhcp_force() {
	policy dhcp-force &&
		stopped no_lease udp4 src="$MAC_A" sip=203.0.113.66 &&
		stopped no_lease arp src="$MAC_A" spa=203.0.113.66 &&
		stopped no_lease arp src="$MAC_A" spa=203.0.113.66 tpa=203.0.113.66 &&
		arrives dhcp=discover src="$MAC_A" chaddr="$MAC_A" || return 1
	# a real server on the hub's machine, and a real client
	spawn hub "$TMP/dnsmasq" dnsmasq --keep-in-foreground --conf-file= \
		--port=0 --interface=sehub12 --bind-interfaces --leasefile-ro \
		--dhcp-range=203.0.113.100,203.0.113.100,1h
	local dnsmasq=$SPAWNED
	busywait 20000 on a udhcpc --interface office --now --quit \
		--tryagain 1 --script /bin/true &&
		arrives udp4 src="$MAC_A" sip=203.0.113.100 &&
		arrives arp src="$MAC_A" spa=203.0.113.100 &&
		stopped no_lease udp4 src="$MAC_A" sip=203.0.113.66 &&
		newer_login &&
		arrives udp4 src="$MAC_A" sip=203.0.113.100 seq=2 &&
		arrives arp src="$MAC_A" spa=203.0.113.100 seq=2 &&
		stopped no_lease udp4 src="$MAC_A" sip=203.0.113.66
	local status=$?
	kill "$dnsmasq"
	return $status
}

test_one_ip() {
	policy max-ip=1 && arrives udp4 src="$MAC_A" sip=203.0.113.31 &&
		stopped ip_limit udp4 src="$MAC_A" sip=203.0.113.32 &&
		stopped ip_limit arp src="$MAC_A" spa=203.0.113.32 &&
		stopped ip_limit tag=7 udp4 src="$MAC_A" sip=203.0.113.32 &&
		arrives udp4 src="$MAC_A" sip=203.0.113.31 seq=2
}

test_one_mac() {
	policy max-mac=1 && arrives udp4 src="$MAC_A" &&
		stopped mac_limit udp4 src=02:00:00:00:00:e1 &&
		stopped mac_limit arp src=02:00:00:00:00:e2 &&
		arrives udp4 src="$MAC_A" seq=2
}

test_no_ip_dup() {
	policy no-ip-dup && arrives_back arp src="$MAC_B" spa=203.0.113.41 &&
		stopped ip_dup udp4 src="$MAC_A" sip=203.0.113.41 &&
		stopped ip_dup arp op=2 src="$MAC_A" spa=203.0.113.41 &&
		stopped ip_dup arp src="$MAC_A" spa=203.0.113.41 tpa=203.0.113.41 &&
		arrives udp4 src="$MAC_A" sip=203.0.113.42 &&
		arrives_back udp4 src="$MAC_B" sip=203.0.113.41
}

test_no_mac_dup() {
	policy no-mac-dup && arrives_back type=0x88b7 src="$MAC_B" &&
		stopped mac_dup type=0x88b7 src="$MAC_B" seq=3 &&
		arrives type=0x88b7 src="$MAC_A" &&
		arrives_back type=0x88b7 src="$MAC_B" seq=4
}

test_no_broadcast() {
	policy no-broadcast && stopped broadcast udp4 src="$MAC_A" &&
		stopped broadcast type=0x88b7 dst=01:00:5e:00:00:fb src="$MAC_A" &&
		arrives arp src="$MAC_A" spa=203.0.113.51 tpa=203.0.113.52 &&
		arrives udp4 dst="$MAC_B" src="$MAC_A" &&
		policy no-broadcast=all &&
		stopped broadcast arp src="$MAC_A" spa=203.0.113.51
}

test_no_dhcp_server() {
	policy no-dhcp-server &&
		stopped dhcp_server dhcp=offer src="$MAC_A" &&
		stopped dhcp_server dhcp=ack src="$MAC_A" dst="$MAC_B" &&
		stopped dhcp_server tag=7 dhcp=ack src="$MAC_A" &&
		stopped dhcp_server dhcp6=reply src="$MAC_A" dst="$MAC_B" &&
		arrives dhcp=discover src="$MAC_A"
}

test_filter_dhcp() {
	policy filter-dhcp && stopped dhcp dhcp=discover src="$MAC_A" &&
		stopped dhcp dhcp=offer src="$MAC_A" &&
		stopped dhcp dhcp6=solicit src="$MAC_A" &&
		arrives udp4 src="$MAC_A"
}

# told FILTER: by the monitor
told() {
	jq -es "$1" "$TMP/hits"
}

# An administrator is told who breaks which rule, and of nothing that was before
# somebody listened.
test_hits_are_told() {
	local status=1

	policy no-dhcp-server && stopped dhcp_server dhcp=offer src="$MAC_A" ||
		return 1
	spawn hub "$TMP/hits" "$CTL" --socket "$TMP/hub/sock" \
		monitor --json policy
	busywait 20000 told 'any(.[]; .event == "begin")' &&
		stopped dhcp_server dhcp=ack src="$MAC_A" &&
		busywait 20000 told 'any(.[]; .policy == "dhcp-server")' &&
		policy filter-dhcp && stopped dhcp dhcp=offer src="$MAC_A" &&
		busywait 20000 told 'any(.[]; .policy == "dhcp")' && status=0
	kill "$SPAWNED"
	wait "$SPAWNED"
	cat "$TMP/hits"
	[ "$status" = 0 ] && told "map(select(.event == \"policy-hit\")) |
		length == 2 and all(.[]; .vlan == 12 and .user == \"alice\" and
			.session == \"$(session_of alice)\" and .count == 1)"
}

setup
run_tests
