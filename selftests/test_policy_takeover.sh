#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Whoever comes back by a new session has its addresses behind the old one, which
# has lost its line and waits: they move to another port of the same identity,
# whatever no-ip-dup, no-mac-dup and dhcp-force say, and to nobody else.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- again  (session, mostly of the user's identity and MAC address)

TESTS="
	from_a_detached_session
	not_from_one_that_lives
	not_by_another_identity
	not_without_an_identity
	not_from_a_device
	only_within_limits
	lease_comes_along
	lease_does_not_change_its_mac
	old_session_comes_back_too_late
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology && make_hosts h h4 && session again c h &&
		MAC[again]=${MAC[user]} &&
		pt c port-set port.session.id=${SID[user]} \
			port.session.grace=600000
}

before_each() {
	pt c port-attach port.session.id=${SID[user]}
	pt c port-set dev=h port.number=${SNUM[again]} port.fdb-max=0 \
		port.policy=
	forget_all
}

# both WORD...: these policies for both of the user's sessions
both() {
	policy user "$@" && policy again "$@"
}

# user_sends: and has its addresses from then on
user_sends() {
	passes user peer arp spa=$A && passes user peer udp6 sip=$C
}

# refused_again REASON [WORD...]: the new session's frames are
refused_again() {
	local reason=$1

	shift
	drops "$reason" again peer udp4 sip=$A "$@" &&
		drops "$reason" again peer arp spa=$A "$@"
}

again_passes() {
	passes again peer arp spa=$A && passes again peer udp6 sip=$C &&
		has_ip $A "$(behind again)" mac=${MAC[user]} &&
		has_ip $C "$(behind again)" &&
		pt c fdb-get dev=h fdb.mac=${MAC[user]} &&
		want fdb.port=${SNUM[again]}
}

line_breaks() {
	pt c port-detach port.session.id=${SID[user]}
}

test_from_a_detached_session() {
	both no-ip-dup no-mac-dup identity=7 && user_sends && line_breaks &&
		again_passes && pt c port-get dev=h port.number=${SNUM[user]} &&
		want port.ip-count=0 port.fdb-count=0
}

test_not_from_one_that_lives() {
	both no-ip-dup no-mac-dup identity=7 && user_sends &&
		refused_again mac-dup && both no-ip-dup identity=7 &&
		refused_again ip-dup src=02:00:00:00:00:e1 &&
		has_ip $A "$(behind user)" && line_breaks && again_passes
}

test_not_by_another_identity() {
	both no-ip-dup no-mac-dup identity=7 && user_sends && line_breaks &&
		policy again no-ip-dup no-mac-dup identity=8 &&
		refused_again mac-dup && policy again no-ip-dup identity=8 &&
		refused_again ip-dup src=02:00:00:00:00:e1 &&
		has_ip $A "$(behind user)" mac=${MAC[user]}
}

# Nobody is not the same as nobody.
test_not_without_an_identity() {
	both no-ip-dup no-mac-dup && user_sends && line_breaks &&
		refused_again mac-dup && both no-ip-dup no-mac-dup identity=0 &&
		refused_again mac-dup && policy user identity=7 &&
		refused_again mac-dup && policy user &&
		policy again no-ip-dup no-mac-dup identity=7 &&
		refused_again mac-dup
}

# A device port has no line that could break.
test_not_from_a_device() {
	policy 4 identity=7 && policy again no-ip-dup no-mac-dup identity=7 &&
		ft send h4 arp src=02:00:00:00:00:e4 spa=$A && ft fence &&
		has_ip $A port=4 && refused_again mac-dup src=02:00:00:00:00:e4 &&
		refused_again ip-dup src=02:00:00:00:00:e1 && policy 4
}

test_only_within_limits() {
	both no-ip-dup no-mac-dup identity=7 max-ip=1 && user_sends &&
		line_breaks && pt c port-set dev=h port.number=${SNUM[again]} \
			port.fdb-max=1 &&
		passes again peer arp src=02:00:00:00:00:e1 spa=$B &&
		refused_again mac-limit &&
		drops ip-limit again peer arp src=02:00:00:00:00:e1 spa=$A &&
		has_ip $A "$(behind user)"
}

test_lease_comes_along() {
	both dhcp-force no-ip-dup no-mac-dup identity=7 && lease $LEASED &&
		passes user peer udp4 sip=$LEASED && line_breaks &&
		passes again peer udp4 sip=$LEASED &&
		passes again peer arp spa=$LEASED &&
		has_ip $LEASED "$(behind again)" source=dhcp &&
		drops no-lease again peer udp4 sip=$OTHER &&
		pt c port-get dev=h port.number=${SNUM[user]} &&
		want port.ip-count=0
}

test_lease_does_not_change_its_mac() {
	both dhcp-force no-ip-dup no-mac-dup identity=7 && lease $LEASED &&
		line_breaks && drops no-lease again peer udp4 sip=$LEASED \
			src=02:00:00:00:00:e1 &&
		drops no-lease again peer arp spa=$LEASED \
			src=02:00:00:00:00:e1 && has_ip $LEASED "$(behind user)"
}

test_old_session_comes_back_too_late() {
	both no-ip-dup no-mac-dup identity=7 && user_sends && line_breaks &&
		again_passes &&
		pt c port-attach port.session.id=${SID[user]} &&
		drops mac-dup user peer arp spa=$A &&
		drops ip-dup user peer arp spa=$A src=02:00:00:00:00:e1 &&
		has_ip $A "$(behind again)"
}

setup
run_tests
