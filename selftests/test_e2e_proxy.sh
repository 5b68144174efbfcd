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
	environment_with_socks
"

# shellcheck source=proxies.sh
. "$(dirname "$0")/proxies.sh"

setup_topology() {
	setup_proxies
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
	tinyproxy_start &&
		carries http "http://bob@$P:8888" \
			--via-password-file "$TMP/password.secret"
}

test_dante_by_socks4() {
	needs_dante || return
	dante_start none && carries socks4 "socks4://$P:1080"
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

# by_environment CARRIER URL: the daemon's own, as its unit file would set it
by_environment() {
	local status

	daemon_end c TERM || return 1
	export https_proxy=$2
	daemon_start c && by_name "$1" env
	status=$?
	unset https_proxy
	! grep -q secret "$TMP/c/log" || status=1
	daemon_end c TERM && daemon_start c || status=1
	return $status
}

test_environment() {
	squid_basic && by_environment http "http://bob:secret@$P:3128"
}

test_environment_with_socks() {
	microsocks_start &&
		by_environment socks5h "socks5h://bob:secret@$P:1081"
}

setup
run_tests
