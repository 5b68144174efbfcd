#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=60
#
# The control socket: its interface is one of varlink's and says what there is,
# answers are what it says and hold no secret, and who may call what is decided
# by the kernel's word on who asks.
#
#   hub (hub 12) ---- a

TESTS="
	what_is_no_interface_is_refused
	the_interface_is_varlink
	each_method_is_described
	answers_are_as_described
	answers_hold_no_secret
	tables_can_be_of_one_session
	readers_may_read_and_nothing_else
	readers_are_told_what_they_may_not
	members_of_the_group_may_do_all
	others_are_kept_out
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq openssl /usr/bin/python3 setpriv

# Groups of every machine, and nobody's own.
ALL=daemon
READERS=bin
NOBODY=65534

setup_topology() {
	start_server "control-group=$ALL" "control-group-readonly=$READERS" &&
		start_client 1 a && user_add 12 alice secret-of-alice &&
		join_hub a office "$SERVER" alice secret-of-alice 10 &&
		pings a 203.0.113.1 && add_far_connections || return 1
	# what others run has to be where others may look
	chmod 711 "$TMP" &&
		cp "$KSFT_DIR/tools/e2e_control.py" "$TMP/e2e_control.py" &&
		chmod 755 "$TMP/e2e_control.py" || return 1
	SOURCES=$TMP/sources
	mkdir "$SOURCES" && cp "$TOP"/userspace/transportd/*.c "$SOURCES" &&
		chmod -R a+rX "$SOURCES"
}

# add_far_connections: with every kind of secret, and never brought up
add_far_connections() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-subj /CN=a -keyout "$TMP/a.key" -out "$TMP/a.crt" \
		2>/dev/null &&
		connection_add a far 192.0.2.99 bob secret-of-bob \
			--pin "$FINGERPRINT" --via http://carol@192.0.2.99:3128 \
			--via-password-file "$(password secret-of-carol)" &&
		ctl a connection add certain --server 192.0.2.99 --vlan 12 \
			--user bob --cert "$TMP/a.crt" --key "$TMP/a.key" \
			--device certain --pin "$FINGERPRINT"
}

# varlink MACHINE WORD...: see tools/e2e_control.py
varlink() {
	"$TMP/e2e_control.py" "$TMP/$1/sock" "${@:2}"
}

# as_member GROUPS COMMAND...: as nobody, who is in these groups besides
as_member() {
	setpriv --reuid "$NOBODY" --regid "$NOBODY" --groups "$1" \
		--inh-caps=-all "${@:2}"
}

# gid NAME
gid() {
	getent group "$1" | cut -d: -f3
}

reader() {
	as_member "$(gid "$READERS")" "$@"
}

reader_ctl() {
	reader "$CTL" --socket "$TMP/hub/sock" "$@"
}

# Where a file system has no ACLs the daemon has said so.
needs_acls() {
	! logged hub "control-group-readonly .*not supported" ||
		skip "no ACLs in $TMP"
}

# no_interface TEXT: printf(1) makes an interface of it, which is none
no_interface() {
	# shellcheck disable=SC2059
	printf "$1" >"$TMP/idl"
	! "$TMP/e2e_control.py" - read "$TMP/idl"
}

test_what_is_no_interface_is_refused() {
	local good='interface org.example.a\n'

	printf '%b%s\n%s\n' "# words\n$good" 'type T (a: ?[]string, b: (x, y))' \
		'method M(t: T, # words
			m: [string]?int) -> () # words' >"$TMP/idl" &&
		"$TMP/e2e_control.py" - read "$TMP/idl" || return 1
	no_interface "" && no_interface "$good" &&
		no_interface 'interface example\nerror E ()\n' &&
		no_interface "${good}method m() -> ()\n" &&
		no_interface "${good}method M()\n" &&
		no_interface "${good}method M() -> () method N() -> ()\n" &&
		no_interface "${good}method M() -> ()\nmethod M() -> ()\n" &&
		no_interface "${good}method M(a: int a: int) -> ()\n" &&
		no_interface "${good}method M(a: int, a: int) -> ()\n" &&
		no_interface "${good}method M(a: int,) -> ()\n" &&
		no_interface "${good}method M(a: ??int) -> ()\n" &&
		no_interface "${good}method M(a: integer) -> ()\n" &&
		no_interface "${good}method M(a: T) -> ()\n" &&
		no_interface "${good}method M(a_: int) -> ()\n" &&
		no_interface "${good}type T (a, b: int)\n" &&
		no_interface "${good}typo T (a: int)\n"
}

test_the_interface_is_varlink() {
	varlink hub describe >"$TMP/methods" || return 1
	grep -qx UserAdd "$TMP/methods" && grep -qx Status "$TMP/methods"
}

test_each_method_is_described() {
	varlink hub registered "$SOURCES" || return 1
	# one that is not would have been found
	cat >"$SOURCES/more.c" <<-'EOT'
		static const struct control_method more[] = {
			{ "Undescribed", more, CONTROL_READS },
		};
	EOT
	! varlink hub registered "$SOURCES" || return 1
	rm "$SOURCES/more.c"
}

# walk MACHINE: what its daemon answers, in the file "answers". Its hub is a
# bridge, which knows no IP addresses.
walk() {
	local session

	session=$(session_of alice) &&
		varlink "$1" walk "$SOURCES" vlan=12 user=alice name=office \
			"session=$session" 'IpList!Failed' >>"$TMP/answers"
}

test_answers_are_as_described() {
	: >"$TMP/answers"
	# one has users and sessions, the other one connections
	ctl a user add alice --vlan 12 --cert "$TMP/a.crt" || return 1
	VLAN=12 connection_add hub office 192.0.2.99 alice secret-of-alice &&
		walk hub && grep -q '^UserShow.*"alice"' "$TMP/answers" &&
		grep -q '^SessionShow.*"connected"' "$TMP/answers" &&
		grep -q '^ConnectionShow.*"down"' "$TMP/answers" || return 1
	varlink a call ConnectionList >>"$TMP/answers" &&
		varlink a call UserList >>"$TMP/answers" &&
		grep -q '"far"' "$TMP/answers" &&
		grep -q '"certain"' "$TMP/answers"
}

test_answers_hold_no_secret() {
	[ -s "$TMP/answers" ] || return 1
	! grep -Ei 'secret-of|PRIVATE KEY|"(key|via_password|verifier|salt|ticket|cookie|client_id)"' \
		"$TMP/answers" || return 1
	# nor do the logs
	! grep -E 'secret-of|PRIVATE KEY' "$TMP/hub/log" "$TMP/a/log"
}

# macs FILTER PARAMETERS: of the hub's table
macs() {
	varlink hub call MacList "$2" | jq -ec ".parameters.macs | $1"
}

test_tables_can_be_of_one_session() {
	local session card own

	session=$(session_of alice) &&
		card=$(on a cat /sys/class/net/office/address) &&
		own="{\"vlan\":12,\"session\":\"$session\"}" || return 1
	macs 'map(.mac)' "$own" | grep -F "\"$card\"" &&
		macs "map(.session == \"$session\") | all" "$own" &&
		# the hub's own address is behind no session
		macs 'map(.session == null) | any' '{"vlan":12}' &&
		macs "map(.mac) | contains([\"$card\"])" '{"vlan":12}'
}

test_readers_may_read_and_nothing_else() {
	needs_acls || return
	reader "$TMP/e2e_control.py" "$TMP/hub/sock" denied "$SOURCES" &&
		logged hub "control-denied pid=[0-9]+ uid=$NOBODY method=[A-Z]"
}

test_readers_are_told_what_they_may_not() {
	needs_acls || return
	reader_ctl user list --json | jq -e '.[0].user == "alice"' &&
		reader_ctl session list --json | jq -e 'length == 1' || return 1
	! reader_ctl user del alice --vlan 12 >"$TMP/out" 2>&1 &&
		grep -q "not allowed: UserDel is not for those who may only read" \
			"$TMP/out" &&
		json hub .user user show alice --vlan 12 || return 1
	# by the group of the process, too
	setpriv --reuid "$NOBODY" --regid "$(gid "$READERS")" --clear-groups \
		"$CTL" --socket "$TMP/hub/sock" user list
}

test_members_of_the_group_may_do_all() {
	local groups

	groups=$(gid "$READERS"),$(gid "$ALL")
	as_member "$groups" "$CTL" --socket "$TMP/hub/sock" \
		user add dave --vlan 12 --password-fd 0 <<<"secret-of-dave" &&
		as_member "$(gid "$ALL")" "$CTL" \
			--socket "$TMP/hub/sock" user del dave --vlan 12
}

test_others_are_kept_out() {
	! as_member "$NOBODY" "$CTL" --socket "$TMP/hub/sock" \
		user list >"$TMP/out" 2>&1 &&
		grep -q "may not talk to sehub-transportd" "$TMP/out" || return 1
	# also where somebody has changed the mode of the socket
	chmod 666 "$TMP/hub/sock"
	! as_member "$NOBODY" "$CTL" --socket "$TMP/hub/sock" \
		user list >"$TMP/out" 2>&1 &&
		grep -q "not allowed: needs root or a group" "$TMP/out"
}

setup
run_tests
