#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=240
#
# What the record of a user says is enforced on the user's own machine, whatever
# that sends: each of the ten options, on frames put together by hand behind the
# session, changed while it is connected; and who may log in, how often, from
# where and until when.
#
#   a (alice, under rules) ---- hub (hub 12) ---- b (bob, free)
#   a2 (alice again, from another network)

TESTS="
	rules_that_are_refused
	deny
	no_resume
	dhcp_force
	one_ip
	one_mac
	no_ip_dup
	no_mac_dup
	no_broadcast
	no_dhcp_server
	filter_dhcp
	rules_hold_from_the_login_on
	rules_outlive_a_resume
	new_login_keeps_its_address
	sessions_at_a_time
	networks
	expiry
	grace_time
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq dnsmasq udhcpc

setup_topology() {
	start_server && user_add 12 alice right && user_add 12 bob right &&
		start_client 1 a && join_hub a office "$SERVER" alice right 10 &&
		start_client 2 b && join_hub b office "$SERVER" bob right 20 ||
		return 1
	make_machine a2 && make_cable 3 a2 && daemon_conf a2 listen=none &&
		daemon_start a2 || return 1
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
		listen_at_a
	}
}

# rules OPTION...: of alice
rules() {
	ctl hub user set alice --vlan 12 "$@"
}

policy() {
	rules --policy "$1"
}

session_of() {
	json hub ".[] | select(.user == \"$1\").session" session list
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

# --- the record -----------------------------------------------------------------

# refuses_rule TEXT OPTION...
refuses_rule() {
	local text=$1

	shift
	! rules "$@" 2>"$TMP/words" && cat "$TMP/words" &&
		grep -qF "$text" "$TMP/words"
}

test_rules_that_are_refused() {
	refuses_rule 'is no word of a policy' --policy fly &&
		refuses_rule 'policy: identity is not for users' \
			--policy identity=7 &&
		refuses_rule '"2027-02-30" is a day or time that there is not' \
			--expires 2027-02-30 &&
		refuses_rule '"10.0.0.0/8;" has to be networks' \
			--sources '10.0.0.0/8;' &&
		refuses_rule '"x" is no number' --max-sessions x &&
		refuses_rule '"2d" is no time' --grace 2d &&
		refuses_rule 'nothing to set' &&
		ctl hub user show alice --vlan 12 &&
		equal "$(json hub .policy user show alice --vlan 12)" none policy
}

# --- the ten options ------------------------------------------------------------

is_denied() {
	connection_is a office failed &&
		[ "$(json a .error connection show office)" = "$1" ]
}

test_deny() {
	policy deny &&
		busywait 20000 is_denied "the user may not connect" &&
		sessions_are '.user == "alice"' 0 &&
		! ctl a connection up office --wait $((20 * SLOW)) &&
		is_denied "the user may not connect" &&
		logged hub 'login-failed .*user="alice".*the user may not connect' &&
		policy none && connection_up a office
}

# has_another SESSION: alice has one, and not this one
has_another() {
	local now

	now=$(session_of alice) && [ "$now" != "$1" ] &&
		connection_is a office connected
}

# A client that was killed comes with its ticket. It is of no use.
test_no_resume() {
	local before

	policy no-resume && before=$(session_of alice) || return 1
	daemon_end a KILL
	daemon_start a && busywait 60000 has_another "$before" &&
		equal "$(json a .resumes connection show office)" 0 resumes
}

test_dhcp_force() {
	policy dhcp-force &&
		stopped no_lease udp4 src="$MAC_A" sip=203.0.113.66 &&
		stopped no_lease arp src="$MAC_A" spa=203.0.113.66 &&
		stopped no_lease arp src="$MAC_A" spa=203.0.113.66 tpa=203.0.113.66 &&
		arrives dhcp=discover src="$MAC_A" chaddr="$MAC_A" || return 1
	# a real server on the hub's machine, and a real client
	spawn hub "$TMP/dnsmasq" dnsmasq --keep-in-foreground --conf-file= \
		--port=0 --interface=sehub12 --bind-interfaces --leasefile-ro \
		--dhcp-range=203.0.113.100,203.0.113.100,1h
	local dnsmasq=$SPAWNED
	busywait 20000 on a udhcpc --interface office --now --quit \
		--tryagain 1 --script /bin/true &&
		arrives udp4 src="$MAC_A" sip=203.0.113.100 &&
		arrives arp src="$MAC_A" spa=203.0.113.100 &&
		stopped no_lease udp4 src="$MAC_A" sip=203.0.113.66
	local status=$?
	kill "$dnsmasq"
	return $status
}

test_one_ip() {
	policy max-ip=1 && arrives udp4 src="$MAC_A" sip=203.0.113.31 &&
		stopped ip_limit udp4 src="$MAC_A" sip=203.0.113.32 &&
		stopped ip_limit arp src="$MAC_A" spa=203.0.113.32 &&
		stopped ip_limit tag=7 udp4 src="$MAC_A" sip=203.0.113.32 &&
		arrives udp4 src="$MAC_A" sip=203.0.113.31 seq=2
}

test_one_mac() {
	policy max-mac=1 && arrives udp4 src="$MAC_A" &&
		stopped mac_limit udp4 src=02:00:00:00:00:e1 &&
		stopped mac_limit arp src=02:00:00:00:00:e2 &&
		arrives udp4 src="$MAC_A" seq=2
}

test_no_ip_dup() {
	policy no-ip-dup && arrives_back arp src="$MAC_B" spa=203.0.113.41 &&
		stopped ip_dup udp4 src="$MAC_A" sip=203.0.113.41 &&
		stopped ip_dup arp op=2 src="$MAC_A" spa=203.0.113.41 &&
		stopped ip_dup arp src="$MAC_A" spa=203.0.113.41 tpa=203.0.113.41 &&
		arrives udp4 src="$MAC_A" sip=203.0.113.42 &&
		arrives_back udp4 src="$MAC_B" sip=203.0.113.41
}

test_no_mac_dup() {
	policy no-mac-dup && arrives_back type=0x88b7 src="$MAC_B" &&
		stopped mac_dup type=0x88b7 src="$MAC_B" seq=3 &&
		arrives type=0x88b7 src="$MAC_A" &&
		arrives_back type=0x88b7 src="$MAC_B" seq=4
}

test_no_broadcast() {
	policy no-broadcast && stopped broadcast udp4 src="$MAC_A" &&
		stopped broadcast type=0x88b7 dst=01:00:5e:00:00:fb src="$MAC_A" &&
		arrives arp src="$MAC_A" spa=203.0.113.51 tpa=203.0.113.52 &&
		arrives udp4 dst="$MAC_B" src="$MAC_A" &&
		policy no-broadcast=all &&
		stopped broadcast arp src="$MAC_A" spa=203.0.113.51
}

test_no_dhcp_server() {
	policy no-dhcp-server &&
		stopped dhcp_server dhcp=offer src="$MAC_A" &&
		stopped dhcp_server dhcp=ack src="$MAC_A" dst="$MAC_B" &&
		stopped dhcp_server tag=7 dhcp=ack src="$MAC_A" &&
		stopped dhcp_server dhcp6=reply src="$MAC_A" dst="$MAC_B" &&
		arrives dhcp=discover src="$MAC_A"
}

test_filter_dhcp() {
	policy filter-dhcp && stopped dhcp dhcp=discover src="$MAC_A" &&
		stopped dhcp dhcp=offer src="$MAC_A" &&
		stopped dhcp dhcp6=solicit src="$MAC_A" &&
		arrives udp4 src="$MAC_A"
}

# --- when they hold -------------------------------------------------------------

policy_is() {
	[ "$(json hub '.policy.words | sub(",identity=[0-9]+"; "")' \
		port show 12 "$(session_of alice)")" = "$1" ]
}

test_rules_hold_from_the_login_on() {
	ctl a connection down office && policy max-mac=1,max-ip=1 &&
		connection_up a office && policy_is max-ip=1,max-mac=1 || return 1
	listen_at_a && arrives udp4 src="$MAC_A" sip=203.0.113.61 &&
		stopped mac_limit udp4 src=02:00:00:00:00:e1 sip=203.0.113.61 &&
		stopped ip_limit udp4 src="$MAC_A" sip=203.0.113.62
}

test_rules_outlive_a_resume() {
	policy max-mac=1 && arrives udp4 src="$MAC_A" || return 1
	daemon_end hub KILL
	daemon_start hub && await_connection b office connected &&
		await_connection a office connected && policy_is max-mac=1 &&
		stopped mac_limit udp4 src=02:00:00:00:00:e1 &&
		# and the daemon that came then can change them
		policy none && arrives udp4 src=02:00:00:00:00:e1 seq=2
}

# The place of a session is taken by the same installation, which forgot it.
test_new_login_keeps_its_address() {
	local before

	policy no-ip-dup,no-mac-dup &&
		arrives udp4 src="$MAC_A" sip=203.0.113.71 &&
		before=$(session_of alice) || return 1
	ctl a connection down office && connection_up a office &&
		has_another "$before" && listen_at_a &&
		arrives udp4 src="$MAC_A" sip=203.0.113.71
}

# --- who may log in -------------------------------------------------------------

error_of_second() {
	[ "$(json a2 '.error // ""' connection show second)" = "$1" ]
}

# second_fails STATE ERROR: alice does not come in from a2
second_fails() {
	connection_add a2 second 192.0.2.13 alice right &&
		ctl a2 connection up second --no-wait &&
		busywait 20000 error_of_second "$2" &&
		await_connection a2 second "$1"
	local status=$?
	ctl a2 connection del second
	return $status
}

test_sessions_at_a_time() {
	rules --max-sessions 1 && second_fails waiting \
		"the user has 1 sessions, and may not have more" &&
		sessions_are '.user == "alice"' 1 && rules --max-sessions 2 &&
		connection_add a2 second 192.0.2.13 alice right &&
		connection_up a2 second && sessions_are '.user == "alice"' 2 &&
		# the same installation takes its own place
		ctl a2 connection down second && rules --max-sessions 1 &&
		daemon_end a KILL && daemon_start a &&
		await_connection a office connected
	local status=$?
	ctl a2 connection del second
	return $status
}

test_networks() {
	rules --sources 192.0.2.4/30,2001:db8:1::/64 && second_fails failed \
		"the user may not connect from this address" &&
		connection_is a office connected &&
		rules --sources 192.0.2.12/30 && busywait 20000 is_denied \
		"the user may not connect from this address" &&
		connection_add a2 second 192.0.2.13 alice right &&
		connection_up a2 second
	local status=$?
	ctl a2 connection del second
	return $status
}

test_expiry() {
	local soon

	soon=$(date -d "+$((4 * SLOW)) seconds" +%Y-%m-%dT%H:%M:%S)
	rules --expires "$soon" && connection_is a office connected &&
		busywait 60000 is_denied "the user's time is over" &&
		! ctl a connection up office --wait $((20 * SLOW)) &&
		is_denied "the user's time is over" &&
		ctl hub user show alice --vlan 12 | grep -E "^ *expires +${soon%T*} " &&
		rules --expires 2099-12-31 && connection_up a office
}

# A session waits as long as its user's record says, whatever it was before. The
# client is told by a login.
test_grace_time() {
	local session

	rules --grace 700ms && session=$(session_of alice) || return 1
	daemon_end a KILL
	busywait 20000 logged hub "session-end session=$session .*by=grace" &&
		daemon_start a && busywait 60000 has_another "$session" &&
		rules --grace 300s && ctl a connection down office &&
		connection_up a office && session=$(session_of alice) || return 1
	daemon_end a KILL
	busywait 20000 sessions_are '.user == "alice" and .state == "detached"' 1 &&
		daemon_start a && await_connection a office connected &&
		equal "$(session_of alice)" "$session" session
}

setup
run_tests
