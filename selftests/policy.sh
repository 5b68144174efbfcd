# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of policies share. Sessions are named; the hub is h:
#
#   h --- user    (session, the one with a policy)
#     \-- server  (session, may serve)
#     \-- peer    (session)

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# MAC addresses of the three.
declare -A MAC=([user]=02:00:00:00:00:01 [server]=02:00:00:00:00:02
	[peer]=02:00:00:00:00:03)

policy_topology() {
	local name

	start_tools && make_hub h address=02:00:00:00:00:ff || return 1
	for name in user server peer; do
		session $name c h || return 1
	done
}

# policy_words WORD...: PWORDS is what port-new and port-set take; flags by name,
# other values as "max-ip=1"; none: no policy
policy_words() {
	local word flags=

	PWORDS=("port.policy=")
	[ $# -gt 0 ] || return 0
	PWORDS=()
	for word; do
		case $word in
		*=*) PWORDS+=("port.policy.$word") ;;
		*) flags+=${flags:++}$word ;;
		esac
	done
	PWORDS+=("port.policy.flags=${flags:-0}")
}

# policy NAME|NUMBER WORD...: the whole policy of a session, or of a port
policy() {
	local number=${SNUM[$1]:-$1}

	shift
	policy_words "$@"
	pt c port-set dev=h port.number="$number" "${PWORDS[@]}"
}

# Everybody is known to the MAC table, nothing else to any table.
forget_all() {
	local name

	for name in user server peer; do
		policy $name
	done
	pt c ip-flush dev=h
	pt c fdb-flush dev=h
	for name in user server peer; do
		pt frame hello src=${MAC[$name]} type=0x88b7
		pt c xfer ${SID[$name]} data:hello
	done
}

# judge FROM TO FRAME...: both sessions; the source is that of FROM unless told
judge() {
	local from=$1 to=$2

	shift 2
	pt c judge ${SID[$from]} ${SID[$to]} src=${MAC[$from]} "$@"
}

# passes FROM TO FRAME...: the frame comes through, once
passes() {
	judge "$@" && want in=pass out=pass got=1 others=0
}

# drops REASON FROM TO FRAME...: it does not, and is counted where it came in
drops() {
	local reason=$1

	shift
	judge "$@" && want "in=$reason" out=pass got=0 others=0
}

# drops_out REASON FROM TO FRAME...: it is counted where it could not leave
drops_out() {
	local reason=$1

	shift
	judge "$@" && want in=pass "out=$reason" got=0 others=0
}

# has_ip ADDRESS [WORD...]: the IP table has it, and says so of it
has_ip() {
	local addr=$1 word words=()

	shift
	for word; do
		words+=("ip.$word")
	done
	pt c ip-get dev=h ip.address="$addr" && want "${words[@]}"
}

no_ip() {
	refused ENOENT ip.address "IP address is not in the table" \
		c ip-get dev=h ip.address="$1"
}

# behind NAME: "port=N" for has_ip
behind() {
	echo "port=${SNUM[$1]}"
}

# --- leases -------------------------------------------------------------------

LEASED=192.0.2.7
# shellcheck disable=SC2034 # for those who read this file in
OTHER=192.0.2.8

# lease [ADDRESS [WORD...]]: the server gives the user an address
lease() {
	local addr=${1:-$LEASED}

	shift
	passes server user dhcp=ack chaddr=${MAC[user]} yiaddr=$addr "$@"
}

# may ADDRESS / may_not ADDRESS: the user sends from it
may() {
	passes user peer udp4 sip=$1 && passes user peer arp spa=$1 &&
		passes user peer arp spa=$1 tpa=$1
}

may_not() {
	drops no-lease user peer udp4 sip=$1 &&
		drops no-lease user peer arp spa=$1 &&
		drops no-lease user peer arp spa=$1 tpa=$1 &&
		drops no-lease user peer arp op=2 spa=$1
}

# --- addresses ----------------------------------------------------------------

# shellcheck disable=SC2034
A=192.0.2.11 B=192.0.2.12 C=2001:db8::11 D=2001:db8::12 LL=fe80::11 LM=fe80::12

# ip_drops REASON ADDRESS / ip_passes ADDRESS: of the user, in a packet
ip_drops() {
	drops "$1" user peer "$(version "$2")" sip=$2
}

ip_passes() {
	passes user peer "$(version "$1")" sip=$1
}

version() {
	case $1 in
	*:*) echo udp6 ;;
	*) echo udp4 ;;
	esac
}
