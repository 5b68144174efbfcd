// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * New keys for a connection that is up: a new line, made before the old one is
 * left, on which the session is resumed. The old one carries frames until the
 * server has said HELLO on the new one; what was on its way then is sent again
 * there. If the new line does not come about, the old one just goes on.
 */
#include "client_impl.h"

#include "kernel.h"
#include "log.h"
#include "port.h"

/* Until the next try; sooner where lines are renewed more often than that. */
#define RETRY_MS	60000

static void on_renew(uv_timer_t *timer)
{
	client_renew(timer->data);
}

/* Clients that began together do not renew together. */
static uint64_t with_noise(uint64_t delay)
{
	uint8_t noise = 0;

	tls_random(&noise, sizeof(noise));
	return delay - delay * noise / 2048;
}

void client_renew_later(struct client *c)
{
	uint32_t age = c->cs->d->config.renew_time_ms;

	if (age)
		uv_timer_start(&c->renew, on_renew, with_noise(age), 0);
	else
		uv_timer_stop(&c->renew);
}

/* Without a grace time the port would not live until the new line has it. */
static bool can_resume(const struct client *c)
{
	struct sehub_port port;

	return !kernel_get_port(c->cs->d->kernel, c->port_id, &port, NULL) &&
	       port.session.grace;
}

void client_renew(struct client *c)
{
	if (c->state != CONNECTION_CONNECTED || !c->ref.serial ||
	    c->is_renewing || !can_resume(c))
		return;
	log_debug("connection-renew connection=%s", c->name);
	uv_timer_stop(&c->renew);
	c->is_renewing = true;
	client_attempt(c);
}

void client_leave_old_line(struct client *c)
{
	c->is_renewing = false;
	/* What the worker still reads from the old line comes to nothing. */
	kernel_detach_port(c->cs->d->kernel, c->port_id, NULL);
	worker_drop(c->cs->d->workers, c->ref);
	c->ref.serial = 0;
}

void client_renew_failed(struct client *c, const char *error)
{
	uint32_t age = c->cs->d->config.renew_time_ms;
	char text[LOG_QUOTE_MAX];

	log_info("connection-renew connection=%s failed reason=%s", c->name,
		 log_quote(text, sizeof(text), error));
	c->is_renewing = false;
	client_stop_attempt(c);
	client_release_line(c);
	uv_timer_start(&c->renew, on_renew,
		       with_noise(age && age < RETRY_MS ? age : RETRY_MS), 0);
}
