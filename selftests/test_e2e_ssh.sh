#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# timeout=180
#
# Clients that reach the server through an SSH server and in no other way: they
# carry a session that outlives the SSH server, also where ssh itself needs a jump
# host or a proxy; each way in which SSH fails has its line; and no ssh stays
# behind when its connection, its line or its daemon is gone.

TESTS="
	key_that_is_refused
	host_key_that_is_not_known
	host_key_that_changed
	forwarding_that_is_off
	server_that_ssh_does_not_reach
	ssh_server_that_is_not_there
	ssh
	ssh_through_a_jump_host
	ssh_through_a_proxy
	process_goes_with_the_connection
	process_goes_with_a_silent_line
	process_goes_with_the_daemon
"

# shellcheck source=proxies.sh
. "$(dirname "$0")/proxies.sh"

setup_topology() {
	setup_proxies && sshd_conf "$TMP/p/inner.conf" 127.0.0.1:2223 &&
		spawn p "$TMP/p/log" /usr/sbin/sshd -D -e \
			-f "$TMP/p/inner.conf" || return 1
	known_hosts hostkey
	# the daemon's, as ssh-config says
	cat >"$TMP/c/ssh" <<-EOT
		Host inner
			ProxyJump root@$P
		Host proxied
			ProxyCommand socat - PROXY:$P:%h:%p,proxyport=3128
		Host inner proxied
			HostName 127.0.0.1
			Port 2223
		Host *
			IdentityFile $TMP/key
			IdentitiesOnly yes
			UserKnownHostsFile $TMP/c/known_hosts
			GlobalKnownHostsFile none
			StrictHostKeyChecking yes
	EOT
	busywait 20000 listens 2223
}

# known_hosts NAME: what the client takes for the host key of the gate
known_hosts() {
	{
		echo "$P $(cut -d' ' -f1,2 "$TMP/$1.pub")"
		echo "[127.0.0.1]:2223 $(cut -d' ' -f1,2 "$TMP/hostkey.pub")"
	} >"$TMP/c/known_hosts"
}

# --- refusals -----------------------------------------------------------------

test_key_that_is_refused() {
	gate_start "AuthorizedKeysFile none" && refused has_ended \
		"cannot connect to $SERVER:443 through ssh://root@$P: the SSH server refuses the user or the key: root@$P: Permission denied (publickey*)." \
		"ssh://root@$P" &&
		gate_start "AllowUsers root" && refused has_ended \
		"the SSH server refuses the user or the key: nobody@$P: Permission denied (publickey*)." \
		"ssh://nobody@$P"
}

test_host_key_that_is_not_known() {
	gate_start && echo >"$TMP/c/known_hosts" && refused has_ended \
		"through ssh://root@$P:22: the SSH server's host key is not in known_hosts, or is another one there" \
		"ssh://root@$P:22"
	local status=$?
	known_hosts hostkey
	return $status
}

test_host_key_that_changed() {
	gate_start && known_hosts key && refused has_ended \
		"the SSH server's host key is not in known_hosts, or is another one there" \
		"ssh://root@$P" && logged c "connection-ssh .*IDENTIFICATION HAS CHANGED"
	local status=$?
	known_hosts hostkey
	return $status
}

test_forwarding_that_is_off() {
	gate_start "AllowTcpForwarding no" && refused goes_on \
		"through ssh://root@$P: the SSH server does not allow it (AllowTcpForwarding, PermitOpen)" \
		"ssh://root@$P"
}

test_server_that_ssh_does_not_reach() {
	local SERVER=$SERVER:9

	gate_start && refused goes_on \
		"cannot connect to $SERVER through ssh://root@$P: the SSH server cannot reach the server: Connection refused" \
		"ssh://root@$P" &&
		SERVER=nobody.example && gate_start && refused goes_on \
		"through ssh://root@$P: the SSH server cannot reach the server: *" \
		"ssh://root@$P"
}

test_ssh_server_that_is_not_there() {
	refused goes_on \
		"through ssh://root@$P: connect to host $P port 22: Connection refused" \
		"ssh://root@$P" && refused goes_on \
		"through ssh://gate.example: Could not resolve hostname gate.example: *" \
		"ssh://gate.example"
}

# --- sessions -----------------------------------------------------------------

test_ssh() {
	gate_start && by_name ssh "ssh://root@$P"
}

test_ssh_through_a_jump_host() {
	gate_start && carries ssh "ssh://root@inner"
}

test_ssh_through_a_proxy() {
	squid_start "acl inner port 2223" "http_access allow inner" &&
		carries ssh "ssh://root@proxied"
}

# --- the process --------------------------------------------------------------

# Of the connection, its helpers included.
processes() {
	local pid

	for pid in $(ip netns pids "${NS[c]}"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != ssh ] || echo "$pid"
	done
}

no_processes() {
	[ -z "$(processes)" ]
}

# are_gone PID...
are_gone() {
	local pid

	for pid; do
		[ ! -e "/proc/$pid" ] || return 1
	done
}

# A connection that has two of them.
held_begin() {
	gate_start && via held "ssh://root@inner" && connection_up c held &&
		mapfile -t SSH < <(processes) && equal "${#SSH[@]}" 2 processes
}

held_end() {
	ctl c connection del held
	proxy_end
	return "$1"
}

test_process_goes_with_the_connection() {
	held_begin && ctl c connection down held &&
		busywait 20000 no_processes &&
		# the server was told
		busywait 20000 sessions_are true 0
	held_end $?
}

test_process_goes_with_a_silent_line() {
	held_begin && on p nft -f - <<-EOT &&
		table inet cut {
			chain input {
				type filter hook input priority 0;
				tcp dport 22 drop
			}
		}
	EOT
		busywait 60000 are_gone "${SSH[@]}"
	local status=$?
	on p nft delete table inet cut || status=1
	# it has come back
	busywait 60000 connection_is c held connected || status=1
	held_end $status
}

test_process_goes_with_the_daemon() {
	held_begin && daemon_end c KILL && busywait 5000 are_gone "${SSH[@]}" &&
		daemon_start c && busywait 60000 connection_is c held connected &&
		equal "$(json c .resumes connection show held)" \
			"$(ports_outlive_daemons && echo 1 || echo 0)" resumes
	held_end $?
}

setup
run_tests
