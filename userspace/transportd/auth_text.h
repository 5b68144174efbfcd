/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a server keeps of a password, as text: RFC 5803's. Pure. */
#ifndef SEHUB_TRANSPORTD_AUTH_TEXT_H
#define SEHUB_TRANSPORTD_AUTH_TEXT_H

#include "auth.h"

/* "SCRAM-SHA-256$600000:SALT$STOREDKEY:SERVERKEY", with NUL. */
#define AUTH_TEXT_STRLEN	160

/* Returns @buf; cleanse it after use. */
char *auth_text_format(const struct auth_verifier *verifier,
		       char buf[AUTH_TEXT_STRLEN]);

/*
 * The same way back, and no other form of it. Return: 0, or -EINVAL: no such
 * text, or one of a verifier that auth.h would not make.
 */
int auth_text_parse(const char *text, struct auth_verifier *verifier);

#endif /* SEHUB_TRANSPORTD_AUTH_TEXT_H */
