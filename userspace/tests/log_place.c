// SPDX-License-Identifier: GPL-2.0-or-later
/* See log_place.h. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>
#include <zlib.h>

#include "log_place.h"

static char parent[] = "/tmp/sehub-log-XXXXXX";
char log_dir[80];

int log_place_setup(void **state)
{
	(void)state;
	setenv("TZ", "UTC0", 1);
	tzset();
	strcpy(parent + strlen(parent) - 6, "XXXXXX");
	assert_non_null(mkdtemp(parent));
	snprintf(log_dir, sizeof(log_dir), "%s/log", parent);
	return 0;
}

int log_place_teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", parent);
	return system(command);
}

const char *log_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "%s/%s", log_dir, name);
	return path;
}

bool log_exists(const char *name)
{
	return !access(log_path(name), F_OK);
}

const char *log_text(const char *name)
{
	static char text[1 << 20];
	gzFile gz = gzopen(log_path(name), "rb");
	int len;

	if (!gz)
		fail_msg("there is no %s", name);
	len = gzread(gz, text, sizeof(text) - 1);
	assert_in_range(len, 0, sizeof(text) - 2);
	text[len] = '\0';
	gzclose(gz);
	return text;
}

void log_expect(const char *name, const char *text)
{
	assert_string_equal(log_text(name), text);
}

void log_write(const char *name, const char *text)
{
	FILE *f = fopen(log_path(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

size_t log_count(const char *part)
{
	DIR *dir = opendir(log_dir);
	struct dirent *entry;
	size_t n = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		n += entry->d_name[0] != '.' && strstr(entry->d_name, part);
	closedir(dir);
	return n;
}
