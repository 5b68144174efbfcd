#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Make tables in Markdown of the results of the benchmark of large numbers.
#
# usage: scale-table.sh RESULTS
#
# Reads lines "metric count value" there.

set -u

results=$1

# A table: metrics with their names on stdin, a column for each size.
# table HEADING COUNT...
table() {
	local heading=$1 size metric name line

	shift
	line="| $heading |"
	for size; do
		line+=" $(printf "%'d" "$size") |"
	done
	echo "$line"
	line='|---|'
	for size; do
		line+='---:|'
	done
	echo "$line"
	while read -r metric name; do
		grep -q "^$metric " "$results" || continue
		line="| $name |"
		for size; do
			line+=" $(value_of "$metric" "$size") |"
		done
		echo "$line"
	done
	echo
}

value_of() {
	awk -v metric="$1" -v size="$2" '
		$1 == metric && $2 == size { value = sprintf("%.0f", $3) }
		END { print value }' "$results"
}

export LC_ALL=C
cat <<'EOT'
# Large numbers

Instructions for each one of so many, whatever the processor executed, in the
kernel and in the program that asks. Memory is bytes for each one.

EOT

table "hubs" 1 10 100 1000 4094 <<'EOT'
hub-create make one
hub-up set it up, IPv6 and all
hub-list show it
hub-list-macs show its MAC addresses (one)
hub-delete delete it
hub-bytes memory, down
hub-bytes-up memory, up
EOT

table "ports of one hub" 10 100 1000 10000 <<'EOT'
port-create make a session port
port-list show it
port-delete delete it
port-delete-hub delete it with its hub
port-bytes memory
device-attach attach a device that is down
device-release release it
broadcast-queue a broadcast, into the queue of each
broadcast-answer ten broadcasts, to the owner of each
EOT

table "MAC addresses of one hub" 1000 10000 100000 1000000 <<'EOT'
mac-learn learn one from a frame
mac-lookup a frame between known ones that is dropped then
mac-carried a frame from one session to the other
mac-dump show it
mac-dump-none pass it over, for another port
mac-ageing look at its age
mac-expire delete it for its age
mac-flush flush it
static-flush flush it from among as many static ones
mac-bytes memory
EOT

table "IP addresses of one hub" 1000 10000 100000 1000000 <<'EOT'
ip-learn learn one from an ARP frame
ip-first the first packet from a known one, dropped then
ip-lookup a further packet
ip-dump show it
ip-dump-none pass it over, for another port
ip-ageing look at its age
ip-expire delete it for its age
ip-flush flush it
ip-bytes memory
EOT

awk '$1 == "mac-dump-changes" {
	printf "While %d MAC addresses were shown, %d were new or had moved; each of those\nthere from the beginning was shown once.\n\n", $2, $3
}' "$results"
