// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What users log in with, as requests of the control interface say it:
 * passwords, certificates, or nothing.
 */
#include "control_user_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "auth_text.h"
#include "cert_pem.h"

/* A password as a verifier. */
static int make_verifier(struct control_call *call, const char *password,
			 struct auth_verifier *verifier)
{
	const char *why = "";
	int err;

	if (auth_check_password(password, &why)) {
		control_error(call, CONTROL_INVALID, "password",
			      "password: it %s", why);
		return -EINVAL;
	}
	err = auth_make_verifier(password, verifier);
	if (err)
		control_error(call, CONTROL_FAILED, NULL,
			      "the password cannot be hashed");
	return err;
}

int user_param_verifier(struct control_call *call, const char *text,
			struct auth_verifier *verifier)
{
	if (!auth_text_parse(text, verifier))
		return 0;
	control_error(call, CONTROL_INVALID, "verifier",
		      "verifier: has to be SCRAM-SHA-256$ITERATIONS:SALT$STOREDKEY:SERVERKEY with %d to %d iterations and a salt of %d bytes",
		      AUTH_ITERATIONS_MIN, AUTH_ITERATIONS_MAX, AUTH_SALT_LEN);
	return -EINVAL;
}

int user_param_password(struct control_call *call,
			struct auth_verifier *verifier)
{
	const char *password;

	if (control_param_string(call, "password", CONTROL_REQUIRED,
				 &password) ||
	    control_params_end(call))
		return -EINVAL;
	return make_verifier(call, password, verifier);
}

/* --- certificates ---------------------------------------------------------- */

static int refuse_cert(struct control_call *call, const char *text)
{
	control_error(call, CONTROL_INVALID, "certs", "certs: %s", text);
	return -EINVAL;
}

/* One that is over could never be used. */
static int hash_cert(struct control_call *call, const char *pem,
		     uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	struct cert_error error;
	X509 *x509;
	int err;

	err = cert_pem_fingerprint(pem, hash, &error);
	if (err)
		return refuse_cert(call, error.text);
	x509 = cert_pem_read(pem, &error);
	if (x509)
		err = cert_check_time(x509, time(NULL), error.text,
				      sizeof(error.text));
	X509_free(x509);
	return err == -EKEYEXPIRED ? refuse_cert(call, error.text) : 0;
}

/* A fingerprint, or the text of a PEM file. */
static int read_cert(struct control_call *call, const char *word,
		     uint8_t hash[SEHUB_FINGERPRINT_LEN])
{
	char text[160];

	if (strstr(word, "-----BEGIN"))
		return hash_cert(call, word, hash);
	if (!sehub_parse_fingerprint(word, hash))
		return 0;
	snprintf(text, sizeof(text),
		 "\"%.80s\" is neither SHA256: and 64 hex digits nor a certificate in PEM form",
		 word);
	return refuse_cert(call, text);
}

/* Fingerprints of all, each once, joined by commas. */
static int read_certs(struct control_call *call, struct json_object *list,
		      char out[STORE_CERTS_STRLEN])
{
	size_t count = json_object_array_length(list);
	uint8_t hash[SEHUB_FINGERPRINT_LEN];
	char text[SEHUB_FINGERPRINT_STRLEN];
	size_t len = 0;

	_Static_assert(SEHUB_FINGERPRINT_STRLEN == STORE_PIN_MAX + 1,
		       "room for each with its comma");
	out[0] = '\0';
	for (size_t i = 0; i < count; i++) {
		struct json_object *word = json_object_array_get_idx(list, i);

		if (read_cert(call, json_object_get_string(word), hash))
			return -EINVAL;
		if (strstr(out, sehub_format_fingerprint(hash, text)))
			continue;
		if (len + sizeof(text) > STORE_CERTS_STRLEN)
			return refuse_cert(call, "there are more than 8");
		len += (size_t)sprintf(out + len, "%s%s", len ? "," : "", text);
	}
	return 0;
}

/* --- requests -------------------------------------------------------------- */

int user_params_login(struct control_call *call, struct store_user *who,
		      struct auth_verifier *verifier)
{
	struct json_object *certs = NULL;
	const char *password = NULL, *text = NULL;

	if (control_param_string(call, "password", CONTROL_OPTIONAL,
				 &password) ||
	    control_param_string(call, "verifier", CONTROL_OPTIONAL, &text) ||
	    control_param_strings(call, "certs", CONTROL_OPTIONAL, &certs) ||
	    control_param_bool(call, "anonymous", CONTROL_OPTIONAL,
			       &who->anonymous) ||
	    control_params_end(call) ||
	    (certs && read_certs(call, certs, who->certs)))
		return -EINVAL;
	if (who->anonymous && strcmp(who->name, AUTH_ANONYMOUS_USER)) {
		control_error(call, CONTROL_INVALID, "user",
			      "user: who lets in anybody has to be called \"%s\"",
			      AUTH_ANONYMOUS_USER);
		return -EINVAL;
	}
	if (password && text) {
		control_error(call, CONTROL_INVALID, "verifier",
			      "verifier: give it or a password, not both");
		return -EINVAL;
	}
	if (who->anonymous && (password || text || who->certs[0])) {
		control_error(call, CONTROL_INVALID, "anonymous",
			      "anonymous: who logs in so has neither password nor certificate");
		return -EINVAL;
	}
	if (!who->anonymous && !password && !text && !who->certs[0]) {
		control_error(call, CONTROL_INVALID, "password",
			      "password is missing, and there are no certs instead");
		return -EINVAL;
	}
	who->has_password = password || text;
	if (password)
		return make_verifier(call, password, verifier);
	return text ? user_param_verifier(call, text, verifier) : 0;
}

/* Is there one that is not in the other list? */
static bool has_other(const char *certs, const char *others)
{
	char text[SEHUB_FINGERPRINT_STRLEN];

	for (; *certs; certs += certs[STORE_PIN_MAX] ? STORE_PIN_MAX + 1 :
						       STORE_PIN_MAX) {
		snprintf(text, sizeof(text), "%.*s", STORE_PIN_MAX, certs);
		if (!strstr(others, text))
			return true;
	}
	return false;
}

int user_params_other_login(struct control_call *call, struct store_user *who,
			    bool *is_less)
{
	struct json_object *certs = NULL;
	char before[STORE_CERTS_STRLEN];
	bool no_password = false;

	memcpy(before, who->certs, sizeof(before));
	if (control_param_strings(call, "certs", CONTROL_OPTIONAL, &certs) ||
	    control_param_bool(call, "no_password", CONTROL_OPTIONAL,
			       &no_password) ||
	    control_params_end(call) ||
	    (certs && read_certs(call, certs, who->certs)))
		return -EINVAL;
	*is_less = (no_password && who->has_password) ||
		   has_other(before, who->certs);
	who->has_password &= !no_password;
	return 0;
}

void user_describe_login(const struct store_user *who,
			 struct json_object *object)
{
	struct json_object *list = json_object_new_array();
	uint8_t certs[AUTH_CERTS_MAX][AUTH_HASH_LEN];
	char text[SEHUB_FINGERPRINT_STRLEN];
	int count = store_parse_certs(who->certs, certs);

	for (int i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(
				sehub_format_fingerprint(certs[i], text)));
	json_object_object_add(object, "password",
			       json_object_new_boolean(who->has_password));
	json_object_object_add(object, "certs", list);
	json_object_object_add(object, "anonymous",
			       json_object_new_boolean(who->anonymous));
}
