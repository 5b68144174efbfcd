// SPDX-License-Identifier: GPL-2.0-or-later
/* Ways to a server, words to structs and back. Pure. */
#include "via.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define SOCKS_PORT	1080
#define SSH_PORT	22

static const char *const via_names[] = {
	[SEHUB_VIA_DIRECT] = "direct",
	[SEHUB_VIA_HTTP] = "http",
	[SEHUB_VIA_SOCKS4] = "socks4",
	[SEHUB_VIA_SOCKS4A] = "socks4a",
	[SEHUB_VIA_SOCKS5] = "socks5",
	[SEHUB_VIA_SOCKS5H] = "socks5h",
	[SEHUB_VIA_SSH] = "ssh",
	[SEHUB_VIA_ENV] = "env",
};

const char *sehub_via_name(enum sehub_via_kind kind)
{
	return via_names[kind];
}

bool sehub_via_takes_password(const struct sehub_via *via)
{
	return via->user[0] && via->kind != SEHUB_VIA_SOCKS4 &&
	       via->kind != SEHUB_VIA_SOCKS4A && via->kind != SEHUB_VIA_SSH;
}

static int refuse(const char **why, const char *text)
{
	*why = text;
	return -EINVAL;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX in @len bytes at @from. */
static int decode_user(const char *from, size_t len, char *user,
		       const char **why)
{
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)from[i];

		if (c == '%') {
			int high = i + 2 < len ? hex_digit(from[i + 1]) : -1;
			int low = i + 2 < len ? hex_digit(from[i + 2]) : -1;

			if (high < 0 || low < 0)
				return refuse(why,
					      "has a % in the user's name that two hexadecimal digits must follow");
			c = (unsigned char)(high << 4 | low);
			i += 2;
		}
		if (c < ' ' || c == 0x7f)
			return refuse(why,
				      "has a control character in the user's name");
		if (used == SEHUB_VIA_USER_MAX)
			return refuse(why,
				      "has a user's name that is longer than 255 bytes");
		user[used++] = (char)c;
	}
	user[used] = '\0';
	return 0;
}

static int parse_scheme(const char *word, size_t len,
			enum sehub_via_kind *kind, const char **why)
{
	for (int i = SEHUB_VIA_HTTP; i < SEHUB_VIA_ENV; i++)
		if (strlen(via_names[i]) == len &&
		    !strncasecmp(word, via_names[i], len)) {
			*kind = i;
			return 0;
		}
	if (len == 5 && !strncasecmp(word, "https", len))
		return refuse(why,
			      "is a proxy that is spoken to in TLS, which cannot carry a session: use its http:// port");
	return refuse(why,
		      "has to begin with http://, socks4://, socks4a://, socks5://, socks5h:// or ssh://");
}

/* What comes behind the user. */
static int parse_proxy(const char *text, struct sehub_via *via,
		       const char **why)
{
	uint16_t port = via->kind == SEHUB_VIA_HTTP ? 0 :
			via->kind == SEHUB_VIA_SSH ? SSH_PORT : SOCKS_PORT;
	const char *bracket = strrchr(text, ']');
	char host[SEHUB_HOST_MAX + 16];
	size_t len = strlen(text);
	int err;

	if (len && text[len - 1] == '/')
		len--;
	if (len >= sizeof(host))
		return refuse(why, "has a host that is too long");
	memcpy(host, text, len);
	host[len] = '\0';
	err = sehub_parse_endpoint(host, port, &via->proxy);
	if (err == -ERANGE)
		return refuse(why, "has no port from 1 to 65535");
	if (err)
		return refuse(why, via->kind == SEHUB_VIA_HTTP ?
			      "has to be http://[USER@]HOST:PORT" :
			      "has to be SCHEME://[USER@]HOST[:PORT]");
	if (via->kind == SEHUB_VIA_SSH && !strchr(bracket ? bracket : text, ':'))
		via->proxy.port = 0;
	return 0;
}

int sehub_parse_via(const char *word, struct sehub_via *via, const char **why)
{
	struct sehub_via result = { .kind = SEHUB_VIA_DIRECT };
	const char *rest, *at;
	int err;

	if (!*word || !strcmp(word, via_names[SEHUB_VIA_ENV])) {
		if (*word)
			result.kind = SEHUB_VIA_ENV;
		*via = result;
		return 0;
	}
	rest = strstr(word, "://");
	err = parse_scheme(word, rest ? (size_t)(rest - word) : 0,
			   &result.kind, why);
	if (err)
		return err;
	rest += 3;
	at = strrchr(rest, '@');
	if (at) {
		if (memchr(rest, ':', (size_t)(at - rest)))
			return refuse(why, result.kind == SEHUB_VIA_SSH ?
				      "holds a password: SSH servers let in whoever has the key" :
				      "holds a password, which others could read: give it apart from the URL");
		if (at == rest)
			return refuse(why, "has no user in front of the @");
		err = decode_user(rest, (size_t)(at - rest), result.user, why);
		if (err)
			return err;
		rest = at + 1;
	}
	err = parse_proxy(rest, &result, why);
	if (err)
		return err;
	*via = result;
	return 0;
}

/* RFC 3986 section 2.3 */
static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

char *sehub_format_via(const struct sehub_via *via, char buf[SEHUB_VIA_STRLEN])
{
	char *end = buf + SEHUB_VIA_STRLEN, *p = buf;

	if (via->kind == SEHUB_VIA_DIRECT || via->kind == SEHUB_VIA_ENV) {
		snprintf(buf, SEHUB_VIA_STRLEN, "%s",
			 via->kind == SEHUB_VIA_ENV ? "env" : "");
		return buf;
	}
	p += snprintf(p, (size_t)(end - p), "%s://", via_names[via->kind]);
	for (const char *u = via->user; *u; u++)
		p += snprintf(p, (size_t)(end - p),
			      is_unreserved(*u) ? "%c" : "%%%02X",
			      (unsigned char)*u);
	if (via->user[0])
		*p++ = '@';
	sehub_format_endpoint(&via->proxy, p, (size_t)(end - p));
	return buf;
}

int sehub_parse_source(const char *word, enum sehub_source *source)
{
	struct sehub_ip_addr addr;

	if (!*word)
		*source = SEHUB_SOURCE_ANY;
	else if (!sehub_parse_ip(word, &addr))
		*source = SEHUB_SOURCE_ADDRESS;
	else if (sehub_is_ifname(word))
		*source = SEHUB_SOURCE_DEVICE;
	else
		return -EINVAL;
	return 0;
}
