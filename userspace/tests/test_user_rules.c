// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may come, from where, until when; and the policy that goes with it.
 *
 * links: transportd/user_rules.c transportd/tls.c transportd/tls_context.c transportd/cert_pem.c transportd/tls_bytes.c
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 * links: lib/access.c lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 * links: lib/addr.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <linux/sehub_wire.h>

#include "../transportd/store.h"
#include "../transportd/user_rules.h"

#define NOW	1800000000
#define DENIED	SEHUB_WIRE_CLOSE_DENIED

static void may(const struct store_user *user, const char *address)
{
	struct refusal why = { .text = "" };

	if (!user_may_connect(user, address, NOW, &why))
		fail_msg("from %s: %s", address, why.text);
}

static void may_not(const struct store_user *user, const char *address,
		    uint16_t code, const char *text)
{
	struct refusal why = { .text = "" };

	assert_false(user_may_connect(user, address, NOW, &why));
	assert_int_equal(why.code, code);
	assert_string_equal(why.text, text);
}

static void test_denied(void **state)
{
	struct store_user user = { .disabled = true };

	(void)state;
	may_not(&user, "192.0.2.1:1", DENIED,
		"the user may not connect");
	user.disabled = false;
	may(&user, "192.0.2.1:1");
	strcpy(user.policy, "max-mac=1,deny");
	may_not(&user, "192.0.2.1:1", DENIED,
		"the user may not connect");
	strcpy(user.policy, "deny");
	may_not(&user, "", DENIED, "the user may not connect");
	strcpy(user.policy, "max-mac=1,no-resume");
	may(&user, "192.0.2.1:1");
	/* of a newer version: nobody knows what it would forbid */
	strcpy(user.policy, "no-word-of-ours");
	may_not(&user, "192.0.2.1:1", DENIED,
		"the user may not connect");
}

static void test_expired(void **state)
{
	struct store_user user = { .expires = NOW + 1 };

	(void)state;
	may(&user, "192.0.2.1:1");
	user.expires = NOW;
	may_not(&user, "192.0.2.1:1", DENIED,
		"the user's time is over");
	user.expires = 1;
	may_not(&user, "192.0.2.1:1", DENIED,
		"the user's time is over");
}

static void test_sources(void **state)
{
	static const char text[] = "the user may not connect from this address";
	struct store_user user = { .sources = "192.0.2.0/24,2001:db8::/32" };

	(void)state;
	may(&user, "192.0.2.255:65535");
	may(&user, "[2001:db8:ffff::1]:443");
	may(&user, "[::ffff:192.0.2.1]:443");
	/* a session of a daemon before: its line is gone */
	may(&user, "");
	may_not(&user, "192.0.3.0:1", SEHUB_WIRE_CLOSE_BUSY, text);
	may_not(&user, "[2001:db9::1]:1", SEHUB_WIRE_CLOSE_BUSY, text);
	may_not(&user, "nonsense", SEHUB_WIRE_CLOSE_BUSY, text);
	strcpy(user.sources, "192.0.2.0/240");
	may_not(&user, "192.0.2.1:1", SEHUB_WIRE_CLOSE_BUSY, text);
}

static void test_resume(void **state)
{
	struct store_user user = { .policy = "" };

	(void)state;
	assert_true(user_may_resume(&user));
	strcpy(user.policy, "max-ip=1");
	assert_true(user_may_resume(&user));
	strcpy(user.policy, "max-ip=1,no-resume");
	assert_false(user_may_resume(&user));
}

static void test_policy(void **state)
{
	uint8_t id[SEHUB_WIRE_CLIENT_ID_LEN] = { 1 };
	struct store_user user = { .id = 7 };
	struct sehub_policy policy, other;

	(void)state;
	memset(&policy, 0xff, sizeof(policy));
	memset(&other, 0, sizeof(other));
	assert_false(user_policy(&user, id, &policy));
	assert_memory_equal(&policy, &other, sizeof(policy));

	strcpy(user.policy, "max-ip=2,dhcp-force");
	assert_true(user_policy(&user, id, &policy));
	assert_int_equal(policy.max_ip, 2);
	assert_int_equal(policy.flags, SEHUB_POLICY_FLAG_DHCP_FORCE);
	assert_true(policy.identity);
	/* the same installation has the same identity, others have not */
	assert_true(user_policy(&user, id, &other));
	assert_true(other.identity == policy.identity);
	id[15] = 1;
	assert_true(user_policy(&user, id, &other));
	assert_true(other.identity != policy.identity);
	id[15] = 0;
	user.id = 8;
	assert_true(user_policy(&user, id, &other));
	assert_true(other.identity != policy.identity);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_denied),
		cmocka_unit_test(test_expired),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_policy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
