#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - ndctl's own tests, against nfit_test and cxl_test.

	ndctl.py --kernel stock=DIR --kernel daxmend=DIR [TEST...]

DIR holds a kernel of nfit_test.config with the mocked modules.  The source of
ndctl is Debian 13's, fetched when it is not there yet, checked by apt, built
below --build, and nowhere else.  Every test runs in a clone of its own.
ndctl/expect says how it ends on which kernel; anything else is a failure.
Prints KTAP; where Debian's archive is out of reach, a test that is skipped.
"""

import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import signal
import subprocess
import sys

import image
import judge
import lab as pmemlab
from errors import LabError

LAB = os.path.dirname(os.path.abspath(__file__))
KIND = "nfit_test"
VERSION = "81"              # that ndctl/expect was made with
TIMEOUT = 300               # seconds for one test
TOO_SLOW = "verify loop took too long"  # device-dax measures the host as well
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
RESULTS = ("pass", "fail", "skip", "oops", "hang")
NOT_RUN = "-"
LARGE = {"device-dax": 5}   # GiB that a guest takes, when more than 2

# Programs that the tests call, from the packages that packages --ndctl names.
PROGRAMS = """bash sh env awk grep sed find xargs cmp hexdump xxd jq dmesg kmod
    modprobe lsmod rmmod modinfo uuidgen mount umount mountpoint findmnt blockdev lsblk wipefs
    fallocate losetup parted partprobe filefrag mkfs.ext4 mkfs.xfs e2fsck
    dmsetup fio keyctl trace-cmd hostname ps pgrep pkill kill
    basename cat chmod cp cut date diff getconf dd df dirname du echo expr head id ln ls
    md5sum mkdir mkfifo mknod mktemp mv od printf pwd readlink realpath rm
    rmdir seq sha256sum sleep sort stat sync tail tee test timeout touch tr
    true false truncate uname uniq wc""".split()


class Unavailable(Exception):
    """What is not ours to mend: no network, another version."""


# ---- the source

def mirror():
    """Where this machine's apt gets Debian from."""
    done = subprocess.run(
        ["apt-get", "indextargets", "--format",
         "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(REPO_URI)",
         "Created-By: Packages"], capture_output=True, text=True)
    for line in done.stdout.splitlines():
        origin, label, component, uri = line.split("|")
        if (origin, label, component) == ("Debian", "Debian", "main"):
            return uri
    raise Unavailable("apt gets no Debian archive here")


def apt(home, *args, **kw):
    """apt-get with sources and state of its own; nothing of the machine's is
    changed, its proxies and keys are used."""
    for name in ("state/lists/partial", "cache/archives/partial"):
        os.makedirs(f"{home}/{name}", exist_ok=True)
    done = subprocess.run(
        ["apt-get", "-q", "-o", f"Dir::Etc::sourcelist={home}/sources.list",
         "-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::State={home}/state",
         "-o", f"Dir::Cache={home}/cache", "-o", "APT::Sandbox::User=",
         "-o", "APT::Get::AllowUnauthenticated=0",
         "-o", "Acquire::AllowInsecureRepositories=0",
         *args], capture_output=True, text=True,
        env=dict(os.environ, LC_ALL="C"), **kw)
    wrong = re.findall(r"^[EW]: (.*)", done.stderr, re.M)
    for line in wrong:
        if re.search(r"GPG error|not signed|NO_PUBKEY|KEYSIG|Hash Sum", line):
            raise LabError(f"what apt got is not what Debian signed: {line}")
    if done.returncode or (args[0] == "update" and wrong):
        raise Unavailable(wrong[0] if wrong else f"apt-get {args[0]} failed")


def fetch(build):
    """The tarball; apt has checked it against Debian's signed list."""
    path = f"{build}/ndctl_{VERSION}.orig.tar.gz"
    if os.path.exists(path):
        return path
    home = f"{build}/apt"
    os.makedirs(home, exist_ok=True)
    home = os.path.abspath(home)
    with open(f"{home}/sources.list", "w") as f:
        f.write(f"deb-src [signed-by={KEYRING}] {mirror()} trixie main\n")
    apt(home, "update")
    part = f"{home}/part"
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    apt(home, "source", "--download-only", "--tar-only", "ndctl", cwd=part)
    found = os.listdir(part)
    if os.path.basename(path) not in found:
        raise Unavailable(f"Debian 13 serves {' '.join(found) or 'nothing'}, "
                          f"ndctl/expect is for {VERSION}")
    os.rename(f"{part}/{os.path.basename(path)}", path)
    return path


def compile_suite(build):
    """ndctl as its own build makes it, with the tests that may destroy data:
    in the guest there is none."""
    tarball = fetch(build)
    stamp = image.digest(tarball, __file__)
    home = f"{build}/tree"
    if image.up_to_date(home, stamp):
        return home
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(f"{home}/source")
    image.run(["tar", "xf", tarball, "-C", f"{home}/source",
               "--strip-components=1"], "unpacking ndctl")
    image.run(["meson", "setup", "--prefix=/usr", "--sysconfdir=/etc",
               *(f"-D{name}=disabled"
                 for name in ("docs", "asciidoctor", "systemd")),
               "-Dtest=enabled", "-Ddestructive=enabled",
               "-Dbashcompletiondir=no", f"{home}/build", f"{home}/source"],
              "configuring ndctl")
    image.run(["ninja", "-C", f"{home}/build"], "building ndctl")
    image.set_stamp(home, stamp)
    return home


# ---- the disk

def find_programs():
    found = image.look_for(PROGRAMS)
    missing = [name for name, where in found.items() if not where]
    if missing:
        raise LabError("programs that ndctl's tests call are missing: "
                       + " ".join(missing), "run packages --ndctl")
    return found


def built(home):
    """Programs and libraries of the build."""
    return [f"{at}/{name}" for at, _, names in os.walk(f"{home}/build")
            for name in names if at.split("/")[-1] in
            ("test", "lib", "ndctl", "daxctl", "cxl")
            and os.access(f"{at}/{name}", os.X_OK)]


def install_programs(root, home):
    programs = find_programs()
    for name, path in programs.items():
        image.install(root, path)
    # libkmod and the like; those of the build are found beside it
    for path in (*programs.values(), *built(home)):
        for library in image.libraries(path):
            if not os.path.realpath(library).startswith(os.path.realpath(home)):
                image.install(root, library)
    for name in ("bin", "sbin", "lib", "lib64"):
        os.symlink(f"usr/{name}", f"{root}/{name}")
    os.symlink("/modules", f"{root}/usr/lib/modules")
    shutil.copy(f"{LAB}/ndctl/journalctl", f"{root}/usr/bin")
    # there is no udevd to wait for
    os.symlink("true", f"{root}/usr/bin/udevadm")


def make_disk(out, home):
    """The image for /extra: ndctl's tree and a /usr for it."""
    path = f"{out}/ndctl.img"
    stamp = image.digest(__file__, image.__file__, home + ".stamp",
                         f"{LAB}/ndctl/run", f"{LAB}/ndctl/journalctl",
                         *map(os.path.realpath, find_programs().values()))
    if image.up_to_date(path, stamp):
        return path
    root = f"{out}/ndctl-root"
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(root)
    install_programs(root, home)
    shutil.copytree(f"{home}/source/test", f"{root}/ndctl/source/test")
    for script in glob.glob(f"{root}/ndctl/source/test/*.sh"):
        os.chmod(script, 0o755)     # the tarball has forgotten that of some
    for file in built(home):
        to = f"{root}/ndctl/{os.path.relpath(file, home)}"
        os.makedirs(os.path.dirname(to), exist_ok=True)
        shutil.copy(file, to, follow_symlinks=False)
    shutil.copy(f"{LAB}/ndctl/run", root)
    image.make_ext4(root, path)
    image.set_stamp(path, stamp)
    return path


# ---- what is expected

def expectations(path=f"{LAB}/ndctl/expect"):
    """{test: (on stock, on every other kernel, reason)}"""
    found = {}
    with open(path) as f:
        for line in f:
            if not line.strip() or line.startswith("#"):
                continue
            name, stock, other, *reason = line.split(None, 3)
            if not {stock, other} <= {*RESULTS, NOT_RUN}:
                raise LabError(f"ndctl/expect: {line.strip()}: no such result")
            if not reason and {stock, other} != {"pass"}:
                raise LabError(f"ndctl/expect: {name}: without a reason")
            if stock == "pass" != other:
                raise LabError(f"ndctl/expect: {name}: a regression")
            found[name] = stock, other, "".join(reason).strip()
    return found


# ---- one test

def too_large(name):
    """Why the memory of this machine does not do for a test; None if it does."""
    want, have = pmemlab.JOBS * LARGE.get(name, 0), pmemlab.available_gib()
    return f"takes {want} GiB of memory, {have} are free" if have < want else None


class Test:
    def __init__(self, lab, kernel, name, expected):
        self.lab, self.kernel, self.name = lab, kernel, name
        stock, other, self.reason = expected
        self.expected = stock if kernel.name == "stock" else other
        self.result, self.lines, self.console = NOT_RUN, [], ""
        if too_large(name):
            self.expected, self.reason = NOT_RUN, too_large(name)

    def clone(self):
        """Run it in a clone; its exit status, None when the guest died."""
        state = self.lab.state(self.kernel, KIND)
        with self.lab.vm(self.kernel, KIND, state=state) as vm:
            try:
                vm.wait_running(60)
                status = vm.shell(f"/extra/run {self.name}", TIMEOUT,
                                  self.lines.append, None)
                if status is None:
                    vm.process.wait(20)
                return status
            finally:
                self.console = vm.console()

    def run(self):
        if self.expected == NOT_RUN:
            return self
        for _ in range(3):
            self.lines = []
            try:
                status = self.clone()
                self.result = {0: "pass", 77: "skip", None: "oops"}.get(
                    status, "fail")
            except (TimeoutError, subprocess.TimeoutExpired):
                self.result = "hang"
            except (LabError, EOFError, OSError) as e:
                self.result = f"nothing, host: {e or 'QEMU is gone'}"
            if not (judge.emulator_failed(self.console)
                    or any(TOO_SLOW in line for line in self.lines)):
                break
        if judge.splats(self.console):
            self.result = "oops"
        self.log()
        return self

    def log(self):
        with open(f"{self.lab.out}/logs/{self.kernel.name}-ndctl-"
                  f"{self.name}.log", "w") as f:
            f.write("\n".join(self.lines) + f"\n\n{self.console}\n"
                    f"{self.result}\n")

    def ktap(self, number):
        good = self.result == self.expected
        text = f"{self.kernel.name}: ndctl: {self.name}"
        if self.expected == NOT_RUN or good and self.result == "skip":
            text += f" # SKIP {self.reason}"
        elif good and self.result != "pass":
            text += f": {self.result}, as listed: {self.reason}"
        print(f"{'ok' if good else 'not ok'} {number} {text}", flush=True)
        if not good:
            pmemlab.say(f"expected: {self.expected}; it was: {self.result}")
            pmemlab.say("\n".join(self.lines[-25:]))
            pmemlab.say("\n".join(judge.splats(self.console)[:5]))
        return good


def pick(expected, names):
    for name in names:
        if name not in expected:
            raise LabError(f"ndctl/expect has no test '{name}'")
    return names or list(expected)


def run_all(args):
    kernels = [pmemlab.Kernel(k) for k in args.kernel]
    expected = expectations()
    names = pick(expected, args.tests)
    home = compile_suite(os.path.abspath(args.build))
    lab = pmemlab.Lab(args.out)
    lab.extra = make_disk(args.out, home)
    tests = [Test(lab, kernel, name, expected[name])
             for name in names for kernel in kernels]
    print(f"KTAP version 1\n1..{len(tests)}", flush=True)
    for kernel in kernels:
        lab.make_state(kernel, KIND)
    with concurrent.futures.ThreadPoolExecutor(pmemlab.JOBS) as pool:
        done = [t.ktap(number) for number, t
                in enumerate(pool.map(Test.run, tests), 1)]
    return 0 if all(done) else 1


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tests", nargs="*")
    parser.add_argument("--kernel", action="append", required=True,
                        metavar="NAME=DIR")
    parser.add_argument("--build", default="build/ndctl",
                        help="directory for ndctl's source and build")
    parser.add_argument("--out", default="build/lab",
                        help="directory for images and saved states")
    args = parser.parse_intermixed_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        os.makedirs(args.build, exist_ok=True)
        os.makedirs(args.out, exist_ok=True)
        return run_all(args)
    except Unavailable as e:
        print(f"KTAP version 1\n1..1\nok 1 ndctl's tests # SKIP {e}")
        return 0
    except KeyboardInterrupt:
        return 130
    except LabError as e:
        print(f"ndctl: {e}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
