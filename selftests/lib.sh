# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What all tests share: TAP, the module, network namespaces, waiting, and the
# two tools that run beside a test and obey it: porttool (pt, the netlink side)
# and frametool (ft, frames on the wire). See README.md.
#
# A test file sets TESTS to the names of its functions without "test_", makes
# its topology, and ends with run_tests. A function returns 0, 4 after
# skip "reason", or anything else for a failure; what it and the tools said is
# shown when it fails.

KSFT_SKIP=4
KSFT_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP=$(dirname "$KSFT_DIR")
export LC_ALL=C

# 1 on a machine of usual speed; deadlines are multiplied with it.
SLOW=1
[ "${KSFT_MACHINE_SLOW:-}" != yes ] || SLOW=6
[ -z "${KSFT_DEBUG_KERNEL:-}" ] || SLOW=$((SLOW * 4))

declare -A NS TOOL_IN TOOL_OUT TOOL_PID
PIDS=()
OUT=
LAST=
VAL=

# --- TAP ----------------------------------------------------------------------

# All of this file is skipped.
skip_all() {
	echo "TAP version 13"
	echo "1..0 # SKIP $*"
	exit "$KSFT_SKIP"
}

# return "$KSFT_SKIP" after it
skip() {
	SKIP_REASON=$*
	return "$KSFT_SKIP"
}

run_tests() {
	local name title code number=0 failed=0 before

	# shellcheck disable=SC2086
	set -- $TESTS
	echo "TAP version 13"
	echo "1..$#"
	for name; do
		number=$((number + 1))
		title=${name//_/ }
		before=$SECONDS
		SKIP_REASON=
		! declare -F before_each >/dev/null || before_each >/dev/null
		"test_$name" >"$TMP/log" 2>&1
		code=$?
		if [ "$code" = "$KSFT_SKIP" ] && [ -n "$SKIP_REASON" ]; then
			echo "ok $number - $title # SKIP $SKIP_REASON"
		elif [ "$code" = 0 ]; then
			echo "ok $number - $title"
			[ -z "${V:-}" ] || sed 's/^/# /' "$TMP/log"
		else
			# a program's own status 4 is no skipped test
			echo "not ok $number - $title"
			failed=1
			tail -n 25 "$TMP/log" | cut -c 1-500 | sed 's/^/# /'
		fi
		[ $((SECONDS - before)) -lt 20 ] ||
			echo "# $((SECONDS - before)) s"
	done
	exit "$failed"
}

# --- waiting ------------------------------------------------------------------

# Sleeps without a process.
doze() {
	read -r -t "$1" <>"$TMP/doze" || true
}

# busywait MSEC COMMAND...: until the command succeeds, at most so long
busywait() {
	local end=$((${EPOCHREALTIME/./} + $1 * SLOW * 1000))

	shift
	until "$@"; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		doze 0.05
	done
}

# slowwait SECONDS COMMAND...: the same for what takes its time
slowwait() {
	local end=$((SECONDS + $1 * SLOW))

	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || return 1
		doze 0.5
	done
}

# --- the tools ----------------------------------------------------------------

# tool_start NAME COMMAND...: a tool that obeys lines, see tools/script.h
tool_start() {
	local name=$1 in out

	shift
	mkfifo "$TMP/$name.in" "$TMP/$name.out"
	"$@" <"$TMP/$name.in" >"$TMP/$name.out" 2>&1 &
	TOOL_PID[$name]=$!
	exec {in}>"$TMP/$name.in" {out}<"$TMP/$name.out"
	TOOL_IN[$name]=$in
	TOOL_OUT[$name]=$out
	rm -f "$TMP/$name.in" "$TMP/$name.out"
}

tool_stop() {
	local in=${TOOL_IN[$1]} out=${TOOL_OUT[$1]}

	exec {in}>&- {out}<&-
	kill "${TOOL_PID[$1]}" 2>/dev/null
	wait "${TOOL_PID[$1]}" 2>/dev/null
	unset "TOOL_IN[$1]" "TOOL_OUT[$1]" "TOOL_PID[$1]"
}

# tool NAME WORD...: one command; its answer in OUT, the last line of it in LAST
tool() {
	local in=${TOOL_IN[$1]} out=${TOOL_OUT[$1]} line

	echo "> $*"
	shift
	OUT=
	LAST="err ETIMEDOUT attr= text=the tool is silent"
	echo "$*" >&"$in" || return 1
	while IFS= read -r -t $((30 * SLOW)) line <&"$out"; do
		OUT+=$line$'\n'
		printf '%s\n' "$line"
		case $line in
		"ok "* | "err "*)
			LAST=$line
			break
			;;
		esac
	done
	[ "${LAST%% *}" = ok ]
}

pt() {
	tool pt "$@"
}

ft() {
	tool ft "$@"
}

# field NAME: VAL becomes the (last) value of NAME in the last answer
field() {
	VAL=" ${OUT//$'\n'/ } "
	case $VAL in
	*" $1="*) VAL=${VAL##*" $1="} VAL=${VAL%% *} ;;
	*) VAL= ;;
	esac
}

# want WORD...: the last answer has these words
want() {
	local word text=" ${OUT//$'\n'/ } "

	for word; do
		case $text in
		*" $word "*) ;;
		*)
			echo "wanted $word"
			return 1
			;;
		esac
	done
}

# refused ERRNO ATTR TEXT WORD...: porttool's command is refused so. An empty
# text is not compared: it is the kernel's own.
refused() {
	local errno=$1 attr=$2 text=$3

	shift 3
	! pt "$@" || return 1
	case "$2 $LAST" in
	*" err $errno attr=$attr text="*) ;;
	# older kernels do not say where a dump went wrong
	"dump err $errno attr= text="*) ;;
	*)
		echo "wanted $errno attr=$attr"
		return 1
		;;
	esac
	[ -z "$text" ] || [ "${LAST#*text=}" = "$text" ] || {
		echo "wanted text=$text"
		return 1
	}
}

equal() {
	[ "$1" = "$2" ] || {
		echo "$1 is not $2${3:+: $3}"
		return 1
	}
}

# --- frames -------------------------------------------------------------------

# frame_send HOST [xN] FRAME...: what came before is forgotten
frame_send() {
	FRAME="${*:2}"
	FRAME=${FRAME#x[0-9]* }
	ft clear && ft send "$@"
}

# expect_frames HOST N [FRAME...]: N of the frames sent last came to the host
expect_frames() {
	local host=$1 count=$2

	shift 2
	ft expect "$host" "$count" "${*:-$FRAME}"
}

# expect_session SOCKET ID N [FRAME...]: the same for the peer of a session
expect_session() {
	local sock=$1 id=$2 count=$3

	shift 3
	pt "$sock" expect "$id" "$count" "${*:-$FRAME}"
}

# counter DEV PORT NAME: VAL becomes a counter of a port, as "drops.reserved"
counter() {
	pt c port-get dev="$1" port.number="$2" && field "port.$3"
}

# counted DEV PORT NAME N: a counter of a port reaches a value
counted() {
	counter "$1" "$2" "$3" && equal "$VAL" "$4" "$3 of port $2"
}

# --- namespaces, hubs, devices ------------------------------------------------

# make_netns NAME...: NS[NAME] is a new namespace without noise of its own
make_netns() {
	local name

	for name; do
		NS[$name]=$name-$RUN
		ip netns add "${NS[$name]}" || exit 1
		ip netns exec "${NS[$name]}" sh -c '
			echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
			echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'
	done
}

del_netns() {
	ip netns del "${NS[$1]}"
	unset "NS[$1]"
}

is_up() {
	pt "$1" link get "$2" && want operstate=6
}

# wait_up SOCKET DEV...: until frames can pass
wait_up() {
	local sock=$1 dev

	shift
	for dev; do
		busywait 10000 is_up "$sock" "$dev" >"$TMP/up" 2>&1 || {
			cat "$TMP/up"
			return 1
		}
	done
}

# make_hub DEV [WORD...]: a hub that is up in the namespace of socket c
make_hub() {
	pt c link add "$@" && pt c link up "$1"
}

# make_hosts HUB NAME...: for each a port pNAME of the hub, and a device NAME
# in the namespace "net" that a host of frametool holds
make_hosts() {
	local hub=$1 name

	shift
	for name; do
		echo "link add name p$name type veth peer name $name netns ${NS[net]}"
		echo "link set p$name up"
		[ "$hub" = - ] || echo "link set p$name master $hub"
	done | ip -n "${NS[hub]}" -batch - || return 1
	for name; do
		echo "link set $name up"
	done | ip -n "${NS[net]}" -batch - || return 1
	for name; do
		wait_up c "p$name" || return 1
		wait_up n "$name" || return 1
		ft host "$name" "${NS[net]}" "$name" || return 1
	done
}

# The usual start: namespaces "hub" and "net", a socket of porttool in each (c,
# n), a hub h with hosts. One set-up that fails fails all tests of the file.
setup() {
	"setup_topology" >"$TMP/log" 2>&1 && return
	echo "TAP version 13"
	echo "1..1"
	echo "not ok 1 - set-up of ${0##*/}"
	tail -n 40 "$TMP/log" | sed 's/^/# /'
	exit 1
}

start_tools() {
	make_netns hub net
	tool_start pt "$KSFT_DIR/porttool"
	tool_start ft "$KSFT_DIR/frametool"
	pt socket c "${NS[hub]}" && pt socket n "${NS[net]}"
}

# session NAME SOCKET DEV [WORD...]: a session port; its id in ID, its number
# in NUM, both also in SID[NAME] and SNUM[NAME]
# shellcheck disable=SC2034
declare -A SID SNUM
# shellcheck disable=SC2034
session() {
	local name=$1 sock=$2 dev=$3

	shift 3
	pt "$sock" port-new dev="$dev" port.name="$name" "$@" || return 1
	field port.number
	NUM=$VAL
	field port.session.id
	ID=$VAL
	SID[$name]=$ID
	SNUM[$name]=$NUM
}

# resume_line SOCKET ID SOCKET2 ID2: two detached sessions go on, as two daemons
# with a new connection between them do it
resume_line() {
	local rx oldest

	pt "$3" port-get port.session.id="$4" || return 1
	field port.session.rx-count
	rx=$VAL
	field port.session.tx-acked
	oldest=$VAL
	pt "$1" port-attach port.session.id="$2" port.session.peer-rx="$rx" \
		port.session.peer-oldest="$oldest" || return 1
	field port.session.rx-count
	rx=$VAL
	field port.session.tx-acked
	pt "$3" port-attach port.session.id="$4" port.session.peer-rx="$rx" \
		port.session.peer-oldest="$VAL"
}

# --- the module ---------------------------------------------------------------

module_is_loaded() {
	[ -d /sys/module/sehub ]
}

module_load() {
	local ko

	for ko in "${SEHUB_KO:-}" "$TOP/sehub.ko"; do
		[ ! -f "$ko" ] || ! insmod "$ko" 2>"$TMP/insmod" || return 0
	done
	modprobe -q sehub 2>>"$TMP/insmod"
}

# RTNL and grace periods make it wait; it must not do so for ever.
module_unload() {
	timeout $((20 * SLOW)) rmmod sehub && ! module_is_loaded
}

require_module() {
	[ "$(id -u)" = 0 ] || skip_all "needs root"
	[ -n "${KSFT_BRIDGES:-}" ] || module_is_loaded || module_load ||
		skip_all "module not loaded: $(tr '\n' ' ' <"$TMP/insmod")"
	[ -x "$KSFT_DIR/porttool" ] || skip_all "tools are not built, run make"
}

# --- end ----------------------------------------------------------------------

cleanup() {
	local name running

	trap - EXIT INT TERM HUP
	! declare -F teardown >/dev/null || teardown >/dev/null 2>&1
	# the number of one that has ended may be somebody else's by now
	running=" $(jobs -pr | tr '\n' ' ') "
	for name in "${PIDS[@]}"; do
		[[ $running == *" $name "* ]] || continue
		kill "$name" 2>/dev/null
		wait "$name" 2>/dev/null
	done
	for name in "${!TOOL_PID[@]}"; do
		tool_stop "$name"
	done
	for name in "${!NS[@]}"; do
		ip netns del "${NS[$name]}" 2>/dev/null
	done
	rm -rf "$TMP"
}

RUN=$(printf '%04x%04x' $RANDOM $RANDOM)
TMP=$(mktemp -d /tmp/sehub-ksft.XXXXXX) || exit 1
mkfifo "$TMP/doze"
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
# a tool that has died is seen by its silence
trap : PIPE
require_module
