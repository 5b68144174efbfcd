#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=150
#
# Logins with a client certificate: one of the user's carries traffic, over a
# connection that breaks and over one with new keys; any other is refused, and
# each mistake is told in one line that says where it was made.
#
#   hub (hub 12; alice: password, carol: certificate) ---- a

TESTS="
	certificate_carries_traffic
	session_survives_a_reset
	session_gets_new_keys
	session_outlives_the_daemon
	certificate_of_another_user
	certificate_that_the_server_does_not_know
	no_certificate_and_no_password
	password_does_not_fall_back
	expired_certificate
	files_that_are_no_certificate_and_key
	expired_certificate_of_a_user
	fingerprints_are_shown
	second_certificate_ends_no_session
	certificate_that_was_taken_away
	password_beside_a_certificate
	refusals_of_external
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq openssl nft
build_tool e2e_peer

# make_cert NAME [DAYS]: NAME.crt and NAME.key in $TMP; -1 is over since yesterday
make_cert() {
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout "$TMP/$1.key" -out "$TMP/$1.csr" -subj "/CN=$1" &&
		openssl x509 -req -in "$TMP/$1.csr" -signkey "$TMP/$1.key" \
			-days "${2:-30}" -out "$TMP/$1.crt"
}

# print_of NAME: its fingerprint, as OpenSSL shows it
print_of() {
	openssl x509 -in "$TMP/$1.crt" -noout -fingerprint -sha256 |
		sed 's/.*=/SHA256:/; s/://2g' | tr A-F a-f | sed s/^SHa/SHA/
}

setup_topology() {
	make_cert carol && make_cert next && make_cert other &&
		make_cert old -1 && start_server login-failures=1000 \
		dead-time=3s && start_client 1 a dead-time=3s &&
		user_add 12 alice right &&
		ctl hub user add carol --vlan 12 --cert "$TMP/carol.crt" &&
		cert_add office carol carol
}

# cert_add CONNECTION USER CERT [KEY]
cert_add() {
	ctl a connection add "$1" --server "$SERVER" --vlan 12 --user "$2" \
		--cert "$TMP/$3.crt" --key "$TMP/${4:-$3}.key" \
		--pin "$FINGERPRINT"
}

before_each() {
	ctl a connection del second 2>/dev/null
	connection_is a office connected || connection_up a office
}

test_certificate_carries_traffic() {
	connection_up a office &&
		on a ip address add 203.0.113.10/24 dev office &&
		pings a 203.0.113.1 &&
		sessions_are '.user == "carol" and .state == "connected"' 1 &&
		equal "$(json a .login connection show office)" certificate
}

resumes_are() {
	[ "$(json a .resumes connection show office)" -ge "$1" ] &&
		connection_is a office connected
}

resumes() {
	json a .resumes connection show office
}

# The connection is reset by the server's machine, once.
test_session_survives_a_reset() {
	local before session

	before=$(resumes) && session=$(session_of carol) || return 1
	resets_begin || return 1
	busywait 20000 sessions_are '.state == "detached"' 1
	resets_end
	busywait 20000 resumes_are $((before + 1)) && pings a 203.0.113.1 &&
		equal "$(session_of carol)" "$session" session
}

test_session_gets_new_keys() {
	local status=0

	daemon_conf a listen=none renew-time=2s && daemon_end a TERM &&
		daemon_start a && connection_up a office &&
		on a ip address replace 203.0.113.10/24 dev office &&
		LOST=$(log_lines a "connection-lost|-retry") &&
		busywait 20000 resumes_are 2 && pings a 203.0.113.1 &&
		equal "$(log_lines a "connection-lost|-retry")" "$LOST" "lost" ||
		status=1
	daemon_conf a listen=none && daemon_end a TERM && daemon_start a &&
		return $status
}

# Certificate and key are in the daemon's own keeping.
test_session_outlives_the_daemon() {
	local status=0

	mv "$TMP/carol.crt" "$TMP/hidden.crt" &&
		mv "$TMP/carol.key" "$TMP/hidden.key" && daemon_end a KILL &&
		daemon_start a && connection_up a office &&
		on a ip address replace 203.0.113.10/24 dev office &&
		pings a 203.0.113.1 || status=1
	mv "$TMP/hidden.crt" "$TMP/carol.crt"
	mv "$TMP/hidden.key" "$TMP/carol.key"
	! grep -q "PRIVATE KEY" "$TMP/a/log" && return $status
}

# fails TEXT: the connection "second" is refused for good, with this line
fails() {
	! connection_up a second 2>"$TMP/message"
	cat "$TMP/message"
	equal "$(wc -l <"$TMP/message")" 1 "lines" &&
		grep -E "$1" "$TMP/message" && connection_is a second failed &&
		busywait 5000 logged a "connection-failed connection=second" &&
		sessions_are '.state == "connected"' 1
}

test_certificate_of_another_user() {
	cert_add second alice carol &&
		fails "authentication failed: have the hub's administrator give the user this certificate, $(print_of carol)"
}

test_certificate_that_the_server_does_not_know() {
	cert_add second carol other &&
		fails "authentication failed: .* this certificate, $(print_of other)" &&
		logged hub "login-failed .*user=\"carol\" cert=$(print_of other) reason=\"the certificate is none of the user's\""
}

test_no_certificate_and_no_password() {
	! ctl a connection add second --server "$SERVER" --vlan 12 \
		2>"$TMP/message" && grep "user NAME is missing" "$TMP/message" &&
		connection_add a second "$SERVER" carol right &&
		fails "authentication failed$"
}

# Who has a password for alice uses it, and nothing else.
test_password_does_not_fall_back() {
	ctl hub user add anonymous --vlan 12 --anonymous &&
		connection_add a second "$SERVER" alice wrong &&
		fails "authentication failed$" &&
		sessions_are '.user == "anonymous"' 0 &&
		ctl hub user del anonymous --vlan 12
}

test_expired_certificate() {
	ctl hub user set carol --vlan 12 \
		--cert "$TMP/carol.crt,$(print_of old)" &&
		cert_add second carol old &&
		fails "the certificate expired on 20..-..-.. ..:.. UTC$" &&
		logged hub 'login-failed .*reason="the certificate expired on 20' &&
		logged a 'connection=second reason="the certificate expired on 20'
}

# refuses TEXT OPTION...: such a connection is not even made
refuses() {
	local text=$1

	shift
	! ctl a connection add second --server "$SERVER" --vlan 12 \
		--user carol --pin "$FINGERPRINT" "$@" 2>"$TMP/message"
	cat "$TMP/message"
	grep -q "$text" "$TMP/message"
}

test_files_that_are_no_certificate_and_key() {
	local cert=$TMP/carol.crt key=$TMP/carol.key

	openssl pkey -in "$key" -aes128 -passout pass:secret \
		-out "$TMP/locked.key" &&
		refuses "key: it is encrypted.* openssl pkey" \
			--cert "$cert" --key "$TMP/locked.key" &&
		refuses "key: it is not the key of the certificate" \
			--cert "$cert" --key "$TMP/other.key" &&
		refuses "key: it has no private key" \
			--cert "$cert" --key "$cert" &&
		refuses "cert: it has no certificate" \
			--cert "$key" --key "$key" &&
		refuses "cannot read $TMP/none.key: No such file" \
			--cert "$cert" --key "$TMP/none.key" &&
		refuses "/dev/null is no PEM file" \
			--cert /dev/null --key "$key" &&
		refuses "cert and --key need each other" --cert "$cert" &&
		! ctl a connection show second
}

test_expired_certificate_of_a_user() {
	! ctl hub user add dora --vlan 12 --cert "$TMP/old.crt" \
		2>"$TMP/message" && cat "$TMP/message" &&
		grep "certs: the certificate expired on 20" "$TMP/message" &&
		! ctl hub user show dora --vlan 12
}

test_fingerprints_are_shown() {
	ctl hub user set carol --vlan 12 --cert "$TMP/carol.crt" &&
		ctl hub user show carol --vlan 12 |
		grep "logs in .*with certificate $(print_of carol)$" &&
		json hub '.certs | length == 1' user show carol --vlan 12 &&
		json hub '.password | not' user show carol --vlan 12 &&
		ctl a connection show office |
		grep "certificate .*$(print_of carol)$" &&
		equal "$(json a .cert connection show office)" "$(print_of carol)"
}

test_second_certificate_ends_no_session() {
	local session

	session=$(session_of carol) &&
		ctl hub user set carol --vlan 12 \
			--cert "$TMP/next.crt,$(print_of carol)" &&
		equal "$(session_of carol)" "$session" session &&
		connection_is a office connected && cert_add second carol next &&
		connection_up a second
}

test_certificate_that_was_taken_away() {
	ctl hub user set carol --vlan 12 --cert "$TMP/next.crt" &&
		await_connection a office failed &&
		json a '.error | test("^authentication failed: ")' \
			connection show office && sessions_are true 0 &&
		ctl hub user set carol --vlan 12 --cert "$TMP/carol.crt" &&
		connection_up a office
}

test_password_beside_a_certificate() {
	ctl hub user passwd carol --vlan 12 \
		--password-file "$(password both)" &&
		connection_is a office connected &&
		connection_add a second "$SERVER" carol both &&
		connection_up a second &&
		ctl hub user set carol --vlan 12 --no-password &&
		await_connection a second failed &&
		await_connection a office connected &&
		! ctl hub user set carol --vlan 12 --cert none 2>"$TMP/message" &&
		grep "neither password nor certificate" "$TMP/message"
}

# What was not proved in TLS is no proof, and mechanisms have their own names.
test_refusals_of_external() {
	peer tls hello 12 sasl EXTERNAL carol wait && closed AUTH &&
		saw 'text="authentication failed"' &&
		peer tls hello 12 sasl PLAIN carol wait && closed AUTH &&
		peer tls hello 12 sasl EXTERNAL "" wait && closed AUTH &&
		logged hub 'user="carol" reason="no certificate was shown"' &&
		logged hub 'reason="unknown mechanism"'
}

setup
run_tests
