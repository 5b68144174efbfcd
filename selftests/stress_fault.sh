#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Each allocation that a request makes fails once: the request is refused with
# the reason, leaves nothing behind, and succeeds the next time.
#
# timeout=200

TESTS="
	hub_add
	hub_settings
	hub_up
	device_enslaved
	port_new
	port_set
	policy
	port_attach
	port_detach
	port_del
	fdb_new
	fdb_new_of_a_learned_address
	fdb_flush
	ip_flush
	requests_that_read
	dumps
	hub_del
	the_module_goes
"

# shellcheck source=stress.sh
. "$(dirname "$0")/stress.sh"
skip_unless_unloadable
faults_ready || skip_all "$SKIP_REASON"

STEPS_MAX=400
SPARE="address=02:00:00:00:00:aa"
# nothing ages meanwhile, however slow the kernel is
LASTING="ageing=100000 ip-ageing=100000"

setup_topology() {
	start_tools && make_hub h $LASTING && make_hosts - h1 && pt socket d "${NS[hub]}" &&
		pt c link add spare $SPARE
}

# state: what the namespace has, without what counts, ages, or is new each time
state() {
	local what

	STATE=
	for what in hub port fdb ip; do
		pt d dump $what-get >/dev/null || return 1
		STATE+=$OUT
	done
	STATE=$(sed -E '/^ok/d
		s/ [a-z.-]*(frames|bytes|moves|idle|count|learned)=[0-9]*//g
		s/ [a-z]+\.drops[a-z.-]*=[0-9]*//g
		s/ (ifindex|hub\.id)=[0-9]*//g
		s/ port\.session\.(id|owner|grace-left|attaches)=[0-9]*//g
		s/ port\.session\.(tx|rx)-[a-z]*=[0-9]*//g' <<<"$STATE" | sort)
}

# each UNDO SOCKET COMMAND...: the command with its first allocation failing,
# then its second, and so on until none does. It is refused and has done
# nothing; or it did without; or it was done and the answer was lost. UNDO makes
# things as they were, whether it was done or not.
each() {
	local undo=$1 nth before answer

	shift
	state && before=$STATE || return 1
	for ((nth = 1; nth <= STEPS_MAX; nth++)); do
		pt fail $nth && { pt "$@" || true; }
		answer=$LAST
		pt failed || return 1
		case "$OUT $answer" in
		*hit=0*" ok "*) break ;;
		*hit=1*" ok "* | *hit=1*" err ENOBUFS "*) $undo ;;
		*hit=1*" err ENOMEM "*) ;;
		# a name of a device that found no memory is missing later
		*hit=1*" err EINVAL "*) [ "$2" = link ] ;;
		*) false ;;
		esac || {
			echo "with allocation $nth: $answer"
			return 1
		}
		state
		[ "$STATE" = "$before" ] || {
			echo "after allocation $nth had failed, $answer"
			diff <(echo "$before") <(echo "$STATE")
			return 1
		}
	done
	echo "# $((nth - 1)) allocations"
	[ $nth -le $STEPS_MAX ] && [ $nth -gt 1 ] || return 1
	state
	[ "$undo" = : ] || [ "$STATE" != "$before" ] || {
		echo "it did nothing"
		return 1
	}
	$undo && state && [ "$STATE" = "$before" ]
}

no_x() {
	pt d link del x || true
}

test_hub_add() {
	each no_x c link add x vlan=7 ageing=9
}

no_settings() {
	pt d link set h fdb-max=65536 $LASTING log-headers=0
}

test_hub_settings() {
	each no_settings c link set h fdb-max=77 ageing=55000 log-headers=3
}

spare_down() {
	pt d link down spare
}

test_hub_up() {
	each spare_down c link up spare
}

h1_free() {
	pt d link master ph1 -
}

test_device_enslaved() {
	each h1_free c link master ph1 h
}

no_port() {
	pt d port-del dev=h port.name=x || true
}

test_port_new() {
	each no_port c port-new dev=h port.name=x port.session.grace=5000 \
		port.session.cookie=0102 port.policy.max-ip=3 port.fdb-max=4
}

# with_port FUNCTION...: there is a session port x with an address
with_port() {
	local status

	session x c h port.session.grace=600000 port.session.cookie=01 &&
		X=$ID && pt frame ip udp4 src=02:00:00:00:00:05 \
		sip=192.0.2.5 && pt c xfer $X data:ip || return 1
	"$@"
	status=$?
	no_port
	return $status
}

port_as_it_was() {
	pt d port-set port.name=x port.fdb-max=0 port.policy= \
		port.session.id=$X port.session.cookie=01 \
		port.session.queue-limit=4194304
}

set_x() {
	each port_as_it_was c port-set "$@"
}

# The words of the session are together, in one nest.
set_session_x() {
	set_x port.name=y port.fdb-max=9 port.session.id=$X \
		port.session.cookie=0203 port.session.queue-limit=1000000
}

test_port_set() {
	with_port set_session_x
}

set_policy_x() {
	set_x port.session.id=$X port.policy.flags=dhcp-force+no-ra \
		port.policy.max-ip=2 port.policy.rate-up=100000 \
		port.policy.burst-up=2000 port.policy.deny-type=0x8137
}

test_policy() {
	with_port set_policy_x
}

detach() {
	pt d port-detach port.session.id=$X || true
}

attach() {
	pt c port-attach port.session.id=$X || true
}

attach_x() {
	detach && each detach c port-attach port.session.id=$X
}

test_port_attach() {
	with_port attach_x
}

detach_x() {
	each attach c port-detach port.session.id=$X
}

test_port_detach() {
	with_port detach_x
}

another() {
	pt d port-get dev=h port.name=x >/dev/null || {
		session x c h port.session.grace=600000 \
			port.session.cookie=01 && X=$ID && pt c xfer $X data:ip
	}
}

del_x() {
	each another c port-del dev=h port.name=x
}

test_port_del() {
	with_port del_x
}

no_address() {
	pt d fdb-del dev=h fdb.mac=02:00:00:00:00:77 || true
}

fdb_new_x() {
	each no_address c fdb-new dev=h fdb.mac=02:00:00:00:00:77 fdb.port=$NUM
}

test_fdb_new() {
	with_port fdb_new_x
}

# It stays learned when it cannot become static.
relearn() {
	pt d fdb-del dev=h fdb.mac=02:00:00:00:00:05
	pt c xfer $X data:ip
}

fdb_fix_x() {
	each relearn c fdb-new dev=h fdb.mac=02:00:00:00:00:05 fdb.port=$NUM
}

test_fdb_new_of_a_learned_address() {
	with_port fdb_fix_x
}

learn() {
	pt c xfer $X data:ip
}

flush_x() {
	each learn c fdb-flush dev=h
}

test_fdb_flush() {
	with_port flush_x
}

ip_flush_x() {
	each learn c ip-flush dev=h ip.address=192.0.2.0 ip.prefix=24
}

test_ip_flush() {
	with_port ip_flush_x
}

read_x() {
	each : c hub-get dev=h && each : c port-get dev=h port.name=x &&
		each : c fdb-get dev=h fdb.mac=02:00:00:00:00:05 &&
		each : c ip-get dev=h ip.address=192.0.2.5 &&
		each : c link get h
}

test_requests_that_read() {
	with_port read_x
}

dump_x() {
	local what

	for what in hub port fdb ip; do
		each : c dump $what-get || return 1
	done
}

test_dumps() {
	with_port dump_x
}

spare_again() {
	pt d link get spare >/dev/null || pt d link add spare $SPARE
}

test_hub_del() {
	each spare_again c link del spare
}

setup
run_tests
