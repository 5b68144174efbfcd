#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hubs and network namespaces: an unnumbered hub moves with its sessions, which
# go on; a numbered one stays; devices stay behind. A namespace that is deleted
# takes its hubs with it, whatever runs through them.
#
#   namespace hub                                     namespace far
#   h --- p1 === h1 (namespace net)                   k
#     \-- up (socket c)  ~ ~ ~ ~ line ~ ~ ~ ~ ~ ~ ~ ~ down (socket c)

TESTS="
	unnumbered_hub_moves_with_a_live_session
	numbered_hub_stays
	devices_stay_behind
	numbers_are_of_one_namespace
	hubs_are_seen_in_their_namespace_alone
	session_is_known_where_it_was_made_and_where_its_hub_is
	owner_stays_in_its_namespace
	namespace_deleted_under_load
	namespace_of_a_device_deleted_under_load
	namespaces_come_and_go
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 && make_netns other &&
		pt socket o "${NS[other]}" &&
		pt frame f src=02:00:00:00:00:05 len=100
}

test_unnumbered_hub_moves_with_a_live_session() {
	pt c join hub && pt o join hub && pt c link add d &&
		pt c link up d && session s c d port.session.grace=60000 &&
		pt c xfer $ID data:f && pt c link netns d "${NS[other]}" &&
		pt c event hub-del-ntf hub.ifname=d &&
		pt o event hub-ntf hub.ifname=d &&
		pt o hub-get dev=d && want hub.port-count=1 &&
		pt o link up d && wait_up o d || return 1
	ft host moved "${NS[other]}" d && ft mute moved on &&
		pt c xfer $ID data:f && FRAME="src=02:00:00:00:00:05 len=100" &&
		expect_frames moved 1 && frame_send moved len=200 &&
		expect_session c $ID 1 &&
		pt c port-get port.session.id=$ID &&
		want port.session.rx-count=208 port.session.attaches=1 \
		port.state=up && pt c events && pt o events &&
		pt o link netns d "${NS[hub]}" && pt c hub-get dev=d &&
		ft leave moved && pt c link del d
}

test_numbered_hub_stays() {
	pt c link add d vlan=12 && ! pt c link netns d "${NS[other]}" &&
		pt c hub-get vlan=12 && pt c link set d vlan=0 &&
		pt c link netns d "${NS[other]}" && pt o link set d vlan=12 &&
		! pt o link netns d "${NS[hub]}" && pt o link del d
}

test_devices_stay_behind() {
	ip -n "${NS[hub]}" link add x0 type veth peer name x1 &&
		pt c link add d && pt c link master x0 d && pt c join port &&
		pt c link netns d "${NS[other]}" &&
		pt c event port-del-ntf port.name=x0 &&
		pt c link get x0 && want promiscuity=0 &&
		pt o hub-get dev=d && want hub.port-count=0 &&
		pt o link del d && pt c link del x0
}

test_numbers_are_of_one_namespace() {
	pt c link add d vlan=12 && pt o link add e vlan=12 &&
		pt c hub-get vlan=12 && want hub.ifname=d &&
		pt o hub-get vlan=12 && want hub.ifname=e &&
		pt o link del e && pt c hub-get vlan=12 && pt c link del d
}

test_hubs_are_seen_in_their_namespace_alone() {
	pt o dump hub-get && want messages=0 && pt c hub-get dev=h &&
		field ifindex && refused ENODEV ifindex "" \
		o hub-get ifindex=$((VAL + 1000)) && pt o dump port-get &&
		want messages=0 && pt o dump fdb-get && want messages=0
}

# A card of a client is made in one namespace and used in another one.
test_session_is_known_where_it_was_made_and_where_its_hub_is() {
	pt c link add d && session s c d port.session.grace=60000 &&
		pt c link netns d "${NS[other]}" &&
		pt o port-get port.session.id=$ID &&
		pt c port-get port.session.id=$ID && refused ENOENT \
		port.session.id "" n port-get port.session.id=$ID &&
		pt c port-detach port.session.id=$ID &&
		pt c port-attach port.session.id=$ID &&
		pt o port-del port.session.id=$ID && pt o link del d
}

# Sockets there may have the same port id as the owner.
test_owner_stays_in_its_namespace() {
	pt socket x "${NS[hub]}" && session s x h &&
		pt x xfer $ID data:f && pt socket y "${NS[other]}" &&
		refused EPERM "" "session port belongs to another socket" \
			y xfer $ID data:f && pt close y &&
		pt c port-get port.session.id=$ID && want port.state=up &&
		pt close x
}

# Frames from h1 without end, from a process of its own; ARP requests among
# them, so that the host that is asked sends frames too.
load() {
	{
		echo "host h1 ${NS[net]} h1"
		while echo "burst h1 300 len=200" && echo "send h1 x50 arp"; do
			:
		done
	} | "$KSFT_DIR/frametool" >/dev/null 2>&1 &
	PIDS+=($!)
}

unload() {
	kill "${PIDS[@]}"
	PIDS=()
	busywait 10000 ft fence
}

# No socket holds the far namespace, so that it goes when it is deleted.
start_line() {
	make_netns far && pt c link add k && session down c k && DOWN=$ID &&
		session up c h port.session.grace=1000 && UP=$ID &&
		pt c join $UP c $DOWN && pt c link netns k "${NS[far]}" &&
		ip -n "${NS[far]}" link set k up &&
		ip -n "${NS[far]}" addr add 192.0.2.2/24 dev k
}

flows() {
	pt c port-get port.session.id=$UP && field port.session.tx-sent &&
		[ "$VAL" -gt 100000 ] && field port.session.rx-count &&
		[ "$VAL" -gt 1000 ]
}

is_gone() {
	refused ENOENT port.session.id "" c port-get port.session.id=$DOWN
}

# What is left works on.
test_namespace_deleted_under_load() {
	local _

	for _ in 1 2; do
		start_line && load && busywait 20000 flows && del_netns far &&
			busywait 20000 is_gone && pt c part $UP && unload &&
			pt c port-del port.session.id=$UP || return 1
	done
	session s c h && frame_send h1 && expect_session c $ID 1 &&
		pt c port-del port.session.id=$ID
}

received() {
	counter h 2 tx-frames && [ "$VAL" -gt 2000 ] &&
		counter h 2 rx-frames && [ "$VAL" -gt 50 ]
}

is_no_port() {
	refused ENOENT port.name "" c port-get dev=h port.name="$1"
}

test_namespace_of_a_device_deleted_under_load() {
	make_netns gone && ip -n "${NS[hub]}" link add name x0 type veth \
		peer name x1 netns "${NS[gone]}" && pt c link up x0 &&
		ip -n "${NS[gone]}" link set x1 up &&
		ip -n "${NS[gone]}" addr add 192.0.2.2/24 dev x1 &&
		pt c link master x0 h && wait_up c x0 && load &&
		busywait 20000 received && del_netns gone &&
		busywait 20000 is_no_port x0 && unload
}

test_namespaces_come_and_go() {
	local _

	for _ in 1 2 3 4 5; do
		make_netns brief && pt socket b "${NS[brief]}" &&
			pt b link add d vlan=12 && pt b link up d &&
			session s b d port.session.grace=60000 &&
			pt b xfer $ID data:f:100 && del_netns brief &&
			pt close b || return 1
	done
	pt o dump hub-get && want messages=0
}

setup
run_tests
