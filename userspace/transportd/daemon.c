// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The daemon as a whole: what is opened in which order, signals, and the end.
 * Sessions outlive it: at the end their ports are left to the kernel, which
 * keeps them for their grace time, and the next start takes them back.
 */
#include "daemon.h"

#include <errno.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <curl/curl.h>

#include "auth.h"
#include "cert.h"
#include "client.h"
#include "console.h"
#include "control.h"
#include "control_admin.h"
#include "control_events.h"
#include "control_fabric.h"
#include "control_hub.h"
#include "control_log.h"
#include "events.h"
#include "hubs.h"
#include "kernel.h"
#include "listen.h"
#include "log.h"
#include "login.h"
#include "logs.h"
#include "metrics.h"
#include "metrics_http.h"
#include "netmon.h"
#include "notify.h"
#include "packet_log.h"
#include "policy_hits.h"
#include "port.h"
#include "ratelimit.h"
#include "sessions.h"
#include "sessions_control.h"
#include "state_change.h"
#include "store.h"
#include "tls.h"
#include "worker.h"

/**
 * struct running - the daemon and what only this file needs
 * @d: the daemon
 * @signals: one handle for each of signal_numbers
 * @watchdog: sign of life for the service manager
 * @is_started: everything is open
 * @is_stopping: the end has begun
 */
struct running {
	struct daemon d;
	uv_signal_t signals[3];
	uv_timer_t watchdog;
	bool is_started;
	bool is_stopping;
};

static const int signal_numbers[] = { SIGTERM, SIGINT, SIGHUP };

#define SIGNALS	(sizeof(signal_numbers) / sizeof(signal_numbers[0]))

/* --- news from the other parts ------------------------------------------- */

static void on_session_event(void *arg, const struct session_event *event)
{
	struct daemon *d = arg;

	if (!sessions_event(d->sessions, event))
		clients_event(d->clients, event);
}

static void on_port_deleted(void *arg, const struct sehub_port *port)
{
	struct daemon *d = arg;

	if (!sessions_port_deleted(d->sessions, port))
		clients_port_deleted(d->clients, port);
}

static void on_resync(void *arg)
{
	struct daemon *d = arg;

	sessions_resync(d->sessions);
	clients_resync(d->clients);
}

static const struct kernel_ops kernel_ops = {
	.deleted = on_port_deleted,
	.resync = on_resync,
};

static void on_network(void *arg, uint32_t ifindex)
{
	struct daemon *d = arg;

	hubs_network_changed(d->hubs, ifindex);
	/* Ports of sessions come and go, and nobody's way depends on them. */
	if (!kernel_network_changed(d->kernel, ifindex))
		clients_network_changed(d->clients, ifindex);
}

static void on_hubs_saved(void *ctx)
{
	struct daemon *d = ctx;

	hubs_reload(d->hubs);
}

static const struct hub_ops hub_ops = {
	.read = hubs_read,
	.saved = on_hubs_saved,
};

static void on_admin_password(void *ctx, const char *by)
{
	struct daemon *d = ctx;

	console_password_changed(d->console, by);
}

/* --- signals ------------------------------------------------------------- */

/* A bad file leaves the certificate in use as it is. */
static void reload(struct daemon *d)
{
	char text[SEHUB_FINGERPRINT_STRLEN];
	struct tls_context *tls;
	struct sehub_err err;

	notify_reloading();
	if (d->logs)
		logs_reopen(d->logs);
	if (d->tls) {
		if (tls_context_server(&tls, d->config.certificate,
				       d->config.key, &err)) {
			log_error("reload error=%s", LOG_QUOTED(err.text));
		} else {
			tls_context_free(d->tls);
			d->tls = tls;
			log_info("reload fingerprint=%s",
				 sehub_format_fingerprint(
					 tls_context_fingerprint(tls), text));
		}
	}
	notify_ready(listeners_count(d->listeners));
}

static void stop(struct running *r)
{
	struct daemon *d = &r->d;
	size_t i;

	if (r->is_stopping)
		return;
	r->is_stopping = true;
	notify_stopping();
	if (r->is_started)
		log_info("stop sessions=%u connections=%u",
			 sessions_count(d->sessions),
			 clients_connected(d->clients));
	listeners_close(d->listeners);
	d->listeners = NULL;
	logins_free(d->logins);
	console_close(d->console);
	d->console = NULL;
	control_close(d->control);
	control_connection_free(d->control_connection);
	d->control_connection = NULL;
	policy_hits_free(d->policy_hits);
	metrics_http_close(d->metrics_http);
	clients_free(d->clients);
	netmon_close(d->netmon);
	/* the last events: sessions hear of them, connections have none now */
	worker_pool_stop(d->workers);
	sessions_free(d->sessions);
	kernel_free(d->kernel);
	for (i = 0; i < SIGNALS; i++)
		uv_close((uv_handle_t *)&r->signals[i], NULL);
	uv_close((uv_handle_t *)&r->watchdog, NULL);
}

static void on_signal(uv_signal_t *handle, int number)
{
	struct running *r = handle->data;

	log_info("signal number=%d", number);
	if (number == SIGHUP)
		reload(&r->d);
	else
		stop(r);
}

static void on_watchdog(uv_timer_t *timer)
{
	struct running *r = timer->data;

	if (worker_pool_is_alive(r->d.workers))
		notify_alive();
	else
		log_error("watchdog error=\"a worker does not answer\"");
}

/* --- start --------------------------------------------------------------- */

static int open_store(struct daemon *d, struct sehub_err *err)
{
	uint8_t secret[AUTH_SECRET_LEN], hash[32];
	struct store_error serr;
	int ret;

	ret = store_open(d->config.state_directory, &d->store, &serr);
	if (!ret)
		ret = store_secret(d->store, secret, &serr);
	if (ret)
		return sehub_err_set(err, ret, "%s", serr.text);
	/* One way: the cookies, where this goes, are not that secret. */
	ret = tls_sha256(secret, sizeof(secret), hash);
	memcpy(d->instance, hash, sizeof(d->instance));
	if (!ret)
		ret = auth_new(secret, &d->auth);
	tls_wipe(secret, sizeof(secret));
	return ret ? sehub_err_errno(err, ret, "password login") : 0;
}

int daemon_open_certificate(struct daemon *d, struct sehub_err *err)
{
	char text[SEHUB_FINGERPRINT_STRLEN];
	struct cert_error cerr;
	bool is_new = false;
	int ret;

	if (d->tls)
		return 0;
	ret = cert_ensure(d->config.certificate, d->config.key, &is_new,
			  &cerr);
	if (ret)
		return sehub_err_set(err, ret, "%s", cerr.text);
	ret = tls_context_server(&d->tls, d->config.certificate,
				 d->config.key, err);
	if (ret)
		return ret;
	log_info("certificate file=%s fingerprint=%s%s",
		 d->config.certificate,
		 sehub_format_fingerprint(tls_context_fingerprint(d->tls),
					  text), is_new ? " new=yes" : "");
	return 0;
}

/* What has no file and no socket of its own. */
static int make_parts(struct daemon *d, struct sehub_err *err)
{
	struct ratelimit_settings limits = {
		.failures_max = d->config.login_failures_max,
		.window_ms = d->config.login_failures_window_ms,
		.concurrent_max = d->config.max_logins_source,
		.entries_max = RATELIMIT_ENTRIES > d->config.max_logins ?
			       RATELIMIT_ENTRIES : d->config.max_logins + 1,
	};

	d->events = events_new();
	d->limit = ratelimit_new(&limits);
	d->kernel = kernel_new(&d->loop, &kernel_ops, d);
	d->sessions = sessions_new(d);
	d->logins = logins_new(d);
	d->clients = clients_new(d);
	d->hubs = hubs_new(d);
	if (d->events)
		d->policy_hits = policy_hits_new(&d->loop, d->events,
						 &sessions_hits_ops, d);
	if (!d->policy_hits || !d->limit || !d->kernel || !d->sessions ||
	    !d->logins || !d->clients || !d->hubs)
		return sehub_err_errno(err, ENOMEM, "start");
	return worker_pool_new(&d->workers, &d->loop, d->config.workers,
			       on_session_event, d, err);
}

/* The service manager makes the directory; elsewhere nobody does. */
static void make_parent(const char *path)
{
	char *copy = strdup(path);

	if (copy)
		mkdir(dirname(copy), 0755);
	free(copy);
}

static int open_control(struct daemon *d, struct sehub_err *err)
{
	struct control_options options = {
		.path = d->config.control_socket,
		.group = d->config.control_group,
		.group_readonly = d->config.control_group_readonly,
		.version = SEHUB_VERSION,
	};
	struct control_failure failure;
	int ret;

	make_parent(d->config.control_socket);
	ret = control_open(&d->loop, &options, &d->control, &failure);
	if (ret)
		return sehub_err_set(err, ret, "%s", failure.text);
	ret = sessions_control_register(d);
	if (!ret)
		ret = listen_control_register(d);
	if (!ret)
		ret = control_user_register(d->control, d->store,
					    &sessions_user_ops, d,
					    &d->control_user);
	if (!ret)
		ret = control_fabric_register(d);
	if (!ret)
		ret = control_admin_register(d->control, d->store,
					     on_admin_password, d,
					     &d->control_admin);
	if (!ret)
		ret = control_connection_register(d->control, &d->loop,
						  d->store, &clients_ops,
						  d->clients,
						  &d->control_connection);
	if (!ret)
		ret = control_log_register(d, &d->control_log);
	if (!ret)
		ret = control_events_register(d->control, d->events,
					      &d->control_events);
	if (!ret)
		ret = metrics_register(d, &d->metrics);
	if (!ret)
		ret = control_hub_register(d->control, d->store, &hub_ops, d,
					   &d->control_hub);
	if (!ret)
		ret = control_state_register(d->control, d->store,
					     &state_change_ops, d,
					     &d->control_state);
	return ret ? sehub_err_errno(err, ret, "control socket") : 0;
}

/* Not worth the sessions: without it the daemon runs as well. */
static void open_console(struct daemon *d)
{
	struct console_options options = {
		.loop = &d->loop,
		.address = &d->config.console,
		.control = d->control,
		.store = d->store,
		.version = SEHUB_VERSION,
		.language = d->config.console_language,
		.idle_ms = d->config.console_idle_ms,
	};
	struct sehub_err err;

	if (d->config.console.len &&
	    console_open(&options, &d->console, &err))
		log_error("console error=\"%s\"", err.text);
}

static void start_timers(struct running *r)
{
	uint64_t ms = notify_watchdog_ms();

	if (ms)
		uv_timer_start(&r->watchdog, on_watchdog, ms / 3, ms / 3);
}

static int start(struct running *r, struct sehub_err *err)
{
	struct daemon *d = &r->d;
	int ret;

	ret = open_store(d, err);
	if (!ret)
		ret = logs_open(&d->logs, d->config.log_directory, d->store,
				err);
	if (!ret)
		ret = packet_log_open(&d->packets, logs_writer(d->logs),
				      d->store, err);
	if (!ret && d->config.listen_count)
		ret = daemon_open_certificate(d, err);
	if (!ret)
		ret = make_parts(d, err);
	if (!ret)
		ret = open_control(d, err);
	if (!ret)
		ret = listeners_open(&d->listeners, d, err);
	if (!ret)
		ret = metrics_http_open(&d->metrics_http, d, err);
	if (!ret)
		ret = netmon_open(&d->netmon, &d->loop, on_network, d, err);
	if (ret)
		return ret;
	if (!kernel_is_loaded())
		log_warn("no-module effect=\"hubs are Linux bridges named sehub1 to sehub4094, connections have TAP devices, users with policies are refused\"");
	open_console(d);
	hubs_restore(d->hubs);
	sessions_recover(d->sessions);
	clients_begin(d->clients);
	start_timers(r);
	log_info("start version=%s workers=%u sessions=%u", SEHUB_VERSION,
		 d->config.workers, sessions_count(d->sessions));
	notify_ready(listeners_count(d->listeners));
	return 0;
}

static void free_rest(struct daemon *d)
{
	worker_pool_free(d->workers);
	control_user_free(d->control_user);
	control_admin_free(d->control_admin);
	control_log_free(d->control_log);
	control_events_free(d->control_events);
	metrics_free(d->metrics);
	events_free(d->events);
	control_hub_free(d->control_hub);
	control_state_free(d->control_state);
	hubs_free(d->hubs);
	tls_context_free(d->tls);
	auth_free(d->auth);
	ratelimit_free(d->limit);
	packet_log_free(d->packets);
	logs_free(d->logs);
	store_close(d->store);
}

int daemon_run(const struct config *config, void (*ready)(void *arg),
	       void *arg)
{
	struct running *r = calloc(1, sizeof(*r));
	struct sehub_err err;
	int ret = -ENOMEM;
	size_t i;

	if (!r || curl_global_init(CURL_GLOBAL_DEFAULT)) {
		log_error("start error=\"out of memory\"");
		goto out;
	}
	signal(SIGPIPE, SIG_IGN);
	r->d.config = *config;
	r->d.started = uv_hrtime();
	ret = uv_loop_init(&r->d.loop);
	if (ret) {
		log_error("start error=%s", LOG_QUOTED(uv_strerror(ret)));
		goto out_curl;
	}
	uv_timer_init(&r->d.loop, &r->watchdog);
	r->watchdog.data = r;
	for (i = 0; i < SIGNALS; i++) {
		uv_signal_init(&r->d.loop, &r->signals[i]);
		r->signals[i].data = r;
		uv_signal_start(&r->signals[i], on_signal, signal_numbers[i]);
	}
	ret = start(r, &err);
	r->is_started = !ret;
	if (ret) {
		log_error("start error=%s", LOG_QUOTED(err.text));
		stop(r);
	} else if (ready) {
		ready(arg);
	}
	uv_run(&r->d.loop, UV_RUN_DEFAULT);
	free_rest(&r->d);
	uv_loop_close(&r->d.loop);
out_curl:
	curl_global_cleanup();
out:
	free(r);
	return ret;
}
