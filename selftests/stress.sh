# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the stress tests share: two hubs with a session between them, hosts that
# talk TCP across both and compare every byte, and noise from other ports:
#
#   namespace net            namespace hub           namespace far
#   h1 (deaf host) ========= p1 -- h -- up ~~ line ~~ down -- k (192.0.2.3)
#   h2 (192.0.2.1) ========= p2 --/ | \
#   h3 ===================== p3     |  session "loud"
#                                   h has 192.0.2.2
#
# A storm is a function that does one round of steps, "round_x". In a storm
# several of them run at once, each in a process with a porttool of its own,
# again and again for STRESS_SECONDS, while TCP and noise go on. Without faults
# each round must succeed. With faults, allocations fail below the functions of
# the module, so steps may be refused, but nothing else may happen: afterwards
# TCP is still whole and all counters agree.

SEHUB_KSFT_WAS_LOADED=
[ ! -d /sys/module/sehub ] || SEHUB_KSFT_WAS_LOADED=yes

# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

STRESS_SECONDS=${STRESS_SECONDS:-4}
ROUNDS_MIN=3
NOISE_HOSTS=h1
GO=$TMP/go
NOISE=$TMP/noise
# allocations fail; what a round asks for may be refused
FAULTS=
REFUSALS=

# skip_unless_unloadable: for files that take the module out
skip_unless_unloadable() {
	[ -z "$SEHUB_KSFT_WAS_LOADED" ] || [ -n "${SEHUB_KSFT_UNLOAD:-}" ] ||
		skip_all "the module was loaded before, others may need it"
}

# --- topology -----------------------------------------------------------------

give_address() {
	ip -n "${NS[$1]}" addr add "$3/24" dev "$2"
}

stress_topology() {
	start_tools && renice -n 19 -p "${TOOL_PID[pt]}" && make_netns far &&
		make_hub h && make_hosts h h1 h2 h3 &&
		pt socket k "${NS[far]}" && pt k link add k && pt k link up k &&
		session up c h port.session.grace=600000 \
			port.session.features=1 && UP=$ID &&
		session down k k port.session.grace=600000 \
			port.session.features=1 && DOWN=$ID &&
		pt c join $UP k $DOWN && wait_up c h && wait_up k k &&
		give_address hub h 192.0.2.2 && give_address far k 192.0.2.3 &&
		give_address net h2 192.0.2.1
}

# of the files that say no other
setup_topology() {
	stress_topology
}

# --- noise --------------------------------------------------------------------

# Frames of all kinds, right and wrong, as templates.
NOISE_FRAMES=(
	"udp4" "udp4 src=02:00:00:00:00:0a sip=192.0.2.77 len=1400"
	"udp4 tag=5 qtag=7" "udp4 opts=94040000" "udp4 len=900 frag=0:600"
	"udp4 len=900 frag=600" "udp6 ext=hop ext=dst ext=rt" "udp6 ext=frag"
	"udp6 cut=50" "ip4 iplen=9" "ip4 poke=14:ff" "arp spa=192.0.2.91"
	"arp spa=192.0.2.92 sha=02:00:00:00:00:77" "arp op=2 cut=30" "na" "ns"
	"ns sip=:: target=fe80::99" "rs" "ra" "redirect6" "redirect4"
	"dhcp=discover" "dhcp=request requested=192.0.2.93" "dhcp=offer"
	"dhcp=ack yiaddr=192.0.2.94" "dhcp=nak" "dhcp=release" "dhcp=ack cut=200"
	"dhcp6=solicit" "dhcp6=reply" "dhcp6=relay-forw" "ipx" "llc" "snap"
	"type=0x9000" "dst=01:80:c2:00:00:0e" "src=ff:ff:ff:ff:ff:ff"
	"src=00:00:00:00:00:00" "tcp4 mss=1000 len=5000 dst=02:00:00:00:00:99"
	"tcp6 mss=1000 len=5000 dst=02:00:00:00:00:99"
)

noise_of_hosts() {
	local host frame number=0

	for host in $NOISE_HOSTS; do
		echo "host $host ${NS[net]} $host deaf"
	done
	while [ -e "$NOISE" ]; do
		for host in $NOISE_HOSTS; do
			for frame in "${NOISE_FRAMES[@]}"; do
				echo "send $host $frame"
			done
			# new MACs, new IPv4 senders
			echo "burst $host 60 len=100"
			echo "sweep $host 60 30 $((number % 60000)) arp" \
				"spa=198.51.0.0 tpa=198.51.0.1"
		done
		number=$((number + 60))
	done
}

# Its own answers are read and acknowledged at once.
noise_of_session() {
	local number id

	for ((number = 0; number < ${#NOISE_FRAMES[@]}; number++)); do
		echo "frame f$number ${NOISE_FRAMES[number]}"
	done
	echo "socket c ${NS[hub]}"
	echo "c port-new dev=h port.name=loud"
	busywait 20000 grep -q port.session.id "$TMP/noise.session" || return
	id=$(sed -n 's/.*port.session.id=\([0-9]*\).*/\1/p' "$TMP/noise.session")
	echo "c auto $id 64500 ack"
	while [ -e "$NOISE" ]; do
		for ((number = 0; number < ${#NOISE_FRAMES[@]}; number++)); do
			case ${NOISE_FRAMES[number]} in
			*mss=*) ;;
			*) echo "c xfer $id data:f$number:2" ;;
			esac
		done
		echo "c xfer $id burst:f0:40"
	done
}

# noise_is_heard N: N times a number of steps, beyond those that prepare it. It
# may have to wait long for its turn.
noise_is_heard() {
	local file

	for file in hosts session; do
		[ "$(grep -c '^ok \(sent\|answers\)' "$TMP/noise.$file")" -ge \
			$(($1 * 20)) ] || return 1
	done
}

# It gives way to what it is to disturb: the storms shall have many rounds.
noise_start() {
	: >"$NOISE"
	: >"$TMP/noise.session"
	KSFT_CPU=0 nice -n 19 "$KSFT_DIR/frametool" \
		< <(noise_of_hosts 2>/dev/null) >"$TMP/noise.hosts" &
	NOISE_PIDS=($!)
	KSFT_CPU=$(($(nproc) > 1)) nice -n 19 "$KSFT_DIR/porttool" \
		< <(noise_of_session 2>/dev/null) >"$TMP/noise.session" &
	NOISE_PIDS+=($!)
	slowwait 30 noise_is_heard 1
}

noise_stop() {
	local pid file

	rm -f "$NOISE"
	for pid in "${NOISE_PIDS[@]}"; do
		kill "$pid"
		wait "$pid"
	done 2>/dev/null
	for file in hosts session; do
		echo "# noise of $file: $(grep -c '^ok' "$TMP/noise.$file") steps"
	done
}

# --- TCP that must not notice -------------------------------------------------

bystander_start() {
	nice -n 19 ip netns exec "${NS[far]}" "$KSFT_DIR/streamtool" \
		receive 5001 - >"$TMP/receiver" &
	RECEIVER=$!
	busywait 10000 grep -q ready "$TMP/receiver" || return 1
	[ -p "$TMP/sender.in" ] || mkfifo "$TMP/sender.in"
	nice -n 19 ip netns exec "${NS[net]}" "$KSFT_DIR/streamtool" \
		send 192.0.2.3 5001 - <"$TMP/sender.in" >"$TMP/sender" 2>&1 &
	SENDER=$!
	exec {SENDER_IN}>"$TMP/sender.in"
	busywait 20000 grep -q begun "$TMP/receiver"
}

bystander_stop() {
	local status=0

	exec {SENDER_IN}>&-
	wait $SENDER || status=1
	wait $RECEIVER || status=1
	sed 's/^/# stream: /' "$TMP/sender" "$TMP/receiver"
	return $status
}

# --- storms -------------------------------------------------------------------

# storm_run NUMBER ROUND: rounds until the storm is over; how many in "rounds"
storm_run() {
	local rounds=0 refused=0

	TMP=$TMP/$2.$1
	rm -rf "$TMP"
	mkdir "$TMP"
	mkfifo "$TMP/doze"
	PIDS=()
	unset TOOL_PID TOOL_IN TOOL_OUT
	declare -gA TOOL_PID TOOL_IN TOOL_OUT
	KSFT_CPU=$(($1 % $(nproc))) tool_start pt "$KSFT_DIR/porttool"
	{
		pt socket c "${NS[hub]}" && pt socket d "${NS[hub]}" &&
			pt socket k "${NS[far]}" && pt socket n "${NS[net]}" &&
			pt frame f src=02:00:00:00:00:0f len=200
	} >"$TMP/log" 2>&1 || exit 1
	while [ -e "$GO" ]; do
		"$2" "$1" "$rounds" >"$TMP/log" 2>&1 || {
			[ -n "$REFUSALS" ] || exit 1
			[[ $LAST != *"the tool is silent" ]] || exit 1
			refused=$((refused + 1))
			echo $refused >"$TMP/refused"
		}
		rounds=$((rounds + 1))
		echo $rounds >"$TMP/rounds"
	done
	tool_stop pt
}

# or one has failed, which is seen later
all_have_rounds() {
	local i rounds

	for i in "${!STORM[@]}"; do
		kill -0 "${STORM_PIDS[i]}" 2>/dev/null || return 0
		rounds=$(cat "$TMP/${STORM[i]}.$i/rounds" 2>/dev/null)
		[ "${rounds:-0}" -ge $ROUNDS_MIN ] || return 1
	done
}

# storm_begin ROUND...: one process for each, in turn on the CPUs
storm_begin() {
	local i

	: >"$GO"
	STORM=("$@")
	STORM_PIDS=()
	for i in "${!STORM[@]}"; do
		(storm_run "$i" "${STORM[i]}") &
		STORM_PIDS+=($!)
	done
}

storm_end() {
	local i dir status=0

	rm "$GO"
	for i in "${!STORM[@]}"; do
		dir=$TMP/${STORM[i]}.$i
		wait "${STORM_PIDS[i]}" || {
			echo "# ${STORM[i]} failed"
			tail -n 30 "$dir/log"
			status=1
		}
		echo "# ${STORM[i]}: $(cat "$dir/rounds") rounds"
	done
	return $status
}

# storm ROUND...: see above
storm() {
	local status=0

	bystander_start && noise_start || return 1
	[ -z "$FAULTS" ] || faults_on || return 1
	storm_begin "$@"
	doze "$STRESS_SECONDS"
	# on a busy machine they have hardly begun
	slowwait 30 all_have_rounds && slowwait 30 noise_is_heard 2 || status=1
	storm_end || status=1
	[ -z "$FAULTS" ] || faults_off
	noise_stop
	bystander_stop || status=1
	[ $status = 0 ] && audit
}

# storm_with_faults ROUND...: the same while allocations fail, some at least
storm_with_faults() {
	faults_ready || return
	FAULTS=yes REFUSALS=yes
	storm "$@"
	local status=$?
	FAULTS='' REFUSALS=''
	[ $status = 0 ] && cat "$TMP"/round_*/refused
}

# --- faults -------------------------------------------------------------------

DEBUGFS=/sys/kernel/debug

fault_set() {
	local dir=$1 setting

	shift
	for setting; do
		echo "${setting#*=}" >"$DEBUGFS/$dir/${setting%%=*}" || return 1
	done
}

# faults_ready: the kernel can do it, and says nothing in its log about it
faults_ready() {
	local dir

	for dir in failslab fail_page_alloc; do
		[ -d $DEBUGFS/$dir ] || skip "kernel without fault injection" ||
			return
	done
	fault_set failslab probability=0 verbose=0 ignore-gfp-wait=N &&
		fault_set fail_page_alloc probability=0 verbose=0 \
			ignore-gfp-wait=N min-order=0
}

# faults_on: one allocation in ten fails, if a function of the module is below
# it on the stack
faults_on() {
	local begin dir

	read -r begin </sys/module/sehub/sections/.text
	for dir in failslab fail_page_alloc; do
		fault_set $dir interval=1 times=-1 space=0 task-filter=N \
			stacktrace-depth=32 require-start="$begin" \
			require-end="$(printf '%#x' \
				$((begin + $(cat /sys/module/sehub/coresize))))" \
			probability=10 || return 1
	done
}

faults_off() {
	fault_set failslab probability=0 && fault_set fail_page_alloc probability=0
}

# --- afterwards ---------------------------------------------------------------

# audit: what is counted is what is there, in each of the hubs, and both work
audit() {
	audit_hub c h && audit_hub k k && audit_queue c $UP &&
		audit_queue k $DOWN && audit_frames
}

# The tables may change while they are compared: the stack speaks when it likes.
# So it is tried again. Nothing ages meanwhile, as on a slow machine there would
# be no end of it.
audit_hub() {
	pt $1 link set $2 ageing=100000 ip-ageing=100000 || return 1
	busywait 5000 counts_agree "$1" "$2" >"$TMP/audit" 2>&1 || {
		tail -n 40 "$TMP/audit"
		return 1
	}
	pt $1 link set $2 ageing=300 ip-ageing=300
}

counts_agree() {
	pt $1 dump port-get dev=$2 || return 1
	grep '^port-get' <<<"$OUT" >"$TMP/ports"
	pt $1 dump fdb-get dev=$2 || return 1
	grep '^fdb-get' <<<"$OUT" >"$TMP/fdb"
	pt $1 dump ip-get dev=$2 || return 1
	grep '^ip-get' <<<"$OUT" >"$TMP/ip"
	pt $1 hub-get dev=$2 || return 1
	grep '^hub-get' <<<"$OUT" >"$TMP/hub"
	awk '
	function value(name,   i) {
		for (i = 1; i <= NF; i++)
			if (index($i, name "=") == 1)
				return substr($i, length(name) + 2)
		return ""
	}
	function differ(what, a, b) {
		if (a + 0 != b + 0) {
			print what ": counted " a ", found " b
			wrong = 1
		}
	}
	FILENAME ~ /fdb$/ { if (value("fdb.kind") != "local") {
		macs[value("fdb.port")]++; all_macs++ } next }
	FILENAME ~ /ip$/ { ips[value("ip.port")]++; all_ips++; next }
	FILENAME ~ /ports$/ {
		number = value("port.number")
		ports++
		differ("MACs of port " number, value("port.fdb-count"),
			macs[number])
		differ("IPs of port " number, value("port.ip-count"),
			ips[number])
		next
	}
	{
		differ("MACs", value("hub.fdb-count"), all_macs)
		differ("IPs", value("hub.ip-count"), all_ips)
		differ("ports", value("hub.port-count"), ports - 1)
	}
	END { exit wrong }
	' "$TMP/fdb" "$TMP/ip" "$TMP/ports" "$TMP/hub"
}

# audit_queue SOCKET ID: what the queue holds fits into it
audit_queue() {
	local count sent acked

	pt $1 port-get port.session.id=$2 || return 1
	field port.session.tx-count && count=$VAL
	field port.session.tx-sent && sent=$VAL
	field port.session.tx-acked && acked=$VAL
	field port.session.queue-limit
	[ "$acked" -le "$sent" ] && [ "$sent" -le "$count" ] &&
		[ $((count - acked)) -le "$VAL" ]
}

# A new session gets each frame of a host, once.
audit_frames() {
	pt c fdb-flush dev=h && session audit c h && ft host a "${NS[net]}" h3 &&
		pt c clear $ID && ft send a x20 src=02:00:00:00:00:0a len=300 &&
		pt c expect $ID 20 src=02:00:00:00:00:0a len=300 &&
		pt c port-del port.session.id=$ID && ft leave a
}

# The last test of each file: all hubs go with the module, and nothing of it is
# left. Kernels that merge caches show no name in any case.
test_the_module_goes() {
	[ -z "${UP:-}" ] || pt c part $UP
	module_unload && ! pt c hub-get dev=h && ! grep -q ^sehub /proc/slabinfo
}
