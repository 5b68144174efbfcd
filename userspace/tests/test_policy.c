// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Policies in words: each word and what it sets, the one form in which each
 * policy is shown, and what is said about each mistake.
 *
 * links: lib/policy.c lib/addr.c lib/rate.c lib/ethertype.c lib/names.c
 * links: lib/err.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "lib/ethertype.h"
#include "lib/policy.h"

static struct sehub_policy parsed(const char *words)
{
	struct sehub_policy policy;
	struct sehub_err err = { .text = "" };

	/* what was there before must not show through */
	memset(&policy, 0xff, sizeof(policy));
	if (sehub_policy_parse(words, &policy, &err))
		fail_msg("%s: %s", words, err.text);
	return policy;
}

/* Words that are shown as they are written. */
static void check_same(const char *words)
{
	struct sehub_policy policy = parsed(words);
	char text[SEHUB_POLICY_STRLEN];

	assert_string_equal(sehub_policy_format(&policy, text), words);
}

static void check_shown(const char *words, const char *shown)
{
	struct sehub_policy policy = parsed(words);
	struct sehub_policy again;
	char text[SEHUB_POLICY_STRLEN];

	assert_string_equal(sehub_policy_format(&policy, text), shown);
	again = parsed(text);
	assert_memory_equal(&policy, &again, sizeof(policy));
}

static void check_refused(const char *words, const char *text)
{
	struct sehub_policy policy = { .max_ip = 77 };
	struct sehub_err err = { .code = 0 };

	assert_int_equal(sehub_policy_parse(words, &policy, &err), -EINVAL);
	assert_string_equal(err.text, text);
	assert_int_equal(err.code, -EINVAL);
	assert_int_equal(policy.max_ip, 77);
	/* nobody has to want the text */
	assert_int_equal(sehub_policy_parse(words, &policy, NULL), -EINVAL);
}

static void test_none(void **state)
{
	static const struct sehub_policy zero;
	struct sehub_policy policy = parsed("none");
	char text[SEHUB_POLICY_STRLEN];

	(void)state;
	assert_memory_equal(&policy, &zero, sizeof(zero));
	assert_string_equal(sehub_policy_format(&zero, text), "none");
	/* 0 is no limit, so it need not be said */
	check_shown("max-ip=0,max-mac=0,isolation=0,rate-up=0,rate-down=0mbit/0,broadcast-rate=0,identity=0",
		    "none");
}

static void test_flags(void **state)
{
	static const struct {
		const char *word;
		uint32_t flags;
	} all[] = {
		{ "deny", SEHUB_POLICY_FLAG_DENY },
		{ "no-resume", SEHUB_POLICY_FLAG_NO_RESUME },
		{ "dhcp-force", SEHUB_POLICY_FLAG_DHCP_FORCE },
		{ "no-ip-dup", SEHUB_POLICY_FLAG_NO_IP_DUP },
		{ "no-mac-dup", SEHUB_POLICY_FLAG_NO_MAC_DUP },
		{ "no-broadcast", SEHUB_POLICY_FLAG_NO_BROADCAST },
		{ "no-broadcast=arp", SEHUB_POLICY_FLAG_NO_BROADCAST |
				      SEHUB_POLICY_FLAG_NO_BROADCAST_ARP },
		{ "no-broadcast=nd", SEHUB_POLICY_FLAG_NO_BROADCAST |
				     SEHUB_POLICY_FLAG_NO_BROADCAST_ND },
		{ "no-broadcast=dhcp", SEHUB_POLICY_FLAG_NO_BROADCAST |
				       SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP },
		{ "no-broadcast=arp+dhcp",
		  SEHUB_POLICY_FLAG_NO_BROADCAST |
		  SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |
		  SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP },
		{ "no-broadcast=all", SEHUB_POLICY_FLAG_NO_BROADCAST |
				      SEHUB_POLICY_FLAG_NO_BROADCAST_ARP |
				      SEHUB_POLICY_FLAG_NO_BROADCAST_ND |
				      SEHUB_POLICY_FLAG_NO_BROADCAST_DHCP },
		{ "no-dhcp-server", SEHUB_POLICY_FLAG_NO_DHCP_SERVER },
		{ "filter-dhcp", SEHUB_POLICY_FLAG_FILTER_DHCP },
		{ "no-ra", SEHUB_POLICY_FLAG_NO_RA },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct sehub_policy want = { .flags = all[i].flags };
		struct sehub_policy policy = parsed(all[i].word);

		assert_memory_equal(&policy, &want, sizeof(want));
		check_same(all[i].word);
	}
	check_shown("no-broadcast=dhcp+nd+arp", "no-broadcast=all");
	check_shown("no-broadcast=dhcp+nd", "no-broadcast=nd+dhcp");
}

/* The names of the flags and the words are the same words. */
static void test_names(void **state)
{
	unsigned int bit = 0;
	uint32_t flags = 0;

	(void)state;
	for (; sehub_policy_flag_name(bit); bit++) {
		const char *name = sehub_policy_flag_name(bit);
		char words[64];
		struct sehub_policy policy;

		snprintf(words, sizeof(words), "%s", name);
		/* the three that are values of another */
		if (!strncmp(name, "no-broadcast-", 13))
			words[12] = '=';
		policy = parsed(words);
		assert_true(policy.flags & 1U << bit);
		assert_int_equal(policy.flags & ~SEHUB_POLICY_FLAG_NO_BROADCAST &
				 ~(1U << bit), 0);
		flags |= 1U << bit;
	}
	assert_int_equal(flags, 2 * SEHUB_POLICY_FLAG_NO_RA - 1);
}

static void test_numbers(void **state)
{
	struct sehub_policy policy;

	(void)state;
	policy = parsed("max-ip=1,max-mac=2,isolation=3,broadcast-rate=4,identity=5");
	assert_int_equal(policy.max_ip, 1);
	assert_int_equal(policy.max_mac, 2);
	assert_int_equal(policy.isolation, 3);
	assert_int_equal(policy.broadcast_rate, 4);
	assert_int_equal(policy.identity, 5);
	assert_int_equal(policy.flags, 0);
	check_same("max-ip=4294967295,max-mac=4294967295,isolation=65535,broadcast-rate=4294967295,identity=18446744073709551615");
	check_shown("identity=0xff", "identity=255");

	check_refused("max-ip=4294967296",
		      "max-ip: \"4294967296\" is no number from 0 to 4294967295");
	check_refused("isolation=65536",
		      "isolation: \"65536\" is no number from 0 to 65535");
	check_refused("identity=18446744073709551616",
		      "identity: \"18446744073709551616\" is no number from 0 to 18446744073709551615");
	check_refused("max-mac=one",
		      "max-mac: \"one\" is no number from 0 to 4294967295");
	check_refused("broadcast-rate=-1",
		      "broadcast-rate: \"-1\" is no number from 0 to 4294967295");
}

static void test_rates(void **state)
{
	struct sehub_policy policy;

	(void)state;
	policy = parsed("rate-up=10mbit/64k,rate-down=125kbps");
	assert_int_equal(policy.rate_up, 1250000);
	assert_int_equal(policy.burst_up, 65536);
	assert_int_equal(policy.rate_down, 125000);
	assert_int_equal(policy.burst_down, 0);
	check_shown("rate-down=125kbps,rate-up=10Mbit/65536",
		    "rate-up=10mbit/64k,rate-down=1mbit");
	check_shown("rate-up=1.5mbit/1500", "rate-up=1500kbit/1500");
	check_same("rate-up=18446744073709551608bit/4294967295,rate-down=18446744073709551615bps/1g");

	check_refused("rate-up=10m",
		      "rate-up: \"10m\" is no rate: 10mbit, 1.5gbit, 500kbit, 125kbps (bytes), 0 for no limit");
	check_refused("rate-down=7bit",
		      "rate-down: \"7bit\" is less than a byte in a second, or too much; 0 is no limit");
	check_refused("rate-up=1mbit/4g",
		      "rate-up: \"4g\" is no burst: bytes, or 64k, 1m (powers of 1024), less than 4g");
	check_refused("rate-up=1mbit/",
		      "rate-up: \"\" is no burst: bytes, or 64k, 1m (powers of 1024), less than 4g");
	check_refused("rate-up=1mbit/1k/2k",
		      "rate-up: \"1k/2k\" is no burst: bytes, or 64k, 1m (powers of 1024), less than 4g");
	check_refused("rate-up=0/64k",
		      "rate-up: a burst needs a rate: rate-up=10mbit/64k");
}

static void test_types(void **state)
{
	struct sehub_policy policy;

	(void)state;
	policy = parsed("deny-type=0x88cc+ipv6+arp");
	assert_int_equal(policy.n_deny, 3);
	assert_int_equal(policy.deny_type[0], 0x0806);
	assert_int_equal(policy.deny_type[1], 0x86dd);
	assert_int_equal(policy.deny_type[2], 0x88cc);
	check_shown("deny-type=0x88cc+ipv6+arp", "deny-type=arp+ipv6+lldp");
	check_shown("deny-type=ip+0x600+0xFFFF", "deny-type=0x0600+ipv4+0xffff");
	check_same("deny-type=0x0601+0x0602+0x0603+0x0604+0x0605+0x0606+0x0607+0x0608+0x0609+0x060a+0x060b+0x060c+0x060d+0x060e+0x060f+0x0610");

	for (unsigned int i = 0; sehub_ethertype_name(i); i++) {
		char text[SEHUB_ETHERTYPE_STRLEN];
		uint16_t type;
		uint16_t again;

		assert_int_equal(sehub_parse_ethertype(sehub_ethertype_name(i),
						       &type), 0);
		assert_true(type >= SEHUB_ETHERTYPE_MIN);
		sehub_format_ethertype(type, text);
		assert_int_equal(sehub_parse_ethertype(text, &again), 0);
		assert_int_equal(type, again);
	}

	check_refused("deny-type=arp+0x0806",
		      "deny-type: \"0x0806\" is given twice");
	check_refused("deny-type=0x0601+0x0602+0x0603+0x0604+0x0605+0x0606+0x0607+0x0608+0x0609+0x060a+0x060b+0x060c+0x060d+0x060e+0x060f+0x0610+arp",
		      "deny-type: at most 16 EtherTypes can be denied");
#define NO_TYPE(word)							\
	check_refused("deny-type=" word, "deny-type: \"" word "\" is no "\
		      "EtherType: 0x0600 to 0xffff, or a name: arp, ipv4, "\
		      "ipv6, vlan, qinq, pppoe, lldp")
	NO_TYPE("0x05ff");
	NO_TYPE("0x10000");
	NO_TYPE("0x00806");
	NO_TYPE("2054");
	NO_TYPE("0806");
	NO_TYPE("0x");
	NO_TYPE("ARP");
	check_refused("deny-type=arp++ipv6",
		      "deny-type: \"\" is no EtherType: 0x0600 to 0xffff, or a name: arp, ipv4, ipv6, vlan, qinq, pppoe, lldp");
}

static void test_all_words(void **state)
{
	static const char all[] =
		"deny,no-resume,dhcp-force,max-ip=1,max-mac=1,no-ip-dup,no-mac-dup,no-broadcast=arp+nd,no-dhcp-server,filter-dhcp,no-ra,isolation=7,rate-up=10mbit/64k,rate-down=1gbit,broadcast-rate=50,deny-type=arp+ipv6,identity=99";
	static const char reversed[] =
		"identity=99,deny-type=ipv6+arp,broadcast-rate=50,rate-down=1gbit,rate-up=10mbit/64k,isolation=7,no-ra,filter-dhcp,no-dhcp-server,no-broadcast=nd+arp,no-mac-dup,no-ip-dup,max-mac=1,max-ip=1,dhcp-force,no-resume,deny";
	char longest[SEHUB_POLICY_STRLEN];
	struct sehub_policy policy;
	unsigned int n = 0;

	(void)state;
	check_same(all);
	check_shown(reversed, all);
	for (const char *p = all; p; p = strchr(p, ',')) {
		const struct sehub_policy_word *word = sehub_policy_word(n++);
		size_t len;

		p += *p == ',';
		assert_non_null(word);
		len = strlen(word->name);
		assert_int_equal(strncmp(p, word->name, len), 0);
		assert_int_equal(p[len] == '=', !!word->value);
		assert_true(strlen(word->doc) < 80);
	}
	assert_null(sehub_policy_word(n));

	/* all members at their longest fit */
	memset(&policy, 0xff, sizeof(policy));
	policy.rate_up = UINT64_MAX / 8;
	policy.rate_down = UINT64_MAX / 8;
	policy.n_deny = 0;
	for (int i = 0; i < SEHUB_DENY_TYPE_MAX; i++)
		sehub_policy_deny(&policy, 0x8863 + (i ? 0x1000 * i : 0));
	sehub_policy_format(&policy, longest);
	assert_true(strlen(longest) < sizeof(longest) / 2);
	assert_non_null(strstr(longest, "identity=18446744073709551615"));
}

static void test_mistakes(void **state)
{
	char words[SEHUB_POLICY_STRLEN + 1];

	(void)state;
	check_refused("", "a word of the policy is missing: words joined by single commas, or none");
	check_refused("deny,", "a word of the policy is missing: words joined by single commas, or none");
	check_refused(",deny", "a word of the policy is missing: words joined by single commas, or none");
	check_refused("deny,,no-ra", "a word of the policy is missing: words joined by single commas, or none");
	check_refused("none,deny", "\"none\" stands alone: no policy");
	check_refused("deny,none", "\"none\" stands alone: no policy");
	check_refused("deny,deny", "deny is given twice");
	check_refused("max-ip=1,max-ip=1", "max-ip is given twice");
	check_refused("deny=1", "deny takes no value");
	check_refused("no-ra=", "no-ra takes no value");
	check_refused("max-ip", "max-ip needs a value: max-ip=1");
	check_refused("identity=", "identity needs a value: identity=1");
	check_refused("rate-up", "rate-up needs a value: rate-up=10mbit");
	check_refused("deny-type=", "deny-type needs a value: deny-type=arp+0x88cc");
	check_refused("no-broadcast=", "no-broadcast needs a value: no-broadcast=all");
	check_refused("no-broadcast=ip",
		      "no-broadcast: \"ip\" is none of arp, nd, dhcp (joined by +), all");
	check_refused("no-broadcast=arp+all",
		      "no-broadcast: \"all\" is none of arp, nd, dhcp (joined by +), all");
	check_refused("no-broadcast=arp+arp",
		      "no-broadcast: \"arp\" is given twice");
	check_refused("dhcpforce",
		      "\"dhcpforce\" is no word of a policy: deny, no-resume, dhcp-force, max-ip, max-mac, no-ip-dup, no-mac-dup, no-broadcast, no-dhcp-server, filter-dhcp, no-ra, isolation, rate-up, rate-down, broadcast-rate, deny-type, identity, none");
	check_refused("deny, no-ra",
		      "\" no-ra\" is no word of a policy: deny, no-resume, dhcp-force, max-ip, max-mac, no-ip-dup, no-mac-dup, no-broadcast, no-dhcp-server, filter-dhcp, no-ra, isolation, rate-up, rate-down, broadcast-rate, deny-type, identity, none");

	memset(words, ',', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	check_refused(words, "a policy has at most 1023 characters");
}

/* What other programs have set is shown, and does no harm. */
static void test_strange_policies(void **state)
{
	struct sehub_policy policy = {
		.flags = SEHUB_POLICY_FLAG_NO_BROADCAST_ARP | 1U << 31,
		.burst_up = 5, .n_deny = 1, .deny_type = { 0x0042 },
	};
	char text[SEHUB_POLICY_STRLEN];

	(void)state;
	assert_string_equal(sehub_policy_format(&policy, text),
			    "deny-type=0x0042");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_flags),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_all_words),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_strange_policies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
