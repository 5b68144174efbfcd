/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What has to outlive the daemon: users, client connections, listeners,
 * hubs and a few settings, in one SQLite file, state.db in the state directory. Owned by the
 * main thread; one daemon at a time (a lock on the directory says so).
 *
 * Functions return 0 or a negative errno and, on failure, fill the error with
 * a text that tells the operator what to do; @error may be NULL.
 *	-ENOENT    no such user, connection, listener or hub
 *	-EEXIST    there is one already
 *	-EINVAL    a value that is not allowed
 *	-EBUSY     the directory or the database is in use by another process
 *	-EUCLEAN   the file is damaged, and was set aside, or it is not ours
 *	-EPROTO    the file was written by a newer version
 *	-EIO, -ENOSPC, -EROFS, -EACCES, -ENOMEM as usual
 */
#ifndef SEHUB_TRANSPORTD_STORE_H
#define SEHUB_TRANSPORTD_STORE_H

#include <limits.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "auth.h"
#include "access.h"
#include "card.h"
#include "cert_pem.h"
#include "lib/addr.h"
#include "lib/log_words.h"
#include "lib/policy.h"
#include "log_file.h"
#include "via.h"

#define STORE_FILE		"state.db"

#define STORE_VLAN_MIN		1
#define STORE_VLAN_MAX		4094

/* Bytes, without the terminating NUL. */
#define STORE_USER_MAX		AUTH_USER_MAX
#define STORE_CONNECTION_MAX	32
#define STORE_SERVER_MAX	262	/* a name of 253, brackets, port */
#define STORE_PIN_MAX		71	/* "SHA256:" and 64 hex digits */
/* Fingerprints joined by commas, with NUL. */
#define STORE_CERTS_STRLEN	(AUTH_CERTS_MAX * (STORE_PIN_MAX + 1))

#define STORE_CLIENT_ID_LEN	16

struct store;

struct store_error {
	char text[512];
};

/**
 * struct store_user - a user of a hub
 * @id: number in the database, never used again
 * @vlan: the hub
 * @name: unique in the hub
 * @has_password: may log in with its password
 * @anonymous: lets in whoever does not say who it is; @name is
 *	AUTH_ANONYMOUS_USER then, and there is neither password nor certificate
 * @certs: fingerprints of the certificates that it may log in with, joined by
 *	commas, "": none
 * @disabled: may not log in
 * @created: seconds since the epoch
 * @last_login: the same; 0: never
 * @policy: of the ports of its sessions, as sehub_policy_format() writes it, "":
 *	none. No identity: that is the daemon's to give
 * @max_sessions: at a time, 0: no limit
 * @expires: may not log in from then on, seconds since the epoch; 0: never
 * @sources: where it may come from, as sehub_format_sources() writes it, "":
 *	anywhere
 * @grace: milliseconds that a session waits for its client, -1: as configured
 * @cascade: may join a hub to this one
 */
struct store_user {
	int64_t id;
	uint16_t vlan;
	char name[STORE_USER_MAX + 1];
	bool has_password;
	bool anonymous;
	char certs[STORE_CERTS_STRLEN];
	bool disabled;
	int64_t created;
	int64_t last_login;
	char policy[SEHUB_POLICY_STRLEN];
	uint32_t max_sessions;
	int64_t expires;
	char sources[SEHUB_SOURCES_STRLEN];
	int64_t grace;
	bool cascade;
};

/**
 * struct store_connection - a client connection to a hub
 * @id: number in the database, never used again
 * @name: unique
 * @server: HOST:PORT, [IPV6]:PORT, HOST or [IPV6], as given
 * @vlan: the hub there
 * @login: how to log in
 * @user: name there; AUTH_ANONYMOUS_USER where nobody is asked for it
 * @password: "" if there is none
 * @cert: certificate to log in with, the text of a PEM file, or ""
 * @key: its private key, the same way
 * @pin: fingerprint of the server's certificate, "SHA256:<64 hex>", or ""
 * @ca: PEM file of the authorities to trust, an absolute path, or ""
 * @tofu: take the first certificate seen and pin it (@pin is then set by
 *	store_connection_set_pin())
 * @hub: number of the hub here that it joins to the one there, 0: none, it has
 *	a device
 * @device: name of the network device here, "" with @hub
 * @auto_up: brought up when the daemon starts
 * @up: last asked to be up. A daemon that starts and finds the connection's
 *	port still there goes on with it if this is set
 * @client_id: made at random with the connection, never changes
 * @via: the way to the server, as sehub_format_via() writes it
 * @via_password: for the proxy of @via, "" if there is none
 * @source: address or device to go out from, "": as the routes say
 * @card: what @device is to be
 * @grace: milliseconds that the server is to keep a session at most, -1: as it
 *	likes
 *
 * Of @pin, @ca and @tofu at most one is given by the user; none: the system's
 * authorities. Holds secrets: store_connection_clear() it after use.
 */
struct store_connection {
	int64_t id;
	char name[STORE_CONNECTION_MAX + 1];
	char server[STORE_SERVER_MAX + 1];
	uint16_t vlan;
	enum auth_mechanism login;
	char user[STORE_USER_MAX + 1];
	char password[AUTH_PASSWORD_MAX + 1];
	char cert[CERT_PEM_MAX];
	char key[CERT_PEM_MAX];
	char pin[STORE_PIN_MAX + 1];
	char ca[PATH_MAX];
	bool tofu;
	uint16_t hub;
	char device[IFNAMSIZ];
	bool auto_up;
	bool up;
	uint8_t client_id[STORE_CLIENT_ID_LEN];
	char via[SEHUB_VIA_STRLEN];
	char via_password[SEHUB_VIA_PASSWORD_MAX + 1];
	char source[SEHUB_SOURCE_STRLEN];
	enum card_kind card;
	int64_t grace;
};

/**
 * enum listener_protocol - whom a listener is meant for; it takes all alike
 * @LISTENER_DIRECT: clients that reach it straight
 * @LISTENER_PROXY: clients behind HTTP proxies, which let them through to port
 *	443 as a rule
 */
enum listener_protocol {
	LISTENER_DIRECT,
	LISTENER_PROXY,
	LISTENER_PROTOCOLS,
};

/**
 * struct store_listener - an address that clients are accepted on
 * @address: as inet_ntop(3) writes it
 * @port: TCP port
 * @protocol: whom it is for
 * @is_added: it is there by itself; false: this is only the switch of one that
 *	stands in the configuration file
 * @is_enabled: to be open
 */
struct store_listener {
	char address[SEHUB_IP_STRLEN];
	uint16_t port;
	enum listener_protocol protocol;
	bool is_added;
	bool is_enabled;
};

/**
 * store_open() - open or make the database
 * @directory: made with mode 0700 if missing; its parent must exist
 * @store: opened, for store_close()
 * @error: why not
 *
 * Brings an older schema up to date. A file that is not a database of ours is
 * left exactly as it is. One that is damaged is, too, but under another name,
 * and as long as it is there no new one is made: an administrator has to say
 * what is to be.
 */
int store_open(const char *directory, struct store **store,
	       struct store_error *error);
void store_close(struct store *store);

/*
 * store_secret() - AUTH_SECRET_LEN bytes made once for the installation
 *
 * For auth_new(). The same at every call and after every restart.
 */
int store_secret(struct store *store, uint8_t secret[AUTH_SECRET_LEN],
		 struct store_error *error);

/*
 * What is changed between these is saved as a whole, by store_commit(), or not at
 * all, by store_rollback() or if the daemon ends meanwhile.
 */
int store_begin(struct store *store, struct store_error *error);
int store_commit(struct store *store, struct store_error *error);
void store_rollback(struct store *store);

/* Users. @name is in the form that auth_prepare_user() gives. */

/*
 * Of @user all but id, has_password, created and last_login is used; @verifier
 * NULL: it has no password.
 */
int store_user_add(struct store *store, const struct store_user *user,
		   const struct auth_verifier *verifier,
		   struct store_error *error);
/* The same of one from elsewhere: created, if not 0, and last_login are used. */
int store_user_import(struct store *store, const struct store_user *user,
		      const struct auth_verifier *verifier,
		      struct store_error *error);
/* The same in place of one that is there, whose id it takes; 0: as it is. */
int store_user_put(struct store *store, const struct store_user *user,
		   const struct auth_verifier *verifier,
		   struct store_error *error);
int store_user_del(struct store *store, uint16_t vlan, const char *name,
		   struct store_error *error);
int store_user_get(struct store *store, uint16_t vlan, const char *name,
		   struct store_user *user, struct store_error *error);
int store_user_set_password(struct store *store, uint16_t vlan,
			    const char *name,
			    const struct auth_verifier *verifier,
			    struct store_error *error);
/*
 * What a user may do, of the one with its vlan and name; all of it. A password
 * that it is not to have any more is gone then.
 */
int store_user_set(struct store *store, const struct store_user *user,
		   struct store_error *error);
/* Sets last_login to now. */
int store_user_touch_login(struct store *store, int64_t id,
			   struct store_error *error);

/* Called for each; a value other than 0 ends the list and is returned. */
typedef int (*store_user_fn)(void *arg, const struct store_user *user);

/* By hub, then by name; @vlan 0: of all hubs. @fn must not change the store. */
int store_user_list(struct store *store, uint16_t vlan, store_user_fn fn,
		    void *arg, struct store_error *error);
int store_user_count(struct store *store, uint64_t *count,
		     struct store_error *error);

/* An auth_lookup_fn: @arg is the struct store. Disabled users are found. */
int store_auth_lookup(void *arg, uint16_t vlan, const char *user,
		      struct auth_user *found);

/* Log files. */

/* Least length of a file that has a greatest one, and bounds of numbers. */
#define STORE_LOG_BYTES_MIN	4096
#define STORE_LOG_BYTES_MAX	(1LL << 40)
#define STORE_LOG_KEEP_MAX	100000

/**
 * struct store_logs - settings of log files
 * @rotation: when they are put aside, and what becomes of them
 * @system: what the daemon does is written
 * @administration: what administrators change is written
 * @access: who comes and goes is written
 */
struct store_logs {
	struct log_rotation rotation;
	bool system;
	bool administration;
	bool access;
};

/* Of a server where nobody has set any. */
extern const struct store_logs store_logs_default;

bool store_logs_are_same(const struct store_logs *a,
			 const struct store_logs *b);
int store_logs_get(struct store *store, struct store_logs *logs,
		   struct store_error *error);
int store_logs_set(struct store *store, const struct store_logs *logs,
		   struct store_error *error);
/* Frames of a hub, as sehub_log_format() writes it; "none" forgets the hub. */
int store_log_hub_set(struct store *store, uint16_t vlan, const char *packets,
		      struct store_error *error);

typedef int (*store_log_hub_fn)(void *arg, uint16_t vlan, const char *packets);

/* -ENOENT: "none". */
int store_log_hub_get(struct store *store, uint16_t vlan,
		      char packets[SEHUB_LOG_STRLEN],
		      struct store_error *error);
/* By hub. @fn must not change the store. */
int store_log_hub_list(struct store *store, store_log_hub_fn fn, void *arg,
		       struct store_error *error);

/* The administrator of the console. -ENOENT: there is no password yet. */
int store_admin_get(struct store *store, struct auth_verifier *verifier,
		    struct store_error *error);
int store_admin_set(struct store *store, const struct auth_verifier *verifier,
		    struct store_error *error);

/* Client connections. */

/*
 * Of @connection all but id, up and client_id is used; those are filled, and a
 * client_id that no other installation has.
 */
int store_connection_add(struct store *store,
			 struct store_connection *connection,
			 struct store_error *error);
/* In place of one that is there, whose id, up and client_id it takes. */
int store_connection_put(struct store *store,
			 struct store_connection *connection,
			 struct store_error *error);
int store_connection_del(struct store *store, const char *name,
			 struct store_error *error);
int store_connection_get(struct store *store, const char *name,
			 struct store_connection *connection,
			 struct store_error *error);
int store_connection_set_up(struct store *store, const char *name, bool up,
			    struct store_error *error);
/* For trust on first use: pin what was seen. */
int store_connection_set_pin(struct store *store, const char *name,
			     const char *pin, struct store_error *error);
int store_connection_set_card(struct store *store, const char *name,
			      enum card_kind card, struct store_error *error);

typedef int (*store_connection_fn)(void *arg,
				   const struct store_connection *connection);

/* By name. @fn must not change the store. */
int store_connection_list(struct store *store, store_connection_fn fn,
			  void *arg, struct store_error *error);

/* Wipes the struct, with all its secrets. */
void store_connection_clear(struct store_connection *connection);

/* Hubs that last, store_hub.c. */

/**
 * struct store_hub_port - a device port of a hub, or its local port
 * @device: network device, which need not be there; "": the hub's own
 * @policy: as sehub_policy_format() writes it, "": none
 */
struct store_hub_port {
	char device[IFNAMSIZ];
	char policy[SEHUB_POLICY_STRLEN];
};

/**
 * struct store_hub_mac - an address that is bound to one of these ports
 * @mac: address
 * @device: of the port, "": the local one
 */
struct store_hub_mac {
	uint8_t mac[6];
	char device[IFNAMSIZ];
};

/**
 * struct store_hub - a hub that is made when it is not there
 * @vlan: its number
 * @device: name of its device
 * @mac: address of that, all zero: as the kernel likes
 * @up: its device is up
 * @ageing: as in struct sehub_hub, and so on
 * @fdb_max: the same
 * @port_max: the same
 * @ip_ageing: the same
 * @ip_max: the same
 * @suppress: the same
 * @broadcast_rate: the same
 * @ports: device ports, and the local one if it has a policy
 * @n_ports: how many
 * @macs: static addresses
 * @n_macs: how many
 *
 * store_hub_free() it.
 */
struct store_hub {
	uint16_t vlan;
	char device[IFNAMSIZ];
	uint8_t mac[6];
	bool up;
	uint32_t ageing;
	uint32_t fdb_max;
	uint32_t port_max;
	uint32_t ip_ageing;
	uint32_t ip_max;
	bool suppress;
	uint32_t broadcast_rate;
	struct store_hub_port *ports;
	size_t n_ports;
	struct store_hub_mac *macs;
	size_t n_macs;
};

/* One more, all zero; NULL without memory. */
struct store_hub_port *store_hub_add_port(struct store_hub *hub);
struct store_hub_mac *store_hub_add_mac(struct store_hub *hub);
/* What it has, not the struct. */
void store_hub_free(struct store_hub *hub);

/* In place of what was saved before. Within store_begin() and store_commit(). */
int store_hub_put(struct store *store, const struct store_hub *hub,
		  struct store_error *error);
int store_hub_del(struct store *store, uint16_t vlan,
		  struct store_error *error);
/* For store_hub_free(), on success only. */
int store_hub_get(struct store *store, uint16_t vlan, struct store_hub *hub,
		  struct store_error *error);

typedef int (*store_hub_fn)(void *arg, const struct store_hub *hub);

/* By number. @fn must not change the store. */
int store_hub_list(struct store *store, store_hub_fn fn, void *arg,
		   struct store_error *error);

/* Listeners, store_listener.c. */

/* "direct" or "proxy". */
const char *listener_protocol_name(enum listener_protocol protocol);
/* Return: 0 or -EINVAL. */
int listener_protocol_parse(const char *word, enum listener_protocol *protocol);

/* Makes it what it is from now on, by address and port. */
int store_listener_put(struct store *store,
		       const struct store_listener *listener,
		       struct store_error *error);
int store_listener_del(struct store *store, const char *address, uint16_t port,
		       struct store_error *error);
int store_listener_get(struct store *store, const char *address, uint16_t port,
		       struct store_listener *listener,
		       struct store_error *error);

typedef int (*store_listener_fn)(void *arg,
				 const struct store_listener *listener);

/* In the order in which they were added. @fn must not change the store. */
int store_listener_list(struct store *store, store_listener_fn fn, void *arg,
			struct store_error *error);

/*
 * Whether a value may be stored: 0 or -EINVAL, with what is wrong in @error.
 * The functions above check by themselves.
 */
int store_check_user_name(const char *name, struct store_error *error);
/*
 * store_parse_certs() - fingerprints of certificates as stored
 * @text: as in struct store_user
 * @certs: AUTH_CERTS_MAX of them
 * Return: how many, or -EINVAL.
 */
int store_parse_certs(const char *text, uint8_t certs[][AUTH_HASH_LEN]);
/* What it may do and how it logs in, not its name. */
int store_check_user(const struct store_user *user, struct store_error *error);
int store_check_connection_name(const char *name, struct store_error *error);
int store_check_device_name(const char *name, struct store_error *error);
int store_check_server(const char *server, struct store_error *error);

#define STORE_SERVER_PORT	443	/* where a server names none */

/*
 * store_server_split() - host and port of a server as stored
 * @host: without brackets, STORE_SERVER_MAX + 1 bytes
 */
int store_server_split(const char *server, char *host, uint16_t *port);

#endif /* SEHUB_TRANSPORTD_STORE_H */
