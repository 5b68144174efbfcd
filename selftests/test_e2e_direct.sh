#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Straight ways to a server: by a name whose first address is silent, in either
# family, and from the address or the network device that a connection names,
# whatever the routes prefer.
#
#         eth0 192.0.2.6, 2001:db8:1::2 (preferred)
#   c ------------------------------------------------ hub 192.0.2.5, 2001:db8:1::1
#     ------------------------------------------------
#         eth1 192.0.2.38

TESTS="
	source_that_is_not_here
	device_that_is_not_here
	source_of_the_other_family
	words_that_are_no_source
	name_with_a_silent_address
	name_of_either_family
	source_address
	source_device
	source_of_a_resumed_session
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq nft

setup_topology() {
	start_server && user_add 12 alice right && start_client 1 c || return 1
	ip -n "${NS[hub]}" -batch - <<-EOT &&
		link add to9 type veth peer name eth1 netns ${NS[c]}
		address add 192.0.2.37/30 dev to9
		address add 2001:db8:1::dead/128 dev to1 nodad
		link set to9 up
	EOT
		ip -n "${NS[c]}" -batch - <<-EOT &&
			address add 192.0.2.38/30 dev eth1
			link set eth1 up
			route add 192.0.2.5/32 via 192.0.2.37 dev eth1 metric 500
			route add 192.0.2.5/32 dev eth0 metric 100
		EOT
		on hub nft -f - <<-EOT || return 1
			table inet silent {
				chain input {
					type filter hook input priority 0;
					ip6 daddr 2001:db8:1::dead drop
				}
			}
		EOT
	# names are looked up by the daemon, so it has to begin anew
	daemon_end c TERM
	etc_begin c "2001:db8:1::dead half.example" "192.0.2.5 half.example" \
		"2001:db8:1::1 six.example" "192.0.2.5 four.example" &&
		daemon_start c
}

teardown() {
	etc_end c
}

# reaches SERVER ADDRESS [WORD...]: a session comes from there
reaches() {
	local server=$1 from=$2 before

	shift 2
	before=$(log_lines c "connection-retry connection=straight ")
	connection_add c straight "$server" alice right --pin "$FINGERPRINT" "$@" &&
		connection_up c straight && comes_from "$from" &&
		equal "$(json hub '.[].carrier' session list)" direct carrier &&
		equal "$(log_lines c "connection-retry connection=straight ")" \
			"$before" "attempts that failed"
	local status=$?
	ctl c connection show straight
	ctl c connection del straight
	return $status
}

# comes_from PATTERN
comes_from() {
	local address

	address=$(json hub '.[].address' session list)
	# shellcheck disable=SC2053 # it is a pattern
	[[ $address = $1 ]] || {
		echo "from $address, not from $1"
		return 1
	}
}

error_is() {
	[ "$(json c '.error // ""' connection show wrong)" = "$1" ]
}

# fails SERVER SOURCE ERROR
fails() {
	connection_add c wrong "$1" alice right --source "$2" || return 1
	ctl c connection up wrong --no-wait
	busywait 20000 error_is "$3"
	local status=$?
	ctl c connection show wrong
	ctl c connection del wrong
	return $status
}

test_source_that_is_not_here() {
	fails 192.0.2.5 198.51.100.7 \
		"cannot connect to 192.0.2.5:443: cannot go out from 198.51.100.7: Cannot assign requested address"
}

test_device_that_is_not_here() {
	fails 192.0.2.5 eth7 \
		"cannot connect to 192.0.2.5:443: cannot go out from eth7: no such address or network device"
}

test_source_of_the_other_family() {
	fails six.example 192.0.2.6 \
		"cannot connect to six.example:443: cannot go out from 192.0.2.6: what is there has no address of that family"
}

test_words_that_are_no_source() {
	! connection_add c bad 192.0.2.5 alice right --source "a b" \
		2>"$TMP/words" && cat "$TMP/words" &&
		grep -q '^sehubctl: connection add 12 bad: --source: "a b" is no address and no network device' \
			"$TMP/words"
}

test_name_with_a_silent_address() {
	reaches half.example "192.0.2.6:*"
}

test_name_of_either_family() {
	reaches six.example "\[2001:db8:1::2]:*" &&
		reaches four.example "192.0.2.6:*"
}

test_source_address() {
	reaches 192.0.2.5 "192.0.2.38:*" --source 192.0.2.38 &&
		reaches 192.0.2.5 "192.0.2.6:*" --source 192.0.2.6
}

test_source_device() {
	reaches 192.0.2.5 "192.0.2.38:*" --source eth1 &&
		reaches 192.0.2.5 "192.0.2.6:*" --source eth0
}

has_resumed() {
	[ "$(json c .resumes connection show roaming)" -gt 0 ] &&
		connection_is c roaming connected
}

is_lost() {
	logged c "connection-(lost|retry) connection=roaming"
}

# The server's next packet ends the connection, on both sides.
reset_line() {
	on hub nft -f - <<-EOT || return 1
		table inet cut {
			chain output {
				type filter hook output priority 0;
				tcp sport 443 reject with tcp reset
			}
		}
	EOT
	busywait 20000 is_lost
	local status=$?
	on hub nft delete table inet cut && return "$status"
}

# The stored choice holds for each line, not for the first alone.
test_source_of_a_resumed_session() {
	connection_add c roaming 192.0.2.5 alice right --source eth1 \
		--pin "$FINGERPRINT" && connection_up c roaming &&
		comes_from "192.0.2.38:*" && reset_line &&
		busywait 20000 has_resumed && comes_from "192.0.2.38:*" &&
		ctl c connection show roaming | grep -E "^ *going out +from eth1$"
	local status=$?
	ctl c connection del roaming
	return $status
}

setup
run_tests
