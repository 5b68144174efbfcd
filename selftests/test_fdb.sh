#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The MAC table: addresses are learned where they are seen, move with their
# station, age, and are bounded by the hub (beyond which they are not learned)
# and by the port (beyond which their frames are dropped). Static entries
# neither age nor move. Flushing takes what it names and nothing else.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1
#     \-- p2 ================== h2
#     \-- p3 ================== h3

TESTS="
	learning
	learning_from_a_session
	own_address
	own_address_changes
	station_moves
	ageing
	seen_addresses_do_not_age
	ageing_time_can_be_shortened
	limit_of_the_hub
	limit_of_the_port
	limit_of_the_port_stops_moves
	static_entry
	static_entry_from_a_learned_one
	static_entries_do_not_age
	deletion_of_one_entry
	flush_of_a_port
	flush_of_the_hub
	flush_of_static_entries
	entries_go_with_their_port
	table_of_a_thousand
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

A=02:00:00:00:00:a1
B=02:00:00:00:00:b1
OWN=02:00:00:00:ff:ff

setup_topology() {
	start_tools && make_hub h address=$OWN && make_hosts h h1 h2 h3 &&
		ft fence
}

before_each() {
	pt c link set h ageing=300 fdb-max=65536
	pt c port-set dev=h port.number=1 port.fdb-max=0
	pt c fdb-flush dev=h fdb.kind=static
	pt c fdb-flush dev=h
}

# is_behind MAC PORT [KIND]
is_behind() {
	pt c fdb-get dev=h fdb.mac="$1" && want fdb.port="$2" \
		fdb.kind="${3:-learned}"
}

is_unknown() {
	refused ENOENT fdb.mac "MAC address is not in the table" \
		c fdb-get dev=h fdb.mac="$1"
}

# from HOST MAC: a frame with this source, and it has gone through
from() {
	frame_send "$1" "src=$2" && ft fence
}

test_learning() {
	is_unknown $A && from h1 $A && is_behind $A 1 && from h2 $B &&
		is_behind $B 2 && field fdb.idle && [ "$VAL" -lt 60000 ] &&
		frame_send h3 dst=$A && expect_frames h1 1 &&
		expect_frames h2 0 any
}

test_learning_from_a_session() {
	pt frame f src=$A && session s c h && pt c xfer "$ID" data:f &&
		is_behind $A "$NUM" && pt c port-get port.session.id="$ID" &&
		want port.fdb-count=1 &&
		pt c port-del port.session.id="$ID" && is_unknown $A
}

# It is in the table from the start, cannot be taken, moved or deleted.
test_own_address() {
	is_behind $OWN 0 "local" && ! want fdb.idle=0 || return 1
	counter h 1 drops.static-port
	local before=$VAL
	from h1 $OWN && is_behind $OWN 0 "local" &&
		counted h 1 drops.static-port $((before + 1)) &&
		refused EEXIST fdb.mac "MAC address is bound to a port already" \
			c fdb-new dev=h fdb.mac=$OWN fdb.port=1 &&
		refused EOPNOTSUPP fdb.mac \
			"MAC address is the hub's own, change that" \
			c fdb-del dev=h fdb.mac=$OWN
}

test_own_address_changes() {
	pt c link set h address=$A && is_behind $A 0 "local" &&
		is_unknown $OWN && pt c hub-get dev=h && want hub.mac=$A &&
		pt c link set h address=$OWN && is_behind $OWN 0 "local" &&
		is_unknown $A
}

test_station_moves() {
	pt c hub-get dev=h && field hub.moves
	local moves=$VAL
	from h1 $A && from h2 $A && is_behind $A 2 && pt c hub-get dev=h &&
		want hub.moves=$((moves + 1)) &&
		frame_send h3 dst=$A && expect_frames h2 1 &&
		expect_frames h1 0 any && pt c port-get dev=h port.number=1 &&
		want port.fdb-count=1 && pt c port-get dev=h port.number=2 &&
		want port.fdb-count=2 && from h1 $A && is_behind $A 1 &&
		pt c hub-get dev=h && want hub.moves=$((moves + 2))
}

# What is forgotten is flooded again.
test_ageing() {
	pt c link set h ageing=1 && from h1 $A && is_behind $A 1 &&
		busywait 5000 is_unknown $A && frame_send h3 dst=$A &&
		expect_frames h1 1 && expect_frames h2 1
}

test_seen_addresses_do_not_age() {
	pt c link set h ageing=2 && from h2 $B && from h1 $A || return 1
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
		from h1 $A && is_behind $A 1 || return 1
		doze 0.3
	done
	is_unknown $B
}

test_ageing_time_can_be_shortened() {
	from h1 $A && pt c link set h ageing=1 && busywait 5000 is_unknown $A
}

# Ten more than fit: they pass, and are not learned.
test_limit_of_the_hub() {
	pt c hub-get dev=h && field hub.not-learned
	local before=$VAL
	ft fence && pt c link set h fdb-max=20 &&
		ft clear && ft burst h1 40 src=02:00:00:00:10:00 &&
		ft expect h2 40 any && ft expect h3 40 any &&
		pt c hub-get dev=h && want hub.fdb-count=20 &&
		want hub.not-learned=$((before + 23)) &&
		is_unknown 02:00:00:00:00:27 && pt c link set h fdb-max=65536 &&
		from h1 02:00:00:00:00:27 && is_behind 02:00:00:00:00:27 1
}

# h1's own address, learned by the fence, and nine more.
test_limit_of_the_port() {
	counter h 1 drops.mac-limit
	local before=$VAL
	ft fence && pt c port-set dev=h port.number=1 port.fdb-max=10 &&
		ft clear && ft burst h1 40 src=02:00:00:00:10:00 &&
		ft expect h2 9 any && ft expect h3 9 any &&
		counted h 1 drops.mac-limit $((before + 31)) &&
		pt c port-get dev=h port.number=1 && want port.fdb-count=10 \
		port.fdb-max=10 && is_unknown 02:00:00:00:00:20 &&
		frame_send h1 src=02:00:00:00:00:03 && expect_frames h2 1 &&
		pt c port-set dev=h port.number=1 port.fdb-max=0 &&
		from h1 02:00:00:00:00:20 && is_behind 02:00:00:00:00:20 1
}

test_limit_of_the_port_stops_moves() {
	counter h 1 drops.mac-limit
	local before=$VAL
	ft fence && from h2 $A &&
		pt c port-set dev=h port.number=1 port.fdb-max=1 &&
		frame_send h1 src=$A && expect_frames h3 0 &&
		is_behind $A 2 && counted h 1 drops.mac-limit $((before + 1))
}

# Frames with its address from elsewhere are dropped.
test_static_entry() {
	pt c fdb-new dev=h fdb.mac=$A fdb.port=2 && is_behind $A 2 static &&
		! want fdb.idle=0 && counter h 1 drops.static-port || return 1
	local before=$VAL
	frame_send h3 dst=$A && expect_frames h2 1 &&
		expect_frames h1 0 any && frame_send h1 src=$A &&
		expect_frames h2 0 && expect_frames h3 0 &&
		counted h 1 drops.static-port $((before + 1)) &&
		frame_send h2 src=$A && expect_frames h1 1 &&
		is_behind $A 2 static && pt c hub-get dev=h &&
		want hub.fdb-count=4 && refused EEXIST fdb.mac \
		"MAC address is bound to a port already" \
		c fdb-new dev=h fdb.mac=$A fdb.port=3 fdb.kind=static
}

test_static_entry_from_a_learned_one() {
	from h1 $A && pt c fdb-new dev=h fdb.mac=$A fdb.port=2 &&
		is_behind $A 2 static && pt c hub-get dev=h &&
		want hub.fdb-count=3 && pt c fdb-del dev=h fdb.mac=$A &&
		is_unknown $A
}

test_static_entries_do_not_age() {
	pt c link set h ageing=1 && pt c fdb-new dev=h fdb.mac=$A fdb.port=2 &&
		from h1 $B && busywait 5000 is_unknown $B &&
		is_behind $A 2 static
}

test_deletion_of_one_entry() {
	from h1 $A && from h2 $B && pt c fdb-del dev=h fdb.mac=$A &&
		is_unknown $A && is_behind $B 2 && refused ENOENT fdb.mac \
		"MAC address is not in the table" c fdb-del dev=h fdb.mac=$A
}

test_flush_of_a_port() {
	ft clear && ft burst h1 300 src=02:00:00:00:10:00 && from h2 $B &&
		pt c fdb-new dev=h fdb.mac=$A fdb.port=1 &&
		pt c fdb-flush dev=h fdb.port=1 &&
		pt c dump fdb-get dev=h fdb.port=1 && want messages=1 &&
		is_behind $A 1 static && is_behind $B 2 &&
		pt c port-get dev=h port.number=1 && want port.fdb-count=0
}

test_flush_of_the_hub() {
	ft clear && ft burst h1 300 src=02:00:00:00:10:00 && from h2 $B &&
		pt c fdb-new dev=h fdb.mac=$A fdb.port=1 &&
		pt c fdb-flush dev=h && is_behind $A 1 static &&
		is_unknown $B && is_behind $OWN 0 "local" &&
		pt c dump fdb-get dev=h && want messages=2 &&
		pt c hub-get dev=h && want hub.fdb-count=0
}

test_flush_of_static_entries() {
	from h2 $B && pt c fdb-new dev=h fdb.mac=$A fdb.port=1 &&
		pt c fdb-new dev=h fdb.mac=02:00:00:00:00:a2 fdb.port=2 &&
		pt c fdb-flush dev=h fdb.port=1 fdb.kind=static &&
		is_unknown $A && is_behind 02:00:00:00:00:a2 2 static &&
		pt c fdb-flush dev=h fdb.kind=static &&
		is_unknown 02:00:00:00:00:a2 && is_behind $B 2 &&
		refused EOPNOTSUPP fdb.kind \
			"the hub's own address cannot be flushed" \
			c fdb-flush dev=h fdb.kind=local
}

test_entries_go_with_their_port() {
	from h3 $A && pt c fdb-new dev=h fdb.mac=$B fdb.port=3 &&
		pt c link master ph3 - && is_unknown $A && is_unknown $B &&
		pt c dump fdb-get dev=h fdb.port=3 && want messages=0 &&
		pt c link master ph3 h && wait_up c ph3 && busywait 5000 ft fence
}

# Each entry is shown once, though the dump takes many messages.
test_table_of_a_thousand() {
	ft clear && ft burst h1 1000 src=02:00:00:00:10:00 && ft fence &&
		pt c hub-get dev=h && want hub.fdb-count=1003 &&
		pt c dump fdb-get dev=h >/dev/null && want messages=1004 &&
		equal "$(grep -o 'fdb.mac=[^ ]*' <<<"$OUT" | sort -u | wc -l)" \
			1004
}

setup
run_tests
