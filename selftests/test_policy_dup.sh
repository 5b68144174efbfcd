#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Addresses that another port has are refused under no-ip-dup and no-mac-dup, and
# who has them keeps them, until they are forgotten. Under policies about IP
# addresses the senders that ARP and neighbour discovery name must be true.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	ip_duplicates
	ip_duplicates_in_messages
	ip_duplicate_of_the_host
	ip_of_nobody_is_free
	ip_moves_without_the_policy
	ip_probe_is_no_duplicate
	mac_duplicates
	mac_of_nobody_is_free
	senders_must_be_true
	nobody_is_learned_from_what_is_dropped
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology
}

before_each() {
	pt c link set h ip-ageing=300
	forget_all
}

test_ip_duplicates() {
	passes peer user udp4 sip=$A && passes peer user udp6 sip=$C &&
		passes peer user udp6 sip=$LL && policy user no-ip-dup &&
		ip_drops ip-dup $A && ip_drops ip-dup $C && ip_drops ip-dup $LL &&
		has_ip $A "$(behind peer)" mac=${MAC[peer]} &&
		has_ip $C "$(behind peer)" && ip_passes $B && ip_passes $D &&
		passes peer user udp4 sip=$A && ip_drops ip-dup $A
}

test_ip_duplicates_in_messages() {
	passes peer user arp spa=$A && passes peer user na sip=$C &&
		policy user no-ip-dup && drops ip-dup user peer arp spa=$A &&
		drops ip-dup user peer arp op=2 spa=$A &&
		drops ip-dup user peer arp spa=$A tpa=$A &&
		drops ip-dup user peer na sip=$C &&
		drops ip-dup user peer na sip=$LL target=$C &&
		drops ip-dup user peer ns sip=$C &&
		drops ip-dup user peer udp4 sip=$A src=02:00:00:00:00:e1 &&
		has_ip $A "$(behind peer)" mac=${MAC[peer]} source=arp &&
		has_ip $C "$(behind peer)" source=nd
}

# The hub's own machine has its address behind the local port.
test_ip_duplicate_of_the_host() {
	ft host "local" "${NS[hub]}" h &&
		ft send "local" arp src=02:00:00:00:00:ff spa=$A &&
		has_ip $A port=0 && policy user no-ip-dup &&
		ip_drops ip-dup $A && has_ip $A port=0 && ft leave "local"
}

test_ip_of_nobody_is_free() {
	pt c link set h ip-ageing=1 && passes peer user udp4 sip=$A &&
		policy user no-ip-dup && ip_drops ip-dup $A &&
		busywait 10000 no_ip $A && ip_passes $A &&
		has_ip $A "$(behind user)" && passes peer user udp4 sip=$B &&
		ip_drops ip-dup $B && pt c ip-flush dev=h ip.address=$B &&
		ip_passes $B
}

test_ip_moves_without_the_policy() {
	passes peer user udp4 sip=$A && ip_passes $A &&
		has_ip $A "$(behind user)" mac=${MAC[user]} &&
		policy user no-ip-dup && passes peer user udp4 sip=$A &&
		has_ip $A "$(behind peer)" && ip_drops ip-dup $A
}

# To ask whether somebody has it is allowed.
test_ip_probe_is_no_duplicate() {
	passes peer user arp spa=$A && passes peer user na sip=$C &&
		policy user no-ip-dup &&
		passes user peer arp spa=0.0.0.0 tpa=$A &&
		passes user peer ns sip=:: target=$C &&
		passes user peer arp spa=$B tpa=$A
}

test_mac_duplicates() {
	policy user no-mac-dup && drops mac-dup user server src=${MAC[peer]} &&
		drops mac-dup user server src=${MAC[peer]} arp &&
		pt c fdb-get dev=h fdb.mac=${MAC[peer]} &&
		want fdb.port=${SNUM[peer]} &&
		passes server peer dst=${MAC[peer]} &&
		drops static-port user peer src=02:00:00:00:00:ff &&
		passes user peer udp4 && policy user &&
		passes user server src=${MAC[peer]} &&
		pt c fdb-get dev=h fdb.mac=${MAC[peer]} &&
		want fdb.port=${SNUM[user]}
}

test_mac_of_nobody_is_free() {
	policy user no-mac-dup && drops mac-dup user server src=${MAC[peer]} &&
		pt c fdb-del dev=h fdb.mac=${MAC[peer]} &&
		passes user server src=${MAC[peer]}
}

# Whoever names another MAC address than its own poisons tables of others.
test_senders_must_be_true() {
	local option mac=02:00:00:00:00:e1

	for option in max-ip=9 no-ip-dup; do
		policy user $option &&
			drops bad-sender user peer arp sha=$mac spa=$A &&
			drops bad-sender user peer arp op=2 sha=$mac spa=$A &&
			drops bad-sender user peer arp sha=$mac spa=0.0.0.0 &&
			drops bad-sender user peer na sip=$C lladdr=$mac &&
			drops bad-sender user peer ns sip=$C lladdr=$mac &&
			drops bad-sender user peer rs lladdr=$mac &&
			no_ip $A && no_ip $C || return 1
	done
	policy user && passes user peer arp sha=$mac spa=$A &&
		passes user peer na sip=$C lladdr=$mac && no_ip $A && no_ip $C
}

test_nobody_is_learned_from_what_is_dropped() {
	policy user deny-type=0x0806 no-ra no-dhcp-server max-ip=9 &&
		drops denied-type user peer arp spa=$A &&
		drops router user peer ra sip=$LL &&
		drops dhcp-server user peer dhcp=offer sip=$B &&
		no_ip $A && no_ip $B && no_ip $LL
}

setup
run_tests
