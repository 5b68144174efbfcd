#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Notifications: each change of a hub, a port and the MAC table is told once to
# those who joined the group, in the hub's namespace, with what the get request
# shows; nothing is told when nothing changes.
#
#   namespace hub: h --- p1 === h1 :namespace net
#   sockets wh, wp and wf have joined the groups hub, port and fdb

TESTS="
	hub_is_made_and_deleted
	hub_goes_up_and_down
	hub_is_changed
	hub_is_renamed
	carrier_of_a_hub
	session_port_is_made_and_deleted
	settings_of_a_port
	session_is_detached_and_attached
	owner_of_a_session_closes
	grace_time_ends
	ports_go_with_their_hub
	device_port
	address_is_learned_and_moves
	static_address
	learned_address_becomes_static
	address_ages
	addresses_are_flushed
	addresses_go_with_their_port
	own_address
	other_namespaces_hear_nothing
	listener_that_sleeps_is_told
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

A=02:00:00:00:00:a1

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 && ft fence &&
		pt socket wh "${NS[hub]}" && pt wh join hub &&
		pt socket wp "${NS[hub]}" && pt wp join port &&
		pt socket wf "${NS[hub]}" && pt wf join fdb &&
		pt frame f src=$A
}

before_each() {
	pt c port-del dev=h port.name=s
	pt c fdb-flush dev=h
	pt wh events
	pt wp events
	pt wf events
}

# silent SOCKET...: nothing was told but what was waited for
silent() {
	local sock

	for sock; do
		pt $sock events && want events=0 || return 1
	done
}

test_hub_is_made_and_deleted() {
	pt c link add d vlan=99 && pt wh event hub-ntf hub.ifname=d vlan=99 \
		hub.up=0 hub.ageing=300 && pt c link del d &&
		pt wh event hub-del-ntf hub.ifname=d && silent wh wp
}

test_hub_goes_up_and_down() {
	pt c link add d && pt wh event hub-ntf hub.ifname=d && pt c link up d &&
		pt wh event hub-ntf hub.ifname=d hub.up=1 &&
		pt c link down d && pt wh event hub-ntf hub.ifname=d hub.up=0 &&
		pt c link del d && pt wh event hub-del-ntf && silent wh
}

test_hub_is_changed() {
	pt c link set h ageing=77 fdb-max=1000 && pt wh event hub-ntf \
		hub.ifname=h hub.ageing=77 hub.fdb-max=1000 && silent wh &&
		pt c link set h ageing=300 fdb-max=65536 &&
		pt wh event hub-ntf hub.ageing=300 && silent wh
}

test_hub_is_renamed() {
	pt c link add d && pt wh event hub-ntf && pt c link set d name=e &&
		pt wh event hub-ntf hub.ifname=e && pt c link del e &&
		pt wh event hub-del-ntf hub.ifname=e && silent wh
}

test_carrier_of_a_hub() {
	pt c link add d && pt wh event hub-ntf hub.carrier=0 &&
		session s c d && pt wh event hub-ntf hub.ifname=d \
		hub.carrier=1 hub.port-count=1 && pt c port-del \
		port.session.id=$ID && pt wh event hub-ntf hub.carrier=0 &&
		pt c link del d && pt wh event hub-del-ntf && silent wh
}

test_session_port_is_made_and_deleted() {
	session s c h port.fdb-max=4 && pt wp event port-ntf port.name=s \
		port.kind=session port.state=up port.fdb-max=4 \
		port.session.id=$ID && silent wp &&
		pt c port-del port.session.id=$ID && pt wp event port-del-ntf \
		port.name=s port.del-reason=requested && silent wp
}

test_settings_of_a_port() {
	session s c h && pt wp event port-ntf port.name=s &&
		pt c port-set port.session.id=$ID port.session.grace=5000 \
		port.fdb-max=6 port.name=t && pt wp event port-ntf \
		port.name=t port.fdb-max=6 port.session.grace=5000 &&
		pt c port-set dev=h port.number=1 port.fdb-max=7 &&
		pt wp event port-ntf port.name=ph1 port.fdb-max=7 &&
		! pt c port-set dev=h port.number=1 port.name=x && silent wp &&
		pt c port-set dev=h port.number=1 port.fdb-max=0 &&
		pt c port-del port.session.id=$ID
}

test_session_is_detached_and_attached() {
	session s c h port.session.grace=60000 && pt wp event port-ntf &&
		pt c port-detach port.session.id=$ID && pt wp event port-ntf \
		port.name=s port.state=detached &&
		pt c port-attach port.session.id=$ID && pt wp event port-ntf \
		port.name=s port.state=up port.session.attaches=2 && silent wp
}

test_owner_of_a_session_closes() {
	pt socket o "${NS[hub]}" && session s o h port.session.grace=60000 &&
		pt wp event port-ntf && pt close o &&
		pt wp event port-ntf port.name=s port.state=detached && silent wp
}

test_grace_time_ends() {
	session s c h port.session.grace=100 && pt wp event port-ntf &&
		pt c port-detach port.session.id=$ID &&
		pt wp event port-ntf port.state=detached &&
		pt wp event port-del-ntf port.name=s port.del-reason=grace &&
		silent wp
}

test_ports_go_with_their_hub() {
	pt c link add d && session s c d &&
		pt c link master ph1 d && pt wp event port-ntf port.name=ph1 &&
		pt c link del d &&
		pt wp event port-del-ntf port.name=s port.del-reason=hub &&
		pt c link master ph1 h && pt wp event port-ntf port.name=ph1 &&
		wait_up c ph1 && busywait 5000 fenced
}

# There is one host, whose fence nobody has to receive.
fenced() {
	ft fence && pt c port-get dev=h port.number=1 && want port.state=up
}

test_device_port() {
	pt c link master ph1 - && pt wp event port-del-ntf port.name=ph1 \
		port.del-reason=requested && silent wp &&
		pt c link master ph1 h && pt wp event port-ntf port.name=ph1 \
		port.kind=device port.state=up port.number=1 && wait_up c ph1
}

test_address_is_learned_and_moves() {
	session s c h && pt c xfer $ID data:f && pt wf event fdb-ntf \
		fdb.mac=$A fdb.port=$NUM fdb.kind=learned && silent wf &&
		pt c xfer $ID data:f && silent wf && ft send h1 src=$A &&
		pt wf event fdb-ntf fdb.mac=$A fdb.port=1 && silent wf
}

test_static_address() {
	pt c fdb-new dev=h fdb.mac=$A fdb.port=1 && pt wf event fdb-ntf \
		fdb.mac=$A fdb.port=1 fdb.kind=static && silent wf &&
		! pt c fdb-new dev=h fdb.mac=$A fdb.port=1 && silent wf &&
		pt c fdb-del dev=h fdb.mac=$A && pt wf event fdb-del-ntf \
		fdb.mac=$A fdb.port=1 fdb.kind=static && silent wf
}

# One step: it is not gone in between.
test_learned_address_becomes_static() {
	session s c h && pt c xfer $ID data:f && pt wf event fdb-ntf \
		fdb.mac=$A fdb.port=$NUM fdb.kind=learned &&
		silent wf && pt c fdb-new dev=h fdb.mac=$A fdb.port=1 &&
		pt wf events && ! want fdb-del-ntf &&
		want fdb-ntf fdb.mac=$A fdb.port=1 fdb.kind=static &&
		pt c fdb-del dev=h fdb.mac=$A && pt wf event fdb-del-ntf \
		fdb.mac=$A fdb.port=1 fdb.kind=static && silent wf
}

test_address_ages() {
	pt c link set h ageing=1 && ft send h1 src=$A && pt wf event fdb-ntf \
		fdb.mac=$A && pt wf event fdb-del-ntf fdb.mac=$A fdb.port=1 \
		fdb.kind=learned && pt c link set h ageing=300
}

test_addresses_are_flushed() {
	session s c h && pt c xfer $ID burst:f:20 &&
		pt wf events >/dev/null && want events=20 &&
		pt c fdb-flush dev=h && pt wf events >/dev/null &&
		want events=20 && equal "$(grep -c ^fdb-del-ntf <<<"$OUT")" 20
}

test_addresses_go_with_their_port() {
	session s c h && pt c xfer $ID data:f &&
		pt wf event fdb-ntf fdb.mac=$A &&
		pt c port-del port.session.id=$ID &&
		pt wf event fdb-del-ntf fdb.mac=$A fdb.port=$NUM && silent wf
}

test_own_address() {
	pt c link set h address=02:00:00:00:00:fe && pt wf event fdb-ntf \
		fdb.mac=02:00:00:00:00:fe fdb.port=0 fdb.kind=local &&
		pt wh event hub-ntf hub.mac=02:00:00:00:00:fe &&
		pt c link add d && pt wf event fdb-ntf fdb.kind=local &&
		pt c link del d && pt wf event fdb-del-ntf fdb.kind=local
}

test_other_namespaces_hear_nothing() {
	pt n join hub && pt n join port && pt n join fdb &&
		pt c link add d && session s c d && pt c xfer $ID data:f &&
		pt c link del d && pt wh event hub-del-ntf && silent n
}

# What does not fit into its buffer shows as an overrun, not as silence.
test_listener_that_sleeps_is_told() {
	local i

	session s c h && pt c link set h fdb-max=4000000000 &&
		pt wf sleep on || return 1
	for ((i = 0; i < 40; i++)); do
		pt c xfer $ID burst:f:800 && pt c fdb-flush dev=h || return 1
	done
	pt wf sleep off && pt wf events >/dev/null &&
		grep -q '^# overrun' <<<"$OUT" && pt c xfer $ID data:f &&
		pt wf event fdb-ntf fdb.mac=$A
}

setup
run_tests
