#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# To whom a session port belongs: the socket that made it, until that closes or
# the port is detached; then, for its grace time, nobody, with its queue, counts
# and cookie kept; then whoever attaches it. Another socket and another
# namespace are turned away.
#
#   namespace hub              namespace net
#   h --- p1 ================== h1
#     \-- session s  (sockets c, d; e is in namespace net)

TESTS="
	new_port_with_defaults
	new_port_with_all_settings
	names_of_ports
	lowest_free_number
	ids_are_not_used_again
	settings_change
	settings_change_as_a_whole
	owner_alone_may_exchange
	owner_in_another_namespace
	detached_port_takes_no_records
	detach_needs_an_owner
	attach_needs_a_detached_port
	queue_survives_without_owner
	credit_and_control_end_with_the_owner
	socket_closed_then_taken_back
	cookie_is_kept_and_private
	grace_time_ends
	no_grace_time
	grace_time_is_stopped_by_attaching
	grace_time_changed_while_it_runs
	process_killed
	limit_of_ports
	requests_name_a_session
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

NO_SESSION="no session port with this id"

setup_topology() {
	start_tools && make_hub h && make_hosts h h1 &&
		pt socket d "${NS[hub]}" && pt socket e "${NS[net]}" &&
		pt frame f src=02:00:00:00:00:05 len=100
}

before_each() {
	pt c port-del dev=h port.name=s
	session s c h port.session.grace=600000
	S=$ID
}

stat() {
	pt c port-get port.session.id=$S && want "$@"
}

is_gone() {
	refused ENOENT port.session.id "$NO_SESSION" \
		c port-get port.session.id="$1"
}

test_new_port_with_defaults() {
	pt c port-new dev=h && field port.session.id &&
		want port.name="session$VAL" port.kind=session port.state=up \
		port.number=3 port.fdb-max=0 port.session.grace=0 \
		port.session.queue-limit=4194304 port.session.features=0 \
		port.session.attaches=1 port.session.tx-count=0 \
		port.session.tx-sent=0 port.session.tx-acked=0 \
		port.session.rx-count=0 port.session.rx-gap=0 \
		port.session.tx-again=0 && ! want port.session.grace-left=0 &&
		pt c port-del port.session.id="$VAL"
}

test_new_port_with_all_settings() {
	pt d port-new dev=h port.name=all port.fdb-max=9 \
		port.session.cookie=00ff10 port.session.grace=86400000 \
		port.session.queue-limit=268435456 port.session.features=1 &&
		want port.name=all port.fdb-max=9 port.session.cookie=00ff10 \
		port.session.grace=86400000 port.session.features=1 \
		port.session.queue-limit=268435456 && field port.session.owner
	local owner=$VAL
	pt c port-get dev=h port.name=all && want port.session.owner="$owner" &&
		pt c port-del dev=h port.name=all
}

test_names_of_ports() {
	local text="port name already used in this hub"
	local letter="port name must begin with a letter"
	local ascii="port name may have only visible ASCII characters"
	local long=abcdefghijklmnopqrstuvwxyz01234

	refused EEXIST port.name "$text" c port-new dev=h port.name=s &&
		refused EEXIST port.name "$text" c port-new dev=h port.name=h &&
		refused EEXIST port.name "$text" c port-new dev=h port.name=ph1 &&
		refused EINVAL port.name "$letter" c port-new dev=h port.name=1 &&
		refused EINVAL port.name "$letter" c port-new dev=h port.name= &&
		refused EINVAL port.name "$ascii" \
			c port-new dev=h port.name:hex=6120620000 &&
		refused EINVAL port.name "$ascii" \
			c port-new dev=h port.name:hex=61c3a400 &&
		refused EINVAL port.name "" c port-new dev=h port.name=${long}5 &&
		refused EINVAL port.name "" c port-new dev=h port.name:bare=abc &&
		pt c port-new dev=h port.name=$long &&
		pt c port-del dev=h port.name=$long
}

test_lowest_free_number() {
	session a c h && equal "$NUM" 3 && session b c h && equal "$NUM" 4 &&
		pt c port-del dev=h port.number=3 && session x c h &&
		equal "$NUM" 3 && pt c port-del dev=h port.name=b &&
		pt c port-del dev=h port.name=x
}

test_ids_are_not_used_again() {
	session a c h && local first=$ID &&
		pt c port-del port.session.id=$first && session a c h &&
		[ "$ID" -gt "$first" ] && is_gone $first &&
		pt c port-del port.session.id=$ID
}

test_settings_change() {
	pt c port-set port.session.id=$S port.session.grace=70000 \
		port.session.cookie=0102 port.session.queue-limit=300000 \
		port.fdb-max=3 port.name=t &&
		pt c port-get dev=h port.name=t && want port.session.id=$S \
		port.fdb-max=3 port.session.grace=70000 \
		port.session.cookie=0102 port.session.queue-limit=300000 &&
		refused ENOENT port.name "no port with this number or name" \
			c port-get dev=h port.name=s &&
		pt c port-set port.session.id=$S port.name=s
}

test_settings_change_as_a_whole() {
	local busy="features change only while the port is detached"

	refused EBUSY port.session "$busy" c port-set dev=h port.number=2 \
		port.fdb-max=5 port.name=t port.session.grace=5 \
		port.session.features=1 &&
		stat port.fdb-max=0 port.name=s port.session.grace=600000 \
		port.session.features=0 &&
		refused EEXIST port.name "port name already used in this hub" \
		c port-set dev=h port.number=2 port.name=ph1 port.fdb-max=5 &&
		stat port.fdb-max=0 &&
		pt c port-set dev=h port.number=2 port.name=s port.fdb-max=5 \
			port.session.features=0 && stat port.fdb-max=5 &&
		pt c port-detach port.session.id=$S &&
		pt c port-set dev=h port.number=2 port.session.features=1 &&
		stat port.session.features=1
}

test_owner_alone_may_exchange() {
	local text="session port belongs to another socket"

	refused EPERM "" "$text" d xfer $S credit=16400 &&
		refused EPERM "" "$text" d xfer $S data:f &&
		stat port.session.rx-count=0 && pt c xfer $S data:f &&
		stat port.session.rx-count=104
}

# Port ids of sockets may be equal in different namespaces.
test_owner_in_another_namespace() {
	refused EPERM "" "session port belongs to another socket" \
		e xfer $S data:f &&
		refused ENOENT port.session.id "$NO_SESSION" \
			e port-get port.session.id=$S &&
		refused ENOENT port.session.id "$NO_SESSION" \
			e port-del port.session.id=$S &&
		refused ENOENT port.session.id "$NO_SESSION" \
			e port-detach port.session.id=$S &&
		pt c port-detach port.session.id=$S &&
		refused ENOENT port.session.id "$NO_SESSION" \
			e port-attach port.session.id=$S
}

test_detached_port_takes_no_records() {
	pt d port-detach port.session.id=$S && stat port.state=detached &&
		! want port.session.owner=0 && refused ENOTCONN "" \
		"session port is detached, attach it first" c xfer $S data:f &&
		stat port.session.rx-count=0
}

test_detach_needs_an_owner() {
	pt c port-detach port.session.id=$S && refused ENOTCONN "" \
		"session port has no owner" c port-detach port.session.id=$S
}

test_attach_needs_a_detached_port() {
	local text="session port has an owner, detach it first"

	refused EBUSY "" "$text" d port-attach port.session.id=$S &&
		refused EBUSY "" "$text" c port-attach port.session.id=$S
}

test_queue_survives_without_owner() {
	pt c port-detach port.session.id=$S &&
		frame_send h1 x2 src=02:00:00:00:00:a1 len=200 && ft fence &&
		stat port.session.tx-count=472 port.session.tx-sent=0 &&
		pt d port-attach port.session.id=$S &&
		want port.session.attaches=2 port.state=up &&
		expect_session d $S 2 && stat port.session.tx-sent=472
}

test_credit_and_control_end_with_the_owner() {
	pt c xfer $S rec:0x06:0102 ping:0000000000000001 data:f &&
		pt c port-detach port.session.id=$S &&
		pt d port-attach port.session.id=$S &&
		pt d xfer $S credit=16400 && want answers=0 &&
		pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S &&
		frame_send h1 src=02:00:00:00:00:a1 && ft fence &&
		stat port.session.tx-count=128 port.session.tx-sent=0 &&
		pt d answers $S && want answers=0
}

test_socket_closed_then_taken_back() {
	pt socket o "${NS[hub]}" && pt c port-detach port.session.id=$S &&
		pt o port-attach port.session.id=$S && pt o xfer $S data:f &&
		pt close o && busywait 5000 stat port.state=detached &&
		stat port.session.rx-count=104 && field port.session.grace-left &&
		[ "$VAL" -gt 0 ] && [ "$VAL" -le 600000 ] &&
		pt d port-attach port.session.id=$S &&
		want port.session.rx-count=104 port.session.attaches=3 &&
		pt d xfer $S data:f && stat port.session.rx-count=208
}

# Seen by a dump as a daemon that starts anew does it, and only with a right to.
test_cookie_is_kept_and_private() {
	local cookie=73656875620102ff

	pt c port-set port.session.id=$S port.session.cookie=$cookie &&
		pt c port-detach port.session.id=$S &&
		pt c dump port-get && want port.session.cookie=$cookie &&
		pt c port-set port.session.id=$S port.session.cookie:fill=256 &&
		refused ERANGE port.session.cookie "" c port-set \
			port.session.id=$S port.session.cookie:fill=257 &&
		pt c port-set port.session.id=$S port.session.cookie= &&
		stat port.name=s && [ "${OUT/cookie/}" = "$OUT" ]
}

test_grace_time_ends() {
	pt c port-set port.session.id=$S port.session.grace=300 &&
		pt c port-detach port.session.id=$S && busywait 5000 is_gone $S &&
		refused ENOENT port-id "$NO_SESSION" c xfer $S data:f &&
		refused ENOENT port.session.id "$NO_SESSION" \
			c port-attach port.session.id=$S
}

test_no_grace_time() {
	pt c port-set port.session.id=$S port.session.grace=0 &&
		pt c port-detach port.session.id=$S && busywait 5000 is_gone $S
}

# It is counted from the detaching on.
test_grace_time_changed_while_it_runs() {
	pt c port-set port.session.id=$S port.session.grace=2000 &&
		pt c port-detach port.session.id=$S &&
		pt c port-set port.session.id=$S port.session.grace=600000 ||
		return 1
	doze 3	# longer than the grace time that had begun
	stat port.state=detached && field port.session.grace-left &&
		[ "$VAL" -gt 500000 ] && [ "$VAL" -le 597000 ] &&
		pt c port-set port.session.id=$S port.session.grace=300 &&
		busywait 5000 is_gone $S
}

test_grace_time_is_stopped_by_attaching() {
	pt c port-set port.session.id=$S port.session.grace=3000 &&
		pt c port-detach port.session.id=$S &&
		pt c port-attach port.session.id=$S &&
		pt c port-set port.session.id=$S port.session.grace=300 || return 1
	doze 4	# longer than the grace time that had begun
	stat port.state=up
}

test_process_killed() {
	tool_start victim "$KSFT_DIR/porttool"
	tool victim socket v "${NS[hub]}" &&
		tool victim v port-new dev=h port.name=v \
			port.session.grace=600000 && field port.session.id || return 1
	local id=$VAL
	kill -KILL "${TOOL_PID[victim]}"
	is_detached() {
		pt c port-get port.session.id=$id && want port.state=detached
	}
	busywait 5000 is_detached && pt c port-attach port.session.id=$id &&
		pt c port-del port.session.id=$id && tool_stop victim
}

test_limit_of_ports() {
	local text="hub has as many ports as its port-max allows"

	pt c link set h port-max=2 &&
		refused ENOSPC "" "$text" c port-new dev=h &&
		pt c port-detach port.session.id=$S &&
		refused ENOSPC "" "$text" c port-new dev=h &&
		pt c port-del port.session.id=$S && pt c port-new dev=h &&
		pt c port-del dev=h port.number=2 &&
		pt c link set h port-max=16384
}

test_requests_name_a_session() {
	local text="session port is named by its id"

	refused EINVAL "" "$text" c port-attach port= &&
		refused EINVAL port.session "$text" c port-attach port.session= &&
		refused EINVAL "" "$text" c port-detach port= &&
		refused ERANGE port.session.id "" \
			c port-attach port.session.id=0 &&
		refused ENOENT port.session.id "$NO_SESSION" \
			c port-attach port.session.id=4000000000 &&
		refused EINVAL "" "request has no port attributes" c port-attach
}

setup
run_tests
