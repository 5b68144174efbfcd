# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests of ARP and ND suppression share: the user asks, the peer has,
# the server sees what is flooded.

# shellcheck source=policy.sh
. "$(dirname "${BASH_SOURCE[0]}")/policy.sh"

# shellcheck disable=SC2034 # used by the tests
ME=192.0.2.1 ME6=2001:db8::1

# The peer has one address of each kind.
before_each() {
	pt c link set h suppress=0 ip-ageing=300
	policy peer
	forget_all
	passes peer user arp spa=$A
	passes peer user na sip=$C
	pt c link set h suppress=1
}

# suppressed N: the counter has grown by N since the last time
suppressed() {
	local before=${COUNT:-0}

	pt c hub-get dev=h && field hub.suppressed && COUNT=$VAL &&
		equal $((COUNT - before)) $1 suppressed
}

start_count() {
	suppressed 0 >/dev/null || true
}

# ask FROM FRAME...: the session's question, and who else got it: FLOODED
ask() {
	local from=$1 name

	shift
	FRAME="src=${MAC[$from]} $*"
	start_count
	for name in user server peer; do
		pt c "clear" ${SID[$name]} || return 1
	done
	pt frame q $FRAME && pt c xfer ${SID[$from]} data:q
}

# flooded FROM FRAME...: the question reaches everybody and nobody answers
flooded() {
	local from=$1 name

	ask "$@" || return 1
	for name in user server peer; do
		[ $name != "$from" ] || continue
		expect_session c ${SID[$name]} 1 &&
			expect_session c ${SID[$name]} 1 any || return 1
	done
	expect_session c ${SID[$from]} 0 any && suppressed 0
}

# answered ANSWER FROM FRAME...: the asker gets this frame, nobody anything else
answered() {
	local answer=$1 from=$2 name

	shift
	ask "$@" || return 1
	for name in user server peer; do
		[ $name = "$from" ] || expect_session c ${SID[$name]} 0 any ||
			return 1
	done
	expect_session c ${SID[$from]} 1 $answer &&
		expect_session c ${SID[$from]} 1 any && suppressed 1
}

# arp_answer NAME IP ASKER-MAC ASKER-IP
arp_answer() {
	echo "arp op=2 len=42 src=${MAC[$1]} dst=$3 spa=$2 tha=$3 tpa=$4"
}

nd_answer() {
	echo "na flags=${5:-so} src=${MAC[$1]} dst=$3 sip=$2 dip=$4"
}
