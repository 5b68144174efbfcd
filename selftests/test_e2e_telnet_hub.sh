#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# What the console shows of a hub, and what it lets be logged of its packets:
# the tables of addresses, and the nine packet logs. Linux bridges have neither
# IP addresses nor packet logs, and the console says so.
#
#   telnet ---- 127.0.0.1:8023  hub (hub 12) ---- a

TESTS="
	mac_addresses
	ip_addresses
	packet_logs
"

# shellcheck source=telnet.sh
. "$(dirname "$0")/telnet.sh"

setup_topology() {
	start_console console-language=ask &&
		ctl hub admin passwd --password-file "$TMP/admin" &&
		user_add 12 alice right &&
		join_hub a office "$SERVER" alice right 2 && pings a 203.0.113.1
}

test_mac_addresses() {
	local name mac

	name=$(session_of alice) &&
		mac=$(on a cat /sys/class/net/office/address) &&
		admin 2 4 12 "" "=$mac" "=learned" "=$name" "=management: " \
			4 12 "$name" "=$mac" "=management: " 4 12 nobody "=Refused" \
			"=management: " 4 13 "" "=Refused: there is no hub 13"
}

test_ip_addresses() {
	local name mac

	if [ -n "${KSFT_BRIDGES:-}" ]; then
		admin 2 5 12 "" "=Refused: the hub is a Linux bridge"
		return
	fi
	name=$(session_of alice) &&
		mac=$(on a cat /sys/class/net/office/address) &&
		admin 2 5 12 "" "=203.0.113.2" "=$mac" "=arp" "=management: " \
			5 12 "$name" "=203.0.113.2" "=$name" "=management: "
}

test_packet_logs() {
	local number steps=()

	if [ -n "${KSFT_BRIDGES:-}" ]; then
		admin 5 2 12 "=Blocked packet log" "=off" "=Log to change" 4 2 \
			"=Refused: " "=Log to change" ""
		return
	fi
	for number in 4 5 6 7 8 9 10 11 12; do
		steps+=("$number" $((2 + number % 2)) "=Done.")
	done
	admin 5 2 12 "=Blocked packet log" "${steps[@]}" "=Log to change" "" &&
		equal "$(json hub .packets log hub --vlan 12)" \
			"tcp-conn=headers,tcp-data=whole,dhcp=headers,udp=whole,icmp=headers,arp=whole,ip=headers,ethernet=whole,blocked=headers" &&
		admin 5 2 12 "=whole packets" 5 1 "=Done." "" &&
		json hub '.packets | contains("tcp-data") | not' log hub --vlan 12
}

setup
run_tests
