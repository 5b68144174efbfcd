// SPDX-License-Identifier: GPL-2.0-or-later
/* Ports: shown, changed, deleted; session ports also made and attached. */
#include <errno.h>
#include <stdlib.h>

#include "nl_priv.h"

int sehub_port_list(struct sehub_nl *nl, uint32_t hub_ifindex,
		    sehub_port_fn fn, void *arg, struct sehub_err *err)
{
	struct sehub_list list;
	int code;

	code = sehub_nl_list(nl, SEHUB_CMD_PORT_GET, hub_ifindex,
			     sehub_msg_get_port, sizeof(struct sehub_port),
			     &list, err);
	for (size_t i = 0; !code && i < list.n; i++)
		code = fn((struct sehub_port *)list.items + i, arg);
	free(list.items);
	return code;
}

/* A request that says nothing but which port it is about, or how it shall be. */
static int change(struct sehub_nl *nl, int cmd,
		  const struct sehub_port_ref *ref,
		  const struct sehub_port_config *config,
		  struct sehub_err *err)
{
	return sehub_nl_request(nl, false,
				sehub_msg_port(&nl->family, cmd, ref, config),
				NULL, NULL, err);
}

/* A request that is answered with the port. */
static int exchange(struct sehub_nl *nl, int cmd,
		    const struct sehub_port_ref *ref,
		    const struct sehub_port_config *config,
		    struct sehub_port *port, struct sehub_err *err)
{
	return sehub_nl_get(nl, sehub_msg_port(&nl->family, cmd, ref, config),
			    sehub_msg_get_port, port, err);
}

int sehub_port_get(struct sehub_nl *nl, const struct sehub_port_ref *ref,
		   struct sehub_port *port, struct sehub_err *err)
{
	return exchange(nl, SEHUB_CMD_PORT_GET, ref, NULL, port, err);
}

int sehub_port_set(struct sehub_nl *nl, const struct sehub_port_ref *ref,
		   const struct sehub_port_config *config,
		   struct sehub_err *err)
{
	struct sehub_port_ref by_number = *ref;
	struct sehub_port port;
	int code;

	/* In one message a name is either the address or the new name. */
	if (!ref->id && ref->name) {
		code = sehub_port_get(nl, ref, &port, err);
		if (code)
			return code;
		by_number.name = NULL;
		by_number.number = port.number;
	}
	return change(nl, SEHUB_CMD_PORT_SET, &by_number, config, err);
}

int sehub_port_del(struct sehub_nl *nl, const struct sehub_port_ref *ref,
		   struct sehub_err *err)
{
	return change(nl, SEHUB_CMD_PORT_DEL, ref, NULL, err);
}

int sehub_port_session_new(struct sehub_nl *nl, uint32_t hub_ifindex,
			   const struct sehub_port_config *config,
			   struct sehub_port *port, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .hub_ifindex = hub_ifindex };

	return exchange(nl, SEHUB_CMD_PORT_NEW, &ref, config, port, err);
}

int sehub_port_session_attach(struct sehub_nl *nl, uint32_t id,
			      const struct sehub_port_config *config,
			      struct sehub_port *port, struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = id };

	return exchange(nl, SEHUB_CMD_PORT_ATTACH, &ref, config, port, err);
}

int sehub_port_session_detach(struct sehub_nl *nl, uint32_t id,
			      struct sehub_err *err)
{
	struct sehub_port_ref ref = { .id = id };

	return change(nl, SEHUB_CMD_PORT_DETACH, &ref, NULL, err);
}
