// SPDX-License-Identifier: GPL-2.0-or-later
/* Policies in words and back. Pure; nl_msg.c has them in messages. */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "ethertype.h"
#include "policy.h"
#include "rate.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define BROADCAST_ALL	(SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |	\
			 SEHUB_POLICY_FLAG_NO_BROADCAST_ND |	\
			 SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP)

enum kind {
	FLAG,
	BROADCAST,
	U32,
	U64,
	RATE,
	TYPES,
};

/**
 * struct word - one word of the form
 * @shown: what others see of it
 * @kind: what is behind it
 * @flag: flag that it sets
 * @at: offset of its member
 * @burst: offset of the member of the burst of a rate
 * @max: highest number
 */
struct word {
	struct sehub_policy_word shown;
	enum kind kind;
	uint32_t flag;
	size_t at;
	size_t burst;
	uint64_t max;
};

#define AT(member)	offsetof(struct sehub_policy, member)

/* In the order in which they are shown. */
static const struct word words_of[] = {
	{ { "deny", NULL, "the user may not log in" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_DENY },
	{ { "no-resume", NULL, "no session is resumed" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_NO_RESUME },
	{ { "dhcp-force", NULL, "no IPv4 but from addresses leased by DHCP" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_DHCP_FORCE },
	{ { "max-ip", "=N", "most IPv4, IPv6, IPv6 link-local addresses each" },
	  U32, .at = AT(max_ip), .max = UINT32_MAX },
	{ { "max-mac", "=N", "most MAC addresses" },
	  U32, .at = AT(max_mac), .max = UINT32_MAX },
	{ { "no-ip-dup", NULL, "no IP address that another port has" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_NO_IP_DUP },
	{ { "no-mac-dup", NULL, "no MAC address that another port has" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_NO_MAC_DUP },
	{ { "no-broadcast", "[=LIST]",
	    "to groups only ARP, ND and DHCP, none of LIST (nd+dhcp)" },
	  BROADCAST, .flag = SEHUB_POLICY_FLAG_NO_BROADCAST },
	{ { "no-dhcp-server", NULL, "no DHCP from servers and relays" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_NO_DHCP_SERVER },
	{ { "filter-dhcp", NULL, "no DHCP, in either direction" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_FILTER_DHCP },
	{ { "no-ra", NULL, "no router advertisements, no redirects" },
	  FLAG, .flag = SEHUB_POLICY_FLAG_NO_RA },
	{ { "isolation", "=N", "no frames to and from ports of this group" },
	  U32, .at = AT(isolation), .max = SEHUB_GROUP_MAX },
	{ { "rate-up", "=RATE[/BURST]", "most that enters the hub, 10mbit/64k" },
	  RATE, .at = AT(rate_up), .burst = AT(burst_up) },
	{ { "rate-down", "=RATE[/BURST]", "most that leaves the hub" },
	  RATE, .at = AT(rate_down), .burst = AT(burst_down) },
	{ { "broadcast-rate", "=N", "most frames to groups in a second" },
	  U32, .at = AT(broadcast_rate), .max = UINT32_MAX },
	{ { "deny-type", "=TYPE[+TYPE]", "no such EtherTypes: ipv6+0x88cc" },
	  TYPES, .at = AT(deny_type) },
	{ { "identity", "=N", "whose port it is; takes addresses along" },
	  U64, .at = AT(identity), .max = UINT64_MAX },
};

/* What no-broadcast can have behind it. */
static const struct {
	const char *name;
	uint32_t flag;
} spared[] = {
	{ "arp", SEHUB_POLICY_FLAG_NO_BROADCAST_ARP },
	{ "nd", SEHUB_POLICY_FLAG_NO_BROADCAST_ND },
	{ "dhcp", SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP },
};

static void *member(struct sehub_policy *policy, size_t at)
{
	return (char *)policy + at;
}

static const void *const_member(const struct sehub_policy *policy, size_t at)
{
	return (const char *)policy + at;
}

const struct sehub_policy_word *sehub_policy_word(unsigned int i)
{
	return i < ARRAY_SIZE(words_of) ? &words_of[i].shown : NULL;
}

int sehub_policy_deny(struct sehub_policy *policy, uint16_t type)
{
	uint32_t i = policy->n_deny;

	for (uint32_t j = 0; j < policy->n_deny; j++)
		if (policy->deny_type[j] == type)
			return -EEXIST;
	if (i == SEHUB_DENY_TYPE_MAX)
		return -ENOSPC;
	for (; i && policy->deny_type[i - 1] > type; i--)
		policy->deny_type[i] = policy->deny_type[i - 1];
	policy->deny_type[i] = type;
	policy->n_deny++;
	return 0;
}

/* --- from words ---------------------------------------------------------- */

static int parse_number(const struct word *w, const char *value,
			struct sehub_policy *policy, struct sehub_err *err)
{
	uint64_t number;

	if (sehub_parse_u64(value, 0, w->max, &number))
		return sehub_err_set(err, EINVAL,
				     "%s: \"%.40s\" is no number from 0 to %" PRIu64,
				     w->shown.name, value, w->max);
	if (w->kind == U32)
		*(uint32_t *)member(policy, w->at) = number;
	else
		*(uint64_t *)member(policy, w->at) = number;
	return 0;
}

static int parse_rate(const struct word *w, char *value,
		      struct sehub_policy *policy, struct sehub_err *err)
{
	char *burst = strchr(value, '/');
	uint64_t bytes = 0;
	uint64_t rate;
	int code;

	if (burst)
		*burst++ = '\0';
	code = sehub_parse_rate(value, &rate);
	if (code == -ERANGE)
		return sehub_err_set(err, EINVAL,
				     "%s: \"%.40s\" is less than a byte in a second, or too much; 0 is no limit",
				     w->shown.name, value);
	if (code)
		return sehub_err_set(err, EINVAL,
				     "%s: \"%.40s\" is no rate: 10mbit, 1.5gbit, 500kbit, 125kbps (bytes), 0 for no limit",
				     w->shown.name, value);
	if (burst && sehub_parse_size(burst, 0, UINT32_MAX, &bytes))
		return sehub_err_set(err, EINVAL,
				     "%s: \"%.40s\" is no burst: bytes, or 64k, 1m (powers of 1024), less than 4g",
				     w->shown.name, burst);
	if (bytes && !rate)
		return sehub_err_set(err, EINVAL,
				     "%s: a burst needs a rate: %s=10mbit/%.40s",
				     w->shown.name, w->shown.name, burst);
	*(uint64_t *)member(policy, w->at) = rate;
	*(uint32_t *)member(policy, w->burst) = bytes;
	return 0;
}

static int parse_broadcast(const struct word *w, char *value,
			   struct sehub_policy *policy, struct sehub_err *err)
{
	policy->flags |= w->flag;
	if (!value)
		return 0;
	if (!strcmp(value, "all")) {
		policy->flags |= BROADCAST_ALL;
		return 0;
	}
	for (char *next; value; value = next) {
		size_t i = 0;

		next = strchr(value, '+');
		if (next)
			*next++ = '\0';
		while (i < ARRAY_SIZE(spared) && strcmp(value, spared[i].name))
			i++;
		if (i == ARRAY_SIZE(spared))
			return sehub_err_set(err, EINVAL,
					     "%s: \"%.40s\" is none of arp, nd, dhcp (joined by +), all",
					     w->shown.name, value);
		if (policy->flags & spared[i].flag)
			return sehub_err_set(err, EINVAL,
					     "%s: \"%s\" is given twice",
					     w->shown.name, value);
		policy->flags |= spared[i].flag;
	}
	return 0;
}

static int parse_types(const struct word *w, char *value,
		       struct sehub_policy *policy, struct sehub_err *err)
{
	for (char *next; value; value = next) {
		uint16_t type;

		next = strchr(value, '+');
		if (next)
			*next++ = '\0';
		if (sehub_parse_ethertype(value, &type))
			return sehub_err_set(err, EINVAL,
					     "%s: \"%.40s\" is no EtherType: 0x0600 to 0xffff, or a name: arp, ipv4, ipv6, vlan, qinq, pppoe, lldp",
					     w->shown.name, value);
		switch (sehub_policy_deny(policy, type)) {
		case -EEXIST:
			return sehub_err_set(err, EINVAL,
					     "%s: \"%s\" is given twice",
					     w->shown.name, value);
		case -ENOSPC:
			return sehub_err_set(err, EINVAL,
					     "%s: at most %d EtherTypes can be denied",
					     w->shown.name,
					     SEHUB_DENY_TYPE_MAX);
		}
	}
	return 0;
}

static int complain_unknown(const char *name, struct sehub_err *err)
{
	char list[200] = "";
	size_t len = 0;

	for (size_t i = 0; i < ARRAY_SIZE(words_of); i++)
		len += snprintf(list + len, sizeof(list) - len, "%s, ",
				words_of[i].shown.name);
	return sehub_err_set(err, EINVAL,
			     "\"%.20s\" is no word of a policy: %snone", name,
			     list);
}

static int complain_value(const struct word *w, struct sehub_err *err)
{
	static const char *const examples[] = {
		[BROADCAST] = "all", [U32] = "1", [U64] = "1",
		[RATE] = "10mbit", [TYPES] = "arp+0x88cc",
	};

	return sehub_err_set(err, EINVAL, "%s needs a value: %s=%s",
			     w->shown.name, w->shown.name, examples[w->kind]);
}

static int parse_word(char *word, uint32_t *seen, struct sehub_policy *policy,
		      struct sehub_err *err)
{
	char *value = strchr(word, '=');
	const struct word *w = words_of;
	uint32_t bit;

	if (value)
		*value++ = '\0';
	while (w < words_of + ARRAY_SIZE(words_of) &&
	       strcmp(word, w->shown.name))
		w++;
	if (w == words_of + ARRAY_SIZE(words_of)) {
		if (!strcmp(word, "none"))
			return sehub_err_set(err, EINVAL,
					     "\"none\" stands alone: no policy");
		return complain_unknown(word, err);
	}
	bit = 1U << (w - words_of);
	if (*seen & bit)
		return sehub_err_set(err, EINVAL, "%s is given twice",
				     w->shown.name);
	*seen |= bit;
	if (w->kind == FLAG && value)
		return sehub_err_set(err, EINVAL, "%s takes no value",
				     w->shown.name);
	if (value ? !*value : w->kind > BROADCAST)
		return complain_value(w, err);

	switch (w->kind) {
	case FLAG:
		policy->flags |= w->flag;
		return 0;
	case BROADCAST:
		return parse_broadcast(w, value, policy, err);
	case RATE:
		return parse_rate(w, value, policy, err);
	case TYPES:
		return parse_types(w, value, policy, err);
	default:
		return parse_number(w, value, policy, err);
	}
}

int sehub_policy_parse(const char *words, struct sehub_policy *policy,
		       struct sehub_err *err)
{
	struct sehub_policy result = { .flags = 0 };
	char copy[SEHUB_POLICY_STRLEN];
	uint32_t seen = 0;
	int code;

	if (strlen(words) >= sizeof(copy))
		return sehub_err_set(err, EINVAL,
				     "a policy has at most %zu characters",
				     sizeof(copy) - 1);
	strcpy(copy, words);
	if (!strcmp(copy, "none")) {
		*policy = result;
		return 0;
	}
	for (char *word = copy, *next; word; word = next) {
		next = strchr(word, ',');
		if (next)
			*next++ = '\0';
		if (!*word)
			return sehub_err_set(err, EINVAL,
					     "a word of the policy is missing: words joined by single commas, or none");
		code = parse_word(word, &seen, &result, err);
		if (code)
			return code;
	}
	*policy = result;
	return 0;
}

/* --- to words ------------------------------------------------------------ */

static void append(char *buf, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void append(char *buf, const char *fmt, ...)
{
	size_t len = strlen(buf);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf + len, SEHUB_POLICY_STRLEN - len, fmt, ap);
	va_end(ap);
}

static void append_broadcast(char *buf, const struct sehub_policy *policy)
{
	char sep = '=';

	if ((policy->flags & BROADCAST_ALL) == BROADCAST_ALL) {
		append(buf, "=all");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(spared); i++) {
		if (!(policy->flags & spared[i].flag))
			continue;
		append(buf, "%c%s", sep, spared[i].name);
		sep = '+';
	}
}

static void append_rate(char *buf, uint64_t rate, uint32_t burst)
{
	char text[SEHUB_RATE_STRLEN];

	append(buf, "=%s", sehub_format_rate(rate, text));
	if (burst)
		append(buf, "/%s", sehub_format_size(burst, text));
}

static void append_types(char *buf, const struct sehub_policy *policy)
{
	char text[SEHUB_ETHERTYPE_STRLEN];

	for (uint32_t i = 0; i < policy->n_deny; i++)
		append(buf, "%c%s", i ? '+' : '=',
		       sehub_format_ethertype(policy->deny_type[i], text));
}

/* The number of a word, or whether it is there at all; 0: not to be shown. */
static uint64_t number_of(const struct word *w,
			  const struct sehub_policy *policy)
{
	switch (w->kind) {
	case FLAG:
	case BROADCAST:
		return policy->flags & w->flag;
	case U32:
		return *(const uint32_t *)const_member(policy, w->at);
	case TYPES:
		return policy->n_deny;
	default:
		return *(const uint64_t *)const_member(policy, w->at);
	}
}

char *sehub_policy_format(const struct sehub_policy *policy,
			  char buf[SEHUB_POLICY_STRLEN])
{
	buf[0] = '\0';
	for (const struct word *w = words_of;
	     w < words_of + ARRAY_SIZE(words_of); w++) {
		uint64_t number = number_of(w, policy);

		if (!number)
			continue;
		append(buf, "%s%s", buf[0] ? "," : "", w->shown.name);
		switch (w->kind) {
		case FLAG:
			break;
		case BROADCAST:
			append_broadcast(buf, policy);
			break;
		case RATE:
			append_rate(buf, number,
				    *(const uint32_t *)const_member(policy,
								    w->burst));
			break;
		case TYPES:
			append_types(buf, policy);
			break;
		default:
			append(buf, "=%" PRIu64, number);
		}
	}
	if (!buf[0])
		append(buf, "none");
	return buf;
}
