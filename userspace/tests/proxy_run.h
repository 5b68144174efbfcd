/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A proxy that is a script of bytes, so that it can say what no real one would,
 * and streams through it.
 */
#ifndef SEHUB_TESTS_PROXY_RUN_H
#define SEHUB_TESTS_PROXY_RUN_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERVER		"server.invalid"
#define SERVER_PORT	443
#define STEPS_MAX	4

/*
 * One step of a proxy: what it has to hear, then what it says. @hears_len 0: an
 * HTTP header, in which the text is to stand.
 */
struct step {
	const char *hears;
	size_t hears_len;
	const char *says;
	size_t says_len;
};

#define HTTP(hears, says)	{ hears, 0, says, sizeof(says) - 1 }
#define SOCKS(hears, says)	{ hears, sizeof(hears) - 1, says, \
				  sizeof(says) - 1 }

/* A proxy that goes through its steps once, in a thread of its own. */
struct proxy {
	struct step steps[STEPS_MAX];
	bool is_silent;		/* in the end: until the other side closes */
	int listener;
	uint16_t port;
	pthread_t thread;
	char heard[4096];
	char failure[256];
};

extern struct proxy proxy;

void proxy_start(const struct step *steps, bool is_silent);
/* It heard what it had to, or the test fails. */
void proxy_end(void);

/* A stream by @way, with PORT for that of the proxy, until the carrier's call. */
void proxy_go(const char *way, const char *password, const struct step *steps,
	      bool is_silent, uint32_t timeout_ms);
/* The same, which has to succeed, or to fail for the reason @why. */
void proxy_works(const char *way, const char *password,
		 const struct step *steps);
void proxy_fails(const char *way, const char *password,
		 const struct step *steps, bool is_final, const char *why);

#define CONNECT	"CONNECT server.invalid:443 HTTP/1.1\r\n"
#define WANTS(schemes)	"HTTP/1.1 407 Proxy Authentication Required\r\n" \
			schemes "Content-Length: 0\r\n\r\n"
#define ASKS_BASIC	WANTS("Proxy-Authenticate: Basic realm=\"r\"\r\n")
#define ASKS_DIGEST	WANTS("Proxy-Authenticate: Basic realm=\"r\"\r\n" \
			      "Proxy-Authenticate: Digest realm=\"r\", " \
			      "nonce=\"n\", qop=\"auth\", algorithm=MD5\r\n")
#define ASKS_NEGOTIATE	WANTS("Proxy-Authenticate: Negotiate\r\n")
#define ASKS_NTLM	WANTS("Proxy-Authenticate: NTLM\r\n")
/* alice:secret */
#define BASIC		"Proxy-Authorization: Basic YWxpY2U6c2VjcmV0\r\n"
#define OK		"HTTP/1.1 200 Connection established\r\n\r\n"

#define REQUEST5	"\5\1\0\3\16server.invalid\1\273"
#define REPLY5(code)	"\5" code "\0\1\0\0\0\0\0\0"

#define REQUEST4A	"\4\1\1\273\0\0\0\1\0server.invalid\0"

#endif /* SEHUB_TESTS_PROXY_RUN_H */
