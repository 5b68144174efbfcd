// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A request while it is being answered: its parameters, its answer.
 */
#include "control_impl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <openssl/crypto.h>

#include "log.h"

#define CONTROL_JSON_FLAGS \
	(JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* Any string of a request may be a password: all are wiped. */
static void control_wipe(struct json_object *object)
{
	if (json_object_is_type(object, json_type_string)) {
		OPENSSL_cleanse((char *)(uintptr_t)
				json_object_get_string(object),
				(size_t)json_object_get_string_len(object));
	} else if (json_object_is_type(object, json_type_object)) {
		json_object_object_foreach(object, key, value) {
			(void)key;
			control_wipe(value);
		}
	} else if (json_object_is_type(object, json_type_array)) {
		size_t count = json_object_array_length(object);

		for (size_t i = 0; i < count; i++)
			control_wipe(json_object_array_get_idx(object, i));
	}
}

/* The message's text with its NUL, for free(). */
static char *control_text(struct json_object *message, size_t *size)
{
	const char *text;
	char *copy;

	text = json_object_to_json_string_length(message, CONTROL_JSON_FLAGS,
						 size);
	if (!text)
		return NULL;
	copy = malloc(++*size);
	if (copy)
		memcpy(copy, text, *size);
	/* an answer may have secrets, too */
	OPENSSL_cleanse((char *)(uintptr_t)text, *size);
	return copy;
}

/*
 * Consumes the message; the client's present request is answered by it, unless
 * others are to follow.
 */
static void control_send(struct control_client *client,
			 struct json_object *message, bool is_last)
{
	size_t size = 0;
	char *text = control_text(message, &size);
	const char *why = NULL;

	json_object_put(message);
	if (!text)
		why = "out of memory";
	else if (size > CONTROL_ANSWER_MAX)
		why = "the answer is too long: ask for less";
	else if (!control_client_may_write(client, size))
		why = "others have not read their long answers yet: try again";
	if (!why) {
		control_client_write(client, text, size, is_last);
		return;
	}
	is_last = is_last && text;
	if (text)
		OPENSSL_clear_free(text, size);
	if (is_last)
		control_client_error(client, CONTROL_FAILED, why);
	else
		control_client_close(client);
}

static struct json_object *control_make_error(const char *name,
					      struct json_object *params)
{
	struct json_object *message = json_object_new_object();

	json_object_object_add(message, "error", json_object_new_string(name));
	json_object_object_add(message, "parameters", params);
	return message;
}

void control_client_error(struct control_client *client, const char *name,
			  const char *text)
{
	struct json_object *params = json_object_new_object();

	json_object_object_add(params, "message",
			       json_object_new_string(text));
	/* who breaks the rules is not listened to any further */
	control_client_deafen(client);
	control_send(client, control_make_error(name, params), true);
}

/* Ends the call: with this message, or without one where none is wanted. */
static void control_finish(struct control_call *call,
			   struct json_object *message)
{
	struct control_client *client = call->client;
	struct control_local *local = call->local;
	bool oneway = call->oneway;

	control_wipe(call->request);
	json_object_put(call->request);
	free(call);
	if (local) {
		control_local_done(local, message);
		return;
	}
	if (!client || oneway)
		json_object_put(message);
	if (client && oneway)
		control_client_done(client);
	else if (client)
		control_send(client, message, true);
}

void control_reply(struct control_call *call, struct json_object *params)
{
	struct json_object *message = json_object_new_object();

	json_object_object_add(message, "parameters",
			       params ? params : json_object_new_object());
	control_finish(call, message);
}

bool control_call_wants_more(const struct control_call *call)
{
	return call->more;
}

void control_reply_more(struct control_call *call, struct json_object *params)
{
	struct json_object *message;

	if (!call->client) {
		json_object_put(params);
		return;
	}
	message = json_object_new_object();
	json_object_object_add(message, "parameters", params);
	json_object_object_add(message, "continues",
			       json_object_new_boolean(true));
	control_send(call->client, message, false);
}

void control_call_on_ready(struct control_call *call,
			   void (*fn)(struct control_call *call, void *arg),
			   void *arg)
{
	call->ready = fn;
	call->ready_arg = arg;
}

void control_reply_secret(struct control_call *call, struct json_object *params)
{
	json_object_get(params);
	control_reply(call, params);
	control_wipe(params);
	json_object_put(params);
}

/* What is wrong with a part is wrong with the whole. */
static void control_error_part(struct control_call *part, const char *name,
			       const char *parameter, const char *text)
{
	size_t len = parameter ? strlen(parameter) : 0;
	char full[2 * CONTROL_WHERE_MAX];

	part->is_wrong = true;
	snprintf(full, sizeof(full), "%s%s%s", part->where, len ? "." : "",
		 len ? parameter : "");
	/* "policy: ..." or "policy is missing" */
	if (len && !strncmp(text, parameter, len) && strchr(": ", text[len]))
		control_error(part->whole, name, full, "%s.%s", part->where,
			      text);
	else
		control_error(part->whole, name, full, "%s: %s", part->where,
			      text);
}

void control_error(struct control_call *call, const char *name,
		   const char *parameter, const char *fmt, ...)
{
	struct json_object *params;
	char text[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (call->whole) {
		control_error_part(call, name, parameter, text);
		return;
	}
	params = json_object_new_object();
	json_object_object_add(params, "message",
			       json_object_new_string(text));
	if (parameter)
		json_object_object_add(params, "parameter",
				       json_object_new_string(parameter));
	control_finish(call, control_make_error(name, params));
}

void control_error_service(struct control_call *call, const char *name,
			   const char *parameter, const char *value)
{
	struct json_object *params = json_object_new_object();
	char full[64];

	snprintf(full, sizeof(full), CONTROL_SERVICE ".%s", name);
	if (parameter)
		json_object_object_add(params, parameter,
				       json_object_new_string(value));
	control_finish(call, control_make_error(full, params));
}

void control_error_more(struct control_call *call)
{
	control_error_service(call, "ExpectedMore", NULL, NULL);
}

void control_error_errno(struct control_call *call, int err, const char *text)
{
	const char *name = CONTROL_FAILED;

	if (err == -ENOENT)
		name = CONTROL_NOT_FOUND;
	else if (err == -EEXIST)
		name = CONTROL_EXISTS;
	else if (err == -EINVAL)
		name = CONTROL_INVALID;
	else if (err == -EPERM || err == -EACCES)
		name = CONTROL_DENIED;
	control_error(call, name, NULL, "%s", text);
}

void control_call_on_gone(struct control_call *call,
			  void (*fn)(struct control_call *call, void *arg),
			  void *arg)
{
	call->gone = fn;
	call->gone_arg = arg;
}

const char *control_call_by(const struct control_call *call)
{
	return call->by;
}

/* 1: it is there; 0: it is not and need not be; -EINVAL: answered. */
static int control_param(struct control_call *call, const char *name,
			 bool required, struct json_object **value)
{
	if (call->seen_count < CONTROL_PARAMS_MAX)
		call->seen[call->seen_count++] = name;
	*value = json_object_object_get(call->params, name);
	if (*value)
		return 1;
	if (!required)
		return 0;
	control_error(call, CONTROL_INVALID, name, "%s is missing", name);
	return -EINVAL;
}

static bool control_has_nul(struct json_object *text)
{
	return strlen(json_object_get_string(text)) !=
	       (size_t)json_object_get_string_len(text);
}

int control_param_string(struct control_call *call, const char *name,
			 bool required, const char **value)
{
	struct json_object *object;
	int there = control_param(call, name, required, &object);

	if (there <= 0)
		return there;
	if (!json_object_is_type(object, json_type_string)) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has to be a text", name);
		return -EINVAL;
	}
	if (control_has_nul(object)) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has a NUL character", name);
		return -EINVAL;
	}
	*value = json_object_get_string(object);
	return 0;
}

int control_param_strings(struct control_call *call, const char *name,
			  bool required, struct json_object **values)
{
	struct json_object *object, *value;
	int there = control_param(call, name, required, &object);
	size_t count = 0;

	if (there <= 0)
		return there;
	if (json_object_is_type(object, json_type_array))
		count = json_object_array_length(object);
	for (size_t i = 0; i < count; i++) {
		value = json_object_array_get_idx(object, i);
		if (json_object_is_type(value, json_type_string) &&
		    !control_has_nul(value))
			continue;
		object = NULL;
		break;
	}
	if (!json_object_is_type(object, json_type_array)) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has to be a list of texts", name);
		return -EINVAL;
	}
	*values = object;
	return 0;
}

int control_param_int(struct control_call *call, const char *name,
		      bool required, int64_t min, int64_t max, int64_t *value)
{
	struct json_object *object;
	int64_t number;
	int there = control_param(call, name, required, &object);

	if (there <= 0)
		return there;
	if (!json_object_is_type(object, json_type_int)) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has to be a whole number", name);
		return -EINVAL;
	}
	/* one that does not fit reads as the nearest that does */
	number = json_object_get_int64(object);
	if (number < min || number > max) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: %" PRId64 " is outside of %" PRId64 " to %"
			      PRId64, name, number, min, max);
		return -EINVAL;
	}
	*value = number;
	return 0;
}

int control_param_bool(struct control_call *call, const char *name,
		       bool required, bool *value)
{
	struct json_object *object;
	int there = control_param(call, name, required, &object);

	if (there <= 0)
		return there;
	if (!json_object_is_type(object, json_type_boolean)) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has to be true or false", name);
		return -EINVAL;
	}
	*value = json_object_get_boolean(object);
	return 0;
}

int control_param_object(struct control_call *call, const char *name,
			 bool required, struct json_object **value)
{
	struct json_object *object;
	int there = control_param(call, name, required, &object);

	if (there <= 0)
		return there;
	if (!json_object_is_type(object, json_type_object)) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has to be an object", name);
		return -EINVAL;
	}
	*value = object;
	return 0;
}

int control_param_objects(struct control_call *call, const char *name,
			  bool required, struct json_object **values)
{
	struct json_object *object, *value;
	int there = control_param(call, name, required, &object);
	bool is_list = json_object_is_type(object, json_type_array);
	size_t count = is_list ? json_object_array_length(object) : 0;

	if (there <= 0)
		return there;
	for (size_t i = 0; i < count; i++) {
		value = json_object_array_get_idx(object, i);
		is_list = is_list && json_object_is_type(value,
							 json_type_object);
	}
	if (!is_list) {
		control_error(call, CONTROL_INVALID, name,
			      "%s: has to be a list of objects", name);
		return -EINVAL;
	}
	*values = object;
	return 0;
}

struct control_call *control_part_begin(struct control_call *call,
					struct json_object *params,
					const char *where)
{
	struct control_call *part = calloc(1, sizeof(*part));

	if (!part) {
		control_error(call, CONTROL_FAILED, NULL, "out of memory");
		return NULL;
	}
	part->whole = call;
	part->params = params;
	snprintf(part->by, sizeof(part->by), "%s", call->by);
	snprintf(part->where, sizeof(part->where), "%s", where);
	return part;
}

int control_part_end(struct control_call *part)
{
	int err = part->is_wrong ? -EINVAL : 0;

	free(part);
	return err;
}

int control_params_end(struct control_call *call)
{
	json_object_object_foreach(call->params, key, value) {
		unsigned int i;

		(void)value;
		for (i = 0; i < call->seen_count; i++)
			if (!strcmp(call->seen[i], key))
				break;
		if (i < call->seen_count)
			continue;
		/* the key goes with the call */
		control_error(call, CONTROL_INVALID, key,
			      "unknown parameter \"%s\"", key);
		return -EINVAL;
	}
	return 0;
}
