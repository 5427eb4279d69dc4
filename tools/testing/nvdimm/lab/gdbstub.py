# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - a machine check at an exact kernel instruction.

Speaks just enough of the GDB remote protocol to QEMU's stub to stop at one
address, look at a register, and go on.
"""

import re
import socket
import struct
import threading

from errors import LabError
from qemu import SRAR, machine_check

COPY_MC = "copy_mc_enhanced_fast_string"
REP_MOVSB = b"\xf3\xa4"
RSI = 4     # position in the amd64 register packet


def find_instruction(vmlinux, symbol, code):
    """Address of the first @code bytes in @symbol of an ELF64 kernel."""
    with open(vmlinux, "rb") as f:
        elf = f.read()
    shoff, = struct.unpack_from("<Q", elf, 0x28)
    shentsize, shnum = struct.unpack_from("<HH", elf, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, shoff + i * shentsize)
                for i in range(shnum)]
    for sec in sections:
        if sec[1] != 2:     # SHT_SYMTAB
            continue
        strings = sections[sec[6]][4]
        for at in range(sec[4], sec[4] + sec[5], 24):
            name, _, _, index, value, size = struct.unpack_from("<IBBHQQ", elf, at)
            start = strings + name
            if elf[start:start + len(symbol) + 1] != symbol.encode() + b"\0":
                continue
            home = sections[index]
            offset = home[4] + value - home[3]
            found = elf.find(code, offset, offset + size)
            if found >= 0:
                return value + found - offset
    raise LabError(f"no {code.hex()} in {symbol} of {vmlinux}")


class GdbStub:
    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.buf = b""
        self.sock.connect(path)     # this stops the machine,
        self.send("qSupported")     # which it reports, now or a moment ago
        while "PacketSize" not in self.receive():
            pass

    def send(self, text):
        data = text.encode()
        self.sock.sendall(b"$%s#%02x" % (data, sum(data) & 0xFF))

    def receive(self, timeout=20):
        self.sock.settimeout(timeout)
        while True:
            match = re.search(rb"\$([^#]*)#[0-9a-fA-F]{2}", self.buf)
            if match:
                self.buf = self.buf[match.end():]
                self.sock.sendall(b"+")
                return match.group(1).decode()
            data = self.sock.recv(65536)
            if not data:
                raise EOFError("QEMU is gone")
            self.buf += data

    def command(self, text):
        self.send(text)
        answer = self.receive()
        if answer.startswith("E"):
            raise LabError(f"gdb stub: {text}: {answer}")
        return answer

    def run_to(self, address, timeout):
        """Go on until @address is about to be executed; the cpu's number."""
        self.command(f"Z1,{address:x},1")
        self.send("c")
        stop = self.receive(timeout)
        self.command(f"z1,{address:x},1")
        thread = re.search(r"thread:(?:p[0-9a-f]+\.)?([0-9a-f]+)", stop)
        thread = int(thread.group(1), 16) if thread else 1
        self.command(f"Hg{thread:x}")
        return thread - 1

    def register(self, index):
        regs = self.command("g")
        return struct.unpack("<Q", bytes.fromhex(regs[index * 16:index * 16 + 16]))[0]

    def detach(self):
        self.command("D")
        self.sock.close()


class ArmedLoad(threading.Thread):
    """Waits for the kernel's copy_mc from one page and hits it there."""

    def __init__(self, vm, vmlinux, phys, lsb):
        super().__init__(daemon=True)
        self.vm, self.phys, self.lsb = vm, phys, lsb
        self.address = find_instruction(vmlinux, COPY_MC, REP_MOVSB)
        self.failure = "no copy_mc from that page"
        self.stub = GdbStub(f"{vm.dir}/gdb")

    def run(self):
        try:
            for _ in range(200):
                cpu = self.stub.run_to(self.address, timeout=60)
                if self._page(self.stub.register(RSI), cpu) == self.phys >> 12:
                    machine_check(self.vm, SRAR, cpu, self.phys, self.lsb)
                    self.failure = None
                    break
                self.stub.run_to(self.address + len(REP_MOVSB), timeout=60)
            self.stub.detach()
        except (OSError, EOFError, ValueError, struct.error, LabError) as e:
            self.failure = self.failure and f"{self.failure}: {e}"

    def _page(self, address, cpu):
        match = re.search(r"gpa: (0x[0-9a-f]+)",
                          self.vm.hmp(f"gva2gpa {address:#x}", cpu))
        return int(match.group(1), 16) >> 12 if match else None
