#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Policies about who gets a frame: no-broadcast with all that it spares and that
# can be taken from it, isolation groups, and EtherTypes that are denied, also
# in tags and behind them.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- p4 ======== h4 :namespace net

TESTS="
	groups_are_dropped
	unicast_passes
	what_is_needed_is_spared
	spared_unless_told
	nothing_is_spared
	broadcast_to_the_port_passes
	isolated_ports
	isolation_is_of_both
	isolated_device_and_host
	isolation_floods_to_others
	denied_types
	denied_types_in_tags
	denied_types_behind_tags
	denied_type_behind_snap
	denied_lengths
	most_denied_types
	denied_types_to_the_port_pass
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

# What a host needs, in groups of what can be told apart.
ARPS="arp;arp spa=0.0.0.0;arp op=2;arp spa=192.0.2.1 tpa=192.0.2.1;tag=5 arp"
NDS="ns;ns sip=::;na;rs;ra;redirect6;tag=5 ns"
DHCPS="dhcp=discover;dhcp=offer;dhcp=request giaddr=192.0.2.9;dhcp6=solicit"
DHCPS+=";dhcp6=reply dip=ff02::1;tag=5 dhcp=request"
OTHERS="udp4;udp4 dip=224.0.0.251;udp6 dip=ff02::fb;tcp4;echo4;echo6 dip=ff02::1"
OTHERS+=";type=0x88b5;llc;ipx;echo6 icmp=143 dip=ff02::16;ns ttl=64"
OTHERS+=";echo4 icmp=9 dip=224.0.0.1;redirect4;udp4 dst=01:00:5e:00:00:05"

setup_topology() {
	policy_topology && make_hosts h h4
}

before_each() {
	policy peer
	policy 0
	policy 4
	forget_all
}

# all VERB... -- LIST: the verb with each frame of the list
all() {
	local verb=() frames frame

	while [ "$1" != -- ]; do
		verb+=("$1")
		shift
	done
	IFS=';' read -r -a frames <<<"$2"
	for frame in "${frames[@]}"; do
		# shellcheck disable=SC2086
		"${verb[@]}" $frame || return 1
	done
}

test_groups_are_dropped() {
	all passes user peer -- "$OTHERS" && policy user no-broadcast &&
		all drops broadcast user peer -- "$OTHERS"
}

test_unicast_passes() {
	policy user no-broadcast &&
		all passes user peer dst=${MAC[peer]} -- "udp4;tcp6;ipx;arp;ns" &&
		passes user peer dst=02:00:00:00:00:77 udp4
}

test_what_is_needed_is_spared() {
	policy user no-broadcast && all passes user peer -- "$ARPS" &&
		all passes user peer -- "$NDS" &&
		all passes user peer -- "$DHCPS"
}

test_spared_unless_told() {
	policy user no-broadcast no-broadcast-arp &&
		all drops broadcast user peer -- "$ARPS" &&
		all passes user peer -- "$NDS;$DHCPS" &&
		policy user no-broadcast no-broadcast-nd &&
		all drops broadcast user peer -- "$NDS" &&
		all passes user peer -- "$ARPS;$DHCPS" &&
		policy user no-broadcast no-broadcast-dhcp &&
		all drops broadcast user peer -- "$DHCPS" &&
		all passes user peer -- "$ARPS;$NDS"
}

test_nothing_is_spared() {
	policy user no-broadcast no-broadcast-arp no-broadcast-nd \
		no-broadcast-dhcp &&
		all drops broadcast user peer -- "$ARPS;$NDS;$DHCPS;$OTHERS" &&
		all passes user peer dst=${MAC[peer]} -- "$ARPS;$NDS;$DHCPS"
}

test_broadcast_to_the_port_passes() {
	policy user no-broadcast no-broadcast-arp && passes peer user udp4 &&
		passes peer user arp && passes peer user type=0x88b5
}

# Groups, addresses that are not known, and those that are.
test_isolated_ports() {
	local to

	policy user isolation=5 && policy peer isolation=5 || return 1
	for to in ff:ff:ff:ff:ff:ff 02:00:00:00:00:77 33:33:00:00:00:01; do
		drops_out isolated user peer dst=$to &&
			drops_out isolated user peer dst=$to arp &&
			passes user server dst=$to || return 1
	done
	drops_out isolated user peer dst=${MAC[peer]} &&
		drops_out isolated user peer dst=${MAC[peer]} udp4 &&
		judge user server dst=${MAC[peer]} && want in=pass got=0 &&
		drops_out isolated peer user arp && passes server user arp &&
		passes server peer dst=${MAC[peer]}
}

test_isolation_is_of_both() {
	policy user isolation=5 && passes user peer arp &&
		policy peer isolation=6 && passes user peer arp &&
		passes peer user arp && policy user isolation=65535 &&
		policy peer isolation=65535 &&
		drops_out isolated user peer arp && policy peer isolation=0 &&
		policy user isolation=0 && passes user peer arp
}

# No fence can come through here either: it is counted who did not get what.
test_isolated_device_and_host() {
	policy user isolation=5 && policy 4 isolation=5 &&
		policy 0 isolation=5 && ft host "local" "${NS[hub]}" h &&
		pt c "clear" ${SID[user]} && ft clear &&
		drops_out_of_all "local" "h4" 0 4 &&
		drops_out_of_all h4 "local" 4 0 && ft leave "local" &&
		pt c expect ${SID[user]} 0 any
}

# drops_out_of_all HOST OTHER PORT OTHER-PORT: what the host sends leaves neither
# by the other's port nor by the user's
drops_out_of_all() {
	counter h $4 drops.isolated || return 1
	local before=$VAL
	counter h ${SNUM[user]} drops.isolated || return 1
	local user=$VAL
	ft send $1 arp && busywait 5000 counted h $4 drops.isolated \
		$((before + 1)) && counted h ${SNUM[user]} drops.isolated \
		$((user + 1)) && pt frame f src=${MAC[user]} arp &&
		pt c xfer ${SID[user]} data:f &&
		counted h $4 drops.isolated $((before + 2)) && ft list $2 &&
		want count=0
}

# Whoever is in no group, or in another one, gets it.
test_isolation_floods_to_others() {
	policy user isolation=5 && policy peer isolation=5 &&
		policy server isolation=6 && passes user server udp4 &&
		drops_out isolated user peer udp4 && pt frame f \
		src=${MAC[user]} udp4 && ft clear &&
		pt c xfer ${SID[user]} data:f &&
		expect_frames h4 1 src=${MAC[user]} udp4
}

test_denied_types() {
	policy user deny-type=0x8137 deny-type=0x0806 deny-type=0xffff &&
		drops denied-type user peer ipx &&
		drops denied-type user peer arp &&
		drops denied-type user peer type=0xffff len=14 &&
		drops denied-type user peer arp dst=${MAC[peer]} &&
		passes user peer udp4 && passes user peer ns &&
		passes user peer type=0xfffe && passes user peer llc
}

test_denied_types_in_tags() {
	policy user deny-type=0x8100 &&
		drops denied-type user peer tag=5 &&
		drops denied-type user peer stag=6 tag=5 &&
		drops denied-type user peer tag=5 stag=6 arp &&
		passes user peer stag=6 arp && passes user peer arp &&
		policy user deny-type=0x88a8 &&
		drops denied-type user peer stag=6 &&
		drops denied-type user peer tag=5 stag=6 &&
		passes user peer tag=5 && passes user peer tag=5 tag=6 &&
		policy user deny-type=0x9100 &&
		drops denied-type user peer qtag=5 && passes user peer tag=5
}

test_denied_types_behind_tags() {
	policy user deny-type=0x0806 &&
		drops denied-type user peer tag=5 arp &&
		drops denied-type user peer stag=6 tag=5 arp &&
		drops denied-type user peer qtag=6 tag=5 arp &&
		passes user peer tag=5 udp4 && passes user peer stag=6 tag=5
}

test_denied_type_behind_snap() {
	policy user deny-type=0x0806 &&
		drops denied-type user peer snap arp &&
		drops denied-type user peer snap=0000f8 arp &&
		drops denied-type user peer tag=5 snap arp &&
		passes user peer snap udp4 && passes user peer llc
}

# Below 0x0600 it is a length.
test_denied_lengths() {
	policy user deny-type=0x0040 && drops denied-type user peer llc len=78 &&
		passes user peer llc len=79
}

test_most_denied_types() {
	local i types=()

	for ((i = 0; i < 16; i++)); do
		types+=(deny-type=$((0x9000 + i)))
	done
	policy user "${types[@]}" || return 1
	for ((i = 0; i < 16; i++)); do
		drops denied-type user peer type=$((0x9000 + i)) || return 1
	done
	passes user peer type=0x9010 && passes user peer type=0x8fff
}

test_denied_types_to_the_port_pass() {
	policy user deny-type=0x0806 && passes peer user arp
}

setup
run_tests
