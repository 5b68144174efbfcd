// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GET /metrics, and the refusal of anything else. The text is one for all who
 * are reading it.
 */
#include "metrics_request.h"

#include <string.h>

#include "daemon.h"
#include "metrics.h"

#define PATH		"/metrics"
#define TYPE		"application/openmetrics-text; version=1.0.0; charset=utf-8"

/* Consumes the response. */
static enum MHD_Result answer(struct MHD_Connection *connection,
			      unsigned int status, const char *type,
			      struct MHD_Response *response)
{
	enum MHD_Result result;

	if (!response)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL,
				"no-store");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW,
					MHD_HTTP_METHOD_GET);
	/* neither a body nor another request is read */
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close");
	result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result refuse(struct MHD_Connection *connection,
			      unsigned int status, const char *text)
{
	return answer(connection, status, "text/plain; charset=utf-8",
		      MHD_create_response_from_buffer(strlen(text),
						      (void *)(uintptr_t)text,
						      MHD_RESPMEM_PERSISTENT));
}

static bool has_body(struct MHD_Connection *connection)
{
	const char *len;

	len = MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					  MHD_HTTP_HEADER_CONTENT_LENGTH);
	return (len && len[strspn(len, "0")]) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND,
					   MHD_HTTP_HEADER_TRANSFER_ENCODING);
}

static void on_sent(void *page)
{
	metrics_put(page);
}

static enum MHD_Result give_page(struct MHD_Connection *connection,
				 struct metrics_page *page)
{
	struct MHD_Response *response;

	response = MHD_create_response_from_buffer_with_free_callback_cls(
		page->len, page->text, on_sent, page);
	if (!response)
		metrics_put(page);
	return answer(connection, MHD_HTTP_OK, TYPE, response);
}

/* Answered at the first call, when there are the headers. */
enum MHD_Result metrics_request(void *ctx, struct MHD_Connection *connection,
				const char *url, const char *method,
				const char *version, const char *upload,
				size_t *upload_size, void **state)
{
	struct daemon *d = ctx;
	struct metrics_page *page;

	(void)version;
	(void)upload;
	(void)upload_size;
	(void)state;
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
			      "only GET is allowed here\n");
	if (strcmp(url, PATH))
		return refuse(connection, MHD_HTTP_NOT_FOUND,
			      "there is nothing here but " PATH "\n");
	if (has_body(connection))
		return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE,
			      "a request has no body here\n");
	page = metrics_get(d->metrics);
	if (!page)
		return refuse(connection, MHD_HTTP_SERVICE_UNAVAILABLE,
			      "out of memory\n");
	return give_page(connection, page);
}
