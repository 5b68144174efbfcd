// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Tickets and cookies. A cookie is a byte string of its own, in big-endian
 * order and with a version, not a C struct: the daemon that reads it may be
 * another build than the one that wrote it.
 */
#include "resume.h"

#include <string.h>

#include "proto.h"
#include "tls.h"

#define COOKIE_MAGIC	0x73654875U	/* "seHu" */
#define COOKIE_VERSION	2

/* Writes or reads in order; past the end it only remembers that. */
struct cursor {
	uint8_t *p;
	size_t left;
	bool failed;
};

static uint8_t *advance(struct cursor *c, size_t len)
{
	uint8_t *p = c->p;

	if (c->failed || len > c->left) {
		c->failed = true;
		return NULL;
	}
	c->p += len;
	c->left -= len;
	return p;
}

static void put_number(struct cursor *c, uint64_t value, size_t len)
{
	uint8_t *p = advance(c, len);
	size_t i;

	for (i = 0; p && i < len; i++)
		p[i] = (uint8_t)(value >> 8 * (len - 1 - i));
}

static uint64_t get_number(struct cursor *c, size_t len)
{
	const uint8_t *p = advance(c, len);
	uint64_t value = 0;

	while (p && len--)
		value = value << 8 | *p++;
	return value;
}

static void put_bytes(struct cursor *c, const void *data, size_t len)
{
	uint8_t *p = advance(c, len);

	if (p)
		memcpy(p, data, len);
}

static void get_bytes(struct cursor *c, void *data, size_t len)
{
	const uint8_t *p = advance(c, len);

	if (p)
		memcpy(data, p, len);
}

static void put_text(struct cursor *c, const char *text)
{
	size_t len = strlen(text);

	put_number(c, len, 1);
	put_bytes(c, text, len);
}

static void get_text(struct cursor *c, char *text, size_t size)
{
	size_t len = get_number(c, 1);

	if (len >= size)
		c->failed = true;
	if (c->failed)
		return;
	get_bytes(c, text, len);
	if (c->failed || !proto_text_ok((const uint8_t *)text, len))
		c->failed = true;
	else
		text[len] = '\0';
}

static void put_head(struct cursor *c, enum resume_kind kind,
		     const uint8_t instance[RESUME_INSTANCE_LEN])
{
	put_number(c, COOKIE_MAGIC, 4);
	put_number(c, COOKIE_VERSION, 1);
	put_number(c, kind, 1);
	put_bytes(c, instance, RESUME_INSTANCE_LEN);
}

/* All fields at their longest. */
_Static_assert(14 + 2 + 8 + SEHUB_WIRE_CLIENT_ID_LEN + 2 * RESUME_HASH_LEN +
	       1 + 6 + 2 * 3 + 2 * 4 + 3 + RESUME_SESSION_MAX + RESUME_USER_MAX +
	       RESUME_CLIENT_MAX <= SEHUB_COOKIE_MAX, "cookie too long");

size_t resume_pack_server(uint8_t cookie[SEHUB_COOKIE_MAX],
			  const uint8_t instance[RESUME_INSTANCE_LEN],
			  const struct resume_server *server)
{
	struct cursor c = { cookie, SEHUB_COOKIE_MAX, false };

	put_head(&c, RESUME_SERVER, instance);
	put_number(&c, server->vlan, 2);
	put_number(&c, (uint64_t)server->user_id, 8);
	put_bytes(&c, server->client_id, sizeof(server->client_id));
	put_bytes(&c, server->ticket, sizeof(server->ticket));
	put_bytes(&c, server->old_ticket, sizeof(server->old_ticket));
	put_number(&c, server->has_old, 1);
	put_number(&c, (uint64_t)server->since, 6);
	put_number(&c, server->keepalive, 3);
	put_number(&c, server->dead_time, 3);
	put_number(&c, server->resumes, 4);
	put_number(&c, server->grace_max, 4);
	put_text(&c, server->session);
	put_text(&c, server->user);
	put_text(&c, server->client_name);
	return SEHUB_COOKIE_MAX - c.left;
}

size_t resume_pack_client(uint8_t cookie[SEHUB_COOKIE_MAX],
			  const uint8_t instance[RESUME_INSTANCE_LEN],
			  const struct resume_client *client)
{
	struct cursor c = { cookie, SEHUB_COOKIE_MAX, false };

	put_head(&c, RESUME_CLIENT, instance);
	put_number(&c, (uint64_t)client->connection_id, 8);
	put_bytes(&c, client->ticket, sizeof(client->ticket));
	put_number(&c, (uint64_t)client->since, 8);
	put_number(&c, client->keepalive, 4);
	put_number(&c, client->dead_time, 4);
	put_number(&c, client->resumes, 4);
	put_text(&c, client->session);
	put_text(&c, client->connection);
	return SEHUB_COOKIE_MAX - c.left;
}

/* In version 1 numbers were longer than they can be, and one was missing. */
static void get_server(struct cursor *c, struct resume_server *server,
		       bool is_old)
{
	memset(server, 0, sizeof(*server));
	server->vlan = (uint16_t)get_number(c, 2);
	server->user_id = (int64_t)get_number(c, 8);
	get_bytes(c, server->client_id, sizeof(server->client_id));
	get_bytes(c, server->ticket, sizeof(server->ticket));
	get_bytes(c, server->old_ticket, sizeof(server->old_ticket));
	server->has_old = get_number(c, 1);
	server->since = (int64_t)get_number(c, is_old ? 8 : 6);
	server->keepalive = (uint32_t)get_number(c, is_old ? 4 : 3);
	server->dead_time = (uint32_t)get_number(c, is_old ? 4 : 3);
	server->resumes = (uint32_t)get_number(c, 4);
	server->grace_max = is_old ? UINT32_MAX : (uint32_t)get_number(c, 4);
	get_text(c, server->session, sizeof(server->session));
	get_text(c, server->user, sizeof(server->user));
	get_text(c, server->client_name, sizeof(server->client_name));
}

static void get_client(struct cursor *c, struct resume_client *client)
{
	memset(client, 0, sizeof(*client));
	client->connection_id = (int64_t)get_number(c, 8);
	get_bytes(c, client->ticket, sizeof(client->ticket));
	client->since = (int64_t)get_number(c, 8);
	client->keepalive = (uint32_t)get_number(c, 4);
	client->dead_time = (uint32_t)get_number(c, 4);
	client->resumes = (uint32_t)get_number(c, 4);
	get_text(c, client->session, sizeof(client->session));
	get_text(c, client->connection, sizeof(client->connection));
}

enum resume_kind resume_unpack(const uint8_t *cookie, size_t len,
			       const uint8_t instance[RESUME_INSTANCE_LEN],
			       struct resume_server *server,
			       struct resume_client *client)
{
	/* Only read from: the cursor is the writers' too. */
	struct cursor c = { (uint8_t *)cookie, len, false };
	uint8_t from[RESUME_INSTANCE_LEN] = { 0 };
	uint64_t magic, version, kind;

	magic = get_number(&c, 4);
	version = get_number(&c, 1);
	kind = get_number(&c, 1);
	get_bytes(&c, from, sizeof(from));
	if (c.failed || magic != COOKIE_MAGIC ||
	    (version != COOKIE_VERSION && version != 1) ||
	    memcmp(from, instance, sizeof(from)))
		return RESUME_NONE;
	if (kind == RESUME_SERVER)
		get_server(&c, server, version == 1);
	else if (kind == RESUME_CLIENT)
		get_client(&c, client);
	else
		return RESUME_NONE;
	return c.failed || c.left ? RESUME_NONE : (enum resume_kind)kind;
}

int resume_ticket(uint8_t ticket[SEHUB_WIRE_TICKET_LEN],
		  uint8_t hash[RESUME_HASH_LEN])
{
	int ret = tls_random(ticket, SEHUB_WIRE_TICKET_LEN);

	return ret ? ret : tls_sha256(ticket, SEHUB_WIRE_TICKET_LEN, hash);
}
