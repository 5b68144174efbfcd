// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sessions of the server, as workers and the kernel tell of them: whose port is
 * deleted, by whom, and when. Workers and the kernel are played here.
 *
 * links: transportd/sessions.c transportd/sessions_traffic.c
 * links: transportd/sessions_recover.c transportd/events.c transportd/resume.c
 * links: transportd/proto.c transportd/tls.c transportd/tls_context.c
 * links: transportd/tls_bytes.c transportd/cert_pem.c transportd/log.c
 * links: lib/err.c lib/addr.c
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../transportd/kernel.h"
#include "../lib/port.h"
#include "../transportd/sessions_impl.h"

#define PORT_ID		4711

static struct daemon d;
static struct sessions *ss;

/* --- the kernel ------------------------------------------------------------ */

static struct sehub_port ports[4];
static unsigned int port_count, deletes;
static uint32_t deleted;

int kernel_list(struct kernel *k, sehub_port_fn fn, void *arg,
		struct sehub_err *err)
{
	int ret = 0;

	(void)k;
	(void)err;
	for (unsigned int i = 0; i < port_count && !ret; i++)
		ret = fn(&ports[i], arg);
	return ret;
}

int kernel_get_port(struct kernel *k, uint32_t id, struct sehub_port *port,
		    struct sehub_err *err)
{
	(void)k;
	(void)err;
	for (unsigned int i = 0; i < port_count; i++) {
		if (ports[i].session.id == id) {
			*port = ports[i];
			return 0;
		}
	}
	return -ENOENT;
}

int kernel_delete_port(struct kernel *k, uint32_t id, struct sehub_err *err)
{
	(void)k;
	(void)err;
	deleted = id;
	deletes++;
	return 0;
}

int kernel_detach_port(struct kernel *k, uint32_t id, struct sehub_err *err)
{
	(void)k;
	(void)id;
	(void)err;
	return 0;
}

const char *kernel_port_device(struct kernel *k, uint32_t id)
{
	(void)k;
	(void)id;
	return NULL;
}

int kernel_set_cookie(struct kernel *k, uint32_t id, const void *cookie,
		      size_t len, struct sehub_err *err)
{
	(void)k;
	(void)id;
	(void)cookie;
	(void)len;
	(void)err;
	return 0;
}

int kernel_set_policy(struct kernel *k, uint32_t id,
		      const struct sehub_policy *policy, uint32_t grace,
		      struct sehub_err *err)
{
	(void)k;
	(void)id;
	(void)policy;
	(void)grace;
	(void)err;
	return 0;
}

/* --- workers and the rest of the daemon ------------------------------------ */

static uint64_t told;
static unsigned int ends;

void worker_end(struct worker_pool *pool, struct session_ref ref,
		uint16_t code, const char *text)
{
	(void)pool;
	(void)code;
	(void)text;
	told = ref.serial;
}

void worker_tell_grace(struct worker_pool *pool, struct session_ref ref,
		       uint32_t grace)
{
	(void)pool;
	(void)ref;
	(void)grace;
}

void sessions_log_end(const struct sessions *all,
		      const struct server_session *s,
		      const struct sehub_port *port, const char *who,
		      const char *text)
{
	(void)s;
	(void)port;
	(void)who;
	(void)text;
	assert_ptr_equal(all, ss);
	ends++;
}

void sessions_refresh(struct sessions *all, struct server_session *s)
{
	(void)all;
	(void)s;
}

static bool event_is_ours(uint64_t serial, enum session_event_kind kind,
			  bool is_server, bool is_resume)
{
	return sessions_event(ss, &(struct session_event){
		.ref.serial = serial, .kind = kind, .is_server = is_server,
		.is_resume = is_resume, .port_id = PORT_ID,
	});
}

/* Of a new session, or of one that goes on. */
static struct server_session *begin(uint64_t serial, bool is_resuming)
{
	static const uint8_t client_id[SEHUB_WIRE_CLIENT_ID_LEN] = "client";
	struct server_session *s = sessions_add(ss, client_id);

	assert_non_null(s);
	s->ref.serial = serial;
	s->is_resuming = is_resuming;
	s->port_id = is_resuming ? PORT_ID : 0;
	sessions_set_state(s, SERVER_STARTING);
	return s;
}

static int setup(void **state)
{
	(void)state;
	memset(&d, 0, sizeof(d));
	port_count = deletes = ends = 0;
	deleted = 0;
	told = 0;
	assert_int_equal(uv_loop_init(&d.loop), 0);
	ss = sessions_new(&d);
	assert_non_null(ss);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sessions_free(ss);
	uv_run(&d.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&d.loop), 0);
	return 0;
}

/* --- tests ----------------------------------------------------------------- */

/* Its worker has the port when the line ends, and leaves that to us. */
static void test_ended_while_it_starts(void **state)
{
	(void)state;
	sessions_end(ss, begin(7, false), SEHUB_WIRE_CLOSE_DENIED, "why");
	assert_int_equal(sessions_count(ss), 0);
	assert_int_equal(told, 7);
	assert_int_equal(deletes, 0);
	assert_true(event_is_ours(7, SESSION_EVENT_STARTED, true, false));
	assert_int_equal(deletes, 1);
	assert_int_equal(deleted, PORT_ID);
	assert_true(event_is_ours(7, SESSION_EVENT_CLOSED, true, false));
	assert_int_equal(deletes, 1);
	assert_int_equal(ends, 1);
}

/* A port that was there is deleted with its session, or waits for an heir. */
static void test_ended_while_it_resumes(void **state)
{
	(void)state;
	sessions_end(ss, begin(7, true), SEHUB_WIRE_CLOSE_DENIED, "why");
	assert_int_equal(deletes, 1);
	assert_true(event_is_ours(7, SESSION_EVENT_STARTED, true, true));
	assert_int_equal(deletes, 1);
	assert_int_equal(sessions_replace(ss, begin(8, true)), PORT_ID);
	assert_true(event_is_ours(8, SESSION_EVENT_STARTED, true, true));
	assert_true(event_is_ours(8, SESSION_EVENT_CLOSED, true, true));
	assert_int_equal(deletes, 1);
}

static void test_a_connection_is_not_ours(void **state)
{
	(void)state;
	begin(7, false);
	assert_false(event_is_ours(8, SESSION_EVENT_STARTED, false, false));
	assert_false(event_is_ours(8, SESSION_EVENT_CLOSED, false, false));
	assert_int_equal(deletes, 0);
	assert_int_equal(sessions_count(ss), 1);
}

static void test_closed(void **state)
{
	(void)state;
	begin(7, false);
	assert_true(event_is_ours(7, SESSION_EVENT_STARTED, true, false));
	assert_int_equal(deletes, 0);
	assert_true(event_is_ours(7, SESSION_EVENT_CLOSED, true, false));
	assert_int_equal(deletes, 1);
	assert_int_equal(deleted, PORT_ID);
	assert_int_equal(sessions_count(ss), 0);
}

/* How many ports are to say a last word. */
static unsigned int awaited(void)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < SESSIONS_BUCKETS; i++)
		count += !LIST_EMPTY(&ss->ended[i]);
	return count;
}

static struct sehub_port counted(uint64_t frames)
{
	return (struct sehub_port){
		.kind = SEHUB_PORT_KIND_SESSION, .session.id = PORT_ID,
		.rx_frames = frames,
	};
}

/* What the kernel counted is added once, in whatever order its word comes. */
static void test_the_last_word_of_a_port(void **state)
{
	struct sehub_port port = counted(30);
	uint64_t queued;

	(void)state;
	begin(7, false);
	assert_true(event_is_ours(7, SESSION_EVENT_STARTED, true, false));
	ports[port_count++] = counted(10);
	assert_int_equal(sessions_traffic(ss, &queued)->rx_frames, 10);
	assert_true(event_is_ours(7, SESSION_EVENT_CLOSED, true, false));
	port_count = 0;
	assert_int_equal(awaited(), 1);
	assert_int_equal(sessions_traffic(ss, &queued)->rx_frames, 10);
	assert_false(sessions_port_deleted(ss, &port));
	assert_int_equal(awaited(), 0);
	assert_int_equal(sessions_traffic(ss, &queued)->rx_frames, 30);
	assert_false(sessions_port_deleted(ss, &port));
	assert_int_equal(sessions_traffic(ss, &queued)->rx_frames, 30);
}

/* A port that went unseen says nothing any more. */
static void test_the_last_word_is_lost(void **state)
{
	struct server_session *s;

	(void)state;
	s = begin(7, true);
	sessions_set_state(s, SERVER_DETACHED);
	sessions_resync(ss);
	assert_int_equal(sessions_count(ss), 0);
	assert_int_equal(awaited(), 0);
}

int main(void)
{
#define TEST(fn)	cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_ended_while_it_starts),
		TEST(test_ended_while_it_resumes),
		TEST(test_a_connection_is_not_ours),
		TEST(test_closed),
		TEST(test_the_last_word_of_a_port),
		TEST(test_the_last_word_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
