// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Objects of the kernel as JSON, and what several commands show of them.
 * Programs rely on the names in the JSON: they are the names of the
 * specification with "_" for "-".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

/* Names that were shown, or seen in events; a deleted device has none. */
static struct ifname {
	uint32_t ifindex;
	char name[IFNAMSIZ];
} *ifnames;
static unsigned int n_ifnames;

static struct ifname *find_ifname(uint32_t ifindex)
{
	static unsigned int last;
	struct ifname *more;

	/* Lists come sorted by hub: nearly always it is the same again. */
	if (last < n_ifnames && ifnames[last].ifindex == ifindex)
		return &ifnames[last];
	for (last = 0; last < n_ifnames; last++)
		if (ifnames[last].ifindex == ifindex)
			return &ifnames[last];
	more = realloc(ifnames, (n_ifnames + 1) * sizeof(*ifnames));
	if (!more)
		return NULL;
	ifnames = more;
	ifnames[n_ifnames] = (struct ifname){ .ifindex = ifindex };
	return &ifnames[n_ifnames++];
}

void ctl_note_ifname(uint32_t ifindex, const char *name)
{
	struct ifname *known = find_ifname(ifindex);

	if (known)
		snprintf(known->name, sizeof(known->name), "%s", name);
}

const char *ctl_ifname(uint32_t ifindex)
{
	struct ifname *known = find_ifname(ifindex);
	static char unknown[IFNAMSIZ];

	if (known && known->name[0])
		return known->name;
	if (known && if_indextoname(ifindex, known->name))
		return known->name;
	/* as ip-link(8) calls them */
	snprintf(unknown, sizeof(unknown), "if%u", ifindex);
	return unknown;
}

void ctl_print_drops(const struct sehub_drops *drops)
{
	print_value("dropped", "%" PRIu64, sehub_drops_total(drops));
	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++)
		if (sehub_drops_name(i) && drops->count[i])
			printf("    %-14s %" PRIu64 "  (%s)\n",
			       sehub_drops_name(i), drops->count[i],
			       sehub_drops_doc(i));
}

/* A name of the specification as it stands in JSON; Return: @buf. */
static const char *json_key(const char *name, char *buf, size_t size)
{
	snprintf(buf, size, "%s", name);
	for (char *p = buf; *p; p++)
		if (*p == '-')
			*p = '_';
	return buf;
}

static void add_drops(struct json_object *object,
		      const struct sehub_drops *drops)
{
	struct json_object *all = json_object_new_object();
	char key[32];

	for (unsigned int i = 1; i <= SEHUB_A_DROPS_MAX; i++) {
		const char *name = sehub_drops_name(i);

		if (name)
			ctl_add_u64(all, json_key(name, key, sizeof(key)),
				    drops->count[i]);
	}
	json_object_object_add(object, "drops", all);
}

/* Of a hub: more than a number of JSON holds. */
static void add_id(struct json_object *object, const char *key, uint64_t id)
{
	char text[PRINT_MAX];

	ctl_add_string(object, key, format_id(id, text));
}

static void add_mac(struct json_object *object, const uint8_t mac[6])
{
	char text[SEHUB_MAC_STRLEN];

	ctl_add_string(object, "mac", sehub_format_mac(mac, text));
}

/* The hub of a port or an entry; its device has just gone in a last event. */
static void add_hub(struct json_object *object, uint32_t ifindex, uint16_t vlan)
{
	ctl_add_string(object, "hub", ctl_ifname(ifindex));
	ctl_add_int(object, "hub_ifindex", ifindex);
	ctl_add_int(object, "vlan", vlan);
}

/* Classes of the packet log, as an array of names. */
static struct json_object *classes_of(uint32_t classes)
{
	struct json_object *array = json_object_new_array();

	for (unsigned int i = 0; sehub_packet_class_name(i); i++)
		if (classes & 1U << i)
			json_object_array_add(array, json_object_new_string(
					sehub_packet_class_name(i)));
	return array;
}

struct json_object *ctl_json_hub(const struct sehub_hub *hub)
{
	struct json_object *o = json_object_new_object();

	ctl_add_int(o, "vlan", hub->vlan);
	ctl_add_string(o, "ifname", hub->ifname);
	ctl_add_int(o, "ifindex", hub->ifindex);
	add_mac(o, hub->mac);
	ctl_add_bool(o, "up", hub->up);
	ctl_add_bool(o, "carrier", hub->carrier);
	ctl_add_int(o, "ageing", hub->ageing);
	ctl_add_int(o, "fdb_max", hub->fdb_max);
	ctl_add_int(o, "fdb_count", hub->fdb_count);
	ctl_add_int(o, "port_max", hub->port_max);
	ctl_add_int(o, "port_count", hub->port_count);
	ctl_add_u64(o, "not_learned", hub->not_learned);
	ctl_add_u64(o, "moves", hub->moves);
	ctl_add_u64(o, "rx_frames", hub->rx_frames);
	ctl_add_u64(o, "rx_bytes", hub->rx_bytes);
	ctl_add_u64(o, "tx_frames", hub->tx_frames);
	ctl_add_u64(o, "tx_bytes", hub->tx_bytes);
	add_drops(o, &hub->drops);
	ctl_add_int(o, "ip_ageing", hub->ip_ageing);
	ctl_add_int(o, "ip_max", hub->ip_max);
	ctl_add_int(o, "ip_count", hub->ip_count);
	ctl_add_u64(o, "ip_not_learned", hub->ip_not_learned);
	ctl_add_bool(o, "suppress", hub->suppress);
	ctl_add_u64(o, "suppressed", hub->suppressed);
	ctl_add_int(o, "broadcast_rate", hub->broadcast_rate);
	json_object_object_add(o, "log_headers", classes_of(hub->log_headers));
	json_object_object_add(o, "log_whole", classes_of(hub->log_whole));
	ctl_add_u64(o, "log_count", hub->log_count);
	add_id(o, "id", hub->id);
	return o;
}

static struct json_object *session_of(const struct sehub_port *port)
{
	const struct sehub_session *s = &port->session;
	struct json_object *o = json_object_new_object();

	ctl_add_int(o, "id", s->id);
	if (s->owner)
		ctl_add_int(o, "owner", s->owner);
	ctl_add_int(o, "grace", s->grace);
	if (port->state == SEHUB_PORT_STATE_DETACHED)
		ctl_add_int(o, "grace_left", s->grace_left);
	ctl_add_int(o, "queue_limit", s->queue_limit);
	ctl_add_bool(o, "offload",
		     s->features & SEHUB_SESSION_FEATURE_OFFLOAD);
	ctl_add_int(o, "attaches", s->attaches);
	ctl_add_u64(o, "tx_count", s->tx_count);
	ctl_add_u64(o, "tx_sent", s->tx_sent);
	ctl_add_u64(o, "tx_acked", s->tx_acked);
	ctl_add_u64(o, "tx_again", s->tx_again);
	ctl_add_u64(o, "rx_count", s->rx_count);
	ctl_add_u64(o, "rx_gap", s->rx_gap);
	if (s->peer_hub)
		add_id(o, "peer_hub", s->peer_hub);
	return o;
}

/* All members are always there, so that none has to be asked for. */
static struct json_object *policy_of(const struct sehub_policy *policy)
{
	struct json_object *types = json_object_new_array();
	struct json_object *o = json_object_new_object();
	char text[SEHUB_POLICY_STRLEN];

	ctl_add_string(o, "words", sehub_policy_format(policy, text));
	for (unsigned int i = 0; sehub_policy_flag_name(i); i++)
		ctl_add_bool(o, json_key(sehub_policy_flag_name(i), text,
					 sizeof(text)),
			     policy->flags & 1U << i);
	ctl_add_int(o, "max_mac", policy->max_mac);
	ctl_add_int(o, "max_ip", policy->max_ip);
	ctl_add_int(o, "isolation", policy->isolation);
	ctl_add_u64(o, "rate_up", policy->rate_up);
	ctl_add_int(o, "burst_up", policy->burst_up);
	ctl_add_u64(o, "rate_down", policy->rate_down);
	ctl_add_int(o, "burst_down", policy->burst_down);
	ctl_add_int(o, "broadcast_rate", policy->broadcast_rate);
	for (uint32_t i = 0; i < policy->n_deny; i++) {
		snprintf(text, sizeof(text), "0x%04x", policy->deny_type[i]);
		json_object_array_add(types, json_object_new_string(text));
	}
	json_object_object_add(o, "deny_type", types);
	ctl_add_u64(o, "identity", policy->identity);
	return o;
}

struct json_object *ctl_json_port(const struct sehub_port *port)
{
	struct json_object *o = json_object_new_object();

	add_hub(o, port->hub_ifindex, port->hub_vlan);
	ctl_add_int(o, "number", port->number);
	ctl_add_string(o, "name", port->name);
	ctl_add_string(o, "kind", sehub_port_kind_name(port->kind));
	ctl_add_string(o, "state", sehub_port_state_name(port->state));
	if (port->lower_ifindex)
		ctl_add_int(o, "lower_ifindex", port->lower_ifindex);
	ctl_add_int(o, "fdb_max", port->fdb_max);
	ctl_add_int(o, "fdb_count", port->fdb_count);
	ctl_add_int(o, "ip_count", port->ip_count);
	json_object_object_add(o, "policy", policy_of(&port->policy));
	ctl_add_u64(o, "rx_frames", port->rx_frames);
	ctl_add_u64(o, "rx_bytes", port->rx_bytes);
	ctl_add_u64(o, "tx_frames", port->tx_frames);
	ctl_add_u64(o, "tx_bytes", port->tx_bytes);
	add_drops(o, &port->drops);
	if (port->has_del_reason)
		ctl_add_string(o, "del_reason",
			       sehub_port_del_reason_name(port->del_reason));
	if (port->kind == SEHUB_PORT_KIND_SESSION)
		json_object_object_add(o, "session", session_of(port));
	return o;
}

struct json_object *ctl_json_fdb(const struct sehub_fdb *fdb)
{
	struct json_object *o = json_object_new_object();

	add_hub(o, fdb->hub_ifindex, fdb->hub_vlan);
	add_mac(o, fdb->mac);
	ctl_add_int(o, "port", fdb->port);
	ctl_add_string(o, "kind", sehub_fdb_kind_name(fdb->kind));
	if (fdb->kind == SEHUB_FDB_KIND_LEARNED)
		ctl_add_int(o, "idle", fdb->idle);
	return o;
}

struct json_object *ctl_json_ip(const struct sehub_ip *ip)
{
	struct json_object *o = json_object_new_object();
	char text[SEHUB_IP_STRLEN];

	add_hub(o, ip->hub_ifindex, ip->hub_vlan);
	ctl_add_string(o, "address", sehub_format_ip(&ip->addr, text));
	add_mac(o, ip->mac);
	ctl_add_int(o, "port", ip->port);
	ctl_add_string(o, "source", sehub_ip_source_name(ip->source));
	ctl_add_int(o, "idle", ip->idle);
	if (ip->has_lease)
		ctl_add_int(o, "lease_left", ip->lease_left);
	return o;
}

int ctl_print_json(struct json_object *object)
{
	puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_PRETTY |
					    JSON_C_TO_STRING_SPACED |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return CTL_OK;
}

void ctl_print_json_array(struct json_object *reply, const char *key)
{
	struct json_object *array = ctl_get_array(reply, key);

	ctl_print_json(array ? json_object_get(array) :
			       json_object_new_array());
}
