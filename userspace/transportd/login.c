// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HELLO, then AUTH until it is clear who it is (login_auth.c), then ATTACH; or
 * HELLO, then RESUME.
 */
#include "login_impl.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "events.h"
#include "listen.h"
#include "log.h"
#include "ratelimit.h"

/* An honest peer has said HELLO by now. */
#define SLOW_MS	3000

static const char *const state_names[] = {
	[LOGIN_HELLO] = "hello",
	[LOGIN_CHOICE] = "choice",
	[LOGIN_AUTH] = "auth",
	[LOGIN_ATTACH] = "attach",
};

uint64_t login_now_ms(const struct login *login)
{
	return uv_now(&login->logins->d->loop);
}

/* Held a place for long that others may have wanted. */
static bool login_is_slow(const struct login *login)
{
	return login_now_ms(login) - login->began > SLOW_MS;
}

void login_set_state(struct login *login, enum login_state state)
{
	log_debug("login-state address=%s from=%s to=%s", login->address,
		  state_names[login->state], state_names[state]);
	login->state = state;
}

/* The channel is the caller's affair. */
static void login_free(struct login *login, bool is_failure)
{
	struct logins *logins = login->logins;

	ratelimit_end(logins->d->limit, (struct sockaddr *)&login->addr,
		      login_now_ms(login), is_failure);
	auth_server_free(login->auth);
	*login->prev = login->next;
	if (login->next)
		login->next->prev = login->prev;
	logins->count--;
	free(login);
}

void login_log_failure(struct login *login, const char *why)
{
	char user[LOG_QUOTE_MAX], reason[LOG_QUOTE_MAX];
	char cert[SEHUB_FINGERPRINT_STRLEN + 8] = "";
	uint8_t hash[SEHUB_FINGERPRINT_LEN];

	snprintf(login->why, sizeof(login->why), "%s", why);
	/* An administrator may want to give it to a user. */
	if (login->mechanism == AUTH_EXTERNAL &&
	    !tls_peer_fingerprint(channel_tls(login->ch), hash)) {
		memcpy(cert, " cert=", 7);
		sehub_format_fingerprint(hash, cert + 6);
	}
	log_access_limited(LOG_LEVEL_WARN, "login-failed address=%s vlan=%u user=%s%s reason=%s",
			   login->address, login->vlan,
			   log_quote(user, sizeof(user), login->auth ?
				     auth_server_user(login->auth) : ""), cert,
			   log_quote(reason, sizeof(reason), why));
}

/*
 * May one more connection wait for its CLOSE to arrive? It has no place among
 * the logins any more, so there is a bound for these too.
 */
static bool may_linger(struct logins *logins)
{
	uint64_t now = uv_now(&logins->d->loop);

	if (now - logins->refused_since >= CHANNEL_LINGER_MS) {
		logins->refused_since = now;
		logins->refused = 0;
	}
	return logins->refused++ < logins->d->config.max_logins;
}

void login_refuse(struct login *login, uint16_t code, const char *text,
		  bool is_failure)
{
	if (code < LOGIN_CODES)
		login->logins->counts.failed[code]++;
	events_publish(login->logins->d->events, &(struct event){
		.kind = EVENT_LOGIN_REFUSED, .vlan = login->vlan,
		.user = login->auth ? auth_server_user(login->auth) : NULL,
		.address = login->address, .code = code,
		.reason = login->why[0] ? login->why : text,
	});
	if (may_linger(login->logins))
		channel_close(login->ch, code, text);
	else
		channel_free(login->ch);
	listeners_note(login->logins->d->listeners, login->listener,
		       LISTENER_REFUSED);
	login_free(login, is_failure);
}

static void login_protocol_error(struct login *login, const char *what)
{
	login_log_failure(login, what);
	login_refuse(login, SEHUB_WIRE_CLOSE_PROTOCOL, what, true);
}

void login_send_record(struct login *login, struct proto_builder *b)
{
	int len = proto_end(b);

	if (len > 0)
		channel_send(login->ch, b->data, (size_t)len);
}

static void take_hello(struct login *login, const struct proto_msg *msg)
{
	uint8_t record[512];
	struct proto_builder b;
	struct proto_error err;

	if (proto_require(SEHUB_WIRE_HELLO, msg,
			  PROTO_BIT(SEHUB_WIRE_A_VERSION) |
			  PROTO_BIT(SEHUB_WIRE_A_HUB), &err)) {
		login_protocol_error(login, err.text);
		return;
	}
	if (msg->version != SEHUB_WIRE_VERSION) {
		login_log_failure(login, "other protocol version");
		login_refuse(login, SEHUB_WIRE_CLOSE_VERSION,
			     "the server speaks version 1 of the protocol",
			     false);
		return;
	}
	login->vlan = msg->hub;
	login->features = msg->features;
	login_set_state(login, LOGIN_CHOICE);
	proto_begin(&b, record, sizeof(record), SEHUB_WIRE_HELLO);
	proto_put_u16(&b, SEHUB_WIRE_A_VERSION, SEHUB_WIRE_VERSION);
	proto_put_text(&b, SEHUB_WIRE_A_SOFTWARE, DAEMON_SOFTWARE);
	proto_put_u32(&b, SEHUB_WIRE_A_FEATURES, SEHUB_WIRE_F_OFFLOAD);
	login_put_mechanisms(login, &b);
	login_send_record(login, &b);
}

/* What was looked up before the change must not be what lets somebody in. */
void logins_user_changed(struct logins *logins, const struct store_user *user)
{
	struct login *login, *next;

	for (login = logins->list; login; login = next) {
		next = login->next;
		if (!login->auth || login->vlan != user->vlan ||
		    strcmp(auth_server_user(login->auth), user->name))
			continue;
		login_log_failure(login, "the user changed meanwhile");
		login_refuse(login, SEHUB_WIRE_CLOSE_BUSY,
			     "the user changed meanwhile, try again", false);
	}
}

static void take_attach(struct login *login, const struct proto_msg *msg)
{
	struct daemon *d = login->logins->d;
	char client_name[SEHUB_WIRE_TEXT_MAX + 1];
	struct session_request req = {
		.address = login->address, .listener = login->listener,
		.features = login->features,
		.user = &login->user, .client_id = msg->client_id,
		.client_name = client_name, .carrier = msg->carrier,
		.keepalive = msg->keepalive,
		.dead_time = msg->dead_time,
		.peer_hub = msg->hub_id,
		.grace_max = proto_has(msg, SEHUB_WIRE_A_GRACE) ? msg->grace :
								  UINT32_MAX,
	};
	struct proto_error err;
	struct refusal why;

	if (proto_require(SEHUB_WIRE_ATTACH, msg,
			  PROTO_BIT(SEHUB_WIRE_A_CLIENT_ID), &err)) {
		login_protocol_error(login, err.text);
		return;
	}
	proto_text_copy(client_name, sizeof(client_name), msg->client_name);
	if (proto_has(msg, SEHUB_WIRE_A_FEATURES))
		req.features = msg->features;
	if (sessions_open(d->sessions, &req, login->ch, &why)) {
		login_log_failure(login, why.text);
		login_refuse(login, why.code, why.text, false);
		return;
	}
	store_user_touch_login(d->store, login->user.id, NULL);
	listeners_note(d->listeners, login->listener, LISTENER_LOGIN);
	login_free(login, false);
}

static void take_resume(struct login *login, const struct proto_msg *msg)
{
	struct session_request req = {
		.address = login->address, .listener = login->listener,
		.features = login->features,
		.vlan = login->vlan, .ticket = msg->ticket,
		.rx_count = msg->rx_count, .tx_oldest = msg->tx_oldest,
		.carrier = msg->carrier,
	};
	struct proto_error err;
	struct refusal why;

	if (proto_require(SEHUB_WIRE_RESUME, msg,
			  PROTO_BIT(SEHUB_WIRE_A_TICKET) |
			  PROTO_BIT(SEHUB_WIRE_A_RX_COUNT) |
			  PROTO_BIT(SEHUB_WIRE_A_TX_OLDEST), &err)) {
		login_protocol_error(login, err.text);
		return;
	}
	if (proto_has(msg, SEHUB_WIRE_A_FEATURES))
		req.features = msg->features;
	if (sessions_resume(login->logins->d->sessions, &req, login->ch,
			    &why)) {
		log_access_limited(LOG_LEVEL_INFO, "resume-refused address=%s vlan=%u reason=%s",
				   login->address, login->vlan,
				   LOG_QUOTED(why.text));
		login_refuse(login, why.code, why.text, false);
		return;
	}
	listeners_note(login->logins->d->listeners, login->listener,
		       LISTENER_LOGIN);
	login_free(login, false);
}

static void on_ready(void *arg)
{
	struct login *login = arg;

	log_debug("login-tls address=%s cipher=%s", login->address,
		  tls_cipher(channel_tls(login->ch)));
}

static void on_record(void *arg, uint8_t type, const uint8_t *payload,
		      size_t len)
{
	struct login *login = arg;
	enum login_state state = login->state;
	struct proto_error err;
	struct proto_msg msg;
	char what[64];
	int ret;

	ret = proto_parse(type, payload, len, &msg, &err);
	if (ret == -EPROTONOSUPPORT)
		return;
	if (ret) {
		login_protocol_error(login, err.text);
	} else if (type == SEHUB_WIRE_CLOSE) {
		channel_free(login->ch);
		login_free(login, false);
	} else if (type == SEHUB_WIRE_HELLO && state == LOGIN_HELLO) {
		take_hello(login, &msg);
	} else if (type == SEHUB_WIRE_AUTH &&
		   (state == LOGIN_CHOICE || state == LOGIN_AUTH)) {
		login_take_auth(login, &msg);
	} else if (type == SEHUB_WIRE_RESUME && state == LOGIN_CHOICE) {
		take_resume(login, &msg);
	} else if (type == SEHUB_WIRE_ATTACH && state == LOGIN_ATTACH) {
		take_attach(login, &msg);
	} else {
		snprintf(what, sizeof(what), "unexpected %s",
			 proto_type_name(type));
		login_protocol_error(login, what);
	}
}

static void on_ended(void *arg, enum channel_end end, const char *why)
{
	struct login *login = arg;

	switch (end) {
	case CHANNEL_NO_TLS:
	case CHANNEL_LOST:
		log_access_limited(LOG_LEVEL_INFO, "login-lost address=%s reason=%s",
				   login->address, LOG_QUOTED(why));
		login->logins->counts.lost++;
		channel_free(login->ch);
		login_free(login, login_is_slow(login));
		break;
	case CHANNEL_TIMEOUT:
		login_log_failure(login, "the login took too long");
		login_refuse(login, SEHUB_WIRE_CLOSE_TIMEOUT,
			     "the login took too long", true);
		break;
	case CHANNEL_MALFORMED:
		login_protocol_error(login, why);
		break;
	}
}

static const struct channel_ops login_ops = {
	.ready = on_ready,
	.record = on_record,
	.ended = on_ended,
};

/* All places are taken: away with the oldest that has not said HELLO in time. */
static bool make_room(struct logins *logins)
{
	struct login *login, *oldest = NULL;

	/* The newest is the first. */
	for (login = logins->list; login; login = login->next)
		if (login->state == LOGIN_HELLO)
			oldest = login;
	if (!oldest || !login_is_slow(oldest))
		return false;
	login_log_failure(oldest, "too slow, and others want to log in");
	login_refuse(oldest, SEHUB_WIRE_CLOSE_BUSY,
		     "too slow, and others want to log in", true);
	return true;
}

static bool may_begin(struct logins *logins, const struct sockaddr *addr,
		      const char *address)
{
	const char *why = "max-logins are under way";
	uint64_t *count = &logins->counts.max_logins;
	struct daemon *d = logins->d;

	if (logins->count < d->config.max_logins || make_room(logins)) {
		switch (ratelimit_begin(d->limit, addr, uv_now(&d->loop),
					NULL)) {
		case 0:
			return true;
		case -EMFILE:
			why = "too many logins from there";
			count = &logins->counts.max_logins_source;
			break;
		default:
			why = "too many failures from there";
			count = &logins->counts.login_failures;
		}
	}
	++*count;
	log_access_limited(LOG_LEVEL_WARN, "login-refused address=%s reason=\"%s\"",
			   address, why);
	events_publish(d->events, &(struct event){
		.kind = EVENT_LOGIN_REFUSED, .address = address, .reason = why,
	});
	return false;
}

void login_begin(struct logins *logins, int fd, const struct sockaddr *addr,
		 uint32_t listener)
{
	struct daemon *d = logins->d;
	struct sehub_err err = { .code = 0 };
	char address[SESSION_ADDRESS_MAX];
	struct tls *tls = NULL;
	struct login *login;

	config_address_format(addr, address, sizeof(address));
	if (!may_begin(logins, addr, address)) {
		listeners_note(d->listeners, listener, LISTENER_REFUSED);
		close(fd);
		return;
	}
	login = calloc(1, sizeof(*login));
	if (login && !tls_accept(&tls, d->tls, fd, &err))
		login->ch = channel_new(&d->loop, tls, fd,
					d->config.login_timeout_ms, &login_ops,
					login);
	if (!login || !login->ch) {
		log_error("login address=%s error=%s", address,
			  LOG_QUOTED(err.code ? err.text : "out of memory"));
		ratelimit_end(d->limit, addr, uv_now(&d->loop), false);
		listeners_note(d->listeners, listener, LISTENER_REFUSED);
		tls_free(tls);
		free(login);
		close(fd);
		return;
	}
	memcpy(&login->addr, addr, addr->sa_family == AF_INET6 ?
	       sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in));
	memcpy(login->address, address, sizeof(address));
	login->logins = logins;
	login->listener = listener;
	login->began = uv_now(&d->loop);
	login->next = logins->list;
	login->prev = &logins->list;
	if (login->next)
		login->next->prev = &login->next;
	logins->list = login;
	logins->count++;
}

struct logins *logins_new(struct daemon *d)
{
	struct logins *logins = calloc(1, sizeof(*logins));

	if (logins)
		logins->d = d;
	return logins;
}

const struct login_counts *logins_counts(const struct logins *logins)
{
	return &logins->counts;
}

unsigned int logins_pending(const struct logins *logins)
{
	return logins->count;
}

void logins_free(struct logins *logins)
{
	if (!logins)
		return;
	while (logins->list)
		login_refuse(logins->list, SEHUB_WIRE_CLOSE_SHUTDOWN,
			     "shutting down", false);
	free(logins);
}
