#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# A daemon that is changed by sehubctl is killed at any point, over and over:
# each change that was confirmed is there when it runs again, none is there by
# half, and the database is sound. One that is damaged is set aside, and nothing
# comes in its place before an administrator has said so.
#
#   hub

TESTS="
	confirmed_changes_survive_each_kill
	database_is_sound
	damaged_file_is_set_aside_and_not_replaced
	copy_in_its_place_is_used
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq /usr/bin/python3

KILLS=16
CERT=SHA256:$(printf '%064d' 7)

setup_topology() {
	make_machine hub && daemon_conf hub "listen=none" && daemon_start hub &&
		touch "$TMP/confirmed"
}

# change N: a user, a connection or a listener, or one of them goes
change() {
	local n=$1

	case $((n % 4)) in
	0) ctl hub user add "u$n" --vlan 12 --cert "$CERT" --policy no-ra \
		--max-sessions 3 ;;
	1) ctl hub connection add "c$n" --server h.example:443 --vlan 1 \
		--anonymous --device "d$n" --trust-first-use --auto ;;
	2) ctl hub listener add "127.0.0.1:$((20000 + n))" ;;
	3) ctl hub user del "u$((n - 3))" --vlan 12 ;;
	esac
}

# What change N leaves, in one word, as what_is_there has it; - is the end of it.
trace() {
	local n=$1

	case $((n % 4)) in
	0) echo "u$n/no-ra/3" ;;
	1) echo "c$n/h.example:443/d$n/true/true" ;;
	2) echo "127.0.0.1/$((20000 + n))/listening" ;;
	3) echo "-u$((n - 3))/no-ra/3" ;;
	esac
}

what_is_there() {
	{
		json hub 'map("\(.user)/\(.policy)/\(.max_sessions)") |
			join("\n")' user list &&
			json hub 'map("\(.name)/\(.server)/\(.device)/" +
				"\(.tofu)/\(.auto)") | join("\n")' \
				connection list &&
			json hub 'map("\(.address)/\(.port)/\(.state)") |
				join("\n")' listener list
	} >"$TMP/list" && sed '/^$/d' "$TMP/list" | sort
}

# confirm N: what has to be there from now on
confirm() {
	local word

	word=$(trace "$1")
	if [ "${word#-}" = "$word" ]; then
		echo "$word" >>"$TMP/confirmed"
	else
		grep -vxF -- "${word#-}" "$TMP/confirmed" >"$TMP/less"
		mv "$TMP/less" "$TMP/confirmed"
	fi
}

# spin N: a moment that has nothing to do with what others do
spin() {
	local i

	for ((i = 0; i < $1; i++)); do :; done
}

kill_daemon() {
	kill -9 "${DPID[hub]}"
	wait "${DPID[hub]}" 2>/dev/null
	return 0
}

# The next change. What was not saved cannot be deleted.
advance() {
	n=$((n + 1))
	while [ $((n % 4)) = 3 ] &&
		! grep -qxF -- "u$((n - 3))/no-ra/3" "$TMP/confirmed"; do
		n=$((n + 1))
	done
}

# Some changes that are waited for, and one that is not.
test_confirmed_changes_survive_each_kill() {
	local n=0 round i last

	for ((round = 0; round < KILLS; round++)); do
		for ((i = RANDOM % 3; i > 0; i--)); do
			change "$n" || return 1
			confirm "$n"
			advance
		done
		change "$n" >"$TMP/last" 2>&1 &
		last=$!
		spin $((RANDOM % 6000))
		kill_daemon
		if wait "$last"; then
			confirm "$n"
		fi
		daemon_start hub || return 1
		what_is_there >"$TMP/there" || return 1
		sort "$TMP/confirmed" >"$TMP/expected"
		# it may have been saved, and nobody has been told
		if ! cmp -s "$TMP/expected" "$TMP/there"; then
			confirm "$n"
			sort "$TMP/confirmed" >"$TMP/expected"
		fi
		diff "$TMP/expected" "$TMP/there" || return 1
		advance
	done
	[ -s "$TMP/confirmed" ]
}

integrity() {
	/usr/bin/python3 - "$TMP/hub/state/state.db" <<-'EOT'
		import sqlite3, sys
		for row in sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check"):
		    print(row[0])
	EOT
}

test_database_is_sound() {
	equal ok "$(integrity)" && kill_daemon && equal ok "$(integrity)" &&
		daemon_start hub && equal ok "$(integrity)" &&
		equal 0700 "0$(stat -c %a "$TMP/hub/state")" &&
		equal 600 "$(stat -c %a "$TMP"/hub/state/state.db* | sort -u)"
}

# start_fails TEXT: with this in its log
start_fails() {
	"$DAEMON" --foreground --config "$TMP/hub/conf" >"$TMP/message" 2>&1
	equal 1 $? && grep -F -- "$1" "$TMP/message" && return
	cat "$TMP/message"
	return 1
}

test_damaged_file_is_set_aside_and_not_replaced() {
	local state=$TMP/hub/state i

	daemon_end hub TERM && cp "$state/state.db" "$TMP/copy" &&
		printf 'junk' | dd of="$state/state.db" bs=1 seek=16 \
			conv=notrunc status=none || return 1
	start_fails "state.db is damaged" &&
		grep -F "was set aside as state.db.damaged-" "$TMP/message" ||
		return 1
	# as a service manager would try, again and again
	for i in 1 2; do
		start_fails "is set aside as state.db.damaged-" &&
			[ ! -e "$state/state.db" ] || return 1
	done
	cat "$state"/state.db.damaged-*Z | tail -c +21 |
		cmp - <(tail -c +21 "$TMP/copy")
}

test_copy_in_its_place_is_used() {
	cp "$TMP/copy" "$TMP/hub/state/state.db" && daemon_start hub &&
		what_is_there >"$TMP/there" &&
		diff "$TMP/expected" "$TMP/there" && daemon_end hub TERM &&
		rm "$TMP"/hub/state/state.db* && daemon_start hub &&
		equal 0 "$(json hub length user list)"
}

setup
run_tests
