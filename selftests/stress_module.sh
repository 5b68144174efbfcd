#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module is unloaded in the middle of traffic and of requests from several
# processes, and loaded again, as often as there is time. It goes each time, and
# the devices that were its ports are free.
#
# timeout=300

TESTS="
	unloaded_in_a_storm
	unloaded_with_failing_allocations
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable

LOADS_MIN=3

setup_topology() {
	make_netns hub net far && ip -n "${NS[hub]}" link add ph1 \
		type veth peer name h1 netns "${NS[net]}" &&
		ip -n "${NS[hub]}" link set ph1 up &&
		ip -n "${NS[net]}" link set h1 up
}

teardown() {
	module_is_loaded || module_load
}

# Requests are refused once the module is gone, that is how a round ends.
round_sessions() {
	session s$1 c h port.session.grace=60000 && pt c auto $ID 64500 ack &&
		pt c xfer $ID data:f:20 && pt c port-detach port.session.id=$ID &&
		pt d port-attach port.session.id=$ID &&
		pt d port-del port.session.id=$ID
}

round_requests() {
	pt c dump port-get && pt c dump fdb-get dev=h && pt c link set h ageing=9 &&
		pt c port-set dev=h port.number=1 port.policy.max-ip=3 &&
		pt c fdb-flush dev=h && pt c link add t$1 && pt c link del t$1
}

round_masters() {
	pt c link master ph1 - && pt c link master ph1 h
}

# A dump that is not at its end holds the module.
goes() {
	timeout $((20 * SLOW)) rmmod sehub 2>/dev/null
	! module_is_loaded
}

unload_once() {
	local status=0

	module_is_loaded || module_load || return 1
	tool_start pt "$KSFT_DIR/porttool"
	pt socket c "${NS[hub]}" && make_hub h && pt c link master ph1 h &&
		noise_start || return 1
	[ -z "$FAULTS" ] || faults_on || return 1
	REFUSALS=yes
	storm_begin round_sessions round_requests round_masters
	slowwait 30 all_have_rounds && slowwait 30 noise_is_heard 2 &&
		slowwait 20 goes || status=1
	storm_end || status=1
	[ -z "$FAULTS" ] || faults_off
	REFUSALS=
	noise_stop
	tool_stop pt
	[ $status = 0 ] &&
		! ip -n "${NS[hub]}" link show ph1 | grep -q "master\|PROMISC" &&
		! grep -q ^sehub /proc/slabinfo
}

again_and_again() {
	local loads=0 end=$((SECONDS + STRESS_SECONDS))

	while [ $loads -lt $LOADS_MIN ] || [ $SECONDS -lt $end ]; do
		unload_once || return 1
		loads=$((loads + 1))
	done
	echo "# $loads times"
}

test_unloaded_in_a_storm() {
	again_and_again
}

test_unloaded_with_failing_allocations() {
	local status

	faults_ready || return
	FAULTS=yes
	again_and_again
	status=$?
	FAULTS=
	return $status
}

setup
run_tests
