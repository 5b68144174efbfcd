// SPDX-License-Identifier: GPL-2.0-or-later
/* A login of one session of many, step by step. */
#include <openssl/err.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "load.h"

static void send_hello(struct load_session *s)
{
	uint8_t buf[RECORD_LOGIN_MAX];

	s->state = LOAD_HELLO;
	load_send_record(s, SEHUB_WIRE_HELLO, buf,
			 record_hello(buf, s->user->vlan, "loadtool"));
}

static void send_auth(struct load_session *s, enum load_state state,
		      const char *message)
{
	uint8_t buf[RECORD_LOGIN_MAX];

	s->state = state;
	load_send_record(s, SEHUB_WIRE_AUTH, buf,
			 record_auth(buf, state == LOAD_AUTH_FIRST ?
				     SCRAM_MECHANISM : NULL, message));
}

static void send_attach(struct load_session *s)
{
	uint8_t buf[RECORD_LOGIN_MAX], id[SEHUB_WIRE_CLIENT_ID_LEN];
	char name[32];

	if (RAND_bytes(id, sizeof(id)) != 1)
		abort();
	snprintf(name, sizeof(name), "load-%u", s->number);
	s->state = LOAD_ATTACH;
	load_send_record(s, SEHUB_WIRE_ATTACH, buf,
			 record_attach(buf, id, name));
}

static const char *answer_question(struct load_session *s, const char *answer)
{
	uint8_t binding[32];
	char message[1024];

	s->scram->key = s->user->scram.key;
	if (!scram_binding(s->ssl, binding) ||
	    !scram_final(s->scram, binding, answer, message, sizeof(message)))
		return "the server's SCRAM message is not understood";
	s->user->scram.key = s->scram->key;
	send_auth(s, LOAD_AUTH_FINAL, message);
	return NULL;
}

const char *load_login_step(struct load_session *s, uint8_t type,
			    const uint8_t *payload, size_t len)
{
	char message[1024], answer[1024] = "";
	const uint8_t *value;
	size_t n;

	value = attr_find(payload, len, SEHUB_WIRE_A_SASL, &n);
	if (value && n < sizeof(answer))
		memcpy(answer, value, n);
	if (type == SEHUB_WIRE_HELLO && s->state == LOAD_HELLO) {
		if (!scram_first(s->scram, s->user->name, message,
				 sizeof(message)))
			return "the user's name is too long";
		send_auth(s, LOAD_AUTH_FIRST, message);
	} else if (type == SEHUB_WIRE_AUTH && s->state == LOAD_AUTH_FIRST) {
		return answer_question(s, answer);
	} else if (type == SEHUB_WIRE_AUTH && s->state == LOAD_AUTH_FINAL) {
		if (!scram_check(s->scram, answer))
			return "the server does not know the password";
		free(s->scram);
		s->scram = NULL;
		send_attach(s);
	} else if (type == SEHUB_WIRE_ATTACH && s->state == LOAD_ATTACH) {
		s->state = LOAD_OPEN;
		load_stats.pending--;
		load_stats.open++;
	} else {
		return "a record out of order";
	}
	return NULL;
}

bool load_shake_hands(struct load_session *s)
{
	int ret;

	ERR_clear_error();
	ret = SSL_connect(s->ssl);
	if (ret != 1) {
		load_await(s, SSL_get_error(s->ssl, ret));
		return false;
	}
	load_watch(s, EPOLLIN);
	send_hello(s);
	return true;
}
