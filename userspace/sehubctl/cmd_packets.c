// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sehubctl monitor --packets: frames in the packet logs of hubs, as lines or
 * into a file, and a word about those that are missing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "cmd.h"
#include "print.h"
#include "print_packet.h"
#include "watch.h"

/* Hubs that are named; of more only the number is said. */
#define HUBS_MAX		5
/* What is lost all the time is said so often. */
#define PAUSE_SECONDS		1

/**
 * struct reader - of packet logs
 * @ctl: command line
 * @places: hubs and ports
 * @wanted: classes to show
 * @capture: file to write them to; NULL: they are printed
 * @was_said: since events were dropped, lost frames were spoken of
 * @said_at: when that was last
 */
struct reader {
	struct ctl *ctl;
	struct places places;
	uint32_t wanted;
	struct capture *capture;
	bool was_said;
	time_t said_at;
};

/* --- what is not logged ---------------------------------------------------- */

/**
 * struct unlogged - hubs that do not log what is wanted
 * @wanted: classes; 0: any
 * @n: how many hubs
 */
struct unlogged {
	uint32_t wanted;
	unsigned int n;
};

static int say_unlogged(const struct sehub_hub *hub, void *arg)
{
	uint32_t logged = hub->log_headers | hub->log_whole;
	char names[SEHUB_PACKET_CLASSES_STRLEN];
	struct unlogged *unlogged = arg;
	uint32_t missing = unlogged->wanted & ~logged;

	if (unlogged->wanted ? !missing : logged)
		return 0;
	if (unlogged->n++ >= HUBS_MAX)
		return 0;
	fprintf(stderr, "sehubctl: monitor: %s does not log %s; to change that: sehubctl hub set %s --log ",
		hub->ifname, missing ?
		sehub_packet_classes(missing, ", ", names) : "any frames",
		hub->ifname);
	if (missing)
		fprintf(stderr, "%s=headers\n",
			sehub_packet_classes(missing, "=headers,", names));
	else
		fputs("all=headers\n", stderr);
	return 0;
}

static int check_hubs(struct reader *reader, uint32_t wanted)
{
	struct unlogged unlogged = { .wanted = wanted };
	struct sehub_err err;

	if (sehub_hub_list(reader->ctl->nl, say_unlogged, &unlogged, &err))
		return ctl_fail(reader->ctl, &err);
	if (unlogged.n > HUBS_MAX)
		fprintf(stderr, "sehubctl: monitor: and %u more hubs\n",
			unlogged.n - HUBS_MAX);
	return CTL_OK;
}

/* --- what is lost ---------------------------------------------------------- */

static void say_lost_of(struct place_hub *hub, void *arg)
{
	struct reader *reader = arg;

	if (!hub->lost_unsaid)
		return;
	fprintf(stderr, "sehubctl: monitor: %llu frames of %s were lost\n",
		(unsigned long long)hub->lost_unsaid, hub->name);
	hub->lost_unsaid = 0;
	reader->was_said = true;
}

/* If no frames were dropped, then changes of hubs and ports. */
static void say_lost(struct reader *reader)
{
	struct places *places = &reader->places;

	places_each_hub(places, say_lost_of, reader);
	if (places->overrun != PLACES_OVERRUN_COUNTED)
		return;
	if (!reader->was_said)
		fputs("sehubctl: monitor: events were lost\n", stderr);
	places->overrun = PLACES_OVERRUN_NONE;
}

static void overrun(void *arg)
{
	struct reader *reader = arg;

	if (!reader->places.overrun)
		reader->was_said = false;
	places_overrun(&reader->places, reader->ctl->nl);
}

static void done(void *arg, bool is_idle)
{
	struct reader *reader = arg;
	time_t now = time(NULL);

	if (is_idle && places_settle(&reader->places, reader->ctl->nl))
		say_lost(reader);
	if (now - reader->said_at < PAUSE_SECONDS)
		return;
	places_each_hub(&reader->places, say_lost_of, reader);
	reader->said_at = now;
}

/* --- frames ---------------------------------------------------------------- */

static int show(struct reader *reader, const struct sehub_packet *packet)
{
	struct places *places = &reader->places;
	struct place_hub *hub = places_hub(places, packet->hub_ifindex);
	struct place_port *in = places_port(places, packet->hub_ifindex,
					    packet->port);
	struct place_port *out = packet->has_out_port ?
		places_port(places, packet->hub_ifindex, packet->out_port) :
		NULL;

	if (!hub || !in || (packet->has_out_port && !out))
		return -ENOMEM;
	places_frame(hub, packet->seq);
	if (!(packet->classes & reader->wanted))
		return 0;
	if (reader->capture)
		capture_frame(reader->capture, hub, in, out, packet);
	else if (ctl_has(reader->ctl, OPT_JSON))
		print_packet_json(hub, in, out, packet);
	else
		print_packet(hub, in, out, packet);
	return 0;
}

static int take_event(const struct sehub_event *event, void *arg)
{
	struct reader *reader = arg;
	int code;

	if (event->group != SEHUB_EVENT_PACKET) {
		places_event(&reader->places, event);
		return 0;
	}
	code = show(reader, &event->packet);
	if (code)
		return code;
	return ferror(reader->capture ? reader->capture->file : stdout) ?
	       -EPIPE : 0;
}

static int start(void *arg)
{
	struct reader *reader = arg;
	struct ctl *ctl = reader->ctl;
	struct sehub_err err;
	int status = ctl_nl(ctl);

	if (status)
		return status;
	if (places_load(&reader->places, ctl->nl, &err))
		return ctl_fail(ctl, &err);
	return check_hubs(reader, reader->ctl->n_words ? reader->wanted : 0);
}

/* --- the command ----------------------------------------------------------- */

static int wanted_classes(struct ctl *ctl, uint32_t *wanted)
{
	char names[SEHUB_PACKET_CLASSES_STRLEN];

	*wanted = ctl->n_words ? 0 : ~0U;
	for (int i = 0; i < ctl->n_words; i++) {
		uint32_t class = sehub_packet_class(ctl->words[i]);

		if (!class)
			return ctl_misuse(ctl,
					  "\"%.40s\" is no class of frames: %s",
					  ctl->words[i],
					  sehub_packet_classes(~0U, ", ",
							       names));
		*wanted |= class;
	}
	return CTL_OK;
}

static int open_capture(struct reader *reader, const char *path)
{
	struct ctl *ctl = reader->ctl;

	if (ctl_has(ctl, OPT_JSON))
		return ctl_misuse(ctl, "--pcap and --json exclude each other");
	if (!strcmp(path, "-") && isatty(STDOUT_FILENO))
		return ctl_misuse(ctl,
				  "a capture is nothing for a terminal; write it to a file, or into a pipe");
	reader->capture = capture_open(path);
	if (!reader->capture)
		return ctl_fail_text(ctl, "cannot write %s: %s", path,
				     strerror(errno));
	return CTL_OK;
}

int ctl_monitor_packets(struct ctl *ctl)
{
	const char *path = ctl->values[OPT_PCAP];
	struct reader reader = { .ctl = ctl, .places.clean = print_clean };
	struct watch watch = {
		.groups = SEHUB_EVENT_PACKET | SEHUB_EVENT_HUB |
			  SEHUB_EVENT_PORT,
		.output = stdout, .start = start, .event = take_event,
		.lost = overrun, .done = done, .arg = &reader,
	};
	int status;
	int err;

	status = wanted_classes(ctl, &reader.wanted);
	if (!status && path)
		status = open_capture(&reader, path);
	if (status)
		return status;
	if (reader.capture)
		watch.output = reader.capture->file;
	status = ctl_watch(ctl, &watch);
	places_settle_all(&reader.places);
	if (reader.places.overrun)
		reader.places.overrun = PLACES_OVERRUN_COUNTED;
	say_lost(&reader);
	err = capture_close(reader.capture, &reader.places);
	if (err)
		status = ctl_fail_text(ctl, "cannot write %s: %s", path,
				       strerror(-err));
	places_free(&reader.places);
	return status;
}
