#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Hubs of different machines joined by connections: who may, three in a row, a
# transfer through all of them, what is refused because it would be a loop, and
# a ring that is one without its weakest link.
#
#   hub (12, .1) ==head== b (12, .2) ==head== c (12, .3)
#     \\== direct ================================//      (ring only)

TESTS="
	user_who_may_not
	wrong_words
	hub_that_is_not_there
	two_hubs
	second_way_is_refused
	hub_with_itself
	three_in_a_row
	daemons_are_killed
	permission_is_withdrawn
	ring
	ring_breaks
	down_leaves_the_hub
	up_again_when_the_daemon_starts
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq

declare -A PRINT SERVES

setup_topology() {
	start_server && start_branch 1 b 2 && start_branch 2 c 3 &&
		on hub sysctl -qw net.ipv4.ip_forward=1 &&
		on b ip route add default via 192.0.2.5 &&
		on c ip route add default via 192.0.2.9 &&
		user_add 12 branch right && user_add 12 other right &&
		ctl b user add branch --vlan 12 --cascade on \
			--password-file "$(password right)" &&
		PRINT[hub]=$FINGERPRINT SERVES[hub]=192.0.2.5
}

# start_branch N MACHINE HOST: a machine with a hub 12 and an address there
start_branch() {
	start_client "$1" "$2" "listen=0.0.0.0:443" && hub_add 12 "$2" &&
		on "$2" ip address add "203.0.113.$3/24" dev sehub12 &&
		PRINT[$2]=$(json "$2" .daemon.fingerprint status) &&
		SERVES[$2]=192.0.2.$((4 * $1 + 2))
}

# cascade MACHINE NAME SERVER USER [WORD...]
cascade() {
	ctl "$1" connection add "$2" --server "${SERVES[$3]}" --vlan 12 \
		--user "$4" --password-file "$(password right)" --hub 12 \
		--pin "${PRINT[$3]}" "${@:5}"
}

# says MACHINE TEXT WORD...: the command fails, and says so
says() {
	local machine=$1 text=$2

	shift 2
	! ctl "$machine" "$@" >"$TMP/message" 2>&1 || return 1
	cat "$TMP/message"
	grep -Eq -- "$text" "$TMP/message"
}

# waits MACHINE NAME TEXT: the connection cannot be up for now, and why
waits() {
	busywait 20000 json "$1" ".state == \"waiting\" and
		(.error | test(\"$3\"))" connection show "$2" >/dev/null || {
		ctl "$1" connection show "$2"
		return 1
	}
}

# blocked: how many ports of the three hubs are
blocked() {
	local machine

	for machine in hub b c; do
		json $machine '.[] | select(.state == "blocked") | .name' \
			port list 12
	done | wc -l
}

blocked_are() {
	[ "$(blocked)" = "$1" ]
}

# once MACHINE ADDRESS: answers come, and none twice
once() {
	on "$1" ping -n -c 3 -i 0.2 -W 2 "$2" >"$TMP/ping" 2>&1
	cat "$TMP/ping"
	grep -q " 3 received" "$TMP/ping" && ! grep -q DUP "$TMP/ping"
}

test_user_who_may_not() {
	cascade b head hub branch && ctl b connection up head --no-wait &&
		await_connection b head failed &&
		json b '.error | test("may not join a hub.*--cascade on")' \
			connection show head && sessions_are true 0 &&
		logged hub 'login-failed .*user="branch" reason=".*join a hub'
}

test_wrong_words() {
	says b "exclude each other" connection add x --server s --vlan 12 \
		--user u --hub 12 --device x &&
		says b "no hub number" connection add x --server s --vlan 12 \
			--user u --hub 4095 &&
		says b "has no device" connection up head --device tap &&
		says hub "neither on nor off" user set branch --vlan 12 \
			--cascade maybe
}

test_hub_that_is_not_there() {
	ctl hub user set branch --vlan 12 --cascade on &&
		ctl hub user set other --vlan 12 --cascade on &&
		json hub .cascade user show branch --vlan 12 &&
		ctl b connection add lost --server 192.0.2.5 --vlan 12 --hub 13 \
			--user branch --password-file "$(password right)" \
			--pin "$FINGERPRINT" &&
		ctl b connection up lost --no-wait &&
		waits b lost "hub 13 does not exist here.*--vlan 13" &&
		ctl b connection del lost
}

test_two_hubs() {
	local id

	ctl b connection up head --wait $((30 * SLOW)) && pings b 203.0.113.1 &&
		once hub 203.0.113.2 && once b 203.0.113.1 || return 1
	ctl b connection list | grep "hub 12" &&
		ctl b connection show head | grep "hub 12 of this machine" &&
		id=$(json hub '.[0].peer_hub' session list) || return 1
	echo "the hub of b is $id"
	ctl hub session show "$(session_of branch)" |
		grep "leads to .* hub $id" || return 1
	[ -n "${KSFT_BRIDGES:-}" ] || {
		equal "$(json b .id hub show 12)" "$id" &&
			json b '.session.peer_hub' port show 12 to-head &&
			json b ".[] | select(.name == \"to-head\") |
				.state == \"up\"" port list 12
	}
}

test_second_way_is_refused() {
	cascade b again hub other && ctl b connection up again --no-wait &&
		waits b again "joins these two hubs already" &&
		connection_is b head connected && once b 203.0.113.1 &&
		logged hub "joins these two hubs already" &&
		ctl b connection del again && sessions_are true 1
}

test_hub_with_itself() {
	cascade hub self hub other && ctl hub connection up self --no-wait &&
		waits hub self "joined to itself|or they are one" &&
		ctl hub connection del self && once b 203.0.113.1
}

test_three_in_a_row() {
	cascade c head b branch && ctl c connection up head \
		--wait $((30 * SLOW)) && pings c 203.0.113.2 &&
		pings c 203.0.113.1 && once c 203.0.113.1 && once hub 203.0.113.3
}

# A transfer through all three does not notice.
test_daemons_are_killed() {
	local machine

	stream_begin c 203.0.113.1 || return 1
	for machine in b hub; do
		daemon_end $machine KILL
		daemon_start $machine 9>&- && await_connection b head connected &&
			await_connection c head connected || return 1
	done
	stream_end && once c 203.0.113.1 && once hub 203.0.113.3 &&
		busywait 10000 sessions_are true 1
}

test_permission_is_withdrawn() {
	ctl hub user set branch --vlan 12 --cascade off &&
		await_connection b head failed && sessions_are true 0 &&
		json b '.error | test("may not join hubs any more")' \
			connection show head &&
		ctl hub user set branch --vlan 12 --cascade on &&
		ctl b connection up head --wait $((30 * SLOW)) &&
		pings c 203.0.113.1
}

# One of three is blocked, whichever that is, and stays so.
test_ring() {
	needs_module || return
	cascade c direct hub other && ctl c connection up direct \
		--wait $((30 * SLOW)) && busywait 20000 blocked_are 1 &&
		once c 203.0.113.1 && once b 203.0.113.3 && once hub 203.0.113.2 &&
		once c 203.0.113.2 && blocked_are 1
}

# Whatever is cut, the others carry on.
test_ring_breaks() {
	local cut

	needs_module || return
	for cut in "b head" "c head" "c direct"; do
		# shellcheck disable=SC2086 # two words
		set -- $cut
		ctl "$1" connection down "$2" &&
			busywait 20000 blocked_are 0 && pings c 203.0.113.1 &&
			pings b 203.0.113.3 && pings hub 203.0.113.2 &&
			ctl "$1" connection up "$2" --wait $((30 * SLOW)) &&
			busywait 20000 blocked_are 1 || return 1
	done
	ctl c connection del direct && busywait 20000 blocked_are 0
}

test_down_leaves_the_hub() {
	ctl b connection down head && busywait 10000 sessions_are true 0 &&
		on b ip link show sehub12 && pings c 203.0.113.2 &&
		connection_is b head down && ! on b ping -n -c 1 -W 1 203.0.113.1
}

test_up_again_when_the_daemon_starts() {
	ctl b connection del head && cascade b head hub branch --auto || return 1
	daemon_end b TERM
	daemon_start b && await_connection b head connected &&
		pings c 203.0.113.1
}

setup
run_tests
