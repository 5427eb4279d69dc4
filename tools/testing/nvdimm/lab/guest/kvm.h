/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A virtual machine whose memory is a device-dax, as small as one can be: a cpu
 * in 32-bit mode without paging, that reads and writes a byte of every page and
 * reports what it has read.  This process is its VMM, and does with SIGBUS what
 * QEMU does: it takes si_addr for the guest page that is lost.  The guest then
 * goes on behind that page, where a real one would take a machine check.
 */
#ifndef LAB_KVM_H
#define LAB_KVM_H

#include <linux/kvm.h>
#include <sys/ioctl.h>
#include "devdax.h"

#define GUEST_RAM	PMD	/* where the device is to the guest; DAX_LEN */
#define GUEST_PORT	0x10	/* where it reports */

struct vm {
	char *ram;		/* DAX_LEN of the device */
	int fd, cpu;
	struct kvm_run *run;
};

/* ---- what the guest runs, with the address of a page in %esi -------------- */

asm(".pushsection .rodata\n"
	".code32\n"
	"guest_code:\n"
	"guest_walk:	movb (%esi), %al\n"	/* all pages from there on */
	"		movb %al, 1(%esi)\n"
	"		outb %al, $0x10\n"
	"		addl $4096, %esi\n"
	"		jmp guest_walk\n"
	"guest_spin:	movb (%esi), %al\n"	/* that page, over and over */
	"		outb %al, $0x10\n"
	"1:		movb (%esi), %al\n"
	"		jmp 1b\n"
	"guest_outs:	movl $0x10, %edx\n"	/* without loading it */
	"		outsb\n"
	"guest_end:\n"
	".code64\n"
	".popsection\n");
extern const char guest_code[], guest_end[];
extern const char guest_walk[], guest_spin[], guest_outs[];

/* ---- the machine ----------------------------------------------------------- */

static inline void vm_memory(struct vm *vm, unsigned int slot, uint64_t addr,
			     char *p, size_t len)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .guest_phys_addr = addr, .memory_size = len,
		.userspace_addr = (uintptr_t)p,
	};

	EXPECT(!ioctl(vm->fd, KVM_SET_USER_MEMORY_REGION, &region),
	       "KVM_SET_USER_MEMORY_REGION: %m");
}

/* Its code is at address 0, in a page of ordinary memory. */
static inline void vm_code(struct vm *vm)
{
	char *p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	EXPECT(p != MAP_FAILED, "mmap: %m");
	memcpy(p, guest_code, guest_end - guest_code);
	vm_memory(vm, 0, 0, p, PAGE);
}

static inline void vm_segment(struct kvm_segment *s, unsigned int type)
{
	*s = (struct kvm_segment) {
		.limit = -1U, .selector = 8, .type = type,
		.present = 1, .s = 1, .db = 1, .g = 1,
	};
}

static inline void vm_protected_mode(struct vm *vm)
{
	struct kvm_sregs sregs;

	EXPECT(!ioctl(vm->cpu, KVM_GET_SREGS, &sregs), "KVM_GET_SREGS: %m");
	sregs.cr0 |= 1;				/* PE */
	vm_segment(&sregs.cs, 11);		/* code, read, accessed */
	vm_segment(&sregs.ds, 3);		/* data, write, accessed */
	vm_segment(&sregs.es, 3);
	vm_segment(&sregs.ss, 3);
	EXPECT(!ioctl(vm->cpu, KVM_SET_SREGS, &sregs), "KVM_SET_SREGS: %m");
}

/* The device, mapped at @ram, becomes the memory of a new machine. */
static inline struct vm new_vm(char *ram)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct vm vm = { .ram = ram };

	EXPECT(kvm >= 0, "/dev/kvm: %m");
	vm.fd = ioctl(kvm, KVM_CREATE_VM, 0);
	EXPECT(vm.fd >= 0, "KVM_CREATE_VM: %m");
	vm_code(&vm);
	vm_memory(&vm, 1, GUEST_RAM, ram, DAX_LEN);
	vm.cpu = ioctl(vm.fd, KVM_CREATE_VCPU, 0);
	EXPECT(vm.cpu >= 0, "KVM_CREATE_VCPU: %m");
	vm.run = mmap(NULL, ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0),
		      PROT_READ | PROT_WRITE, MAP_SHARED, vm.cpu, 0);
	EXPECT(vm.run != MAP_FAILED, "mmap of the cpu: %m");
	vm_protected_mode(&vm);
	return vm;
}

/* How many entries of 2 MiB the guest's memory is mapped by; by KVM, not here. */
static inline uint64_t vm_huge_entries(void)
{
	return read_u64("/sys/kernel/debug/kvm/pages_2m");
}

/* ---- running it ------------------------------------------------------------ */

/* Its cpu is to run @code, with the page at @at of the device. */
static inline void vm_start(struct vm *vm, const char *code, size_t at)
{
	struct kvm_regs regs = {
		.rip = code - guest_code, .rflags = 2,
		.rsi = GUEST_RAM + at,
	};

	EXPECT(!ioctl(vm->cpu, KVM_SET_REGS, &regs), "KVM_SET_REGS: %m");
}

static void vm_enter(void *vm)
{
	EXPECT(!ioctl(((struct vm *)vm)->cpu, KVM_RUN, 0), "KVM_RUN: %m");
}

/* Until it reports, or SIGBUS comes for it. */
static inline struct sigbus vm_run(struct vm *vm)
{
	return catch_sigbus(vm_enter, vm);
}

/* What it has reported of the page at @at. */
static inline unsigned char vm_report(struct vm *vm, size_t at, const char *who)
{
	EXPECT(vm->run->exit_reason == KVM_EXIT_IO &&
	       vm->run->io.port == GUEST_PORT, "%s: exit reason %u at %#zx", who,
	       vm->run->exit_reason, at);
	return *((unsigned char *)vm->run + vm->run->io.data_offset);
}

/* ---- what the guest shall find ---------------------------------------------- */

/* The page at @at begins with it. */
static inline unsigned char mark_of(size_t at)
{
	return at / PAGE % 251;
}

static inline void mark_all_but(struct vm *vm, size_t bad)
{
	size_t at;

	for (at = 0; at < DAX_LEN; at += PAGE)
		if (at != bad)
			vm->ram[at] = mark_of(at);
}

/* A new device of which the first 2 MiB are marked, and a machine's. */
static inline struct vm new_vm_on_dax(size_t align, int *fd)
{
	struct vm vm = new_vm(new_dax(align, fd));

	mark_all_but(&vm, NO_PAGE);
	return vm;
}

static inline void expect_guest_reads(struct vm *vm, size_t at, const char *who)
{
	struct sigbus got = vm_run(vm);

	EXPECT(!got.taken, "%s: SIGBUS for the good page at %#zx", who, at);
	EQUAL("the guest reads", vm_report(vm, at, who), mark_of(at));
}

static inline void expect_bad_for_guest(struct vm *vm, size_t at, const char *who)
{
	struct sigbus got = vm_run(vm);

	EXPECT(got.taken, "%s: the guest reads the bad page", who);
	expect_names(got, vm->ram + at, who);
}

/* It reads and writes all pages but the one at @bad, which is refused. */
static inline void expect_guest_walks(struct vm *vm, size_t bad, const char *who)
{
	size_t at;

	vm_start(vm, guest_walk, 0);
	for (at = 0; at < DAX_LEN; at += PAGE) {
		if (at == bad) {
			expect_bad_for_guest(vm, at, who);
			vm_start(vm, guest_walk, at + PAGE);
			continue;
		}
		vm->ram[at + 1] = ~mark_of(at);
		expect_guest_reads(vm, at, who);
		EQUAL("the guest has written", (unsigned char)vm->ram[at + 1],
		      mark_of(at));
	}
}

/* The VMM repairs the bad page; the guest goes on with what was written. */
static inline void expect_repaired_for_guest(struct vm *vm, int fd)
{
	char page[PAGE] = { mark_of(BAD_PAGE) };

	EXPECT(pwrite(fd, page, PAGE, BAD_PAGE) == PAGE, "pwrite: %m");
	expect_guest_walks(vm, NO_PAGE, "after the repair");
}

/* ---- what several scenarios do ------------------------------------------------ */

/* A page goes bad that the guest has used, on a device mapped by @align. */
static inline void page_of_guest_goes_bad(size_t align)
{
	struct vm vm;
	int fd;

	vm = new_vm_on_dax(align, &fd);
	expect_guest_walks(&vm, NO_PAGE, "before");
	EQUAL("entries of 2 MiB", vm_huge_entries(), align == PMD);
	find_bad_line(dax_base() + BAD_LINE);
	expect_guest_walks(&vm, BAD_PAGE, "the guest");
	EQUAL("entries of 2 MiB", vm_huge_entries(), 0);
	expect_guest_walks(&vm, BAD_PAGE, "once more");
	expect_repaired_for_guest(&vm, fd);
}

#endif
