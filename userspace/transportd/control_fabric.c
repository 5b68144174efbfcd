// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HubList, MacList, IpList. Tables can have a million entries, and the loop
 * that carries this also takes logins: what is read at once is bounded.
 */
#include "control_fabric.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <json-c/json.h>

#include "addr.h"
#include "control.h"
#include "daemon.h"
#include "kernel.h"
#include "sessions.h"
#include "store.h"

/* Entries in one answer; the interface definition has the number, too. */
#define TABLE_MAX	20000

static void add_int(struct json_object *object, const char *key,
		    uint64_t value)
{
	json_object_object_add(object, key, json_object_new_uint64(value));
}

static void add_text(struct json_object *object, const char *key,
		     const char *text)
{
	json_object_object_add(object, key, text ?
			       json_object_new_string(text) : NULL);
}

/* --- hubs ------------------------------------------------------------------ */

struct hubs {
	struct json_object *list;
	bool is_bridge;
	bool seen[STORE_VLAN_MAX + 1];
};

static int list_hub(const struct sehub_hub *hub, void *arg)
{
	struct json_object *object;
	struct hubs *hubs = arg;

	/* a card, or a bridge that its hub keeps from being one */
	if (!hub->vlan || hub->vlan > STORE_VLAN_MAX || hubs->seen[hub->vlan])
		return 0;
	hubs->seen[hub->vlan] = true;
	object = json_object_new_object();
	add_int(object, "vlan", hub->vlan);
	add_text(object, "device", hub->ifname);
	add_text(object, "kind", hubs->is_bridge ? "bridge" : "hub");
	add_int(object, "ports", hub->port_count);
	add_int(object, "macs", hub->fdb_count);
	if (!hubs->is_bridge)
		add_int(object, "ips", hub->ip_count);
	add_int(object, "rx_frames", hub->rx_frames);
	add_int(object, "rx_bytes", hub->rx_bytes);
	add_int(object, "tx_frames", hub->tx_frames);
	add_int(object, "tx_bytes", hub->tx_bytes);
	if (!hubs->is_bridge)
		add_int(object, "drops", sehub_drops_total(&hub->drops));
	return json_object_array_add(hubs->list, object) ? -ENOMEM : 0;
}

static int by_vlan(const void *a, const void *b)
{
	struct json_object *const *x = a, *const *y = b;

	return json_object_get_int(json_object_object_get(*x, "vlan")) -
	       json_object_get_int(json_object_object_get(*y, "vlan"));
}

static void hub_list(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct sehub_err err = { .text = "out of memory" };
	struct hubs hubs = { .is_bridge = false };
	struct json_object *reply;
	struct daemon *d = ctx;
	int ret;

	(void)params;
	if (control_params_end(call))
		return;
	hubs.list = json_object_new_array();
	ret = kernel_list_hubs(d->kernel, list_hub, &hubs, &err);
	hubs.is_bridge = true;
	if (!ret)
		ret = kernel_list_bridges(d->kernel, list_hub, &hubs, &err);
	if (ret) {
		json_object_put(hubs.list);
		control_error_errno(call, ret, err.text);
		return;
	}
	json_object_array_sort(hubs.list, by_vlan);
	reply = json_object_new_object();
	json_object_object_add(reply, "hubs", hubs.list);
	control_reply(call, reply);
}

/* --- tables ---------------------------------------------------------------- */

/* A port of the hub that is a session's. */
struct owner {
	uint32_t port;
	const char *session;
};

/**
 * struct table - a list under way
 * @hub: whose
 * @owners: its sessions' ports, by number
 * @count: how many
 * @session: the only one that is of interest, NULL: all are
 * @port: its port, 0: it has none now, and so no entries
 * @list: what there is
 * @is_cut: there is more
 */
struct table {
	struct kernel_hub hub;
	struct owner *owners;
	size_t count;
	const char *session;
	uint32_t port;
	struct json_object *list;
	bool is_cut;
};

static int by_port(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;

	return (x->port > y->port) - (x->port < y->port);
}

static const char *owner_of(const struct table *table, uint32_t port)
{
	struct owner key = { .port = port };
	const struct owner *found;

	found = bsearch(&key, table->owners, table->count, sizeof(key),
			by_port);
	return found ? found->session : NULL;
}

/* A session's port, as the hub's tables name it; 0: it has none. */
static uint32_t port_of(struct daemon *d, const struct server_session *s)
{
	const char *device = s->port_id ?
			     kernel_port_device(d->kernel, s->port_id) : NULL;

	return device ? if_nametoindex(device) : s->port_number;
}

static int collect_owners(struct daemon *d, struct table *table, uint16_t vlan)
{
	const struct server_session *s;
	size_t room = 0;

	for (s = sessions_first(d->sessions); s; s = s->next)
		room += s->id.vlan == vlan;
	table->owners = calloc(room + 1, sizeof(*table->owners));
	if (!table->owners)
		return -ENOMEM;
	for (s = sessions_first(d->sessions); s; s = s->next) {
		uint32_t port = s->id.vlan == vlan ? port_of(d, s) : 0;

		if (port)
			table->owners[table->count++] = (struct owner){
				.port = port, .session = s->id.session,
			};
	}
	qsort(table->owners, table->count, sizeof(*table->owners), by_port);
	return 0;
}

/* The session that a request names, if it names one: 0, or it is answered. */
static int choose_session(struct control_call *call, struct daemon *d,
			  struct table *table, uint16_t vlan, const char *name)
{
	const struct server_session *s;

	if (!name)
		return 0;
	s = sessions_find(d->sessions, name);
	if (!s || s->id.vlan != vlan) {
		control_error(call, CONTROL_NOT_FOUND, NULL,
			      "there is no session \"%s\" at hub %u", name,
			      vlan);
		return -ENOENT;
	}
	table->session = s->id.session;
	table->port = port_of(d, s);
	return 0;
}

/* Parameters of a list, and its hub: 0, or the call is answered. */
static int table_begin(struct control_call *call, struct daemon *d,
		       struct table *table)
{
	const char *session = NULL;
	struct sehub_err err;
	int64_t vlan;
	int ret;

	if (control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_param_string(call, "session", CONTROL_OPTIONAL,
				 &session) ||
	    control_params_end(call))
		return -EINVAL;
	ret = kernel_find_hub(d->kernel, (uint16_t)vlan, &table->hub, &err);
	if (ret == -ENODEV || ret == -ENOENT) {
		control_error(call, CONTROL_NOT_FOUND, NULL,
			      "there is no hub %u", (unsigned int)vlan);
		return ret;
	}
	if (!ret && collect_owners(d, table, (uint16_t)vlan))
		ret = sehub_err_errno(&err, ENOMEM, "cannot list");
	if (ret) {
		control_error_errno(call, ret, err.text);
		return ret;
	}
	ret = choose_session(call, d, table, (uint16_t)vlan, session);
	if (ret) {
		free(table->owners);
		return ret;
	}
	table->list = json_object_new_array();
	return 0;
}

static void table_end(struct control_call *call, struct table *table,
		      const char *key, int ret, const struct sehub_err *err)
{
	struct json_object *reply;

	free(table->owners);
	if (ret && !table->is_cut) {
		json_object_put(table->list);
		control_error_errno(call, ret, err->text);
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, key, table->list);
	json_object_object_add(reply, "complete",
			       json_object_new_boolean(!table->is_cut));
	control_reply(call, reply);
}

/* An entry, as far as both tables have it; NULL: the list ends, or skips it. */
static struct json_object *table_add(struct table *table, uint32_t port,
				     const uint8_t mac[6], const char *kind,
				     uint32_t idle)
{
	char text[SEHUB_MAC_STRLEN];
	struct json_object *object;

	if (table->session && port != table->port)
		return NULL;
	if (json_object_array_length(table->list) == TABLE_MAX) {
		table->is_cut = true;
		return NULL;
	}
	object = json_object_new_object();
	add_text(object, "mac", sehub_format_mac(mac, text));
	add_text(object, "kind", kind);
	add_int(object, "port", port);
	add_text(object, "session", owner_of(table, port));
	add_int(object, "idle_ms", idle);
	json_object_array_add(table->list, object);
	return object;
}

static int list_mac(const struct sehub_fdb *fdb, void *arg)
{
	struct table *table = arg;

	table_add(table, fdb->port, fdb->mac, sehub_fdb_kind_name(fdb->kind),
		  fdb->idle);
	return table->is_cut;
}

static void mac_list(struct control_call *call, struct json_object *params,
		     void *ctx)
{
	struct sehub_err err = { .text = "out of memory" };
	struct table table = { .count = 0 };
	struct daemon *d = ctx;
	int ret = 0;

	(void)params;
	if (table_begin(call, d, &table))
		return;
	if (!table.session || table.port)
		ret = kernel_list_macs(d->kernel, &table.hub, table.session ?
				       table.port : SEHUB_FDB_ANY_PORT,
				       list_mac, &table, &err);
	table_end(call, &table, "macs", ret, &err);
}

static int list_ip(const struct sehub_ip *ip, void *arg)
{
	struct table *table = arg;
	char text[SEHUB_IP_STRLEN];
	struct json_object *object;

	object = table_add(table, ip->port, ip->mac,
			   sehub_ip_source_name(ip->source), ip->idle);
	if (!object)
		return table->is_cut;
	add_text(object, "ip", sehub_format_ip(&ip->addr, text));
	if (ip->has_lease)
		json_object_object_add(object, "lease_s",
			json_object_new_int64(
				ip->lease_left == SEHUB_IP_LEASE_INFINITE ?
				-1 : (int64_t)ip->lease_left));
	return 0;
}

static void ip_list(struct control_call *call, struct json_object *params,
		    void *ctx)
{
	struct sehub_err err = { .text = "out of memory" };
	struct sehub_ip_filter filter = { .set = 0 };
	struct table table = { .count = 0 };
	struct daemon *d = ctx;
	int ret = 0;

	(void)params;
	if (table_begin(call, d, &table))
		return;
	if (table.session)
		filter = (struct sehub_ip_filter){
			.set = SEHUB_IP_BY_PORT, .port = table.port,
		};
	if (!table.session || table.port || table.hub.is_bridge)
		ret = kernel_list_ips(d->kernel, &table.hub, &filter, list_ip,
				      &table, &err);
	table_end(call, &table, "ips", ret, &err);
}

static const struct control_method methods[] = {
	{ "HubList", hub_list, CONTROL_READS },
	{ "MacList", mac_list, CONTROL_READS },
	{ "IpList", ip_list, CONTROL_READS },
};

int control_fabric_register(struct daemon *d)
{
	return control_register(d->control, methods,
				sizeof(methods) / sizeof(methods[0]), d);
}
