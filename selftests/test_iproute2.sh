#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hubs by ip(8), with the plugin for the link kind: made with all settings,
# shown in full, changed, refused with the kernel's words, and given ports.
#
#   namespace hub: what the tests make

TESTS="
	without_settings
	with_all_settings
	shown_in_full
	shown_as_json
	changed
	refused_with_a_reason
	bad_words
	help
	ports
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# The plugin of this tree, or the installed one.
if [ -f "$TOP/userspace/iproute2/link_sehub.so" ]; then
	export IP_LIB_DIR=$TOP/userspace/iproute2
fi
# Its words are known only if ip finds the plugin.
ip link help sehub 2>&1 | grep -q ageing ||
	skip_all "ip(8) finds no plugin link_sehub.so"

setup_topology() {
	make_netns hub
}

on_hub() {
	ip -n "${NS[hub]}" "$@"
}

before_each() {
	on_hub link del dev d
}

# says TEXT COMMAND...: it fails, and says that
says() {
	local text=$1 out

	shift
	if out=$("$@" 2>&1); then
		echo "done: $*"
		return 1
	fi
	echo "$out"
	[[ $out = *"$text"* ]]
}

test_without_settings() {
	on_hub link add name d type sehub && on_hub link show type sehub |
		grep -w d
}

test_with_all_settings() {
	on_hub link add name d type sehub vlan 12 ageing 60 fdb_max 1000 \
		port_max 10 && on_hub -d link show dev d >"$TMP/out" &&
		grep -w "sehub" "$TMP/out" && grep -w "vlan 12" "$TMP/out" &&
		grep -w "ageing 60" "$TMP/out" &&
		grep -w "fdb_max 1000" "$TMP/out" &&
		grep -w "port_max 10" "$TMP/out"
}

test_shown_in_full() {
	on_hub link add name d type sehub && on_hub -d link show dev d >"$TMP/out" &&
		grep -w "ageing 300" "$TMP/out" &&
		grep -w "fdb_max 65536" "$TMP/out" &&
		grep -w "fdb_count 0" "$TMP/out" &&
		grep -w "port_max 16384" "$TMP/out" &&
		grep -w "port_count 0" "$TMP/out"
}

test_shown_as_json() {
	command -v jq >/dev/null || skip "no jq" || return
	on_hub link add name d type sehub vlan 12 && on_hub -d -j link show dev d |
		jq -e '.[0].linkinfo | .info_kind == "sehub" and
			.info_data.vlan == 12 and .info_data.ageing == 300'
}

test_changed() {
	on_hub link add name d type sehub && on_hub link set dev d type sehub vlan 13 \
		ageing 5 && on_hub -d link show dev d >"$TMP/out" &&
		grep -w "vlan 13" "$TMP/out" && grep -w "ageing 5" "$TMP/out"
}

test_refused_with_a_reason() {
	on_hub link add name d type sehub vlan 12 &&
		says "another hub of this network namespace has this vlan number" \
		ip -n "${NS[hub]}" link add name e type sehub vlan 12 &&
		says "only an Ethernet device can be a port of a hub" \
		ip -n "${NS[hub]}" link set lo master d
}

test_bad_words() {
	local word

	for word in "vlan 4095" "vlan x" "ageing 0" "ageing" "port_max 0" \
		"nonsense 5"; do
		! on_hub link add name d type sehub $word || return 1
	done
}

test_help() {
	ip link help sehub >"$TMP/out" 2>&1
	grep vlan "$TMP/out" && grep ageing "$TMP/out" &&
		grep fdb_max "$TMP/out" && grep port_max "$TMP/out"
}

test_ports() {
	on_hub link add name d type sehub && on_hub link add x0 type veth peer x1 &&
		on_hub link set x0 master d && on_hub link show master d |
		grep -w x0 && on_hub -d link show dev d | grep -w "port_count 1" &&
		on_hub link set x0 nomaster &&
		on_hub -d link show dev d | grep -w "port_count 0" &&
		on_hub link del x0
}

setup
run_tests
