/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Log* methods of the control interface: LogShow, LogSet. */
#ifndef SEHUB_TRANSPORTD_CONTROL_LOG_H
#define SEHUB_TRANSPORTD_CONTROL_LOG_H

struct control;
struct control_log;
struct logs;

/**
 * control_log_register() - add the methods
 * @control: the socket
 * @logs: outlives the control
 * @made: for control_log_free() after the control is closed
 *
 * Return: 0 or -errno.
 */
int control_log_register(struct control *control, struct logs *logs,
			 struct control_log **made);
void control_log_free(struct control_log *log);

#endif /* SEHUB_TRANSPORTD_CONTROL_LOG_H */
