// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who logs in. What a client is told about a failed login never depends on
 * whether the user exists; what the log says does.
 */
#include "login_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "ratelimit.h"

void login_put_mechanisms(const struct login *login, struct proto_builder *b)
{
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	char text[SEHUB_WIRE_TEXT_MAX + 1];
	bool has_cert = !tls_peer_fingerprint(channel_tls(login->ch), hash);

	/* The same for every hub: what is in the records of users is not told. */
	snprintf(text, sizeof(text), "%s %s%s%s",
		 auth_mechanism_name(AUTH_SCRAM),
		 has_cert ? auth_mechanism_name(AUTH_EXTERNAL) : "",
		 has_cert ? " " : "", auth_mechanism_name(AUTH_ANONYMOUS));
	proto_put_text(b, SEHUB_WIRE_A_MECHANISMS, text);
}

/*
 * The certificate is one of the user's, so it can be said what is wrong with
 * it. One that is too old stays so; one that is too new may be so by the clock
 * of this machine.
 */
static bool may_use_cert(const struct login *login, struct refusal *why)
{
	int err;

	if (login->mechanism != AUTH_EXTERNAL)
		return true;
	err = tls_peer_check_time(channel_tls(login->ch), time(NULL),
				  why->text, sizeof(why->text));
	why->code = err == -EAGAIN ? SEHUB_WIRE_CLOSE_BUSY :
				     SEHUB_WIRE_CLOSE_DENIED;
	return !err;
}

/* It is clear who it is: may the user come in? False if @login is gone. */
static bool check_user(struct login *login)
{
	struct daemon *d = login->logins->d;
	const char *name = auth_server_user(login->auth);
	struct refusal why;

	if (store_user_get(d->store, login->vlan, name, &login->user, NULL)) {
		login_log_failure(login, "the user was just deleted");
		login_refuse(login, SEHUB_WIRE_CLOSE_AUTH,
			     "authentication failed", true);
		return false;
	}
	if (user_may_connect(&login->user, login->address, time(NULL), &why) &&
	    may_use_cert(login, &why))
		return true;
	login_log_failure(login, login->user.disabled ?
			  "the user is disabled" : why.text);
	login_refuse(login, why.code, why.text, false);
	return false;
}

/* What an exchange has to know of the line; 0 or -errno. */
static int describe_line(const struct login *login, struct auth_line *line)
{
	const struct tls *tls = channel_tls(login->ch);

	_Static_assert(TLS_EXPORTER_LEN == AUTH_CB_LEN &&
		       SEHUB_FINGERPRINT_LEN == AUTH_HASH_LEN, "they fit");
	line->vlan = login->vlan;
	line->has_cert = !tls_peer_fingerprint(tls, line->cert);
	return tls_exporter(tls, line->cb);
}

static bool begin_auth(struct login *login, const struct proto_msg *msg)
{
	struct daemon *d = login->logins->d;
	struct auth_line line;

	login->mechanism = auth_mechanism_find(msg->mechanism.data,
					       msg->mechanism.len);
	if (login->mechanism == AUTH_MECHANISMS) {
		login_log_failure(login, "unknown mechanism");
		login_refuse(login, SEHUB_WIRE_CLOSE_AUTH,
			     "authentication failed", true);
		return false;
	}
	if (!describe_line(login, &line))
		login->auth = auth_server_new(d->auth, login->mechanism, &line,
					      store_auth_lookup, d->store);
	tls_wipe(&line, sizeof(line));
	if (!login->auth) {
		login_refuse(login, SEHUB_WIRE_CLOSE_BUSY,
			     "the server is out of memory", false);
		return false;
	}
	login_set_state(login, LOGIN_AUTH);
	return true;
}

static void send_sasl(struct login *login, const uint8_t *data, size_t len)
{
	uint8_t record[AUTH_INPUT_MAX];
	struct proto_builder b;

	proto_begin(&b, record, sizeof(record), SEHUB_WIRE_AUTH);
	proto_put_bytes(&b, SEHUB_WIRE_A_SASL, data, len);
	login_send_record(login, &b);
}

/*
 * Who failed often meanwhile gets no answer on the connections that were open
 * by then. No word on the password, so no "authentication failed": an honest
 * client of the same source would give up for good.
 */
static bool may_guess(struct login *login)
{
	struct sockaddr *addr = (struct sockaddr *)&login->addr;

	if (!ratelimit_is_blocked(login->logins->d->limit, addr,
				  login_now_ms(login)))
		return true;
	login_log_failure(login, "too many failures from there");
	login_refuse(login, SEHUB_WIRE_CLOSE_BUSY,
		     "too many failed logins from this address, try later",
		     false);
	return false;
}

void login_take_auth(struct login *login, const struct proto_msg *msg)
{
	enum auth_result result;
	uint8_t *out = NULL;
	size_t len = 0;

	if (!may_guess(login))
		return;
	if (login->state == LOGIN_CHOICE && !begin_auth(login, msg))
		return;
	result = auth_server_step(login->auth, msg->sasl.data, msg->sasl.len,
				  &out, &len);
	if (result == AUTH_FAILED) {
		login_log_failure(login, auth_server_reason(login->auth));
		login_refuse(login, SEHUB_WIRE_CLOSE_AUTH,
			     "authentication failed", true);
		return;
	}
	/* Where the mechanism has no last word, an empty one says it was right. */
	send_sasl(login, out ? out : (const uint8_t *)"", len);
	free(out);
	if (result == AUTH_OK && check_user(login))
		login_set_state(login, LOGIN_ATTACH);
}
