#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - Debian packages of a kernel, for machines outside of the lab.

	deb.py TREE OUT [--config debian|running|FILE] [--localmodconfig]

Configures TREE, builds it, and leaves its linux-image and linux-headers in OUT.
The configuration is that of Debian's kernel of the same version, or that of the
running kernel, or a file; with --localmodconfig less the modules that are not
loaded here.  On top of it comes deb.config.
"""

import argparse
import glob
import gzip
import lzma
import os
import re
import shutil
import subprocess
import sys
import tempfile

import kbuild
from kbuild import LAB, BuildError

FRAGMENT = f"{LAB}/deb.config"
FLAVOUR = "config.amd64_none_amd64"     # of those in Debian's linux-config-*

class NotServed(BuildError):
    """apt does not have it."""


GIB = 1 << 30
NEEDS = {False: 15 * GIB, True: 5 * GIB}        # of free disk; --localmodconfig

# What people have in their packages is to be the same whoever builds them: the
# two that are wanted and no others, and a changelog with the date of the kernel.
EPOCH, DATE = "1767225600", "Thu, 01 Jan 2026 00:00:00 +0000"
DPKG_FLAGS = ("--rules-target=binary-image,binary-headers "
              f"--hook-init='sed -i \"/^ --/s/\\(> *\\).*/\\1{DATE}/\" debian/changelog'")


# ---- where configurations come from

def versions_in_apt(package):
    """What apt serves, newest first."""
    done = subprocess.run(["apt-cache", "madison", package],
                          capture_output=True, text=True)
    return re.findall(r"^\s*\S+ \|\s+(\S+) \|", done.stdout, re.M)


def download_config(package, version, path):
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as at:
        kbuild.run(["apt-get", "download", f"{package}={version}"],
                   f"downloading {package}", cwd=at)
        kbuild.run(["dpkg-deb", "-x", *glob.glob(f"{at}/*.deb"), at],
                   f"unpacking {package}")
        with lzma.open(f"{at}/usr/src/{package}/{FLAVOUR}.xz") as packed, \
                open(f"{at}/config", "wb") as f:
            shutil.copyfileobj(packed, f)
        os.rename(f"{at}/config", path)


def debian_config(version, out):
    """The file in @out with the configuration of Debian's kernel @version; when
    apt does not serve that, of another one of the same release."""
    kept = glob.glob(f"{out}/config-{version}-*")
    if kept:
        return kept[0]
    package = "linux-config-" + ".".join(version.split(".")[:2])
    served = versions_in_apt(package)
    if not served:
        raise NotServed(
            f"apt serves no {package}; run 'apt-get update', see that the "
            "distribution's security archive is among the apt sources, or give "
            "CONFIG=running or CONFIG=FILE")
    same = [v for v in served if v.startswith(version + "-")]
    chosen = (same or served)[0]
    if not same:
        print(f"the configuration is that of Debian's {chosen}, "
              f"as apt does not serve that of {version}")
    path = f"{out}/config-{chosen}"
    if not os.path.exists(path):
        download_config(package, chosen, path)
    return path


def running_config(out):
    release = os.uname().release
    if os.path.exists(f"/boot/config-{release}"):
        return f"/boot/config-{release}"
    if not os.path.exists("/proc/config.gz"):
        raise BuildError(f"there is neither /boot/config-{release} nor "
                         "/proc/config.gz; give CONFIG=FILE")
    path = f"{out}/config-running"
    with gzip.open("/proc/config.gz") as packed, open(path, "wb") as f:
        shutil.copyfileobj(packed, f)
    return path


def kernel_version(tree):
    return kbuild.run(kbuild.make(tree, "-s", "kernelversion"),
                      "asking for the kernel's version").strip()


def find_config(which, tree, out):
    if which == "running":
        return running_config(out)
    if which != "debian":
        return which
    return debian_config(kernel_version(tree), out)


# ---- the configuration

def fits(want, have):
    """Whether a setting is good enough; @have is None for what is not there."""
    if want in ("n", '""'):
        return have in (None, want)
    return have == want or (want, have) == ("m", "y")


def expect_loaded_modules():
    """localmodconfig reads the file LSMOD, or else asks lsmod."""
    if "LSMOD" in os.environ:
        os.environ["LSMOD"] = os.path.abspath(os.environ["LSMOD"])
        if not os.path.exists(os.environ["LSMOD"]):
            raise BuildError(f"LSMOD={os.environ['LSMOD']} is not there")
        return
    try:
        with open("/proc/modules") as f:
            if f.read():
                return
    except FileNotFoundError:
        pass
    raise BuildError("no module is loaded here, and a kernel without drivers is "
                     "of no use; give LSMOD=FILE, the output of lsmod on the "
                     "machine that is to boot it, or CONFIG=running")


def configure(tree, given, config, local=False):
    """Make @config out of @given."""
    shutil.copyfile(given, config)
    make = lambda target, **kw: kbuild.run(
        kbuild.make(tree, f"KCONFIG_CONFIG={config}", target), target, **kw)
    if local:
        expect_loaded_modules()
        make("localmodconfig", input="\n" * 100000)    # defaults for all it asks
    want, have = dict(kbuild.wanted(FRAGMENT)), kbuild.settings(config)
    with open(config, "a") as f:
        f.writelines(f"{name}={value}\n" for name, value in want.items()
                     if (value, have.get(name)) != ("m", "y"))
    make("olddefconfig")
    have = kbuild.settings(config)
    lost = [f"{name}={value}" for name, value in want.items()
            if not fits(value, have.get(name))]
    if lost:
        raise BuildError(f"{given} does not go with " + ", ".join(lost)
                         + "; give another CONFIG")


def summary(config):
    values = list(kbuild.settings(config).values())
    return f"{values.count('y')} options built in, {values.count('m')} modules"


# ---- the packages

def expect_space(tree, local):
    """For a whole build: better no start than an end by a full disk."""
    free, need = shutil.disk_usage(tree).free, NEEDS[local]
    if free < need and not os.path.exists(f"{tree}/vmlinux"):
        raise BuildError(f"{free // GIB} GB of disk are free, a build needs some "
                         f"{need // GIB}; LOCALMODCONFIG=1 takes "
                         f"{NEEDS[True] // GIB}")


def build_packages(tree, out):
    """Build what is to be built; the paths of linux-image and linux-headers."""
    for program, package in (("dpkg-buildpackage", "dpkg-dev"),
                             ("dh_builddeb", "debhelper")):
        if not shutil.which(program):
            raise BuildError(f"{program} is missing; install {package}")
    version = kernel_version(tree) + "-1"
    kbuild.compile_kernel(tree, (
        "bindeb-pkg", f"KDEB_PKGVERSION={version}", "KDEB_COMPRESS=zstd",
        "KDEB_CHANGELOG_DIST=unstable", f"SOURCE_DATE_EPOCH={EPOCH}",
        "DPKG_FLAGS=" + DPKG_FLAGS), None)
    shutil.rmtree(f"{tree}/debian")
    with open(f"{tree}/include/config/kernel.release") as f:
        release = f.read().strip()
    made = []
    for kind in ("image", "headers"):
        name = f"linux-{kind}-{release}_{version}_amd64.deb"
        # kbuild leaves packages beside the tree.
        os.replace(f"{os.path.dirname(tree)}/{name}", f"{out}/{name}")
        made.append(f"{out}/{name}")
    for left in glob.glob(f"{os.path.dirname(tree)}/linux-upstream_{version}_*"):
        os.unlink(left)     # what an upload would need
    return made


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("tree")
    parser.add_argument("out")
    parser.add_argument("--config", default="debian",
                        metavar="debian|running|FILE")
    parser.add_argument("--localmodconfig", action="store_true")
    args = parser.parse_args()
    tree, out = os.path.abspath(args.tree), os.path.abspath(args.out)
    try:
        os.makedirs(out, exist_ok=True)
        given = find_config(args.config, tree, out)
        configure(tree, given, f"{tree}/.config", args.localmodconfig)
        print(f"building with {os.path.relpath(given)}: "
              + summary(f"{tree}/.config"), flush=True)
        expect_space(tree, args.localmodconfig)
        made = [os.path.relpath(path) for path in build_packages(tree, out)]
    except BuildError as e:
        sys.exit(f"deb: {e}")
    except OSError as e:
        sys.exit(f"deb: {e.filename}: {e.strerror}")
    print("\n".join(made))
    print("To install, where Secure Boot is off, as root:\n"
          f"\tdpkg -i {' '.join(made)}\n\treboot")


if __name__ == "__main__":
    main()
