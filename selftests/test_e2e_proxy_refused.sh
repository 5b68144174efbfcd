#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Each way in which a proxy fails a client is named in words that tell what to
# change, and tried again where that may help, but not where an account would be
# locked for it.

TESTS="
	user_that_a_proxy_refuses
	user_that_a_proxy_wants
	port_that_a_proxy_forbids
	port_that_dante_forbids
	name_that_a_proxy_does_not_find
	proxy_that_is_none
	proxy_that_is_silent
	words_that_are_refused
"

# shellcheck source=proxies.sh
. "$(dirname "$0")/proxies.sh"

setup_topology() {
	setup_proxies
}

test_user_that_a_proxy_refuses() {
	squid_basic && refused has_ended \
		"through http://bob@$P:3128: the proxy refuses the user or the password" \
		"http://bob@$P:3128" \
		--via-password-file "$TMP/password.wrong" &&
		microsocks_start && refused has_ended \
		"through socks5h://bob@$P:1081: the proxy refuses the user or the password" \
		"socks5h://bob@$P:1081" \
		--via-password-file "$TMP/password.wrong"
}

test_user_that_a_proxy_wants() {
	squid_basic && refused has_ended \
		"the proxy wants a user: name one as in http://USER@$P:3128" \
		"http://$P:3128" && microsocks_start &&
		refused has_ended \
			"the proxy wants a user: name one as in socks5h://USER@$P:1081" \
			"socks5h://$P:1081"
}

test_port_that_a_proxy_forbids() {
	local SERVER=$SERVER:22

	squid_start "http_access allow tunnel" && refused goes_on \
		"through http://$P:3128: the proxy does not allow it (403)" \
		"http://$P:3128"
}

test_port_that_dante_forbids() {
	needs_dante || return
	local SERVER=$SERVER:22

	dante_start none && refused goes_on \
		"through socks5h://$P:1080: the proxy does not allow it" \
		"socks5h://$P"
}

test_name_that_a_proxy_does_not_find() {
	local SERVER=nobody.example

	squid_start "http_access allow tunnel" && refused goes_on \
		"cannot connect to nobody.example:443 through http://$P:3128: the proxy cannot reach the server (50[03])" \
		"http://$P:3128"
}

test_proxy_that_is_none() {
	proxy_start 9 socat "TCP-LISTEN:9,reuseaddr,fork" \
		"SYSTEM:echo SSH-2.0-OpenSSH_9.2; echo" &&
		refused goes_on "what is there does not answer as an HTTP proxy does" \
			"http://$P:9" &&
		proxy_start 9 socat "TCP-LISTEN:9,reuseaddr,fork" \
			"SYSTEM:echo SSH-2.0-OpenSSH_9.2; echo" &&
		refused goes_on "what answers there is no SOCKS proxy of this version" \
			"socks5h://$P:9" &&
		refused goes_on \
			"the proxy cannot be reached: Connection refused" \
			"socks5h://$P:9"
}

test_proxy_that_is_silent() {
	proxy_start 9 socat "TCP-LISTEN:9,reuseaddr,fork" "EXEC:sleep 1000" &&
		refused goes_on "through http://$P:9: timed out" "http://$P:9"
}

# without a call of the daemon
test_words_that_are_refused() {
	local words

	for words in "ftp://$P:21" "$P:3128" "https://$P:3128" \
		"http://bob:secret@$P:3128" "http://$P"; do
		! via bad "$words" 2>"$TMP/words" || return 1
		cat "$TMP/words"
		grep -q "^sehubctl: connection add 12 bad: --via: the URL " \
			"$TMP/words" && ! grep -q secret "$TMP/words" ||
			return 1
	done
	! via bad "http://$P:3128" \
		--via-password-file "$TMP/password.wrong" 2>"$TMP/words" &&
		grep "via has no user who could have" "$TMP/words" &&
		! via bad "http://bob@$P:3128" \
			--via-password-file /nowhere 2>"$TMP/words" &&
		grep "cannot open /nowhere" "$TMP/words" &&
		! ctl c connection show bad 2>/dev/null
}

setup
run_tests
