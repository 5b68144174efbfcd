// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The thread that reads the packet logs of hubs. The module may come and go: it
 * has a socket of its own to the one that is there, and looks for another one
 * while there is none.
 */
#include "packet_log_impl.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "event.h"
#include "log.h"

/* Without events for so long, nothing is on its way. */
#define IDLE_MS		200
/* Between two looks whether the module is still, or again, there. */
#define LOOK_MS		2000
/* What is lost all the time is said so often. */
#define SAY_SECONDS	1
/* Events in one go, so that a flood of them hides no end. */
#define ROUND		256
/* Requests are answered at once; this only ends a wait that is a bug. */
#define REQUEST_MS	5000

/**
 * struct reader - of packet logs
 * @log: whose
 * @nl: for requests
 * @monitor: for frames, and changes of hubs and ports; NULL: no module
 * @places: hubs and ports
 * @is_resting: no hub logs anything
 * @is_unsettled: something came since the last time that nothing waited
 * @missed_hubs: a hub may have come that was not told what to log
 * @round: events since the last look for an end
 * @said_at: when lost frames were spoken of last, monotonic
 * @data: bytes of a frame in digits
 */
struct reader {
	struct packet_log *log;
	struct sehub_nl *nl;
	struct sehub_monitor *monitor;
	struct places places;
	bool is_resting;
	bool is_unsettled;
	bool missed_hubs;
	unsigned int round;
	time_t said_at;
	char data[PACKET_DATA_MAX + 8];
};

/* --- frames ---------------------------------------------------------------- */

static const char *port_name(struct reader *r, const struct sehub_packet *packet,
			     uint32_t number)
{
	const struct place_port *port = places_port(&r->places,
						    packet->hub_ifindex,
						    number);

	return port ? port->name : "";
}

/* The line in the log of each of the frame's classes that is on. */
static void put_frame(struct reader *r, const struct packet_log_hub *hub,
		      const struct sehub_packet *packet)
{
	uint32_t classes = packet->classes &
			   (hub->masks.headers | hub->masks.whole);
	struct timespec when = {
		.tv_sec = (time_t)(packet->time / 1000000000),
		.tv_nsec = (long)(packet->time % 1000000000),
	};
	char head[LOG_TIME_MAX], line[PACKET_LINE_MAX];
	const char *parts[] = { head, line, r->data };

	if (!classes)
		return;
	log_time_format(&when, head);
	packet_line_format(packet, port_name(r, packet, packet->port),
			   packet->has_out_port ?
			   port_name(r, packet, packet->out_port) : "", line);
	if (classes & hub->masks.whole)
		packet_data_format(packet, r->data);
	for (unsigned int bit = 0; bit < PACKET_LOG_CLASSES; bit++)
		if (classes & 1U << bit && hub->streams[bit])
			log_stream_put(hub->streams[bit], &when, parts,
				       hub->masks.whole & 1U << bit ? 3 : 2);
}

static void take_frame(struct reader *r, const struct sehub_packet *packet)
{
	struct place_hub *place = places_hub(&r->places, packet->hub_ifindex);
	const struct packet_log_hub *hub = NULL;

	if (place) {
		place->vlan = packet->hub_vlan;
		places_frame(place, packet->seq);
	}
	pthread_mutex_lock(&r->log->lock);
	if (packet->hub_vlan < PACKET_LOG_VLANS)
		hub = r->log->hubs[packet->hub_vlan];
	if (hub)
		put_frame(r, hub, packet);
	pthread_mutex_unlock(&r->log->lock);
}

/* --- what is lost ---------------------------------------------------------- */

/* Which classes what is missing would have had, nobody knows. */
static void say_lost_of(struct place_hub *place, void *arg)
{
	struct packet_log *log = arg;
	const struct packet_log_hub *hub = NULL;
	uint32_t classes;

	if (!place->lost_unsaid)
		return;
	pthread_mutex_lock(&log->lock);
	if (place->vlan < PACKET_LOG_VLANS)
		hub = log->hubs[place->vlan];
	classes = hub ? hub->masks.headers | hub->masks.whole : 0;
	for (unsigned int bit = 0; bit < PACKET_LOG_CLASSES; bit++)
		if (classes & 1U << bit && hub->streams[bit])
			log_stream_lost(hub->streams[bit], place->lost_unsaid,
					"kernel");
	pthread_mutex_unlock(&log->lock);
	place->lost_unsaid = 0;
}

static void say_lost(struct reader *r, bool is_late)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!is_late && now.tv_sec - r->said_at < SAY_SECONDS)
		return;
	places_each_hub(&r->places, say_lost_of, r->log);
	r->said_at = now.tv_sec;
}

/* --- hubs ------------------------------------------------------------------ */

/* A hub that has just come is told what to log; others know. */
static int take_hub(const struct sehub_hub *found, void *arg)
{
	struct sehub_hub_config config = { .set = SEHUB_HUB_LOG };
	struct reader *r = arg;
	struct packet_log_hub *hub = NULL;
	struct sehub_err err;

	pthread_mutex_lock(&r->log->lock);
	if (found->vlan && found->vlan < PACKET_LOG_VLANS)
		hub = r->log->hubs[found->vlan];
	if (hub && hub->ifindex == found->ifindex)
		hub = NULL;
	if (hub) {
		hub->ifindex = found->ifindex;
		config.log_headers = hub->masks.headers;
		config.log_whole = hub->masks.whole;
	}
	pthread_mutex_unlock(&r->log->lock);
	if (!hub || (config.log_headers == found->log_headers &&
		     config.log_whole == found->log_whole))
		return 0;
	if (sehub_hub_set(r->nl, found->ifindex, &config, &err))
		log_warn("log-hub vlan=%u error=%s", found->vlan,
			 LOG_QUOTED(err.text));
	return 0;
}

/* Nothing waits to be read. */
static void settle(struct reader *r)
{
	if (r->missed_hubs)
		sehub_hub_list(r->nl, take_hub, r, NULL);
	r->missed_hubs = false;
	if (!places_settle(&r->places, r->nl))
		return;
	r->places.overrun = PLACES_OVERRUN_NONE;
	r->is_unsettled = false;
	say_lost(r, true);
}

static void forget_hub(struct reader *r, const struct sehub_hub *gone)
{
	struct packet_log_hub *hub = NULL;

	pthread_mutex_lock(&r->log->lock);
	if (gone->vlan < PACKET_LOG_VLANS)
		hub = r->log->hubs[gone->vlan];
	if (hub && hub->ifindex == gone->ifindex)
		hub->ifindex = 0;
	pthread_mutex_unlock(&r->log->lock);
}

static int take_event(const struct sehub_event *event, void *arg)
{
	struct reader *r = arg;

	r->is_unsettled = true;
	if (event->group == SEHUB_EVENT_PACKET) {
		take_frame(r, &event->packet);
		return ++r->round == ROUND;
	}
	/* What was lost of a hub is said before it is forgotten. */
	if (event->is_deleted && event->group == SEHUB_EVENT_HUB) {
		places_settle_all(&r->places);
		say_lost(r, true);
		forget_hub(r, &event->hub);
	}
	places_event(&r->places, event);
	if (!event->is_deleted && event->group == SEHUB_EVENT_HUB)
		take_hub(&event->hub, r);
	return ++r->round == ROUND;
}

/* --- the module ------------------------------------------------------------ */

static void reader_close(struct reader *r)
{
	places_settle_all(&r->places);
	say_lost(r, true);
	places_free(&r->places);
	sehub_monitor_close(r->monitor);
	sehub_nl_close(r->nl);
	r->monitor = NULL;
	r->nl = NULL;
	pthread_mutex_lock(&r->log->lock);
	for (unsigned int i = 0; i < PACKET_LOG_VLANS; i++)
		if (r->log->hubs[i])
			r->log->hubs[i]->ifindex = 0;
	pthread_mutex_unlock(&r->log->lock);
}

static void reader_open(struct reader *r)
{
	struct sehub_err err;
	int ret;

	ret = sehub_nl_open(&r->nl, &err);
	if (!ret) {
		sehub_nl_set_timeout(r->nl, REQUEST_MS);
		ret = sehub_monitor_open(&r->monitor, SEHUB_EVENT_PACKET |
					 SEHUB_EVENT_HUB | SEHUB_EVENT_PORT,
					 &err);
	}
	if (!ret)
		ret = places_load(&r->places, r->nl, &err);
	if (!ret)
		ret = sehub_hub_list(r->nl, take_hub, r, &err);
	if (!ret)
		return;
	if (ret != -ENOENT)
		log_warn_limited("packet-log error=%s", LOG_QUOTED(err.text));
	reader_close(r);
}

/* A module that was loaded anew has another number. */
static bool module_is_there(struct reader *r)
{
	struct sehub_hub hub;

	return sehub_hub_get_vlan(r->nl, 1, &hub, NULL) != -ENOENT;
}

static void read_events(struct reader *r)
{
	struct sehub_err err;
	int ret;

	r->round = 0;
	ret = sehub_monitor_read(r->monitor, take_event, r, &err);
	if (ret == -ENOBUFS) {
		r->is_unsettled = true;
		r->missed_hubs = true;
		places_overrun(&r->places, r->nl);
	} else if (ret < 0) {
		log_warn_limited("packet-log error=%s", LOG_QUOTED(err.text));
		reader_close(r);
		return;
	}
	say_lost(r, false);
}

/* Whether there is something to read for, and whether to end. */
static bool has_work(struct packet_log *log, bool *is_ending)
{
	bool has;

	pthread_mutex_lock(&log->lock);
	has = log->count;
	*is_ending = log->is_ending;
	pthread_mutex_unlock(&log->lock);
	return has;
}

/* Waits for what comes next, and does it. */
static void turn(struct reader *r)
{
	struct pollfd fds[] = {
		{ .fd = r->log->wake, .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
	};
	uint64_t times;
	int n;

	if (r->monitor)
		fds[1].fd = sehub_monitor_fd(r->monitor);
	n = poll(fds, 2, r->is_resting ? -1 :
		 r->is_unsettled ? IDLE_MS : LOOK_MS);
	/* whatever it was, the next look tells */
	if (fds[0].revents && read(r->log->wake, &times, sizeof(times)) < 0)
		return;
	if (fds[1].revents)
		read_events(r);
	else if (!n && r->monitor && r->is_unsettled)
		settle(r);
	else if (!n && r->monitor && !module_is_there(r))
		reader_close(r);
}

void *packet_log_run(void *arg)
{
	struct reader *r = calloc(1, sizeof(*r));
	bool is_ending;

	if (!r) {
		log_error("packet-log error=\"out of memory\"");
		return NULL;
	}
	r->log = arg;
	for (;;) {
		r->is_resting = !has_work(r->log, &is_ending);
		if (is_ending)
			break;
		if (r->is_resting && r->monitor)
			reader_close(r);
		else if (!r->is_resting && !r->monitor)
			reader_open(r);
		turn(r);
	}
	reader_close(r);
	free(r);
	return NULL;
}
