// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a user may do: the ten security options by their numbers, and what goes
 * beyond them. Each change is made at once, as UserSet does it.
 */
#include "console_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "lib/access.h"
#include "lib/policy.h"

/**
 * struct option - one of the ten
 * @text: what it does
 * @flag: SEHUB_POLICY_FLAG_*, 0: it is a number
 * @member: offset of that number
 */
struct option {
	const char *text;
	uint32_t flag;
	size_t member;
};

static const struct option security[] = {
	{ N_("Deny connection"), SEHUB_POLICY_FLAG_DENY, 0 },
	{ N_("Prohibit session reconnection"), SEHUB_POLICY_FLAG_NO_RESUME, 0 },
	{ N_("Force the IP address that DHCP assigned"),
	  SEHUB_POLICY_FLAG_DHCP_FORCE, 0 },
	{ N_("Limit the number of IP addresses"), 0,
	  offsetof(struct sehub_policy, max_ip) },
	{ N_("Limit the number of MAC addresses"), 0,
	  offsetof(struct sehub_policy, max_mac) },
	{ N_("Prohibit an IP address that is in use"),
	  SEHUB_POLICY_FLAG_NO_IP_DUP, 0 },
	{ N_("Prohibit a MAC address that is in use"),
	  SEHUB_POLICY_FLAG_NO_MAC_DUP, 0 },
	{ N_("Prohibit broadcast packets"), SEHUB_POLICY_FLAG_NO_BROADCAST,
	  0 },
	{ N_("Prohibit acting as a DHCP server"),
	  SEHUB_POLICY_FLAG_NO_DHCP_SERVER, 0 },
	{ N_("Filter all DHCP packets"), SEHUB_POLICY_FLAG_FILTER_DHCP, 0 },
};

#define SECURITY	(sizeof(security) / sizeof(security[0]))

/**
 * struct beyond - what may be changed besides; numbered after the ten
 * @text: what it is
 * @value: how it is now; may be put into @buf, PRINT_MAX bytes
 * @change: asks for what it is to be
 */
struct beyond {
	const char *text;
	const char *(*value)(const struct console_session *s,
			     struct json_object *user, char *buf);
	void (*change)(struct console_session *s);
};

static void show_beyond(struct console_session *s, struct json_object *user);

static uint32_t *number_of(const struct option *option,
			   struct sehub_policy *policy)
{
	return (uint32_t *)((char *)policy + option->member);
}

/* The policy of what is shown; one from the store is right. */
static void policy_of(struct json_object *user, struct sehub_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	sehub_policy_parse(console_string(user, "policy"), policy, NULL);
}

/* --- show ------------------------------------------------------------------ */

/* Columns before the values of numbered lines. */
#define NUMBERED_COLUMNS	48

static void show_numbered(struct console_session *s, size_t number,
			  const char *label, const char *value)
{
	int width;

	label = T(label);
	width = text_width(label);
	console_print(s, "  %2zu  %s%*s", number, label,
		      width < NUMBERED_COLUMNS ? NUMBERED_COLUMNS - width : 1,
		      "");
	console_put(s, *value ? value : "-");
	console_put(s, "\n");
}

static void show_security(struct console_session *s, struct json_object *user)
{
	struct sehub_policy policy;
	char number[16];

	policy_of(user, &policy);
	for (size_t i = 0; i < SECURITY; i++) {
		const struct option *option = &security[i];
		uint32_t value;

		if (option->flag) {
			value = policy.flags & option->flag;
			show_numbered(s, i + 1, option->text,
				      value ? T("on") : T("off"));
		} else {
			value = *number_of(option, &policy);
			snprintf(number, sizeof(number), "%u", value);
			show_numbered(s, i + 1, option->text,
				      value ? number : T("off"));
		}
	}
}

static const char *value_of_state(const struct console_session *s,
				  struct json_object *user, char *buf)
{
	(void)buf;
	return console_bool(user, "disabled") ? T("disabled") : T("enabled");
}

static const char *value_of_password(const struct console_session *s,
				     struct json_object *user, char *buf)
{
	(void)buf;
	return console_bool(user, "password") ? T("set") : T("none");
}

static const char *value_of_max(const struct console_session *s,
				struct json_object *user, char *buf)
{
	int64_t max = console_int(user, "max_sessions");

	snprintf(buf, PRINT_MAX, "%" PRId64, max);
	return max ? buf : T("any number");
}

static const char *value_of_expiry(const struct console_session *s,
				   struct json_object *user, char *buf)
{
	int64_t expires = console_int(user, "expires");

	return expires ? format_time(expires, buf) : T("never");
}

/* What the daemon says of them, for the catalogue. */
static const char *const said[] __attribute__((unused)) = {
	N_("any"), N_("none"),
};

static const char *value_of_sources(const struct console_session *s,
				    struct json_object *user, char *buf)
{
	(void)buf;
	return T(console_string(user, "sources"));
}

static const char *value_of_grace(const struct console_session *s,
				  struct json_object *user, char *buf)
{
	if (!console_has(user, "grace_ms"))
		return T("as configured");
	return format_age((uint64_t)console_int(user, "grace_ms") / 1000, buf);
}

static const char *value_of_cascade(const struct console_session *s,
				    struct json_object *user, char *buf)
{
	(void)buf;
	return console_bool(user, "cascade") ? T("yes") : T("no");
}

static const char *value_of_words(const struct console_session *s,
				  struct json_object *user, char *buf)
{
	(void)buf;
	return T(console_string(user, "policy"));
}

void console_user_show(struct console_session *s, struct json_object *user)
{
	struct json_object *certs = json_object_object_get(user, "certs");
	int64_t last = console_int(user, "last_login");
	char text[PRINT_MAX];

	console_print(s, T("User %s of hub %d\n"),
		      console_string(user, "user"),
		      (int)console_int(user, "vlan"));
	console_value(s, N_("Created"), "%s",
		      format_time(console_int(user, "created"), text));
	console_value(s, N_("Last login"), "%s",
		      last ? format_time(last, text) : T("never"));
	console_value(s, N_("Sessions"), "%" PRId64,
		      console_int(user, "sessions"));
	for (size_t i = 0; i < console_length(certs); i++)
		console_value(s, N_("Certificate"), "%s",
			      json_object_get_string(
				      json_object_array_get_idx(certs, i)));
	show_security(s, user);
	show_beyond(s, user);
}

/* --- changes --------------------------------------------------------------- */

static void ask_change(struct console_session *s);

static void on_shown(struct console_session *s, struct json_object *user)
{
	json_object_put(s->shown);
	s->shown = json_object_get(user);
	ask_change(s);
}

/* Parameters that name the user. */
static struct json_object *name_user(struct console_session *s)
{
	struct json_object *params = console_params(s);

	json_object_object_add(params, "vlan",
			       json_object_new_int64(
				       console_int(s->shown, "vlan")));
	json_object_object_add(params, "user",
			       json_object_new_string(
				       console_string(s->shown, "user")));
	return params;
}

static void look_again(struct console_session *s)
{
	name_user(s);
	console_call(s, "UserShow", NULL, on_shown);
}

static void on_set(struct console_session *s, struct json_object *reply)
{
	(void)reply;
	console_put(s, T("Done.\n"));
	look_again(s);
}

static void call_set(struct console_session *s)
{
	console_call(s, "UserSet", NULL, on_set);
}

static void set_policy(struct console_session *s,
		       const struct sehub_policy *policy)
{
	char words[SEHUB_POLICY_STRLEN];

	json_object_object_add(name_user(s), "policy", json_object_new_string(
				       sehub_policy_format(policy, words)));
}

static void on_limit(struct console_session *s, const char *text)
{
	const struct option *option = &security[s->choice];
	struct sehub_policy policy;
	uint32_t number = 1;

	if (*text && sehub_parse_u32(text, 0, UINT32_MAX, &number)) {
		console_put(s, T("That is no number.\n"));
		ask_change(s);
		return;
	}
	policy_of(s->shown, &policy);
	*number_of(option, &policy) = number;
	set_policy(s, &policy);
	call_set(s);
}

static void toggle(struct console_session *s, const struct option *option)
{
	struct sehub_policy policy;

	policy_of(s->shown, &policy);
	policy.flags ^= option->flag;
	if (option->flag == SEHUB_POLICY_FLAG_NO_BROADCAST)
		policy.flags &= ~(uint32_t)(SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |
					    SEHUB_POLICY_FLAG_NO_BROADCAST_ND |
					    SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP);
	set_policy(s, &policy);
	if (option->flag == SEHUB_POLICY_FLAG_DENY &&
	    policy.flags & option->flag && console_int(s->shown, "sessions"))
		console_confirm(s, T("This ends the sessions that the user has. Go on?"),
				call_set);
	else
		call_set(s);
}

static void call_password(struct console_session *s)
{
	console_call(s, "UserSetPassword", NULL, on_set);
}

static void change_password(struct console_session *s)
{
	name_user(s);
	console_ask_password(s, T("Password of the user"), call_password);
}

static void change_state(struct console_session *s)
{
	bool is_disabled = console_bool(s->shown, "disabled");

	json_object_object_add(name_user(s), "disabled",
			       json_object_new_boolean(!is_disabled));
	if (!is_disabled && console_int(s->shown, "sessions"))
		console_confirm(s, T("This ends the sessions that the user has. Go on?"),
				call_set);
	else
		call_set(s);
}

static void on_max_sessions(struct console_session *s, const char *text)
{
	uint32_t max;

	if (sehub_parse_u32(text, 0, UINT32_MAX, &max)) {
		console_put(s, T("That is no number.\n"));
		ask_change(s);
		return;
	}
	json_object_object_add(name_user(s), "max_sessions",
			       json_object_new_int64(max));
	call_set(s);
}

static void change_max_sessions(struct console_session *s)
{
	console_ask(s, T("Sessions at a time (0: any number)"),
		    on_max_sessions);
}

static void on_expires(struct console_session *s, const char *text)
{
	int64_t when;

	if (sehub_parse_time(text, &when)) {
		console_put(s, T("A time is 2027-01-31, 2027-01-31T18:30, or never.\n"));
		ask_change(s);
		return;
	}
	json_object_object_add(name_user(s), "expires",
			       json_object_new_int64(when));
	call_set(s);
}

static void change_expires(struct console_session *s)
{
	console_ask(s, T("Expires (2027-01-31, 2027-01-31T18:30, never)"),
		    on_expires);
}

static void on_sources(struct console_session *s, const char *text)
{
	json_object_object_add(name_user(s), "sources",
			       json_object_new_string(text));
	call_set(s);
}

static void change_sources(struct console_session *s)
{
	console_ask(s, T("Comes from (192.0.2.0/24,2001:db8::/32, any)"),
		    on_sources);
}

static void on_grace(struct console_session *s, const char *text)
{
	uint64_t ms = 0;

	if (strcmp(text, "default") &&
	    sehub_parse_duration(text, 0, SEHUB_GRACE_MAX, &ms)) {
		console_put(s, T("A grace time is 0 to 24h, as 90s or 10m, or default.\n"));
		ask_change(s);
		return;
	}
	json_object_object_add(name_user(s), "grace_ms",
			       json_object_new_int64(
				       strcmp(text, "default") ?
				       (int64_t)ms : -1));
	call_set(s);
}

static void change_grace(struct console_session *s)
{
	console_ask(s, T("Grace time (90s, 10m, default)"), on_grace);
}

static void change_cascade(struct console_session *s)
{
	bool may = console_bool(s->shown, "cascade");

	json_object_object_add(name_user(s), "cascade",
			       json_object_new_boolean(!may));
	call_set(s);
}

static void on_words(struct console_session *s, const char *text)
{
	json_object_object_add(name_user(s), "policy",
			       json_object_new_string(text));
	call_set(s);
}

static void change_words(struct console_session *s)
{
	console_ask(s, T("Policy in words, see sehubctl(8), or none"),
		    on_words);
}

/* --- the screen ------------------------------------------------------------ */

static const struct beyond beyond[] = {
	{ N_("State"), value_of_state, change_state },
	{ N_("Password"), value_of_password, change_password },
	{ N_("Sessions at a time"), value_of_max, change_max_sessions },
	{ N_("Expires"), value_of_expiry, change_expires },
	{ N_("Comes from"), value_of_sources, change_sources },
	{ N_("Grace time"), value_of_grace, change_grace },
	{ N_("May join hubs"), value_of_cascade, change_cascade },
	{ N_("Policy in words"), value_of_words, change_words },
};

#define BEYOND	(sizeof(beyond) / sizeof(beyond[0]))

static void show_beyond(struct console_session *s, struct json_object *user)
{
	char buf[PRINT_MAX];

	for (size_t i = 0; i < BEYOND; i++)
		show_numbered(s, SECURITY + i + 1, beyond[i].text,
			      beyond[i].value(s, user, buf));
}

static void show_all(struct console_session *s)
{
	console_print(s, T("User %s of hub %d\n"),
		      console_string(s->shown, "user"),
		      (int)console_int(s->shown, "vlan"));
	show_security(s, s->shown);
	show_beyond(s, s->shown);
}

static void change(struct console_session *s, unsigned int number)
{
	if (number > SECURITY) {
		beyond[number - 1 - SECURITY].change(s);
	} else if (security[number - 1].flag) {
		toggle(s, &security[number - 1]);
	} else {
		s->choice = (long)number - 1;
		console_ask(s, T("How many (0: any number, Enter: one)"),
			    on_limit);
	}
}

static void on_change(struct console_session *s, const char *text)
{
	uint32_t number;

	if (!*text) {
		/* out of the screen */
		s->again = NULL;
		console_done(s);
	} else if (sehub_parse_u32(text, 0, SECURITY + BEYOND, &number)) {
		console_print(s, T("There is no entry \"%s\"; 0 shows them.\n"),
			      text);
		ask_change(s);
	} else if (!number) {
		show_all(s);
		ask_change(s);
	} else {
		change(s, number);
	}
}

static void ask_change(struct console_session *s)
{
	s->again = ask_change;
	console_ask(s, T("Change (1 to 18, 0 shows them, Enter: back)"),
		    on_change);
}

void console_user_edit(struct console_session *s, struct json_object *user)
{
	json_object_put(s->shown);
	s->shown = json_object_get(user);
	show_all(s);
	ask_change(s);
}
