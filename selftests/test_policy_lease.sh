#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of a lease under dhcp-force: it is renewed, ends, is given back by its
# holder and taken back by its server, replaced and given to another, and
# survives a session's resume. Nobody else has a say in it.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	renewal
	end_of_the_lease
	lease_made_shorter
	lease_without_end
	new_lease_replaces_the_old
	address_leased_to_another
	release
	release_by_others
	decline
	refusal
	refusal_by_others
	survives_a_resume
	policy_is_taken_away
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology && pt c port-set port.session.id=${SID[user]} \
		port.session.grace=600000
}

before_each() {
	forget_all
	policy user dhcp-force
}

test_renewal() {
	lease $LEASED lease=100 && has_ip $LEASED && field ip.lease-left &&
		[ "$VAL" -le 100 ] && passes user server dhcp=request \
		ciaddr=$LEASED && lease $LEASED lease=5000 &&
		has_ip $LEASED && field ip.lease-left && [ "$VAL" -gt 4900 ] &&
		lease $LEASED lease=50 && has_ip $LEASED &&
		field ip.lease-left && [ "$VAL" -le 50 ] && may $LEASED
}

has_ended() {
	drops no-lease user peer udp4 sip=$LEASED
}

# A frame from it does not renew a lease.
test_end_of_the_lease() {
	lease $LEASED lease=3 && may $LEASED &&
		busywait 10000 has_ended && busywait 10000 no_ip $LEASED &&
		may_not $LEASED && passes user server dhcp=discover &&
		lease && may $LEASED
}

# By the same server: what was found true for long is so no longer.
test_lease_made_shorter() {
	lease $LEASED lease=5000 && may $LEASED && lease $LEASED lease=3 &&
		may $LEASED && busywait 10000 has_ended && may_not $LEASED
}

test_lease_without_end() {
	lease $LEASED lease=0xffffffff &&
		has_ip $LEASED lease-left=4294967295 source=dhcp && may $LEASED
}

test_new_lease_replaces_the_old() {
	lease && may $LEASED && lease $OTHER && may $OTHER &&
		may_not $LEASED && no_ip $LEASED && lease && may $LEASED &&
		may_not $OTHER
}

test_address_leased_to_another() {
	lease && passes server peer dhcp=ack chaddr=${MAC[peer]} \
		yiaddr=$LEASED &&
		has_ip $LEASED "$(behind peer)" mac=${MAC[peer]} source=dhcp &&
		may_not $LEASED && lease && has_ip $LEASED "$(behind user)" &&
		may $LEASED
}

test_release() {
	lease && passes user server dhcp=release ciaddr=$LEASED \
		dst=${MAC[server]} && no_ip $LEASED && may_not $LEASED &&
		lease && may $LEASED
}

# Of another's address, of another's MAC address, by another's port.
test_release_by_others() {
	lease && passes user server dhcp=release ciaddr=$OTHER && may $LEASED &&
		passes user server dhcp=release src=02:00:00:00:00:e1 \
			ciaddr=$LEASED && may $LEASED &&
		passes peer server dhcp=release ciaddr=$LEASED &&
		passes peer server dhcp=release ciaddr=$LEASED \
			chaddr=${MAC[user]} && may $LEASED
}

test_decline() {
	lease && passes user server dhcp=decline requested=$OTHER &&
		may $LEASED && passes user server dhcp=decline \
		requested=$LEASED && no_ip $LEASED && may_not $LEASED
}

test_refusal() {
	lease && passes server user dhcp=nak chaddr=${MAC[user]} &&
		no_ip $LEASED && may_not $LEASED && lease && may $LEASED
}

test_refusal_by_others() {
	lease && passes server user dhcp=nak chaddr=${MAC[peer]} &&
		may $LEASED && policy peer dhcp-force &&
		drops no-lease peer user dhcp=nak chaddr=${MAC[user]} &&
		policy peer no-dhcp-server &&
		drops dhcp-server peer user dhcp=nak chaddr=${MAC[user]} &&
		passes user peer dhcp=nak chaddr=${MAC[user]} sip=$LEASED &&
		may $LEASED
}

test_survives_a_resume() {
	local id=${SID[user]}

	lease && pt c port-detach port.session.id=$id &&
		has_ip $LEASED source=dhcp && pt c port-attach \
		port.session.id=$id && may $LEASED && may_not $OTHER
}

test_policy_is_taken_away() {
	lease && policy user && may $OTHER && may $LEASED &&
		has_ip $LEASED source=dhcp && policy user dhcp-force &&
		may $LEASED && may_not $OTHER
}

setup
run_tests
