// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl admin: the password of the daemon's console. */
#include <string.h>

#include "cmd.h"
#include "print.h"

int cmd_admin_passwd(struct ctl *ctl)
{
	struct json_object *params;
	char password[CTL_PASSWORD_MAX + 1];
	int status;

	status = ctl_password(ctl, "the administrator", true, password);
	if (!status) {
		params = json_object_new_object();
		ctl_add_string(params, "password", password);
		status = ctl_call(ctl, "AdminSetPassword", params, NULL);
		json_object_put(params);
	}
	explicit_bzero(password, sizeof(password));
	return status;
}

int cmd_admin_show(struct ctl *ctl)
{
	struct json_object *reply = NULL;
	int status = ctl_call(ctl, "AdminShow", NULL, &reply);

	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(reply);
	print_value("password", "%s", ctl_get_bool(reply, "password") ?
		    "set" : "not set: nobody can log in at the console");
	json_object_put(reply);
	return CTL_OK;
}
