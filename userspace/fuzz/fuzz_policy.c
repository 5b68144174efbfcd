// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies in words. What is accepted is shown in one way, which reads back to
 * the same policy; what is refused has a reason. Inputs as long as a policy are
 * taken as one, too, as a kernel might show it.
 *
 * links: lib/policy.c lib/addr.c lib/rate.c lib/ethertype.c lib/err.c
 */
#include <stddef.h>

#include "fuzz.h"
#include "lib/ethertype.h"
#include "lib/policy.h"

static void check_words(const char *words)
{
	struct sehub_policy policy, again;
	char text[SEHUB_POLICY_STRLEN], text2[SEHUB_POLICY_STRLEN];
	struct sehub_err err = { .text = "" };

	if (sehub_policy_parse(words, &policy, &err)) {
		MUST(err.code < 0 && err.text[0]);
		MUST(strlen(err.text) < sizeof(err.text) - 1);
		return;
	}
	sehub_policy_format(&policy, text);
	MUST(!sehub_policy_parse(text, &again, &err));
	MUST(!memcmp(&policy, &again, sizeof(policy)));
	MUST(!strcmp(text, sehub_policy_format(&again, text2)));
}

static void check_policy(const uint8_t *data)
{
	struct sehub_policy policy, again;
	uint16_t types[SEHUB_DENY_TYPE_MAX];
	char text[SEHUB_POLICY_STRLEN], text2[SEHUB_POLICY_STRLEN];
	uint32_t n;

	memcpy(&policy, data, sizeof(policy));
	memcpy(types, policy.deny_type, sizeof(types));
	policy.isolation %= SEHUB_GROUP_MAX + 1;
	n = policy.n_deny % (SEHUB_DENY_TYPE_MAX + 1);
	policy.n_deny = 0;
	for (uint32_t i = 0; i < n; i++)
		if (types[i] >= SEHUB_ETHERTYPE_MIN)
			sehub_policy_deny(&policy, types[i]);

	sehub_policy_format(&policy, text);
	MUST(strlen(text) < sizeof(text) - 1);
	MUST(!sehub_policy_parse(text, &again, NULL));
	MUST(!strcmp(text, sehub_policy_format(&again, text2)));
	MUST(again.rate_up == policy.rate_up &&
	     again.rate_down == policy.rate_down &&
	     again.max_ip == policy.max_ip && again.n_deny == policy.n_deny);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *words = malloc(size + 1);

	MUST(words);
	if (size)
		memcpy(words, data, size);
	words[size] = '\0';
	check_words(words);
	free(words);
	if (size == sizeof(struct sehub_policy))
		check_policy(data);
	return 0;
}
