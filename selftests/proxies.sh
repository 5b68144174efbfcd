# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests with proxies share besides e2e.sh:
#
#   c (198.51.100.2) ---- p (proxies on 198.51.100.1) ---- hub (hub 12)
#
# The server's name, hub.example, is known to p alone.

# shellcheck source=e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/e2e.sh"
require nft pgrep jq squid tinyproxy microsocks socat ss openssl ssh ssh-keygen

P=198.51.100.1
PROXY=

# the tests say what they need of it
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

setup_proxies() {
	# proxies give up their rights before they read their files
	chmod 711 "$TMP"
	start_server && user_add 12 alice right && make_machine p c &&
		make_cable 1 p && SERVER=192.0.2.5 &&
		ip -batch - <<-EOT || return 1
		link add toc netns ${NS[p]} type veth peer name eth0 netns ${NS[c]}
		EOT
	ip -n "${NS[p]}" -batch - <<-EOT &&
		address add $P/24 dev toc
		link set toc up
	EOT
		ip -n "${NS[c]}" -batch - <<-EOT || return 1
		address add 198.51.100.2/24 dev eth0
		link set eth0 up
	EOT
	password secret
	password wrong
	make_etc && daemon_conf c listen=none "ssh-config=$TMP/c/ssh" && daemon_start c
}

# /etc of p, as ip-netns(8) provides it: a name, and a user with a password
make_etc() {
	local dir=/etc/netns/${NS[p]}

	etc_begin p "$SERVER hub.example" &&
		cp /etc/passwd "$dir/passwd" &&
		echo "bob:x:60123:65534::/:/bin/false" >>"$dir/passwd" &&
		# OpenSSH lets nobody in whose account is locked, not even by a key
		install -m 600 /dev/null "$dir/shadow" &&
		sed 's/^root:[^:]*/root:*/' /etc/shadow >"$dir/shadow" &&
		echo "bob:$(openssl passwd -6 secret):19000::::::" \
			>>"$dir/shadow"
}

teardown() {
	proxy_end
	etc_end p c
}

# --- proxies ------------------------------------------------------------------

listens() {
	on p ss -Hltn "sport = :$1" | grep -q .
}

# proxy_start PORT COMMAND...: until it listens; with all of its children
proxy_start() {
	local port=$1

	shift
	# shellcheck disable=SC2034
	PROXY_COMMAND=("$port" "$@")
	spawn p "$TMP/p/log" setsid "$@"
	PROXY=$SPAWNED
	busywait 20000 listens "$port" || {
		cat "$TMP/p/log"
		return 1
	}
}

# sshd's children are leaders of groups of their own
proxy_end() {
	local pid

	[ -n "$PROXY" ] || return 0
	for pid in $(pgrep -P "$PROXY"); do
		kill -KILL -- "-$pid" 2>/dev/null
	done
	kill -KILL -- "-$PROXY"
	wait "$PROXY" 2>/dev/null
	PROXY=
}

# squid_start LINE...: of its configuration, on who may
squid_start() {
	{
		echo "http_port $P:3128"
		echo "visible_hostname p"
		echo "pid_filename none"
		echo "cache deny all"
		echo "cache_log /dev/null"
		echo "access_log none"
		echo "pinger_enable off"
		echo "shutdown_lifetime 0"
		echo "max_filedescriptors 1024"
		echo "dns_nameservers 127.0.0.1"
		echo "dns_timeout 1 second"
		echo "dns_retransmit_interval 1 second"
		echo "acl tunnel port 443"
		printf '%s\n' "$@"
		echo "http_access deny all"
	} >"$TMP/p/squid.conf"
	proxy_start 3128 squid -N -f "$TMP/p/squid.conf"
}

# users FILE TEXT: readable for a proxy without rights
users() {
	echo "$2" >"$TMP/p/$1" && chmod 644 "$TMP/p/$1"
}

squid_basic() {
	users basic "bob:$(openssl passwd -apr1 secret)" && squid_start \
		"auth_param basic program /usr/lib/squid/basic_ncsa_auth $TMP/p/basic" \
		"acl known proxy_auth REQUIRED" \
		"http_access allow known tunnel"
}

tinyproxy_start() {
	cat >"$TMP/p/tinyproxy.conf" <<-EOT
		User nobody
		Group nogroup
		Listen $P
		Port 8888
		Timeout 600
		MaxClients 10
		ConnectPort 443
		BasicAuth bob secret
	EOT
	proxy_start 8888 tinyproxy -d -c "$TMP/p/tinyproxy.conf"
}

# Debian 13 has no package of it.
needs_dante() {
	command -v danted >/dev/null || skip "no danted"
}

# dante_start METHOD
dante_start() {
	cat >"$TMP/p/danted.conf" <<-EOT
		logoutput: stderr
		internal: $P port = 1080
		external: eth0
		clientmethod: none
		socksmethod: $1
		user.privileged: root
		user.unprivileged: nobody
		client pass {
			from: 0.0.0.0/0 to: 0.0.0.0/0
		}
		socks pass {
			from: 0.0.0.0/0 to: 0.0.0.0/0 port = 443
			protocol: tcp
		}
	EOT
	proxy_start 1080 danted -f "$TMP/p/danted.conf"
}

microsocks_start() {
	proxy_start 1081 microsocks -i "$P" -p 1081 -u bob -P secret
}

# sshd_conf FILE ADDRESS:PORT [LINE...]: for root, by a key
sshd_conf() {
	local file=$1 address=$2 name

	shift 2
	make_dir /run/sshd
	for name in key hostkey; do
		[ -e "$TMP/$name" ] ||
			ssh-keygen -q -t ed25519 -N "" -f "$TMP/$name" || return 1
	done
	{
		# the first value counts
		printf '%s\n' "$@"
		echo "ListenAddress $address"
		echo "HostKey $TMP/hostkey"
		echo "PidFile none"
		echo "AuthorizedKeysFile $TMP/key.pub"
		echo "StrictModes no"
		echo "UsePAM no"
	} >"$file"
}

# gate_start [LINE...]: of sshd's configuration
gate_start() {
	sshd_conf "$TMP/p/gate.conf" "$P:22" "$@" &&
		proxy_start 22 /usr/sbin/sshd -D -e -f "$TMP/p/gate.conf"
}

# On p itself.
sshd_start() {
	sshd_conf "$TMP/p/sshd.conf" 127.0.0.1:2222 || return 1
	spawn p "$TMP/p/log" /usr/sbin/sshd -D -e -f "$TMP/p/sshd.conf"
	# shellcheck disable=SC2034
	SSHD=$SPAWNED
	busywait 20000 listens 2222
}

# --- connections --------------------------------------------------------------

# via NAME URL [WORD...]: the connection, to SERVER
via() {
	local name=$1 url=$2

	shift 2
	connection_add c "$name" "$SERVER" alice right --pin "$FINGERPRINT" \
		--via "$url" "$@"
}

# error_is NAME PATTERN: of the end of it
error_is() {
	# shellcheck disable=SC2053 # it is a pattern
	[[ $(json c '.error // ""' connection show "$1") = *$2 ]]
}

resumed() {
	[ "$(json c .resumes connection show "$NAME")" -gt "$1" ] &&
		connection_is c "$NAME" connected
}

# A transfer lasts until the session has gone on over a new proxy.
outlives_the_proxy() {
	local before status=0

	before=$(json c .resumes connection show "$NAME")
	stream_begin c 203.0.113.1 && proxy_end &&
		proxy_start "${PROXY_COMMAND[@]}" 9>&- &&
		busywait 60000 resumed "$before" || status=1
	stream_end || status=1
	[ $status = 0 ] || cat "$TMP/c/log"
	return $status
}

# carries CARRIER WAY [WORD...]: the way is written as it is shown
carries() {
	local carrier=$1

	NAME=$carrier
	shift
	via "$NAME" "$@" && connection_up c "$NAME" &&
		equal "$(json hub '.[].carrier' session list)" "$carrier" \
			"carrier" &&
		on c ip address add 203.0.113.10/24 dev "$NAME" &&
		pings c 203.0.113.1 && outlives_the_proxy &&
		equal "$(json hub '.[].carrier' session list)" "$carrier" \
			"carrier after a resume" &&
		ctl c connection show "$NAME" | grep -E "^ *via +$1\$" &&
		ctl c connection down "$NAME" &&
		# the proxy has to tell the server before it ends
		busywait 20000 sessions_are true 0
	local status=$?
	ctl c connection del "$NAME"
	proxy_end
	return $status
}

# the name is one that the client cannot look up
by_name() {
	local SERVER=hub.example

	carries "$@"
}

# Between two attempts, or in the middle of one.
goes_on() {
	json c 'select(.state != "failed") | .state' connection show refused
}

# Nothing will happen any more.
has_ended() {
	json c 'select(.state == "failed" and (.retry_in_ms // 0) == 0) | .state' \
		connection show refused
}

# refused NEXT PATTERN URL [WORD...]: why, and whether it goes_on or has_ended
refused() {
	local next=$1 error=$2

	shift 2
	via refused "$@" || return 1
	ctl c connection up refused --no-wait
	busywait 30000 error_is refused "$error" && busywait 10000 "$next"
	local status=$?
	[ $status = 0 ] || ctl c connection show refused
	ctl c connection del refused
	proxy_end
	return $status
}
