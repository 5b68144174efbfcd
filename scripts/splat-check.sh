#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Judge a kernel log: exit 1 and print an excerpt if it holds a splat.
#
# usage: scripts/splat-check.sh LOG
#        scripts/splat-check.sh --self-test
#
# What counts: oopses and warnings, KASAN, UBSAN, lockdep, RCU, hung tasks,
# leaked references and memory, and crashes of processes.

set -eu

# one extended regular expression a line
PATTERNS='RIP: 0010:
Call Trace:
\bBUG:
\bkernel BUG at
\bOops(:|\[| )
WARNING: (CPU|possible|suspicious|inconsistent|bad|lock|nested|.* at )
\bKASAN:
\bKCSAN:
\bUBSAN:
INFO: possible recursive locking
INFO: trying to register non-static key
INFO: (rcu|task .* blocked for more than)
rcu: INFO:
INFO: rcu_.* (stall|detected)
self-detected stall
suspicious RCU usage
voluntary context switch within RCU
ref_tracker:
unregister_netdevice: waiting for
unreferenced object 0x
\bkmemleak: [1-9][0-9]* new suspected
refcount_t:
ODEBUG:
general protection fault
scheduling while atomic
sleeping function called from invalid context
bad: scheduling from
Bad page state
Object .* redzone
slab-use-after-free
Kernel panic
watchdog: .*lockup
soft lockup
segfault at [0-9a-f]+ ip
traps: .* (trap|error:)'

# hides what is always there and means nothing
IGNORE='kmemleak: Kernel memory leak detector'

# The kernel shows the stack when it finds no memory for a directory in sysctl,
# where tests let allocations fail (-12). Blanked, so that lines keep their numbers.
without_excused() {
	awk '
	/sysctl could not get directory: .* -12\r?$/ { excused = 100 }
	{ print (excused > 0 ? "" : $0) }
	/<\/TASK>/ { excused = 0 }
	excused > 0 { excused-- }' "$1"
}

splats() {
	without_excused "$1" | grep -n -a -E -e "$PATTERNS" |
		grep -v -a -E -e "$IGNORE"
}

check() {
	first=$(splats "$1" | head -n 1 | cut -d: -f1)
	[ -n "$first" ] || return 0

	from=$((first > 5 ? first - 5 : 1))
	echo "kernel log: $(splats "$1" | wc -l) suspicious lines in $1, the first:"
	sed -n "${from},$((first + 45))p" "$1" | tr -d '\r'
	return 1
}

expect() {
	printf '[    1.0] usb 1-1: new device\r\n%s\r\n' "$2" >"$tmp"
	if check "$tmp" >/dev/null; then got=clean; else got=splat; fi
	n=$((n + 1))
	title="$1: $(echo "$2" | tr '\n' ' ')"
	if [ "$got" = "$1" ]; then
		echo "ok $n - $title"
	else
		echo "not ok $n - $title"
		failed=1
	fi
}

self_test() {
	tmp=$(mktemp)
	trap 'rm -f "$tmp"' EXIT
	n=0
	failed=0
	expect splat '[  9.1] BUG: kernel NULL pointer dereference, address: 0'
	expect splat '[  9.1] WARNING: CPU: 0 PID: 812 at kernel/fdb.c:88 x+0x1/0x2 [sehub]'
	expect splat '[  9.1] WARNING: net/core/dev.c:11472 at unregister_netdevice_many+0x4, CPU#1: ip/91'
	expect splat '[  9.1] WARNING: possible circular locking dependency detected'
	expect splat '[  9.1] WARNING: suspicious RCU usage'
	expect splat '[  9.1] BUG: KASAN: slab-use-after-free in sehub_fdb_find+0x1'
	expect splat '[  9.1] unregister_netdevice: waiting for hub0 to become free. Usage count = 2'
	expect splat '[  9.1] ref_tracker: hub0@00000000 has 1/1 users at'
	expect splat '[  9.1] rcu: INFO: rcu_preempt self-detected stall on CPU'
	expect splat '[  9.1] INFO: task ip:99 blocked for more than 120 seconds.'
	expect splat '[  9.1] unreferenced object 0xffff888004a1c000 (size 512):'
	expect splat '[  9.1] sehub-transportd[88]: segfault at 0 ip 000055 sp 00007f error 4'
	expect splat '[  9.1] Kernel panic - not syncing: Attempted to kill init!'
	expect splat '[  9.1] refcount_t: underflow; use-after-free.'
	expect clean '[  9.1] Spectre V2 : WARNING: Unprivileged eBPF is enabled'
	expect clean '[  9.1] sehub: module verification failed: signature and/or key missing'
	expect clean '[  9.1] DEBUG: nothing'
	expect clean '[  9.1] kmemleak: Kernel memory leak detector initialized'
	expect clean '[  9.1] rcu: RCU calculated value of scheduler-enlistment delay is 25'
	expect clean '[  9.1] Firmware Bug: TSC ADJUST differs'
	expect clean "$(printf '%s\n' \
		'[  9.1] sysctl could not get directory: /net/ipv4/conf/x -12' \
		'[  9.1] CPU: 0 PID: 122 Comm: porttool' '[  9.1] Call Trace:' \
		'[  9.1] RIP: 0033:0x7fd43e3b2b59' '[  9.1]  </TASK>')"
	expect splat "$(printf '%s\n' \
		'[  9.1] sysctl could not get directory: /net/ipv4/conf/x -12' \
		'[  9.1] Call Trace:' '[  9.1]  </TASK>' '[  9.1] Call Trace:')"
	expect splat "$(printf '%s\n' \
		'[  9.1] sysctl could not get directory: /net/ipv4/conf/x -17' \
		'[  9.1] Call Trace:' '[  9.1]  </TASK>')"
	echo "1..$n"
	exit "$failed"
}

case ${1:-} in
--self-test) self_test ;;
'' | -*) sed -n '/^# usage/,/^$/s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
*) check "$1" ;;
esac
