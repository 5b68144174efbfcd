// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl user: the daemon keeps the users. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "print.h"

/* Parameters that name the user; NULL: something is wrong, *@status says it. */
static struct json_object *user_params(struct ctl *ctl, int *status)
{
	struct json_object *params;
	uint16_t vlan = 0;

	*status = ctl_vlan(ctl, &vlan);
	if (*status)
		return NULL;
	params = json_object_new_object();
	ctl_add_int(params, "vlan", vlan);
	ctl_add_string(params, "user", ctl->words[0]);
	return params;
}

/* Adds the password, asking for it, and makes the call. */
static int call_with_password(struct ctl *ctl, const char *method,
			      struct json_object *params)
{
	char password[CTL_PASSWORD_MAX + 1];
	int status;

	status = ctl_password(ctl, ctl->words[0], true, password);
	if (!status) {
		ctl_add_string(params, "password", password);
		status = ctl_call(ctl, method, params, NULL);
	}
	explicit_bzero(password, sizeof(password));
	return status;
}

int cmd_user_add(struct ctl *ctl)
{
	struct json_object *params;
	int status;

	params = user_params(ctl, &status);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_DISABLED))
		ctl_add_bool(params, "disabled", true);
	status = call_with_password(ctl, "UserAdd", params);
	json_object_put(params);
	return status;
}

int cmd_user_passwd(struct ctl *ctl)
{
	struct json_object *params;
	int status;

	params = user_params(ctl, &status);
	if (status)
		return status;
	status = call_with_password(ctl, "UserSetPassword", params);
	json_object_put(params);
	return status;
}

int cmd_user_del(struct ctl *ctl)
{
	struct json_object *params;
	int status;

	params = user_params(ctl, &status);
	if (!status)
		status = ctl_call(ctl, "UserDel", params, NULL);
	json_object_put(params);
	return status;
}

static int set_disabled(struct ctl *ctl, bool is_disabled)
{
	struct json_object *params;
	int status;

	params = user_params(ctl, &status);
	if (status)
		return status;
	ctl_add_bool(params, "disabled", is_disabled);
	status = ctl_call(ctl, "UserSet", params, NULL);
	json_object_put(params);
	return status;
}

int cmd_user_enable(struct ctl *ctl)
{
	return set_disabled(ctl, false);
}

int cmd_user_disable(struct ctl *ctl)
{
	return set_disabled(ctl, true);
}

static void print_users(struct json_object *users)
{
	char headers[] = ">VLAN|USER|STATE|>SESSIONS|CREATED|LAST LOGIN";
	size_t n = users ? json_object_array_length(users) : 0;
	struct table table;

	table_init(&table, headers);
	for (size_t i = 0; i < n; i++) {
		struct json_object *user = json_object_array_get_idx(users, i);
		char text[PRINT_MAX];

		table_addf(&table, "%d", (int)ctl_get_int(user, "vlan"));
		table_add(&table, ctl_get_string(user, "user"));
		table_add(&table, ctl_get_bool(user, "disabled") ?
			  "disabled" : "enabled");
		table_addf(&table, "%d", (int)ctl_get_int(user, "sessions"));
		table_add(&table, format_time(ctl_get_int(user, "created"),
					      text));
		table_add(&table, format_time(ctl_get_int(user, "last_login"),
					      text));
	}
	table_print(&table);
	table_free(&table);
}

int cmd_user_list(struct ctl *ctl)
{
	return ctl_list(ctl, "UserList", "users", print_users);
}

int cmd_user_show(struct ctl *ctl)
{
	struct json_object *reply = NULL;
	struct json_object *params;
	char text[PRINT_MAX];
	int status;

	params = user_params(ctl, &status);
	if (!status)
		status = ctl_call(ctl, "UserShow", params, &reply);
	json_object_put(params);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(reply);

	printf("user ");
	print_text(ctl_get_string(reply, "user"));
	print_value("hub", "vlan %d", (int)ctl_get_int(reply, "vlan"));
	print_value("state", "%s", ctl_get_bool(reply, "disabled") ?
		    "disabled" : "enabled");
	print_value("sessions", "%d", (int)ctl_get_int(reply, "sessions"));
	print_value("created", "%s",
		    format_time(ctl_get_int(reply, "created"), text));
	print_value("last login", "%s",
		    format_time(ctl_get_int(reply, "last_login"), text));
	json_object_put(reply);
	return CTL_OK;
}
