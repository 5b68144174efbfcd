#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=150
#
# Sessions outlive their connections and both daemons: while a TCP transfer runs
# from one client to the other, with every byte compared, daemons are killed,
# ended and started again, the line is cut, and bytes on it are changed. The
# transfer goes on in the same TCP connection, over the same ports of the hub.
#
#   a (client, also by a relay on 127.0.0.1:4443) ---- hub (hub 12) ---- b

TESTS="
	server_killed
	client_killed
	both_killed
	server_ended_by_SIGTERM
	client_ended_by_SIGTERM
	line_cut
	line_silent
	bytes_changed_on_the_line
	changed_grace_time_reaches_the_client
	connection_that_is_not_waited_for
	no_client_within_the_grace_time
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq /usr/bin/python3

SIZE=24000000
DEAD=$((2 + SLOW))

setup_topology() {
	start_server "dead-time=${DEAD}s" keepalive=500ms &&
		start_client 1 a "dead-time=${DEAD}s" keepalive=500ms &&
		start_client 2 b "dead-time=${DEAD}s" keepalive=500ms &&
		user_add 12 alice right && user_add 12 bob right &&
		join_hub a office 192.0.2.5 alice right 10 &&
		join_hub b office 192.0.2.9 bob right 20 &&
		pings a 203.0.113.20 || return 1
	# so that it takes a while on a fast machine
	on a tc qdisc add dev office root tbf rate 60mbit burst 256k \
		latency 100ms
	connection_add a changed 127.0.0.1:4443 alice right
}

# --- the transfer -------------------------------------------------------------

transfer_start() {
	rm -f "$TMP/receive"
	spawn b "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 "$SIZE"
	RECEIVE=$SPAWNED
	busywait 10000 grep -q ready "$TMP/receive" || return 1
	spawn a "$TMP/send" "$KSFT_DIR/streamtool" send 203.0.113.20 5001 "$SIZE"
	SEND=$SPAWNED
	BEGIN=$(bytes_at_b)
}

bytes_at_b() {
	on b cat /sys/class/net/office/statistics/rx_bytes
}

# has_moved BYTES: so much of it has come
has_moved() {
	[ "$(($(bytes_at_b) - BEGIN))" -ge "$1" ]
}

is_running() {
	! grep -Ev "^ready" "$TMP/receive"
}

transfer_end() {
	wait "$SEND" && wait "$RECEIVE" && return
	tail "$TMP/send" "$TMP/receive"
	return 1
}

# --- sessions -----------------------------------------------------------------

identity() {
	json hub '[.[] | select(.user != "nobody") | [.session, .port, .port_id]
		| map(tostring) | join(":")] | sort | join(" ")' session list
}

# resumes MACHINE: how often its session was resumed, as both ends count
resumes() {
	json "$1" .resumes connection show office
}

# across COMMAND...: a transfer, in the middle of which the command runs; then
# the sessions are the same ones
across() {
	local before

	before=$(identity) && transfer_start &&
		busywait 20000 has_moved $((SIZE / 16)) && is_running || return 1
	"$@" || return 1
	transfer_end && await_connection a office connected &&
		await_connection b office connected || return 1
	case $1 in
	restart*) ports_outlive_daemons || return 0 ;;
	esac
	equal "$(identity)" "$before" "sessions"
}

restart() {
	daemon_end "$1" "$2" && [ "$2" = KILL ] || equal "$CODE" 0 || return 1
	is_running && daemon_start "$1"
}

test_server_killed() {
	across restart hub KILL || return 1
	ports_outlive_daemons || return 0
	[ "$(resumes a)" -ge 1 ] && [ "$(resumes b)" -ge 1 ] &&
		json hub 'all(.[]; .resumes >= 1)' session list
}

test_client_killed() {
	local before

	before=$(resumes a)
	across restart a KILL || return 1
	! ports_outlive_daemons || [ "$(resumes a)" -gt "$before" ]
}

restart_both() {
	daemon_end a KILL && daemon_end hub KILL && daemon_start hub &&
		daemon_start a
}

test_both_killed() {
	across restart_both
}

# What the new daemon has found is in the access log.
sessions_are_logged() {
	! ports_outlive_daemons || busywait 10000 grep -Eq \
		' event=session-recover session=[^ ]+ hub=12 user="[a-z]+" port=[0-9]+ grace-left-ms=[0-9]+$' \
		"$TMP/hub/logs/access.log"
}

test_server_ended_by_SIGTERM() {
	across restart hub TERM && logged hub "^.*stop sessions=2" &&
		sessions_are_logged
}

test_client_ended_by_SIGTERM() {
	across restart b TERM
}

cut() {
	ip -n "${NS[a]}" link set eth0 down
	# shorter than the dead time: TCP alone would go on
	doze 1
	ip -n "${NS[hub]}" link set to1 down
	ip -n "${NS[hub]}" link set to1 up
	ip -n "${NS[a]}" link set eth0 up
}

test_line_cut() {
	across cut
}

is_detached() {
	sessions_are '.user == "alice" and .state == "detached"' 1
}

# Nothing passes any more, and nobody says so.
silence() {
	on hub nft -f - <<-'EOT' || return 1
		table inet cut {
			chain in {
				type filter hook input priority 0
				iifname to1 drop
			}
			chain out {
				type filter hook output priority 0
				oifname to1 drop
			}
		}
	EOT
	busywait $((DEAD * 1000 + 5000)) is_detached
	on hub nft delete table inet cut && is_running
}

test_line_silent() {
	command -v nft >/dev/null || {
		skip "no nft"
		return "$KSFT_SKIP"
	}
	across silence
}

test_bytes_changed_on_the_line() {
	spawn a "$TMP/relay" /usr/bin/python3 "$KSFT_DIR/tools/e2e_relay.py" \
		4443 192.0.2.5 443 flip 2500000
	busywait 20000 grep -q ready "$TMP/relay" &&
		ctl a connection down office && connection_up a changed &&
		on a ip address add 203.0.113.10/24 dev changed &&
		pings a 203.0.113.20 || return 1
	# the relay changes what comes to a
	rm -f "$TMP/receive"
	spawn a "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 8000000
	RECEIVE=$SPAWNED
	busywait 10000 grep -q ready "$TMP/receive" || return 1
	on b "$KSFT_DIR/streamtool" send 203.0.113.10 5001 8000000
	equal $? 0 "sender" || {
		cat "$TMP/relay" "$TMP/receive" "$TMP/a/log"
		return 1
	}
	wait "$RECEIVE" && cat "$TMP/relay" &&
		[ "$(grep -c flipped "$TMP/relay")" -ge 2 ] &&
		[ "$(json a .resumes connection show changed)" -ge 2 ]
}

port_is_gone() {
	if ports_outlive_daemons; then
		! ctl hub port show 12 "$1" 2>/dev/null
	else
		sessions_are ".session == \"$1\"" 0 &&
			! ip -n "${NS[hub]}" -details link show master sehub12 |
			grep "alias sehub session $1\$"
	fi
}

# grace_at_b MS: of its port, as its daemon says
grace_at_b() {
	logged b "connection-grace connection=office ms=$1\$"
}

# At once if it is there, and when it comes back.
test_changed_grace_time_reaches_the_client() {
	ctl hub user set bob --vlan 12 --grace 17m &&
		busywait 10000 grace_at_b 1020000 &&
		ctl b connection down office && connection_up b office &&
		on b ip address add 203.0.113.20/24 dev office || return 1
	ip -n "${NS[b]}" link set eth0 down
	ctl hub user set bob --vlan 12 --grace 18m
	busywait $((DEAD * 1000 + 5000)) sessions_are \
		'.user == "bob" and .state == "detached"' 1
	ip -n "${NS[b]}" link set eth0 up
	busywait 20000 grace_at_b 1080000 &&
		await_connection b office connected &&
		[ "$(resumes b)" -ge 1 ]
}

test_connection_that_is_not_waited_for() {
	local old

	ctl b connection down office && connection_add b brief 192.0.2.9 \
		bob right --pin "$FINGERPRINT" --grace 1s && connection_up b brief || return 1
	old=$(json hub '.[] | select(.user == "bob") | .session' session list)
	daemon_end b KILL && busywait $((DEAD * 1000 + 10000)) \
		port_is_gone "$old" &&
		# what the user's record says is no more than the bound
		json hub '.grace_ms == 1080000' user show bob --vlan 12 &&
		daemon_start b && ctl b connection del brief && return
	ctl hub session list
	tail -n 12 "$TMP/hub/log"
	return 1
}

test_no_client_within_the_grace_time() {
	local old

	daemon_conf hub "listen=0.0.0.0:443 [::]:443" grace=2s &&
		daemon_end hub TERM && daemon_start hub &&
		ctl hub user set bob --vlan 12 --grace default &&
		ctl b connection down office && connection_up b office || return 1
	old=$(json hub '.[] | select(.user == "bob") | .session' session list)
	daemon_end b KILL && busywait 20000 port_is_gone "$old" &&
		busywait 5000 sessions_are '.user == "bob"' 0 &&
		daemon_start b && await_connection b office connected &&
		[ "$(json hub '.[] | select(.user == "bob") | .session' \
			session list)" != "$old" ]
}

setup
run_tests
