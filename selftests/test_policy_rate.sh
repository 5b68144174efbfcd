#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Rates: bytes into the hub and out of it, frames to groups into the hub by port
# and for all ports together. How much passes at once is exact; how much passes
# in the long run is compared with what the clock allows, within wide bounds,
# as a machine may stand still for a while.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	burst_of_a_rate
	default_burst
	long_burst_of_a_slow_rate
	frame_longer_than_the_burst
	rate_up
	rate_up_counts_all_frames
	rate_down
	rate_down_is_of_the_receiver
	rates_that_nobody_reaches
	dropped_frames_cost_nothing
	broadcast_burst
	broadcast_spares_what_is_needed
	broadcast_rate
	broadcast_rate_of_the_hub
	unicast_is_no_broadcast
	new_policy_keeps_the_meter
	new_rate_is_in_force_at_once
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology && pt c auto ${SID[server]} 64500 ack
}

# Meters outlive policies, so each test has new ports.
before_each() {
	local name

	pt c link set h broadcast-rate=0
	for name in user peer; do
		pt c port-del dev=h port.name=$name
		session $name c h
	done
	pt c auto ${SID[peer]} 64500 ack
	forget_all
}

# frames F WORD...: gives a frame from the user a name
frames() {
	local name=$1

	shift
	pt frame $name src=${MAC[user]} "$@"
}

# tx NAME: VAL becomes the number of frames that left by the port
tx() {
	counter h ${SNUM[$1]} tx-frames
}

# offer F:N FROM...: each sends N frames F; PASSED came to the peer
offer() {
	local what=$1 from before

	shift
	tx peer && before=$VAL || return 1
	for from; do
		pt c xfer ${SID[$from]} data:$what || return 1
	done
	tx peer && PASSED=$((VAL - before))
	echo "# passed $PASSED"
}

# between LOW HIGH [RATE]: PASSED is; RATE comes in addition for each second
# since started
between() {
	local most=$(($2 + ${3:-0} * (${EPOCHREALTIME/./} - START) / 1000000))

	if [ "$PASSED" -lt "$1" ] || [ "$PASSED" -gt "$most" ]; then
		echo "$PASSED is not between $1 and $most"
		return 1
	fi
}

started() {
	START=${EPOCHREALTIME/./}
}

# flow F:N FROM...: the same for three seconds, PASSED frames in USEC
flow() {
	local what=$1 from before start=${EPOCHREALTIME/./}

	shift
	tx peer && before=$VAL || return 1
	until USEC=$((${EPOCHREALTIME/./} - start)) && [ $USEC -gt 3000000 ]; do
		for from; do
			pt c xfer ${SID[$from]} data:$what >/dev/null ||
				return 1
		done
	done
	tx peer && PASSED=$((VAL - before))
	USEC=$((${EPOCHREALTIME/./} - start))
	echo "# passed $PASSED in $USEC us"
}

# in_the_long_run RATE BURST: PASSED is what the time allowed
in_the_long_run() {
	local most=$(($1 * USEC / 1000000 + $2 + 1))

	between $((($1 * USEC / 1000000 + $2) * 6 / 10)) $most
}

test_burst_of_a_rate() {
	frames f len=1000 && policy user rate-up=1 burst-up=20000 &&
		offer f:60 user && between 20 20 && offer f:60 user &&
		between 0 0 && counted h ${SNUM[user]} drops.rate-up 100
}

# 64 KiB, or a tenth of a second's worth.
test_default_burst() {
	frames f len=1000 && policy user rate-up=1 && offer f:60 user &&
		offer f:60 user && between 5 5 && policy peer rate-down=1 &&
		policy user && offer f:60 user && between 60 60 &&
		offer f:60 user && between 5 5
}

test_long_burst_of_a_slow_rate() {
	frames f len=1000 && policy user rate-up=10 burst-up=160000 &&
		offer f:60 user && between 60 60 && offer f:60 user &&
		between 60 60 && offer f:60 user && started && between 40 41
}

# It passes when there is nothing else on its way.
test_frame_longer_than_the_burst() {
	frames f len=1500 && policy user rate-up=1 burst-up=100 &&
		offer f:10 user && between 1 1 && offer f:10 user && between 0 0
}

test_rate_up() {
	frames f len=1000 && policy user rate-up=200000 burst-up=200000 &&
		flow f:60 user && in_the_long_run 200 200
}

# Whoever receives them, or nobody.
test_rate_up_counts_all_frames() {
	frames f len=1000 dst=${MAC[peer]} && frames g len=1000 \
		dst=${MAC[server]} && frames k len=1000 dst=${MAC[user]} &&
		policy user rate-up=1 burst-up=30000 &&
		offer g:10 user && offer k:10 user && offer f:30 user &&
		between 10 10
}

test_rate_down() {
	frames f len=1000 && policy peer rate-down=200000 burst-down=200000 &&
		flow f:60 user server && in_the_long_run 200 200 &&
		counter h ${SNUM[peer]} drops.rate-down && [ "$VAL" -gt 0 ] &&
		counted h ${SNUM[user]} drops.rate-down 0 &&
		counted h ${SNUM[server]} drops.rate-down 0
}

test_rate_down_is_of_the_receiver() {
	frames f len=1000 && policy peer rate-down=1 burst-down=5000 &&
		tx server || return 1
	local before=$VAL
	offer f:20 user && between 5 5 && tx server &&
		equal $((VAL - before)) 20 "frames of the server"
}

test_rates_that_nobody_reaches() {
	frames f len=1000 && policy user rate-up=18446744073709551615 \
		broadcast-rate=4294967295 && policy peer \
		rate-down=18446744073709551615 && offer f:60 user &&
		between 60 60 && policy user rate-up=4000000000 &&
		offer f:60 user && between 60 60
}

test_dropped_frames_cost_nothing() {
	frames f len=1000 && frames g type=0x8137 len=1000 &&
		policy user rate-up=1 burst-up=20000 broadcast-rate=10 \
			deny-type=0x8137 &&
		offer g:50 user && between 0 0 && frames f len=1000 \
		dst=${MAC[peer]} && offer f:50 user && between 20 20 &&
		counted h ${SNUM[user]} drops.denied-type 50
}

# One half of a second's worth, the other is for what is needed.
test_broadcast_burst() {
	frames f udp4 && frames g arp && started &&
		policy user broadcast-rate=100 && offer f:400 user &&
		between 50 51 100 && offer g:400 user && between 49 51 100 &&
		counter h ${SNUM[user]} drops.broadcast-rate && [ "$VAL" -gt 0 ]
}

# Each kind of what is needed finds room after everything else was used up.
test_broadcast_spares_what_is_needed() {
	local frame

	frames f udp4 && policy user broadcast-rate=10 || return 1
	for frame in arp ns "ns sip=::" rs dhcp=discover dhcp6=solicit; do
		offer f:60 user && frames g $frame && offer g:1 user &&
			between 1 1 || return 1
	done
}

test_broadcast_rate() {
	frames f udp4 && policy user broadcast-rate=200 && flow f:60 user &&
		in_the_long_run 200 100 && frames f arp && flow f:60 user &&
		in_the_long_run 200 200
}

# All ports share it, each has its own besides.
test_broadcast_rate_of_the_hub() {
	frames f udp4 && pt c link set h broadcast-rate=200 &&
		flow f:60 user server && in_the_long_run 200 100 &&
		frames f arp && flow f:60 user server &&
		in_the_long_run 200 200 &&
		counter h ${SNUM[server]} drops.broadcast-rate &&
		[ "$VAL" -gt 0 ] && policy user broadcast-rate=20 &&
		flow f:60 user && in_the_long_run 20 20
}

test_unicast_is_no_broadcast() {
	frames f udp4 dst=${MAC[peer]} && frames g udp4 \
		dst=02:00:00:00:00:77 && policy user broadcast-rate=1 &&
		pt c link set h broadcast-rate=1 && offer f:60 user &&
		between 60 60 && offer g:60 user && between 60 60
}

# A policy that is set again is no way to a full bucket.
test_new_policy_keeps_the_meter() {
	frames f len=1000 && policy user rate-up=1 burst-up=20000 &&
		offer f:60 user && between 20 20 &&
		policy user rate-up=1 burst-up=20000 && offer f:60 user &&
		between 0 0
}

# What passed at a slow rate would have taken hours.
test_new_rate_is_in_force_at_once() {
	frames f len=1000 && policy user rate-up=1 && offer f:60 user &&
		offer f:60 user && between 5 5 &&
		policy user rate-up=100000 burst-up=100000 &&
		flow f:60 user && in_the_long_run 100 1 && policy user &&
		offer f:60 user && between 60 60 && policy user rate-up=1 &&
		offer f:60 user && between 60 60
}

setup
run_tests
