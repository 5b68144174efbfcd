#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Clients that reach the server by a proxy and in no other way: each kind of
# proxy carries a session, which outlives the proxy.

TESTS="
	there_is_no_other_way
	squid
	squid_with_basic
	squid_with_digest
	tinyproxy
	dante_by_socks4
	openssh_by_socks4a
	dante_by_socks5
	dante_with_a_user
	microsocks_with_a_user
	environment
"

# shellcheck source=proxies.sh
. "$(dirname "$0")/proxies.sh"

resumed() {
	[ "$(json c .resumes connection show "$NAME")" -gt "$1" ] &&
		connection_is c "$NAME" connected
}

# A transfer lasts until the session has gone on over a new proxy.
outlives_the_proxy() {
	local before status=0

	before=$(json c .resumes connection show "$NAME")
	rm -f "$TMP/receive" "$TMP/input"
	mkfifo "$TMP/input"
	spawn hub "$TMP/receive" "$KSFT_DIR/streamtool" receive 5001 -
	local receive=$SPAWNED
	busywait 10000 grep -q ready "$TMP/receive" || return 1
	on c "$KSFT_DIR/streamtool" send 203.0.113.1 5001 - <"$TMP/input" &
	local send=$!
	exec 9>"$TMP/input"
	# whoever has it open holds up the end of the transfer
	busywait 20000 grep -q begun "$TMP/receive" && proxy_end &&
		proxy_start "${PROXY_COMMAND[@]}" 9>&- &&
		busywait 60000 resumed "$before" || status=1
	exec 9>&-
	wait "$send" || status=1
	wait "$receive" || status=1
	[ $status = 0 ] || cat "$TMP/receive" "$TMP/c/log"
	return $status
}

# carries CARRIER WAY [WORD...]: the way is written as it is shown
carries() {
	local carrier=$1

	NAME=$carrier
	shift
	via "$NAME" "$@" && connection_up c "$NAME" &&
		equal "$(json hub '.[].carrier' session list)" "$carrier" \
			"carrier" &&
		on c ip address add 203.0.113.10/24 dev "$NAME" &&
		pings c 203.0.113.1 && outlives_the_proxy &&
		equal "$(json hub '.[].carrier' session list)" "$carrier" \
			"carrier after a resume" &&
		ctl c connection show "$NAME" | grep -E "^ *via +$1\$" &&
		ctl c connection down "$NAME"
	local status=$?
	ctl c connection del "$NAME"
	proxy_end
	return $status
}

test_there_is_no_other_way() {
	connection_add c direct "$SERVER" alice right || return 1
	ctl c connection up direct --no-wait
	busywait 20000 error_is direct "cannot connect to $SERVER:443: Network is unreachable"
	local status=$?
	ctl c connection del direct
	return $status
}

test_squid() {
	squid_start "http_access allow tunnel" && carries http "http://$P:3128"
}

test_squid_with_basic() {
	squid_basic && carries http "http://bob@$P:3128" \
		--via-password-file "$TMP/password.secret"
}

test_squid_with_digest() {
	users digest bob:secret && squid_start \
		"auth_param digest program /usr/lib/squid/digest_file_auth $TMP/p/digest" \
		"auth_param digest realm office" \
		"acl known proxy_auth REQUIRED" \
		"http_access allow known tunnel" &&
		carries http "http://bob@$P:3128" \
			--via-password-file "$TMP/password.secret"
}

test_tinyproxy() {
	cat >"$TMP/p/tinyproxy.conf" <<-EOT
		User nobody
		Group nogroup
		Listen $P
		Port 8888
		Timeout 600
		MaxClients 10
		ConnectPort 443
		BasicAuth bob secret
	EOT
	proxy_start 8888 tinyproxy -d -c "$TMP/p/tinyproxy.conf" &&
		carries http "http://bob@$P:8888" \
			--via-password-file "$TMP/password.secret"
}

test_dante_by_socks4() {
	needs_dante || return
	dante_start none && carries socks4 "socks4://$P:1080"
}

# the name is one that the client cannot look up
by_name() {
	local SERVER=hub.example

	carries "$@"
}

# ssh -D is a proxy for SOCKS 4, 4A and 5.
test_openssh_by_socks4a() {
	sshd_start && proxy_start 1080 ssh -F none -N -D "$P:1080" -p 2222 \
		-i "$TMP/key" -o BatchMode=yes -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null root@127.0.0.1 &&
		by_name socks4a "socks4a://$P:1080"
	local status=$?
	kill "$SSHD"
	return $status
}

test_dante_by_socks5() {
	needs_dante || return
	dante_start none && carries socks5 "socks5://$P:1080"
}

test_dante_with_a_user() {
	needs_dante || return
	dante_start username && by_name socks5h "socks5h://bob@$P:1080" \
		--via-password-file "$TMP/password.secret"
}

test_microsocks_with_a_user() {
	microsocks_start && by_name socks5h "socks5h://bob@$P:1081" \
			--via-password-file "$TMP/password.secret"
}

# The daemon's own, as its unit file would set it.
test_environment() {
	local status

	daemon_end c TERM && squid_basic || return 1
	export https_proxy=http://bob:secret@$P:3128
	daemon_start c && by_name http env
	status=$?
	unset https_proxy
	! grep -q secret "$TMP/c/log" || status=1
	daemon_end c TERM && daemon_start c || status=1
	return $status
}

setup
run_tests
