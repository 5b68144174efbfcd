// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl metrics: the daemon's figures, as it writes them. */
#include <stdio.h>

#include "cmd.h"

int cmd_metrics(struct ctl *ctl)
{
	struct json_object *reply = NULL;
	int status = ctl_call(ctl, "Metrics", NULL, &reply);

	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(reply);
	fputs(ctl_get_string(reply, "text"), stdout);
	json_object_put(reply);
	return CTL_OK;
}
