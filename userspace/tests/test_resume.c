// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Cookies: what is packed is unpacked, at the longest too, and nothing else is
 * taken for one.
 *
 * links: transportd/resume.c transportd/proto.c transportd/tls.c transportd/tls_context.c transportd/cert_pem.c transportd/log.c lib/err.c lib/addr.c
 * links: transportd/tls_bytes.c
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/resume.h"
#include "../transportd/tls.h"

static const uint8_t instance[RESUME_INSTANCE_LEN] = "instance";
static const uint8_t other[RESUME_INSTANCE_LEN] = "INSTANCE";

static void fill_server(struct resume_server *s)
{
	memset(s, 0, sizeof(*s));
	s->vlan = 4094;
	s->user_id = INT64_MAX - 5;
	memset(s->client_id, 0xc1, sizeof(s->client_id));
	memset(s->ticket, 0x71, sizeof(s->ticket));
	memset(s->old_ticket, 0x72, sizeof(s->old_ticket));
	s->has_old = true;
	s->since = 1700000000;
	s->keepalive = 5000;
	s->dead_time = 20000;
	s->resumes = UINT32_MAX;
	s->grace_max = 86400000;
	memset(s->session, 's', RESUME_SESSION_MAX);
	memset(s->user, 'u', RESUME_USER_MAX);
	memset(s->client_name, 'c', RESUME_CLIENT_MAX);
}

static void test_server_round_trip(void **state)
{
	uint8_t cookie[SEHUB_COOKIE_MAX];
	struct resume_server in, out;
	struct resume_client client;
	size_t len;

	(void)state;
	fill_server(&in);
	len = resume_pack_server(cookie, instance, &in);
	assert_int_equal(len, SEHUB_COOKIE_MAX);
	assert_int_equal(resume_unpack(cookie, len, instance, &out, &client),
			 RESUME_SERVER);
	assert_int_equal(out.vlan, in.vlan);
	assert_true(out.user_id == in.user_id);
	assert_memory_equal(out.client_id, in.client_id, 16);
	assert_memory_equal(out.ticket, in.ticket, 32);
	assert_memory_equal(out.old_ticket, in.old_ticket, 32);
	assert_true(out.has_old);
	assert_true(out.since == in.since);
	assert_int_equal(out.keepalive, in.keepalive);
	assert_int_equal(out.dead_time, in.dead_time);
	assert_int_equal(out.resumes, in.resumes);
	assert_int_equal(out.grace_max, in.grace_max);
	assert_string_equal(out.session, in.session);
	assert_string_equal(out.user, in.user);
	assert_string_equal(out.client_name, in.client_name);
}

static uint8_t *put(uint8_t *p, const char *bytes, size_t len)
{
	memcpy(p, bytes, len);
	return p + len;
}

/* As the version before wrote it, which knew of no wish of the client's. */
static void test_older_cookie(void **state)
{
	uint8_t cookie[SEHUB_COOKIE_MAX], *p = cookie;
	struct resume_server out;
	struct resume_client client;

	(void)state;
	p = put(p, "seHu\1\1instance", 14);
	p = put(p, "\0\14\0\0\0\0\0\0\0\5", 10);
	memset(p, 7, 16 + 2 * 32);
	p += 16 + 2 * 32;
	p = put(p, "\1\0\0\0\0\0\0\1\0", 9);
	p = put(p, "\0\0\23\210\0\0\116\40\0\0\0\3", 12);
	p = put(p, "\1s\5alice\1c", 10);
	assert_int_equal(resume_unpack(cookie, (size_t)(p - cookie), instance,
				       &out, &client), RESUME_SERVER);
	assert_int_equal(out.vlan, 12);
	assert_true(out.user_id == 5 && out.since == 256);
	assert_int_equal(out.keepalive, 5000);
	assert_int_equal(out.dead_time, 20000);
	assert_int_equal(out.resumes, 3);
	assert_int_equal(out.grace_max, UINT32_MAX);
	assert_string_equal(out.user, "alice");
	assert_string_equal(out.client_name, "c");
}

static void test_client_round_trip(void **state)
{
	struct resume_client in = {
		.connection_id = 77, .since = 12, .keepalive = 1,
		.dead_time = 2, .resumes = 3, .session = "alice-123456",
		.connection = "office",
	}, out;
	uint8_t cookie[SEHUB_COOKIE_MAX];
	struct resume_server server;
	size_t len;

	(void)state;
	memset(in.ticket, 9, sizeof(in.ticket));
	len = resume_pack_client(cookie, instance, &in);
	assert_int_equal(resume_unpack(cookie, len, instance, &server, &out),
			 RESUME_CLIENT);
	assert_true(out.connection_id == 77 && out.since == 12);
	assert_memory_equal(out.ticket, in.ticket, sizeof(in.ticket));
	assert_int_equal(out.keepalive, 1);
	assert_int_equal(out.dead_time, 2);
	assert_int_equal(out.resumes, 3);
	assert_string_equal(out.session, "alice-123456");
	assert_string_equal(out.connection, "office");
}

static void test_others_are_left_alone(void **state)
{
	uint8_t cookie[SEHUB_COOKIE_MAX + 1] = { 0 };
	struct resume_server server;
	struct resume_client client;
	size_t len, cut;

	(void)state;
	fill_server(&server);
	server.client_name[3] = '\0';
	len = resume_pack_server(cookie, instance, &server);
	assert_int_equal(resume_unpack(cookie, len, other, &server, &client),
			 RESUME_NONE);
	assert_int_equal(resume_unpack(cookie, len + 1, instance, &server,
				       &client), RESUME_NONE);
	for (cut = 0; cut < len; cut++)
		assert_int_equal(resume_unpack(cookie, cut, instance, &server,
					       &client), RESUME_NONE);
	assert_int_equal(resume_unpack(cookie, len, instance, &server,
				       &client), RESUME_SERVER);

	cookie[4]++;
	assert_int_equal(resume_unpack(cookie, len, instance, &server,
				       &client), RESUME_NONE);
	cookie[4]--;
	cookie[5] = 3;
	assert_int_equal(resume_unpack(cookie, len, instance, &server,
				       &client), RESUME_NONE);
	cookie[5] = RESUME_SERVER;
	cookie[len - 1] = '\n';
	assert_int_equal(resume_unpack(cookie, len, instance, &server,
				       &client), RESUME_NONE);
	memset(cookie, 0, sizeof(cookie));
	assert_int_equal(resume_unpack(cookie, SEHUB_COOKIE_MAX, instance,
				       &server, &client), RESUME_NONE);
}

static void test_tickets_differ(void **state)
{
	uint8_t a[SEHUB_WIRE_TICKET_LEN], b[SEHUB_WIRE_TICKET_LEN];
	uint8_t ha[RESUME_HASH_LEN], hb[RESUME_HASH_LEN], again[32];

	(void)state;
	assert_int_equal(resume_ticket(a, ha), 0);
	assert_int_equal(resume_ticket(b, hb), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_memory_not_equal(ha, hb, sizeof(ha));
	assert_memory_not_equal(ha, a, sizeof(ha));
	assert_int_equal(tls_sha256(a, sizeof(a), again), 0);
	assert_memory_equal(again, ha, sizeof(ha));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_server_round_trip),
		cmocka_unit_test(test_older_cookie),
		cmocka_unit_test(test_client_round_trip),
		cmocka_unit_test(test_others_are_left_alone),
		cmocka_unit_test(test_tickets_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
