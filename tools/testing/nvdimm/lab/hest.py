# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - an ACPI table that has the kernel poll for errors.

One generic hardware error source (GHES, ACPI 6.5, 18.3.2.7) that is polled.
STATUS_BLOCK holds the address of the error status block; the guest writes both,
as firmware would (guest/ghes.h), so the kernel is told by memmap= to leave it
alone.
"""

import struct

STATUS_BLOCK = 0x3FF00000       # also in guest/ghes.h
BLOCK_SIZE = 0x10000            # also in guest/ghes.h; the kernel's limit
POLL_MS = 100

GHES = 9
ANY = 0xFFFF                    # no related source
SYSTEM_MEMORY, QWORD = 0, 4     # generic address structure
POLLED, NOTIFY_SIZE = 0, 28


def source():
    address = struct.pack("<BBBBQ", SYSTEM_MEMORY, 64, 0, QWORD, STATUS_BLOCK)
    notify = struct.pack("<BBHI20x", POLLED, NOTIFY_SIZE, 0, POLL_MS)
    return (struct.pack("<HHHBBIII", GHES, 0, ANY, 0, 1, 1, 1, BLOCK_SIZE)
            + address + notify + struct.pack("<I", BLOCK_SIZE))


def table():
    body = struct.pack("<I", 1) + source()
    head = struct.pack("<4sIBB6s8sI4sI", b"HEST", 36 + len(body), 1, 0,
                       b"DAXLAB", b"DAXMENDL", 1, b"LAB ", 1)
    whole = bytearray(head + body)
    whole[9] = -sum(whole) & 0xFF
    return bytes(whole)
