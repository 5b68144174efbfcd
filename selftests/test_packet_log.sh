#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The packet log: each class has its frames and no others, their beginning or
# the whole of them; frames are numbered, and what a reader has not read in time
# is missed by its number; nothing is logged while nobody listens.
#
#   namespace hub: h --- p1 === h1 :namespace net
#                   \--- session s (socket c)
#   socket w has joined the group packet

TESTS="
	off_by_default
	settings
	settings_out_of_bounds
	classes
	all_classes_of_a_frame
	description_of_a_frame
	headers_or_whole
	bytes_of_records
	bytes_of_a_super_frame
	bytes_of_socket_buffers
	numbers
	each_hub_has_its_numbers
	nobody_listens
	reader_that_sleeps
	other_namespaces_hear_nothing
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packets.sh
. "$(dirname "$0")/packets.sh"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 && ft fence &&
		session s c h port.session.features=1 && S=$ID &&
		SNUMBER=$NUM && make_samples && pt socket w "${NS[hub]}" &&
		pt w join packet
}

before_each() {
	log 0
	pt w events
	pt c clear "$S"
}

# xfer FRAME...: the session's peer sends them
xfer() {
	local words

	printf -v words ' data:%s' "$@"
	# shellcheck disable=SC2086
	pt c xfer "$S" $words
}

silent() {
	pt w events && want events=0
}

test_off_by_default() {
	pt c link add d && pt c hub-get dev=d && want hub.log-headers=0 \
		hub.log-whole=0 hub.log-count=0 && pt c link del d &&
		logs 0 xfer $SAMPLES && silent
}

test_settings() {
	local all

	all=$(classes $((0x1ff)))
	pt socket wh "${NS[hub]}" && pt wh join hub &&
		pt c link add d log-headers=udp+ip log-whole=tcp-conn &&
		pt c link get d && want linkinfo.data.log-headers=udp+ip \
		linkinfo.data.log-whole=tcp-conn && pt wh event hub-ntf \
		hub.log-headers=udp+ip hub.log-whole=tcp-conn &&
		pt c link set d "log-headers=$all" && pt c hub-get dev=d &&
		want "hub.log-headers=$all" hub.log-whole=tcp-conn &&
		pt wh event hub-ntf "hub.log-headers=$all" &&
		pt c link set d log-headers=0 log-whole=0 &&
		pt c hub-get dev=d && want hub.log-headers=0 hub.log-whole=0 &&
		pt c link del d && pt wh event hub-del-ntf && pt close wh
}

test_settings_out_of_bounds() {
	local attr text="reserved bit set"

	for attr in log-headers log-whole; do
		refused EINVAL linkinfo.data.$attr "$text" \
			c link set h $attr=512 &&
			refused EINVAL linkinfo.data.$attr "" \
				c link set h $attr:u16=1 || return 1
	done
	pt c hub-get dev=h && want hub.log-headers=0 hub.log-whole=0
}

# class BIT: only this class is logged, so only its frames are
class() {
	local name words names=()

	for name in $SAMPLES; do
		[ $((CLASSES[$name] & $1)) = 0 ] || names+=("$name")
	done
	words=$(classes $(($1)))
	[ "${#names[@]}" -gt 0 ] && log "$1" &&
		logs "${#names[@]}" xfer $SAMPLES || return 1
	for name in "${names[@]}"; do
		pt w logged "$name" packet.reason=passed \
			"packet.class=$words" || return 1
	done
	silent
}

test_classes() {
	local bit

	for bit in 1 2 4 8 16 32 64 128; do
		class $bit || return 1
	done
}

test_all_classes_of_a_frame() {
	local name words

	log 0x1ff && xfer $SAMPLES || return 1
	for name in $SAMPLES; do
		words=$(classes "${CLASSES[$name]}")
		pt w logged "$name" "packet.class=$words" || return 1
	done
	silent
}

test_description_of_a_frame() {
	local now=$EPOCHREALTIME

	log $UDP && xfer udp && pt w event packet-ntf && want \
		"packet.port=$SNUMBER" packet.length=46 packet.reason=passed &&
		field packet.out-port && equal "$VAL" "" out-port &&
		field ifindex && equal "$VAL" \
		"$(ip netns exec "${NS[hub]}" cat /sys/class/net/h/ifindex)" &&
		field packet.time || return 1
	# the clock of the test, in nanoseconds
	[ "$VAL" -ge "${now/./}000" ] &&
		[ "$VAL" -le "${EPOCHREALTIME/./}000" ]
}

test_headers_or_whole() {
	pt frame long udp4 len=1000 seq=3 && pt frame short udp4 len=60 &&
		log $UDP && xfer long short && pt w logged long &&
		want logged=128 packet.length=1000 && pt w logged short &&
		want logged=60 && log 0 $UDP && xfer long short &&
		pt w logged long && want logged=1000 && pt w logged short &&
		want logged=60 && log $UDP $UDP && xfer long &&
		pt w logged long && want logged=1000 &&
		log $UDP $IP && xfer long && pt w logged long &&
		want logged=1000 packet.class=udp+ip
}

# Around where a frame goes into pages of its own, and no multiple of four.
test_bytes_of_records() {
	local len

	log 0 $UDP || return 1
	for len in 127 128 129 2047 2048 2049 4097 16383 16384; do
		pt frame f udp4 len=$len seq=$len && xfer f &&
			pt w logged f packet.length=$len &&
			want logged=$len || return 1
	done
}

test_bytes_of_a_super_frame() {
	pt frame f tcp4 len=64000 mss=1400 && log 0 $TCP_DATA &&
		pt c xfer "$S" offload:f && pt w logged f packet.length=64000 &&
		want logged=64000
}

test_bytes_of_socket_buffers() {
	local words

	log 0 $((TCP_DATA | UDP)) || return 1
	for words in "udp4 len=90" "udp6 len=1510" "tcp4 len=30001 mss=1400" \
		"tcp4 tag=5 len=20000 mss=1400"; do
		pt frame f $words "src=$A" && ft send h1 $words "src=$A" &&
			pt w logged f packet.port=1 &&
			field logged && field packet.length || return 1
		want "logged=$VAL" || return 1
	done
}

test_numbers() {
	local first

	log $UDP && log_count h && first=$VAL && xfer udp syn udp udp6 &&
		pt w event packet-ntf packet.seq=$((first + 1)) &&
		pt w event packet-ntf packet.seq=$((first + 2)) &&
		pt w event packet-ntf packet.seq=$((first + 3)) && silent &&
		log_count h && equal "$VAL" $((first + 3))
}

test_each_hub_has_its_numbers() {
	log $UDP && make_hub d vlan=7 log-headers=$UDP && session t c d &&
		xfer udp && pt c xfer "$ID" data:udp && xfer udp &&
		pt c xfer "$ID" data:udp6 && pt w event packet-ntf vlan=7 \
		packet.seq=1 && pt w event packet-ntf vlan=7 packet.seq=2 &&
		pt c hub-get dev=d && want hub.log-count=2 && pt c link del d
}

# Not even counted: somebody who comes later has missed nothing.
test_nobody_listens() {
	local before

	log 0x1ff && log_count h && before=$VAL && pt close w &&
		logs 0 xfer $SAMPLES && pt socket w "${NS[hub]}" &&
		pt w join packet && silent && xfer udp &&
		pt w event packet-ntf packet.seq=$((before + 1))
}

test_reader_that_sleeps() {
	local before last sent=400

	log $UDP && log_count h && before=$VAL && pt w sleep on || return 1
	pt c xfer "$S" burst:udp:$sent && pt w sleep off &&
		pt w events >/dev/null && grep -q '^# overrun' <<<"$OUT" ||
		return 1
	last=$(grep -c ^packet-ntf <<<"$OUT")
	field packet.seq
	# what came is the beginning, without a gap
	[ "$last" -gt 0 ] && [ "$last" -lt $sent ] &&
		equal "$VAL" $((before + last)) || return 1
	# the gap is seen with the next frame
	xfer udp && pt w event packet-ntf packet.seq=$((before + sent + 1)) &&
		log_count h && equal "$VAL" $((before + sent + 1))
}

test_other_namespaces_hear_nothing() {
	log 0x1ff && pt n join packet && xfer $SAMPLES &&
		pt w event packet-ntf && pt n events && want events=0
}

setup
run_tests
