#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The part of the benchmark that runs inside the VM.
#
# usage: guest.sh icount|plain REPEATS RESULTS WAY...
#
# A WAY is a topology, words for it if it takes some, and what TCP may send, such
# as hub-offload or hub_policy:max-ip=1-frames; "frames" if it sends nothing.
# Appends lines "way metric value" to the file RESULTS.

set -u

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
tools=$top/build/bench/tools
PATH=$top/userspace/sehubctl:$top/userspace/transportd:$PATH
. "$here/topology.sh"
. "$here/topology-tls.sh"
. "$here/topology-policy.sh"
. "$here/measure.sh"

mode=$1
repeats=$2
results=$3
shift 3
failed=0
work=$(mktemp -d)
[ "$mode" = plain ] || patience=10000

# Puts the programs and their libraries into memory: a wait for the host's files
# in the middle of a measurement would count.
stage_programs() {
	local program file

	mkdir -p "$work/bin" "$work/lib" || return
	for program in bash bridge cat dnsmasq ethtool grep ip iperf3 jq kill \
		mkdir mktemp modprobe nft openssl ping rm sed sleep sysctl test \
		timeout udhcpc sehubctl sehub-transportd; do
		file=$(type -P $program) || return
		cp -L "$file" "$work/bin/" || return
	done
	cp "$tools"/* "$work/bin/" || return
	for file in "$work"/bin/*; do
		ldd "$file" 2>/dev/null
	done | awk '$3 ~ /^\// { print $3 }' | sort -u |
		xargs cp -L -t "$work/lib" || return
	tools=$work/bin
	export PATH=$work/bin:$PATH LD_LIBRARY_PATH=$work/lib
}

note() {
	printf '%-16s %-14s %s\n' "$@"
	printf '%s %s %s\n' "$@" >>"$results"
}

lose() {
	echo "bench: $1: $2 failed" >&2
	failed=1
}

repeat() {
	local way=$1 metric=$2 value i

	shift 2
	for ((i = 0; i < repeats; i++)); do
		if value=$("$@"); then
			note "$way" "$metric" "$value"
		else
			lose "$way" "$metric"
		fi
	done
}

# Frames that the kernel sends by itself: nothing but the way, and so the only
# thing that is measured where ways differ by little.
measure_frames() {
	if ! set_sink; then
		lose "$1" "setting up"
		return
	fi
	repeat "$1" pktgen64 measure_pktgen 64
	repeat "$1" pktgen1514 measure_pktgen 1514
}

measure_way() {
	local way=$1 topology=${1%-*} offload=${1##*-} words=

	case $topology in *:*) words=${topology#*:} topology=${topology%%:*} ;; esac
	if ! "topology_$topology" "$offload" "$words" || ! start_iperf_server; then
		lose "$way" "setting up"
		return
	fi
	if [ "$offload" = frames ]; then
		measure_frames "$way"
		return
	fi
	repeat "$way" tcp measure_tcp
	# frames without TCP are the same with and without offloads
	[ "$offload" = offload ] || return
	repeat "$way" udp measure_udp
	[ "$mode" = icount ] || return
	repeat "$way" instructions64 measure_instructions 64
	repeat "$way" instructions1514 measure_instructions 1514
}

printf '# Linux %s, %s processors, %s runs of each measurement.\n' \
	"$(uname -r)" "$(nproc)" "$repeats" >>"$results"
stage_programs || exit
modprobe -a veth bridge tun pktgen nf_tables || exit
insmod "$SEHUB_KO" || exit
for way; do
	measure_way "$way"
	clear_topology
done
exit $failed
