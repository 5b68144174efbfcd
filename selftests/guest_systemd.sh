#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The packages sehub-tools and sehub-transportd under systemd, in the machine of
# scripts/guest, where sehub-dkms is installed: the unit and what it may do, a
# session that outlives whatever happens to the daemon, and an upgrade.
#
#   hub (the machine: sehub-transportd.service, hub 12) ---- a (client)

TESTS="
	machine_has_started_well
	module_was_loaded_at_the_start
	packages_install
	ip_knows_hubs
	service_is_ready_when_it_says_so
	own_user_and_two_capabilities
	directories_and_their_owners
	socket_is_for_root_and_the_group
	members_of_the_second_group_only_read
	exposure_is_low
	client_connects
	names_are_completed
	console_offers_its_languages
	session_survives_a_restart
	session_survives_a_reload
	session_survives_a_kill
	session_survives_the_watchdog
	session_survives_stop_and_start
	journal_has_no_errors
	wrong_settings_are_told
	packages_upgrade
"

# shellcheck source=guest.sh
. "$(dirname "$0")/guest.sh"

teardown() {
	client_end
}

# --- sessions -----------------------------------------------------------------

identity() {
	json hub '[.[] | [.session, .port, .port_id] | map(tostring) |
		join(":")] | join(" ")' session list
}

resumes() {
	json a .resumes connection show office
}

ping_begin() {
	spawn a "$TMP/stream" ping -n -i 0.2 203.0.113.1
	PING=$SPAWNED
	busywait 10000 pings a 203.0.113.1
}

# Each request has had its answer, once, in order.
ping_end() {
	kill -INT "$PING"
	wait "$PING"
	sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' "$TMP/stream" >"$TMP/answers"
	tail -n 3 "$TMP/stream"
	[ -s "$TMP/answers" ] &&
		seq "$(wc -l <"$TMP/answers")" | cmp - "$TMP/answers" &&
		grep -E '^([0-9]+) packets transmitted, \1 received' "$TMP/stream"
}

# across COMMAND...: while it runs not one frame of a session is lost
across() {
	local before

	before=$(identity) && [ -n "$before" ] && rm -f "$TMP/stream" &&
		ping_begin || return 1
	"$@" || return 1
	busywait 20000 unit_is active && pings a 203.0.113.1 || return 1
	ping_end
	set -- $?
	# devices without the module keep their addresses, not their frames
	ports_outlive_daemons || return 0
	[ "$1" = 0 ] && equal "$(identity)" "$before" session
}

# resumed COMMAND...: and by another process
resumed() {
	local before pid

	before=$(resumes) && pid=$(unit MainPID) && across "$@" &&
		[ "$(unit MainPID)" != "$pid" ] &&
		{ ! ports_outlive_daemons || [ "$(resumes)" -gt "$before" ]; }
}

# --- the tests ----------------------------------------------------------------

test_machine_has_started_well() {
	[ "$(ps -o comm= -p 1)" = systemd ] && systemctl --failed --no-legend &&
		[ -z "$(systemctl --failed --no-legend)" ]
}

test_module_was_loaded_at_the_start() {
	needs_module || return
	[ "$(cat /sys/module/sehub/version)" = \
		"$(dpkg-query -W -f '${Version}' sehub-dkms)" ] &&
		[ "$(systemctl show -P Result systemd-modules-load)" = success ]
}

test_packages_install() {
	# shellcheck disable=SC2046 # names without spaces
	! id sehub && dpkg -i $(package_files 1 sehub-tools sehub-transportd) &&
		[ "$(package_state sehub-transportd)" = installed ] &&
		[ "$(package_state sehub-tools)" = installed ] &&
		require jq ping
}

test_ip_knows_hubs() {
	needs_module || return
	ip link add lab type sehub vlan 99 ageing 77 &&
		ip -details link show lab | grep "sehub vlan 99.* ageing 77 " &&
		ip link del lab
}

test_service_is_ready_when_it_says_so() {
	unit_is active && [ "$(unit SubState)" = running ] &&
		[ "$(unit Type)" = notify ] && [ "$(unit NotifyAccess)" = main ] &&
		[ "$(unit WatchdogUSec)" = 1min ] &&
		[ "$(unit StatusText)" = "listening on 4 addresses" ] &&
		[ "$(systemctl is-enabled "$UNIT")" = enabled ] &&
		ctl hub status
}

test_own_user_and_two_capabilities() {
	local status uid

	status=$(cat "/proc/$(unit MainPID)/status") && uid=$(id -u sehub) &&
		grep -E '^(Uid|Cap|NoNew|Seccomp)' <<<"$status" || return 1
	[ "$uid" != 0 ] &&
		grep "^Uid:	$uid	$uid	$uid	$uid\$" <<<"$status" &&
		# CAP_NET_BIND_SERVICE (10), CAP_NET_ADMIN (12)
		grep '^CapBnd:	0*1400$' <<<"$status" &&
		grep '^CapPrm:	0*1400$' <<<"$status" &&
		grep '^CapEff:	0*1400$' <<<"$status" &&
		grep '^CapInh:	0*$' <<<"$status" &&
		grep '^CapAmb:	0*$' <<<"$status" &&
		grep '^NoNewPrivs:	1$' <<<"$status" &&
		grep '^Seccomp:	2$' <<<"$status"
}

# owned PATH OWNER:GROUP MODE
owned() {
	equal "$(stat -c '%U:%G %a' "$1")" "$2 $3" "$1"
}

test_directories_and_their_owners() {
	owned /var/lib/sehub sehub:sehub 700 &&
		owned /var/lib/sehub/server.key sehub:sehub 600 &&
		owned /var/lib/sehub/state.db sehub:sehub 600 &&
		owned /var/log/sehub sehub:sehub 750 &&
		owned /var/log/sehub/system.log sehub:sehub 640 &&
		owned /run/sehub sehub:sehub 755 &&
		owned /run/sehub/transportd.sock sehub:sehub 660 &&
		owned /etc/sehub root:root 755 &&
		owned /etc/sehub/transportd.conf root:root 644
}

# as GROUPS WORD...: sehubctl as somebody with setpriv's option
as() {
	local groups=$1

	shift
	setpriv --reuid nobody --regid nogroup "$groups" "$CTL" "$@"
}

test_socket_is_for_root_and_the_group() {
	! as --clear-groups user list --vlan 12 --json &&
		as --groups=sehub user list --vlan 12 --json &&
		ctl hub user list --json
}

test_members_of_the_second_group_only_read() {
	as --groups=sehub-ro user list --vlan 12 --json &&
		! as --groups=sehub-ro connection del office 2>"$TMP/refused" &&
		cat "$TMP/refused" && grep 'only read' "$TMP/refused"
}

test_exposure_is_low() {
	systemd-analyze security --no-pager --threshold=20 "$UNIT"
}

test_client_connects() {
	client_begin
}

test_names_are_completed() {
	local file=/usr/share/bash-completion/completions/sehubctl

	equal "$(bash "$KSFT_DIR/tools/complete.bash" "$file" \
		<<<"sehubctl user list --vlan ")" 12 words &&
		equal "$(bash "$KSFT_DIR/tools/complete.bash" "$file" \
			<<<"sehubctl user show ")" alice words &&
		grep -x '#compdef sehubctl' \
			/usr/share/zsh/vendor-completions/_sehubctl
}

# The catalogue is where the daemon looks for it.
test_console_offers_its_languages() {
	printf 'right words\n' >"$TMP/words" &&
		ctl hub admin passwd --password-file "$TMP/words" || return 1
	cat </dev/tcp/127.0.0.1/8023 >"$TMP/console" &
	PIDS+=("$!")
	busywait 10000 grep -a 日本語 "$TMP/console"
	set -- $?
	kill "${PIDS[-1]}"
	return "$1"
}

test_session_survives_a_restart() {
	resumed systemctl restart "$UNIT"
}

test_session_survives_a_reload() {
	local pid before

	pid=$(unit MainPID) && before=$(resumes) &&
		across systemctl reload "$UNIT" &&
		[ "$(unit MainPID)" = "$pid" ] &&
		equal "$(resumes)" "$before" resumes &&
		journalctl -b -u "$UNIT" | grep "reload fingerprint=$FINGERPRINT"
}

has_restarted() {
	[ "$(unit NRestarts)" -gt "$RESTARTS" ] && unit_is active
}

# fail SIGNAL: of the daemon, which systemd starts again
fail() {
	RESTARTS=$(unit NRestarts)
	kill -s "$1" "$(unit MainPID)" && slowwait 30 has_restarted
}

test_session_survives_a_kill() {
	resumed fail KILL
}

# A daemon that is stuck says nothing.
test_session_survives_the_watchdog() {
	local dropin=/run/systemd/system/$UNIT.service.d

	mkdir -p "$dropin" &&
		printf '[Service]\nWatchdogSec=4\nTimeoutAbortSec=1\n' \
			>"$dropin/quick.conf" &&
		systemctl daemon-reload && systemctl restart "$UNIT" &&
		await_connection a office connected && resumed fail STOP &&
		journalctl -b -u "$UNIT" | grep "Watchdog timeout"
	set -- $?
	rm -r "$dropin"
	systemctl daemon-reload
	systemctl restart "$UNIT" && await_connection a office connected &&
		return "$1"
}

stop_and_start() {
	systemctl stop "$UNIT" && unit_is inactive &&
		[ ! -e /run/sehub/transportd.sock ] &&
		! ctl hub user list && systemctl start "$UNIT"
}

test_session_survives_stop_and_start() {
	resumed stop_and_start
}

test_journal_has_no_errors() {
	local errors

	errors=$(journalctl -b -q -p err -t sehub-transportd)
	echo "$errors"
	[ -z "$errors" ] && journalctl -b -q -t sehub-transportd | grep 'ready\|listen' &&
		[ -z "$(systemctl --failed --no-legend)" ]
}

# told SECONDS TEXT: in the unit's journal since then
told() {
	journalctl -b -u "$UNIT" --since "@$1" | grep "$2"
}

# systemd tries again, until that was too often in a short time.
test_wrong_settings_are_told() {
	local conf=/etc/sehub/transportd.conf begin

	begin=$(date +%s)
	cp $conf "$TMP/conf" && echo "grace = soon" >>$conf || return 1
	! systemctl restart "$UNIT" &&
		busywait 10000 told "$begin" "$conf:[0-9]*: grace" &&
		! unit_is active
	set -- $?
	cat "$TMP/conf" >$conf
	systemctl stop "$UNIT"
	systemctl reset-failed "$UNIT"
	systemctl start "$UNIT" && await_connection a office connected &&
		return "$1"
}

upgrade() {
	# shellcheck disable=SC2046 # names without spaces
	dpkg -i $(package_files 2 sehub-tools sehub-transportd)
}

# What the administrator has written stays.
test_packages_upgrade() {
	local next

	next=$(dpkg-deb -f "$(package_files 2 sehub-transportd)" Version)
	echo "max-sessions = 99" >>/etc/sehub/transportd.conf &&
		systemctl restart "$UNIT" && await_connection a office connected &&
		resumed upgrade &&
		[ "$(/usr/sbin/sehub-transportd --version)" = \
			"sehub-transportd $next" ] &&
		[ "$(readlink "/proc/$(unit MainPID)/exe")" = \
			"$(realpath /usr/sbin/sehub-transportd)" ] &&
		/usr/sbin/sehub-transportd --check-config | grep '^max-sessions = 99'
}

run_tests
