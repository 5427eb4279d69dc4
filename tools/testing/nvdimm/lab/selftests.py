# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - the kernel's own tests, tools/testing/selftests/dax.

They are built as their user builds them, put on a disk, and run in guests.  In
the lab a test that is skipped is a failure, unless the guest has not got what
it wants: else tests that skip everything would pass.
"""

import concurrent.futures
import os
import re
import shutil

import image
import judge
import kbuild
from errors import LabError

TIMEOUT = 1500      # seconds, for one program; TCG on a slow machine
MARK = "lab: selftests"     # what the console says from here on counts

ALLOWED = "DAX_TEST_ALLOW=destroy,inject,unbind "
NOTHING = r"(?!)"
NO_EINJ = r"EINJ: no apei/einj in debugfs"
NO_BUS = r"ndctl inject-error: no error injection on this bus"


def devdax(align):
    return (f"ndctl create-namespace -f -e namespace0.0 -m devdax -M mem "
            f"-a {align} >/dev/null && ")


FSDAX = "DAX_TEST_DEV=/dev/pmem0 " + ALLOWED + "/extra/fsdax_poison"
DEVDAX = "DAX_TEST_DEV=/dev/dax0.0 " + ALLOWED + "/extra/devdax_poison"
SOME = " -t bad_page_as_buffer"

# What is run: a title, the machine, the command, and why a test may be skipped.
RUNS = [
    ("files", "nfit", FSDAX, NO_EINJ),
    ("files", "e820", FSDAX, f"{NO_EINJ}|{NO_BUS}"),
    ("files", "virtio", FSDAX + " -F fsdax -F fsdax_unbind", NOTHING),
    ("files, EINJ", "einj", FSDAX + " -v ext4_4k_einj -v xfs_2m_einj", NOTHING),
    ("device of 2 MiB pages, EINJ", "einj", devdax("2m") + DEVDAX + " -v einj",
     NOTHING),
    ("device of 4 KiB pages", "nfit", devdax("4k") + DEVDAX, NO_EINJ),
    ("device of 2 MiB pages", "nfit", devdax("2m") + DEVDAX, NO_EINJ),
    ("device of 2 MiB pages", "e820", devdax("2m") + DEVDAX,
     f"{NO_EINJ}|{NO_BUS}"),
]

# What keeps them from touching a device: every test has to be skipped for it.
GUARDS = [
    ("no device", "/extra/fsdax_poison" + SOME, "no device is named"),
    ("no device", "/extra/devdax_poison" + SOME, "no device is named"),
    ("a device, and no word that it may be destroyed",
     "DAX_TEST_DEV=/dev/pmem0 /extra/fsdax_poison" + SOME,
     "/dev/pmem0 may not be overwritten"),
    ("a device that is mounted",
     "mkfs.ext4 -q -F /dev/pmem0 && mount /dev/pmem0 /mnt && "
     + FSDAX + SOME, "/dev/pmem0 is in use"),
    ("a device that a volume is made of",
     "echo 0 2048 linear /dev/pmem0 0 | dmsetup create v && "
     + FSDAX + SOME, "/dev/pmem0 is in use"),
    ("a device that a process has open",
     "exec 5</dev/pmem0; " + FSDAX + SOME,
     r"/dev/pmem0 is in use by a process \(\d+\)"),
    ("a device that a loop device is on",
     "busybox losetup /dev/loop0 /dev/pmem0 && " + FSDAX + SOME,
     "/dev/pmem0 is in use by /dev/loop0"),
    ("a device when processes cannot be seen",
     "busybox unshare -m sh -c 'mount -t tmpfs none /proc && "
     + FSDAX + SOME + "'", "not in the initial PID namespace"),
    ("a disk that is no pmem",
     "DAX_TEST_DEV=/dev/vda " + ALLOWED + "/extra/fsdax_poison" + SOME,
     "/dev/vda is no pmem disk"),
    ("a device with a long name",
     "L=/dev/$(printf %070d 0) && "
     "mknod $L b $(tr : ' ' </sys/class/block/pmem0/dev) && "
     "DAX_TEST_DEV=$L " + ALLOWED + "/extra/fsdax_poison" + SOME,
     "the name /dev/0+... is too long"),
    ("a device-dax that a process has open",
     devdax("2m") + "exec 5</dev/dax0.0; " + DEVDAX + SOME,
     "/dev/dax0.0 is in use by a process"),
]

RESULT = re.compile(r"^(ok|not ok) \d+ (\S+)(?: # SKIP (.*))?$")
PLAN = re.compile(r"^1\.\.(\d+)$")


def build(out, source):
    """The disk with the test programs of the directory @source."""
    made, disk = f"{out}/selftests", f"{out}/selftests.img"
    if not os.path.exists(f"{source}/Makefile"):
        raise LabError(f"{source} has no tests")
    shutil.rmtree(made, ignore_errors=True)
    os.makedirs(made)
    image.run(["make", "-s", "-C", source, f"OUTPUT={os.path.abspath(made)}",
               "USERLDFLAGS=-static"], "building the selftests",
              env=kbuild.environment())
    image.make_ext4(made, disk)
    return disk


class Results:
    """What a test program prints, test by test: (good, title, skip, text)."""

    def __init__(self, title, skips, all_skip):
        self.title, self.skips, self.all_skip = title, skips, all_skip
        self.planned, self.tests, self.text = None, [], []

    def judge(self, ok, skipped):
        """None, or what is wrong with a result."""
        if not ok:
            return "fails"
        if skipped is None:
            return "is not skipped" if self.all_skip else None
        return None if re.match(self.skips, skipped) else "is skipped"

    def add(self, name, wrong, skipped=None):
        self.tests.append((not wrong, f"{self.title}: {name}", skipped,
                           self.text + [f"it {w}" for w in wrong]))
        self.text = []

    def hear(self, line):
        result, plan = RESULT.match(line), PLAN.match(line)
        if plan:
            self.planned = int(plan[1])
        elif result:
            wrong = self.judge(result[1] == "ok", result[3])
            self.add(result[2], [wrong] if wrong else [], result[3])
        else:
            self.text.append(line)

    def end(self, status, console):
        """The program as a whole."""
        _, _, told = console.rpartition(MARK)
        wrong = judge.splats(told)[:1]
        if status is None:
            wrong.append("dies, and the guest with it")
        if not self.planned or len(self.tests) != self.planned:
            wrong.append(f"has {len(self.tests)} results of {self.planned}")
        if wrong:
            self.text += console.splitlines()[-25:]
        self.add("ends well", wrong)

    def as_one(self):
        """One result for all of them."""
        bad = [t for t in self.tests if not t[0]]
        text = [line for _, title, _, lines in bad for line in [title, *lines]]
        return [(not bad, f"{self.title}: {len(self.tests) - 1} tests", None,
                 text)]


class Ktap:
    """Results, numbered through; the plan is known at the end."""

    def __init__(self):
        self.number = self.failed = 0
        print("KTAP version 1", flush=True)

    def tell(self, ok, title, skipped, text):
        self.number += 1
        self.failed += not ok
        if not ok:
            print("\n".join(f"# {t.lstrip('# ')}" for t in text))
        skip = f" # SKIP {skipped}" if ok and skipped else ""
        print(f"{'ok' if ok else 'not ok'} {self.number} {title}{skip}",
              flush=True)

    def end(self):
        print(f"1..{self.number}")
        return 1 if self.failed or not self.number else 0


def plan(machines):
    """(title, machine, command, reasons for a skip, all are skipped)"""
    runs = [(*run, False) for run in RUNS]
    runs += [(f"refuses {title}", "nfit", command, reason, True)
             for title, command, reason in GUARDS]
    return [run for run in runs if not machines or run[1] in machines]


def run_once(kernel, title, machine, command, skips, all_skip, shell):
    """One program in one guest; its results, and the console."""
    results = Results(f"{kernel.name}: {machine}: {title}", skips, all_skip)
    status, console = None, ""
    try:
        status, console = shell(kernel, machine,
                                f"echo {MARK} >/dev/kmsg; ({command}) 2>&1",
                                hear=results.hear, timeout=TIMEOUT,
                                log=title.replace(" ", "-"))
    except (LabError, EOFError, TimeoutError) as e:
        results.text.append(str(e) or "no answer in time")
    results.end(status, console)
    return results.as_one() if all_skip else results.tests, console


def run(kernel, machines, shell, jobs):
    """All of them, on one kernel; @shell runs a command in a guest."""
    runs = plan(machines)
    if not runs:
        raise LabError("no selftest runs on that machine")

    def run_one(about):
        for _ in range(3):
            tests, console = run_once(kernel, *about, shell)
            if not judge.emulator_failed(console):
                break
        return tests

    ktap = Ktap()
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for tests in pool.map(run_one, runs):
            for test in tests:
                ktap.tell(*test)
    return ktap.end()
