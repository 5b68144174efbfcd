// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * TAP devices and the network around them: made and opened through
 * /dev/net/tun, marked, found and deleted through rtnetlink.
 */
#include "tapdev.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <linux/rtnetlink.h>

#include "nl_priv.h"

#define TUN_FILE	"/dev/net/tun"
/* Frames that wait to be read; a super-frame is one. */
#define TAP_QUEUE_LEN	256
/* Leaves room for the headers in a record of 64,000 bytes. */
#define TAP_GSO_MAX	(62 * 1024)

/* What a link is. */
struct link_info {
	uint32_t ifindex;
	uint32_t master;
	uint32_t mtu;
	uint8_t mac[6];
	char kind[IFNAMSIZ];
	char alias[64];
};

static void copy_string(char *to, size_t size, const struct nlattr *attr)
{
	snprintf(to, size, "%.*s", nla_len(attr), (const char *)nla_data(attr));
}

static int read_link(const struct nlmsghdr *nlh, void *arg)
{
	struct nlattr *tb[IFLA_MAX + 1], *info[IFLA_INFO_MAX + 1];
	const struct ifinfomsg *ifi = nlmsg_data(nlh);
	struct link_info *link = arg;

	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    nlmsg_parse((struct nlmsghdr *)nlh, sizeof(*ifi), tb, IFLA_MAX,
			NULL) < 0)
		return 0;
	link->ifindex = (uint32_t)ifi->ifi_index;
	if (tb[IFLA_MASTER] && nla_len(tb[IFLA_MASTER]) >= 4)
		link->master = nla_get_u32(tb[IFLA_MASTER]);
	if (tb[IFLA_MTU] && nla_len(tb[IFLA_MTU]) >= 4)
		link->mtu = nla_get_u32(tb[IFLA_MTU]);
	if (tb[IFLA_ADDRESS] && nla_len(tb[IFLA_ADDRESS]) == 6)
		memcpy(link->mac, nla_data(tb[IFLA_ADDRESS]), 6);
	if (tb[IFLA_IFALIAS])
		copy_string(link->alias, sizeof(link->alias),
			    tb[IFLA_IFALIAS]);
	if (tb[IFLA_LINKINFO] &&
	    nla_parse_nested(info, IFLA_INFO_MAX, tb[IFLA_LINKINFO],
			     NULL) >= 0 && info[IFLA_INFO_KIND])
		copy_string(link->kind, sizeof(link->kind),
			    info[IFLA_INFO_KIND]);
	return 0;
}

/* By index, or by name; -ENODEV: there is no such device. */
static int get_link(struct sehub_nl *nl, uint32_t ifindex, const char *ifname,
		    struct link_info *link, struct sehub_err *err)
{
	struct nl_msg *msg = sehub_link_msg(RTM_GETLINK, 0, ifindex, 0, 0);

	memset(link, 0, sizeof(*link));
	if (msg && ifname && nla_put_string(msg, IFLA_IFNAME, ifname)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return sehub_nl_request(nl, true, msg, read_link, link, err);
}

int sehub_tap_find(struct sehub_nl *nl, const char *ifname, const char *alias,
		   uint32_t *ifindex, struct sehub_err *err)
{
	struct link_info link;
	int ret;

	ret = get_link(nl, 0, ifname, &link, err);
	if (ret)
		return ret;
	if (strcmp(link.kind, "tun") ||
	    strncmp(link.alias, alias, strlen(alias)))
		return sehub_err_set(err, EEXIST,
				     "network device %s exists and is no TAP device of this daemon",
				     ifname);
	*ifindex = link.ifindex;
	return 0;
}

int sehub_bridge_find(struct sehub_nl *nl, const char *ifname,
		      uint32_t *ifindex, struct sehub_err *err)
{
	struct link_info link;
	int ret;

	ret = get_link(nl, 0, ifname, &link, err);
	if (!ret && strcmp(link.kind, "bridge"))
		ret = sehub_err_set(err, ENODEV,
				    "network device %s is no bridge", ifname);
	if (!ret)
		*ifindex = link.ifindex;
	return ret;
}

int sehub_tap_master(struct sehub_nl *nl, uint32_t ifindex, uint32_t *master,
		     struct sehub_err *err)
{
	struct link_info link;
	int ret;

	ret = get_link(nl, ifindex, NULL, &link, err);
	*master = link.master;
	return ret;
}

/*
 * Longer super-frames than the port takes would be cut by the kernel, into
 * frames of the MTU: those of the host's own are not made that long. The bridge
 * keeps its address; left to itself it takes another one as ports come and go.
 */
static int join(struct sehub_nl *nl, uint32_t ifindex,
		const struct link_info *bridge, struct sehub_err *err)
{
	struct nl_msg *msg;
	int ret;

	msg = sehub_link_msg(RTM_NEWLINK, 0, bridge->ifindex, 0, 0);
	if (msg && (nla_put_u32(msg, IFLA_GSO_MAX_SIZE, TAP_GSO_MAX) ||
		    nla_put(msg, IFLA_ADDRESS, sizeof(bridge->mac),
			    bridge->mac))) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = sehub_nl_request(nl, true, msg, NULL, NULL, err);
	if (!ret)
		ret = sehub_port_add_device(nl, bridge->ifindex, ifindex, err);
	if (ret == -EXFULL)
		sehub_err_set(err, EXFULL,
			      "the bridge has as many ports as it can have");
	return ret;
}

/* What only the host's end of a bridge says must not come from its ports. */
static int put_silence(struct nl_msg *msg)
{
	struct nlattr *spec = nla_nest_start(msg, IFLA_AF_SPEC), *inet6;

	inet6 = spec ? nla_nest_start(msg, AF_INET6) : NULL;
	if (!inet6 || nla_put_u8(msg, IFLA_INET6_ADDR_GEN_MODE,
				 IN6_ADDR_GEN_MODE_NONE))
		return -ENOMEM;
	nla_nest_end(msg, inet6);
	nla_nest_end(msg, spec);
	return 0;
}

/* Everything of a new device that has no ioctl, and that it is up. */
static int configure(struct sehub_nl *nl, uint32_t ifindex,
		     const struct sehub_tap_config *config,
		     struct sehub_err *err)
{
	struct link_info bridge = { .ifindex = 0 };
	struct nl_msg *msg;
	int failed = 0, ret;

	if (config->master) {
		ret = get_link(nl, config->master, NULL, &bridge, err);
		if (ret)
			return ret;
	}
	msg = sehub_link_msg(RTM_NEWLINK, 0, ifindex, IFF_UP, IFF_UP);
	if (msg && config->mac)
		failed |= nla_put(msg, IFLA_ADDRESS, 6, config->mac);
	if (msg) {
		failed |= nla_put_string(msg, IFLA_IFALIAS, config->alias);
		failed |= nla_put_u32(msg, IFLA_TXQLEN, TAP_QUEUE_LEN);
		failed |= nla_put_u32(msg, IFLA_GSO_MAX_SIZE, TAP_GSO_MAX);
		failed |= nla_put_u32(msg, IFLA_GROUP, config->group);
	}
	if (msg && config->master) {
		failed |= nla_put_u32(msg, IFLA_MTU, bridge.mtu);
		failed |= put_silence(msg);
	}
	if (failed) {
		nlmsg_free(msg);
		msg = NULL;
	}
	ret = sehub_nl_request(nl, true, msg, NULL, NULL, err);
	return ret || !config->master ? ret : join(nl, ifindex, &bridge, err);
}

static int attach(struct sehub_tap *tap, const struct sehub_tap_config *config,
		  struct sehub_err *err)
{
	struct ifreq ifr = {
		.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR,
	};
	int hdr_len = SEHUB_TAP_HDR_LEN, one = 1;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", config->ifname);
	if (ioctl(tap->fd, TUNSETIFF, &ifr) < 0) {
		if (errno == EBUSY)
			return sehub_err_set(err, EBUSY,
					     "TAP device %s is in use by another process",
					     config->ifname);
		if (errno == EPERM)
			return sehub_err_set(err, EPERM,
					     "not permitted to open TAP device %s: this needs CAP_NET_ADMIN",
					     config->ifname);
		return sehub_err_errno(err, errno, config->ifname);
	}
	memcpy(tap->ifname, ifr.ifr_name, sizeof(tap->ifname));
	if (ioctl(tap->fd, TUNSETVNETHDRSZ, &hdr_len) < 0 ||
	    ioctl(tap->fd, TUNSETVNETLE, &one) < 0)
		return sehub_err_errno(err, errno, tap->ifname);
	sehub_tap_set_carrier(tap->fd, false);
	return 0;
}

int sehub_tap_open(struct sehub_nl *nl, const struct sehub_tap_config *config,
		   struct sehub_tap *tap, struct sehub_err *err)
{
	struct link_info link;
	bool is_new;
	int ret;

	ret = strchr(config->ifname, '%') ? -ENODEV :
	      sehub_tap_find(nl, config->ifname, config->alias, &tap->ifindex,
			     err);
	if (ret && ret != -ENODEV)
		return ret;
	is_new = ret;
	tap->fd = open(TUN_FILE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tap->fd < 0 && (errno == ENOENT || errno == ENODEV))
		return sehub_err_set(err, ENOENT,
				     "no " TUN_FILE ": load the module tun (modprobe tun)");
	if (tap->fd < 0)
		return sehub_err_errno(err, errno, TUN_FILE);
	ret = attach(tap, config, err);
	if (ret || !is_new)
		goto out;
	ret = get_link(nl, 0, tap->ifname, &link, err);
	tap->ifindex = link.ifindex;
	if (!ret)
		ret = configure(nl, tap->ifindex, config, err);
	/* Last: one that stays must have its mark. */
	if (!ret && config->is_persistent &&
	    ioctl(tap->fd, TUNSETPERSIST, 1) < 0)
		ret = sehub_err_errno(err, errno, tap->ifname);
out:
	if (ret) {
		close(tap->fd);
		tap->fd = -1;
	}
	return ret;
}

int sehub_tap_del(struct sehub_nl *nl, uint32_t ifindex, struct sehub_err *err)
{
	return sehub_nl_request(nl, true,
				sehub_link_msg(RTM_DELLINK, 0, ifindex, 0, 0),
				NULL, NULL, err);
}

int sehub_tap_del_group(struct sehub_nl *nl, uint32_t group,
			struct sehub_err *err)
{
	struct nl_msg *msg = sehub_link_msg(RTM_DELLINK, 0, 0, 0, 0);

	if (msg && nla_put_u32(msg, IFLA_GROUP, group)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return sehub_nl_request(nl, true, msg, NULL, NULL, err);
}
