#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests that are refused: each with its errno, the attribute to blame and
# its text; each attribute missing, outside its bounds, of a wrong length, and
# where it does not belong.
#
#   namespace hub: h (number 12) --- p1 === h1 :namespace net

TESTS="
	hub_is_named
	hub_must_exist
	port_is_named
	port_must_exist
	local_port_stays
	address_is_needed
	port_of_an_address
	only_static_addresses_are_added
	numbers_out_of_bounds
	settings_out_of_bounds
	wrong_lengths
	unknown_attributes
	attributes_that_do_not_belong
	read_only_attributes
	unknown_requests
	requests_without_a_dump
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

NO_HUB="request names no hub, give ifindex or vlan"
NO_PORT="request names no port, give its number, name or session id"
NOT_BY_NAME="request names no port, give its number or session id;"
NOT_BY_NAME+=" a name is a new one"
RANGE="integer out of range"

setup_topology() {
	start_tools && make_hub h vlan=12 && make_hosts h h1 &&
		pt c port-get dev=h port.number=1 && field port.lower-ifindex &&
		LOWER=$VAL && session s c h && S=$ID
}

test_hub_is_named() {
	local request

	for request in hub-get port-new "port-get port.number=1" \
		"port-set port.number=1" "port-del port.name=ph1" \
		"fdb-get fdb.mac=02:00:00:00:00:01" fdb-flush \
		"fdb-new fdb.mac=02:00:00:00:00:01" \
		"fdb-del fdb.mac=02:00:00:00:00:01"; do
		refused EINVAL "" "$NO_HUB" c $request || return 1
	done
}

# no_hub NAME VALUE TEXT: a request for it, with all sorts of other words
no_hub() {
	local request

	for request in hub-get port-new "port-get port.number=1" \
		"port-set port.number=1" "port-del port.number=1" fdb-flush \
		"fdb-get fdb.mac=02:00:00:00:00:01" \
		"fdb-new fdb.mac=02:00:00:00:00:01" \
		"fdb-del fdb.mac=02:00:00:00:00:01"; do
		set -- "$1" "$2" "$3" $request
		refused ENODEV "$1" "$3" c "$4" "$1=$2" ${5:-} || return 1
		set -- "$1" "$2" "$3"
	done
	refused ENODEV "$1" "$3" c dump port-get "$1=$2" &&
		refused ENODEV "$1" "$3" c dump fdb-get "$1=$2"
}

test_hub_must_exist() {
	no_hub vlan 13 "no hub with this vlan number" &&
		no_hub ifindex 99999 "no device with this ifindex" &&
		no_hub ifindex $LOWER "device is not a hub"
}

test_port_is_named() {
	refused EINVAL "" "$NO_PORT" c port-get dev=h &&
		refused EINVAL "" "$NO_PORT" c port-get dev=h port= &&
		refused EINVAL "" "$NOT_BY_NAME" \
			c port-set dev=h port.fdb-max=1 &&
		refused EINVAL "" "$NOT_BY_NAME" \
			c port-set dev=h port.name=ph1 port.fdb-max=1 &&
		refused EINVAL "" "$NO_PORT" c port-del dev=h port= &&
		refused EINVAL "" "request has no port attributes" \
			c port-set dev=h &&
		refused EINVAL "" "request has no port attributes" \
			c port-del dev=h
}

test_port_must_exist() {
	local text="no port with this number or name"

	refused ENOENT port.number "$text" c port-get dev=h port.number=77 &&
		refused ENOENT port.name "$text" c port-get dev=h port.name=no &&
		refused ENOENT port.number "$text" c port-set dev=h \
			port.number=77 port.fdb-max=1 &&
		refused ENOENT port.name "$text" c port-del dev=h port.name=no &&
		refused ENOENT port.session.id "no session port with this id" \
			c port-set port.session.id=4000000000
}

test_local_port_stays() {
	refused EOPNOTSUPP "" "local port cannot be deleted, delete the hub" \
		c port-del dev=h port.number=0 &&
		refused EOPNOTSUPP port.name \
			"port has the name of its device, rename that" \
			c port-set dev=h port.number=0 port.name=x
}

test_address_is_needed() {
	local request mac

	for request in fdb-get "fdb-new dev=h fdb.port=1" fdb-del; do
		refused EINVAL "" "request needs a MAC address" \
			c ${request/ dev=h/} || return 1
		for mac in 00:00:00:00:00:00 01:00:5e:00:00:01 \
			ff:ff:ff:ff:ff:ff; do
			refused EINVAL fdb.mac \
				"MAC address is a group address or zero" \
				c ${request%% *} dev=h fdb.mac=$mac ||
				return 1
		done
	done
}

test_port_of_an_address() {
	refused EINVAL "" "request needs a port number" \
		c fdb-new dev=h fdb.mac=02:00:00:00:00:01 &&
		refused ENOENT fdb.port "no port with this number" \
			c fdb-new dev=h fdb.mac=02:00:00:00:00:01 fdb.port=9 &&
		refused ENOENT fdb.port "no port with this number" \
			c fdb-flush dev=h fdb.port=9
}

test_only_static_addresses_are_added() {
	local kind

	for kind in learned local; do
		refused EINVAL fdb.kind "only static addresses can be added" \
			c fdb-new dev=h fdb.mac=02:00:00:00:00:01 \
			fdb.port=1 fdb.kind=$kind || return 1
	done
}

test_numbers_out_of_bounds() {
	refused ERANGE ifindex "$RANGE" c hub-get ifindex=0 &&
		refused ERANGE vlan "$RANGE" c hub-get vlan=0 &&
		refused ERANGE vlan "$RANGE" c hub-get vlan=4095 &&
		refused ERANGE port.session.id "$RANGE" \
			c port-get port.session.id=0 &&
		refused ERANGE fdb.kind "$RANGE" c fdb-flush dev=h fdb.kind=3
}

test_settings_out_of_bounds() {
	local word

	for word in grace=86400001 queue-limit=262143 queue-limit=268435457; do
		refused ERANGE "port.session.${word%=*}" "$RANGE" \
			c port-new dev=h port.session.$word &&
			refused ERANGE "port.session.${word%=*}" "$RANGE" \
			c port-set port.session.id=$S port.session.$word ||
			return 1
	done
	for word in grace=86400000 queue-limit=262144 queue-limit=268435456; do
		pt c port-set port.session.id=$S port.session.$word || return 1
	done
	refused EINVAL port.session.features "reserved bit set" \
		c port-new dev=h port.session.features=2 &&
		refused EINVAL port.session.features "reserved bit set" \
			c port-set port.session.id=$S port.session.features=3 &&
		refused ERANGE port.session.cookie "" \
			c port-new dev=h port.session.cookie:fill=257
}

test_wrong_lengths() {
	refused EINVAL ifindex "" c hub-get ifindex:u16=1 &&
		refused EINVAL ifindex "" c hub-get ifindex:u64=1 &&
		refused EINVAL vlan "" c hub-get vlan:u32=12 &&
		refused EINVAL vlan "" c hub-get vlan:u8=12 &&
		refused EINVAL port.number "" c port-get dev=h port.number:u8=1 &&
		refused ERANGE fdb.mac "" c fdb-get dev=h fdb.mac:hex=0200000000 &&
		refused ERANGE fdb.mac "" \
			c fdb-get dev=h fdb.mac:hex=02000000000100 &&
		refused EINVAL port.session.grace "" \
			c port-new dev=h port.session.grace:u64=1 &&
		refused EINVAL port.session.peer-rx "" c port-attach \
			port.session.id=$S port.session.peer-rx:u32=1 &&
		refused EINVAL port "" c port-get dev=h port:u32=1 &&
		refused EINVAL port.session "" c port-get port.session:u32=1
}

test_unknown_attributes() {
	refused EINVAL "#99" "Unknown attribute type" c hub-get dev=h "#99:u32=1" &&
		refused EINVAL "port.#99" "Unknown attribute type" \
			c port-get dev=h port.number=1 "port.#99:u32=1" &&
		refused EINVAL "fdb.#99" "Unknown attribute type" \
			c dump fdb-get dev=h "fdb.#99:u32=1"
}

# Known to the family, but not to these requests.
test_attributes_that_do_not_belong() {
	refused EINVAL credit "" c hub-get dev=h credit=20000 &&
		refused EINVAL port.fdb-max "" \
			c port-get dev=h port.number=1 port.fdb-max=1 &&
		refused EINVAL port.number "" \
			c port-new dev=h port.number=5 &&
		refused EINVAL port.session.id "" \
			c port-new dev=h port.session.id=5 &&
		refused EINVAL port.session.peer-rx "" \
			c port-set port.session.id=$S port.session.peer-rx=5 &&
		refused EINVAL port.session.grace "" \
			c port-attach port.session.id=$S port.session.grace=5 &&
		refused EINVAL fdb "" c port-get dev=h \
			fdb.port=1
}

test_read_only_attributes() {
	refused EINVAL port.kind "" c port-set dev=h port.number=1 port.kind=1 &&
		refused EINVAL port.session.rx-count "" c port-set \
			port.session.id=$S port.session.rx-count=5 &&
		refused EINVAL port.session.owner "" c port-attach \
			port.session.id=$S port.session.owner=5 &&
		refused EINVAL fdb.idle "" c fdb-new dev=h \
			fdb.mac=02:00:00:00:00:01 fdb.port=1 fdb.idle=1
}

test_unknown_requests() {
	local request

	for request in "#0" "#100" "#255" hub-ntf hub-del-ntf port-ntf \
		port-del-ntf fdb-ntf fdb-del-ntf; do
		refused EOPNOTSUPP "" "" c "$request" dev=h || return 1
	done
}

test_requests_without_a_dump() {
	local request

	for request in port-new port-set port-del port-attach port-detach \
		fdb-new fdb-del fdb-flush xfer; do
		refused EOPNOTSUPP "" "" c dump $request || return 1
	done
}

setup
run_tests
