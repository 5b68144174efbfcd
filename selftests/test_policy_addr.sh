#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Policies about how many addresses are behind a port: first come, first kept,
# until they age. IPv4, IPv6 and link-local addresses are counted apart, from
# packets and messages alike.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	most_ipv4_addresses
	most_ipv6_addresses
	kinds_are_counted_apart
	addresses_of_messages_count
	addresses_from_before_count
	address_of_others_counts_too
	room_after_ageing
	room_after_a_flush
	room_after_a_move
	leases_count
	leases_of_others_do_not_pass_uncounted
	no_table_no_address
	most_macs_until_they_age
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology
}

before_each() {
	pt c link set h ip-ageing=300 ageing=300 ip-max=65536
	pt c port-set dev=h port.number=${SNUM[user]} port.fdb-max=0
	pt c link set h down
	pt c link set h up
	forget_all
}

test_most_ipv4_addresses() {
	policy user max-ip=2 && ip_passes $A && ip_passes $B &&
		ip_drops ip-limit 192.0.2.13 && no_ip 192.0.2.13 &&
		ip_passes $A && ip_passes $B &&
		drops ip-limit user peer arp spa=192.0.2.13 &&
		pt c port-get dev=h port.number=${SNUM[user]} &&
		want port.ip-count=2 && ip_drops unparsable 127.0.0.1 &&
		ip_drops unparsable 224.0.0.1 && policy user &&
		ip_passes 192.0.2.13 && ip_passes 127.0.0.1
}

test_most_ipv6_addresses() {
	policy user max-ip=1 && ip_passes $C && ip_drops ip-limit $D &&
		ip_passes $LL && ip_drops ip-limit $LM && ip_passes $C &&
		no_ip $D && no_ip $LM && has_ip $LL "$(behind user)"
}

# One of each.
test_kinds_are_counted_apart() {
	policy user max-ip=1 && ip_passes $A && ip_passes $C && ip_passes $LL &&
		ip_drops ip-limit $B && ip_drops ip-limit $D &&
		ip_drops ip-limit $LM &&
		pt c port-get dev=h port.number=${SNUM[user]} &&
		want port.ip-count=3
}

# Senders of ARP, sources and targets of neighbour discovery.
test_addresses_of_messages_count() {
	policy user max-ip=1 && passes user peer arp spa=$A &&
		drops ip-limit user peer arp spa=$B &&
		drops ip-limit user peer arp op=2 spa=$B &&
		drops ip-limit user peer arp spa=$B tpa=$B &&
		passes user peer ns sip=$C && drops ip-limit user peer ns sip=$D &&
		drops ip-limit user peer na sip=$C target=$D &&
		drops ip-limit user peer na sip=$LL target=$D &&
		passes user peer na sip=$LL target=$LL &&
		passes user peer arp spa=0.0.0.0 tpa=$B &&
		passes user peer ns sip=:: target=$D
}

test_addresses_from_before_count() {
	ip_passes $A && ip_passes $B && ip_passes 192.0.2.13 &&
		policy user max-ip=2 && ip_passes $A && ip_passes 192.0.2.13 &&
		ip_drops ip-limit 192.0.2.14 && policy user max-ip=1 &&
		ip_passes $B && ip_drops ip-limit 192.0.2.14
}

# Without no-ip-dup an address moves, but not past the limit.
test_address_of_others_counts_too() {
	passes peer user arp spa=$B && policy user max-ip=1 && ip_passes $A &&
		ip_drops ip-limit $B && has_ip $B "$(behind peer)"
}

# Addresses that are used stay.
test_room_after_ageing() {
	pt c link set h ip-ageing=1 && policy user max-ip=1 && ip_passes $A &&
		ip_drops ip-limit $B && busywait 10000 no_ip $A &&
		ip_passes $B && ip_drops ip-limit $A
}

test_room_after_a_flush() {
	policy user max-ip=1 && ip_passes $A && ip_drops ip-limit $B &&
		pt c ip-flush dev=h ip.address=$A && ip_passes $B &&
		ip_drops ip-limit $A
}

test_room_after_a_move() {
	policy user max-ip=1 && ip_passes $A && ip_drops ip-limit $B &&
		passes peer user arp spa=$A && has_ip $A "$(behind peer)" &&
		ip_passes $B && ip_drops ip-limit $A
}

# The server knows best, but for the limit.
test_leases_count() {
	policy user max-ip=1 && ip_passes $A && lease $B && no_ip $B &&
		ip_drops ip-limit $B && pt c ip-flush dev=h &&
		lease $B && has_ip $B source=dhcp && ip_passes $B &&
		ip_drops ip-limit $A && lease $A && has_ip $A source=dhcp &&
		ip_passes $A && no_ip $B
}

# Whose they are, they stay; whoever uses them has one address more.
test_leases_of_others_do_not_pass_uncounted() {
	policy user max-ip=1 && ip_passes $A && passes server peer dhcp=ack \
		chaddr=${MAC[peer]} yiaddr=$B && ip_drops ip-limit $B &&
		drops ip-limit user peer arp spa=$B &&
		has_ip $B "$(behind peer)" source=dhcp && ip_passes $A &&
		passes peer user udp4 sip=$B
}

# An address that cannot be counted cannot be allowed.
test_no_table_no_address() {
	pt c link set h ip-max=0 && policy user max-ip=5 &&
		ip_drops ip-limit $A && ip_drops ip-limit $C &&
		passes peer user udp4 && passes user peer type=0x88b5 &&
		passes user peer arp spa=0.0.0.0 && policy user && ip_passes $A &&
		no_ip $A
}

test_most_macs_until_they_age() {
	local mac=02:00:00:00:00:e1

	pt c port-set dev=h port.number=${SNUM[user]} port.fdb-max=1 &&
		passes user peer arp &&
		drops mac-limit user peer arp src=$mac &&
		drops mac-limit user peer arp src=$mac sha=${MAC[user]} &&
		passes user peer arp && pt c link set h ageing=1 &&
		busywait 10000 passes user peer arp src=$mac &&
		drops mac-limit user peer arp
}

setup
run_tests
