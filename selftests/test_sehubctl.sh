#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sehubctl without a daemon: hubs, ports and MAC tables, as people type it and
# as programs read it, with the kernel's words for what is refused, and the
# three exit statuses.
#
#   namespace hub: sehub12 --- p1 === h1 :namespace net
#                     \------ session alice (socket c)

TESTS="
	hub_is_made_and_is_up
	hub_with_all_settings
	hub_without_a_number
	hub_is_named_three_ways
	hub_is_changed
	hubs_are_listed_and_deleted
	port_is_attached_and_released
	ports_are_listed_and_shown
	session_port_is_changed_and_deleted
	addresses
	addresses_are_flushed
	counters_as_JSON
	refused_in_the_words_of_the_kernel
	misuse
	monitor
	monitor_as_JSON
	monitor_names_hubs_that_are_gone
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CTL=$TOP/userspace/sehubctl/sehubctl
[ -x "$CTL" ] || CTL=$(command -v sehubctl) ||
	skip_all "sehubctl is not built"
command -v jq >/dev/null || skip_all "no jq"

setup_topology() {
	start_tools && ctl hub add --vlan 12 && make_hosts sehub12 h1 &&
		session alice c sehub12 && S=$ID &&
		pt frame f src=02:00:00:00:00:a1
}

ctl() {
	SEHUB_SOCKET=$TMP/none ip netns exec "${NS[hub]}" "$CTL" "$@"
}

# fails STATUS TEXT WORD...: with this exit status and text
fails() {
	local status=$1 text=$2 code

	shift 2
	ctl "$@" >"$TMP/ctl" 2>&1
	code=$?
	cat "$TMP/ctl"
	equal $code "$status" && grep -qF -- "$text" "$TMP/ctl"
}

# holds FILTER WORD...: of the JSON that a command prints
holds() {
	local filter=$1

	shift
	ctl "$@" --json >"$TMP/json" || return 1
	jq -e "$filter" "$TMP/json" && return
	cat "$TMP/json"
	return 1
}

test_hub_is_made_and_is_up() {
	pt c hub-get vlan=12 && want hub.ifname=sehub12 hub.up=1
}

test_hub_with_all_settings() {
	ctl hub add --name lan --ageing 60 --fdb-max 100 --port-max 7 \
		--vlan 77 && pt c hub-get vlan=77 && want hub.ifname=lan \
		hub.ageing=60 hub.fdb-max=100 hub.port-max=7 &&
		ctl hub del lan && refused ENODEV vlan "" c hub-get vlan=77
}

test_hub_without_a_number() {
	ctl hub add --name card && pt c hub-get dev=card && want vlan=0 &&
		ctl hub del card
}

test_hub_is_named_three_ways() {
	holds '.vlan == 12' hub show 12 &&
		holds '.vlan == 12' hub show sehub12 &&
		holds '.vlan == 12' hub show --vlan 12 &&
		holds '.vlan == 12' hub show --vlan=12
}

test_hub_is_changed() {
	ctl hub set 12 --ageing 77 --fdb-max 99 && pt c hub-get vlan=12 &&
		want hub.ageing=77 hub.fdb-max=99 &&
		ctl hub set --vlan 12 --ageing 5m --fdb-max 65536 &&
		pt c hub-get vlan=12 && want hub.ageing=300
}

test_hubs_are_listed_and_deleted() {
	ctl hub add --vlan 13 && ctl hub list | grep -w sehub13 &&
		holds 'map(.vlan) | sort == [12, 13]' hub list &&
		ctl hub del 13 && holds 'length == 1' hub list
}

test_port_is_attached_and_released() {
	ip -n "${NS[hub]}" link add x0 type veth peer name x1 &&
		ctl port add 12 x0 && pt c port-get vlan=12 port.name=x0 &&
		want port.kind=device && ctl port del 12 x0 &&
		refused ENOENT port.name "" c port-get vlan=12 port.name=x0 &&
		ctl port add sehub12 x0 && ctl port del --vlan 12 3 &&
		ip -n "${NS[hub]}" link del x0
}

test_ports_are_listed_and_shown() {
	ctl port list >"$TMP/out" && grep -w ph1 "$TMP/out" &&
		grep -w alice "$TMP/out" && ctl port show 12 alice | grep session &&
		holds 'map(.kind) == ["local", "device", "session"]' \
			port list 12 &&
		holds ".name == \"alice\" and .session.id == $S" \
			port show 12 2 &&
		holds '.state == "up" and .kind == "device"' port show 12 ph1
}

test_session_port_is_changed_and_deleted() {
	session brief c sehub12 && ctl port set 12 brief --name lasting \
		--fdb-max 9 && pt c port-get port.session.id=$ID &&
		want port.name=lasting port.fdb-max=9 &&
		ctl port del 12 lasting && refused ENOENT port.session.id "" \
		c port-get port.session.id=$ID
}

test_addresses() {
	pt c xfer $S data:f && ctl mac list 12 | grep -i 02:00:00:00:00:a1 &&
		ctl mac add 12 02:00:00:00:00:b1 --port 1 &&
		ctl mac add 12 02-00-00-00-00-b2 --port alice &&
		holds 'any(.[]; .mac == "02:00:00:00:00:b2" and .port == 2 and
			.kind == "static")' mac list 12 --port alice &&
		holds 'any(.[]; .mac == "02:00:00:00:00:b1") | not' \
			mac list 12 --port 2 &&
		ctl mac del 12 02:00:00:00:00:b1 &&
		fails 1 "MAC address is not in the table" \
			mac del 12 02:00:00:00:00:b1
}

test_addresses_are_flushed() {
	pt c xfer $S burst:f:20 &&
		ctl mac flush 12 --port 1 && pt c hub-get vlan=12 &&
		want hub.fdb-count=21 && ctl mac flush 12 &&
		pt c hub-get vlan=12 && want hub.fdb-count=0 &&
		ctl mac add 12 02:00:00:00:00:b1 --port 1 &&
		ctl mac flush 12 --static &&
		holds 'map(.kind) == ["local"]' mac list 12
}

test_counters_as_JSON() {
	pt c xfer $S data:f:7 &&
		holds '.rx_frames >= 7 and .drops.hairpin == 0' port show 12 alice &&
		holds '.rx_frames >= 7 and (.drops | length == 30)' hub show 12
}

test_refused_in_the_words_of_the_kernel() {
	fails 1 "another hub of this network namespace has this vlan number" \
		hub add --vlan 12 --name other &&
		fails 1 "only an Ethernet device can be a port of a hub" \
			port add 12 lo &&
		fails 1 "local port cannot be deleted, delete the hub" \
			port del 12 0 &&
		fails 1 "port name already used in this hub" \
			port set 12 alice --name ph1 &&
		fails 1 "MAC address is a group address or zero" \
			mac add 12 01:00:5e:00:00:01 --port 1 &&
		fails 1 "" hub show 13 && fails 1 "" hub del 13 &&
		fails 1 "" port show 12 nobody && fails 1 "" port add 12 nodev
}

test_misuse() {
	fails 2 "" hub add --vlan 4095 && fails 2 "" hub add --vlan x &&
		fails 2 "" hub add && fails 2 "" hub frobnicate &&
		fails 2 "" frobnicate && fails 2 "" port add 12 &&
		fails 2 "" mac add 12 nonsense --port 1 &&
		fails 2 "" mac add 12 02:00:00:00:00:01 &&
		fails 2 "" hub set 12 && fails 2 "" hub list --nonsense &&
		ctl --help >/dev/null && ctl hub --help >/dev/null &&
		ctl hub add --help >/dev/null && ctl --version
}

start_monitor() {
	: >"$TMP/events"
	SEHUB_SOCKET=$TMP/none ip netns exec "${NS[hub]}" "$CTL" monitor "$@" \
		>"$TMP/events" 2>&1 &
	MONITOR=$!
	PIDS+=("$MONITOR")
	# it is there when it tells of what is made again and again
	busywait 10000 told_of_a_probe
}

told_of_a_probe() {
	pt c link add probe && pt c link del probe
	grep -q probe "$TMP/events"
}

end_monitor() {
	kill -INT $MONITOR
	wait $MONITOR
	cat "$TMP/events"
	grep "$@" "$TMP/events"
}

# An address that no test before has taught the hub.
test_monitor() {
	pt frame new src=02:00:00:00:00:e1 && start_monitor &&
		ctl hub add --vlan 14 && ctl hub del 14 &&
		pt c xfer $S data:new &&
		busywait 5000 grep -q 00:e1 "$TMP/events" &&
		end_monitor -w sehub14
}

test_monitor_as_JSON() {
	start_monitor hub --json && ctl hub add --vlan 14 && ctl hub del 14 &&
		busywait 5000 grep -q '"deleted":true.*sehub14' "$TMP/events" &&
		end_monitor sehub14 && jq -es 'all(.[]; .event == "hub") and
			any(.[]; .deleted and .hub.vlan == 14)' "$TMP/events"
}

# The hub is older than the monitor, and gone when its port is told of.
test_monitor_names_hubs_that_are_gone() {
	ctl hub add --vlan 15 && pt c port-new vlan=15 port.name=lost &&
		start_monitor && ctl hub del 15 &&
		busywait 5000 grep -q 'hub-deleted sehub15' "$TMP/events" &&
		end_monitor -E 'port-deleted sehub15 [0-9]+ lost session'
}

setup
run_tests
