# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Switches that do more than switching: a hub with policies and with its packet
# log, and a Linux bridge with what there is to take their place. What is
# measured passes all of it.

# shellcheck disable=SC2154 # $tools and $work are set by guest.sh

ADDR_SERVER=192.0.2.254

# All that a port can be told to do, but for DHCP, whose leases come first, and
# the isolation group.
POLICY=dhcp-force,max-ip=1,max-mac=1,no-ip-dup,no-mac-dup,no-broadcast
POLICY+=,no-dhcp-server,no-ra,rate-up=100gbit,rate-down=100gbit
POLICY+=,broadcast-rate=1000,deny-type=0x22f0+0x8863+0x8864+0x88cc

set_policies() {
	sehubctl port set switch va --policy "$1" &&
		sehubctl port set switch vb --policy "${2-$1}"
}

# A real lease for a machine, without which dhcp-force lets nothing pass.
get_lease() {
	ip -n "$1" link set eth0 up &&
		wait_for "a lease for $1" ip netns exec "$1" udhcpc \
			--interface eth0 --now --quit --script /bin/true &&
		ip -n "$1" addr add "$2/24" dev eth0
}

# The server ends then: while it has its socket all frames get a time stamp.
get_leases() {
	local server status

	ip addr add $ADDR_SERVER/24 dev switch || return
	dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 \
		--interface=switch --bind-interfaces --leasefile-ro \
		--dhcp-authoritative --no-ping --user=root --pid-file= \
		--dhcp-range=192.0.2.1,192.0.2.2,24h \
		--dhcp-host="$(mac_of a),$ADDR_A" \
		--dhcp-host="$(mac_of b),$ADDR_B" >"$work/dnsmasq" 2>&1 &
	server=$!
	get_lease a "$ADDR_A" && get_lease b "$ADDR_B"
	status=$?
	kill $server
	wait $server 2>/dev/null
	return $status
}

# With every option on both ports.
topology_hub_all() {
	make_switch "$1" sehub &&
		set_policies "$POLICY,isolation=1" "$POLICY,isolation=2" &&
		get_leases &&
		meet &&
		set_policies "$POLICY,filter-dhcp,isolation=1" \
			"$POLICY,filter-dhcp,isolation=2"
}

# With some options on both ports: hub_policy:WORDS.
topology_hub_policy() {
	topology_hub "$1" && set_policies "$2"
}

# With the headers of all frames in the packet log, and a reader; or without
# one, hub_log:unheard.
topology_hub_log() {
	topology_hub "$1" && sehubctl hub set switch --log all=headers || return
	[ "$2" = unheard ] || start_ready "$tools/reader"
}

# An nftables ruleset for two of these jobs: each port has its MAC and IP
# address, and no DHCP server.
topology_bridge_nft() {
	topology_bridge "$1" && nft -f - <<-EOT
	table bridge guard {
		set senders {
			typeof iif . ether saddr . ip saddr
			elements = {
				va . $(mac_of a) . $ADDR_A,
				vb . $(mac_of b) . $ADDR_B
			}
		}
		chain enter {
			type filter hook prerouting priority -200
			ether type ip iif . ether saddr . ip saddr \
				!= @senders drop
			udp sport 67 drop
		}
	}
	EOT
}

# What the bridge can do by itself: addresses that are not learned but set,
# isolation, no floods, answers to ARP.
topology_bridge_flags() {
	local name

	topology_bridge "$1" || return
	for name in a b; do
		bridge fdb replace "$(mac_of $name)" dev v$name master static &&
			bridge link set dev v$name learning off locked on \
				flood off mcast_flood off bcast_flood off \
				neigh_suppress on || return
	done
	bridge link set dev va isolated on
}
