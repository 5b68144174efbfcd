// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The proxy that the environment names. Exceptions from it are libcurl's affair
 * (no_proxy).
 */
#include "carrier_impl.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/*
 * What the environment says of a stream that carries TLS. curl(1) looks there
 * in this order, too.
 */
const char *carrier_env_proxy(void)
{
	static const char *const names[] = {
		"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY",
	};
	const char *value;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		value = getenv(names[i]);
		if (value && *value)
			return value;
	}
	return "";
}

static bool has_part(CURLU *url, CURLUPart part)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, 0))
		return false;
	curl_free(text);
	return true;
}

static void take_scheme(struct carrier *c, const char *scheme)
{
	c->is_tls_proxy = !strcasecmp(scheme, "https");
	/* another name that libcurl knows */
	if (!strcasecmp(scheme, "socks"))
		c->asked = SEHUB_VIA_SOCKS4;
	for (int i = SEHUB_VIA_HTTP; i <= SEHUB_VIA_SOCKS5H; i++)
		if (!strcasecmp(scheme, sehub_via_name(i)))
			c->asked = i;
}

void carrier_env_read(struct carrier *c)
{
	const char *text = carrier_env_proxy();
	char *scheme = NULL;
	CURLU *url;

	c->kind = SEHUB_VIA_DIRECT;
	if (!*text)
		return;
	c->asked = SEHUB_VIA_ENV;
	url = curl_url();
	if (!url)
		return;
	if (!curl_url_set(url, CURLUPART_URL, text,
			  CURLU_NON_SUPPORT_SCHEME | CURLU_DEFAULT_SCHEME)) {
		curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
		/* that of the default is of web servers */
		take_scheme(c, !strstr(text, "://") ? "http" :
			    scheme ? scheme : "");
		c->has_user = has_part(url, CURLUPART_USER);
		curl_free(scheme);
	}
	curl_url_cleanup(url);
}
