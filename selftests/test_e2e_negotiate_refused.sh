#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Each way in which Kerberos, or a proxy that wants it, fails a client is named in
# words that tell what to change, and tried again where that costs nobody an
# account.

TESTS="
	user_where_none_is_wanted
	neither_ticket_nor_keytab
	keytab_that_others_can_read
	keytab_with_an_old_key
	keytab_of_nobody
	proxy_that_the_kdc_does_not_know
	kdc_that_is_away
	kdc_that_is_silent
	clocks_that_differ
	ticket_that_the_proxy_refuses
	proxy_that_lets_in_users_too
	port_that_a_proxy_forbids
	word_that_is_for_the_daemon
"

# shellcheck source=kerberos.sh
. "$(dirname "$0")/kerberos.sh"
require faketime

NO_TICKET="through $WAY: the proxy wants Negotiate, and Kerberos gives no ticket"

setup_topology() {
	setup_realm
}

# without NEXT PATTERN [WAY]: refused by a squid that wants Negotiate, by somebody
# without a ticket
without() {
	rm -f "$TMP/c/state/krb5cc"
	squid_negotiate && refused "$1" "$2" "${3:-$WAY}"
}

test_user_where_none_is_wanted() {
	squid_negotiate && refused has_ended \
		"the proxy wants Negotiate alone: name no user for it" \
		"http://bob@proxy.example:3128" \
		--via-password-file "$TMP/password.secret"
}

test_neither_ticket_nor_keytab() {
	local status

	export KRB5CCNAME=FILE:$TMP/c/nothing KRB5_CLIENT_KTNAME=
	daemon_with && without goes_on \
		"$NO_TICKET: there is neither a ticket nor a keytab (see kerberos-keytab)"
	status=$?
	unset KRB5CCNAME KRB5_CLIENT_KTNAME
	daemon_with_keytab && return $status
}

test_keytab_that_others_can_read() {
	local status=0 mode

	for mode in 604 640; do
		chgrp nogroup "$KEYTAB"
		chmod $mode "$KEYTAB" && without goes_on \
			"through $WAY: others can read the keytab $KEYTAB: chown it to the daemon's user, chmod 600" ||
			status=1
	done
	chgrp root "$KEYTAB"
	chmod 600 "$KEYTAB"
	return $status
}

# An account would be locked for more attempts.
test_keytab_with_an_old_key() {
	local status

	rekey sehub && without has_ended \
		"$NO_TICKET: Preauthentication failed (the KDC has another key than the keytab)"
	status=$?
	keytab sehub "$KEYTAB" && return $status
}

test_keytab_of_nobody() {
	local status

	kadmin delprinc sehub && without has_ended \
		"$NO_TICKET: Client 'sehub@$REALM' not found in Kerberos database (the keytab is of somebody whom the KDC does not know)"
	status=$?
	principal sehub && keytab sehub "$KEYTAB" && return $status
}

test_proxy_that_the_kdc_does_not_know() {
	without goes_on \
		"Kerberos gives no ticket: Server HTTP/$P@$REALM not found in Kerberos database (the URL has to name the proxy as Kerberos does)" \
		"http://$P:3128"
}

test_kdc_that_is_away() {
	local status

	kdc_end && without goes_on \
		"$NO_TICKET: Cannot contact any KDC for realm '$REALM'"
	status=$?
	kdc_start && return $status
}

# As long as libraries may wait, attempts have an end.
test_kdc_that_is_silent() {
	local status

	krb5_conf "kdc_timesync = 1" && kdc_is_silent && without goes_on \
		"$NO_TICKET: *"
	status=$?
	kdc_speaks && return $status
}

# The library alone: faketime itself would stay in between.
test_clocks_that_differ() {
	local status library

	library=$(faketime -f +1h printenv LD_PRELOAD) &&
		krb5_conf "kdc_timesync = 0" && kdc_end &&
		kdc_start env "LD_PRELOAD=$library" FAKETIME=+1h &&
		without goes_on \
		"$NO_TICKET: Clock skew too great (set the clock of this host)"
	status=$?
	krb5_conf && kdc_end && kdc_start && return $status
}

test_ticket_that_the_proxy_refuses() {
	local status

	rekey HTTP/proxy.example && without goes_on \
		"through $WAY: the proxy refuses the Kerberos ticket: its log says why (its keytab? its clock?)"
	status=$?
	keytab HTTP/proxy.example "$TMP/p/keytab" &&
		chmod 644 "$TMP/p/keytab" && return $status
}

test_proxy_that_lets_in_users_too() {
	local file=$TMP/p/basic status

	users basic "bob:$(openssl passwd -apr1 secret)" && kdc_end &&
		squid_negotiate "auth_param basic program /usr/lib/squid/basic_ncsa_auth $file" &&
		rm -f "$TMP/c/state/krb5cc" && refused goes_on \
		"$NO_TICKET: Cannot contact any KDC for realm '$REALM'; a user named in the URL is let in, too" \
		"$WAY" &&
		squid_negotiate "auth_param basic program /usr/lib/squid/basic_ncsa_auth $file" &&
		via user "http://bob@proxy.example:3128" \
			--via-password-file "$TMP/password.secret" &&
		connection_up c user && ctl c connection del user
	status=$?
	proxy_end
	kdc_start && return $status
}

# The proxy knows who we are, and says no to something else.
test_port_that_a_proxy_forbids() {
	local SERVER=$SERVER:22

	without goes_on "through $WAY: the proxy does not allow it (403)"
}

# without a call of the daemon
test_word_that_is_for_the_daemon() {
	! "$DAEMON" negotiate 2>"$TMP/words" &&
		grep "this is for the daemon alone" "$TMP/words"
}

setup
run_tests
