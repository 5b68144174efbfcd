#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=120
#
# DHCP, router advertisements, broadcast and denied types in frames that are
# dressed up as in test_policy_evasion.sh; and frames that look like something
# that is spared.
#
#   h --- user, server, peer  (sessions)      see policy.sh

TESTS="
	dhcp_server
	dhcp_server_in_other_forms
	dhcp_in_both_directions
	router_and_redirect
	later_fragments
	broadcast
	broadcast_that_looks_needed
	denied_type
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

test_dhcp_server() {
	closed() {
		policy user no-dhcp-server
	}
	dressed "$L2;$V4;$FIRST" dhcp=offer && open_then dhcp-server &&
		dressed "$L2;$V6;$FIRST" dhcp6=advertise &&
		open_then dhcp-server
}

# A request of which the part that says so is missing could be anything.
test_dhcp_server_in_other_forms() {
	closed() {
		policy user no-dhcp-server
	}
	dressed "giaddr=192.0.2.9;dst=${MAC[peer]};dip=192.0.2.7;sport=68;op=1" \
		dhcp=ack && open_then dhcp-server &&
		dressed "giaddr=192.0.2.9 tag=5;op=2;$FIRST;frag=0:8 len=300" \
			dhcp=request op=3 && open_then dhcp-server &&
		dressed "cut=45;cut=60;iplen=40;$FIRST" dhcp=request giaddr=1.2.3.4 &&
		open_then dhcp-server && dressed "sport=546;dip=ff02::1" \
			dhcp6=relay-forw && open_then dhcp-server
}

test_dhcp_in_both_directions() {
	closed() {
		policy user filter-dhcp
	}
	dressed "$L2;$V4;$FIRST;dst=${MAC[peer]}" dhcp=request &&
		open_then dhcp && dressed "$L2;$V6;$FIRST" dhcp6=solicit &&
		open_then dhcp && dressed "$L2;$V4;$FIRST" dhcp=offer &&
		all kept_away && dressed "$L2;$V6;$FIRST" dhcp6=reply &&
		all kept_away
}

# kept_away FRAME...: does not leave by the user's port
kept_away() {
	judge server user "$@" && want in=pass got=0 others=0 || return 1
	case $OUT in
	*" out=dhcp "* | *" out=unparsable "*) ;;
	*) return 1 ;;
	esac
}

test_router_and_redirect() {
	closed() {
		policy user no-ra
	}
	dressed "$L2;$V6;frag=0:24;dst=${MAC[peer]};ttl=1" ra &&
		open_then router && dressed "$L2;$V6;frag=0:40" redirect6 &&
		open_then router && dressed "$L2;$V4;frag=0:16;frag=0:8" \
			redirect4 && open_then router
}

# The first fragment is missing from them, and none can replace a part of it.
test_later_fragments() {
	local option

	for option in no-dhcp-server filter-dhcp no-ra; do
		policy user $option &&
			passes user peer dhcp=offer frag=64:64 &&
			passes user peer dhcp6=reply frag=24 &&
			caught unparsable dhcp=offer frag=8:64 || return 1
	done
}

test_broadcast() {
	closed() {
		policy user no-broadcast
	}
	dressed "$L2;$V4;$FIRST;$LATER;dip=224.0.0.1" udp4 &&
		open_then broadcast &&
		dressed "$L2;$V6;$FIRST;$LATER" udp6 dip=ff02::1 &&
		open_then broadcast
}

test_broadcast_that_looks_needed() {
	closed() {
		policy user no-broadcast
	}
	dressed "tag=5;snap;cut=40" type=0x0806 && open_then broadcast &&
		dressed "ttl=1;ext=frag;cut=60;iplen=30" ns ttl=254 &&
		open_then broadcast && dressed "proto=6;frag=64:64" \
			udp4 dport=68 proto=1 && open_then broadcast
}

test_denied_type() {
	closed() {
		policy user deny-type=0x0800
	}
	dressed "$L2;$V4;$FIRST;$LATER" udp4 && open_then denied-type
}

setup
run_tests
