/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates and keys in PEM form, made for a test.
 */
#ifndef SEHUB_TESTS_PEM_H
#define SEHUB_TESTS_PEM_H

#include <stdint.h>

#define PEM_TEXT_MAX	4096

/**
 * struct pem_pair - a self-signed certificate and its key
 * @cert: its text
 * @key: text of the key
 * @hash: SHA-256 of the certificate
 */
struct pem_pair {
	char cert[PEM_TEXT_MAX];
	char key[PEM_TEXT_MAX];
	uint8_t hash[32];
};

/* Of an elliptic curve, valid between these seconds from now. */
void pem_make(struct pem_pair *pair, long from, long until);
/* RSA with this public exponent, valid now. */
void pem_make_rsa(struct pem_pair *pair, unsigned int bits,
		  unsigned long exponent);
/* The key again, with a passphrase. */
void pem_encrypt_key(const struct pem_pair *pair, char out[PEM_TEXT_MAX]);

#endif /* SEHUB_TESTS_PEM_H */
