// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Certificates and keys as text: what is taken of a file, what is not, and what
 * is said then.
 *
 * links: transportd/cert_pem.c transportd/log.c tests/pem.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/err.h>

#include "../transportd/cert_pem.h"
#include "pem.h"

#define DAY	86400L

static struct pem_pair one, two;
static struct cert_error error;

static int setup(void **state)
{
	(void)state;
	pem_make(&one, -DAY, DAY);
	pem_make(&two, -DAY, DAY);
	return 0;
}

static void test_fingerprint(void **state)
{
	uint8_t hash[SEHUB_FINGERPRINT_LEN];

	(void)state;
	assert_int_equal(cert_pem_fingerprint(one.cert, hash, &error), 0);
	assert_memory_equal(hash, one.hash, sizeof(hash));
}

/* Of a file with more in it: the first certificate, the first key. */
static void test_first_of_a_file(void **state)
{
	char all[5 * PEM_TEXT_MAX], cert[CERT_PEM_MAX], key[CERT_PEM_MAX];

	(void)state;
	snprintf(all, sizeof(all), "Bag Attributes\n  CN = x\n%s%s%s%s",
		 one.key, one.cert, two.cert, two.key);
	assert_int_equal(cert_pem_pick(all, cert, &error), 0);
	assert_string_equal(cert, one.cert);
	assert_int_equal(cert_pem_pick_key(all, cert, key, &error), 0);
	assert_string_equal(key, one.key);
}

static void expect_no_cert(const char *text)
{
	char out[CERT_PEM_MAX];

	assert_int_equal(cert_pem_pick(text, out, &error), -EINVAL);
	assert_string_equal(error.text, "it has no certificate in PEM form");
	assert_int_equal(ERR_peek_error(), 0);
}

static void test_no_certificate(void **state)
{
	char cut[PEM_TEXT_MAX];

	(void)state;
	expect_no_cert("");
	expect_no_cert("hello");
	expect_no_cert(one.key);
	expect_no_cert("-----BEGIN CERTIFICATE-----\nAAAA\n"
		       "-----END CERTIFICATE-----\n");
	snprintf(cut, sizeof(cut), "%.200s", one.cert);
	expect_no_cert(cut);
}

static void expect_no_key(const char *text, const char *why)
{
	char out[CERT_PEM_MAX];

	assert_int_equal(cert_pem_pick_key(text, one.cert, out, &error),
			 -EINVAL);
	assert_string_equal(error.text, why);
	assert_int_equal(ERR_peek_error(), 0);
}

static void test_no_key(void **state)
{
	char encrypted[PEM_TEXT_MAX];

	(void)state;
	pem_encrypt_key(&one, encrypted);
	expect_no_key("", "it has no private key in PEM form");
	expect_no_key(one.cert, "it has no private key in PEM form");
	expect_no_key(two.key, "it is not the key of the certificate");
	expect_no_key(encrypted,
		      "it is encrypted, and nobody is there to be asked for the passphrase: take it off with openssl pkey -in FILE -out NEW");
}

static int check(long from, long until, char *why, size_t size)
{
	struct pem_pair pair;
	X509 *x509;
	int err;

	pem_make(&pair, from, until);
	x509 = cert_pem_read(pair.cert, &error);
	assert_non_null(x509);
	err = cert_check_time(x509, time(NULL), why, size);
	X509_free(x509);
	return err;
}

static void test_time(void **state)
{
	char why[80], want[80];
	time_t then;

	(void)state;
	assert_int_equal(check(-DAY, DAY, why, sizeof(why)), 0);
	assert_int_equal(check(-2 * DAY, -1, why, sizeof(why)), -EKEYEXPIRED);
	then = time(NULL) - 30 * DAY;
	strftime(want, sizeof(want), "the certificate expired on %Y-%m-%d ",
		 gmtime(&then));
	assert_int_equal(check(-60 * DAY, -30 * DAY, why, sizeof(why)),
			 -EKEYEXPIRED);
	assert_memory_equal(why, want, strlen(want));
	assert_string_equal(why + strlen(why) - 4, " UTC");
	assert_int_equal(check(DAY, 2 * DAY, why, sizeof(why)), -EAGAIN);
	assert_memory_equal(why, "the certificate is not valid before ", 36);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fingerprint),
		cmocka_unit_test(test_first_of_a_file),
		cmocka_unit_test(test_no_certificate),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
