#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Somebody between client and server: a client that knows the certificate, by its
# fingerprint, by an authority or from the first time, does not talk to anybody
# else; one that takes any certificate still gives nobody its password, nor a
# login that could be passed on.
#
#   hub (hub 12) ---- a: relay on 127.0.0.1:4443 <- client

TESTS="
	relay_passes_on_what_it_does_not_touch
	pin_refuses_another_certificate
	pin_refuses_a_tampered_certificate
	system_authorities_do_not_know_the_server
	authority_is_accepted
	authority_refuses_another_host
	authority_refuses_a_tampered_certificate
	authority_refuses_another_issuer
	login_cannot_be_passed_on
	impostor_is_found_out
	first_use_is_remembered
"

# shellcheck source=e2e.sh
. "$(dirname "$0")/e2e.sh"
require jq openssl /usr/bin/python3

new_key=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30)

# make_cert NAME SUBJECT-ALT-NAME [WORD...]: NAME.crt and NAME.key in $TMP
make_cert() {
	local name=$1 alt=$2

	shift 2
	openssl req -x509 "${new_key[@]}" -keyout "$TMP/$name.key" \
		-out "$TMP/$name.crt" -subj "/CN=$name" \
		-addext "subjectAltName=$alt" "$@"
}

# tamper IN OUT: the last byte of the signature is another one
tamper() {
	openssl x509 -in "$1" -outform DER -out "$TMP/der" &&
		python3 - "$TMP/der" <<-'EOT' &&
			import sys
			data = bytearray(open(sys.argv[1], "rb").read())
			data[-1] ^= 1
			open(sys.argv[1], "wb").write(data)
		EOT
		openssl x509 -inform DER -in "$TMP/der" -out "$2"
}

setup_topology() {
	start_server login-failures=1000 && start_client 1 a &&
		user_add 12 alice right &&
		make_cert ca DNS:ca -addext basicConstraints=critical,CA:TRUE &&
		make_cert ours IP:127.0.0.1 -CA "$TMP/ca.crt" \
			-CAkey "$TMP/ca.key" &&
		make_cert others DNS:other.example -CA "$TMP/ca.crt" \
			-CAkey "$TMP/ca.key"
}

# relay MODE...: PIDS and $TMP/relay
relay() {
	stop_relay
	rm -f "$TMP/relay"
	spawn a "$TMP/relay" /usr/bin/python3 "$KSFT_DIR/tools/e2e_relay.py" \
		4443 "$SERVER" 443 "$@"
	RELAY_PID=$SPAWNED
	busywait 20000 grep -q ready "$TMP/relay"
}

stop_relay() {
	[ -z "${RELAY_PID:-}" ] || kill "$RELAY_PID"
	[ -z "${RELAY_PID:-}" ] || wait "$RELAY_PID"
	RELAY_PID=
}

relayed() {
	busywait 5000 grep -Eq "$1" "$TMP/relay" || {
		cat "$TMP/relay"
		return 1
	}
}

# refuses_at TEXT WORD...: a client that knows the server by these words fails
# at once, for this reason, and its login goes nowhere
refuses_at() {
	local text=$1 before

	shift
	before=$(log_lines hub login-tls)
	connection_add a mitm 127.0.0.1:4443 alice right "$@" || return 1
	! connection_up a mitm 2>"$TMP/message"
	cat "$TMP/message"
	connection_is a mitm failed && grep -Ei "$text" "$TMP/message" &&
		relayed "^refused by the client" &&
		equal "$(log_lines hub login-tls)" "$before" "logins" &&
		ctl a connection del mitm
}

before_each() {
	ctl a connection del mitm 2>/dev/null
}

test_relay_passes_on_what_it_does_not_touch() {
	relay flip 1000000000 &&
		connection_add a mitm 127.0.0.1:4443 alice right &&
		connection_up a mitm
}

test_pin_refuses_another_certificate() {
	relay terminate "$TMP/ours.crt" "$TMP/ours.key" &&
		refuses_at "fingerprint|certificate" --pin "$FINGERPRINT"
}

test_pin_refuses_a_tampered_certificate() {
	tamper "$TMP/hub/state/server.crt" "$TMP/bad.crt" &&
		relay terminate "$TMP/bad.crt" "$TMP/hub/state/server.key" &&
		refuses_at "fingerprint|certificate" --pin "$FINGERPRINT"
}

test_system_authorities_do_not_know_the_server() {
	relay terminate "$TMP/ours.crt" "$TMP/ours.key" || return 1
	# without a word the system's authorities count
	local file
	file=$(password right)
	ctl a connection add mitm --server 127.0.0.1:4443 --user alice \
		--vlan 12 --password-file "$file" || return 1
	! connection_up a mitm 2>"$TMP/message"
	cat "$TMP/message"
	connection_is a mitm failed && relayed "^refused by the client"
}

# The server proves itself, so the login fails for being passed on.
test_authority_is_accepted() {
	relay terminate "$TMP/ours.crt" "$TMP/ours.key" &&
		connection_add a mitm 127.0.0.1:4443 alice right \
			--ca "$TMP/ca.crt" || return 1
	! connection_up a mitm
	relayed "^the client took the certificate"
}

test_authority_refuses_another_host() {
	relay terminate "$TMP/others.crt" "$TMP/others.key" &&
		refuses_at "certificate|host|address" --ca "$TMP/ca.crt"
}

test_authority_refuses_a_tampered_certificate() {
	tamper "$TMP/ours.crt" "$TMP/bad.crt" &&
		relay terminate "$TMP/bad.crt" "$TMP/ours.key" &&
		refuses_at "certificate|signature" --ca "$TMP/ca.crt"
}

test_authority_refuses_another_issuer() {
	make_cert self IP:127.0.0.1 &&
		relay terminate "$TMP/self.crt" "$TMP/self.key" &&
		refuses_at "certificate|issuer|self" --ca "$TMP/ca.crt"
}

test_login_cannot_be_passed_on() {
	relay terminate "$TMP/ours.crt" "$TMP/ours.key" &&
		connection_add a mitm 127.0.0.1:4443 alice right \
			--trust-first-use || return 1
	! connection_up a mitm 2>"$TMP/message"
	cat "$TMP/message"
	relayed "^the client took the certificate" &&
		connection_is a mitm failed &&
		grep "authentication failed" "$TMP/message" &&
		json a '.pin == null or .pin == ""' connection show mitm &&
		equal "$(sessions true)" 0
}

test_impostor_is_found_out() {
	relay impostor "$TMP/ours.crt" "$TMP/ours.key" &&
		connection_add a mitm 127.0.0.1:4443 alice right \
			--trust-first-use || return 1
	! connection_up a mitm 2>"$TMP/message"
	cat "$TMP/message"
	relayed "^got the proof" && connection_is a mitm failed &&
		! grep "the client said 3" "$TMP/relay" &&
		json a '.pin == null or .pin == ""' connection show mitm
}

test_first_use_is_remembered() {
	connection_add a mitm "$SERVER" alice right --trust-first-use &&
		connection_up a mitm &&
		equal "$(json a .pin connection show mitm)" "$FINGERPRINT" &&
		ctl a connection down mitm || return 1
	cp "$TMP/self.crt" "$TMP/hub/state/server.crt" &&
		cp "$TMP/self.key" "$TMP/hub/state/server.key" &&
		kill -HUP "${DPID[hub]}" &&
		busywait 10000 logged hub "reload fingerprint=SHA256:" || return 1
	! connection_up a mitm 2>"$TMP/message"
	cat "$TMP/message"
	connection_is a mitm failed && grep -Ei "fingerprint|certificate" \
		"$TMP/message" && equal "$(json a .pin connection show mitm)" \
		"$FINGERPRINT"
}

setup
run_tests
