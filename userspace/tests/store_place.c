// SPDX-License-Identifier: GPL-2.0-or-later
/* See store_place.h. */
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

#include "store_place.h"

char dir[] = "/tmp/sehub-store-XXXXXX";
char path[64];
struct store *store;
struct store_error error;

const struct auth_verifier verifier = {
	.iterations = 4096,
	.salt = { 1, 2, 3 },
	.stored_key = { 4, 0, 5 },
	.server_key = { 6, 7 },
};

void open_store(void)
{
	if (store_open(dir, &store, &error))
		fail_msg("%s", error.text);
}

int setup(void **state)
{
	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);
	open_store();
	return 0;
}

int teardown(void **state)
{
	char command[128];

	(void)state;
	store_close(store);
	store = NULL;
	snprintf(command, sizeof(command), "rm -r %s", dir);
	return system(command);
}

void reopen_store(void)
{
	store_close(store);
	open_store();
}

struct store_connection connection(const char *name, const char *device)
{
	struct store_connection c = {
		.server = "hub.example:443",
		.vlan = 12,
		.user = "alice",
		.password = "secret'; --",
		.auto_up = true,
	};

	strcpy(c.name, name);
	strcpy(c.device, device);
	return c;
}

int add_user(uint16_t vlan, const char *name, const struct auth_verifier *v,
	     bool disabled)
{
	struct store_user user = {
		.vlan = vlan, .disabled = disabled, .grace = -1,
	};

	snprintf(user.name, sizeof(user.name), "%s", name);
	return store_user_add(store, &user, v, &error);
}
