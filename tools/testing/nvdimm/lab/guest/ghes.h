/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors that firmware tells, on the machine that is polled for them (hest.py):
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

#define STATUS_BLOCK	0x3ff00000UL	/* also in hest.py */

struct ghes_block {
	uint32_t block_status;		/* bit 0: uncorrectable; 4-13: entries */
	uint32_t raw_offset, raw_length, data_length;
	uint32_t severity;		/* 0: recoverable */
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

static bool ghes_taken(void *block)
{
	return !((volatile struct ghes_block *)block)->block_status;
}

static inline void ghes_memory_error(uint64_t phys)
{
	static const uint8_t mem_error[16] = {
		0x14, 0x11, 0xbc, 0xa5, 0x64, 0x6f, 0xde, 0x4e,
		0xb8, 0x63, 0x3e, 0x83, 0xed, 0x7c, 0x83, 0xb1,
	};
	struct ghes_block block = {
		.data_length = sizeof(block) - 20, .revision = 0x201,
		.section_length = sizeof(block.mem), .mem = {
			.valid = 2, .phys = phys,
		},
	};
	int fd = open("/dev/mem", O_RDWR | O_CLOEXEC);
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
			STATUS_BLOCK);

	EXPECT(at != MAP_FAILED, "/dev/mem: %m");
	memcpy(block.section, mem_error, sizeof(mem_error));
	memcpy(at + 256, &block, sizeof(block));
	*(volatile uint64_t *)at = STATUS_BLOCK + 256;
	__sync_synchronize();
	*(volatile uint32_t *)(at + 256) = 0x11;
	EXPECT(wait_for(ghes_taken, at + 256, 5000), "nobody takes the error");
}

#endif
