# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - what the firmware of the einj machine does (apei.py).

It does not wait for a load: a scrubber finds the error, and the operation takes
as long as the kernel needs to hear of that.
"""

import struct
import time

import apei
import qemu
from errors import LabError
from gdbstub import GdbStub

SECONDS = 0.3       # for the kernel


def wanted(vm):
    """What the kernel has written: (physical address, lsb)."""
    said = vm.hmp(f"xp /8xw {apei.EINJ_MEMORY:#x}")
    kind, _, flags, _, *numbers = (int(word, 0) for line in said.splitlines()
                                   for word in line.split(":")[1].split())
    if (kind, flags) != (apei.UNCORRECTABLE, apei.AT_ADDRESS):
        raise LabError(f"EINJ: type {kind:#x}, flags {flags:#x} are not offered")
    at, mask = (low | high << 32 for low, high in zip(numbers[::2], numbers[1::2]))
    return at & mask, (mask & -mask).bit_length() - 1


def set_busy(vm, busy):
    """Changes the guest's memory, and lets the machine go on."""
    stub = GdbStub(f"{vm.dir}/gdb")
    stub.command("Qqemu.PhyMemMode:1")
    stub.write(apei.EINJ_BUSY, struct.pack("<Q", busy))
    stub.command("Qqemu.PhyMemMode:0")
    stub.detach()


def make_error(vm):
    """The machine has been stopped by the kernel's request."""
    qemu.error_found(vm, *wanted(vm))
    set_busy(vm, 1)
    time.sleep(SECONDS)
    set_busy(vm, 0)
