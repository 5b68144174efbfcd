#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who gets a frame: everybody but its sender if its receiver is unknown or a
# group, one port if it is known, nobody if it must not be forwarded. Each
# frame that goes nowhere is counted with its reason at the port to blame.
#
#   namespace hub              namespace net
#   h --- p1 ================== 1    (named h1, h2, h3 there)
#     \-- p2 ================== 2
#     \-- p3 ================== 3
#     \-- session s

TESTS="
	unknown_unicast_is_flooded
	unknown_unicast_is_not_for_the_host
	promiscuous_host_sees_unknown_unicast
	known_unicast_goes_to_one_port
	unicast_to_the_host
	unicast_to_a_session
	broadcast
	multicast
	session_sends_to_all
	host_sends_to_all
	address_behind_the_same_port
	reserved_addresses
	group_or_zero_source
	hub_down
	no_receiver
	port_down
	counters_agree
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

UNKNOWN=02:00:00:00:99:99
A=02:00:00:00:00:a1
B=02:00:00:00:00:b1

setup_topology() {
	start_tools && make_hub h address=02:00:00:00:00:ff &&
		make_hosts h h1 h2 h3 && wait_up c h &&
		ft host local "${NS[hub]}" h && ft fence &&
		session s c h && S=$ID && NS_S=$NUM
}

before_each() {
	pt c "clear" "$S"
}

# everybody HOST N: the hosts but this one have N of the frame, it has none
everybody_but() {
	local host

	for host in h1 h2 h3 local; do
		if [ "$host" = "$1" ]; then
			expect_frames "$host" 0 any || return 1
		else
			expect_frames "$host" "$2" || return 1
		fi
	done
}

test_unknown_unicast_is_flooded() {
	frame_send h1 "dst=$UNKNOWN" "src=$A" &&
		expect_frames h2 1 && expect_frames h3 1 &&
		expect_frames h1 0 any && expect_session c "$S" 1
}

# The host's device lets in what a network card would.
test_unknown_unicast_is_not_for_the_host() {
	ft leave local && frame_send h1 "dst=$UNKNOWN" "src=$A" || return 1
	counter h 0 tx-frames
	local before=$VAL
	frame_send h1 "dst=$UNKNOWN" "src=$A" && expect_frames h2 1 || return 1
	# the fences of three hosts, and of them alone
	counted h 0 tx-frames $((before + 3))
	ft host local "${NS[hub]}" h
}

# A packet socket of frametool makes the device promiscuous.
test_promiscuous_host_sees_unknown_unicast() {
	frame_send h1 "dst=$UNKNOWN" "src=$A" && expect_frames local 1
}

test_known_unicast_goes_to_one_port() {
	ft send h2 "src=$B" && frame_send h1 "dst=$B" "src=$A" &&
		expect_frames h2 1 && expect_frames h3 0 any &&
		expect_frames h1 0 any && expect_frames local 0 any &&
		expect_session c "$S" 0
}

test_unicast_to_the_host() {
	frame_send h1 dst=02:00:00:00:00:ff "src=$A" &&
		expect_frames local 1 && expect_frames h2 0 any &&
		expect_frames h3 0 any && expect_session c "$S" 0
}

test_unicast_to_a_session() {
	pt frame hello src=02:00:00:00:00:05 &&
		pt c xfer "$S" data:hello &&
		frame_send h1 dst=02:00:00:00:00:05 "src=$A" &&
		expect_session c "$S" 1 && expect_frames h2 0 any &&
		expect_frames h3 0 any && expect_frames local 0 any
}

test_broadcast() {
	frame_send h1 "src=$A" && everybody_but h1 1 && expect_session c "$S" 1
}

test_multicast() {
	local dst

	for dst in 01:00:5e:00:00:fb 33:33:00:00:00:01 03:00:00:00:00:01; do
		frame_send h2 "dst=$dst" "src=$B" && everybody_but h2 1 &&
			expect_session c "$S" 1 || return 1
	done
}

test_session_sends_to_all() {
	FRAME="src=02:00:00:00:00:05 dst=ff:ff:ff:ff:ff:ff len=200"
	ft clear && pt frame f "$FRAME" && pt c xfer "$S" data:f &&
		ft fence && pt c "clear" "$S" && everybody_but none 1 &&
		expect_session c "$S" 0
}

test_host_sends_to_all() {
	frame_send local src=02:00:00:00:00:ff && everybody_but local 1 &&
		expect_session c "$S" 1
}

test_address_behind_the_same_port() {
	counter h 1 drops.hairpin
	local before=$VAL
	ft send h1 "src=$B" && frame_send h1 "dst=$B" "src=$A" &&
		expect_frames h2 0 any && expect_frames h3 0 any &&
		expect_frames h1 0 any &&
		counted h 1 drops.hairpin $((before + 1)) &&
		ft send h2 "src=$B"
}

# Of the device these belong to the device; from a session they are counted.
test_reserved_addresses() {
	local last before

	for last in 00 01 02 03 0e 0f; do
		frame_send h1 "dst=01:80:c2:00:00:$last" "src=$A" &&
			everybody_but h1 0 && expect_session c "$S" 0 ||
			return 1
	done
	counter h "$NS_S" drops.reserved
	before=$VAL
	FRAME="dst=01:80:c2:00:00:0e src=02:00:00:00:00:05"
	ft clear && pt frame f "$FRAME" && pt c xfer "$S" data:f:3 &&
		ft fence && everybody_but none 0 &&
		counted h "$NS_S" drops.reserved $((before + 3)) &&
		counter h 0 drops.reserved || return 1
	before=$VAL
	frame_send local dst=01:80:c2:00:00:02 && everybody_but local 0 &&
		counted h 0 drops.reserved $((before + 1)) || return 1
	# the block ends at 0f
	frame_send h1 dst=01:80:c2:00:00:10 "src=$A" && everybody_but h1 1
}

test_group_or_zero_source() {
	local src before

	counter h 1 drops.bad-source
	before=$VAL
	for src in 01:00:5e:00:00:01 ff:ff:ff:ff:ff:ff 00:00:00:00:00:00; do
		frame_send h1 "src=$src" && everybody_but h1 0 || return 1
	done
	expect_session c "$S" 0 &&
		counted h 1 drops.bad-source $((before + 3))
}

all_arrived() {
	counter h 1 rx-frames && [ "$VAL" = "$1" ]
}

test_hub_down() {
	local rx drops

	counter h 1 rx-frames
	rx=$VAL
	field port.drops.hub-down
	drops=$VAL
	pt c link down h && frame_send h1 x4 "src=$A" &&
		busywait 5000 all_arrived $((rx + 4)) &&
		counted h 1 drops.hub-down $((drops + 4)) &&
		ft list h2 && want count=0 && pt c hub-get dev=h &&
		want hub.up=0 && pt c link up h && wait_up c h &&
		busywait 5000 ft fence
}

test_no_receiver() {
	local host

	for host in h1 h3 local; do
		ft mute "$host" on || return 1
	done
	pt c link add d && pt c link up d && pt c link master ph2 d &&
		wait_up c ph2 && ft clear && ft send h2 x2 "dst=$UNKNOWN" || return 1
	drained() {
		counter d 1 rx-frames && [ "$VAL" = 2 ] &&
			field port.drops.no-receiver && [ "$VAL" = 2 ]
	}
	busywait 5000 drained && pt c link master ph2 h && wait_up c ph2 &&
		pt c link del d || return 1
	for host in h1 h3 local; do
		ft mute "$host" off || return 1
	done
	busywait 5000 ft fence
}

test_port_down() {
	counter h 3 drops.port-down
	local before=$VAL
	pt n link down h3 && ft mute h3 on && frame_send h1 x3 "src=$A" &&
		expect_frames h2 3 || return 1
	# three frames and three fences
	counted h 3 drops.port-down $((before + 6)) &&
		pt c port-get dev=h port.number=3 && want port.state=down &&
		pt n link up h3 && wait_up c ph3 && wait_up n h3 &&
		ft mute h3 off && busywait 5000 ft fence
}

# The hub's counters are the sums of the ports'.
test_counters_agree() {
	local name sum value

	for name in rx-frames rx-bytes tx-frames tx-bytes drops.hairpin \
		drops.reserved drops.no-receiver; do
		pt c dump port-get dev=h || return 1
		sum=0
		while read -r line; do
			value=${line##*" port.$name="}
			[ "$value" = "$line" ] || sum=$((sum + ${value%% *}))
		done <<<"$OUT"
		pt c hub-get dev=h && field "hub.$name" || return 1
		# ports of ph2 before it was released count in the hub alone
		[ "$VAL" -ge "$sum" ] && [ "$sum" -gt 0 ] ||
			[ "$name" = drops.no-receiver ] || return 1
	done
}

setup
run_tests
