// SPDX-License-Identifier: GPL-2.0-or-later
/* From words to hubs, ports and numbers; says what is wrong with a word. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

int ctl_nl(struct ctl *ctl)
{
	struct sehub_err err;

	if (!ctl->nl && sehub_nl_open(&ctl->nl, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

bool ctl_hub_is_given(const struct ctl *ctl)
{
	return ctl_has(ctl, OPT_VLAN) || ctl->n_words;
}

const char *ctl_word(const struct ctl *ctl, int i)
{
	if (ctl_has(ctl, OPT_VLAN) && ctl_takes_hub(ctl->command))
		i--;
	return i >= 0 && i < ctl->n_words ? ctl->words[i] : NULL;
}

int ctl_vlan(const struct ctl *ctl, uint16_t *vlan)
{
	const char *word = ctl->values[OPT_VLAN];

	if (word && sehub_parse_vlan(word, vlan))
		return ctl_misuse(ctl,
				  "\"%.40s\" is no hub number: 1 to 4094",
				  word);
	return CTL_OK;
}

/* A hub's word is its number or the name of its device. */
static int hub_by_word(struct ctl *ctl, const char *word,
		       struct sehub_hub *hub, struct sehub_err *err)
{
	uint16_t vlan;

	if (!sehub_parse_vlan(word, &vlan))
		return sehub_hub_get_vlan(ctl->nl, vlan, hub, err);
	if (!sehub_is_ifname(word))
		return sehub_err_set(err, ENODEV, "no such hub");
	return sehub_hub_get_name(ctl->nl, word, hub, err);
}

int ctl_hub(struct ctl *ctl, struct sehub_hub *hub)
{
	struct sehub_err err;
	uint16_t vlan = 0;
	int status;

	status = ctl_vlan(ctl, &vlan);
	if (!status)
		status = ctl_nl(ctl);
	if (status)
		return status;
	if (vlan ? sehub_hub_get_vlan(ctl->nl, vlan, hub, &err) :
		   hub_by_word(ctl, ctl->words[0], hub, &err))
		return ctl_fail(ctl, &err);
	return CTL_OK;
}

int ctl_port(struct ctl *ctl, const struct sehub_hub *hub, const char *word,
	     struct sehub_port *port)
{
	struct sehub_port_ref ref = { .hub_ifindex = hub->ifindex };
	struct sehub_err err;
	int code;

	if (!word)
		word = ctl->values[OPT_PORT];
	if (sehub_parse_u32(word, 0, UINT32_MAX, &ref.number))
		ref.name = word;
	if (strlen(word) > SEHUB_NAME_MAX)
		return ctl_misuse(ctl, "a port name has at most %d characters",
				  SEHUB_NAME_MAX);
	code = sehub_port_get(ctl->nl, &ref, port, &err);
	if (code == -ENOENT)
		return ctl_fail_text(ctl, "no port %s in hub %s", word,
				     hub->ifname);
	return code ? ctl_fail(ctl, &err) : CTL_OK;
}

int ctl_u32(const struct ctl *ctl, enum ctl_option option, uint32_t min,
	    uint32_t max, uint32_t *value)
{
	const char *word = ctl->values[option];

	if (word && sehub_parse_u32(word, min, max, value))
		return ctl_misuse(ctl,
				  "--%s: \"%.40s\" is no number from %u to %u",
				  ctl_options[option].name, word, min, max);
	return CTL_OK;
}

int ctl_seconds(const struct ctl *ctl, enum ctl_option option, uint32_t min,
		uint32_t max, uint32_t *value)
{
	const char *word = ctl->values[option];
	uint64_t ms;

	if (!word)
		return CTL_OK;
	if (sehub_parse_duration(word, 1000ULL * min, 1000ULL * max, &ms) ||
	    ms % 1000)
		return ctl_misuse(ctl,
				  "--%s: \"%.40s\" is no time from %u to %u seconds (300, 5m, 1h30m)",
				  ctl_options[option].name, word, min, max);
	*value = ms / 1000;
	return CTL_OK;
}

struct loading {
	struct ctl_ports *ports;
	size_t room;
};

static int load_one(const struct sehub_port *port, void *arg)
{
	struct loading *loading = arg;
	struct ctl_ports *ports = loading->ports;

	if (ports->n == loading->room) {
		size_t room = loading->room ? 2 * loading->room : 64;
		void *p = reallocarray(ports->port, room, sizeof(*port));

		if (!p)
			return -ENOMEM;
		ports->port = p;
		loading->room = room;
	}
	ports->port[ports->n++] = *port;
	return 0;
}

static int compare_ports(const void *a, const void *b)
{
	const struct sehub_port *pa = a;
	const struct sehub_port *pb = b;

	if (pa->hub_ifindex != pb->hub_ifindex)
		return pa->hub_ifindex < pb->hub_ifindex ? -1 : 1;
	return (pa->number > pb->number) - (pa->number < pb->number);
}

int ctl_ports_load(struct ctl *ctl, uint32_t hub_ifindex,
		   struct ctl_ports *ports)
{
	struct loading loading = { .ports = ports };
	struct sehub_err err;
	int code;

	ports->n = 0;
	ports->port = NULL;
	code = sehub_port_list(ctl->nl, hub_ifindex, load_one, &loading, &err);
	if (code == -ENOMEM)
		sehub_err_errno(&err, code, "cannot read the ports");
	if (code) {
		free(ports->port);
		ports->port = NULL;
		return ctl_fail(ctl, &err);
	}
	if (ports->n)
		qsort(ports->port, ports->n, sizeof(*ports->port),
		      compare_ports);
	return CTL_OK;
}

const struct sehub_port *ctl_ports_find(const struct ctl_ports *ports,
					uint32_t hub_ifindex, uint32_t number)
{
	struct sehub_port key = {
		.hub_ifindex = hub_ifindex, .number = number,
	};

	if (!ports->n)
		return NULL;
	return bsearch(&key, ports->port, ports->n, sizeof(key),
		       compare_ports);
}
