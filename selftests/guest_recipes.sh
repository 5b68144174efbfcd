#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The recipes of sehub(7), each as it is written there, in the machine of
# scripts/guest, where guest_systemd.sh has installed everything.
#
#   eth1 peer (machine lan) ---- eth1, hub 12 (the machine) ---- a (client)
#                                                                | br0
#                                                                site (machine)

TESTS="
	containers_need_one_capability
	container_of_systemd_nspawn
	firewall_sees_what_the_host_gets
	firewall_before_a_port
	larger_frames
	bridge_at_a_client
	vlan_devices
	networkd_configures_a_hub
	networkmanager_leaves_hubs_alone
	networkmanager_configures_a_hub
"

# shellcheck source=guest.sh
. "$(dirname "$0")/guest.sh"
require jq ping nft

setup_topology() {
	client_begin && make_machine lan site &&
		ip -n "${NS[hub]}" link add eth1 type veth peer name eth0 \
			netns "${NS[lan]}" &&
		on lan ip address add 203.0.113.20/24 dev eth0 &&
		ip -n "${NS[lan]}" link set eth0 up && ip link set eth1 up &&
		sehubctl port add 12 eth1 && pings lan 203.0.113.10
}

teardown() {
	client_end
	ip link del eth1
	nft flush ruleset
	systemctl stop systemd-networkd.socket systemd-networkd NetworkManager
}

# one_ping MACHINE ADDRESS [OPTION...]
one_ping() {
	local name=$1 address=$2

	shift 2
	on "$name" ping -n -c 1 -W $((2 * SLOW)) "$@" "$address"
}

# --- containers ---------------------------------------------------------------

test_containers_need_one_capability() {
	local command='sehubctl hub add --vlan 5 && ip link show sehub5'

	# by a user namespace of its own, which has all capabilities there
	setpriv --reuid nobody --regid nogroup --clear-groups \
		unshare --user --map-root-user --net sh -c "$command" &&
		# and as root of whom a container manager has left that
		unshare --net setpriv --bounding-set -all,+net_admin \
			sh -c "$command" &&
		! unshare --net setpriv --bounding-set -all,+net_raw \
			sh -c "$command" 2>"$TMP/refused" &&
		grep CAP_NET_ADMIN "$TMP/refused" && ! ip link show sehub5
}

test_container_of_systemd_nspawn() {
	systemd-nspawn -q -D / --volatile=yes --machine=lab --register=no \
		--private-network --capability=CAP_NET_ADMIN --as-pid2 sh -c '
		sehubctl hub add --vlan 5 && sehubctl hub list' | grep sehub5 &&
		! ip link show sehub5
}

# --- firewalls ----------------------------------------------------------------

test_firewall_sees_what_the_host_gets() {
	one_ping a 203.0.113.1 && nft -f - <<-'EOT' || return 1
		table inet filter {
			chain input {
				type filter hook input priority filter
				iifname "sehub12" icmp type echo-request drop
			}
			chain forward {
				type filter hook forward priority filter
				policy drop
			}
		}
	EOT
	! one_ping a 203.0.113.1 && one_ping a 203.0.113.20
	set -- $?
	nft delete table inet filter && one_ping a 203.0.113.1 && return "$1"
}

test_firewall_before_a_port() {
	nft -f - <<-'EOT' || return 1
		table netdev lan {
			chain in {
				type filter hook ingress device "eth1" priority 0
				icmp type echo-reply drop
			}
		}
	EOT
	! one_ping a 203.0.113.20 && one_ping a 203.0.113.1
	set -- $?
	nft delete table netdev lan && one_ping a 203.0.113.20 && return "$1"
}

# --- MTU, bridges, VLANs ------------------------------------------------------

test_larger_frames() {
	! one_ping a 203.0.113.1 -M "do" -s 8972 &&
		ip link set sehub12 mtu 9000 &&
		on a ip link set office mtu 9000 &&
		one_ping a 203.0.113.1 -M "do" -s 8972 &&
		# a port that takes less does not get them
		! one_ping a 203.0.113.20 -M "do" -s 8972 &&
		sehubctl port show 12 eth1 --json |
		jq -e '.drops.too_big > 0' &&
		ip link set sehub12 mtu 1500 && on a ip link set office mtu 1500
}

test_bridge_at_a_client() {
	ip -n "${NS[a]}" link add site type veth peer name eth0 \
		netns "${NS[site]}" &&
		on site ip address add 203.0.113.30/24 dev eth0 &&
		ip -n "${NS[site]}" link set eth0 up &&
		ip -n "${NS[a]}" -batch - <<-'EOT' || return 1
			link add br0 up type bridge
			address del 203.0.113.10/24 dev office
			link set office master br0
			link set site up master br0
			address add 203.0.113.10/24 dev br0
		EOT
	pings site 203.0.113.1 && pings site 203.0.113.20 &&
		pings a 203.0.113.1
	set -- $?
	ip -n "${NS[a]}" link del br0
	on a ip address add 203.0.113.10/24 dev office
	return "$1"
}

test_vlan_devices() {
	ip link add link sehub12 name sehub12.7 up type vlan id 7 &&
		ip address add 198.51.100.1/24 dev sehub12.7 &&
		on a ip link add link office name office.7 up type vlan id 7 &&
		on a ip address add 198.51.100.10/24 dev office.7 &&
		pings a 198.51.100.1 && ip link del sehub12.7
}

# --- who else configures devices ----------------------------------------------

has_address() {
	ip -4 -brief address show dev sehub12 | grep -w "$1"
}

test_networkd_configures_a_hub() {
	local file=/etc/systemd/network/50-sehub.network

	cat >$file <<-'EOT'
		[Match]
		Name=sehub12

		[Link]
		RequiredForOnline=no

		[Network]
		Address=192.0.2.129/28
		ConfigureWithoutCarrier=yes
		IPv6AcceptRA=no
	EOT
	rm -f /etc/systemd/system/systemd-networkd.{service,socket}
	systemctl daemon-reload && systemctl start systemd-networkd &&
		busywait 10000 has_address 192.0.2.129/28 &&
		pings a 203.0.113.20 &&
		networkctl --no-pager status sehub12 | grep "$file"
	set -- $?
	systemctl stop systemd-networkd.socket systemd-networkd
	rm $file
	# it takes away what was given by hand
	ip address replace 203.0.113.1/24 dev sehub12
	return "$1"
}

nm_state() {
	nmcli -g GENERAL.STATE device show sehub12 | grep "$1"
}

test_networkmanager_leaves_hubs_alone() {
	cat >/etc/NetworkManager/conf.d/sehub.conf <<-'EOT'
		[device-sehub]
		match-device=interface-name:sehub*
		managed=0
	EOT
	rm -f /etc/systemd/system/NetworkManager.service
	systemctl daemon-reload && systemctl start NetworkManager &&
		busywait 10000 nm_state unmanaged && has_address 203.0.113.1/24 &&
		pings a 203.0.113.1
}

test_networkmanager_configures_a_hub() {
	rm /etc/NetworkManager/conf.d/sehub.conf
	systemctl restart NetworkManager &&
		nmcli connection add type generic con-name hub ifname sehub12 \
			ipv4.method manual ipv4.addresses 192.0.2.145/28 \
			ipv6.method ignore &&
		nmcli connection up hub && has_address 192.0.2.145/28 &&
		nmcli connection delete hub
	set -- $?
	systemctl stop NetworkManager
	return "$1"
}

setup
run_tests
