// SPDX-License-Identifier: GPL-2.0-or-later
/* Carriers: begun in the one way or the other, told about, ended. */
#include "carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "carrier_impl.h"

void carrier_set_server(struct carrier *c, const char *host, uint16_t port)
{
	snprintf(c->server.host, sizeof(c->server.host), "%s", host);
	c->server.port = port;
	c->server.is_ipv6 = strchr(host, ':');
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void carrier_close_timer(struct carrier *c)
{
	uv_close((uv_handle_t *)&c->timer, on_closed);
}

static void carrier_free(struct carrier *c)
{
	if (c->easy)
		carrier_curl_end(c);
	if (c->line)
		carrier_ssh_end(c);
	else if (c->child)
		carrier_negotiate_end(c);
	else
		free(c);
}

void carrier_cancel(struct carrier *c)
{
	if (c)
		carrier_free(c);
}

void carrier_finish(struct carrier *c, const struct carrier_result *result)
{
	carrier_fn fn = c->fn;
	void *arg = c->arg;

	carrier_free(c);
	fn(arg, result);
}

void carrier_word_failure(const struct sehub_endpoint *server,
			  const struct sehub_via *via, const char *why,
			  char text[CARRIER_ERROR_MAX])
{
	char host[SEHUB_HOST_MAX + 16], url[SEHUB_VIA_STRLEN];
	const char *through = " through ";

	sehub_format_endpoint(server, host, sizeof(host));
	sehub_format_via(via, url);
	if (via->kind == SEHUB_VIA_ENV) {
		through = " as the environment says";
		url[0] = '\0';
	} else if (via->kind == SEHUB_VIA_DIRECT) {
		through = "";
	}
	snprintf(text, CARRIER_ERROR_MAX, "cannot connect to %s%s%s: %s",
		 host, through, url, why);
}

struct carrier *carrier_connect(struct carriers *cs,
				const struct carrier_target *target,
				uint32_t timeout_ms, carrier_fn fn, void *arg)
{
	struct carrier *c = calloc(1, sizeof(*c));
	int err;

	if (!c)
		return NULL;
	c->cs = cs;
	c->fn = fn;
	c->arg = arg;
	c->via = *target->via;
	carrier_set_server(c, target->host, target->port);
	snprintf(c->source, sizeof(c->source), "%s", target->source);
	if (c->via.kind == SEHUB_VIA_SSH)
		err = carrier_ssh_begin(c, target, timeout_ms);
	else
		err = carrier_curl_begin(c, target->via_password, timeout_ms);
	if (!err)
		return c;
	free(c);
	return NULL;
}

struct carriers *carriers_new(uv_loop_t *loop)
{
	struct carriers *cs = calloc(1, sizeof(*cs));

	if (!cs)
		return NULL;
	cs->loop = loop;
	if (carrier_curl_init(cs)) {
		free(cs);
		return NULL;
	}
	return cs;
}

void carriers_free(struct carriers *cs)
{
	if (!cs)
		return;
	carrier_ssh_uninit(cs);
	/* its timer has to be closed, which frees it */
	carrier_curl_uninit(cs);
}
