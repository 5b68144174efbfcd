#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# With suppress=1 the hub answers ARP requests and neighbour solicitations for
# addresses that it knows, to the asker alone and as the holder would, and saves
# the flood: to sessions, devices and its own machine.
#
#   h --- user, server, peer  (sessions)      see policy.sh, suppress.sh
#     \-- p4 ======== h4 :namespace net

TESTS="
	off_by_default
	arp_is_answered
	nd_is_answered
	nd_of_a_router
	answers_to_a_device
	answers_to_the_host
	answers_about_any_port
	switched_off_again
	forgotten_and_ended
	moved
	asker_is_learned
"

# shellcheck source=suppress.sh
. "$(dirname "$0")/suppress.sh"

setup_topology() {
	policy_topology && make_hosts h h4 && ft mute h4 half &&
		ft host "local" "${NS[hub]}" h && ft mute "local" on
}

test_off_by_default() {
	pt c hub-get dev=h && want hub.suppress=1 && pt c link add d &&
		pt c hub-get dev=d && want hub.suppress=0 && pt c link del d &&
		refused ERANGE linkinfo.data.suppress "" c link set h suppress=2
}

test_arp_is_answered() {
	answered "$(arp_answer peer $A ${MAC[user]} $ME)" \
		user arp spa=$ME tpa=$A &&
		answered "$(arp_answer peer $A ${MAC[server]} 192.0.2.77)" \
			server arp spa=192.0.2.77 tpa=$A
}

test_nd_is_answered() {
	answered "$(nd_answer peer $C ${MAC[user]} $ME6)" \
		user ns sip=$ME6 target=$C &&
		answered "$(nd_answer peer $C ${MAC[user]} $LL)" \
			user ns sip=$LL target=$C dst=33:33:ff:00:00:11
}

# As its last advertisement said.
test_nd_of_a_router() {
	passes peer user na sip=$C flags=ro && answered "$(nd_answer peer $C \
		${MAC[user]} $ME6 rso)" user ns sip=$ME6 target=$C &&
		passes peer user na sip=$C flags=o && answered "$(nd_answer \
		peer $C ${MAC[user]} $ME6)" user ns sip=$ME6 target=$C
}

test_answers_to_a_device() {
	local mac=02:00:00:00:00:e4

	start_count
	pt c "clear" ${SID[peer]} && ft clear &&
		ft send h4 arp src=$mac spa=$ME tpa=$A &&
		ft send h4 ns src=$mac sip=$ME6 target=$C &&
		expect_frames h4 1 "$(arp_answer peer $A $mac $ME)" &&
		expect_frames h4 1 "$(nd_answer peer $C $mac $ME6)" &&
		expect_frames h4 2 any && suppressed 2 &&
		expect_session c ${SID[peer]} 0 any
}

test_answers_to_the_host() {
	local mac=02:00:00:00:00:ff

	start_count
	pt c "clear" ${SID[peer]} && ft clear &&
		ft send "local" arp src=$mac spa=$ME tpa=$A &&
		ft send "local" ns src=$mac sip=$ME6 target=$C &&
		expect_frames "local" 1 "$(arp_answer peer $A $mac $ME)" &&
		expect_frames "local" 1 "$(nd_answer peer $C $mac $ME6)" &&
		expect_frames h4 0 any && suppressed 2 &&
		expect_session c ${SID[peer]} 0 any
}

# Also about those behind devices, and the hub's own machine.
test_answers_about_any_port() {
	MAC[h4]=02:00:00:00:00:e4
	MAC[local]=02:00:00:00:00:ff
	ft send h4 arp src=${MAC[h4]} spa=$B &&
		ft send "local" arp src=${MAC[local]} spa=192.0.2.13 &&
		has_ip $B port=4 && answered \
		"$(arp_answer h4 $B ${MAC[user]} $ME)" user arp spa=$ME tpa=$B &&
		answered "$(arp_answer local 192.0.2.13 ${MAC[user]} $ME)" \
			user arp spa=$ME tpa=192.0.2.13
}

test_switched_off_again() {
	pt c link set h suppress=0 && flooded user arp spa=$ME tpa=$A &&
		flooded user ns sip=$ME6 target=$C
}

test_forgotten_and_ended() {
	pt c ip-flush dev=h ip.address=$A && flooded user arp spa=$ME tpa=$A &&
		passes server user dhcp=ack chaddr=${MAC[peer]} yiaddr=$B \
		lease=3 && answered "$(arp_answer peer $B ${MAC[user]} $ME)" \
			user arp spa=$ME tpa=$B && busywait 10000 no_ip $B &&
		flooded user arp spa=$ME tpa=$B
}

test_moved() {
	local mac=02:00:00:00:00:e1

	passes server user arp spa=$A && answered "$(arp_answer server $A \
		${MAC[user]} $ME)" user arp spa=$ME tpa=$A &&
		passes server user na src=$mac sip=$C && answered "na flags=so \
		src=$mac dst=${MAC[user]} sip=$C dip=$ME6" user ns sip=$ME6 \
		target=$C && passes server user udp6 src=$mac sip=$C &&
		passes peer user udp6 sip=$C && flooded user ns sip=$ME6 target=$C
}

# Its question was not flooded, and told the hub where it is.
test_asker_is_learned() {
	answered "$(arp_answer peer $A ${MAC[user]} $B)" user arp spa=$B tpa=$A &&
		has_ip $B "$(behind user)" source=arp
}

setup
run_tests
