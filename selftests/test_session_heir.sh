#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A new session that takes the place of one without an owner: it has the other's
# addresses at once, before it says anything, as far as its own policy lets it,
# and the other is gone.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- new  (session, made by each test)
#   k                                         another hub

TESTS="
	of_nobody
	of_one_that_lives
	of_another_hub
	of_itself_later
	addresses_at_once
	lease_comes_along
	without_a_lease
	only_within_limits
	static_addresses_stay_behind
	cascade_to_the_same_hub
	hub_without_room
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

setup_topology() {
	policy_topology && pt c link add k && pt c link up k &&
		session far c k && pt socket e "${NS[hub]}" && pt e join port
}

before_each() {
	# The number of the session that is gone is free again.
	pt c port-del dev=h port.name=new
	pt c port-get dev=h port.name=user || session user c h
	forget_all
}

user_sends() {
	passes user peer arp spa=$A && passes user peer udp6 sip=$C
}

# heir [WORD...]: of the user, whose line breaks
heir() {
	pt c port-set port.session.id=${SID[user]} port.session.grace=60000 &&
		pt c port-detach port.session.id=${SID[user]} &&
		session new c h port.session.heir-of=${SID[user]} "$@" &&
		MAC[new]=${MAC[user]}
}

user_is_gone() {
	refused ENOENT port.session.id "no session port with this id" c \
		port-get port.session.id=${SID[user]}
}

test_of_nobody() {
	refused ENOENT port.session.heir-of "no session port with this id" c \
		port-new dev=h port.session.heir-of=999999 &&
		refused ERANGE port.session.heir-of "" c port-new dev=h \
			port.session.heir-of=0
}

test_of_one_that_lives() {
	user_sends && refused EBUSY port.session.heir-of \
		"session port has an owner, detach it first" c port-new dev=h \
		port.session.heir-of=${SID[user]} && has_ip $A "$(behind user)"
}

test_of_another_hub() {
	refused EINVAL port.session.heir-of \
		"session port is one of another hub" c port-new dev=h \
		port.session.heir-of=${SID[far]} &&
		pt c port-get port.session.id=${SID[far]}
}

test_of_itself_later() {
	refused EINVAL port.session.heir-of "" c port-set \
		port.session.id=${SID[peer]} \
		port.session.heir-of=${SID[user]}
}

test_addresses_at_once() {
	user_sends && heir && has_ip $A "$(behind new)" \
		mac=${MAC[user]} && has_ip $C "$(behind new)" &&
		pt c fdb-get dev=h fdb.mac=${MAC[user]} &&
		want fdb.port=${SNUM[new]} && pt c port-get dev=h \
			port.number=${SNUM[new]} &&
		want port.fdb-count=1 port.ip-count=2 && user_is_gone &&
		pt e event port.session.id=${SID[user]} port.del-reason=replaced &&
		passes peer new dst=${MAC[user]}
}

test_lease_comes_along() {
	policy user dhcp-force && lease $LEASED &&
		policy_words dhcp-force && heir "${PWORDS[@]}" &&
		has_ip $LEASED "$(behind new)" source=dhcp &&
		passes new peer udp4 sip=$LEASED &&
		passes new peer arp spa=$LEASED &&
		drops no-lease new peer udp4 sip=$OTHER
}

# What is known of an address is not enough where it has to be leased.
test_without_a_lease() {
	user_sends && policy_words dhcp-force && heir "${PWORDS[@]}" &&
		no_ip $A &&
		has_ip $C "$(behind new)" &&
		drops no-lease new peer udp4 sip=$A
}

test_only_within_limits() {
	user_sends && passes user peer arp src=02:00:00:00:00:e1 spa=$B &&
		policy_words max-ip=1 &&
		heir port.fdb-max=1 "${PWORDS[@]}" &&
		pt c port-get dev=h port.number=${SNUM[new]} &&
		want port.fdb-count=1 port.ip-count=2 && user_is_gone
}

test_static_addresses_stay_behind() {
	pt c fdb-new dev=h fdb.mac=02:00:00:00:00:e2 \
		fdb.port=${SNUM[user]} && user_sends && heir &&
		refused ENOENT fdb.mac "" c fdb-get dev=h \
			fdb.mac=02:00:00:00:00:e2 &&
		pt c fdb-get dev=h fdb.mac=${MAC[user]}
}

test_cascade_to_the_same_hub() {
	pt c port-del dev=h port.name=user &&
		session user c h port.session.peer-hub=77 &&
		refused ELOOP "" "" c port-new dev=h port.session.peer-hub=77 &&
		heir port.session.peer-hub=77 && user_is_gone &&
		pt c port-get dev=h port.number=${SNUM[new]} &&
		want port.session.peer-hub=77 && pt c port-del dev=h port.name=new
}

# The two have one place.
test_hub_without_room() {
	local old

	pt c link add m port-max=1 && pt c link up m &&
		session one c m port.session.grace=60000 || return 1
	old=$ID
	refused ENOSPC "" "" c port-new dev=m &&
		pt c port-detach port.session.id=$old &&
		session two c m port.session.heir-of=$old &&
		refused ENOSPC "" "" c port-new dev=m && pt c link del m
}

setup
run_tests
