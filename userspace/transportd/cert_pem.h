/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Certificates and keys that somebody hands in as the text of PEM files: those
 * that users log in with. Text around them is passed over.
 */
#ifndef SEHUB_TRANSPORTD_CERT_PEM_H
#define SEHUB_TRANSPORTD_CERT_PEM_H

#include <stddef.h>
#include <stdint.h>
#include <openssl/x509.h>

#include "addr.h"
#include "cert.h"

/* Longest text of one certificate, and of one key, with NUL. */
#define CERT_PEM_MAX	16384

/**
 * cert_pem_read() - the first certificate of a text
 * Return: for X509_free(), or NULL with the reason in @error: "it has ...".
 */
X509 *cert_pem_read(const char *pem, struct cert_error *error);
/* The first private key, which must not be encrypted; for EVP_PKEY_free(). */
EVP_PKEY *cert_pem_read_key(const char *pem, struct cert_error *error);

/* SHA-256 of the first certificate. Return: 0 or -EINVAL, as above. */
int cert_pem_fingerprint(const char *pem, uint8_t hash[SEHUB_FINGERPRINT_LEN],
			 struct cert_error *error);

/**
 * cert_pem_pick() - the first certificate of a text and nothing else
 * @pem: text
 * @out: the certificate, again as text
 * Return: 0 or -EINVAL.
 */
int cert_pem_pick(const char *pem, char out[CERT_PEM_MAX],
		  struct cert_error *error);
/*
 * The same for a key, which has to be the one of the certificate @cert; wipe
 * @out after use.
 */
int cert_pem_pick_key(const char *pem, const char *cert,
		      char out[CERT_PEM_MAX], struct cert_error *error);

/**
 * cert_check_time() - whether a certificate is valid now
 * @x509: certificate
 * @now: seconds since the epoch
 * @why: filled if not: "the certificate expired on 2027-01-31 10:15 UTC"
 * @size: bytes there
 * Return: 0; -EKEYEXPIRED; -EAGAIN not yet.
 */
int cert_check_time(const X509 *x509, int64_t now, char *why, size_t size);

#endif /* SEHUB_TRANSPORTD_CERT_PEM_H */
