#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# How IP addresses are forgotten: when they were not seen for a time that is not
# that of the MAC table, when their lease ends, and with their port.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- p4 ======== h4 :namespace net

TESTS="
	ageing
	seen_addresses_do_not_age
	ageing_apart_from_macs
	ageing_time_can_be_shortened
	leases_do_not_age
	entries_go_with_their_port
	device_goes_down
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology && make_hosts h h4
}

before_each() {
	pt c link set h ip-ageing=300 ageing=300
	forget_all
}

test_ageing() {
	pt c link set h ip-ageing=1 && passes user peer arp spa=$A &&
		passes user peer udp6 sip=$C && has_ip $A && has_ip $C &&
		busywait 10000 no_ip $A && busywait 10000 no_ip $C
}

# Seen by any frame, also one of which nothing new is learned.
test_seen_addresses_do_not_age() {
	local i

	pt c link set h ip-ageing=4 && passes user peer arp spa=$A &&
		passes user peer ns sip=$C && passes user peer arp spa=$B ||
		return 1
	for ((i = 0; i < 16; i++)); do
		passes user peer udp4 sip=$A dst=${MAC[peer]} &&
			passes user peer udp6 sip=$C dst=${MAC[peer]} &&
			has_ip $A source=arp && has_ip $C source=nd || return 1
		doze 0.5
	done
	no_ip $B
}

test_ageing_apart_from_macs() {
	pt c link set h ageing=1 && passes user peer arp spa=$A &&
		busywait 10000 refused ENOENT fdb.mac "" \
			c fdb-get dev=h fdb.mac=${MAC[user]} && has_ip $A &&
		pt c link set h ageing=300 ip-ageing=1 &&
		passes user peer arp spa=$A && busywait 10000 no_ip $A &&
		pt c fdb-get dev=h fdb.mac=${MAC[user]}
}

test_ageing_time_can_be_shortened() {
	passes user peer arp spa=$A && pt c link set h ip-ageing=1 &&
		busywait 10000 no_ip $A
}

# But end.
test_leases_do_not_age() {
	pt c link set h ip-ageing=1 && lease $LEASED lease=6 &&
		passes user peer arp spa=$A && busywait 10000 no_ip $A &&
		has_ip $LEASED source=dhcp && busywait 20000 no_ip $LEASED
}

test_entries_go_with_their_port() {
	session fresh c h && MAC[fresh]=02:00:00:00:00:f1 &&
		passes fresh peer arp spa=$A && passes fresh peer udp6 sip=$C &&
		passes server peer dhcp=ack chaddr=${MAC[fresh]} yiaddr=$B &&
		has_ip $A && has_ip $B && has_ip $C &&
		pt c port-del port.session.id=$ID && no_ip $A && no_ip $B &&
		no_ip $C && pt c hub-get dev=h && want hub.ip-count=1
}

# What was leased is leased still.
test_device_goes_down() {
	ft send h4 arp src=02:00:00:00:00:e4 spa=$A && ft fence &&
		passes server peer dhcp=ack chaddr=02:00:00:00:00:e4 yiaddr=$B &&
		has_ip $A port=4 && has_ip $B port=4 && pt c link down ph4 &&
		no_ip $A && has_ip $B port=4 source=dhcp &&
		pt c link up ph4 && wait_up c ph4 && busywait 5000 ft fence
}

setup
run_tests
