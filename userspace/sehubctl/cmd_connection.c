// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl connection: this machine as a client of hubs elsewhere. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "print.h"
#include "via.h"

#define DEFAULT_PORT		443
#define DEFAULT_WAIT_S		15
#define WAIT_MAX_S		3600
/* What the daemon is given beyond the time that it is to wait. */
#define WAIT_SLACK_S		5

/* How the server is to be known: at most one of the three ways. */
static int add_trust(struct ctl *ctl, struct json_object *params)
{
	const char *pin = ctl->values[OPT_PIN];
	const char *ca = ctl->values[OPT_CA];
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	char text[SEHUB_FINGERPRINT_STRLEN];
	char *path;

	if (!!pin + !!ca + ctl_has(ctl, OPT_TRUST_FIRST_USE) > 1)
		return ctl_misuse(ctl,
				  "--pin, --ca and --trust-first-use exclude each other");
	if (pin) {
		if (sehub_parse_fingerprint(pin, hash))
			return ctl_misuse(ctl,
					  "--pin: \"%.80s\" is no fingerprint: SHA256: and 64 hexadecimal digits",
					  pin);
		ctl_add_string(params, "pin",
			       sehub_format_fingerprint(hash, text));
	}
	if (ca) {
		/* The daemon has another working directory. */
		path = realpath(ca, NULL);
		if (!path)
			return ctl_fail_text(ctl, "cannot open %s: %s", ca,
					     strerror(errno));
		ctl_add_string(params, "ca", path);
		free(path);
	}
	if (ctl_has(ctl, OPT_TRUST_FIRST_USE))
		ctl_add_bool(params, "tofu", true);
	return CTL_OK;
}

/* Who it is: a user with a password or a certificate, or anybody. */
static int add_login(struct ctl *ctl, struct json_object *params)
{
	const char *cert = ctl->values[OPT_CERT], *key = ctl->values[OPT_KEY];
	bool has_password = ctl_has(ctl, OPT_PASSWORD_FILE) ||
			    ctl_has(ctl, OPT_PASSWORD_FD);
	int status;

	if (ctl_has(ctl, OPT_ANONYMOUS)) {
		if (ctl_has(ctl, OPT_USER) || cert || key || has_password)
			return ctl_misuse(ctl,
					  "--anonymous: who logs in so has neither name, password nor certificate");
		ctl_add_bool(params, "anonymous", true);
		return CTL_OK;
	}
	if (!ctl_has(ctl, OPT_USER))
		return ctl_misuse(ctl,
				  "--user NAME is missing, and so is --anonymous");
	ctl_add_string(params, "user", ctl->values[OPT_USER]);
	if (!cert && !key)
		return CTL_OK;
	if (has_password)
		return ctl_misuse(ctl,
				  "--cert and a password exclude each other");
	if (!cert || !key)
		return ctl_misuse(ctl,
				  "--cert and --key need each other: a certificate and its private key");
	status = ctl_add_pem(ctl, params, "cert", cert);
	return status ? status : ctl_add_pem(ctl, params, "key", key);
}

static int add_server(struct ctl *ctl, struct json_object *params)
{
	const char *word = ctl->values[OPT_SERVER];
	struct sehub_endpoint server;
	char text[SEHUB_HOST_MAX + 16];
	int err;

	err = sehub_parse_endpoint(word, DEFAULT_PORT, &server);
	if (err)
		return ctl_misuse(ctl, "--server: \"%.80s\" %s", word,
				  err == -ERANGE ?
				  "has no port from 1 to 65535" :
				  "is no host: hub.example, hub.example:7777, [2001:db8::1]:443");
	ctl_add_string(params, "server",
		       sehub_format_endpoint(&server, text, sizeof(text)));
	return CTL_OK;
}

/* The way to the server, with the password of its proxy's user. */
static int add_via(struct ctl *ctl, struct json_object *params)
{
	const char *word = ctl->values[OPT_VIA];
	char password[CTL_PASSWORD_MAX + 1];
	char text[SEHUB_VIA_STRLEN], what[160];
	struct sehub_via via;
	const char *why;
	int status;

	if (!word)
		word = "";
	/* not quoted, there may be a password in it */
	if (sehub_parse_via(word, &via, &why))
		return ctl_misuse(ctl, "--via: the URL %s", why);
	if (ctl_has(ctl, OPT_VIA_PASSWORD_FILE) &&
	    !sehub_via_takes_password(&via))
		return ctl_misuse(ctl,
				  "--via-password-file: --via has no user who could have a password");
	if (via.kind == SEHUB_VIA_DIRECT)
		return CTL_OK;
	ctl_add_string(params, "via", sehub_format_via(&via, text));
	if (!sehub_via_takes_password(&via))
		return CTL_OK;
	snprintf(what, sizeof(what), "%.60s at the proxy %.60s", via.user,
		 via.proxy.host);
	status = ctl_via_password(ctl, what, password);
	if (!status)
		ctl_add_string(params, "via_password", password);
	explicit_bzero(password, sizeof(password));
	return status;
}

/* What it is to be here: a network card, or a port of a hub. */
static int add_place(struct ctl *ctl, struct json_object *params)
{
	const char *device = ctl->values[OPT_DEVICE];
	const char *hub = ctl->values[OPT_HUB];
	uint16_t vlan;

	if (device && hub)
		return ctl_misuse(ctl,
				  "--device and --hub exclude each other: a connection that joins hubs has no card");
	if (device && !sehub_is_ifname(device))
		return ctl_misuse(ctl,
				  "--device: \"%.40s\" is no name for a device",
				  device);
	if (device)
		ctl_add_string(params, "device", device);
	if (hub && sehub_parse_vlan(hub, &vlan))
		return ctl_misuse(ctl,
				  "--hub: \"%.40s\" is no hub number: 1 to 4094",
				  hub);
	if (hub)
		ctl_add_int(params, "hub", vlan);
	return CTL_OK;
}

static int add_all(struct ctl *ctl, struct json_object *params)
{
	const char *source = ctl->values[OPT_SOURCE];
	enum sehub_source kind;
	uint16_t vlan = 0;
	int status;

	status = ctl_vlan(ctl, &vlan);
	if (status)
		return status;
	ctl_add_string(params, "name", ctl->words[0]);
	ctl_add_int(params, "vlan", vlan);
	if (source && (!*source || sehub_parse_source(source, &kind)))
		return ctl_misuse(ctl,
				  "--source: \"%.60s\" is no address and no network device's name",
				  source);
	if (source)
		ctl_add_string(params, "source", source);
	if (ctl_has(ctl, OPT_AUTO))
		ctl_add_bool(params, "auto", true);
	status = add_login(ctl, params);
	if (!status)
		status = add_place(ctl, params);
	if (!status)
		status = add_server(ctl, params);
	if (!status)
		status = ctl_add_grace(ctl, params);
	if (!status)
		status = add_trust(ctl, params);
	return status ? status : add_via(ctl, params);
}

static int add_password(struct ctl *ctl, struct json_object *params)
{
	char password[CTL_PASSWORD_MAX + 1];
	char what[128];
	int status;

	if (ctl_has(ctl, OPT_ANONYMOUS) || ctl_has(ctl, OPT_CERT))
		return CTL_OK;
	snprintf(what, sizeof(what), "%.40s at %.60s", ctl->values[OPT_USER],
		 ctl->values[OPT_SERVER]);
	status = ctl_password(ctl, what, false, password);
	if (!status)
		ctl_add_string(params, "password", password);
	explicit_bzero(password, sizeof(password));
	return status;
}

int cmd_connection_add(struct ctl *ctl)
{
	struct json_object *params = json_object_new_object();
	int status;

	status = add_all(ctl, params);
	if (!status)
		status = add_password(ctl, params);
	if (!status)
		status = ctl_call(ctl, "ConnectionAdd", params, NULL);
	json_object_put(params);
	return status;
}

/* Calls a method that takes nothing but the connection that is word 0. */
static int call_about(struct ctl *ctl, const char *method,
		      struct json_object **reply)
{
	struct json_object *params = json_object_new_object();
	int status;

	ctl_add_string(params, "name", ctl->words[0]);
	status = ctl_call(ctl, method, params, reply);
	json_object_put(params);
	return status;
}

int cmd_connection_del(struct ctl *ctl)
{
	return call_about(ctl, "ConnectionDel", NULL);
}

int cmd_connection_down(struct ctl *ctl)
{
	return call_about(ctl, "ConnectionDown", NULL);
}

int cmd_connection_up(struct ctl *ctl)
{
	const char *card = ctl->values[OPT_DEVICE];
	struct json_object *params;
	uint32_t seconds = DEFAULT_WAIT_S;
	int status;

	if (ctl_has(ctl, OPT_WAIT) && ctl_has(ctl, OPT_NO_WAIT))
		return ctl_misuse(ctl,
				  "--wait and --no-wait exclude each other");
	if (card && strcmp(card, "auto") && strcmp(card, "hub") &&
	    strcmp(card, "tap"))
		return ctl_misuse(ctl,
				  "--device: \"%.40s\" is none of auto, hub and tap; its name is given to connection add",
				  card);
	status = ctl_seconds(ctl, OPT_WAIT, 1, WAIT_MAX_S, &seconds);
	if (status)
		return status;
	params = json_object_new_object();
	ctl_add_string(params, "name", ctl->words[0]);
	if (!ctl_has(ctl, OPT_NO_WAIT)) {
		ctl_add_bool(params, "wait", true);
		ctl_add_int(params, "timeout_s", seconds);
	}
	if (card)
		ctl_add_string(params, "card", card);
	status = ctl_call_within(ctl, seconds + WAIT_SLACK_S, "ConnectionUp",
				 params, NULL);
	json_object_put(params);
	return status;
}

static void print_connections(struct json_object *connections)
{
	char headers[] = "NAME|SERVER|>VLAN|USER|DEVICE|STATE|>SINCE|ERROR";
	size_t n = connections ? json_object_array_length(connections) : 0;
	time_t now = time(NULL);
	struct table table;

	table_init(&table, headers);
	for (size_t i = 0; i < n; i++) {
		struct json_object *c =
			json_object_array_get_idx(connections, i);
		char text[PRINT_MAX];
		int hub;

		table_add(&table, ctl_get_string(c, "name"));
		table_add(&table, ctl_get_string(c, "server"));
		table_addf(&table, "%d", (int)ctl_get_int(c, "vlan"));
		table_add(&table, ctl_get_string(c, "user"));
		hub = (int)ctl_get_int(c, "hub");
		if (hub)
			table_addf(&table, "hub %d", hub);
		else
			table_add(&table, ctl_get_string(c, "device"));
		table_add(&table, ctl_get_string(c, "state"));
		table_add(&table, format_since(ctl_get_int(c, "since"), now,
					       text));
		table_add(&table, ctl_get_string(c, "error"));
	}
	table_print(&table);
	table_free(&table);
}

int cmd_connection_list(struct ctl *ctl)
{
	return ctl_list(ctl, "ConnectionList", "connections",
			print_connections);
}

static void print_trust(struct json_object *c)
{
	const char *pin = ctl_get_string(c, "pin");
	const char *ca = ctl_get_string(c, "ca");

	if (*pin)
		print_value("server known by", "%s", pin);
	else if (*ca)
		print_value("server known by", "authorities in %s", ca);
	else
		print_value("server known by", "%s", ctl_get_bool(c, "tofu") ?
			    "what it shows first" :
			    "the system's authorities");
}

static void print_device(struct json_object *c)
{
	const char *wanted = ctl_get_string(c, "card");
	const char *kind = ctl_get_string(c, "device_kind");
	const char *text = "";
	int hub = (int)ctl_get_int(c, "hub");

	if (hub) {
		print_value("joins", "hub %d of this machine", hub);
		return;
	}
	if (!*kind && strcmp(wanted, "auto"))
		kind = wanted;
	if (!strcmp(kind, "tap"))
		text = " (TAP device)";
	else if (!strcmp(kind, "hub"))
		text = " (hub)";
	print_value("device", "%s%s", ctl_get_string(c, "device"), text);
}

int cmd_connection_show(struct ctl *ctl)
{
	struct json_object *c = NULL, *grace;
	char text[PRINT_MAX];
	int status;

	status = call_about(ctl, "ConnectionShow", &c);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(c);

	printf("connection ");
	print_text(ctl_get_string(c, "name"));
	print_value("server", "%s", ctl_get_string(c, "server"));
	if (*ctl_get_string(c, "via"))
		print_value("via", "%s", ctl_get_string(c, "via"));
	if (*ctl_get_string(c, "source"))
		print_value("going out", "from %s",
			    ctl_get_string(c, "source"));
	print_value("hub", "vlan %d", (int)ctl_get_int(c, "vlan"));
	print_value("user", "%s", ctl_get_string(c, "user"));
	if (*ctl_get_string(c, "cert"))
		print_value("certificate", "%s", ctl_get_string(c, "cert"));
	print_device(c);
	if (json_object_object_get_ex(c, "grace_ms", &grace) && grace)
		print_value("sessions wait", "%s",
			    format_age((uint64_t)(json_object_get_int64(grace) /
						  1000), text));
	print_value("at start", "%s", ctl_get_bool(c, "auto") ?
		    "connect" : "stay down");
	print_trust(c);
	print_value("state", "%s", ctl_get_string(c, "state"));
	print_value("since", "%s", format_time(ctl_get_int(c, "since"), text));
	if (*ctl_get_string(c, "error"))
		print_value("error", "%s", ctl_get_string(c, "error"));
	if (ctl_get_int(c, "retry_in_ms"))
		print_value("next try", "in %d s",
			    (int)(ctl_get_int(c, "retry_in_ms") + 999) / 1000);
	if (*ctl_get_string(c, "address")) {
		print_value("connected to", "%s",
			    ctl_get_string(c, "address"));
		print_value("cipher", "%s", ctl_get_string(c, "cipher"));
	}
	if (*ctl_get_string(c, "session")) {
		print_value("session", "%s", ctl_get_string(c, "session"));
		print_value("resumed", "%d times",
			    (int)ctl_get_int(c, "resumes"));
	}
	json_object_put(c);
	return CTL_OK;
}
