// SPDX-License-Identifier: GPL-2.0-or-later
/* The administrator's password, as a verifier, among the settings. */
#include "store_impl.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <openssl/crypto.h>

#define STORE_ADMIN	"admin"

/* As it is stored. */
struct stored_verifier {
	uint32_t iterations;
	uint8_t salt[AUTH_SALT_LEN];
	uint8_t stored_key[AUTH_HASH_LEN];
	uint8_t server_key[AUTH_HASH_LEN];
};

int store_admin_get(struct store *store, struct auth_verifier *verifier,
		    struct store_error *error)
{
	sqlite3_stmt *get = store_prepare(store, STORE_SETTING_GET, error);
	struct stored_verifier stored;
	int row, err = 0;

	if (!get)
		return -EIO;
	store_bind_text(get, 1, STORE_ADMIN);
	row = store_step(store, get, error);
	if (row < 0)
		return row;
	if (!row)
		return store_fail(error, -ENOENT,
				  "the administrator has no password yet: sehubctl admin passwd sets it");
	if (store_column_blob(get, 0, &stored, sizeof(stored)) &&
	    be32toh(stored.iterations) >= AUTH_ITERATIONS_MIN &&
	    be32toh(stored.iterations) <= AUTH_ITERATIONS_MAX) {
		verifier->iterations = be32toh(stored.iterations);
		memcpy(verifier->salt, stored.salt, sizeof(stored.salt));
		memcpy(verifier->stored_key, stored.stored_key,
		       sizeof(stored.stored_key));
		memcpy(verifier->server_key, stored.server_key,
		       sizeof(stored.server_key));
	} else {
		err = store_fail(error, -EUCLEAN,
				 "%s: setting " STORE_ADMIN " is damaged: sehubctl admin passwd replaces it",
				 store->path);
	}
	sqlite3_reset(get);
	OPENSSL_cleanse(&stored, sizeof(stored));
	return err;
}

int store_admin_set(struct store *store, const struct auth_verifier *verifier,
		    struct store_error *error)
{
	sqlite3_stmt *set = store_prepare(store, STORE_SETTING_SET, error);
	struct stored_verifier stored = {
		.iterations = htobe32(verifier->iterations),
	};
	int err;

	if (!set)
		return -EIO;
	memcpy(stored.salt, verifier->salt, sizeof(stored.salt));
	memcpy(stored.stored_key, verifier->stored_key,
	       sizeof(stored.stored_key));
	memcpy(stored.server_key, verifier->server_key,
	       sizeof(stored.server_key));
	store_bind_text(set, 1, STORE_ADMIN);
	store_bind_blob(set, 2, &stored, sizeof(stored));
	err = store_run(store, set, error);
	OPENSSL_cleanse(&stored, sizeof(stored));
	return err < 0 ? err : 0;
}
