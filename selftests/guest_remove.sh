#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The packages sehub-tools and sehub-transportd leave the machine of
# scripts/guest, after guest_systemd.sh: removed, they have left settings,
# state and logs; purged, nothing but the user. At the end the kernel is told to
# take no more modules whose signature it cannot judge.

TESTS="
	packages_remove
	packages_purge
	no_unit_has_failed
	module_is_refused_without_its_key
"

# shellcheck source=guest.sh
. "$(dirname "$0")/guest.sh"

test_packages_remove() {
	unit_is active && dpkg -r sehub-transportd sehub-tools || return 1
	[ "$(package_state sehub-transportd)" = config-files ] &&
		[ "$(unit LoadState)" = not-found ] &&
		! pgrep -u sehub && [ ! -e /run/sehub ] &&
		[ ! -e /usr/sbin/sehub-transportd ] && [ ! -e "$CTL" ] && grep max-sessions /etc/sehub/transportd.conf &&
		[ -s /var/lib/sehub/state.db ] &&
		[ -s /var/log/sehub/system.log ]
}

# Files of ours that are neither this tree nor sehub-dkms.
traces() {
	find / -xdev -path /sehub -prune -o -path /share -prune -o \
		-path /proc -prune -o -path "$TMP" -prune -o \
		-name '*sehub*' -print |
		grep -v -e /sehub-dkms -e '/usr/src/sehub-' -e /dkms/ \
			-e '/modules-load.d/sehub.conf$' \
			-e '/system/.*sehub-guest.service$' -e '^/tmp/'
}

test_packages_purge() {
	dpkg -P sehub-transportd sehub-tools || return 1
	traces
	[ -z "$(traces)" ] && [ -z "$(package_state sehub-transportd)" ] &&
		# files elsewhere may be its own
		id sehub
}

test_no_unit_has_failed() {
	systemctl --failed --no-legend
	[ -z "$(systemctl --failed --no-legend)" ]
}

# As under Secure Boot, before mokutil has brought DKMS's key to the firmware.
test_module_is_refused_without_its_key() {
	needs_module || return
	rmmod sehub && modprobe sehub && rmmod sehub &&
		echo 1 >/sys/module/module/parameters/sig_enforce || return 1
	! modprobe sehub 2>"$TMP/refused" && cat "$TMP/refused" &&
		grep -i 'key was rejected' "$TMP/refused"
}

run_tests
