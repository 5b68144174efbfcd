// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Hosts that send and receive whole frames. A host is a packet socket on a
 * device, in any network namespace, open from its making on, so that nothing
 * is missed. See frame.h for the templates of frames.
 *
 *   host NAME NETNS DEV [deaf]   a host; NETNS "-" is the own namespace. One
 *                           that is deaf only sends, and is in no fence
 *   leave NAME              close it
 *   mute NAME on|off|half   leave it out of fences, as it cannot be reached; or
 *                           let it wait for them and make none
 *   send NAME [xN] FRAME    send a frame, N times
 *   burst NAME N FRAME      N frames, with payloads and MACs in succession
 *   sweep NAME N OFFSET FIRST FRAME   N frames, with the numbers from FIRST on
 *                           in the two bytes at OFFSET
 *   expect NAME N FRAME|any exactly N equal frames have come
 *   stream NAME N FRAME     all that has come is this TCP frame in N pieces
 *   list NAME               describe what has come
 *   clear                   forget what has come
 *   fence                   wait until what was sent has come
 *
 * Expecting a number of frames begins with a fence if something was sent
 * since the last one: each host broadcasts a frame that the others wait for.
 * What they have not received by then they will not receive.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "frame.h"
#include "script.h"

#define HOSTS_MAX	32
#define FENCE_TYPE	0x88b6
#define FENCE_LEN	60
#define RCVBUF		(32 * 1024 * 1024)

struct host {
	char name[16];
	const char *dev;
	int fd;
	uint8_t mac[6];
	bool mute;	/* makes no fence */
	bool absent;	/* waits for none */
	bool deaf;	/* receives nothing */
	struct inbox inbox;
	uint32_t fence[HOSTS_MAX];	/* the last one seen from each host */
};

static struct host hosts[HOSTS_MAX];
static uint32_t fence_no;
static bool dirty;

static struct host *find_host(const char *name)
{
	for (int i = 0; i < HOSTS_MAX; i++)
		if (hosts[i].name[0] && !strcmp(hosts[i].name, name))
			return &hosts[i];
	script_err("no host %s", name);
	return NULL;
}

static int open_host(void *arg)
{
	const int on = 1, size = RCVBUF;
	struct sockaddr_ll addr = { .sll_family = AF_PACKET };
	struct packet_mreq promisc = { .mr_type = PACKET_MR_PROMISC };
	struct host *host = arg;
	struct ifreq ifr = {};
	int fd;

	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", host->dev);
	if (ioctl(fd, SIOCGIFHWADDR, &ifr))
		goto fail;
	memcpy(host->mac, ifr.ifr_hwaddr.sa_data, 6);
	addr.sll_protocol = host->deaf ? 0 : htons(ETH_P_ALL);
	addr.sll_ifindex = if_nametoindex(host->dev);
	promisc.mr_ifindex = addr.sll_ifindex;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (!addr.sll_ifindex ||
	    setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promisc,
		       sizeof(promisc)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)))
		goto fail;
	return fd;
fail:
	printf("# %s: %s\n", host->dev, strerror(errno));
	close(fd);
	return -1;
}

/* The kernel takes the outer tag out of a frame before it shows it. */
static uint32_t put_tag_back(struct msghdr *mh, uint8_t *data, uint32_t len)
{
	struct tpacket_auxdata aux;
	struct cmsghdr *cm;

	for (cm = CMSG_FIRSTHDR(mh); cm; cm = CMSG_NXTHDR(mh, cm)) {
		if (cm->cmsg_level != SOL_PACKET ||
		    cm->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(cm), sizeof(aux));
		if (!(aux.tp_status & TP_STATUS_VLAN_VALID))
			return len;
		memmove(data + 16, data + 12, len - 12);
		data[12] = aux.tp_vlan_tpid >> 8;
		data[13] = aux.tp_vlan_tpid;
		data[14] = aux.tp_vlan_tci >> 8;
		data[15] = aux.tp_vlan_tci;
		return len + 4;
	}
	return len;
}

static bool take_fence(struct host *host, const uint8_t *data, uint32_t len)
{
	uint32_t no;

	if (len != FENCE_LEN || data[12] != FENCE_TYPE >> 8 ||
	    data[13] != (FENCE_TYPE & 0xff))
		return false;
	memcpy(&no, data + 16, sizeof(no));
	if (data[14] < HOSTS_MAX)
		host->fence[data[14]] = no;
	return true;
}

static void receive(void *arg)
{
	static uint8_t data[FRAME_MAX + 4];
	uint8_t head[VNET_LEN], control[256];
	struct host *host = arg;
	struct sockaddr_ll from;
	struct iovec iov[] = { { head, VNET_LEN }, { data, FRAME_MAX } };
	struct msghdr mh;
	struct vnet vnet;
	uint32_t len;
	ssize_t n;

	for (;;) {
		mh = (struct msghdr){ .msg_name = &from,
				      .msg_namelen = sizeof(from),
				      .msg_iov = iov, .msg_iovlen = 2,
				      .msg_control = control,
				      .msg_controllen = sizeof(control) };
		n = recvmsg(host->fd, &mh, MSG_DONTWAIT);
		if (n < 0 && (errno == EAGAIN || errno == EBADF))
			return;
		if (n < VNET_LEN + ETH_HLEN || from.sll_pkttype ==
						       PACKET_OUTGOING)
			continue;
		vnet_get(head, &vnet);
		len = put_tag_back(&mh, data, n - VNET_LEN);
		if (len == n - VNET_LEN + 4 && vnet.flags & 1)
			vnet.csum_start += 4;
		if (!take_fence(host, data, len))
			inbox_add(&host->inbox, frame_new(data, len, &vnet));
	}
}

static int cmd_host(int argc, char **argv)
{
	struct host *host = hosts;

	if (argc != 4 && argc != 5)
		return script_err("host NAME NETNS DEV [deaf]");
	while (host < hosts + HOSTS_MAX && host->name[0])
		host++;
	if (host == hosts + HOSTS_MAX)
		return script_err("too many hosts");
	memset(host, 0, sizeof(*host));
	host->dev = argv[3];
	host->deaf = host->mute = host->absent = argc == 5;
	host->fd = script_open(argv[2], open_host, host);
	if (host->fd < 0)
		return script_err("cannot open %s in %s", argv[3], argv[2]);
	snprintf(host->name, sizeof(host->name), "%s", argv[1]);
	if (!host->deaf)
		script_watch(host->fd, receive, host);
	return script_ok("mac=%02x:%02x:%02x:%02x:%02x:%02x", host->mac[0],
			 host->mac[1], host->mac[2], host->mac[3],
			 host->mac[4], host->mac[5]);
}

static int transmit(struct host *host, const struct frame *frame)
{
	uint8_t head[VNET_LEN];
	struct iovec iov[] = { { head, VNET_LEN },
			       { (void *)frame->data, frame->len } };
	struct pollfd room = { .fd = host->fd, .events = POLLOUT };

	vnet_put(head, &frame->vnet);
	while (writev(host->fd, iov, 2) < 0)
		if (errno != EAGAIN || poll(&room, 1, SCRIPT_MSEC) != 1)
			return -errno;
	return 0;
}

static bool fence_came(void *arg)
{
	int *from = arg;

	for (int i = 0; i < HOSTS_MAX; i++)
		if (hosts[i].name[0] && !hosts[i].absent && i != *from &&
		    hosts[i].fence[*from] != fence_no)
			return false;
	return true;
}

/* Return: NULL, or the host whose fence did not come. */
static const char *make_fence(void)
{
	for (int i = 0; i < HOSTS_MAX; i++) {
		struct frame *frame;

		if (!hosts[i].name[0] || hosts[i].mute)
			continue;
		fence_no++;
		frame = frame_new(NULL, FENCE_LEN, NULL);
		memset(frame->data, 0xff, 6);
		memcpy(frame->data + 6, hosts[i].mac, 6);
		frame->data[12] = FENCE_TYPE >> 8;
		frame->data[13] = FENCE_TYPE & 0xff;
		frame->data[14] = i;
		memcpy(frame->data + 16, &fence_no, sizeof(fence_no));
		transmit(&hosts[i], frame);
		free(frame);
		if (!script_wait(SCRIPT_MSEC, fence_came, &i))
			return hosts[i].name;
	}
	dirty = false;
	return NULL;
}

static int cmd_fence(void)
{
	const char *lost = make_fence();

	return lost ? script_err("the fence of %s did not come", lost) :
		      script_ok("fence");
}

static int cmd_send(int argc, char **argv)
{
	struct host *host = find_host(argv[1]);
	struct frame *frame;
	int times = 1, at = 2, err = 0;

	if (!host)
		return 0;
	if (argc > 2 && argv[2][0] == 'x')
		times = atoi(argv[at++] + 1);
	frame = frame_build(argv + at, argc - at);
	if (!frame)
		return script_err("bad frame");
	while (times-- > 0 && !err)
		err = transmit(host, frame);
	free(frame);
	dirty = true;
	return err ? script_err("%s", strerror(-err)) : script_ok("sent");
}

/* Frames whose source and payload differ in the last bytes. */
static int cmd_burst(int argc, char **argv)
{
	struct host *host = find_host(argv[1]);
	struct frame *frame;
	int count, err = 0;

	if (!host)
		return 0;
	count = argc > 2 ? atoi(argv[2]) : 0;
	frame = frame_build(argv + 3, argc - 3);
	if (!frame || frame->len < ETH_HLEN)
		return script_err("bad frame");
	for (int i = 0; i < count && !err; i++) {
		frame->data[10] = i >> 8;
		frame->data[11] = i;
		err = transmit(host, frame);
	}
	free(frame);
	dirty = true;
	return err ? script_err("%s", strerror(-err)) : script_ok("sent");
}

/* Frames that differ in a number of two bytes, as an address that grows. */
static int cmd_sweep(int argc, char **argv)
{
	struct host *host = find_host(argv[1]);
	unsigned int off, first;
	struct frame *frame;
	int count, err = 0;

	if (!host)
		return 0;
	if (argc < 5)
		return script_err("sweep NAME N OFFSET FIRST FRAME");
	count = atoi(argv[2]);
	off = atoi(argv[3]);
	first = atoi(argv[4]);
	frame = frame_build(argv + 5, argc - 5);
	if (!frame || frame->len < off + 2)
		return script_err("bad frame");
	for (int i = 0; i < count && !err; i++) {
		frame->data[off] = (first + i) >> 8;
		frame->data[off + 1] = first + i;
		err = transmit(host, frame);
	}
	free(frame);
	dirty = true;
	return err ? script_err("%s", strerror(-err)) : script_ok("sent");
}

struct expectation {
	struct host *host;
	struct frame *frame;
	unsigned int count;
};

static bool has_come(void *arg)
{
	struct expectation *e = arg;

	return inbox_count(&e->host->inbox, e->frame) >= e->count;
}

static int cmd_expect(int argc, char **argv)
{
	struct expectation e = { .host = find_host(argv[1]) };
	const char *lost = NULL;
	unsigned int got;

	if (!e.host)
		return 0;
	e.count = atoi(argv[2]);
	if (argc != 4 || strcmp(argv[3], "any")) {
		e.frame = frame_build(argv + 3, argc - 3);
		if (!e.frame)
			return script_err("bad frame");
	}
	if (dirty)
		lost = make_fence();
	script_wait(SCRIPT_MSEC, has_come, &e);
	got = inbox_count(&e.host->inbox, e.frame);
	if (got != e.count)
		inbox_print(&e.host->inbox);
	free(e.frame);
	if (lost)
		return script_err("the fence of %s did not come", lost);
	if (got != e.count)
		return script_err("%s got %u of %u frames", argv[1], got,
				  e.count);
	return script_ok("got=%u", got);
}

static bool stream_came(void *arg)
{
	struct expectation *e = arg;
	char why[128];

	return inbox_stream(&e->host->inbox, e->frame, e->count, why);
}

static int cmd_stream(int argc, char **argv)
{
	struct expectation e = { .host = find_host(argv[1]) };
	char why[128];
	bool good;

	if (!e.host)
		return 0;
	e.count = atoi(argv[2]);
	e.frame = frame_build(argv + 3, argc - 3);
	if (!e.frame)
		return script_err("bad frame");
	good = script_wait(SCRIPT_MSEC, stream_came, &e);
	if (!good) {
		inbox_stream(&e.host->inbox, e.frame, e.count, why);
		inbox_print(&e.host->inbox);
	}
	free(e.frame);
	return good ? script_ok("frames=%u", e.host->inbox.count) :
		      script_err("%s", why);
}

static int cmd_clear(void)
{
	for (int i = 0; i < HOSTS_MAX; i++) {
		if (!hosts[i].name[0])
			continue;
		receive(&hosts[i]);
		inbox_clear(&hosts[i].inbox);
	}
	return script_ok("clear");
}

static int cmd_leave(struct host *host)
{
	script_watch(host->fd, NULL, NULL);
	close(host->fd);
	inbox_clear(&host->inbox);
	host->name[0] = '\0';
	return script_ok("left");
}

static int run(int argc, char **argv)
{
	struct host *host;

	if (!strcmp(argv[0], "clear"))
		return cmd_clear();
	if (!strcmp(argv[0], "fence"))
		return cmd_fence();
	if (argc < 2)
		return script_err("bad command %s", argv[0]);
	if (!strcmp(argv[0], "host"))
		return cmd_host(argc, argv);
	if (!strcmp(argv[0], "send"))
		return cmd_send(argc, argv);
	if (!strcmp(argv[0], "burst"))
		return cmd_burst(argc, argv);
	if (!strcmp(argv[0], "sweep"))
		return cmd_sweep(argc, argv);
	host = find_host(argv[1]);
	if (!host)
		return 0;
	if (!strcmp(argv[0], "leave"))
		return cmd_leave(host);
	if (!strcmp(argv[0], "list")) {
		inbox_print(&host->inbox);
		return script_ok("count=%u", host->inbox.count);
	}
	if (argc < 3)
		return script_err("bad command %s", argv[0]);
	if (!strcmp(argv[0], "expect"))
		return cmd_expect(argc, argv);
	if (!strcmp(argv[0], "stream"))
		return cmd_stream(argc, argv);
	if (!strcmp(argv[0], "mute")) {
		host->mute = strcmp(argv[2], "off");
		host->absent = !strcmp(argv[2], "on");
		return script_ok("mute");
	}
	return script_err("bad command %s", argv[0]);
}

int main(void)
{
	return script_run(run);
}
