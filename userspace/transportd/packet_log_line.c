// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames of the packet log as lines of a log. Pure. */
#include "packet_log_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "addr.h"
#include "decode.h"
#include "lib/hub.h"
#include "log.h"

#define MACS_LEN	12

const char *packet_line_format(const struct sehub_packet *packet,
			       const char *in, const char *out,
			       char line[PACKET_LINE_MAX])
{
	char src[SEHUB_MAC_STRLEN] = "-", dst[SEHUB_MAC_STRLEN] = "-";
	char in_name[LOG_QUOTE_MAX], out_name[LOG_QUOTE_MAX];
	const char *verdict = "passed";
	char summary[DECODE_MAX];

	if (packet->reason)
		verdict = sehub_drops_name(packet->reason);
	if (packet->data_len >= MACS_LEN) {
		sehub_format_mac(packet->data, dst);
		sehub_format_mac(packet->data + 6, src);
	}
	/* Nothing in a summary needs a backslash in front: see decode.h. */
	snprintf(line, PACKET_LINE_MAX,
		 "event=frame hub=%u seq=%" PRIu64 " port=%s out=%s verdict=%s length=%u src=%s dst=%s summary=\"%s\"",
		 packet->hub_vlan, packet->seq,
		 log_quote(in_name, sizeof(in_name), in),
		 log_quote(out_name, sizeof(out_name), out),
		 verdict ? verdict : "unknown", packet->length, src, dst,
		 decode_frame(packet->data, packet->data_len, packet->length,
			      summary));
	return line;
}

const char *packet_data_format(const struct sehub_packet *packet,
			       char data[PACKET_DATA_MAX + 8])
{
	static const char digits[] = "0123456789abcdef";
	uint32_t len = packet->data_len;
	char *p = stpcpy(data, " data=");

	if (len > PACKET_DATA_MAX / 2)
		len = PACKET_DATA_MAX / 2;
	for (uint32_t i = 0; i < len; i++) {
		*p++ = digits[packet->data[i] >> 4];
		*p++ = digits[packet->data[i] & 15];
	}
	*p = '\0';
	return data;
}
