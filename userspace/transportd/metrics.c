// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The text as a whole, and the method that answers it.
 */
#include "metrics.h"

#include <errno.h>
#include <stdlib.h>
#include <json-c/json.h>

#include "client.h"
#include "control.h"
#include "control_events.h"
#include "daemon.h"
#include "events.h"
#include "kernel.h"
#include "metrics_text.h"
#include "store.h"
#include "worker.h"

/**
 * struct metrics - the text that was composed last
 * @d: the daemon
 * @page: the text, or NULL
 * @until: uv_hrtime() until which it is given again
 */
struct metrics {
	struct daemon *d;
	struct metrics_page *page;
	uint64_t until;
};

static void add_daemon(struct metrics_text *text, struct daemon *d)
{
	uint64_t users = 0;

	metrics_family(text, "sehub_build", "info", NULL,
		       "The software of the daemon.");
	metrics_value(text, "_info", 1, "version", SEHUB_VERSION, NULL);
	metrics_family(text, "sehub_uptime_seconds", "gauge", "seconds",
		       "Time since the start of the daemon.");
	metrics_seconds(text, "", (double)(uv_hrtime() - d->started) / 1e9);
	metrics_family(text, "sehub_module_loaded", "gauge", NULL,
		       "Whether sehub.ko is loaded: 0 or 1.");
	metrics_value(text, "", kernel_is_loaded(), NULL);
	metrics_family(text, "sehub_workers", "gauge", NULL,
		       "Threads that carry sessions.");
	metrics_value(text, "", worker_pool_count(d->workers), NULL);
	store_user_count(d->store, &users, NULL);
	metrics_family(text, "sehub_users", "gauge", NULL,
		       "Users of all hubs.");
	metrics_value(text, "", users, NULL);
}

/* --- connections ---------------------------------------------------------- */

/**
 * struct connection_figures - connections being counted
 * @d: the daemon
 * @text: series of their own go there
 * @count: how many there are
 * @states: by state
 */
struct connection_figures {
	struct daemon *d;
	struct metrics_text *text;
	unsigned int count;
	unsigned int states[CONNECTION_FAILED + 1];
};

static int add_connection(void *arg, const struct store_connection *connection)
{
	struct connection_figures *figures = arg;
	enum connection_state state;
	const char *error;

	state = clients_ops.state(figures->d->clients, connection->name,
				  &error);
	figures->states[state]++;
	if (figures->count++ >= METRICS_CONNECTIONS_MAX)
		return 0;
	for (unsigned int i = 0; i <= CONNECTION_FAILED; i++)
		metrics_value(figures->text, "", i == state,
			      "connection", connection->name,
			      "state", connection_state_name(i), NULL);
	return 0;
}

static void add_connections(struct metrics_text *text, struct daemon *d)
{
	struct connection_figures figures = { .d = d, .text = text };

	metrics_family(text, "sehub_connection_state", "gauge", NULL,
		       "Whether a connection to another server is in a state: 0 or 1.");
	store_connection_list(d->store, add_connection, &figures, NULL);
	metrics_family(text, "sehub_connections", "gauge", NULL,
		       "Connections to other servers, by state.");
	for (unsigned int i = 0; i <= CONNECTION_FAILED; i++)
		metrics_value(text, "", figures.states[i], "state",
			      connection_state_name(i), NULL);
}

/* --- the rest ------------------------------------------------------------- */

static void add_events(struct metrics_text *text, const struct daemon *d)
{
	metrics_family(text, "sehub_events", "counter", NULL,
		       "What happened, by the names of the method Events.");
	/* those of policies are looked for only while somebody reads them */
	for (unsigned int kind = 0; kind < EVENT_KINDS; kind++) {
		if (kind == EVENT_POLICY_HIT)
			continue;
		metrics_value(text, "_total", events_count(d->events, kind),
			      "event", event_kind_name(kind), NULL);
	}
	metrics_family(text, "sehub_event_readers", "gauge", NULL,
		       "Clients of the control socket that are told of events.");
	metrics_value(text, "", control_events_clients(d->control_events),
		      NULL);
	metrics_family(text, "sehub_events_lost", "counter", NULL,
		       "Events that such a client did not read in time.");
	metrics_value(text, "_total", control_events_lost(d->control_events),
		      NULL);
}

void metrics_put(struct metrics_page *page)
{
	if (!page || --page->users)
		return;
	free(page->text);
	free(page);
}

static struct metrics_page *compose(struct daemon *d)
{
	struct metrics_page *page = calloc(1, sizeof(*page));
	struct metrics_text text;

	if (!page || metrics_text_begin(&text)) {
		free(page);
		return NULL;
	}
	page->users = 1;
	add_daemon(&text, d);
	metrics_add_hubs(&text, d);
	metrics_add_sessions(&text, d);
	metrics_add_listeners(&text, d);
	add_connections(&text, d);
	add_events(&text, d);
	metrics_add_process(&text);
	page->text = metrics_text_end(&text, &page->len);
	if (page->text)
		return page;
	metrics_put(page);
	return NULL;
}

struct metrics_page *metrics_get(struct metrics *metrics)
{
	uint64_t start = uv_hrtime();

	if (!metrics->page || start >= metrics->until) {
		metrics_put(metrics->page);
		metrics->page = compose(metrics->d);
		metrics->until = uv_hrtime() +
				 METRICS_SHARE * (uv_hrtime() - start);
	}
	if (metrics->page)
		metrics->page->users++;
	return metrics->page;
}

static void metrics_method(struct control_call *call,
			   struct json_object *params, void *ctx)
{
	struct metrics_page *page;
	struct json_object *reply;

	(void)params;
	if (control_params_end(call))
		return;
	page = metrics_get(ctx);
	if (!page) {
		control_error(call, CONTROL_FAILED, NULL, "out of memory");
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, "text",
			       json_object_new_string_len(page->text,
							  (int)page->len));
	metrics_put(page);
	control_reply(call, reply);
}

static const struct control_method methods[] = {
	{ "Metrics", metrics_method, CONTROL_READS },
};

int metrics_register(struct daemon *d, struct metrics **metrics)
{
	struct metrics *made = calloc(1, sizeof(*made));
	int err;

	*metrics = NULL;
	if (!made)
		return -ENOMEM;
	made->d = d;
	err = control_register(d->control, methods,
			       sizeof(methods) / sizeof(methods[0]), made);
	if (err)
		free(made);
	else
		*metrics = made;
	return err;
}

void metrics_free(struct metrics *metrics)
{
	if (!metrics)
		return;
	metrics_put(metrics->page);
	free(metrics);
}
