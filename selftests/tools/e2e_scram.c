// SPDX-License-Identifier: GPL-2.0-or-later
/* The client's side of SCRAM-SHA-256-PLUS. */
#include "e2e_scram.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GS2	"p=tls-exporter,,"

bool scram_read_password(struct scram *s, const char *file)
{
	FILE *f = fopen(file, "re");
	bool ok;

	memset(s, 0, sizeof(*s));
	if (!f)
		return false;
	ok = fgets(s->password, sizeof(s->password), f);
	fclose(f);
	s->password[strcspn(s->password, "\n")] = '\0';
	return ok;
}

bool scram_binding(SSL *ssl, uint8_t binding[32])
{
	return SSL_export_keying_material(ssl, binding, 32,
					  "EXPORTER-Channel-Binding", 24,
					  (const uint8_t *)"", 0, 1) == 1;
}

bool scram_first(struct scram *s, const char *user, char *out, size_t size)
{
	uint8_t noise[16];
	size_t i;

	if (RAND_bytes(noise, sizeof(noise)) != 1)
		return false;
	for (i = 0; i < sizeof(noise); i++)
		snprintf(s->nonce + 2 * i, 3, "%02x", noise[i]);
	if (snprintf(s->bare, sizeof(s->bare), "n=%s,r=%s", user, s->nonce) >=
	    (int)sizeof(s->bare))
		return false;
	return snprintf(out, size, "%s%s", GS2, s->bare) < (int)size;
}

static void hmac(const uint8_t key[32], const char *text, uint8_t out[32])
{
	unsigned int len = 32;

	HMAC(EVP_sha256(), key, 32, (const uint8_t *)text, strlen(text), out,
	     &len);
}

/* Return: length, or -1. */
static int unbase64(const char *text, size_t len, uint8_t *out, size_t size)
{
	int ret;

	if (!len || len % 4 || len / 4 * 3 > size)
		return -1;
	ret = EVP_DecodeBlock(out, (const uint8_t *)text, (int)len);
	if (ret < 0)
		return -1;
	return ret - (text[len - 1] == '=') - (text[len - 2] == '=');
}

/* Salts the password, unless it is salted so already. */
static bool salt_password(struct scram *s, const char *salt64,
			  unsigned int iterations)
{
	struct scram_key *key = &s->key;
	uint8_t salt[96];
	int len;

	if (key->iterations && key->iterations == iterations &&
	    !strcmp(key->salt, salt64))
		return true;
	len = unbase64(salt64, strlen(salt64), salt, sizeof(salt));
	key->iterations = 0;
	if (len < 0 || strlen(salt64) >= sizeof(key->salt) ||
	    PKCS5_PBKDF2_HMAC(s->password, (int)strlen(s->password), salt, len,
			      (int)iterations, EVP_sha256(), 32,
			      key->salted) != 1)
		return false;
	strcpy(key->salt, salt64);
	key->iterations = iterations;
	return true;
}

bool scram_final(struct scram *s, const uint8_t binding[32], const char *in,
		 char *out, size_t size)
{
	char nonce[128], salt64[128], auth[2048], tail[512];
	uint8_t key[32], stored[32], proof[32];
	uint8_t header[sizeof(GS2) - 1 + 32];
	char header64[128], proof64[64];
	unsigned int iterations;
	int i;

	if (sscanf(in, "r=%127[^,],s=%127[^,],i=%u", nonce, salt64,
		   &iterations) != 3 ||
	    strncmp(nonce, s->nonce, strlen(s->nonce)))
		return false;
	if (!salt_password(s, salt64, iterations))
		return false;
	memcpy(header, GS2, sizeof(GS2) - 1);
	memcpy(header + sizeof(GS2) - 1, binding, 32);
	EVP_EncodeBlock((uint8_t *)header64, header, sizeof(header));
	snprintf(tail, sizeof(tail), "c=%s,r=%s", header64, nonce);
	snprintf(auth, sizeof(auth), "%s,%s,%s", s->bare, in, tail);

	hmac(s->key.salted, "Client Key", key);
	SHA256(key, 32, stored);
	hmac(stored, auth, proof);
	for (i = 0; i < 32; i++)
		proof[i] ^= key[i];
	EVP_EncodeBlock((uint8_t *)proof64, proof, 32);
	hmac(s->key.salted, "Server Key", key);
	hmac(key, auth, proof);
	EVP_EncodeBlock((uint8_t *)s->signature, proof, 32);
	return snprintf(out, size, "%s,p=%s", tail, proof64) < (int)size;
}

bool scram_check(const struct scram *s, const char *in)
{
	return !strncmp(in, "v=", 2) && !strcmp(in + 2, s->signature);
}
