#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=150
#
# Sixty-four clients at once: all log in, each has a card and a port of its own
# and exchanges a ping with the hub, all come back after the server was killed,
# and all are gone when they leave.
#
#   hub (hub 12) ---- a: cards c1 to c64, 198.51.100.1 to .64

TESTS="
	all_log_in
	each_has_a_port_and_an_address
	each_exchanges_a_ping
	list_is_complete
	all_come_back_when_the_server_was_killed
	each_still_exchanges_a_ping
	all_leave
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq /usr/bin/python3

COUNT=64
# there each frame to all of them takes its time
[ -z "${KSFT_DEBUG_KERNEL:-}" ] || COUNT=16

# control: METHOD JSON lines to a's daemon
control() {
	/usr/bin/python3 "$KSFT_DIR/tools/e2e_control.py" "$TMP/a/sock" lines
}

# for each card: FORMAT with its number
each() {
	local i

	for ((i = 1; i <= COUNT; i++)); do
		# shellcheck disable=SC2059
		printf "${1//%d/$i}\n"
	done
}

setup_topology() {
	# all from one address, and each may be slow on a slow machine
	start_server max-logins-source=200 login-failures=1000 &&
		make_netns a && mkdir "$TMP/a" &&
		on a sh -c 'ip link set lo up
			echo 1 >/proc/sys/net/ipv4/conf/all/arp_ignore
			echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
			echo 0 >/proc/sys/net/ipv4/conf/default/rp_filter' &&
		on hub ip address add 198.51.100.254/24 dev sehub12 &&
		make_cable 1 a 2>/dev/null
	ip -n "${NS[a]}" link set eth0 up &&
		daemon_conf a listen=none log-level=info && daemon_start a &&
		user_add 12 alice right
}

test_all_log_in() {
	each '{"name":"c%d","server":"192.0.2.5","vlan":12,"user":"alice","password":"right","device":"c%d","pin":"'"$FINGERPRINT"'"}' |
		sed 's/^/ConnectionAdd /' | control >"$TMP/added" &&
		! grep '"error":"' "$TMP/added" &&
		each 'ConnectionUp {"name":"c%d"}' | control >"$TMP/up" &&
		! grep '"error":"' "$TMP/up" &&
		busywait 60000 sessions_are '.state == "connected"' $COUNT &&
		json a "[.[] | select(.state == \"connected\")] | length == $COUNT" \
			connection list
}

test_each_has_a_port_and_an_address() {
	each 'address add 198.51.100.%d/32 dev c%d' >"$TMP/batch"
	each 'route add 198.51.100.254/32 dev c%d metric %d' >>"$TMP/batch"
	ip -n "${NS[a]}" -batch "$TMP/batch" &&
		json hub "([.[].session] | unique | length) == $COUNT" \
			session list || return 1
	[ -z "${KSFT_BRIDGES:-}" ] || {
		equal "$(bridge_ports 12 | wc -l)" $COUNT
		return
	}
	json hub "([.[].port] | unique | length) == $COUNT" session list &&
		equal "$(json hub '[.[] | select(.kind == "session")] |
			length' port list 12)" $COUNT
}

# all at once; requests for addresses may drown in those of the others at first
test_each_exchanges_a_ping() {
	rm -f "$TMP"/ping.*
	on a sh -c "for i in \$(seq $COUNT); do {
		for try in 1 2 3 4 5 6 7 8 9 10; do
			ping -n -c 1 -W 5 -I c\$i 198.51.100.254 && break
		done >$TMP/ping.\$i 2>&1
		grep -q '1 received' $TMP/ping.\$i || echo \$i
	} & done; wait" >"$TMP/silent"
	[ ! -s "$TMP/silent" ] || {
		echo "no answer for $(tr '\n' ' ' <"$TMP/silent")"
		return 1
	}
	equal "$(cat "$TMP"/ping.* | grep -c '1 received')" $COUNT
}

test_list_is_complete() {
	json hub "length == $COUNT and all(.[]; .user == \"alice\" and
		.state == \"connected\" and .rx_frames > 0 and .tx_frames > 0)" \
		session list &&
		equal "$(ctl hub session list | grep -c connected)" $COUNT &&
		json hub ".daemon.sessions == $COUNT" status &&
		json hub ".sessions == $COUNT" user show alice --vlan 12 ||
		return 1
	[ -n "${KSFT_BRIDGES:-}" ] ||
		json hub "[.[] | select(.mac)] | length >= $COUNT" mac list 12
}

test_all_come_back_when_the_server_was_killed() {
	local before

	ports_outlive_daemons || {
		daemon_end hub KILL && daemon_start hub &&
			busywait 60000 sessions_are '.state == "connected"' \
				$COUNT
		return
	}

	before=$(json hub '[.[].session] | sort | join(" ")' session list)
	daemon_end hub KILL && daemon_start hub &&
		busywait 60000 sessions_are '.state == "connected" and
			.resumes == 1' $COUNT &&
		equal "$(json hub '[.[].session] | sort | join(" ")' \
			session list)" "$before"
}

test_each_still_exchanges_a_ping() {
	test_each_exchanges_a_ping
}

no_ports() {
	if [ -z "${KSFT_BRIDGES:-}" ]; then
		[ "$(json hub 'length' port list 12)" -le 1 ]
	else
		! bridge_ports 12 | grep .
	fi
}

test_all_leave() {
	each 'ConnectionDown {"name":"c%d"}' | control >"$TMP/down" &&
		! grep '"error":"' "$TMP/down" && busywait 20000 sessions_are true 0 &&
		busywait 5000 no_ports &&
		! on a ip -o link show | grep -E ' c[0-9]+: <'
}

setup
run_tests
