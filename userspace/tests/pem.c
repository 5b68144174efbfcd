// SPDX-License-Identifier: GPL-2.0-or-later
/* See pem.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "pem.h"

static void take(BIO *bio, char out[PEM_TEXT_MAX])
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);

	assert_in_range(len, 1, PEM_TEXT_MAX - 1);
	memcpy(out, data, (size_t)len);
	out[len] = '\0';
	BIO_free(bio);
}

/* Certificate and key, which is taken over. */
static void make(struct pem_pair *pair, EVP_PKEY *key, long from, long until)
{
	X509 *x509 = X509_new();
	X509_NAME *name = X509_get_subject_name(x509);
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned int len;

	X509_set_version(x509, X509_VERSION_3);
	ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
	X509_gmtime_adj(X509_getm_notBefore(x509), from);
	X509_gmtime_adj(X509_getm_notAfter(x509), until);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				   (const unsigned char *)"a, test", -1, -1,
				   0);
	X509_set_issuer_name(x509, name);
	X509_set_pubkey(x509, key);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	assert_int_equal(X509_digest(x509, EVP_sha256(), pair->hash, &len), 1);
	assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
	take(bio, pair->cert);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0,
						  NULL, NULL), 1);
	take(bio, pair->key);
	X509_free(x509);
	EVP_PKEY_free(key);
}

void pem_make(struct pem_pair *pair, long from, long until)
{
	make(pair, EVP_EC_gen("P-256"), from, until);
}

void pem_make_rsa(struct pem_pair *pair, unsigned int bits,
		  unsigned long exponent)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	BIGNUM *e = BN_new();

	BN_set_word(e, exponent);
	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, (int)bits), 1);
	assert_int_equal(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	make(pair, key, -60, 3600);
	EVP_PKEY_CTX_free(ctx);
	BN_free(e);
}

void pem_encrypt_key(const struct pem_pair *pair, char out[PEM_TEXT_MAX])
{
	BIO *bio = BIO_new_mem_buf(pair->key, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	assert_non_null(key);
	BIO_free(bio);
	bio = BIO_new(BIO_s_mem());
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key,
						       EVP_aes_128_cbc(),
						       "secret", 6, NULL,
						       NULL), 1);
	take(bio, out);
	EVP_PKEY_free(key);
}
