#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Many processes speak to the module at once: dumps of tables that change under
# them, dumps that nobody reads to the end, readers of notifications that sleep
# until theirs are lost, and requests that must be refused.
#
# timeout=200

TESTS="
	dumps
	readers
	refused_requests
	all_with_failing_allocations
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable

round_dumps() {
	pt c dump hub-get && pt c dump port-get && pt c dump port-get dev=h &&
		pt c dump-begin fdb-get && pt c dump-tally fdb.mac &&
		pt c dump-begin ip-get dev=h ip.port=1 &&
		pt c dump-tally ip.address && pt k dump fdb-get dev=k fdb.port=1
}

round_unread() {
	pt socket x "${NS[hub]}" && pt x dump-begin fdb-get &&
		pt socket y "${NS[hub]}" && pt y dump-begin ip-get dev=h &&
		pt close x && pt close y
}

# They change what is dumped.
round_churn() {
	local name=c$1 mac=02:00:00:00:01:0$1

	pt c port-del dev=h port.name=$name
	pt c fdb-del dev=h fdb.mac=$mac
	session $name c h && pt c fdb-new dev=h fdb.mac=$mac fdb.port=$NUM &&
		pt c fdb-flush dev=h && pt c ip-flush dev=h ip.port=1 &&
		pt c port-del port.session.id=$ID
}

test_dumps() {
	storm round_dumps round_unread round_churn round_churn
}

# One that sleeps loses some, which its socket says; nobody else does.
round_reader() {
	local group

	pt socket x "${NS[hub]}" || return 1
	for group in hub port fdb ip packet; do
		pt x join $group || return 1
	done
	pt x sleep on && pt c dump fdb-get dev=h >/dev/null && pt x sleep off &&
		pt x events && pt close x
}

test_readers() {
	storm round_reader round_reader round_churn round_churn
}

round_refused() {
	! pt c port-new dev=h port.name=up &&
		! pt c port-new dev=h port.name:fill=300 &&
		! pt c port-set dev=h port.number=60000 port.fdb-max=1 &&
		! pt c port-attach port.session.id=$UP &&
		! pt d xfer $UP data:f && ! pt d xfer 77777777 data:f &&
		! pt c fdb-new dev=h fdb.mac=01:00:00:00:00:01 fdb.port=1 &&
		! pt c fdb-new dev=h fdb.mac:hex=02 fdb.port=1 &&
		! pt c fdb-new dev=h fdb.mac=02:00:00:00:00:99 fdb.port=4444 &&
		! pt c port-set dev=h port.number=1 port.policy.#99:u32=1 &&
		! pt c port-set dev=h port.number=1 port.policy.flags:u64=0xffffffffffff &&
		! pt c ip-flush dev=h ip.address:hex=010203 &&
		! pt c port-del dev=h port.number=0 &&
		! pt c link set h ageing=0 && ! pt c link add h &&
		! pt c hub-get && ! pt c hub-get vlan=4095 &&
		[[ $LAST != *"the tool is silent" ]]
}

test_refused_requests() {
	storm round_refused round_refused round_churn
}

test_all_with_failing_allocations() {
	storm_with_faults round_dumps round_unread round_churn round_churn \
		round_reader round_refused
}

setup
run_tests
