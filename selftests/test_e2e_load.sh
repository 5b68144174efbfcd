#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=150
#
# A crowd of sessions on two hubs, from one process that has no network device
# for them: each frame comes once, in order, to the session it is for and to no
# other; who is refused hears why, and the others go on; an idle session has its
# keepalives and nothing else; and nothing is left when all are gone.
#
#   hub (hubs 12 and 13) ---- a: loadtool

TESTS="
	wrong_password_is_refused
	missing_hub_is_refused
	all_log_in
	list_is_complete
	every_frame_comes_once_and_in_order
	users_limit_is_kept
	servers_limit_is_kept
	the_others_go_on
	disconnected_one_hears_why
	idle_ones_have_keepalives_alone
	all_leave
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq
build_tool loadtool

# on each of the two hubs
COUNT=50
[ "$SLOW" = 1 ] || COUNT=20
[ -z "${KSFT_DEBUG_KERNEL:-}" ] || COUNT=6
ALL=$((2 * COUNT))

setup_topology() {
	start_server max-sessions=$((ALL + 2)) login-failures=100 &&
		hub_add 13 && make_machine a && make_cable 1 a &&
		user_add 12 alice right && user_add 13 bob right &&
		password wrong &&
		tool_start load ip netns exec "${NS[a]}" "$KSFT_DIR/loadtool" \
			192.0.2.5 443
}

load() {
	tool load "$@"
}

# user_is VLAN NAME PASSWORD: who logs in from now on
user_is() {
	load user "$1" "$2" "$TMP/password.$3"
}

# not_let_in N TEXT WORD...: so many logins are refused, in one line
not_let_in() {
	! load login "$1" 4 && equal "$(wc -l <<<"$OUT")" 2 lines &&
		[[ $LAST = *"$2"* ]] && shift 2 && want lost=0 "$@"
}

# sent_and_received COUNT: each frame, once
sent_and_received() {
	want "sent=$1" "received=$1" lost=0 wrong=0 astray=0
}

test_wrong_password_is_refused() {
	user_is 12 alice wrong &&
		not_let_in 3 'CLOSE AUTH "authentication failed"' refused=3 \
			open=0 && sessions_are true 0
}

test_missing_hub_is_refused() {
	user_add 14 carol right && user_is 14 carol right &&
		not_let_in 1 'CLOSE NO_HUB "hub 14 does not exist at the server"' \
			refused=1 open=0 && sessions_are true 0
}

test_all_log_in() {
	user_is 12 alice right && load login $COUNT 16 && want open=$COUNT &&
		user_is 13 bob right && load login $COUNT 16 && want open=$ALL
}

test_list_is_complete() {
	json hub "length == $ALL and ([.[].session] | unique | length) == $ALL
		and ([.[].client_name] | unique | length) == $ALL and
		all(.[]; .state == \"connected\")" session list &&
		sessions_are '.vlan == 13 and .user == "bob"' $COUNT &&
		json hub ".sessions == $COUNT" user show alice --vlan 12 &&
		json hub ".daemon.sessions == $ALL" status
}

# frames to the session, and from it
test_every_frame_comes_once_and_in_order() {
	load exchange frames 40 window 8 size 200 &&
		sent_and_received $((40 * ALL)) &&
		load exchange frames 10 window 4 size 1514 &&
		sent_and_received $((10 * ALL)) &&
		json hub 'all(.[]; .rx_frames >= 50 and .tx_frames >= 50)' \
			session list
}

test_users_limit_is_kept() {
	ctl hub user set alice --vlan 12 --max-sessions $((COUNT + 1)) &&
		user_is 12 alice right && load login 1 1 &&
		not_let_in 3 "CLOSE BUSY \"the user has $((COUNT + 1)) sessions" \
			refused=3 open=$((ALL + 1)) &&
		sessions_are true $((ALL + 1)) &&
		load leave 1 && busywait 10000 sessions_are true $ALL
}

test_servers_limit_is_kept() {
	user_is 13 bob right &&
		not_let_in 3 'CLOSE BUSY "the server has no room for another session"' \
			refused=1 open=$((ALL + 2)) &&
		sessions_are true $((ALL + 2)) &&
		load leave 2 && busywait 10000 sessions_are true $ALL
}

test_the_others_go_on() {
	load show && want open=$ALL &&
		load exchange frames 10 window 2 size 60 &&
		sent_and_received $((10 * ALL))
}

test_disconnected_one_hears_why() {
	local name

	name=$(json hub '.[0].session' session list) &&
		ctl hub session disconnect "$name" &&
		! load idle $((30000 * SLOW)) &&
		want lost=1 refused=0 open=$((ALL - 1)) &&
		[[ $LAST = *'CLOSE DISCONNECTED "disconnected by an administrator"'* ]] &&
		load exchange frames 10 window 2 size 60 &&
		sent_and_received $((10 * (ALL - 1)))
}

# how often the server's workers have slept
worker_sleeps() {
	awk '/^Name:/ { is_worker = $2 ~ /^worker-/ }
		is_worker && /^voluntary_ctxt/ { n += $2 } END { print n }' \
		"/proc/${DPID[hub]}"/task/*/status
}

# One a second, as the server's settings have it: a worker wakes up for it, and
# for its answer.
test_idle_ones_have_keepalives_alone() {
	local pings sleeps

	sleeps=$(worker_sleeps) && load idle 4000 && field pings &&
		pings=$VAL && field msec && [ "$pings" -gt 0 ] &&
		[ "$pings" -le $(((ALL - 1) * (VAL / 1000 + 1))) ] &&
		sleeps=$(($(worker_sleeps) - sleeps)) &&
		echo "$pings keepalives, $sleeps wake-ups" &&
		[ "$sleeps" -le $((2 * pings + COUNT)) ]
}

no_ports() {
	ports_are_gone 12 && ports_are_gone 13
}

ports_are_gone() {
	if [ -z "${KSFT_BRIDGES:-}" ]; then
		[ "$(json hub 'length' port list "$1")" -le 1 ]
	else
		! bridge_ports "$1" | grep .
	fi
}

test_all_leave() {
	load leave $ALL && want open=0 && busywait 10000 sessions_are true 0 &&
		json hub ".daemon.sessions == 0" status &&
		busywait 20000 no_ports
}

setup
run_tests
