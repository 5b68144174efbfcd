// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * HubSave, HubForget and HubSavedList over the control socket, with made-up hubs:
 * what is kept is what there was, and is replaced as a whole.
 *
 * links: transportd/control_hub.c transportd/control_hub_params.c
 * links: transportd/control.c transportd/control_client.c
 * links: transportd/control_dispatch.c transportd/control_call.c
 * links: transportd/control_local.c
 * links: transportd/control_interface.c transportd/store.c
 * links: transportd/store_file.c transportd/store_schema.c
 * links: transportd/store_user.c transportd/store_connection.c
 * links: transportd/store_hub.c transportd/store_check.c transportd/auth.c
 * links: transportd/card.c transportd/log.c lib/via.c lib/addr.c lib/access.c
 * links: lib/policy.c lib/ethertype.c lib/rate.c lib/err.c
 * links: tests/control_run.c tests/store_place.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../transportd/control_hub.h"
#include "control_run.h"
#include "store_place.h"

static struct control_hub *hubs;
static int fd;
static unsigned int changes;
/* Ports of the hub that there is, 12. */
static unsigned int ports;

static int read_hub(uint16_t vlan, struct store_hub *hub,
		    unsigned int *left_out, struct sehub_err *err)
{
	memset(hub, 0, sizeof(*hub));
	if (vlan == 13)
		return sehub_err_set(err, ENOENT, "sehub.ko is not loaded");
	if (vlan != 12)
		return sehub_err_set(err, ENODEV, "there is no hub %u", vlan);
	hub->vlan = vlan;
	strcpy(hub->device, "sehub12");
	hub->up = true;
	hub->ageing = hub->ip_ageing = 300;
	hub->fdb_max = 65536;
	hub->port_max = 16384;
	for (unsigned int i = 0; i < ports; i++) {
		struct store_hub_port *port = store_hub_add_port(hub);
		struct store_hub_mac *mac = store_hub_add_mac(hub);

		assert_non_null(port);
		assert_non_null(mac);
		snprintf(port->device, sizeof(port->device), "eth%u", i);
		strcpy(port->policy, "no-ra");
		mac->mac[0] = 2;
		mac->mac[5] = (uint8_t)i;
		strcpy(mac->device, port->device);
	}
	*left_out = 2;
	return 0;
}

static void note_saved(void *ctx)
{
	assert_ptr_equal(ctx, &changes);
	changes++;
}

static const struct hub_ops ops = { .read = read_hub, .saved = note_saved };

static int start(void **state)
{
	setup(state);
	control_setup(state);
	changes = 0;
	ports = 0;
	assert_int_equal(control_hub_register(control, store, &ops, &changes,
					      &hubs), 0);
	fd = dial();
	return 0;
}

static int stop(void **state)
{
	close(fd);
	control_teardown(state);
	control_hub_free(hubs);
	return teardown(state);
}

/* As text, for free. */
static void expect_list(const char *text)
{
	struct json_object *reply = expect_reply(ask(fd, "HubSavedList", NULL));
	struct json_object *list = json_object_object_get(reply, "hubs");

	assert_string_equal(json_object_to_json_string_ext(list,
				JSON_C_TO_STRING_PLAIN), text);
	json_object_put(reply);
}

static void save(void)
{
	struct json_object *reply;

	reply = expect_reply(ask(fd, "HubSave", "{\"vlan\":12}"));
	assert_int_equal(int_of(reply, "left_out"), 2);
	json_object_put(reply);
}

#define HUB12(ports, macs) \
	"[{\"vlan\":12,\"device\":\"sehub12\",\"up\":true,\"ageing\":300," \
	"\"fdb_max\":65536,\"port_max\":16384,\"ip_ageing\":300,\"ip_max\":0," \
	"\"suppress\":false,\"broadcast_rate\":0,\"ports\":[" \
	ports "],\"macs\":[" macs "]}]"

static void test_save_and_forget(void **state)
{
	(void)state;
	expect_list("[]");
	ports = 1;
	save();
	assert_int_equal(changes, 1);
	expect_list(HUB12("{\"device\":\"eth0\",\"policy\":\"no-ra\"}",
			  "{\"mac\":\"02:00:00:00:00:00\",\"device\":\"eth0\"}"));
	/* what is not there any more is not kept either */
	ports = 0;
	save();
	expect_list(HUB12("", ""));
	expect_done(fd, "HubForget", "{\"vlan\":12}");
	assert_int_equal(changes, 3);
	expect_list("[]");
}

static void test_refusals(void **state)
{
	(void)state;
	expect_refusal(ask(fd, "HubSave", "{\"vlan\":14}"), CONTROL_NOT_FOUND,
		       "there is no hub 14", NULL);
	expect_refusal(ask(fd, "HubSave", "{\"vlan\":13}"), CONTROL_FAILED,
		       "sehub.ko is not loaded", NULL);
	expect_refusal(ask(fd, "HubSave", "{}"), CONTROL_INVALID,
		       "vlan is missing", "vlan");
	expect_refusal(ask(fd, "HubSave", "{\"vlan\":0}"), CONTROL_INVALID,
		       "vlan: 0 is outside of 1 to 4094", "vlan");
	expect_refusal(ask(fd, "HubForget", "{\"vlan\":12}"),
		       CONTROL_NOT_FOUND, "hub 12 is not saved", NULL);
	expect_refusal(ask(fd, "HubSavedList", "{\"vlan\":12}"),
		       CONTROL_INVALID, "unknown parameter \"vlan\"", "vlan");
	assert_int_equal(changes, 0);
}

#define TEST(name)	cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_save_and_forget),
		TEST(test_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
