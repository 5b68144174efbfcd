# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Machines made of namespaces: a network, a host name, and directories of its
# own where a machine keeps what is its own. What joins them routes, no more.

# shellcheck disable=SC2154 # $top is the story's

declare -A machine=()

# Runs a command line on a machine, in the directory of its administrator.
on() {
	local name=$1 dir=/root

	# the module lies in the tree
	[ "$name" != hub ] || dir=$top
	nsenter --target "${machine[$name]}" --mount --uts --net -- \
		env HOME=/root bash -c "cd '$dir' && $2"
}

# What a machine does when it starts.
# shellcheck disable=SC2016 # its own shell expands it
boot='
	hostname "$0"
	for dir in /etc/sehub /root /run /tmp /var/lib/sehub /var/log; do
		mkdir -p $dir
		mount -t tmpfs -o mode=755 tmpfs $dir
	done
	ln -sf /run/log /dev/log
	ip link set lo up
	busybox syslogd -O /var/log/messages
	touch /var/log/messages /run/booted
	exec sleep infinity'

start_machine() {
	ip netns add "$1"
	ip netns exec "$1" unshare --mount --uts bash -c "$boot" "$1" \
		</dev/null >/dev/null 2>&1 &
	machine[$1]=$!
}

# A cable from a machine to the internet: addresses of the far end and of the
# machine, in both families.
connect_machine() {
	local name=$1

	if ! ip link add "$name" netns internet type veth peer name eth0 \
		netns "$name" ||
		! ip -n internet addr add "$2" dev "$name" ||
		! ip -n internet addr add "$4" dev "$name" nodad ||
		! ip -n internet link set "$name" up ||
		! ip -n "$name" addr add "$3" dev eth0 ||
		! ip -n "$name" addr add "$5" dev eth0 nodad ||
		! ip -n "$name" link set eth0 up ||
		! ip -n "$name" route add default via "${2%/*}" ||
		! ip -n "$name" -6 route add default via "${4%/*}"; then
		fail "cannot connect $name to the internet"
	fi
}

build_world() {
	local name

	modprobe -a veth 2>/dev/null
	ip netns add internet
	ip -n internet link set lo up
	ip netns exec internet sysctl -qw net.ipv4.ip_forward=1 \
		net.ipv6.conf.all.forwarding=1
	for name in hub alice bob; do
		start_machine $name
	done
	for name in hub alice bob; do
		await 60 "$name to start" $name 'test -e /run/booted'
	done
	connect_machine hub 192.0.2.254/24 192.0.2.1/24 \
		2001:db8:1::254/64 2001:db8:1::1/64
	connect_machine alice 198.51.100.254/24 198.51.100.10/24 \
		2001:db8:2::254/64 2001:db8:2::10/64
	connect_machine bob 203.0.113.254/24 203.0.113.20/24 \
		2001:db8:3::254/64 2001:db8:3::20/64
}
