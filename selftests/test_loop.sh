#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Hubs that are joined by cascades: a second way between two of them is refused,
# a ring is cut at one place and closed again where it breaks, and probes come
# from nobody whose business they are not.
#
#   a, b, c, d           hubs, each with a host hX behind a device port
#   cable NAME A B       a cascade: session ports NAME.A and NAME.B, and porttool
#                        in between
#   a --- user           an ordinary session

TESTS="
	hub_joined_to_itself
	second_way_between_two_hubs
	cascade_that_becomes_none
	probe_of_a_user
	probes_that_are_no_probes
	probe_that_was_here
	probe_of_a_greater_hub
	told_of_changes
	probe_that_went_too_far
	own_probe_of_long_ago
	group_address_of_probes
	hub_without_a_cascade
	blocked_at_first
	three_hubs_in_a_row
	ring_of_three
	hub_of_a_ring_that_was_down
	ring_of_three_that_breaks
	every_hub_with_every_other
	loop_over_a_network_behind_devices
	isolated_cascades_are_a_loop
	line_that_comes_back_late
	last_cascade_goes
	deleted_while_blocked
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

HUBS="a b c d"
declare -A HUBID

setup_topology() {
	local hub

	start_tools || return 1
	pt socket u "${NS[hub]}" || return 1
	for hub in $HUBS; do
		make_hub $hub && make_hosts $hub h$hub &&
			pt c hub-get dev=$hub && field hub.id || return 1
		HUBID[$hub]=$VAL
	done
	session user u a
}

before_each() {
	local name

	for name in "${CABLES[@]}"; do
		unplug "$name"
	done
	CABLES=()
	ft clear
	reach ha
	pt u clear ${SID[user]}
}

# cable NAME A B [WORD...]: both ends have the words
CABLES=()
cable() {
	local name=$1 a=$2 b=$3

	shift 3
	session $name.$a c $a port.session.peer-hub=${HUBID[$b]} \
		port.session.grace=600000 "$@" &&
		session $name.$b c $b port.session.peer-hub=${HUBID[$a]} \
		port.session.grace=600000 "$@" &&
		pt c join ${SID[$name.$a]} c ${SID[$name.$b]} &&
		CABLES+=("$name.$a $name.$b")
}

# unplug "NAME.A NAME.B"
unplug() {
	local end

	for end in $1; do
		pt c part ${SID[$end]}
		pt c port-del port.session.id=${SID[$end]}
	done
}

state() {
	pt c port-get port.session.id=${SID[$1]} && want port.state=$2
}

# all_up END...: none of these is blocked any more
all_up() {
	local end

	for end; do
		state $end up || return 1
	done
}

wait_all_up() {
	busywait 10000 all_up "$@"
}

# blocked_ends: those that are, in BLOCKED
blocked_ends() {
	local both end

	BLOCKED=
	for both in "${CABLES[@]}"; do
		for end in $both; do
			state $end up || BLOCKED+="${BLOCKED:+ }$end"
		done
	done
}

is_cut_at() {
	blocked_ends && equal "$BLOCKED" "$1"
}

# How many frames have come by an end, probes included, in VAL
frames() {
	pt c port-get port.session.id=${SID[$1]} && field port.rx-frames
}

has_frames() {
	frames $1 && [ "$VAL" -ge $2 ]
}

# intervals END N: for N probes to come by an end
intervals() {
	frames $1 && busywait $(($2 * 2000)) has_frames $1 $((VAL + $2))
}

# The hub of those named that has the least id, in LEAST.
find_least() {
	LEAST=$1
	for hub; do
		[ "$(printf '%s\n' ${HUBID[$hub]} ${HUBID[$LEAST]} | sort -n |
			head -n 1)" != ${HUBID[$hub]} ] || LEAST=$hub
	done
}

# reach HOST...: these can be reached by each other, and nobody else
reach() {
	local host

	for host in ha hb hc hd; do
		case " $* " in
		*" $host "*) ft mute $host off ;;
		*) ft mute $host on ;;
		esac
	done
}

# once HOST...: a broadcast from the first comes to each other one, once
once() {
	local from=$1 to

	reach "$@"
	shift
	SEQ=$((${SEQ:-0} + 1))
	frame_send $from seq=$SEQ src=02:00:00:00:03:0$((SEQ % 10)) || return 1
	for to; do
		expect_frames $to 1 || return 1
	done
	# what went round would be here by now
	expect_frames $from 0
}

# hex of a probe: probe ID... with PORT, NONCE, SEQNO, HOPS, FLAGS, VERSION
probe() {
	local id path=

	for id; do
		path+=$(printf %016x $id)
	done
	printf '%s%s%02x%02x%02x00%08x%08x%08x%s' \
		03736568756202000000000788b5 73656870 ${VERSION:-1} \
		${FLAGS:-0} ${HOPS:-$#} ${PORT:-1} ${NONCE:-1} ${SEQNO:-1} $path
}

# dropped HUB NUMBER REASON COMMAND...: the port drops one frame more by it
dropped() {
	local hub=$1 number=$2 reason=$3 before

	shift 3
	counter $hub $number drops.$reason
	before=$VAL
	"$@" && counted $hub $number drops.$reason $((before + 1))
}

test_hub_joined_to_itself() {
	refused ELOOP "" "a hub cannot be joined to itself" c port-new dev=a \
		port.session.peer-hub=${HUBID[a]}
}

test_second_way_between_two_hubs() {
	local text="another port joins these two hubs already"

	cable w a b || return 1
	refused ELOOP "" "$text" c port-new dev=a \
		port.session.peer-hub=${HUBID[b]} || return 1
	# not even while the first one has no line
	pt c part ${SID[w.a]} && pt c port-detach port.session.id=${SID[w.a]} &&
		refused ELOOP "" "$text" c port-new dev=a \
			port.session.peer-hub=${HUBID[b]} && unplug "w.a w.b" &&
		CABLES=() && cable x a b && wait_all_up x.a x.b
}

test_cascade_that_becomes_none() {
	cable w a b || return 1
	refused EINVAL port.session.peer-hub "" c port-set \
		port.session.id=${SID[w.a]} port.session.peer-hub=0 &&
		pt c port-get port.session.id=${SID[w.a]} &&
		want port.session.peer-hub=${HUBID[b]}
}

test_probe_of_a_user() {
	cable w a b && wait_all_up w.a w.b &&
		pt frame p hex="$(probe ${HUBID[d]})" || return 1
	dropped a ${SNUM[user]} probe pt u xfer ${SID[user]} data:p &&
		pt frame p hex="$(probe ${HUBID[a]})" &&
		dropped a ${SNUM[user]} probe pt u xfer ${SID[user]} data:p &&
		expect_frames ha 0 hex="$(probe ${HUBID[d]})" &&
		state w.a up && state user up
}

# from_host HEX: in by the device port of a, as if its network had sent it
from_host() {
	ft send ha hex="$1"
}

# In by the cascade's end at a, as if b had sent it. The two ends do not agree
# any more on what has come: nothing else may go by this cascade afterwards.
from_b() {
	pt frame p hex="$1" && pt c xfer ${SID[w.a]} data:p
}

test_probes_that_are_no_probes() {
	local good

	cable w a b && wait_all_up w.a w.b || return 1
	good=$(probe ${HUBID[d]})
	dropped a ${SNUM[w.a]} probe from_b "$(VERSION=2 probe 1)" &&
		dropped a ${SNUM[w.a]} probe from_b "$(HOPS=0 probe 1)" &&
		dropped a ${SNUM[w.a]} probe from_b "$(HOPS=33 probe 1)" &&
		dropped a ${SNUM[w.a]} probe from_b "$(HOPS=2 probe 1)" &&
		dropped a ${SNUM[w.a]} probe from_b "${good::60}" &&
		dropped a ${SNUM[w.a]} probe from_b "${good::36}"
}

# relayed HEX HEX2 N: probe of b; N times the second comes out at the host of a
relayed() {
	ft clear && from_b "$1" || return 1
	mac=$(ip -n "${NS[hub]}" -j link show a | jq -r '.[0].address' |
		tr -d :)
	expect_frames ha $3 hex="${2/020000000007/$mac}"
}

test_probe_that_was_here() {
	cable w a b && wait_all_up w.a w.b || return 1
	relayed "$(probe 5 6)" "$(probe 5 6 ${HUBID[a]})" 1 &&
		relayed "$(SEQNO=2 probe 5 ${HUBID[a]} 6)" \
			"$(SEQNO=2 probe 5 ${HUBID[a]} 6 ${HUBID[a]})" 0 &&
		relayed "$(probe 5 7)" "$(probe 5 7 ${HUBID[a]})" 0 &&
		relayed "$(SEQNO=3 probe 5 7)" \
			"$(SEQNO=3 probe 5 7 ${HUBID[a]})" 1
}

# It is the hub with the least id that has to know.
test_probe_of_a_greater_hub() {
	local most=18446744073709551615

	cable w a b && wait_all_up w.a w.b || return 1
	relayed "$(probe $most)" "$(probe $most ${HUBID[a]})" 0 &&
		relayed "$(FLAGS=2 SEQNO=2 probe $most)" \
			"$(FLAGS=2 SEQNO=2 probe $most ${HUBID[a]})" 1
}

# knows PORT MAC: hub a has learned it there
knows() {
	pt c fdb-get dev=a fdb.mac=$2 && want fdb.port=$1
}

knows_not() {
	! knows "$@"
}

# Told that ways have changed, a hub learns anew, but for what a policy keeps.
test_told_of_changes() {
	local mac=02:00:00:00:03:77 status=1

	cable w a b && wait_all_up w.a w.b && reach ha hb && once ha hb ||
		return 1
	# its own are over, and others are heeded again
	intervals w.b 10 && frame_send ha src=$mac && expect_frames hb 1 &&
		knows 1 $mac && from_host "$(FLAGS=1 SEQNO=8 probe 5)" &&
		busywait 5000 knows_not 1 $mac || return 1
	pt c port-set dev=a port.number=1 \
		port.policy.flags=no-mac-dup && intervals w.b 10 &&
		frame_send ha src=$mac seq=2 && expect_frames hb 1 &&
		knows 1 $mac && from_host "$(FLAGS=1 SEQNO=9 probe 5)" &&
		intervals w.b 4 && knows 1 $mac && status=0
	pt c port-set dev=a port.number=1 port.policy=
	return $status
}

test_probe_that_went_too_far() {
	cable w a b && wait_all_up w.a w.b || return 1
	relayed "$(probe $(seq 31))" "$(probe $(seq 31) ${HUBID[a]})" 1 &&
		dropped a ${SNUM[w.a]} probe \
			from_b "$(SEQNO=2 probe $(seq 32))"
}

# With the hub's id, but not a number of its own.
test_own_probe_of_long_ago() {
	cable w a b && cable x a c && wait_all_up w.a w.b x.a x.c || return 1
	from_host "$(PORT=${SNUM[x.a]} probe ${HUBID[a]})" && once ha hb hc &&
		state w.a up && state x.a up
}

test_group_address_of_probes() {
	cable w a b && wait_all_up w.a w.b && reach ha hb || return 1
	frame_send ha dst=03:73:65:68:75:62 type=0x88b7 &&
		expect_frames hb 1 &&
		frame_send ha dst=03:73:65:68:75:62 type=0x88b5 seq=1 &&
		expect_frames hb 1
}

# It is but a frame to a group there.
test_hub_without_a_cascade() {
	pt frame p hex="$(probe ${HUBID[d]})" && ft clear &&
		pt u xfer ${SID[user]} data:p &&
		expect_frames ha 1 hex="$(probe ${HUBID[d]})"
}

test_blocked_at_first() {
	cable w a b && state w.a blocked && state w.b blocked || return 1
	reach ha
	dropped a ${SNUM[w.a]} loop frame_send ha seq=1 && reach ha hb &&
		wait_all_up w.a w.b && frame_send ha seq=2 &&
		expect_frames hb 1 && ft expect hb 0 seq=1
}

# The hubs have learned from a broadcast of ha how it is reached.
way_is_known() {
	once ha hb hc || return 1
	frame_send hc dst=02:00:00:00:03:0$((SEQ % 10)) seq=99 &&
		expect_frames ha 1 && expect_frames hb 0
}

test_three_hubs_in_a_row() {
	cable w a b && cable x b c && wait_all_up w.a w.b x.b x.c || return 1
	# for some seconds they forget what they learned
	once hc ha hb && once hb ha hc && busywait 15000 way_is_known
}

# ring: a, b and c; the port that has to be blocked is in WANT
ring() {
	cable w a b && cable x b c && cable y c a && find_least a b c ||
		return 1
	case $LEAST in
	a) WANT=y.a ;;
	b) WANT=x.b ;;
	c) WANT=y.c ;;
	esac
	busywait 10000 is_cut_at $WANT
}

test_ring_of_three() {
	ring && once ha hb hc && once hb ha hc && once hc ha hb || return 1
	# it stays so, as each of them sends its probes
	intervals x.c 20 && is_cut_at $WANT && once ha hb hc && once hb ha hc
}

# While it is down the others may open what they had blocked.
test_hub_of_a_ring_that_was_down() {
	local hub

	ring || return 1
	for hub in a b c; do
		[ $hub = $LEAST ] || break
	done
	pt c link down $hub && busywait 15000 is_cut_at "" &&
		pt c link up $hub && busywait 15000 is_cut_at $WANT &&
		once ha hb hc && once hb ha hc
}

test_ring_of_three_that_breaks() {
	local both

	ring && once ha hb hc || return 1
	for both in "w.a w.b" "x.b x.c" "y.c y.a"; do
		[[ $both != *$WANT* ]] || continue
		unplug "$both"
		CABLES=()
		for end in "w.a w.b" "x.b x.c" "y.c y.a"; do
			[ "$end" = "$both" ] || CABLES+=("$end")
		done
		break
	done
	# shellcheck disable=SC2068 # two names in each
	wait_all_up ${CABLES[@]} && once ha hb hc && once hb ha hc &&
		once hc ha hb
}

# All that is left is a tree: three joints of six.
is_tree() {
	blocked_ends && [ "$(wc -w <<<"$BLOCKED")" = 3 ]
}

test_every_hub_with_every_other() {
	cable r a b && cable s a c && cable t a d && cable u b c &&
		cable v b d && cable w c d && busywait 15000 is_tree || return 1
	# and stays one
	intervals r.b 12 && is_tree || return 1
	once ha hb hc hd && once hb ha hc hd && once hc ha hb hd &&
		once hd ha hb hc
}

is_blocked() {
	state $1 blocked
}

# The devices are what joins the network, and go on.
test_loop_over_a_network_behind_devices() {
	local ok=1

	cable w a b && wait_all_up w.a w.b && find_least a b || return 1
	ip -n "${NS[hub]}" link add lan1 type veth peer name lan2
	ip -n "${NS[hub]}" link set lan1 up master a
	ip -n "${NS[hub]}" link set lan2 up master b
	wait_up c lan1 lan2 && busywait 10000 is_blocked w.$LEAST &&
		once ha hb && once hb ha && ok=0
	ip -n "${NS[hub]}" link del lan1
	[ $ok = 0 ] && wait_all_up w.a w.b && once ha hb
}

# Nothing goes round, as frames do not pass from one to the other; but all
# would come by both. What is cut must not be what joins the others.
test_isolated_cascades_are_a_loop() {
	cable w a b port.policy.isolation=7 && cable x b c &&
		cable y c a port.policy.isolation=7 &&
		busywait 10000 is_cut_at y.a && once ha hb hc &&
		once hb ha hc && once hc ha hb
}

detached() {
	pt c part ${SID[w.a]} && pt c port-detach port.session.id=${SID[w.a]} &&
		pt c port-detach port.session.id=${SID[w.b]}
}

back() {
	resume_line c ${SID[w.a]} c ${SID[w.b]} &&
		pt c join ${SID[w.a]} c ${SID[w.b]}
}

# Away for long, another way may be in use now; for a moment, it cannot.
test_line_that_comes_back_late() {
	cable w a b && cable x a c && wait_all_up w.a w.b x.a x.c &&
		detached && back && state w.a up && state w.b up &&
		detached && intervals x.c 4 && back && state w.a blocked && wait_all_up w.a w.b && once ha hb
}

# blocked_port NAME: of hub a, or up again
blocked_port() {
	pt c port-get dev=a port.name=$1 && want port.state=$2
}

# A device that was blocked is not when the last cascade goes, which leaves
# nobody to look whether the loop is still there.
test_last_cascade_goes() {
	local dev status=1

	cable w a b && wait_all_up w.a w.b || return 1
	ip -n "${NS[hub]}" -batch - <<-EOT
		link add lanbr up type bridge
		link add lan1 up type veth peer name lan2
		link add lan3 up type veth peer name lan4
		link set lan2 up master lanbr
		link set lan4 up master lanbr
		link set lan1 master a
		link set lan3 master a
	EOT
	wait_up c lan1 lan3 && busywait 10000 blocked_port lan3 blocked &&
		ip -n "${NS[hub]}" link set lan4 nomaster &&
		unplug "w.a w.b" && CABLES=() &&
		busywait 10000 blocked_port lan3 up && status=0
	for dev in lanbr lan1 lan3; do
		ip -n "${NS[hub]}" link del $dev
	done
	return $status
}

test_deleted_while_blocked() {
	ring || return 1
	for both in "${CABLES[@]}"; do
		unplug "$both"
	done
	CABLES=()
	reach ha
	frame_send ha seq=77 && pt c port-get dev=a port.number=1 &&
		want port.state=up
}

setup
run_tests
