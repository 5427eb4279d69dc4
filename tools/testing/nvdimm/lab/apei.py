# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - tables of the ACPI Platform Error Interfaces (ACPI 6.5, 18).

HEST: one generic hardware error source (18.3.2.7) that the kernel polls.
STATUS_BLOCK holds the address of the error status block; the guest writes both,
as firmware would (guest/ghes.h).

EINJ (18.6): uncorrectable memory errors at an address.  The kernel writes what
it wants to EINJ_MEMORY and then to the port of a pvpanic device, which stops the
machine (einj.py).

The kernel is told by memmap= to leave that memory alone.
"""

import struct

STATUS_BLOCK = 0x3FF00000       # also in guest/ghes.h
BLOCK_SIZE = 0x10000            # also in guest/ghes.h; the kernel's limit
POLL_MS = 100

GHES = 9
ANY = 0xFFFF                    # no related source
SYSTEM_MEMORY, SYSTEM_IO = 0, 1
POLLED, NOTIFY_SIZE = 0, 28

EINJ_MEMORY = 0x3FF00000
EINJ_TYPES = EINJ_MEMORY + 64   # which errors can be had
EINJ_ZERO = EINJ_MEMORY + 72    # success, no trigger table
EINJ_BUSY = EINJ_MEMORY + 80    # not zero while the firmware is at it
EINJ_PORT = 0x505               # QEMU's pvpanic
UNCORRECTABLE = 0x10            # type of error: memory, not fatal
AT_ADDRESS = 2                  # flags: the memory address is valid


def address(space, bits, at):
    """Generic address structure (5.2.3.2), accessed as a whole."""
    return struct.pack("<BBBBQ", space, bits, 0, bits.bit_length() - 3, at)


def table(signature, body):
    head = struct.pack("<4sIBB6s8sI4sI", signature, 36 + len(body), 1, 0,
                       b"DAXLAB", b"DAXMENDL", 1, b"LAB ", 1)
    whole = bytearray(head + body)
    whole[9] = -sum(whole) & 0xFF
    return bytes(whole)


def source():
    notify = struct.pack("<BBHI20x", POLLED, NOTIFY_SIZE, 0, POLL_MS)
    return (struct.pack("<HHHBBIII", GHES, 0, ANY, 0, 1, 1, 1, BLOCK_SIZE)
            + address(SYSTEM_MEMORY, 64, STATUS_BLOCK) + notify
            + struct.pack("<I", BLOCK_SIZE))


def hest():
    return table(b"HEST", struct.pack("<I", 1) + source())


def instruction(action, what, where, value=0):
    """One entry (18.6.2) of an action: what is done with a register."""
    bits = where[1]
    return struct.pack("<BBBx", action, what, 0) + where + struct.pack(
        "<QQ", value, (1 << bits) - 1)


def einj():
    read, write, write_value = 0, 2, 3
    types = address(SYSTEM_MEMORY, 32, EINJ_TYPES)
    zero = address(SYSTEM_MEMORY, 64, EINJ_ZERO)
    busy = address(SYSTEM_MEMORY, 64, EINJ_BUSY)
    entries = [
        instruction(1, read, zero),                         # trigger table
        instruction(3, write_value, types, UNCORRECTABLE),  # error types
        instruction(3, read, types),
        instruction(5, write_value, address(SYSTEM_IO, 8, EINJ_PORT), 1),
        instruction(6, read, busy),
        instruction(7, read, zero),                         # status
        instruction(8, write, address(SYSTEM_MEMORY, 32, EINJ_MEMORY)),
    ]
    return table(b"EINJ", struct.pack("<III", 12, 0, len(entries))
                 + b"".join(entries))
