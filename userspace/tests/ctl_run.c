// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl with a kernel made of messages, in place of lib/nl.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <linux/genetlink.h>
#include <netlink/genl/genl.h>

#include "lib/nl_priv.h"
#include "tests/ctl_run.h"

/* The table of commands lives where main() does. */
int sehubctl_main(int argc, char **argv);
#define main sehubctl_main
#include "sehubctl/main.c"
#undef main

/* Its device, so that the name of it is known: the loopback device. */
#define IFINDEX		1

static struct sehub_nl handle = { .family = { .id = 0x1c } };

const char *ctl_run_policy = "none";
int ctl_run_n_requests;
char ctl_run_output[16384];
static struct nl_msg *requests[8];

int sehub_nl_open(struct sehub_nl **nlp, struct sehub_err *err)
{
	(void)err;
	*nlp = &handle;
	return 0;
}

void sehub_nl_close(struct sehub_nl *nl)
{
	(void)nl;
}

void sehub_nl_set_timeout(struct sehub_nl *nl, unsigned int ms)
{
	(void)nl;
	(void)ms;
}

int sehub_nl_socket(int protocol, int flags, struct sehub_err *err)
{
	(void)protocol;
	(void)flags;
	return sehub_err_set(err, EAFNOSUPPORT, "no sockets here");
}

int sehub_nl_err_plain(struct sehub_err *err, int code)
{
	return sehub_err_set(err, code, "refused");
}

static struct nl_msg *answer_to(int cmd)
{
	struct nl_msg *msg = sehub_msg_new(&handle.family, cmd, 0);

	nla_put_u32(msg, SEHUB_A_IFINDEX, IFINDEX);
	nla_put_u16(msg, SEHUB_A_VLAN, 12);
	return msg;
}

static struct nl_msg *hub_answer(void)
{
	struct nl_msg *msg = answer_to(SEHUB_CMD_HUB_GET);
	struct nlattr *nest = nla_nest_start(msg, SEHUB_A_HUB);

	nla_put_string(msg, SEHUB_A_HUB_IFNAME, "sehub12");
	nla_put_u8(msg, SEHUB_A_HUB_UP, 1);
	nla_put_u8(msg, SEHUB_A_HUB_CARRIER, 1);
	nla_put_u32(msg, SEHUB_A_HUB_AGEING, 300);
	nla_put_u32(msg, SEHUB_A_HUB_FDB_MAX, 65536);
	nla_put_u32(msg, SEHUB_A_HUB_FDB_COUNT, 3);
	nla_put_u32(msg, SEHUB_A_HUB_PORT_MAX, 16384);
	nla_put_u32(msg, SEHUB_A_HUB_PORT_COUNT, 2);
	nla_put_u32(msg, SEHUB_A_HUB_IP_AGEING, 60);
	nla_put_u32(msg, SEHUB_A_HUB_IP_MAX, 1000);
	nla_put_u32(msg, SEHUB_A_HUB_IP_COUNT, 4);
	nla_put_u64(msg, SEHUB_A_HUB_IP_NOT_LEARNED, 5);
	nla_put_u8(msg, SEHUB_A_HUB_SUPPRESS, 1);
	nla_put_u64(msg, SEHUB_A_HUB_SUPPRESSED, 6);
	nla_put_u32(msg, SEHUB_A_HUB_BROADCAST_RATE, 700);
	nla_put_u32(msg, SEHUB_A_HUB_LOG_HEADERS, SEHUB_PACKET_CLASS_UDP);
	nla_put_u32(msg, SEHUB_A_HUB_LOG_WHOLE, SEHUB_PACKET_CLASS_BLOCKED);
	nla_put_u64(msg, SEHUB_A_HUB_LOG_COUNT, 8);
	nla_put_u64(msg, SEHUB_A_HUB_ID, 0xfedcba9876543210);
	nla_nest_end(msg, nest);
	return msg;
}

static struct nl_msg *port_answer(void)
{
	struct sehub_port_ref ref = { .hub_ifindex = IFINDEX, .number = 2 };
	struct sehub_policy parsed;
	struct sehub_port_config config = {
		.set = SEHUB_PORT_POLICY | SEHUB_PORT_NAME, .name = "alice",
		.policy = &parsed,
	};
	struct nl_msg *msg;
	struct nlattr *port;
	struct nlattr *drops;

	assert_int_equal(sehub_policy_parse(ctl_run_policy, &parsed, NULL), 0);
	/* A request that sets a port has the attributes that an answer has. */
	msg = sehub_msg_port(&handle.family, SEHUB_CMD_PORT_GET, &ref, &config);
	port = nlmsg_find_attr(nlmsg_hdr(msg), GENL_HDRLEN, SEHUB_A_PORT);
	nla_put_u32(msg, SEHUB_A_PORT_KIND, SEHUB_PORT_KIND_DEVICE);
	nla_put_u32(msg, SEHUB_A_PORT_STATE, SEHUB_PORT_STATE_UP);
	nla_put_u32(msg, SEHUB_A_PORT_IP_COUNT, 4);
	drops = nla_nest_start(msg, SEHUB_A_PORT_DROPS);
	nla_put_u64(msg, SEHUB_A_DROPS_IP_LIMIT, 9);
	nla_nest_end(msg, drops);
	nla_nest_end(msg, port);
	return msg;
}

static struct nl_msg *ip_answer(const char *address, int source, int64_t lease)
{
	struct nl_msg *msg = answer_to(SEHUB_CMD_IP_GET);
	struct nlattr *nest = nla_nest_start(msg, SEHUB_A_IP);
	struct sehub_ip_addr addr;

	assert_int_equal(sehub_parse_ip(address, &addr), 0);
	nla_put(msg, SEHUB_A_IP_ADDRESS, addr.len, addr.bytes);
	nla_put(msg, SEHUB_A_IP_MAC, 6, "\2\0\0\0\0\7");
	nla_put_u32(msg, SEHUB_A_IP_PORT, 2);
	nla_put_u32(msg, SEHUB_A_IP_SOURCE, source);
	nla_put_u32(msg, SEHUB_A_IP_IDLE, 1500);
	if (lease >= 0)
		nla_put_u32(msg, SEHUB_A_IP_LEASE_LEFT, lease);
	nla_nest_end(msg, nest);
	return msg;
}

int sehub_nl_request(struct sehub_nl *nl, bool is_rtnl, struct nl_msg *msg,
		     sehub_nl_fn fn, void *arg, struct sehub_err *err)
{
	struct nl_msg *answers[4] = { NULL };
	int code = 0;

	(void)nl;
	(void)err;
	assert_true(msg && ctl_run_n_requests < 8);
	requests[ctl_run_n_requests++] = msg;
	if (is_rtnl || !fn)
		return 0;
	switch (sehub_msg_cmd(nlmsg_hdr(msg))) {
	case SEHUB_CMD_HUB_GET:
		answers[0] = hub_answer();
		break;
	case SEHUB_CMD_PORT_GET:
		answers[0] = port_answer();
		break;
	case SEHUB_CMD_IP_GET:
		answers[0] = ip_answer("192.0.2.7", SEHUB_IP_SOURCE_DHCP, 3700);
		answers[1] = ip_answer("192.0.2.8", SEHUB_IP_SOURCE_DHCP,
				       SEHUB_IP_LEASE_INFINITE);
		answers[2] = ip_answer("2001:db8::1", SEHUB_IP_SOURCE_ND, -1);
		break;
	}
	for (int i = 0; answers[i]; i++) {
		if (!code)
			code = fn(nlmsg_hdr(answers[i]), arg);
		nlmsg_free(answers[i]);
	}
	return code;
}

struct nlmsghdr *ctl_run_request(void)
{
	assert_true(ctl_run_n_requests > 0);
	return nlmsg_hdr(requests[ctl_run_n_requests - 1]);
}

int ctl_run_forget(void **state)
{
	(void)state;
	while (ctl_run_n_requests)
		nlmsg_free(requests[--ctl_run_n_requests]);
	return 0;
}

int ctl_run(const char *line)
{
	static char copy[512];
	FILE *before = stdout;
	char *argv[32] = { (char *)"sehubctl" };
	int argc = 1;
	int status;
	size_t n;

	ctl_run_forget(NULL);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *p = strtok(copy, " "); p; p = strtok(NULL, " "))
		argv[argc++] = p;
	stdout = tmpfile();
	assert_non_null(stdout);
	status = sehubctl_main(argc, argv);
	rewind(stdout);
	n = fread(ctl_run_output, 1, sizeof(ctl_run_output) - 1, stdout);
	ctl_run_output[n] = '\0';
	fclose(stdout);
	stdout = before;
	return status;
}
