#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - build a kernel for it.

	kbuild.py TREE [--fragment FILE] [--mocks DIR]

Configures TREE (tinyconfig and a fragment, kernel.config by default) and
builds vmlinux, bzImage and modules in it, showing how far it is; then the
modules in DIR of the tree, that are not a part of the kernel.  The file
TREE/.lab-built says of what the last whole build was made; it is not there
while a build is under way or after one that failed.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

LAB = os.path.dirname(os.path.abspath(__file__))
STEP = re.compile(r"^  (CC|AS|LD|AR|HOSTCC|HOSTLD|GEN|UPD|OBJCOPY)\b")
OBJECTS = 2440      # steps of a whole build with kernel.config
PRODUCTS = ("vmlinux", "bzImage", "modules")
LOG = "lab-build.log"


class BuildError(Exception):
    pass


def compiler():
    cc = os.environ.get("CC", "gcc")
    return f"ccache {cc}" if shutil.which("ccache") else cc


def make(tree, *targets):
    """The command line; what could make two builds differ is fixed."""
    return ["make", "-C", tree, f"-j{os.cpu_count()}", f"CC={compiler()}",
            "KBUILD_BUILD_TIMESTAMP=Thu Jan 1 00:00:00 UTC 2026",
            "KBUILD_BUILD_USER=daxmend", "KBUILD_BUILD_HOST=daxmend",
            "KBUILD_BUILD_VERSION=1", "LOCALVERSION=", *targets]


def environment():
    """Ours, without what a make that called us would pass on to its own."""
    env = {k: v for k, v in os.environ.items()
           if k not in ("MAKEFLAGS", "MFLAGS", "MAKEOVERRIDES", "MAKELEVEL")}
    return dict(env, LC_ALL="C")


def run(argv, what, **kw):
    done = subprocess.run(argv, capture_output=True, text=True,
                          env=environment(), **kw)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise BuildError(f"{what}: {lines[-1] if lines else argv[0]}")
    return done.stdout


def wanted(fragment):
    """Lines of a fragment: (symbol, value), "n" for off."""
    with open(fragment) as f:
        for line in f:
            match = re.match(r"(CONFIG_\w+)=(.*)", line)
            if match:
                yield match.groups()


def settings(config):
    """{symbol: value} of a configuration, without what is off."""
    with open(config) as f:
        return dict(re.findall(r"^(CONFIG_\w+)=(.*)$", f.read(), re.M))


def lost_lines(fragments, config):
    """What the fragments ask for and the configuration does not have."""
    have, ask = settings(config), {}
    for fragment in fragments:
        ask.update(wanted(fragment))
    return [f"{k}={v}" for k, v in ask.items()
            if have.get(k, "n") != v]


def configure(tree, fragments):
    run(make(tree, "tinyconfig"), "tinyconfig")
    run([f"{tree}/scripts/kconfig/merge_config.sh", "-m", "-O", tree,
         f"{tree}/.config", *fragments], "merging the configuration", cwd=tree)
    run(make(tree, "olddefconfig"), "olddefconfig")
    lost = lost_lines(fragments, f"{tree}/.config")
    if lost:
        raise BuildError("the configuration does not take "
                         + ", ".join(lost) + "; mend the fragment")


def show(done, start, last, expected):
    text = f"  {done} objects"
    if expected and (done > expected // 3 or not last):
        text = f"  {done} of about {max(expected, done)} objects"
    text += f", {time.monotonic() - start:.0f} s"
    print(text, end="\r" if sys.stdout.isatty() and not last else "\n",
          flush=True)


def compile_kernel(tree, targets=PRODUCTS, expected=OBJECTS):
    """@expected: the steps of a whole build, if that is known."""
    start, done, shown = time.monotonic(), 0, time.monotonic()
    every = 1 if sys.stdout.isatty() else 30
    log_path = f"{tree}/{LOG}"
    with open(log_path, "w") as log, subprocess.Popen(
            make(tree, *targets), text=True,
            env=environment(),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as build:
        for line in build.stdout:
            log.write(line)
            done += bool(STEP.match(line))
            if time.monotonic() - shown > every:
                shown = time.monotonic()
                show(done, start, False, expected)
    show(done, start, True, expected)
    if build.returncode:
        with open(log_path) as log:
            wrong = [l.strip() for l in log if re.search(
                r"error:|Error \d|No space left|undefined reference", l)]
        raise BuildError(f"{wrong[0] if wrong else 'make failed'}; "
                         f"all of it is in {log_path}")


def compile_mocks(tree, directory):
    run(make(tree, f"M={directory}", "modules"), f"building {directory}")


def fingerprint(tree, fragments, mocks):
    """Of what a build is made: sources, configuration, compiler; None when the
    sources are not just what git knows."""
    head = subprocess.run(["git", "-C", tree, "rev-parse", "HEAD^{tree}"],
                          capture_output=True, text=True)
    same = subprocess.run(["git", "-C", tree, "diff", "--quiet", "HEAD"],
                          capture_output=True)
    if head.returncode or same.returncode:
        return None
    h = hashlib.sha256(head.stdout.encode())
    for path in (*fragments, __file__):
        with open(path, "rb") as f:
            h.update(f.read())
    cc = subprocess.run([os.environ.get("CC", "gcc"), "--version"],
                        capture_output=True, text=True)
    h.update(cc.stdout.encode() + " ".join(mocks).encode())
    return h.hexdigest()


def products(tree):
    """Of what a build has made, without reading it."""
    try:
        found = [os.stat(f"{tree}/{name}")
                 for name in ("vmlinux", "arch/x86/boot/bzImage")]
    except FileNotFoundError:
        return None
    return " ".join(f"{s.st_size} {s.st_mtime_ns}" for s in found)


def build(tree, fragments, mocks=()):
    stamp = f"{tree}/.lab-built"
    made_of = fingerprint(tree, fragments, mocks)
    try:
        with open(stamp) as f:
            if made_of and f.read() == f"{made_of} {products(tree)}":
                return
        os.unlink(stamp)
    except FileNotFoundError:
        pass
    print(f"building the kernel in {os.path.relpath(tree)}", flush=True)
    configure(tree, fragments)
    compile_kernel(tree)
    for directory in mocks:
        compile_mocks(tree, directory)
    with open(stamp, "w") as f:
        f.write(f"{made_of} {products(tree)}")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("--fragment", action="append", default=[],
                        help="on top of kernel.config")
    parser.add_argument("--mocks", action="append", default=[],
                        help="directory of modules, below TREE")
    args = parser.parse_args()
    try:
        build(os.path.abspath(args.tree),
              [f"{LAB}/kernel.config", *map(os.path.abspath, args.fragment)],
              args.mocks)
    except BuildError as e:
        sys.exit(f"kbuild: {e}")
    except OSError as e:
        sys.exit(f"kbuild: {e.filename}: {e.strerror}")


if __name__ == "__main__":
    main()
