#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ports come and go in traffic: sessions are made, lost, taken back, deleted by
# request, by their grace time and with their process; devices are enslaved and
# released, and vanish. Connections through other ports do not notice.
#
# timeout=200

TESTS="
	sessions
	devices
	both_with_failing_allocations
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable
NOISE_HOSTS="h1 x"

setup_topology() {
	stress_topology && ip -n "${NS[hub]}" link add px type veth \
		peer name x netns "${NS[net]}" &&
		ip -n "${NS[hub]}" link set px up &&
		ip -n "${NS[net]}" link set x up
}

# round_sessions CPU NUMBER: two owners, one after the other
round_sessions() {
	local name=s$1

	pt c port-del dev=h port.name=$name
	session $name c h port.session.grace=60000 port.session.features=1 &&
		pt c auto $ID 64500 ack && pt c xfer $ID data:f:20 &&
		pt d port-detach port.session.id=$ID &&
		pt d port-attach port.session.id=$ID \
			port.session.peer-rx=0 port.session.peer-oldest=0 &&
		pt d xfer $ID credit=64500 data:f:20 &&
		pt d port-del port.session.id=$ID &&
		refused ENOENT port.session.id "" c port-detach \
			port.session.id=$ID
}

# What a process leaves behind when it ends, with credit given and frames
# waiting.
round_owners() {
	local name=o$1

	pt c port-del dev=h port.name=$name
	pt socket x "${NS[hub]}" &&
		session $name x h port.session.grace=60000 &&
		pt x xfer $ID credit=64500 data:f:5 && pt close x &&
		pt c port-attach port.session.id=$ID &&
		pt c xfer $ID credit=64500 && pt c port-del port.session.id=$ID
}

is_gone() {
	! pt c port-get port.session.id="$1"
}

# A timer that fires while the session is taken back or deleted.
round_grace() {
	local name=g$1 id

	pt c port-del dev=h port.name=$name
	session $name c h port.session.grace=$(($2 % 4 + 1)) && id=$ID &&
		pt c xfer $id data:f:5 && pt c port-detach port.session.id=$id ||
		return 1
	pt d port-attach port.session.id=$id
	[ $(($2 % 2)) = 0 ] || pt d port-del port.session.id=$id
	pt d port-detach port.session.id=$id
	busywait 5000 is_gone $id
}

test_sessions() {
	storm round_sessions round_owners round_grace round_sessions
}

# Frames enter by it all the time.
round_enslave() {
	pt c link master px h && pt c port-get dev=h port.name=px &&
		pt c link master px -
}

round_vanish() {
	local name=v$1

	ip -n "${NS[hub]}" link del $name-p 2>/dev/null
	ip -n "${NS[hub]}" link add $name-p type veth peer name $name-x \
		netns "${NS[net]}" || return 1
	ip -n "${NS[hub]}" link set $name-p up master h
	case $(($2 % 3)) in
	0) ip -n "${NS[hub]}" link del $name-p ;;
	1) ip -n "${NS[net]}" link del $name-x ;;
	2) pt c port-del dev=h port.name=$name-p
		ip -n "${NS[hub]}" link del $name-p ;;
	esac
}

test_devices() {
	storm round_enslave round_vanish round_sessions
}

test_both_with_failing_allocations() {
	storm_with_faults round_sessions round_owners round_grace \
		round_enslave round_vanish
}

setup
run_tests
