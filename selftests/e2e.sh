# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the end-to-end tests share besides lib.sh: machines (namespaces) with a
# daemon each, and clients that misbehave. A machine NAME has its daemon's files
# in $TMP/NAME; the server is the machine "hub", and cable N leads from it to
# client N, 192.0.2.(4N+1) to 192.0.2.(4N+2) and 2001:db8:N::1 to ::2.
#
# With KSFT_BRIDGES=yes the module is not used: hubs are Linux bridges, and the
# clients' devices are TAP devices, by the daemon's own choice where the module
# is not loaded.

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

CTL=$TOP/userspace/sehubctl/sehubctl
DAEMON=$TOP/userspace/transportd/sehub-transportd
[ -x "$CTL" ] || CTL=$(command -v sehubctl)
[ -x "$DAEMON" ] || DAEMON=$(command -v sehub-transportd)
PEER=$KSFT_DIR/e2e_peer
declare -A DPID
MADE=()
SERVER=

# require WORD...: these programs, or the file is skipped
require() {
	local program

	if [ -z "$CTL" ] || [ -z "$DAEMON" ]; then
		skip_all "sehubctl and sehub-transportd are not built"
	fi
	if [ -n "${KSFT_BRIDGES:-}" ]; then
		! module_is_loaded ||
			skip_all "hubs were to be bridges, but the module is loaded"
		[ -c /dev/net/tun ] || skip_all "no /dev/net/tun"
	fi
	for program; do
		command -v "$program" >/dev/null || skip_all "no $program"
	done
	own_copy CTL && own_copy DAEMON || exit 1
}

# own_copy VARIABLE: of a program out of this tree, so that a build beside the
# test does not change what runs; it starts faster, too, where the tree is
# another machine's
own_copy() {
	local -n program=$1

	[[ $program == "$TOP"/* ]] || return 0
	cp "$program" "$TMP" && program=$TMP/${program##*/}
}

# --- machines -----------------------------------------------------------------

on() {
	local ns=${NS[$1]}

	shift
	ip netns exec "$ns" "$@"
}

# spawn NAME FILE COMMAND...: in the background, with its output in a file; the
# process is the command's own, SPAWNED
spawn() {
	ip netns exec "${NS[$1]}" "${@:3}" >>"$2" 2>&1 </dev/null &
	SPAWNED=$!
	PIDS+=("$!")
}

# make_machine NAME...: with IPv6, and addresses that can be used at once
make_machine() {
	local name

	make_netns "$@"
	for name; do
		mkdir -p "$TMP/$name" && chmod 755 "$TMP/$name" &&
			on "$name" sh -c '
			echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad
			echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
			echo 0 >/proc/sys/net/ipv6/conf/default/disable_ipv6
			ip link set lo up' || return 1
	done
}

# make_cable N NAME
make_cable() {
	local n=$1 name=$2

	ip -n "${NS[hub]}" -batch - <<-EOT &&
		link add to$n type veth peer name eth0 netns ${NS[$name]}
		address add 192.0.2.$((4 * n + 1))/30 dev to$n
		address add 2001:db8:$n::1/64 dev to$n nodad
		link set to$n up
	EOT
		ip -n "${NS[$name]}" -batch - <<-EOT
			address add 192.0.2.$((4 * n + 2))/30 dev eth0
			address add 2001:db8:$n::2/64 dev eth0 nodad
			link set eth0 up
		EOT
}

# make_dir DIR: for as long as this takes
make_dir() {
	[ -d "$1" ] || { mkdir "$1" && MADE+=("$1"); }
}

# etc_begin NAME [LINE...]: an /etc of its own for the machine, as ip-netns(8)
# provides it, with these lines in its hosts file
etc_begin() {
	local dir=/etc/netns/${NS[$1]}

	shift
	make_dir /etc/netns
	mkdir "$dir" && printf '%s\n' "127.0.0.1 localhost" "$@" >"$dir/hosts" &&
		echo "nameserver 127.0.0.1" >"$dir/resolv.conf"
}

etc_end() {
	local name

	for name; do
		[ -z "${NS[$name]:-}" ] || rm -rf "/etc/netns/${NS[$name]}"
	done
	for name in "${MADE[@]}"; do
		rmdir "$name"
	done
}

# --- daemons ------------------------------------------------------------------

# daemon_conf NAME [KEY=VALUE...]: its settings; quick where people would wait
daemon_conf() {
	local dir=$TMP/$1 word patience=$((20 * SLOW))

	shift
	{
		echo "state-directory = $dir/state"
		echo "control-socket = $dir/sock"
		echo "log-directory = $dir/logs"
		echo "workers = 2"
		echo "log-level = debug"
		# the longest that it may be
		echo "login-timeout = $((patience < 300 ? patience : 300))s"
		echo "keepalive = 1s"
		echo "dead-time = $((10 * SLOW))s"
		echo "grace = $((120 * SLOW))s"
		echo "backoff-max = 1s"
		for word; do
			echo "${word%%=*} = ${word#*=}"
		done
	} | tac | awk '!seen[$1]++' >"$dir/conf"
}

# daemon_start NAME: until it answers
daemon_start() {
	spawn "$1" "$TMP/$1/log" "$DAEMON" --foreground --config "$TMP/$1/conf"
	DPID[$1]=$SPAWNED
	busywait 20000 daemon_answers "$1" || {
		cat "$TMP/$1/log"
		return 1
	}
}

daemon_answers() {
	ctl "$1" status --json 2>/dev/null | jq -e .daemon.running >/dev/null
}

daemon_has_ended() {
	[ ! -e "/proc/${DPID[$1]}/stat" ] ||
		grep -qs ') Z ' "/proc/${DPID[$1]}/stat"
}

# daemon_end NAME SIGNAL: CODE becomes its exit status
daemon_end() {
	kill -s "$2" "${DPID[$1]}"
	busywait 20000 daemon_has_ended "$1" || return 1
	wait "${DPID[$1]}"
	# shellcheck disable=SC2034
	CODE=$?
}

# logged NAME TEXT: an extended regular expression, in the daemon's log
logged() {
	grep -Eq -- "$2" "$TMP/$1/log"
}

# log_lines NAME TEXT
log_lines() {
	grep -Ec -- "$2" "$TMP/$1/log"
}

# ctl NAME WORD...: sehubctl on a machine
ctl() {
	local name=$1

	shift
	on "$name" "$CTL" --socket "$TMP/$name/sock" "$@"
}

# json NAME FILTER WORD...: what jq makes of the output
json() {
	local name=$1 filter=$2 text

	shift 2
	# jq finds nothing wrong with no input at all
	text=$(ctl "$name" "$@" --json) && jq -er "$filter" <<<"$text"
}

# hub_add VLAN [MACHINE]: on the server if none is named
hub_add() {
	local machine=${2:-hub}

	if [ -z "${KSFT_BRIDGES:-}" ]; then
		ctl "$machine" hub add --vlan "$1"
	else
		ip -n "${NS[$machine]}" link add "sehub$1" up type bridge
	fi
}

# hub_del VLAN
hub_del() {
	if [ -z "${KSFT_BRIDGES:-}" ]; then
		ctl hub hub del "$1"
	else
		ip -n "${NS[hub]}" link del "sehub$1"
	fi
}

# bridge_ports VLAN: one line for each session, where hubs are bridges
bridge_ports() {
	ip -n "${NS[hub]}" -br link show master "sehub$1"
}

# needs_module: for what bridges and TAP devices do not have
needs_module() {
	[ -z "${KSFT_BRIDGES:-}" ] || skip "hubs are bridges"
}

# Ports of sehub.ko do; where there are bridges and TAP devices the sessions
# after a daemon's end are new ones, and only the devices are the same.
ports_outlive_daemons() {
	[ -z "${KSFT_BRIDGES:-}" ]
}

# start_server [KEY=VALUE...]: hub 12 with addresses, and the daemon
# shellcheck disable=SC2120
start_server() {
	[ -n "${NS[hub]:-}" ] || make_machine hub || return 1
	hub_add 12 &&
		on hub ip address add 203.0.113.1/24 dev sehub12 &&
		on hub ip address add 2001:db8:12::1/64 dev sehub12 nodad ||
		return 1
	daemon_conf hub "listen=0.0.0.0:443 [::]:443" "$@"
	daemon_start hub || return 1
	FINGERPRINT=$(json hub .daemon.fingerprint status) &&
		[[ $FINGERPRINT = SHA256:* ]]
}

# start_client N NAME [KEY=VALUE...]: a machine with a cable and a daemon
start_client() {
	local n=$1 name=$2

	shift 2
	make_machine "$name" && make_cable "$n" "$name" || return 1
	SERVER=192.0.2.$((4 * n + 1))
	daemon_conf "$name" listen=none "$@"
	daemon_start "$name"
}

# resets_begin: the server's machine resets each connection of client 1, until
# resets_end
resets_begin() {
	on hub nft -f - <<-'EOT'
		table inet cut {
			chain in {
				type filter hook input priority 0
				iifname to1 tcp dport 443 reject with tcp reset
			}
		}
	EOT
}

resets_end() {
	on hub nft delete table inet cut
}

# --- users and connections ----------------------------------------------------

# password WORD: a file with it
password() {
	(
		umask 077
		echo "$1" >"$TMP/password.$1"
	)
	echo "$TMP/password.$1"
}

# user_add VLAN NAME PASSWORD [WORD...]
user_add() {
	local vlan=$1 name=$2 file

	file=$(password "$3")
	shift 3
	ctl hub user add "$name" --vlan "$vlan" --password-file "$file" "$@"
}

# connection_add MACHINE NAME SERVER USER PASSWORD [WORD...]: pinned unless
# words say how the server is known
connection_add() {
	local machine=$1 name=$2 server=$3 user=$4 file

	file=$(password "$5")
	shift 5
	[ $# -gt 0 ] || set -- --pin "$FINGERPRINT"
	ctl "$machine" connection add "$name" --server "$server" --user "$user" \
		--password-file "$file" --device "$name" --vlan "${VLAN:-12}" "$@"
}

connection_up() {
	ctl "$1" connection up "$2" --wait $((30 * SLOW))
}

# connection_is MACHINE NAME STATE
connection_is() {
	[ "$(json "$1" .state connection show "$2")" = "$3" ]
}

await_connection() {
	busywait 30000 connection_is "$1" "$2" "$3" || {
		ctl "$1" connection show "$2"
		return 1
	}
}

# sessions FILTER: how many sessions of the server it selects
sessions() {
	json hub "[.[] | select($1)] | length" session list
}

sessions_are() {
	[ "$(sessions "$1")" = "$2" ]
}

# session_of USER: its name
session_of() {
	json hub ".[] | select(.user == \"$1\") | .session" session list
}

# join_hub MACHINE NAME SERVER USER PASSWORD ADDRESS: with addresses on the card
join_hub() {
	connection_add "$1" "$2" "$3" "$4" "$5" && connection_up "$1" "$2" &&
		on "$1" ip address add "203.0.113.$6/24" dev "$2" &&
		on "$1" ip address add "2001:db8:12::$6/64" dev "$2" nodad
}

# pings MACHINE ADDRESS: until an answer comes
pings() {
	busywait 20000 on "$1" ping -n -c 1 -W 1 "$2" >"$TMP/ping" 2>&1 || {
		cat "$TMP/ping"
		return 1
	}
}

# stream_begin NAME ADDRESS: a transfer from a machine to the hub's, until
# stream_end. It lasts as long as anybody has descriptor 9: what is begun
# meanwhile must not.
stream_begin() {
	rm -f "$TMP/receive" "$TMP/input"
	mkfifo "$TMP/input"
	spawn hub "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 -
	STREAM=("$SPAWNED")
	busywait 10000 grep -q ready "$TMP/receive" || return 1
	on "$1" "$KSFT_DIR/streamtool" send "$2" 5001 - <"$TMP/input" &
	STREAM+=("$!")
	exec 9>"$TMP/input"
	busywait 20000 grep -q begun "$TMP/receive"
}

# stream_end: every byte has come, and was right
stream_end() {
	local pid status=0

	exec 9>&-
	for pid in "${STREAM[@]}"; do
		wait "$pid" || status=1
	done
	[ $status = 0 ] || cat "$TMP/receive"
	return $status
}

# --- clients that misbehave ---------------------------------------------------

# build_tool NAME: where the tests were copied without having been built
build_tool() {
	[ -x "$KSFT_DIR/$1" ] ||
		make -s -C "$KSFT_DIR" "$1" >"$TMP/make" 2>&1 ||
		skip_all "$1 is not built: $(tail -n 1 "$TMP/make")"
}

# peer STEP...: from machine FROM (a), see tools/e2e_peer.c; output in $TMP/peer
peer() {
	on "${FROM:-a}" "$PEER" -t "${PEER_TIME:-$((20 * SLOW))}" \
		"${TO:-$SERVER}" 443 "$@" >"$TMP/peer" 2>&1
	PEER_CODE=$?
	cat "$TMP/peer"
	return "$PEER_CODE"
}

# saw TEXT...: extended regular expressions, each in a line of the peer's
saw() {
	local text

	for text; do
		grep -Eq -- "$text" "$TMP/peer" || {
			echo "not seen: $text"
			return 1
		}
	done
}

# closed NAME: with this code
closed() {
	saw "^CLOSE $1 "
}
