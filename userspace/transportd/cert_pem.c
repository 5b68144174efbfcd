// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates and keys as text. OpenSSL's error queue is left empty.
 */
#include "cert_pem.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "log.h"

static int cert_pem_fail(struct cert_error *error, const char *text)
{
	ERR_clear_error();
	return log_describe(error->text, sizeof(error->text), -EINVAL, "%s",
			    text);
}

X509 *cert_pem_read(const char *pem, struct cert_error *error)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;

	if (!x509)
		cert_pem_fail(error, "it has no certificate in PEM form");
	BIO_free(bio);
	ERR_clear_error();
	return x509;
}

/* A passphrase is wanted, and there is nobody to ask for one. */
static int cert_pem_passphrase(char *buf, int size, int rwflag, void *arg)
{
	bool *is_encrypted = arg;

	(void)buf;
	(void)size;
	(void)rwflag;
	*is_encrypted = true;
	return -1;
}

EVP_PKEY *cert_pem_read_key(const char *pem, struct cert_error *error)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	bool is_encrypted = false;
	EVP_PKEY *key = NULL;

	if (bio)
		key = PEM_read_bio_PrivateKey(bio, NULL, cert_pem_passphrase,
					      &is_encrypted);
	if (!key)
		cert_pem_fail(error, is_encrypted ?
			      "it is encrypted, and nobody is there to be asked for the passphrase: take it off with openssl pkey -in FILE -out NEW" :
			      "it has no private key in PEM form");
	BIO_free(bio);
	ERR_clear_error();
	return key;
}

int cert_pem_fingerprint(const char *pem, uint8_t hash[SEHUB_FINGERPRINT_LEN],
			 struct cert_error *error)
{
	X509 *x509 = cert_pem_read(pem, error);
	unsigned int len;
	int err = 0;

	if (!x509)
		return -EINVAL;
	if (!X509_digest(x509, EVP_sha256(), hash, &len))
		err = cert_pem_fail(error, "its certificate cannot be hashed");
	X509_free(x509);
	return err;
}

/* What was written to @bio as a string. */
static int cert_pem_take(BIO *bio, bool is_written, char out[CERT_PEM_MAX],
			 struct cert_error *error)
{
	char *data;
	long len = bio ? BIO_get_mem_data(bio, &data) : 0;

	if (!is_written || len <= 0)
		return cert_pem_fail(error, "it cannot be encoded again");
	if (len >= CERT_PEM_MAX)
		return cert_pem_fail(error, "it is longer than 16 KB");
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	return 0;
}

int cert_pem_pick(const char *pem, char out[CERT_PEM_MAX],
		  struct cert_error *error)
{
	X509 *x509 = cert_pem_read(pem, error);
	BIO *bio;
	int err;

	if (!x509)
		return -EINVAL;
	bio = BIO_new(BIO_s_mem());
	err = cert_pem_take(bio, bio && PEM_write_bio_X509(bio, x509), out,
			    error);
	BIO_free(bio);
	X509_free(x509);
	return err;
}

int cert_pem_pick_key(const char *pem, const char *cert,
		      char out[CERT_PEM_MAX], struct cert_error *error)
{
	EVP_PKEY *key = cert_pem_read_key(pem, error);
	X509 *x509;
	BIO *bio;
	int err;

	if (!key)
		return -EINVAL;
	x509 = cert_pem_read(cert, error);
	bio = BIO_new(BIO_s_secmem());
	if (!x509)
		err = -EINVAL;
	else if (X509_check_private_key(x509, key) != 1)
		err = cert_pem_fail(error, "it is not the key of the certificate");
	else
		err = cert_pem_take(bio, bio && PEM_write_bio_PKCS8PrivateKey(
					    bio, key, NULL, NULL, 0, NULL,
					    NULL), out, error);
	BIO_free(bio);
	X509_free(x509);
	EVP_PKEY_free(key);
	return err;
}

static int cert_tell_time(char *why, size_t size, const char *what,
			  const ASN1_TIME *when, int err)
{
	char text[32] = "a day that there is not";
	struct tm tm;

	if (ASN1_TIME_to_tm(when, &tm))
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm);
	snprintf(why, size, "the certificate %s %s", what, text);
	return err;
}

int cert_check_time(const X509 *x509, int64_t now, char *why, size_t size)
{
	const ASN1_TIME *begin = X509_get0_notBefore(x509);
	const ASN1_TIME *end = X509_get0_notAfter(x509);
	time_t when = now;

	/* -1: not later than then; what cannot be compared is not valid */
	if (X509_cmp_time(end, &when) != 1)
		return cert_tell_time(why, size, "expired on", end,
				      -EKEYEXPIRED);
	if (X509_cmp_time(begin, &when) != -1)
		return cert_tell_time(why, size, "is not valid before", begin,
				      -EAGAIN);
	return 0;
}
