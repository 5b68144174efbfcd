// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal's form of a line; see log_journal.h. */
#include "log_journal.h"

#ifdef HAVE_SYSTEMD

/* Where we are in the sources says nothing to those who read the journal. */
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <systemd/sd-journal.h>
#include <unistd.h>

#include "log.h"
#include "log_fields.h"

#define JOURNAL_SOCKET	"/run/systemd/journal/socket"

static const struct {
	const char *key;
	const char *name;
} journal_fields[] = {
	{ "user", "SEHUB_USER" },
	{ "vlan", "SEHUB_HUB" },
	{ "session", "SEHUB_SESSION" },
	{ "address", "SEHUB_ADDRESS" },
	{ "connection", "SEHUB_CONNECTION" },
	{ "reason", "SEHUB_REASON" },
};

#define JOURNAL_FIELDS	(sizeof(journal_fields) / sizeof(*journal_fields))

/**
 * struct message - fields for the journal
 * @iov: each of them
 * @count: how many
 * @text: what they are made of
 * @used: bytes there
 * @seen: those of journal_fields that are among them, by bits
 */
struct message {
	struct iovec iov[JOURNAL_FIELDS + 4];
	int count;
	char text[6 * LOG_LINE_MAX];
	size_t used;
	unsigned int seen;
};

static void add(struct message *m, const char *name, const char *value)
{
	size_t room = sizeof(m->text) - m->used;
	char *text = m->text + m->used;
	int len = snprintf(text, room, "%s=%s", name, value);

	if (len < 0 || (size_t)len >= room)
		return;
	m->iov[m->count].iov_base = text;
	m->iov[m->count++].iov_len = (size_t)len;
	m->used += (size_t)len;
}

/* The first of each name: what comes later may be text from elsewhere. */
static void add_field(struct message *m, const struct log_field *field)
{
	char value[LOG_QUOTE_MAX];

	for (unsigned int i = 0; i < JOURNAL_FIELDS; i++) {
		if (m->seen & 1U << i ||
		    !log_field_is(field, journal_fields[i].key))
			continue;
		m->seen |= 1U << i;
		add(m, journal_fields[i].name,
		    log_field_value(field, value, sizeof(value)));
	}
}

bool log_journal_send(int priority, const char *text)
{
	static const char identifier[] = "SYSLOG_IDENTIFIER=sehub-transportd";
	struct message m = { .count = 0 };
	struct log_field field;
	char value[LOG_QUOTE_MAX];
	const char *rest = text;

	/* Where it is not there the library says that all is well. */
	if (access(JOURNAL_SOCKET, F_OK))
		return false;
	add(&m, "MESSAGE", text);
	snprintf(value, sizeof(value), "%d", priority);
	add(&m, "PRIORITY", value);
	if (log_field_next(&rest, &field) && !field.key_len)
		add(&m, "SEHUB_EVENT",
		    log_field_value(&field, value, sizeof(value)));
	while (log_field_next(&rest, &field))
		add_field(&m, &field);
	m.iov[m.count].iov_base = (char *)(uintptr_t)identifier;
	m.iov[m.count++].iov_len = sizeof(identifier) - 1;
	return !sd_journal_sendv(m.iov, m.count);
}

#else

bool log_journal_send(int priority, const char *text)
{
	(void)priority;
	(void)text;
	return false;
}

#endif
