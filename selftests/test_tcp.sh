#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real TCP connections between hosts on both sides of a session, on a device
# port, and the hubs' own hosts, with and without super-frames on the line.
# The receiver compares every byte; no segment has a wrong checksum, and
# super-frames are on the line where they are wanted.
#
#   net: h1 === p1 -- h -- up  ~~ line ~~  down -- k   (k and h have addresses)
#   192.0.2.1    namespace hub             namespace far
#                h: 192.0.2.2              k: 192.0.2.3
#
# timeout=150

TESTS="
	host_to_host_with_super_frames
	host_to_host_back
	device_to_far_host
	far_host_to_device
	device_to_host
	host_to_device
	device_without_offloads
	far_host_to_device_without_offloads
	plain_frames_on_the_line
	super_frames_one_way_only
	over_ipv6
	line_that_breaks
	line_that_breaks_without_super_frames
	no_checksum_was_wrong
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

BYTES=500000

setup_topology() {
	start_tools && make_netns far && make_hub h && make_hosts h h1 &&
		pt socket k "${NS[far]}" && pt k link add k && pt k link up k &&
		join_line 1 1 && wait_up c h && wait_up k k &&
		give_addresses hub h 2 && give_addresses far k 3 &&
		give_addresses net h1 1
}

give_addresses() {
	ip netns exec "${NS[$1]}" sh -c "
		echo 0 >/proc/sys/net/ipv6/conf/$2/accept_dad
		echo 0 >/proc/sys/net/ipv6/conf/$2/disable_ipv6"
	ip -n "${NS[$1]}" addr add 192.0.2.$3/24 dev "$2" &&
		ip -n "${NS[$1]}" addr add 2001:db8::$3/64 dev "$2"
}

# join_line UP DOWN: a session of either hub, with what its peer takes
join_line() {
	pt c port-del dev=h port.name=up
	pt k port-del dev=k port.name=down
	session up c h port.session.grace=60000 port.session.features=$1 &&
		UP=$ID && session down k k port.session.grace=60000 \
		port.session.features=$2 && DOWN=$ID && pt c join $UP k $DOWN
}

# The line between the hubs is carried by porttool, which works while it is
# not spoken to.
transfer() {
	local from=${NS[$1]} to=${NS[$2]} address=$3 bytes=${4:-$BYTES}
	local receiver status

	ip netns exec "$to" "$KSFT_DIR/streamtool" receive 5001 $bytes \
		>"$TMP/receiver" &
	receiver=$!
	busywait 5000 grep -q ready "$TMP/receiver" &&
		ip netns exec "$from" "$KSFT_DIR/streamtool" send \
			$address 5001 $bytes
	status=$?
	[ $status = 0 ] || kill $receiver
	wait $receiver
	cat "$TMP/receiver"
	return $status
}

# offloads SOCKET ID NAME: VAL becomes how many such records it has answered
records() {
	pt $1 info $2 && field $3
}

test_host_to_host_with_super_frames() {
	transfer hub far 192.0.2.3 && records c $UP offload || return 1
	local super=$VAL
	# in fewer records than there are segments
	[ $super -gt 0 ] && records c $UP data &&
		[ $((super + VAL)) -lt $((BYTES / 1448)) ]
}

test_host_to_host_back() {
	transfer far hub 192.0.2.2 && records k $DOWN offload && [ $VAL -gt 0 ]
}

test_device_to_far_host() {
	records c $UP offload
	local before=$VAL
	transfer net far 192.0.2.3 && records c $UP offload &&
		[ $VAL -gt $before ]
}

test_far_host_to_device() {
	transfer far net 192.0.2.1
}

test_device_to_host() {
	transfer net hub 192.0.2.2
}

test_host_to_device() {
	transfer hub net 192.0.2.1
}

with_plain_device() {
	local status

	command -v ethtool >/dev/null || skip "no ethtool" || return
	ip netns exec "${NS[hub]}" ethtool -K ph1 tx off &&
		ip netns exec "${NS[net]}" ethtool -K h1 tx off &&
		"$@"
	status=$?
	ip netns exec "${NS[hub]}" ethtool -K ph1 tx on
	ip netns exec "${NS[net]}" ethtool -K h1 tx on
	return $status
}

test_device_without_offloads() {
	with_plain_device transfer net far 192.0.2.3
}

test_far_host_to_device_without_offloads() {
	with_plain_device transfer far net 192.0.2.1
}

test_plain_frames_on_the_line() {
	join_line 0 0 && transfer hub far 192.0.2.3 &&
		transfer far net 192.0.2.1 && records c $UP offload &&
		equal $VAL 0 && records k $DOWN offload && equal $VAL 0
}

test_super_frames_one_way_only() {
	join_line 0 1 && transfer hub far 192.0.2.3 && records c $UP offload &&
		equal $VAL 0 && transfer far hub 192.0.2.2 &&
		records k $DOWN offload && [ $VAL -gt 0 ] && join_line 1 1
}

test_over_ipv6() {
	transfer hub far 2001:db8::3 && transfer far net 2001:db8::1
}

# What is on the line is lost with it, in both directions, and sent again.
break_line() {
	pt c part $UP && pt c port-detach port.session.id=$UP &&
		pt k port-detach port.session.id=$DOWN &&
		resume_line c $UP k $DOWN && pt c join $UP k $DOWN
}

# how many frames have come to the receiver's hub from the line, in VAL
frames_came() {
	pt $1 port-get port.session.id="$2" && field port.rx-frames
}

more_frames_came() {
	frames_came "$1" "$2" && [ "$VAL" -gt "$3" ]
}

# break_in_motion SOCKET ID: once more frames have come
break_in_motion() {
	frames_came "$1" "$2" &&
		busywait 20000 more_frames_came "$1" "$2" $((VAL + 20)) &&
		break_line
}

# break_again_and_again FROM TO ADDRESS SOCKET ID: the transfer goes on until
# the line has been broken often enough, each time while data moves
break_again_and_again() {
	local sender stop breaks=0 status=0

	mkfifo "$TMP/stop"
	transfer "$1" "$2" "$3" - <"$TMP/stop" >"$TMP/sender" 2>&1 &
	sender=$!
	exec {stop}>"$TMP/stop"
	rm "$TMP/stop"
	while [ $breaks -lt 6 ] && break_in_motion "$4" "$5"; do
		breaks=$((breaks + 1))
	done >"$TMP/breaks"
	exec {stop}>&-
	wait $sender || status=1
	cat "$TMP/sender"
	echo "$breaks breaks"
	[ $status = 0 ] && [ $breaks = 6 ] &&
		pt c port-get port.session.id=$UP && want port.session.rx-gap=0 &&
		pt k port-get port.session.id=$DOWN && want port.session.rx-gap=0
}

test_line_that_breaks() {
	join_line 1 1 &&
		break_again_and_again hub far 192.0.2.3 k $DOWN &&
		break_again_and_again far net 192.0.2.1 c $UP
}

test_line_that_breaks_without_super_frames() {
	join_line 0 0 &&
		break_again_and_again hub far 192.0.2.3 k $DOWN &&
		join_line 1 1
}

test_no_checksum_was_wrong() {
	local ns

	for ns in hub far net; do
		equal "$(ip netns exec "${NS[$ns]}" nstat -asz TcpInCsumErrors |
			awk '/TcpInCsum/ { print $2 }')" 0 "$ns" || return 1
	done
	pt c dump port-get dev=h && ! grep -E 'malformed=[1-9]' <<<"$OUT" &&
		pt k dump port-get dev=k && ! grep -E 'malformed=[1-9]' <<<"$OUT"
}

setup
run_tests
