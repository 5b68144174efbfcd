/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for log files, for a test's setup and teardown. */
#ifndef SEHUB_TESTS_LOG_PLACE_H
#define SEHUB_TESTS_LOG_PLACE_H

#include <stdbool.h>
#include <stddef.h>

/* Where they are; it is not made. */
extern char log_dir[80];

/* Local time is UTC meanwhile. */
int log_place_setup(void **state);
int log_place_teardown(void **state);

/* Path of a file there, valid until the next call. */
const char *log_path(const char *name);
bool log_exists(const char *name);
/* What is in it, uncompressed; it has to be there. Valid until the next call. */
const char *log_text(const char *name);
void log_expect(const char *name, const char *text);
void log_write(const char *name, const char *text);
/* Files in the directory whose names have @part. */
size_t log_count(const char *part);

#endif /* SEHUB_TESTS_LOG_PLACE_H */
