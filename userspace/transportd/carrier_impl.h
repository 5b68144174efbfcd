/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carrier.c (their life), carrier_curl.c (sockets, proxies), carrier_env.c
 * (the environment's proxy), carrier_error.c (what went wrong with those),
 * carrier_negotiate.c with its process negotiate.c, and carrier_ssh.c share.
 */
#ifndef SEHUB_TRANSPORTD_CARRIER_IMPL_H
#define SEHUB_TRANSPORTD_CARRIER_IMPL_H

#include <curl/curl.h>

#include "carrier.h"

#define CARRIER_WHY_MAX		(CURL_ERROR_SIZE + SEHUB_HOST_MAX + 128)
#define CARRIER_ERROR_MAX	(CURL_ERROR_SIZE + SEHUB_VIA_STRLEN + \
				 2 * SEHUB_HOST_MAX + 160)
/*
 * How a user of an HTTP proxy shows a password; which way is decided by what
 * the proxy offers. Who names no user may be let in by Negotiate.
 */
#define CARRIER_PASSWORD_AUTH \
	(CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM)

struct carriers {
	CURLM *multi;
	uv_loop_t *loop;
	uv_timer_t timer;
	struct carrier_line *lines;
};

/**
 * struct carrier - a stream being made
 * @cs: where it belongs
 * @server: where it is to lead
 * @via: the way there
 * @source: address or device to go out from, "": any
 * @fn: to be called
 * @arg: handed to @fn
 * @deadline: of libcurl's part, in the loop's milliseconds
 * @kind: the way that is tried, not %SEHUB_VIA_ENV
 * @asked: whether this proxy of the environment is for the server is what libcurl
 *	is asked first; %SEHUB_VIA_ENV: it cannot be used; %SEHUB_VIA_DIRECT:
 *	nothing is asked
 * @is_tls_proxy: it is spoken to in TLS
 * @has_user: a user is named for the proxy
 * @easy: libcurl's handle of it, NULL: there is none
 * @has_socket: libcurl has got so far
 * @error: libcurl's word on what went wrong
 * @timer: begins @line, once the loop goes on, or ends @child
 * @line: process to be begun, NULL: there is none
 * @child: process that makes the stream, NULL: there is none
 */
struct carrier {
	struct carriers *cs;
	struct sehub_endpoint server;
	struct sehub_via via;
	char source[SEHUB_SOURCE_STRLEN];
	carrier_fn fn;
	void *arg;

	uint64_t deadline;
	enum sehub_via_kind kind, asked;
	bool is_tls_proxy;
	bool has_user;
	CURL *easy;
	bool has_socket;
	char error[CURL_ERROR_SIZE];

	uv_timer_t timer;
	struct carrier_line *line;
	struct carrier_child *child;
};

/* carrier.c */

void carrier_set_server(struct carrier *c, const char *host, uint16_t port);
/* Closes @timer, and frees the carrier with it. */
void carrier_close_timer(struct carrier *c);

/* The carrier's call, and its end. */
void carrier_finish(struct carrier *c, const struct carrier_result *result);

/**
 * carrier_word_failure() - "cannot connect to hub.example:443 through ...: why"
 * @server: where the stream was to lead
 * @via: the way there
 * @why: what went wrong
 * @text: one line, for people
 */
void carrier_word_failure(const struct sehub_endpoint *server,
			  const struct sehub_via *via, const char *why,
			  char text[CARRIER_ERROR_MAX]);

/* carrier_curl.c */

int carrier_curl_init(struct carriers *cs);
void carrier_curl_uninit(struct carriers *cs);
/* @password: for the proxy of the way; 0 or -ENOMEM */
int carrier_curl_begin(struct carrier *c, const char *password,
		       uint32_t timeout_ms);
void carrier_curl_end(struct carrier *c);
/*
 * carrier_curl_open() - a handle with all that the carrier says, nothing begun
 * Return: 0 or -ENOMEM.
 */
int carrier_curl_open(struct carrier *c, const char *password,
		      uint64_t timeout_ms);
/* Address of the other side, "" if it has none any more. */
void carrier_peer(int fd, char *address, size_t size);

/* carrier_env.c */

/* URL of the proxy, "" if there is none; of its own form, with the password */
const char *carrier_env_proxy(void);
/* What the carrier has to know of it: @kind, @asked, @is_tls_proxy, @has_user. */
void carrier_env_read(struct carrier *c);

/* carrier_error.c */

/** carrier_has_bad_proxy() - libcurl wanted to use what @asked stands for */
bool carrier_has_bad_proxy(const struct carrier *c, CURLcode code);

/** carrier_wants_negotiate() - the proxy asks for it, and there is no user */
bool carrier_wants_negotiate(const struct carrier *c, CURLcode code);

/** carrier_describe_why() - the end of the line alone, see carrier_describe() */
bool carrier_describe_why(const struct carrier *c, CURLcode code, char *why,
			  size_t size);

/**
 * carrier_describe() - put a failure of libcurl into words
 * @c: the carrier
 * @code: how libcurl's transfer ended
 * @text: one line, for people
 * Return: true if trying again would not help.
 */
bool carrier_describe(const struct carrier *c, CURLcode code,
		      char text[CARRIER_ERROR_MAX]);

/* carrier_negotiate.c */

/* Instead of libcurl in this process. Its failure is the carrier's. */
void carrier_negotiate(struct carrier *c, uint64_t timeout_ms);
void carrier_negotiate_end(struct carrier *c);

/* carrier_ssh.c */

/* 0 or -ENOMEM */
int carrier_ssh_begin(struct carrier *c, const struct carrier_target *target,
		      uint32_t timeout_ms);
void carrier_ssh_end(struct carrier *c);
/* All processes, at once. */
void carrier_ssh_uninit(struct carriers *cs);

#endif /* SEHUB_TRANSPORTD_CARRIER_IMPL_H */
