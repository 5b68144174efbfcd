// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names: of drop reasons, of enumerations, and of the attributes that the
 * kernel complains about. The only tables of these words in userspace.
 */
#include <stdio.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include <linux/sehub_link.h>

#include "nl_priv.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *name;
	const char *doc;
} drops[SEHUB_A_DROPS_MAX + 1] = {
	[SEHUB_A_DROPS_MALFORMED] = { "malformed",
		"shorter than an Ethernet header, or wrong offload metadata" },
	[SEHUB_A_DROPS_BAD_SOURCE] = { "bad-source",
		"the source address is a group address or zero" },
	[SEHUB_A_DROPS_RESERVED] = { "reserved",
		"to 01:80:c2:00:00:0x, which no bridge forwards" },
	[SEHUB_A_DROPS_HUB_DOWN] = { "hub-down",
		"the hub's device is administratively down" },
	[SEHUB_A_DROPS_MAC_LIMIT] = { "mac-limit",
		"from an address beyond the port's fdb-max" },
	[SEHUB_A_DROPS_STATIC_PORT] = { "static-port",
		"from an address that is bound to another port" },
	[SEHUB_A_DROPS_HAIRPIN] = { "hairpin",
		"to an address behind the port that it came from" },
	[SEHUB_A_DROPS_NO_RECEIVER] = { "no-receiver",
		"the hub has no other port that could take it" },
	[SEHUB_A_DROPS_QUEUE_FULL] = { "queue-full",
		"the session's queue or the device's receive queue was full" },
	[SEHUB_A_DROPS_PORT_DOWN] = { "port-down",
		"the port to leave through is down" },
	[SEHUB_A_DROPS_TOO_BIG] = { "too-big",
		"longer than the port to leave through can take" },
	[SEHUB_A_DROPS_NO_MEMORY] = { "no-memory",
		"memory could not be allocated" },
	[SEHUB_A_DROPS_DEVICE] = { "device",
		"the device to leave through did not take it" },
	[SEHUB_A_DROPS_DENIED_TYPE] = { "denied-type",
		"of an EtherType that the port's policy denies" },
	[SEHUB_A_DROPS_UNPARSABLE] = { "unparsable",
		"cannot be understood, and the port's policy has to" },
	[SEHUB_A_DROPS_MAC_DUP] = { "mac-dup",
		"from a MAC address that another port holds" },
	[SEHUB_A_DROPS_IP_DUP] = { "ip-dup",
		"from an IP address that another port holds" },
	[SEHUB_A_DROPS_IP_LIMIT] = { "ip-limit",
		"from an IP address beyond the port's max-ip" },
	[SEHUB_A_DROPS_BAD_SENDER] = { "bad-sender",
		"ARP or ND that names another sender than the frame has" },
	[SEHUB_A_DROPS_NO_LEASE] = { "no-lease",
		"from an address that was not leased, under dhcp-force" },
	[SEHUB_A_DROPS_DHCP_SERVER] = { "dhcp-server",
		"DHCP of a server or relay, under no-dhcp-server" },
	[SEHUB_A_DROPS_DHCP] = { "dhcp",
		"DHCP, under filter-dhcp" },
	[SEHUB_A_DROPS_ROUTER] = { "router",
		"router advertisement or redirect, under no-ra" },
	[SEHUB_A_DROPS_BROADCAST] = { "broadcast",
		"to a group, under no-broadcast" },
	[SEHUB_A_DROPS_BROADCAST_RATE] = { "broadcast-rate",
		"to a group, beyond the rate of the port or the hub" },
	[SEHUB_A_DROPS_ISOLATED] = { "isolated",
		"from a port of the same isolation group" },
	[SEHUB_A_DROPS_RATE_UP] = { "rate-up",
		"beyond the port's rate-up" },
	[SEHUB_A_DROPS_RATE_DOWN] = { "rate-down",
		"beyond the port's rate-down" },
	[SEHUB_A_DROPS_LOOP] = { "loop",
		"through a blocked port" },
	[SEHUB_A_DROPS_PROBE] = { "probe",
		"a loop probe that is unwanted, damaged or one too many" },
};

const char *sehub_drops_name(unsigned int reason)
{
	return reason < ARRAY_SIZE(drops) ? drops[reason].name : NULL;
}

const char *sehub_drops_doc(unsigned int reason)
{
	return reason < ARRAY_SIZE(drops) ? drops[reason].doc : NULL;
}

uint64_t sehub_drops_total(const struct sehub_drops *counters)
{
	uint64_t total = 0;

	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++)
		if (sehub_drops_name(i))
			total += counters->count[i];
	return total;
}

static const char *name_of(const char *const *names, size_t n, uint32_t value)
{
	return value < n && names[value] ? names[value] : "unknown";
}

const char *sehub_port_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[SEHUB_PORT_KIND_LOCAL] = "local",
		[SEHUB_PORT_KIND_DEVICE] = "device",
		[SEHUB_PORT_KIND_SESSION] = "session",
	};

	return name_of(names, ARRAY_SIZE(names), kind);
}

const char *sehub_port_state_name(uint32_t state)
{
	static const char *const names[] = {
		[SEHUB_PORT_STATE_DOWN] = "down",
		[SEHUB_PORT_STATE_UP] = "up",
		[SEHUB_PORT_STATE_DETACHED] = "detached",
		[SEHUB_PORT_STATE_BLOCKED] = "blocked",
	};

	return name_of(names, ARRAY_SIZE(names), state);
}

const char *sehub_port_del_reason_name(uint32_t reason)
{
	static const char *const names[] = {
		[SEHUB_PORT_DEL_REASON_REQUESTED] = "requested",
		[SEHUB_PORT_DEL_REASON_HUB] = "hub",
		[SEHUB_PORT_DEL_REASON_DEVICE] = "device",
		[SEHUB_PORT_DEL_REASON_GRACE] = "grace",
		[SEHUB_PORT_DEL_REASON_REPLACED] = "replaced",
	};

	return name_of(names, ARRAY_SIZE(names), reason);
}

const char *sehub_fdb_kind_name(uint32_t kind)
{
	static const char *const names[] = {
		[SEHUB_FDB_KIND_LEARNED] = "learned",
		[SEHUB_FDB_KIND_STATIC] = "static",
		[SEHUB_FDB_KIND_LOCAL] = "local",
	};

	return name_of(names, ARRAY_SIZE(names), kind);
}

const char *sehub_ip_source_name(uint32_t source)
{
	static const char *const names[] = {
		[SEHUB_IP_SOURCE_HEADER] = "header",
		[SEHUB_IP_SOURCE_ARP] = "arp",
		[SEHUB_IP_SOURCE_ND] = "nd",
		[SEHUB_IP_SOURCE_DHCP] = "dhcp",
	};

	return name_of(names, ARRAY_SIZE(names), source);
}

/* Flags, by the number of the bit. */
const char *sehub_policy_flag_name(unsigned int bit)
{
	static const char *const names[] = {
		"deny", "no-resume", "dhcp-force", "no-ip-dup", "no-mac-dup",
		"no-broadcast", "no-broadcast-arp", "no-broadcast-nd",
		"no-broadcast-dhcp", "no-dhcp-server", "filter-dhcp", "no-ra",
	};

	return bit < ARRAY_SIZE(names) ? names[bit] : NULL;
}

const char *sehub_packet_class_name(unsigned int bit)
{
	static const char *const names[] = {
		"tcp-conn", "tcp-data", "dhcp", "udp", "icmp", "arp", "ip",
		"ethernet", "blocked",
	};

	return bit < ARRAY_SIZE(names) ? names[bit] : NULL;
}

/* --- attributes of requests ---------------------------------------------- */

/*
 * One attribute set: what each attribute is called and, for a nest, which set
 * is in it. Only what requests can contain.
 */
struct set;
struct attr {
	const char *name;
	const struct set *nest;
};

struct set {
	const struct attr *attrs;
	size_t n;
};

#define SET(array)	{ array, ARRAY_SIZE(array) }

static const struct attr session_attrs[] = {
	[SEHUB_A_SESSION_ID] = { "id", NULL },
	[SEHUB_A_SESSION_COOKIE] = { "cookie", NULL },
	[SEHUB_A_SESSION_GRACE] = { "grace", NULL },
	[SEHUB_A_SESSION_QUEUE_LIMIT] = { "queue-limit", NULL },
	[SEHUB_A_SESSION_FEATURES] = { "features", NULL },
	[SEHUB_A_SESSION_PEER_RX] = { "peer-rx", NULL },
	[SEHUB_A_SESSION_PEER_OLDEST] = { "peer-oldest", NULL },
	[SEHUB_A_SESSION_PEER_HUB] = { "peer-hub", NULL },
	[SEHUB_A_SESSION_HEIR_OF] = { "heir-of", NULL },
};
static const struct set session_set = SET(session_attrs);

static const struct attr policy_attrs[] = {
	[SEHUB_A_POLICY_FLAGS] = { "flags", NULL },
	[SEHUB_A_POLICY_MAX_IP] = { "max-ip", NULL },
	[SEHUB_A_POLICY_ISOLATION] = { "isolation", NULL },
	[SEHUB_A_POLICY_RATE_UP] = { "rate-up", NULL },
	[SEHUB_A_POLICY_BURST_UP] = { "burst-up", NULL },
	[SEHUB_A_POLICY_RATE_DOWN] = { "rate-down", NULL },
	[SEHUB_A_POLICY_BURST_DOWN] = { "burst-down", NULL },
	[SEHUB_A_POLICY_BROADCAST_RATE] = { "broadcast-rate", NULL },
	[SEHUB_A_POLICY_DENY_TYPE] = { "deny-type", NULL },
	[SEHUB_A_POLICY_IDENTITY] = { "identity", NULL },
};
static const struct set policy_set = SET(policy_attrs);

static const struct attr port_attrs[] = {
	[SEHUB_A_PORT_NUMBER] = { "number", NULL },
	[SEHUB_A_PORT_NAME] = { "name", NULL },
	[SEHUB_A_PORT_FDB_MAX] = { "fdb-max", NULL },
	[SEHUB_A_PORT_SESSION] = { "session", &session_set },
	[SEHUB_A_PORT_POLICY] = { "policy", &policy_set },
};
static const struct set port_set = SET(port_attrs);

static const struct attr fdb_attrs[] = {
	[SEHUB_A_FDB_MAC] = { "mac", NULL },
	[SEHUB_A_FDB_PORT] = { "port", NULL },
	[SEHUB_A_FDB_KIND] = { "kind", NULL },
};
static const struct set fdb_set = SET(fdb_attrs);

static const struct attr ip_attrs[] = {
	[SEHUB_A_IP_ADDRESS] = { "address", NULL },
	[SEHUB_A_IP_PREFIX] = { "prefix", NULL },
	[SEHUB_A_IP_MAC] = { "mac", NULL },
	[SEHUB_A_IP_PORT] = { "port", NULL },
};
static const struct set ip_set = SET(ip_attrs);

static const struct attr outer_attrs[] = {
	[SEHUB_A_IFINDEX] = { "ifindex", NULL },
	[SEHUB_A_VLAN] = { "vlan", NULL },
	[SEHUB_A_PORT] = { "port", &port_set },
	[SEHUB_A_FDB] = { "fdb", &fdb_set },
	[SEHUB_A_PORT_ID] = { "port-id", NULL },
	[SEHUB_A_RECORDS] = { "records", NULL },
	[SEHUB_A_CREDIT] = { "credit", NULL },
	[SEHUB_A_IP] = { "ip", &ip_set },
};
static const struct set outer_set = SET(outer_attrs);

static const struct attr info_data_attrs[] = {
	[IFLA_SEHUB_VLAN] = { "vlan", NULL },
	[IFLA_SEHUB_AGEING] = { "ageing", NULL },
	[IFLA_SEHUB_FDB_MAX] = { "fdb-max", NULL },
	[IFLA_SEHUB_PORT_MAX] = { "port-max", NULL },
	[IFLA_SEHUB_IP_AGEING] = { "ip-ageing", NULL },
	[IFLA_SEHUB_IP_MAX] = { "ip-max", NULL },
	[IFLA_SEHUB_SUPPRESS] = { "suppress", NULL },
	[IFLA_SEHUB_BROADCAST_RATE] = { "broadcast-rate", NULL },
	[IFLA_SEHUB_LOG_HEADERS] = { "log-headers", NULL },
	[IFLA_SEHUB_LOG_WHOLE] = { "log-whole", NULL },
};
static const struct set info_data_set = SET(info_data_attrs);

static const struct attr info_attrs[] = {
	[IFLA_INFO_KIND] = { "kind", NULL },
	[IFLA_INFO_DATA] = { "hub", &info_data_set },
};
static const struct set info_set = SET(info_attrs);

static const struct attr link_attrs[] = {
	[IFLA_ADDRESS] = { "address", NULL },
	[IFLA_IFNAME] = { "name", NULL },
	[IFLA_MASTER] = { "master", NULL },
	[IFLA_LINKINFO] = { "linkinfo", &info_set },
};
static const struct set link_set = SET(link_attrs);

static const struct attr *attr_in(const struct set *set, unsigned int type)
{
	if (!set || type >= set->n || !set->attrs[type].name)
		return NULL;
	return &set->attrs[type];
}

/* "session" + "grace" is "session.grace"; "linkinfo.hub.vlan" is "hub.vlan". */
static void append_name(char *buf, size_t size, const char *name)
{
	size_t len = strlen(buf);

	if (!strcmp(buf, "linkinfo"))
		len = 0;
	snprintf(buf + len, size - len, "%s%s", len ? "." : "", name);
}

/*
 * Walks down to the attribute at @offset, collecting names. Return: the set
 * that is inside this attribute, NULL for none; *found says whether it is there.
 */
static const struct set *walk(const struct nlmsghdr *request, uint32_t offset,
			      char *buf, size_t size, bool *found)
{
	const char *base = (const char *)request;
	const struct set *set;
	struct nlattr *attr;
	int hdrlen;
	int left;

	*found = false;
	buf[0] = '\0';
	if (request->nlmsg_type == RTM_NEWLINK) {
		set = &link_set;
		hdrlen = sizeof(struct ifinfomsg);
	} else {
		set = &outer_set;
		hdrlen = GENL_HDRLEN;
	}
	attr = nlmsg_attrdata(request, hdrlen);
	left = nlmsg_attrlen(request, hdrlen);

	while (set && nla_ok(attr, left)) {
		uint32_t start = (const char *)attr - base;
		const struct attr *known;

		if (offset >= start + NLA_ALIGN(attr->nla_len)) {
			attr = nla_next(attr, &left);
			continue;
		}
		known = attr_in(set, nla_type(attr));
		if (offset < start || !known)
			return NULL;
		append_name(buf, size, known->name);
		if (offset == start) {
			*found = true;
			return known->nest;
		}
		set = known->nest;
		left = nla_len(attr);
		attr = nla_data(attr);
	}
	return NULL;
}

void sehub_msg_attr_name(const struct nlmsghdr *request, uint32_t offset,
			 char *buf, size_t size)
{
	bool found;

	walk(request, offset, buf, size, &found);
	if (!found)
		buf[0] = '\0';
}

void sehub_msg_missing_name(const struct nlmsghdr *request, bool has_nest,
			    uint32_t nest_offset, uint32_t type, char *buf,
			    size_t size)
{
	const struct set *set = request->nlmsg_type == RTM_NEWLINK ?
		&link_set : &outer_set;
	const struct attr *known;
	bool found = true;

	buf[0] = '\0';
	if (has_nest)
		set = walk(request, nest_offset, buf, size, &found);
	known = found ? attr_in(set, type) : NULL;
	if (known)
		append_name(buf, size, known->name);
	else
		buf[0] = '\0';
}
