# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# TCP between two machines of e2e.sh, for scripts that have sourced that.

# A new one for each run: one that has just served may still be busy.
serve() {
	[ -z "${IPERF:-}" ] || {
		kill "$IPERF" 2>/dev/null
		wait "$IPERF" 2>/dev/null
	}
	rm -f "$TMP/iperf"
	spawn hub "$TMP/iperf" iperf3 -s -1 --forceflush
	IPERF=$SPAWNED
	busywait 10000 grep -q listening "$TMP/iperf" || {
		cat "$TMP/iperf"
		return 1
	}
}

# tcp_rate MACHINE ADDRESS SECONDS [WORD...]: Mbit/s from there to the hub's
tcp_rate() {
	local text

	serve || return 1
	text=$(on "$1" iperf3 -c "$2" -t "$3" -J "${@:4}")
	jq -er ".end.sum_received.bits_per_second / 1e6" <<<"$text" ||
		! echo "$text" >&2
}

# medians FILE: of the third word, for each pair of the first two
medians() {
	sort -k1,2 -k3n "$1" | awk '
	function settle() {
		if (count)
			print key, (value[int((count + 1) / 2)] + \
				    value[int(count / 2) + 1]) / 2
		count = 0
	}
	$1 " " $2 != key { settle(); key = $1 " " $2 }
	{ value[++count] = $3 }
	END { settle() }'
}
