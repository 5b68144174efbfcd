// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a connection is, as the parameters of ConnectionAdd say it.
 */
#include "control_connection_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cert.h"
#include "proto.h"

/* What there is of who it is; NULL: not given. */
struct connection_login {
	const char *user;
	const char *cert;
	const char *key;
	bool is_anonymous;
};

int connection_refuse(struct control_call *call, const char *key,
		      const char *text)
{
	control_error(call, CONTROL_INVALID, key, "%s", text);
	return -EINVAL;
}

/* A text parameter into a member of the struct; absent: left as it is. */
static int connection_param_text(struct control_call *call, const char *key,
				 bool required, char *buf, size_t size)
{
	const char *text = NULL;

	if (control_param_string(call, key, required, &text))
		return -EINVAL;
	if (!text)
		return 0;
	if (strlen(text) >= size) {
		control_error(call, CONTROL_INVALID, key,
			      "%s: longer than %zu bytes", key, size - 1);
		return -EINVAL;
	}
	memcpy(buf, text, strlen(text) + 1);
	return 0;
}

/* The store checks once more, but cannot name parameters. */
static int connection_check_values(struct control_call *call,
				   const struct store_connection *connection)
{
	struct store_error error;
	enum sehub_source source;

	if (store_check_connection_name(connection->name, &error))
		return connection_refuse(call, "name", error.text);
	if (store_check_server(connection->server, &error))
		return connection_refuse(call, "server", error.text);
	if (connection->device[0] &&
	    store_check_device_name(connection->device, &error))
		return connection_refuse(call, "device", error.text);
	if (sehub_parse_source(connection->source, &source))
		return connection_refuse(call, "source",
					 "source: has to be an address without a zone, or the name of a network device");
	return 0;
}

/* Certificate and key as they are stored: one of each, and nothing else. */
static int connection_check_pair(struct control_call *call,
				 struct store_connection *c, const char *cert,
				 const char *key)
{
	struct cert_error error;
	char text[sizeof(error.text) + 8];

	if (!cert || !key)
		return connection_refuse(call, cert ? "key" : "cert",
					 "give certificate and key, or neither");
	if (cert_pem_pick(cert, c->cert, &error)) {
		snprintf(text, sizeof(text), "cert: %s", error.text);
		return connection_refuse(call, "cert", text);
	}
	if (cert_pem_pick_key(key, c->cert, c->key, &error)) {
		snprintf(text, sizeof(text), "key: %s", error.text);
		return connection_refuse(call, "key", text);
	}
	c->login = AUTH_EXTERNAL;
	return 0;
}

/* Who it is: a user with a password or a certificate, or nobody. */
static int connection_check_login(struct control_call *call,
				  struct store_connection *c,
				  const struct connection_login *login)
{
	const char *why;

	if ((c->password[0] != 0) + (login->cert || login->key) +
	    login->is_anonymous > 1)
		return connection_refuse(call, login->is_anonymous ?
					 "anonymous" : "cert",
					 "give only one of password, certificate and anonymous");
	if (login->is_anonymous && login->user)
		return connection_refuse(call, "user",
					 "user: who logs in as anybody has no name");
	if (login->is_anonymous) {
		strcpy(c->user, AUTH_ANONYMOUS_USER);
		c->login = AUTH_ANONYMOUS;
		return 0;
	}
	if (!login->user)
		return connection_refuse(call, "user", "user is missing");
	if (auth_prepare_user(login->user, c->user, &why)) {
		control_error(call, CONTROL_INVALID, "user",
			      "user: the name %s", why);
		return -EINVAL;
	}
	if (c->password[0] && auth_check_password(c->password, &why)) {
		control_error(call, CONTROL_INVALID, "password",
			      "password: it %s", why);
		return -EINVAL;
	}
	if (login->cert || login->key)
		return connection_check_pair(call, c, login->cert, login->key);
	return 0;
}

/* The way to the server, and what its proxy wants to know. */
static int connection_check_via(struct control_call *call,
				struct store_connection *connection,
				const char *word)
{
	struct sehub_via via;
	const char *why;

	if (sehub_parse_via(word, &via, &why)) {
		/* not the URL itself, there may be a password in it */
		control_error(call, CONTROL_INVALID, "via", "via: the URL %s",
			      why);
		return -EINVAL;
	}
	if (connection->via_password[0] && !sehub_via_takes_password(&via))
		return connection_refuse(call, "via_password",
					 "via_password: via has no user who could have one");
	if (!proto_text_ok((const uint8_t *)connection->via_password,
			   strlen(connection->via_password)))
		return connection_refuse(call, "via_password",
					 "via_password: it has to be UTF-8 without control characters");
	sehub_format_via(&via, connection->via);
	return 0;
}

/* Whom to trust: one way at most. */
static int connection_check_trust(struct control_call *call,
				  struct store_connection *connection,
				  const char *pin)
{
	_Static_assert(sizeof(connection->pin) == CERT_FINGERPRINT_LEN,
		       "a fingerprint fits");
	if ((*pin != 0) + (connection->ca[0] != 0) + connection->tofu > 1)
		return connection_refuse(call, connection->tofu ? "tofu" : "ca",
					 "give only one of pin, ca and tofu");
	if (*pin && cert_fingerprint_parse(pin, connection->pin))
		return connection_refuse(call, "pin",
					 "pin: has to be SHA256: and 64 hex digits, as the server shows it");
	if (connection->ca[0] && connection->ca[0] != '/')
		return connection_refuse(call, "ca",
					 "ca: has to be an absolute path");
	if (connection->ca[0] && access(connection->ca, R_OK)) {
		control_error(call, CONTROL_INVALID, "ca", "ca: %s: %s",
			      connection->ca, strerror(errno));
		return -EINVAL;
	}
	return 0;
}

/* The device is named as the connection if that can be. */
static int connection_check_device(struct control_call *call,
				   struct store_connection *connection)
{
	struct store_error error;

	if (connection->device[0] && connection->hub)
		return connection_refuse(call, "device",
					 "device: a connection that joins a hub has none");
	if (connection->device[0] || connection->hub)
		return 0;
	if (strlen(connection->name) >= sizeof(connection->device) ||
	    store_check_device_name(connection->name, &error)) {
		control_error(call, CONTROL_INVALID, "device",
			      "device: name one, as \"%s\" cannot be the name of a device",
			      connection->name);
		return -EINVAL;
	}
	strcpy(connection->device, connection->name);
	return 0;
}

int connection_params(struct control_call *call, struct store_connection *c)
{
	struct connection_login login = { .user = NULL };
	char via[2 * SEHUB_VIA_STRLEN] = "";
	const char *card = NULL;
	char pin[128] = "";
	int64_t vlan, hub = 0;

	if (connection_param_text(call, "name", CONTROL_REQUIRED, c->name,
				  sizeof(c->name)) ||
	    connection_param_text(call, "server", CONTROL_REQUIRED, c->server,
				  sizeof(c->server)) ||
	    control_param_int(call, "vlan", CONTROL_REQUIRED, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &vlan) ||
	    control_param_string(call, "user", CONTROL_OPTIONAL,
				 &login.user) ||
	    connection_param_text(call, "password", CONTROL_OPTIONAL,
				  c->password, sizeof(c->password)) ||
	    control_param_string(call, "cert", CONTROL_OPTIONAL,
				 &login.cert) ||
	    control_param_string(call, "key", CONTROL_OPTIONAL, &login.key) ||
	    control_param_bool(call, "anonymous", CONTROL_OPTIONAL,
			       &login.is_anonymous) ||
	    connection_param_text(call, "via", CONTROL_OPTIONAL, via,
				  sizeof(via)) ||
	    connection_param_text(call, "via_password", CONTROL_OPTIONAL,
				  c->via_password, sizeof(c->via_password)) ||
	    connection_param_text(call, "source", CONTROL_OPTIONAL, c->source,
				  sizeof(c->source)) ||
	    connection_param_text(call, "pin", CONTROL_OPTIONAL, pin,
				  sizeof(pin)) ||
	    connection_param_text(call, "ca", CONTROL_OPTIONAL, c->ca,
				  sizeof(c->ca)) ||
	    control_param_bool(call, "tofu", CONTROL_OPTIONAL, &c->tofu) ||
	    control_param_int(call, "hub", CONTROL_OPTIONAL, STORE_VLAN_MIN,
			      STORE_VLAN_MAX, &hub) ||
	    connection_param_text(call, "device", CONTROL_OPTIONAL, c->device,
				  sizeof(c->device)) ||
	    control_param_string(call, "card", CONTROL_OPTIONAL, &card) ||
	    control_param_bool(call, "auto", CONTROL_OPTIONAL, &c->auto_up) ||
	    control_param_int(call, "grace_ms", CONTROL_OPTIONAL, -1,
			      SEHUB_GRACE_MAX, &c->grace) ||
	    control_params_end(call))
		return -EINVAL;
	c->vlan = (uint16_t)vlan;
	c->hub = (uint16_t)hub;
	if (card && card_kind_parse(card, &c->card))
		return connection_refuse(call, "card",
					 "card: has to be auto, hub or tap");
	if (connection_check_login(call, c, &login) ||
	    connection_check_values(call, c) ||
	    connection_check_via(call, c, via) ||
	    connection_check_trust(call, c, pin))
		return -EINVAL;
	return connection_check_device(call, c);
}
