#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The IP table over netlink: one entry, dumps and flushes by address, prefix, MAC
# address and port; who may look; what is told to listeners; each refusal with
# its text.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#   e --- far                 (session)

TESTS="
	one_entry
	address_is_needed
	addresses_of_a_wrong_form
	attributes_that_do_not_belong
	hub_must_exist
	only_with_capability
	dump_by_prefix
	dump_by_mac_and_port
	dump_of_one_hub_and_of_all
	flush_by_prefix
	flush_by_mac_and_port
	flush_of_everything
	listeners_are_told
	leases_are_told
	ends_are_told
	nothing_new_is_not_told
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

NONE="IP address is not in the table"
FORM="address must have 4 or 16 bytes"
LONE="request needs an address without a prefix"

setup_topology() {
	policy_topology && make_hub e && session far c e &&
		pt socket w "${NS[hub]}" && pt w join ip &&
		tool_start nobody ip netns exec "${NS[hub]}" setpriv \
			--reuid=65534 --regid=65534 --clear-groups \
			--inh-caps=-all --bounding-set=-all \
			"$KSFT_DIR/porttool" && tool nobody socket x
}

before_each() {
	pt c link set h ip-ageing=300
	forget_all
	pt c ip-flush dev=e
	pt w events
}

# fill: ten known addresses, of two ports and three MAC addresses
fill() {
	local i

	for i in 1 2 3 4; do
		passes user peer arp spa=10.1.0.$i &&
			passes peer user udp4 sip=10.2.0.$i || return 1
	done
	passes user peer ns sip=$C &&
		passes peer user udp6 sip=$LL src=02:00:00:00:00:e1
}

# dumped N WORD...: a dump with this filter shows so many
dumped() {
	local n=$1

	shift
	pt c dump ip-get dev=h "$@" && want messages=$n
}

test_one_entry() {
	fill && pt c ip-get dev=h ip.address=10.1.0.2 && want messages=1 \
		ip.address=10.1.0.2 ip.port=${SNUM[user]} ip.source=arp \
		ip.mac=${MAC[user]} && field ip.idle && [ "$VAL" -lt 60000 ] &&
		! want ip.lease-left=0 && pt c ip-get dev=h ip.address=$C &&
		want ip.address=$C ip.source=nd && pt c ip-get dev=h \
		ip.address=10.1.0.2 ip.port=${SNUM[user]} &&
		refused ENOENT ip.address "$NONE" c ip-get dev=h \
			ip.address=10.1.0.2 ip.port=${SNUM[peer]} &&
		refused ENOENT ip.address "$NONE" c ip-get dev=h \
			ip.address=10.1.0.2 ip.mac=${MAC[peer]} &&
		refused ENOENT ip.address "$NONE" c ip-get dev=h \
			ip.address=10.1.0.9 &&
		refused ENOENT ip.address "$NONE" c ip-get dev=e \
			ip.address=10.1.0.2
}

test_address_is_needed() {
	refused EINVAL "" "$LONE" c ip-get dev=h &&
		refused EINVAL "" "$LONE" c ip-get dev=h ip= &&
		refused EINVAL "" "$LONE" c ip-get dev=h ip.port=1 &&
		refused EINVAL "" "$LONE" c ip-get dev=h ip.address=10.1.0.2 \
			ip.prefix=32
}

# refused_each ERRNO ATTR TEXT WORD...: by each request that takes a filter
refused_each() {
	local errno=$1 attr=$2 text=$3

	shift 3
	refused $errno "$attr" "$text" c ip-get dev=h "$@" &&
		refused $errno "$attr" "$text" c ip-flush dev=h "$@" &&
		refused $errno "$attr" "$text" c dump ip-get dev=h "$@"
}

test_addresses_of_a_wrong_form() {
	local length

	for length in 0 3 5 8 15; do
		refused_each EINVAL ip.address "$FORM" \
			ip.address:fill=$length || return 1
	done
	refused_each EINVAL ip.prefix "prefix needs an address" ip.prefix=8 &&
		refused_each EINVAL ip.prefix \
			"prefix is longer than the address" \
			ip.address=10.0.0.0 ip.prefix=33
}

test_attributes_that_do_not_belong() {
	refused_each EINVAL ip.source "" ip.source=1 &&
		refused_each EINVAL ip.idle "" ip.idle=1 &&
		refused_each EINVAL ip.lease-left "" ip.lease-left=1 &&
		refused_each EINVAL "ip.#99" "" "ip.#99:u32=1" &&
		refused_each ERANGE ip.mac "" ip.mac:fill=5 &&
		refused_each ERANGE ip.address "" ip.address:fill=17 &&
		refused_each ERANGE ip.prefix "" ip.address=$C ip.prefix=129 &&
		refused_each EINVAL fdb "" fdb=
}

test_hub_must_exist() {
	refused ENODEV ifindex "" c ip-get ifindex=9999 ip.address=$A &&
		refused ENODEV ifindex "" c ip-flush ifindex=9999 &&
		refused ENODEV ifindex "" c dump ip-get ifindex=9999 &&
		refused EINVAL "" "" c ip-flush &&
		refused EOPNOTSUPP "" "" c dump ip-flush
}

test_only_with_capability() {
	local request

	for request in "ip-get vlan=1 ip.address=$A" "dump ip-get" \
		"ip-flush vlan=1" "join ip"; do
		! tool nobody x $request && [ "${LAST#err EPERM }" != "$LAST" ] ||
			return 1
	done
}

test_dump_by_prefix() {
	fill && dumped 10 && dumped 4 ip.address=10.1.0.0 ip.prefix=16 &&
		dumped 8 ip.address=10.0.0.0 ip.prefix=8 &&
		dumped 2 ip.address=10.1.0.2 ip.prefix=31 &&
		dumped 1 ip.address=10.1.0.2 &&
		dumped 8 ip.address=0.0.0.0 ip.prefix=0 &&
		dumped 2 ip.address=:: ip.prefix=0 &&
		dumped 1 ip.address=2001:db8:: ip.prefix=32 &&
		dumped 1 ip.address=$LL && dumped 0 ip.address=10.3.0.0 \
		ip.prefix=16 && dumped 0 ip.address=::ffff:10.1.0.2
}

test_dump_by_mac_and_port() {
	fill && dumped 5 ip.port=${SNUM[user]} && dumped 5 \
		ip.port=${SNUM[peer]} && dumped 0 ip.port=${SNUM[server]} &&
		dumped 0 ip.port=77 && dumped 5 ip.mac=${MAC[user]} &&
		dumped 1 ip.mac=02:00:00:00:00:e1 && dumped 0 \
		ip.mac=${MAC[server]} && dumped 0 ip.mac=${MAC[user]} \
		ip.port=${SNUM[peer]} && dumped 4 ip.mac=${MAC[peer]} \
		ip.port=${SNUM[peer]} ip.address=10.0.0.0 ip.prefix=8
}

test_dump_of_one_hub_and_of_all() {
	fill && pt frame f arp spa=10.9.0.1 && pt c xfer ${SID[far]} data:f &&
		dumped 10 && pt c dump ip-get dev=e && want messages=1 \
		ip.address=10.9.0.1 && pt c dump ip-get && want messages=11 &&
		pt c dump ip-get ip.address=10.0.0.0 ip.prefix=8 &&
		want messages=9 && pt n dump ip-get && want messages=0
}

test_flush_by_prefix() {
	fill && pt c ip-flush dev=h ip.address=10.1.0.2 && dumped 9 &&
		no_ip 10.1.0.2 && pt c ip-flush dev=h ip.address=10.2.0.0 \
		ip.prefix=30 && dumped 6 && has_ip 10.2.0.4 &&
		pt c ip-flush dev=h ip.address=10.77.0.0 ip.prefix=16 &&
		dumped 6 && pt c ip-flush dev=h ip.address=:: ip.prefix=0 &&
		dumped 4 && has_ip 10.1.0.1 &&
		pt c ip-flush dev=h ip.address=0.0.0.0 ip.prefix=0 && dumped 0
}

test_flush_by_mac_and_port() {
	fill && pt c ip-flush dev=h ip.mac=02:00:00:00:00:e1 && dumped 9 &&
		pt c ip-flush dev=h ip.mac=${MAC[user]} \
			ip.port=${SNUM[peer]} && dumped 9 &&
		pt c ip-flush dev=h ip.port=${SNUM[user]} && dumped 4 &&
		pt c ip-flush dev=h ip.mac=${MAC[peer]} && dumped 0
}

# Leases too, and of this hub alone.
test_flush_of_everything() {
	fill && lease $LEASED && pt frame f arp spa=10.9.0.1 &&
		pt c xfer ${SID[far]} data:f && pt c ip-flush dev=h &&
		dumped 0 && pt c hub-get dev=h && want hub.ip-count=0 &&
		pt c dump ip-get dev=e && want messages=1
}

test_listeners_are_told() {
	passes user peer arp spa=$A && pt w event ip-ntf ip.address=$A \
		ip.port=${SNUM[user]} ip.mac=${MAC[user]} ip.source=arp &&
		passes peer user arp spa=$A && pt w event ip-ntf ip.address=$A \
		ip.port=${SNUM[peer]} ip.mac=${MAC[peer]} &&
		passes peer user arp spa=$A src=02:00:00:00:00:e1 &&
		pt w event ip-ntf ip.address=$A ip.mac=02:00:00:00:00:e1 &&
		pt w events && want events=0 && pt n join ip &&
		passes user peer ns sip=$C && pt w event ip-ntf ip.address=$C &&
		pt n events && want events=0
}

test_leases_are_told() {
	lease $LEASED && pt w event ip-ntf ip.address=$LEASED ip.source=dhcp \
		ip.lease-left=3600 && passes user server dhcp=release \
		ciaddr=$LEASED && pt w event ip-del-ntf ip.address=$LEASED
}

test_ends_are_told() {
	passes user peer arp spa=$A && pt w event ip-ntf ip.address=$A &&
		pt c ip-flush dev=h ip.address=$A && pt w event ip-del-ntf \
		ip.address=$A ip.port=${SNUM[user]} && passes user peer arp \
		spa=$B && pt c link set h ip-ageing=1 &&
		pt w event ip-del-ntf ip.address=$B
}

test_nothing_new_is_not_told() {
	passes user peer arp spa=$A && pt w event ip-ntf ip.address=$A &&
		passes user peer arp spa=$A && passes user peer udp4 sip=$A &&
		passes user peer arp spa=0.0.0.0 tpa=$A && lease $LEASED &&
		pt w event ip-ntf ip.address=$LEASED && lease $LEASED &&
		pt w events && want events=0
}

setup
run_tests
