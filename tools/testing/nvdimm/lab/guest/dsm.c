// SPDX-License-Identifier: GPL-2.0
/*
 * The pmem lab - the words about the firmware of the nfit machine (dsm.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "dsm.h"

#define REGION		"/sys/bus/nd/devices/region0/"
#define SCRUB		"/sys/bus/nd/devices/ndbus0/nfit/scrub"
#define NDCTL_OUT	"/tmp/ndctl.out"

/* ---- the region --------------------------------------------------------- */

uint64_t region_base(void)
{
	static uint64_t base;

	if (!base)
		base = read_u64(REGION "resource");
	return base;
}

uint64_t region_size(void)
{
	static uint64_t size;

	if (!size)
		size = read_u64(REGION "size");
	return size;
}

unsigned int region_bad_sectors(void)
{
	static char text[16 * PAGE];
	char *line, *save;
	unsigned int sum = 0, n;
	int rc = read_text(REGION "badblocks", text, sizeof(text));

	EXPECT(rc >= 0, "badblocks of the region: %s", strerror(-rc));
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (sscanf(line, "%*u %u", &n) == 1)
			sum += n;
	return sum;
}

/* ---- the functions of the _DSM ------------------------------------------ */

static int try_bus(unsigned long request, void *arg)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/ndctl0", O_RDWR | O_CLOEXEC);
	EXPECT(fd >= 0, "/dev/ndctl0: %s", strerror(errno));
	return ioctl(fd, request, arg) < 0 ? -errno : 0;
}

static void ask_bus(unsigned long request, void *arg, const char *what)
{
	int rc = try_bus(request, arg);

	EXPECT(!rc, "%s: %s", what, strerror(-rc));
}

uint32_t ars_cap(uint64_t addr, uint64_t len, struct nd_cmd_ars_cap *cap)
{
	*cap = (struct nd_cmd_ars_cap) { .address = addr, .length = len };
	ask_bus(ND_IOCTL_ARS_CAP, cap, "ARS_CAP");
	return cap->status;
}

struct start_arg {
	struct nd_cmd_ars_start cmd;
	int rc;
};

static bool start_goes_through(void *arg)
{
	struct start_arg *s = arg;

	s->rc = try_bus(ND_IOCTL_ARS_START, &s->cmd);
	return s->rc != -EBUSY;
}

/* The kernel refuses it up to the very end of its own scrub. */
uint32_t ars_start(uint64_t addr, uint64_t len, uint16_t type, uint8_t flags)
{
	struct start_arg s = { .cmd = {
		.address = addr, .length = len, .type = type, .flags = flags,
	} };

	wait_for(start_goes_through, &s, 10000);
	EXPECT(!s.rc, "ARS_START: %s", strerror(-s.rc));
	return s.cmd.status;
}

uint32_t ars_status(union ars_result *res)
{
	memset(res, 0, sizeof(*res));
	res->hdr.out_length = sizeof(*res);
	ask_bus(ND_IOCTL_ARS_STATUS, res, "ARS_STATUS");
	return res->hdr.status;
}

uint32_t clear_error(uint64_t addr, uint64_t len, uint64_t *cleared)
{
	struct nd_cmd_clear_error clear = { .address = addr, .length = len };

	ask_bus(ND_IOCTL_CLEAR_ERROR, &clear, "CLEAR_ERROR");
	*cleared = clear.cleared;
	return clear.status;
}

int try_clear_error(uint64_t addr, uint64_t len)
{
	struct nd_cmd_clear_error clear = { .address = addr, .length = len };

	return try_bus(ND_IOCTL_CLEAR_ERROR, &clear);
}

int try_clear_error_by_call(uint64_t addr, uint64_t len)
{
	struct {
		struct nd_cmd_pkg pkg;
		struct nd_cmd_clear_error clear;
	} call = {
		.pkg = {
			.nd_command = ND_CMD_CLEAR_ERROR,
			.nd_size_in = 16, .nd_size_out = 16,
		},
		.clear = { .address = addr, .length = len },
	};

	return try_bus(ND_IOCTL_CALL, &call);
}

/* The kernel puts the output behind the input. */
uint32_t dsm_call(unsigned int fn, const void *in, uint32_t in_len, void *out,
		  uint32_t out_len)
{
	static union {
		struct nd_cmd_pkg pkg;
		uint8_t room[sizeof(struct nd_cmd_pkg) + 2 * PAGE];
	} buf;

	EXPECT(in_len + out_len <= 2 * PAGE, "a call with too much data");
	memset(&buf, 0, sizeof(buf));
	buf.pkg.nd_command = fn;
	buf.pkg.nd_size_in = in_len;
	buf.pkg.nd_size_out = out_len;
	memcpy(buf.room + sizeof(buf.pkg), in, in_len);
	ask_bus(ND_IOCTL_CALL, &buf, "CALL");
	memcpy(out, buf.room + sizeof(buf.pkg) + in_len, out_len);
	return buf.pkg.nd_fw_size;
}

uint32_t translate(uint64_t addr, struct translation *t)
{
	dsm_call(FN_TRANSLATE, &addr, sizeof(addr), t, sizeof(*t));
	return t->status;
}

uint32_t inject(uint64_t addr, uint64_t len, uint8_t options)
{
	struct {
		uint64_t addr;
		uint64_t len;
		uint8_t options;
	} __attribute__((packed)) in = { addr, len, options };
	uint32_t status;

	dsm_call(FN_INJECT, &in, sizeof(in), &status, sizeof(status));
	return status;
}

uint32_t uninject(uint64_t addr, uint64_t len)
{
	uint64_t in[] = { addr, len };
	uint32_t status;

	dsm_call(FN_UNINJECT, in, sizeof(in), &status, sizeof(status));
	return status;
}

uint32_t inject_status(struct injected *inj)
{
	return dsm_call(FN_INJECT_STATUS, "", 0, inj, sizeof(*inj));
}

void inject_spread(uint64_t addr, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		EQUAL("inject", inject(addr + i * PAGE, ERROR_UNIT, 0), DSM_OK);
}

void uninject_all(void)
{
	EQUAL("un-inject everything", uninject(region_base(), region_size()),
	      DSM_OK);
}

void scrub_previous_data(union ars_result *res)
{
	EQUAL("start", ars_start(region_base(), region_size(), ND_ARS_PERSISTENT,
				 ND_ARS_RETURN_PREV_DATA), DSM_OK);
	EQUAL("status", ars_status(res), ARS_DONE);
}

/* ---- the kernel's scrub ------------------------------------------------- */

void start_scrub(void)
{
	int rc;

	wait_scrub();
	rc = write_text(SCRUB, "1\n");
	EXPECT(!rc, "starting a scrub: %s", strerror(-rc));
}

static bool scrub_is_idle(void *arg)
{
	char text[64];
	int rc = read_text(SCRUB, text, sizeof(text));

	(void)arg;
	EXPECT(rc >= 0, SCRUB ": %s", strerror(-rc));
	return !strchr(text, '+');
}

void wait_scrub(void)
{
	EXPECT(wait_for(scrub_is_idle, NULL, 30000),
	       "the kernel's scrub does not end");
}

/* ---- the tool ----------------------------------------------------------- */

static char ndctl_out[4 * PAGE];

static int run_ndctl(const char *args)
{
	int rc = sh("ndctl %s >" NDCTL_OUT " 2>&1", args);

	if (read_text(NDCTL_OUT, ndctl_out, sizeof(ndctl_out)) < 0)
		ndctl_out[0] = 0;
	return rc;
}

void ndctl(const char *fmt, ...)
{
	char args[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	EXPECT(!run_ndctl(args), "ndctl %s: %s", args, ndctl_out);
}

bool ndctl_refuses(const char *fmt, ...)
{
	char args[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(args, sizeof(args), fmt, ap);
	va_end(ap);
	return run_ndctl(args);
}

bool ndctl_said(const char *text)
{
	return strstr(ndctl_out, text);
}
