/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pmem lab - what a scenario may ask of the firmware of the nfit machine:
 * the _DSM of the NVDIMM root device (../acpi/nvdr.asl), through the ioctls of
 * /dev/ndctl0, and the programs that do the same, ndctl above all.
 *
 * A function that returns uint32_t returns the firmware's status; that the
 * kernel refuses a call ends the scenario.
 */
#ifndef LAB_DSM_H
#define LAB_DSM_H

#include <linux/ndctl.h>
#include "lab.h"

#define ERROR_UNIT	256UL	/* an error has whole units, a sector two */
#define ERRORS_MAX	1024	/* records of injected errors */
#define INJECTED_MAX	255	/* those of them that inject_status() reports */
#define ARS_OUT_MAX	4096	/* bytes of an ARS status */
#define ARS_RECORDS_MAX	168	/* records that fit */
#define ARS_HEADER	44	/* bytes, as out_length counts */
#define SCRUB_MS	500	/* how long a scrub takes */

/* Functions that have no ioctl of their own, for dsm_call(). */
enum {
	FN_TRANSLATE = 5, FN_INJECT = 7, FN_UNINJECT = 8, FN_INJECT_STATUS = 9,
};

/* Status; that of ars_cap() and ars_status() has an extended one above. */
enum {
	DSM_OK = 0, DSM_INVALID = 2, DSM_BUSY = 6,
	CAP_PERSISTENT = ND_ARS_PERSISTENT << 16,
	ARS_DONE = 0, ARS_RUNNING = 1 << 16, ARS_STOPPED = 3 << 16,
};

#define CAP_NOTIFIES		1	/* flags of ars_cap() */
#define ARS_OVERFLOW		1	/* flags of ars_status() */
#define INJECT_NOTIFY		1	/* option of inject() */

struct injected {
	uint32_t status;
	uint32_t count;
	struct {
		uint64_t addr;
		uint64_t len;
	} rec[INJECTED_MAX + 1];
};

struct translation {
	uint32_t status;
	uint8_t flags;
	uint8_t reserved[3];
	uint64_t length;
	uint32_t devices;
	uint32_t handle;
	uint32_t reserved2;
	uint64_t dpa;
} __attribute__((packed));

union ars_result {
	struct nd_cmd_ars_status hdr;
	uint8_t bytes[ARS_OUT_MAX];
};

#define EQUAL(what, is, want) do {					\
	unsigned long long is_ = (is), want_ = (want);			\
	EXPECT(is_ == want_, "line %d: %s: %#llx, not %#llx", __LINE__,	\
	       what, is_, want_);					\
} while (0)

/* ---- the region, that is all of the NVDIMM ------------------------------- */

uint64_t region_base(void);		/* physical */
uint64_t region_size(void);		/* bytes */
unsigned int region_bad_sectors(void);	/* in its badblocks */

/* ---- the functions of the _DSM ------------------------------------------- */

uint32_t ars_cap(uint64_t addr, uint64_t len, struct nd_cmd_ars_cap *cap);
uint32_t ars_start(uint64_t addr, uint64_t len, uint16_t type, uint8_t flags);
uint32_t ars_status(union ars_result *res);
uint32_t clear_error(uint64_t addr, uint64_t len, uint64_t *cleared);
/* The same for a call that the kernel may refuse: 0 or -errno. */
int try_clear_error(uint64_t addr, uint64_t len);
int try_clear_error_by_call(uint64_t addr, uint64_t len);
uint32_t translate(uint64_t addr, struct translation *t);
uint32_t inject(uint64_t addr, uint64_t len, uint8_t options);
uint32_t uninject(uint64_t addr, uint64_t len);
/* The size of the output. */
uint32_t inject_status(struct injected *inj);
/* Any function with any input; returns what inject_status() does. */
uint32_t dsm_call(unsigned int fn, const void *in, uint32_t in_len, void *out,
		  uint32_t out_len);

/* @n errors of one unit, silently, in every page from @addr on. */
void inject_spread(uint64_t addr, unsigned int n);
void uninject_all(void);
/* The errors of the whole region that the firmware knows of now. */
void scrub_previous_data(union ars_result *res);

/* ---- the kernel's scrub -------------------------------------------------- */

void start_scrub(void);
void wait_scrub(void);			/* until the kernel has none to do */

/* ---- the tool ------------------------------------------------------------ */

/* "ndctl list -M" ends well or the scenario fails; what it printed is kept. */
void ndctl(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Whether it ended with an error. */
bool ndctl_refuses(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
bool ndctl_said(const char *text);

#endif
