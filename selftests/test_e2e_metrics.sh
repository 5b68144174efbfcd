#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=90
#
# Figures for Prometheus: the text is OpenMetrics by the word of a parser, the
# figures are those of what happened, they never shrink, and none is about a
# single session, user or client.
#
#   hub (hub 12) ---- a

TESTS="
	what_is_no_text_is_refused
	the_text_is_openmetrics
	figures_of_hubs
	figures_of_sessions
	figures_of_logins
	figures_of_lines_that_were_lost
	figures_stay_when_sessions_end
	figures_of_connections
	figures_of_listeners
	figures_of_the_process
	nobody_is_named
	readers_may_know
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq nft setpriv /usr/bin/python3
build_tool e2e_peer
/usr/bin/python3 -c 'import prometheus_client' 2>/dev/null ||
	skip_all "no python3-prometheus-client"

setup_topology() {
	start_server control-group-readonly=bin && start_client 1 a &&
		user_add 12 alice right &&
		join_hub a office "$SERVER" alice right 10 &&
		pings a 203.0.113.1 || return 1
	chmod 711 "$TMP"
}

parse() {
	"$KSFT_DIR/tools/e2e_metrics.py"
}

# figure MACHINE NAME [LABEL=VALUE...]: of the first sample that has these
figure() {
	local lines label

	lines=$(ctl "$1" metrics | grep -E "^$2[{ ]") || return 1
	for label in "${@:3}"; do
		label="${label%%=*}=\"${label#*=}\""
		lines=$(grep -F -- "$label" <<<"$lines") || return 1
	done
	lines=${lines%%$'\n'*}
	echo "${lines##* }"
}

# figure_is VALUE MACHINE NAME [LABEL=VALUE...]: now or soon, as figures that
# were just composed are given once more
figure_is() {
	busywait 20000 has_figure "$@" || {
		echo "not $1: $(figure "${@:2}")"
		return 1
	}
}

has_figure() {
	[ "$(figure "${@:2}")" = "$1" ]
}

# grows VALUE MACHINE NAME [LABEL=VALUE...]: it is more than that, now or soon
grows() {
	busywait 20000 has_more "$@" || {
		echo "not more than $1: $(figure "${@:2}")"
		return 1
	}
}

has_more() {
	[ "$(figure "${@:2}")" -gt "$1" ]
}

test_what_is_no_text_is_refused() {
	! printf '# TYPE a gauge\na 1\n' | parse &&
		! printf '# TYPE a counter\na 1\n# EOF\n' | parse &&
		! printf '# TYPE a gauge\na 1\n# TYPE b gauge\nb 1\na 2\n# EOF\n' |
		parse && ! printf '# TYPE a gauge\na{x="} 1\n# EOF\n' | parse
}

test_the_text_is_openmetrics() {
	ctl hub metrics >"$TMP/text" && parse <"$TMP/text" &&
		equal "$(tail -n 1 "$TMP/text")" "# EOF" &&
		ctl a metrics | parse &&
		ctl hub metrics --json | jq -j .text | parse &&
		equal "$("$CTL" --version | cut -d' ' -f2)" \
			"$(sed -n 's/^sehub_build_info{version="\(.*\)"} 1$/\1/p' \
				"$TMP/text")"
}

test_figures_of_hubs() {
	local frames bytes

	figure_is 1 hub sehub_hub_ports vlan=12 device=sehub12 &&
		[ "$(figure hub sehub_hub_macs vlan=12)" -gt 0 ] || return 1
	# what a bridge says of frames would shrink
	if [ -n "${KSFT_BRIDGES:-}" ]; then
		! ctl hub metrics | grep -E '^sehub_hub_[a-z_]+_total\{'
		return
	fi
	frames=$(figure hub sehub_hub_receive_frames_total vlan=12) &&
		bytes=$(figure hub sehub_hub_receive_bytes_total vlan=12) ||
		return 1
	on a ping -n -c 3 -i 0.2 -s 1000 203.0.113.1 &&
		grows $((frames + 2)) hub sehub_hub_receive_frames_total vlan=12 &&
		grows $((bytes + 3000)) hub sehub_hub_receive_bytes_total vlan=12
}

test_figures_of_sessions() {
	local received

	figure_is 1 hub sehub_sessions vlan=12 state=connected &&
		figure_is 0 hub sehub_sessions vlan=12 state=detached &&
		figure_is 1 hub sehub_session_carriers carrier=direct &&
		figure_is 0 hub sehub_session_carriers carrier=other &&
		received=$(figure hub sehub_session_receive_bytes_total) &&
		on a ping -n -c 3 -i 0.2 -s 1000 203.0.113.1 &&
		grows $((received + 3000)) hub sehub_session_receive_bytes_total &&
		grows 3000 hub sehub_session_transmit_bytes_total &&
		grows 2 hub sehub_session_transmit_frames_total
}

test_figures_of_logins() {
	local before

	figure_is 1 hub sehub_logins_total &&
		figure_is 0 hub sehub_login_failures_total \
			reason=authentication || return 1
	peer tls hello 12 scram alice "$(password wrong)" wait
	peer tls hello 12 scram nobody "$(password wrong)" wait
	figure_is 2 hub sehub_login_failures_total reason=authentication &&
		figure_is 2 hub sehub_events_total event=login-refused || return 1
	before=$(figure hub sehub_logins_lost_total)
	on a bash -c "exec 3<>/dev/tcp/$SERVER/443"
	grows "$before" hub sehub_logins_lost_total &&
		figure_is 0 hub sehub_logins_pending
}

test_figures_of_lines_that_were_lost() {
	resets_begin
	grows 0 hub sehub_session_detaches_total &&
		figure_is 1 hub sehub_sessions vlan=12 state=detached || return 1
	resets_end
	await_connection a office connected &&
		figure_is 1 hub sehub_sessions vlan=12 state=connected || return 1
	grows 0 hub sehub_session_resumes_total
}

# Each frame is counted once: what the last session carried was all there was,
# but for what came between two looks at its port.
test_figures_stay_when_sessions_end() {
	local received ends own

	received=$(figure hub sehub_session_receive_bytes_total)
	ends=$(figure hub sehub_session_ends_total)
	[ "$received" -gt 0 ] &&
		ctl hub session disconnect "$(session_of alice)" &&
		grows "$ends" hub sehub_session_ends_total &&
		busywait 10000 has_ended_in "$TMP/hub/logs/sessions.jsonl" ||
		return 1
	own=$(jq -s 'map(.rx_bytes) | add' "$TMP/hub/logs/sessions.jsonl") &&
		[ "$own" -gt 3000 ] || return 1
	received=$(figure hub sehub_session_receive_bytes_total)
	echo "$received, of sessions: $own"
	[ "$received" -ge "$own" ] && [ "$received" -le $((own + 2000)) ] ||
		return 1
	! figure hub sehub_sessions vlan=12 && connection_up a office &&
		figure_is 1 hub sehub_sessions vlan=12 state=connected &&
		[ "$(figure hub sehub_session_receive_bytes_total)" -ge \
			"$received" ]
}

has_ended_in() {
	jq -e 'select(.user == "alice") | .rx_bytes' "$1"
}

test_figures_of_connections() {
	VLAN=12 connection_add a other 192.0.2.99 alice right &&
		figure_is 1 a sehub_connection_state connection=office \
			state=connected &&
		figure_is 0 a sehub_connection_state connection=office \
			state=failed &&
		figure_is 1 a sehub_connection_state connection=other \
			state=down &&
		figure_is 1 a sehub_connections state=connected &&
		figure_is 1 a sehub_connections state=down
}

test_figures_of_listeners() {
	figure_is 1 hub sehub_listener_up address=0.0.0.0:443 &&
		figure_is 1 hub sehub_listener_up 'address=[::]:443' &&
		grows 2 hub sehub_listener_accepted_total address=0.0.0.0:443 &&
		grows 0 hub sehub_listener_logins_total address=0.0.0.0:443
}

test_figures_of_the_process() {
	local pid=${DPID[hub]} started

	started=$(figure hub process_start_time_seconds)
	# also where the clock was set meanwhile
	[ "${started%.*}" -gt $((EPOCHSECONDS - 86400)) ] &&
		[ "${started%.*}" -le $((EPOCHSECONDS + 1)) ] &&
		[ "$(figure hub process_resident_memory_bytes)" -gt 1000000 ] &&
		[ "$(figure hub process_open_fds)" -ge 10 ] &&
		[ "$(figure hub process_open_fds)" -le \
			$(($(find "/proc/$pid/fd" | wc -l) + 8)) ] &&
		[ "$(figure hub process_max_fds)" -ge 1024 ] &&
		figure hub process_cpu_seconds_total &&
		figure hub sehub_uptime_seconds &&
		figure_is 2 hub sehub_workers && figure_is 1 hub sehub_users
}

test_nobody_is_named() {
	! ctl hub metrics | grep -E "alice|192\.0\.2\.|$(session_of alice)"
}

test_readers_may_know() {
	! logged hub "control-group-readonly .*not supported" ||
		skip "no ACLs in $TMP" || return
	setpriv --reuid 65534 --regid 65534 \
		--groups "$(getent group bin | cut -d: -f3)" --inh-caps=-all \
		"$CTL" --socket "$TMP/hub/sock" metrics | parse
}

setup
run_tests
