# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests share that run in the machine of scripts/guest, besides e2e.sh:
# the server "hub" is the machine itself, with the daemon of the package as
# systemd runs it. PACKAGES has the packages of two versions.

# shellcheck source=e2e.sh
. "$(dirname "${BASH_SOURCE[0]}")/e2e.sh"
: "${PACKAGES:?}"

# those of the packages, not of the tree beside this file
CTL=/usr/sbin/sehubctl
DAEMON=/usr/sbin/sehub-transportd
UNIT=sehub-transportd

# ctl MACHINE WORD...
ctl() {
	local name=$1

	shift
	if [ "$name" = hub ]; then
		"$CTL" "$@"
	else
		on "$name" "$CTL" --socket "$TMP/$name/sock" "$@"
	fi
}

# A name for the network namespace that all began in.
name_hub() {
	NS[hub]=hub-$RUN
	ip netns attach "${NS[hub]}" 1
}

# unit PROPERTY
unit() {
	systemctl show -P "$1" "$UNIT"
}

unit_is() {
	[ "$(unit ActiveState)" = "$1" ]
}

# package_files N NAME...: of version 1 or 2
package_files() {
	local n=$1 name

	shift
	for name; do
		echo "$PACKAGES/$n/$name"_*.deb
	done
}

# package_state NAME: "installed", "config-files", ""
package_state() {
	dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null
}

# client_begin: hub 12 of the machine, and the client a with a session in it
client_begin() {
	name_hub && hub_add 12 &&
		on hub ip address add 203.0.113.1/24 dev sehub12 &&
		user_add 12 alice right && start_client 1 a || return 1
	FINGERPRINT=$(json hub .daemon.fingerprint status) &&
		connection_add a office "$SERVER" alice right &&
		connection_up a office &&
		on a ip address add 203.0.113.10/24 dev office &&
		pings a 203.0.113.1
}

client_end() {
	ctl hub user del alice --vlan 12
	ip link del sehub12
}
