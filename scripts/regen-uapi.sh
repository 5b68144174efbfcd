#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Generate include/uapi/linux/sehub.h from include/uapi/specs/sehub.yaml with
# the kernel's own generator, which scripts/linux-source fetches once.
#
# usage: scripts/regen-uapi.sh [--check]
#
#   --check  change nothing; exit 1, with the difference, if the header is not
#            what the spec says

set -eu

top=$(cd "$(dirname "$0")/.." && pwd)
spec=include/uapi/specs/sehub.yaml
header=include/uapi/linux/sehub.h
# yaml and jsonschema are packages of the system's python
python=/usr/bin/python3

say() {
	echo "regen-uapi: $*" >&2
}

die() {
	say "$*"
	exit 1
}

check=
case $#:${1:-} in
0:) ;;
1:--check) check=1 ;;
*)
	sed -n '/^# usage/,/^$/s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac

"$python" -c 'import yaml, jsonschema' 2>/dev/null ||
	die "python3-yaml or python3-jsonschema is missing: run scripts/setup"

source=$(timeout 1800 "$top/scripts/linux-source") ||
	die "cannot fetch the generator"
generator=$(cd "$source" &&
	find tools/net/ynl -name 'ynl[-_]gen[-_]c.py' | head -n 1)
[ -n "$generator" ] || die "no generator in $source"

# The tree that the generator thinks it is in. It finds the root by a file
# called MAINTAINERS, and never ends where there is none.
tree=$top/build/ynl
mkdir -p "$tree"
exec 7>"$tree/lock"
flock 7
rm -rf "$tree/tools" "$tree/Documentation"
mkdir -p "$tree/tools/net" "$tree/Documentation"
cp -r "$source/tools/net/ynl" "$tree/tools/net/"
cp -r "$source/Documentation/netlink" "$tree/Documentation/"
: >"$tree/MAINTAINERS"

# It takes a spec in its tree only, under the kernel's own licence only. Ours
# goes in and out again by its first line, and so does the path.
licence=$(sed -n '1s/^# SPDX-License-Identifier: //p' "$top/$spec")
[ -n "$licence" ] || die "$spec: no licence in the first line"
staged=Documentation/netlink/specs/sehub.yaml
raw=$tree/sehub.h.raw
new=$tree/sehub.h
sed '1s/:.*/: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)/' \
	"$top/$spec" >"$tree/$staged"
rm -f "$raw"
(cd "$tree" && timeout 120 "$python" "$generator" --spec "$staged" \
	--mode uapi --header -o "$raw" </dev/null) ||
	die "$spec: not accepted by the generator"
[ -s "$raw" ] || die "the generator wrote nothing"
sed -e "1s,.*,/* SPDX-License-Identifier: $licence */," \
	-e "s,Documentation/netlink/specs,include/uapi/specs," "$raw" >"$new"

if cmp -s "$new" "$top/$header"; then
	say "$header is up to date"
elif [ -n "$check" ]; then
	diff -u "$top/$header" "$new" >&2 || :
	die "$header is not what $spec says: run scripts/regen-uapi.sh"
else
	cp "$new" "$top/$header"
	say "$header is new"
fi
