#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Connections over TAP devices: what is not theirs they leave alone, what is
# theirs outlives the daemon, and super-frames pass whole. With the module the
# hub is one of its own and the devices are asked for; with KSFT_BRIDGES=yes
# (see e2e.sh) there is neither, and the hub is a bridge.
#
#   a ---- hub (hub 12) ---- b
#   |
#   elsewhere (where a's device is moved to)

TESTS="
	hub_device_without_the_module
	policy_without_the_module
	device_of_somebody_else
	device_in_use
	device_without_dev_net_tun
	kind_is_chosen_while_down
	addresses_of_the_device_outlive_the_daemon
	bridge_keeps_its_address
	deleted_port_of_the_bridge
	port_taken_out_of_the_bridge
	port_is_no_station
	deleted_bridge
	super_frames
	device_in_another_namespace
	both_kinds_at_once
	nothing_is_left
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq unshare

setup_topology() {
	start_server && start_client 1 a && start_client 2 b &&
		make_machine elsewhere && user_add 12 alice right &&
		user_add 12 bob right &&
		connection_add a office 192.0.2.5 alice right &&
		up a office --device tap &&
		on a ip address add 203.0.113.10/24 dev office &&
		pings a 203.0.113.1
}

# up MACHINE NAME [WORD...]
up() {
	ctl "$1" connection up "$2" --wait $((30 * SLOW)) "${@:3}"
}

needs_bridges() {
	[ -n "${KSFT_BRIDGES:-}" ] || skip "hubs are those of the module"
}

# attempt_says MACHINE NAME TEXT: why the connection is not up
attempt_says() {
	ctl "$1" connection show "$2" | grep -E "^ *error .*$3"
}

test_hub_device_without_the_module() {
	needs_bridges || return
	connection_add b hubby 192.0.2.9 bob right &&
		ctl b connection up hubby --device hub --no-wait &&
		busywait 10000 attempt_says b hubby "sehub.ko is not loaded" &&
		! on b ip link show hubby && ctl b connection del hubby
}

test_policy_without_the_module() {
	local status

	needs_bridges || return
	connection_add b office 192.0.2.9 bob right &&
		ctl hub user set bob --vlan 12 --policy max-mac=1 &&
		ctl b connection up office --no-wait &&
		busywait 10000 attempt_says b office \
			"cannot enforce the user's policy: sehub.ko is not loaded there" &&
		logged hub "the user's policy needs sehub.ko" &&
		ctl hub user set bob --vlan 12 --policy no-resume &&
		await_connection b office connected &&
		ctl hub user set bob --vlan 12 --policy no-ra &&
		busywait 10000 attempt_says b office "cannot enforce"
	status=$?
	ctl hub user set bob --vlan 12 --policy none
	ctl b connection del office
	return $status
}

test_device_of_somebody_else() {
	on b ip tuntap add dev office mode tap &&
		on b ip link add other type bridge &&
		connection_add b office 192.0.2.9 bob right &&
		! up b office --device tap 2>"$TMP/message" &&
		grep "office exists and is no TAP device of this daemon" \
			"$TMP/message" &&
		ctl b connection down office && on b ip link show office &&
		ctl b connection del office && on b ip link show office &&
		on b ip link del office &&
		connection_add b other 192.0.2.9 bob right &&
		! up b other --device tap && ctl b connection del other &&
		on b ip link show other && on b ip link del other
}

# Somebody took the device between two daemons.
test_device_in_use() {
	local status holder

	daemon_end a KILL
	spawn a "$TMP/holder" /usr/bin/python3 -c '
import fcntl, os, struct, time
tap = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tap, 0x400454ca, struct.pack("16sH22x", b"office", 0x5002))
print("held", flush=True)
time.sleep(600)'
	holder=$SPAWNED
	busywait 10000 grep -q held "$TMP/holder"
	status=$?
	daemon_start a && [ $status = 0 ] &&
		busywait 20000 attempt_says a office \
			"office is in use by another process"
	status=$?
	kill "$holder"
	await_connection a office connected && return $status
}

test_device_without_dev_net_tun() {
	local status

	daemon_end b TERM
	spawn b "$TMP/b/log" unshare -m sh -c \
		"mount -t tmpfs none /dev/net && exec \"$DAEMON\" --foreground \
		--config \"$TMP/b/conf\""
	DPID[b]=$SPAWNED
	busywait 20000 daemon_answers b &&
		connection_add b office 192.0.2.9 bob right &&
		ctl b connection up office --device tap --no-wait &&
		busywait 10000 attempt_says b office \
			"no /dev/net/tun: load the module tun"
	status=$?
	ctl b connection del office
	daemon_end b TERM
	daemon_start b && return $status
}

test_kind_is_chosen_while_down() {
	# the words of connection up are checked before the daemon is asked
	! up a office --device office 2>"$TMP/message" &&
		grep "none of auto, hub and tap" "$TMP/message" &&
		! up a office --device hub 2>"$TMP/message" &&
		grep "take it down first" "$TMP/message" &&
		up a office --device tap && up a office &&
		ctl a connection show office | grep "office (TAP device)" &&
		json a '.card == "tap" and .device_kind == "tap"' \
			connection show office
}

test_addresses_of_the_device_outlive_the_daemon() {
	local before signal status

	before=$(on a cat /sys/class/net/office/{ifindex,address})
	[ -n "$before" ] || return 1
	for signal in KILL TERM; do
		daemon_end a "$signal"
		equal "$(on a cat /sys/class/net/office/carrier)" 0
		status=$?
		daemon_start a && await_connection a office connected &&
			[ $status = 0 ] && pings a 203.0.113.1 || return 1
	done
	equal "$(on a cat /sys/class/net/office/{ifindex,address})" "$before"
}

test_bridge_keeps_its_address() {
	local before

	needs_bridges || return
	before=$(on hub cat /sys/class/net/sehub12/address)
	connection_add b office 192.0.2.9 bob right &&
		up b office && equal "$(on hub \
		cat /sys/class/net/sehub12/address)" "$before" &&
		ctl b connection del office && busywait 10000 one_port &&
		equal "$(on hub cat /sys/class/net/sehub12/address)" "$before"
}

one_port() {
	equal "$(bridge_ports 12 | wc -l)" 1
}

# port_of USER: the device that is its session's port
port_of() {
	json hub ".[] | select(.user == \"$1\") | .device" session list
}

# As with the module: an administrator's wish is final.
test_deleted_port_of_the_bridge() {
	needs_bridges || return
	connection_add b office 192.0.2.9 bob right && up b office &&
		ctl hub session show "$(session_of bob)" |
		grep -E "^ *port +device $(port_of bob)$" &&
		ip -n "${NS[hub]}" -details link show "$(port_of bob)" |
		grep "alias sehub session $(session_of bob)" &&
		ip -n "${NS[hub]}" link del "$(port_of bob)" &&
		await_connection b office failed &&
		ctl b connection show office | grep "administrator deleted" &&
		sessions_are '.user == "bob"' 0 && connection_is a office connected
}

test_port_taken_out_of_the_bridge() {
	local port

	needs_bridges || return
	up b office && port=$(port_of bob) &&
		ip -n "${NS[hub]}" link set "$port" nomaster &&
		await_connection b office failed &&
		busywait 10000 gone_at_hub "$port" && ctl b connection del office
}

gone_at_hub() {
	! ip -n "${NS[hub]}" link show "$1" 2>/dev/null
}

# The client's cable ends in the bridge: nobody else is on it.
test_port_is_no_station() {
	local port

	needs_bridges || return
	port=$(port_of alice) && ! ip -n "${NS[hub]}" address show dev "$port" |
		grep inet && equal "$(on hub cat \
		"/proc/sys/net/ipv6/conf/$port/addr_gen_mode")" 1 &&
		on hub ip link set sehub12 mtu 9000 &&
		ctl a connection down office && up a office &&
		on a ip address add 203.0.113.10/24 dev office &&
		equal "$(on hub cat "/sys/class/net/$(port_of alice)/mtu")" 9000 &&
		on a ip link set office mtu 9000 && pings a 203.0.113.1 &&
		on a ping -n -c 2 -i 0.2 -W 20 -M "do" -s 8972 203.0.113.1
}

test_deleted_bridge() {
	needs_bridges || return
	hub_del 12 && await_connection a office waiting &&
		attempt_says a office "hub 12 does not exist|hub was deleted" &&
		! on hub ip -br link show type tun | grep . && hub_add 12 &&
		on hub ip address add 203.0.113.1/24 dev sehub12 &&
		await_connection a office connected &&
		on a ip neigh flush dev office && pings a 203.0.113.1
}

# tx COUNTER: of a's device
tx() {
	on a cat "/sys/class/net/office/statistics/tx_$1"
}

test_super_frames() {
	local bytes packets

	bytes=$(tx bytes) packets=$(tx packets)
	spawn hub "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 20000000
	busywait 10000 grep -q ready "$TMP/receive" &&
		on a "$KSFT_DIR/streamtool" send 203.0.113.1 5001 20000000 &&
		wait "$SPAWNED" || return 1
	bytes=$(($(tx bytes) - bytes)) packets=$(($(tx packets) - packets))
	echo "$bytes bytes in $packets frames"
	[ "$bytes" -ge 20000000 ] && [ $((bytes / packets)) -gt 2000 ]
}

# Its session goes on, and the next one uses it where it is.
test_device_in_another_namespace() {
	local status

	ip -n "${NS[a]}" link set office netns "${NS[elsewhere]}" &&
		on elsewhere ip link set office up &&
		on elsewhere ip address add 203.0.113.11/24 dev office &&
		pings elsewhere 203.0.113.1 &&
		ctl hub session disconnect "$(json a .session \
			connection show office)" &&
		await_connection a office failed && up a office &&
		pings elsewhere 203.0.113.1
	status=$?
	ip -n "${NS[elsewhere]}" link set office netns "${NS[a]}"
	on a ip link set office up &&
		on a ip address add 203.0.113.10/24 dev office &&
		return $status
}

test_both_kinds_at_once() {
	[ -z "${KSFT_BRIDGES:-}" ] || skip "the module is not loaded" || return
	user_add 12 carol right &&
		connection_add a second 192.0.2.5 carol right && up a second &&
		json a '.card == "auto" and .device_kind == "hub"' \
			connection show second &&
		on a ip address add 203.0.113.12/24 dev second &&
		json hub '[.[].state] == ["connected", "connected"]' \
			session list &&
		on a ping -n -c 2 -i 0.2 -W 5 -I second 203.0.113.1 &&
		on a ping -n -c 2 -i 0.2 -W 5 -I office 203.0.113.1 &&
		ctl a connection del second
}

test_nothing_is_left() {
	ctl a connection del office && ! on a ip link show office &&
		busywait 10000 sessions_are true 0 &&
		! on hub ip -br link show type tun | grep . &&
		connection_add a last 192.0.2.5 alice right &&
		up a last --device tap && daemon_end hub TERM &&
		equal "$CODE" 0 && ! on hub ip -br link show type tun | grep . &&
		daemon_end a TERM && equal "$CODE" 0 && on a ip link show last
}

setup
run_tests
