#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Limits of the IP table: beyond that of the hub addresses are not learned, and
# frames pass; of those that a router's packets come from it learns so many and
# no more. What a policy needs finds room where others can do without.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	limit_of_the_hub
	limit_of_nothing
	lowered_limit
	room_after_a_flush
	routers_are_bounded
	bound_is_of_each_port
	bound_is_of_headers_only
	bound_is_not_of_policies
	room_is_made_for_what_is_needed
	no_room_at_the_cost_of_others
	known_ones_are_found_when_full
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

# Offsets of the last two bytes of an address.
SPA=30
SIP4=28
SIP6=36

setup_topology() {
	policy_topology && pt c auto ${SID[peer]} 64500 ack
}

before_each() {
	pt c link set h ip-max=65536
	policy server
	policy peer
	forget_all
}

# many FROM N OFFSET FRAME...: frames from as many addresses
many() {
	local from=$1 n=$2 off=$3

	shift 3
	pt frame m src=${MAC[$from]} "$@" &&
		pt c xfer ${SID[$from]} sweep:m:$n:$off:1
}

# table_has N, not_learned_is N
table_has() {
	pt c hub-get dev=h && want hub.ip-count=$1
}

not_learned() {
	pt c hub-get dev=h && field hub.ip-not-learned
}

test_limit_of_the_hub() {
	counter h ${SNUM[peer]} tx-frames || return 1
	local frames=$VAL
	not_learned || return 1
	local before=$VAL
	pt c link set h ip-max=20 && many user 40 $SPA arp spa=10.0.0.0 &&
		table_has 20 && want hub.ip-not-learned=$((before + 20)) &&
		counted h ${SNUM[peer]} tx-frames $((frames + 40)) &&
		has_ip 10.0.0.20 && no_ip 10.0.0.21 &&
		pt c link set h ip-max=21 && passes user server arp spa=$A &&
		has_ip $A
}

test_limit_of_nothing() {
	pt c link set h ip-max=0 && many user 5 $SPA arp spa=10.0.0.0 &&
		many user 5 $SIP6 udp6 && passes user server ns sip=$C &&
		table_has 0 && lease $LEASED && table_has 0
}

# What is known stays.
test_lowered_limit() {
	many user 30 $SPA arp spa=10.0.0.0 && pt c link set h ip-max=10 &&
		table_has 30 && passes user server arp spa=$A && no_ip $A &&
		pt c ip-flush dev=h ip.address=10.0.0.0 ip.prefix=27 &&
		table_has 0 && passes user server arp spa=$A && has_ip $A
}

test_room_after_a_flush() {
	pt c link set h ip-max=5 && many user 9 $SPA arp spa=10.0.0.0 &&
		no_ip 10.0.0.6 && pt c ip-flush dev=h ip.address=10.0.0.3 &&
		passes user server arp spa=10.0.0.6 && has_ip 10.0.0.6 &&
		passes user server arp spa=10.0.0.7 && no_ip 10.0.0.7
}

# Packets of the whole Internet pass through it; the table is not full.
test_routers_are_bounded() {
	not_learned || return 1
	local before=$VAL
	counter h ${SNUM[user]} drops.ip-limit || return 1
	local drops=$VAL
	many user 800 $SIP4 udp4 sip=198.51.0.0 &&
		many user 400 $SIP6 udp6 && table_has 1024 &&
		want hub.ip-not-learned=$before &&
		counted h ${SNUM[user]} drops.ip-limit $drops &&
		passes user server udp4 sip=$A && no_ip $A
}

test_bound_is_of_each_port() {
	many user 900 $SIP4 udp4 sip=198.51.0.0 && many user 200 $SIP4 udp4 \
		sip=198.52.0.0 && table_has 1024 &&
		passes peer server udp4 sip=$A && has_ip $A "$(behind peer)" &&
		many server 900 $SIP4 udp4 sip=198.53.0.0 && table_has 1925
}

# What is known by more than a header does not count, nor what has gone.
test_bound_is_of_headers_only() {
	many user 900 $SPA arp spa=10.0.0.0 && many user 900 $SPA arp \
		spa=10.1.0.0 && table_has 1800 &&
		many user 900 $SIP4 udp4 sip=198.51.0.0 &&
		many user 200 $SIP4 udp4 sip=198.52.0.0 && table_has 2824 &&
		passes user server arp spa=198.51.0.1 && has_ip 198.51.0.1 \
		source=arp && passes user server udp4 sip=$A && has_ip $A &&
		passes user server udp4 sip=$B && no_ip $B &&
		pt c ip-flush dev=h ip.address=$A &&
		passes user server udp4 sip=$B && has_ip $B
}

test_bound_is_not_of_policies() {
	counter h ${SNUM[user]} drops.ip-limit || return 1
	local before=$VAL
	policy user max-ip=1100 && many user 900 $SIP4 udp4 sip=198.51.0.0 &&
		many user 300 $SIP4 udp4 sip=198.52.0.0 && table_has 1100 &&
		counted h ${SNUM[user]} drops.ip-limit $((before + 100))
}

# Nothing depends on the addresses of a port without such a policy.
test_room_is_made_for_what_is_needed() {
	pt c link set h ip-max=10 && many peer 20 $SPA arp spa=10.0.0.0 &&
		table_has 10 && policy user max-ip=4 &&
		passes user server udp4 sip=$A && has_ip $A &&
		passes user server arp spa=$B && has_ip $B && table_has 10 &&
		passes user server udp6 sip=$C && has_ip $C && has_ip $A &&
		table_has 10 && passes peer server arp spa=10.0.0.99 &&
		no_ip 10.0.0.99
}

# Neither leases go, nor what another policy needs.
test_no_room_at_the_cost_of_others() {
	pt c link set h ip-max=3 && policy peer no-ip-dup &&
		passes peer server arp spa=10.0.0.1 &&
		passes peer server arp spa=10.0.0.2 && pt c ip-flush dev=h \
		ip.address=10.0.0.2 && passes server user dhcp=ack \
		chaddr=${MAC[server]} yiaddr=10.0.0.9 sip=10.0.0.8 &&
		passes peer server dhcp=ack chaddr=${MAC[user]} \
		yiaddr=$LEASED sip=10.0.0.1 && has_ip $LEASED source=dhcp &&
		pt c ip-flush dev=h ip.address=10.0.0.8 &&
		passes peer server arp spa=10.0.0.2 && table_has 3 &&
		policy user max-ip=4 && drops ip-limit user server udp4 sip=$A &&
		has_ip 10.0.0.1 && has_ip 10.0.0.2 && has_ip $LEASED &&
		passes user server udp4 sip=$LEASED
}

test_known_ones_are_found_when_full() {
	passes user server arp spa=$A && pt c link set h ip-max=1 &&
		passes user server udp4 sip=$A && passes peer server arp spa=$A &&
		has_ip $A "$(behind peer)" && policy user no-ip-dup &&
		drops ip-dup user server arp spa=$A
}

setup
run_tests
