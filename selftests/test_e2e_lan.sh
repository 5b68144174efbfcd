#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Two networks joined: one behind a device of the server that is a port of the
# hub, the other behind a Linux bridge of the client in which its card is. Hosts
# of both are on one Ethernet, with one DHCP server, as far as the user's policy
# lets them.
#
#   x, with a DHCP server -- lan (port of hub 12) hub === a: br0 -- lan -- y
#                                                            \\----- lan2 -- z

TESTS="
	lease_from_the_other_network
	hosts_reach_each_other
	super_frames_between_networks
	second_host
	tagged_frames
	line_that_is_cut
	dhcp_is_filtered
	dhcp_server_behind_the_client
	one_address_only
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq dnsmasq udhcpc

setup_topology() {
	start_server && start_client 1 a && make_machine x y z &&
		wire hub lan x && wire a lan y && wire a lan2 z &&
		user_add 12 alice right &&
		connection_add a office "$SERVER" alice right &&
		connection_up a office || return 1
	ip -n "${NS[a]}" -batch - <<-EOT &&
		link add br0 up type bridge
		link set lan master br0
		link set lan2 master br0
		link set office master br0
	EOT
		device_port lan && on x ip address add 198.51.100.1/24 dev eth0 &&
		dhcp_begin x 198.51.100
}

# wire MACHINE DEV HOST: a cable to eth0 of a host
wire() {
	ip -n "${NS[$1]}" link add "$2" up type veth peer name eth0 \
		netns "${NS[$3]}" && ip -n "${NS[$3]}" link set eth0 up
}

# device_port DEV: of the server's hub
device_port() {
	if [ -z "${KSFT_BRIDGES:-}" ]; then
		ctl hub port add 12 "$1"
	else
		ip -n "${NS[hub]}" link set "$1" master sehub12
	fi
}

# dhcp_begin HOST NET: a server with that /24 of its own; DHCP becomes its process
dhcp_begin() {
	spawn "$1" "$TMP/dnsmasq.$1" dnsmasq --keep-in-foreground --conf-file= \
		--port=0 --interface=eth0 --bind-interfaces \
		--dhcp-range="$2.50,$2.99" --leasefile-ro \
		--dhcp-authoritative --pid-file= --user=root
	DHCP=$SPAWNED
}

# leased HOST TRIES: it gets an address, in LEASE
leased() {
	on "$1" udhcpc --interface eth0 --now --quit --retries "$2" \
		--timeout 2 --script /bin/true >"$TMP/udhcpc" 2>&1
	LEASE=$(sed -n 's/.* lease of \([0-9.]*\) obtained.*/\1/p' "$TMP/udhcpc")
	cat "$TMP/udhcpc"
	[ -n "$LEASE" ]
}

policy() {
	ctl hub user set alice --vlan 12 --policy "$1"
}

test_lease_from_the_other_network() {
	leased y $((5 * SLOW)) && [[ $LEASE = 198.51.100.[5-9][0-9] ]] &&
		on y ip address add "$LEASE/24" dev eth0
}

test_hosts_reach_each_other() {
	pings y 198.51.100.1 && pings x "$LEASE"
}

# 20 MB of TCP, in frames as long as the hosts make them
test_super_frames_between_networks() {
	spawn x "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 20000000
	busywait 10000 grep -q ready "$TMP/receive" &&
		on y "$KSFT_DIR/streamtool" send 198.51.100.1 5001 20000000 &&
		wait "$SPAWNED"
}

test_second_host() {
	on z ip address add 198.51.100.3/24 dev eth0 && pings z 198.51.100.1 &&
		pings z "$LEASE" || return 1
	[ -n "${KSFT_BRIDGES:-}" ] ||
		json hub '[.[] | select(.port_name | test("^alice-"))] |
			length >= 2' mac list 12
}

test_tagged_frames() {
	local host n=1

	for host in x y; do
		on $host ip link add link eth0 name eth0.7 type vlan id 7 \
			2>"$TMP/message" || skip "$(cat "$TMP/message")" || return
		on $host ip address add 203.0.113.10$n/24 dev eth0.7 &&
			on $host ip link set eth0.7 up || return 1
		n=2
	done
	pings y 203.0.113.101
}

# What is behind the card does not notice.
test_line_that_is_cut() {
	on x ip link show eth0 >/dev/null && daemon_end a KILL
	daemon_start a && await_connection a office connected &&
		pings y 198.51.100.1 && pings x 198.51.100.3
}

test_dhcp_is_filtered() {
	needs_module || return
	policy filter-dhcp && pings y 198.51.100.1 && ! leased y 2 &&
		policy none && leased y $((5 * SLOW))
}

# The network of the client is not to serve the others.
test_dhcp_server_behind_the_client() {
	local status=1

	needs_module || return
	kill "$DHCP" && wait "$DHCP"
	on z ip address add 10.9.8.1/24 dev eth0 && dhcp_begin z 10.9.8 &&
		leased x $((5 * SLOW)) && policy no-dhcp-server &&
		! leased x 2 && pings z 198.51.100.1 && policy none && status=0
	kill "$DHCP"
	return $status
}

test_one_address_only() {
	local reason

	needs_module || return
	# first come, first kept: z probes its neighbours for a while after
	# it spoke, and cards with IPv6 greet their routers
	on a sysctl -qw net.ipv6.conf.all.disable_ipv6=1 &&
		on z ip link set eth0 down &&
		ctl hub mac flush 12 && policy max-mac=1 && pings y 198.51.100.1 &&
		on z ip link set eth0 up &&
		! on z ping -n -c 2 -W 1 198.51.100.1 || return 1
	reason=$(json hub '.[] | select(.kind == "session") |
		.drops.mac_limit' port list 12)
	[ "$reason" -gt 0 ] && policy none && pings z 198.51.100.1
}

setup
run_tests
