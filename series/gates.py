#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What the kernel's own tools say of the series, compared with the base, which is not clean itself.

	gates.py [--build DIR] [--budget SECONDS] [--long]

Every patch builds on its own with W=1; checkpatch, kernel-doc, sparse, coccinelle and Sphinx say nothing new; other
configurations build and link.  Needs DIR/stock and DIR/daxmend, the two kernels of the lab.  Prints KTAP.

Builds are made in DIR/gates, a worktree that walks along the series.  What was built stays known in
DIR/gates.json by what it was built of, so a second run looks only at what has changed.
"""

import argparse
import collections
import collections.abc
import concurrent.futures
import dataclasses
import fcntl
import hashlib
import json
import os
import re
import resource
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = HERE.parent / "tools/testing/nvdimm/lab"
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(LAB)]
import kbuild  # noqa: E402
import series  # noqa: E402

LAB_FILES = "tools/testing/nvdimm/lab/"
JOBS = os.cpu_count()

# ---------------------------------------------------------------- text of tools

@dataclasses.dataclass(frozen=True)
class Complaint:
    """One line of a tool; 'line' is left out when two are compared."""
    path: str
    text: str
    line: int = dataclasses.field(default=0, compare=False)

    def __str__(self):
        return f"{self.path}:{self.line}: {self.text}" if self.line else f"{self.path}: {self.text}"


MESSAGE = re.compile(r"(?P<path>[\w./+-]+\.\w+):(?:(?P<line>\d+):)?(?:[\d-]+:)? *"
                     r"(?P<text>(?:fatal )?(?:warning|error): .*)", re.I)
NUMBERS = re.compile(r"(?<=line )\d+|(?<=:)\d+(?=:)|\+?0x[0-9a-f]+")


def complaints(output):
    """Warnings and errors of compilers, sparse, objtool, kernel-doc, spatch and Sphinx; one for each place."""
    found = {}
    for line in output.splitlines():
        if match := MESSAGE.match(line.strip()):
            complaint = Complaint(os.path.normpath(match["path"]), NUMBERS.sub("N", match["text"]), int(match["line"] or 0))
            found.setdefault((complaint, complaint.line), complaint)
    return list(found.values())


def new_complaints(now, before):
    """Those of 'now' that 'before' has not, or not as often."""
    left = collections.Counter(before)
    fresh = []
    for complaint in now:
        if left[complaint]:
            left[complaint] -= 1
        else:
            fresh.append(complaint)
    return fresh


def relative(output, tree):
    """Paths as the tree knows them."""
    return output.replace(f"{tree}/", "")


# ---------------------------------------------------------------- what the series touches

@dataclasses.dataclass
class Step:
    """A patch as a commit."""
    slug: str
    commit: str
    tree: str
    before: str                 # tree of the commit before it
    changed: list               # paths that are there afterwards

    def sources(self):
        return [path for path in self.changed if path.endswith((".c", ".S")) and not path.startswith(LAB_FILES)]

    def headers(self):
        return [path for path in self.changed if path.endswith(".h") and not path.startswith(LAB_FILES)]


def steps_of(area, base, tip, slugs):
    log = area.git("log", "--reverse", "--format=%H %T", f"{base.id}..{tip.id}").split("\n")
    found, before = [], base.tree
    for slug, (commit, tree) in zip(slugs, (line.split() for line in log if line), strict=True):
        changed = area.git("diff-tree", "-r", "--no-commit-id", "--name-only", "--diff-filter=d", commit).split("\n")
        found.append(Step(slug, commit, tree, before, [path for path in changed if path]))
        before = tree
    return found


def object_of(source):
    return source.rpartition(".")[0] + ".o"


def is_kernel(path):
    """The kernel's own build makes an object of it."""
    return not path.startswith(("tools/", "Documentation/", "scripts/"))


def command_file(tree, obj):
    directory, name = os.path.split(obj)
    return Path(tree, directory, f".{name}.cmd")


def headers_of(tree, obj):
    """What an object was compiled from."""
    try:
        text = command_file(tree, obj).read_text()
    except FileNotFoundError:
        return set()
    return {os.path.normpath(word) for word in re.findall(r"^ +(?:\$\(wildcard )?([\w./+-]+\.[ch])\b", text, re.M)}


def is_included(tree, path):
    """A .c file that another one includes, and make compiles with that."""
    return path.endswith("-test.c") and f'#include "{Path(path).name}"' in "".join(
        other.read_text(errors="replace") for other in (tree / path).parent.glob("*.c") if other != tree / path)


PUBLIC_USERS = 6                # in so many directories


def objects_for(step, users):
    """What to compile for a patch: its sources, and objects that include its headers: all for a header of a driver,
    a few of as many directories for a public one.  'users' says which objects of the series include a header."""
    objects = set()
    for path in filter(is_kernel, step.sources()):
        objects.update(users.get(path) or [object_of(path)])     # or those that include it
    for header in step.headers():
        public = "include/" in header
        covered = {os.path.dirname(obj) for obj in objects}
        for obj in users.get(header, ()):
            if not public or (os.path.dirname(obj) not in covered and len(covered) < PUBLIC_USERS):
                objects.add(obj)
                covered.add(os.path.dirname(obj))
    return sorted(objects)


# ---------------------------------------------------------------- what is known from earlier runs

class Known:
    """Results by what they were made of."""

    def __init__(self, path):
        self.path = path
        tools = [subprocess.run([tool, "--version"], capture_output=True, text=True, check=True).stdout
                 for tool in (os.environ.get("CC", "gcc"), "sparse", "spatch", "sphinx-build")]
        self.common = (tools, *(Path(module).read_text() for module in (__file__, kbuild.__file__)))
        try:
            self.results = json.loads(path.read_text())
        except (FileNotFoundError, ValueError):
            self.results = {}
        self.used = set()

    def key(self, *made_of):
        return hashlib.sha256(repr((self.common, made_of)).encode()).hexdigest()

    def get(self, key):
        self.used.add(key)
        return self.results.get(key)

    def put(self, key, result):
        self.results[key] = result
        self.used.add(key)
        series.write_atomically(self.path, json.dumps(self.results, indent=0).encode())

    def forget_unused(self):
        self.results = {key: result for key, result in self.results.items() if key in self.used}
        series.write_atomically(self.path, json.dumps(self.results, indent=0).encode())


# ---------------------------------------------------------------- the tree that walks

class Broken(series.Failure):
    """The tree cannot be configured or prepared."""


@dataclasses.dataclass
class Compiled:
    """What came of compiling some objects."""
    complaints: list
    objects: list
    absent: list                # which the configuration does not have
    broken: list                # why some failed


class Builder:
    """DIR/gates: checks out commits, configures, makes objects."""

    def __init__(self, area, arch="x86_64"):
        self.area, self.tree, self.arch = area, area.build / "gates", arch
        self.at = self.fragments = None

    def go(self, commit):
        if self.at is None:
            with self.area.locked():
                series.place_worktree(self.area, self.tree, commit)
        elif self.at != commit:
            changed = self.area.git_in(self.tree, "diff", "--name-only", self.at, commit)
            self.area.git_in(self.tree, "checkout", "--quiet", "--force", "--detach", commit)
            if "Kconfig" in changed:
                self.fragments = None
        self.at = commit

    def make(self, *words):
        """(exit status, output)"""
        done = subprocess.run(kbuild.make(str(self.tree), "-s", "-k", "--output-sync=target", f"ARCH={self.arch}", *words),
                              env=kbuild.environment(), text=True, errors="replace", check=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout

    def must_make(self, *words):
        status, output = self.make(*words)
        if status:
            raise Broken(f"make {' '.join(words)} fails in {self.tree.name}; the lines below say why", output[-2000:])

    def configure(self, *fragments):
        """tinyconfig and fragments; what the kernel has no option for yet is left out."""
        self.must_make("tinyconfig")
        self.add_to_config("\n".join(Path(fragment).read_text() for fragment in fragments))
        self.fragments = fragments

    def add_to_config(self, text):
        with open(self.tree / ".config", "a") as config:
            config.write(text + "\n")
        self.must_make("olddefconfig")
        self.must_make("syncconfig")

    def compile(self, objects, *words):
        """What came of those objects that the configuration has.  Each is compiled anew, for its warnings."""
        wanted = enabled(self.tree, objects)
        for obj in wanted:
            (self.tree / obj).unlink(missing_ok=True)
        # make gets into lib directories twice, as for libraries and for objects.
        alone = ["-j1"] if any("/lib/" in obj for obj in wanted) else []
        status, output = self.make(*alone, *words, *wanted) if wanted else (0, "")
        output = relative(output, self.tree)
        broken = (failures(output) or [f"make: exit status {status}", *output.splitlines()[-5:]]) if status else []
        return Compiled(complaints(output), [obj for obj in wanted if (self.tree / obj).exists()],
                        [obj for obj in objects if obj not in wanted], broken)


# What a directory's Makefile makes with a configuration; make compiles an object that is named even without it.
PROBE = """
srctree := .
SRCARCH := x86
include include/config/auto.conf
include scripts/Kbuild.include
BITS := $(if $(CONFIG_64BIT),64,32)
src := $(dir)
obj := $(dir)
include $(firstword $(wildcard $(dir)/Kbuild $(dir)/Makefile))
members = $(foreach o,$(1),$(o) $($(o:.o=-objs)) $($(o:.o=-y)) $($(o:.o=-m)))
$(info $(call members,$(obj-y) $(obj-m) $(lib-y) $(lib-m)))
.DEFAULT_GOAL := all
all:;@:
"""


def members(tree, directory):
    done = subprocess.run(["make", "-s", "-f", "-", f"dir={directory}"], input=PROBE, cwd=tree, env=kbuild.environment(),
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise Broken(f"the Makefile of {directory} cannot be read; the lines below say why", done.stderr)
    return set(done.stdout.split())


def enabled(tree, objects):
    """Those that the configuration of a tree has."""
    known, found = {}, []

    def has(directory, member):
        if directory not in known:
            known[directory] = members(tree, directory)
        return member in known[directory]
    for obj in objects:
        parts = obj.split("/")
        if parts[0] == "arch" and parts[1] != "x86":
            continue
        first = len(parts) - 1 if parts[0] in ("arch", "lib") else 1   # those are not entered by way of obj-y alone
        if all(has("/".join(parts[:depth]), parts[depth] + "/" * (depth < len(parts) - 1))
               for depth in range(first, len(parts))):
            found.append(obj)
    return found


def failures(output):
    """The lines that say why make failed."""
    lines = [line.strip() for line in output.splitlines() if re.search(r"error:|\*\*\*|undefined reference", line)]
    return [line for line in lines if not line.endswith("Error 2")]


def build_step(builder, step, objects, fragments):
    """What is to be known of a patch."""
    builder.go(step.commit)
    if builder.fragments != fragments:
        builder.configure(*fragments)
    done = builder.compile(objects, "W=1")
    return {"complaints": [dataclasses.astuple(complaint) for complaint in done.complaints if "warning:" in complaint.text.lower()],
            "objects": done.objects, "absent": done.absent, "broken": done.broken}


def walk(builder, steps, users, known, fragments, deadline):
    """{slug: result} of the patches that could be built until the deadline."""
    config = [Path(fragment).read_text() for fragment in fragments]
    results = {}
    for number, step in enumerate(steps, 1):
        objects = objects_for(step, users)
        key = known.key("patch", step.before, step.tree, objects, config)
        result = known.get(key)
        if result is None and objects and time.monotonic() < deadline:
            result = build_step(builder, step, objects, fragments)
            known.put(key, result)
            series.note(f"gates: patch {number} of {len(steps)}, {len(result['objects'])} objects")
        results[step.slug] = result
    return results


def as_complaints(rows):
    return [Complaint(*row) for row in rows]


def base_complaints(builder, base, results, known, fragments):
    """What the base says where a patch says something."""
    objects = sorted({obj for result in results if result and result["complaints"] for obj in result["objects"]})
    if not objects:
        return []
    key = known.key("base", base.tree, objects, [Path(fragment).read_text() for fragment in fragments])
    rows = known.get(key)
    if rows is None:
        builder.go(base.id)
        builder.configure(*fragments)
        rows = [dataclasses.astuple(complaint) for complaint in builder.compile(objects, "W=1").complaints]
        known.put(key, rows)
    return as_complaints(rows)


def new_by_patch(results, before):
    """{slug: complaints that this patch brings}; one that stays is told once."""
    seen, fresh = collections.Counter(before), {}
    for slug, result in results.items():
        now = as_complaints(result["complaints"]) if result else []
        fresh[slug] = new_complaints(now, seen)
        seen |= collections.Counter(now)
    return fresh


# ---------------------------------------------------------------- checkpatch

TRACE = r"/trace\.h$"
XFS = r"^fs/xfs/"
# What checkpatch may say: (type, where, why).
ALLOWED = (
    ("MISSING_SIGN_OFF", "", "who posts a patch signs it"),
    ("CAMELCASE", r"^mm/memory_hotplug\.c$", "the name of a page flag"),
    ("FILE_PATH_CHANGES", "", "MAINTAINERS has the new files by pattern, or gets them in one patch"),
    ("SPACING|OPEN_ENDED_LINE|PARENTHESIS_ALIGNMENT", TRACE, "how TRACE_EVENT() is written everywhere"),
    ("OPEN_ENDED_LINE|PARENTHESIS_ALIGNMENT", XFS, "XFS has one parameter on a line, indented by two tabs"),
    ("MACRO_ARG_REUSE", r"^drivers/dax/failure\.c$", "an iterator over holders"),
    ("PARENTHESIS_ALIGNMENT", r"^drivers/(dax|nvdimm)/", "parameters are indented by two tabs in these directories"),
    ("LINE_SPACING", r"^drivers/nvdimm/pmem\.c$", "an attribute stands right behind its functions"),
    ("OOM_MESSAGE", r"^mm/memory-failure-range\.c$", "the line of the base: somebody is not told"),
    ("UNCOMMENTED_DEFINITION", r"^mm/memory-failure-range\.c$", "a pointer to the lock of a page table"),
    ("UNCOMMENTED_DEFINITION", r"^(mm/memory-failure-queue\.c|drivers/dax/dax-private\.h)$", "kernel-doc says what it guards"),
    ("BIT_MACRO", r"^drivers/nvdimm/poison\.h$", "a size, in bytes"),
    ("AVOID_BUG", r"^drivers/md/dm-writecache\.c$", "one of the base, with one more condition"),
    ("MACRO_ARG_REUSE", r"^drivers/nvdimm/poison-test\.c$", "for string constants, and undefined after their use"),
    ("TRAILING_WHITESPACE", r"\.svg$", "as gnuplot writes it"),
    ("VOLATILE|BIT_MACRO|PREFER_DEFINED_ATTRIBUTE_MACRO|AVOID_EXTERNS|CAMELCASE|STATIC_CONST_CHAR_ARRAY", LAB_FILES,
     "a program for user space, without the kernel's headers; it consumes bad memory on purpose"),
    ("SPLIT_STRING|LONG_LINE", LAB_FILES, "shell commands, and tables of several lines"),
    ("PARENTHESIS_ALIGNMENT|MACRO_ARG_REUSE", LAB_FILES, "EXPECT() and the like, with conditions of several lines"),
    ("EMBEDDED_FUNCTION_NAME", LAB_FILES, "the name of a program or file, not of the function"),
    ("UNDOCUMENTED_DT_STRING", LAB_FILES, "a device tree for a virtual machine of the lab alone"),
    ("EXECUTE_PERMISSIONS", LAB_FILES, "a script"),
)


def allowed(kind, path):
    return any(re.fullmatch(kinds, kind) and re.search(where, path) for kinds, where, _ in ALLOWED)


CHECKPATCH = re.compile(r"(?P<path>[^\s:]*):(?P<line>\d+): (?P<level>ERROR|WARNING|CHECK):(?P<kind>[A-Z0-9_]+): (?P<text>.*)")


def run_checkpatch(tree, *words):
    """[(level, kind, Complaint)].  Without git, that it would ask about every commit and licence that is named."""
    with tempfile.TemporaryDirectory() as scratch:      # it leaves a file
        done = subprocess.run(["perl", f"{tree}/scripts/checkpatch.pl", "--strict", "--terse", "--showfile", "--show-types",
                               "--no-summary", f"--root={tree}", *words], cwd=scratch, capture_output=True, text=True,
                              errors="replace", check=False, env={**os.environ, "GIT_DIR": "/nonexistent", "LC_ALL": "C"})
    if done.returncode not in (0, 1) or done.stderr.strip():
        raise Broken("checkpatch.pl fails; the lines below say why", done.stderr)
    rows = [CHECKPATCH.match(line) for line in done.stdout.splitlines() if line.strip()]
    if None in rows:
        raise Broken("checkpatch.pl says what is not understood; the lines below", done.stdout)
    return [(row["level"], row["kind"], Complaint(row["path"], f"{row['level']}:{row['kind']}: {row['text']}", int(row["line"])))
            for row in rows]


def quoted_long_lines(message):
    """Long lines that quote a log or a command."""
    long = [line for line in message.split("\n") if len(line) > 75]
    return all(line.startswith(("    ", "\t", "  ", "> ", "# ", "$ ", "[")) for line in long)


def own_style(tree, path, cache):
    """Kinds of CHECK that a file of the base has already: its own style."""
    if path not in cache:
        there = (tree / path).is_file()
        cache[path] = {kind for level, kind, _ in (run_checkpatch(tree, "-f", f"{tree}/{path}") if there else ())
                       if level == "CHECK"}
    return cache[path]


def removed_lines(diff):
    """What a patch takes away; when it stands elsewhere afterwards, it was moved."""
    return {line[1:].strip() for line in diff.split("\n") if line.startswith("-") and line[1:].strip()}


def line_of(area, commit, complaint):
    done = area.git("show", f"{commit}:{complaint.path}", check=False) if complaint.path and complaint.line else None
    lines = series.text(done.stdout).split("\n") if done and not done.returncode else []
    return lines[complaint.line - 1].strip() if complaint.line <= len(lines) and lines else None


def checkpatch_step(area, stock, daxmend, step, styles):
    """What is wrong with the style of a patch."""
    with tempfile.NamedTemporaryFile(suffix=".patch") as mail:
        mail.write(series.raw(area.git("format-patch", "-1", "--stdout", "--no-renames", "--no-signature", step.commit)))
        mail.flush()
        found = run_checkpatch(daxmend, mail.name)
    wrong, moved = [], removed_lines(area.git("show", "--format=", "--no-renames", step.commit))
    for level, kind, complaint in found:
        if line_of(area, step.commit, complaint) in moved:
            continue
        if kind == "COMMIT_LOG_LONG_LINE":
            if quoted_long_lines(area.git("log", "-1", "--format=%B", step.commit)):
                continue
            complaint = dataclasses.replace(complaint, path="message", line=0)
        if allowed(kind, complaint.path) or (level == "CHECK" and kind in own_style(stock, complaint.path, styles)):
            continue
        wrong.append(complaint)
    return wrong


def check_style(gates):
    styles, wrong = {}, []

    def of(step):
        key = gates.known.key("checkpatch", step.before, step.tree, gates.area.git("log", "-1", "--format=%B", step.commit))
        rows = gates.known.get(key)
        if rows is None:
            rows = [dataclasses.astuple(complaint)
                    for complaint in checkpatch_step(gates.area, gates.stock, gates.daxmend, step, styles)]
        return key, rows
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for step, (key, rows) in zip(gates.steps, pool.map(of, gates.steps)):
            gates.known.put(key, rows)
            wrong += [f"{step.slug}: {complaint}" for complaint in as_complaints(rows)]
    return wrong


# ---------------------------------------------------------------- tools that read the two trees

def compared(tool, daxmend, stock, paths):
    """What a tool says of files of the patched kernel, and not of the stock one.  It is not asked in vain."""
    now = tool(daxmend, paths)
    suspects = sorted({complaint.path for complaint in now})
    before = tool(stock, paths) if any((stock / path).is_file() for path in suspects) else []
    return [str(complaint) for complaint in new_complaints(now, before)]


def run_in(tree, argv, good=(0,)):
    """Its output, both kinds."""
    done = subprocess.run(argv, cwd=tree, env=kbuild.environment(), text=True, errors="replace", check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode not in good:
        raise Broken(f"{os.path.basename(argv[0])} fails in {tree.name}: exit status {done.returncode}; "
                     "the lines below say why", done.stdout[-2000:])
    return relative(done.stdout, tree)


def there(tree, paths):
    return [path for path in paths if (tree / path).is_file()]


def kernel_doc(tree, paths):
    paths = there(tree, paths)
    # Its exit status is the number of errors.
    return complaints(run_in(tree, ["perl", "scripts/kernel-doc", "-none", "-Wall", *paths], range(256))) if paths else []


SPARSE = ("sparse", "-D__linux__", "-Dlinux", "-D__STDC__", "-Dunix", "-D__unix__", "-Wbitwise", "-Wno-return-void",
          "-Wno-unknown-attribute", "-D__x86_64__", "--arch=x86", "-mlittle-endian", "-m64")


def sparse_command(tree, obj):
    """As the kernel's Makefile calls it for an object of the lab's kernel, which make would prepare to delete."""
    command = command_file(tree, obj).read_text().partition("\n")[0].partition(":= ")[2].partition(" ; ")[0]
    words = shlex.split(command.replace("$(pound)", "#"))
    first = next(number for number, word in enumerate(words) if word.startswith("-"))
    return [*SPARSE, *(word for word in words[first:] if not word.startswith("-Wp,-MMD"))]


def sparse(tree, paths):
    objects = [object_of(path) for path in there(tree, paths) if path.endswith(".c")]
    commands = [sparse_command(tree, obj) for obj in objects if command_file(tree, obj).exists()]
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        found = complaints("".join(pool.map(lambda command: run_in(tree, command, range(2)), commands)))
    return [complaint for complaint in found if not is_false_imbalance(tree, complaint)] + unseen(found)


# Where sparse stops at what it takes for an error in the base, and checks no locks.
GIVES_UP = {"mm/memory.c": "void and int in a conditional, where page tables are freed"}


def unseen(found):
    """Files that sparse did not get to the end of; one that nobody knows of is a complaint."""
    lost = {complaint.path for complaint in found if "error:" in complaint.text.lower()} - set(GIVES_UP)
    return [Complaint(path, "sparse gives up here; say so in GIVES_UP") for path in sorted(lost)]


FUNCTION = re.compile(r"^\w[^;{}\n]*?\b(\w+)\([^;{}]*\)\n\{\n(.*?)^\}", re.M | re.S)
# A lock that is taken or not, as in hwpoison_pte_range() of the base.
CONDITIONAL_LOCK = ("mf_walk_pmd",)


def guarded_functions(text):
    """Those that use guard(), and those that call one that does: sparse inlines it, and knows no cleanup attribute."""
    bodies = dict(FUNCTION.findall(text))
    direct = {name for name, body in bodies.items() if re.search(r"\bguard\(", body) or "scoped_guard(" in body}
    return direct | {name for name, body in bodies.items() if direct & set(re.findall(r"\b(\w+)\(", body))}


def is_false_imbalance(tree, complaint):
    match = re.search(r"context imbalance in '(\w+)'", complaint.text)
    if not match or not (tree / complaint.path).is_file():
        return False
    return match[1] in CONDITIONAL_LOCK or match[1] in guarded_functions((tree / complaint.path).read_text())


# Scripts with few false alarms, for what this series does: locks, references, freeing, errors, iterators.
COCCI = ("locks/double_lock", "locks/mini_lock", "locks/flags", "locks/call_kern", "free/kfree", "free/ifnullfree",
         "null/eno", "iterators/itnull", "iterators/list_entry_update", "misc/semicolon", "api/err_cast",
         "tests/odd_ptr_err")


REPORTED = re.compile(r"(?P<path>[\w./+-]+\.[chS]):(?P<line>\d+):[\d-]+: *(?P<text>.+)")
SPATCH_SAYS = re.compile(r"warning: |exn while|Note: |HANDLING|$")


def reports(output):
    """What scripts report: any text behind a place."""
    found = []
    for line in output.splitlines():
        if match := REPORTED.match(line.strip()):
            found.append(Complaint(match["path"], re.sub(r"\d+", "N", match["text"]), int(match["line"])))
        elif not SPATCH_SAYS.match(line.strip()):
            raise Broken("spatch says what is not understood; the line below", line)
    return found


def coccinelle(tree, paths, scripts=COCCI):
    paths, found = there(tree, paths), []

    def report(script):
        return run_in(tree, ["spatch", "-D", "report", "--no-show-diff", "--very-quiet", "--no-includes",
                             "--include-headers", "--cocci-file", f"scripts/coccinelle/{script}.cocci", *paths])
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for output in pool.map(report, scripts):
            found += reports(output)
    return found


def all_cocci(tree):
    """Those that can report, without OCaml."""
    scripts = sorted((tree / "scripts/coccinelle").rglob("*.cocci"))
    return [str(path.relative_to(tree / "scripts/coccinelle").with_suffix("")) for path in scripts
            if "virtual report" in path.read_text() and "script:ocaml" not in path.read_text()]


# ---------------------------------------------------------------- Sphinx

def sphinx(tree, paths):
    """Only the documents that are touched are built, so what they refer to is looked for in the tree."""
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "Documentation")
        Path(scratch, "tools").symlink_to(tree / "tools")       # for what documents include
        write_abi(tree, [path for path in there(tree, paths) if path.startswith(ABI)], Path(scratch), source)
        for path in there(tree, paths):
            copy = source / Path(path).relative_to("Documentation")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.symlink_to(tree / path)
        if not (source / "index.rst").exists():
            (source / "index.rst").write_text(":orphan:\n\nDocuments\n=========\n")
        output = run_in(tree, ["env", f"srctree={tree}", "PYTHONDONTWRITEBYTECODE=1", "LC_ALL=C.UTF-8",
                               f"KERNELDOC={tree}/scripts/kernel-doc", "sphinx-build", "-b", "html", "-q", "-c",
                               f"{tree}/Documentation", "-d", f"{scratch}/doctrees", str(source), f"{scratch}/html"])
    return [complaint for complaint in complaints(output.replace(f"{source}/", "Documentation/"))
            if not lies_outside(tree, complaint)]


ABI = "Documentation/ABI/"


def write_abi(tree, paths, scratch, source):
    """Files of the ABI as get_abi.pl writes them for Sphinx."""
    (scratch / "abi").mkdir()
    for path in paths:
        shutil.copy(tree / path, scratch / "abi")       # links are not followed
    text = run_in(tree, ["perl", "scripts/get_abi.pl", "--dir", f"{scratch}/abi", "rest"]) if paths else ""
    source.mkdir()
    (source / "abi.rst").write_text(f":orphan:\n\n{text}")


def lies_outside(tree, complaint):
    """Sphinx misses a document or label that the tree has, or the index that names an old document."""
    if "isn't included in any toctree" in complaint.text:
        return git_has_index_for(tree, complaint.path)
    if match := re.search(r"(?:unknown|nonexisting) document:? '([^']+)'", complaint.text):
        name = match[1]
        beside = Path("Documentation", name[1:]) if name.startswith("/") else Path(complaint.path).parent / name
        return any((tree / f"{where}.rst").is_file() for where in (beside, Path("Documentation", name)))
    if match := re.search(r"undefined label: '?([^' ]+)", complaint.text):
        return subprocess.run(["grep", "-rqiF", f".. _{match[1]}:", f"{tree}/Documentation"], check=False).returncode == 0
    return False


def git_has_index_for(tree, path):
    """An index of this directory, or of the one above, names the document."""
    document = Path(path)
    for index, name in ((document.parent / "index.rst", document.stem),
                        (document.parent.parent / "index.rst", f"{document.parent.name}/{document.stem}")):
        if (tree / index).is_file() and re.search(rf"^ +{re.escape(name)}(\.rst)?$", (tree / index).read_text(), re.M):
            return True
    return False


# ---------------------------------------------------------------- symbols: who defines, who needs, who exports

@dataclasses.dataclass
class Symbols:
    """Of one object."""
    module: str                 # '' when built in
    defined: set
    needed: set
    exported: set


NM = re.compile(r"(?P<object>[^:]+): *(?:[0-9a-f]+)? (?P<kind>\w) (?P<name>\S+)")
EXPORT = "__export_symbol_"


def parse_nm(output, module_of):
    """{object: Symbols} of what nm -A prints."""
    found = {}
    for line in output.splitlines():
        match = NM.match(line)
        if not match:
            continue
        obj, kind, name = match["object"], match["kind"], match["name"]
        symbols = found.get(obj) or found.setdefault(obj, Symbols(module_of(obj), set(), set(), set()))
        if name.startswith(EXPORT):
            symbols.exported.add(name.removeprefix(EXPORT))
        elif kind == "U":
            symbols.needed.add(name)
        elif kind in "TDBRVWAG":
            symbols.defined.add(name)
    return found


def module_name(tree, obj):
    """(module that an object belongs to, or would; whether it was compiled for one)"""
    try:
        command = command_file(tree, obj).read_text().partition("\n")[0]
    except FileNotFoundError:
        return "", False
    name = re.search(r"KBUILD_MODNAME='?\"?(\w+)", command)
    return name[1] if name else "", " -DMODULE " in command


def module_of(tree, obj):
    """The module that an object was compiled for, or ''."""
    name, is_module = module_name(tree, obj)
    return name if is_module else ""


def symbols_of(tree, objects):
    """{object: Symbols} with the modules that they were compiled for."""
    output = run_in(tree, ["nm", "-A", *objects], range(2)) if objects else ""
    return parse_nm(output, lambda obj: module_of(tree, obj))


def archived(tree, archive):
    """What an archive holds; the objects of lib.a are beside it."""
    names = run_in(tree, ["ar", "t", archive]).split()
    return [name if (tree / name).is_file() else f"{os.path.dirname(archive)}/{name}" for name in names]


def linked_objects(tree):
    """What the kernel in a tree, and its modules, are linked of."""
    modules = [Path(line).with_suffix(".mod") for line in (tree / "modules.order").read_text().split()]
    listed = [word for name in modules for word in (tree / name).read_text().split()]
    for archive in ("vmlinux.a", "lib/lib.a", "arch/x86/lib/lib.a"):
        listed += archived(tree, archive)
    return sorted({obj for obj in listed if (tree / obj).is_file()})


@dataclasses.dataclass
class Whole:
    """What the two whole kernels of the lab tell about symbols."""
    definer: dict               # symbol -> object, in the patched kernel
    exported: set
    ours: set                   # defined by what the series touches
    usual: set                  # what the base needs, where the series has something
    name_of: collections.abc.Callable       # object -> name of its module, if it were one

    @classmethod
    def read(cls, stock, daxmend, objects):
        patched = parse_nm(run_in(daxmend, ["nm", "-A", *linked_objects(daxmend)], range(2)), lambda obj: "")
        definer = {name: obj for obj, symbols in patched.items() for name in symbols.defined}
        ours = {name for name, obj in definer.items() if obj in objects}
        places = {os.path.dirname(obj) for obj in objects}
        neighbours = [obj for obj in linked_objects(stock) if os.path.dirname(obj) in places]
        before = parse_nm(run_in(stock, ["nm", "-A", *neighbours], range(2)), lambda obj: "")
        usual = set().union(*(symbols.needed for symbols in before.values()))
        exported = set().union(*(symbols.exported for symbols in patched.values()))
        return cls(definer, exported, ours, usual, lambda obj: module_name(daxmend, obj)[0])


def to_be_compiled(built, whole):
    """Objects that define what the series needs newly: whether this configuration has them is not known yet."""
    new = set().union(*(symbols.needed for symbols in built.values())) - whole.usual
    return sorted({whole.definer[name] for name in new if name in whole.definer} - set(built))


def link_problems(built, whole, absent):
    """What would not link, or not load: {object: Symbols} of one configuration against the whole kernel."""
    definer = {name: obj for obj, symbols in built.items() for name in symbols.defined}
    exported = set().union(*(symbols.exported for symbols in built.values()))
    problems = []
    for obj, symbols in built.items():
        for name in sorted(symbols.needed):
            problem = symbol_problem(name, symbols.module, built, definer, exported, whole, absent)
            if problem:
                problems.append(f"{obj}: {name} {problem}")
    return problems


def symbol_problem(name, module, built, definer, exported, whole, absent):
    if name in definer:
        other = built[definer[name]].module
        if other == module:
            return ""
        if not module:
            return f"is in the module {other}, and needed built in"
        return "" if name in exported else f"is not exported, and needed by the module {module}"
    if name in whole.ours or whole.definer.get(name) in absent:
        return "is defined by nobody"
    if module and name in whole.definer and name not in whole.exported and whole.name_of(whole.definer[name]) != module:
        return f"is not exported, and needed by the module {module}"
    return ""


# ---------------------------------------------------------------- other configurations

@dataclasses.dataclass(frozen=True)
class Configuration:
    """On top of the lab's."""
    name: str
    lines: str
    arch: str = "x86_64"
    always: bool = True         # not only with --long


MODULES = """LIBNVDIMM ACPI_NFIT BLK_DEV_PMEM X86_PMEM_LEGACY VIRTIO_PMEM OF_PMEM DEV_DAX DEV_DAX_PMEM DEV_DAX_KMEM
CXL_BUS CXL_ACPI CXL_PCI CXL_PMEM CXL_MEM BLK_DEV_DM DM_WRITECACHE DM_LOG_WRITES DM_SNAPSHOT EXT2_FS EXT4_FS XFS_FS EROFS_FS
HWPOISON_INJECT""".split()
CONFIGURATIONS = (
    Configuration("all of it as modules", " ".join(f"{name}=m" for name in MODULES)),
    Configuration("without MEMORY_FAILURE", "MEMORY_FAILURE=n"),
    Configuration("without LIBNVDIMM", "LIBNVDIMM=n ACPI_NFIT=n X86_PMEM_LEGACY=n VIRTIO_PMEM=n OF_PMEM=n CXL_PMEM=n"),
    Configuration("without FS_DAX, DEV_DAX and ZONE_DEVICE", "FS_DAX=n DEV_DAX=n ZONE_DEVICE=n"),
    Configuration("32 bits", "64BIT=n HIGHMEM64G=y", "i386"),
    Configuration("without FS_DAX", "FS_DAX=n", always=False),
    Configuration("without DEV_DAX", "DEV_DAX=n", always=False),
    Configuration("without X86_MCE", "X86_MCE=n", always=False),
    Configuration("without TRANSPARENT_HUGEPAGE", "TRANSPARENT_HUGEPAGE=n", always=False),
    Configuration("without NUMA, SMP and KVM", "NUMA=n SMP=n KVM=n", always=False),
    Configuration("without NVDIMM_PFN and BTT", "NVDIMM_PFN=n BTT=n NVDIMM_DAX=n", always=False),
)


def settings(configuration):
    return [tuple(word.split("=")) for word in configuration.lines.split()]


def set_configuration(builder, configuration, fragments):
    """Refuses one that does not become what its name says."""
    builder.arch = configuration.arch
    builder.configure(*fragments)
    builder.fragments = None
    lines = [f"# CONFIG_{name} is not set" if value == "n" else f"CONFIG_{name}={value}"
             for name, value in settings(configuration)]
    builder.add_to_config("\n".join(lines))
    have = kbuild.settings(builder.tree / ".config")
    lost = [f"{name}={value}" for name, value in settings(configuration) if have.get(f"CONFIG_{name}", "n") != value]
    if lost:
        raise Broken(f"the configuration '{configuration.name}' does not take {', '.join(lost)}; mend it")


def build_configuration(builder, tip, configuration, objects, fragments, whole):
    """(what is wrong, number of objects built)"""
    builder.go(tip.commit)
    try:
        set_configuration(builder, configuration, fragments)
        done = builder.compile(objects)
        wrong = done.broken + [str(complaint) for complaint in done.complaints if str(complaint) not in done.broken]
        if configuration.arch == "x86_64" and not wrong:
            wrong += check_links(builder, done, whole)
    finally:
        builder.arch = "x86_64"
    return {"wrong": wrong, "built": done.objects, "absent": done.absent}


def check_links(builder, done, whole):
    symbols = symbols_of(builder.tree, done.objects)
    more = builder.compile(to_be_compiled(symbols, whole))
    symbols.update(symbols_of(builder.tree, more.objects))
    return more.broken + link_problems(symbols, whole, {*done.absent, *more.absent})


# ---------------------------------------------------------------- all of it

class Gates:
    """What the gates are about."""

    def __init__(self, area, long):
        self.area, self.long = area, long
        with area.locked():
            patches = series.load_series(area.root).patches
            self.tip = series.target_commit(area, "daxmend")
            self.base = series.target_commit(area, "stock")
        self.stock, self.daxmend = area.build / "stock", area.build / "daxmend"
        for tree, commit in ((self.stock, self.base), (self.daxmend, self.tip)):
            differs = area.git("diff", "--name-only", series.head_of(area, tree) or self.base.id, commit.id).split()
            if not (tree / ".lab-built").exists() or any(not path.startswith(LAB_FILES) for path in differs):
                raise series.Failure(f"{tree.name} is not built as the series has it; make kernels")
        self.known = Known(area.build / "gates.json")
        self.steps = steps_of(area, self.base, self.tip, [patch.slug for patch in patches])
        self.fragments = (LAB / "kernel.config", LAB / "daxmend.config")
        self.changed = sorted({path for step in self.steps for path in step.changed if (self.daxmend / path).is_file()})
        self.users = self.find_users()

    def sources(self):
        return [path for path in self.changed if path.endswith((".c", ".h")) and is_kernel(path)]

    def objects(self):
        return [object_of(path) for path in self.changed
                if path.endswith((".c", ".S")) and is_kernel(path) and not is_included(self.daxmend, path)]

    def find_users(self):
        """{header: objects of the series that include it}"""
        users = collections.defaultdict(list)
        for obj in self.objects():
            for header in headers_of(self.daxmend, obj):
                users[header].append(obj)
        return users

    def remembered(self, name, made_of, function):
        """A result that depends on nothing but the two trees."""
        key = self.known.key(name, self.base.tree, self.tip.tree, made_of)
        result = self.known.get(key)
        if result is None:
            result = function()
            self.known.put(key, result)
        return result


def step_problems(result, fresh):
    return [*result["broken"], *map(str, fresh)]


# What no configuration here compiles, and why.
ELSEWHERE = (("arch/powerpc/", "needs a compiler for powerpc"),)


def unexplained(absent):
    return [path for path in absent if not path.startswith(tuple(where for where, _ in ELSEWHERE))]


def report_steps(ktap, gates, results, fresh, budget):
    for step in gates.steps:
        result, name = results[step.slug], f"gates: {step.slug} builds on its own with W=1"
        if result is None:
            ktap.result(name, skip=f"not built, the budget of {budget} s is used up" if objects_for(step, gates.users)
                        else "nothing to compile")
        elif not result["objects"] and not result["broken"]:
            ktap.result(name, skip=f"the configuration has none of {' '.join(result['absent'])}")
        else:
            ktap.result(f"{name}, {len(result['objects'])} objects", step_problems(result, fresh[step.slug]))


def report_absent(ktap, results, configured):
    """Every object that a patch touches was compiled by somebody."""
    absent = {path for result in results.values() if result for path in result["absent"]}
    absent -= {path for result in configured for path in result["built"]}
    name = "gates: every object that a patch touches is compiled"
    reasons = ", ".join(f"{path} {why}" for path in sorted(absent) for where, why in ELSEWHERE if path.startswith(where))
    problems = [f"{path}: no configuration here has it" for path in unexplained(sorted(absent))]
    ktap.result(name, problems, None if problems else reasons or None)


def reading_gates(gates):
    """(name, function) of those that compile nothing."""
    documents = [path for path in gates.changed if path.startswith("Documentation/")]
    scripts = all_cocci(gates.daxmend) if gates.long else COCCI

    def differential(tool, paths):
        return lambda: compared(tool, gates.daxmend, gates.stock, paths)
    return (("kernel-doc says nothing new", differential(kernel_doc, gates.sources())),
            ("Sphinx says nothing new", differential(sphinx, documents)),
            ("sparse says nothing new", differential(sparse, [path for path in gates.sources() if path.endswith(".c")])),
            (f"{len(scripts)} scripts of coccinelle say nothing new",
             differential(lambda tree, paths: coccinelle(tree, paths, scripts),
                          [path for path in gates.sources() if path.endswith(".c")])))


def run_gates(gates, budget):
    readers = reading_gates(gates)
    configurations = [configuration for configuration in CONFIGURATIONS if configuration.always or gates.long]
    ktap = series.Ktap(1 + len(readers) + len(configurations) + len(gates.steps) + 1)

    def attempt(name, function, *arguments):
        started = time.monotonic()
        result, problems = series.problems_of(function, *arguments)
        ktap.result(f"gates: {name}", (result or []) + problems)
        series.note(f"gates: {name}: {time.monotonic() - started:.0f} s")
    attempt("checkpatch says nothing but what is allowed", check_style, gates)
    for name, function in readers:
        attempt(name, lambda name=name, function=function: gates.remembered(name, "", function))
    builder = Builder(gates.area)
    results = walk(builder, gates.steps, gates.users, gates.known, gates.fragments, time.monotonic() + budget)
    configured = report_configurations(ktap, gates, builder, configurations, time.monotonic() + budget, budget)
    fresh = new_by_patch(results, base_complaints(builder, gates.base, results.values(), gates.known, gates.fragments))
    report_steps(ktap, gates, results, fresh, budget)
    report_absent(ktap, results, configured)
    gates.known.forget_unused()
    return 1 if ktap.failed else 0


def report_configurations(ktap, gates, builder, configurations, deadline, budget):
    whole, objects, configured = None, gates.objects(), []
    for configuration in configurations:
        name = f"gates: builds and links {configuration.name}"
        config = [Path(fragment).read_text() for fragment in gates.fragments]
        key = gates.known.key("configuration", dataclasses.astuple(configuration), gates.tip.tree, config)
        result = gates.known.get(key)
        if result is None and time.monotonic() > deadline:
            ktap.result(name, skip=f"not built, the budget of {budget} s is used up")
            continue
        problems = []
        if result is None:
            started = time.monotonic()
            whole = whole or Whole.read(gates.stock, gates.daxmend, set(objects))
            result, problems = series.problems_of(build_configuration, builder, gates.steps[-1], configuration, objects,
                                                  gates.fragments, whole)
            series.note(f"gates: {configuration.name}: {time.monotonic() - started:.0f} s")
            if result:
                gates.known.put(key, result)
        configured += [result] if result else []
        ktap.result(name + (f", {len(result['built'])} of {len(objects)} objects" if result else ""),
                    (result["wrong"] if result else []) + problems)
    return configured


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", type=Path, default=HERE.parent / "build")
    parser.add_argument("--budget", type=int, default=420, metavar="SECONDS", help="for the patches, and again for the configurations (default: 420)")
    parser.add_argument("--long", action="store_true", help="all configurations, all scripts of coccinelle")
    arguments = parser.parse_args()
    area = series.Area(HERE.parent, arguments.build.resolve())
    # spatch recurses: the usual 8 MiB are not enough for mm/memory-failure.c.
    resource.setrlimit(resource.RLIMIT_STACK, (resource.getrlimit(resource.RLIMIT_STACK)[1],) * 2)
    try:
        with open(area.build / ".gates.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            return run_gates(Gates(area, arguments.long), arguments.budget)
    except series.Failure as fault:
        series.note(f"gates: {fault}")
        for line in fault.diagnostics.strip().splitlines():
            series.note(f"# {line}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
