#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Clients whose proxy wants Negotiate: a ticket of Kerberos lets them in, by a
# keytab or from a cache, and the daemon waits for nobody meanwhile.

TESTS="
	keytab
	program_that_was_replaced
	daemon_without_rights
	environment
	ticket_of_a_cache
	ticket_outlives_the_kdc
	kdc_that_is_silent
	end_of_the_daemon
	keytab_that_comes_later
"

# shellcheck source=kerberos.sh
. "$(dirname "$0")/kerberos.sh"

setup_topology() {
	setup_realm
}

test_keytab() {
	squid_negotiate && carries http "$WAY"
}

# By an upgrade, after which nobody has started the daemon again.
test_program_that_was_replaced() {
	cp "$DAEMON" "$TMP/new" && mv "$TMP/new" "$DAEMON" &&
		squid_negotiate && carries http "$WAY"
}

# As the unit has it: a user of its own, and one capability.
test_daemon_without_rights() {
	local DAEMON=$TMP/without_rights status

	cat >"$DAEMON" <<-EOT
		#!/bin/sh
		exec setpriv --reuid 60124 --regid 60124 --clear-groups \
			--inh-caps +net_admin --ambient-caps +net_admin \
			--bounding-set -all,+net_admin --no-new-privs \
			$TMP/sehub-transportd "\$@"
	EOT
	chmod 755 "$DAEMON" && chown -R 60124:60124 "$TMP/c" &&
		chgrp root "$KEYTAB" && daemon_with_keytab &&
		squid_negotiate && carries http "$WAY" &&
		equal "$(stat -c %u:%a "$TMP/c/state/krb5cc")" 60124:600 "tickets"
	status=$?
	chown -R 0:0 "$TMP/c"
	DAEMON=$TMP/sehub-transportd
	daemon_with_keytab && return $status
}

test_environment() {
	local status

	squid_negotiate && export https_proxy=$WAY || return 1
	daemon_with_keytab && by_name http env
	status=$?
	unset https_proxy
	daemon_with_keytab && return $status
}

test_ticket_of_a_cache() {
	local status

	export KRB5CCNAME=FILE:$TMP/c/cache
	kinit_on_c && daemon_with && squid_negotiate && carries http "$WAY"
	status=$?
	unset KRB5CCNAME
	daemon_with_keytab && return $status
}

kinit_on_c() {
	quietly on c kinit -k -t "$KEYTAB" sehub
}

# A new connection to the proxy asks nobody else.
test_ticket_outlives_the_kdc() {
	local status=0

	NAME=away
	squid_negotiate && via away "$WAY" && connection_up c away && kdc_end &&
		on c ip address add 203.0.113.10/24 dev away &&
		pings c 203.0.113.1 && outlives_the_proxy || status=1
	kdc_start || status=1
	ctl c connection del away
	proxy_end
	return $status
}

children() {
	pgrep -P "${DPID[c]}" >/dev/null
}

no_children() {
	! children
}

# While one connection waits for Kerberos another one carries and the daemon
# answers; whoever ends the wait ends the process that waits.
test_kdc_that_is_silent() {
	local status=0

	squid_negotiate && via up "$WAY" && connection_up c up &&
		on c ip address add 203.0.113.11/24 dev up &&
		pings c 203.0.113.1 && rm "$TMP/c/state/krb5cc" &&
		kdc_is_silent && via waits "$WAY" || return 1
	ctl c connection up waits --no-wait
	busywait 20000 children && pings c 203.0.113.1 &&
		daemon_answers c && children &&
		connection_is c up connected && ctl c connection down waits &&
		busywait 5000 no_children || status=1
	ctl c connection up waits --no-wait
	busywait 60000 error_is waits \
		"through $WAY: the proxy wants Negotiate, and Kerberos gives no ticket: *" &&
		connection_is c up connected || status=1
	kdc_speaks
	await_connection c waits connected || status=1
	ctl c connection del waits
	ctl c connection del up
	proxy_end
	return $status
}

# Whether it has time to see to the process that waits, or not.
test_end_of_the_daemon() {
	local signal pid status=0

	squid_negotiate && via waits "$WAY" && rm -f "$TMP/c/state/krb5cc" &&
		kdc_is_silent || return 1
	for signal in TERM KILL; do
		ctl c connection up waits --no-wait
		busywait 20000 children && pid=$(pgrep -P "${DPID[c]}") &&
			daemon_end c $signal &&
			busywait 5000 has_gone "$pid" || status=1
		daemon_start c || status=1
	done
	kdc_speaks
	await_connection c waits connected || status=1
	ctl c connection del waits
	proxy_end
	return $status
}

has_gone() {
	[ ! -e "/proc/$1" ]
}

test_keytab_that_comes_later() {
	local status=0

	mv "$KEYTAB" "$KEYTAB.later"
	squid_negotiate && daemon_with_keytab && via later "$WAY" || return 1
	ctl c connection up later --no-wait
	busywait 20000 error_is later "the keytab $KEYTAB cannot be read: No such file or directory" || status=1
	mv "$KEYTAB.later" "$KEYTAB"
	await_connection c later connected || status=1
	ctl c connection del later
	proxy_end
	return $status
}

setup
run_tests
