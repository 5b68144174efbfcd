# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of users' rules share besides e2e.sh:
#
#   a (alice, under rules) ---- hub (hub 12) ---- b (bob, free)
#
# frametool's hosts "a" and "b" are the cards of the connections, "office".

# shellcheck source=e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/e2e.sh"
require jq dnsmasq udhcpc

# shellcheck disable=SC2034 # for those who read this file in
setup_users() {
	local name

	start_server && user_add 12 alice right && user_add 12 bob right &&
		start_client 1 a && join_hub a office "$SERVER" alice right 10 &&
		start_client 2 b && join_hub b office "$SERVER" bob right 20 ||
		return 1
	# the machines themselves say nothing that would be counted
	for name in a b; do
		on $name sh -c "echo 1 >/proc/sys/net/ipv6/conf/office/disable_ipv6"
		on $name ip address flush dev office
	done
	tool_start ft "$KSFT_DIR/frametool"
	# what the policy does with the fence of a is no matter
	listen_at_a && ft host b "${NS[b]}" office &&
		MAC_A=$(on a cat /sys/class/net/office/address) &&
		MAC_B=$(on b cat /sys/class/net/office/address)
}

# The card is made anew with the connection.
listen_at_a() {
	ft leave a
	ft host a "${NS[a]}" office && ft mute a half
}

before_each() {
	rules --policy none --max-sessions 0 --expires never --sources any \
		--grace default
	ctl hub ip flush 12
	ctl hub mac flush 12
	connection_is a office connected || {
		ctl a connection up office
		await_connection a office connected
	}
	listen_at_a
}

# rules OPTION...: of alice
rules() {
	ctl hub user set alice --vlan 12 "$@"
}

policy() {
	rules --policy "$1"
}

# counted REASON: frames of alice that were dropped for it
counted() {
	json hub ".drops.$1" port show 12 "$(session_of alice)"
}

more_than() {
	[ "$(counted "$1")" -gt "$2" ]
}

# stopped REASON FRAME...: it leaves the machine and comes nowhere
stopped() {
	local reason=$1 before

	shift
	before=$(counted "$reason") && frame_send a "$@" &&
		busywait 10000 more_than "$reason" "$before" &&
		ft expect b 0 "$*"
}

# arrives FRAME...
arrives() {
	frame_send a "$@" && busywait 10000 ft expect b 1 "$*"
}

# arrives_back FRAME...: from b
arrives_back() {
	frame_send b "$@" && busywait 10000 ft expect a 1 "$*"
}

is_denied() {
	connection_is a office failed &&
		[ "$(json a .error connection show office)" = "$1" ]
}

# has_another SESSION: alice has one, and not this one
has_another() {
	local now

	now=$(session_of alice) && [ "$now" != "$1" ] &&
		connection_is a office connected
}
