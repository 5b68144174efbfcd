// SPDX-License-Identifier: GPL-2.0-or-later
/* Netlink messages to words and back; see msg.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "msg.h"
#include "script.h"

void msg_begin(struct msg *m, uint16_t type, uint16_t flags, uint32_t seq,
	       const void *head, uint32_t head_len)
{
	struct nlmsghdr *nlh = (void *)m->buf;

	memset(m->buf, 0, NLMSG_HDRLEN + NLMSG_ALIGN(head_len));
	m->count = 0;
	m->len = NLMSG_HDRLEN + NLMSG_ALIGN(head_len);
	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = seq;
	nlh->nlmsg_len = m->len;
	memcpy(m->buf + NLMSG_HDRLEN, head, head_len);
}

struct nlattr *msg_put(struct msg *m, uint16_t type, const void *data,
		       uint32_t len, const char *path)
{
	struct nlattr *nla = (void *)(m->buf + m->len);

	if (m->len + NLA_HDRLEN + len + 8 > sizeof(m->buf))
		abort();
	if (m->count < MSG_ATTRS) {
		m->attr[m->count].offset = m->len;
		snprintf(m->attr[m->count++].path, PATH_LEN, "%s", path);
	}
	nla->nla_type = type;
	nla->nla_len = NLA_HDRLEN + len;
	memset((uint8_t *)nla + NLA_HDRLEN, 0, NLA_ALIGN(len));
	if (data)
		memcpy((uint8_t *)nla + NLA_HDRLEN, data, len);
	m->len += NLA_HDRLEN + NLA_ALIGN(len);
	((struct nlmsghdr *)m->buf)->nlmsg_len = m->len;
	return nla;
}

static const struct attr *find_name(const struct attr *set, const char *name,
				    size_t len)
{
	for (; set && set->name; set++)
		if (strlen(set->name) == len && !strncmp(set->name, name, len))
			return set;
	return NULL;
}

/* Names of bits, joined by "+"; false: there is something else. */
static bool parse_flags(const struct attr *attr, const char *value,
			uint64_t *number)
{
	size_t len;
	int bit;

	for (*number = 0; *value; value += len + (value[len] == '+')) {
		len = strcspn(value, "+");
		for (bit = 0; attr->words[bit]; bit++)
			if (strlen(attr->words[bit]) == len &&
			    !strncmp(attr->words[bit], value, len))
				break;
		if (!attr->words[bit])
			return false;
		*number |= 1ULL << bit;
	}
	return true;
}

static uint64_t parse_number(const struct attr *attr, const char *value)
{
	uint64_t number;

	if (attr && attr->type == ATTR_FLAGS &&
	    parse_flags(attr, value, &number))
		return number;
	for (int i = 0; attr && attr->words && attr->words[i]; i++)
		if (!strcmp(attr->words[i], value))
			return i;
	return strtoull(value, NULL, 0);
}

static const char *const type_names[] = {
	[ATTR_U8] = "u8",
	[ATTR_U16] = "u16",
	[ATTR_U32] = "u32",
	[ATTR_U64] = "u64",
	[ATTR_STRING] = "str",
	[ATTR_BINARY] = "hex",
	[ATTR_MAC] = "mac",
	[ATTR_IP] = "ip",
	[ATTR_FLAGS] = "u32",
};

/* An address in network order; Return: its bytes, -1: it is none. */
static int parse_ip(const char *value, uint8_t addr[16])
{
	if (inet_pton(AF_INET, value, addr) == 1)
		return 4;
	return inet_pton(AF_INET6, value, addr) == 1 ? 16 : -1;
}

static bool put_value(struct msg *m, const struct attr *attr, uint16_t id,
		      const char *type, const char *value, const char *path)
{
	static uint8_t bytes[FRAME_MAX];
	uint64_t number = parse_number(attr, value);
	uint8_t addr[16];
	uint8_t mac[6];
	int len;

	if (!type)
		type = attr ? type_names[attr->type] : "hex";
	/* Attributes are in host byte order, which is little-endian here. */
	if (!strcmp(type, "u8"))
		msg_put(m, id, &(uint8_t){ number }, 1, path);
	else if (!strcmp(type, "u16"))
		msg_put(m, id, &(uint16_t){ number }, 2, path);
	else if (!strcmp(type, "u32"))
		msg_put(m, id, &(uint32_t){ number }, 4, path);
	else if (!strcmp(type, "u64"))
		msg_put(m, id, &number, 8, path);
	else if (!strcmp(type, "str"))
		msg_put(m, id, value, strlen(value) + 1, path);
	else if (!strcmp(type, "bare"))
		msg_put(m, id, value, strlen(value), path);
	else if (!strcmp(type, "fill"))
		msg_put(m, id, NULL, number, path);
	else if (!strcmp(type, "flag"))
		msg_put(m, id, NULL, 0, path);
	else if (!strcmp(type, "mac") && frame_parse_mac(value, mac))
		msg_put(m, id, mac, 6, path);
	else if (!strcmp(type, "ip") && (len = parse_ip(value, addr)) > 0)
		msg_put(m, id, addr, len, path);
	else if (!strcmp(type, "hex") &&
		 (len = frame_parse_hex(value, bytes, sizeof(bytes))) >= 0)
		msg_put(m, id, bytes, len, path);
	else
		return false;
	return true;
}

/* Nests that are open, and what the words before had in common with them. */
struct nests {
	int depth;
	struct nlattr *nla[MSG_DEPTH];
	char name[MSG_DEPTH][PATH_LEN];
};

static void close_nests(struct msg *m, struct nests *n, int depth)
{
	while (n->depth > depth) {
		struct nlattr *nla = n->nla[--n->depth];

		nla->nla_len = m->buf + m->len - (uint8_t *)nla;
	}
}

static bool put_word(struct msg *m, struct nests *n, const struct attr *set,
		     char *word)
{
	char path[PATH_LEN], *type, *value, *name = path, *dot;
	const struct attr *attr;
	uint16_t id;
	int depth = 0;

	value = strchr(word, '=');
	if (!value || value - word >= PATH_LEN)
		return false;
	snprintf(path, sizeof(path), "%.*s", (int)(value++ - word), word);
	type = strchr(path, ':');
	if (type)
		*type++ = '\0';

	for (; (dot = strchr(name, '.')) && depth < MSG_DEPTH; name = dot + 1) {
		attr = find_name(set, name, dot - name);
		if (!attr || attr->type != ATTR_NEST)
			return false;
		*dot = '\0';
		if (depth >= n->depth || strcmp(n->name[depth], path)) {
			close_nests(m, n, depth);
			snprintf(n->name[depth], PATH_LEN, "%s", path);
			n->nla[n->depth++] = msg_put(m, attr->id | NLA_F_NESTED,
						     NULL, 0, path);
		}
		*dot = '.';
		set = attr->nested;
		depth++;
	}
	close_nests(m, n, depth);

	attr = find_name(set, name, strlen(name));
	if (!attr && name[0] != '#')
		return false;
	id = attr ? attr->id : strtoul(name + 1, NULL, 0);
	if (attr && attr->type == ATTR_NEST && !type) {
		msg_put(m, id | NLA_F_NESTED, NULL, 0, path);
		return !*value;
	}
	return put_value(m, attr, id, type, value, path);
}

bool msg_words(struct msg *m, const struct attr *set, char **words, int count)
{
	struct nests nests = { .depth = 0 };

	for (int i = 0; i < count; i++) {
		if (put_word(m, &nests, set, words[i]))
			continue;
		printf("# bad attribute: %s\n", words[i]);
		return false;
	}
	close_nests(m, &nests, 0);
	((struct nlmsghdr *)m->buf)->nlmsg_len = m->len;
	return true;
}

/* --- what comes back ------------------------------------------------------ */

#define for_each_attr(nla, attrs, left)					\
	for (nla = (attrs); (left) >= NLA_HDRLEN &&			\
	     (nla)->nla_len >= NLA_HDRLEN && (nla)->nla_len <= (left);	\
	     (left) -= NLA_ALIGN((nla)->nla_len),			\
	     nla = (const void *)((const uint8_t *)(nla) +		\
				  NLA_ALIGN((nla)->nla_len)))

static uint64_t get_number(const struct nlattr *nla)
{
	uint64_t value = 0;
	int len = nla->nla_len - NLA_HDRLEN;

	memcpy(&value, nla + 1, len < 8 ? len : 8);
	return value;
}

static void print_bytes(FILE *to, const uint8_t *p, int len,
			const char *between)
{
	for (int i = 0; i < len; i++)
		fprintf(to, "%s%02x", i ? between : "", p[i]);
}

static void print_ip(FILE *to, const uint8_t *p, int len)
{
	char text[INET6_ADDRSTRLEN];

	if ((len == 4 || len == 16) &&
	    inet_ntop(len == 4 ? AF_INET : AF_INET6, p, text, sizeof(text)))
		fputs(text, to);
	else
		print_bytes(to, p, len, "");
}

/* A number as names of bits, if all of them have one. */
static bool print_flags(FILE *to, const char *const *words, uint64_t number)
{
	const char *between = "";
	int n = 0;

	while (words[n])
		n++;
	if (!number || number >> n)
		return false;
	for (int bit = 0; bit < n; bit++) {
		if (!(number >> bit & 1))
			continue;
		fprintf(to, "%s%s", between, words[bit]);
		between = "+";
	}
	return true;
}

static void print_value(FILE *to, const struct nlattr *nla,
			const struct attr *attr)
{
	int len = nla->nla_len - NLA_HDRLEN;
	uint64_t number = get_number(nla);

	switch (attr->type) {
	case ATTR_STRING:
		fprintf(to, "%.*s", len, (const char *)(nla + 1));
		return;
	case ATTR_MAC:
		print_bytes(to, (const uint8_t *)(nla + 1), len, ":");
		return;
	case ATTR_BINARY:
		print_bytes(to, (const uint8_t *)(nla + 1), len, "");
		return;
	case ATTR_IP:
		print_ip(to, (const uint8_t *)(nla + 1), len);
		return;
	case ATTR_FLAGS:
		if (!print_flags(to, attr->words, number))
			fprintf(to, "%llu", (unsigned long long)number);
		return;
	default:
		break;
	}
	for (uint64_t i = 0; attr->words && attr->words[i]; i++) {
		if (i == number) {
			fputs(attr->words[i], to);
			return;
		}
	}
	fprintf(to, "%llu", (unsigned long long)number);
}

static const struct attr *find_id(const struct attr *set, uint16_t id)
{
	for (; set && set->name; set++)
		if (set->id == id)
			return set;
	return NULL;
}

void msg_print(FILE *to, const void *attrs, int len, const struct attr *set,
	       const char *prefix)
{
	const struct nlattr *nla;
	char path[PATH_LEN];

	for_each_attr(nla, attrs, len) {
		const struct attr *attr = find_id(set, nla->nla_type &
						       NLA_TYPE_MASK);

		if (!attr)
			continue;
		if (attr->type == ATTR_NEST) {
			snprintf(path, sizeof(path), "%s%s.", prefix,
				 attr->name);
			msg_print(to, nla + 1, nla->nla_len - NLA_HDRLEN,
				  attr->nested, path);
			continue;
		}
		fprintf(to, " %s%s=", prefix, attr->name);
		print_value(to, nla, attr);
	}
}

const struct nlattr *msg_find(const void *attrs, int len, const uint16_t *path)
{
	const struct nlattr *nla;

	for_each_attr(nla, attrs, len) {
		if ((nla->nla_type & NLA_TYPE_MASK) != *path)
			continue;
		if (!path[1])
			return nla;
		return msg_find(nla + 1, nla->nla_len - NLA_HDRLEN, path + 1);
	}
	return NULL;
}

static const char *path_at(const struct msg *m, uint32_t offset)
{
	for (int i = 0; i < m->count; i++)
		if (m->attr[i].offset == offset)
			return m->attr[i].path;
	return "?";
}

int msg_error(const struct msg *m, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *err = (const void *)(nlh + 1);
	const char *text = "", *attr = "", *where;
	bool is_done = nlh->nlmsg_type == NLMSG_DONE;
	const struct nlattr *nla;
	uint32_t skip = is_done ? sizeof(int) : sizeof(*err);
	int left;

	/* A dump that fails ends with an errno and its text alone. */
	if (!is_done && !(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += err->msg.nlmsg_len - NLMSG_HDRLEN;
	left = nlh->nlmsg_len - NLMSG_HDRLEN - NLMSG_ALIGN(skip);
	where = (const char *)err + NLMSG_ALIGN(skip);
	for_each_attr(nla, (const void *)where, left) {
		if ((nla->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			text = (const char *)(nla + 1);
		if ((nla->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_OFFS)
			attr = path_at(m, get_number(nla));
	}
	/* Texts without an attribute begin with the name of the module. */
	if (!strncmp(text, "sehub: ", 7))
		text += 7;
	return script_err("%s attr=%s text=%s", strerrorname_np(-err->error),
			  attr, text);
}
