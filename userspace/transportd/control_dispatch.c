// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the text of a request to its method, and the methods that every
 * varlink service has.
 */
#include "control_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/printbuf.h>
#include <openssl/crypto.h>

#include "log.h"

#define CONTROL_DEPTH		8
#define CONTROL_METHOD_MAX	128

/* The request's object, or NULL with a reason. */
static struct json_object *control_parse(const char *text, size_t len,
					 const char **why)
{
	struct json_tokener *tokener = json_tokener_new_ex(CONTROL_DEPTH);
	struct json_object *object;

	*why = "out of memory";
	if (!tokener)
		return NULL;
	while (len && strchr(" \t\r\n", text[len - 1]))
		len--;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
			       JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int)len);
	*why = "the request is not JSON, or is incomplete";
	if (object && json_tokener_get_parse_end(tokener) != len) {
		json_object_put(object);
		object = NULL;
	}
	if (object && !json_object_is_type(object, json_type_object)) {
		*why = "the request is no JSON object";
		json_object_put(object);
		object = NULL;
	}
	/* the parser's own buffer has had each string in it */
	OPENSSL_cleanse(tokener->pb->buf, (size_t)tokener->pb->size);
	json_tokener_free(tokener);
	return object;
}

static void control_get_info(struct control_call *call)
{
	struct json_object *info = json_object_new_object();
	struct json_object *interfaces = json_object_new_array();

	if (control_params_end(call)) {
		json_object_put(info);
		json_object_put(interfaces);
		return;
	}
	json_object_object_add(info, "vendor",
			       json_object_new_string("sehub"));
	json_object_object_add(info, "product",
			       json_object_new_string("sehub-transportd"));
	json_object_object_add(info, "version", json_object_new_string(
				       call->client->control->version));
	json_object_object_add(info, "url", json_object_new_string(""));
	json_object_array_add(interfaces,
			      json_object_new_string(CONTROL_SERVICE));
	json_object_array_add(interfaces,
			      json_object_new_string(CONTROL_INTERFACE));
	json_object_object_add(info, "interfaces", interfaces);
	control_reply(call, info);
}

static const char control_service_text[] =
	"interface org.varlink.service\n"
	"\n"
	"method GetInfo() -> (\n"
	"  vendor: string,\n"
	"  product: string,\n"
	"  version: string,\n"
	"  url: string,\n"
	"  interfaces: []string\n"
	")\n"
	"\n"
	"method GetInterfaceDescription(interface: string) -> (description: string)\n"
	"\n"
	"error InterfaceNotFound (interface: string)\n"
	"\n"
	"error MethodNotFound (method: string)\n"
	"\n"
	"error MethodNotImplemented (method: string)\n"
	"\n"
	"error InvalidParameter (parameter: string)\n"
	"\n"
	"# the method has more than one answer, and the call has to ask for more\n"
	"error ExpectedMore ()\n";

static void control_get_description(struct control_call *call)
{
	struct json_object *reply;
	const char *interface, *text;

	if (control_param_string(call, "interface", CONTROL_REQUIRED,
				 &interface) ||
	    control_params_end(call))
		return;
	if (!strcmp(interface, CONTROL_INTERFACE)) {
		text = control_interface_text();
	} else if (!strcmp(interface, CONTROL_SERVICE)) {
		text = control_service_text;
	} else {
		control_error_service(call, "InterfaceNotFound", "interface",
				      interface);
		return;
	}
	reply = json_object_new_object();
	json_object_object_add(reply, "description",
			       json_object_new_string(text));
	control_reply(call, reply);
}

static void control_deny(struct control_call *call, const char *method)
{
	log_warn_limited("control-denied pid=%d uid=%u method=%s",
			 (int)call->client->pid, call->client->uid, method);
	control_error(call, CONTROL_DENIED, NULL,
		      "not allowed: %s is not for those who may only read; it needs root or the group of the control socket",
		      method);
}

/*
 * Whether no answer is wanted to what is nothing but one. Who asks like this
 * has not understood something, and gets to know.
 */
static bool control_is_idle(struct control_call *call, const char *method)
{
	if (!call->oneway)
		return false;
	call->oneway = false;
	control_error(call, CONTROL_INVALID, "oneway",
		      "oneway: %s does nothing but answer: leave it out",
		      method);
	return true;
}

static void control_call_method(struct control_call *call, const char *full)
{
	const char *dot = strrchr(full, '.');
	const char *name = dot ? dot + 1 : full;
	const struct control_method *method;
	char interface[CONTROL_METHOD_MAX];
	size_t len = dot ? (size_t)(dot - full) : 0;
	void *ctx;

	if (len >= sizeof(interface))
		len = 0;
	memcpy(interface, full, len);
	interface[len] = '\0';
	if (!strcmp(interface, CONTROL_SERVICE)) {
		if (control_is_idle(call, name))
			return;
		if (!strcmp(name, "GetInfo"))
			control_get_info(call);
		else if (!strcmp(name, "GetInterfaceDescription"))
			control_get_description(call);
		else
			control_error_service(call, "MethodNotFound", "method",
					      full);
		return;
	}
	if (strcmp(interface, CONTROL_INTERFACE)) {
		control_error_service(call, "InterfaceNotFound", "interface",
				      interface);
		return;
	}
	method = control_find(call->client->control, name, &ctx);
	if (!method)
		control_error_service(call, "MethodNotFound", "method", full);
	else if (method->access != CONTROL_READS &&
		 call->client->access == CONTROL_READS)
		control_deny(call, method->name);
	else if (method->access != CONTROL_READS ||
		 !control_is_idle(call, method->name))
		method->handler(call, call->params, ctx);
}

/* What a request says of its answers: 0, or the call is answered. */
static int control_flags(struct control_call *call)
{
	bool upgrade = false;
	const struct {
		const char *name;
		bool *value;
	} flags[] = {
		{ "oneway", &call->oneway },
		{ "more", &call->more },
		{ "upgrade", &upgrade },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		struct json_object *flag;

		flag = json_object_object_get(call->request, flags[i].name);
		if (flag && !json_object_is_type(flag, json_type_boolean)) {
			control_error(call, CONTROL_INVALID, flags[i].name,
				      "%s: has to be true or false",
				      flags[i].name);
			return -EINVAL;
		}
		*flags[i].value = json_object_get_boolean(flag);
	}
	if (!upgrade && !(call->oneway && call->more))
		return 0;
	/* who asks like this does not know what he will miss */
	call->oneway = false;
	if (upgrade)
		control_error(call, CONTROL_INVALID, "upgrade",
			      "upgrade: no method here speaks another protocol: leave it out");
	else
		control_error(call, CONTROL_INVALID, "more",
			      "more: a oneway call has no answer at all: leave out one of them");
	return -EINVAL;
}

void control_dispatch(struct control_client *client, const char *text,
		      size_t len)
{
	struct json_object *request, *method, *params;
	struct control_call *call;
	const char *why;

	request = control_parse(text, len, &why);
	if (!request) {
		control_client_error(client, CONTROL_INVALID, why);
		return;
	}
	method = json_object_object_get(request, "method");
	if (!json_object_is_type(method, json_type_string)) {
		json_object_put(request);
		control_client_error(client, CONTROL_INVALID,
				     "the request has no method");
		return;
	}
	call = calloc(1, sizeof(*call));
	if (!call) {
		json_object_put(request);
		control_client_close(client);
		return;
	}
	params = json_object_object_get(request, "parameters");
	call->client = client;
	call->request = request;
	snprintf(call->by, sizeof(call->by), "%u", client->uid);
	client->call = call;
	client->busy = true;
	if (!params) {
		params = json_object_new_object();
		json_object_object_add(request, "parameters", params);
	}
	call->params = params;
	if (control_flags(call))
		return;
	if (!json_object_is_type(params, json_type_object))
		control_error(call, CONTROL_INVALID, NULL,
			      "the parameters are no JSON object");
	else
		control_call_method(call, json_object_get_string(method));
}
