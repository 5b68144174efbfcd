// SPDX-License-Identifier: GPL-2.0-or-later
/* Values of long dumps; see tally.h. */
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "msg.h"
#include "tally.h"

bool tally_begin(struct tally *tally, const struct attr *set, const char *name)
{
	size_t len;

	memset(tally, 0, sizeof(*tally));
	for (int depth = 0; depth < TALLY_DEPTH; depth++) {
		len = strcspn(name, ".");
		while (set && set->name && (strlen(set->name) != len ||
					    strncmp(set->name, name, len)))
			set++;
		if (!set || !set->name)
			return false;
		tally->path[depth] = set->id;
		if (!name[len])
			return true;
		name += len + 1;
		set = set->nested;
	}
	return false;
}

void tally_take(struct tally *tally, const void *attrs, int len)
{
	const struct nlattr *nla = msg_find(attrs, len, tally->path);
	struct tally_value *value;

	if (!nla || nla->nla_len - NLA_HDRLEN > TALLY_VALUE)
		return;
	if (tally->count == tally->room) {
		tally->room = tally->room ? 2 * tally->room : 1024;
		tally->values = realloc(tally->values, tally->room *
					sizeof(*tally->values));
		if (!tally->values)
			abort();
	}
	value = &tally->values[tally->count++];
	memset(value, 0, sizeof(*value));
	value->len = nla->nla_len - NLA_HDRLEN;
	memcpy(value->b, nla + 1, value->len);
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct tally_value));
}

void tally_end(struct tally *tally, const char *start, unsigned int *again,
	       unsigned int *under)
{
	uint8_t bytes[TALLY_VALUE];
	int len = frame_parse_hex(start ? start : "", bytes, sizeof(bytes));

	*again = 0;
	*under = 0;
	if (tally->count)
		qsort(tally->values, tally->count, sizeof(*tally->values),
		      compare);
	for (unsigned int i = 0; i < tally->count; i++) {
		const struct tally_value *value = &tally->values[i];

		*again += i && !compare(value, value - 1);
		*under += len >= 0 && value->len >= len &&
			  !memcmp(value->b, bytes, len);
	}
	free(tally->values);
	memset(tally, 0, sizeof(*tally));
}
