// SPDX-License-Identifier: GPL-2.0-or-later
/* Kinds of network cards, by name. */
#include "card.h"

#include <errno.h>
#include <string.h>

static const char *const names[CARD_KINDS] = {
	[CARD_AUTO] = "auto",
	[CARD_HUB] = "hub",
	[CARD_TAP] = "tap",
};

const char *card_kind_name(enum card_kind kind)
{
	return names[kind];
}

int card_kind_parse(const char *word, enum card_kind *kind)
{
	unsigned int i;

	for (i = 0; i < CARD_KINDS; i++)
		if (!strcmp(word, names[i])) {
			*kind = i;
			return 0;
		}
	return -EINVAL;
}
