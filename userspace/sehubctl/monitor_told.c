// SPDX-License-Identifier: GPL-2.0-or-later
/* sehubctl monitor: what the daemon tells of sessions, logins and the like. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cmd.h"
#include "lib/control.h"
#include "print.h"

#define FIRST_SECONDS	10

/* What the daemon's kinds of events begin with, as people name them. */
static const struct {
	const char *word;
	const char *kinds[5];
} words[] = {
	{ "session", { "session-up", "session-resumed", "session-detached",
		       "session-down" } },
	{ "login", { "login-refused" } },
	{ "connection", { "connection-up", "connection-down",
			  "connection-failed" } },
	{ "policy", { "policy-hit" } },
	{ "user", { "user-changed" } },
	{ "listener", { "listener-changed" } },
};

#define WORDS	(sizeof(words) / sizeof(words[0]))

unsigned int ctl_told_word(const char *word)
{
	for (size_t i = 0; i < WORDS; i++)
		if (!strcmp(words[i].word, word))
			return 1U << i;
	return 0;
}

struct sehub_control_stream *ctl_told_open(struct ctl *ctl, unsigned int kinds,
					   struct sehub_err *err)
{
	struct json_object *params = json_object_new_object();
	struct json_object *list = json_object_new_array(), *first = NULL;
	struct sehub_control_stream *stream = NULL;

	for (size_t i = 0; i < WORDS; i++)
		for (size_t k = 0; kinds & 1U << i && words[i].kinds[k]; k++)
			json_object_array_add(list, json_object_new_string(
						      words[i].kinds[k]));
	json_object_object_add(params, "kinds", list);
	if (!sehub_control_stream_open(&stream, ctl->values[OPT_SOCKET],
				       "Events", params, FIRST_SECONDS * 1000,
				       &first, err))
		ctl_print_told(ctl, first);
	json_object_put(first);
	json_object_put(params);
	return stream;
}

static void print_as_json(struct json_object *event)
{
	puts(json_object_to_json_string_ext(event, JSON_C_TO_STRING_PLAIN |
					    JSON_C_TO_STRING_NOSLASHESCAPE));
	fflush(stdout);
}

static void print_member(const char *key, struct json_object *value)
{
	char text[PRINT_MAX];

	snprintf(text, sizeof(text), "%s", json_object_get_string(value));
	print_clean(text);
	printf(" %s %s", key, text);
}

/* The reason, which is words, comes last. */
static void print_as_text(struct json_object *event)
{
	double when = json_object_get_double(json_object_object_get(event,
								    "time"));
	char reason[PRINT_MAX];
	time_t seconds = (time_t)when;
	char text[PRINT_MAX];
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    !strftime(text, sizeof(text), "%H:%M:%S", &tm))
		strcpy(text, "-");
	snprintf(reason, sizeof(reason), "%s", ctl_get_string(event, "reason"));
	print_clean(reason);
	printf("%s.%03d %s", text, (int)((when - (double)seconds) * 1000 + 0.5),
	       ctl_get_string(event, "event"));
	json_object_object_foreach(event, key, value)
		if (strcmp(key, "event") && strcmp(key, "time") &&
		    strcmp(key, "reason"))
			print_member(key, value);
	printf("%s%s\n", *reason ? ": " : "", reason);
}

void ctl_print_told(struct ctl *ctl, struct json_object *event)
{
	const char *name = ctl_get_string(event, "event");

	if (!strcmp(name, "lost"))
		fprintf(stderr, "sehubctl: monitor: %" PRId64 " events of the daemon were lost\n",
			ctl_get_int(event, "count"));
	if (ctl_has(ctl, OPT_JSON))
		print_as_json(event);
	else if (strcmp(name, "begin") && strcmp(name, "lost"))
		print_as_text(event);
}
