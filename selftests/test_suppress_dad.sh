#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Real stacks on a hub that answers for the addresses that it knows: duplicate
# address detection finds a duplicate, and finds none of an address that is
# free; neighbours reach each other, and most of their questions are answered by
# the hub.
#
#   namespace hub           namespaces
#   h --- pa ================ a0 :one
#     \-- pb ================ b0 :two
#     \-- watch  (session, sees what is flooded)

TESTS="
	duplicate_is_found
	free_address_is_free
	duplicate_of_the_hub
	address_that_has_moved_away
	neighbours_are_reached
	neighbours_are_reached_over_ipv4
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

stack() {
	ip link add name $1 netns "${NS[hub]}" type veth peer name $2 \
		netns "${NS[$3]}" && pt c link up $1 && pt c link master $1 h &&
		ip netns exec "${NS[$3]}" \
			sh -c "echo 0 >/proc/sys/net/ipv6/conf/$2/disable_ipv6" &&
		ip -n "${NS[$3]}" link set $2 up
}

setup_topology() {
	start_tools && make_netns one two && make_hub h suppress=1 &&
		stack pa a0 one && stack pb b0 two && wait_up c pa pb &&
		session watch c h && pt c auto "$ID" 64500 ack
}

# Nobody has an address but a link-local one.
before_each() {
	ip -n "${NS[one]}" address flush dev a0 scope global
	ip -n "${NS[two]}" address flush dev b0 scope global
	ip -n "${NS[one]}" neigh flush dev a0
	ip -n "${NS[two]}" neigh flush dev b0
	pt c ip-flush dev=h
}

# state NS DEV ADDRESS: FLAGS become those of the address
state() {
	FLAGS=" $(ip -n "${NS[$1]}" -6 address show dev $2 to $3) "
	[[ $FLAGS = *inet6* ]]
}

is_settled() {
	state "$@" && [[ $FLAGS = *dadfailed* || $FLAGS != *tentative* ]]
}

# take NS DEV ADDRESS: and wait until it is known whether it can be had
take() {
	ip -n "${NS[$1]}" -6 address add $3/64 dev $2 &&
		slowwait 10 is_settled $1 $2 $3 && echo "$FLAGS"
}

has_failed() {
	[[ $FLAGS = *dadfailed* ]]
}

# knows ADDRESS PORT-NAME: the hub would answer for it
knows() {
	pt c port-get dev=h port.name=$2 && field port.number &&
		pt c ip-get dev=h ip.address=$1 && want ip.port=$VAL
}

reaches() {
	ip netns exec "${NS[$1]}" ping -c 1 -W 10 $2
}

test_duplicate_is_found() {
	take one a0 2001:db8::50 && ! has_failed && reaches one ff02::1%a0
	take two b0 2001:db8::50 && has_failed && state one a0 2001:db8::50 &&
		! has_failed
}

test_free_address_is_free() {
	take one a0 2001:db8::50 && ! has_failed && take two b0 2001:db8::51 &&
		! has_failed && reaches two 2001:db8::50
}

test_duplicate_of_the_hub() {
	ip netns exec "${NS[hub]}" \
		sh -c "echo 0 >/proc/sys/net/ipv6/conf/h/disable_ipv6" &&
		take hub h 2001:db8::60 && ! has_failed &&
		take two b0 2001:db8::60 && has_failed &&
		ip -n "${NS[hub]}" address flush dev h scope global
}

# The hub knows it still, and says nothing: nobody has it.
test_address_that_has_moved_away() {
	take one a0 2001:db8::50 && take two b0 2001:db8::51 &&
		reaches one 2001:db8::51 && knows 2001:db8::50 pa &&
		ip -n "${NS[one]}" address del 2001:db8::50/64 dev a0 &&
		knows 2001:db8::50 pa && ip -n "${NS[two]}" address del \
		2001:db8::51/64 dev b0 && take two b0 2001:db8::50 &&
		! has_failed && take one a0 2001:db8::51 && ! has_failed &&
		reaches one 2001:db8::50 && knows 2001:db8::50 pb
}

# suppressed_more COUNT: the hub has answered since
suppressed_more() {
	pt c hub-get dev=h && field hub.suppressed && [ "$VAL" -gt "$1" ]
}

# When one has advertised its address, the other gets it from the hub.
test_neighbours_are_reached() {
	take one a0 2001:db8::50 && take two b0 2001:db8::51 &&
		reaches one 2001:db8::51 && reaches two 2001:db8::50 &&
		knows 2001:db8::51 pb && pt c hub-get dev=h &&
		field hub.suppressed || return 1
	local before=$VAL
	ip -n "${NS[one]}" neigh flush dev a0 && reaches one 2001:db8::51 &&
		suppressed_more $before
}

test_neighbours_are_reached_over_ipv4() {
	ip -n "${NS[one]}" address add 192.0.2.50/24 dev a0 &&
		ip -n "${NS[two]}" address add 192.0.2.51/24 dev b0 &&
		reaches one 192.0.2.51 && knows 192.0.2.51 pb &&
		pt c hub-get dev=h && field hub.suppressed || return 1
	local before=$VAL
	ip -n "${NS[one]}" neigh flush dev a0 && reaches one 192.0.2.51 &&
		suppressed_more $before && reaches two 192.0.2.50
}

setup
run_tests
