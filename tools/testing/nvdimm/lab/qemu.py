# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - one QEMU process: its command line, QMP and control line.

A Vm is started either cold or from a saved state.  The guest's console goes
to a file; the second serial port is the control line (guest/proto.h).  A Vm
that panics exits (-no-reboot, panic=-1), so the end of the control line is
an answer too.
"""

import json
import os
import re
import select
import shlex
import shutil
import socket
import subprocess
import tempfile
import time

import apei
from errors import LabError

PMEM_MIB = 768

# What a machine kind adds to the common command line and kernel arguments.
KINDS = {
    "nfit": {
        "bit": 1,
        "firmware": True,
        "tables": ("nvdr",),
        "about": "QEMU NVDIMM, root _DSM from acpi/nvdr.asl",
        "machine": "q35,nvdimm=on",
        "ram": "1G",
        "memory": "1G,slots=2,maxmem=8G",
        "devices": [
            "-object", f"memory-backend-ram,id=pmem,size={PMEM_MIB}M",
            "-device", "nvdimm,memdev=pmem,id=nvdimm0",
        ],
        "append": "",
    },
    "e820": {
        "bit": 2,
        "about": f"memmap={PMEM_MIB}M!1G, no firmware behind it",
        "machine": "q35",
        "ram": "2G",
        "memory": "2G",
        "devices": [],
        "append": f"memmap={PMEM_MIB}M!1G",
    },
}
KINDS["virtio"] = {
    "bit": 8,
    "about": "virtio-pmem",
    # QEMU does not save the state of this device: no clones.
    "cold": True,
    "machine": "q35",
    "ram": "1G",
    "memory": "1G,slots=2,maxmem=8G",
    "devices": [
        # with a file behind it, which a flush syncs
        "-object", f"memory-backend-memfd,id=pmem,size={PMEM_MIB}M",
        "-device", "virtio-pmem-pci,memdev=pmem,id=pmem0",
    ],
    "append": "",
}
KINDS["of"] = dict(KINDS["e820"], bit=16,
                   about="memory of a pmem-region in a device tree (of_pmem)",
                   dtb=True, append=f"memmap={PMEM_MIB}M$1G")
KINDS["plain"] = dict(KINDS["nfit"], bit=32,
                      about="QEMU NVDIMM as it is: no scrub, no clear",
                      firmware=False, tables=())
# Firmware first: the kernel polls an error status block (apei.py).
KINDS["ghes"] = dict(KINDS["e820"], bit=64,
                     about="e820, and errors that firmware tells (GHES)",
                     tables=("hest",), append=KINDS["e820"]["append"]
                     + f" memmap=128K${apei.STATUS_BLOCK:#x}")
# Firmware that makes errors, when the kernel asks for them.
KINDS["einj"] = dict(
    KINDS["nfit"], bit=0, about="nfit, and firmware that makes errors (EINJ)",
    tables=("nvdr", "einj"), einj=True,
    append=f"memmap=128K${apei.EINJ_MEMORY:#x}",
    devices=KINDS["nfit"]["devices"] + ["-device", "pvpanic", "-action",
                                        "panic=pause"])
KINDS["noerms"] = dict(KINDS["e820"], bit=256,
                       about="e820, and a cpu without enhanced rep movsb",
                       cpu=["-erms"])
KINDS["two"] = dict(KINDS["e820"], bit=512,
                    about="e820, and a second device",
                    append="memmap=384M!1G memmap=384M!1536M")
# TCG has SVM with nested paging, and nothing of the kind for Intel.
KINDS["amd"] = dict(KINDS["nfit"], bit=1024,
                    about="nfit on an AMD cpu that a guest's KVM can use",
                    model="EPYC,+svm,+npt", accel="tcg", deferred=True)
# For kernels of nfit_test.config.  Nothing is loaded at boot.  nfit_test hands
# out addresses from 4G on; with memory=1152M@4G they are those of real memory.
KINDS["nfit_test"] = {
    "bit": 2048,
    "about": "drivers are modules; memmap=, and memory for nfit_test",
    "modular": True,
    "machine": "q35",
    "ram": "7G",
    "memory": "7G",
    "devices": [],
    "append": "lab.modular memmap=1152M$4G memmap=3G!6G",
}
# The nfit machine again, one cpu, every guest instruction one nanosecond.
KINDS["count"] = dict(KINDS["nfit"], bit=4,
                      about="nfit, instructions counted (-icount)",
                      icount=True, append="lab.icount")

# And with more memory, for long benchmarks.  The saved state would be as large.
LARGE_GIB = int(os.environ.get("LAB_PMEM_GIB", "9"))
KINDS["large"] = dict(
    KINDS["count"], bit=128, about=f"count with {LARGE_GIB} GiB of pmem",
    cold=True, long=True, memory=f"1G,slots=2,maxmem={LARGE_GIB + 8}G",
    devices=["-object", f"memory-backend-ram,id=pmem,size={LARGE_GIB}G",
             "-device", "nvdimm,memdev=pmem,id=nvdimm0"])

# An AMD guest panics on the first uncorrected error; TCG's "max" is one.
CPU_MODEL = "Skylake-Server-v1"
APPEND = ("console=ttyS0 panic=-1 oops=panic nokaslr loglevel=8 "
          "mitigations=off no_timer_check random.trust_cpu=on")


def find_qemu():
    qemu = shutil.which("qemu-system-x86_64")
    if not qemu:
        raise LabError("qemu-system-x86_64 is missing",
                       "install qemu-system-x86")
    return qemu


class Line:
    """A socket that is read line by line, with a deadline."""

    def __init__(self, path):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(path)
        self.buf = b""

    def read(self, deadline):
        """One line without its end; None at end of file; TimeoutError."""
        while b"\n" not in self.buf:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                raise TimeoutError
            try:
                data = self.sock.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self.buf += data
        line, self.buf = self.buf.split(b"\n", 1)
        return line.decode(errors="replace").rstrip("\r")

    def write(self, text):
        try:
            self.sock.sendall(text.encode())
        except ConnectionError:
            pass    # the guest is gone; the reader will see it


class Vm:
    """A running guest."""

    def __init__(self, kernel, initrd, tools, kind, accel="tcg", state=None,
                 interactive=False, dtb=None, extra=None):
        self.kind = KINDS[kind]
        self.cpus = 1 if self.kind.get("icount") else 2
        self.dir = tempfile.mkdtemp(prefix="pmemlab-")
        self.console_path = os.path.join(self.dir, "console")
        self.events = []
        self.control = self.qmp_line = None
        self.stderr_path = os.path.join(self.dir, "stderr")
        self.process = None
        try:
            argv = self._argv(kernel, initrd, tools, accel, state, interactive,
                              dtb, extra)
            with open(self.stderr_path, "wb") as err:
                self.process = subprocess.Popen(
                    argv, stderr=err,
                    stdin=None if interactive else subprocess.DEVNULL,
                    stdout=None if interactive else subprocess.DEVNULL)
            self._connect()
        except BaseException:
            self.close()
            raise

    def _argv(self, kernel, initrd, tools, accel, state, interactive, dtb,
              extra):
        kind = self.kind
        icount = kind.get("icount")
        console = (["-chardev", "stdio,id=console,signal=off"] if interactive
                   else ["-chardev", f"file,id=console,path={self.console_path}"])
        argv = [
            find_qemu(), "-nodefaults", "-no-user-config", "-no-reboot",
            "-display", "none",
            # The largest block of memory, and therefore the first: QEMU 10.0
            # dies while it saves a machine with TCG otherwise.
            "-object", f"memory-backend-ram,id=ram,size={kind['ram']}",
            "-machine", kind["machine"] + ",memory-backend=ram",
            "-cpu", ",".join([kind.get("model", CPU_MODEL)] + kind.get("cpu", [])),
            "-m", kind["memory"],
            "-smp", str(self.cpus),
            "-kernel", kernel, "-initrd", initrd,
            "-append", f"{APPEND} {kind['append']}",
            *(["-dtb", dtb] if dtb else []),
            *kind["devices"],
            "-drive", f"file={tools},format=raw,if=none,id=tools,readonly=on",
            "-device", "virtio-blk-pci,drive=tools",
            *(["-drive",
               f"file={extra},format=raw,if=none,id=extra,readonly=on",
               "-device", "virtio-blk-pci,drive=extra"] if extra else []),
            *console, "-serial", "chardev:console",
            "-chardev", f"socket,id=control,path={self.dir}/control,server=on,wait=off",
            "-serial", "chardev:control",
            "-qmp", f"unix:{self.dir}/qmp,server=on,wait=off",
            "-gdb", f"unix:{self.dir}/gdb,server=on,wait=off",
        ]
        if icount:
            argv += ["-accel", "tcg,thread=single",
                     "-icount", "shift=0,sleep=off"]
        else:
            argv += ["-accel", kind.get("accel", accel)]
        if state:
            argv += ["-incoming", "exec:" + shlex.join(["cat", state])]
        return argv

    def _connect(self):
        deadline = time.monotonic() + 20
        while True:
            try:
                self.qmp_line = Line(f"{self.dir}/qmp")
                self.control = Line(f"{self.dir}/control")
                break
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise LabError("QEMU did not start: " + self.stderr())
                time.sleep(0.02)
        self._qmp_read(deadline)        # the greeting
        self.qmp("qmp_capabilities")

    def stderr(self):
        """The last thing that QEMU complained of."""
        with open(self.stderr_path, errors="replace") as f:
            lines = [l.strip() for l in f if ": warning: " not in l]
        return lines[-1] if lines else "it gave no reason"

    # ---- QMP

    def _qmp_read(self, deadline):
        text = self.qmp_line.read(deadline)
        if text is None:
            raise EOFError(f"QEMU is gone: {self.stderr()}")
        return json.loads(text)

    def qmp(self, command, timeout=20, **arguments):
        self.qmp_line.write(json.dumps(
            {"execute": command, "arguments": arguments}) + "\n")
        deadline = time.monotonic() + timeout
        while True:
            answer = self._qmp_read(deadline)
            if "event" in answer:
                self.events.append(answer)
            elif "error" in answer:
                raise LabError(f"{command}: {answer['error']['desc']}")
            elif "return" in answer:
                return answer["return"]
            # else the greeting again: the first connection was given up

    def hmp(self, command, cpu=0):
        return self.qmp("human-monitor-command",
                        **{"command-line": command, "cpu-index": cpu})

    def forget_events(self, name):
        """Those that came before now."""
        self.qmp("query-status")
        self.events = [e for e in self.events if e["event"] != name]

    def wait_event(self, name, timeout):
        """The next event of that name; None when it does not come."""
        deadline = time.monotonic() + timeout
        while True:
            for i, event in enumerate(self.events):
                if event["event"] == name:
                    return self.events.pop(i)
            try:
                answer = self._qmp_read(deadline)
            except TimeoutError:
                return None
            if "event" in answer:
                self.events.append(answer)

    # ---- the life of a guest

    def wait_ready(self, timeout):
        """Seconds until the guest said "ready"."""
        start = time.monotonic()
        try:
            line = self.control.read(start + timeout)
        except TimeoutError:
            line = "nothing"
        if line != "ready":
            raise LabError("the guest did not boot: it said "
                           f"{line or 'nothing before it died'}\n"
                           + self.console_tail(15))
        return time.monotonic() - start

    def shell(self, command, timeout, hear, answer):
        """
        Run a shell command in the guest; its exit status, or None when the
        guest died.  @hear gets every line that it prints, @answer what it asks
        of the host.  Raises TimeoutError after @timeout seconds.
        """
        deadline = time.monotonic() + timeout
        self.control.write(f"sh {command}\n")
        while True:
            line = self.next_line(deadline)
            if line is None:
                return None
            word, _, rest = line.partition(" ")
            if word == "out":
                hear(rest)
            elif word == "req":
                answer(self, rest)
            elif word == "exit":
                return int(rest)

    def next_line(self, deadline):
        """What the guest says next, or asks of its firmware."""
        while self.kind.get("einj"):
            try:
                return self.control.read(min(deadline, time.monotonic() + 0.05))
            except TimeoutError:
                if time.monotonic() >= deadline:
                    raise
            if self.wait_event("GUEST_PANICKED", 0.001):
                return "req einj"
        return self.control.read(deadline)

    def wait_running(self, timeout):
        """After an incoming migration."""
        deadline = time.monotonic() + timeout
        while self.qmp("query-status")["status"] != "running":
            if time.monotonic() > deadline:
                raise LabError("the saved state did not load: " + self.stderr())
            time.sleep(0.02)

    def save(self, path, timeout=120):
        """Write the machine's state to a file, whole or not at all."""
        self.qmp("migrate-set-parameters", **{"max-bandwidth": 1 << 40})
        part = path + ".part"
        # Renamed by the one who wrote it, when all of it was written.
        self.qmp("migrate", uri="exec:" + shlex.join(
            ["sh", "-c", 'cat >"$1" && mv "$1" "$2"', "sh", part, path]))
        deadline = time.monotonic() + timeout
        while True:
            status = self.qmp("query-migrate").get("status")
            if status == "completed":
                break
            if status == "failed" or time.monotonic() > deadline:
                raise LabError(f"saving the machine's state: {status}")
            time.sleep(0.05)
        while not os.path.exists(path):
            if time.monotonic() > deadline:
                raise LabError(f"saving the machine's state to {path} failed",
                               "is the disk full?")
            time.sleep(0.05)

    def console(self):
        try:
            with open(self.console_path, errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def console_tail(self, lines):
        return "\n".join(self.console().splitlines()[-lines:])

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


# ---- machine checks (Intel SDM volume 3B, chapter 16; facts in LAB terms:
# status VAL UC EN MISCV ADDRV PCC=0 S, AR when consumed; MISC holds the
# address mode "physical" (2 << 6) and the address lsb).

SRAO = (0xBD000000000000C0, 5)      # found by a scrubber; MCIP RIPV
SRAR = (0xBD80000000000134, 7)      # data load; MCIP EIPV RIPV
BANK = 9

# AMD (APM volume 2, chapter 9): VAL EN ADDRV Deferred, a DRAM ECC error
# of the northbridge.  It is logged; nothing is raised, and the kernel polls.
DEFERRED = 0x9400100000080813
NORTHBRIDGE = 4


def mce(vm, args, cpus):
    """QEMU's command, and its acknowledgment for each cpu."""
    vm.forget_events("MEMORY_FAILURE")
    out = vm.hmp("mce " + args)
    if out.strip():
        raise LabError("mce: " + out.strip())
    for _ in range(cpus):
        event = vm.wait_event("MEMORY_FAILURE", 5)
        action = event and event["data"]["action"]
        if action != "inject":
            raise LabError("QEMU does not raise the machine check: "
                           + (action or "no acknowledgment"))


def machine_check(vm, kind, cpu, phys, lsb):
    status, mcg = kind
    mce(vm, f"-b {cpu} {BANK} {status:#x} {mcg:#x} {phys:#x} {0x80 | lsb:#x}",
        vm.cpus)


def error_found(vm, phys, lsb):
    """By a scrubber; nobody has consumed it."""
    if vm.kind.get("deferred"):
        mce(vm, f"0 {NORTHBRIDGE} {DEFERRED:#x} 0 {phys:#x} 0", 1)
    else:
        machine_check(vm, SRAO, 0, phys, lsb)


def machine_check_in_user(vm, cpu, phys, lsb, code):
    """Raise a consumed error while @cpu runs the 64 bytes at @code in user
    mode: stop the machine, look, and try again if it is elsewhere."""
    for _ in range(400):
        vm.qmp("stop")
        try:
            regs = vm.hmp("info registers", cpu)
            rip = re.search(r"RIP=([0-9a-f]+)", regs)
            if (rip and "CPL=3" in regs
                    and code <= int(rip.group(1), 16) < code + 64):
                machine_check(vm, SRAR, cpu, phys, lsb)
                return
        finally:
            vm.qmp("cont")
        time.sleep(0.005)
    raise LabError(f"cpu {cpu} never ran the waiting loop")
