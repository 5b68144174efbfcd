#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Make tables in Markdown of the results of the benchmark.
#
# usage: table.sh DIRECTORY
#
# Reads icount.results and plain.results there: comments, and lines "way-frames
# metric value". Of several values the median counts.

set -u

medians() {
	grep -v '^#' "$1" | sort -k1,2 -k3n | awk '
	function settle() {
		if (count)
			printf "%s %.10g\n", key,
				(value[int((count + 1) / 2)] + \
				 value[int(count / 2) + 1]) / 2
		count = 0
	}
	$1 " " $2 != key { settle(); key = $1 " " $2 }
	{ value[++count] = $3 }
	END { settle() }'
}

# What both tables need: figures by way and metric, and how they are written.
# shellcheck disable=SC2016 # it is for awk
AWK='
	{ median[$1 " " $2] = $3 }
	# a figure, and its ratio to that of another way
	function figure(key, base, scale, form) {
		if (!(key in median))
			return " |"
		if (!(base in median))
			return sprintf(" " form " |", median[key] / scale)
		return sprintf(" " form " (%.2f) |", median[key] / scale,
			       median[key] / median[base])
	}'

table() {
	medians "$1" | awk "$AWK"'
	BEGIN {
		n = split("raw bridge hub tap xfer tls", order)
		name["raw"] = "veth pair"
		name["bridge"] = "Linux bridge"
		name["hub"] = "hub, device ports"
		name["tap"] = "TAP, copied by a process"
		name["xfer"] = "sessions over netlink"
		name["tls"] = "sessions over TLS, through a hub"
	}
	$1 ~ /-(offload|plain)$/ { sub(/-.*/, "", $1); seen[$1] = 1 }
	$2 ~ /^instructions/ { instructions = 1 }
	function row(way) {
		printf "| %s |", name[way]
		printf figure(way "-offload tcp", "raw-offload tcp", 1, "%.0f")
		printf figure(way "-plain tcp", "raw-plain tcp", 1, "%.0f")
		printf figure(way "-offload udp", "bridge-offload udp", 1000,
			      "%.1f")
		if (instructions) {
			printf figure(way "-offload instructions64",
				      "bridge-offload instructions64", 1, "%.0f")
			printf figure(way "-offload instructions1514",
				      "bridge-offload instructions1514", 1, "%.0f")
		}
		printf "\n"
	}
	END {
		head = "| way | TCP, super-frames: Mbit/s (of veth) |" \
			" TCP, 1500 bytes: Mbit/s (of veth) |" \
			" UDP, 64 bytes: 1000/s (of bridge) |"
		line = "|---|---:|---:|---:|"
		if (instructions) {
			head = head " frame of 64 bytes: instructions" \
				" (of bridge) | of 1514 bytes |"
			line = line "---:|---:|"
		}
		print head "\n" line
		for (i = 1; i <= n; i++)
			if (order[i] in seen)
				row(order[i])
	}'
	echo
	sed -n 's/^# //p' "$1"
	echo
}

# Ways that pktgen sends through, the known ones first.
table_frames() {
	medians "$1" | awk "$AWK"'
	BEGIN {
		known = split("raw bridge bridge_flags bridge_nft hub hub_all" \
			      " hub_log hub_log:unheard", order)
		name["raw"] = "veth pair"
		name["bridge"] = "Linux bridge"
		name["bridge_flags"] = "Linux bridge, all flags of its ports"
		name["bridge_nft"] = "Linux bridge, nftables for two jobs"
		name["hub"] = "hub"
		name["hub_all"] = "hub, all policies"
		name["hub_log"] = "hub, packet log with a reader"
		name["hub_log:unheard"] = "hub, packet log without a reader"
	}
	$2 ~ /^pktgen/ {
		sub(/-frames$/, "", $1)
		if (!($1 in name)) {
			name[$1] = $1
			order[++known] = $1
		}
		seen[$1] = 1
	}
	END {
		for (i = 1; i <= known; i++) {
			way = order[i]
			if (!(way in seen))
				continue
			printf "| %s |", name[way]
			printf figure(way "-frames pktgen64",
				      "bridge-frames pktgen64", 1, "%.0f")
			printf figure(way "-frames pktgen1514",
				      "bridge-frames pktgen1514", 1, "%.0f")
			printf "\n"
		}
	}'
}

# has FILE EXPRESSION: is there something for a table?
has() {
	grep -q -E "$2" "$1" 2>/dev/null
}

ways='^[^ ]*-(offload|plain) '
frames='^[^ ]*-frames '

cat <<'EOT'
# Ways between two network namespaces

TCP is one stream of iperf3 for a second, with super-frames where the devices
take them, or cut to 1500 bytes by the sender. UDP is what is received of 64-byte
datagrams while the sender does what it can. Medians.

EOT

if has "$1/icount.results" "$ways"; then
	cat <<-'EOT'
	## One processor that counts instructions

	The guest's clock goes by 2 ns for each instruction, so that a rate says how
	much work all parties did together, whatever else the machine did. It does
	not see caches or waiting, and a cipher's instruction counts as one. The last
	columns are for raw frames that the receiver drops: all that is executed on
	the way of one, sending it included.

	EOT
	table "$1/icount.results"
fi

if has "$1/icount.results" "$frames"; then
	cat <<-'EOT'
	## What policies and the packet log cost

	Instructions on the way of a frame that pktgen sends, in the same machine: a
	UDP packet, sent and thrown away included, which is all that happens in the
	veth pair. In brackets the ratio to the Linux bridge. All policies are all
	options of both ports. nftables does two of these jobs: each port has its MAC
	and IP address, and no DHCP server. All flags are those of the bridge's
	ports: set addresses instead of learned ones, isolation, no floods, answers
	to ARP.

	| way | frame of 64 bytes | of 1514 bytes |
	|---|---:|---:|
	EOT
	table_frames "$1/icount.results"
	echo
fi

if has "$1/plain.results" "$ways"; then
	cat <<-'EOT'
	## By the clock

	Wall-clock time in the same machine without counting. Whatever else ran on
	the host shows here, so that only large differences mean something.

	EOT
	table "$1/plain.results"
fi
