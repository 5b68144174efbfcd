#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Dumps: of everything, of one hub, of one port; longer than a message; and
# with changes while they go on: what was there from beginning to end is shown
# once, and nothing breaks when a port or a hub goes away in the middle.
#
#   namespace hub: h (number 12), d and e --- sessions only

TESTS="
	hubs
	ports_of_one_hub_and_of_all
	addresses_of_one_hub_port_and_of_all
	addresses_come_and_go_meanwhile
	ports_come_and_go_meanwhile
	hub_deleted_meanwhile
	port_of_the_filter_deleted_meanwhile
	hubs_come_and_go_meanwhile
	many_dumps_at_once
	socket_closed_meanwhile
	namespace_deleted_meanwhile
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

setup_topology() {
	make_netns hub && tool_start pt "$KSFT_DIR/porttool" &&
		pt socket c "${NS[hub]}" && make_hub h vlan=12 &&
		make_hub d && make_hub e &&
		pt frame f src=02:00:00:00:10:00 && session s c h && S=$ID &&
		session t c d
}

# A new socket reads little at a time, so that its dump is in pieces.
before_each() {
	pt close x
	pt socket x "${NS[hub]}"
	pt c fdb-flush dev=h
}

# dump WORD..., dump_end: with what was shown in DUMP, one line
dump() {
	pt x dump "$@" >/dev/null && DUMP=" ${OUT//$'\n'/ } "
}

dump_end() {
	pt x dump-end >/dev/null && DUMP=" ${OUT//$'\n'/ } "
}

# values NAME: all values of it that were shown
values() {
	grep -o " $1=[^ ]*" <<<"$DUMP" | sort
}

# once NAME [COUNT]: no value twice, and so many
once() {
	local all

	all=$(values "$1" | uniq -c)
	if grep -v '^ *1 ' <<<"$all"; then
		return 1
	fi
	[ -z "${2:-}" ] || equal "$(wc -l <<<"$all")" "$2" "values of $1"
}

shows() {
	[[ $DUMP = *" $1 "* ]] || {
		echo "$1 was not shown"
		return 1
	}
}

learn() {
	pt c xfer $S burst:f:$1
}

test_hubs() {
	dump hub-get && once hub.ifname 3 && shows vlan=12 &&
		shows hub.ifname=h && shows hub.ifname=d && shows hub.ifname=e
}

test_ports_of_one_hub_and_of_all() {
	dump port-get && want messages=5 && shows port.name=t &&
		dump port-get vlan=12 && once port.name 2 &&
		shows port.name=h && shows port.name=s &&
		dump port-get dev=e && once port.name 1 && shows port.name=e
}

test_addresses_of_one_hub_port_and_of_all() {
	learn 200 && pt c fdb-new dev=d fdb.mac=02:02:00:00:00:01 fdb.port=1 &&
		dump fdb-get && once fdb.mac 204 &&
		dump fdb-get dev=h && once fdb.mac 201 &&
		dump fdb-get dev=h fdb.port=1 && once fdb.mac 200 &&
		dump fdb-get dev=h fdb.port=0 && once fdb.mac 1 &&
		shows fdb.kind=local && dump fdb-get fdb.port=1 &&
		once fdb.mac 201 && dump fdb-get dev=h fdb.port=9 &&
		equal "$(values fdb.mac)" "" &&
		pt c fdb-flush dev=d fdb.kind=static
}

# Of 160 addresses every fourth stays all the time.
test_addresses_come_and_go_meanwhile() {
	local i mac

	learn 160 && pt x dump-begin fdb-get dev=h || return 1
	for ((i = 0; i < 160; i++)); do
		[ $((i % 4)) != 0 ] || continue
		printf -v mac '02:00:00:00:%02x:%02x' $((i / 256)) $((i % 256))
		pt c fdb-del dev=h fdb.mac=$mac || return 1
	done
	pt frame f src=02:01:00:00:00:00 && pt c xfer $S burst:f:100 &&
		pt frame f src=02:00:00:00:10:00 && dump_end && once fdb.mac &&
		equal "$(values fdb.mac | grep -c \
			'=02:00:00:00:00:.[048c]')" 40
}

test_ports_come_and_go_meanwhile() {
	local i

	for ((i = 0; i < 24; i++)); do
		session p$i c h || return 1
	done
	pt x dump-begin port-get dev=h || return 1
	for ((i = 0; i < 24; i++)); do
		[ $((i % 3)) = 0 ] || pt c port-del dev=h port.name=p$i ||
			return 1
	done
	session late c h && dump_end && once port.name || return 1
	for ((i = 0; i < 24; i += 3)); do
		shows port.name=p$i && pt c port-del dev=h port.name=p$i ||
			return 1
	done
	pt c port-del dev=h port.name=late
}

# The hubs after it are shown.
test_hub_deleted_meanwhile() {
	make_hub i && make_hub j && session u c i && pt c xfer $ID burst:f:200 &&
		pt c hub-get dev=j && field hub.mac || return 1
	local mac=$VAL
	pt x dump-begin fdb-get && pt c link del i && dump_end &&
		once fdb.mac && shows fdb.mac=$mac && pt c link del j
}

test_port_of_the_filter_deleted_meanwhile() {
	session u c h && pt c xfer $ID burst:f:200 &&
		pt x dump-begin fdb-get dev=h fdb.port=$NUM &&
		pt c port-del dev=h port.number=$NUM && dump_end && once fdb.mac
}

test_hubs_come_and_go_meanwhile() {
	local i

	for ((i = 0; i < 20; i++)); do
		pt c link add g$i || return 1
	done
	pt x dump-begin hub-get || return 1
	for ((i = 0; i < 20; i += 2)); do
		pt c link del g$i || return 1
	done
	pt c link add late && dump_end && once hub.ifname || return 1
	for ((i = 1; i < 20; i += 2)); do
		shows hub.ifname=g$i && pt c link del g$i || return 1
	done
	pt c link del late
}

test_many_dumps_at_once() {
	local i

	learn 200 || return 1
	for i in 1 2 3 4; do
		pt socket x$i "${NS[hub]}" &&
			pt x$i dump-begin fdb-get dev=h || return 1
	done
	for i in 3 1 4 2; do
		pt x$i dump-end >/dev/null && want messages=201 &&
			pt close x$i || return 1
	done
}

test_socket_closed_meanwhile() {
	learn 200 && pt x dump-begin fdb-get dev=h && pt close x &&
		pt socket x "${NS[hub]}" && dump fdb-get dev=h && once fdb.mac 201
}

test_namespace_deleted_meanwhile() {
	make_netns gone && pt socket g "${NS[gone]}" && pt g link add h &&
		session u g h && pt g xfer $ID burst:f:200 &&
		pt g dump-begin fdb-get && del_netns gone && pt g dump-end &&
		pt close g
}

setup
run_tests
