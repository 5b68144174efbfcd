#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Figures by HTTP: off unless it is asked for, GET /metrics and nothing else,
# and clients that misbehave cost a connection, not the daemon.
#
#   hub (hub 12) ---- a

TESTS="
	it_is_off_by_default
	addresses_that_make_no_sense
	an_address_that_is_taken
	figures_by_http
	nothing_else_is_there
	other_methods
	requests_that_are_none
	silent_clients_are_sent_away
	slow_clients_are_sent_away
	no_descriptors_are_no_reason_to_spin
	sessions_do_not_wait
	others_are_warned_of
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq curl socat prlimit

PORT=9464

setup_topology() {
	start_server && start_client 1 a && user_add 12 alice right &&
		join_hub a office "$SERVER" alice right 10 && pings a 203.0.113.1
}

# again [KEY=VALUE...]: the server's daemon, with these settings
again() {
	daemon_end hub TERM && : >"$TMP/hub/log" &&
		daemon_conf hub "listen=0.0.0.0:443 [::]:443" "$@" &&
		daemon_start hub && await_connection a office connected
}

# get PATH [WORD...]: from the server's own machine; the status in CODE
get() {
	CODE=$(on hub curl -sS -m 20 -o "$TMP/body" -D "$TMP/head" \
		-w '%{http_code}' "${@:2}" "http://127.0.0.1:$PORT$1")
}

# bytes FORMAT: printf(1) makes a request of it; the answer in "answer"
bytes() {
	# shellcheck disable=SC2059
	printf "$1" | on hub socat -t 20 - "TCP:127.0.0.1:$PORT" \
		>"$TMP/answer" 2>&1
}

serves() {
	get /metrics && equal "$CODE" 200
}

test_it_is_off_by_default() {
	! get /metrics && ! logged hub "metrics address=" &&
		on hub "$DAEMON" --check-config --config "$TMP/hub/conf" |
		grep -x "metrics = none"
}

# refused TEXT VALUE: is no setting, and the daemon says so
refused() {
	daemon_conf b listen=none "metrics=$2"
	! on hub "$DAEMON" --check-config --config "$TMP/b/conf" \
		>"$TMP/out" 2>&1 && grep -F "$1" "$TMP/out"
}

test_addresses_that_make_no_sense() {
	local value

	mkdir -p "$TMP/b"
	for value in 9464 127.0.0.1 localhost:9464 127.0.0.1:0 \
		127.0.0.1:65536 ::1:9464 "127.0.0.1:1 127.0.0.1:2" NONE; do
		refused "metrics: \"$value\" is no address with a port" \
			"$value" || return 1
	done
	daemon_conf b listen=none "metrics=[::1]:9464" &&
		on hub "$DAEMON" --check-config --config "$TMP/b/conf" |
		grep -xF "metrics = [::1]:9464"
}

test_an_address_that_is_taken() {
	daemon_conf b listen=none "metrics=0.0.0.0:443"
	! on hub "$DAEMON" --foreground --config "$TMP/b/conf" \
		>"$TMP/out" 2>&1 && grep \
		"cannot listen on 0.0.0.0:443 for metrics: Address already in use" \
		"$TMP/out"
}

test_figures_by_http() {
	again "metrics=127.0.0.1:$PORT" && serves &&
		grep -i "^content-type: application/openmetrics-text; version=1.0.0" \
			"$TMP/head" &&
		equal "$(tail -n 1 "$TMP/body")" "# EOF" &&
		grep '^sehub_sessions{vlan="12",state="connected"} 1$' \
			"$TMP/body" || return 1
	if /usr/bin/python3 -c 'import prometheus_client' 2>/dev/null; then
		"$KSFT_DIR/tools/e2e_metrics.py" <"$TMP/body" || return 1
	fi
	get "/metrics?name=x" && equal "$CODE" 200 &&
		! logged hub "metrics .*warning="
}

test_nothing_else_is_there() {
	local path

	for path in / /metrics/ /metric /metricsx //metrics /METRICS \
		/..%2fetc/passwd /metrics%00 "/$(printf 'x%.0s' {1..4000})"; do
		get "$path" --path-as-is && equal "$CODE" 404 &&
			! grep sehub_ "$TMP/body" || return 1
	done
	serves
}

test_other_methods() {
	local method

	for method in POST PUT DELETE OPTIONS PATCH TRACE FOO; do
		get /metrics -X "$method" && equal "$CODE" 405 &&
			grep -i '^allow: GET' "$TMP/head" || return 1
	done
	get /metrics --head && equal "$CODE" 405 || return 1
	head -c 3000000 /dev/zero >"$TMP/big"
	# what it sends is not read; curl may find the connection closed
	get /metrics --data-binary "@$TMP/big"
	[ "$CODE" = 405 ] || [ "$CODE" = 000 ] || return 1
	get /metrics -X GET --data hello && equal "$CODE" 413 &&
		get /metrics -X GET -H 'Content-Length: 0' && equal "$CODE" 200
}

# not_served: whatever the answer was
not_served() {
	! grep sehub_ "$TMP/answer"
}

test_requests_that_are_none() {
	local long

	long=$(head -c 60000 /dev/zero | tr '\0' x)
	bytes 'GET /metrics\r\n\r\n'
	not_served || return 1
	bytes 'nonsense\r\n\r\n'
	not_served || return 1
	bytes '\026\003\001\002\000\001\000\001\374\003\003'
	not_served || return 1
	bytes "GET /$long HTTP/1.1\r\nHost: x\r\n\r\n"
	not_served || return 1
	bytes "GET /metrics HTTP/1.1\r\nHost: x\r\nX: $long\r\n\r\n"
	not_served || return 1
	bytes 'GET /metrics HTTP/1.1\r\n\r\n'
	not_served || return 1
	bytes 'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'
	not_served || return 1
	# several in one go: one at most
	bytes 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n'
	[ "$(grep -c '^# EOF' "$TMP/answer")" -le 1 ] || return 1
	# a body, in pieces or announced and never sent
	bytes 'GET /metrics HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'
	not_served || return 1
	bytes 'GET /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n'
	not_served && grep "^HTTP/1.1 413 " "$TMP/answer" &&
		grep -i "^connection: close" "$TMP/answer" && serves
}

test_silent_clients_are_sent_away() {
	local fds

	fds=$(find "/proc/${DPID[hub]}/fd" | wc -l)
	# more than there may be: begun, and never ended; two addresses, one host
	for _ in {1..20}; do
		silent 127.0.0.1 && silent 127.0.0.2
	done
	[ "$(find "/proc/${DPID[hub]}/fd" | wc -l)" -le $((fds + 8)) ] &&
		busywait 60000 serves
}

# silent FROM
silent() {
	spawn hub "$TMP/silent" socat -u \
		"EXEC:printf 'GET /metrics HTTP/1.1\\r\\n',pty,raw" \
		"TCP:127.0.0.1:$PORT,bind=$1,shut-none,ignoreeof"
}

test_slow_clients_are_sent_away() {
	spawn hub "$TMP/slow" bash -c "
		exec 3<>/dev/tcp/127.0.0.1/$PORT && printf 'GET /' >&3 || exit
		until read -r -t 1 -u 3; [ \$? -le 128 ]; do
			printf x >&3 || break
		done
		echo over"
	busywait 60000 grep -q over "$TMP/slow"
}

# What the server's daemon has worked, in ticks of the clock.
ticks() {
	awk '{ print $14 + $15 }' "/proc/${DPID[hub]}/stat"
}

test_no_descriptors_are_no_reason_to_spin() {
	local limit lines status busy

	lines=$(log_lines hub "metrics-")
	limit=$(prlimit --pid "${DPID[hub]}" --nofile -o SOFT --noheadings) &&
		prlimit --pid "${DPID[hub]}" --nofile=3: || return 1
	spawn hub "$TMP/late" curl -sS -m 60 "http://127.0.0.1:$PORT/metrics"
	# two seconds of pings, of which it works for the smaller part
	busywait 20000 logged hub "metrics.*Too many open files" &&
		busy=$(ticks) && on a ping -n -c 10 -i 0.2 203.0.113.1 &&
		busy=$(($(ticks) - busy)) && echo "$busy ticks" &&
		[ "$busy" -lt "$(($(getconf CLK_TCK) / 2))" ]
	status=$?
	prlimit --pid "${DPID[hub]}" "--nofile=${limit// /}:" || return 1
	# it has tried again, now and then; who came meanwhile has its turn
	[ $status = 0 ] &&
		[ $(($(log_lines hub "metrics-") - lines)) -lt 100 ] &&
		busywait 20000 grep -qx "# EOF" "$TMP/late"
}

test_sessions_do_not_wait() {
	local i

	for i in {1..4}; do
		on hub curl -s "http://127.0.0.1:$PORT/metrics?[1-200]" \
			>"$TMP/many.$i" 2>&1 &
		PIDS+=("$!")
	done
	pings a 203.0.113.1 && ctl hub session list && ctl a status &&
		busywait 60000 serves
}

test_others_are_warned_of() {
	again "metrics=0.0.0.0:$PORT" &&
		logged hub "warning: metrics address=0.0.0.0:$PORT .*whoever can connect" &&
		on a curl -sS -m 20 "http://$SERVER:$PORT/metrics" |
		grep -x "# EOF"
}

setup
run_tests
