#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of the benchmark of large numbers that runs inside the VM.
#
# usage: scale-guest.sh TOOL RESULTS PART:COUNT...
#
# Appends lines "metric count value" to the file RESULTS.

set -u

tool=$1
results=$2
shift 2
failed=0

# Devices that a hub can take in, and that are down.
make_devices() {
	local i

	for ((i = 1; i <= $1; i++)); do
		echo "link add d$i type dummy"
	done | ip -batch -
}

delete_devices() {
	local i

	for ((i = 1; i <= $1; i++)); do
		echo "link del d$i"
	done | ip -batch -
}

measure() {
	"$tool" "$@" | tee -a "$results"
	[ "${PIPESTATUS[0]}" = 0 ] && return
	failed=1
	ip link del h
}

modprobe dummy numdummies=0 || exit
insmod "$SEHUB_KO" || exit
for word; do
	part=${word%:*} count=${word#*:}
	# what the host says by itself would count as frames
	[ "$part" = hubs ]
	sysctl -qw net.ipv6.conf.default.disable_ipv6=$? || exit
	[ "$part" != devices ] || make_devices "$count" || exit
	measure "$part" "$count"
	[ "$part" != devices ] || delete_devices "$count"
done
exit $failed
