#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Policies in force: kept over a resume, replaced while traffic flows so that
# each frame is judged by one of them, and what they drop counted by its reason,
# at the port and at the hub.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	survives_a_resume
	set_while_detached
	counters_by_reason
	counters_of_a_deleted_port
	replaced_while_traffic_flows
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology
}

before_each() {
	forget_all
}

test_survives_a_resume() {
	local id=${SID[user]}

	pt c port-set port.session.id=$id port.session.grace=600000 &&
		policy user no-ra max-ip=1 &&
		pt c port-detach port.session.id=$id &&
		pt c port-get port.session.id=$id &&
		want port.policy.flags=no-ra port.policy.max-ip=1 &&
		pt c port-attach port.session.id=$id &&
		want port.policy.flags=no-ra port.policy.max-ip=1 &&
		drops router user peer ra && passes user peer arp &&
		drops ip-limit user peer arp spa=192.0.2.9
}

test_set_while_detached() {
	local id=${SID[user]}

	pt c port-set port.session.id=$id port.session.grace=600000 &&
		pt c port-detach port.session.id=$id && policy user no-ra &&
		pt c port-attach port.session.id=$id &&
		drops router user peer ra && passes user peer arp
}

test_counters_by_reason() {
	counter h ${SNUM[user]} drops.router || return 1
	local port=$VAL
	pt c hub-get dev=h && field hub.drops.router || return 1
	local hub=$VAL
	policy user no-ra deny-type=0x8137 && drops router user peer ra &&
		drops router user peer redirect6 &&
		drops denied-type user peer ipx &&
		counted h ${SNUM[user]} drops.router $((port + 2)) &&
		pt c hub-get dev=h && want hub.drops.router=$((hub + 2)) &&
		counted h ${SNUM[peer]} drops.router 0
}

test_counters_of_a_deleted_port() {
	pt c hub-get dev=h && field hub.drops.router || return 1
	local hub=$VAL
	policy_words no-ra
	session fresh c h "${PWORDS[@]}" && MAC[fresh]=02:00:00:00:00:f1 &&
		drops router fresh peer ra &&
		pt c port-del port.session.id="$ID" && pt c hub-get dev=h &&
		want hub.drops.router=$((hub + 1))
}

# Another process on another processor exchanges two policies without end.
exchange_start() {
	local set="x port-set dev=h port.number=${SNUM[user]}" one

	policy_words $1
	one=${PWORDS[*]}
	policy_words $2
	{
		echo "socket x ${NS[hub]}"
		while echo "$set $one" && echo "$set ${PWORDS[*]}"; do :; done
	} 2>/dev/null | KSFT_CPU=1 "$KSFT_DIR/porttool" >/dev/null &
	PIDS+=($!)
}

exchange_stop() {
	kill ${PIDS[-1]} && { wait ${PIDS[-1]} || true; } &&
		unset "PIDS[-1]"
}

# sum NAME: VAL becomes the sum of all counters of the last answer that begin so
sum() {
	local word

	VAL=0
	for word in $OUT; do
		[[ $word != "$1"* ]] || VAL=$((VAL + ${word#*=}))
	done
}

# 28,000 frames from the user to the peer: PASSED and DROPPED
traffic() {
	local passed dropped

	counter h ${SNUM[peer]} tx-frames && passed=$VAL &&
		pt c port-get dev=h port.number=${SNUM[user]} || return 1
	sum port.drops.
	dropped=$VAL
	for ((SENT = 0; SENT < 28000; SENT += 700)); do
		pt c xfer ${SID[user]} data:f:700 || return 1
	done
	counter h ${SNUM[peer]} tx-frames && PASSED=$((VAL - passed)) &&
		pt c port-get dev=h port.number=${SNUM[user]} || return 1
	sum port.drops.
	DROPPED=$((VAL - dropped))
	echo "# passed $PASSED, dropped $DROPPED"
}

# Two that both let the frame pass lose none; of two of which one denies it,
# each frame is either delivered or counted.
test_replaced_while_traffic_flows() {
	[ "$(nproc)" -gt 1 ] || skip "one processor" || return
	pt c auto ${SID[peer]} 64500 ack &&
		pt frame f udp4 len=60 dst=${MAC[peer]} src=${MAC[user]} &&
		exchange_start "no-ra max-ip=5" "no-dhcp-server no-broadcast" &&
		traffic && exchange_stop && equal "$DROPPED" 0 dropped &&
		equal "$PASSED" "$SENT" passed &&
		exchange_start "no-ra" "deny-type=0x0800" &&
		traffic && exchange_stop &&
		equal $((PASSED + DROPPED)) "$SENT" "passed and dropped" &&
		[ "$PASSED" -gt 0 ] && [ "$DROPPED" -gt 0 ] &&
		pt c auto ${SID[peer]} 0
}

setup
run_tests
