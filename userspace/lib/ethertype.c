// SPDX-License-Identifier: GPL-2.0-or-later
/* EtherTypes to words and back. Pure. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "ethertype.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Of several names of one number, the first is shown. */
static const struct {
	const char *name;
	uint16_t type;
} types[] = {
	{ "ipv4", 0x0800 },
	{ "ip", 0x0800 },
	{ "arp", 0x0806 },
	{ "wol", 0x0842 },
	{ "rarp", 0x8035 },
	{ "appletalk", 0x809b },
	{ "aarp", 0x80f3 },
	{ "vlan", 0x8100 },
	{ "802.1q", 0x8100 },
	{ "ipx", 0x8137 },
	{ "ipv6", 0x86dd },
	{ "mpls", 0x8847 },
	{ "mpls-mc", 0x8848 },
	{ "pppoe-disc", 0x8863 },
	{ "pppoe", 0x8864 },
	{ "eapol", 0x888e },
	{ "profinet", 0x8892 },
	{ "aoe", 0x88a2 },
	{ "ethercat", 0x88a4 },
	{ "qinq", 0x88a8 },
	{ "802.1ad", 0x88a8 },
	{ "lldp", 0x88cc },
	{ "macsec", 0x88e5 },
	{ "ptp", 0x88f7 },
	{ "fcoe", 0x8906 },
	{ "fip", 0x8914 },
	{ "loopback", 0x9000 },
};

const char *sehub_ethertype_name(unsigned int i)
{
	return i < ARRAY_SIZE(types) ? types[i].name : NULL;
}

int sehub_parse_ethertype(const char *word, uint16_t *type)
{
	uint32_t number;
	int err;

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (!strcmp(word, types[i].name)) {
			*type = types[i].type;
			return 0;
		}
	}
	/* Never a decimal number: 0806 would be another type than is meant. */
	if (strncmp(word, "0x", 2) || strlen(word) > strlen("0x0000"))
		return -EINVAL;
	err = sehub_parse_u32(word, SEHUB_ETHERTYPE_MIN, UINT16_MAX, &number);
	if (!err)
		*type = number;
	return err;
}

char *sehub_format_ethertype(uint16_t type, char buf[SEHUB_ETHERTYPE_STRLEN])
{
	snprintf(buf, SEHUB_ETHERTYPE_STRLEN, "0x%04x", type);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		if (type != types[i].type)
			continue;
		snprintf(buf, SEHUB_ETHERTYPE_STRLEN, "%s", types[i].name);
		break;
	}
	return buf;
}
