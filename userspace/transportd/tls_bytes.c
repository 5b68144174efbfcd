// SPDX-License-Identifier: GPL-2.0-or-later
/* OpenSSL for bytes that belong to no connection. */
#include "tls.h"

#include <errno.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

int tls_random(void *buf, size_t len)
{
	if (RAND_bytes(buf, (int)len) == 1)
		return 0;
	ERR_clear_error();
	return -EIO;
}

int tls_sha256(const void *data, size_t len, uint8_t hash[32])
{
	if (EVP_Digest(data, len, hash, NULL, EVP_sha256(), NULL) == 1)
		return 0;
	ERR_clear_error();
	return -EIO;
}

void tls_wipe(void *buf, size_t len)
{
	OPENSSL_cleanse(buf, len);
}

bool tls_same(const void *a, const void *b, size_t len)
{
	return !CRYPTO_memcmp(a, b, len);
}
