#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The exchange with the owner of a session port: whole records in, one answer
# for one credit, at once or when there is something to say; batches; what the
# port says itself (ACK, PONG); what it hands up; and everything that is no
# record, or too long, or not allowed.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1
#     \-- session a  (socket c)
#     \-- session b  (socket c)

TESTS="
	record_to_device
	device_to_record
	session_to_session
	nothing_is_sent_without_credit
	one_credit_is_one_answer
	answer_comes_at_once_if_there_is_data
	credit_bounds_the_answer
	many_records_in_one_message
	new_credit_replaces_the_old_one
	acknowledgement_after_time
	acknowledgement_after_bytes
	peer_acknowledges
	ping_is_answered
	most_recent_pings_are_answered
	control_records_are_handed_up
	control_records_have_a_bound
	records_before_a_malformed_one_are_delivered
	lengths_at_their_bounds
	lengths_out_of_bounds
	record_cut_short
	acknowledgement_of_what_was_not_sent
	credit_out_of_bounds
	request_out_of_bounds
	queue_is_bounded
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

MALFORMED="length of a record is not allowed for its type"
SHORT="last record is cut short"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 &&
		pt frame f src=02:00:00:00:00:05 len=100 &&
		pt frame g src=02:00:00:00:00:05 len=200 seq=7
}

# Streams that begin with no bytes, for each test.
before_each() {
	pt c port-del dev=h port.name=a
	pt c port-del dev=h port.name=b
	session a c h
	session b c h
	A=${SID[a]} B=${SID[b]}
}

# stat ID NAME VALUE: a value of a session
stat() {
	pt c port-get port.session.id="$1" && want "port.session.$2=$3"
}

test_record_to_device() {
	FRAME="src=02:00:00:00:00:05 len=100"
	ft clear && pt c xfer $A data:f && expect_frames h1 1 &&
		stat $A rx-count 104
}

test_device_to_record() {
	frame_send h1 src=02:00:00:00:00:a1 len=321 &&
		expect_session c $A 1 && expect_session c $B 1 &&
		stat $A tx-count 325 && stat $A tx-sent 325 &&
		stat $A tx-acked 0
}

test_session_to_session() {
	FRAME="src=02:00:00:00:00:05 len=100"
	pt c xfer $A data:f && expect_session c $B 1 && expect_session c $A 0
}

test_nothing_is_sent_without_credit() {
	pt c xfer $A data:f:3 && stat $B tx-count 312 && stat $B tx-sent 0 &&
		pt c answers $B && want answers=0 && pt c xfer $B credit=16400 &&
		want answers=1 && stat $B tx-sent 312
}

test_one_credit_is_one_answer() {
	pt c xfer $B credit=64500 && want answers=0 && pt c xfer $A data:f &&
		pt c answer $B && pt c xfer $A data:f:2 &&
		stat $B tx-count 312 && stat $B tx-sent 104 &&
		pt c answers $B && want answers=0
}

# The answer is there when the request has been done.
test_answer_comes_at_once_if_there_is_data() {
	pt c xfer $A data:f && pt c xfer $B credit=16400 && want answers=1 &&
		pt c answer $B && want "records len=104"
}

# 161 records of 104 bytes are more than 16400 bytes.
test_credit_bounds_the_answer() {
	pt c xfer $A data:f:161 && pt c xfer $B credit=16400 &&
		pt c answer $B >/dev/null && want "records len=16328" &&
		pt c xfer $B credit=16400 && pt c answer $B >/dev/null &&
		want "records len=416" && stat $B tx-sent 16744
}

test_many_records_in_one_message() {
	FRAME="src=02:00:00:00:00:05 len=100"
	ft clear && pt c xfer $A data:f:400 && ft expect h1 400 $FRAME &&
		pt c xfer $B credit=64500 && pt c answer $B >/dev/null &&
		want "records len=41664" && expect_session c $B 400
}

test_new_credit_replaces_the_old_one() {
	pt c xfer $B credit=64500 && pt c xfer $B credit=16400 &&
		pt c xfer $A data:f:300 && pt c answer $B >/dev/null &&
		want "records len=16328" && stat $B tx-sent 16328
}

# 100 ms after the first byte, if there is credit.
test_acknowledgement_after_time() {
	pt c xfer $A data:f && pt c xfer $A credit=16400 && want answers=0 &&
		pt c answer $A && want "record ack 104"
}

test_acknowledgement_after_bytes() {
	pt c xfer $A data:f:315 && pt c xfer $A data:f:315 &&
		pt c xfer $A credit=16400 data:f:2 && want answers=1 &&
		pt c answer $A && want "record ack 65728"
}

test_peer_acknowledges() {
	pt c xfer $A data:f:4 && pt c xfer $B credit=64500 &&
		stat $B tx-acked 0 && pt c xfer $B ack:208 &&
		stat $B tx-acked 208 && pt c xfer $B ack:104 &&
		stat $B tx-acked 208 && pt c xfer $B ack:416 ack:416 &&
		stat $B tx-acked 416 && stat $B rx-count 0
}

test_ping_is_answered() {
	pt c xfer $A ping:0102030405060708 && pt c xfer $A credit=16400 &&
		want answers=1 && pt c answer $A &&
		want "record type=0x14 len=8 hex=0102030405060708" &&
		pt c xfer $A credit=16400 && want answers=0 &&
		pt c xfer $A ping:1112131415161718 pong:0000000000000000 &&
		want answers=1 && pt c answer $A &&
		want "records len=12" && stat $A rx-count 0
}

test_most_recent_pings_are_answered() {
	local i words=

	for i in 1 2 3 4 5 6 7 8 9; do
		words+=" ping:000000000000000$i"
	done
	pt c xfer $A $words && pt c xfer $A credit=16400 && pt c answer $A &&
		want "records len=96" && want hex=0000000000000002 &&
		want hex=0000000000000009 && ! want hex=0000000000000001
}

test_control_records_are_handed_up() {
	pt c xfer $A rec:0x06:00110002 data:f rec:0x01: rec:0x1f:aa \
		rec:0xff:bb && pt c xfer $A credit=16400 && pt c answer $A &&
		want "control len=22" && want "record type=0x06 len=4 hex=00110002" &&
		want "record type=0x01 len=0 hex=" &&
		want "record type=0x1f len=1 hex=aa" &&
		want "record type=0xff len=1 hex=bb" && stat $A rx-count 104
}

test_control_records_have_a_bound() {
	pt c xfer $A fill:0x05:16384 && refused ENOBUFS "" \
		"too many control records wait for credit" \
		c xfer $A rec:0x06:0102030405060708090a0b0c0d &&
		pt c xfer $A credit=16400 && pt c answer $A &&
		want "control len=16388" &&
		pt c xfer $A credit=16400 rec:0x06:0102 && pt c answer $A &&
		want "control len=6"
}

test_records_before_a_malformed_one_are_delivered() {
	refused EINVAL "" "$MALFORMED" c xfer $A credit=16400 data:f data:g \
		fill:0x10:13 data:f && expect_session c $B 2 any &&
		stat $A rx-count 308 && pt c answers $A && want answers=0 &&
		pt c xfer $A data:f && stat $A rx-count 412 &&
		pt c answers $A && want answers=0
}

test_lengths_at_their_bounds() {
	pt frame least len=14 src=02:00:00:00:00:05 &&
		pt frame most len=16384 src=02:00:00:00:00:05 &&
		pt frame super len=64000 mss=1000 tcp4 src=02:00:00:00:00:05 &&
		pt c xfer $A data:least data:most fill:0x05:16384 rec:0x02: &&
		stat $A rx-count 16406 && pt c xfer $A offload:super offload:least &&
		stat $A rx-count $((16406 + 64014 + 28))
}

test_lengths_out_of_bounds() {
	local record

	for record in 0x10:0 0x10:13 0x10:16385 0x11:23 0x11:64011 \
		0x11:0 0x12:7 0x12:9 0x13:0 0x13:9 0x14:7 0x05:16385 \
		0x1f:16385 0xff:16385; do
		refused EINVAL "" "$MALFORMED" c xfer $A fill:$record || return 1
	done
	# a header that says so is enough
	refused EINVAL "" "$MALFORMED" c xfer $A hdr:0x10:16777215 &&
		stat $A rx-count 0 && stat $B tx-count 0
}

test_record_cut_short() {
	refused EINVAL "" "$SHORT" c xfer $A hex:10 &&
		refused EINVAL "" "$SHORT" c xfer $A hex:100000 &&
		refused EINVAL "" "$SHORT" c xfer $A hdr:0x10:60 &&
		refused EINVAL "" "$SHORT" c xfer $A data:f hdr:0x06:1 &&
		stat $A rx-count 104
}

test_acknowledgement_of_what_was_not_sent() {
	local text="peer acknowledged what is not a count of records that were sent"

	refused EINVAL "" "$text" c xfer $A ack:1 && pt c xfer $B data:f:3 &&
		refused EINVAL "" "$text" c xfer $A ack:104 &&
		pt c xfer $A credit=16400 &&
		refused EINVAL "" "$text" c xfer $A ack:103 &&
		refused EINVAL "" "$text" c xfer $A ack:313 &&
		refused EINVAL "" "$text" c xfer $A ack:18446744073709551615 &&
		stat $A tx-acked 0 && pt c xfer $A ack:312 &&
		stat $A tx-acked 312
}

test_credit_out_of_bounds() {
	local text="credit is less than the longest record of this session"

	refused ERANGE credit "integer out of range" c xfer $A credit=16399 &&
		refused ERANGE credit "" c xfer $A credit=64501 &&
		pt c xfer $A credit=16400 && pt c xfer $A credit=64500 &&
		session o c h port.session.features=1 &&
		refused EINVAL "" "$text" c xfer $ID credit=64499 &&
		pt c xfer $ID credit=64500 && pt c port-del port.session.id=$ID
}

test_request_out_of_bounds() {
	refused EINVAL "" "xfer needs the id of a session port" \
		c xfer credit=16400 &&
		refused ERANGE port-id "" c xfer port-id=0 &&
		refused ERANGE records "" c xfer port-id=$A records:fill=65501 &&
		pt c xfer port-id=$A records:fill=0 &&
		refused EINVAL control "" c xfer port-id=$A control:fill=4 &&
		refused EINVAL "port" "" c xfer port-id=$A port=
}

# A quarter of the limit may wait unsent; what does not fit has no number.
test_queue_is_bounded() {
	session q c h port.session.queue-limit=262144 || return 1
	local q=$ID n=$NUM
	pt c xfer $A data:f:600 && pt c xfer $A data:f:60 &&
		counted h $n tx-frames 630 &&
		counted h $n drops.queue-full 30 &&
		stat $q tx-count 65520 && pt c xfer $q credit=64500 &&
		pt c xfer $A data:f && stat $q tx-count 65624 &&
		counted h $n drops.queue-full 30 || return 1
	# sent and not acknowledged counts against the whole limit
	for _ in 1 2 3 4; do
		pt c xfer $A data:f:600 && pt c xfer $q credit=64500 || return 1
	done
	pt c xfer $q credit=64500
	pt c port-get port.session.id=$q && field port.session.tx-count &&
		[ "$VAL" -le 262144 ] && [ "$VAL" -gt $((262144 - 104)) ] &&
		pt c xfer $q ack:62400 && pt c xfer $A data:f:10 &&
		stat $q tx-count $((VAL + 1040)) && pt c port-del port.session.id=$q
}

setup
run_tests
