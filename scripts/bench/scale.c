// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What many hubs, ports and addresses cost: instructions and memory. Speaks
 * netlink as the tests do, with their code.
 *
 * usage: scale hubs|ports|devices|broadcast|macs|ips|statics COUNT
 *
 * Prints lines "metric count value". What is counted is all that the processor
 * executed meanwhile, in the kernel and here.
 */
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/sehub.h>

#include "clock.h"
#include "scale.h"
#include "script.h"

#define WORDS_MAX	16
#define LINE_LEN	256

/* stdout is for what the tests' code says. */
static FILE *results;
static uint64_t begun, overhead;

void begin(void)
{
	begun = clock_busy();
}

double instructions(void)
{
	return ((double)(clock_busy() - begun) - overhead) / NS_PER_INSTRUCTION;
}

/* Asking costs something itself. */
static void calibrate(void)
{
	overhead = 0;
	begin();
	overhead = instructions() * NS_PER_INSTRUCTION;
}

void rest(unsigned int seconds)
{
	clock_sleep_until(clock_now() + seconds * NS_PER_S);
}

void settle(void)
{
	clock_sleep_until(clock_now() + NS_PER_S / 2);
}

double free_bytes(void)
{
	unsigned long long kib = 0;
	char line[LINE_LEN];
	FILE *f;

	settle();
	f = fopen("/proc/sys/vm/drop_caches", "w");
	if (!f || fputs("3", f) < 0 || fclose(f))
		err(1, "drop_caches");
	settle();
	f = fopen("/proc/meminfo", "r");
	while (f && !kib && fgets(line, sizeof(line), f))
		sscanf(line, "MemFree: %llu", &kib);
	if (!kib)
		errx(1, "no MemFree in /proc/meminfo");
	fclose(f);
	return kib * 1024.0;
}

void figure(const char *metric, unsigned int size, double value)
{
	fprintf(results, "%s %u %.1f\n", metric, size, value);
	fflush(results);
}

static int split(char *line, char **words)
{
	int n = 0;

	for (char *word = strtok(line, " "); word && n < WORDS_MAX;
	     word = strtok(NULL, " "))
		words[n++] = word;
	return n;
}

#define split_format(line, words, fmt)				\
({								\
	va_list ap;						\
								\
	va_start(ap, fmt);					\
	vsnprintf(line, sizeof(line), fmt, ap);			\
	va_end(ap);						\
	split(line, words);					\
})

static void request(struct sock *s, uint16_t flags, char **words, int count)
{
	sock_begin(s, sock_command(words[0]), flags);
	s->quiet = true;
	if (!sock_words(s, words + 1, count - 1) || sock_send(s))
		err(1, "cannot ask for %s", words[0]);
}

void ask(struct sock *s, const char *fmt, ...)
{
	char line[LINE_LEN], *words[WORDS_MAX];
	int count = split_format(line, words, fmt);

	request(s, NLM_F_ACK, words, count);
	if (!sock_wait(s) || sock_error(s))
		errx(1, "%s: %s", words[0], strerror(-sock_error(s)));
}

void link_do(struct sock *s, const char *fmt, ...)
{
	char line[LINE_LEN], *words[WORDS_MAX];
	int count = split_format(line, words, fmt);

	link_command(s, count, words);
}

/* The messages of one buffer; false: with the end of the dump. */
static bool count_messages(const void *buf, ssize_t len, unsigned int *count)
{
	const struct nlmsghdr *nlh = buf;

	for (; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
		if (nlh->nlmsg_type == NLMSG_DONE)
			return false;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			errx(1, "a dump or records were refused: %s",
			     strerror(-((struct nlmsgerr *)
					NLMSG_DATA(nlh))->error));
		++*count;
	}
	return true;
}

unsigned int dump(struct sock *s, const char *fmt, ...)
{
	char line[LINE_LEN], *words[WORDS_MAX];
	static uint8_t buf[1 << 16] __attribute__((aligned(8)));
	int n = split_format(line, words, fmt);
	unsigned int count = 0;
	ssize_t len;

	request(s, NLM_F_DUMP, words, n);
	do {
		len = recv(s->fd, buf, sizeof(buf), 0);
		if (len < 0)
			err(1, "dump");
	} while (count_messages(buf, len, &count));
	return count;
}

struct stream session(struct sock *s, const char *dev)
{
	static const uint16_t path[] = {
		SEHUB_A_PORT, SEHUB_A_PORT_SESSION, SEHUB_A_SESSION_ID, 0
	};
	struct stream t = { .sock = s };
	const struct nlattr *id;

	ask(s, "port-new dev=%s", dev);
	id = s->reply ? msg_find((uint8_t *)s->reply + NLMSG_SPACE(GENL_HDRLEN),
				 s->reply->nlmsg_len - NLMSG_SPACE(GENL_HDRLEN),
				 path) : NULL;
	if (!id)
		errx(1, "a new port has no id");
	memcpy(&t.id, id + 1, sizeof(t.id));
	return t;
}

void inject(struct stream *t, const void *records, int len, uint32_t credit)
{
	int code = stream_exchange(t, records, len, credit);

	if (code)
		errx(1, "cannot hand records over: %s", strerror(-code));
}

unsigned int discard(struct sock *s)
{
	static uint8_t buf[1 << 16] __attribute__((aligned(8)));
	unsigned int count = 0;
	ssize_t len;

	for (;;) {
		len = recv(s->fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			return count;
		/* The module tries again what there was no room for. */
		if (len < 0 && errno == ENOBUFS)
			continue;
		if (len < 0 || !count_messages(buf, len, &count))
			err(1, "answers");
	}
}

struct frame *build(const char *text)
{
	char line[LINE_LEN], *words[WORDS_MAX];
	struct frame *frame;

	snprintf(line, sizeof(line), "%s", text);
	frame = frame_build(words, split(line, words));
	if (!frame)
		errx(1, "no such frame: %s", text);
	return frame;
}

static const struct {
	const char *name;
	void (*run)(struct sock *s, unsigned int count);
} parts[] = {
	{ "hubs", scale_hubs },
	{ "ports", scale_ports },
	{ "devices", scale_devices },
	{ "broadcast", scale_broadcast },
	{ "macs", scale_macs },
	{ "ips", scale_ips },
	{ "statics", scale_statics },
};

int main(int argc, char **argv)
{
	struct sock *s;

	results = fdopen(dup(STDOUT_FILENO), "w");
	if (!results || !freopen("/dev/null", "w", stdout))
		err(1, "stdout");
	s = sock_new("s", NULL);
	if (!s || !s->family)
		errx(1, "no module");
	for (size_t i = 0; argc == 3 && i < sizeof(parts) / sizeof(*parts); i++) {
		if (strcmp(argv[1], parts[i].name))
			continue;
		calibrate();
		parts[i].run(s, atoi(argv[2]));
		return 0;
	}
	errx(2, "usage: see the head of scale.c");
}
