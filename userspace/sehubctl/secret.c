// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Passwords: from the first line of a file or descriptor, or from the terminal
 * with echo off. Never from the command line or the environment, which others
 * can read. And PEM files, which may have a private key.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "cmd.h"

static volatile sig_atomic_t signal_seen;

static void note_signal(int sig)
{
	signal_seen = sig;
}

/* Why reading a password ended without one. */
enum secret_end {
	SECRET_OK,
	SECRET_EMPTY,
	SECRET_TOO_LONG,
	SECRET_NUL,
	SECRET_ERROR,		/* errno says why */
};

/*
 * Reads up to a newline or the end. One byte at a time: what follows the line
 * in a pipe is not ours.
 */
static enum secret_end read_line(int fd, char password[CTL_PASSWORD_MAX + 1])
{
	size_t len = 0;
	char c;

	for (;;) {
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR && !signal_seen)
			continue;
		if (n < 0)
			return SECRET_ERROR;
		if (!n || c == '\n')
			break;
		if (!c)
			return SECRET_NUL;
		if (len == CTL_PASSWORD_MAX)
			return SECRET_TOO_LONG;
		password[len++] = c;
	}
	/* A line written elsewhere can end in two characters. */
	if (len && password[len - 1] == '\r')
		len--;
	password[len] = '\0';
	return len ? SECRET_OK : SECRET_EMPTY;
}

static int judge(const struct ctl *ctl, enum secret_end end, const char *where)
{
	switch (end) {
	case SECRET_OK:
		return CTL_OK;
	case SECRET_EMPTY:
		return ctl_fail_text(ctl, "the password %s is empty", where);
	case SECRET_TOO_LONG:
		return ctl_fail_text(ctl,
				     "the password %s is longer than %d bytes",
				     where, CTL_PASSWORD_MAX);
	case SECRET_NUL:
		return ctl_fail_text(ctl, "there is a NUL in the password %s",
				     where);
	case SECRET_ERROR:
		break;
	}
	return ctl_fail_text(ctl, "cannot read the password %s: %s", where,
			     strerror(errno));
}

static int from_file(const struct ctl *ctl, const char *path,
		     char password[CTL_PASSWORD_MAX + 1])
{
	enum secret_end end;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return ctl_fail_text(ctl, "cannot open %s: %s", path,
				     strerror(errno));
	end = read_line(fd, password);
	close(fd);
	return judge(ctl, end, "in the file");
}

static int from_fd(const struct ctl *ctl, char password[CTL_PASSWORD_MAX + 1])
{
	uint32_t fd = 0;
	int status;

	status = ctl_u32(ctl, OPT_PASSWORD_FD, 0, INT32_MAX, &fd);
	if (status)
		return status;
	return judge(ctl, read_line(fd, password), "from the descriptor");
}

static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
#define N_HANDLED	(sizeof(handled) / sizeof(handled[0]))

/*
 * One question. A signal ends it, but not before the terminal is as it was;
 * stopping in the middle of a password is not offered.
 */
static enum secret_end ask(int tty, const char *prompt,
			   char password[CTL_PASSWORD_MAX + 1])
{
	struct sigaction action = { .sa_handler = note_signal };
	struct sigaction before[N_HANDLED];
	struct termios quiet;
	struct termios saved;
	enum secret_end end;
	int code;

	if (tcgetattr(tty, &saved) < 0)
		return SECRET_ERROR;
	signal_seen = 0;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < N_HANDLED; i++) {
		action.sa_handler = handled[i] == SIGTSTP ? SIG_IGN :
							    note_signal;
		sigaction(handled[i], &action, &before[i]);
	}
	quiet = saved;
	quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	quiet.c_lflag |= ICANON | ISIG;
	tcsetattr(tty, TCSAFLUSH, &quiet);

	dprintf(tty, "%s", prompt);
	end = read_line(tty, password);
	code = errno;

	tcsetattr(tty, TCSAFLUSH, &saved);
	dprintf(tty, "\n");
	for (size_t i = 0; i < N_HANDLED; i++)
		sigaction(handled[i], &before[i], NULL);
	if (signal_seen)
		raise(signal_seen);
	errno = code;
	return end;
}

static int from_terminal(const struct ctl *ctl, const char *what, bool is_new,
			 const char *instead,
			 char password[CTL_PASSWORD_MAX + 1])
{
	char again[CTL_PASSWORD_MAX + 1] = "";
	enum secret_end end;
	char prompt[128];
	int status = CTL_OK;
	int tty;

	tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (tty < 0)
		return ctl_fail_text(ctl,
				     "no terminal to ask for the password on; use %s",
				     instead);
	snprintf(prompt, sizeof(prompt), "Password for %.80s: ", what);
	end = ask(tty, prompt, password);
	if (end == SECRET_OK && is_new) {
		end = ask(tty, "The same again: ", again);
		if (end == SECRET_OK && strcmp(password, again))
			status = ctl_fail_text(ctl,
					       "the two passwords differ");
	}
	explicit_bzero(again, sizeof(again));
	close(tty);
	return status ? status : judge(ctl, end, "that was typed");
}

int ctl_password(const struct ctl *ctl, const char *what, bool is_new,
		 char password[CTL_PASSWORD_MAX + 1])
{
	if (ctl_has(ctl, OPT_PASSWORD_FILE) && ctl_has(ctl, OPT_PASSWORD_FD))
		return ctl_misuse(ctl,
				  "--password-file and --password-fd exclude each other");
	if (ctl_has(ctl, OPT_PASSWORD_FILE))
		return from_file(ctl, ctl->values[OPT_PASSWORD_FILE],
				 password);
	if (ctl_has(ctl, OPT_PASSWORD_FD))
		return from_fd(ctl, password);
	return from_terminal(ctl, what, is_new,
			     "--password-file or --password-fd", password);
}

int ctl_via_password(const struct ctl *ctl, const char *what,
		     char password[CTL_PASSWORD_MAX + 1])
{
	if (ctl_has(ctl, OPT_VIA_PASSWORD_FILE))
		return from_file(ctl, ctl->values[OPT_VIA_PASSWORD_FILE],
				 password);
	return from_terminal(ctl, what, false, "--via-password-file",
			     password);
}

/* All of a file; *@len of more than @size - 1 bytes: it is longer. */
static int read_all(const char *path, char *text, size_t size, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = 1;

	*len = 0;
	if (fd < 0)
		return -errno;
	while (n && *len < size) {
		n = read(fd, text + *len, size - *len);
		if (n < 0 && errno != EINTR) {
			n = -errno;
			break;
		}
		*len += n > 0 ? (size_t)n : 0;
	}
	close(fd);
	return n < 0 ? (int)n : 0;
}

int ctl_add_pem(const struct ctl *ctl, struct json_object *params,
		const char *key, const char *path)
{
	struct json_object *value;
	char text[CTL_PEM_MAX];
	int status = CTL_OK;
	size_t len;
	int err;

	err = read_all(path, text, sizeof(text), &len);
	if (err) {
		status = ctl_fail_text(ctl, "cannot read %s: %s", path,
				       strerror(-err));
	} else if (len == sizeof(text) || memchr(text, 0, len) ||
		   !memmem(text, len, "-----BEGIN ", 11)) {
		status = ctl_fail_text(ctl, "%s is no PEM file", path);
	} else {
		value = json_object_new_string_len(text, (int)len);
		if (key)
			json_object_object_add(params, key, value);
		else
			json_object_array_add(params, value);
	}
	explicit_bzero(text, sizeof(text));
	return status;
}
