#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may serve: no-dhcp-server drops what servers and relays send, filter-dhcp
# drops all DHCP in both directions, no-ra drops router advertisements and
# redirects; IPv4 and IPv6 alike, and nothing else.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- p4 ======== h4 :namespace net

TESTS="
	no_policy_drops_nothing
	servers_are_dropped
	relays_are_dropped
	servers_of_ipv6_are_dropped
	clients_may_ask
	servers_elsewhere_may_answer
	all_dhcp_is_dropped
	all_dhcp_to_the_port_is_dropped
	all_dhcp_of_ipv6_is_dropped
	flooded_dhcp_spares_the_port
	ports_that_look_like_dhcp
	routers_are_dropped
	redirects_are_dropped
	routers_from_anywhere
	other_icmp_passes
	routers_elsewhere_may_speak
	all_together
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

CLIENT4="discover request inform decline release"
SERVER4="offer ack nak"
CLIENT6="solicit request confirm renew rebind release decline inform"
SERVER6="advertise reply reconfigure"
RELAY6="relay-forw relay-repl"

setup_topology() {
	policy_topology && make_hosts h h4
}

before_each() {
	forget_all
}

# each VERB... -- WORD TYPE...: the verb with a frame for each type
each() {
	local verb=() word type

	while [ "$1" != -- ]; do
		verb+=("$1")
		shift
	done
	word=$2
	shift 2
	for type; do
		"${verb[@]}" "$word=$type" || return 1
	done
}

test_no_policy_drops_nothing() {
	each passes user peer -- dhcp $CLIENT4 $SERVER4 &&
		each passes user peer -- dhcp6 $CLIENT6 $SERVER6 $RELAY6 &&
		passes user peer ra && passes user peer redirect6 &&
		passes user peer redirect4
}

test_servers_are_dropped() {
	policy user no-dhcp-server &&
		each drops dhcp-server user peer -- dhcp $SERVER4 &&
		drops dhcp-server user peer dhcp=ack dst=${MAC[peer]} \
			dip=192.0.2.8 &&
		drops dhcp-server user peer dhcp=ack op=1 &&
		drops dhcp-server user peer dhcp=request op=2 &&
		drops dhcp-server user peer dhcp=discover dport=68 sport=67
}

# Of both directions; a relay is no client.
test_relays_are_dropped() {
	policy user no-dhcp-server &&
		each drops dhcp-server user peer giaddr=192.0.2.9 -- \
			dhcp $CLIENT4 $SERVER4
}

test_servers_of_ipv6_are_dropped() {
	policy user no-dhcp-server &&
		each drops dhcp-server user peer -- dhcp6 $SERVER6 $RELAY6 &&
		drops dhcp-server user peer dhcp6=advertise dip=ff02::1 &&
		drops dhcp-server user peer dhcp6=advertise sport=546
}

test_clients_may_ask() {
	policy user no-dhcp-server &&
		each passes user peer -- dhcp $CLIENT4 &&
		each passes user peer -- dhcp6 $CLIENT6 &&
		passes user server dhcp=request ciaddr=192.0.2.7 \
			dip=192.0.2.254 dst=${MAC[server]}
}

test_servers_elsewhere_may_answer() {
	policy user no-dhcp-server &&
		each passes server user -- dhcp $SERVER4 &&
		each passes server user -- dhcp6 $SERVER6 $RELAY6 &&
		passes server user dhcp=offer dst=${MAC[user]}
}

test_all_dhcp_is_dropped() {
	policy user filter-dhcp &&
		each drops dhcp user peer -- dhcp $CLIENT4 $SERVER4 &&
		each drops dhcp user peer giaddr=192.0.2.9 -- dhcp $CLIENT4 &&
		drops dhcp user peer dhcp=request dst=${MAC[peer]}
}

test_all_dhcp_to_the_port_is_dropped() {
	policy user filter-dhcp &&
		each drops_out dhcp server user -- dhcp $CLIENT4 $SERVER4 &&
		each drops_out dhcp server user dst=${MAC[user]} -- \
			dhcp $SERVER4 &&
		each drops_out dhcp server user -- \
			dhcp6 $CLIENT6 $SERVER6 $RELAY6 &&
		passes server user udp4 && passes server user ra
}

test_all_dhcp_of_ipv6_is_dropped() {
	policy user filter-dhcp &&
		each drops dhcp user peer -- dhcp6 $CLIENT6 $SERVER6 $RELAY6
}

# The others get it.
test_flooded_dhcp_spares_the_port() {
	policy user filter-dhcp && passes server peer dhcp=discover &&
		policy 4 filter-dhcp && counter h 4 drops.dhcp || return 1
	local before=$VAL
	pt frame f dhcp=offer src=${MAC[server]} && ft clear &&
		pt c xfer ${SID[server]} data:f && pt frame f udp4 &&
		pt c xfer ${SID[server]} data:f && ft fence &&
		expect_frames h4 1 udp4 && expect_frames h4 0 dhcp=offer \
		src=${MAC[server]} && counted h 4 drops.dhcp $((before + 1)) &&
		policy 4
}

# By either port: servers and clients go by one of them.
test_ports_that_look_like_dhcp() {
	local port

	policy user filter-dhcp || return 1
	for port in 67 68; do
		drops dhcp user peer udp4 dport=$port len=80 &&
			drops dhcp user peer udp4 sport=$port len=80 &&
			passes user peer udp6 dport=$port len=100 &&
			passes user peer tcp4 dport=$port || return 1
	done
	for port in 546 547; do
		drops dhcp user peer udp6 dport=$port len=100 &&
			drops dhcp user peer udp6 sport=$port len=100 &&
			passes user peer udp4 dport=$port || return 1
	done
	passes user peer udp4 dport=66 && passes user peer udp4 sport=69 &&
		passes user peer udp6 dport=545 && passes user peer udp6 dport=548
}

test_routers_are_dropped() {
	policy user no-ra && drops router user peer ra &&
		drops router user peer ra dst=${MAC[peer]} dip=fe80::3 &&
		drops router user peer ra lladdr=none &&
		drops router user peer echo4 icmp=9 dip=224.0.0.1
}

test_redirects_are_dropped() {
	policy user no-ra && drops router user peer redirect6 &&
		drops router user peer redirect4 &&
		drops router user peer redirect4 code=0 dst=${MAC[peer]} &&
		drops router user peer redirect6 lladdr=none
}

# Hosts should not believe it from beyond the link; it passes for none of them.
test_routers_from_anywhere() {
	policy user no-ra && drops router user peer ra ttl=64 &&
		drops router user peer ra sip=2001:db8::1 &&
		drops router user peer redirect6 ttl=1
}

test_other_icmp_passes() {
	policy user no-ra && passes user peer rs && passes user peer ns &&
		passes user peer na && passes user peer "na flags=r" &&
		passes user peer echo4 && passes user peer echo6 &&
		passes user peer echo4 icmp=3 && passes user peer echo4 icmp=10 &&
		passes user peer echo6 icmp=143 && passes user peer arp &&
		passes user peer dhcp=offer && passes user peer dhcp6=reply
}

test_routers_elsewhere_may_speak() {
	policy user no-ra && passes peer user ra && passes peer user redirect4 &&
		passes peer user redirect6
}

test_all_together() {
	policy user no-ra no-dhcp-server filter-dhcp &&
		drops router user peer ra && drops dhcp user peer dhcp=offer &&
		drops dhcp user peer dhcp6=solicit && passes user peer udp4 &&
		passes user peer ns
}

setup
run_tests
