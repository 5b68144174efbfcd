// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A process of its own for Negotiate: libcurl speaks to the proxy, and through
 * GSSAPI to Kerberos, which blocks. What went wrong there libcurl tells in the
 * words of its log alone; they hold the text of Kerberos.
 */
#include "negotiate.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carrier_impl.h"

#define KEYTAB_VARIABLE	"KRB5_CLIENT_KTNAME"
#define CACHE_VARIABLE	"KRB5CCNAME"
#define NO_TICKET	"the proxy wants Negotiate, and Kerberos gives no ticket"
/* The proxy's answer to somebody whom it does not let in. */
#define HTTP_AUTH_REQUIRED	407

/**
 * struct negotiation - the stream, and what is known of its making
 * @c: its description, and libcurl's handle
 * @has_sent_ticket: the proxy knows who we are
 * @words: of GSSAPI, on what failed; "": nothing did
 */
struct negotiation {
	struct carrier c;
	bool has_sent_ticket;
	char words[256];
};

static void say(const char *text)
{
	fprintf(stderr, "%s\n", text);
}

/* --- the key -------------------------------------------------------------- */

int negotiate_use_keytab(const char *keytab, const char *directory)
{
	char *cache;
	int ret;

	if (!keytab)
		return 0;
	if (asprintf(&cache, "FILE:%s/krb5cc", directory) < 0)
		return -ENOMEM;
	ret = setenv(KEYTAB_VARIABLE, keytab, 1) ||
	      setenv(CACHE_VARIABLE, cache, 0) ? -ENOMEM : 0;
	free(cache);
	return ret;
}

/*
 * The group of root has no others in it, and an entry for this user alone in an
 * access control list shows as a right of the group.
 */
static bool is_private(const struct stat *st)
{
	return (!st->st_uid || st->st_uid == geteuid()) &&
	       !(st->st_mode & S_IRWXO) &&
	       (!(st->st_mode & S_IRWXG) || !st->st_gid);
}

/* Return: whether the keytab, if one is named, can be used; said if not. */
static bool check_keytab(void)
{
	const char *file = getenv(KEYTAB_VARIABLE);
	struct stat st;
	int fd;

	if (file && !strncmp(file, "FILE:", strlen("FILE:")))
		file += strlen("FILE:");
	if (!file || *file != '/')
		return true;
	fd = open(file, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st)) {
		fprintf(stderr, "the keytab %s cannot be read: %s\n", file,
			strerror(errno));
		if (fd >= 0)
			close(fd);
		return false;
	}
	close(fd);
	if (is_private(&st))
		return true;
	fprintf(stderr, "others can read the keytab %s: chown it to the daemon's user, chmod 600\n",
		file);
	return false;
}

/* --- what went wrong ------------------------------------------------------ */

/* "gss_init_sec_context() failed: Major. Minor. " without what says nothing */
static void take_words(struct negotiation *n, const char *text, size_t len)
{
	static const char *const empty[] = {
		"No credentials were supplied, or the credentials were unavailable or inaccessible. ",
		"Unspecified GSS failure.  Minor code may provide more information. ",
	};
	static const char failed[] = "() failed: ";
	const char *from;

	if (len < 4 || memcmp(text, "gss_", 4))
		return;
	from = memmem(text, len, failed, strlen(failed));
	if (!from)
		return;
	from += strlen(failed);
	snprintf(n->words, sizeof(n->words), "%.*s",
		 (int)(text + len - from), from);
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		if (!strncmp(n->words, empty[i], strlen(empty[i])))
			memmove(n->words, n->words + strlen(empty[i]),
				strlen(n->words + strlen(empty[i])) + 1);
	len = strlen(n->words);
	while (len && (isspace((unsigned char)n->words[len - 1]) ||
		       n->words[len - 1] == '.'))
		n->words[--len] = '\0';
}

static int on_debug(CURL *easy, curl_infotype type, char *data, size_t size,
		    void *arg)
{
	static const char header[] = "Proxy-Authorization: Negotiate ";
	struct negotiation *n = arg;

	(void)easy;
	if (type == CURLINFO_TEXT) {
		take_words(n, data, size);
	} else if (type == CURLINFO_HEADER_OUT) {
		say("the proxy does not answer");
		if (memmem(data, size, header, strlen(header)))
			n->has_sent_ticket = true;
	}
	return 0;
}

static int describe_kerberos(const struct negotiation *n)
{
	static const struct {
		const char *words;
		const char *advice;
		int status;
	} known[] = {
		{ "Clock skew too great", " (set the clock of this host)", 1 },
		{ "Server ", " (the URL has to name the proxy as Kerberos does)",
		  1 },
		{ "Client ", " (the keytab is of somebody whom the KDC does not know)",
		  NEGOTIATE_FINAL },
		{ "Preauthentication failed",
		  " (the KDC has another key than the keytab)",
		  NEGOTIATE_FINAL },
	};
	const char *words = n->words, *advice = "";
	int status = 1;
	long offered = 0;

	if (strstr(words, "SPNEGO cannot find mechanisms")) {
		words = "there is neither a ticket nor a keytab";
		advice = " (see kerberos-keytab)";
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!strncmp(words, known[i].words, strlen(known[i].words))) {
			advice = known[i].advice;
			status = known[i].status;
		}
	curl_easy_getinfo(n->c.easy, CURLINFO_PROXYAUTH_AVAIL, &offered);
	fprintf(stderr, NO_TICKET ": %s%s%s\n", words, advice,
		offered & CARRIER_PASSWORD_AUTH ?
		"; a user named in the URL is let in, too" : "");
	return status;
}

static int describe(const struct negotiation *n, CURLcode code)
{
	char why[CARRIER_WHY_MAX];
	bool is_final;
	long http = 0;

	curl_easy_getinfo(n->c.easy, CURLINFO_HTTP_CONNECTCODE, &http);
	if (n->words[0] && !n->has_sent_ticket)
		return describe_kerberos(n);
	if (http == HTTP_AUTH_REQUIRED) {
		fprintf(stderr, "the proxy refuses the Kerberos ticket: its log says why (its keytab? its clock?)%s%s\n",
			n->words[0] ? ": " : "", n->words);
		return 1;
	}
	is_final = carrier_describe_why(&n->c, code, why, sizeof(why));
	say(why);
	return is_final ? NEGOTIATE_FINAL : 1;
}

/* --- the stream ----------------------------------------------------------- */

/* Return: 0 or -errno. */
static int send_fd(int to, int fd)
{
	union {
		struct cmsghdr head;
		char space[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte = 0;
	struct iovec iov = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(to, &msg, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int hand_out(struct carrier *c)
{
	curl_socket_t s;
	int ret = -ENOTCONN;

	if (!curl_easy_getinfo(c->easy, CURLINFO_ACTIVESOCKET, &s) &&
	    s != CURL_SOCKET_BAD)
		ret = send_fd(STDOUT_FILENO, s);
	if (ret)
		fprintf(stderr, "the socket cannot be handed out: %s\n",
			strerror(-ret));
	return ret ? 1 : 0;
}

static int negotiate(struct negotiation *n, uint64_t timeout_ms)
{
	CURL *easy;
	CURLcode code;
	int status;

	if (carrier_curl_open(&n->c, "", timeout_ms)) {
		say("out of memory");
		return 1;
	}
	easy = n->c.easy;
	curl_easy_setopt(easy, CURLOPT_PROXYAUTH, CURLAUTH_NEGOTIATE);
	/* whoever the ticket is for */
	curl_easy_setopt(easy, CURLOPT_PROXYUSERPWD, ":");
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, n);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
	say(NO_TICKET);
	code = curl_easy_perform(easy);
	status = code ? describe(n, code) : hand_out(&n->c);
	curl_easy_cleanup(easy);
	return status;
}

int negotiate_main(int argc, char **argv)
{
	struct negotiation n = { 0 };
	struct carrier *c = &n.c;
	const char *why;
	int status;

	if (argc != 5 || sehub_parse_via(argv[2], &c->via, &why)) {
		say("this is for the daemon alone");
		return 1;
	}
	carrier_set_server(c, argv[0], (uint16_t)strtoul(argv[1], NULL, 10));
	snprintf(c->source, sizeof(c->source), "%s", argv[3]);
	c->kind = SEHUB_VIA_HTTP;
	if (!check_keytab() || curl_global_init(CURL_GLOBAL_DEFAULT))
		return 1;
	status = negotiate(&n, strtoul(argv[4], NULL, 10));
	curl_global_cleanup();
	return status;
}
