// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Many sessions at a server, in one process and without network devices: they
 * log in, answer keepalives, acknowledge, and exchange frames that are counted
 * and compared. The sessions stay between commands.
 *
 * usage: loadtool HOST PORT, then lines on stdin:
 *
 *   user VLAN NAME FILE     who logs in from now on; the file has the password
 *   login N CONCURRENT      N more sessions, so many logins at a time
 *   idle MSEC               answer keepalives, and nothing else
 *   exchange frames|msec N window N size N [rate N]
 *                           each session sends to the next one of its hub: N
 *                           frames, or for N milliseconds; so many at a time
 *                           on their way, and so many in a second
 *   leave N                 the N newest sessions say CLOSE
 *   show                    how many there are
 *
 * Answers are lines "ok WORD=NUMBER..." or "err ..." with what the server said
 * first; a session that ended by itself is an error of the next command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <signal.h>

#include "load.h"
#include "script.h"

/* Time for what takes none but that of the machine. */
#define PATIENCE_MSEC	60000
#define TICK_MSEC	5
#define FRAME_MIN	60
#define FRAME_MAX	1514
/* A long command shows that it goes on. */
#define PROGRESS_USEC	5000000

static struct load_user *user;
static int tick_fd;
static bool time_is_over;
static int64_t phase_began, phase_end, progress_at;

/* --- time ----------------------------------------------------------------- */

static void on_tick(void *arg)
{
	uint64_t ignored;

	(void)arg;
	if (read(tick_fd, &ignored, sizeof(ignored)) < 0)
		return;
	time_is_over = phase_end && load_now() >= phase_end;
	if (load_exchange.rate && !load_exchange.is_over)
		load_pump_all();
}

/* @msec: how long it lasts, 0: until it is done */
static void begin_phase(unsigned int msec)
{
	struct itimerspec when = {
		.it_value.tv_nsec = TICK_MSEC * 1000000,
		.it_interval.tv_nsec = TICK_MSEC * 1000000,
	};

	/* What was lost since the last command is still to be told. */
	if (!load_stats.lost)
		load_stats.why[0] = '\0';
	load_stats.refused = 0;
	phase_began = load_now();
	progress_at = phase_began + PROGRESS_USEC;
	phase_end = msec ? phase_began + msec * 1000LL : 0;
	time_is_over = false;
	/* Alone, it says when time is over; else it paces. */
	if (!load_exchange.rate) {
		when.it_value.tv_sec = msec / 1000;
		when.it_value.tv_nsec = msec % 1000 * 1000000L;
		when.it_interval.tv_nsec = 0;
	}
	timerfd_settime(tick_fd, 0, &when, NULL);
}

static long phase_msec(void)
{
	return (long)(load_now() - phase_began) / 1000;
}

static void show_progress(void)
{
	if (load_now() < progress_at)
		return;
	progress_at = load_now() + PROGRESS_USEC;
	printf("# open=%u pending=%u received=%llu\n", load_stats.open,
	       load_stats.pending, (unsigned long long)load_exchange.received);
	fflush(stdout);
}

static bool is_time_over(void *arg)
{
	(void)arg;
	show_progress();
	return time_is_over || load_stats.lost;
}

/* The answer if something was refused or lost. True: it was given. */
static bool has_failed(void)
{
	unsigned int lost = load_stats.lost;

	if (!load_stats.refused && !lost)
		return false;
	load_stats.lost = 0;
	script_err("refused=%u lost=%u open=%u %s", load_stats.refused, lost,
		   load_stats.open, load_stats.why);
	return true;
}

/* --- commands ------------------------------------------------------------- */

static int cmd_user(char **argv)
{
	/* Sessions keep the one that they were made for. */
	user = calloc(1, sizeof(*user));
	if (!user)
		return script_err("out of memory");
	user->vlan = (uint16_t)atoi(argv[1]);
	snprintf(user->name, sizeof(user->name), "%s", argv[2]);
	if (user->vlan < 1 || user->vlan > 4094 ||
	    !scram_read_password(&user->scram, argv[3])) {
		user = NULL;
		return script_err("no password in %s, or no hub %s", argv[3],
				  argv[1]);
	}
	return script_ok("user=%s", user->name);
}

struct logins {
	unsigned int left;
	unsigned int concurrent;
	bool is_short;		/* of memory or descriptors */
};

static bool have_logged_in(void *arg)
{
	struct logins *logins = arg;

	show_progress();
	while (logins->left && !logins->is_short &&
	       load_stats.pending < logins->concurrent) {
		logins->is_short = !load_login(user);
		logins->left--;
	}
	return !load_stats.pending;
}

static int cmd_login(unsigned int count, unsigned int concurrent)
{
	struct logins logins = { count, concurrent, false };
	bool is_done;
	long msec;

	if (!user || !count || !concurrent)
		return script_err("nobody is to log in");
	begin_phase(0);
	is_done = script_wait(PATIENCE_MSEC, have_logged_in, &logins);
	msec = phase_msec();
	if (logins.is_short)
		return script_err("no descriptor or memory for more than %u sessions",
				  load_stats.open);
	if (has_failed())
		return 0;
	if (!is_done)
		return script_err("%u logins are not finished",
				  load_stats.pending);
	return script_ok("open=%u msec=%ld", load_stats.open, msec);
}

static int cmd_idle(unsigned int msec)
{
	uint64_t pings = load_stats.pings, other = load_stats.other;

	begin_phase(msec);
	script_wait(msec + PATIENCE_MSEC, is_time_over, NULL);
	if (has_failed())
		return 0;
	return script_ok("open=%u pings=%llu other=%llu msec=%ld",
			 load_stats.open,
			 (unsigned long long)(load_stats.pings - pings),
			 (unsigned long long)(load_stats.other - other),
			 phase_msec());
}

/* Every session has sent all that it should, and it came. */
static bool is_exchanged(void *arg)
{
	const uint64_t *all = arg;

	show_progress();
	return load_stats.lost ||
	       (load_exchange.sent == *all && load_has_arrived(NULL));
}

static bool has_arrived_or_lost(void *arg)
{
	return load_stats.lost || load_has_arrived(arg);
}

static int run_exchange(unsigned int msec)
{
	struct load_exchange *x = &load_exchange;
	uint64_t all = x->limit * load_stats.open;
	bool has_arrived;

	begin_phase(msec);
	x->began = phase_began;
	load_pump_all();
	if (msec) {
		script_wait(msec + PATIENCE_MSEC, is_time_over, NULL);
		x->is_over = true;
		has_arrived = script_wait(SCRIPT_MSEC, has_arrived_or_lost,
					  NULL);
	} else {
		has_arrived = script_wait(PATIENCE_MSEC, is_exchanged, &all);
		x->is_over = true;
	}
	msec = (unsigned int)phase_msec();
	if (has_failed())
		return 0;
	if (!has_arrived)
		x->lost = x->sent - x->received;
	return script_ok("sent=%llu received=%llu lost=%llu wrong=%llu astray=%llu msec=%u",
			 (unsigned long long)x->sent,
			 (unsigned long long)x->received,
			 (unsigned long long)x->lost,
			 (unsigned long long)x->wrong,
			 (unsigned long long)x->astray, msec);
}

/* argv: frames|msec N window N size N [rate N] */
static int cmd_exchange(int argc, char **argv)
{
	struct load_exchange x = { .limit = UINT64_MAX, .window = 1 };
	unsigned int msec = 0;
	uint16_t vlan;
	int i;

	for (i = 0; i + 1 < argc; i += 2) {
		unsigned int n = (unsigned int)atoi(argv[i + 1]);

		if (!strcmp(argv[i], "frames"))
			x.limit = n;
		else if (!strcmp(argv[i], "msec"))
			msec = n;
		else if (!strcmp(argv[i], "window"))
			x.window = n;
		else if (!strcmp(argv[i], "size"))
			x.size = n;
		else if (!strcmp(argv[i], "rate"))
			x.rate = n;
		else
			return script_err("bad word %s", argv[i]);
	}
	if (x.size < FRAME_MIN || x.size > FRAME_MAX || !x.window ||
	    (x.limit == UINT64_MAX) == !msec)
		return script_err("frames or msec, window and size %u to %u are needed",
				  FRAME_MIN, FRAME_MAX);
	if (!load_pair(&vlan))
		return script_err("hub %u has one session only", vlan);
	x.run = load_exchange.run + 1;
	load_exchange = x;
	load_exchange.is_over = true;
	load_announce();
	if (!script_wait(PATIENCE_MSEC, load_is_announced, NULL))
		return script_err("what the sessions sent is not acknowledged");
	load_exchange.is_over = false;
	return run_exchange(msec);
}

static bool have_left(void *arg)
{
	(void)arg;
	return !load_stats.pending;
}

static int cmd_leave(unsigned int count)
{
	struct load_session *s;

	begin_phase(0);
	/* The newest is the first. */
	for (s = load_sessions; s && count; s = s->next) {
		if (s->state != LOAD_OPEN)
			continue;
		load_leave(s);
		count--;
	}
	if (!script_wait(PATIENCE_MSEC, have_left, NULL))
		return script_err("%u sessions have not ended",
				  load_stats.pending);
	if (has_failed())
		return 0;
	return script_ok("open=%u", load_stats.open);
}

static int cmd_show(void)
{
	begin_phase(0);
	return has_failed() ? 0 : script_ok("open=%u", load_stats.open);
}

static int run(int argc, char **argv)
{
	unsigned int n = argc > 1 ? (unsigned int)atoi(argv[1]) : 0;

	if (!strcmp(argv[0], "user") && argc == 4)
		return cmd_user(argv);
	if (!strcmp(argv[0], "login") && argc == 3)
		return cmd_login(n, (unsigned int)atoi(argv[2]));
	if (!strcmp(argv[0], "idle") && argc == 2)
		return cmd_idle(n);
	if (!strcmp(argv[0], "exchange"))
		return cmd_exchange(argc - 1, argv + 1);
	if (!strcmp(argv[0], "leave") && argc == 2)
		return cmd_leave(n);
	if (!strcmp(argv[0], "show") && argc == 1)
		return cmd_show();
	return script_err("bad command %s", argv[0]);
}

int main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *server;
	struct rlimit files;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: loadtool HOST PORT\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	if (getaddrinfo(argv[1], argv[2], &hints, &server)) {
		fprintf(stderr, "loadtool: no address %s\n", argv[1]);
		return 1;
	}
	fd = load_open(server);
	tick_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (fd < 0 || tick_fd < 0) {
		perror("loadtool");
		return 1;
	}
	script_watch(fd, load_serve, NULL);
	script_watch(tick_fd, on_tick, NULL);
	return script_run(run);
}
