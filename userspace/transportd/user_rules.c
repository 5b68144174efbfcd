// SPDX-License-Identifier: GPL-2.0-or-later
/* What the record of a user means: who may come, and under which policy. */
#include "user_rules.h"

#include <stdio.h>
#include <string.h>

#include <linux/sehub_wire.h>

#include "config.h"
#include "store.h"
#include "tls.h"

static bool deny(struct refusal *why, uint16_t code, const char *text)
{
	why->code = code;
	snprintf(why->text, sizeof(why->text), "%s", text);
	return false;
}

/* The store has checked the words. */
static void parse_policy(const struct store_user *user,
			 struct sehub_policy *policy)
{
	memset(policy, 0, sizeof(*policy));
	if (user->policy[0] && sehub_policy_parse(user->policy, policy, NULL))
		/* Better nothing than what was not meant. */
		policy->flags = SEHUB_POLICY_FLAG_DENY;
}

static bool may_come_from(const struct store_user *user, const char *address)
{
	struct sehub_sources sources;
	struct config_listen from;
	const char *text;

	if (!address[0])
		return true;
	return !sehub_parse_sources(user->sources, &sources, &text) &&
	       !config_address_parse(address, &from) &&
	       sehub_sources_have(&sources, (struct sockaddr *)&from.addr);
}

bool user_may_connect(const struct store_user *user, const char *address,
		      int64_t now, struct refusal *why)
{
	struct sehub_policy policy;

	parse_policy(user, &policy);
	if (user->disabled || policy.flags & SEHUB_POLICY_FLAG_DENY)
		return deny(why, SEHUB_WIRE_CLOSE_DENIED,
			    "the user may not connect");
	if (user->expires && now >= user->expires)
		return deny(why, SEHUB_WIRE_CLOSE_DENIED,
			    "the user's time is over");
	/* Somebody who travels may come back: no reason to give up. */
	if (!may_come_from(user, address))
		return deny(why, SEHUB_WIRE_CLOSE_BUSY,
			    "the user may not connect from this address");
	return true;
}

bool user_may_resume(const struct store_user *user)
{
	struct sehub_policy policy;

	parse_policy(user, &policy);
	return !(policy.flags & SEHUB_POLICY_FLAG_NO_RESUME);
}

static uint64_t identity(int64_t user_id, const uint8_t *client_id)
{
	uint8_t text[sizeof(user_id) + SEHUB_WIRE_CLIENT_ID_LEN], hash[32];
	uint64_t value = 0;

	memcpy(text, &user_id, sizeof(user_id));
	memcpy(text + sizeof(user_id), client_id, SEHUB_WIRE_CLIENT_ID_LEN);
	if (!tls_sha256(text, sizeof(text), hash))
		memcpy(&value, hash, sizeof(value));
	/* 0 would be nobody */
	return value ? value : 1;
}

bool user_policy(const struct store_user *user, const uint8_t *client_id,
		 struct sehub_policy *policy)
{
	parse_policy(user, policy);
	if (!user->policy[0])
		return false;
	policy->identity = identity(user->id, client_id);
	return true;
}
