// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Import over the control socket of what nobody would write: it is refused and
 * leaves nothing behind; and of much.
 *
 * links: transportd/control_state.c transportd/control_export.c
 * links: transportd/control_import.c transportd/control_import_logs.c
 * links: transportd/control_log_params.c transportd/control_hub_params.c
 * links: transportd/store_admin.c transportd/store_logs.c
 * links: transportd/rotate.c lib/log_words.c lib/names.c
 * links: transportd/store_hub.c transportd/control_user.c
 * links: transportd/control_user_login.c transportd/auth_text.c
 * links: transportd/control_connection_params.c transportd/listen_params.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c transportd/control_local.c
 * links: transportd/control_interface.c transportd/cert.c transportd/cert_pem.c
 * links: transportd/store.c transportd/store_file.c transportd/store_schema.c transportd/store_user.c
 * links: transportd/store_connection.c transportd/store_listener.c
 * links: transportd/store_check.c transportd/auth.c transportd/card.c
 * links: transportd/log.c transportd/proto.c lib/via.c lib/addr.c lib/access.c
 * links: lib/policy.c lib/ethertype.c lib/rate.c lib/err.c tests/pem.c
 * links: tests/control_run.c tests/state_run.c tests/store_place.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "state_run.h"
#include "store_place.h"

static void expect_still_there(void)
{
	close(fd);
	fd = dial();
	expect_nothing();
}

static void test_wrong_types(void **state)
{
	static const char *const others[] = {
		"null", "true", "-1", "1e300", "99999999999999999999", "\"\"",
		"\"\\u0000\"", "\"' OR 1=1; --\"", "[]", "[[]]", "{}", "[{}]",
	};
	struct json_object *document, *section;
	unsigned int refused = 0;

	(void)state;
	fill();
	document = export();
	go_elsewhere();
	json_object_object_foreach(document, name, list) {
		(void)name;
		if (!json_object_is_type(list, json_type_array))
			continue;
		section = json_object_array_get_idx(list, 0);
		json_object_object_foreach(section, key, value) {
			struct json_object *kept = json_object_get(value);
			char *copy = strdup(key);

			for (size_t i = 0; i < sizeof(others) / sizeof(*others);
			     i++) {
				struct json_object *answer;

				json_object_object_add(section, copy,
					json_tokener_parse(others[i]));
				answer = import(
					json_object_to_json_string(document),
					false);
				if (json_object_object_get(answer, "error")) {
					refused++;
					expect_nothing();
				} else {
					go_elsewhere();
				}
				json_object_put(answer);
			}
			json_object_object_add(section, copy, kept);
			free(copy);
		}
	}
	assert_true(refused > 300);
	json_object_put(document);
	expect_still_there();
}

/* As deep as somebody likes, and nothing is left of it. */
static void test_deep(void **state)
{
	char *text = calloc(1, 200100);

	(void)state;
	assert_non_null(text);
	strcpy(text, "{\"version\":1,\"users\":");
	memset(text + strlen(text), '[', 100000);
	memset(text + strlen(text), ']', 100000);
	strcat(text, "}");
	expect_refusal(import(text, false), CONTROL_INVALID,
		       "the request is not JSON, or is incomplete", NULL);
	free(text);
	expect_still_there();
}

/* A big server is copied in one piece. */
static void test_many(void **state)
{
	size_t size = 4 << 20, len;
	char *text = malloc(size);
	struct json_object *document;
	uint64_t count;

	(void)state;
	assert_non_null(text);
	len = (size_t)sprintf(text, "{\"version\":1,\"users\":[");
	for (unsigned int i = 0; i < 5000; i++)
		len += (size_t)sprintf(text + len, "%s{\"vlan\":%u,\"user\":\"user%u\",\"verifier\":\"" VERIFIER "\"}",
				       i ? "," : "", i % 4094 + 1, i);
	sprintf(text + len, "]}");
	import_good(text, false,
		    "{\"users\":5000,\"connections\":0,\"hubs\":0,\"listeners\":0,\"packet_logs\":0}");
	must(store_user_count(store, &count, &error));
	assert_int_equal(count, 5000);
	document = export();
	assert_int_equal(json_object_array_length(
			 json_object_object_get(document, "users")), 5000);
	json_object_put(document);
	free(text);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_wrong_types),
		TEST(test_deep),
		TEST(test_many),
	};

	return cmocka_run_group_tests(tests, make_pair, NULL);
}
