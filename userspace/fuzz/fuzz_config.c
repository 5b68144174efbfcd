// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The operator's configuration file. What is accepted is printed in full and
 * must then read back to the same.
 *
 * links: transportd/config.c transportd/config_value.c transportd/log.c
 */
#include "config.h"
#include "fuzz.h"

static int load(const void *text, size_t len, struct config *config)
{
	struct config_error error;
	FILE *stream;
	int err;

	memset(&error, 0, sizeof(error));
	stream = fmemopen((void *)(uintptr_t)text, len, "r");
	MUST(stream);
	err = config_load_stream(config, stream, "t.conf", &error);
	fclose(stream);
	MUST(!err || error.text[0]);
	MUST(memchr(error.text, 0, sizeof(error.text)));
	return err;
}

static char *print(const struct config *config, size_t *len)
{
	FILE *stream;
	char *text;

	stream = open_memstream(&text, len);
	MUST(stream);
	config_print(config, stream);
	MUST(!fclose(stream));
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct config config, again;
	char *first, *second;
	size_t len, len2;

	/* fmemopen() has no empty files */
	if (!size || load(data, size, &config))
		return 0;
	MUST(config.workers >= 1 && config.dead_time_ms > config.keepalive_ms);
	MUST(config.listen_count <= CONFIG_LISTEN_MAX);

	first = print(&config, &len);
	MUST(!load(first, len, &again));
	second = print(&again, &len2);
	MUST(len == len2 && !memcmp(first, second, len));
	free(first);
	free(second);
	config_free(&again);
	config_free(&config);
	return 0;
}
