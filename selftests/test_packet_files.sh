#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# The daemon's packet logs: each class has its file, with a line for each of its
# frames, with its bytes or without; a hub that is made anew is logged like the
# one before, also by the next daemon; what was lost under load is stated.
#
#   namespace hub: h (number 12) --- down1 to down10, which are down
#                  \--- sessions alice and bob (socket c)

TESTS="
	nothing_by_default
	form_of_a_line
	headers
	whole
	some_classes_of_each
	blocked_at_the_way_out
	off_again
	settings_reach_the_kernel
	hub_that_comes_again
	next_daemon
	lost_under_load
	module_that_comes_again
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
# shellcheck source=packets.sh
. "$(dirname "$0")/packets.sh"
require jq

LOGS=$TMP/hub/logs/hub12
NAMES="tcp-conn tcp-data dhcp udp icmp arp ip ethernet"
TIME='time=20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2}'
declare -A BITS=([tcp-conn]=$TCP_CONN [tcp-data]=$TCP_DATA [dhcp]=$DHCP
	[udp]=$UDP [icmp]=$ICMP [arp]=$ARP [ip]=$IP [ethernet]=$ETHERNET)

make_sessions() {
	session alice c h && S=$ID && session bob c h \
		port.session.queue-limit=262144 && T=$ID && N_T=$NUM
}

setup_topology() {
	local i

	start_tools && mkdir -p "$TMP/hub" && make_hub h vlan=12 &&
		make_sessions && make_samples && pt frame big udp4 len=16384 \
		"src=$A" dst=02:00:00:00:00:b2 &&
		pt frame group udp4 src=01:00:5e:00:00:01 &&
		pt frame probe udp4 seq=99 "src=$A" || return 1
	for ((i = 1; i <= 10; i++)); do
		echo "link add down$i type veth peer name other$i"
		echo "link set down$i master h"
	done | ip -n "${NS[hub]}" -batch - &&
		daemon_conf hub listen=none && daemon_start hub
}

# logs_hub WORDS: and nothing is left of what was logged before
logs_hub() {
	BASE=0
	ctl hub log hub --vlan 12 --log "$1" && rm -rf "$LOGS"
}

before_each() {
	logs_hub none
	pt c "clear" "$S"
	pt c "clear" "$T"
}

# xfer FRAME...: alice's peer sends them
xfer() {
	local words

	printf -v words ' data:%s' "$@"
	# shellcheck disable=SC2086
	pt c xfer "$S" $words
}

# seqs LOG...: numbers of the frames in them that came after number BASE
seqs() {
	local name

	for name; do
		sed -nE 's/.* event=frame .* seq=([0-9]+) .*/\1/p' \
			"$LOGS/$name.log" 2>/dev/null
	done | sort -un | awk -v base="$BASE" '$1 > base'
}

lines() {
	seqs "$1" | wc -l
}

lines_are() {
	[ "$(lines "$1")" = "$2" ]
}

# A reader is there, so frames are numbered; those from BASE on count.
is_read() {
	log_count h && BASE=$VAL && xfer $SAMPLES >/dev/null && log_count h &&
		[ "$VAL" != "$BASE" ] && BASE=$VAL
}

# samples BIT: how many of them are in a class
samples() {
	local name count=0

	for name in $SAMPLES; do
		[ $((CLASSES[$name] & $1)) = 0 ] || count=$((count + 1))
	done
	echo $count
}

test_nothing_by_default() {
	json hub '.vlan == 12 and .packets == "none"' log hub --vlan 12 &&
		logs 0 xfer $SAMPLES && [ ! -e "$LOGS" ]
}

test_form_of_a_line() {
	local before now

	before=$(date +%s)
	logs_hub tcp-conn=whole && busywait 5000 can_log tcp-conn syn || return 1
	now=$(sed -nE '1s/^time=([^ ]+) .*/\1/p' "$LOGS/tcp-conn.log")
	tail -n 1 "$LOGS/tcp-conn.log"
	grep -Eq "^$TIME event=frame hub=12 seq=[1-9][0-9]* port=\"alice\" out=\"\" verdict=passed length=54 src=02:00:00:00:00:a1 dst=02:00:00:00:00:b1 summary=\"IP 192\.0\.2\.1\.4096 > 192\.0\.2\.2\.80: Flags \[S\], seq 1000, win 65535, length 0\" data=${SAMPLE[syn]}\$" \
		"$LOGS/tcp-conn.log" && [ "$(date -d "$now" +%s)" -ge "$before" ]
}

# can_log CLASS FRAME: it has arrived in the log
can_log() {
	xfer "$2" >/dev/null
	[ "$(lines "$1")" -gt 0 ]
}

# sent CLASS: all samples were sent, and the log has those of the class
sent() {
	xfer $SAMPLES >/dev/null || return 1
	busywait 5000 lines_are "$1" "$(samples "${BITS[$1]}")" && return
	echo "$1: $(lines "$1") and not $(samples "${BITS[$1]}")"
	return 1
}

# class CLASS LEVEL: it has its file, and no other class has one
class() {
	logs_hub "$1=$2" && busywait 5000 is_read && sent "$1" &&
		equal "$(ls "$LOGS")" "$1.log" "files"
}

test_headers() {
	local name

	for name in $NAMES; do
		class "$name" headers && ! grep data= "$LOGS/$name.log" ||
			return 1
		logs_hub none
	done
	class_blocked headers && ! grep data= "$LOGS/blocked.log"
}

# What is dropped where it enters, and at the ports that are down.
class_blocked() {
	logs_hub "blocked=$1" && busywait 5000 can_log blocked group &&
		xfer $SAMPLES && equal "$(ls "$LOGS")" blocked.log "files" &&
		grep -q ' out="" verdict=bad-source ' "$LOGS/blocked.log" &&
		busywait 5000 grep -q ' out="down1" verdict=port-down ' \
			"$LOGS/blocked.log" &&
		! grep ' verdict=passed ' "$LOGS/blocked.log"
}

# all_bytes LOG: two digits for each byte of each frame
all_bytes() {
	sed -nE 's/.* event=frame .* length=([0-9]+) .* data=([0-9a-f]*)$/\1 \2/p' \
		"$LOGS/$1.log" >"$TMP/bytes"
	equal "$(wc -l <"$TMP/bytes")" "$(grep -c event=frame "$LOGS/$1.log")" &&
		! awk '2 * $1 != length($2)' "$TMP/bytes" | grep .
}

test_whole() {
	local name sample

	for name in $NAMES; do
		class "$name" whole || return 1
		for sample in $SAMPLES; do
			[ $((CLASSES[$sample] & BITS[$name])) = 0 ] ||
				grep -q " data=${SAMPLE[$sample]}\$" \
					"$LOGS/$name.log" || return 1
		done
		logs_hub none
	done
	class_blocked whole && all_bytes blocked
}

test_some_classes_of_each() {
	logs_hub udp=whole,ip=headers,arp=headers &&
		busywait 5000 is_read && sent udp &&
		busywait 5000 lines_are ip "$(samples $IP)" &&
		busywait 5000 lines_are arp "$(samples $ARP)" &&
		equal "$(cd "$LOGS" && echo *)" "arp.log ip.log udp.log" &&
		! grep -v ' data=[0-9a-f]*$' "$LOGS/udp.log" &&
		! grep data= "$LOGS/ip.log" "$LOGS/arp.log" &&
		json hub '[.files[] | select(.vlan == 12 and .state == "on") |
			.name] == ["arp", "ip", "udp"]' log show
}

# More than a quarter of its limit waits for bob.
test_blocked_at_the_way_out() {
	logs_hub blocked=headers && busywait 5000 can_log blocked group &&
		pt c fdb-new dev=h fdb.mac=02:00:00:00:00:b2 fdb.port="$N_T" &&
		pt c xfer "$S" data:big:3 data:probe && pt c xfer "$S" data:big &&
		pt c fdb-del dev=h fdb.mac=02:00:00:00:00:b2 &&
		busywait 5000 grep -E ' port="alice" out="bob" verdict=queue-full length=16384 ' \
			"$LOGS/blocked.log"
}

test_off_again() {
	logs_hub udp=headers && busywait 5000 can_log udp udp &&
		logs_hub udp=off && logs 0 xfer $SAMPLES && [ ! -e "$LOGS" ] &&
		json hub '.packets == "none"' log hub --vlan 12
}

test_settings_reach_the_kernel() {
	logs_hub udp=whole,arp=headers && pt c hub-get dev=h &&
		want hub.log-headers=arp hub.log-whole=udp &&
		json hub '.packets == "udp=whole,arp=headers"' \
			log hub --vlan 12 && logs_hub arp=off &&
		pt c hub-get dev=h && want hub.log-headers=0 hub.log-whole=udp &&
		! ctl hub log hub --vlan 12 --log tcp=whole 2>"$TMP/message" &&
		grep "no class of frames" "$TMP/message"
}

hub_logs() {
	pt c hub-get dev="$1" >/dev/null && want "hub.log-headers=$2" \
		>/dev/null
}

test_hub_that_comes_again() {
	# one that was never there
	ctl hub log hub --vlan 13 --log icmp=headers && logs_hub udp=headers &&
		make_hub g vlan=13 && busywait 5000 hub_logs g icmp &&
		session carol c g && pt c xfer "$ID" data:ping &&
		busywait 5000 grep -q 'hub=13 .* port="carol" .*ICMP' \
			"$TMP/hub/logs/hub13/icmp.log" && pt c link del g &&
		make_hub g vlan=13 && busywait 5000 hub_logs g icmp &&
		pt c link del g && ctl hub log hub --vlan 13 --log none
}

test_next_daemon() {
	logs_hub udp=headers && daemon_end hub TERM &&
		pt c link set h log-headers=0 log-whole=0 && daemon_start hub &&
		busywait 5000 hub_logs h udp &&
		json hub '.packets == "udp=headers"' log hub --vlan 12 &&
		busywait 5000 can_log udp udp
}

# lost LOG: in all
lost() {
	sed -nE "s/^$TIME level=warning event=lost count=([0-9]+) reason=kernel\$/\\1/p" \
		"$LOGS/$1.log" | awk '{ n += $1 } END { print n + 0 }'
}

# What is in the files and what is stated as lost is what the kernel counted.
adds_up() {
	local seqs

	seqs=$(seqs udp blocked | wc -l)
	log_count h
	echo "$seqs and $(lost udp) of $((VAL - BASE))"
	[ "$(lost udp)" -gt 0 ] && [ "$(lost udp)" = "$(lost blocked)" ] &&
		[ $((seqs + $(lost udp))) = $((VAL - BASE)) ]
}

# More than fits into the socket of a daemon that stands still. The hub says
# more of each frame than is written, so that the disk has no part in it.
test_lost_under_load() {
	local i

	logs_hub udp=headers,blocked=headers && busywait 5000 is_read &&
		pt c link set h log-headers=0 log-whole=$((UDP | BLOCKED)) ||
		return 1
	kill -STOP "${DPID[hub]}"
	for ((i = 0; i < 150; i++)); do
		pt c xfer "$S" data:big:3 >/dev/null || break
	done
	kill -CONT "${DPID[hub]}"
	busywait 20000 adds_up >/dev/null
	adds_up && ! grep reason=queue "$LOGS"/*.log &&
		json hub '.files[] | select(.name == "udp" and .vlan == 12) |
			.lost > 0' log show
}

# What the daemon knew of the one before means nothing to the next one.
test_module_that_comes_again() {
	[ -n "${SEHUB_KSFT_UNLOAD:-}" ] || skip "the module is not ours" ||
		return
	logs_hub udp=headers && pt c link del h && module_unload &&
		module_load && pt close c && pt socket c "${NS[hub]}" &&
		make_hub h vlan=12 && make_sessions &&
		busywait 20000 hub_logs h udp && busywait 10000 can_log udp udp
}

setup
run_tests
