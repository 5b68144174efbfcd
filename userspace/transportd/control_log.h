/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Log* methods of the control interface: LogShow, LogSet, LogHubShow,
 * LogHubSet.
 */
#ifndef SEHUB_TRANSPORTD_CONTROL_LOG_H
#define SEHUB_TRANSPORTD_CONTROL_LOG_H

struct control_log;
struct daemon;

/**
 * control_log_register() - add the methods
 * @d: has its control, its logs and the kernel
 * @made: for control_log_free() after the control is closed
 *
 * Return: 0 or -errno.
 */
int control_log_register(struct daemon *d, struct control_log **made);
void control_log_free(struct control_log *log);

#endif /* SEHUB_TRANSPORTD_CONTROL_LOG_H */
