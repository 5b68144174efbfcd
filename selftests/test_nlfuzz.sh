#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Requests of all kinds, right and wrong ones, made from the contract alone (see
# nlfuzz.py): each is answered as the contract says, and nothing of what was
# refused stays. NLFUZZ_CASES says how many, SEED repeats a run.
#
#   namespace hub: h (number 12), d --- devices, sessions, addresses
# timeout=120

# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

/usr/bin/python3 -c 'import yaml' 2>/dev/null || skip_all "no YAML for Python"

setup_topology() {
	make_netns hub && tool_start pt "$KSFT_DIR/porttool" &&
		pt socket c "${NS[hub]}" && make_hub h vlan=12 && make_hub d &&
		pt frame f src=02:00:00:00:00:05 ip4 || return 1
	for name in 1 2 3 4; do
		ip -n "${NS[hub]}" link add name p$name master h type veth \
			peer name q$name &&
			session s$name c h port.session.grace=600000 &&
			session t$name c d port.session.grace=600000 &&
			pt c xfer $ID burst:f:5 &&
			pt c fdb-new dev=h fdb.mac=02:00:00:00:01:0$name \
				fdb.port=$name || return 1
	done
}

setup
ip netns exec "${NS[hub]}" /usr/bin/python3 "$KSFT_DIR/nlfuzz.py" \
	--cases "${NLFUZZ_CASES:-600}" ${SEED:+--seed "$SEED"}
