// SPDX-License-Identifier: GPL-2.0
/*
 * The pmem lab - init: process 1 of the guest.
 *
 * Brings the machine to the state that all scenarios start from, says "ready"
 * and then does what the host asks on the control line (proto.h).  Called with
 * --list, on any machine, it prints the scenarios it holds.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "lab.h"
#include "proto.h"

extern const struct scenario __start_scenarios[], __stop_scenarios[];

static int control = -1;

static void list_scenarios(void)
{
	const struct scenario *s;

	for (s = __start_scenarios; s < __stop_scenarios; s++)
		printf("%s\t%s\t%s\t%u\t%s\t%s\t%d\t%d\n", s->name, s->title,
		       s->audit ?: "", s->on, s->stock ?: "",
		       s->stock_e820 ?: s->stock ?: "", s->demo, s->bench);
}

static const struct scenario *find_scenario(const char *name)
{
	const struct scenario *s;

	for (s = __start_scenarios; s < __stop_scenarios; s++)
		if (!strcmp(s->name, name))
			return s;
	return NULL;
}

static void say(const char *line)
{
	size_t done = 0, len = strlen(line);

	while (done < len) {
		ssize_t n = write(control, line + done, len - done);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0)
			done += n;
	}
}

static void must(int rc, const char *what)
{
	char line[200];

	if (rc >= 0)
		return;
	snprintf(line, sizeof(line), "fail guest setup: %s: %s\n", what,
		 strerror(errno));
	say(line);
	fprintf(stderr, "lab: %s", line);
	reboot(RB_POWER_OFF);
}

static void open_control(void)
{
	struct termios raw;

	control = open(LAB_CONTROL, O_RDWR | O_NOCTTY | O_CLOEXEC);
	must(control, LAB_CONTROL);
	must(tcgetattr(control, &raw), "tcgetattr");
	cfmakeraw(&raw);
	raw.c_cflag |= CLOCAL;
	must(tcsetattr(control, TCSANOW, &raw), "tcsetattr");
}

static void mount_all(void)
{
	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);
	mkdir("/mnt", 0755);
	mkdir("/tools", 0755);
	mkdir("/extra", 0755);
	must(mount("proc", "/proc", "proc", 0, NULL), "mount /proc");
	must(mount("sysfs", "/sys", "sysfs", 0, NULL), "mount /sys");
	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) && errno != EBUSY)
		must(-1, "mount /dev");
	must(mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL),
	     "mount debugfs");
}

/*
 * Debian's programs and their libraries, read only, shared by all clones; and
 * the disk that the host may have added for a shell command.
 */
static void mount_tools(void)
{
	static const char *const dirs[] = {
		"usr", "bin", "sbin", "lib", "lib64", "etc",
	};
	char from[32], to[32];
	size_t i;

	must(mount("/dev/vda", "/tools", "ext4", MS_RDONLY, "noload"),
	     "mount tools");
	for (i = 0; i < sizeof(dirs) / sizeof(*dirs); i++) {
		snprintf(from, sizeof(from), "tools/%s", dirs[i]);
		snprintf(to, sizeof(to), "/%s", dirs[i]);
		must(symlink(from, to), to);
	}
	must(symlink("/proc/mounts", "/mtab"), "mtab");
	if (!access("/dev/vdb", R_OK))
		must(mount("/dev/vdb", "/extra", "ext4", MS_RDONLY, "noload"),
		     "mount extra");
	setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
	setenv("HOME", "/tmp", 1);
}

/*
 * The pmem of every machine kind ends as /dev/pmem0 with struct pages, its
 * metadata in system RAM, so that every page of the medium is data.
 */
static bool pmem_is_there(void *arg)
{
	(void)arg;
	return !access(pmem(), R_OK | W_OK);
}

static void make_pmem(void)
{
	char text[1024] = "";

	read_text("/proc/cmdline", text, sizeof(text));
	if (strstr(text, "lab.modular"))	/* later, by who loads drivers */
		return;
	if (machine() == NFIT)
		must(sh("ndctl create-namespace -f -e namespace0.0 -m fsdax -M mem -a 2M >/tmp/ndctl.log 2>&1")
		     ? -1 : 0, "ndctl create-namespace");
	must(wait_for(pmem_is_there, NULL, 10000) ? 0 : -1, pmem());
}

static void setting(const char *path, const char *value)
{
	must(write_text(path, value), path);
}

static void settings(void)
{
	setting("/proc/sys/kernel/panic_on_rcu_stall", "1");
	setting("/proc/sys/kernel/hung_task_timeout_secs", "20");
	setting("/proc/sys/kernel/printk", "8");
	setting("/proc/sys/kernel/printk_ratelimit", "0");
	setting("/proc/sys/kernel/randomize_va_space", "0");
	setting("/proc/sys/vm/memory_failure_early_kill", "0");
}

/* ---- one scenario ------------------------------------------------------- */

/*
 * Nothing that a scenario leaves behind may splat after its verdict: it has
 * exited and its filesystem is unmounted before the host hears it.
 */
static void clean_up(void)
{
	sync();
	umount("/mnt");
	usleep(50000);
}

static void run_child(const struct scenario *s)
{
	setsid();
	s->run();
	dprintf(lab_pipe, "pass\n");
	_exit(0);
}

static void hear_host(void)
{
	static char buf[512];
	static size_t used;
	ssize_t n = read(control, buf + used, sizeof(buf) - used - 1);
	char *nl;

	if (n <= 0)
		return;
	used += n;
	buf[used] = 0;
	while ((nl = strchr(buf, '\n'))) {
		*nl = 0;
		if (!strncmp(buf, "ack ", 4)) {
			snprintf(lab_shared->text, sizeof(lab_shared->text),
				 "%s", buf + 4);
			__atomic_add_fetch(&lab_shared->acks, 1,
					   __ATOMIC_RELEASE);
		}
		used -= nl + 1 - buf;
		memmove(buf, nl + 1, used + 1);
	}
}

static bool is_verdict(const char *line)
{
	return !strncmp(line, "pass", 4) || !strncmp(line, "fail", 4) ||
	       !strncmp(line, "skip", 4);
}

/* Forward what the scenario says, but keep how it ended; true when it did. */
static bool hear_scenario(int fd, char *verdict, size_t len)
{
	static char buf[2048];
	static size_t used;
	ssize_t n = read(fd, buf + used, sizeof(buf) - used - 1);
	bool ended = false;
	char *nl;

	if (n <= 0)
		return false;
	used += n;
	buf[used] = 0;
	while ((nl = strchr(buf, '\n'))) {
		char c = nl[1];

		nl[1] = 0;
		if (is_verdict(buf)) {
			snprintf(verdict, len, "%s", buf);
			ended = true;
		} else {
			say(buf);
		}
		nl[1] = c;
		used -= nl + 1 - buf;
		memmove(buf, nl + 1, used + 1);
	}
	return ended;
}

static void run_scenario(const char *name)
{
	const struct scenario *s = find_scenario(name);
	char line[480];
	int fds[2], status = 0;
	bool ended = false;
	pid_t pid;

	if (!s) {
		snprintf(line, sizeof(line), "fail no scenario '%s'\n", name);
		say(line);
		return;
	}
	must(pipe2(fds, O_CLOEXEC), "pipe");
	pid = fork();
	must(pid, "fork");
	if (!pid) {
		close(fds[0]);
		lab_pipe = fds[1];
		run_child(s);
	}
	close(fds[1]);
	while (!ended) {
		struct pollfd p[2] = {
			{ .fd = fds[0], .events = POLLIN },
			{ .fd = control, .events = POLLIN },
		};

		poll(p, 2, -1);
		if (p[1].revents & POLLIN)
			hear_host();
		if (p[0].revents & POLLIN)
			ended = hear_scenario(fds[0], line, sizeof(line));
		else if (p[0].revents & POLLHUP)
			break;
	}
	close(fds[0]);
	waitpid(pid, &status, 0);
	if (!ended && WIFSIGNALED(status))
		snprintf(line, sizeof(line), "fail killed by signal %d (%s)\n",
			 WTERMSIG(status), strsignal(WTERMSIG(status)));
	else if (!ended)
		snprintf(line, sizeof(line), "fail exits without a word\n");
	clean_up();
	say(line);
}

/* ---- one shell command --------------------------------------------------- */

static void say_output(FILE *from)
{
	char text[1000], line[sizeof(text) + 8];

	while (fgets(text, sizeof(text), from)) {
		text[strcspn(text, "\n")] = 0;
		snprintf(line, sizeof(line), "out %s\n", text);
		say(line);
	}
}

static void run_command(const char *command)
{
	int fds[2], status = 0;
	char line[20];
	FILE *output;
	pid_t pid;

	must(pipe2(fds, O_CLOEXEC), "pipe");
	pid = fork();
	must(pid, "fork");
	if (!pid) {
		setsid();
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(fds[1], 1);
		dup2(fds[1], 2);
		execl("/bin/sh", "sh", "-c", command, NULL);
		_exit(127);
	}
	close(fds[1]);
	output = fdopen(fds[0], "r");
	must(output ? 0 : -1, "fdopen");
	say_output(output);
	fclose(output);
	waitpid(pid, &status, 0);
	snprintf(line, sizeof(line), "exit %d\n", WIFSIGNALED(status) ?
		 128 + WTERMSIG(status) : WEXITSTATUS(status));
	clean_up();
	say(line);
}

static void run_shell(void)
{
	pid_t pid = fork();

	if (!pid) {
		int tty;

		setsid();
		tty = open("/dev/ttyS0", O_RDWR);	/* the controlling one */
		dup2(tty, 0);
		dup2(tty, 1);
		dup2(tty, 2);
		setenv("PS1", "daxmend# ", 1);
		setenv("TERM", "linux", 1);
		execl("/init", "lab-shell", NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
	sync();
	reboot(RB_POWER_OFF);
}

static void obey(char *line)
{
	if (!strncmp(line, "run ", 4))
		run_scenario(line + 4);
	else if (!strncmp(line, "sh ", 3))
		run_command(line + 3);
	else if (!strcmp(line, "shell"))
		run_shell();
}

int main(int argc, char **argv)
{
	char line[1000];
	size_t used = 0;

	if (argc > 1 && !strcmp(argv[1], "--list")) {
		list_scenarios();
		return 0;
	}
	if (getpid() != 1)
		return lab_shell(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	mount_all();
	open_control();
	mount_tools();
	settings();
	lab_shared = mmap(NULL, sizeof(*lab_shared), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
	must(lab_shared == MAP_FAILED ? -1 : 0, "mmap");
	make_pmem();
	say("ready\n");
	for (;;) {
		if (read(control, line + used, 1) != 1)
			continue;
		if (line[used] == '\n') {
			line[used] = 0;
			used = 0;
			obey(line);
		} else if (used < sizeof(line) - 1) {
			used++;
		}
	}
}
