#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# The console as a whole: nobody gets in without the password; telnet, PuTTY,
# netcat and socat do; two administrators are there at once, in two languages;
# long lists come in pages; who did what is in the log.
#
#   telnet ---- 127.0.0.1:8023  hub (hub 12) ---- a

TESTS="
	nobody_gets_in_before_there_is_a_password
	password_is_asked_for_and_not_shown
	status
	long_list_comes_in_pages
	netcat_and_socat
	putty_by_telnet
	putty_raw
	two_administrators_in_two_languages
	other_password
	who_did_it_is_logged
	silence_logs_out
	wrong_passwords
"

# shellcheck source=telnet.sh
. "$(dirname "$0")/telnet.sh"
require plink

setup_topology() {
	start_console console-language=ask
}

# --- login --------------------------------------------------------------------

test_nobody_gets_in_before_there_is_a_password() {
	json hub '.password == false' admin show &&
		talk "=sehub" "!password: " "=sehubctl admin passwd" &&
		! ctl hub admin passwd --password-file /dev/null &&
		json hub '.password == false' admin show
}

test_password_is_asked_for_and_not_shown() {
	ctl hub admin passwd --password-file "$TMP/admin" &&
		json hub '.password' admin show && admin &&
		! grep -a open-sesame "$TMP/talk" &&
		! grep -ra open-sesame "$TMP/hub/state" "$TMP/hub/log" &&
		talk "=Enter: 1): " "" "=password: " open-sesam "=Wrong password"
}

test_status() {
	local version

	version=$(json hub .daemon.version status) &&
		admin 0 "=Version" "=$version" "=Uptime" "=$FINGERPRINT" \
			"=0.0.0.0:443" "=sehub12" "=Main menu: " &&
		said "^12 +sehub12 +[0-9]"
}

# --- clients ------------------------------------------------------------------

test_long_list_comes_in_pages() {
	local i

	for i in $(seq 30); do
		user_add 13 "many$i" x || return 1
	done
	# by name: the ninth is the last
	admin 1 1 13 "!many9" "=-- more" "~ " "=many9" "=management: " 1 13 \
		"=-- more" "!many9" "~q" "=management: " || return 1
	for i in $(seq 30); do
		ctl hub user del "many$i" --vlan 13 || return 1
	done
}

test_netcat_and_socat() {
	{
		printf '1\n'
		cat "$TMP/admin"
		printf '0\n9\n'
	} >"$TMP/lines"
	on hub nc -w $((20 * SLOW)) 127.0.0.1 $PORT <"$TMP/lines" \
		>"$TMP/talk" && said "shows what you type" && said sehub12 &&
		said Goodbye || return 1
	on hub socat -t $((20 * SLOW)) - TCP:127.0.0.1:$PORT,crlf \
		<"$TMP/lines" >"$TMP/talk" && said sehub12 && said Goodbye
}

# putty MODE: plink(1) is PuTTY without its window
putty() {
	CLIENT="plink $1 -P $PORT 127.0.0.1" admin 0 "=sehub12" \
		"=Main menu: " 1 "=management: "
}

test_putty_by_telnet() {
	putty -telnet && ! grep -a "shows what you type" "$TMP/talk" &&
		! grep -aF "$(cat "$TMP/admin")" "$TMP/talk"
}

# It shows what is typed, and nobody can keep it from that.
test_putty_raw() {
	putty -raw && said "shows what you type"
}

test_two_administrators_in_two_languages() {
	local code

	mkfifo "$TMP/hold"
	# the one stays in its menu until the other has been there
	{
		printf '2\n'
		cat "$TMP/admin"
		printf '1\n'
		cat "$TMP/hold"
		printf '1\n12\n3\n12\nnobody\n9\n9\n'
	} | on hub nc -w $((40 * SLOW)) 127.0.0.1 $PORT >"$TMP/japanese" &
	PIDS+=($!)
	busywait 20000 grep -aq "ユーザー管理: " "$TMP/japanese" &&
		admin 1 1 12 "=There is no user" "=management: "
	code=$?
	: >"$TMP/hold"
	busywait 20000 grep -aq "ログアウトしました" "$TMP/japanese"
	cat "$TMP/japanese"
	grep -aq "ユーザーはいません" "$TMP/japanese" &&
		grep -aq "エラー (該当するものがありません): .*nobody" \
			"$TMP/japanese" && return $code
}

test_other_password() {
	local new=another-one

	admin 4 "=Present password: " wrong "=Wrong password" "=Main menu: " \
		4 "$(cat "$TMP/admin")" "=New password: " $new "=again: " other \
		"=differ" "=Main menu: " 4 "$(cat "$TMP/admin")" $new "=again: " \
		$new "=Done." && echo $new >"$TMP/admin" && admin &&
		! grep -a $new "$TMP/hub/log"
}

test_who_did_it_is_logged() {
	admin 1 2 12 bob 3 "=Refused" 2 12 bob 1 x x "=was created" &&
		logged hub 'user-add user="bob" vlan=12 by=console:127.0.0.1:[0-9]+' &&
		logged hub 'admin-set-password by=0' &&
		logged hub 'admin-set-password by=console:127.0.0.1:' &&
		logged hub 'console-login address=127.0.0.1:' &&
		logged hub 'console-logout address=127.0.0.1:'
}

test_silence_logs_out() {
	daemon_end hub TERM && daemon_conf hub "listen=0.0.0.0:443" \
		console-idle=$((2 * SLOW))s console-language=en &&
		daemon_start hub &&
		on hub expect "$TMP/talk.exp" $((20 * SLOW)) $PORT "=password: " \
			"$(cat "$TMP/admin")" "=Main menu: " "=logged out"
}

# after a new start, so that nothing is held against anybody
test_wrong_passwords() {
	local i

	talk "=password: " a "=Wrong password" b "=Wrong password" c "=often" ||
		return 1
	# each further one makes it longer
	for i in 1 2 3 4 5 6; do
		echo d | on hub nc -N 127.0.0.1 $PORT >"$TMP/talk"
		! grep -Eaq "try again in [0-9]+ s" "$TMP/talk" || break
	done
	grep -Eaq "try again in [0-9]+ s" "$TMP/talk" && guesses_are_found
}

# Each is a line of the access log, and fail2ban knows it.
guesses_are_found() {
	local log=$TMP/hub/logs/access.log guesses

	busywait 5000 grep -q event=console-refused "$log" &&
		guesses=$(grep -c 'level=warning event=console-refused address=127.0.0.1:' "$log") &&
		[ "$guesses" -ge 3 ] || return 1
	command -v fail2ban-regex >/dev/null || return 0
	fail2ban-regex "$log" "$TOP/userspace/fail2ban/sehub.conf" |
		grep "^Lines: .* $guesses matched"
}

setup
run_tests
