#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - tests of deb.py; prints KTAP.

	test_deb.py TREE OUT

Makes packages of TREE, a kernel that kbuild.py has built, installs them into an
image, and boots what is in there, in OUT as lab.py does.  The configuration of
Debian's kernel is made and looked at, but not built, which takes hours.
"""

import glob
import os
import re
import shutil
import sys
import tempfile
import unittest
from unittest import mock

import deb
import image
import judge
import kbuild
import lab
import test_lab

TREE, OUT = map(os.path.abspath, sys.argv[1:3])
SCENARIO = "repair-unaligned"
MODULE = """#include <linux/module.h>
static int __init outside_init(void) { pr_info("built outside\\n"); return 0; }
module_init(outside_init); MODULE_LICENSE("GPL");
"""
COMMAND = ("set -e; uname -r; mount -o bind /extra/lib/modules /modules; "
           "busybox modprobe poison-test; busybox insmod /extra/outside.ko; "
           "busybox lsmod")


class Configuration(unittest.TestCase):
    def setUp(self):
        at = tempfile.TemporaryDirectory()
        self.addCleanup(at.cleanup)
        self.at = at.name

    def configure(self, given):
        deb.configure(TREE, given, f"{self.at}/config")
        return kbuild.settings(f"{self.at}/config")

    def test_debian(self):
        """Debian's configuration keeps all of its modules, and gets our name"""
        try:
            given = deb.debian_config(deb.kernel_version(TREE), OUT)
        except deb.NotServed as e:
            self.skipTest(str(e))
        debian, ours = kbuild.settings(given), self.configure(given)
        self.assertEqual([name for name, value in debian.items()
                          if value == "m" and ours.get(name) not in ("m", "y")],
                         [])
        self.assertGreater(list(ours.values()).count("m"), 3000)
        for name, value in (
                ("LOCALVERSION", '"-daxmend"'), ("DEBUG_INFO", None),
                ("MODULE_SIG_ALL", None), ("BLK_DEV_PMEM", "m"),
                ("FS_DAX", "y"), ("NVDIMM_REPAIR", "m"), ("DM_WRITECACHE", "m"),
                ("MEMORY_FAILURE", "y"), ("ACPI_APEI_MEMORY_FAILURE", "y")):
            self.assertEqual(ours.get("CONFIG_" + name), value, name)

    def test_y_is_not_made_m(self):
        """what is built in where a module is wanted stays built in"""
        with open(f"{self.at}/given", "w") as f:
            f.write("CONFIG_MODULES=y\nCONFIG_XFS_FS=y\n")
        ours = self.configure(f"{self.at}/given")
        self.assertEqual(ours["CONFIG_XFS_FS"], "y")
        self.assertEqual(ours["CONFIG_LIBNVDIMM"], "m")

    def test_unusable(self):
        """a configuration that cannot have DAX is refused, and says why"""
        with open(f"{self.at}/given", "w") as f:
            f.write("# CONFIG_64BIT is not set\n")
        with self.assertRaisesRegex(kbuild.BuildError, "CONFIG_FS_DAX=y"):
            self.configure(f"{self.at}/given")

    def test_not_served(self):
        """without Debian's package the error names other configurations"""
        with mock.patch.object(deb, "versions_in_apt", return_value=[]), \
                self.assertRaisesRegex(kbuild.BuildError, "CONFIG=running"):
            deb.debian_config("6.12.1", self.at)

    def test_no_space(self):
        """a disk that is too small is an error before the build"""
        with mock.patch.object(deb.shutil, "disk_usage",
                               return_value=mock.Mock(free=deb.GIB)), \
                self.assertRaisesRegex(kbuild.BuildError, "LOCALMODCONFIG=1"):
            deb.expect_space(self.at, False)


def field(package, name):
    return image.run(["dpkg-deb", "-f", package, name], package).strip()


# What the packages' scripts call, of busybox; hooks like that of initramfs-tools.
SHELL = ("sh", "run-parts", "test", "echo")
HOOK = '#!/bin/sh\necho "{} $DEB_MAINT_PARAMS: $*" >>/hooks\n'
HOOKS = ("postinst", "postrm")


def new_system(root):
    """As little of one as packages of kernels can be installed in."""
    for name in ("bin", "var/lib/dpkg/info", "var/lib/dpkg/updates"):
        os.makedirs(f"{root}/{name}")
    open(f"{root}/var/lib/dpkg/status", "w").close()
    shutil.copy(image.look_for(["busybox"])["busybox"], f"{root}/bin/busybox")
    for name in SHELL:
        os.symlink("busybox", f"{root}/bin/{name}")
    for script in HOOKS:
        hook = f"{root}/etc/kernel/{script}.d/hook"
        os.makedirs(os.path.dirname(hook))
        with open(hook, "w") as f:
            f.write(HOOK.format(script))
        os.chmod(hook, 0o755)


def dpkg(root, *words):
    """It changes its root for the scripts of packages."""
    alone = [] if os.geteuid() == 0 else ["unshare", "-r"]
    image.run([*alone, "dpkg", f"--root={root}", "--force-depends", *words],
              "dpkg " + words[0], env=image.sbin_env())


def build_outside(headers, root):
    """A module outside of the kernel, with nothing but its headers."""
    with tempfile.TemporaryDirectory() as at:
        with open(f"{at}/Kbuild", "w") as f:
            f.write("obj-m := outside.o\n")
        with open(f"{at}/outside.c", "w") as f:
            f.write(MODULE)
        kbuild.run(kbuild.make(headers, f"M={at}", "modules"),
                   "building a module with linux-headers")
        shutil.copy(f"{at}/outside.ko", root)


def kernel_directory(root, release, at):
    """What lab.py takes for a kernel tree, of what is installed in @root."""
    installed = f"{root}/lib/modules/{release}"
    shutil.copytree(f"{installed}/kernel", at)
    for name in ("modules.builtin", "modules.builtin.modinfo"):
        shutil.copy(f"{installed}/{name}", at)
    with open(f"{installed}/modules.order") as f, \
            open(f"{at}/modules.order", "w") as order:
        order.write(re.sub(r"^kernel/", "", f.read(), flags=re.M))
    for name in ("include/config", "arch/x86/boot"):
        os.makedirs(f"{at}/{name}", exist_ok=True)
    with open(f"{at}/include/config/kernel.release", "w") as f:
        f.write(release + "\n")
    shutil.copy(f"{root}/boot/vmlinuz-{release}", f"{at}/arch/x86/boot/bzImage")
    os.symlink(f"{TREE}/vmlinux", f"{at}/vmlinux")     # for its symbols


class Packages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.at = f"{OUT}/deb"
        shutil.rmtree(cls.at, ignore_errors=True)
        os.makedirs(cls.at)
        cls.made = deb.build_packages(TREE, cls.at)
        cls.release = field(cls.made[0], "Package").removeprefix("linux-image-")
        root = f"{cls.at}/root"
        new_system(root)
        dpkg(root, "-i", *cls.made)
        build_outside(f"{root}/usr/src/linux-headers-{cls.release}", root)
        kernel_directory(root, cls.release, f"{cls.at}/kernel")
        image.make_ext4(root, f"{cls.at}/root.img")
        cls.lab = lab.Lab(OUT)
        cls.kernel = lab.Kernel(f"deb={cls.at}/kernel")

    @classmethod
    def tearDownClass(cls):
        cls.lab.lock.close()

    def test_names(self):
        """linux-image and linux-headers are made, named -daxmend, and no other"""
        version = deb.kernel_version(TREE)
        self.assertEqual(self.release, f"{version}-daxmend")
        self.assertEqual([os.path.basename(path) for path in self.made],
                         [f"linux-{kind}-{version}-daxmend_{version}-1_amd64.deb"
                          for kind in ("image", "headers")])
        self.assertEqual(glob.glob(f"{os.path.dirname(TREE)}/*.deb"), [])
        self.assertEqual(field(self.made[1], "Version"), f"{version}-1")

    def test_reproducible(self):
        """packages that are made again are the same to the byte"""
        again = f"{self.at}/again"
        os.makedirs(again)
        for one, other in zip(self.made, deb.build_packages(TREE, again)):
            self.assertEqual(image.digest(one), image.digest(other), one)

    def test_install_and_purge(self):
        """installing and purging calls the hooks, and leaves nothing behind"""
        root = f"{self.at}/purged"
        new_system(root)
        dpkg(root, "-i", *self.made)
        dpkg(root, "-P", *(field(path, "Package") for path in self.made))
        kernel = f"{self.release} /boot/vmlinuz-{self.release}"
        with open(f"{root}/hooks") as f:
            self.assertEqual(f.read().splitlines(),
                             [f"postinst configure : {kernel}",
                              f"postrm remove: {kernel}",
                              f"postrm purge: {kernel}"])
        for name in ("boot", "lib/modules", "usr/src"):
            self.assertFalse(glob.glob(f"{root}/{name}/*"))
        shutil.rmtree(root)

    def test_tree_keeps_its_kernel(self):
        """making packages did not build the kernel of the tree anew"""
        with open(f"{TREE}/.lab-built") as f:
            self.assertTrue(f.read().endswith(" " + kbuild.products(TREE)))

    def test_boots(self):
        """the installed kernel boots, and loads its modules and one from outside"""
        lines = []
        status, console = lab.guest_command(
            self.lab, self.kernel, "nfit", COMMAND,
            extra=f"{self.at}/root.img", hear=lines.append)
        self.assertEqual(status, 0, "\n".join(lines))
        self.assertEqual(judge.splats(console), [])
        self.assertEqual(lines[0], self.release)
        loaded = [line.split()[0] for line in lines[1:]]
        self.assertIn("poison_test", loaded)
        self.assertIn("outside", loaded)
        self.assertIn("built outside", console)

    def test_survives_errors(self):
        """the installed kernel repairs memory errors"""
        self.lab.make_state(self.kernel, "nfit")
        run = lab.Run(self.lab, self.kernel, "nfit",
                      self.lab.pick([SCENARIO])[0]).run()
        self.assertEqual(run.outcome, "passes", run.console[-2000:])


if __name__ == "__main__":
    sys.exit(test_lab.main(sys.modules[__name__], "deb"))
