# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of evasion share: frames that are dressed up so that a policy
# might not see what a host would, and how to see that it does.

# shellcheck source=policy.sh
. "$(dirname "${BASH_SOURCE[0]}")/policy.sh"

# shellcheck disable=SC2034
# How frames are dressed up, separated by semicolons: any of them, ...
L2="tag=5;stag=6;qtag=7;tag=5 tag=6;stag=6 tag=5;tag=1 tag=2 tag=3;pad=1;pad=200"
L2+=";snap;snap=0000f8;tag=5 snap;stag=6 tag=5 snap;tag=1 tag=2 tag=3 tag=4"
# ... IPv4, ...
V4="opts=94040000;opts=01010100;ttl=1;proto=6 cut=40"
V4+=";opts=8927040a0000010a0000020a0000030a0000040a0000050a0000060a0000070a00000800"
# ... IPv6, ...
V6="ext=hop;ext=dst;ext=rt;ext=frag;ext=ah;ext=mh;ext=hip;ext=shim6;ext=dst:64"
V6+=";ext=hop ext=dst ext=rt ext=frag ext=dst;ext=dst:240"
V6+=";ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst ext=dst"
# ... and all of those that hold a header of what is inside.
# shellcheck disable=SC2034 # used by the tests
FIRST="frag=0:64 len=300;frag=0:32 len=300;tag=5 frag=0:64 len=300"
# shellcheck disable=SC2034
LATER="frag=64:64 len=300;frag=128 len=300;tag=5 frag=64:64 len=300;frag=8:64 len=300"

# caught REASON FRAME...: the user's frame is dropped for the reason, or as one
# that cannot be understood
caught() {
	local reason=$1

	shift
	judge user peer "$@" && want got=0 others=0 out=pass || return 1
	case $OUT in
	*" in=$reason "* | *" in=unparsable "*) ;;
	*)
		echo "wanted in=$reason"
		return 1
		;;
	esac
}

# dressed FORMS WORD...: FRAMES are the frame as it is and in each form
dressed() {
	local forms form

	IFS=';' read -r -a forms <<<"$1"
	shift
	FRAMES=("$*")
	for form in "${forms[@]}"; do
		FRAMES+=("$* $form")
	done
}

# all VERB...: for each of the frames
all() {
	local frame

	for frame in "${FRAMES[@]}"; do
		# shellcheck disable=SC2086
		"$@" $frame || return 1
	done
}

# open_then REASON: they pass; then what a test's "closed" sets up catches them
open_then() {
	policy user && all passes user peer && forget_all && closed &&
		all caught "$1"
}
