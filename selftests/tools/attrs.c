// SPDX-License-Identifier: GPL-2.0-or-later
/* Attributes and commands in words; see attrs.h. */
#include <linux/if_link.h>
#include <linux/sehub.h>
#include <linux/sehub_link.h>
#include <stddef.h>

#include "attrs.h"

static const char *const port_kinds[] = { "local", "device", "session", NULL };
static const char *const port_states[] = { "down", "up", "detached",
					   "blocked", NULL };
static const char *const del_reasons[] = { "requested", "hub", "device",
					   "grace", "replaced", NULL };
static const char *const fdb_kinds[] = { "learned", "static", "local", NULL };

static const char *const ip_sources[] = { "header", "arp", "nd", "dhcp", NULL };

/* Bits, from the lowest one on. */
static const char *const policy_flags[] = {
	"deny", "no-resume", "dhcp-force", "no-ip-dup", "no-mac-dup",
	"no-broadcast", "no-broadcast-arp", "no-broadcast-nd",
	"no-broadcast-dhcp", "no-dhcp-server", "filter-dhcp", "no-ra", NULL
};
static const char *const packet_classes[] = {
	"tcp-conn", "tcp-data", "dhcp", "udp", "icmp", "arp", "ip", "ethernet",
	"blocked", NULL
};

/* The numbers of the attributes of drops; 0 is no reason. */
static const char *const drop_reasons[] = {
	"passed", "malformed", "bad-source", "reserved", "hub-down",
	"mac-limit", "static-port", "hairpin", "no-receiver", "queue-full",
	"port-down", "too-big", "no-memory", "device", "denied-type",
	"unparsable", "mac-dup", "ip-dup", "ip-limit", "bad-sender",
	"no-lease", "dhcp-server", "dhcp", "router", "broadcast",
	"broadcast-rate", "isolated", "rate-up", "rate-down", "loop", "probe",
	NULL
};

static const struct attr drops_attrs[] = {
	{ "malformed", SEHUB_A_DROPS_MALFORMED, ATTR_U64, NULL, NULL },
	{ "bad-source", SEHUB_A_DROPS_BAD_SOURCE, ATTR_U64, NULL, NULL },
	{ "reserved", SEHUB_A_DROPS_RESERVED, ATTR_U64, NULL, NULL },
	{ "hub-down", SEHUB_A_DROPS_HUB_DOWN, ATTR_U64, NULL, NULL },
	{ "mac-limit", SEHUB_A_DROPS_MAC_LIMIT, ATTR_U64, NULL, NULL },
	{ "static-port", SEHUB_A_DROPS_STATIC_PORT, ATTR_U64, NULL, NULL },
	{ "hairpin", SEHUB_A_DROPS_HAIRPIN, ATTR_U64, NULL, NULL },
	{ "no-receiver", SEHUB_A_DROPS_NO_RECEIVER, ATTR_U64, NULL, NULL },
	{ "queue-full", SEHUB_A_DROPS_QUEUE_FULL, ATTR_U64, NULL, NULL },
	{ "port-down", SEHUB_A_DROPS_PORT_DOWN, ATTR_U64, NULL, NULL },
	{ "too-big", SEHUB_A_DROPS_TOO_BIG, ATTR_U64, NULL, NULL },
	{ "no-memory", SEHUB_A_DROPS_NO_MEMORY, ATTR_U64, NULL, NULL },
	{ "device", SEHUB_A_DROPS_DEVICE, ATTR_U64, NULL, NULL },
	{ "denied-type", SEHUB_A_DROPS_DENIED_TYPE, ATTR_U64, NULL, NULL },
	{ "unparsable", SEHUB_A_DROPS_UNPARSABLE, ATTR_U64, NULL, NULL },
	{ "mac-dup", SEHUB_A_DROPS_MAC_DUP, ATTR_U64, NULL, NULL },
	{ "ip-dup", SEHUB_A_DROPS_IP_DUP, ATTR_U64, NULL, NULL },
	{ "ip-limit", SEHUB_A_DROPS_IP_LIMIT, ATTR_U64, NULL, NULL },
	{ "bad-sender", SEHUB_A_DROPS_BAD_SENDER, ATTR_U64, NULL, NULL },
	{ "no-lease", SEHUB_A_DROPS_NO_LEASE, ATTR_U64, NULL, NULL },
	{ "dhcp-server", SEHUB_A_DROPS_DHCP_SERVER, ATTR_U64, NULL, NULL },
	{ "dhcp", SEHUB_A_DROPS_DHCP, ATTR_U64, NULL, NULL },
	{ "router", SEHUB_A_DROPS_ROUTER, ATTR_U64, NULL, NULL },
	{ "broadcast", SEHUB_A_DROPS_BROADCAST, ATTR_U64, NULL, NULL },
	{ "broadcast-rate", SEHUB_A_DROPS_BROADCAST_RATE, ATTR_U64, NULL,
	  NULL },
	{ "isolated", SEHUB_A_DROPS_ISOLATED, ATTR_U64, NULL, NULL },
	{ "rate-up", SEHUB_A_DROPS_RATE_UP, ATTR_U64, NULL, NULL },
	{ "rate-down", SEHUB_A_DROPS_RATE_DOWN, ATTR_U64, NULL, NULL },
	{ "loop", SEHUB_A_DROPS_LOOP, ATTR_U64, NULL, NULL },
	{ "probe", SEHUB_A_DROPS_PROBE, ATTR_U64, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr hub_attrs[] = {
	{ "ifname", SEHUB_A_HUB_IFNAME, ATTR_STRING, NULL, NULL },
	{ "up", SEHUB_A_HUB_UP, ATTR_U8, NULL, NULL },
	{ "carrier", SEHUB_A_HUB_CARRIER, ATTR_U8, NULL, NULL },
	{ "ageing", SEHUB_A_HUB_AGEING, ATTR_U32, NULL, NULL },
	{ "fdb-max", SEHUB_A_HUB_FDB_MAX, ATTR_U32, NULL, NULL },
	{ "fdb-count", SEHUB_A_HUB_FDB_COUNT, ATTR_U32, NULL, NULL },
	{ "port-max", SEHUB_A_HUB_PORT_MAX, ATTR_U32, NULL, NULL },
	{ "port-count", SEHUB_A_HUB_PORT_COUNT, ATTR_U32, NULL, NULL },
	{ "not-learned", SEHUB_A_HUB_NOT_LEARNED, ATTR_U64, NULL, NULL },
	{ "moves", SEHUB_A_HUB_MOVES, ATTR_U64, NULL, NULL },
	{ "rx-frames", SEHUB_A_HUB_RX_FRAMES, ATTR_U64, NULL, NULL },
	{ "rx-bytes", SEHUB_A_HUB_RX_BYTES, ATTR_U64, NULL, NULL },
	{ "tx-frames", SEHUB_A_HUB_TX_FRAMES, ATTR_U64, NULL, NULL },
	{ "tx-bytes", SEHUB_A_HUB_TX_BYTES, ATTR_U64, NULL, NULL },
	{ "drops", SEHUB_A_HUB_DROPS, ATTR_NEST, drops_attrs, NULL },
	{ "mac", SEHUB_A_HUB_MAC, ATTR_MAC, NULL, NULL },
	{ "ip-ageing", SEHUB_A_HUB_IP_AGEING, ATTR_U32, NULL, NULL },
	{ "ip-max", SEHUB_A_HUB_IP_MAX, ATTR_U32, NULL, NULL },
	{ "ip-count", SEHUB_A_HUB_IP_COUNT, ATTR_U32, NULL, NULL },
	{ "ip-not-learned", SEHUB_A_HUB_IP_NOT_LEARNED, ATTR_U64, NULL, NULL },
	{ "suppress", SEHUB_A_HUB_SUPPRESS, ATTR_U8, NULL, NULL },
	{ "suppressed", SEHUB_A_HUB_SUPPRESSED, ATTR_U64, NULL, NULL },
	{ "broadcast-rate", SEHUB_A_HUB_BROADCAST_RATE, ATTR_U32, NULL, NULL },
	{ "log-headers", SEHUB_A_HUB_LOG_HEADERS, ATTR_FLAGS, NULL,
	  packet_classes },
	{ "log-whole", SEHUB_A_HUB_LOG_WHOLE, ATTR_FLAGS, NULL,
	  packet_classes },
	{ "log-count", SEHUB_A_HUB_LOG_COUNT, ATTR_U64, NULL, NULL },
	{ "id", SEHUB_A_HUB_ID, ATTR_U64, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr session_attrs[] = {
	{ "id", SEHUB_A_SESSION_ID, ATTR_U32, NULL, NULL },
	{ "owner", SEHUB_A_SESSION_OWNER, ATTR_U32, NULL, NULL },
	{ "cookie", SEHUB_A_SESSION_COOKIE, ATTR_BINARY, NULL, NULL },
	{ "grace", SEHUB_A_SESSION_GRACE, ATTR_U32, NULL, NULL },
	{ "grace-left", SEHUB_A_SESSION_GRACE_LEFT, ATTR_U32, NULL, NULL },
	{ "queue-limit", SEHUB_A_SESSION_QUEUE_LIMIT, ATTR_U32, NULL, NULL },
	{ "features", SEHUB_A_SESSION_FEATURES, ATTR_U32, NULL, NULL },
	{ "tx-count", SEHUB_A_SESSION_TX_COUNT, ATTR_U64, NULL, NULL },
	{ "tx-sent", SEHUB_A_SESSION_TX_SENT, ATTR_U64, NULL, NULL },
	{ "tx-acked", SEHUB_A_SESSION_TX_ACKED, ATTR_U64, NULL, NULL },
	{ "rx-count", SEHUB_A_SESSION_RX_COUNT, ATTR_U64, NULL, NULL },
	{ "rx-gap", SEHUB_A_SESSION_RX_GAP, ATTR_U64, NULL, NULL },
	{ "tx-again", SEHUB_A_SESSION_TX_AGAIN, ATTR_U64, NULL, NULL },
	{ "attaches", SEHUB_A_SESSION_ATTACHES, ATTR_U32, NULL, NULL },
	{ "peer-rx", SEHUB_A_SESSION_PEER_RX, ATTR_U64, NULL, NULL },
	{ "peer-oldest", SEHUB_A_SESSION_PEER_OLDEST, ATTR_U64, NULL, NULL },
	{ "peer-hub", SEHUB_A_SESSION_PEER_HUB, ATTR_U64, NULL, NULL },
	{ "heir-of", SEHUB_A_SESSION_HEIR_OF, ATTR_U32, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr policy_attrs[] = {
	{ "flags", SEHUB_A_POLICY_FLAGS, ATTR_FLAGS, NULL, policy_flags },
	{ "max-ip", SEHUB_A_POLICY_MAX_IP, ATTR_U32, NULL, NULL },
	{ "isolation", SEHUB_A_POLICY_ISOLATION, ATTR_U32, NULL, NULL },
	{ "rate-up", SEHUB_A_POLICY_RATE_UP, ATTR_U64, NULL, NULL },
	{ "burst-up", SEHUB_A_POLICY_BURST_UP, ATTR_U32, NULL, NULL },
	{ "rate-down", SEHUB_A_POLICY_RATE_DOWN, ATTR_U64, NULL, NULL },
	{ "burst-down", SEHUB_A_POLICY_BURST_DOWN, ATTR_U32, NULL, NULL },
	{ "broadcast-rate", SEHUB_A_POLICY_BROADCAST_RATE, ATTR_U32, NULL,
	  NULL },
	{ "deny-type", SEHUB_A_POLICY_DENY_TYPE, ATTR_U16, NULL, NULL },
	{ "identity", SEHUB_A_POLICY_IDENTITY, ATTR_U64, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr port_attrs[] = {
	{ "number", SEHUB_A_PORT_NUMBER, ATTR_U32, NULL, NULL },
	{ "name", SEHUB_A_PORT_NAME, ATTR_STRING, NULL, NULL },
	{ "kind", SEHUB_A_PORT_KIND, ATTR_U32, NULL, port_kinds },
	{ "state", SEHUB_A_PORT_STATE, ATTR_U32, NULL, port_states },
	{ "lower-ifindex", SEHUB_A_PORT_LOWER_IFINDEX, ATTR_U32, NULL, NULL },
	{ "fdb-max", SEHUB_A_PORT_FDB_MAX, ATTR_U32, NULL, NULL },
	{ "fdb-count", SEHUB_A_PORT_FDB_COUNT, ATTR_U32, NULL, NULL },
	{ "rx-frames", SEHUB_A_PORT_RX_FRAMES, ATTR_U64, NULL, NULL },
	{ "rx-bytes", SEHUB_A_PORT_RX_BYTES, ATTR_U64, NULL, NULL },
	{ "tx-frames", SEHUB_A_PORT_TX_FRAMES, ATTR_U64, NULL, NULL },
	{ "tx-bytes", SEHUB_A_PORT_TX_BYTES, ATTR_U64, NULL, NULL },
	{ "drops", SEHUB_A_PORT_DROPS, ATTR_NEST, drops_attrs, NULL },
	{ "session", SEHUB_A_PORT_SESSION, ATTR_NEST, session_attrs, NULL },
	{ "del-reason", SEHUB_A_PORT_DEL_REASON, ATTR_U32, NULL, del_reasons },
	{ "policy", SEHUB_A_PORT_POLICY, ATTR_NEST, policy_attrs, NULL },
	{ "ip-count", SEHUB_A_PORT_IP_COUNT, ATTR_U32, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr fdb_attrs[] = {
	{ "mac", SEHUB_A_FDB_MAC, ATTR_MAC, NULL, NULL },
	{ "port", SEHUB_A_FDB_PORT, ATTR_U32, NULL, NULL },
	{ "kind", SEHUB_A_FDB_KIND, ATTR_U32, NULL, fdb_kinds },
	{ "idle", SEHUB_A_FDB_IDLE, ATTR_U32, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr ip_attrs[] = {
	{ "address", SEHUB_A_IP_ADDRESS, ATTR_IP, NULL, NULL },
	{ "prefix", SEHUB_A_IP_PREFIX, ATTR_U8, NULL, NULL },
	{ "mac", SEHUB_A_IP_MAC, ATTR_MAC, NULL, NULL },
	{ "port", SEHUB_A_IP_PORT, ATTR_U32, NULL, NULL },
	{ "source", SEHUB_A_IP_SOURCE, ATTR_U32, NULL, ip_sources },
	{ "idle", SEHUB_A_IP_IDLE, ATTR_U32, NULL, NULL },
	{ "lease-left", SEHUB_A_IP_LEASE_LEFT, ATTR_U32, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr packet_attrs[] = {
	{ "seq", SEHUB_A_PACKET_SEQ, ATTR_U64, NULL, NULL },
	{ "time", SEHUB_A_PACKET_TIME, ATTR_U64, NULL, NULL },
	{ "class", SEHUB_A_PACKET_CLASS, ATTR_FLAGS, NULL, packet_classes },
	{ "port", SEHUB_A_PACKET_PORT, ATTR_U32, NULL, NULL },
	{ "out-port", SEHUB_A_PACKET_OUT_PORT, ATTR_U32, NULL, NULL },
	{ "reason", SEHUB_A_PACKET_REASON, ATTR_U32, NULL, drop_reasons },
	{ "length", SEHUB_A_PACKET_LENGTH, ATTR_U32, NULL, NULL },
	{ "data", SEHUB_A_PACKET_DATA, ATTR_BINARY, NULL, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

const struct attr sehub_attrs[] = {
	{ "ifindex", SEHUB_A_IFINDEX, ATTR_U32, NULL, NULL },
	{ "vlan", SEHUB_A_VLAN, ATTR_U16, NULL, NULL },
	{ "hub", SEHUB_A_HUB, ATTR_NEST, hub_attrs, NULL },
	{ "port", SEHUB_A_PORT, ATTR_NEST, port_attrs, NULL },
	{ "fdb", SEHUB_A_FDB, ATTR_NEST, fdb_attrs, NULL },
	{ "port-id", SEHUB_A_PORT_ID, ATTR_U32, NULL, NULL },
	{ "records", SEHUB_A_RECORDS, ATTR_BINARY, NULL, NULL },
	{ "control", SEHUB_A_CONTROL, ATTR_BINARY, NULL, NULL },
	{ "credit", SEHUB_A_CREDIT, ATTR_U32, NULL, NULL },
	{ "ip", SEHUB_A_IP, ATTR_NEST, ip_attrs, NULL },
	{ "packet", SEHUB_A_PACKET, ATTR_NEST, packet_attrs, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr link_data_attrs[] = {
	{ "vlan", IFLA_SEHUB_VLAN, ATTR_U16, NULL, NULL },
	{ "ageing", IFLA_SEHUB_AGEING, ATTR_U32, NULL, NULL },
	{ "fdb-max", IFLA_SEHUB_FDB_MAX, ATTR_U32, NULL, NULL },
	{ "port-max", IFLA_SEHUB_PORT_MAX, ATTR_U32, NULL, NULL },
	{ "fdb-count", IFLA_SEHUB_FDB_COUNT, ATTR_U32, NULL, NULL },
	{ "port-count", IFLA_SEHUB_PORT_COUNT, ATTR_U32, NULL, NULL },
	{ "ip-ageing", IFLA_SEHUB_IP_AGEING, ATTR_U32, NULL, NULL },
	{ "ip-max", IFLA_SEHUB_IP_MAX, ATTR_U32, NULL, NULL },
	{ "ip-count", IFLA_SEHUB_IP_COUNT, ATTR_U32, NULL, NULL },
	{ "suppress", IFLA_SEHUB_SUPPRESS, ATTR_U8, NULL, NULL },
	{ "broadcast-rate", IFLA_SEHUB_BROADCAST_RATE, ATTR_U32, NULL, NULL },
	{ "log-headers", IFLA_SEHUB_LOG_HEADERS, ATTR_FLAGS, NULL,
	  packet_classes },
	{ "log-whole", IFLA_SEHUB_LOG_WHOLE, ATTR_FLAGS, NULL, packet_classes },
	{ NULL, 0, 0, NULL, NULL }
};

static const struct attr link_info_attrs[] = {
	{ "kind", IFLA_INFO_KIND, ATTR_STRING, NULL, NULL },
	{ "data", IFLA_INFO_DATA, ATTR_NEST, link_data_attrs, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

const struct attr link_attrs[] = {
	{ "name", IFLA_IFNAME, ATTR_STRING, NULL, NULL },
	{ "address", IFLA_ADDRESS, ATTR_MAC, NULL, NULL },
	{ "mtu", IFLA_MTU, ATTR_U32, NULL, NULL },
	{ "master", IFLA_MASTER, ATTR_U32, NULL, NULL },
	{ "netns-fd", IFLA_NET_NS_FD, ATTR_U32, NULL, NULL },
	{ "operstate", IFLA_OPERSTATE, ATTR_U8, NULL, NULL },
	{ "carrier", IFLA_CARRIER, ATTR_U8, NULL, NULL },
	{ "promiscuity", IFLA_PROMISCUITY, ATTR_U32, NULL, NULL },
	{ "linkinfo", IFLA_LINKINFO, ATTR_NEST, link_info_attrs, NULL },
	{ NULL, 0, 0, NULL, NULL }
};

const struct command sehub_commands[] = {
	{ "hub-get", SEHUB_CMD_HUB_GET },
	{ "hub-ntf", SEHUB_CMD_HUB_NTF },
	{ "hub-del-ntf", SEHUB_CMD_HUB_DEL_NTF },
	{ "port-get", SEHUB_CMD_PORT_GET },
	{ "port-new", SEHUB_CMD_PORT_NEW },
	{ "port-set", SEHUB_CMD_PORT_SET },
	{ "port-del", SEHUB_CMD_PORT_DEL },
	{ "port-attach", SEHUB_CMD_PORT_ATTACH },
	{ "port-detach", SEHUB_CMD_PORT_DETACH },
	{ "port-ntf", SEHUB_CMD_PORT_NTF },
	{ "port-del-ntf", SEHUB_CMD_PORT_DEL_NTF },
	{ "fdb-get", SEHUB_CMD_FDB_GET },
	{ "fdb-new", SEHUB_CMD_FDB_NEW },
	{ "fdb-del", SEHUB_CMD_FDB_DEL },
	{ "fdb-flush", SEHUB_CMD_FDB_FLUSH },
	{ "fdb-ntf", SEHUB_CMD_FDB_NTF },
	{ "fdb-del-ntf", SEHUB_CMD_FDB_DEL_NTF },
	{ "ip-get", SEHUB_CMD_IP_GET },
	{ "ip-flush", SEHUB_CMD_IP_FLUSH },
	{ "ip-ntf", SEHUB_CMD_IP_NTF },
	{ "ip-del-ntf", SEHUB_CMD_IP_DEL_NTF },
	{ "packet-ntf", SEHUB_CMD_PACKET_NTF },
	{ "xfer", SEHUB_CMD_XFER },
	{ NULL, 0 }
};
