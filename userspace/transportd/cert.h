/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The server's certificate: made at first start where the operator gave none,
 * and the fingerprint by which clients pin one.
 */
#ifndef SEHUB_TRANSPORTD_CERT_H
#define SEHUB_TRANSPORTD_CERT_H

#include <stdbool.h>
#include <openssl/x509.h>

#define CERT_DAYS		3650
/* "SHA256:", 64 lower-case hex digits, NUL. */
#define CERT_FINGERPRINT_LEN	72

struct cert_error {
	char text[512];
};

/**
 * cert_ensure() - make certificate and key if there is neither
 * @certificate: PEM file
 * @key: PEM file
 * @made: set to whether they were made now; may be NULL
 * @error: filled on failure
 *
 * EC P-256, self-signed, CERT_DAYS, the host's name as CN and SAN; the key's
 * mode is 0600 from its creation on. Each file appears whole or not at all, the
 * key first, with its certificate behind it: should the process be killed before
 * the certificate's own file is there, the next call takes it from the key's. If
 * both exist nothing is read or changed. Directories are not made: call it
 * after store_open().
 *
 * Return: 0; -ENOENT if just one of the two exists (or a directory does not);
 * other errors of files; -EIO if OpenSSL fails.
 */
int cert_ensure(const char *certificate, const char *key, bool *made,
		struct cert_error *error);

/* SHA-256 of the DER form. Return: 0 or -EIO. */
int cert_fingerprint(const X509 *x509, char out[CERT_FINGERPRINT_LEN]);

/* Of the first certificate in a PEM file. */
int cert_fingerprint_file(const char *certificate,
			  char out[CERT_FINGERPRINT_LEN],
			  struct cert_error *error);

/**
 * cert_fingerprint_parse() - a fingerprint as a user types it
 * @text: SHA256: and 64 hex digits of either case, with or without colons
 *	between the bytes
 * @out: the form that cert_fingerprint() gives: compare with strcmp()
 *
 * Return: 0 or -EINVAL.
 */
int cert_fingerprint_parse(const char *text, char out[CERT_FINGERPRINT_LEN]);

#endif /* SEHUB_TRANSPORTD_CERT_H */
