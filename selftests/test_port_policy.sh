#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Policies of ports as objects: set, shown, replaced and taken away as a whole,
# told to listeners, and refused with a reason and then without any effect.
#
#   h --- user, server, peer  (sessions)      see policy.sh
#     \-- p4 ======== h4 :namespace net

TESTS="
	no_policy_at_first
	everything_is_shown
	replaced_as_a_whole
	taken_away
	new_port_with_a_policy
	any_kind_of_port
	told_once
	flags_that_do_not_exist
	values_out_of_bounds
	values_that_need_others
	too_many_ethertypes
	attributes_of_a_wrong_form
	refused_means_unchanged
	refused_port_is_not_made
	daemon_options_have_no_effect
"

# shellcheck source=policy.sh
. "$(dirname "$0")/policy.sh"

ALL="deny no-resume dhcp-force no-ip-dup no-mac-dup no-broadcast"
ALL+=" no-broadcast-arp no-broadcast-nd no-broadcast-dhcp no-dhcp-server"
ALL+=" filter-dhcp no-ra"
BOUNDS="integer out of range"

setup_topology() {
	policy_topology && make_hosts h h4
}

before_each() {
	forget_all
}

# shown NAME|NUMBER WORD...: exactly these values of the policy
shown() {
	local number=${SNUM[$1]:-$1} all

	shift
	pt c port-get dev=h port.number="$number" || return 1
	all=$(grep -o ' port\.policy\.[^ ]*' <<<"$OUT" | sort)
	equal "$all" "$(printf ' port.policy.%s\n' "$@" | sort)" "policy"
}

shows_none() {
	pt c port-get dev=h port.number="${SNUM[$1]:-$1}" || return 1
	case $OUT in
	*port.policy.*) return 1 ;;
	esac
}

# set_refused ERRNO ATTR TEXT WORD...: for the user's port
set_refused() {
	local errno=$1 attr=$2 text=$3

	shift 3
	refused "$errno" "${attr:+port.policy.$attr}" "$text" \
		c port-set dev=h port.number=${SNUM[user]} \
		"${@/#/port.policy.}"
}

test_no_policy_at_first() {
	session fresh c h && shows_none "$NUM" && shows_none 0 &&
		pt c port-del port.session.id="$ID"
}

test_everything_is_shown() {
	policy user $ALL max-ip=4294967295 isolation=65535 \
		rate-up=18446744073709551615 burst-up=4294967295 \
		rate-down=1 burst-down=1 broadcast-rate=4294967295 \
		identity=18446744073709551615 deny-type=0x8137 \
		deny-type=0xffff deny-type=0 &&
		shown user flags=${ALL// /+} max-ip=4294967295 isolation=65535 \
			rate-up=18446744073709551615 burst-up=4294967295 \
			rate-down=1 burst-down=1 broadcast-rate=4294967295 \
			identity=18446744073709551615 deny-type=33079 \
			deny-type=65535 deny-type=0 &&
		pt c dump port-get dev=h && want port.policy.deny-type=33079
}

test_replaced_as_a_whole() {
	policy user no-ra max-ip=3 deny-type=0x8137 identity=9 &&
		policy user no-broadcast isolation=4 &&
		shown user flags=no-broadcast isolation=4 &&
		policy user max-ip=0 && shown user flags=0
}

test_taken_away() {
	policy user no-ra max-ip=1 && policy user && shows_none user &&
		policy user && shows_none user &&
		passes user peer ra && passes user peer arp
}

test_new_port_with_a_policy() {
	policy_words no-ra max-ip=2
	session fresh c h "${PWORDS[@]}" && want port.policy.flags=no-ra &&
		shown "$NUM" flags=no-ra max-ip=2 &&
		MAC[fresh]=02:00:00:00:00:f1 && drops router fresh peer ra &&
		pt c port-del port.session.id="$ID" &&
		session fresh c h port.policy= && shows_none "$NUM" &&
		pt c port-del port.session.id="$ID"
}

# The local port and device ports have policies too.
test_any_kind_of_port() {
	policy 0 no-ra && shown 0 flags=no-ra && policy 0 && shows_none 0 &&
		policy 4 no-ra && shown 4 flags=no-ra &&
		counter h 4 drops.router || return 1
	local before=$VAL
	pt c "clear" ${SID[peer]} && ft send h4 ra && ft send h4 rs &&
		ft fence && counted h 4 drops.router $((before + 1)) &&
		expect_session c ${SID[peer]} 1 rs &&
		expect_session c ${SID[peer]} 0 ra && policy 4
}

test_told_once() {
	pt socket w "${NS[hub]}" && pt w join port && policy user no-ra &&
		pt w event port-ntf port.name=user port.policy.flags=no-ra &&
		! policy user isolation=65536 && policy user &&
		pt w event port-ntf port.name=user && ! want port.policy.flags=no-ra &&
		pt w events && want events=0 && pt close w
}

test_flags_that_do_not_exist() {
	set_refused EINVAL flags "reserved bit set" flags=4096 &&
		set_refused EINVAL flags "reserved bit set" flags=2147483648
}

test_values_out_of_bounds() {
	set_refused ERANGE isolation "$BOUNDS" isolation=65536 &&
		set_refused ERANGE isolation "$BOUNDS" isolation=4294967295
}

test_values_that_need_others() {
	local text="what no-broadcast spares is told without no-broadcast"

	set_refused EINVAL flags "$text" flags=64 &&
		set_refused EINVAL flags "$text" flags=128 &&
		set_refused EINVAL flags "$text" flags=256 &&
		set_refused EINVAL burst-up "burst-up needs rate-up" \
			burst-up=1 &&
		set_refused EINVAL burst-up "burst-up needs rate-up" \
			rate-down=1 burst-up=1 burst-down=1 &&
		set_refused EINVAL burst-down "burst-down needs rate-down" \
			rate-up=1 burst-down=1 &&
		set_refused EINVAL burst-down "burst-down needs rate-down" \
			rate-down=0 burst-down=1
}

# The seventeenth is the one that is named.
test_too_many_ethertypes() {
	local i types=()

	for ((i = 1; i <= 16; i++)); do
		types+=(deny-type=$((0x9000 + i)))
	done
	policy user "${types[@]}" && shown user flags=0 "${types[@]}" &&
		set_refused EINVAL deny-type \
			"policy denies more EtherTypes than 16" \
			"${types[@]}" deny-type=5 &&
		shown user flags=0 "${types[@]}"
}

test_attributes_of_a_wrong_form() {
	local number=${SNUM[user]} name

	for name in flags max-ip isolation burst-up burst-down broadcast-rate; do
		set_refused EINVAL $name "" $name:u16=1 &&
			set_refused EINVAL $name "" $name:u64=1 || return 1
	done
	for name in rate-up rate-down identity; do
		set_refused EINVAL $name "" $name:u32=1 || return 1
	done
	set_refused EINVAL deny-type "" deny-type:u32=1 &&
		set_refused EINVAL "#0" "" "#0:u32=1" &&
		set_refused EINVAL "#99" "" "#99:u32=1" &&
		refused EINVAL port.policy "" c port-set dev=h \
			port.number=$number port.policy:u32=1 &&
		refused EINVAL port.ip-count "" c port-set dev=h \
			port.number=$number port.ip-count=1 && shows_none user
}

# All or nothing.
test_refused_means_unchanged() {
	policy user no-ra max-ip=5 &&
		refused EINVAL port.policy.burst-up "" c port-set dev=h \
			port.number=${SNUM[user]} port.name=other \
			port.fdb-max=7 port.policy.burst-up=1 &&
		shown user flags=no-ra max-ip=5 && want port.name=user \
		port.fdb-max=0 && drops router user peer ra &&
		refused EEXIST port.name "" c port-set dev=h \
			port.number=${SNUM[user]} port.policy.flags=1 \
			port.name=peer && shown user flags=no-ra max-ip=5 &&
		refused ENOENT port.number "" c port-set dev=h \
			port.number=77 port.policy.flags=1
}

test_refused_port_is_not_made() {
	pt c hub-get dev=h && field hub.port-count || return 1
	local before=$VAL
	refused EINVAL port.policy.burst-up "burst-up needs rate-up" \
		c port-new dev=h port.name=fresh port.policy.burst-up=1 &&
		refused ERANGE port.policy.isolation "$BOUNDS" \
			c port-new dev=h port.policy.isolation=65536 &&
		pt c hub-get dev=h && want hub.port-count=$before
}

# They are stored, and nothing else.
test_daemon_options_have_no_effect() {
	policy user deny no-resume && shown user flags=deny+no-resume &&
		passes user peer arp && passes user peer ra &&
		passes peer user arp && passes user peer type=0x1234 len=14
}

setup
run_tests
