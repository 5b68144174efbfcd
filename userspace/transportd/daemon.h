/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the main thread have in common. */
#ifndef SEHUB_TRANSPORTD_DAEMON_H
#define SEHUB_TRANSPORTD_DAEMON_H

#include <stdint.h>
#include <uv.h>

#include "config.h"
#include "err.h"
#include "resume.h"

struct auth;
struct clients;
struct console;
struct control;
struct control_admin;
struct control_connection;
struct control_events;
struct control_hub;
struct control_log;
struct control_state;
struct control_user;
struct events;
struct hubs;
struct kernel;
struct listeners;
struct logins;
struct logs;
struct metrics;
struct metrics_http;
struct netmon;
struct packet_log;
struct policy_hits;
struct ratelimit;
struct sessions;
struct store;
struct tls_context;
struct worker_pool;

#define DAEMON_SOFTWARE		"sehub-transportd " SEHUB_VERSION

/**
 * struct daemon - the process, its main thread
 * @loop: the main loop
 * @config: the operator's file
 * @started: uv_hrtime() of the start
 * @instance: tells our cookies from those of other installations
 * @store: users and connections
 * @logs: log files
 * @packets: packet logs of hubs
 * @auth: password exchanges
 * @tls: the server's certificate
 * @limit: what sources may do before they log in
 * @workers: threads that carry sessions
 * @kernel: requests about hubs and ports
 * @sessions: sessions of our server
 * @logins: connections that have not logged in yet
 * @listeners: sockets that accept connections
 * @clients: our connections to other servers
 * @hubs: those that last
 * @netmon: news of addresses and routes
 * @events: what happens, for whoever wants to know
 * @policy_hits: of these, what rules drop
 * @control: the local socket
 * @control_user: its methods about users
 * @control_admin: its methods about the administrator
 * @control_connection: its methods about connections
 * @control_log: its methods about logs
 * @console: the telnet console, NULL: there is none
 * @control_events: its method about events
 * @metrics: figures, and the method that tells them
 * @metrics_http: the same by HTTP, NULL: it is off
 * @control_hub: its methods about hubs that last
 * @control_state: its methods about all of the state
 */
struct daemon {
	uv_loop_t loop;
	struct config config;
	uint64_t started;
	uint8_t instance[RESUME_INSTANCE_LEN];
	struct store *store;
	struct logs *logs;
	struct packet_log *packets;
	struct auth *auth;
	struct tls_context *tls;
	struct ratelimit *limit;
	struct worker_pool *workers;
	struct kernel *kernel;
	struct sessions *sessions;
	struct logins *logins;
	struct listeners *listeners;
	struct clients *clients;
	struct hubs *hubs;
	struct netmon *netmon;
	struct events *events;
	struct policy_hits *policy_hits;
	struct control *control;
	struct control_user *control_user;
	struct control_admin *control_admin;
	struct control_connection *control_connection;
	struct control_log *control_log;
	struct console *console;
	struct control_events *control_events;
	struct metrics *metrics;
	struct metrics_http *metrics_http;
	struct control_hub *control_hub;
	struct control_state *control_state;
};

/**
 * daemon_run() - be the daemon until a signal ends it
 * @config: settings, stay the caller's
 * @ready: called once when everything is open, may be NULL
 * @arg: handed to @ready
 * Return: 0 after a clean end, -errno if it could not start (logged).
 */
int daemon_run(const struct config *config, void (*ready)(void *arg),
	       void *arg);

/*
 * daemon_open_certificate() - what a listener shows to clients, made if it is
 * not there; again: nothing
 */
int daemon_open_certificate(struct daemon *d, struct sehub_err *err);

#endif /* SEHUB_TRANSPORTD_DAEMON_H */
