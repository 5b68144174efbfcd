#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Super-frames and frames whose checksum is left to the receiver: they cross
# whole to those who take them, and are cut and completed for those who do not.
# Every piece is checked: headers, lengths, sequence numbers, each byte of the
# payload, both checksums. Metadata of a peer that lies is found out.
#
#   namespace hub                        namespace net
#   h --- p1 ============================ h1
#     \-- p2 ============================ h2
#     \-- p3 (no offloads) ============== h3
#     \-- sessions o, q (take super-frames), n (takes none)

TESTS="
	from_a_device
	from_a_session
	from_a_session_that_takes_none
	from_the_host
	tagged
	with_congestion_notification
	one_segment_is_no_super_frame
	segments_too_long_for_a_session
	checksum_left_to_do
	checksum_left_to_the_peer
	checksum_left_to_do_by_a_session
	metadata_without_a_meaning
	lies_about_checksums
	lies_about_segments
	lies_in_the_headers
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

SRC=02:00:00:00:00:05

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 h2 h3 && wait_up c h &&
		ft host local "${NS[hub]}" h && ft fence &&
		ip netns exec "${NS[hub]}" ethtool -K ph3 tx off &&
		session n c h && N=$ID &&
		session o c h port.session.features=1 && O=$ID &&
		session q c h port.session.features=1 && Q=$ID && NUM_Q=$NUM
}

before_each() {
	pt c "clear" $N
	pt c "clear" $O
	pt c "clear" $Q
}

# whole_or_cut PIECES FRAME...: what each port gets of a super-frame that h1,
# or a session if there is none in it, has sent
whole_or_cut() {
	local pieces=$1

	shift
	ft stream h2 1 "$@" && ft stream h3 $pieces "$@" &&
		pt c stream $O 1 "$@" && pt c stream $N $pieces "$@"
}

test_from_a_device() {
	local type

	for type in "tcp4 len=30054" "tcp6 len=30074"; do
		before_each
		ft clear && ft send h1 $type mss=1000 seq=5 &&
			whole_or_cut 30 $type mss=1000 seq=5 &&
			ft stream local 1 $type mss=1000 seq=5 || return 1
	done
	pt c info $O && want data=0 && pt c info $N && want offload=0
}

test_from_a_session() {
	local type

	for type in "tcp4 len=60000 mss=1448" "tcp6 len=64000 mss=1428" \
		"tcp4 len=64000 mss=8948"; do
		before_each
		set -- "$type src=$SRC seq=7"
		local mss=${type##*mss=} len=${type##*len=}
		len=${len%% *}
		local head=54
		[ "${type%% *}" = tcp4 ] || head=74
		local pieces=$(((len - head + mss - 1) / mss))
		set_mtu 9000
		ft clear && pt frame f "$@" && pt c xfer $Q offload:f &&
			whole_or_cut $pieces "$@" && ft stream h1 1 "$@" &&
			ft stream local 1 "$@" || return 1
	done
	set_mtu 1500
}

set_mtu() {
	pt c link set ph2 mtu=$1 && pt c link set ph3 mtu=$1 &&
		pt c link set h mtu=$1 && pt n link set h2 mtu=$1 &&
		pt n link set h3 mtu=$1
}

# What a peer takes and what it sends are different things.
test_from_a_session_that_takes_none() {
	set -- tcp4 len=20054 mss=1000 src=$SRC seq=8
	ft clear && pt frame f "$@" && pt c xfer $N offload:f &&
		ft stream h2 1 "$@" && ft stream h3 20 "$@" &&
		pt c stream $O 1 "$@" && pt c stream $Q 1 "$@"
}

test_from_the_host() {
	set -- tcp6 len=40074 mss=1000 seq=9
	ft clear && ft send local "$@" && whole_or_cut 40 "$@" &&
		ft stream h1 1 "$@"
}

test_tagged() {
	set -- tag=5 tcp4 len=20058 mss=1000 src=$SRC
	ft clear && ft send h1 "$@" && whole_or_cut 20 "$@" || return 1
	before_each
	set -- stag=9 tag=5 tcp6 len=20082 mss=1000 src=$SRC
	ft clear && pt frame f "$@" && pt c xfer $Q offload:f &&
		whole_or_cut 20 "$@"
}

test_with_congestion_notification() {
	set -- tcp4 len=20054 mss=1000 src=$SRC
	ft clear && pt frame f "$@" && pt vnet f gso=0x81 &&
		pt c xfer $Q offload:f && pt c stream $N 20 "$@" &&
		pt c expect $O 1 any && pt c list $O && want gso=129
}

test_one_segment_is_no_super_frame() {
	set -- tcp4 len=1054 mss=1000 src=$SRC
	ft clear && pt frame f "$@" && pt c xfer $Q offload:f &&
		pt c stream $N 1 "$@" && pt c expect $O 1 any &&
		pt c list $O && want flags=1 gso=0 && ft expect h2 1 any &&
		ft list h2 && want gso=0
}

# 20000 bytes in one piece would be no DATA record.
test_segments_too_long_for_a_session() {
	counter h $NUM_Q drops.malformed || return 1
	local before=$VAL
	pt frame f tcp4 len=60054 mss=20000 src=$SRC &&
		pt c xfer $Q offload:f &&
		counted h $NUM_Q drops.malformed $((before + 1))
}

test_checksum_left_to_do() {
	local type

	for type in tcp4 tcp6 udp4 udp6; do
		before_each
		frame_send h1 $type len=300 partial && expect_frames h2 1 &&
			ft list h2 && want flags=1 gso=0 &&
			expect_frames h3 1 && ft list h3 && ! want flags=1 &&
			expect_frames local 1 && expect_session c $N 1 &&
			expect_session c $O 1 || return 1
	done
	pt c info $N && want offload=0
}

# To one session alone it goes as it is.
test_checksum_left_to_the_peer() {
	pt frame l src=$SRC && pt c xfer $Q data:l &&
		frame_send h1 dst=$SRC udp6 len=300 partial &&
		expect_session c $Q 1 && pt c list $Q && want flags=1 gso=0
}

test_checksum_left_to_do_by_a_session() {
	local type

	for type in tcp4 tcp6 udp4 udp6 "tag=3 tcp4" "stag=3 tag=4 udp6"; do
		before_each
		FRAME="$type len=300 partial src=$SRC"
		ft clear && pt frame f "$FRAME" && pt c xfer $Q offload:f &&
			expect_frames h1 1 && expect_frames h3 1 &&
			ft list h3 && ! want flags=1 &&
			expect_session c $N 1 && expect_session c $O 1 &&
			pt c list $O && want flags=1 gso=0 || return 1
	done
}

# Unknown flags are taken out, and a record without any is a plain frame.
test_metadata_without_a_meaning() {
	FRAME="len=200 src=$SRC"
	ft clear && pt frame f "$FRAME" &&
		pt vnet f flags=0xfe hdr=77 mss=99 start=5 offset=7 &&
		pt c xfer $Q offload:f && expect_frames h1 1 &&
		expect_session c $N 1 && pt c expect $O 1 $FRAME &&
		pt c list $O && ! want flags=254 || return 1
}

# lies FRAME -- METADATA: nobody gets it, it is counted as malformed, and its
# bytes count as received
lies() {
	local frame=''

	while [ "$1" != -- ]; do
		frame+=" $1"
		shift
	done
	shift
	pt c port-get dev=h port.number=$NUM_Q && field port.drops.malformed
	local before=$VAL
	field port.session.rx-count
	local rx=$VAL
	field port.rx-frames
	local frames=$VAL
	pt frame f $frame && field len && local len=$VAL &&
		pt vnet f "$@" && pt c xfer $Q offload:f &&
		pt c port-get dev=h port.number=$NUM_Q &&
		want port.drops.malformed=$((before + 1)) \
		port.session.rx-count=$((rx + len + 14)) \
		port.rx-frames=$frames
}

test_lies_about_checksums() {
	set -- tcp4 len=300 src=$SRC partial --
	lies "$@" start=0 && lies "$@" start=33 && lies "$@" start=300 &&
		lies "$@" start=34 offset=265 && lies "$@" start=65535 &&
		lies "$@" offset=65535 && lies "$@" start=65535 offset=65535 &&
		lies tag=1 tcp4 len=300 src=$SRC partial -- start=37 &&
		lies len=14 src=$SRC -- flags=1 start=14 offset=0 &&
		expect_session c $N 0 any
}

test_lies_about_segments() {
	set -- tcp4 len=20054 mss=1000 src=$SRC --
	lies "$@" mss=0 && lies "$@" mss=1 && lies "$@" mss=65535 &&
		lies "$@" mss=16384 && lies "$@" gso=3 && lies "$@" gso=5 &&
		lies "$@" gso=4 && lies "$@" gso=2 && lies "$@" gso=0x80 &&
		lies "$@" gso=0x84 && lies "$@" flags=0 &&
		lies "$@" start=35 && lies "$@" offset=6 &&
		lies "$@" gso=0 && lies "$@" start=54 &&
		lies tcp6 len=20074 mss=1000 src=$SRC -- gso=1 &&
		lies arp len=20074 src=$SRC -- flags=1 gso=1 mss=1000 \
			start=34 offset=16 && expect_session c $N 0 any
}

# A TCP frame with one byte changed, at an offset, to a value.
test_lies_in_the_headers() {
	local change hex off value

	hex=ffffffffffff02000000000508004500\
07d00000400040060000c0000201c0000202100000070000000100000001\
5018ffff00000000
	hex+=$(printf '%3892s' '' | tr ' ' 0)
	pt frame f hex=$hex && field len && equal $VAL 2000 || return 1
	# 14: version and header length, 16: total length, 20: fragments,
	# 23: protocol, 46: TCP header length
	for change in 14:65 14:44 14:4f 16:08 17:d1 20:20 21:01 23:11 \
		46:40 46:f0; do
		off=$((2 * ${change%:*}))
		value=${change#*:}
		lies hex=${hex:0:off}$value${hex:off+2} -- flags=1 gso=1 \
			mss=500 start=34 offset=16 || return 1
	done
}

command -v ethtool >/dev/null || skip_all "no ethtool"
setup
run_tests
