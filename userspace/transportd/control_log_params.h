/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Settings of logs as requests, answers and documents of the control interface
 * have them.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_LOG_PARAMS_H
#define SEHUB_TRANSPORTD_CONTROL_LOG_PARAMS_H

#include "packet_log.h"
#include "store.h"

struct control_call;
struct json_object;

/* Adds all of @logs to @object, under the names that log_settings_params() reads. */
void log_settings_describe(const struct store_logs *logs,
			   struct json_object *object);
/*
 * What is given goes into @logs, the rest of it stays. These are the last
 * parameters of a request. Return: 0, or the call is answered.
 */
int log_settings_params(struct control_call *call, struct store_logs *logs);
/* The same of what a hub logs; classes that are not named stay in @masks. */
int log_hub_params(struct control_call *call, const char *packets,
		   struct packet_log_masks *masks);

#endif /* SEHUB_TRANSPORTD_CONTROL_LOG_PARAMS_H */
