#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Who may do what: everybody sees hubs and ports; changing anything, MAC
# addresses and cookies need CAP_NET_ADMIN in the user namespace of the network
# namespace, where that of a container's root counts, and elsewhere not.
#
#   namespace hub: h (number 12), owned by socket c: session s

TESTS="
	everybody_may_look
	nobody_may_change_without_capability
	addresses_and_cookies_are_private
	cookies_are_not_in_notifications
	capability_in_the_own_namespace
	capability_elsewhere_does_not_count
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

NOBODY="setpriv --reuid=65534 --regid=65534 --clear-groups"

setup_topology() {
	start_tools && make_hub h vlan=12 &&
		session s c h port.session.cookie=736563 && S=$ID &&
		tool_start nobody ip netns exec "${NS[hub]}" $NOBODY \
		--inh-caps=-all --bounding-set=-all "$KSFT_DIR/porttool" &&
		tool nobody socket x
}

nobody() {
	tool nobody x "$@"
}

nobody_is_refused() {
	! nobody "$@" && [ "${LAST#err EPERM }" != "$LAST" ]
}

test_everybody_may_look() {
	nobody hub-get vlan=12 && nobody dump hub-get &&
		nobody port-get vlan=12 port.name=s && nobody dump port-get &&
		want port.name=s && nobody join hub && nobody join port
}

test_nobody_may_change_without_capability() {
	local mac=02:00:00:00:00:01

	nobody_is_refused port-new vlan=12 &&
		nobody_is_refused port-set vlan=12 port.number=1 port.fdb-max=1 &&
		nobody_is_refused port-del vlan=12 port.number=1 &&
		nobody_is_refused port-attach port.session.id=$S &&
		nobody_is_refused port-detach port.session.id=$S &&
		nobody_is_refused fdb-new vlan=12 fdb.mac=$mac fdb.port=1 &&
		nobody_is_refused fdb-del vlan=12 fdb.mac=$mac &&
		nobody_is_refused fdb-flush vlan=12 &&
		nobody_is_refused xfer port-id=$S credit=64500 &&
		nobody_is_refused link add d &&
		nobody_is_refused link set h ageing=5
}

test_addresses_and_cookies_are_private() {
	nobody_is_refused fdb-get vlan=12 fdb.mac=02:00:00:00:00:01 &&
		nobody_is_refused dump fdb-get && nobody_is_refused join fdb &&
		nobody_is_refused join packet &&
		pt c dump port-get && want port.session.cookie=736563 &&
		nobody dump port-get && ! want port.session.cookie=736563 &&
		nobody port-get port.session.id=$S && want port.name=s &&
		! want port.session.cookie=736563
}

test_cookies_are_not_in_notifications() {
	nobody join port && pt c port-set port.session.id=$S port.fdb-max=5 &&
		nobody event port-ntf port.fdb-max=5 &&
		! want port.session.cookie=736563
}

# Root of a user namespace has hubs in a network namespace of its own.
test_capability_in_the_own_namespace() {
	$NOBODY unshare -Un --map-root-user true 2>/dev/null ||
		skip "no user namespaces" || return
	tool_start user $NOBODY unshare -Un --map-root-user \
		"$KSFT_DIR/porttool"
	tool user socket x && tool user x link add h vlan=12 &&
		tool user x link up h && tool user x port-new vlan=12 \
		port.session.cookie=0102 && want port.session.cookie=0102 &&
		field port.session.id && tool user x dump fdb-get &&
		want messages=1 && tool user x join fdb &&
		tool user x xfer "$VAL" credit=16400 &&
		refused ENOENT port.session.id "no session port with this id" \
			c port-get port.session.id=$VAL &&
		tool user x link del h
	local status=$?
	tool_stop user
	return $status
}

# A capability in a user namespace does not count where that does not rule.
test_capability_elsewhere_does_not_count() {
	unshare -U --map-root-user true 2>/dev/null ||
		skip "no user namespaces" || return
	tool_start user ip netns exec "${NS[hub]}" unshare -U --map-root-user \
		"$KSFT_DIR/porttool"
	tool user socket x && tool user x hub-get vlan=12 &&
		! tool user x port-new vlan=12 &&
		[ "${LAST#err EPERM }" != "$LAST" ] &&
		tool user x port-get port.session.id=$S &&
		! want port.session.cookie=736563
	local status=$?
	tool_stop user
	return $status
}

setup
run_tests
