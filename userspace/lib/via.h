/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ways to a server that are not straight: "http://[user@]proxy:port",
 * "ssh://[user@]host" and the like, as people write them.
 */
#ifndef SEHUB_LIB_VIA_H
#define SEHUB_LIB_VIA_H

#include <stdbool.h>
#include <stddef.h>

#include "addr.h"

#define SEHUB_VIA_USER_MAX	255
#define SEHUB_VIA_PASSWORD_MAX	255
/* A user, every byte of it escaped, and what stands around it; with NUL. */
#define SEHUB_VIA_STRLEN	(3 * SEHUB_VIA_USER_MAX + SEHUB_HOST_MAX + 24)

/**
 * enum sehub_via_kind - how a stream to the server is made
 * @SEHUB_VIA_DIRECT: TCP
 * @SEHUB_VIA_HTTP: CONNECT of an HTTP proxy (RFC 9110 section 9.3.6)
 * @SEHUB_VIA_SOCKS4: SOCKS 4, names are looked up here, IPv4 only
 * @SEHUB_VIA_SOCKS4A: SOCKS 4A, names are looked up by the proxy
 * @SEHUB_VIA_SOCKS5: SOCKS 5 (RFC 1928), names are looked up here
 * @SEHUB_VIA_SOCKS5H: SOCKS 5, names are looked up by the proxy
 * @SEHUB_VIA_SSH: port forwarding of an SSH server (RFC 4254 section 7.2)
 * @SEHUB_VIA_ENV: as https_proxy, all_proxy and no_proxy of the environment say
 */
enum sehub_via_kind {
	SEHUB_VIA_DIRECT,
	SEHUB_VIA_HTTP,
	SEHUB_VIA_SOCKS4,
	SEHUB_VIA_SOCKS4A,
	SEHUB_VIA_SOCKS5,
	SEHUB_VIA_SOCKS5H,
	SEHUB_VIA_SSH,
	SEHUB_VIA_ENV,
};

/**
 * struct sehub_via - a way
 * @kind: what it is; the rest is for proxies and SSH servers alone
 * @proxy: where the proxy is; with port 0, as the configuration of ssh(1) says
 * @user: for the proxy, without control characters; "": none
 */
struct sehub_via {
	enum sehub_via_kind kind;
	struct sehub_endpoint proxy;
	char user[SEHUB_VIA_USER_MAX + 1];
};

/**
 * sehub_parse_via() - "", "env" or the URL of a proxy or of an SSH
 *	server
 * @word: SCHEME://[USER@]HOST[:PORT][/]; in USER %XX stands for a byte (RFC
 *	3986 section 2.1). SOCKS has port 1080 by default, HTTP none,
 *	SSH what ssh(1) is configured to
 * @via: where to put the result, left alone on failure
 * @why: on failure, what is wrong and what to do, for people: "holds
 *	a password, ..."
 * Return: 0 or -EINVAL.
 */
int sehub_parse_via(const char *word, struct sehub_via *via, const char **why);

/** sehub_format_via() - the same way back; Return: @buf */
char *sehub_format_via(const struct sehub_via *via, char buf[SEHUB_VIA_STRLEN]);

/** sehub_via_takes_password() - whether its user can have a password */
bool sehub_via_takes_password(const struct sehub_via *via);

#define SEHUB_SOURCE_STRLEN	48

/**
 * enum sehub_source - what connections go out from
 * @SEHUB_SOURCE_ANY: as the routes say
 * @SEHUB_SOURCE_ADDRESS: an address of this host
 * @SEHUB_SOURCE_DEVICE: a network device of it
 */
enum sehub_source {
	SEHUB_SOURCE_ANY,
	SEHUB_SOURCE_ADDRESS,
	SEHUB_SOURCE_DEVICE,
};

/**
 * sehub_parse_source() - "", "192.0.2.1", "2001:db8::1", "eth1"
 * @word: an address, without a zone, or the name of a network device; what can be
 *	both is an address
 * @source: which of them it is
 * Return: 0, or -EINVAL for what cannot be either.
 */
int sehub_parse_source(const char *word, enum sehub_source *source);

/** sehub_via_name() - "direct", "http", "socks5", ...: scheme, for people */
const char *sehub_via_name(enum sehub_via_kind kind);

#endif /* SEHUB_LIB_VIA_H */
