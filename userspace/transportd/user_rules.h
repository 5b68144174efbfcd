/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the record of a user means. Pure, but for tls_sha256(). */
#ifndef SEHUB_TRANSPORTD_USER_RULES_H
#define SEHUB_TRANSPORTD_USER_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/policy.h"

struct store_user;

/* Why a client is sent away: SEHUB_WIRE_CLOSE_*, and words for its user. */
struct refusal {
	uint16_t code;
	char text[128];
};

/**
 * user_may_connect() - whether a user may, from an address and at a time
 * @user: who
 * @address: "192.0.2.1:1234", "[2001:db8::1]:1234"; "": not known, which is no
 *	reason to refuse
 * @now: seconds since the epoch
 * @why: filled if not
 */
bool user_may_connect(const struct store_user *user, const char *address,
		      int64_t now, struct refusal *why);

/** user_may_resume() - whether a lost line may be followed by another one */
bool user_may_resume(const struct store_user *user);

/**
 * user_policy() - the policy of the ports of a user's sessions
 * @user: who
 * @client_id: SEHUB_WIRE_CLIENT_ID_LEN bytes; sessions of one installation have
 *	one identity
 * @policy: filled, with an identity; with nothing if there is no policy
 * Return: true if there is one.
 */
bool user_policy(const struct store_user *user, const uint8_t *client_id,
		 struct sehub_policy *policy);

#endif /* SEHUB_TRANSPORTD_USER_RULES_H */
