#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The life of a hub as a link of the kind "sehub": it is made with its settings
# or refused with a reason, shows what was set, changes as a whole or not at
# all, has a carrier while another port is live, and takes its ports with it.
#
#   namespace hub:  h (the hub) --- ph1 ======== h1  :namespace net

TESTS="
	defaults
	all_settings
	attributes_out_of_bounds_are_refused
	attributes_of_wrong_length_are_refused
	counts_are_read_only
	group_address_is_refused
	number_is_unique_in_a_namespace
	number_can_be_changed_and_taken_away
	change_is_all_or_nothing
	mtu_has_bounds
	carrier_follows_the_ports
	rename
	statistics_of_the_device
	offloads_and_driver
	deletion_releases_devices
	deletion_deletes_sessions
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1
}

test_defaults() {
	pt c link add d && pt c link get d && want linkinfo.kind=sehub \
		linkinfo.data.vlan=0 linkinfo.data.ageing=300 \
		linkinfo.data.fdb-max=65536 linkinfo.data.port-max=16384 \
		linkinfo.data.fdb-count=0 linkinfo.data.port-count=0 \
		mtu=1500 up=0 &&
		pt c hub-get dev=d && want vlan=0 hub.ifname=d hub.up=0 \
		hub.carrier=0 hub.ageing=300 hub.fdb-max=65536 \
		hub.fdb-count=0 hub.port-max=16384 hub.port-count=0 \
		hub.not-learned=0 hub.moves=0 hub.rx-frames=0 hub.tx-frames=0 &&
		pt c link del d && refused ENODEV "" "no device d" c link get d
}

test_all_settings() {
	pt c link add d vlan=4094 ageing=1000000 fdb-max=4294967295 \
		port-max=65535 address=02:00:00:00:00:aa mtu=9000 &&
		pt c link get d && want linkinfo.data.vlan=4094 mtu=9000 \
		linkinfo.data.ageing=1000000 address=02:00:00:00:00:aa \
		linkinfo.data.fdb-max=4294967295 \
		linkinfo.data.port-max=65535 &&
		pt c hub-get vlan=4094 && want hub.ifname=d vlan=4094 \
		hub.mac=02:00:00:00:00:aa hub.ageing=1000000 &&
		pt c link set d ageing=1 fdb-max=1 port-max=1 &&
		pt c link get d && want linkinfo.data.ageing=1 \
		linkinfo.data.fdb-max=1 linkinfo.data.port-max=1 \
		linkinfo.data.vlan=4094 &&
		pt c link del d
}

test_attributes_out_of_bounds_are_refused() {
	local word

	for word in vlan=4095 vlan=65535 ageing=0 ageing=1000001 fdb-max=0 \
		port-max=0 port-max=65536; do
		refused ERANGE "linkinfo.data.${word%=*}" \
			"integer out of range" c link add d "$word" ||
			return 1
		refused ERANGE "linkinfo.data.${word%=*}" \
			"integer out of range" c link set h "$word" ||
			return 1
	done
	refused ENODEV "" "no device d" c link get d
}

test_attributes_of_wrong_length_are_refused() {
	local word

	for word in vlan:u8 vlan:u32 ageing:u16 ageing:u64 fdb-max:u16 \
		port-max:u16 port-max:u64; do
		refused EINVAL "linkinfo.data.${word%:*}" \
			"invalid attribute length" c link add d "$word=7" ||
			return 1
	done
}

test_counts_are_read_only() {
	refused EINVAL linkinfo.data.fdb-count "" c link add d fdb-count=1 &&
		refused EINVAL linkinfo.data.port-count "" \
			c link set h port-count=1
}

test_group_address_is_refused() {
	local text="hub address must be a unicast MAC address"

	refused EADDRNOTAVAIL address "$text" c link add d \
		address=03:00:00:00:00:01 &&
		refused EADDRNOTAVAIL address "$text" c link add d \
			address=00:00:00:00:00:00 &&
		refused EADDRNOTAVAIL address "$text" c link add d \
			address:hex=0200000001
}

test_number_is_unique_in_a_namespace() {
	local text="another hub of this network namespace has this vlan number"

	pt c link add d vlan=77 &&
		refused EEXIST "" "$text" c link add e vlan=77 &&
		refused EEXIST "" "$text" c link set h vlan=77 &&
		pt n link add e vlan=77 && pt n link del e &&
		pt c link del d && pt c link add e vlan=77 && pt c link del e
}

test_number_can_be_changed_and_taken_away() {
	pt c link add d vlan=77 && pt c link set d vlan=78 &&
		refused ENODEV vlan "no hub with this vlan number" \
			c hub-get vlan=77 &&
		pt c hub-get vlan=78 && pt c link set d vlan=78 &&
		pt c link set d vlan=0 &&
		refused ENODEV vlan "no hub with this vlan number" \
			c hub-get vlan=78 &&
		pt c hub-get dev=d && want vlan=0 && pt c link del d
}

test_change_is_all_or_nothing() {
	pt c link add d vlan=77 && pt c link add e vlan=78 ageing=60 &&
		! pt c link set e vlan=77 ageing=5 fdb-max=5 port-max=5 &&
		pt c hub-get dev=e && want vlan=78 hub.ageing=60 \
		hub.fdb-max=65536 hub.port-max=16384 &&
		pt c link del d && pt c link del e
}

# The longest frame of a DATA record, 16384 bytes, has an Ethernet header and
# two tags.
test_mtu_has_bounds() {
	pt c link set h mtu=16362 && refused EINVAL "" "" c link set h mtu=16363 &&
		refused EINVAL "" "" c link set h mtu=67 &&
		pt c link set h mtu=1500
}

carrier_is() {
	pt c link get h && want carrier="$1" && pt c hub-get dev=h &&
		want hub.carrier="$1"
}

test_carrier_follows_the_ports() {
	carrier_is 1 && pt n link down h1 && busywait 5000 carrier_is 0 &&
		session s c h && carrier_is 1 &&
		pt c port-del port.session.id="$ID" && carrier_is 0 &&
		pt n link up h1 && busywait 5000 carrier_is 1 &&
		pt c link down ph1 && carrier_is 0 &&
		pt c link up ph1 && busywait 5000 carrier_is 1 &&
		wait_up c h ph1
}

test_rename() {
	pt c link add d && pt c link set d name=e && pt c hub-get dev=e &&
		want hub.ifname=e && pt c port-get dev=e port.number=0 &&
		want port.name=e && pt c link del e
}

# What the hub delivers to its device is received by it, and the other way.
test_statistics_of_the_device() {
	local stats=/sys/class/net/h/statistics rx tx

	get() {
		ip netns exec "${NS[hub]}" cat "$stats/$1"
	}
	wait_up c h && ft host local "${NS[hub]}" h || return 1
	rx=$(get rx_packets) tx=$(get tx_packets)
	frame_send h1 x3 len=100 && expect_frames local 3 || return 1
	# a fence of each host crosses the hub too
	equal "$(get rx_packets)" "$((rx + 4))" &&
		equal "$(get tx_packets)" "$((tx + 1))" &&
		frame_send local x5 len=100 && expect_frames h1 5 &&
		equal "$(get tx_packets)" "$((tx + 7))" &&
		equal "$(get tx_errors)" 0 && ft leave local
}

test_offloads_and_driver() {
	local word

	command -v ethtool >/dev/null || skip "no ethtool" || return
	ip netns exec "${NS[hub]}" ethtool -i h | grep -x 'driver: sehub' ||
		return 1
	for word in tx-checksumming scatter-gather tcp-segmentation-offload \
		generic-receive-offload; do
		ip netns exec "${NS[hub]}" ethtool -k h | grep "^$word: on" ||
			return 1
	done
}

test_deletion_releases_devices() {
	pt c link add d && pt c link up d &&
		pt c link master ph1 d && pt c link get ph1 &&
		want promiscuity=1 && pt c link del d && pt c link get ph1 &&
		want promiscuity=0 && ! want linkinfo.kind=sehub &&
		[ "${OUT/ master=/}" = "$OUT" ] && pt c link master ph1 h
}

test_deletion_deletes_sessions() {
	pt c link add d && session s c d port.session.grace=60000 &&
		pt c link del d &&
		refused ENOENT port.session.id "no session port with this id" \
			c port-get port.session.id="$ID" &&
		refused ENOENT port-id "no session port with this id" \
			c xfer "$ID" credit=16400
}

setup
run_tests
