#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network namespaces are deleted with all that is in them in the middle of
# traffic: hubs, sessions with owners elsewhere, devices that are ports of hubs
# in other namespaces, readers of notifications.
#
# timeout=200

TESTS="
	namespaces
	namespaces_with_failing_allocations
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable

# A namespace with a hub, joined by a session to the hub h and to it by a pair
# of devices; it is gone when its last socket is closed and its name deleted.
round_namespace() {
	local ns=t$1-$RUN a b

	ip netns del $ns 2>/dev/null
	ip netns add $ns || return 1
	NS[t]=$ns
	ip -n $ns link add v type veth peer name vt$1 netns "${NS[hub]}"
	ip -n $ns link set v up
	ip -n "${NS[hub]}" link set vt$1 up master h
	pt c port-del dev=h port.name=t$1
	pt socket t $ns && pt t link add m vlan=12 && pt t link up m &&
		pt t link add moved$1 &&
		pt t link netns moved$1 "${NS[far]}" &&
		pt k link del moved$1 && session t$1 c h && a=$ID &&
		session x t m port.session.grace=60000 && b=$ID &&
		pt c join $a t $b && pt t xfer $b data:f:40 &&
		pt c xfer $a data:f:40 && pt c part $a
	local status=$?
	case $(($2 % 3)) in
	0) pt t port-detach port.session.id=$b ;;
	1) pt t link master v m ;;
	esac
	if [ $(($2 % 2)) = 0 ]; then
		pt close t
		ip netns del $ns
	else
		ip netns del $ns
		pt close t
	fi
	pt c port-del port.session.id=$a
	return $status
}

test_namespaces() {
	storm round_namespace round_namespace
}

test_namespaces_with_failing_allocations() {
	storm_with_faults round_namespace round_namespace
}

setup
run_tests
