#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Log files of the daemon: what is in the system, administration and access
# logs and in that of sessions that have ended; that names forge nothing; that
# fail2ban finds guessed passwords and nothing else; files that are put aside
# every second, by length and by logrotate; a disk that is full; the fields in
# the journal.
#
#   hub (hub 12) ---- a

TESTS="
	system_log
	administration_log
	login_and_end
	detach_and_resume
	session_as_json
	failed_logins
	names_forge_nothing
	fail2ban_finds_guesses
	settings_are_shown
	bad_settings_are_refused
	logs_are_switched_off
	every_second
	by_length
	logrotate_puts_aside
	full_disk
	settings_outlive_the_daemon
	journal_has_fields
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq nft nsenter /usr/bin/python3
build_tool e2e_peer

LOGS=$TMP/hub/logs
TIME='time=20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}[+-][0-9]{2}:[0-9]{2}'
QUOTED='"([^"\\]|\\.)*"'
ADDRESS='192\.0\.2\.6:[0-9]+'

setup_topology() {
	start_server dead-time=3s && start_client 1 a dead-time=3s &&
		user_add 12 alice right &&
		connection_add a office "$SERVER" alice right
}

# has LOG LINE: an extended regular expression for the rest of a line
has() {
	grep -Eq -- "^$TIME $2\$" "$LOGS/$1"
}

# logs LOG LINE: soon
logs() {
	busywait 10000 has "$1" "$2" || {
		echo "not in $1: $2"
		tail -n 20 "$LOGS/$1"
		return 1
	}
}

# count LOG LINE
count() {
	grep -Ec -- "^$TIME $2\$" "$LOGS/$1"
}

test_system_log() {
	logs system.log "level=info event=start version=[^ ]+ workers=2 sessions=0" &&
		has system.log "level=info event=listen address=0\.0\.0\.0:443" &&
		has system.log "level=info event=certificate file=$TMP/hub/state/server\.crt fingerprint=$FINGERPRINT new=yes" &&
		kill -HUP "${DPID[hub]}" &&
		logs system.log "level=info event=reload fingerprint=$FINGERPRINT" &&
		equal "$(stat -c %a "$LOGS/system.log")" 640 &&
		! grep -E 'session-|user-add' "$LOGS/system.log"
}

test_administration_log() {
	logs administration.log 'level=info event=user-add user="alice" hub=12 by=0' &&
		user_add 12 bob right &&
		ctl hub user set bob --vlan 12 --max-sessions 1 &&
		ctl hub user passwd bob --vlan 12 \
			--password-file "$(password other)" &&
		! ctl hub user del nobody --vlan 12 &&
		logs administration.log 'level=info event=user-set user="bob" hub=12 by=0' &&
		logs administration.log 'level=info event=user-set-password user="bob" hub=12 by=0' &&
		equal "$(wc -l <"$LOGS/administration.log")" 4
}

test_login_and_end() {
	local name

	connection_up a office || return 1
	name=$(session_of alice)
	logs access.log "level=info event=session-start session=$name hub=12 user=\"alice\" address=$ADDRESS client=$QUOTED cipher=TLS_AES_128_GCM_SHA256 port=[0-9]+ resumes=0" ||
		return 1
	ctl hub session disconnect "$name" &&
		logs administration.log "level=info event=session-disconnect session=$name by=0" &&
		logs access.log "level=info event=session-end session=$name hub=12 user=\"alice\" address=$ADDRESS by=server reason=\"disconnected by an administrator\""
}

test_detach_and_resume() {
	local name

	connection_up a office || return 1
	name=$(session_of alice)
	resets_begin
	logs access.log "level=info event=session-detach session=$name hub=12 user=\"alice\" address=$ADDRESS reason=$QUOTED"
	local status=$?
	resets_end
	[ $status = 0 ] &&
		logs access.log "level=info event=session-resume session=$name hub=12 user=\"alice\" address=$ADDRESS client=$QUOTED cipher=[^ ]+ port=[0-9]+ resumes=[1-9][0-9]*"
}

# ended SESSION FILTER: its object
ended() {
	busywait 10000 grep -q "\"session\":\"$1\"" "$LOGS/sessions.jsonl" &&
		jq -e "select(.session == \"$1\") | $2" \
			"$LOGS/sessions.jsonl" && return
	tail -n 3 "$LOGS/sessions.jsonl"
	return 1
}

# The session of the test before, with some traffic.
test_session_as_json() {
	local name

	name=$(session_of alice)
	on a ip address add 203.0.113.10/24 dev office &&
		pings a 203.0.113.1 && ctl a connection down office &&
		ended "$name" '.user == "alice" and .hub == 12 and
			(.client | length) > 0 and .carrier == "direct" and
			(.addresses | length >= 2 and
				all(startswith("192.0.2.6:"))) and
			.rx_frames > 0 and .rx_bytes > 0 and
			.tx_frames > 0 and .tx_bytes > 0 and
			(.drops | type) == "number" and
			.drop_reasons == (.drop_reasons // {}) and
			.duration_s >= 0 and .duration_s < 600 and
			(now - .since) < 600 and .resumes >= 1 and
			.by == "client" and (.reason | length) > 0 and
			(.time | test("^20.*T.*[.][0-9]{6}[+-]..:..$"))' &&
		equal "$(grep -c "\"$name\"" "$LOGS/sessions.jsonl")" 1 &&
		logs access.log "level=info event=session-end session=$name hub=12 user=\"alice\" address=$ADDRESS by=client reason=$QUOTED"
}

# guesses NAME PASSWORD STEP...: a login that fails
guesses() {
	peer tls hello 12 scram "$1" "$(password "$2")" "${@:3}" hold 0
	saw "^CLOSE "
}

# One line for each, also of those that the daemon's own log has no room for.
test_failed_logins() {
	local i

	connection_up a office || return 1
	for ((i = 0; i < 3; i++)); do
		guesses alice wrong && guesses "nobody$i" wrong || return 1
	done
	logs access.log "level=warning event=login-failed address=$ADDRESS hub=12 user=\"nobody2\" reason=$QUOTED" &&
		equal "$(count access.log "level=warning event=login-failed address=$ADDRESS hub=12 user=\"alice\" reason=\"GSASL_AUTHENTICATION_ERROR\"")" 3 &&
		equal "$(count access.log "level=warning event=login-failed address=$ADDRESS hub=12 user=\"nobody[0-2]\" reason=\"no such user\"")" 3
}

FORGED='eve" reason="x" address=203.0.113.66:1 user="root'

test_names_forge_nothing() {
	guesses "$FORGED" wrong &&
		logs access.log "level=warning event=login-failed address=$ADDRESS hub=12 user=\"eve\\\\\" reason=\\\\\"x\\\\\" address=203\.0\.113\.66:1 user=\\\\\"root\" reason=\"no such user\"" &&
		! grep -Ev "^$TIME level=(error|warning|info) event=[a-z-]+( [a-z-]+=($QUOTED|[^ \"]*))*\$" \
			"$LOGS/access.log" "$LOGS/system.log" \
			"$LOGS/administration.log"
}

test_fail2ban_finds_guesses() {
	local filter=$TOP/userspace/fail2ban/sehub.conf guesses

	command -v fail2ban-regex >/dev/null || skip "no fail2ban" || return
	# a refusal that is no guess: the user has all the sessions it may have
	ctl hub user set alice --vlan 12 --max-sessions 1 &&
		guesses alice right attach 9 &&
		logs access.log "level=warning event=login-failed address=$ADDRESS hub=12 user=\"alice\" reason=\"the user has 1 sessions, and may not have more\"" ||
		return 1
	guesses=$(grep -c event=login-failed "$LOGS/access.log")
	fail2ban-regex "$LOGS/access.log" "$filter" --print-all-matched \
		>"$TMP/matched" 2>&1
	grep -E '^Lines:' "$TMP/matched"
	# all but that one; by the address of the line, whatever a name says
	fail2ban-regex -o ip "$LOGS/access.log" "$filter" | sort -u \
		>"$TMP/banned"
	grep -q "^Lines: .* $((guesses - 1)) matched" "$TMP/matched" &&
		equal "$(cat "$TMP/banned")" 192.0.2.6 &&
		! sed -n '/Matched line/,/`-/p' "$TMP/matched" |
		grep "may not have more" && return
	cat "$TMP/matched"
	return 1
}

test_settings_are_shown() {
	json hub '.directory == "'"$LOGS"'" and .rotate == "daily" and
		.max_bytes == 104857600 and .keep == 14 and .compress and
		.system and .administration and .access and
		([.files[].name] == ["access", "administration", "sessions",
			"system"]) and
		(.files | all(.state == "on" and .lines > 0 and .size > 0 and
			.lost == 0 and (.path | startswith("'"$LOGS"'/"))))' \
		log show && ctl hub log show | grep -E 'access +on .* 0 +'"$LOGS"
}

# refuses TEXT WORD...
refuses() {
	local text=$1

	shift
	ctl hub log set "$@" >"$TMP/message" 2>&1 && return 1
	cat "$TMP/message"
	grep -q -- "$text" "$TMP/message"
}

test_bad_settings_are_refused() {
	refuses "weekly" --rotate weekly && refuses "at least 4096" \
		--max-bytes 1K && refuses "no size" --max-bytes 10T &&
		refuses "keep" --keep 100001 && refuses "on or off" \
		--access yes && refuses "nothing to set" &&
		json hub '.rotate == "daily" and .access' log show
}

test_logs_are_switched_off() {
	local before

	before=$(wc -c <"$LOGS/access.log")
	ctl hub log set --access off &&
		logs administration.log "level=info event=log-set rotate=daily max-bytes=104857600 keep=14 compress=on system=on administration=on access=off by=0" &&
		guesses alice wrong &&
		busywait 5000 logged hub 'login-failed.*alice' &&
		json hub '.files[0].state == "off"' log show &&
		equal "$(wc -c <"$LOGS/access.log")" "$before" &&
		ctl hub log set --access on
}

aside() {
	find "$LOGS" -name "$1-*" | sort
}

# asides N NAME: so many files were put aside
asides() {
	[ "$(aside "$2" | wc -l)" -ge "$1" ]
}

# changes N: so many lines of the administration log
changes() {
	yes 'UserSet {"user":"alice","vlan":12,"max_sessions":5}' |
		head -n "$1" | on hub /usr/bin/python3 \
		"$KSFT_DIR/tools/e2e_control.py" "$TMP/hub/sock" lines \
		>/dev/null
}

# Each file has the lines of its second and no other.
test_every_second() {
	local file second

	ctl hub log set --rotate second --keep 3 --compress on || return 1
	for second in 1 2 3 4; do
		ctl hub user set alice --vlan 12 --max-sessions $second &&
			sleep 1 || return 1 # these seconds are what is tested
	done
	ctl hub log set --compress off && busywait 10000 asides 3 \
		administration || return 1
	ctl hub log set --rotate never
	while read -r file; do
		second=${file##*administration-}
		second=${second%%[_.]*}
		zcat -f "$file" | cut -d' ' -f1 | tr -d : |
			grep -v "^time=$second\." && return 1
	done < <(aside administration)
	aside administration | grep -q '\.gz$' &&
		busywait 10000 test "$(aside administration | wc -l)" -le 4 &&
		[ -e "$LOGS/administration.log" ]
}

# only_after TIME: no line is left that was written before
only_after() {
	[ -z "$(cat "$LOGS"/administration* | cut -d' ' -f1 |
		awk -v begin="time=$1" '$1 < begin')" ]
}

# The newest lines are those that are left.
test_by_length() {
	local i begin

	ctl hub log set --rotate daily --max-bytes 4K --keep 2 \
		--compress off || return 1
	rm -f "$LOGS"/administration-*
	changes 200 && busywait 10000 asides 2 administration || return 1
	begin=$(date +%FT%T.%6N)
	changes 400 && busywait 10000 only_after "$begin" &&
		busywait 10000 test "$(aside administration | wc -l)" -le 2 ||
		return 1
	for i in "$LOGS"/administration*; do
		[ "$(stat -c %s "$i")" -le 4096 ] &&
			[ -z "$(tail -c 1 "$i" | tr -d '\n')" ] || return 1
	done
	ctl hub log set --max-bytes 0
}

# rotate WORD...: as logrotate does it
rotate() {
	printf '%s\n' "$LOGS/administration.log {" "su root root" "rotate 3" \
		"$@" "}" >"$TMP/rotate.conf"
	chmod 644 "$TMP/rotate.conf"
	logrotate -f -s "$TMP/rotate.state" "$TMP/rotate.conf"
}

test_logrotate_puts_aside() {
	local how lines

	command -v logrotate >/dev/null || skip "no logrotate" || return
	for how in nocreate "create 0640 root root" copytruncate; do
		rotate "$how" || return 1
		[ "$how" != "create 0640 root root" ] || kill -HUP "${DPID[hub]}"
		lines=$(wc -l <"$LOGS/administration.log.1")
		[ "$lines" -gt 0 ] &&
			ctl hub user set alice --vlan 12 --max-sessions 6 &&
			logs administration.log 'level=info event=user-set user="alice" hub=12 by=0' &&
			equal "$(wc -l <"$LOGS/administration.log")" 1 &&
			equal "$(wc -l <"$LOGS/administration.log.1")" \
				"$lines" || return 1
	done
}

# inside COMMAND...: where the daemon sees its files
inside() {
	nsenter -t "${DPID[hub]}" -m "$@"
}

inside_has() {
	inside grep -Eq -- "$1" "$LOGS/administration.log"
}

log_state_is() {
	json hub '.files[] | select(.name == "administration") |
		.state == "'"$1"'"' log show
}

# A small disk of the daemon's own, at the place of its logs.
test_full_disk() {
	local before

	before=$(log_lines hub 'log-failed file=.*administration')
	inside mount -t tmpfs -o size=64k none "$LOGS" &&
		ctl hub user set alice --vlan 12 --max-sessions 7 &&
		busywait 10000 inside_has user-set || return 1
	! inside dd if=/dev/zero of="$LOGS/rest" bs=1k 2>/dev/null
	# more than fits into the last page of the file
	changes 60 && busywait 10000 log_state_is "failed: No space left on device" &&
		daemon_answers hub && connection_is a office connected &&
		sleep 2 && # it is said once, whatever is tried meanwhile
		equal "$(log_lines hub 'log-failed file=.*administration.* error="No space left on device"')" \
			$((before + 1)) && inside rm "$LOGS/rest" &&
		busywait 10000 log_state_is on && busywait 10000 logged hub \
		'log-recovered file=.*administration.log lost=0' &&
		ctl hub user set alice --vlan 12 --max-sessions 9 &&
		busywait 10000 json hub '.files[] | select(.name ==
			"administration") | .lost == 0' log show || return 1
	# none is missing and none is there in part
	busywait 10000 inside sh -c "[ \$(grep -c 'event=user-set user=\"alice\" hub=12 by=0\$' $LOGS/administration.log) = 62 ]" &&
		inside umount -l "$LOGS"
}

test_settings_outlive_the_daemon() {
	ctl hub log set --rotate hourly --max-bytes 10M --keep 5 --system off &&
		daemon_end hub TERM && daemon_start hub &&
		json hub '.rotate == "hourly" and .max_bytes == 10485760 and
			.keep == 5 and (.system | not) and .access' log show &&
		ctl hub log set --system on
}

# A journal that writes down what it gets, for as long as there is a daemon.
journal_begin() {
	cat >"$TMP/journal.py" <<-'EOT'
	import os, socket
	daemon = os.getppid()
	sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
	sock.settimeout(1)
	sock.bind("/run/systemd/journal/socket")
	while os.getppid() == daemon:
	    try:
	        data = sock.recv(65536)
	    except TimeoutError:
	        continue
	    print(data.decode().replace("\n", " | "), flush=True)
	EOT
	spawn a "$TMP/journal" unshare -m sh -c "
		mount -t tmpfs none /run && mkdir -p /run/systemd/journal &&
		/usr/bin/python3 $TMP/journal.py &
		until [ -S /run/systemd/journal/socket ]; do sleep 0.1; done
		exec env JOURNAL_STREAM=\$(stat -Lc %d:%i /proc/self/fd/2) \
			$DAEMON --foreground --config $TMP/j/conf"
}

test_journal_has_fields() {
	mkdir -p "$TMP/j"
	NS[j]=${NS[a]}
	daemon_conf j "listen=127.0.0.1:443" && journal_begin &&
		busywait 20000 daemon_answers j &&
		ctl j user add carol --vlan 13 \
			--password-file "$(password right)" &&
		busywait 10000 grep -q 'MESSAGE=user-add' "$TMP/journal"
	grep -E '^MESSAGE=start .*\| PRIORITY=6 \| SEHUB_EVENT=start' \
		"$TMP/journal" &&
		grep -E '^MESSAGE=user-add user="carol" vlan=13 by=0 \| PRIORITY=6 \| SEHUB_EVENT=user-add \| SEHUB_USER=carol \| SEHUB_HUB=13 \|.* SYSLOG_IDENTIFIER=sehub-transportd' \
			"$TMP/journal" &&
		! grep -E '^<[0-9]>' "$TMP/journal" && return
	cat "$TMP/journal"
	return 1
}

setup
run_tests
