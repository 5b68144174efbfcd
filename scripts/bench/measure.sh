# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What is measured on a way from a to b. Each function prints one number.

# the programs are in $tools, files go to $work, the namespaces and addresses from topology.sh
# shellcheck disable=SC2154

IPERF_PORT=5201
UDP_PORT=5202
UDP_SIZE=64

# raw frames: count, how many at once, and how often
FRAMES=6400
BURST=32
PERIOD_US=4000
# a processor that counts instructions executes one every 2 ns
NS_PER_INSTRUCTION=2

# frames of pktgen: count, and where to: an address that is b's only for what is
# between, so that b throws them away at once
PKTGEN_FRAMES=20000
SINK=02:00:00:00:00:bb

start_iperf_server() {
	ip netns exec b iperf3 -s -p $IPERF_PORT >/dev/null 2>&1 &
	background+=($!)
	wait_for iperf3 grep -q "$(printf ':%04X ' $IPERF_PORT)" \
		"/proc/$!/net/tcp" "/proc/$!/net/tcp6"
}

# TCP, Mbit/s. What iperf3 says is read when it has ended: a process that
# starts beside it would take its share of the processor.
measure_tcp() {
	in_a timeout $((patience * 2)) iperf3 -c "$ADDR_B" -p $IPERF_PORT -t 1 \
		-J >"$work/iperf" &&
		jq -e '.end.sum_received.bits_per_second / 1e6' "$work/iperf"
}

# UDP datagrams received in a second while the sender does what it can
measure_udp() {
	local sender status

	ip netns exec a "$tools/blast" udp-send "$ADDR_B" $UDP_PORT $UDP_SIZE &
	sender=$!
	in_b timeout $((patience * 2)) \
		"$tools/blast" udp-receive "$ADDR_B" $UDP_PORT 1
	status=$?
	kill $sender
	wait $sender 2>/dev/null
	return $status
}

received_by_b() {
	in_b cat /sys/class/net/eth0/statistics/rx_packets
}

send_frames() {
	in_a timeout $((patience * 2)) "$tools/blast" \
		frames eth0 "$(mac_of b)" "$1" $FRAMES $BURST $PERIOD_US
}

# instructions for each frame of a size: all that was executed while frames
# were sent, less the same time without frames
measure_instructions() {
	local none before busy got

	none=$(send_frames 0) || return
	before=$(received_by_b)
	busy=$(send_frames "$1") || return
	got=$(($(received_by_b) - before))
	if [ $got -lt $((FRAMES * 99 / 100)) ]; then
		echo "bench: of $FRAMES frames $got arrived" >&2
		return 1
	fi
	echo $(((busy - none) / NS_PER_INSTRUCTION / got))
}

# Makes the sink known to the switch, if there is one.
set_sink() {
	if [ -e /sys/class/net/switch/bridge ]; then
		bridge fdb add $SINK dev vb master static
	elif [ -e /sys/class/net/switch ]; then
		sehubctl mac add switch $SINK --port vb
	fi
}

# A thread of the kernel sends them, one after the other. Each is through when
# the next one begins, unless another thread has to see to that; then they wait.
run_pktgen() {
	local dir=/proc/net/pktgen

	sysctl -qw net.core.netdev_max_backlog=$PKTGEN_FRAMES || return
	in_a bash -c "
		echo rem_device_all >$dir/kpktgend_0
		echo add_device eth0 >$dir/kpktgend_0 || exit
		for word in 'count $PKTGEN_FRAMES' 'pkt_size $1' 'delay 0' \
			'dst $ADDR_B' 'src_min $ADDR_A' 'src_max $ADDR_A' \
			'dst_mac $SINK'; do
			echo \"\$word\" >$dir/eth0 || exit
		done
		echo start >$dir/pgctrl && cat $dir/eth0"
}

# instructions for each frame of a size, sent by pktgen
measure_pktgen() {
	local before got time

	before=$(received_by_b)
	time=$(run_pktgen "$1" | sed -n 's/^Result: OK: \([0-9]*\)(.*/\1/p')
	got=$(($(received_by_b) - before))
	if [ -z "$time" ] || [ $got -lt $((PKTGEN_FRAMES * 99 / 100)) ]; then
		echo "bench: of $PKTGEN_FRAMES frames of pktgen $got arrived" >&2
		return 1
	fi
	echo $((time * 1000 / NS_PER_INSTRUCTION / PKTGEN_FRAMES))
}
