// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl monitor: one line an event of the kernel or the daemon, until a signal
 * or a closed output.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "lib/event.h"
#include "print.h"
#include "watch.h"

static unsigned int group_of(const char *word)
{
	if (!strcmp(word, "hub"))
		return SEHUB_EVENT_HUB;
	if (!strcmp(word, "port"))
		return SEHUB_EVENT_PORT;
	if (!strcmp(word, "ip"))
		return SEHUB_EVENT_IP;
	return strcmp(word, "mac") ? 0 : SEHUB_EVENT_FDB;
}

static const char *name_of(unsigned int group)
{
	switch (group) {
	case SEHUB_EVENT_HUB:
		return "hub";
	case SEHUB_EVENT_PORT:
		return "port";
	case SEHUB_EVENT_IP:
		return "ip";
	}
	return "mac";
}

static void print_as_json(const struct sehub_event *event,
			  const struct timespec *now)
{
	const char *name = name_of(event->group);
	struct json_object *o = json_object_new_object();
	struct json_object *about;
	char text[32];

	if (event->group == SEHUB_EVENT_HUB)
		about = ctl_json_hub(&event->hub);
	else if (event->group == SEHUB_EVENT_PORT)
		about = ctl_json_port(&event->port);
	else if (event->group == SEHUB_EVENT_IP)
		about = ctl_json_ip(&event->ip);
	else
		about = ctl_json_fdb(&event->fdb);
	snprintf(text, sizeof(text), "%lld.%03ld", (long long)now->tv_sec,
		 now->tv_nsec / 1000000);
	json_object_object_add(o, "time",
			       json_object_new_double_s(now->tv_sec, text));
	ctl_add_string(o, "event", name);
	ctl_add_bool(o, "deleted", event->is_deleted);
	json_object_object_add(o, name, about);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}

static void print_hub(const struct sehub_hub *hub)
{
	char log[SEHUB_LOG_STRLEN];

	printf("%s", hub->ifname);
	if (hub->vlan)
		printf(" vlan %u", hub->vlan);
	printf(" %s ports %u ageing %u fdb-max %u port-max %u",
	       !hub->up ? "down" : hub->carrier ? "up" : "up no-carrier",
	       hub->port_count, hub->ageing, hub->fdb_max, hub->port_max);
	printf(" ip-ageing %u ip-max %u suppress %s broadcast-rate %u log %s\n",
	       hub->ip_ageing, hub->ip_max, hub->suppress ? "on" : "off",
	       hub->broadcast_rate,
	       sehub_log_format(hub->log_headers, hub->log_whole, log));
}

static void print_port(const struct sehub_port *port)
{
	char policy[SEHUB_POLICY_STRLEN];
	char name[sizeof(port->name)];

	strcpy(name, port->name);
	print_clean(name);
	printf("%s %u %s %s %s", ctl_ifname(port->hub_ifindex), port->number,
	       name, sehub_port_kind_name(port->kind),
	       sehub_port_state_name(port->state));
	sehub_policy_format(&port->policy, policy);
	if (strcmp(policy, "none"))
		printf(" policy %s", policy);
	if (port->has_del_reason)
		printf(" reason %s",
		       sehub_port_del_reason_name(port->del_reason));
	putchar('\n');
}

static void print_fdb(const struct sehub_fdb *fdb)
{
	char mac[SEHUB_MAC_STRLEN];

	printf("%s %s port %u %s\n", ctl_ifname(fdb->hub_ifindex),
	       sehub_format_mac(fdb->mac, mac), fdb->port,
	       sehub_fdb_kind_name(fdb->kind));
}

static void print_ip(const struct sehub_ip *ip)
{
	char address[SEHUB_IP_STRLEN];
	char mac[SEHUB_MAC_STRLEN];

	printf("%s %s mac %s port %u %s", ctl_ifname(ip->hub_ifindex),
	       sehub_format_ip(&ip->addr, address),
	       sehub_format_mac(ip->mac, mac), ip->port,
	       sehub_ip_source_name(ip->source));
	if (ip->has_lease && ip->lease_left != SEHUB_IP_LEASE_INFINITE)
		printf(" lease %u", ip->lease_left);
	putchar('\n');
}

static void print_as_text(const struct sehub_event *event,
			  const struct timespec *now)
{
	char text[PRINT_MAX];
	struct tm tm;

	if (!localtime_r(&now->tv_sec, &tm) ||
	    !strftime(text, sizeof(text), "%H:%M:%S", &tm))
		strcpy(text, "-");
	printf("%s.%03ld %s%s ", text, now->tv_nsec / 1000000,
	       name_of(event->group), event->is_deleted ? "-deleted" : "");
	switch (event->group) {
	case SEHUB_EVENT_HUB:
		print_hub(&event->hub);
		break;
	case SEHUB_EVENT_PORT:
		print_port(&event->port);
		break;
	case SEHUB_EVENT_IP:
		print_ip(&event->ip);
		break;
	default:
		print_fdb(&event->fdb);
	}
}

/**
 * struct monitor - what is watched
 * @ctl: command line
 * @groups: of the kernel's events that are shown
 * @kinds: of the daemon's, with their words' bits
 */
struct monitor {
	struct ctl *ctl;
	unsigned int groups;
	unsigned int kinds;
};

static int note_hub(const struct sehub_hub *hub, void *arg)
{
	(void)arg;
	ctl_note_ifname(hub->ifindex, hub->ifname);
	return 0;
}

static int note_hubs(void *arg)
{
	struct monitor *monitor = arg;
	struct sehub_err err;
	int status;

	if (!monitor->groups)
		return CTL_OK;
	status = ctl_nl(monitor->ctl);
	if (!status &&
	    sehub_hub_list(monitor->ctl->nl, note_hub, NULL, &err))
		status = ctl_fail(monitor->ctl, &err);
	return status;
}

/* Ends the monitor when nobody reads any more. */
static int print_event(const struct sehub_event *event, void *arg)
{
	const struct monitor *monitor = arg;
	struct timespec now;

	if (event->group == SEHUB_EVENT_HUB)
		note_hub(&event->hub, NULL);
	if (!(event->group & monitor->groups))
		return 0;
	clock_gettime(CLOCK_REALTIME, &now);
	if (ctl_has(monitor->ctl, OPT_JSON))
		print_as_json(event, &now);
	else
		print_as_text(event, &now);
	return ferror(stdout) ? -EPIPE : 0;
}

static int print_told(struct json_object *event, void *arg)
{
	const struct monitor *monitor = arg;

	ctl_print_told(monitor->ctl, event);
	return ferror(stdout) ? -EPIPE : 0;
}

static void say_lost(void *arg)
{
	(void)arg;
	fputs("sehubctl: monitor: events were lost\n", stderr);
}

/* Whoever asked for events of the kernel, too, still gets those. */
static int say_gone(void *arg, const struct sehub_err *err)
{
	const struct monitor *monitor = arg;

	if (!monitor->groups)
		return ctl_fail(monitor->ctl, err);
	fprintf(stderr, "sehubctl: monitor: no more events of the daemon: %s\n",
		err->text);
	return CTL_OK;
}

static int take_words(struct ctl *ctl, struct monitor *monitor)
{
	for (int i = 0; i < ctl->n_words; i++) {
		unsigned int group = group_of(ctl->words[i]);
		unsigned int kind = ctl_told_word(ctl->words[i]);

		if (!group && !kind)
			return ctl_misuse(ctl,
					  "\"%.40s\" is no kind of event: hub, port, mac, ip, session, login, connection, policy, user, listener",
					  ctl->words[i]);
		monitor->groups |= group;
		monitor->kinds |= kind;
	}
	return CTL_OK;
}

/* Without words everything is of interest that there is. */
static int open_all(struct ctl *ctl, struct monitor *monitor,
		    struct watch *watch)
{
	struct sehub_err err, daemon_err;
	struct sehub_monitor *mon = NULL;

	watch->stream = ctl_told_open(ctl, ~0U, &daemon_err);
	if (!sehub_monitor_open(&mon, SEHUB_EVENT_HUB, &err)) {
		sehub_monitor_close(mon);
		monitor->groups = SEHUB_EVENT_HUB | SEHUB_EVENT_PORT |
				  SEHUB_EVENT_FDB | SEHUB_EVENT_IP;
		if (!watch->stream)
			fprintf(stderr, "sehubctl: monitor: no events of the daemon: %s\n",
				daemon_err.text);
		return CTL_OK;
	}
	if (!watch->stream)
		return ctl_fail(ctl, &err);
	fprintf(stderr, "sehubctl: monitor: no events of the kernel: %s\n",
		err.text);
	return CTL_OK;
}

int cmd_monitor(struct ctl *ctl)
{
	struct monitor monitor = { .ctl = ctl };
	struct watch watch = {
		.output = stdout, .start = note_hubs, .event = print_event,
		.told = print_told, .gone = say_gone, .lost = say_lost,
		.arg = &monitor,
	};
	struct sehub_err err;
	int status;

	if (ctl_has(ctl, OPT_PACKETS))
		return ctl_monitor_packets(ctl);
	if (ctl_has(ctl, OPT_PCAP))
		return ctl_misuse(ctl, "--pcap is for --packets");
	status = take_words(ctl, &monitor);
	if (!status && !ctl->n_words) {
		status = open_all(ctl, &monitor, &watch);
	} else if (!status && monitor.kinds) {
		watch.stream = ctl_told_open(ctl, monitor.kinds, &err);
		if (!watch.stream)
			status = ctl_fail(ctl, &err);
	}
	/* What is told of a hub that is gone names it all the same. */
	if (monitor.groups)
		watch.groups = monitor.groups | SEHUB_EVENT_HUB;
	if (!status)
		status = ctl_watch(ctl, &watch);
	sehub_control_stream_close(watch.stream);
	return status;
}
