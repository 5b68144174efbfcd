// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Why a stream could not be made, in words that name the step that failed: the
 * proxy could not be reached, it refused, or the server behind it could not be
 * reached.
 */
#include "carrier_impl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* A proxy says that it wants a user, or another one. */
#define HTTP_AUTH_REQUIRED	407

bool carrier_has_bad_proxy(const struct carrier *c, CURLcode code)
{
	return c->asked != SEHUB_VIA_DIRECT && code == CURLE_COULDNT_CONNECT &&
	       !c->has_socket;
}

static bool describe_user(const struct carrier *c, char *why, size_t size)
{
	char proxy[SEHUB_HOST_MAX + 16];

	if (c->via.user[0])
		snprintf(why, size,
			 "the proxy refuses the user or the password");
	else if (c->via.kind == SEHUB_VIA_ENV)
		snprintf(why, size, "the proxy wants a user, or another one");
	else
		snprintf(why, size,
			 "the proxy wants a user: name one as in %s://USER@%s",
			 sehub_via_name(c->via.kind),
			 sehub_format_endpoint(&c->via.proxy, proxy,
					       sizeof(proxy)));
	return true;
}

static bool has_negotiate(void)
{
	return curl_version_info(CURLVERSION_NOW)->features &
	       CURL_VERSION_SPNEGO;
}

/* Also where libcurl cannot. */
static bool offers_negotiate(const struct carrier *c)
{
	static const char scheme[] = "Negotiate";
	struct curl_header *header;

	for (size_t i = 0; !curl_easy_header(c->easy, "Proxy-Authenticate", i,
					     CURLH_CONNECT, -1, &header); i++)
		if (!strncasecmp(header->value, scheme, strlen(scheme)))
			return true;
	return false;
}

static bool describe_challenge(const struct carrier *c, char *why, size_t size)
{
	long offered = 0;

	curl_easy_getinfo(c->easy, CURLINFO_PROXYAUTH_AVAIL, &offered);
	if (offered & CARRIER_PASSWORD_AUTH)
		return describe_user(c, why, size);
	if (!offers_negotiate(c))
		snprintf(why, size,
			 "the proxy lets nobody in by Basic, Digest, NTLM or Negotiate");
	else if (!has_negotiate())
		snprintf(why, size,
			 "the proxy wants Negotiate, which libcurl was built without");
	else
		snprintf(why, size,
			 "the proxy wants Negotiate alone: name no user for it");
	return true;
}

/* What an HTTP proxy answered to CONNECT. */
static bool describe_http(const struct carrier *c, long code, char *why,
			  size_t size)
{
	if (code == HTTP_AUTH_REQUIRED)
		return describe_challenge(c, why, size);
	if (code == 403 || code == 405)
		snprintf(why, size, "the proxy does not allow it (%ld)", code);
	else if (code == 500 || (code >= 502 && code <= 504))
		snprintf(why, size, "the proxy cannot reach the server (%ld)",
			 code);
	else
		snprintf(why, size, "the proxy answered %ld to CONNECT", code);
	return false;
}

static bool describe_socks(const struct carrier *c, long code, char *why,
			   size_t size)
{
	const char *text = c->error;

	switch (code) {
	case CURLPX_NO_AUTH:
	case CURLPX_USER_REJECTED:
	case CURLPX_IDENTD:
	case CURLPX_IDENTD_DIFFER:
		return describe_user(c, why, size);
	case CURLPX_RESOLVE_HOST:
		text = "the name cannot be resolved here: let the proxy do it, with socks4a:// or socks5h://";
		break;
	case CURLPX_REPLY_NOT_ALLOWED:
		text = "the proxy does not allow it";
		break;
	case CURLPX_REPLY_CONNECTION_REFUSED:
		text = "the proxy cannot reach the server: Connection refused";
		break;
	case CURLPX_REPLY_HOST_UNREACHABLE:
		text = "the proxy cannot reach the server: no such host, or no route to it";
		break;
	case CURLPX_REPLY_NETWORK_UNREACHABLE:
		text = "the proxy cannot reach the server: Network is unreachable";
		break;
	case CURLPX_REPLY_TTL_EXPIRED:
		text = "the proxy cannot reach the server: it does not answer";
		break;
	case CURLPX_REQUEST_FAILED:
	case CURLPX_REPLY_GENERAL_SERVER_FAILURE:
		text = "the proxy refused, or cannot reach the server";
		break;
	case CURLPX_BAD_VERSION:
		text = "what answers there is no SOCKS proxy of this version";
		break;
	case CURLPX_CLOSED:
	case CURLPX_RECV_CONNECT:
	case CURLPX_RECV_ADDRESS:
	case CURLPX_RECV_AUTH:
	case CURLPX_RECV_REQACK:
		text = "the proxy closed the connection";
		break;
	default:
		break;
	}
	snprintf(why, size, "%s", text);
	return false;
}

static bool describe_bad_proxy(const struct carrier *c, char *why, size_t size)
{
	snprintf(why, size, "%s", c->is_tls_proxy ?
		 "the proxy is spoken to in TLS, which cannot carry a session: name its http:// port" :
		 "what it names is no proxy's URL");
	return c->is_tls_proxy;
}

/*
 * Was it an answer that ended the attempt? An earlier one, which asked for the
 * user, is remembered when the proxy then fell silent or went away.
 */
static bool is_refused_tunnel(const struct carrier *c)
{
	static const char words[] = "CONNECT tunnel failed";

	/* the code is not the same in all releases of libcurl */
	return c->kind == SEHUB_VIA_HTTP &&
	       !strncmp(c->error, words, strlen(words));
}

bool carrier_wants_negotiate(const struct carrier *c, CURLcode code)
{
	long http = 0;

	curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &http);
	return code && is_refused_tunnel(c) && http == HTTP_AUTH_REQUIRED &&
	       !c->has_user && has_negotiate() && offers_negotiate(c);
}

bool carrier_describe_why(const struct carrier *c, CURLcode code, char *why,
			  size_t size)
{
	bool is_proxy = c->kind != SEHUB_VIA_DIRECT;
	long os_errno = 0, http = 0, proxy = 0;

	curl_easy_getinfo(c->easy, CURLINFO_OS_ERRNO, &os_errno);
	curl_easy_getinfo(c->easy, CURLINFO_HTTP_CONNECTCODE, &http);
	curl_easy_getinfo(c->easy, CURLINFO_PROXY_ERROR, &proxy);
	if (carrier_has_bad_proxy(c, code))
		return describe_bad_proxy(c, why, size);
	if (is_refused_tunnel(c) && http)
		return describe_http(c, http, why, size);
	if (code == CURLE_OPERATION_TIMEDOUT)
		snprintf(why, size, "timed out");
	else if (code == CURLE_INTERFACE_FAILED)
		snprintf(why, size, "cannot go out from %s: %s", c->source,
			 os_errno ? strerror((int)os_errno) :
			 "no such address or network device");
	else if (code == CURLE_COULDNT_CONNECT && os_errno)
		snprintf(why, size, "%s%s",
			 is_proxy ? "the proxy cannot be reached: " : "",
			 strerror((int)os_errno));
	else if (code == CURLE_COULDNT_CONNECT && c->source[0])
		/* no address was left to try */
		snprintf(why, size,
			 "cannot go out from %s: what is there has no address of that family",
			 c->source);
	else if (code == CURLE_PROXY)
		return describe_socks(c, proxy, why, size);
	else if (code == CURLE_COULDNT_RESOLVE_PROXY ||
		 (is_proxy && code == CURLE_COULDNT_RESOLVE_HOST))
		snprintf(why, size, "the proxy's name cannot be resolved");
	else if (code == CURLE_COULDNT_RESOLVE_HOST)
		snprintf(why, size, "the name cannot be resolved");
	else if (code == CURLE_RECV_ERROR && http)
		snprintf(why, size, "the proxy closed the connection");
	else if (c->kind == SEHUB_VIA_HTTP &&
		 (code == CURLE_RECV_ERROR ||
		  code == CURLE_WEIRD_SERVER_REPLY ||
		  code == CURLE_UNSUPPORTED_PROTOCOL))
		snprintf(why, size,
			 "what is there does not answer as an HTTP proxy does");
	else if (c->via.kind == SEHUB_VIA_ENV)
		/* libcurl's own words may hold the proxy's password */
		snprintf(why, size, "%s", curl_easy_strerror(code));
	else
		snprintf(why, size, "%s", c->error[0] ? c->error :
			 curl_easy_strerror(code));
	return false;
}

bool carrier_describe(const struct carrier *c, CURLcode code,
		      char text[CARRIER_ERROR_MAX])
{
	char why[CARRIER_WHY_MAX];
	bool is_final;

	is_final = carrier_describe_why(c, code, why, sizeof(why));
	carrier_word_failure(&c->server, &c->via, why, text);
	return is_final;
}
