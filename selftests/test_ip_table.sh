#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The IP table: addresses are learned from IP headers, ARP, neighbour discovery
# and DHCP, with who uses them and how that is known, and move with their user.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- p4 ======== h4 :namespace net

TESTS="
	from_headers
	from_arp
	from_neighbour_discovery
	from_dhcp
	behind_tags_and_options
	more_is_known_later
	nobody_and_everybody_are_not_learned
	probes_are_not_learned
	liars_are_not_learned
	behind_each_kind_of_port
	moves_to_another_port
	moves_to_another_mac
	lease_moves_with_its_mac
	lease_stays_with_its_mac
	counts
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology && make_hosts h h4 &&
		ft host "local" "${NS[hub]}" h
}

before_each() {
	pt c link set h ip-ageing=300 ageing=300
	forget_all
}

# learned SOURCE ADDRESS FRAME...: from the user
learned() {
	local source=$1 addr=$2

	shift 2
	pt c ip-flush dev=h && passes user peer "$@" &&
		has_ip $addr "$(behind user)" mac=${MAC[user]} source=$source
}

# not_learned FRAME...: nothing is
not_learned() {
	pt c ip-flush dev=h && passes user peer "$@" &&
		pt c dump ip-get dev=h && want messages=0
}

test_from_headers() {
	local frame

	for frame in udp4 tcp4 echo4 raw4 "udp4 frag=0:64 len=300" \
		"udp4 frag=64:64 len=300" "udp4 dst=${MAC[peer]}"; do
		learned header $A $frame sip=$A || return 1
	done
	for frame in udp6 tcp6 echo6 raw6 "udp6 frag=64:64 len=300"; do
		learned header $C $frame sip=$C &&
			learned header $LL $frame sip=$LL || return 1
	done
}

test_from_arp() {
	learned arp $A arp spa=$A && learned arp $A arp op=2 spa=$A &&
		learned arp $A arp spa=$A tpa=$A && no_ip 192.0.2.2
}

# The source, and of an advertisement its target.
test_from_neighbour_discovery() {
	learned nd $C ns sip=$C && no_ip 2001:db8::2 && learned nd $LL rs sip=$LL &&
		learned nd $LL ra sip=$LL && learned nd $C na sip=$C &&
		learned nd $C na sip=$LL target=$C &&
		has_ip $LL "$(behind user)" source=nd &&
		learned header $C ns sip=$C ttl=64
}

test_from_dhcp() {
	lease $LEASED lease=500 && has_ip $LEASED "$(behind user)" \
		mac=${MAC[user]} source=dhcp && field ip.lease-left &&
		[ "$VAL" -le 500 ] && [ "$VAL" -gt 400 ] &&
		has_ip 192.0.2.254 "$(behind server)" source=header &&
		pt c ip-flush dev=h && passes server user dhcp=offer \
		chaddr=${MAC[user]} yiaddr=$LEASED && no_ip $LEASED
}

test_behind_tags_and_options() {
	learned header $A tag=5 udp4 sip=$A &&
		learned header $A stag=6 tag=5 udp4 sip=$A opts=94040000 &&
		learned arp $A tag=5 arp spa=$A && learned arp $A snap arp spa=$A &&
		learned header $C ext=hop ext=dst udp6 sip=$C &&
		learned nd $C stag=6 tag=5 ns sip=$C &&
		learned nd $C ext=dst na sip=$C && not_learned \
		tag=1 tag=2 tag=3 udp4 sip=$A
}

# And never less.
test_more_is_known_later() {
	passes user peer udp4 sip=$LEASED && has_ip $LEASED source=header &&
		passes user peer arp spa=$LEASED && has_ip $LEASED source=arp &&
		passes user peer udp4 sip=$LEASED && has_ip $LEASED source=arp &&
		! want ip.lease-left=3600 && lease $LEASED &&
		has_ip $LEASED source=dhcp && passes user peer arp spa=$LEASED &&
		passes user peer udp4 sip=$LEASED && has_ip $LEASED source=dhcp &&
		passes user peer udp6 sip=$C && has_ip $C source=header &&
		passes user peer ns sip=$C && has_ip $C source=nd &&
		passes user peer udp6 sip=$C && has_ip $C source=nd
}

test_nobody_and_everybody_are_not_learned() {
	local addr

	for addr in 0.0.0.0 127.0.0.1 224.0.0.1 255.255.255.255; do
		not_learned udp4 sip=$addr && not_learned arp spa=$addr ||
			return 1
	done
	for addr in :: ::1 ff02::1 ::ffff:192.0.2.1; do
		not_learned udp6 sip=$addr && not_learned na sip=$addr ||
			return 1
	done
	not_learned type=0x88b5 && not_learned dhcp=discover
}

test_probes_are_not_learned() {
	not_learned arp spa=0.0.0.0 tpa=$A && not_learned ns sip=:: target=$C
}

test_liars_are_not_learned() {
	local mac=02:00:00:00:00:e1

	not_learned arp spa=$A sha=$mac && not_learned na sip=$C lladdr=$mac &&
		not_learned ns sip=$C lladdr=$mac && not_learned udp4 sip=$A \
		cut=33 && not_learned arp spa=$A cut=41
}

test_behind_each_kind_of_port() {
	ft send h4 arp src=02:00:00:00:00:e4 spa=$A && ft fence &&
		has_ip $A port=4 mac=02:00:00:00:00:e4 &&
		ft send "local" udp4 src=02:00:00:00:00:ff sip=$B &&
		has_ip $B port=0 mac=02:00:00:00:00:ff source=header
}

test_moves_to_another_port() {
	passes user peer arp spa=$A && passes user peer udp6 sip=$C &&
		passes peer user udp4 sip=$A && passes peer user udp6 sip=$C &&
		has_ip $A "$(behind peer)" mac=${MAC[peer]} &&
		has_ip $C "$(behind peer)" mac=${MAC[peer]} &&
		pt c port-get dev=h port.name=user && want port.ip-count=0 &&
		pt c port-get dev=h port.name=peer && want port.ip-count=2
}

# What was known of the one before says nothing of the next.
test_moves_to_another_mac() {
	local mac=02:00:00:00:00:e1

	passes user peer arp spa=$A && passes user peer arp spa=$A src=$mac &&
		has_ip $A "$(behind user)" mac=$mac source=arp &&
		passes user peer udp4 sip=$A &&
		has_ip $A "$(behind user)" mac=${MAC[user]} source=header &&
		passes user peer arp spa=$A && has_ip $A source=arp &&
		passes peer server udp4 src=${MAC[user]} sip=$A &&
		has_ip $A "$(behind peer)" mac=${MAC[user]} source=arp &&
		passes user peer udp4 src=$mac sip=$A &&
		has_ip $A "$(behind user)" mac=$mac source=header
}

# A station that has moved takes its lease along.
test_lease_moves_with_its_mac() {
	lease $LEASED && passes peer server udp4 src=${MAC[user]} sip=$LEASED &&
		has_ip $LEASED "$(behind peer)" source=dhcp
}

test_lease_stays_with_its_mac() {
	lease $LEASED && passes peer user udp4 sip=$LEASED &&
		passes peer user arp spa=$LEASED &&
		has_ip $LEASED "$(behind user)" mac=${MAC[user]} source=dhcp
}

test_counts() {
	passes user peer udp4 sip=$A && passes user peer udp6 sip=$C &&
		passes user peer udp6 sip=$LL && passes peer user arp spa=$B &&
		pt c hub-get dev=h && want hub.ip-count=4 &&
		pt c port-get dev=h port.name=user && want port.ip-count=3 &&
		pt c port-get dev=h port.name=peer && want port.ip-count=1 &&
		pt c ip-flush dev=h ip.address=$C && pt c hub-get dev=h &&
		want hub.ip-count=3
}

setup
run_tests
