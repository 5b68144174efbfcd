#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# What the console commands give away and what they do not: passwords and
# tickets are in no command line, environment, log, listing or answer; files are
# for their owner; strangers and nonsense are turned away from the socket.
#
#   hub (hub 12) ---- a

TESTS="
	passwords_are_in_no_command_line
	passwords_are_not_shown
	passwords_are_not_logged
	passwords_are_not_stored_at_the_server
	tickets_are_not_logged
	password_by_descriptor
	passwords_from_elsewhere_are_refused
	files_are_for_their_owner
	strangers_may_not_use_the_socket
	second_daemon_on_the_same_state_is_refused
	refusals_name_what_to_change
	control_socket_withstands_nonsense
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq setpriv /usr/bin/python3
build_tool e2e_peer

# Not a word that could be anywhere by chance.
SECRET=$TMP/secret

setup_topology() {
	(umask 077 && head -c 15 /dev/urandom | base64 >"$SECRET") &&
		start_server && start_client 1 a
}

# looks at all command lines and environments until it is stopped
watch_processes() {
	while [ -e "$TMP/watch" ]; do
		cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ
	done 2>/dev/null | tr '\0' '\n' | grep -Ff "$SECRET" >"$TMP/leaks"
}

test_passwords_are_in_no_command_line() {
	local watcher

	: >"$TMP/watch"
	watch_processes &
	watcher=$!
	ctl hub user add alice --vlan 12 --password-file "$SECRET" &&
		ctl a connection add office --server "$SERVER" --vlan 12 \
			--user alice --pin "$FINGERPRINT" --device office \
			--password-file "$SECRET" && connection_up a office
	rm "$TMP/watch"
	wait $watcher
	cat "$TMP/leaks"
	[ ! -s "$TMP/leaks" ] && connection_is a office connected
}

# shows WORD...: the command works and says something, but not the password
shows() {
	ctl "$@" >"$TMP/shown" || return 1
	[ -s "$TMP/shown" ] && ! grep -Ff "$SECRET" "$TMP/shown"
}

test_passwords_are_not_shown() {
	local word

	for word in "" --json; do
		# shellcheck disable=SC2086
		shows hub user list $word &&
			shows hub user show alice --vlan 12 $word &&
			shows a connection list $word &&
			shows a connection show office $word &&
			shows hub session list $word && shows a status $word ||
			return 1
	done
	echo 'ConnectionShow {"name":"office"}' | on a /usr/bin/python3 \
		"$KSFT_DIR/tools/e2e_control.py" "$TMP/a/sock" lines >"$TMP/shown" &&
		grep office "$TMP/shown" && ! grep -Ff "$SECRET" "$TMP/shown"
}

test_passwords_are_not_logged() {
	ctl a connection down office && connection_up a office &&
		[ "$(wc -l <"$TMP/hub/log")" -gt 3 ] &&
		! grep -Ff "$SECRET" "$TMP/hub/log" "$TMP/a/log"
}

test_passwords_are_not_stored_at_the_server() {
	! grep -rFf "$SECRET" "$TMP/hub/state"
}

test_tickets_are_not_logged() {
	local ticket

	peer tls hello 12 scram alice "$SECRET" attach 1 hold 0
	ticket=$(sed -n 's/.*ticket=\([0-9a-f]*\).*/\1/p' "$TMP/peer")
	[ ${#ticket} = 64 ] && ! grep -ic "$ticket" "$TMP/hub/log"
}

test_password_by_descriptor() {
	ctl hub user add fred --vlan 12 --password-fd 5 5<"$SECRET" &&
		peer tls hello 12 scram fred "$SECRET" hold 0 &&
		saw "^login done" && ctl hub user del fred --vlan 12
}

test_passwords_from_elsewhere_are_refused() {
	ctl hub user add gina --vlan 12 --password x
	equal $? 2 || return 1
	! ctl hub user add gina --vlan 12 </dev/null &&
		! ctl hub user add gina --vlan 12 --password-file /dev/null &&
		! ctl hub user show gina --vlan 12
}

# mode PATH MODE
mode() {
	equal "$(stat -c %a "$1")" "$2" "$1"
}

test_files_are_for_their_owner() {
	local name

	for name in hub a; do
		mode "$TMP/$name/state" 700 && mode "$TMP/$name/sock" 660 &&
			mode "$TMP/$name/state/state.db" 600 || return 1
	done
	mode "$TMP/hub/state/server.key" 600 &&
		! find "$TMP/hub/state" "$TMP/a/state" -type f -perm /077 \
			! -name server.crt | grep .
}

test_strangers_may_not_use_the_socket() {
	chmod 755 "$TMP"
	! on hub setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$CTL" --socket "$TMP/hub/sock" user list 2>"$TMP/message"
	cat "$TMP/message"
	grep -q "may not talk to sehub-transportd" "$TMP/message" || return 1
	# whatever the mode of the file is
	chmod 666 "$TMP/hub/sock"
	! on hub setpriv --reuid 65534 --regid 65534 --clear-groups \
		"$CTL" --socket "$TMP/hub/sock" user list 2>"$TMP/message"
	chmod 660 "$TMP/hub/sock"
	cat "$TMP/message"
	! grep alice "$TMP/message" && ctl hub user list | grep -q alice
}

test_second_daemon_on_the_same_state_is_refused() {
	! on hub timeout $((20 * SLOW)) "$DAEMON" --foreground \
		--config "$TMP/hub/conf" >"$TMP/message" 2>&1
	cat "$TMP/message"
	grep -q "error=" "$TMP/message" && daemon_answers hub &&
		connection_is a office connected
}

# says CODE TEXT WORD...: the command fails so, with this reason
says() {
	local code=$1 text=$2

	shift 2
	ctl hub "$@" >"$TMP/message" 2>&1
	equal $? "$code" "$*" && grep -Ei -- "$text" "$TMP/message" && return
	cat "$TMP/message"
	return 1
}

test_refusals_name_what_to_change() {
	says 1 "alice" user add alice --vlan 12 --password-file "$SECRET" &&
		says 1 "nobody" user del nobody --vlan 12 &&
		says 1 "none-1" session show none-1 &&
		says 1 "nowhere" connection up nowhere &&
		says 1 "/nowhere" user add x --vlan 12 --password-file /nowhere &&
		says 2 "vlan" user add x --vlan 4095 --password-file "$SECRET" &&
		says 2 "vlan" user add x --password-file "$SECRET" &&
		says 2 "frobnicate" user frobnicate &&
		says 2 "pin" connection add x --server h --vlan 12 --user u \
			--password-file "$SECRET" --pin SHA256:12
}

# raw BYTES: what the daemon answers to them, as printf understands them
raw() {
	on hub timeout 10 /usr/bin/python3 -c '
import socket, sys
sock = socket.socket(socket.AF_UNIX)
sock.connect(sys.argv[1])
sock.sendall(sys.stdin.buffer.read())
sock.shutdown(socket.SHUT_WR)
while data := sock.recv(65536):
    print(data.decode().replace("\0", "\n"))' "$TMP/hub/sock"
}

test_control_socket_withstands_nonsense() {
	printf 'nonsense\0' | raw
	printf '{"method":7}\0' | raw
	printf '{"method":"org.sehub.transportd.UserList","parameters":[]}\0' |
		raw
	head -c 3000000 /dev/zero | tr '\0' '[' | raw
	head -c 100000 /dev/urandom | raw
	printf '{"method":"org.sehub.transportd.Nothing"}\0' | raw |
		grep MethodNotFound &&
		printf '{"method":"org.sehub.transportd.UserList","parameters":{"vlan":"x"}}\0' |
		raw | grep InvalidParameter &&
		equal "$(json hub .daemon.pid status)" "${DPID[hub]}"
}

setup
run_tests
