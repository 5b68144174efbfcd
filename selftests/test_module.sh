#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module goes and comes: with hubs and sessions in several namespaces, with
# timers running and works waiting, in the middle of traffic, and again and
# again. Nothing of it is left behind, and the devices that were ports are free.
# Skipped where the module was loaded before the tests were.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1

TESTS="
	description
	loaded_twice
	unload_without_hubs
	unload_with_hubs_in_namespaces
	unload_with_timers_and_works
	unload_with_a_dump_going_on
	requests_without_the_module
	unload_under_traffic
	reload_again_and_again
"

SEHUB_KSFT_WAS_LOADED=
[ ! -d /sys/module/sehub ] || SEHUB_KSFT_WAS_LOADED=yes

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

[ -z "$SEHUB_KSFT_WAS_LOADED" ] || [ -n "${SEHUB_KSFT_UNLOAD:-}" ] ||
	skip_all "the module was loaded before, others may need it"

setup_topology() {
	make_netns hub net other && ip -n "${NS[hub]}" link add name ph1 \
		type veth peer name h1 netns "${NS[net]}" &&
		ip -n "${NS[hub]}" link set ph1 up &&
		ip -n "${NS[net]}" link set h1 up
}

# Sockets know the number of the family, which is another one each time.
before_each() {
	[ -z "${TOOL_PID[pt]:-}" ] || tool_stop pt
	module_is_loaded || module_load
	tool_start pt "$KSFT_DIR/porttool"
	pt socket c "${NS[hub]}"
	pt socket n "${NS[net]}"
	pt socket o "${NS[other]}"
	pt frame f src=02:00:00:00:00:05
}

teardown() {
	module_is_loaded || module_load
}

is_free() {
	pt c link get ph1 && want promiscuity=0 &&
		[ "${OUT/ master=/}" = "$OUT" ]
}

test_description() {
	local aliases

	pt c link add d && pt c link del d || return 1
	[ -n "$(cat /sys/module/sehub/version)" ] || return 1
	[ -f "${SEHUB_KO:-$TOP/sehub.ko}" ] || skip "no file to look at" ||
		return
	aliases=$(modinfo -F alias "${SEHUB_KO:-$TOP/sehub.ko}")
	grep -x rtnl-link-sehub <<<"$aliases" &&
		grep -x net-pf-16-proto-16-family-sehub <<<"$aliases"
}

test_loaded_twice() {
	[ -f "${SEHUB_KO:-$TOP/sehub.ko}" ] || skip "no file to load" || return
	! insmod "${SEHUB_KO:-$TOP/sehub.ko}" && pt c link add d &&
		pt c link del d
}

test_unload_without_hubs() {
	module_unload && ! pt c link add d && module_load
}

test_unload_with_hubs_in_namespaces() {
	pt c link add h vlan=12 && pt c link up h &&
		pt c link master ph1 h && pt o link add h vlan=12 &&
		pt o link up h && session s c h && session s o h \
		port.session.grace=60000 && pt c link add m &&
		session s c m && pt c link netns m "${NS[other]}" &&
		module_unload && refused ENODEV "" "" c link get h &&
		refused ENODEV "" "" o link get m && is_free
}

# Ageing, grace time, an acknowledgement that is due, credit that waits.
test_unload_with_timers_and_works() {
	pt c link add h ageing=1 && pt c link up h &&
		session a c h port.session.grace=60000 && local a=$ID &&
		session b c h && pt c xfer $a burst:f:200 &&
		pt c xfer $ID credit=64500 && pt c xfer $ID data:f &&
		pt c port-detach port.session.id=$a && module_unload
}

# Until the dump is at its end the module is in use.
test_unload_with_a_dump_going_on() {
	pt c link add h && session s c h && pt c xfer $ID burst:f:300 &&
		pt socket x "${NS[hub]}" && pt x dump-begin fdb-get &&
		! rmmod sehub && pt x dump-end && module_unload
}

test_requests_without_the_module() {
	pt c link add h && session s c h && module_unload && ! pt c hub-get dev=h &&
		! pt c port-new dev=h && ! pt c dump port-get &&
		! pt c xfer $ID data:f && pt close c
}

# The host of the hub answers ARP requests, and a session gets all of it.
load() {
	{
		echo "host h1 ${NS[net]} h1"
		while echo "burst h1 300 len=200" && echo "send h1 x50 arp"; do
			:
		done
	} | "$KSFT_DIR/frametool" >/dev/null 2>&1 &
	PIDS+=($!)
}

flows() {
	pt c port-get dev=h port.name=s && field port.session.tx-sent &&
		[ "$VAL" -gt 50000 ]
}

test_unload_under_traffic() {
	local i

	load
	for i in 1 2 3; do
		[ $i = 1 ] || before_each
		pt c link add h && pt c link up h && pt c link master ph1 h &&
			pt o link add k && pt o link up k &&
			ip -n "${NS[hub]}" addr add 192.0.2.2/24 dev h &&
			session s c h && local s=$ID && session t o k &&
			pt c join $s o $ID && busywait 20000 flows &&
			module_unload && is_free || return 1
	done
	kill "${PIDS[@]}"
	PIDS=()
}

test_reload_again_and_again() {
	local i

	for i in 1 2 3 4 5 6; do
		[ $i = 1 ] || before_each
		pt c link add h vlan=12 && pt c link up h &&
			pt c link master ph1 h && session s c h &&
			pt c xfer $ID data:f && module_unload || return 1
	done
}

setup
run_tests
