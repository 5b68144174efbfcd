// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Options, the configuration file, and the way into the background. A start in
 * the background ends, in the foreground of the caller, with the exit status
 * that tells whether the daemon runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "daemon.h"
#include "log.h"
#include "log_journal.h"
#include "negotiate.h"
#include "notify.h"
#include "privs.h"

#define NAME	"sehub-transportd"

struct options {
	const char *config;
	bool foreground;
	bool check_config;
};

static const struct option long_options[] = {
	{ "config", required_argument, NULL, 'c' },
	{ "foreground", no_argument, NULL, 'f' },
	{ "check-config", no_argument, NULL, 'C' },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

static void usage(FILE *stream)
{
	fputs("usage: " NAME " [option...]\n"
	      "\n"
	      "  -c, --config FILE   read FILE instead of " CONFIG_FILE "\n"
	      "  -f, --foreground    do not go into the background\n"
	      "      --check-config  show the settings in effect, and end\n"
	      "      --version       show the version, and end\n"
	      "  -h, --help          show this, and end\n", stream);
}

/* Return: -1 to go on, else the exit status. */
static int parse_options(int argc, char **argv, struct options *options)
{
	int c;

	while ((c = getopt_long(argc, argv, "c:fh", long_options, NULL)) >= 0)
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 'C':
			options->check_config = true;
			break;
		case 'V':
			puts(NAME " " SEHUB_VERSION);
			return 0;
		case 'h':
			usage(stdout);
			return 0;
		default:
			usage(stderr);
			return 2;
		}
	if (optind < argc) {
		fprintf(stderr, NAME ": unexpected argument \"%s\"\n",
			argv[optind]);
		usage(stderr);
		return 2;
	}
	return -1;
}

/**
 * struct background - a daemon that leaves its caller behind
 * @pipe_fd: whoever waits at its other end ends with success when a byte
 *	comes; -1: nobody waits
 * @level: for the log, which goes elsewhere from then on
 */
struct background {
	int pipe_fd;
	enum log_level level;
};

/* The daemon runs: let the waiting parent end. */
static void tell_parent(void *arg)
{
	struct background *bg = arg;
	int null;

	if (bg->pipe_fd < 0)
		return;
	log_open(LOG_TO_SYSLOG, bg->level);
	null = open("/dev/null", O_RDWR);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		if (null > STDERR_FILENO)
			close(null);
	}
	if (write(bg->pipe_fd, "", 1) < 0)
		log_warn("start: the parent process is gone");
	close(bg->pipe_fd);
	bg->pipe_fd = -1;
}

/*
 * Return: in the daemon, -1, with the descriptor for tell_parent(); in the
 * process that was called, its exit status.
 */
static int go_to_background(int *pipe_fd)
{
	int fds[2];
	pid_t pid;
	char byte;

	if (pipe2(fds, O_CLOEXEC) || (pid = fork()) < 0) {
		perror(NAME);
		return 1;
	}
	if (pid) {
		close(fds[1]);
		waitpid(pid, NULL, 0);
		return read(fds[0], &byte, 1) == 1 ? 0 : 1;
	}
	close(fds[0]);
	setsid();
	pid = fork();
	if (pid)
		_exit(pid < 0);
	if (chdir("/"))
		log_warn("start: chdir: %s", strerror(errno));
	*pipe_fd = fds[1];
	return -1;
}

int main(int argc, char **argv)
{
	struct options options = { 0 };
	struct config_error cerr;
	struct config config;
	struct sehub_err err;
	struct background bg = { .pipe_fd = -1 };
	int ret;

	if (argc > 1 && !strcmp(argv[1], NEGOTIATE_WORD))
		return negotiate_main(argc - 2, argv + 2);
	ret = parse_options(argc, argv, &options);
	if (ret >= 0)
		return ret;
	if (config_load(&config, options.config, &cerr)) {
		fprintf(stderr, NAME ": %s\n", cerr.text);
		return 1;
	}
	if (options.check_config) {
		config_print(&config, stdout);
		config_free(&config);
		return 0;
	}
	if (!options.foreground && !notify_is_supervised()) {
		ret = go_to_background(&bg.pipe_fd);
		if (ret >= 0) {
			config_free(&config);
			return ret;
		}
	}
	bg.level = config.log_level;
	log_set_journal(log_journal_send);
	log_open(LOG_TO_STDERR, config.log_level);
	umask(022);
	privs_raise_limits();
	ret = privs_drop(&err);
	if (!ret && negotiate_use_keytab(config.kerberos_keytab,
					 config.state_directory))
		ret = sehub_err_errno(&err, ENOMEM, "kerberos-keytab");
	if (ret)
		log_error("start error=%s", LOG_QUOTED(err.text));
	else
		ret = daemon_run(&config, tell_parent, &bg);
	config_free(&config);
	return ret ? 1 : 0;
}
