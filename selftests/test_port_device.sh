#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network devices as ports of a hub: which ones can be, which are refused and
# why, what is theirs while they are, and how they leave: released, deleted,
# moved to another namespace, or with their lower device going down.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1
#     \-- p2 ================== h2

TESTS="
	attached_port
	names_and_settings_belong_to_the_device
	release
	release_by_its_number
	change_of_hub
	loopback_is_refused
	device_without_ethernet_is_refused
	hub_in_a_hub_is_refused
	device_on_top_of_the_hub_is_refused
	device_with_a_receive_handler_is_refused
	device_that_takes_no_receive_handler_is_refused
	limit_of_ports
	attached_again_and_again
	bridge_as_a_port
	tap_as_a_port
	lower_device_goes_down
	lower_device_loses_its_carrier
	renamed_device
	deleted_device
	device_leaves_the_namespace
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 h2 && ft fence &&
		pt socket w "${NS[hub]}" && pt w join port
}

before_each() {
	pt w events
}

ip_hub() {
	ip -n "${NS[hub]}" "$@"
}

is_no_port() {
	refused ENOENT port.name "no port with this number or name" \
		c port-get dev=h port.name="$1"
}

test_attached_port() {
	pt c link get ph1 && field ifindex && want promiscuity=1 || return 1
	local ifindex=$VAL
	pt c port-get dev=h port.name=ph1 && want port.number=1 \
		port.kind=device port.state=up port.fdb-max=0 \
		port.lower-ifindex=$ifindex && ! want port.session.id=0 &&
		pt c hub-get dev=h && want hub.port-count=2 &&
		ip_hub -d link show ph1 | grep "master h"
}

test_names_and_settings_belong_to_the_device() {
	refused EOPNOTSUPP port.name \
		"port has the name of its device, rename that" \
		c port-set dev=h port.number=1 port.name=x &&
		refused EOPNOTSUPP port.session "port is not a session port" \
		c port-set dev=h port.number=1 port.session.grace=1 &&
		pt c port-set dev=h port.number=1 port.fdb-max=77 &&
		pt c port-get dev=h port.number=1 && want port.fdb-max=77 &&
		pt c port-set dev=h port.number=1 port.fdb-max=0
}

test_release() {
	pt c link master ph2 - && is_no_port ph2 &&
		pt w event port-del-ntf port.name=ph2 \
			port.del-reason=requested && pt c link get ph2 &&
		want promiscuity=0 && frame_send h1 && ft list h2 &&
		want count=0 && pt c link master ph2 h && wait_up c ph2 &&
		busywait 5000 ft fence && frame_send h1 && expect_frames h2 1
}

test_release_by_its_number() {
	pt c port-del dev=h port.number=2 && is_no_port ph2 &&
		pt w event port-del-ntf port.name=ph2 \
			port.del-reason=requested &&
		pt c link get ph2 && want promiscuity=0 &&
		pt c link master ph2 h && busywait 5000 ft fence
}

test_change_of_hub() {
	pt c link add d && pt c link up d && pt c link master ph2 d &&
		is_no_port ph2 && pt c port-get dev=d port.name=ph2 &&
		want port.number=1 && pt c link master ph2 h &&
		pt c hub-get dev=d && want hub.port-count=0 &&
		pt c link del d && busywait 5000 ft fence
}

test_loopback_is_refused() {
	refused EINVAL "" "only an Ethernet device can be a port of a hub" \
		c link master lo h
}

test_device_without_ethernet_is_refused() {
	modprobe -q tun
	ip_hub tuntap add dev tun0 mode tun || skip "no tun" || return
	refused EINVAL "" "only an Ethernet device can be a port of a hub" \
		c link master tun0 h && pt c link del tun0
}

test_hub_in_a_hub_is_refused() {
	pt c link add d && refused ELOOP "" \
		"a hub cannot be a port of a hub, that could loop; use a veth pair" \
		c link master d h && refused ELOOP "" "" c link master h h &&
		pt c link del d
}

test_device_on_top_of_the_hub_is_refused() {
	ip_hub link add link h name h.5 type vlan id 5 || skip "no VLAN devices" ||
		return
	refused ELOOP "" "device is on top of this hub, that would loop" \
		c link master h.5 h && pt c link del h.5
}

test_device_with_a_receive_handler_is_refused() {
	ip_hub link add x0 type veth peer name x1 || return 1
	ip_hub link add link x0 name m0 type macvlan || {
		ip_hub link del x0
		skip "no macvlan"
		return
	}
	refused EBUSY "" \
		"device belongs to another master or has a receive handler" \
		c link master x0 h && pt c link del m0 &&
		pt c link master x0 h && pt c link del x0
}

# Whichever reason is given.
test_device_that_takes_no_receive_handler_is_refused() {
	ip_hub link add x0 type veth peer name x1 || return 1
	ip_hub link add link x0 name v0 type ipvlan mode l2 || {
		ip_hub link del x0
		skip "no ipvlan"
		return
	}
	! pt c link master v0 h && [ -n "${LAST##*text=}" ]
	local status=$?
	ip_hub link del x0
	return $status
}

test_limit_of_ports() {
	ip_hub link add x0 type veth peer name x1 &&
		pt c link set h port-max=2 && refused ENOSPC "" \
		"hub has as many ports as its port-max allows" \
		c link master x0 h && pt c link get x0 && want promiscuity=0 &&
		pt c link set h port-max=3 && pt c link master x0 h &&
		pt c port-get dev=h port.name=x0 && want port.number=3 &&
		pt c link set h port-max=16384 && pt c link del x0
}

test_attached_again_and_again() {
	local i

	ip_hub link add x0 type veth peer name x1 || return 1
	for ((i = 0; i < 20; i++)); do
		pt c link master x0 h && pt c link master x0 - || return 1
	done
	pt c link get x0 && want promiscuity=0 && pt c hub-get dev=h &&
		want hub.port-count=2 && pt c link del x0
}

# Frames from a host behind a bridge behind a port.
test_bridge_as_a_port() {
	ip_hub link add b0 type bridge forward_delay 0 || skip "no bridge" ||
		return
	pt c link master ph2 b0 && pt c link up b0 && pt c link master b0 h &&
		wait_up c b0 && busywait 5000 ft fence && frame_send h2 len=200 &&
		expect_frames h1 1 && frame_send h1 len=300 &&
		expect_frames h2 1 && pt c link del b0 &&
		pt c link master ph2 h && wait_up c ph2 &&
		busywait 5000 ft fence
}

test_tap_as_a_port() {
	modprobe -q tun
	ip_hub tuntap add dev tap0 mode tap || skip "no tap" || return
	pt c link up tap0 && pt c link master tap0 h &&
		pt c port-get dev=h port.name=tap0 && want port.kind=device \
		port.state=down && pt c link del tap0 && is_no_port tap0
}

port_is() {
	pt c port-get dev=h port.name=$1 && want port.state=$2
}

# What was learned behind it is forgotten, what was bound to it is not.
test_lower_device_goes_down() {
	frame_send h2 src=02:00:00:00:00:b1 && ft fence &&
		pt c fdb-new dev=h fdb.mac=02:00:00:00:00:b2 fdb.port=2 &&
		pt c link down ph2 && port_is ph2 down &&
		pt w event port-ntf port.name=ph2 port.state=down &&
		refused ENOENT fdb.mac "" c fdb-get dev=h \
			fdb.mac=02:00:00:00:00:b1 &&
		pt c fdb-get dev=h fdb.mac=02:00:00:00:00:b2 &&
		pt c link up ph2 && busywait 5000 port_is ph2 up &&
		pt w event port-ntf port.name=ph2 port.state=up &&
		wait_up c ph2 && busywait 5000 ft fence &&
		pt c fdb-flush dev=h fdb.kind=static
}

test_lower_device_loses_its_carrier() {
	pt n link down h2 && busywait 5000 port_is ph2 down &&
		pt w event port-ntf port.name=ph2 port.state=down &&
		pt n link up h2 && busywait 5000 port_is ph2 up &&
		pt w event port-ntf port.name=ph2 port.state=up &&
		wait_up n h2 && busywait 5000 ft fence
}

test_renamed_device() {
	pt c link down ph2 && pt c link set ph2 name=other &&
		pt w event port-ntf port.name=other &&
		pt c port-get dev=h port.name=other && want port.number=2 &&
		pt c link set other name=ph2 && pt c link up ph2 &&
		wait_up c ph2 && busywait 5000 ft fence
}

test_deleted_device() {
	ip_hub link add x0 type veth peer name x1 && pt c link master x0 h &&
		pt c link del x0 && is_no_port x0 &&
		pt w event port-del-ntf port.name=x0 port.del-reason=device &&
		pt c hub-get dev=h && want hub.port-count=2
}

test_device_leaves_the_namespace() {
	ip_hub link add x0 type veth peer name x1 && pt c link master x0 h &&
		pt c link netns x0 "${NS[net]}" && is_no_port x0 &&
		pt w event port-del-ntf port.name=x0 port.del-reason=device &&
		pt n link get x0 && want promiscuity=0 && pt n link del x0
}

setup
run_tests
