#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Hubs that are saved are made by the daemon when it starts, with their settings,
# device ports, policies and static addresses; devices are attached when they
# appear; what is there is left as it is.
#
#   d1, d2 ---- hub 12 (machine hub)

TESTS="
	hub_is_saved_and_made_again
	device_is_attached_when_it_appears
	what_is_there_is_left_as_it_is
	device_of_somebody_else_is_left_there
	hub_is_forgotten
	hub_is_copied
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq

setup_topology() {
	make_machine hub other && daemon_conf hub "listen=none" &&
		daemon_conf other "listen=none" && daemon_start hub &&
		daemon_start other && make_device d1 && make_device d2
}

make_device() {
	ip -n "${NS[hub]}" link add "$1" up type veth peer name "$1.peer"
}

# The hub, as far as it does not change by itself.
hub_shown() {
	json hub 'del(.ifindex, .id, .carrier) | with_entries(select(.key |
		test("count|frames|bytes|drops|moves|suppressed|learned") |
		not))' hub show 12
}

ports_shown() {
	json hub 'map(select(.kind == "device") | [.name, .policy, .fdb_max]) |
		sort' port list 12
}

macs_shown() {
	json hub 'map(select(.kind == "static") | .mac) | sort' mac list 12
}

stop_and_lose_the_hub() {
	daemon_end hub TERM && ip -n "${NS[hub]}" link del sehub12
}

test_hub_is_saved_and_made_again() {
	local hub ports macs

	ctl hub hub add --vlan 12 --save --ageing 77 --ip-max 5 --suppress on &&
		ctl hub port add 12 d1 && ctl hub port add 12 d2 &&
		ctl hub port set 12 d1 policy no-ra,max-mac=3 &&
		ctl hub mac add 12 02:00:00:00:00:01 --port d1 &&
		ctl hub mac add 12 02:00:00:00:00:02 --port 0 &&
		ctl hub hub set 12 fdb-max 1000 && ctl hub hub save 12 &&
		equal true "$(json hub '.[0].saved' hub list)" &&
		hub=$(hub_shown) && ports=$(ports_shown) &&
		macs=$(macs_shown) && stop_and_lose_the_hub &&
		daemon_start hub && equal "$hub" "$(hub_shown)" &&
		equal "$ports" "$(ports_shown)" && equal "$macs" "$(macs_shown)" &&
		equal 77 "$(json hub .ageing hub show 12)" &&
		equal 3 "$(json hub .fdb_max port show 12 d1)"
}

has_port() {
	ctl hub port show 12 "$1" >/dev/null 2>&1
}

test_device_is_attached_when_it_appears() {
	stop_and_lose_the_hub && ip -n "${NS[hub]}" link del d1 &&
		daemon_start hub && has_port d2 && ! has_port d1 &&
		make_device d1 && busywait 20000 has_port d1 &&
		busywait 10000 logged hub 'hub-port vlan=12 device=d1$' &&
		equal 3 "$(json hub .fdb_max port show 12 d1)" &&
		equal 2 "$(json hub 'map(select(.kind == "static")) | length' \
			mac list 12)"
}

test_what_is_there_is_left_as_it_is() {
	ctl hub hub set 12 ageing 99 && ctl hub port del 12 d2 &&
		daemon_end hub TERM && daemon_start hub &&
		equal 99 "$(json hub .ageing hub show 12)" && ! has_port d2 &&
		logged hub 'hub-differs vlan=12 what="settings"'
}

test_device_of_somebody_else_is_left_there() {
	local ns=${NS[hub]}

	ip -n "$ns" link add br0 type bridge &&
		ip -n "$ns" link set d2 master br0 && stop_and_lose_the_hub &&
		daemon_start hub && has_port d1 && ! has_port d2 &&
		logged hub 'hub-port vlan=12 device=d2 error="it is a port of something else'
}

test_hub_is_copied() {
	ctl hub hub add --vlan 14 --ageing 55 --save &&
		ctl hub export | ctl other import &&
		equal 55 "$(json other .ageing hub show 14)" &&
		! equal "$(json hub .mac hub show 14)" \
			"$(json other .mac hub show 14)"
}

test_hub_is_forgotten() {
	ctl hub hub forget 12 && equal false "$(json hub \
		'.[] | select(.vlan == 12) | .saved | tostring' hub list)" &&
		stop_and_lose_the_hub && daemon_start hub &&
		! ctl hub hub show 12 && ! ctl hub hub forget 12 &&
		! ctl hub hub save 12
}

setup
run_tests
