// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The certificate of the first start: what it says, that it and its key fit
 * and verify, modes, that nothing is ever overwritten and nothing half made
 * is left, and fingerprints in all the forms that people type.
 *
 * links: transportd/cert.c transportd/log.c
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "../transportd/cert.h"

struct place {
	char dir[64];
	char certificate[96];
	char key[96];
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	assert_non_null(place);
	strcpy(place->dir, "/tmp/sehub-cert-XXXXXX");
	assert_non_null(mkdtemp(place->dir));
	snprintf(place->certificate, sizeof(place->certificate), "%s/s.crt",
		 place->dir);
	snprintf(place->key, sizeof(place->key), "%s/s.key", place->dir);
	*state = place;
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	unlink(place->certificate);
	unlink(place->key);
	if (rmdir(place->dir))
		return -1;
	free(place);
	return 0;
}

static unsigned int files_in(const char *path)
{
	DIR *dir = opendir(path);
	unsigned int count = 0;
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static X509 *read_certificate(const char *path)
{
	FILE *file = fopen(path, "r");
	X509 *x509;

	assert_non_null(file);
	x509 = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(x509);
	return x509;
}

static EVP_PKEY *read_key(const char *path)
{
	FILE *file = fopen(path, "r");
	EVP_PKEY *pkey;

	assert_non_null(file);
	pkey = PEM_read_PrivateKey(file, NULL, NULL, NULL);
	fclose(file);
	assert_non_null(pkey);
	return pkey;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void test_made(void **state)
{
	struct place *place = *state;
	struct cert_error error;
	struct stat st;
	bool made = false;
	EVP_PKEY *pkey;
	char group[32];
	X509 *x509;
	int days, seconds;

	assert_int_equal(cert_ensure(place->certificate, place->key, &made,
				     &error), 0);
	assert_true(made);
	assert_int_equal(files_in(place->dir), 2);
	assert_int_equal(stat(place->key, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(place->certificate, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);

	x509 = read_certificate(place->certificate);
	pkey = read_key(place->key);
	assert_int_equal(X509_check_private_key(x509, pkey), 1);
	assert_int_equal(X509_verify(x509, pkey), 1);
	assert_int_equal(X509_get_version(x509), X509_VERSION_3);
	assert_int_equal(EVP_PKEY_get_group_name(pkey, group, sizeof(group),
						 NULL), 1);
	assert_string_equal(group, "prime256v1");
	assert_int_equal(ASN1_TIME_diff(&days, &seconds, NULL,
					X509_get0_notAfter(x509)), 1);
	assert_in_range(days, CERT_DAYS - 1, CERT_DAYS);
	assert_true(X509_cmp_current_time(X509_get0_notBefore(x509)) < 0);
	X509_free(x509);
	EVP_PKEY_free(pkey);
}

static void test_name(void **state)
{
	struct place *place = *state;
	struct cert_error error;
	char host[256] = "", cn[256];
	X509 *x509;

	assert_int_equal(gethostname(host, sizeof(host) - 1), 0);
	if (!host[0] || strlen(host) > 64)
		strcpy(host, "sehub");
	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), 0);
	x509 = read_certificate(place->certificate);
	assert_true(X509_NAME_get_text_by_NID(X509_get_subject_name(x509),
					      NID_commonName, cn,
					      sizeof(cn)) > 0);
	assert_string_equal(cn, host);
	assert_int_equal(X509_check_host(x509, host, 0,
					 X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
					 NULL), 1);
	assert_int_equal(X509_check_host(x509, "other.example", 0, 0, NULL),
			 0);
	X509_free(x509);
}

static void test_kept(void **state)
{
	struct place *place = *state;
	char before[CERT_FINGERPRINT_LEN], after[CERT_FINGERPRINT_LEN];
	struct cert_error error;
	bool made = true;

	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), 0);
	assert_int_equal(cert_fingerprint_file(place->certificate, before,
					       &error), 0);
	assert_int_equal(cert_ensure(place->certificate, place->key, &made,
				     &error), 0);
	assert_false(made);
	assert_int_equal(cert_fingerprint_file(place->certificate, after,
					       &error), 0);
	assert_string_equal(before, after);
}

/* Killed after the key was written, and before its certificate was. */
static void test_interrupted(void **state)
{
	struct place *place = *state;
	char before[CERT_FINGERPRINT_LEN], after[CERT_FINGERPRINT_LEN];
	struct cert_error error;

	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), 0);
	assert_int_equal(cert_fingerprint_file(place->certificate, before,
					       &error), 0);
	assert_int_equal(unlink(place->certificate), 0);
	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), 0);
	assert_int_equal(cert_fingerprint_file(place->certificate, after,
					       &error), 0);
	assert_string_equal(before, after);
	assert_int_equal(files_in(place->dir), 2);
}

static void test_one_missing(void **state)
{
	struct place *place = *state;
	struct cert_error error;
	struct stat st;

	write_file(place->key, "operator's\n");
	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), -ENOENT);
	assert_non_null(strstr(error.text, "s.crt is missing, but "));
	assert_non_null(strstr(error.text, "remove both"));
	assert_int_equal(stat(place->key, &st), 0);
	assert_int_equal(st.st_size, 11);
	assert_int_equal(files_in(place->dir), 1);

	unlink(place->key);
	write_file(place->certificate, "operator's\n");
	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), -ENOENT);
	assert_non_null(strstr(error.text, "s.key is missing, but "));
	assert_int_equal(files_in(place->dir), 1);
}

static void test_cannot_write(void **state)
{
	struct place *place = *state;
	struct cert_error error;
	char path[128];

	snprintf(path, sizeof(path), "%s/no/such.crt", place->dir);
	assert_int_equal(cert_ensure(path, place->key, NULL, &error),
			 -ENOENT);
	assert_non_null(strstr(error.text, path));
	/* the key that was made for it is gone again */
	assert_int_equal(files_in(place->dir), 0);

	snprintf(path, sizeof(path), "%s/no/such.key", place->dir);
	assert_int_equal(cert_ensure(place->certificate, path, NULL, &error),
			 -ENOENT);
	assert_non_null(strstr(error.text, path));
	assert_int_equal(files_in(place->dir), 0);
}

static void test_fingerprint(void **state)
{
	struct place *place = *state;
	char out[CERT_FINGERPRINT_LEN], expected[CERT_FINGERPRINT_LEN];
	unsigned char hash[32], *der = NULL;
	struct cert_error error;
	X509 *x509;
	int len;

	assert_int_equal(cert_ensure(place->certificate, place->key, NULL,
				     &error), 0);
	x509 = read_certificate(place->certificate);
	len = i2d_X509(x509, &der);
	assert_true(len > 0);
	assert_int_equal(EVP_Digest(der, len, hash, NULL, EVP_sha256(), NULL),
			 1);
	strcpy(expected, "SHA256:");
	for (unsigned int i = 0; i < 32; i++)
		sprintf(expected + 7 + 2 * i, "%02x", hash[i]);
	assert_int_equal(cert_fingerprint(x509, out), 0);
	assert_string_equal(out, expected);
	OPENSSL_free(der);
	X509_free(x509);

	write_file(place->certificate, "no certificate\n");
	assert_int_equal(cert_fingerprint_file(place->certificate, out,
					       &error), -EIO);
	assert_non_null(strstr(error.text, "is no PEM file"));
	unlink(place->certificate);
	assert_int_equal(cert_fingerprint_file(place->certificate, out,
					       &error), -ENOENT);
}

#define HEX64 "00112233445566778899aabbccddeeff" \
	      "00112233445566778899aabbccddeeff"

static void test_fingerprint_parse(void **state)
{
	static const char * const bad[] = {
		"", "SHA256", "SHA256:", HEX64, "SHA1:" HEX64,
		"SHA256:" HEX64 "0", "SHA256:" HEX64 "00",
		"SHA256:0" HEX64, "SHA256: " HEX64, "SHA256:" HEX64 " ",
		"SHA256:g0112233445566778899aabbccddeeff"
		"00112233445566778899aabbccddeeff",
		"SHA256:00:112233445566778899aabbccddeeff"
		"00112233445566778899aabbccddeeff",
		"SHA256:0:0112233445566778899aabbccddeeff"
		"00112233445566778899aabbccddeeff",
		"SHA256:00:", "SHA256::",
		"SHA256:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:"
		"00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:",
	};
	static const char * const good[] = {
		"SHA256:" HEX64, "sha256:" HEX64,
		"SHA256:00112233445566778899AABBCCDDEEFF"
		"00112233445566778899aabbccddeeff",
		"SHA256:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:"
		"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF",
	};
	char out[CERT_FINGERPRINT_LEN];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (cert_fingerprint_parse(bad[i], out) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (cert_fingerprint_parse(good[i], out))
			fail_msg("refused: %s", good[i]);
		assert_string_equal(out, "SHA256:" HEX64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_made, setup, teardown),
		cmocka_unit_test_setup_teardown(test_name, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_one_missing, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_cannot_write, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_fingerprint, setup,
						teardown),
		cmocka_unit_test(test_fingerprint_parse),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
