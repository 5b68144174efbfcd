// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl user: the daemon keeps the users. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access.h"
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

static int add_times(struct ctl *ctl, struct json_object *params)
{
	const char *expires = ctl->values[OPT_EXPIRES];
	int64_t when;
	int err;

	if (expires) {
		err = sehub_parse_time(expires, &when);
		if (err)
			return ctl_misuse(ctl, "--expires: \"%.40s\" %s",
					  expires, err == -ERANGE ?
					  "is a day or time that there is not" :
					  "has to be as 2027-01-31, 2027-01-31T18:30, or never");
		ctl_add_int(params, "expires", when);
	}
	return ctl_add_grace(ctl, params);
}

/* Certificates, as files or fingerprints, if any are named. */
static int add_certs(struct ctl *ctl, struct json_object *params)
{
	const char *word = ctl->values[OPT_CERT];
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	struct json_object *list;
	int status = CTL_OK;
	char *copy, *rest;

	if (!word)
		return CTL_OK;
	list = json_object_new_array();
	json_object_object_add(params, "certs", list);
	if (!strcmp(word, "none"))
		return CTL_OK;
	copy = strdup(word);
	if (!copy)
		return ctl_fail_text(ctl, "out of memory");
	rest = copy;
	while (!status && rest) {
		word = strsep(&rest, ",");
		if (!*word)
			status = ctl_misuse(ctl,
					    "--cert: there is nothing before or behind a comma");
		else if (!sehub_parse_fingerprint(word, hash))
			json_object_array_add(list,
					      json_object_new_string(word));
		else if (!strncasecmp(word, "SHA256:", 7))
			status = ctl_misuse(ctl,
					    "--cert: \"%.80s\" is no fingerprint: SHA256: and 64 hexadecimal digits",
					    word);
		else
			status = ctl_add_pem(ctl, list, NULL, word);
	}
	free(copy);
	return status;
}

/* What the user may do, as far as options say it. */
static int add_rules(struct ctl *ctl, struct json_object *params)
{
	const char *policy = ctl->values[OPT_POLICY];
	const char *sources = ctl->values[OPT_SOURCES];
	struct sehub_sources list;
	struct sehub_policy rules;
	const char *cascade = ctl->values[OPT_CASCADE];
	bool may_join = false;
	struct sehub_err err;
	const char *why;
	uint32_t max = 0;

	if (policy && sehub_policy_parse(policy, &rules, &err))
		return ctl_misuse(ctl, "%s", err.text);
	if (policy)
		ctl_add_string(params, "policy", policy);
	if (sources && sehub_parse_sources(sources, &list, &why))
		return ctl_misuse(ctl, "--sources: \"%.80s\" %s", sources,
				  why);
	if (sources)
		ctl_add_string(params, "sources", sources);
	if (ctl_u32(ctl, OPT_MAX_SESSIONS, 0, UINT32_MAX, &max))
		return CTL_USAGE;
	if (ctl_has(ctl, OPT_MAX_SESSIONS))
		ctl_add_int(params, "max_sessions", max);
	if (cascade && sehub_parse_bool(cascade, &may_join))
		return ctl_misuse(ctl,
				  "--cascade: \"%.40s\" is neither on nor off",
				  cascade);
	if (cascade)
		ctl_add_bool(params, "cascade", may_join);
	return add_times(ctl, params);
}

/* Is a password wanted? One that is not given is only asked for where it is. */
static bool has_password(const struct ctl *ctl)
{
	return ctl_has(ctl, OPT_PASSWORD_FILE) ||
	       ctl_has(ctl, OPT_PASSWORD_FD) ||
	       (!ctl_has(ctl, OPT_CERT) && !ctl_has(ctl, OPT_ANONYMOUS));
}

int cmd_user_add(struct ctl *ctl)
{
	struct json_object *params;
	int status;

	if (ctl_has(ctl, OPT_ANONYMOUS) &&
	    (ctl_has(ctl, OPT_CERT) || has_password(ctl)))
		return ctl_misuse(ctl,
				  "--anonymous: who logs in so has neither password nor certificate");
	params = user_params(ctl, &status);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_DISABLED))
		ctl_add_bool(params, "disabled", true);
	if (ctl_has(ctl, OPT_ANONYMOUS))
		ctl_add_bool(params, "anonymous", true);
	status = add_certs(ctl, params);
	if (!status)
		status = add_rules(ctl, params);
	if (!status && has_password(ctl))
		status = call_with_password(ctl, "UserAdd", params);
	else if (!status)
		status = ctl_call(ctl, "UserAdd", params, NULL);
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

int cmd_user_set(struct ctl *ctl)
{
	struct json_object *params;
	int status;

	params = user_params(ctl, &status);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_NO_PASSWORD))
		ctl_add_bool(params, "no_password", true);
	status = add_certs(ctl, params);
	if (!status)
		status = add_rules(ctl, params);
	/* besides vlan and user */
	if (!status && json_object_object_length(params) <= 2)
		status = ctl_misuse(ctl,
				    "nothing to set: give --policy, --max-sessions, --expires, --sources, --grace, --cascade, --cert or --no-password");
	if (!status)
		status = ctl_call(ctl, "UserSet", params, NULL);
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

static void print_login(struct json_object *user)
{
	struct json_object *certs = ctl_get_array(user, "certs");
	size_t n = certs ? json_object_array_length(certs) : 0;

	if (ctl_get_bool(user, "anonymous"))
		print_value("logs in", "without saying who it is");
	if (ctl_get_bool(user, "password"))
		print_value("logs in", "with a password");
	for (size_t i = 0; i < n; i++)
		print_value("logs in", "with certificate %s",
			    json_object_get_string(
				    json_object_array_get_idx(certs, i)));
}

static void print_rules(struct json_object *user)
{
	int64_t max = ctl_get_int(user, "max_sessions");
	struct json_object *grace;
	char text[PRINT_MAX];

	print_value("policy", "%s", ctl_get_string(user, "policy"));
	if (max)
		print_value("at a time", "%lld sessions", (long long)max);
	else
		print_value("at a time", "any number of sessions");
	if (ctl_get_bool(user, "cascade"))
		print_value("cascade", "may join hubs to this one");
	print_value("comes from", "%s", ctl_get_string(user, "sources"));
	print_value("expires", "%s",
		    format_time(ctl_get_int(user, "expires"), text));
	if (!json_object_object_get_ex(user, "grace_ms", &grace) || !grace)
		return;
	if (json_object_get_int64(grace) % 1000)
		print_value("grace time", "%lld ms",
			    (long long)json_object_get_int64(grace));
	else
		print_value("grace time", "%s",
			    format_age((uint64_t)
				       json_object_get_int64(grace) / 1000,
				       text));
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
	print_login(reply);
	print_rules(reply);
	print_value("sessions", "%d", (int)ctl_get_int(reply, "sessions"));
	print_value("created", "%s",
		    format_time(ctl_get_int(reply, "created"), text));
	print_value("last login", "%s",
		    format_time(ctl_get_int(reply, "last_login"), text));
	json_object_put(reply);
	return CTL_OK;
}
