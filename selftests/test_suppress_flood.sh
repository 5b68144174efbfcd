#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is flooded with suppress=1 all the same: what the hub does not know well
# enough, what looks for duplicates, what tells of an address, and questions whose
# answer is not the hub's business.
#
#   h --- user, server, peer  (sessions)      see policy.sh, suppress.sh

TESTS="
	unknown_is_flooded
	probes_and_announcements_are_flooded
	duplicate_address_detection_is_flooded
	solicited_only_if_advertised
	known_by_headers_alone
	asker_has_it_itself
	holder_behind_the_same_port
	holder_of_the_same_group
	tagged_questions_are_flooded
	questions_to_one_host
	liars_are_not_answered
"

# shellcheck source=suppress.sh
. "$(dirname "$0")/suppress.sh"

setup_topology() {
	policy_topology
}

test_unknown_is_flooded() {
	flooded user arp spa=$ME tpa=$B && flooded user ns sip=$ME6 target=$D &&
		flooded user udp4 && flooded user rs && flooded user type=0x88b5 &&
		flooded user udp6 dip=ff02::1
}

# Only the holder knows whether it is still there.
test_probes_and_announcements_are_flooded() {
	flooded user arp spa=0.0.0.0 tpa=$A && flooded user arp spa=$B tpa=$B &&
		flooded user arp op=2 spa=$ME tpa=$A &&
		flooded user arp spa=$A tpa=$A
}

test_duplicate_address_detection_is_flooded() {
	flooded user ns sip=:: target=$C && flooded user na sip=$D &&
		flooded user na sip=$D target=$C
}

# Whether it is a router nobody has said.
test_solicited_only_if_advertised() {
	passes peer user ns sip=$D && passes peer user udp6 sip=$LM &&
		flooded user ns sip=$ME6 target=$D &&
		flooded user ns sip=$LL target=$LM && passes peer user na sip=$D &&
		answered "$(nd_answer peer $D ${MAC[user]} $ME6)" \
			user ns sip=$ME6 target=$D
}

# A router's packets come from addresses that it does not have, as do those of a
# server behind a load balancer.
test_known_by_headers_alone() {
	passes peer user udp4 sip=$B && has_ip $B source=header &&
		flooded user arp spa=$ME tpa=$B && passes peer user arp spa=$B &&
		answered "$(arp_answer peer $B ${MAC[user]} $ME)" \
			user arp spa=$ME tpa=$B && passes server user udp4 sip=$B &&
		flooded user arp spa=$ME tpa=$B
}

test_asker_has_it_itself() {
	flooded peer arp spa=$ME tpa=$A && flooded peer ns sip=$ME6 target=$C &&
		pt c ip-flush dev=h && passes peer user arp spa=$A &&
		flooded user arp spa=$ME tpa=$A src=${MAC[peer]}
}

# They see each other.
test_holder_behind_the_same_port() {
	flooded peer arp spa=$ME tpa=$A src=02:00:00:00:00:e1 &&
		flooded peer ns sip=$ME6 target=$C src=02:00:00:00:00:e1
}

# They must not learn of each other; the server is not in the group.
test_holder_of_the_same_group() {
	policy user isolation=3 && policy peer isolation=3 &&
		ask user arp spa=$ME tpa=$A && suppressed 0 &&
		expect_session c ${SID[server]} 1 &&
		expect_session c ${SID[user]} 0 any &&
		expect_session c ${SID[peer]} 0 any && policy peer isolation=4 &&
		answered "$(arp_answer peer $A ${MAC[user]} $ME)" \
			user arp spa=$ME tpa=$A
}

# The address may be another's there.
test_tagged_questions_are_flooded() {
	flooded user tag=5 arp spa=$ME tpa=$A &&
		flooded user stag=6 tag=5 ns sip=$ME6 target=$C &&
		flooded user snap arp spa=$ME tpa=$A
}

# Somebody wants to know whether it is still there.
test_questions_to_one_host() {
	ask user arp spa=$ME tpa=$A dst=${MAC[peer]} && suppressed 0 &&
		expect_session c ${SID[peer]} 1 &&
		expect_session c ${SID[user]} 0 any &&
		ask user ns sip=$ME6 target=$C dip=$C dst=${MAC[peer]} &&
		suppressed 0 && expect_session c ${SID[peer]} 1
}

test_liars_are_not_answered() {
	flooded user arp spa=$ME tpa=$A sha=02:00:00:00:00:e1 &&
		flooded user ns sip=$ME6 target=$C lladdr=02:00:00:00:00:e1 &&
		flooded user ns sip=$ME6 target=$C ttl=254 &&
		flooded user arp spa=$ME tpa=$A cut=41
}

setup
run_tests
