# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# shellcheck disable=SC2034 # what is set here is used by those who include it
#
# Frames of all kinds in hexadecimal, for the tests of the packet log, and the
# classes that they are in. Checksums are not filled in: nothing here asks for
# them.

SAMPLES=
declare -A SAMPLE CLASSES

# the bits of enum sehub_packet_class
TCP_CONN=1 TCP_DATA=2 DHCP=4 UDP=8 ICMP=16 ARP=32 IP=64 ETHERNET=128 BLOCKED=256

A=02:00:00:00:00:a1
MACS=0200000000b10200000000a1
LL=fe80000000000000000000000000000a
IP6=20010db8000000000000000000000001

zeros() {
	[ "$1" = 0 ] || printf '%0*d' "$((2 * $1))" 0
}

# ipv4 PROTO PAYLOAD [FLAGS]: behind the MAC addresses
ipv4() {
	printf '08004500%04x0001%s40%02x0000c0000201c0000202%s' \
		$((20 + ${#2} / 2)) "${3:-4000}" "$1" "$2"
}

ipv6() {
	printf '86dd60000000%04x%02xff%s%s%s' $((${#2} / 2)) "$1" \
		"${3:-$IP6}" "${IP6%1}2" "$2"
}

# tcp FLAGS [PAYLOAD]
tcp() {
	printf '10000050000003e80000000050%02xffff00000000%s' "$1" "${2:-}"
}

udp() {
	printf '%04x%04x%04x0000%s' "$1" "$2" $((8 + ${#3} / 2)) "$3"
}

# sample NAME CLASSES HEX
sample() {
	SAMPLES+=" $1"
	CLASSES[$1]=$(($2 | ETHERNET))
	SAMPLE[$1]=$MACS$3
}

sample syn $((TCP_CONN | IP)) "$(ipv4 6 "$(tcp 0x02)")"
sample synack $((TCP_CONN | IP)) "$(ipv4 6 "$(tcp 0x12)")"
sample fin $((TCP_CONN | IP)) "$(ipv4 6 "$(tcp 0x11)")"
sample rst6 $((TCP_CONN | IP)) "$(ipv6 6 "$(tcp 0x04)")"
sample ack $((TCP_DATA | IP)) "$(ipv4 6 "$(tcp 0x10)")"
sample push6 $((TCP_DATA | IP)) "$(ipv6 6 "$(tcp 0x18 61626364)")"
sample dhcp $((DHCP | IP)) "$(ipv4 17 "$(udp 68 67 \
	"01010600$(zeros 24)0200000000a1$(zeros 202)63825363350101ff")")"
sample dhcp6 $((DHCP | IP)) "$(ipv6 17 "$(udp 546 547 01123456)" $LL)"
sample udp $((UDP | IP)) "$(ipv4 17 "$(udp 4096 7 61626364)")"
sample udp6 $((UDP | IP)) "$(ipv6 17 "$(udp 4096 7 61626364)")"
sample tagged $((UDP | IP)) "81000064$(ipv4 17 "$(udp 4096 7 61626364)")"
sample qinq $((UDP | IP)) \
	"88a800c881000064$(ipv4 17 "$(udp 4096 7 61626364)")"
sample ping $((ICMP | IP)) "$(ipv4 1 080000000001000161626364)"
sample redirect $((ICMP | IP)) "$(ipv4 1 "05010000c00002fe$(zeros 28)")"
sample ping6 $((ICMP | IP)) "$(ipv6 58 800000000001000161626364)"
sample arp $ARP "080600010800060400010200000000a1c0000201$(zeros 6)c0000202"
sample nd $((ARP | IP)) "$(ipv6 58 "8700000000000000${IP6%1}2$(
	)01010200000000a1" $LL)"
sample ra $((ARP | IP)) "$(ipv6 58 "8600000040000708$(zeros 8)$(
	)01010200000000a1" $LL)"
sample fragment $IP "$(ipv4 17 "$(zeros 16)" 0002)"
sample first $((UDP | IP)) "$(ipv4 17 "$(udp 4096 7 "$(zeros 8)")" 2000)"
sample esp $IP "$(ipv4 50 "$(zeros 24)")"
sample llc 0 "0026424203$(zeros 43)"
sample other 0 "88b5$(zeros 46)"

# classes MASK: as porttool calls them
classes() {
	local name mask=$1 words=

	for name in tcp-conn tcp-data dhcp udp icmp arp ip ethernet blocked; do
		[ $((mask & 1)) = 0 ] || words+=+$name
		mask=$((mask >> 1))
	done
	echo "${words#+}"
}

# Makes the samples known to porttool.
make_samples() {
	local name

	for name in $SAMPLES; do
		pt frame "$name" "hex=${SAMPLE[$name]}" || return 1
	done
}

# log HEADERS [WHOLE]: what the hub h logs
log() {
	pt c link set h "log-headers=$(($1))" "log-whole=$((${2:-0}))"
}

# log_count DEV: VAL becomes the number of frames that a hub has logged
log_count() {
	pt c hub-get "dev=$1" >/dev/null && field hub.log-count
}

# logs N COMMAND...: the command makes the hub h log so many frames
logs() {
	local count=$1 before

	shift
	log_count h && before=$VAL && "$@" && log_count h &&
		equal "$VAL" $((before + count)) "hub.log-count"
}
