#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sehubctl monitor --packets: lines and objects of what hubs log, with the names
# of hubs and ports as they are; what is not logged and what was lost is said.
# The topology is that of packet_monitor.sh.

TESTS="
	lines
	lines_of_some_classes
	blocked_frames
	objects
	ports_that_change_their_names
	classes_that_are_off
	lost_frames
	needs_the_capability
	misuse
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packet_monitor.sh
. "$(dirname "$0")/packet_monitor.sh"

test_lines() {
	monitor "$TMP/out" && pt c xfer "$S" data:syn data:ping data:arp &&
		busywait 5000 grep -q ARP "$TMP/out" &&
		end_monitor &&
		has "^[0-9:]{8}\.[0-9]{6} h alice: $SYN$" "$TMP/out" &&
		has "h alice: $PING$" "$TMP/out" &&
		has "ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28$" \
			"$TMP/out" && equal "$(wc -c <"$TMP/said")" 0
}

test_lines_of_some_classes() {
	monitor "$TMP/out" udp icmp && pt c xfer "$S" data:syn data:ping \
		data:arp data:udp6 && busywait 5000 grep -q IP6 "$TMP/out" &&
		end_monitor && has "$PING" "$TMP/out" &&
		! grep -E 'ARP|Flags' "$TMP/out"
}

test_blocked_frames() {
	monitor "$TMP/out" blocked udp && pt c xfer "$S" data:group &&
		fill_bob && busywait 5000 grep -q queue-full "$TMP/out" &&
		end_monitor &&
		has ' h alice blocked bad-source: IP 192.0.2.1' "$TMP/out" &&
		has ' h alice > bob blocked queue-full: IP 192' "$TMP/out"
}

test_objects() {
	monitor "$TMP/out" --json && pt c xfer "$S" data:syn \
		data:group && busywait 5000 grep -q bad-source "$TMP/out" &&
		end_monitor && jq -es --argjson number "$N_S" \
		--arg data "${SAMPLE[syn]}" 'any(.[]; .hub == "h" and
			.vlan == 12 and .port == $number and
			.port_name == "alice" and .data == $data and
			(.blocked | not) and .length == 54 and .seq > 0 and
			.source == "02:00:00:00:00:a1" and .time > 1e9 and
			.classes == ["tcp-conn", "ip", "ethernet"] and
			(.summary | startswith("IP 192.0.2.1.4096 > "))) and
			any(.[]; .blocked and .reason == "bad-source")' \
		"$TMP/out"
}

test_ports_that_change_their_names() {
	monitor "$TMP/out" && pt c port-set port.session.id="$S" \
		port.name=alice2 && pt c xfer "$S" data:ping && session new \
		c h && pt c xfer "$ID" data:ping6 &&
		busywait 5000 grep -q 'h new: IP6' "$TMP/out" &&
		pt c port-del port.session.id="$ID" && end_monitor &&
		has "h alice2: $PING" "$TMP/out" && has 'h alice: ' "$TMP/out" &&
		pt c port-set port.session.id="$S" port.name=alice
}

test_classes_that_are_off() {
	local how="sehubctl hub set h --log dhcp=headers,arp=headers"

	log $UDP && monitor "$TMP/out" udp dhcp arp && end_monitor &&
		has "h does not log dhcp, arp; to change that: $how$" \
			"$TMP/said" && monitor "$TMP/out" && end_monitor &&
		equal "$(wc -c <"$TMP/said")" 0 && pt c link add quiet &&
		monitor "$TMP/out" && end_monitor &&
		has 'quiet does not log any frames; .* --log all=headers$' \
			"$TMP/said" && pt c link del quiet
}

# What came and what was lost is what was sent.
test_lost_frames() {
	local said="^sehubctl: monitor: \([0-9]*\) frames of h were lost$"
	local before lost lines

	log 0 $((UDP | BLOCKED)) && log_count h && before=$VAL &&
		monitor "$TMP/out" && flood && busywait 20000 told_of_loss &&
		end_monitor && log_count h || return 1
	lost=$(sed -n "s/$said/\1/p" "$TMP/said" |
		awk '{ n += $1 } END { print n }')
	lines=$(grep -c ' h alice' "$TMP/out")
	[ "$lost" -gt 0 ] && equal $((lost + lines)) $((VAL - before))
}

test_needs_the_capability() {
	ip netns exec "${NS[hub]}" setpriv --reuid=65534 --regid=65534 \
		--clear-groups "$CTL" monitor --packets >"$TMP/out" 2>&1
	equal $? 1 && has 'CAP_NET_ADMIN' "$TMP/out"
}

# misused TEXT WORD...
misused() {
	local text=$1

	shift
	ctl monitor "$@" >"$TMP/out" 2>&1
	equal $? 2 && has "$text" "$TMP/out"
}

test_misuse() {
	misused '"tcp" is no class of frames: tcp-conn, tcp-data, dhcp' \
		--packets tcp &&
		misused '"hub" is no class of frames' --packets udp hub &&
		misused '"udp" is no kind of event' udp &&
		misused 'is for --packets' --pcap "$TMP/file" &&
		misused 'exclude each other' --packets --json \
			--pcap "$TMP/file" && [ ! -e "$TMP/file" ]
}

setup
run_tests
