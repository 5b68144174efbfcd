#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=60
#
# The control socket in the hands of systemd's client of varlink, varlinkctl(1),
# where the distribution has it: it takes the interface for one, calls methods,
# shows errors, and is told of events.
#
#   hub (hub 12)

TESTS="
	interfaces_are_understood
	methods_are_called
	events_are_told
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
command -v varlinkctl >/dev/null ||
	skip_all "no varlinkctl, which is of systemd 255 and newer"
require jq

setup_topology() {
	start_server && user_add 12 alice secret-of-alice
}

# vcall WORD...: of the server's daemon, METHOD PARAMETERS last
vcall() {
	local words=("$@") n=$(($# - 2))

	varlinkctl call --json=short "${words[@]:0:n}" "$TMP/hub/sock" \
		"org.sehub.transportd.${words[n]}" "${words[n + 1]}"
}

test_interfaces_are_understood() {
	varlinkctl info "$TMP/hub/sock" | grep "Product: sehub-transportd" &&
		varlinkctl list-interfaces "$TMP/hub/sock" |
		grep -x org.sehub.transportd &&
		varlinkctl introspect "$TMP/hub/sock" org.sehub.transportd |
		grep "method UserAdd" &&
		varlinkctl introspect "$TMP/hub/sock" org.varlink.service |
		grep "method GetInfo" || return 1
	varlinkctl call --json=short "$TMP/hub/sock" \
		org.varlink.service.GetInterfaceDescription \
		'{"interface":"org.sehub.transportd"}' |
		jq -r .description >"$TMP/idl" &&
		varlinkctl validate-idl "$TMP/idl" >"$TMP/out" || return 1
	# what is no interface is found to be none
	echo "method M(a: integer) -> ()" >>"$TMP/idl"
	! varlinkctl validate-idl "$TMP/idl" >"$TMP/out"
}

test_methods_are_called() {
	vcall UserList '{"vlan":12}' | jq -e '.users[0].user == "alice"' &&
		vcall UserAdd '{"vlan":12,"user":"erin","password":"secret-of-erin"}' &&
		vcall UserShow '{"vlan":12,"user":"erin"}' |
		jq -e .password && vcall --oneway UserDel \
			'{"vlan":12,"user":"erin"}' || return 1
	! vcall UserShow '{"vlan":12,"user":"erin"}' >"$TMP/out" 2>&1 &&
		grep org.sehub.transportd.NotFound "$TMP/out" &&
		grep 'hub 12 has no user' "$TMP/out" || return 1
	! vcall UserShow '{"vlan":4095,"user":"erin"}' >"$TMP/out" 2>&1 &&
		grep '"parameter":"vlan"' "$TMP/out" || return 1
	! vcall Undescribed '{}' >"$TMP/out" 2>&1 &&
		grep org.varlink.service.MethodNotFound "$TMP/out" || return 1
	! vcall Events '{}' >"$TMP/out" 2>&1 &&
		grep org.varlink.service.ExpectedMore "$TMP/out"
}

test_events_are_told() {
	vcall --more Events '{"kinds":["user-changed"]}' >"$TMP/events" 2>&1 &
	PIDS+=("$!")
	busywait 10000 grep -q '"begin"' "$TMP/events" &&
		vcall UserSet '{"vlan":12,"user":"alice","disabled":false}' &&
		busywait 10000 grep -q '"user-changed".*"alice"' "$TMP/events"
}

setup
run_tests
