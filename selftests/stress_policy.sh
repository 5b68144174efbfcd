#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Policies are replaced under frames of all kinds that they judge, readers of
# the packet log come and go, and the hub begins and ends to answer for others.
#
# timeout=200

TESTS="
	policies
	packet_log
	all_with_failing_allocations
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable

FLAGS=(
	dhcp-force+no-ip-dup+no-mac-dup no-broadcast+no-ra no-dhcp-server
	filter-dhcp+no-broadcast-arp+no-broadcast no-ip-dup+no-ra 0
	dhcp-force+no-dhcp-server+no-ra+no-broadcast+no-broadcast-nd
)

# of the host that makes noise, and of the session that does
round_replace() {
	local set

	pt c port-get dev=h port.name=$3 && field port.number || return 1
	set="port-set dev=h port.number=$VAL"
	pt c $set port.policy.flags=${FLAGS[$2 % ${#FLAGS[@]}]} \
		port.policy.max-ip=$(($2 % 4)) \
		port.policy.isolation=$(($2 % 3)) &&
		pt c $set port.policy.flags=no-ip-dup \
			port.policy.rate-up=100000 port.policy.burst-up=3000 \
			port.policy.rate-down=1000000 \
			port.policy.broadcast-rate=5000 \
			port.policy.deny-type=0x8137 \
			port.policy.deny-type=0x86dd &&
		pt c $set port.policy=
}

round_of_device() {
	round_replace "$1" "$2" ph1
}

round_of_session() {
	round_replace "$1" "$2" loud
}

# A new port with a policy, a replaced session that hands its entries over.
round_takeover() {
	local name=t$1 old

	pt c port-del dev=h port.name=$name
	pt c port-del dev=h port.name=$name-new
	session $name c h port.policy.flags=dhcp-force+no-ip-dup+no-mac-dup \
		port.policy.max-ip=2 && old=$ID && pt c xfer $ID data:f:5 &&
		session $name-new c h port.policy.flags=no-ip-dup+no-mac-dup &&
		pt c xfer $ID data:f:5 && pt c port-del port.session.id=$old &&
		pt c xfer $ID data:f:5 && pt c port-del port.session.id=$ID
}

round_suppress() {
	pt c link set h suppress=1 && pt c ip-flush dev=h ip.port=1 &&
		pt c link set h suppress=0
}

test_policies() {
	storm round_of_device round_of_session round_takeover round_suppress
}

# What classes are logged and how much of them is said by two masks.
round_log() {
	pt c link set h log-headers=$(((1 << ($2 % 9)) | 0x100)) \
		log-whole=$(($2 % 3 * 0x55)) && pt c link set h log-headers=0 \
		log-whole=0
}

round_reader() {
	local sleep=(on off)

	pt socket r "${NS[hub]}" && pt r join packet &&
		pt r sleep "${sleep[$2 % 2]}" &&
		pt c hub-get dev=h && pt r sleep off && pt r events && pt close r
}

test_packet_log() {
	storm round_log round_reader round_reader round_of_device
}

test_all_with_failing_allocations() {
	storm_with_faults round_of_device round_of_session round_takeover \
		round_suppress round_log round_reader
	local status=$?
	pt c link set h suppress=0 log-headers=0 log-whole=0
	pt c port-set dev=h port.number=1 port.policy=
	return $status
}

setup
run_tests
