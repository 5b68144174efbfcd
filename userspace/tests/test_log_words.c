// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the packet log of a hub has, in words: from left to right, classes that
 * are not named are left alone.
 *
 * links: lib/log_words.c lib/names.c lib/err.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include <linux/sehub.h>

#include "lib/log_words.h"

#define ALL	(2 * SEHUB_PACKET_CLASS_BLOCKED - 1)

static void check(const char *words, uint32_t headers, uint32_t whole,
		  const char *shown)
{
	uint32_t h = SEHUB_PACKET_CLASS_UDP;
	uint32_t w = SEHUB_PACKET_CLASS_ICMP;
	struct sehub_err err = { .text = "" };
	char text[SEHUB_LOG_STRLEN];

	if (sehub_log_parse(words, &h, &w, &err))
		fail_msg("%s: %s", words, err.text);
	assert_int_equal(h, headers);
	assert_int_equal(w, whole);
	assert_string_equal(sehub_log_format(h, w, text), shown);

	/* what is shown can be set */
	h = 0;
	w = 0;
	assert_int_equal(sehub_log_parse(text, &h, &w, &err), 0);
	assert_int_equal(h, headers);
	assert_int_equal(w, whole);
}

static void test_words(void **state)
{
	(void)state;
	check("none", 0, 0, "none");
	check("all=off", 0, 0, "none");
	check("all=headers", ALL, 0, "all=headers");
	check("all=whole", 0, ALL, "all=whole");
	check("arp=headers", SEHUB_PACKET_CLASS_UDP | SEHUB_PACKET_CLASS_ARP,
	      SEHUB_PACKET_CLASS_ICMP, "udp=headers,icmp=whole,arp=headers");
	/* from one to the other, never in both */
	check("udp=whole,icmp=headers", SEHUB_PACKET_CLASS_ICMP,
	      SEHUB_PACKET_CLASS_UDP, "udp=whole,icmp=headers");
	check("udp=off", 0, SEHUB_PACKET_CLASS_ICMP, "icmp=whole");
	check("none,blocked=whole", 0, SEHUB_PACKET_CLASS_BLOCKED,
	      "blocked=whole");
	check("all=headers,ethernet=off", ALL & ~SEHUB_PACKET_CLASS_ETHERNET, 0,
	      "tcp-conn=headers,tcp-data=headers,dhcp=headers,udp=headers,icmp=headers,arp=headers,ip=headers,blocked=headers");
	check("ethernet=off,all=headers", ALL, 0, "all=headers");
}

static void test_classes(void **state)
{
	uint32_t all = 0;
	unsigned int bit = 0;

	(void)state;
	for (; sehub_packet_class_name(bit); bit++) {
		char words[32];
		uint32_t h = 0;
		uint32_t w = 0;

		snprintf(words, sizeof(words), "%s=headers",
			 sehub_packet_class_name(bit));
		assert_int_equal(sehub_log_parse(words, &h, &w, NULL), 0);
		assert_int_equal(h, 1U << bit);
		all |= h;
	}
	assert_int_equal(all, ALL);
	assert_string_equal(sehub_packet_class_name(8), "blocked");
}

/* Classes that a newer kernel has do no harm, nor does one in both masks. */
static void test_strange_masks(void **state)
{
	char text[SEHUB_LOG_STRLEN];

	(void)state;
	assert_string_equal(sehub_log_format(1U << 31, 1U << 30, text), "none");
	assert_string_equal(sehub_log_format(UINT32_MAX, 0, text),
			    "all=headers");
	assert_string_equal(sehub_log_format(3, 1, text),
			    "tcp-conn=whole,tcp-data=headers");
}

static void check_refused(const char *words, const char *text)
{
	struct sehub_err err = { .text = "" };
	uint32_t h = 1;
	uint32_t w = 2;

	assert_int_equal(sehub_log_parse(words, &h, &w, &err), -EINVAL);
	assert_string_equal(err.text, text);
	assert_int_equal(h, 1);
	assert_int_equal(w, 2);
}

static void test_mistakes(void **state)
{
	char words[SEHUB_LOG_STRLEN + 1];

	(void)state;
	check_refused("", "\"\" is no class of frames: tcp-conn, tcp-data, dhcp, udp, icmp, arp, ip, ethernet, blocked, all, none");
	check_refused("arp=whole,tcp",
		      "\"tcp\" is no class of frames: tcp-conn, tcp-data, dhcp, udp, icmp, arp, ip, ethernet, blocked, all, none");
	check_refused("arp", "arp needs headers, whole or off: arp=headers");
	check_refused("all", "all needs headers, whole or off: all=headers");
	check_refused("arp=", "arp needs headers, whole or off: arp=headers");
	check_refused("arp=full",
		      "arp: \"full\" is none of headers, whole, off");
	check_refused("arp=whole,arp=off", "arp is given twice");
	check_refused("none=off", "none takes no value");
	memset(words, 'a', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	check_refused(words,
		      "at most 255 characters can say what is logged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_strange_masks),
		cmocka_unit_test(test_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
