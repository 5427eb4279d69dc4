# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - a machine check at an exact kernel instruction.

Speaks just enough of the GDB remote protocol to QEMU's stub to stop at some
addresses, look at registers, go through instructions, and go on.
"""

import re
import socket
import struct
import threading
import time

from errors import LabError
from qemu import SRAR, machine_check

# What the kernel's copies load their first bytes with, from (%rsi).
LOADS = (b"\xf3\xa4",           # rep movsb
         b"\xf3\x48\xa5",       # rep movsq
         b"\x4c\x8b\x06",       # mov (%rsi),%r8
         b"\x48\x8b\x06")       # mov (%rsi),%rax
STEPS = 2000    # at most, to the load of a copy; KASAN checks first
RSI, RIP = 4, 16    # positions in the amd64 register packet


def find_symbols(vmlinux, names):
    """Addresses of those of the symbols @names that an ELF64 kernel has."""
    with open(vmlinux, "rb") as f:
        elf = f.read()
    wanted = {name.encode() for name in names}
    shoff, = struct.unpack_from("<Q", elf, 0x28)
    shentsize, shnum = struct.unpack_from("<HH", elf, 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", elf, shoff + i * shentsize)
                for i in range(shnum)]
    found = []
    for sec in sections:
        if sec[1] != 2:     # SHT_SYMTAB
            continue
        strings = sections[sec[6]][4]
        for at in range(sec[4], sec[4] + sec[5], 24):
            name, _, _, _, value, _ = struct.unpack_from("<IBBHQQ", elf, at)
            start = strings + name
            if elf[start:elf.index(b"\0", start)] in wanted:
                found.append(value)
    if not found:
        raise LabError(f"no {', '.join(names)} in {vmlinux}")
    return found


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

    def select(self, cpu):
        """Whose registers are read, and who steps."""
        self.command(f"Hg{cpu + 1:x}")
        self.command(f"Hc{cpu + 1:x}")

    def go_on(self, how="c", over=lambda: False):
        """Until a cpu stops, which is selected then; None when it is @over."""
        self.send(how)
        stop = None
        while not stop:
            try:
                stop = self.receive(0.2)
            except TimeoutError:
                if over():
                    self.sock.sendall(b"\x03")
                    self.receive()
                    return None
        thread = re.search(r"thread:(?:p[0-9a-f]+\.)?([0-9a-f]+)", stop)
        cpu = int(thread.group(1), 16) - 1 if thread else 0
        self.select(cpu)
        return cpu

    def go_on_alone(self, cpus, seconds):
        """These, while the others stand still."""
        self.send("vCont" + "".join(f";c:{cpu + 1:x}" for cpu in cpus))
        time.sleep(seconds)
        self.sock.sendall(b"\x03")
        self.receive()

    def registers(self):
        regs = bytes.fromhex(self.command("g")[:17 * 16])
        return struct.unpack("<17Q", regs)

    def read(self, address, length):
        return bytes.fromhex(self.command(f"m{address:x},{length:x}"))

    def write(self, address, data):
        self.command(f"M{address:x},{len(data):x}:{data.hex()}")

    def detach(self):
        self.command("D")
        self.sock.close()


class ArmedLoads(threading.Thread):
    """Waits for the kernel's copies from some pages, and hits them there."""

    def __init__(self, vm, vmlinux, lsb, functions, pages):
        super().__init__(daemon=True)
        self.vm, self.lsb, self.pages = vm, lsb, pages
        self.entries = find_symbols(vmlinux, functions)
        self.over = False
        self.hits = 0
        self.failure = None
        self.stub = GdbStub(f"{vm.dir}/gdb")

    def disarm(self):
        """How many of the pages were hit."""
        self.over = True
        self.join(30)
        if self.failure or self.is_alive():
            raise LabError(f"gdb stub: {self.failure or 'no end of it'}")
        return self.hits

    def run(self):
        try:
            for entry in self.entries:
                self.stub.command(f"Z1,{entry:x},1")
            while self.hits < len(self.pages) and not self.over:
                cpu = self.stub.go_on(over=lambda: self.over)
                if cpu is None:
                    break
                self._look(cpu, self.pages[self.hits])
            for entry in self.entries:
                self.stub.command(f"z1,{entry:x},1")
            self.stub.detach()
        except (OSError, EOFError, ValueError, struct.error, LabError) as e:
            self.failure = str(e) or "no answer"

    def _step(self, cpu, arrived):
        """Others that get to a breakpoint meanwhile stop there again later."""
        for _ in range(20):
            stopped = self.stub.go_on("s")
            self.stub.select(cpu)
            if stopped == cpu or arrived():
                break

    def _look(self, cpu, phys):
        """Stopped; go off the breakpoint, and to the load if it is from @phys."""
        if not self._is_from(cpu, phys):
            self._step(cpu, lambda: False)
            return
        for _ in range(STEPS):
            self._step(cpu, lambda: self._loads(cpu, phys))
            if self._loads(cpu, phys):
                self._hit(cpu, phys)
                return

    def _hit(self, cpu, phys):
        """
        Raise it, and go to the handler.  A cpu of QEMU takes one interrupt at a
        time, and executes something in between; that may be the APIC's.  The
        other cpus have to be out of the handler of the last one.
        """
        others = [n for n in range(self.vm.cpus) if n != cpu]
        address = self.stub.registers()[RIP]
        if self.hits and others:
            self.stub.go_on_alone(others, 0.02)
            self.stub.select(cpu)
        machine_check(self.vm, SRAR, cpu, phys, self.lsb)
        self.hits += 1
        self.stub.command("Qqemu.sstep=1")      # with interrupts
        for _ in range(20):
            self._step(cpu, lambda: self.stub.registers()[RIP] != address)
            if self.stub.registers()[RIP] != address:
                break
        self.stub.command("Qqemu.sstep=7")      # without

    def _loads(self, cpu, phys):
        code = self.stub.read(self.stub.registers()[RIP], 3)
        return code.startswith(LOADS) and self._is_from(cpu, phys)

    def _is_from(self, cpu, phys):
        address = self.stub.registers()[RSI]
        match = re.search(r"gpa: (0x[0-9a-f]+)",
                          self.vm.hmp(f"gva2gpa {address:#x}", cpu))
        return match and int(match.group(1), 16) >> 12 == phys >> 12
