/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Login, both sides: by a password, SCRAM-SHA-256-PLUS with the tls-exporter
 * channel binding (RFC 5802, 7677, 9266); by a certificate that TLS has seen
 * proved, EXTERNAL (RFC 4422); or as anybody, ANONYMOUS (RFC 4505). Knows
 * neither sockets nor records nor the database: bytes in, bytes out. Used by
 * the main thread alone.
 *
 * A server exchange of SCRAM is client-first -> server-first (AUTH_MORE),
 * client-final -> server-final (AUTH_OK). A client's is nothing ->
 * client-first (AUTH_MORE), server-first -> client-final (AUTH_MORE),
 * server-final -> nothing (AUTH_OK). The other two mechanisms have one message,
 * the client's: the server's AUTH_OK has no output, and of an empty message the
 * client's second step makes AUTH_OK. AUTH_FAILED is final and has no output;
 * what the peer is then told must not depend on the reason.
 *
 * Both sides choose the mechanism before the exchange begins. A client takes
 * the one that it has something for, whatever a server offers.
 *
 * A user that does not exist gets a salt of its own, always the same, and a
 * verifier that no password matches, so that neither messages nor the work
 * done tell it from a wrong password.
 */
#ifndef SEHUB_TRANSPORTD_AUTH_H
#define SEHUB_TRANSPORTD_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whoever logs in without saying who is this user of the hub. */
#define AUTH_ANONYMOUS_USER	"anonymous"

/* Channel binding: length of the exported keying material. */
#define AUTH_CB_LEN		32
#define AUTH_HASH_LEN		32
#define AUTH_SECRET_LEN		32

/* Bytes, as UTF-8, without the terminating NUL. */
#define AUTH_USER_MAX		64
#define AUTH_PASSWORD_MAX	256

/*
 * Iterations of PBKDF2 in new verifiers and in those of users that do not
 * exist; and what a client accepts from a server: fewer would let a false
 * server have cheap guesses, more would let one hold up the main thread.
 */
#define AUTH_ITERATIONS		15000
#define AUTH_ITERATIONS_MIN	4096
#define AUTH_ITERATIONS_MAX	600000

#define AUTH_SALT_LEN		16
#define AUTH_SALT_MAX		64

/* Certificates that a user may log in with. */
#define AUTH_CERTS_MAX		8

/* Longest message of the peer that is looked at. */
#define AUTH_INPUT_MAX		4096

/* How somebody logs in. The values are stored. */
enum auth_mechanism {
	AUTH_SCRAM = 0,		/* with a password */
	AUTH_EXTERNAL = 1,	/* with a certificate */
	AUTH_ANONYMOUS = 2,	/* with nothing */
	AUTH_MECHANISMS
};

enum auth_result {
	AUTH_MORE,	/* send the output, wait for the peer */
	AUTH_OK,	/* send the output if there is one; logged in */
	AUTH_FAILED,	/* no output; end the connection */
};

/**
 * struct auth_verifier - what a server keeps of a password
 * @iterations: of PBKDF2
 * @salt: AUTH_SALT_LEN random bytes
 * @stored_key: SCRAM's StoredKey
 * @server_key: SCRAM's ServerKey
 */
struct auth_verifier {
	uint32_t iterations;
	uint8_t salt[AUTH_SALT_LEN];
	uint8_t stored_key[AUTH_HASH_LEN];
	uint8_t server_key[AUTH_HASH_LEN];
};

/**
 * struct auth_user - what a server knows of a user for a login
 * @has_password: @verifier is set
 * @verifier: of the password
 * @is_anonymous: is AUTH_ANONYMOUS_USER, and lets in who does not say who it is
 * @cert_count: how many @certs there are
 * @certs: SHA-256 of the certificates that will do
 */
struct auth_user {
	bool has_password;
	struct auth_verifier verifier;
	bool is_anonymous;
	unsigned int cert_count;
	uint8_t certs[AUTH_CERTS_MAX][AUTH_HASH_LEN];
};

/**
 * struct auth_line - what a server knows of the line
 * @vlan: hub that the client asked for
 * @cb: channel binding: keying material exported from the TLS connection with
 *	the label "EXPORTER-Channel-Binding", no context, see tls.c
 * @has_cert: the client has shown a certificate in this TLS connection, and
 *	proved that it has the key
 * @cert: SHA-256 of it
 */
struct auth_line {
	uint16_t vlan;
	uint8_t cb[AUTH_CB_LEN];
	bool has_cert;
	uint8_t cert[AUTH_HASH_LEN];
};

/**
 * struct auth_salted - what a client may keep of a login for the next one
 *
 * Spares the iterations when the line has to be made again. As good as the
 * password towards that one server: memory only, cleanse with
 * auth_salted_clear(), also when the password changes. All-zero: empty.
 */
struct auth_salted {
	uint32_t iterations;
	uint8_t salt[AUTH_SALT_MAX];
	size_t salt_len;
	uint8_t key[AUTH_HASH_LEN];
};

struct auth;
struct auth_server;
struct auth_client;

/* What a mechanism is called on the line: "SCRAM-SHA-256-PLUS". */
const char *auth_mechanism_name(enum auth_mechanism mechanism);
/* The other way; AUTH_MECHANISMS if it is none of them. */
enum auth_mechanism auth_mechanism_find(const uint8_t *name, size_t len);

/**
 * typedef auth_lookup_fn - find what is known of a user
 * @arg: as given to auth_server_new()
 * @vlan: hub
 * @user: name, prepared by SASLprep, 1 to AUTH_USER_MAX bytes
 * @found: filled
 *
 * Called once, inside auth_server_step(). store_auth_lookup() is one.
 * Return: 0; -ENOENT no such user; another -errno: counts as -ENOENT towards
 * the peer, and is in auth_server_reason().
 */
typedef int (*auth_lookup_fn)(void *arg, uint16_t vlan, const char *user,
			      struct auth_user *found);

/**
 * auth_new() - make the context of all exchanges
 * @secret: AUTH_SECRET_LEN random bytes that stay the same for the
 *	installation (store_secret()), copied; NULL if there are only clients
 * @auth: made, for auth_free()
 *
 * Return: 0, -ENOMEM, or -EOPNOTSUPP if the SASL library lacks a mechanism.
 */
int auth_new(const uint8_t secret[AUTH_SECRET_LEN], struct auth **auth);

/* After all exchanges made from it are freed. NULL is fine. */
void auth_free(struct auth *auth);

/**
 * auth_server_new() - begin a login on the server
 * @auth: context, outlives the exchange
 * @mechanism: that the client has chosen
 * @line: copied
 * @lookup: finds the user
 * @arg: for @lookup
 *
 * Return: the exchange, for auth_server_free(), or NULL without memory.
 */
struct auth_server *auth_server_new(struct auth *auth,
				    enum auth_mechanism mechanism,
				    const struct auth_line *line,
				    auth_lookup_fn lookup, void *arg);

/**
 * auth_server_step() - one message of the client
 * @server: the exchange
 * @in: the SASL message as received, any bytes
 * @in_len: its length
 * @out: the answer, for free(3); NULL if there is none
 * @out_len: its length
 *
 * Return: enum auth_result; AUTH_FAILED from any further call after the end.
 */
enum auth_result auth_server_step(struct auth_server *server,
				  const uint8_t *in, size_t in_len,
				  uint8_t **out, size_t *out_len);

/**
 * auth_server_user() - who it is
 *
 * Return: the name that the client claims, prepared, from the first step on;
 * proven after AUTH_OK only. Before, and for a name that cannot be one, "".
 * Look the user up again after AUTH_OK: it may be disabled, or gone since.
 */
const char *auth_server_user(const struct auth_server *server);

/* Why AUTH_FAILED, for the log of this side only. Never NULL. */
const char *auth_server_reason(const struct auth_server *server);

void auth_server_free(struct auth_server *server);

/**
 * auth_client_new() - begin a login on the client
 * @auth: context, outlives the exchange
 * @mechanism: how
 * @user: name; AUTH_ANONYMOUS does not say it
 * @password: copied, cleansed at the end; for AUTH_SCRAM alone
 * @cb: as in struct auth_line
 * @salted: kept from an earlier login and updated by this one, outlives the
 *	exchange; NULL: nothing is kept
 *
 * Return: the exchange, for auth_client_free(), or NULL without memory.
 */
struct auth_client *auth_client_new(struct auth *auth,
				    enum auth_mechanism mechanism,
				    const char *user, const char *password,
				    const uint8_t cb[AUTH_CB_LEN],
				    struct auth_salted *salted);

/* As auth_server_step(); the first call has no input (NULL, 0). */
enum auth_result auth_client_step(struct auth_client *client,
				  const uint8_t *in, size_t in_len,
				  uint8_t **out, size_t *out_len);

/*
 * Why AUTH_FAILED, for the user of this side. Never NULL. That the server
 * refused the password does not show here: it ends the connection instead.
 * What shows here is a server that does not know the verifier itself, or that
 * breaks the rules.
 */
const char *auth_client_reason(const struct auth_client *client);

void auth_client_free(struct auth_client *client);

void auth_salted_clear(struct auth_salted *salted);

/**
 * auth_prepare_user() - check a user's name and bring it into the stored form
 * @name: as typed, UTF-8
 * @out: SASLprep of it, 1 to AUTH_USER_MAX bytes, no control characters
 *
 * Return: 0; -EINVAL not a possible name, with its reason in @why.
 */
int auth_prepare_user(const char *name, char out[AUTH_USER_MAX + 1],
		      const char **why);

/* Whether a password is 1 to AUTH_PASSWORD_MAX bytes of valid UTF-8 that
 * SASLprep takes: 0, or -EINVAL with its reason in @why (may be NULL). */
int auth_check_password(const char *password, const char **why);

/**
 * auth_make_verifier() - what to store of a new password
 * @password: as typed
 * @verifier: filled, with a new random salt and AUTH_ITERATIONS; cleanse it
 *	after use
 *
 * Takes some 10 ms. Return: 0; -EINVAL password not acceptable; -ENOMEM;
 * -EIO no random bytes.
 */
int auth_make_verifier(const char *password, struct auth_verifier *verifier);

/**
 * auth_check_verifier() - whether a verifier was made of this password
 * @password: as typed
 * @verifier: as stored
 *
 * For who types a password in clear, where no line could bind it. Takes as long
 * as auth_make_verifier(). Return: 0; -EACCES it was not; -ENOMEM.
 */
int auth_check_verifier(const char *password,
			const struct auth_verifier *verifier);

#endif /* SEHUB_TRANSPORTD_AUTH_H */
