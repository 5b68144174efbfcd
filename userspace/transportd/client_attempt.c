// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One attempt of a connection: its device, what it trusts, and the stream to
 * the server; then the login takes over. Every way out is client_retry(),
 * client_give_up() or client_login().
 */
#include "client_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kernel.h"
#include "log.h"
#include "port.h"

#define CONNECT_MS	10000

void client_stop_attempt(struct client *c)
{
	carrier_cancel(c->carrier);
	channel_free(c->ch);
	auth_client_free(c->auth);
	tls_context_free(c->ctx);
	c->carrier = NULL;
	c->ch = NULL;
	c->auth = NULL;
	c->ctx = NULL;
	c->step = CLIENT_IDLE;
}

void client_release_line(struct client *c)
{
	carrier_line_release(c->line);
	c->line = NULL;
}

void client_release_session_line(struct client *c)
{
	carrier_line_release(c->session_line);
	c->session_line = NULL;
}

/* The worker sees the stream end. */
static void on_session_line_ended(void *arg, const char *error, bool is_final)
{
	struct client *c = arg;
	char text[LOG_QUOTE_MAX];

	(void)is_final;
	c->session_line = NULL;
	if (error)
		log_info("connection-ssh connection=%s ended reason=%s",
			 c->name, log_quote(text, sizeof(text), error));
}

void client_keep_line(struct client *c)
{
	client_release_session_line(c);
	c->session_line = c->line;
	c->line = NULL;
	if (c->session_line)
		carrier_line_watch(c->session_line, on_session_line_ended, c);
}

void client_await_line(struct client *c, const char *error)
{
	if (!c->line) {
		client_retry(c, c->line_error[0] ? c->line_error : error);
		return;
	}
	snprintf(c->line_error, sizeof(c->line_error), "%s", error);
	client_stop_attempt(c);
	c->step = CLIENT_LINE;
	carrier_line_finish(c->line);
}

static void on_line_ended(void *arg, const char *error, bool is_final)
{
	struct client *c = arg;
	char text[LOG_QUOTE_MAX], last[CLIENT_ERROR_MAX];

	c->line = NULL;
	if (c->step == CLIENT_LINE) {
		snprintf(last, sizeof(last), "%s",
			 error ? error : c->line_error);
		if (is_final)
			client_give_up(c, last);
		else
			client_retry(c, last);
		return;
	}
	/* The stream ends too, behind what the server may have said before. */
	snprintf(c->line_error, sizeof(c->line_error), "%s",
		 error ? error : "");
	if (error)
		log_info("connection-ssh connection=%s ended reason=%s",
			 c->name, log_quote(text, sizeof(text), error));
	if (is_final && c->ch)
		client_give_up(c, c->line_error);
}

static void on_carrier(void *arg, const struct carrier_result *result)
{
	struct client *c = arg;
	struct sehub_err err;

	c->carrier = NULL;
	if (result->is_final) {
		client_give_up(c, result->error);
		return;
	}
	if (result->error) {
		client_retry(c, result->error);
		return;
	}
	c->line = result->line;
	if (c->line)
		carrier_line_watch(c->line, on_line_ended, c);
	c->carrier_kind = result->kind;
	snprintf(c->peer, sizeof(c->peer), "%s", result->address);
	if (client_login(c, result->fd, &err)) {
		close(result->fd);
		client_retry(c, err.text);
	}
}

/* Whom to trust, and what to show; 0 or -errno with the reason in @err. */
static int make_context(struct client *c, const struct store_connection *sc,
			struct sehub_err *err)
{
	struct tls_client_config config = { .check = TLS_CHECK_SYSTEM };

	if (sc->login == AUTH_EXTERNAL) {
		config.own_cert = sc->cert;
		config.own_key = sc->key;
	}
	c->wants_pin = false;
	if (sc->pin[0]) {
		config.check = TLS_CHECK_PIN;
		if (sehub_parse_fingerprint(sc->pin, config.pin))
			return sehub_err_set(err, EINVAL,
					     "the stored pin is no fingerprint");
	} else if (sc->ca[0]) {
		config.check = TLS_CHECK_CA;
		config.ca_file = sc->ca;
	} else if (sc->tofu) {
		config.check = c->has_pin ? TLS_CHECK_PIN :
			       TLS_CHECK_FIRST_USE;
		memcpy(config.pin, c->pin, sizeof(config.pin));
		c->wants_pin = true;
	}
	return tls_context_client(&c->ctx, &config, err);
}

/* The device keeps its address for as long as the connection exists. */
static int make_card(struct client *c, struct sehub_err *err)
{
	uint8_t hash[32];

	if (tls_sha256(c->client_id, sizeof(c->client_id), hash))
		return sehub_err_errno(err, EIO, c->device);
	/* Locally administered, of one station. */
	hash[0] = (uint8_t)((hash[0] & ~1) | 2);
	return kernel_make_card(c->cs->d->kernel, c->device, c->card, hash,
				&c->ifindex, err);
}

/* A session goes on wherever its card was moved to, or as long as its hub is. */
static bool is_placed(struct client *c)
{
	struct kernel *k = c->cs->d->kernel;
	struct sehub_port port;

	return c->has_session && (c->hub || !kernel_has_card(k, c->device)) &&
	       !kernel_get_port(k, c->port_id, &port, NULL);
}

/* The hub that is to be joined with the server's. */
static int find_hub(struct client *c, struct sehub_err *err)
{
	struct kernel_hub hub;
	int ret;

	ret = kernel_find_hub(c->cs->d->kernel, c->hub, &hub, err);
	if (ret == -ENODEV)
		return sehub_err_set(err, ENODEV, "hub %u does not exist here: make it with sehubctl hub add --vlan %u",
				     c->hub, c->hub);
	c->ifindex = hub.ifindex;
	c->is_bridge = hub.is_bridge;
	c->hub_id = hub.id;
	if (!ret && !hub.id)
		return sehub_err_set(err, EOPNOTSUPP,
				     "the sehub.ko of this machine cannot join hubs: load a newer one");
	return ret;
}

int client_find_place(struct client *c, struct sehub_err *err)
{
	if (is_placed(c))
		return 0;
	return c->hub ? find_hub(c, err) : make_card(c, err);
}

/* Where to go, by which way and as whom; 0 or -errno. */
static int take_target(struct client *c, const struct store_connection *sc,
		       struct sehub_err *err)
{
	const char *why;
	int ret;

	c->vlan = sc->vlan;
	c->grace = sc->grace;
	c->login = sc->login;
	ret = make_context(c, sc, err);
	if (ret)
		return ret;
	if (store_server_split(sc->server, c->host, &c->port))
		return sehub_err_set(err, EINVAL, "%s is no server",
				     sc->server);
	if (sehub_parse_via(sc->via, &c->via, &why))
		return sehub_err_set(err, EINVAL, "%s %s", sc->via, why);
	return 0;
}

static void begin_stream(struct client *c, const struct store_connection *sc)
{
	struct carrier_target target = {
		.name = c->name, .host = c->host, .port = c->port,
		.source = sc->source, .via = &c->via,
		.via_password = sc->via_password,
		.ssh_config = c->cs->d->config.ssh_config,
	};

	c->carrier = carrier_connect(c->cs->carriers, &target, CONNECT_MS,
				     on_carrier, c);
	if (c->carrier)
		c->step = CLIENT_CARRIER;
	else
		client_retry(c, "out of memory");
}

void client_attempt(struct client *c)
{
	struct daemon *d = c->cs->d;
	struct store_connection sc;
	struct store_error serr;
	struct sehub_err err;
	int ret;

	client_stop_attempt(c);
	client_release_line(c);
	if (!c->is_renewing)
		client_release_session_line(c);
	c->line_error[0] = '\0';
	c->attempt_began = uv_now(&d->loop);
	ret = client_find_place(c, &err);
	if (ret == -EEXIST || ret == -EPERM) {
		client_give_up(c, err.text);
		return;
	}
	if (ret) {
		client_retry(c, err.text);
		return;
	}
	ret = store_connection_get(d->store, c->name, &sc, &serr);
	if (ret == -ENOENT) {
		client_give_up(c, serr.text);
		return;
	}
	if (ret) {
		client_retry(c, serr.text);
		return;
	}
	if (take_target(c, &sc, &err))
		client_give_up(c, err.text);
	else
		begin_stream(c, &sc);
	store_connection_clear(&sc);
}
