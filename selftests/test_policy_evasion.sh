#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# Addresses in frames that are dressed up so that a policy might not see what a
# host would: behind tags and SNAP, with IP options and extension headers, in
# fragments, cut, padded, in super-frames. Each passes without a policy; under
# one it is dropped for the reason that it would be dropped for undressed, or as
# one that cannot be understood.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	address_without_a_lease
	anything_without_a_lease
	address_beyond_the_limit
	address_of_another
	arp_of_another_sender
	arp_that_lies
	mac_address_of_another
	isolated
	super_frames_have_a_source
	super_frames_cost_all_their_bytes
"

# shellcheck source=evasion.sh
. "$(dirname "$0")/evasion.sh"

setup_topology() {
	policy_topology
}

before_each() {
	policy peer
	forget_all
}

test_address_without_a_lease() {
	closed() {
		policy user dhcp-force && lease $LEASED
	}
	dressed "$L2;$V4;$FIRST;$LATER" udp4 sip=$OTHER && open_then no-lease &&
		dressed "$L2" arp spa=$OTHER && open_then no-lease &&
		dressed "" udp4 sip=$LEASED && all passes user peer
}

test_anything_without_a_lease() {
	closed() {
		policy user dhcp-force
	}
	dressed "$L2;$V4;$FIRST;$LATER" tcp4 && open_then no-lease &&
		dressed "$L2;$V6;$FIRST;$LATER" udp6 && open_then no-lease &&
		dressed "$L2" type=0x88b5 && open_then no-lease
}

test_address_beyond_the_limit() {
	closed() {
		policy user max-ip=1 && passes user peer arp spa=$A &&
			passes user peer ns sip=$C
	}
	dressed "$L2;$V4;$FIRST;$LATER" udp4 sip=$B && open_then ip-limit &&
		dressed "$L2;$V6;$FIRST;$LATER" udp6 sip=$D &&
		open_then ip-limit && dressed "$L2" arp spa=$B &&
		open_then ip-limit && dressed "$L2" na sip=$C target=$D &&
		open_then ip-limit
}

test_address_of_another() {
	closed() {
		policy user no-ip-dup && passes peer user arp spa=$A &&
			passes peer user na sip=$C
	}
	dressed "$L2;$V4;$FIRST;$LATER" tcp4 sip=$A && open_then ip-dup &&
		dressed "$L2;$V6;$FIRST;$LATER" tcp6 sip=$C &&
		open_then ip-dup && dressed "$L2" arp spa=$A tpa=$A &&
		open_then ip-dup && dressed "$L2;$V6" ns sip=$C && open_then ip-dup
}

# In the name of another MAC address, whatever the message.
test_arp_of_another_sender() {
	closed() {
		policy user no-ip-dup
	}
	dressed "$L2;op=2;spa=0.0.0.0;spa=$A tpa=$A;dst=${MAC[peer]}" \
		arp sha=${MAC[peer]} && open_then bad-sender &&
		dressed "$L2;$V6" na sip=$C lladdr=${MAC[peer]} &&
		open_then bad-sender && dressed "$L2;$V6" ns sip=$C \
		lladdr=${MAC[peer]} && open_then bad-sender
}

test_arp_that_lies() {
	closed() {
		policy user max-ip=5
	}
	dressed "op=3;op=4;op=0;poke=14:0006;poke=16:86dd;poke=18:08;poke=19:10;cut=41" \
		arp spa=127.0.0.1 && open_then unparsable
}

test_mac_address_of_another() {
	policy user no-mac-dup && dressed "$L2;$V4;$FIRST;cut=14;cut=20" \
		udp4 src=${MAC[peer]} && all drops mac-dup user server
}

test_isolated() {
	policy user isolation=3 && policy peer isolation=3 &&
		dressed "$L2;$V4;$FIRST;$LATER;cut=14;cut=20" udp4 &&
		all drops_out isolated user peer
}

# One frame that a host would see as several packets.
test_super_frames_have_a_source() {
	closed() {
		policy user dhcp-force no-ip-dup max-ip=1 && lease $LEASED
	}
	closed && dressed "tag=5;mss=100;len=30000" \
		tcp4 mss=1400 len=9000 sip=$OTHER dst=${MAC[peer]} &&
		all caught no-lease && judge user peer tcp4 mss=1400 \
		len=9000 sip=$LEASED dst=${MAC[peer]} &&
		want in=pass out=pass others=7 && policy user no-ip-dup &&
		passes peer user arp spa=$B && caught ip-dup tcp4 mss=1400 \
		len=9000 sip=$B && passes peer user na sip=$D &&
		caught ip-dup tcp6 mss=1400 len=9000 sip=$D
}

test_super_frames_cost_all_their_bytes() {
	local frame="tcp4 mss=1000 len=10000 dst=${MAC[peer]}"

	policy user rate-up=1 burst-up=35000 &&
		judge user peer $frame && want in=pass others=10 &&
		judge user peer $frame && want in=pass &&
		judge user peer $frame && want in=pass others=10 &&
		drops rate-up user peer $frame && policy user &&
		policy peer rate-down=1 burst-down=35000 &&
		judge user peer $frame && judge user peer $frame &&
		judge user peer $frame && want out=pass others=10 &&
		drops_out rate-down user peer $frame
}

setup
run_tests
