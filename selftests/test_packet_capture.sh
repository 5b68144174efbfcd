#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# sehubctl monitor --packets --pcap: what hubs log in a pcapng file that others
# can read, each port an interface of it, with verdicts and what is missing.
# The topology is that of packet_monitor.sh.

TESTS="
	capture_read_by_tcpdump
	capture_in_a_pipe
	capture_with_verdicts
	port_with_another_name
	super_frame
	lost_frames
	file_that_cannot_be_written
"

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=packet_monitor.sh
. "$(dirname "$0")/packet_monitor.sh"

test_capture_read_by_tcpdump() {
	command -v tcpdump >/dev/null || skip "no tcpdump" || return
	FILE=$TMP/file monitor "$TMP/out" --pcap "$TMP/file" &&
		pt c xfer "$S" data:syn data:ping data:arp && end_monitor &&
		equal "$(stat -c %a "$TMP/file")" 600 &&
		tcpdump -nr "$TMP/file" >"$TMP/text" && has "$SYN" \
		"$TMP/text" && has "$PING" "$TMP/text" && has ARP "$TMP/text" &&
		equal "$(wc -c <"$TMP/out")" 0
}

test_capture_in_a_pipe() {
	command -v tcpdump >/dev/null || skip "no tcpdump" || return
	monitor "$TMP/pipe" --pcap - && pt c xfer "$S" data:ping &&
		end_monitor && tcpdump -nr - <"$TMP/pipe" >"$TMP/text" &&
		has "$PING" "$TMP/text"
}

# texts FILE: comments and names are in the file as they are
texts() {
	tr -c '[:print:]' '\n' <"$1" >"$TMP/texts"
}

test_capture_with_verdicts() {
	FILE=$TMP/file monitor "$TMP/out" --pcap "$TMP/file" &&
		pt c xfer "$S" data:group && fill_bob && end_monitor &&
		texts "$TMP/file" &&
		has '^h:alice$' "$TMP/texts" && has '^h:bob$' "$TMP/texts" &&
		has '^verdict=passed port=alice$' "$TMP/texts" &&
		has '^verdict=blocked reason=bad-source port=alice$' \
			"$TMP/texts" &&
		has '^verdict=blocked reason=queue-full port=alice out-port=bob$' \
			"$TMP/texts"
}

# It is another interface: nobody is blamed for what was sent before.
test_port_with_another_name() {
	FILE=$TMP/file monitor "$TMP/out" --pcap "$TMP/file" &&
		pt c port-set port.session.id="$S" port.name=alice2 &&
		pt c xfer "$S" data:ping && end_monitor && texts "$TMP/file" &&
		has '^h:alice$' "$TMP/texts" && has '^h:alice2$' "$TMP/texts" &&
		has '^verdict=passed port=alice2$' "$TMP/texts" &&
		pt c port-set port.session.id="$S" port.name=alice
}

test_super_frame() {
	command -v tcpdump >/dev/null || skip "no tcpdump" || return
	pt frame super tcp4 len=30000 mss=1400 && session off c h \
		port.session.features=1 && log 0 $TCP_DATA+$UDP &&
		FILE=$TMP/file monitor "$TMP/out" --pcap "$TMP/file" &&
		pt c xfer "$ID" offload:super && end_monitor &&
		pt c port-del port.session.id="$ID" &&
		tcpdump -nr "$TMP/file" >"$TMP/text" &&
		has 'length 29946' "$TMP/text"
}

# numbers FILE: of frames, of those that are missing in front of them, and of
# those that are missing in all at an interface
numbers() {
	python3 - "$1" <<-'EOF'
		import struct, sys

		data = open(sys.argv[1], "rb").read()
		frames = missing = in_all = offset = 0
		while offset < len(data):
		    kind, length = struct.unpack_from("=II", data, offset)
		    at = {5: 20, 6: 28}.get(kind)
		    if kind == 6:
		        frames += 1
		        at += (struct.unpack_from("=I", data, offset + 20)[0] + 3) & ~3
		    while at and at < length - 4:
		        code, size = struct.unpack_from("=HH", data, offset + at)
		        if (kind, code) in ((5, 7), (6, 4)):
		            count, = struct.unpack_from("=Q", data, offset + at + 4)
		            missing += count if kind == 6 else 0
		            in_all += count if kind == 5 else 0
		        at += 4 + ((size + 3) & ~3)
		    offset += length
		print("ok", f"frames={frames} missing={missing} in_all={in_all} ")
	EOF
}

# What came and what is missing is what was sent. The last ones that are missing
# have no frame behind them to say so.
test_lost_frames() {
	local before frames missing

	log 0 $((UDP | BLOCKED)) && log_count h && before=$VAL &&
		FILE=$TMP/file monitor "$TMP/out" --pcap "$TMP/file" &&
		flood && busywait 20000 told_of_loss &&
		pt c xfer "$S" data:probe && end_monitor && log_count h ||
		return 1
	before=$((VAL - before))
	OUT=$(numbers "$TMP/file") && echo "$OUT" && field frames &&
		frames=$VAL && field missing && missing=$VAL &&
		[ "$missing" -gt 0 ] && field in_all &&
		equal $((frames + VAL)) $before && [ "$missing" -le "$VAL" ]
}

test_file_that_cannot_be_written() {
	ctl monitor --packets --pcap "$TMP/none/x" >"$TMP/out" 2>&1
	equal $? 1 && has 'cannot write .*/none/x: No such file' "$TMP/out" ||
		return 1
	ctl monitor --packets --pcap /dev/full >"$TMP/out" 2>&1
	equal $? 1 && has 'cannot write /dev/full: No space left' "$TMP/out"
}

setup
run_tests
