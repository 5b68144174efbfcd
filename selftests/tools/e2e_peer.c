// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A client of the daemon that can misbehave: it does what its words say, one
 * after the other, and reports every record that the server sends.
 *
 * usage: e2e_peer [-n COUNT] [-t SECONDS] HOST PORT STEP...
 *
 *	tls, tls12, tls-plain	TLS handshake; of version 1.2; without ALPN
 *	raw HEX			bytes, inside TLS if there is TLS
 *	drip HEX MS		the same, one byte every MS milliseconds
 *	zeros COUNT		so many zero bytes
 *	hello VLAN		HELLO, and wait for the server's
 *	scram USER FILE		the whole exchange, password in the file
 *	scram-unbound USER FILE	the same, bound to another TLS connection
 *	sasl MECHANISM TEXT	one message of any mechanism; "login done" if
 *				the server has nothing more to say
 *	attach NUMBER		ATTACH with a client-id of it, and wait for it
 *	record TYPE HEX		any record; TYPE is a decimal number
 *	expect TYPE		read until such a record has come
 *	shut			end the sending direction
 *	hold SECONDS		read that long, or until the server ends it
 *	wait			read until the server ends it, or -t is over
 *
 * With -n, so many connections do so at the same time, each in a process of
 * its own. A line of output is what happened, with the microseconds since the
 * last step began. Exit status: 0 unless a step could not be done.
 */
#include "e2e_line.h"
#include "e2e_record.h"
#include "e2e_scram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* --- steps ---------------------------------------------------------------- */

static bool step_connect(struct peer *p, const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *ai;

	if (getaddrinfo(host, port, &hints, &ai))
		return false;
	p->fd = socket(ai->ai_family, SOCK_STREAM, 0);
	if (p->fd < 0)
		return false;
	if (connect(p->fd, ai->ai_addr, ai->ai_addrlen)) {
		line_over(p, strerror(errno));
		return true;
	}
	freeaddrinfo(ai);
	/* poll() does the waiting */
	return !fcntl(p->fd, F_SETFL, O_NONBLOCK);
}

static bool step_tls(struct peer *p, const char *word)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int ret;

	p->ssl = ctx ? SSL_new(ctx) : NULL;
	if (!p->ssl || SSL_set_fd(p->ssl, p->fd) != 1)
		return false;
	if (!strcmp(word, "tls12"))
		SSL_set_max_proto_version(p->ssl, TLS1_2_VERSION);
	if (strcmp(word, "tls-plain"))
		SSL_set_alpn_protos(p->ssl, record_alpn, sizeof(record_alpn));
	do {
		errno = 0;
		ret = SSL_connect(p->ssl);
	} while (ret != 1 && line_again(p, ret));
	if (ret == 1)
		line_report(p, "%s %s", SSL_get_version(p->ssl),
			    SSL_get_cipher_name(p->ssl));
	else if (!p->is_over)
		line_report(p, "end timeout");
	return true;
}

static bool step_hello(struct peer *p, const char *vlan)
{
	uint8_t buf[RECORD_LOGIN_MAX];
	size_t len;

	len = record_hello(buf, (uint16_t)strtoul(vlan, NULL, 10), "e2e");
	record_send(p, SEHUB_WIRE_HELLO, buf, len);
	record_expect(p, SEHUB_WIRE_HELLO);
	return true;
}

/*
 * Sends a message of the mechanism, which only the first one names, and takes
 * the answer's.
 */
static bool sasl(struct peer *p, const char *mechanism, const char *text,
		 char *answer, size_t size)
{
	uint8_t buf[RECORD_LOGIN_MAX];
	const uint8_t *value;
	size_t len;

	if (strlen(text) > sizeof(buf) / 2)
		return false;
	len = record_auth(buf, mechanism, text);
	p->began = now_us();
	record_send(p, SEHUB_WIRE_AUTH, buf, len);
	if (!record_expect(p, SEHUB_WIRE_AUTH))
		return false;
	value = record_attr(p, SEHUB_WIRE_A_SASL, &len);
	if (!value || len >= size)
		return false;
	memcpy(answer, value, len);
	answer[len] = '\0';
	return true;
}

static bool step_scram(struct peer *p, const char *user, const char *file,
		       bool is_bound)
{
	struct scram scram;
	uint8_t binding[32] = { 0 };
	char message[1024], answer[1024];

	if (p->is_over)
		return true;
	if (!p->ssl || !scram_read_password(&scram, file))
		return false;
	if (is_bound && !scram_binding(p->ssl, binding))
		return false;
	if (!scram_first(&scram, user, message, sizeof(message)))
		return false;
	if (!sasl(p, SCRAM_MECHANISM, message, answer,
		  sizeof(answer)))
		return true;
	line_report(p, "question %s", strstr(answer, ",s=") ?: "");
	if (!scram_final(&scram, binding, answer, message, sizeof(message)))
		return false;
	if (sasl(p, NULL, message, answer, sizeof(answer)))
		line_report(p, "login %s", scram_check(&scram, answer) ?
			    "done" : "by an impostor");
	return true;
}

static bool step_sasl(struct peer *p, const char *mechanism, const char *text)
{
	char answer[1024];

	if (strlen(mechanism) > 64)
		return false;
	if (sasl(p, mechanism, text, answer, sizeof(answer)) && !*answer)
		line_report(p, "login done");
	return true;
}

static bool step_attach(struct peer *p, const char *number)
{
	uint8_t buf[RECORD_LOGIN_MAX], id[SEHUB_WIRE_CLIENT_ID_LEN];
	size_t len;

	memset(id, atoi(number), sizeof(id));
	len = record_attach(buf, id, "e2e");
	record_send(p, SEHUB_WIRE_ATTACH, buf, len);
	record_expect(p, SEHUB_WIRE_ATTACH);
	return true;
}

static bool step_bytes(struct peer *p, const char *hex, const char *ms)
{
	struct timespec ts = { 0 };
	uint8_t buf[4096];
	size_t len, i;

	if (!hex_parse(hex, buf, sizeof(buf), &len))
		return false;
	if (!ms) {
		line_send(p, buf, len);
		return true;
	}
	ts.tv_sec = atol(ms) / 1000;
	ts.tv_nsec = atol(ms) % 1000 * 1000000;
	for (i = 0; i < len && !p->is_over; i++) {
		line_send(p, buf + i, 1);
		nanosleep(&ts, NULL);
	}
	return true;
}

static bool step_zeros(struct peer *p, const char *count)
{
	static const uint8_t zeros[16384];
	unsigned long left = strtoul(count, NULL, 10), part;

	for (; left && !p->is_over && !p->is_slow; left -= part) {
		part = left < sizeof(zeros) ? left : sizeof(zeros);
		line_send(p, zeros, part);
	}
	return true;
}

static bool step_record(struct peer *p, const char *type, const char *hex)
{
	static uint8_t buf[SEHUB_WIRE_RECORD_MAX];
	size_t len;

	if (!hex_parse(hex, buf, sizeof(buf), &len))
		return false;
	record_send(p, (uint8_t)atoi(type), buf, len);
	return true;
}

static bool step_hold(struct peer *p, int seconds, bool is_wait)
{
	p->deadline = now_ms() + seconds * 1000LL;
	while (record_read(p))
		;
	if (!p->is_over)
		line_report(p, is_wait ? "end timeout" : "held");
	return true;
}

/* Return: words used, 0 if the step could not be done. */
static int step(struct peer *p, char **word, int left)
{
	const char *name = word[0];

	p->began = now_us();
	p->deadline = now_ms() + p->seconds * 1000LL;
	p->is_slow = false;
	if (!strncmp(name, "tls", 3))
		return step_tls(p, name);
	if (!strcmp(name, "wait"))
		return step_hold(p, p->seconds, true);
	if (!strcmp(name, "shut"))
		return !shutdown(p->fd, SHUT_WR) || p->is_over;
	if (left < 2)
		return 0;
	if (!strcmp(name, "raw"))
		return 2 * step_bytes(p, word[1], NULL);
	if (!strcmp(name, "zeros"))
		return 2 * step_zeros(p, word[1]);
	if (!strcmp(name, "hello"))
		return 2 * step_hello(p, word[1]);
	if (!strcmp(name, "attach"))
		return 2 * step_attach(p, word[1]);
	if (!strcmp(name, "hold"))
		return 2 * step_hold(p, atoi(word[1]), false);
	if (!strcmp(name, "expect")) {
		record_expect(p, (uint8_t)atoi(word[1]));
		return 2;
	}
	if (left < 3)
		return 0;
	if (!strcmp(name, "drip"))
		return 3 * step_bytes(p, word[1], word[2]);
	if (!strcmp(name, "record"))
		return 3 * step_record(p, word[1], word[2]);
	if (!strcmp(name, "sasl"))
		return 3 * step_sasl(p, word[1], word[2]);
	if (!strcmp(name, "scram") || !strcmp(name, "scram-unbound"))
		return 3 * step_scram(p, word[1], word[2], !name[5]);
	return 0;
}

static int run(struct peer *p, char **word, int left)
{
	int used;

	if (!step_connect(p, word[0], word[1])) {
		fprintf(stderr, "e2e_peer: cannot connect\n");
		return 1;
	}
	for (word += 2, left -= 2; left > 0; word += used, left -= used) {
		used = step(p, word, left);
		if (!used) {
			fprintf(stderr, "e2e_peer: cannot do: %s\n", word[0]);
			return 1;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct peer peer = { .seconds = 60 };
	int opt, status, ret = 0, count = 0, i;

	signal(SIGPIPE, SIG_IGN);
	while ((opt = getopt(argc, argv, "+n:t:")) != -1) {
		if (opt == 'n')
			count = atoi(optarg);
		else if (opt == 't')
			peer.seconds = atoi(optarg);
		else
			return 2;
	}
	if (argc - optind < 2)
		return 2;
	peer.began = now_us();
	peer.deadline = now_ms() + peer.seconds * 1000LL;
	if (!count)
		return run(&peer, argv + optind, argc - optind);
	for (i = 0; i < count; i++)
		if (fork() == 0)
			return run(&peer, argv + optind, argc - optind);
	while (wait(&status) > 0)
		if (status)
			ret = 1;
	return ret;
}
