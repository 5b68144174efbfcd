#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# What cannot be understood is dropped and counted under each policy that has to
# understand it, and passes without one, and under those that need not look.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	without_a_policy
	policies_that_need_not_look
	dhcp_force
	max_ip
	no_ip_dup
	no_broadcast
	no_dhcp_server
	filter_dhcp
	no_ra
	deny_type
	to_a_port_that_takes_no_dhcp
	not_learned
"

# shellcheck source=evasion.sh
. "$(dirname "$0")/evasion.sh"

# Cut short, with headers that contradict each other, or more of them than
# anybody needs.
FRAMES=(
	"udp4 cut=16" "udp4 cut=33" "udp4 cut=41" "tcp4 cut=53" "echo4 cut=37"
	"udp6 cut=53" "udp6 cut=61" "arp cut=41" "ns cut=77" "na cut=85"
	"tag=5 cut=17" "type=0x8100 len=15" "snap udp4 cut=40"
	"udp4 poke=14:55" "udp4 poke=14:44" "udp4 iplen=19" "udp4 iplen=500"
	"udp6 poke=14:40" "udp6 iplen=500" "udp6 iplen=0 ext=hop"
	"snap udp4 poke=12:05dc" "snap udp4 poke=12:0007" "snap type=0x8100"
	"snap type=0x0040" "tag=5 snap type=0x88a8"
	"arp op=3" "arp op=0" "arp poke=14:0006" "arp poke=18:08"
	"arp spa=127.0.0.1" "arp spa=224.0.0.1" "arp spa=255.255.255.255"
	"udp4 sip=127.0.0.1" "udp4 sip=239.1.1.1" "udp4 sip=255.255.255.255"
	"udp6 sip=::1" "udp6 sip=ff02::1" "udp6 sip=::ffff:192.0.2.1"
	"ns target=ff02::1" "ns target=::" "na sip=ff02::1" "ns code=1"
	"tcp4 frag=0:8 len=100" "udp4 frag=8:64 len=300" "echo4 frag=0 cut=40"
	"ext=frag ext=frag udp6" "frag=0:8 ns" "frag=0:24 ext=dst ra"
	"udp6 ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst"
	"udp6 ext=dst:240" "tag=1 tag=2 tag=3" "stag=1 tag=2 tag=3 udp4"
)

setup_topology() {
	policy_topology
}

before_each() {
	forget_all
}

# blocked WORD...: under this policy
blocked() {
	policy user "$@" && all drops unparsable user peer
}

test_without_a_policy() {
	all passes user peer
}

test_policies_that_need_not_look() {
	policy user deny no-resume no-mac-dup isolation=4 rate-up=100000000 \
		broadcast-rate=100000 identity=3 &&
		policy peer isolation=5 rate-down=100000000 no-ra max-ip=1 &&
		all passes user peer && policy peer
}

test_dhcp_force() {
	blocked dhcp-force && lease $LEASED && all drops unparsable user peer
}

test_max_ip() {
	blocked max-ip=1000
}

test_no_ip_dup() {
	blocked no-ip-dup
}

test_no_broadcast() {
	blocked no-broadcast
}

test_no_dhcp_server() {
	blocked no-dhcp-server
}

test_filter_dhcp() {
	blocked filter-dhcp
}

test_no_ra() {
	blocked no-ra
}

test_deny_type() {
	blocked deny-type=0x9999
}

# One of those could be what the port must not get.
test_to_a_port_that_takes_no_dhcp() {
	policy peer filter-dhcp && all drops_out unparsable user peer &&
		all passes user server && policy peer
}

# It says nothing about anybody; but of a plain IPv4 packet only the header is
# looked at where nothing else has to be.
test_not_learned() {
	local frame

	for frame in "${FRAMES[@]}"; do
		case $frame in
		udp4\ iplen=* | tcp4\ cut=*) continue ;;
		esac
		# shellcheck disable=SC2086
		passes user peer $frame || return 1
	done
	pt c dump ip-get dev=h && want messages=0
}

setup
run_tests
