// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ways to a server. What is accepted is shown in one way, which reads back to
 * the same and holds no byte that means something elsewhere; what is refused
 * has a reason.
 *
 * links: lib/via.c lib/addr.c
 */
#include <stddef.h>

#include "fuzz.h"
#include "lib/via.h"

static void check_accepted(const struct sehub_via *via)
{
	char text[SEHUB_VIA_STRLEN], text2[SEHUB_VIA_STRLEN];
	struct sehub_via again;
	const char *why;

	MUST(strlen(via->user) <= SEHUB_VIA_USER_MAX);
	for (const char *p = via->user; *p; p++)
		MUST((unsigned char)*p >= ' ' && *p != 0x7f);
	MUST(!sehub_via_takes_password(via) || via->user[0]);
	sehub_format_via(via, text);
	MUST(strlen(text) < sizeof(text) - 1);
	for (const char *p = text; *p; p++)
		MUST(*p > ' ' && *p < 0x7f);
	MUST(!sehub_parse_via(text, &again, &why));
	MUST(again.kind == via->kind && !strcmp(again.user, via->user));
	MUST(again.proxy.port == via->proxy.port &&
	     !strcmp(again.proxy.host, via->proxy.host));
	MUST(!strcmp(text, sehub_format_via(&again, text2)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sehub_via via = { .kind = SEHUB_VIA_ENV };
	char *word = malloc(size + 1);
	const char *why = NULL;

	MUST(word);
	if (size)
		memcpy(word, data, size);
	word[size] = '\0';
	if (!sehub_parse_via(word, &via, &why))
		check_accepted(&via);
	else
		MUST(why && why[0] && via.kind == SEHUB_VIA_ENV);
	free(word);
	return 0;
}
