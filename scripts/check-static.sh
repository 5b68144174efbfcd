#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Everything that can be said about the tree without running it, as TAP: style,
# warnings of two compilers and of sparse, documents.
#
# usage: scripts/check-static.sh [name...]      default: all checks
#
# Builds go to build/static/, never into the tree.

# shellcheck disable=SC2317,SC2329 # checks are called by their names
set -u

top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top" || exit 1
out=$top/build/static
mkdir -p "$out"
jobs=-j$(nproc)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Tracked files, and new ones that will be.
files() {
	git ls-files -co --exclude-standard -- "$@" | sort -u |
		while read -r file; do
			[ ! -f "$file" ] || echo "$file"
		done
}

shell_scripts() {
	files | while read -r file; do
		case $file in
		*.sh | *.bash) echo "$file" ;;
		*.[ch] | *.md | *.yaml) ;;
		*) ! head -n 1 "$file" | grep -aqE '^#!.*/(env )?(sh|bash|dash)\b' ||
			echo "$file" ;;
		esac
	done
}

# Prints the lines of stdin; fails if there are any.
none() {
	! grep .
}

kernel_sources() {
	files kernel/ | grep '\.[ch]$'
}

# --- the checks: silent and 0 when all is well -------------------------------

check_checkpatch() {
	local source code compat
	source=$(scripts/linux-source) || return 1
	code=$({ kernel_sources; files include/ | grep '\.h$'; } |
		grep -v ^kernel/compat/)
	compat=$(files kernel/compat | grep '\.[ch]$')

	checkpatch() {
		perl "$source/scripts/checkpatch.pl" --no-tree --strict \
			--terse --show-types --no-summary "$@"
	}
	# 80 columns; a quoted string may go to 100; house spelling is British;
	# the compat layer exists to compare versions
	# shellcheck disable=SC2086
	{
		checkpatch --max-line-length=80 --ignore LONG_LINE_STRING \
			--file $code
		checkpatch --max-line-length=100 --types LONG_LINE_STRING \
			--file $code
		[ -z "$compat" ] || checkpatch --max-line-length=80 \
			--ignore LINUX_VERSION_CODE,CONSTANT_COMPARISON \
			--ignore MACRO_ARG_UNUSED --file $compat
	} 2>&1 | grep -v "'acknowledgement'" | none
}

check_kernel_doc() {
	local source
	source=$(scripts/linux-source) || return 1

	# shellcheck disable=SC2046
	perl "$source/scripts/kernel-doc" -none $(kernel_sources) 2>&1 | none
}

check_shell() {
	# shellcheck disable=SC2046
	shellcheck -x -P SCRIPTDIR $(shell_scripts)
}

check_yaml() {
	# shellcheck disable=SC2046
	yamllint -s $(files | grep -E '\.ya?ml$')
}

check_uapi() {
	[ -e scripts/check-uapi.py ] || return 4
	/usr/bin/python3 scripts/check-uapi.py
}

check_syzkaller() {
	/usr/bin/python3 scripts/check-syzkaller.py
}

check_manuals() {
	local man

	man=$(files userspace/man | grep '\.[1-9]$')
	[ -n "$man" ] || return 4
	# pages of other packages need not be installed here
	# shellcheck disable=SC2086
	{
		mandoc -T lint -W style $man |
			grep -v -e 'referenced manual not found' \
				-e ': outdated mandoc.db lacks '
		for page in $man; do
			LC_ALL=C.UTF-8 MANROFFSEQ='' MANWIDTH=80 man --warnings \
				-E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null
		done
	} | none
}

check_length() {
	files | grep -E '\.(c|h|sh|py|bash)$|Makefile$|^scripts/' |
		grep -v '^include/uapi/linux/sehub.h$' | xargs -r wc -l |
		awk '$2 != "total" && $1 > 600 { print $2 ": " $1 " lines, at most 600" }' |
		none
}

check_whitespace() {
	# shellcheck disable=SC2046
	grep -nIE '[[:space:]]+$' $(files | grep -vE '\.(patch|txt)$|^COPYING$') | none
}

check_spdx() {
	files | grep -E '\.(c|h|sh|py|yaml|bash)$|Makefile$|^Kbuild$|^scripts/' |
		while read -r file; do
			[ ! -s "$file" ] || head -n 5 "$file" |
				grep -q 'SPDX-License-Identifier:' ||
				echo "$file: no SPDX line"
		done | none
}

module() {
	scripts/module-build "$(scripts/headers-dir)" "$out/module-$1" "$jobs" \
		W=1 KCFLAGS=-Werror "${@:2}"
}

check_module_gcc() {
	module gcc
}

check_module_clang() {
	module clang LLVM=1
}

check_sparse() {
	module sparse C=2 CF=-D__CHECK_ENDIAN__ >"$log.sparse" 2>&1 || {
		cat "$log.sparse"
		rm -f "$log.sparse"
		return 1
	}
	grep -E "^($out/module-sparse|kernel)/.*: (warning|error):" "$log.sparse" | none
	set -- $?
	rm -f "$log.sparse"
	return "$1"
}

userspace() {
	make -s -C userspace "$jobs" O="$out/userspace-$1" CC="$1" WERROR=1 all
}

check_userspace_gcc() {
	userspace gcc
}

check_userspace_clang() {
	userspace clang
}

# Every text of the console in every language, and none that is not there.
check_translations() {
	local dir=$out/po language

	mkdir -p "$dir"
	xgettext --language=C --from-code=UTF-8 -kT -kN_ --no-location \
		-o "$dir/sehub.pot" userspace/transportd/console*.c || return 1
	while read -r language; do
		msgcmp "userspace/po/$language.po" "$dir/sehub.pot" 2>&1
		LC_ALL=C msgfmt --check --statistics -o /dev/null \
			"userspace/po/$language.po" 2>&1 |
			grep -vE '^[0-9]+ translated messages?\.$'
		grep '^#~' "userspace/po/$language.po"
	done <userspace/po/LINGUAS | none
}

# What userspace is built with is what the packages say that they need; libnl's
# routing part is the unit tests'.
check_build_depends() {
	diff <(sed -n '/^USERSPACE_PACKAGES="/,/^"/p' scripts/setup |
		grep -o '[a-z0-9-]*-dev' | grep -v '^libnl-route-' | sort) \
		<(sed -n '/^Build-Depends:/,/^[^ B]/p' \
			userspace/packaging/debian/control |
			sed -n 's/^ \([a-z0-9.+-]*-dev\),$/\1/p' | sort)
}

# systemd understands the unit, and thinks well of what it leaves the daemon.
check_unit() {
	local unit=$out/sehub-transportd.service

	command -v systemd-analyze >/dev/null || return 4
	sed 's,@SBINDIR@/sehub-transportd,/bin/true,' \
		userspace/systemd/sehub-transportd.service >"$unit"
	systemd-analyze verify --man=no "$unit" 2>&1 | none &&
		systemd-analyze security --no-pager --offline=yes \
			--threshold=20 "$unit"
}

check_splat_patterns() {
	scripts/splat-check.sh --self-test
}

check_tap_count() {
	scripts/check --self-test
}

# --- TAP ---------------------------------------------------------------------

checks='
checkpatch        kernel/ and include/ follow the kernel coding style
kernel_doc        comments of functions and structures are complete
shell             shellcheck finds nothing in any script
yaml              yamllint finds nothing
uapi              headers and contract agree
syzkaller         its description and the contract agree
manuals           mandoc and man find nothing in the manuals
length            no file is longer than 600 lines
whitespace        no line ends with white space
build_depends     setup and the packages need the same libraries
unit              systemd-analyze gives the unit 2.0 or better
spdx              every source file names its licence
translations      the console speaks each of its languages in full
splat_patterns    splats in a kernel log are recognised
tap_count         results of test stages are counted right
module_gcc        the module builds with gcc, W=1, without warnings
module_clang      the module builds with clang, W=1, without warnings
sparse            sparse finds nothing in the module
userspace_gcc     userspace builds with gcc without warnings
userspace_clang   userspace builds with clang without warnings'

run() {
	local number=$1 name=$2 title=$3 code

	"check_$name" >"$log" 2>&1 </dev/null
	code=$?
	case $code in
	0) echo "ok $number - $name: $title" ;;
	4) echo "ok $number - $name: $title # SKIP not there" ;;
	*)
		echo "not ok $number - $name: $title"
		head -n 60 "$log" | sed 's/^/# /'
		;;
	esac
	[ "$code" = 0 ] || [ "$code" = 4 ]
}

list=$(sed '/^$/d' <<<"$checks")
if [ $# -gt 0 ]; then
	for name; do
		grep -q "^$name " <<<"$list" || {
			echo "no check '$name'; there are:"
			cut -d' ' -f1 <<<"$list"
			exit 2
		} >&2
	done
	list=$(for name; do grep "^$name " <<<"$list"; done)
fi

echo "TAP version 13"
echo "1..$(wc -l <<<"$list")"
number=0
failed=0
while read -r name title; do
	number=$((number + 1))
	run "$number" "$name" "$title" || failed=1
done <<<"$list"
exit "$failed"
