#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Settings of hubs and of ports change in traffic, tables are emptied under
# those who learn, hubs go down and up, are renamed, deleted and made again.
#
# timeout=200

TESTS="
	hub_settings
	port_settings
	hubs_come_and_go
	all_with_failing_allocations
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable

setup_topology() {
	stress_topology && session set c h port.session.grace=600000 &&
		SET=$ID
}

# Limits of tables below what they hold and back, ageing of a second.
round_hub() {
	pt c link set h fdb-max=$(($2 % 7 * 10 + 5)) \
		ip-max=$(($2 % 5 * 20 + 5)) &&
		pt c link set h ageing=$(($2 % 3 + 1)) ip-ageing=1 &&
		pt c link set h broadcast-rate=$(($2 % 2 * 1000000)) &&
		pt c link set h suppress=$(($2 % 2)) port-max=9 &&
		hub_as_it_was
}

hub_as_it_was() {
	pt c link set h fdb-max=65536 ip-max=65536 ageing=300 ip-ageing=300 \
		broadcast-rate=0 suppress=0 port-max=16384
}

round_flush() {
	pt c fdb-flush dev=h && pt c ip-flush dev=h &&
		pt c fdb-flush dev=h fdb.port=1 &&
		pt c ip-flush dev=h ip.port=1 &&
		pt c ip-flush dev=h ip.address=198.51.0.0 ip.prefix=16 &&
		pt c fdb-flush dev=h fdb.kind=static
}

# The addresses are those of frames that pass.
round_static() {
	local mac

	mac=02:00:00:00:00:$(printf %02x $((16 + $1 * 8 + $2 % 8)))
	pt c fdb-new dev=h fdb.mac=$mac fdb.port=1
	pt c fdb-get dev=h fdb.mac=$mac
	pt c fdb-del dev=h fdb.mac=$mac
	[[ $LAST != *"the tool is silent" ]]
}

test_hub_settings() {
	storm round_hub round_flush round_static
}

round_port() {
	pt c port-set port.session.id=$SET port.fdb-max=$(($2 % 3)) &&
		pt c port-set port.session.id=$SET \
			port.session.queue-limit=$((262144 << ($2 % 4))) \
			port.session.cookie=0$(($2 % 9)) &&
		pt c port-set port.session.id=$SET \
			port.session.grace=$((600000 + $2 % 9)) &&
		pt c port-set dev=h port.number=1 port.fdb-max=$(($2 % 4 * 9)) &&
		pt c port-set dev=h port.number=1 port.fdb-max=0
}

# A name that two want, and an owner that others look at.
round_names() {
	local name=n$1

	pt c port-del dev=h port.name=$name
	session $name c h || return 1
	pt c port-set port.session.id=$ID port.name=wanted
	pt d port-get dev=h port.name=wanted
	pt c port-set port.session.id=$ID port.name=$name &&
		pt c xfer $ID data:f:10 && pt c port-del port.session.id=$ID
}

test_port_settings() {
	storm round_port round_names round_names round_flush
}

# Two hubs of the process's own with a session between them, and a device.
round_hubs() {
	local a=a$1 b=b$1 up down

	pt c link del $a
	pt k link del $b
	pt c link add $a vlan=$((100 + $1)) && pt c link up $a &&
		pt k link add $b && pt k link up $b &&
		session x c $a port.session.features=1 && up=$ID &&
		session x k $b port.session.features=1 && down=$ID &&
		pt c join $up k $down || return 1
	ip -n "${NS[hub]}" link add d$1 type dummy
	ip -n "${NS[hub]}" link set d$1 up
	pt c link master d$1 $a && pt c xfer $up data:f:30 &&
		pt c link down $a && pt c xfer $up data:f:30 &&
		pt k xfer $down data:f:30 && pt c link set $a name=z$1 &&
		pt c link up z$1 && pt c link down z$1 &&
		pt c link set z$1 name=$a && pt c link up $a &&
		pt k link netns $b "${NS[hub]}" && pt c link del $b &&
		pt c part $up && pt c link del $a
	local status=$?
	ip -n "${NS[hub]}" link del d$1
	return $status
}

test_hubs_come_and_go() {
	storm round_hubs round_hubs
}

test_all_with_failing_allocations() {
	storm_with_faults round_hub round_flush round_static round_port \
		round_names round_hubs
	local status=$?
	# rounds that were cut off leave them behind
	hub_as_it_was
	pt c port-set dev=h port.number=1 port.fdb-max=0
	return $status
}

setup
run_tests
