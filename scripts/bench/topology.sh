# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Ways for frames from namespace a to namespace b. Each function makes both,
# with a device eth0 that has an address, and all that is between:
#
#	a: eth0 192.0.2.1 --- what is measured --- eth0 192.0.2.2 :b
#
# An argument says whether TCP may send super-frames: "offload", or "plain" for
# frames of 1500 bytes. It is "frames" if there is no TCP to be measured.

# shellcheck disable=SC2154 # $tools is set by guest.sh

ADDR_A=192.0.2.1
ADDR_B=192.0.2.2
background=()

# Where instructions are counted the guest's clock leaps ahead whenever it
# waits for a file, so that no time is long.
patience=30

# Waits until a command succeeds: wait_for WHAT command...
wait_for() {
	local deadline=$((SECONDS + patience)) what=$1

	shift
	until "$@" >/dev/null 2>&1; do
		if [ $SECONDS -ge $deadline ]; then
			echo "bench: gave up waiting for $what" >&2
			return 1
		fi
		sleep 0.05
	done
	return 0
}

# Runs a program in the background until it says "ready".
start_ready() {
	local log

	log=$(mktemp)
	"$@" >"$log" 2>&1 &
	background+=($!)
	wait_for "${1##*/}" grep -q '^ready$' "$log" || {
		cat "$log" >&2
		return 1
	}
}

in_a() {
	ip netns exec a "$@"
}

in_b() {
	ip netns exec b "$@"
}

mac_of() {
	ip netns exec "$1" cat /sys/class/net/eth0/address
}

add_netns() {
	local name

	for name; do
		ip netns add "$name" || return
		ip netns exec "$name" sysctl -qw \
			net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1 || return
		ip -n "$name" link set lo up || return
	done
}

set_offload() {
	[ "$1" = plain ] || return 0
	shift
	while [ $# -gt 0 ]; do
		ip netns exec "$1" ethtool -K "$2" tso off gso off gro off \
			>/dev/null || return
		shift 2
	done
}

# The neighbours are fixed so that no ARP disturbs a measurement.
meet() {
	wait_for "the way from a to b" in_a ping -c 1 -W 1 $ADDR_B &&
		ip -n a neigh replace $ADDR_B lladdr "$(mac_of b)" dev eth0 &&
		ip -n b neigh replace $ADDR_A lladdr "$(mac_of a)" dev eth0
}

set_addresses() {
	ip -n a addr add $ADDR_A/24 dev eth0 &&
		ip -n b addr add $ADDR_B/24 dev eth0 &&
		ip -n a link set eth0 up &&
		ip -n b link set eth0 up &&
		meet
}

topology_raw() {
	add_netns a b &&
		ip link add eth0 netns a type veth peer name eth0 netns b &&
		set_offload "$1" a eth0 b eth0 &&
		set_addresses
}

# A switch of the link kind $2 with a veth pair to each machine.
make_switch() {
	local name

	add_netns a b &&
		ip link add switch type "$2" &&
		ip link set switch addrgenmode none up || return
	for name in a b; do
		ip link add "v$name" type veth peer name eth0 netns $name &&
			ip link set "v$name" master switch up || return
		[ "$1" != plain ] || ethtool -K "v$name" tso off gso off \
			gro off >/dev/null || return
	done
	set_offload "$1" a eth0 b eth0
}

topology_bridge() {
	make_switch "$1" bridge && set_addresses
}

topology_hub() {
	make_switch "$1" sehub && set_addresses
}

topology_tap() {
	local option=()

	[ "$1" = plain ] || option=(--offload)
	add_netns a b &&
		start_ready "$tools/tapecho" "${option[@]}" a eth0 b eth0 &&
		set_offload "$1" a eth0 b eth0 &&
		set_addresses
}

ifindex_of() {
	ip netns exec "$1" cat /sys/class/net/eth0/ifindex
}

topology_xfer() {
	local option=()

	[ "$1" = plain ] || option=(--offload)
	add_netns a b &&
		ip -n a link add eth0 up type sehub &&
		ip -n b link add eth0 up type sehub &&
		start_ready "$tools/xferecho" "${option[@]}" \
			a "$(ifindex_of a)" b "$(ifindex_of b)" &&
		set_addresses
}

clear_topology() {
	local pid name

	for pid in "${background[@]}"; do
		kill "$pid" && wait "$pid"
	done 2>/dev/null
	background=()
	for name in a b h; do
		[ ! -e "/run/netns/$name" ] || ip netns del $name
	done
	[ ! -e /sys/class/net/switch ] || ip link del switch
	! nft list table bridge guard >/dev/null 2>&1 ||
		nft delete table bridge guard
	# the last of a namespace goes in the background
	wait_for "devices to go" test ! -e /sys/class/net/va -a \
		! -e /sys/class/net/vb
}
