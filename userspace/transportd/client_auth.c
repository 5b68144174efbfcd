// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who the client is, and how it proves that: with a password, with the
 * certificate that it has shown in TLS, or not at all, as its connection says.
 */
#include "client_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "proto.h"

static bool is_offered(struct proto_bytes list, const char *mechanism)
{
	const size_t want = strlen(mechanism);
	size_t i, start = 0;

	for (i = 0; i <= list.len; i++) {
		if (i < list.len && list.data[i] != ' ')
			continue;
		if (i - start == want &&
		    !memcmp(list.data + start, mechanism, want))
			return true;
		start = i + 1;
	}
	return false;
}

void client_auth_step(struct client *c, const uint8_t *in, size_t in_len)
{
	uint8_t record[AUTH_INPUT_MAX];
	struct proto_builder b;
	enum auth_result result;
	uint8_t *out = NULL;
	size_t len = 0;

	result = auth_client_step(c->auth, in, in_len, &out, &len);
	if (result == AUTH_FAILED) {
		client_give_up(c, auth_client_reason(c->auth));
		return;
	}
	if (out) {
		proto_begin(&b, record, sizeof(record), SEHUB_WIRE_AUTH);
		if (!in)
			proto_put_text(&b, SEHUB_WIRE_A_MECHANISM,
				       auth_mechanism_name(c->login));
		proto_put_bytes(&b, SEHUB_WIRE_A_SASL, out, len);
		client_send_record(c, &b);
		free(out);
	}
	if (result == AUTH_OK)
		client_send_attach(c);
}

void client_begin_auth(struct client *c, struct proto_bytes offered)
{
	struct daemon *d = c->cs->d;
	uint8_t binding[TLS_EXPORTER_LEN];
	struct store_connection sc;
	struct store_error err;
	char text[80];

	/* Nothing else will do, whatever else is offered. */
	if (!is_offered(offered, auth_mechanism_name(c->login))) {
		snprintf(text, sizeof(text), "the server does not offer %s",
			 auth_mechanism_name(c->login));
		client_leave(c, SEHUB_WIRE_CLOSE_BYE, text);
		return;
	}

	if (store_connection_get(d->store, c->name, &sc, &err)) {
		client_leave(c, SEHUB_WIRE_CLOSE_BYE, err.text);
		return;
	}
	if (!tls_exporter(channel_tls(c->ch), binding))
		c->auth = auth_client_new(d->auth, c->login, sc.user,
					  sc.password, binding, &c->salted);
	store_connection_clear(&sc);
	tls_wipe(binding, sizeof(binding));
	if (!c->auth) {
		client_leave(c, SEHUB_WIRE_CLOSE_BYE, "out of memory");
		return;
	}
	c->step = CLIENT_AUTH;
	client_auth_step(c, NULL, 0);
}

/* The server does not say why, and need not: this much is known here. */
void client_explain_refusal(const struct client *c, char *text, size_t size)
{
	char fingerprint[SEHUB_FINGERPRINT_STRLEN];
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	size_t len = strlen(text);

	if (c->login == AUTH_ANONYMOUS)
		snprintf(text + len, size - len,
			 ": hub %u takes no anonymous logins: add the connection again, with a user",
			 c->vlan);
	else if (c->login == AUTH_EXTERNAL && c->ch &&
		 !tls_own_fingerprint(channel_tls(c->ch), hash))
		snprintf(text + len, size - len,
			 ": have the hub's administrator give the user this certificate, %s",
			 sehub_format_fingerprint(hash, fingerprint));
}

/*
 * A server that has proved that it knows the password has the right certificate.
 * Where there is no password it is just the one that was seen first.
 */
void client_keep_pin(struct client *c)
{
	char pin[SEHUB_FINGERPRINT_STRLEN];
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	struct store_error err = { .text = "no certificate" };

	if (!c->wants_pin)
		return;
	if (!tls_peer_fingerprint(channel_tls(c->ch), hash)) {
		sehub_format_fingerprint(hash, pin);
		if (!store_connection_set_pin(c->cs->d->store, c->name, pin,
					      &err)) {
			log_info("connection-pin connection=%s pin=%s",
				 c->name, pin);
			return;
		}
		memcpy(c->pin, hash, sizeof(c->pin));
		c->has_pin = true;
	}
	log_warn("connection-pin connection=%s error=%s", c->name,
		 LOG_QUOTED(err.text));
}
