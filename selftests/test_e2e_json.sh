#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=60
#
# Every listing command prints one JSON value with the names and types that
# programs rely on, and monitor one object a line.
#
#   hub (hub 12) ---- a

TESTS="
	JSON_of_hubs_ports_and_addresses
	JSON_of_users_and_sessions
	JSON_of_connections_and_status
	JSON_of_events
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq

setup_topology() {
	start_server && start_client 1 a && user_add 12 alice right &&
		join_hub a office "$SERVER" alice right 10 && pings a 203.0.113.1
}

# is NAME FILTER WORD...: the command prints one JSON value, of which this holds
is() {
	local name=$1 filter=$2

	shift 2
	if ctl "$name" "$@" --json >"$TMP/json" &&
		jq -es "length == 1 and (.[0] | $filter)" "$TMP/json"; then
		return
	fi
	echo "$*: not $filter"
	cat "$TMP/json"
	return 1
}

test_JSON_of_hubs_ports_and_addresses() {
	local mac

	mac=$(on a cat /sys/class/net/office/address)
	is hub 'type == "array" and length == 1 and .[0].vlan == 12' hub list &&
		is hub '.vlan == 12 and .ifname == "sehub12" and
			(.drops | type == "object")' hub show 12 &&
		is hub 'any(.[]; .kind == "session")' port list 12 &&
		is hub '.number == 0 and .kind == "local"' port show 12 0 &&
		is hub "any(.[]; (.mac | ascii_downcase) == \"$mac\")" \
			mac list 12
}

test_JSON_of_users_and_sessions() {
	is hub 'length == 1 and .[0].user == "alice" and .[0].vlan == 12 and
		.[0].disabled == false' user list &&
		is hub '.user == "alice" and (.created | type == "number")' \
			user show alice --vlan 12 &&
		is hub 'type == "array" and length == 0' user list --vlan 13 &&
		is hub 'any(.[]; .user == "alice" and .state == "connected" and
			(.since | type == "number") and
			(.rx_bytes | type == "number"))' session list &&
		is hub '.user == "alice"' session show \
			"$(json hub '.[0].session' session list)"
}

test_JSON_of_connections_and_status() {
	is a 'length == 1 and .[0].name == "office" and
		.[0].state == "connected"' connection list &&
		is a '.name == "office" and .vlan == 12 and .auto == false and
			(.server | type == "string") and
			(.resumes | type == "number")' connection show office &&
		is a '.module.loaded and .daemon.running and
			.daemon.connections == 1' status &&
		is hub '.daemon.listeners | length == 2' status
}

test_JSON_of_events() {
	rm -f "$TMP/events"
	spawn hub "$TMP/events" "$CTL" --socket "$TMP/hub/sock" monitor --json
	has_events() {
		ctl hub hub add --vlan 33 && ctl hub hub del 33
		[ -s "$TMP/events" ]
	}
	busywait 20000 has_events || return 1
	kill "$SPAWNED"
	wait "$SPAWNED"
	jq -es 'length > 0 and all(.[]; type == "object")' "$TMP/events" &&
		equal "$(jq -c . "$TMP/events" | wc -l)" \
			"$(wc -l <"$TMP/events")"
}

setup
run_tests
