/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Between control_user.c (methods), control_user_login.c (what users log in
 * with) and control_import.c (users from elsewhere).
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_USER_IMPL_H
#define SEHUB_TRANSPORTD_CONTROL_USER_IMPL_H

#include "control.h"
#include "control_user.h"
#include "store.h"

/*
 * These return 0, or the call is answered. The last parameters of a request are
 * those that they ask for.
 */

/* The password as a verifier; wipe it after use. */
int user_param_password(struct control_call *call,
			struct auth_verifier *verifier);
/* One that was made elsewhere, of which @text is the parameter "verifier". */
int user_param_verifier(struct control_call *call, const char *text,
			struct auth_verifier *verifier);
/*
 * For a new user: at least one of password, verifier, certs and anonymous into
 * @who, whose name is known; the first two as for user_param_password().
 */
int user_params_login(struct control_call *call, struct store_user *who,
		      struct auth_verifier *verifier);
/* All parameters of a new user; the same. */
int user_params_new(struct control_call *call, struct store_user *who,
		    struct auth_verifier *verifier);
/*
 * For one that is there: what changes of it. @is_less: sessions may not go on,
 * as what they began with may be none any more.
 */
int user_params_other_login(struct control_call *call, struct store_user *who,
			    bool *is_less);

/* Adds password, certs and anonymous. */
void user_describe_login(const struct store_user *who,
			 struct json_object *object);

#endif /* SEHUB_TRANSPORTD_CONTROL_USER_IMPL_H */
