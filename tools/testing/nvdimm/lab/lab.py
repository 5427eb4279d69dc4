#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - boots kernels with emulated persistent memory, hits them
with machine checks, and says what they did.

	lab.py list		scenarios, machines
	lab.py run     --kernel daxmend=DIR [SCENARIO...]	KTAP
	lab.py compare --kernel stock=DIR --kernel daxmend=DIR	table, KTAP
	lab.py bench   --kernel stock=DIR --kernel daxmend=DIR	instructions, ratio
	lab.py bench --long ...		with large memory too, OUT/revoke.dat
	lab.py shell   --kernel daxmend=DIR
	lab.py sh      --kernel daxmend=DIR COMMAND	exits as COMMAND does
	lab.py selftests --kernel daxmend=DIR	KTAP of tools/testing/selftests/dax

DIR holds a built kernel tree (vmlinux and arch/x86/boot/bzImage).  One boot
per kernel and machine kind, kept as a saved state; one clone of it per
scenario.  A kernel named "stock" is held to what the scenarios say of stock,
every other one must pass.
"""

import argparse
import concurrent.futures
import contextlib
import fcntl
import functools
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import einj
import image
import judge
import qemu
import revoke
import selftests
from errors import LabError
from gdbstub import ArmedLoads

BOOT_TIMEOUT = 180      # seconds; TCG on a slow machine
LONG_TIMEOUT = 7200     # of a long benchmark
JOBS = min(2, os.cpu_count() or 1)


class Kernel:
    def __init__(self, spec):
        self.name, _, tree = spec.partition("=")
        self.tree = tree
        self.image = f"{tree}/arch/x86/boot/bzImage"
        self.vmlinux = f"{tree}/vmlinux"
        for path in (self.image, self.vmlinux):
            if not os.path.exists(path):
                raise LabError(f"kernel {self.name}: {path} is missing",
                               "build it first")


class Lab:
    """What all runs share: images, saved states, how fast the machine is."""

    def __init__(self, out):
        self.out = out
        os.makedirs(f"{out}/logs", exist_ok=True)
        # One at a time makes images and states here, and uses them.
        self.lock = open(f"{out}/.lock", "w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.guest = image.build_guest(out)
        self.scenarios = image.list_scenarios(self.guest)
        self.tools = image.build_tools(out)
        self.accel = "tcg"
        self.initrds = {}
        self.states = {}
        self.timeout = 120      # seconds; more where booting takes long
        self.extra = None       # an ext4 image, mounted at /extra

    def pick(self, names):
        known = {s["name"] for s in self.scenarios}
        for name in names:
            if name not in known:
                raise LabError(f"no scenario '{name}'", "see lab.py list")
        return [s for s in self.scenarios if not names or s["name"] in names]

    def initrd(self, kernel, kind):
        key = kernel.name, kind
        if key not in self.initrds:
            about = qemu.KINDS[kind]
            name = f"{kernel.name}-{kind}" if about.get("modular") else kernel.name
            self.initrds[key] = image.build_initrd(
                self.out, self.guest, name, kernel.tree,
                about.get("tables", ()))
        return self.initrds[key]

    def vm(self, kernel, kind, **kw):
        dtb = (image.compile_dts(self.out)
               if qemu.KINDS[kind].get("dtb") else None)
        kw.setdefault("extra", self.extra)
        return qemu.Vm(kernel.image, self.initrd(kernel, kind), self.tools,
                       kind, accel=self.accel, dtb=dtb, **kw)

    def state(self, kernel, kind):
        """The saved state of a booted machine."""
        return self.states[kernel.name, kind]

    def make_state(self, kernel, kind):
        """Boot the machine and save it, if that has not been done."""
        made_of = image.digest(
            kernel.image, self.initrd(kernel, kind), self.tools,
            qemu.__file__, *([self.extra] if self.extra else []),
            extra=self.accel + image.run([qemu.find_qemu(), "--version"], "QEMU"))
        name = f"{kernel.name}-{kind}{'+extra' if self.extra else ''}-"
        path = f"{self.out}/{name}{made_of}.state"
        self.states[kernel.name, kind] = path
        if os.path.exists(path):
            return
        for old in os.listdir(self.out):
            if old.startswith(name):
                os.unlink(f"{self.out}/{old}")
        for last in (False, False, True):
            try:
                self.boot_and_save(kernel, kind, path)
                return
            except LabError:
                with open(self.boot_log(kernel, kind)) as f:
                    if last or not judge.emulator_failed(f.read()):
                        raise

    def boot_log(self, kernel, kind):
        return f"{self.out}/logs/{kernel.name}-{kind}-boot.log"

    def boot_and_save(self, kernel, kind, path):
        with self.vm(kernel, kind) as vm:
            try:
                seconds = vm.wait_ready(BOOT_TIMEOUT)
                say(f"{kernel.name} booted on {kind} in {seconds:.1f} s")
                if judge.splats(vm.console()):
                    raise LabError(
                        f"kernel {kernel.name} boots on {kind} with a splat: "
                        + judge.splats(vm.console())[0])
                vm.save(path)
            finally:
                shutil.copy(vm.console_path, self.boot_log(kernel, kind))
        self.timeout = max(self.timeout, 30 * seconds)


def choose_accel(lab, kernel, kind):
    """KVM only after a canary has booted with it in a few seconds."""
    if os.environ.get("LAB_ACCEL") != "kvm":
        return "tcg"
    lab.accel = "kvm"
    try:
        with lab.vm(kernel, kind) as vm:
            vm.wait_ready(15)
        return "kvm"
    except (LabError, EOFError, TimeoutError) as e:
        say(f"KVM is of no use here, using TCG: {str(e).splitlines()[0]}")
        return "tcg"


def say(text):
    print("# " + text.replace("\n", "\n# "), flush=True)


# ---- one scenario

class Run:
    """One scenario in one clone."""

    def __init__(self, lab, kernel, kind, scenario):
        self.lab, self.kernel = lab, kernel
        self.kind, self.scenario = kind, scenario
        self.notes, self.outcome, self.console = [], None, ""
        self.armed = None
        self.refused = None     # what the host could not do

    def answer(self, vm, request):
        """Do what a scenario asks of the host; the answer, if there is one."""
        what, *args = request.split()
        if what == "scrub":
            qemu.error_found(vm, int(args[0], 0), int(args[1]))
        elif what == "load":
            qemu.machine_check_in_user(vm, int(args[2]), int(args[0], 0),
                                       int(args[1]), int(args[3], 0))
        elif what == "arm":
            self.armed = ArmedLoads(vm, self.kernel.vmlinux, int(args[0]),
                                    args[1].split(","),
                                    [int(page, 0) for page in args[2:]])
            self.armed.start()
        elif what == "hits":
            armed, self.armed = self.armed, None
            return armed.disarm()
        elif what == "clock":
            return time.monotonic_ns() // 1000
        else:
            raise LabError(f"unknown request '{what}'")

    def reply(self, vm, request):
        if request == "einj":       # nobody waits for an answer
            einj.make_error(vm)
            return
        try:
            answer = self.answer(vm, request)
            vm.control.write(f"ack {'ok' if answer is None else answer}\n")
        except (LabError, EOFError, TimeoutError) as e:
            self.refused = str(e) or "QEMU did not answer"
            vm.control.write(f"ack !{self.refused}\n")

    def converse(self, vm, deadline):
        """Until the scenario's last word."""
        while True:
            try:
                line = vm.control.read(deadline)
            except TimeoutError:
                return "timeout"
            if line is None:
                return None
            word, _, rest = line.partition(" ")
            if word in ("pass", "fail"):
                return line
            if word == "note":
                self.notes.append(rest)
            elif word == "req":
                self.reply(vm, rest)

    def timeout(self):
        long = qemu.KINDS[self.kind].get("long")
        return LONG_TIMEOUT if long else self.lab.timeout

    def clone(self):
        """Run the scenario in a clone; its last word."""
        cold = qemu.KINDS[self.kind].get("cold")
        state = None if cold else self.lab.state(self.kernel, self.kind)
        with self.lab.vm(self.kernel, self.kind, state=state) as vm:
            try:
                if cold:
                    vm.wait_ready(BOOT_TIMEOUT)
                else:
                    vm.wait_running(60)
                vm.control.write(f"run {self.scenario['name']}\n")
                word = self.converse(vm, time.monotonic() + self.timeout())
                if word is None:
                    vm.process.wait(20)
            finally:
                self.console = vm.console()
        if word == "pass" and (self.refused or self.armed):
            return f"fail host: {self.refused or 'an armed error was not asked for'}"
        return word

    def run(self):
        for _ in range(3):
            self.run_once()
            if not judge.emulator_failed(self.console):
                break
        return self

    def run_once(self):
        self.notes, self.armed, self.refused = [], None, None
        try:
            word = self.clone()
        except (LabError, EOFError, TimeoutError, OSError,
                subprocess.TimeoutExpired) as e:
            word = f"fail host: {e}"
        self.outcome = judge.outcome(self.console, word)
        with open(f"{self.lab.out}/logs/{self.kernel.name}-{self.kind}-"
                  f"{self.scenario['name']}.log", "w") as f:
            f.write(f"{self.console}\n{self.outcome}\n")

    def expected(self):
        """What this kernel should do: None means pass."""
        if self.kernel.name != "stock":
            return None
        firmware = qemu.KINDS[self.kind].get("firmware")
        return self.scenario["stock" if firmware else "stock_e820"] or None

    def as_expected(self):
        want = self.expected()
        if want:
            return self.outcome.startswith(tuple(want.split(" or ")))
        return self.outcome == "passes"

    def ktap(self, number):
        ok = "ok" if self.as_expected() else "not ok"
        print(f"{ok} {number} {self.kernel.name}: {self.kind}: "
              f"{self.scenario['title']} ({self.scenario['name']})", flush=True)
        for text in self.notes:
            say(text)
        if not self.as_expected():
            say(f"expected: {self.expected() or 'passes'}")
            say(f"it {self.outcome}")
            say("\n".join(self.console.splitlines()[-25:]))


def plan(lab, kernels, kinds, scenarios, bench=False, long=False):
    """All runs, in order; benchmarks and large machines only when asked for."""
    runs = []
    scenarios = [s for s in scenarios if s["bench"] == bench]
    kinds = kinds or [k for k, v in qemu.KINDS.items()
                      if not v.get("modular") and (long or not v.get("long"))]
    for scenario in scenarios:
        for kind, about in qemu.KINDS.items():
            if about["bit"] & scenario["on"] and kind in kinds:
                runs += [Run(lab, k, kind, scenario) for k in kernels]
    return runs


def execute(lab, runs, quiet):
    """All runs, some at a time, reported in order; True when as expected."""
    if not quiet:
        print(f"KTAP version 1\n1..{len(runs)}", flush=True)
    if runs:
        lab.accel = choose_accel(lab, runs[0].kernel, runs[0].kind)
    for kernel, kind in dict.fromkeys((r.kernel, r.kind) for r in runs):
        lab.make_state(kernel, kind)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for number, done in enumerate(pool.map(Run.run, runs), 1):
            if quiet:
                last = number == len(runs)
                print(f"  {number} of {len(runs)} runs", flush=True,
                      end="\r" if sys.stdout.isatty() and not last else "\n")
            else:
                done.ktap(number)
    return all(r.as_expected() for r in runs)


def totals(runs):
    passed = sum(r.as_expected() for r in runs)
    return f"{passed} passed, {len(runs) - passed} failed"


def table(runs, kernels):
    """Scenario and machine, then a column for every kernel."""
    rows = {}
    for r in runs:
        rows.setdefault((r.scenario["title"], r.kind), {})[r.kernel.name] = r
    width = max(len(t) for t, _ in rows)
    column = max(len(r.outcome) for r in runs) + 2
    column = min(column, 46)
    head = f"{'scenario':{width}}  {'pmem':5}  " + "  ".join(
        f"{k.name:{column}}" for k in kernels)
    print(head.rstrip() + "\n" + "-" * len(head.rstrip()))
    for (title, kind), cells in rows.items():
        texts = []
        for k in kernels:
            text = cells[k.name].outcome
            if not cells[k.name].as_expected():
                text = text[:column - 4] + " (!)"
            texts.append(f"{text[:column]:{column}}")
        print(f"{title:{width}}  {kind:5}  " + "  ".join(texts).rstrip())
    surprises = [r for r in runs if not r.as_expected()]
    for r in surprises:
        if r.kernel.name == "stock":
            print(f"(!) stock no longer \"{r.expected() or 'passes'}\" in "
                  f"{r.scenario['name']} on {r.kind}: it {r.outcome}")
        else:
            print(f"(!) {r.kernel.name}: {r.scenario['name']} on {r.kind}: "
                  f"it {r.outcome}")


# ---- commands

def cmd_list(args):
    lab_guest = image.build_guest(args.out)
    for s in image.list_scenarios(lab_guest):
        kinds = "+".join(k for k, v in qemu.KINDS.items() if v["bit"] & s["on"])
        print(f"{s['name']:34} {kinds:12} {s['audit']:8} {s['title']}")
    print()
    for kind, about in qemu.KINDS.items():
        print(f"{kind:34} {about['about']}")
    return 0


def cmd_run(args, compare=False):
    kernels = [Kernel(k) for k in args.kernel]
    lab = Lab(args.out)
    scenarios = [s for s in lab.pick(args.scenarios)
                 if s["demo"] or not args.demo]
    runs = plan(lab, kernels, args.machine, scenarios)
    if not runs:
        raise LabError("no scenario runs on that machine")
    good = execute(lab, runs, args.quiet)
    if compare:
        print()
        table(runs, kernels)
    print(totals(runs))
    return 0 if good else 1


def measured(run):
    """What a benchmark counted: {name: (instructions, limit in thousandths)}."""
    found = {}
    for text in run.notes:
        word, _, rest = text.partition(" ")
        if word == "measure":
            count, limit, name = rest.split(" ", 2)
            found[name] = int(count), int(limit)
    return found


def rows_of(runs, kernels):
    """(what, instructions on the first kernel, on another, limit, its name)."""
    for scenario in dict.fromkeys(r.scenario["name"] for r in runs):
        found = {r.kernel.name: measured(r) for r in runs
                 if r.scenario["name"] == scenario}
        for what, (base, limit) in found[kernels[0].name].items():
            for kernel in kernels[1:]:
                count = found[kernel.name].get(what, (0, 0))[0]
                yield what, base, count, limit, kernel.name


def healthy_path(runs, kernels):
    """(met, text, row of the table) for all that measure() counted."""
    for what, base, count, limit, name in rows_of(runs, kernels):
        row = (f"{what:46} {base:9} {count:9} {count / base:7.4f} "
               f"{limit / 1000:6.3f}")
        yield (0 < count * 1000 <= base * limit,
               f"{name}: {' '.join(row.split())}", row)


def revoking(runs, kernels):
    """What revoking costs on every kernel: {name: costs}."""
    found = {k.name: {} for k in kernels}
    for run in runs:
        found[run.kernel.name].update(revoke.costs(run))
    return found


def bench_tables(rows, found, first):
    """What a reader gets who did not ask for KTAP."""
    if rows:
        print(f"{'instructions per call':46} {first:>9} {'patched':>9} "
              f"{'ratio':>7} {'limit':>6}")
    for good, _, row in rows:
        print(row + ("" if good else "  (!)"))
    for name, costs in found.items():
        for line in revoke.table(name, costs):
            print(line)


def print_ktap(results):
    print(f"KTAP version 1\n1..{len(results)}")
    for number, (good, text) in enumerate(results, 1):
        print(f"{'ok' if good else 'not ok'} {number} {text}")


def available_gib():
    with open("/proc/meminfo") as f:
        return int(re.search(r"MemAvailable:\s+(\d+)", f.read())[1]) >> 20


def expect_memory_for(kernels):
    """For large machines: better no start than an end by the OOM killer."""
    want = len(kernels[:JOBS]) * (qemu.LARGE_GIB + 1)
    have = available_gib()
    if have < want:
        raise LabError(f"{have} GiB of memory are available, {want} are needed",
                       f"LAB_PMEM_GIB={max(2, have // JOBS - 1)} takes less")


def run_benchmarks(args, kernels):
    if args.long:
        expect_memory_for(kernels)
    lab = Lab(args.out)
    runs = plan(lab, kernels, None, lab.pick(args.scenarios), bench=True,
                long=args.long)
    if not runs:
        raise LabError("no such benchmark")
    for run in runs:
        if not qemu.KINDS[run.kind].get("cold"):
            lab.make_state(run.kernel, run.kind)
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        list(pool.map(Run.run, runs))
    return runs


def cmd_bench(args):
    """Instructions on the first kernel and on the others, as ratios."""
    kernels = [Kernel(k) for k in args.kernel]
    runs = run_benchmarks(args, kernels)
    results = [(r.outcome == "passes", f"{r.kernel.name}: {r.scenario['name']}"
                + ("" if r.outcome == "passes" else f": it {r.outcome}"))
               for r in runs]
    rows = list(healthy_path(runs, kernels))
    found = revoking(runs, kernels)
    if not rows and not any(found.values()):
        raise LabError("nothing was measured")
    results += [(good, text) for good, text, _ in rows]
    for name in [k.name for k in kernels[1:]]:
        results += [(good, f"{name}: {text}") for good, text
                    in revoke.limits(found[kernels[0].name], found[name])]
    if args.long:
        revoke.write(f"{args.out}/revoke.dat", found)
    if args.ktap:
        print_ktap(results)
    else:
        bench_tables(rows, found, kernels[0].name)
        for good, text in results:
            if not good:
                print(f"(!) {text}")
    return 0 if all(good for good, _ in results) else 1


def cmd_compare(args):
    return cmd_run(args, compare=True)


def cmd_shell(args):
    """Interactive; a thread of ours answers the guest's requests."""
    kernel = Kernel(args.kernel[0])
    lab = Lab(args.out)
    kind = (args.machine or ["nfit"])[0]
    lab.initrd(kernel, kind)
    lab.lock.close()
    run = Run(lab, kernel, kind, {"name": "shell", "title": "shell"})
    print(f"booting {kernel.name} on {kind}; leave with 'exit'", flush=True)
    # The console is the terminal: it must pass keys on, and ^C is the guest's.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stty = None
    if sys.stdin.isatty():
        import termios
        import tty
        stty = termios.tcgetattr(0)
        tty.setraw(0)
    try:
        with lab.vm(kernel, kind, interactive=True) as vm:
            vm.wait_ready(BOOT_TIMEOUT)
            vm.control.write("shell\n")
            run.converse(vm, time.monotonic() + 1e9)
    finally:
        if stty:
            termios.tcsetattr(0, termios.TCSADRAIN, stty)
    return 0


@contextlib.contextmanager
def booted(lab, kernel, kind, extra):
    """A guest that is ready; booted again when it was the emulator's fault
    that one did not get there."""
    for last in (False, False, True):
        vm = lab.vm(kernel, kind, extra=extra)
        try:
            vm.wait_ready(BOOT_TIMEOUT)
            break
        except LabError:
            again = not last and judge.emulator_failed(vm.console())
            vm.close()
            if not again:
                raise
    with vm:
        yield vm


def guest_command(lab, kernel, kind, command, extra=None, hear=print,
                  timeout=None, log="sh"):
    """
    Run a shell command in a guest that is booted for it, with the disk image
    @extra at /extra.  Returns (exit status or None, console); the log is
    logs/KERNEL-KIND-@log.log.
    """
    run = Run(lab, kernel, kind, {"name": "sh", "title": "sh"})
    status = None
    with booted(lab, kernel, kind, extra) as vm:
        try:
            status = vm.shell(command, timeout or lab.timeout, hear, run.reply)
            if status is None:
                vm.process.wait(20)
        finally:
            console = vm.console()
            with open(f"{lab.out}/logs/{kernel.name}-{kind}-{log}.log",
                      "w") as f:
                f.write(console)
    return status, console


def cmd_sh(args):
    kernel, lab = Kernel(args.kernel[0]), Lab(args.out)
    status, console = guest_command(
        lab, kernel, (args.machine or ["nfit"])[0], " ".join(args.scenarios),
        extra=args.extra)
    found = judge.splats(console)
    for line in found:
        print(f"lab: the kernel says: {line}", file=sys.stderr)
    return 1 if status is None or found else status


def cmd_selftests(args):
    """The kernel's own tests, of its tree or of another."""
    kernel, lab = Kernel(args.kernel[0]), Lab(args.out)
    disk = selftests.build(args.out, args.selftests or
                           f"{kernel.tree}/tools/testing/selftests/dax")
    for _, kind, *_ in selftests.plan(args.machine):
        lab.initrd(kernel, kind)
    return selftests.run(kernel, args.machine, functools.partial(
        guest_command, lab, extra=disk), JOBS)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("command", choices=["list", "run", "compare", "bench", "shell",
                                            "sh", "selftests"])
    parser.add_argument("scenarios", nargs="*")
    parser.add_argument("--kernel", action="append", default=[],
                        metavar="NAME=DIR")
    parser.add_argument("--machine", action="append", choices=list(qemu.KINDS))
    parser.add_argument("--out", default="build/lab",
                        help="directory for images and saved states")
    parser.add_argument("--extra", metavar="IMAGE",
                        help="sh: an ext4 image, mounted at /extra")
    parser.add_argument("--selftests", metavar="DIR",
                        help="selftests: those of this directory, not the kernel's")
    parser.add_argument("--demo", action="store_true",
                        help="only the scenarios of the demo")
    parser.add_argument("--quiet", action="store_true",
                        help="progress and table, no KTAP")
    parser.add_argument("--ktap", action="store_true",
                        help="the benchmarks as tests, with their limits")
    parser.add_argument("--long", action="store_true",
                        help="the benchmarks of large machines as well")
    args = parser.parse_intermixed_args()
    if args.command != "list" and not args.kernel:
        parser.error("--kernel NAME=DIR is needed")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        os.makedirs(args.out, exist_ok=True)
        return globals()["cmd_" + args.command](args)
    except KeyboardInterrupt:
        return 130
    except LabError as e:
        print(f"lab: {e}", file=sys.stderr)
        return 1
    except (EOFError, TimeoutError) as e:
        print(f"lab: QEMU went away or did not answer: {e}", file=sys.stderr)
        return 1
    except OSError as e:
        print(f"lab: {e.filename or 'system call'}: {e.strerror}",
              file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
