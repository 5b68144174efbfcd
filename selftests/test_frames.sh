#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The hub passes every kind of frame unchanged, between device, session and
# local ports: tagged ones, jumbo ones, any EtherType, the shortest ones. What
# is longer than the way out can take is dropped there and counted.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1
#     \-- p2 ================== h2
#     \-- sessions s, t (socket c)

TESTS="
	ethertypes_between_devices
	ethertypes_from_and_to_a_session
	ethertypes_from_and_to_the_host
	tagged_frames
	tags_do_not_divide_the_hub
	tagged_frames_from_and_to_a_session
	tagged_frames_from_and_to_the_host
	vlan_device_on_a_port
	short_frames
	jumbo_frames
	longer_than_the_device_takes
	longest_frame_of_a_session
	longer_than_a_session_takes
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ETHERTYPES="arp ip4 ip6 tcp4 tcp6 ipx llc type=0x88b5 type=0x0600
	type=0x05ff type=0x8847 type=0x8906 type=0xffff type=0x0000"
TAGS="tag=5,len=100 tag=4095,arp tag=0,len=64 stag=7,tag=5,ip4,len=200
	tag=7,tag=5,len=300 stag=7,stag=5,tag=3,len=300 tag=5,ip6,len=1518
	tag=1,tcp4,len=200 stag=2,tag=1,udp6,len=700"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 h2 && wait_up c h &&
		ft host local "${NS[hub]}" h && ft fence &&
		session t c h && T=$ID && session s c h && S=$ID
}

before_each() {
	pt c "clear" $S
	pt c "clear" $T
}

set_mtu() {
	pt c link set ph1 mtu=$1 && pt c link set ph2 mtu=$1 &&
		pt n link set h1 mtu=$1 && pt n link set h2 mtu=$1 &&
		pt c link set h mtu=$2
}

# from_to FROM TO FRAME...: of hosts
from_to() {
	frame_send "$1" "${@:3}" && expect_frames "$2" 1
}

# record_to HOST... -- FRAME...: from the session
record_to() {
	local hosts='' host

	while [ "$1" != -- ]; do
		hosts+=" $1"
		shift
	done
	shift
	FRAME="$*"
	ft clear && pt frame f "$FRAME" && pt c xfer $S data:f || return 1
	for host in $hosts; do
		expect_frames $host 1 || return 1
	done
}

test_ethertypes_between_devices() {
	local type

	for type in $ETHERTYPES; do
		from_to h1 h2 $type len=100 seq=1 || return 1
	done
}

test_ethertypes_from_and_to_a_session() {
	local type

	for type in $ETHERTYPES; do
		record_to h1 h2 -- $type len=100 src=02:00:00:00:00:05 || return 1
	done
	for type in $ETHERTYPES; do
		from_to h1 h2 $type len=100 seq=3 && expect_session c $S 1 ||
			return 1
	done
}

test_ethertypes_from_and_to_the_host() {
	local type

	for type in $ETHERTYPES; do
		from_to h1 "local" $type len=100 seq=1 &&
			from_to "local" h1 $type len=100 seq=2 || return 1
	done
}

test_tagged_frames() {
	local tags

	for tags in $TAGS; do
		from_to h1 h2 ${tags//,/ } seq=1 || return 1
	done
}

# There is one table, whatever the tags say.
test_tags_do_not_divide_the_hub() {
	ft send h2 tag=5 src=02:00:00:00:00:b1 &&
		from_to h1 h2 tag=9 dst=02:00:00:00:00:b1 &&
		expect_frames local 0 any &&
		pt c fdb-get dev=h fdb.mac=02:00:00:00:00:b1 &&
		want fdb.port=2
}

test_tagged_frames_from_and_to_a_session() {
	local tags

	for tags in $TAGS; do
		record_to h1 h2 -- ${tags//,/ } src=02:00:00:00:00:05 &&
			from_to h1 h2 ${tags//,/ } seq=3 &&
			expect_session c $S 1 || return 1
	done
}

test_tagged_frames_from_and_to_the_host() {
	local tags

	for tags in $TAGS; do
		from_to h1 "local" ${tags//,/ } seq=1 &&
			from_to "local" h1 ${tags//,/ } seq=2 &&
			record_to "local" -- ${tags//,/ } || return 1
	done
}

# Frames of a VLAN device have their tag beside them and not in them.
test_vlan_device_on_a_port() {
	ip -n "${NS[net]}" link add link h1 name h1.5 type vlan id 5 ||
		skip "no VLAN devices" || return
	ip -n "${NS[hub]}" link add link h name h.5 type vlan id 5 &&
		pt n link up h1.5 && pt c link up h.5 &&
		wait_up n h1.5 && wait_up c h.5 &&
		ft host v1 "${NS[net]}" h1.5 && ft host v0 "${NS[hub]}" h.5 &&
		ft mute v1 on && ft mute v0 on &&
		frame_send v1 len=100 && expect_frames v0 1 &&
		expect_frames h2 1 tag=5 len=104 &&
		frame_send v0 len=200 seq=4 && expect_frames v1 1 &&
		expect_frames h2 1 tag=5 len=204 seq=4 &&
		ft leave v1 && ft leave v0 &&
		ip -n "${NS[net]}" link del h1.5 &&
		ip -n "${NS[hub]}" link del h.5
}

# A header alone is a frame. A tag that is cut short is not the hub's business;
# devices drop such frames themselves.
test_short_frames() {
	from_to h1 h2 len=14 && expect_session c $S 1 &&
		record_to h1 h2 local -- len=14 src=02:00:00:00:00:05 &&
		record_to h1 h2 -- len=15 src=02:00:00:00:00:05 &&
		record_to -- hex=ffffffffffff0200000000058100 &&
		expect_session c $T 1 &&
		record_to -- hex=ffffffffffff020000000005810000 &&
		expect_session c $T 1
}

test_jumbo_frames() {
	local type

	set_mtu 9000 9000 || return 1
	for type in type=0x88b5 udp4 tcp6 arp; do
		from_to h1 h2 $type len=9014 && expect_session c $S 1 &&
			expect_frames local 1 &&
			record_to h1 h2 local -- $type len=9014 \
				src=02:00:00:00:00:05 || return 1
	done
	from_to h1 h2 tag=5 len=9018 && set_mtu 1500 1500
}

test_longer_than_the_device_takes() {
	set_mtu 9000 9000 && pt c link set ph2 mtu=1500 &&
		counter h 2 drops.too-big || return 1
	local before=$VAL
	frame_send h1 len=1515 && expect_frames local 1 &&
		expect_frames h2 1 || return 1
	# room for one tag is let out, as by a bridge
	frame_send h1 len=1519 && expect_frames local 1 &&
		expect_frames h2 0 && counted h 2 drops.too-big $((before + 1)) &&
		frame_send h1 tag=5 len=1518 && expect_frames h2 1 &&
		FRAME="len=9000 src=02:00:00:00:00:05" && ft clear &&
		pt frame f $FRAME && pt c xfer $S data:f &&
		expect_frames h1 1 && expect_frames h2 0 &&
		counted h 2 drops.too-big $((before + 2)) &&
		set_mtu 1500 1500
}

test_longest_frame_of_a_session() {
	set_mtu 17000 16362 && from_to h1 h2 len=16376 &&
		expect_session c $S 1 &&
		from_to h1 h2 stag=3 tag=4 len=16384 && expect_session c $S 1 &&
		record_to h1 h2 -- stag=3 tag=4 len=16384 \
			src=02:00:00:00:00:05 && set_mtu 1500 1500
}

test_longer_than_a_session_takes() {
	counter h 4 drops.too-big || return 1
	local before=$VAL
	set_mtu 17000 16362 && from_to h1 h2 len=16385 &&
		expect_session c $S 0 &&
		counted h 4 drops.too-big $((before + 1)) && set_mtu 1500 1500
}

setup
run_tests
