#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Large numbers: every hub number in use at once, thousands of ports of a hub,
# a hundred thousand MAC and IP addresses. All of them are there, are shown once
# by dumps in whose middle others come, move and go, and are gone in the end.
# What they cost is measured by scripts/bench/scale.
#
#   namespace hub: h (number 1) --- a, b, c   (sessions, with many hosts)
#                  o3, e2, o5, e4, ...        (the other numbers)

TESTS="
	every_number_is_a_hub
	hubs_are_listed_while_half_of_them_go
	thousands_of_ports
	thousands_of_ports_go_with_their_hub
	a_hundred_thousand_addresses
	limits_of_the_tables
	macs_are_listed_while_they_change
	ips_are_listed_while_they_change
	flushed_addresses_are_gone
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

HUBS=4094
PORTS=2000
# hosts behind a and b, the most that the tables hold
HOSTS_A=80000
HOSTS_B=20000
HOSTS=$((HOSTS_A + HOSTS_B))
BLOCK=1000

setup_topology() {
	local name n=0

	make_netns hub && tool_start pt "$KSFT_DIR/porttool" &&
		pt socket c "${NS[hub]}" &&
		make_hub h vlan=1 fdb-max=$HOSTS ip-max=$HOSTS \
			ageing=100000 ip-ageing=100000 || return 1
	for name in a b c; do
		n=$((n + 1))
		session $name c h && pt frame $name arp op=2 spa=1$n.0.0.0 \
			src=02:00:0$n:00:00:00 sha=02:00:0$n:00:00:00 \
			dst=02:00:0$n:00:00:00 || return 1
	done
}

in_hub_netns() {
	ip -n "${NS[hub]}" "$@"
}

# many: porttool obeys all lines of stdin, which it gets at once
many() {
	local in=${TOOL_IN[pt]} out=${TOOL_OUT[pt]} left line lines

	mapfile lines
	left=${#lines[@]}
	printf %s "${lines[@]}" >&"$in"
	while [ "$left" -gt 0 ] && IFS= read -r -t $((30 * SLOW)) line <&"$out"; do
		left=$((left - 1))
		[[ $line = "ok "* ]] || {
			echo "$line"
			return 1
		}
	done
	equal "$left" 0 "answers missing"
}

# Hubs with the numbers FROM to TO; their names say whether they are odd.
add_hubs() {
	local i name=(e o)

	for ((i = $1; i <= $2; i++)); do
		echo "c link add ${name[i % 2]}$i vlan=$i"
	done | many || return 1
	for ((i = $1; i <= $2; i++)); do
		echo "link set ${name[i % 2]}$i group 1$((i % 2))"
	done | in_hub_netns -batch -
}

# hosts SESSION FRAME COUNT [FIRST]: so many say by ARP that they are there
hosts() {
	local i first=${4:-0}

	for ((i = first; i < first + $3; i += BLOCK)); do
		pt c xfer "${SID[$1]}" "crowd:$2:$BLOCK:$i:si" || return 1
	done
}

# begun, a dump of which the rest is then counted; by a new socket, which reads
# little at a time at first
begun() {
	pt close x
	pt socket x "${NS[hub]}" && pt x dump-begin "$@"
}

# tallied PATH HEX TOTAL UNDER: so many values, none of them twice, and so many
# that begin with the digits
tallied() {
	pt x dump-tally "$1" "$2" && { [ -z "$3" ] || want messages="$3"; } &&
		want again=0 under="$4"
}

hub_has() {
	pt c hub-get dev=h && want "$@"
}

test_every_number_is_a_hub() {
	add_hubs 2 2000 && add_hubs 2001 $HUBS && begun hub-get &&
		tallied vlan "" $HUBS $HUBS && begun fdb-get &&
		tallied fdb.mac "" $HUBS $HUBS &&
		refused EEXIST "" \
			"another hub of this network namespace has this vlan number" \
			c link add more vlan=$HUBS
}

# The odd ones stay, h among them.
test_hubs_are_listed_while_half_of_them_go() {
	begun hub-get && pt x dump-part hub.ifname 3 &&
		in_hub_netns link del group 10 &&
		tallied hub.ifname 6f "" $((HUBS / 2 - 1)) &&
		begun hub-get && tallied hub.ifname 6f $((HUBS / 2)) \
		$((HUBS / 2 - 1)) && in_hub_netns link del group 11 &&
		begun hub-get && tallied hub.ifname 6f 1 0
}

test_thousands_of_ports() {
	local i

	make_hub p && session first c p || return 1
	for ((i = 1; i < PORTS; i++)); do
		echo "c quiet port-new dev=p"
	done | many && pt c hub-get dev=p &&
		want hub.port-count=$PORTS hub.tx-frames=0 &&
		begun port-get dev=p && tallied port.number "" $((PORTS + 1)) \
		$((PORTS + 1)) && pt frame f && pt c xfer $ID data:f &&
		pt c hub-get dev=p && want hub.tx-frames=$PORTS
}

test_thousands_of_ports_go_with_their_hub() {
	begun port-get && pt x dump-part port.name 3 && want done=0 &&
		pt c link del p && pt x dump-tally port.name && want again=0 &&
		begun port-get && tallied port.number "" 4 4
}

test_a_hundred_thousand_addresses() {
	hosts a a $HOSTS_A && hosts b b $HOSTS_B && hub_has \
		hub.fdb-count=$HOSTS hub.ip-count=$HOSTS hub.not-learned=0 \
		hub.ip-not-learned=0
}

test_limits_of_the_tables() {
	pt c xfer "${SID[c]}" crowd:c:1:0:si &&
		hub_has hub.fdb-count=$HOSTS hub.ip-count=$HOSTS \
			hub.not-learned=1 hub.ip-not-learned=1 &&
		refused ENOENT fdb.mac "MAC address is not in the table" \
			c fdb-get dev=h fdb.mac=02:00:03:00:00:00 &&
		refused ENOENT ip.address "IP address is not in the table" \
			c ip-get dev=h ip.address=13.0.0.0
}

# Some of those behind a move to c, then those behind b go, and others come.
move_some() {
	local i

	for ((i = 0; i < 10; i++)); do
		pt x dump-part "$1" 5 && want done=0 &&
			hosts c a $BLOCK $((i * 7 * BLOCK)) || return 1
	done
}

test_macs_are_listed_while_they_change() {
	begun fdb-get dev=h && move_some fdb.mac &&
		pt c fdb-flush dev=h fdb.port="${SNUM[b]}" &&
		hosts c c $((HOSTS_B / 2)) &&
		tallied fdb.mac 020001 "" $HOSTS_A &&
		hub_has hub.fdb-count=$((HOSTS_A + HOSTS_B / 2)) hub.moves=10000
}

test_ips_are_listed_while_they_change() {
	begun ip-get dev=h && move_some ip.address &&
		pt c ip-flush dev=h ip.port="${SNUM[b]}" &&
		hosts c c $HOSTS_B && tallied ip.address 0b "" $HOSTS_A &&
		hub_has hub.ip-count=$HOSTS
}

test_flushed_addresses_are_gone() {
	pt c fdb-flush dev=h && pt c ip-flush dev=h &&
		hub_has hub.fdb-count=0 hub.ip-count=0 &&
		begun fdb-get dev=h && tallied fdb.mac "" 1 1 &&
		begun ip-get dev=h && tallied ip.address "" 0 0
}

setup
run_tests
