# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by those who include it
#
# sehubctl monitor --packets beside a test: beginning, more frames than it can
# take, end.
#
#   namespace hub: h (number 12) --- ph1 === h1 :namespace net
#                  |             --- down1 to down10, which are down
#                  \--- sessions alice and bob (socket c)

# shellcheck source=packets.sh
. "$(dirname "$0")/packets.sh"

CTL=$TOP/userspace/sehubctl/sehubctl
[ -x "$CTL" ] || CTL=$(command -v sehubctl) ||
	skip_all "sehubctl is not built"
command -v jq >/dev/null || skip_all "no jq"

SYN="IP 192.0.2.1.4096 > 192.0.2.2.80: Flags \[S\], seq 1000, win 65535, "
SYN+="length 0"
PING="IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 1, seq 1, length 12"

setup_topology() {
	local i

	start_tools && make_hub h vlan=12 && make_hosts h h1 && ft fence &&
		session alice c h && S=$ID && N_S=$NUM &&
		session bob c h port.session.queue-limit=262144 && T=$ID &&
		N_T=$NUM && make_samples && pt frame big udp4 len=16384 \
		"src=$A" dst=02:00:00:00:00:b2 &&
		pt frame group udp4 src=01:00:5e:00:00:01 &&
		pt frame probe udp4 seq=99 "src=$A" || return 1
	for ((i = 1; i <= 10; i++)); do
		echo "link add down$i type veth peer name other$i"
		echo "link set down$i master h"
	done | ip -n "${NS[hub]}" -batch -
}

before_each() {
	log 0x1ff
	pt c "clear" "$T"
}

# Without the socket, so that no daemon of this machine is asked.
ctl() {
	SEHUB_SOCKET=$TMP/none ip netns exec "${NS[hub]}" "$CTL" "$@"
}

# monitor FILE WORD...: what it prints and says goes to files; it is there
# when a frame that is sent again and again has come out, there or in $FILE
monitor() {
	local out=$1

	shift
	rm -f "$TMP/file"
	: >"$TMP/out"
	: >"$out"
	: >"$TMP/said"
	SEHUB_SOCKET=$TMP/none ip netns exec "${NS[hub]}" "$CTL" monitor \
		--packets "$@" >"$out" 2>"$TMP/said" &
	MONITOR=$!
	PIDS+=("$MONITOR")
	busywait 10000 told "${FILE:-$out}"
}

# Whether more than the beginning of a file is there.
told() {
	pt c xfer "$S" data:probe
	[ "$(stat -c %s "$1" 2>/dev/null || echo 0)" -gt 100 ]
}

# The end of it; what it has printed and said is shown.
end_monitor() {
	kill -INT "$MONITOR"
	wait "$MONITOR" || return 1
	cat "$TMP/said"
	tail -n 20 "$TMP/out"
}

has() {
	grep -Eq -- "$1" "$2" || {
		echo "no $1"
		return 1
	}
}

# From now on more than a quarter of its limit waits for bob.
fill_bob() {
	pt c fdb-new dev=h fdb.mac=02:00:00:00:00:b2 fdb.port="$N_T" &&
		pt c xfer "$S" data:big:3 data:probe &&
		pt c xfer "$S" data:big &&
		pt c fdb-del dev=h fdb.mac=02:00:00:00:00:b2
}

# More than fits into the socket of a monitor that stands still: each frame is
# told of when it enters, and for each port that does not take it.
flood() {
	local i

	kill -STOP "$MONITOR"
	for ((i = 0; i < 150; i++)); do
		pt c xfer "$S" data:big:3 || return 1
	done >/dev/null
	kill -CONT "$MONITOR"
}

told_of_loss() {
	pt c xfer "$S" data:probe
	grep -q 'frames of h were lost' "$TMP/said"
}
