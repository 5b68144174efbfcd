// SPDX-License-Identifier: GPL-2.0-or-later
/* What a listener is, as the parameters of requests say it. */
#include <errno.h>

#include "control.h"
#include "listen.h"

int listener_param_address(struct control_call *call,
			   struct store_listener *what)
{
	struct sehub_ip_addr addr;
	const char *address;
	int64_t port;

	if (control_param_string(call, "address", CONTROL_REQUIRED, &address) ||
	    control_param_int(call, "port", CONTROL_REQUIRED, 1, 65535, &port))
		return -EINVAL;
	if (sehub_parse_ip(address, &addr)) {
		control_error(call, CONTROL_INVALID, "address",
			      "address: \"%.80s\" is no IPv4 or IPv6 address, such as 0.0.0.0 or ::",
			      address);
		return -EINVAL;
	}
	sehub_format_ip(&addr, what->address);
	what->port = (uint16_t)port;
	return 0;
}

int listener_params(struct control_call *call, struct store_listener *what)
{
	const char *protocol = NULL;

	if (listener_param_address(call, what) ||
	    control_param_string(call, "protocol", CONTROL_OPTIONAL,
				 &protocol) ||
	    control_params_end(call))
		return -EINVAL;
	what->protocol = what->port == LISTENER_PROXY_PORT ? LISTENER_PROXY :
							     LISTENER_DIRECT;
	if (!protocol || !listener_protocol_parse(protocol, &what->protocol))
		return 0;
	control_error(call, CONTROL_INVALID, "protocol",
		      "protocol: has to be direct or proxy");
	return -EINVAL;
}
