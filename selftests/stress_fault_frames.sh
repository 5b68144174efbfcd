#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each allocation that a frame causes on its way fails once: each receiver gets
# the frame or the loss is counted, and the next frame passes.
#
#   h --- s (session, sender)        namespace net
#     \-- r (session)       \-- ph1 ======= h1
#      \- o (session that takes super-frames)
#
# timeout=120

TESTS="
	to_a_session
	to_a_device
	to_the_host
	to_everybody
	super_frame_to_a_session
	super_frame_to_a_plain_session
	super_frame_to_a_device
	new_sender
	new_address
	under_a_policy
	into_the_packet_log
	new_sender_while_memory_ends
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable
faults_ready || skip_all "$SKIP_REASON"

STEPS_MAX=100
TO_R=02:00:00:00:00:12
TO_O=02:00:00:00:00:13
TO_DEV=02:00:00:00:00:14
TO_HOST=02:00:00:00:00:ff

setup_topology() {
	start_tools && make_hub h address=$TO_HOST && make_hosts h h1 &&
		session s c h port.session.features=1 && S=$ID &&
		session r c h && R=$ID &&
		session o c h port.session.features=1 && O=$ID &&
		pt c auto $R 64500 ack && pt c auto $O 64500 ack &&
		pt frame r src=$TO_R && pt c xfer $R data:r &&
		pt frame o src=$TO_O && pt c xfer $O data:o &&
		ft host h1 "${NS[net]}" h1 && ft send h1 src=$TO_DEV
}

# What left by any port, and what was dropped at any: OUTS and DROPS
sums() {
	pt c dump port-get dev=h >/dev/null || return 1
	OUTS=0 DROPS=0
	local word
	for word in $OUT; do
		case $word in
		port.tx-frames=*) OUTS=$((OUTS + ${word#*=})) ;;
		port.drops.*) DROPS=$((DROPS + ${word#*=})) ;;
		esac
	done
}

# each COUNT RECORD [COMMAND...]: after the command, the record that makes COUNT frames leave, with
# its first allocation failing, its second, and so on
each() {
	local count=$1 record=$2 nth outs drops taken losses=0

	shift 2
	for ((nth = 1; nth <= STEPS_MAX; nth++)); do
		[ $# = 0 ] || "$@" || return 1
		sums && outs=$OUTS drops=$DROPS || return 1
		pt fail $nth
		# a request that found no memory has not come in
		pt c xfer $S $record && taken=yes || taken=
		pt failed && field hit && sums || return 1
		outs=$((OUTS - outs)) drops=$((DROPS - drops))
		case $VAL,$taken,$outs,$drops in
		0,yes,"$count",0) break ;;
		1,,0,0 | 1,yes,"$count",0) ;;
		1,yes,*)
			[ $drops -gt 0 ] && [ $outs -lt $count ] || nth=-1
			losses=$((losses + 1))
			;;
		*) nth=-1 ;;
		esac
		[ $nth -gt 0 ] || {
			echo "hit=$VAL taken=$taken: $outs left, $drops dropped"
			return 1
		}
	done
	ALLOCATIONS=$((nth - 1))
	echo "# $ALLOCATIONS allocations, $losses losses"
	[ $nth -le $STEPS_MAX ] && [ $nth -gt 1 ]
}

test_to_a_session() {
	pt frame f dst=$TO_R len=300 && each 1 data:f
}

test_to_a_device() {
	pt frame f dst=$TO_DEV len=300 && each 1 data:f
}

test_to_the_host() {
	pt frame f dst=$TO_HOST len=300 && each 1 data:f
}

# the host, the device, two sessions
test_to_everybody() {
	pt frame f len=300 && each 4 data:f
}

# Short enough for a message that needs no vmalloc: the kernel would write into
# its log that it had no memory for that.
super() {
	pt frame g tcp4 dst=$1 mss=1000 len=3054
}

test_super_frame_to_a_session() {
	super $TO_O && each 1 offload:g
}

test_super_frame_to_a_plain_session() {
	super $TO_R && each 3 offload:g
}

test_super_frame_to_a_device() {
	super $TO_DEV && each 1 offload:g
}

test_new_sender() {
	pt frame f src=02:00:00:00:00:66 dst=$TO_R &&
		each 1 data:f pt c fdb-flush dev=h fdb.port=1
}

test_new_address() {
	pt frame f udp4 dst=$TO_R sip=192.0.2.66 &&
		each 1 data:f pt c ip-flush dev=h
}

# An address that cannot be kept is not let through by one that counts them.
test_under_a_policy() {
	pt frame f udp4 dst=$TO_R sip=192.0.2.66 &&
		pt c port-set port.session.id=$S port.policy.max-ip=1 \
			port.policy.flags=no-ip-dup &&
		each 1 data:f pt c ip-flush dev=h &&
		pt c port-set port.session.id=$S port.policy=
}

# The frame passes though it cannot be shown.
test_into_the_packet_log() {
	pt socket l "${NS[hub]}" && pt l join packet &&
		pt c link set h log-whole=0x1ff && pt frame f dst=$TO_R &&
		each 1 data:f && pt c link set h log-whole=0 && pt close l
}

# out_of_memory_after BYTES: nothing of sehub that the tool asks for gets memory
# from then on
out_of_memory_after() {
	fault_set failslab probability=0 task-filter=Y times=1000 space="$1" &&
		fault_set failslab probability=100
}

# memory_failed: some of it did not
memory_failed() {
	[ "$(<$DEBUGFS/failslab/times)" -lt 1000 ]
}

# A table that grows takes one level after the other, and may get the first
# alone; the last that the hub does is to find memory for less and less.
test_new_sender_while_memory_ends() {
	local space failed=0 pid=${TOOL_PID[pt]} status=0

	ft sweep h1 100 8 0 src=02:00:00:00:00:00 dst=$TO_HOST &&
		slowwait 20 many_are_known &&
		pt frame f src=02:00:00:00:00:67 dst=$TO_HOST && faults_on &&
		echo 1 >"/proc/$pid/make-it-fail" || return 1
	for ((space = 8000; space >= 0 && status == 0; space -= 200)); do
		pt c fdb-flush dev=h && out_of_memory_after $space || status=1
		pt c xfer $S data:f
		memory_failed && failed=$((failed + 1))
		faults_off || status=1
	done
	echo 0 >"/proc/$pid/make-it-fail"
	faults_off
	echo "# failed $failed times"
	[ $status = 0 ] && [ $failed -ge 5 ] && [ $failed -lt 41 ]
}

many_are_known() {
	pt c hub-get dev=h && field hub.fdb-count && [ "$VAL" -ge 100 ]
}

setup
run_tests
