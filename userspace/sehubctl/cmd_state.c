// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl export, import: all that the daemon keeps, as one JSON document. It
 * has passwords and keys in it, so a file is for its owner alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd.h"
#include "lib/control.h"

/* A server with thousands of users has much to write, and to read. */
#define STATE_SECONDS	120

/* The file, new and for its owner alone; NULL: it is said why not. */
static FILE *make_file(struct ctl *ctl, const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	FILE *f;

	if (fd < 0 && errno == EEXIST) {
		ctl_fail_text(ctl, "%s is there already: name another file, or remove it",
			      path);
		return NULL;
	}
	if (fd < 0) {
		ctl_fail_text(ctl, "cannot make %s: %s", path, strerror(errno));
		return NULL;
	}
	f = fdopen(fd, "w");
	if (!f) {
		ctl_fail_text(ctl, "out of memory");
		close(fd);
		unlink(path);
	}
	return f;
}

/* Half a document is none. */
static int write_file(struct ctl *ctl, const char *path, const char *text)
{
	FILE *f = make_file(ctl, path);
	bool is_bad;

	if (!f)
		return CTL_FAILED;
	fprintf(f, "%s\n", text);
	is_bad = fflush(f) || ferror(f) || fsync(fileno(f));
	is_bad |= fclose(f) != 0;
	if (!is_bad)
		return CTL_OK;
	unlink(path);
	return ctl_fail_text(ctl, "cannot write %s: %s", path,
			     strerror(errno));
}

int cmd_export(struct ctl *ctl)
{
	struct json_object *reply = NULL;
	struct json_object *state;
	const char *text;
	int status;

	status = ctl_call_within(ctl, STATE_SECONDS, "Export", NULL, &reply);
	if (status)
		return status;
	if (!json_object_object_get_ex(reply, "state", &state)) {
		json_object_put(reply);
		return ctl_fail_text(ctl,
				     "the answer of sehub-transportd is not understood");
	}
	text = json_object_to_json_string_ext(state, JSON_C_TO_STRING_PRETTY |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	if (ctl->n_words)
		status = write_file(ctl, ctl->words[0], text);
	else
		puts(text);
	json_object_put(reply);
	return status;
}

/* All that there is to read, with a NUL; NULL: it is said why not. */
static char *read_all(struct ctl *ctl, FILE *f, const char *name, size_t *len)
{
	size_t size = 65536;
	char *text = malloc(size), *grown;

	*len = 0;
	while (text) {
		*len += fread(text + *len, 1, size - 1 - *len, f);
		if (ferror(f) || *len > SEHUB_CONTROL_MAX) {
			ctl_fail_text(ctl, ferror(f) ? "cannot read %s: %s" :
				      "%s is too long: more than 16 MiB",
				      name, strerror(errno));
			free(text);
			return NULL;
		}
		if (feof(f)) {
			text[*len] = '\0';
			return text;
		}
		size *= 2;
		grown = realloc(text, size);
		if (!grown)
			free(text);
		text = grown;
	}
	ctl_fail_text(ctl, "out of memory");
	return NULL;
}

static struct json_object *parse(struct ctl *ctl, const char *text, size_t len,
				 const char *name)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;

	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	if (object && (json_tokener_get_parse_end(tokener) != len ||
		       !json_object_is_type(object, json_type_object))) {
		json_object_put(object);
		object = NULL;
	}
	if (!object)
		ctl_fail_text(ctl,
			      "%s is no document of sehubctl export: it is no JSON object, or not a whole one",
			      name);
	json_tokener_free(tokener);
	return object;
}

/* The document that word 0 names, or that comes in; NULL: it is said. */
static struct json_object *read_document(struct ctl *ctl)
{
	const char *name = ctl->n_words ? ctl->words[0] : "standard input";
	FILE *f = ctl->n_words ? fopen(name, "re") : stdin;
	struct json_object *object = NULL;
	size_t len;
	char *text;

	if (!f) {
		ctl_fail_text(ctl, "cannot read %s: %s", name,
			      strerror(errno));
		return NULL;
	}
	text = read_all(ctl, f, name, &len);
	if (text) {
		object = parse(ctl, text, len, name);
		explicit_bzero(text, len);
	}
	free(text);
	if (f != stdin)
		fclose(f);
	return object;
}

static void print_counts(struct json_object *reply)
{
	const char *before = "";

	json_object_object_foreach(reply, key, value) {
		printf("%s%d ", before, json_object_get_int(value));
		for (const char *c = key; *c; c++)
			putchar(*c == '_' ? ' ' : *c);
		before = ", ";
	}
	putchar('\n');
}

int cmd_import(struct ctl *ctl)
{
	struct json_object *document = read_document(ctl);
	struct json_object *reply = NULL;
	struct json_object *params;
	int status;

	if (!document)
		return CTL_FAILED;
	params = json_object_new_object();
	json_object_object_add(params, "state", document);
	if (ctl_has(ctl, OPT_REPLACE))
		ctl_add_bool(params, "replace", true);
	status = ctl_call_within(ctl, STATE_SECONDS, "Import", params, &reply);
	json_object_put(params);
	if (status)
		return status;
	if (ctl_has(ctl, OPT_JSON))
		return ctl_print_json(reply);
	print_counts(reply);
	json_object_put(reply);
	return CTL_OK;
}
