#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The packet log and frames that are dropped: once with the reason where a
# frame is refused when it enters, once more for each port that it could not
# leave by, with the bytes that it has; in the class "blocked" and in no other.
#
#   namespace hub                namespace net
#   h --- p1 ==================== h1
#     \-- p2 ==================== h2
#     \-- sessions s and t (socket c)
#   socket w has joined the group packet

TESTS="
	passed_frames_are_not_blocked
	reasons_at_the_entrance
	hub_is_down
	address_of_another_port
	metadata_that_lie
	headers_or_whole
	blocked_and_other_classes
	not_blocked_but_other_classes
	behind_the_same_port
	nobody_to_receive
	port_is_down
	each_port_that_is_down
	too_big_for_a_device
	queue_of_a_session_is_full
	super_frame_for_a_full_queue
	numbers_of_both
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets.sh
. "$(dirname "$0")/packets.sh"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 h2 && ft fence &&
		session s c h port.session.features=1 && S=$ID && N_S=$NUM &&
		session t c h port.session.queue-limit=262144 && T=$ID &&
		N_T=$NUM && make_samples && pt socket w "${NS[hub]}" &&
		pt w join packet
}

before_each() {
	log 0
	pt w events
	pt c clear "$S"
	pt c clear "$T"
	pt c fdb-flush dev=h
}

silent() {
	pt w events && want events=0
}

# blocked FRAME REASON [WORD...]: told of as dropped where it entered
blocked() {
	local frame=$1 reason=$2

	shift 2
	pt w logged "$frame" packet.reason="$reason" "$@" &&
		field packet.out-port && equal "$VAL" "" out-port
}

# kept FRAME REASON NUMBER [WORD...]: told of as dropped at its way out
kept() {
	local frame=$1 reason=$2 number=$3

	shift 3
	pt w logged "$frame" packet.reason="$reason" packet.class=blocked \
		packet.out-port="$number" "$@"
}

test_passed_frames_are_not_blocked() {
	log $BLOCKED && logs 0 pt c xfer "$S" data:syn data:udp data:arp &&
		silent
}

test_reasons_at_the_entrance() {
	pt frame group udp4 src=01:00:5e:00:00:01 &&
		pt frame zero udp4 src=00:00:00:00:00:00 &&
		pt frame reserved udp4 dst=01:80:c2:00:00:0e "src=$A" &&
		log $BLOCKED && logs 3 pt c xfer "$S" data:group data:zero \
		data:reserved && blocked group bad-source \
		packet.class=blocked packet.port="$N_S" &&
		blocked zero bad-source && blocked reserved reserved && silent
}

test_hub_is_down() {
	log $BLOCKED && pt c link down h && logs 1 pt c xfer "$S" data:udp &&
		blocked udp hub-down && pt c link up h && wait_up c h &&
		silent
}

test_address_of_another_port() {
	pt c fdb-new dev=h fdb.mac=$A fdb.port=1 && log $BLOCKED &&
		logs 1 pt c xfer "$S" data:udp && blocked udp static-port &&
		pt c fdb-del dev=h fdb.mac=$A && pt c port-set \
		port.session.id="$S" port.fdb-max=1 && logs 1 pt c xfer "$S" \
		data:udp burst:udp:1 && pt w event packet-ntf \
		packet.reason=mac-limit && pt c port-set \
		port.session.id="$S" port.fdb-max=0 && silent
}

# It never enters the hub, so it is in no other class.
test_metadata_that_lie() {
	pt frame lie tcp4 len=3000 mss=1000 && pt vnet lie start=5000 &&
		log 0x1ff && logs 1 pt c xfer "$S" offload:lie &&
		blocked lie malformed packet.class=blocked packet.length=3000 &&
		silent
}

test_headers_or_whole() {
	pt frame group udp4 len=900 src=01:00:5e:00:00:01 && log $BLOCKED &&
		pt c xfer "$S" data:group && blocked group bad-source &&
		want logged=128 packet.length=900 && log $UDP $BLOCKED &&
		pt c xfer "$S" data:group && blocked group bad-source &&
		want logged=900
}

test_blocked_and_other_classes() {
	pt frame group udp4 src=01:00:5e:00:00:01 && log $((BLOCKED | UDP)) &&
		logs 2 pt c xfer "$S" data:udp data:group && pt w logged udp \
		packet.class=udp packet.reason=passed && blocked group \
		bad-source packet.class=udp+blocked && silent
}

test_not_blocked_but_other_classes() {
	pt frame group udp4 src=01:00:5e:00:00:01 && log $UDP &&
		logs 1 pt c xfer "$S" data:group && blocked group bad-source \
		packet.class=udp && silent
}

test_behind_the_same_port() {
	pt frame learn src=02:00:00:00:00:b1 && pt c xfer "$S" data:learn &&
		log $((BLOCKED | UDP)) && logs 2 pt c xfer "$S" data:udp &&
		pt w logged udp packet.class=udp packet.reason=passed &&
		blocked udp hairpin packet.class=blocked && silent &&
		log $UDP && logs 1 pt c xfer "$S" data:udp &&
		pt w logged udp packet.reason=passed && silent
}

test_nobody_to_receive() {
	make_hub d log-headers=$((BLOCKED | UDP)) && session u c d &&
		pt c xfer "$ID" data:udp && pt w logged udp packet.class=udp \
		packet.reason=passed packet.seq=1 && blocked udp no-receiver \
		packet.class=blocked packet.seq=2 && silent &&
		pt c link del d
}

# The frame comes as a socket buffer, which a device that takes it uses up.
test_port_is_down() {
	local words

	log 0 $BLOCKED && ip -n "${NS[hub]}" link set ph2 down || return 1
	for words in "udp4 len=70" "tcp4 len=30001 mss=1400"; do
		pt frame f $words "src=$A" && ft send h1 $words "src=$A" &&
			kept f port-down 2 packet.port=1 && field logged &&
			field packet.length && want "logged=$VAL" || return 1
	done
	ip -n "${NS[hub]}" link set ph2 up && wait_up c ph2 && silent
}

test_each_port_that_is_down() {
	log $BLOCKED && ip -n "${NS[hub]}" link set ph1 down &&
		ip -n "${NS[hub]}" link set ph2 down &&
		logs 2 pt c xfer "$S" data:other && pt w event packet-ntf \
		packet.reason=port-down && pt w event packet-ntf \
		packet.reason=port-down && silent &&
		ip -n "${NS[hub]}" link set ph1 up &&
		ip -n "${NS[hub]}" link set ph2 up && wait_up c ph1 ph2
}

test_too_big_for_a_device() {
	pt frame f udp4 len=9000 "src=$A" dst=02:00:00:00:00:b1 &&
		pt c fdb-new dev=h fdb.mac=02:00:00:00:00:b1 fdb.port=1 &&
		log 0 $BLOCKED && logs 1 pt c xfer "$S" data:f &&
		kept f too-big 1 packet.port="$N_S" packet.length=9000 &&
		want logged=9000 && silent &&
		pt c fdb-del dev=h fdb.mac=02:00:00:00:00:b1
}

# A quarter of its limit may be unsent: four frames of 16 KiB are too much.
test_queue_of_a_session_is_full() {
	pt frame f udp4 len=16384 "src=$A" dst=02:00:00:00:00:b1 &&
		pt c fdb-new dev=h fdb.mac=02:00:00:00:00:b1 \
		fdb.port="$N_T" && log $((BLOCKED | UDP)) &&
		logs 3 pt c xfer "$S" data:f:3 &&
		logs 2 pt c xfer "$S" data:f || return 1
	for _ in 1 2 3 4; do
		pt w logged f packet.class=udp packet.reason=passed || return 1
	done
	kept f queue-full "$N_T" packet.port="$N_S" packet.length=16384 &&
		want logged=128 && silent &&
		pt c fdb-del dev=h fdb.mac=02:00:00:00:00:b1
}

# All its pieces are lost, the frame is told of once.
test_super_frame_for_a_full_queue() {
	pt frame f tcp4 len=30000 mss=1000 "src=$A" dst=02:00:00:00:00:b1 &&
		pt c fdb-new dev=h fdb.mac=02:00:00:00:00:b1 \
		fdb.port="$N_T" && log 0 $BLOCKED &&
		logs 0 pt c xfer "$S" offload:f:2 &&
		logs 1 pt c xfer "$S" offload:f &&
		kept f queue-full "$N_T" packet.length=30000 &&
		want logged=30000 && silent &&
		pt c fdb-del dev=h fdb.mac=02:00:00:00:00:b1
}

test_numbers_of_both() {
	local first

	pt frame group udp4 src=01:00:5e:00:00:01 && log $((BLOCKED | UDP)) &&
		log_count h && first=$VAL && pt c xfer "$S" data:udp \
		data:group data:udp && pt w event packet-ntf \
		packet.seq=$((first + 1)) packet.reason=passed &&
		pt w event packet-ntf packet.seq=$((first + 2)) \
		packet.reason=bad-source && pt w event packet-ntf \
		packet.seq=$((first + 3)) packet.reason=passed && silent
}

setup
run_tests
