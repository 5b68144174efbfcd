# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of proxies that want Negotiate share besides proxies.sh: a realm
# whose key distribution centre is on p, beside a squid with its key, and the
# client's keytab. Nothing of the machine's own Kerberos is used.
#
#   c (198.51.100.2) ---- p (KDC, squid on 198.51.100.1) ---- hub (hub 12)

# shellcheck source=proxies.sh
. "$(dirname "${BASH_SOURCE[0]}")/proxies.sh"
require krb5kdc kdb5_util kadmin.local kinit

REALM=EXAMPLE.ORG
# shellcheck disable=SC2034
WAY=http://proxy.example:3128
KEYTAB=$TMP/c/keytab
KDC=
unset "${!KRB5@}"
export KRB5_CONFIG=$TMP/krb5.conf KRB5_KDC_PROFILE=$TMP/p/kdc.conf
# no file for replays outside of the tests' directory
export KRB5RCACHENAME=none:

setup_realm() {
	setup_proxies && etc_begin c "$P proxy.example" && krb5_conf &&
		cat >"$KRB5_KDC_PROFILE" <<-EOT &&
		[kdcdefaults]
			kdc_listen = $P:88
			kdc_tcp_listen = $P:88
		[realms]
			$REALM = {
				database_name = $TMP/p/principal
				key_stash_file = $TMP/p/stash
			}
		[logging]
			kdc = FILE:$TMP/p/kdc.log
	EOT
		quietly on p kdb5_util create -s -P master &&
		principal HTTP/proxy.example &&
		keytab HTTP/proxy.example "$TMP/p/keytab" &&
		chmod 644 "$TMP/p/keytab" && principal sehub &&
		keytab sehub "$KEYTAB" && kdc_start && daemon_with_keytab
}

# krb5_conf [LINE...]: the realm, for all who ask
# shellcheck disable=SC2120
krb5_conf() {
	{
		echo "[libdefaults]"
		echo "default_realm = $REALM"
		echo "dns_lookup_kdc = false"
		echo "rdns = false"
		printf '%s\n' "$@"
		echo "[realms]"
		echo "$REALM = {"
		echo "	kdc = $P"
		echo "}"
	} >"$KRB5_CONFIG"
}

# quietly COMMAND...: what it says is shown if it fails
quietly() {
	"$@" >"$TMP/said" 2>&1 || {
		cat "$TMP/said"
		return 1
	}
}

# kadmin WORD...: of the realm; it does not tell by its status
kadmin() {
	on p kadmin.local -r "$REALM" "$@" >"$TMP/said" 2>&1
	! grep -E "$REALM.* (while|not)|: .* while " "$TMP/said"
}

# principal NAME: with a random key
principal() {
	kadmin addprinc -randkey +requires_preauth "$1"
}

# rekey NAME: the keys that keytabs have are old ones then
rekey() {
	kadmin cpw -randkey "$1"
}

# keytab NAME FILE: with its present key
keytab() {
	rm -f "$2"
	kadmin ktadd -norandkey -k "$2" "$1" && [ -s "$2" ]
}

# kdc_start [COMMAND...]: under this one, if any
# shellcheck disable=SC2120
kdc_start() {
	spawn p "$TMP/p/log" "$@" krb5kdc -n
	KDC=$SPAWNED
	busywait 20000 listens 88 || {
		cat "$TMP/p/log" "$TMP/p/kdc.log"
		return 1
	}
}

kdc_end() {
	kill "$KDC" && wait "$KDC"
}

kdc_is_silent() {
	on p nft -f - <<-EOT
		table inet silence {
			chain input {
				type filter hook input priority 0
				meta l4proto { tcp, udp } th dport 88 drop
			}
		}
	EOT
}

kdc_speaks() {
	on p nft delete table inet silence
}

# squid_negotiate [LINE...]: of its configuration
# shellcheck disable=SC2120
squid_negotiate() {
	squid_start \
		"auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -k $TMP/p/keytab -s HTTP/proxy.example@$REALM" \
		"$@" \
		"acl known proxy_auth REQUIRED" \
		"http_access allow known tunnel"
}

# daemon_with KEY=VALUE...: in the place of the one before
daemon_with() {
	rm -f "$TMP/c/state/krb5cc"
	daemon_conf c listen=none "$@"
	daemon_end c TERM && daemon_start c
}

daemon_with_keytab() {
	daemon_with "kerberos-keytab=$KEYTAB"
}
