# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Builds the tools of the benchmarks into $out/tools. For scripts that have set
# $top, $here and $out.

# shellcheck disable=SC2154

build_tool() {
	local name=$1

	shift
	# shellcheck disable=SC2046 # several words
	gcc -std=gnu11 -O2 -D_GNU_SOURCE -Wall -Wextra -Wshadow \
		-Wmissing-prototypes -I "$top/include/uapi" \
		-iquote "$top/userspace/lib" \
		$(pkg-config --cflags libnl-genl-3.0) \
		-o "$out/tools/$name" "$@" "$top/userspace/lib/libsehub.a" \
		-lnl-genl-3 -lnl-3 -ljson-c
}

# The tool that is made of the selftests' netlink code, with its measurements.
build_scale() {
	local tools=$top/selftests/tools name sources=()

	for name in sock stream judge record link msg attrs fault tally script \
		frame frame_words frame_l3 frame_l4 frame_dhcp inbox; do
		sources+=("$tools/$name.c")
	done
	build_tool scale -I "$tools" "$here"/scale*.c "${sources[@]}"
}

build_tools() {
	local name

	mkdir -p "$out/tools" || return
	[ -e "$top/userspace/lib/libsehub.a" ] ||
		make -s -C "$top/userspace" lib || return
	for name in blast tapecho xferecho reader; do
		build_tool $name "$here/$name.c" || return
	done
}
