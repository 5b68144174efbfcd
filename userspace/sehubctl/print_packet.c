// SPDX-License-Identifier: GPL-2.0-or-later
/* A frame of the packet log, for people and for programs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "decode.h"
#include "print.h"
#include "print_packet.h"

#define NSEC_PER_SEC	1000000000

static const char *reason_of(const struct sehub_packet *packet)
{
	const char *name = sehub_drops_name(packet->reason);

	return name ? name : "unknown";
}

void print_packet(const struct place_hub *hub, const struct place_port *in,
		  const struct place_port *out,
		  const struct sehub_packet *packet)
{
	time_t seconds = packet->time / NSEC_PER_SEC;
	char summary[DECODE_MAX];
	char text[PRINT_MAX];
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof(text), "%H:%M:%S", &tm))
		strcpy(text, "-");
	printf("%s.%06u %s %s", text,
	       (unsigned int)(packet->time % NSEC_PER_SEC / 1000), hub->name,
	       in->name);
	if (out)
		printf(" > %s", out->name);
	if (packet->reason)
		printf(" blocked %s", reason_of(packet));
	printf(": %s\n", decode_frame(packet->data, packet->data_len,
				      packet->length, summary));
}

static struct json_object *names_of(uint32_t classes)
{
	struct json_object *array = json_object_new_array();
	const char *name;

	for (unsigned int bit = 0; (name = sehub_packet_class_name(bit)); bit++)
		if (classes & 1U << bit)
			json_object_array_add(array,
					      json_object_new_string(name));
	return array;
}

static void add_mac(struct json_object *object, const char *key,
		    const uint8_t *mac)
{
	char text[SEHUB_MAC_STRLEN];

	ctl_add_string(object, key, sehub_format_mac(mac, text));
}

static void add_time(struct json_object *object, uint64_t time)
{
	char text[32];

	snprintf(text, sizeof(text), "%llu.%09llu",
		 (unsigned long long)time / NSEC_PER_SEC,
		 (unsigned long long)time % NSEC_PER_SEC);
	json_object_object_add(object, "time",
			       json_object_new_double_s(time / 1e9, text));
}

/* As many digits as the frame has, so not on the stack. */
static void add_data(struct json_object *object,
		     const struct sehub_packet *packet)
{
	static const char digits[] = "0123456789abcdef";
	char *hex = malloc(2 * (size_t)packet->data_len + 1);
	char *p = hex;

	if (!hex)
		return;
	for (uint32_t i = 0; i < packet->data_len; i++) {
		*p++ = digits[packet->data[i] >> 4];
		*p++ = digits[packet->data[i] & 15];
	}
	*p = '\0';
	ctl_add_string(object, "data", hex);
	free(hex);
}

void print_packet_json(const struct place_hub *hub, const struct place_port *in,
		       const struct place_port *out,
		       const struct sehub_packet *packet)
{
	struct json_object *o = json_object_new_object();
	char summary[DECODE_MAX];

	add_time(o, packet->time);
	ctl_add_string(o, "hub", hub->name);
	ctl_add_int(o, "hub_ifindex", packet->hub_ifindex);
	ctl_add_int(o, "vlan", packet->hub_vlan);
	ctl_add_u64(o, "seq", packet->seq);
	json_object_object_add(o, "classes", names_of(packet->classes));
	ctl_add_int(o, "port", packet->port);
	ctl_add_string(o, "port_name", in->name);
	if (out) {
		ctl_add_int(o, "out_port", packet->out_port);
		ctl_add_string(o, "out_port_name", out->name);
	}
	ctl_add_bool(o, "blocked", packet->reason);
	if (packet->reason)
		ctl_add_string(o, "reason", reason_of(packet));
	ctl_add_int(o, "length", packet->length);
	if (packet->data_len >= 12) {
		add_mac(o, "source", packet->data + 6);
		add_mac(o, "destination", packet->data);
	}
	ctl_add_string(o, "summary",
		       decode_frame(packet->data, packet->data_len,
				    packet->length, summary));
	add_data(o, packet);
	puts(json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(o);
}
