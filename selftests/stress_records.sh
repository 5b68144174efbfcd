#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Owners hand over buffers of records that no peer would send: bytes by chance,
# lengths that lie, acknowledgements of what was never sent, offload metadata
# that does not fit the frame. Each is refused or dropped, what came before it
# in the buffer is delivered, and the session goes on.
#
# timeout=200

TESTS="
	malformed_records
	lying_acknowledgements
	lying_metadata
	all_with_failing_allocations
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable

# own: a session of the process's own, made anew when it is gone; in ID
own() {
	pt c port-get dev=h port.name=r$1 && field port.session.id &&
		ID=$VAL && [ -n "$ID" ] && return
	session r$1 c h port.session.features=1
}

# digits N: VAL becomes 2 N hexadecimal digits by chance
digits() {
	local i

	VAL=
	for ((i = 0; i < $1; i++)); do
		VAL+=$(printf %02x $((RANDOM & 255)))
	done
}

# still: a right record is taken after all that, and answers come
still() {
	pt c xfer $ID credit=64500 data:f:2
}

round_malformed() {
	own $1 || return 1
	# shorter than a header, longer than the buffer, than any record
	! pt c xfer $ID data:f hex:10 && ! pt c xfer $ID hex:10ffffff &&
		! pt c xfer $ID data:f hdr:0x10:3000 &&
		! pt c xfer $ID data:f:3 hex:100000 && still || return 1
	# chance
	digits $((RANDOM % 40 + 1))
	pt c xfer $ID data:f hex:$VAL
	digits $((RANDOM % 60))
	pt c xfer $ID rec:$((RANDOM % 256)):$VAL data:f
	digits 24
	pt c xfer $ID rec:0x11:$VAL data:f
	pt c xfer $ID fill:0x10:$((RANDOM % 20))
	pt c xfer $ID fill:0x11:$((RANDOM % 60))
	pt c xfer $ID fill:0x10:$((1000 + RANDOM))
	[[ $LAST != *"the tool is silent" ]] && pt c clear $ID && still
}

test_malformed_records() {
	storm round_malformed round_malformed
}

round_acks() {
	own $1 || return 1
	pt c xfer $ID ack:18446744073709551615
	pt c xfer $ID ack:$((RANDOM * RANDOM))
	pt c xfer $ID rec:0x01:00
	pt c xfer $ID ack:0 ack:0 ack:1
	[[ $LAST != *"the tool is silent" ]] && pt c clear $ID && still
}

test_lying_acknowledgements() {
	storm round_acks round_acks
}

round_metadata() {
	own $1 && pt frame g tcp4 len=2000 mss=500 dst=02:00:00:00:00:99 ||
		return 1
	pt vnet g flags=$((RANDOM & 7)) gso=$((RANDOM & 255)) \
		mss=$((RANDOM)) start=$((RANDOM)) offset=$((RANDOM)) hdr=$((RANDOM))
	pt c xfer $ID offload:g
	pt vnet g flags=1 gso=$((RANDOM % 6)) mss=$((RANDOM % 3)) \
		start=$((RANDOM % 70)) offset=$((RANDOM % 30)) hdr=$((RANDOM % 90))
	pt c xfer $ID offload:g
	pt vnet g flags=1 gso=$((1 + RANDOM % 5)) mss=$((RANDOM % 1500)) \
		start=34 offset=16 hdr=54
	pt c xfer $ID offload:g:3
	[[ $LAST != *"the tool is silent" ]] && pt c clear $ID && still
}

test_lying_metadata() {
	storm round_metadata round_metadata
}

test_all_with_failing_allocations() {
	storm_with_faults round_malformed round_acks round_metadata
}

setup
run_tests
