#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# What crosses a hub between clients, the hub's own host and a wired machine:
# IPv4 and IPv6, over either kind of underlay, tagged and jumbo frames, groups,
# and TCP streams of which every byte is compared and no checksum is wrong, with
# and without the offloads of the cards.
#
#   a (IPv4 underlay) ---- hub (hub 12) ---- b (IPv6 underlay)
#                           |
#                           w (wired: a device port)

TESTS="
	both_families_everywhere
	tables_show_the_clients
	TCP_between_clients
	TCP_between_clients_over_IPv6
	TCP_to_and_from_the_hub
	TCP_to_and_from_a_wired_machine
	TCP_without_offloads
	no_checksum_was_wrong
	jumbo_frames
	tagged_frames
	groups_reach_everybody
	counters_of_the_session
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq ethtool

SIZE=6000000

setup_topology() {
	start_server && start_client 1 a && start_client 2 b &&
		make_machine w && user_add 12 alice right &&
		user_add 12 bob right &&
		join_hub a office 192.0.2.5 alice right 10 &&
		join_hub b office "[2001:db8:2::1]:443" bob right 20 || return 1
	ip -n "${NS[hub]}" link add lan type veth peer name eth0 \
		netns "${NS[w]}" &&
		ip -n "${NS[hub]}" link set lan up master sehub12 &&
		ip -n "${NS[w]}" address add 203.0.113.30/24 dev eth0 &&
		ip -n "${NS[w]}" address add 2001:db8:12::30/64 dev eth0 nodad &&
		ip -n "${NS[w]}" link set eth0 up
}

test_both_families_everywhere() {
	pings a 203.0.113.1 && pings a 2001:db8:12::1 &&
		pings a 203.0.113.20 && pings b 2001:db8:12::10 &&
		pings b 203.0.113.30 && pings w 2001:db8:12::10 &&
		pings hub 203.0.113.20 && pings hub 2001:db8:12::10 &&
		json hub '.[] | select(.user == "bob") |
			.address | startswith("[2001:db8:2::2]")' session list
}

mac_of() {
	on "$1" cat "/sys/class/net/$2/address"
}

test_tables_show_the_clients() {
	local name port

	needs_module || return
	for name in a:alice b:bob; do
		port=$(json hub ".[] | select(.user == \"${name#*:}\") | .port" \
			session list)
		json hub ".[] | select((.mac | ascii_downcase) ==
			\"$(mac_of "${name%:*}" office)\") | .port == $port" \
			mac list 12 || return 1
	done
}

# stream FROM TO ADDRESS
stream() {
	rm -f "$TMP/receive"
	spawn "$2" "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 "$SIZE"
	busywait 10000 grep -q ready "$TMP/receive" &&
		on "$1" "$KSFT_DIR/streamtool" send "$3" 5001 "$SIZE" &&
		wait "$SPAWNED" && grep -q complete "$TMP/receive"
}

test_TCP_between_clients() {
	stream a b 203.0.113.20
}

test_TCP_between_clients_over_IPv6() {
	stream b a 2001:db8:12::10
}

test_TCP_to_and_from_the_hub() {
	stream a hub 203.0.113.1 && stream hub b 2001:db8:12::20
}

test_TCP_to_and_from_a_wired_machine() {
	stream a w 203.0.113.30 && stream w b 203.0.113.20
}

offloads() {
	on a ethtool -K office tso "$1" gso "$1" tx "$1" &&
		on w ethtool -K eth0 tso "$1" gso "$1" tx "$1"
}

test_TCP_without_offloads() {
	offloads off && stream a b 203.0.113.20 && stream w a 203.0.113.10 &&
		stream a w 2001:db8:12::30 && offloads on
}

test_no_checksum_was_wrong() {
	local name

	for name in a b w hub; do
		equal "$(on "$name" nstat -asz | awk '
			/^(TcpInCsumErrors|TcpExtTCPMD5Failure|Ip6InCsumErrors|UdpInCsumErrors) / \
			{ sum += $2 } /^TcpInSegs/ { seen = 1 }
			END { print seen ? sum + 0 : "?" }')" 0 "$name" ||
			return 1
	done
}

test_jumbo_frames() {
	local size=8972

	needs_module || return
	on a ip link set office mtu 9000 && on b ip link set office mtu 9000 &&
		on hub ip link set sehub12 mtu 9000 || return 1
	on a ping -n -c 2 -i 0.2 -W 20 -M "do" -s $size 203.0.113.20 &&
		on b ping -n -c 2 -i 0.2 -W 20 -M "do" -s $size 203.0.113.1 &&
		stream a b 203.0.113.20
}

test_tagged_frames() {
	local name

	modprobe -q 8021q
	[ -e /proc/net/vlan ] || {
		skip "kernel without VLAN devices"
		return "$KSFT_SKIP"
	}

	for name in a:10 b:20; do
		ip -n "${NS[${name%:*}]}" link add link office name office.5 \
			type vlan id 5 &&
			ip -n "${NS[${name%:*}]}" address add \
				"198.51.100.${name#*:}/24" dev office.5 &&
			ip -n "${NS[${name%:*}]}" link set office.5 up ||
			return 1
	done
	pings a 198.51.100.20
}

answers_of_all() {
	on a ping -n -c 1 -W 3 -I office ff02::1 >"$TMP/group"
	on a ping -n -c 2 -W 3 -I office ff02::1 >"$TMP/group"
	equal "$(grep -o 'from fe80[^ ]*' "$TMP/group" | sort -u | wc -l)" "$1"
}

# a itself, b, the hub and the wired machine
test_groups_reach_everybody() {
	busywait 20000 answers_of_all 4
}

test_counters_of_the_session() {
	json hub 'all(.[]; .rx_bytes > 1000000 and .tx_bytes > 1000000 and
		.rx_frames > 100 and .tx_frames > 100)' session list || return 1
	[ -n "${KSFT_BRIDGES:-}" ] ||
		json hub '.drops.malformed == 0 and .drops.bad_source == 0' \
			hub show 12
}

setup
run_tests
