# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The whole way: cards of two clients, a daemon each, TLS over TCP, and a server
# with a hub between them, in a namespace of its own.
#
#	a: eth0 ~ daemon === under ---- h: daemon, hub ---- under === daemon ~ eth0 :b

# shellcheck disable=SC2154 # $work is set by guest.sh

HUB_A=198.51.100.1
HUB_B=203.0.113.1

# A word with sehubctl on a machine.
ctl() {
	local name=$1

	shift
	ip netns exec "$name" sehubctl --socket "$work/$name/control" "$@"
}

daemon_says() {
	ctl "$1" status --json | jq -er ".daemon$2"
}

start_daemon() {
	local name=$1 listen=$2

	mkdir -p "$work/$name"
	cat >"$work/$name/conf" <<-EOT
	control-socket = $work/$name/control
	state-directory = $work/$name
	log-directory = $work/$name/logs
	listen = $listen
	EOT
	ip netns exec "$name" sehub-transportd --foreground \
		--config "$work/$name/conf" >"$work/$name/log" 2>&1 &
	background+=($!)
	wait_for "the daemon of $name" daemon_says "$name" .pid ||
		{ cat "$work/$name/log" >&2; return 1; }
}

add_cable() {
	ip link add under netns "$1" type veth peer name "under-$1" netns h &&
		ip -n "$1" addr add "$2/24" dev under &&
		ip -n h addr add "$3/24" dev "under-$1" &&
		ip -n "$1" link set under up &&
		ip -n h link set "under-$1" up
}

connect_client() {
	local name=$1

	ctl "$name" connection add bench --server "$2" --vlan 12 \
		--user "$name" --password-file "$work/password" \
		--pin "$(daemon_says h .fingerprint)" --device eth0 &&
		ctl "$name" connection up bench --wait 3600 &&
		ip -n "$name" link set eth0 addrgenmode none
}

topology_tls() {
	local name

	rm -rf "$work"/[abh]
	openssl rand -base64 18 >"$work/password"
	add_netns a b h &&
		add_cable a 198.51.100.2 $HUB_A &&
		add_cable b 203.0.113.2 $HUB_B &&
		ip netns exec h sehubctl hub add --vlan 12 &&
		start_daemon h "$HUB_A:443 $HUB_B:443" &&
		start_daemon a none &&
		start_daemon b none || return
	for name in a b; do
		ctl h user add --vlan 12 $name \
			--password-file "$work/password" || return
	done
	connect_client a $HUB_A &&
		connect_client b $HUB_B &&
		set_offload "$1" a eth0 b eth0 &&
		set_addresses
}
