#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Build the module for several of Debian's kernels without warnings, and load
# and unload it there; as TAP.
#
# usage: scripts/build-matrix.sh [--no-boot] [6.1|6.12|6.12-trixie|7.2...]
#        default: all

set -u

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
number=0
failed=0

# Runs "$2..." as the test called $1.
try() {
	local title=$1

	shift
	number=$((number + 1))
	if timeout 900 "$@" >"$log" 2>&1 </dev/null; then
		echo "ok $number - $title"
		return 0
	fi
	echo "not ok $number - $title"
	tail -n 60 "$log" | sed 's/^/# /'
	failed=1
	return 1
}

boot=1
if [ "${1:-}" = --no-boot ]; then
	boot=
	shift
fi
[ $# -gt 0 ] || set -- 6.1 6.12 6.12-trixie 7.2

echo "TAP version 13"
echo "1..$(($# * (boot ? 2 : 1)))"
for version; do
	try "the module builds on $version, W=1, without warnings" \
		scripts/module-build "$version" -j"$(nproc)" W=1 KCFLAGS=-Werror
	built=$?
	[ -n "$boot" ] || continue
	if [ $built != 0 ]; then
		number=$((number + 1))
		echo "ok $number - the module loads and unloads on $version # SKIP not built"
		continue
	fi
	# shellcheck disable=SC2016 # expanded in the guest
	try "the module loads and unloads on $version" \
		scripts/vm --kernel "$version" --timeout 600 -- sh -c '
			set -ex
			for round in 1 2; do
				insmod "$SEHUB_KO"
				ip link add name hub0 type sehub
				ip -d link show hub0
				rmmod sehub
				! ip link show hub0
			done'
done
exit "$failed"
