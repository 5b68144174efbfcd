// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What names and addresses may be stored. Everything else that a name may be
 * made of, quotes and semicolons too, is just data.
 */
#include "store_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STORE_ALNUM	"abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define STORE_HOST_MAX	253

int store_check_user_name(const char *name, struct store_error *error)
{
	char prepared[AUTH_USER_MAX + 1];
	const char *why;

	if (auth_prepare_user(name, prepared, &why))
		return store_fail(error, -EINVAL, "user: the name %s", why);
	if (strcmp(name, prepared))
		return store_fail(error, -EINVAL,
				  "user: the name is not in its prepared form");
	return 0;
}

int store_parse_certs(const char *text, uint8_t certs[][AUTH_HASH_LEN])
{
	char word[STORE_PIN_MAX + 1];
	int count = 0;

	if (!*text)
		return 0;
	for (;;) {
		if (strcspn(text, ",") != STORE_PIN_MAX ||
		    count == AUTH_CERTS_MAX)
			return -EINVAL;
		memcpy(word, text, STORE_PIN_MAX);
		word[STORE_PIN_MAX] = '\0';
		if (sehub_parse_fingerprint(word, certs[count++]))
			return -EINVAL;
		text += STORE_PIN_MAX;
		if (!*text++)
			return count;
	}
}

/* How it can log in, so that it can at all. */
static int store_check_login(const struct store_user *user,
			     struct store_error *error)
{
	uint8_t certs[AUTH_CERTS_MAX][AUTH_HASH_LEN];
	int count = store_parse_certs(user->certs, certs);

	if (count < 0)
		return store_fail(error, -EINVAL,
				  "certs: \"%.80s\" is no list of up to %d fingerprints",
				  user->certs, AUTH_CERTS_MAX);
	if (user->anonymous && strcmp(user->name, AUTH_ANONYMOUS_USER))
		return store_fail(error, -EINVAL,
				  "anonymous: the user has to be called \"%s\"",
				  AUTH_ANONYMOUS_USER);
	if (user->anonymous && (user->has_password || count))
		return store_fail(error, -EINVAL,
				  "anonymous: who logs in so has neither password nor certificate");
	if (!user->anonymous && !user->has_password && !count)
		return store_fail(error, -EINVAL,
				  "the user has neither password nor certificate, and could not log in: give it one");
	return 0;
}

int store_check_user(const struct store_user *user, struct store_error *error)
{
	struct sehub_policy policy = { .flags = 0 };
	struct sehub_sources sources;
	struct sehub_err err;
	const char *why;

	if (user->policy[0] &&
	    sehub_policy_parse(user->policy, &policy, &err))
		return store_fail(error, -EINVAL, "policy: %s", err.text);
	if (policy.identity)
		return store_fail(error, -EINVAL,
				  "policy: identity is not for users: their sessions are given one");
	if (sehub_parse_sources(user->sources, &sources, &why))
		return store_fail(error, -EINVAL, "sources: it %s", why);
	if (user->expires < 0)
		return store_fail(error, -EINVAL,
				  "expires: %lld is before 1970",
				  (long long)user->expires);
	if (user->grace < -1 || user->grace > SEHUB_GRACE_MAX)
		return store_fail(error, -EINVAL,
				  "grace: %lld ms is outside of 0 to %u",
				  (long long)user->grace, SEHUB_GRACE_MAX);
	return store_check_login(user, error);
}

int store_check_connection_name(const char *name, struct store_error *error)
{
	size_t len = strlen(name);

	if (len < 1 || len > STORE_CONNECTION_MAX ||
	    name[strspn(name, STORE_ALNUM "._-")])
		return store_fail(error, -EINVAL,
				  "name: needs 1 to %d letters, digits, dots, underscores or hyphens",
				  STORE_CONNECTION_MAX);
	return 0;
}

/* As the kernel, and without % (a pattern there) and what is not ASCII. */
int store_check_device_name(const char *name, struct store_error *error)
{
	size_t len = strlen(name);

	if (len < 1 || len >= IFNAMSIZ)
		return store_fail(error, -EINVAL,
				  "device: needs a name of 1 to %d bytes",
				  IFNAMSIZ - 1);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return store_fail(error, -EINVAL,
				  "device: \"%s\" is no device name", name);
	for (const char *p = name; *p; p++)
		if (*p <= ' ' || *p > '~' || strchr("/:%", *p))
			return store_fail(error, -EINVAL,
					  "device: the name has a character that device names may not have");
	return 0;
}

/* An address in brackets, with or without a zone. */
static bool store_is_ipv6(const char *text, size_t len)
{
	char buf[INET6_ADDRSTRLEN + IFNAMSIZ];
	struct in6_addr address;
	struct store_error unused;
	char *zone;

	if (len >= sizeof(buf))
		return false;
	memcpy(buf, text, len);
	buf[len] = '\0';
	zone = strchr(buf, '%');
	if (zone) {
		*zone++ = '\0';
		if (store_check_device_name(zone, &unused))
			return false;
	}
	return inet_pton(AF_INET6, buf, &address) == 1;
}

static bool store_is_port(const char *text, uint16_t *port)
{
	unsigned long value;
	char *end;

	if (*text < '0' || *text > '9' || strlen(text) > 5)
		return false;
	value = strtoul(text, &end, 10);
	if (*end || value < 1 || value > 65535)
		return false;
	*port = (uint16_t)value;
	return true;
}

int store_server_split(const char *server, char *host, uint16_t *port)
{
	const char *start = server, *rest;
	size_t len;

	*port = STORE_SERVER_PORT;
	if (*server == '[') {
		start = server + 1;
		len = strcspn(start, "]");
		if (start[len] != ']' || !store_is_ipv6(start, len))
			return -EINVAL;
		rest = start + len + 1;
	} else {
		len = strspn(server, STORE_ALNUM ".-_");
		rest = server + len;
		if (!len || len > STORE_HOST_MAX || *server == '-' ||
		    *server == '.')
			return -EINVAL;
	}
	if (*rest && (*rest != ':' || !store_is_port(rest + 1, port)))
		return -EINVAL;
	memcpy(host, start, len);
	host[len] = '\0';
	return 0;
}

int store_check_server(const char *server, struct store_error *error)
{
	char host[STORE_SERVER_MAX + 1];
	struct in6_addr address;
	uint16_t port;

	if (strlen(server) > STORE_SERVER_MAX)
		return store_fail(error, -EINVAL, "server: too long");
	if (!store_server_split(server, host, &port))
		return 0;
	if (inet_pton(AF_INET6, server, &address) == 1)
		return store_fail(error, -EINVAL,
				  "server: write an IPv6 address in brackets: [%s]:%d",
				  server, STORE_SERVER_PORT);
	return store_fail(error, -EINVAL,
			  "server: \"%s\" is not HOST, HOST:PORT or [IPV6]:PORT",
			  server);
}
