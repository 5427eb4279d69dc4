/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors that firmware tells, on the machine that is polled for them (apei.py):
 * what firmware would write to the error status block.  UEFI 2.10, appendix N,
 * and struct acpi_hest_generic_status of the kernel.
 */
#ifndef LAB_GHES_H
#define LAB_GHES_H

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lab.h"

#define STATUS_BLOCK	0x3ff00000UL	/* also in apei.py */
#define STATUS_SIZE	0x10000UL	/* of what STATUS_BLOCK points to */

struct ghes_error {
	uint8_t section[16];
	uint32_t section_severity;
	uint16_t revision;
	uint8_t valid, flags;
	uint32_t section_length;
	uint8_t fru_id[16], fru_text[20];
	struct {
		uint64_t valid;		/* bit 1: physical address */
		uint64_t status, phys, mask;
		uint8_t rest[48];
	} mem;
} __attribute__((packed));

struct ghes_block {
	uint32_t block_status;		/* bits 0: uncorrectable; 1: correctable; 4-13: entries */
	uint32_t raw_offset, raw_length, data_length;
	uint32_t severity;		/* 0: recoverable; 2: corrected */
	struct ghes_error error[];
} __attribute__((packed));

#define GHES_ERRORS	((STATUS_SIZE - sizeof(struct ghes_block)) /	\
			 sizeof(struct ghes_error))

static bool ghes_taken(void *block)
{
	return !((volatile struct ghes_block *)block)->block_status;
}

/* What an error is: uncorrected, or corrected and too often so (ACPI 6.5, 18.3.2.7.1). */
enum ghes_kind { GHES_UNCORRECTED, GHES_TOO_MANY_CORRECTED };

/* One in each of @n pages from @phys on, told at once; GHES_ERRORS at most. */
static inline void ghes_errors(uint64_t phys, unsigned int n, enum ghes_kind kind)
{
	bool corrected = kind == GHES_TOO_MANY_CORRECTED;
	static const uint8_t mem_error[16] = {
		0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e,
		0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1,
	};
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	char *at = mmap(NULL, PAGE + STATUS_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED, fd, STATUS_BLOCK);
	struct ghes_block *block = (void *)(at + 256);
	unsigned int i;

	EXPECT(at != MAP_FAILED, "/dev/mem: %m");
	EXPECT(n && n <= GHES_ERRORS, "%u errors in a block", n);
	memset(block, 0, sizeof(*block));
	block->data_length = n * sizeof(struct ghes_error);
	block->severity = corrected ? 2 : 0;
	for (i = 0; i < n; i++) {
		struct ghes_error error = {
			.section_severity = block->severity,
			.flags = corrected ? 8 : 0,	/* a threshold is exceeded */
			.revision = 0x201, .section_length = sizeof(error.mem),
			.mem = { .valid = 2, .phys = phys + i * PAGE, },
		};

		memcpy(error.section, mem_error, sizeof(mem_error));
		memcpy(&block->error[i], &error, sizeof(error));
	}
	*(volatile uint64_t *)at = STATUS_BLOCK + 256;
	__sync_synchronize();
	*(volatile uint32_t *)block = n << 4 | (corrected ? 2 : 1);
	EXPECT(wait_for(ghes_taken, block, 5000), "nobody takes the error");
	munmap(at, PAGE + STATUS_SIZE);
	close(fd);
}

static inline void ghes_memory_errors(uint64_t phys, unsigned int n)
{
	ghes_errors(phys, n, GHES_UNCORRECTED);
}

static inline void ghes_memory_error(uint64_t phys)
{
	ghes_memory_errors(phys, 1);
}

#endif
