#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# The menus of the console, as administrators use them: a telnet client, driven
# by expect(1), goes to each entry of each menu, and sehubctl sees what has
# become of it.
#
#   telnet ---- 127.0.0.1:8023  hub (hub 12) ---- a

TESTS="
	user_is_created_and_listed
	user_is_shown
	ten_options_are_edited
	what_goes_beyond_them_is_edited
	user_is_deleted
	session_is_listed_and_shown
	session_is_disconnected
	listeners_are_listed
	listener_is_switched_off_and_on
	listener_gets_another_port
	listeners_are_added_and_deleted
	log_state
	log_files_are_switched
	logs_are_switched
	changes_are_logged
"

# shellcheck source=telnet.sh
. "$(dirname "$0")/telnet.sh"

setup_topology() {
	start_console console-language=ask && ctl hub admin passwd --password-file "$TMP/admin"
}

# --- users --------------------------------------------------------------------

test_user_is_created_and_listed() {
	admin 1 2 12 alice 1 "=Password of the user: " right "=again: " right \
		"=was created" 1 12 "=alice" "=enabled" "=management: " &&
		json hub '.user == "alice" and .password and .policy == "none"' \
			user show alice --vlan 12 &&
		connection_add a office "$SERVER" alice right &&
		connection_up a office
}

test_user_is_shown() {
	admin 1 4 12 alice "=User alice of hub 12" "=Prohibit broadcast packets" \
		"=management: " 4 12 nobody "=Refused" "=management: "
}

# policy_is WORDS
policy_is() {
	equal "$(json hub .policy user show alice --vlan 12)" "$1"
}

test_ten_options_are_edited() {
	local words=no-resume,dhcp-force,max-ip=1,max-mac=1,no-ip-dup

	# the first one ends the session: asked, and not done
	admin 1 5 12 alice "=Change" 1 "=This ends the sessions" no \
		"=Nothing was changed" "" && policy_is none &&
		connection_is a office connected &&
		admin 1 5 12 alice 1 "=This ends" yes "=Done." "=Change" "" &&
		policy_is deny && await_connection a office failed &&
		admin 1 5 12 alice 1 "=Done." "" && policy_is none || return 1
	admin 1 5 12 alice "=Change" 2 "=Done." 3 "=Done." 4 "=How many" "" \
		"=Done." 5 "=How many" "" "=Done." 6 "=Done." "" &&
		policy_is $words || return 1
	words+=,no-mac-dup,no-broadcast,no-dhcp-server,filter-dhcp
	admin 1 5 12 alice 7 "=Done." 8 "=Done." 9 "=Done." 10 "=Done." "" &&
		policy_is $words || return 1
	words=${words/max-ip=1,max-mac=1/max-mac=7}
	admin 1 5 12 alice 4 0 "=Done." 5 7 "=Done." 8 "=Done." "" &&
		policy_is "${words/,no-broadcast/}" || return 1
	admin 1 5 12 alice 18 none "=Done." "" && policy_is none
}

test_what_goes_beyond_them_is_edited() {
	admin 1 5 12 alice 13 5 "=Done." 14 2035-01-31 "=Done." \
		15 192.0.2.0/24 "=Done." 16 90s "=Done." 17 "=Done." "" &&
		json hub '.max_sessions == 5 and .expires > 2000000000 and
			.sources == "192.0.2.0/24" and .grace_ms == 90000 and
			.cascade' user show alice --vlan 12 &&
		admin 1 5 12 alice 14 never "=Done." 15 any "=Done." 15 nowhere \
			"=Refused" "" &&
		json hub '.expires == 0 and .sources == "any"' \
			user show alice --vlan 12
}

test_user_is_deleted() {
	user_add 12 bob right &&
		admin 1 3 12 bob "=Delete user bob" no "=Nothing was changed" &&
		json hub .user user show bob --vlan 12 &&
		admin 1 3 12 bob "=Delete user bob" yes "=Done." || return 1
	! ctl hub user show bob --vlan 12
}

# --- sessions -----------------------------------------------------------------

test_session_is_listed_and_shown() {
	local name

	connection_up a office && name=$(session_of alice) &&
		admin 2 1 "" "=$name" "=alice" "=connected" "=management: " \
			2 "=$name" "=(Enter: none): " 1 "=TLS_AES" "=From the client" \
			"=management: " 2 "=none): " "$name" "=alice" "=management: "
}

test_session_is_disconnected() {
	local name

	name=$(session_of alice) &&
		admin 2 3 "=$name" 1 "=End the session of user alice" "" \
			"=Nothing was changed" && sessions_are true 1 &&
		admin 2 3 "=$name" 1 "=End the session of user alice" yes \
			"=Done." "=management: " 1 "" "=There is no session" &&
		await_connection a office failed && sessions_are true 0
}

# --- protocols ----------------------------------------------------------------

# listener FILTER: the one of that address and port fulfils it
listener() {
	json hub ".[] | select(.address == \"$1\" and .port == $2) | $3" \
		listener list
}

test_listeners_are_listed() {
	admin 3 1 1 "=0.0.0.0" "=443" "=listening" "=HTTP proxy: " 7 \
		"=$FINGERPRINT" "=HTTP proxy: " 9 0 1 "=no listener" "=IP connection: " 9
}

test_listener_is_switched_off_and_on() {
	admin 3 1 3 "=none): " 1 "=Nobody will be able" no "=Nothing was changed" 9 &&
		listener 0.0.0.0 443 '.state == "listening"' &&
		admin 3 1 3 1 "=Nobody" yes "=Done." 1 "=off" 9 &&
		listener 0.0.0.0 443 '.enabled == false and .state == "off"' &&
		! on a socat -u OPEN:/dev/null "TCP:$SERVER:443" &&
		admin 3 1 2 1 "=Done." 1 "=listening" 9 &&
		listener 0.0.0.0 443 '.enabled and .state == "listening"' &&
		connection_up a office
}

test_listener_gets_another_port() {
	admin 3 1 4 1 "=New port: " 8443 "=Clients that know" yes "=Done." 9 &&
		listener 0.0.0.0 8443 '.state == "listening" and .protocol == "proxy"' &&
		listener 0.0.0.0 443 '.state == "off"' &&
		admin 3 1 2 1 "=Done." 9
}

test_listeners_are_added_and_deleted() {
	admin 3 0 5 "=0.0.0.0): " "" "=Port: " 7777 "=Done." 1 "=7777" 9 &&
		listener 0.0.0.0 7777 '.state == "listening" and .protocol == "direct"' &&
		admin 3 0 5 "" 7777 "=Refused" 5 192.0.2.99 7778 "=Refused" \
			6 "=7777" 1 "=Nobody" yes "=Done." "=IP connection: " 9 &&
		json hub 'all(.[]; .port != 7777)' listener list
}

# --- logs ---------------------------------------------------------------------

test_log_state() {
	admin 5 0 "=Directory" "=$(json hub .directory log show)" \
		"=Files are switched" "=management: "
}

test_log_files_are_switched() {
	local number=0 word

	for word in never monthly daily hourly minute second; do
		number=$((number + 1))
		admin 5 1 "=Every second" $number "=Done." 9 &&
			equal "$(json hub .rotate log show)" $word || return 1
	done
	ctl hub log set --rotate never
}

test_logs_are_switched() {
	admin 5 2 "" "=Administration log" 3 "=will not be in that log" no \
		"=Nothing was changed" 3 yes "=Done." "" &&
		json hub '.access == false and .system' log show &&
		admin 5 2 "" 3 "=Done." 1 yes "=Done." 1 "=Done." 2 yes "=Done." \
			2 "=Done." "" &&
		json hub '.access and .system and .administration' log show
}

test_changes_are_logged() {
	local by='by=console:127.0.0.1:[0-9]+'

	logged hub "user-add user=\"alice\" vlan=12 $by" &&
		logged hub "session-disconnect session=.* $by" &&
		logged hub "listener-off address=0.0.0.0 port=443 $by"
}

setup
run_tests
