/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What carrier_curl.c (streams) and carrier_error.c (what went wrong with one)
 * share.
 */
#ifndef SEHUB_TRANSPORTD_CARRIER_IMPL_H
#define SEHUB_TRANSPORTD_CARRIER_IMPL_H

#include <curl/curl.h>

#include "carrier.h"

#define CARRIER_ERROR_MAX	(CURL_ERROR_SIZE + SEHUB_VIA_STRLEN + \
				 2 * SEHUB_HOST_MAX + 160)
/*
 * How a user of an HTTP proxy shows a password; which way is decided by what
 * the proxy offers. Negotiate goes by tickets of Kerberos, which libcurl fetches
 * while everybody waits.
 */
#define CARRIER_PASSWORD_AUTH \
	(CURLAUTH_BASIC | CURLAUTH_DIGEST | CURLAUTH_NTLM)

/**
 * struct carrier - a stream being made
 * @cs: where it belongs
 * @easy: libcurl's handle of it
 * @server: where it is to lead
 * @via: the way there
 * @is_tls_proxy: the environment names a proxy that cannot serve
 * @fn: to be called
 * @arg: handed to @fn
 * @error: libcurl's word on what went wrong
 */
struct carrier {
	struct carriers *cs;
	CURL *easy;
	struct sehub_endpoint server;
	struct sehub_via via;
	bool is_tls_proxy;
	carrier_fn fn;
	void *arg;
	char error[CURL_ERROR_SIZE];
};

/**
 * carrier_describe() - put a failure into words
 * @c: the carrier
 * @code: how libcurl's transfer ended
 * @text: one line, for people
 * Return: true if trying again would not help.
 */
bool carrier_describe(const struct carrier *c, CURLcode code,
		      char text[CARRIER_ERROR_MAX]);

#endif /* SEHUB_TRANSPORTD_CARRIER_IMPL_H */
