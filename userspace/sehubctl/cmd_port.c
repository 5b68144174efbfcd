// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl port */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"
#include "print.h"

int cmd_port_add(struct ctl *ctl)
{
	const char *device = ctl_word(ctl, 1);
	uint32_t ifindex = if_nametoindex(device);
	struct sehub_hub hub;
	struct sehub_err err;
	int status;

	status = ctl_hub(ctl, &hub);
	if (status)
		return status;
	if (!ifindex)
		return ctl_fail_text(ctl, "no device %s", device);
	if (sehub_port_add_device(ctl->nl, hub.ifindex, ifindex, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

/* The hub and the port that the first two words name. */
static int get_both(struct ctl *ctl, struct sehub_hub *hub,
		    struct sehub_port *port)
{
	int status = ctl_hub(ctl, hub);

	return status ? status : ctl_port(ctl, hub, ctl_word(ctl, 1), port);
}

static struct sehub_port_ref ref_of(const struct sehub_port *port)
{
	return (struct sehub_port_ref){
		.hub_ifindex = port->hub_ifindex, .number = port->number,
	};
}

int cmd_port_del(struct ctl *ctl)
{
	struct sehub_port_ref ref;
	struct sehub_port port;
	struct sehub_hub hub;
	struct sehub_err err;
	int status;

	status = get_both(ctl, &hub, &port);
	if (status)
		return status;
	ref = ref_of(&port);
	if (sehub_port_del(ctl->nl, &ref, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

/* What is to be changed; @policy is the place for config->policy. */
static int get_settings(struct ctl *ctl, struct sehub_port_config *config,
			struct sehub_policy *policy)
{
	struct sehub_err err;
	int status;

	status = ctl_u32(ctl, OPT_FDB_MAX, 0, UINT32_MAX, &config->fdb_max);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_FDB_MAX))
		config->set |= SEHUB_PORT_FDB_MAX;
	if (ctl_has(ctl, OPT_NAME)) {
		config->name = ctl->values[OPT_NAME];
		if (!sehub_is_name(config->name, SEHUB_NAME_MAX))
			return ctl_misuse(ctl,
					  "\"%.40s\" is no name for a port: up to %d letters, digits and ._@-",
					  config->name, SEHUB_NAME_MAX);
		config->set |= SEHUB_PORT_NAME;
	}
	if (ctl_has(ctl, OPT_POLICY)) {
		if (sehub_policy_parse(ctl->values[OPT_POLICY], policy, &err))
			return ctl_misuse(ctl, "%s", err.text);
		if (ctl_has(ctl, OPT_FDB_MAX))
			return ctl_misuse(ctl,
					  "a policy says by itself how many MAC addresses there may be: max-mac=%u in place of --fdb-max",
					  config->fdb_max);
		config->policy = policy;
		config->set |= SEHUB_PORT_POLICY;
	}
	return config->set ? CTL_OK : ctl_misuse(ctl, "nothing to change");
}

int cmd_port_set(struct ctl *ctl)
{
	struct sehub_port_config config = { .set = 0 };
	struct sehub_policy policy;
	struct sehub_port_ref ref;
	struct sehub_port port;
	struct sehub_hub hub;
	struct sehub_err err;
	int status;

	status = get_settings(ctl, &config, &policy);
	if (!status)
		status = get_both(ctl, &hub, &port);
	if (status)
		return status;
	ref = ref_of(&port);
	if (sehub_port_set(ctl->nl, &ref, &config, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

static void print_rows(const struct ctl_ports *ports)
{
	char headers[] =
		"HUB|>PORT|NAME|KIND|STATE|>MACS|>IPS|>IN|>OUT|>DROPPED";
	struct table table;

	table_init(&table, headers);
	for (size_t i = 0; i < ports->n; i++) {
		const struct sehub_port *port = &ports->port[i];
		char bytes[PRINT_MAX];

		table_add(&table, ctl_ifname(port->hub_ifindex));
		table_addf(&table, "%u", port->number);
		table_add(&table, port->name);
		table_add(&table, sehub_port_kind_name(port->kind));
		table_add(&table, sehub_port_state_name(port->state));
		table_addf(&table, "%u", port->fdb_count);
		table_addf(&table, "%u", port->ip_count);
		table_add(&table, format_bytes(port->rx_bytes, bytes));
		table_add(&table, format_bytes(port->tx_bytes, bytes));
		table_addf(&table, "%" PRIu64,
			   sehub_drops_total(&port->drops));
	}
	table_print(&table);
	table_free(&table);
}

int cmd_port_list(struct ctl *ctl)
{
	struct sehub_hub hub = { .ifindex = 0 };
	struct json_object *array;
	struct ctl_ports ports;
	int status;

	status = ctl_hub_is_given(ctl) ? ctl_hub(ctl, &hub) : ctl_nl(ctl);
	if (!status)
		status = ctl_ports_load(ctl, hub.ifindex, &ports);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON)) {
		array = json_object_new_array();
		for (size_t i = 0; i < ports.n; i++)
			json_object_array_add(array,
					      ctl_json_port(&ports.port[i]));
		ctl_print_json(array);
	} else {
		print_rows(&ports);
	}
	free(ports.port);
	return CTL_OK;
}

static void print_session(const struct sehub_port *port)
{
	const struct sehub_session *s = &port->session;
	char age[PRINT_MAX];
	char bytes[PRINT_MAX];

	print_value("session id", "%u", s->id);
	if (s->owner)
		print_value("owner", "netlink port %u", s->owner);
	if (s->peer_hub)
		print_value("leads to", "hub %s",
			    format_id(s->peer_hub, bytes));
	print_value("grace", "%s", format_age(s->grace / 1000, age));
	if (port->state == SEHUB_PORT_STATE_DETACHED)
		print_value("grace left", "%s",
			    format_age(s->grace_left / 1000, age));
	print_value("queue limit", "%s", format_bytes(s->queue_limit, bytes));
	print_value("peer takes", "%s",
		    s->features & SEHUB_SESSION_FEATURE_OFFLOAD ?
		    "super-frames" : "plain frames");
	print_value("attached", "%u times", s->attaches);
	print_value("queued", "%" PRIu64 " bytes, %" PRIu64 " sent, %" PRIu64
		    " acknowledged", s->tx_count, s->tx_sent, s->tx_acked);
	print_value("sent again", "%" PRIu64 " bytes", s->tx_again);
	print_value("received", "%" PRIu64 " bytes, %" PRIu64 " lost",
		    s->rx_count, s->rx_gap);
}

int cmd_port_show(struct ctl *ctl)
{
	char policy[SEHUB_POLICY_STRLEN];
	char bytes[PRINT_MAX];
	struct sehub_port port;
	struct sehub_hub hub;
	int status;

	status = get_both(ctl, &hub, &port);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(ctl_json_port(&port));

	printf("port %u of hub %s\n", port.number, hub.ifname);
	print_value("name", "%s", port.name);
	print_value("kind", "%s", sehub_port_kind_name(port.kind));
	print_value("state", "%s", sehub_port_state_name(port.state));
	if (port.fdb_max)
		print_value("macs", "%u of %u", port.fdb_count, port.fdb_max);
	else
		print_value("macs", "%u", port.fdb_count);
	if (port.policy.max_ip)
		print_value("ips", "%u, at most %u each of IPv4, IPv6 and IPv6 link-local",
			    port.ip_count, port.policy.max_ip);
	else
		print_value("ips", "%u", port.ip_count);
	print_value("policy", "%s", sehub_policy_format(&port.policy, policy));
	print_value("in", "%" PRIu64 " frames, %s", port.rx_frames,
		    format_bytes(port.rx_bytes, bytes));
	print_value("out", "%" PRIu64 " frames, %s", port.tx_frames,
		    format_bytes(port.tx_bytes, bytes));
	if (port.kind == SEHUB_PORT_KIND_SESSION)
		print_session(&port);
	ctl_print_drops(&port.drops);
	return CTL_OK;
}
