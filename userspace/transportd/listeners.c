// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which listeners there are: those of the configuration, then those of the
 * state.
 */
#include "listen_impl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* What a listener is by its address for bind(2). */
static void describe_address(const struct config_listen *address,
			     struct store_listener *what)
{
	const struct sockaddr_in6 *in6;
	const struct sockaddr_in *in;

	in6 = (const struct sockaddr_in6 *)&address->addr;
	in = (const struct sockaddr_in *)&address->addr;
	if (address->addr.ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, what->address,
			  sizeof(what->address));
		what->port = ntohs(in6->sin6_port);
	} else {
		inet_ntop(AF_INET, &in->sin_addr, what->address,
			  sizeof(what->address));
		what->port = ntohs(in->sin_port);
	}
}

static int make_address(const char *address, uint16_t port,
			struct config_listen *made)
{
	char text[CONFIG_ADDRESS_MAX];

	snprintf(text, sizeof(text), strchr(address, ':') ? "[%s]:%u" : "%s:%u",
		 address, port);
	return config_address_parse(text, made);
}

/* At the end of the list. NULL without memory. */
static struct listener *append(struct listeners *ls,
			       const struct config_listen *address)
{
	struct listener *l = calloc(1, sizeof(*l)), **end = &ls->list;

	if (!l)
		return NULL;
	l->ls = ls;
	l->id = ++ls->last_id;
	l->address = *address;
	describe_address(address, &l->what);
	while (*end)
		end = &(*end)->next;
	*end = l;
	ls->count++;
	return l;
}

/* Sessions that came in by it stay. */
static void discard(struct listener *l)
{
	struct listener **at = &l->ls->list;

	listen_socket_close(l);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->ls->count--;
	free(l);
}

struct listener *listeners_find(struct listeners *ls, const char *address,
				uint16_t port)
{
	struct listener *l;

	for (l = ls->list; l; l = l->next)
		if (l->what.port == port && !strcmp(l->what.address, address))
			break;
	return l;
}

/* Opened or closed, as it is to be. Return: 0 or -errno. */
static int apply(struct listener *l, struct sehub_err *err)
{
	int ret;

	if (!l->what.is_enabled) {
		listen_socket_close(l);
		return 0;
	}
	ret = l->ls->d->tls ? 0 : daemon_open_certificate(l->ls->d, err);
	if (ret)
		snprintf(l->error, sizeof(l->error), "%s", err->text);
	return ret ? ret : listen_socket_open(l, err);
}

/* --- the beginning --------------------------------------------------------- */

static int open_configured(struct listeners *ls, struct sehub_err *err)
{
	const struct config *config = &ls->d->config;
	struct store_listener stored;
	struct listener *l;
	unsigned int i;
	int ret;

	for (i = 0; i < config->listen_count; i++) {
		l = append(ls, &config->listen[i]);
		if (!l)
			return sehub_err_errno(err, ENOMEM, "cannot listen");
		l->is_config = true;
		l->what.protocol = l->what.port == LISTENER_PROXY_PORT ?
				   LISTENER_PROXY : LISTENER_DIRECT;
		l->what.is_enabled = true;
		if (!store_listener_get(ls->d->store, l->what.address,
					l->what.port, &stored, NULL)) {
			l->what.is_enabled = stored.is_enabled;
			l->what.is_added = stored.is_added;
		}
		ret = apply(l, err);
		if (ret)
			return ret;
	}
	return 0;
}

/* One of the state is made, or does what it says now. */
static int take_stored(void *arg, const struct store_listener *stored)
{
	struct listeners *ls = arg;
	struct config_listen address;
	struct sehub_err err;
	struct listener *l;

	l = listeners_find(ls, stored->address, stored->port);
	if (!l && stored->is_added && ls->count >= LISTENERS_MAX)
		log_warn("listen-failed address=%s port=%u error=\"there are %d listeners already\"",
			 stored->address, stored->port, LISTENERS_MAX);
	if (!l && (!stored->is_added || ls->count >= LISTENERS_MAX ||
		   make_address(stored->address, stored->port, &address)))
		return 0;
	if (!l)
		l = append(ls, &address);
	if (!l)
		return -ENOMEM;
	l->what.is_enabled = stored->is_enabled;
	/* also where the configuration names it now: it may do so no more */
	l->what.is_added = stored->is_added;
	if (!l->is_config)
		l->what.protocol = stored->protocol;
	/* others can do without this one */
	if (apply(l, &err))
		log_warn("listen-failed error=%s", LOG_QUOTED(err.text));
	return 0;
}

void listeners_reload(struct listeners *ls)
{
	struct store_error error = { "out of memory" };

	if (store_listener_list(ls->d->store, take_stored, ls, &error))
		log_error("listeners error=%s", LOG_QUOTED(error.text));
}

int listeners_open(struct listeners **listenersp, struct daemon *d,
		   struct sehub_err *err)
{
	struct listeners *ls = listen_new(d);
	int ret;

	if (!ls)
		return sehub_err_errno(err, ENOMEM, "cannot listen");
	ret = open_configured(ls, err);
	if (ret) {
		listeners_close(ls);
		return ret;
	}
	listeners_reload(ls);
	*listenersp = ls;
	return 0;
}

void listeners_close(struct listeners *ls)
{
	if (!ls)
		return;
	while (ls->list)
		discard(ls->list);
	listen_free(ls);
}

/* --- while it runs --------------------------------------------------------- */

static int save(struct listener *l, struct sehub_err *err)
{
	struct store_error error;
	int ret;

	ret = store_listener_put(l->ls->d->store, &l->what, &error);
	return ret ? sehub_err_set(err, ret, "%s", error.text) : 0;
}

int listeners_add(struct listeners *ls, const struct store_listener *what,
		  struct sehub_err *err)
{
	struct config_listen address;
	struct listener *l;
	int ret;

	if (listeners_find(ls, what->address, what->port))
		return sehub_err_set(err, EEXIST,
				     "there is a listener on %s port %u already",
				     what->address, what->port);
	if (ls->count >= LISTENERS_MAX)
		return sehub_err_set(err, ENOSPC,
				     "there are %d listeners already: delete one first",
				     LISTENERS_MAX);
	if (make_address(what->address, what->port, &address))
		return sehub_err_set(err, EINVAL,
				     "address: \"%s\" is no IPv4 or IPv6 address",
				     what->address);
	l = append(ls, &address);
	if (!l)
		return sehub_err_errno(err, ENOMEM, "cannot listen");
	l->what = *what;
	l->what.is_added = true;
	ret = apply(l, err);
	if (!ret)
		ret = save(l, err);
	if (ret)
		discard(l);
	return ret;
}

int listeners_del(struct listener *l, struct sehub_err *err)
{
	struct store_error error;
	int ret;

	if (l->is_config)
		return sehub_err_set(err, EINVAL,
				     "the listener on %s port %u stands in the configuration file: take it out there, or switch it off",
				     l->what.address, l->what.port);
	ret = store_listener_del(l->ls->d->store, l->what.address, l->what.port,
				 &error);
	if (ret)
		return sehub_err_set(err, ret, "%s", error.text);
	discard(l);
	return 0;
}

int listeners_set(struct listener *l, bool is_enabled, struct sehub_err *err)
{
	bool was_enabled = l->what.is_enabled;
	int ret = 0;

	/* what is confirmed is saved, and what is saved can be done */
	l->what.is_enabled = is_enabled;
	if (is_enabled)
		ret = apply(l, err);
	if (!ret && is_enabled != was_enabled)
		ret = save(l, err);
	if (ret)
		l->what.is_enabled = was_enabled;
	if (!l->what.is_enabled)
		listen_socket_close(l);
	return ret;
}

unsigned int listeners_count(const struct listeners *ls)
{
	const struct listener *l;
	unsigned int count = 0;

	for (l = ls ? ls->list : NULL; l; l = l->next)
		count += l->socket != NULL;
	return count;
}

void listeners_note(struct listeners *ls, uint32_t id,
		    enum listener_outcome outcome)
{
	struct listener *l = ls ? ls->list : NULL;

	while (l && l->id != id)
		l = l->next;
	if (l && outcome == LISTENER_REFUSED)
		l->refused++;
	else if (l)
		l->logins++;
}
