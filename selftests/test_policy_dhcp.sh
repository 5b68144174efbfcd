#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# dhcp-force: until somebody who may serve has given the port's MAC address a
# lease, nothing passes but DHCP and ARP probes; then IPv4 and ARP from the
# leased address alone. What becomes of the lease is in test_policy_lease.sh.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	nothing_passes_without_a_lease
	asking_passes
	asking_for_somebody_else
	lease
	only_the_leased_address
	only_with_the_leased_mac
	address_that_was_used_before
	server_behind_the_port
	offers_are_not_leases
	server_that_may_not_serve
	client_that_nobody_knows
	leases_without_time_or_address
	message_ends_with_its_datagram
	two_clients_behind_the_port
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology
}

before_each() {
	forget_all
	policy user dhcp-force
}

test_nothing_passes_without_a_lease() {
	local frame

	may_not $LEASED || return 1
	for frame in type=0x88b5 llc ipx udp6 ns "ns sip=::" na rs ra tcp6 \
		echo6 "udp4 sip=0.0.0.0" "udp4 sip=0.0.0.0 sport=68" \
		"tcp4 sip=192.0.2.1" "echo4 sip=192.0.2.1" \
		"udp4 frag=64:64 len=300 sip=192.0.2.1"; do
		drops no-lease user peer $frame || return 1
	done
	passes peer user udp4 && passes peer user arp && no_ip $LEASED
}

# Probes too: they ask whether an address is free.
test_asking_passes() {
	local type

	for type in discover request inform decline release; do
		passes user server dhcp=$type || return 1
	done
	passes user server dhcp=request requested=$LEASED &&
		passes user server dhcp=request ciaddr=$LEASED sip=$LEASED &&
		passes user server dhcp=request ciaddr=$LEASED sip=$LEASED \
			dip=192.0.2.254 dst=${MAC[server]} &&
		passes user peer arp spa=0.0.0.0 tpa=$LEASED && no_ip $LEASED &&
		may_not $LEASED
}

test_asking_for_somebody_else() {
	drops no-lease user server dhcp=discover chaddr=${MAC[peer]} &&
		drops no-lease user server dhcp=request chaddr=${MAC[peer]} \
			requested=$LEASED &&
		drops no-lease user server dhcp=request giaddr=192.0.2.9
}

test_lease() {
	lease && has_ip $LEASED "$(behind user)" mac=${MAC[user]} source=dhcp &&
		field ip.lease-left && [ "$VAL" -gt 3500 ] &&
		[ "$VAL" -le 3600 ] && may $LEASED
}

# What is not IPv4 or ARP passes then.
test_only_the_leased_address() {
	lease && may_not $OTHER && may_not 192.0.2.254 && may $LEASED &&
		drops no-lease user peer udp4 sip=0.0.0.0 &&
		passes user peer arp spa=0.0.0.0 tpa=$OTHER &&
		passes user peer udp6 && passes user peer ns &&
		passes user peer type=0x88b5 && may_not $OTHER && no_ip $OTHER
}

test_only_with_the_leased_mac() {
	local mac=02:00:00:00:00:e1

	lease && drops no-lease user peer udp4 src=$mac sip=$LEASED &&
		drops no-lease user peer arp src=$mac spa=$LEASED &&
		may $LEASED && has_ip $LEASED mac=${MAC[user]}
}

# Known to the table from before the policy is not leased.
test_address_that_was_used_before() {
	policy user && passes user peer arp spa=$LEASED &&
		has_ip $LEASED "$(behind user)" source=arp &&
		policy user dhcp-force && may_not $LEASED && lease &&
		may $LEASED && has_ip $LEASED source=dhcp
}

# Neither can the client give itself a lease, nor another behind its port.
test_server_behind_the_port() {
	judge user peer dhcp=ack chaddr=${MAC[user]} yiaddr=$LEASED &&
		want in=no-lease && judge user peer dhcp=ack \
			src=02:00:00:00:00:e1 chaddr=${MAC[user]} yiaddr=$LEASED &&
		want in=no-lease && may_not $LEASED && no_ip $LEASED &&
		lease && drops no-lease user peer dhcp=ack \
			chaddr=${MAC[user]} yiaddr=$OTHER &&
		passes user peer dhcp=ack chaddr=${MAC[user]} yiaddr=$OTHER \
			sip=$LEASED && may_not $OTHER && may $LEASED &&
		passes user peer dhcp=ack chaddr=${MAC[peer]} yiaddr=$OTHER \
			sip=$LEASED && no_ip $OTHER
}

test_offers_are_not_leases() {
	passes server user dhcp=offer chaddr=${MAC[user]} yiaddr=$LEASED \
		lease=3600 && may_not $LEASED && no_ip $LEASED
}

# Clients have no word on leases.
test_server_that_may_not_serve() {
	local ack="dhcp=ack chaddr=${MAC[user]} yiaddr=$LEASED"

	policy peer no-dhcp-server && drops dhcp-server peer user $ack &&
		policy peer filter-dhcp && drops dhcp peer user $ack &&
		policy peer dhcp-force && drops no-lease peer user $ack &&
		passes server peer dhcp=ack chaddr=${MAC[peer]} yiaddr=$OTHER &&
		passes peer user $ack sip=$OTHER && no_ip $LEASED &&
		may_not $LEASED && policy peer no-ra && passes peer user $ack &&
		may $LEASED
}

# A lease is where the MAC table has the client.
test_client_that_nobody_knows() {
	passes server user dhcp=ack chaddr=02:00:00:00:00:e9 yiaddr=$OTHER &&
		no_ip $OTHER && pt c fdb-flush dev=h fdb.port=${SNUM[user]} &&
		lease && no_ip $LEASED && may_not $LEASED && lease &&
		may $LEASED
}

test_leases_without_time_or_address() {
	lease $LEASED nolease && may_not $LEASED && lease $LEASED lease=0 &&
		may_not $LEASED && lease 0.0.0.0 && no_ip 0.0.0.0 &&
		may_not $LEASED && no_ip $LEASED
}

# What is behind it in the frame does not count; a message without an end of its
# options needs none. Who says that it is longer than its packet says nothing.
test_message_ends_with_its_datagram() {
	lease $LEASED poke=297:00 pad=40 && may $LEASED &&
		pt c ip-flush dev=h && lease $LEASED poke=38:0134 && may $LEASED &&
		pt c ip-flush dev=h && lease $LEASED poke=38:0135 &&
		may_not $LEASED && lease $LEASED poke=38:0007 && may_not $LEASED &&
		lease $LEASED poke=38:0100 && may_not $LEASED
}

test_two_clients_behind_the_port() {
	local mac=02:00:00:00:00:e1

	passes user server dhcp=discover src=$mac && lease &&
		passes server user dhcp=ack chaddr=$mac yiaddr=$OTHER &&
		may $LEASED && passes user peer udp4 src=$mac sip=$OTHER &&
		passes user peer arp src=$mac spa=$OTHER && may_not $OTHER &&
		drops no-lease user peer udp4 src=$mac sip=$LEASED &&
		passes user server dhcp=release src=$mac ciaddr=$OTHER &&
		drops no-lease user peer udp4 src=$mac sip=$OTHER && may $LEASED
}

setup
run_tests
