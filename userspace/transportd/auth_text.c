// SPDX-License-Identifier: GPL-2.0-or-later
/* See auth_text.h. */
#include "auth_text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#define SCHEME		"SCRAM-SHA-256$"
/* Of @len bytes in base64. */
#define BASE64_LEN(len)	(((len) + 2) / 3 * 4)

char *auth_text_format(const struct auth_verifier *verifier,
		       char buf[AUTH_TEXT_STRLEN])
{
	size_t len = (size_t)sprintf(buf, SCHEME "%u:", verifier->iterations);
	unsigned char *at = (unsigned char *)buf + len;

	_Static_assert(sizeof(SCHEME "600000:$:") +
		       BASE64_LEN(AUTH_SALT_LEN) +
		       2 * BASE64_LEN(AUTH_HASH_LEN) <= AUTH_TEXT_STRLEN,
		       "room for all");
	at += EVP_EncodeBlock(at, verifier->salt, sizeof(verifier->salt));
	*at++ = '$';
	at += EVP_EncodeBlock(at, verifier->stored_key,
			      sizeof(verifier->stored_key));
	*at++ = ':';
	EVP_EncodeBlock(at, verifier->server_key,
			sizeof(verifier->server_key));
	return buf;
}

/* A field and the character behind it; NULL if it is none. */
static const char *read_field(const char *text, char end, uint8_t *field,
			      size_t size)
{
	unsigned char bytes[BASE64_LEN(AUTH_HASH_LEN)];
	size_t len = BASE64_LEN(size);

	if (strnlen(text, len + 1) < len || text[len] != end ||
	    EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len) < 0)
		return NULL;
	memcpy(field, bytes, size);
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return text + len + 1;
}

int auth_text_parse(const char *text, struct auth_verifier *verifier)
{
	char again[AUTH_TEXT_STRLEN];
	const char *at;
	char *end;
	int err;

	_Static_assert(AUTH_SALT_LEN <= AUTH_HASH_LEN, "room for both");
	memset(verifier, 0, sizeof(*verifier));
	if (strncmp(text, SCHEME, strlen(SCHEME)))
		return -EINVAL;
	verifier->iterations = (uint32_t)strtoul(text + strlen(SCHEME), &end,
						 10);
	if (*end != ':' || verifier->iterations < AUTH_ITERATIONS_MIN ||
	    verifier->iterations > AUTH_ITERATIONS_MAX)
		return -EINVAL;
	at = read_field(end + 1, '$', verifier->salt, sizeof(verifier->salt));
	if (at)
		at = read_field(at, ':', verifier->stored_key,
				sizeof(verifier->stored_key));
	if (at)
		at = read_field(at, '\0', verifier->server_key,
				sizeof(verifier->server_key));
	/* signs, blanks, bits that padding hides: one verifier, one text */
	err = at && !strcmp(auth_text_format(verifier, again), text) ? 0 :
								       -EINVAL;
	OPENSSL_cleanse(again, sizeof(again));
	return err;
}
