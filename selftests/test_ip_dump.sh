#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Dumps of IP tables with many thousands of entries: complete, each entry once,
# also when the table changes meanwhile, a port goes or a hub.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	twenty_thousand_entries
	table_changes_during_a_dump
	port_goes_during_a_dump
	hub_goes_during_a_dump
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology
}

# A new socket reads little at a time, so that its dump is in pieces.
before_each() {
	pt close x
	pt socket x "${NS[hub]}"
	forget_all
}

# thousands N PREFIX: a thousand each in PREFIX.0.0 and up, from the server
thousands() {
	local i

	for ((i = 0; i < $1; i++)); do
		pt frame m arp src=${MAC[server]} spa=$2.$((i * 4)).0 &&
			pt c xfer ${SID[server]} sweep:m:1000:30:$((i * 1024)) ||
			return 1
	done
}

# begun WORD..., shown HEX: dump, of which the rest is counted: AGAIN, UNDER
begun() {
	pt x dump-begin ip-get dev=h "$@"
}

shown() {
	pt x dump-tally ip.address "$@" || return 1
	field again
	AGAIN=$VAL
	field under
	UNDER=$VAL
}

test_twenty_thousand_entries() {
	thousands 20 10.1 && pt c hub-get dev=h && want hub.ip-count=20000 &&
		begun && shown 0a01 && want messages=20000 && equal $AGAIN 0 &&
		equal $UNDER 20000 && begun ip.address=10.1.16.0 ip.prefix=20 &&
		shown && want messages=4000 && begun ip.port=${SNUM[user]} &&
		shown && want messages=0
}

# What was there from beginning to end is shown, once.
test_table_changes_during_a_dump() {
	thousands 10 10.1 && thousands 10 10.2 && begun &&
		pt c ip-flush dev=h ip.address=10.2.0.0 ip.prefix=16 &&
		thousands 5 10.3 && shown 0a01 && equal $AGAIN 0 &&
		equal $UNDER 10000 && begun && shown && want messages=15000
}

test_port_goes_during_a_dump() {
	thousands 4 10.1 && session fresh c h &&
		MAC[fresh]=02:00:00:00:00:f1 || return 1
	pt frame m arp src=${MAC[fresh]} spa=10.2.0.0 &&
		pt c xfer $ID sweep:m:1000:30:0 && begun &&
		pt c port-del port.session.id=$ID && shown 0a01 &&
		equal $AGAIN 0 && equal $UNDER 4000 && begun \
		ip.port=${SNUM[server]} && shown && want messages=4000
}

test_hub_goes_during_a_dump() {
	make_hub d && session other c d && pt frame m arp spa=10.4.0.0 &&
		pt c xfer $ID sweep:m:1000:30:0 && thousands 4 10.1 &&
		pt x dump-begin ip-get && pt c link del d && shown 0a01 &&
		equal $AGAIN 0 && equal $UNDER 4000
}

setup
run_tests
