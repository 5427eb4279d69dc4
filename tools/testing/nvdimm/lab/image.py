# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - what a guest boots with: initramfs and disk of programs.

The initramfs holds our init and, for the nfit machine, the SSDT that replaces
QEMU's.  Debian's programs come on a read-only disk that all guests share, so
that a saved machine stays small.  Everything is made without root, and made
again only when what it is made of has changed.
"""

import glob
import hashlib
import os
import re
import shutil
import subprocess

import apei
from errors import LabError

LAB = os.path.dirname(os.path.abspath(__file__))

# Program -> Debian package.
PROGRAMS = {
    "busybox": "busybox-static", "ndctl": "ndctl", "daxctl": "daxctl",
    "xfs_io": "xfsprogs", "mkfs.xfs": "xfsprogs", "xfs_db": "xfsprogs",
    "mkfs.ext4": "e2fsprogs", "e2fsck": "e2fsprogs", "fio": "fio",
    "mkfs.erofs": "erofs-utils", "dmsetup": "dmsetup",
    "lvm": "lvm2", "xfs_growfs": "xfsprogs", "xfs_repair": "xfsprogs",
}
APPLETS_WANTED = ("sh mount umount cat ls dd echo sleep grep sed awk head tail "
                  "sync mkdir rm cp mv ln ps kill dmesg hexdump od cmp md5sum "
                  "wc cut tr find stat truncate free df du vi less sort uniq "
                  "seq test true false env id touch mknod chmod poweroff").split()


def run(argv, what, **kw):
    done = subprocess.run(argv, capture_output=True, text=True, **kw)
    if done.returncode:
        text = (done.stderr + done.stdout).strip().splitlines()
        raise LabError(f"{what}: {text[-1] if text else argv[0] + ' failed'}")
    return done.stdout


def sbin_env():
    """The environment, with the directories of root's programs in PATH."""
    return dict(os.environ,
                PATH=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")


def digest(*paths, extra=""):
    """Of the contents of files, in order."""
    h = hashlib.sha256(extra.encode())
    for path in paths:
        with open(path, "rb") as f:
            h.update(hashlib.file_digest(f, "sha256").digest())
    return h.hexdigest()[:16]


def up_to_date(path, stamp):
    try:
        with open(path + ".stamp") as f:
            return os.path.exists(path) and f.read() == stamp
    except FileNotFoundError:
        return False


def set_stamp(path, stamp):
    with open(path + ".stamp", "w") as f:
        f.write(stamp)


# ---- the guest's own program

def sources():
    """Programs of the guest, scenarios, and what these include."""
    return (sorted(glob.glob(f"{LAB}/guest/*.c")),
            sorted(glob.glob(f"{LAB}/scenarios/*.c")),
            sorted(glob.glob(f"{LAB}/guest/*.h")
                   + glob.glob(f"{LAB}/../../selftests/dax/*.c")))


def build_guest(out):
    """Compile init and all scenarios to one static program; its path."""
    guest, scenarios, headers = sources()
    path = f"{out}/guest"
    compiler = os.environ.get("CC", "gcc")
    stamp = digest(*guest, *scenarios, *headers, __file__,
                   extra="".join(os.path.basename(s) for s in scenarios)
                   + run([compiler, "--version"], compiler))
    if up_to_date(path, stamp):
        return path
    objects = f"{out}/guest-obj"
    shutil.rmtree(objects, ignore_errors=True)
    os.makedirs(objects)
    cc = [compiler, "-std=gnu11", "-D_GNU_SOURCE", "-O2",
          "-Wall", "-Wextra", "-Werror", "-Wno-format-truncation",
          "-I", f"{LAB}/guest"]
    made = []
    for source in guest + scenarios:
        name = os.path.basename(source)[:-2]
        made.append(f"{objects}/{name}.o")
        define = ([f'-DSCENARIO_NAME="{name}"'] if source in scenarios else [])
        run(cc + define + ["-c", source, "-o", made[-1]], f"compiling {source}")
    run(cc + ["-static", "-o", path] + made, "linking the guest's program")
    set_stamp(path, stamp)
    return path


def list_scenarios(guest):
    """What the guest's program says of its scenarios."""
    keys = "name title audit on stock stock_e820 demo bench".split()
    rows = []
    for line in run([guest, "--list"], "listing the scenarios").splitlines():
        row = dict(zip(keys, line.split("\t")))
        row["on"] = int(row["on"])
        for flag in ("demo", "bench"):
            row[flag] = row[flag] == "1"
        rows.append(row)
    return sorted(rows, key=lambda r: r["name"])


# ---- initramfs

def _cpio_entry(name, mode, data=b"", rdev=(0, 0)):
    name = name.encode() + b"\0"
    head = "070701" + "".join(f"{v:08X}" for v in (
        0, mode, 0, 0, 1, 0, len(data), 0, 0, *rdev, len(name), 0))
    entry = head.encode() + name
    entry += b"\0" * (-len(entry) % 4) + data
    return entry + b"\0" * (-len(data) % 4)


def cpio(entries):
    """An archive in the kernel's "newc" format."""
    out = b"".join(_cpio_entry(*e) for e in entries)
    out += _cpio_entry("TRAILER!!!", 0)
    return out + b"\0" * (-len(out) % 512)


def compile_asl(out):
    source = f"{LAB}/acpi/nvdr.asl"
    if not shutil.which("iasl"):
        raise LabError("iasl is missing", "install acpica-tools")
    run(["iasl", "-p", f"{out}/nvdr", source], "compiling nvdr.asl")
    with open(f"{out}/nvdr.aml", "rb") as f:
        return f.read()


def compile_dts(out):
    """The device tree of the of machine; its path."""
    source, path = f"{LAB}/acpi/of.dts", f"{out}/of.dtb"
    if not shutil.which("dtc"):
        raise LabError("dtc is missing", "install device-tree-compiler")
    stamp = digest(source)
    if not up_to_date(path, stamp):
        run(["dtc", "-o", path, source], "compiling of.dts")
        set_stamp(path, stamp)
    return path


def acpi_archive(out, tables):
    """Stands in front of the initramfs, uncompressed, for the kernel to find."""
    if not tables:
        return b""
    make = {"nvdr": lambda: compile_asl(out), "hest": apei.hest,
            "einj": apei.einj}
    return cpio([("kernel", 0o40755), ("kernel/firmware", 0o40755),
                 ("kernel/firmware/acpi", 0o40755),
                 *((f"kernel/firmware/acpi/{t}.aml", 0o100644, make[t]())
                   for t in tables)])


# Modules that stand in for those of the kernel (nfit_test.config).
MOCKS = ("tools/testing/nvdimm", "tools/testing/cxl")


def module_files(tree, below="."):
    with open(f"{tree}/{below}/modules.order") as f:
        return [f"{tree}/{os.path.splitext(n)[0]}.ko" for n in f.read().split()]


def mock_files(tree):
    """Those of them that have been built."""
    return [path for below in MOCKS
            if os.path.exists(f"{tree}/{below}/modules.order")
            for path in module_files(tree, below)]


def modules(out, tree):
    """Modules of a kernel tree, and depmod's index of what is built in, which
    daxctl asks before it uses a driver; as archive entries."""
    with open(f"{tree}/include/config/kernel.release") as f:
        release = f.read().strip()
    root = f"{out}/modules-root"
    home = f"{root}/lib/modules/{release}"
    shutil.rmtree(root, ignore_errors=True)
    os.makedirs(home)
    for name in ("modules.order", "modules.builtin", "modules.builtin.modinfo"):
        if os.path.exists(f"{tree}/{name}"):
            shutil.copy(f"{tree}/{name}", home)
    for path in module_files(tree):
        name = f"{home}/kernel/{os.path.relpath(path, tree)}"
        os.makedirs(os.path.dirname(name), exist_ok=True)
        shutil.copy(path, name)
    # depmod takes what is in updates/ before the others
    os.makedirs(f"{home}/updates")
    for path in mock_files(tree):
        shutil.copy(path, f"{home}/updates")
    run(["depmod", "-b", root, release], "depmod", env=sbin_env())
    entries = [("modules", 0o40755)]
    for at, dirs, files in os.walk(f"{root}/lib/modules"):
        name = "modules" + at[len(f"{root}/lib/modules"):]
        entries += [(f"{name}/{d}", 0o40755) for d in dirs]
        for file in files:
            with open(f"{at}/{file}", "rb") as f:
                entries.append((f"{name}/{file}", 0o100644, f.read()))
    shutil.rmtree(root)
    return entries


def build_initrd(out, guest, name, tree, tables):
    """The initramfs for kernel @name, built in @tree; with ACPI tables of
    ours ("nvdr", "hest", "einj")."""
    path = "-".join((f"{out}/initrd-{name}", *tables))
    stamp = digest(guest, f"{LAB}/acpi/nvdr.asl", apei.__file__,
                   f"{tree}/vmlinux", __file__, *module_files(tree),
                   *mock_files(tree))
    if up_to_date(path, stamp):
        return path
    with open(guest, "rb") as f:
        init = f.read()
    data = acpi_archive(out, tables)
    data += cpio([("dev", 0o40755),
                  ("dev/console", 0o20600, b"", (5, 1)),
                  ("init", 0o100755, init), ("lab", 0o40755),
                  ("lab/poison", 0o120777, b"/init"),
                  *modules(out, tree)])
    with open(path + ".part", "wb") as f:
        f.write(data)
    os.rename(path + ".part", path)
    set_stamp(path, stamp)
    return path


# ---- the disk of programs

def libraries(program):
    done = subprocess.run(["ldd", program], capture_output=True, text=True)
    if "not found" in done.stdout:
        raise LabError(f"{program} lacks a library", "reinstall its package")
    return re.findall(r"(?:=> )?(/\S+) \(0x", done.stdout)


def install(root, path):
    """Copy a host's file to the same place below @root, /usr merged."""
    dest = path if path.startswith("/usr/") else "/usr" + path
    dest = root + dest
    if not os.path.exists(dest):
        os.makedirs(os.path.dirname(dest), exist_ok=True)
        shutil.copy(os.path.realpath(path), dest)


def look_for(names):
    """{name: path of the program, or None}"""
    path = sbin_env()["PATH"]
    return {name: shutil.which(name, path=path) for name in names}


def find_programs():
    found = look_for(PROGRAMS)
    missing = sorted({PROGRAMS[n] for n, p in found.items() if not p})
    if missing:
        raise LabError("programs for the guest are missing",
                       "install " + " ".join(missing))
    return found


def make_ext4(root, path):
    """An image of the directory @root, which goes."""
    size = int(run(["du", "-sm", root], "du").split()[0]) + 32
    part = path + ".part"
    if os.path.exists(part):
        os.unlink(part)
    run(["mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", root, part,
         f"{size}M"], f"making {path}", env=sbin_env())
    os.rename(part, path)
    shutil.rmtree(root)


def build_tools(out):
    found = find_programs()
    path = f"{out}/tools.img"
    needed = sorted({lib for p in found.values() for lib in libraries(p)})
    stamp = digest(__file__, "/etc/mke2fs.conf",
                   *(os.path.realpath(p) for p in found.values()),
                   *(os.path.realpath(lib) for lib in needed))
    if up_to_date(path, stamp):
        return path
    root = f"{out}/tools-root"
    shutil.rmtree(root, ignore_errors=True)
    for name, program in found.items():
        install(root, program)
        home = "bin" if name == "busybox" else "sbin"
        at = f"{root}/usr/{home}/{name}"
        if not os.path.exists(at):
            os.makedirs(os.path.dirname(at), exist_ok=True)
            shutil.copy(os.path.realpath(program), at)
    for lib in needed:
        install(root, lib)
    for applet in APPLETS_WANTED:
        if not os.path.lexists(f"{root}/usr/bin/{applet}"):
            os.symlink("busybox", f"{root}/usr/bin/{applet}")
    for name in ("bin", "sbin", "lib", "lib64"):
        os.symlink(f"usr/{name}", f"{root}/{name}")
    os.symlink("/modules", f"{root}/usr/lib/modules")
    os.makedirs(f"{root}/etc")
    shutil.copy("/etc/mke2fs.conf", f"{root}/etc")
    os.symlink("/mtab", f"{root}/etc/mtab")
    make_ext4(root, path)
    set_stamp(path, stamp)
    return path
