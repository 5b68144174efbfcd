#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A session that goes on with a new owner, as after a broken line: each end
# says how much it has and from where it can go on; what is missing is sent
# again, once and in order, or stated as a gap.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1
#     \-- session s  (socket c)
#
#   namespace hub                                   namespace net
#   h1 === p1 --- h --- up (c)  ~ line ~  (n) down --- k --- p2 === h2

TESTS="
	nothing_lost
	everything_sent_again
	part_sent_again
	acknowledged_is_not_sent_again
	peer_has_less_than_was_acknowledged
	counts_that_cannot_be_true
	peer_states_a_gap
	peer_repeats_nothing
	features_change_on_attaching
	line_breaks_in_the_middle
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 &&
		pt socket d "${NS[hub]}" &&
		pt frame f src=02:00:00:00:00:05 len=96
}

before_each() {
	pt d port-del dev=h port.name=s
	pt d port-del dev=h port.name=source
	session source d h
	FROM=$ID
	session s c h port.session.grace=600000
	S=$ID
}

stat() {
	pt d port-get port.session.id=$S && want "$@"
}

# Five records of 100 bytes to the peer, all handed to the owner.
send_five() {
	pt d xfer $FROM data:f:5 && expect_session c $S 5 any &&
		pt c "clear" $S && pt c port-detach port.session.id=$S
}

test_nothing_lost() {
	send_five && pt c port-attach port.session.id=$S \
		port.session.peer-rx=500 port.session.peer-oldest=0 &&
		want port.session.tx-acked=500 port.session.tx-sent=500 \
		port.session.tx-again=0 port.session.rx-count=0 &&
		pt c xfer $S credit=16400 && want answers=0
}

# Without counts nothing is freed and everything is sent again.
test_everything_sent_again() {
	send_five && pt c port-attach port.session.id=$S &&
		want port.session.tx-acked=0 port.session.tx-sent=0 \
		port.session.tx-count=500 port.session.tx-again=500 &&
		expect_session c $S 5 src=02:00:00:00:00:05 len=96
}

test_part_sent_again() {
	send_five && pt d xfer $FROM data:f:2 &&
		pt c port-attach port.session.id=$S port.session.peer-rx=300 &&
		want port.session.tx-acked=300 port.session.tx-sent=300 \
		port.session.tx-count=700 port.session.tx-again=200 &&
		expect_session c $S 4 src=02:00:00:00:00:05 len=96 &&
		stat port.session.tx-sent=700
}

test_acknowledged_is_not_sent_again() {
	pt d xfer $FROM data:f:5 && expect_session c $S 5 any &&
		pt c "clear" $S && pt c xfer $S ack:400 &&
		pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S &&
		want port.session.tx-acked=400 port.session.tx-again=100 &&
		expect_session c $S 1 any
}

# It learns from tx-acked that there is a gap.
test_peer_has_less_than_was_acknowledged() {
	pt d xfer $FROM data:f:5 && expect_session c $S 5 any &&
		pt c "clear" $S && pt c xfer $S ack:300 &&
		pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S port.session.peer-rx=100 &&
		want port.session.tx-acked=300 && expect_session c $S 2 any
}

test_counts_that_cannot_be_true() {
	local text="peer-rx is not a count of records that were sent" n

	send_five && pt d xfer $FROM data:f || return 1
	for n in 501 600 350 99 18446744073709551615; do
		refused EINVAL "" "$text" c port-attach port.session.id=$S \
			port.session.peer-rx=$n || return 1
	done
	stat port.state=detached port.session.tx-acked=0 \
		port.session.tx-sent=500 port.session.attaches=1 &&
		pt c port-attach port.session.id=$S port.session.peer-rx=500 &&
		expect_session c $S 1 any
}

test_peer_states_a_gap() {
	pt c xfer $S data:f:2 && pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S port.session.peer-oldest=500 &&
		want port.session.rx-count=500 port.session.rx-gap=300 &&
		pt c xfer $S data:f && stat port.session.rx-count=600 &&
		pt c xfer $S credit=16400 && pt c answer $S &&
		want "record ack 600" && pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S port.session.peer-oldest=700 &&
		want port.session.rx-count=700 port.session.rx-gap=400
}

test_peer_repeats_nothing() {
	pt c xfer $S data:f:2 && pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S port.session.peer-oldest=100 &&
		want port.session.rx-count=200 port.session.rx-gap=0
}

test_features_change_on_attaching() {
	local text="credit is less than the longest record of this session"

	pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S port.session.features=1 &&
		want port.session.features=1 &&
		refused EINVAL "" "$text" c xfer $S credit=16400 &&
		pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S &&
		want port.session.features=1 &&
		pt c port-detach port.session.id=$S &&
		refused EINVAL port.session.features "" c port-attach \
			port.session.id=$S port.session.features=2 &&
		pt c port-attach port.session.id=$S port.session.features=0 &&
		pt c xfer $S credit=16400
}

# get SOCKET ID NAME
get() {
	pt "$1" port-get port.session.id="$2" && field "port.session.$3"
}

# Frames go on in both directions while the line breaks four times with records
# on it; each arrives once and in order.
test_line_breaks_in_the_middle() {
	local up down i

	make_netns far && pt socket k "${NS[far]}" || return 1
	pt k link add k && pt k link up k && session down k k \
		port.session.grace=600000 && down=$ID &&
		session end k k && session up c h port.session.grace=600000 &&
		up=$ID && pt c port-del dev=h port.name=s || return 1
	ft clear
	for i in 0 1 2 3 4; do
		pt frame o$i len=96 seq=$i src=02:00:00:00:01:0$i
		pt c join $up k $down || return 1
		pt d xfer $FROM data:o$i:20 && pt k xfer ${SID[end]} data:o$i:20 &&
			sync_line $up $down && pt c part $up &&
			pt d xfer $FROM data:o$i:7 &&
			pt k xfer ${SID[end]} data:o$i:7 || return 1
		# what is taken now is lost with the line
		pt c xfer $up credit=16400 && pt k xfer $down credit=16400 &&
			pt c port-detach port.session.id=$up &&
			pt k port-detach port.session.id=$down || return 1
		resume_line c $up k $down || return 1
	done
	pt c join $up k $down && sync_line $up $down || return 1
	for i in 0 1 2 3 4; do
		pt d expect $FROM 27 len=96 seq=$i src=02:00:00:00:01:0$i &&
			pt k expect ${SID[end]} 27 len=96 seq=$i \
				src=02:00:00:00:01:0$i || return 1
	done
	get c $up rx-gap && equal "$VAL" 0 && get k $down tx-again &&
		[ "$VAL" -gt 0 ] && pt d list $FROM >/dev/null &&
		equal "$(grep -o 'src=[^ ]*' <<<"$OUT" | uniq | wc -l)" 5
}

has_all() {
	get c $1 tx-count
	local up=$VAL
	get k $2 tx-count
	local down=$VAL
	get c $1 rx-count && equal "$VAL" $down && get k $2 rx-count &&
		equal "$VAL" $up
}

# sync_line UP DOWN: until each end has what the other made
sync_line() {
	busywait 5000 has_all $1 $2
}

setup
run_tests
