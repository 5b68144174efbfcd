// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The server's certificate and fingerprints. Files are written under a
 * temporary name beside their place, synced, and linked into it, which fails
 * if something is there by then: nothing is ever overwritten.
 */
#include "cert.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "log.h"

#define CERT_SERIAL_BYTES	16
#define CERT_NAME_MAX		64	/* upper bound of a CN */

static int cert_fail(struct cert_error *error, int err, const char *what,
		     const char *path, const char *why)
{
	return log_describe(error->text, sizeof(error->text), err,
			    "%s %s: %s", what, path, why);
}

/* With OpenSSL's own reason; empties its queue. */
static int cert_fail_ssl(struct cert_error *error, const char *what)
{
	char why[256] = "no reason given";
	unsigned long code = ERR_peek_last_error();

	if (code)
		ERR_error_string_n(code, why, sizeof(why));
	ERR_clear_error();
	return log_describe(error->text, sizeof(error->text), -EIO,
			    "cannot %s: %s", what, why);
}

/* 0 or 1: whether it exists; -errno. */
static int cert_exists(const char *path)
{
	struct stat st;

	if (!stat(path, &st))
		return 1;
	return errno == ENOENT ? 0 : -errno;
}

static int cert_write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t written = write(fd, data, len);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		data += written;
		len -= (size_t)written;
	}
	return fsync(fd) ? -errno : 0;
}

static int cert_sync_directory(const char *path)
{
	char directory[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;
	int fd, err = 0;

	if (!slash)
		snprintf(directory, sizeof(directory), ".");
	else
		snprintf(directory, sizeof(directory), "%.*s",
			 len ? (int)len : 1, path);
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fsync(fd))
		err = -errno;
	close(fd);
	return err;
}

/* A new file at @path, whole or not at all; -EEXIST if there is one. */
static int cert_write_file(const char *path, mode_t mode, const char *data,
			   size_t len)
{
	char temporary[PATH_MAX];
	int fd, err;

	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >=
	    (int)sizeof(temporary))
		return -ENAMETOOLONG;
	fd = mkostemp(temporary, O_CLOEXEC);	/* mode 0600 */
	if (fd < 0)
		return -errno;
	err = cert_write_all(fd, data, len);
	if (!err && fchmod(fd, mode))
		err = -errno;
	close(fd);
	if (!err && link(temporary, path))
		err = -errno;
	unlink(temporary);
	return err ? err : cert_sync_directory(path);
}

static int cert_write_bio(const char *path, mode_t mode, BIO *bio,
			  struct cert_error *error)
{
	char *data;
	long len = BIO_get_mem_data(bio, &data);
	int err;

	err = cert_write_file(path, mode, data, (size_t)len);
	if (err)
		return cert_fail(error, err, "cannot write", path,
				 strerror(-err));
	return 0;
}

/* The host's name as far as it is one: what does not fit stays out. */
static void cert_host_name(char name[CERT_NAME_MAX + 1])
{
	char host[HOST_NAME_MAX + 1] = "";

	if (gethostname(host, sizeof(host) - 1))
		host[0] = '\0';
	for (const char *p = host; *p; p++)
		if (!strchr("abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.", *p))
			host[0] = '\0';
	if (!host[0] || strlen(host) > CERT_NAME_MAX)
		snprintf(name, CERT_NAME_MAX + 1, "sehub");
	else
		memcpy(name, host, strlen(host) + 1);
}

static int cert_add_extension(X509 *x509, X509V3_CTX *ctx, int nid,
			      const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, ctx, nid, value);
	int ok;

	if (!extension)
		return 0;
	ok = X509_add_ext(x509, extension, -1);
	X509_EXTENSION_free(extension);
	return ok;
}

static int cert_set_serial(X509 *x509)
{
	unsigned char bytes[CERT_SERIAL_BYTES];
	BIGNUM *number;
	int ok;

	if (RAND_bytes(bytes, sizeof(bytes)) != 1)
		return 0;
	bytes[0] = (bytes[0] & 0x7f) | 0x40;	/* positive, full length */
	number = BN_bin2bn(bytes, sizeof(bytes), NULL);
	ok = number &&
	     BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x509));
	BN_free(number);
	return ok;
}

/* Self-signed by @pkey; NULL with OpenSSL's reason in its queue. */
static X509 *cert_make(EVP_PKEY *pkey, const char *host)
{
	char alternative[CERT_NAME_MAX + 8];
	X509 *x509 = X509_new();
	X509V3_CTX ctx;
	X509_NAME *name;

	if (!x509)
		return NULL;
	snprintf(alternative, sizeof(alternative), "DNS:%s", host);
	name = X509_get_subject_name(x509);
	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x509, x509, NULL, NULL, 0);
	/* valid from an hour ago: clocks differ */
	if (X509_set_version(x509, X509_VERSION_3) &&
	    cert_set_serial(x509) &&
	    X509_gmtime_adj(X509_getm_notBefore(x509), -3600) &&
	    X509_time_adj_ex(X509_getm_notAfter(x509), CERT_DAYS, 0, NULL) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
				       (const unsigned char *)host, -1, -1,
				       0) &&
	    X509_set_issuer_name(x509, name) &&
	    X509_set_pubkey(x509, pkey) &&
	    cert_add_extension(x509, &ctx, NID_basic_constraints,
			       "critical,CA:FALSE") &&
	    cert_add_extension(x509, &ctx, NID_key_usage,
			       "critical,digitalSignature") &&
	    cert_add_extension(x509, &ctx, NID_ext_key_usage, "serverAuth") &&
	    cert_add_extension(x509, &ctx, NID_subject_alt_name,
			       alternative) &&
	    X509_sign(x509, pkey, EVP_sha256()))
		return x509;
	X509_free(x509);
	return NULL;
}

/* PEM of both in memory, the certificate behind its key too; 0 or -EIO. */
static int cert_encode(BIO *certificate, BIO *key, struct cert_error *error)
{
	char host[CERT_NAME_MAX + 1];
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	X509 *x509 = NULL;
	int err = 0;

	cert_host_name(host);
	if (pkey)
		x509 = cert_make(pkey, host);
	if (!certificate || !key || !x509 ||
	    !PEM_write_bio_X509(certificate, x509) ||
	    !PEM_write_bio_PKCS8PrivateKey(key, pkey, NULL, NULL, 0, NULL,
					   NULL) ||
	    !PEM_write_bio_X509(key, x509))
		err = cert_fail_ssl(error, "make a certificate");
	X509_free(x509);
	EVP_PKEY_free(pkey);
	return err;
}

/*
 * The certificate that stands behind its key, which is there alone: whoever
 * made both was ended in between. 0, -ENOENT there is none, or another -errno.
 */
static int cert_restore(const char *certificate, const char *key,
			struct cert_error *error)
{
	BIO *in = BIO_new_file(key, "r"), *out = BIO_new(BIO_s_mem());
	EVP_PKEY *pkey = NULL;
	X509 *x509 = NULL;
	int err = -ENOENT;

	if (in)
		/* "": nobody is asked for a passphrase */
		pkey = PEM_read_bio_PrivateKey(in, NULL, NULL, "");
	if (pkey)
		x509 = PEM_read_bio_X509(in, NULL, NULL, NULL);
	if (x509 && out && X509_check_private_key(x509, pkey) &&
	    PEM_write_bio_X509(out, x509))
		err = cert_write_bio(certificate, 0644, out, error);
	ERR_clear_error();
	X509_free(x509);
	EVP_PKEY_free(pkey);
	BIO_free(out);
	BIO_free(in);
	return err;
}

int cert_ensure(const char *certificate, const char *key, bool *made,
		struct cert_error *error)
{
	int has_certificate = cert_exists(certificate);
	int has_key = cert_exists(key);
	BIO *certificate_pem = NULL, *key_pem = NULL;
	int err;

	error->text[0] = '\0';
	if (made)
		*made = false;
	if (has_certificate < 0)
		return cert_fail(error, has_certificate, "certificate",
				 certificate, strerror(-has_certificate));
	if (has_key < 0)
		return cert_fail(error, has_key, "key", key,
				 strerror(-has_key));
	if (has_certificate && has_key)
		return 0;
	if (has_key) {
		err = cert_restore(certificate, key, error);
		if (err != -ENOENT)
			return err;
	}
	if (has_certificate || has_key)
		return log_describe(error->text, sizeof(error->text), -ENOENT,
				    "%s is missing, but %s exists: restore it, or remove both for a new certificate",
				    has_key ? certificate : key,
				    has_key ? key : certificate);

	certificate_pem = BIO_new(BIO_s_mem());
	key_pem = BIO_new(BIO_s_secmem());
	err = cert_encode(certificate_pem, key_pem, error);
	if (!err)
		err = cert_write_bio(key, 0600, key_pem, error);
	if (!err) {
		err = cert_write_bio(certificate, 0644, certificate_pem,
				     error);
		/* ours, and of no use alone */
		if (err && unlink(key))
			log_warn("key-not-removed path=%s error=%s", key,
				 LOG_QUOTED(strerror(errno)));
	}
	if (!err && made)
		*made = true;
	BIO_free(certificate_pem);
	BIO_free(key_pem);
	return err;
}

int cert_fingerprint(const X509 *x509, char out[CERT_FINGERPRINT_LEN])
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned int len;
	char *p = out;

	out[0] = '\0';
	if (!X509_digest(x509, EVP_sha256(), hash, &len)) {
		ERR_clear_error();
		return -EIO;
	}
	p += sprintf(p, "SHA256:");
	for (unsigned int i = 0; i < len; i++)
		p += sprintf(p, "%02x", hash[i]);
	return 0;
}

int cert_fingerprint_file(const char *certificate,
			  char out[CERT_FINGERPRINT_LEN],
			  struct cert_error *error)
{
	FILE *file = fopen(certificate, "re");
	X509 *x509;
	int err;

	out[0] = '\0';
	if (!file)
		return cert_fail(error, -errno, "certificate", certificate,
				 strerror(errno));
	x509 = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	if (!x509) {
		ERR_clear_error();
		return cert_fail(error, -EIO, "certificate", certificate,
				 "is no PEM file with a certificate");
	}
	err = cert_fingerprint(x509, out);
	X509_free(x509);
	if (err)
		cert_fail(error, err, "certificate", certificate,
			  "cannot be hashed");
	return err;
}

int cert_fingerprint_parse(const char *text, char out[CERT_FINGERPRINT_LEN])
{
	static const char digits[] = "0123456789abcdef";
	char parsed[CERT_FINGERPRINT_LEN] = "SHA256:";
	size_t len = strlen(parsed);
	bool colons;

	if (strncasecmp(text, parsed, len))
		return -EINVAL;
	text += len;
	colons = strlen(text) > 2 && text[2] == ':';
	while (*text) {
		const char *digit;

		if (colons && len > 7 && (len - 7) % 2 == 0) {
			if (*text++ != ':')
				return -EINVAL;
		}
		digit = *text ? strchr(digits, *text | ('A' <= *text &&
					       *text <= 'F' ? 0x20 : 0)) :
				NULL;
		if (!digit || len == CERT_FINGERPRINT_LEN - 1)
			return -EINVAL;
		parsed[len++] = *digit;
		text++;
	}
	if (len != CERT_FINGERPRINT_LEN - 1)
		return -EINVAL;
	parsed[len] = '\0';
	memcpy(out, parsed, sizeof(parsed));
	return 0;
}
