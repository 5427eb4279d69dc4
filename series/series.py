#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Assemble, refresh and verify the patch series.  series/README.md has the formats."""

import argparse
import contextlib
import dataclasses
import difflib
import fcntl
import hashlib
import json
import lzma
import os
import re
import shutil
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

FORMAT = 1                      # part of every digest: raise it when assembling changes
ROOTS = ("Documentation", "arch", "block", "drivers", "fs", "include", "kernel", "lib", "mm", "tools")
NAME, EMAIL, DATE = "daxmend", "daxmend@localhost", "1735689600 +0000"
MODES = ("100644", "100755")

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
TAG = re.compile(r"(?:[A-Za-z]+-)*[A-Za-z]+-by:|Cc:", re.I)
# What git mailinfo would take out of a message, or take for its end.
EATEN = re.compile(r"(?:---(?:\s|$)|diff -|Index: )")
IN_BODY_HEADER = re.compile(r"(?:From|Subject|Date|Content-[A-Za-z-]+|MIME-Version):", re.I)
AUTOSQUASH = re.compile(r"(?:fixup|squash|amend)! ")
DEBIAN_IGNORE = re.compile(rb"\n*#\n# Debian packaging: ignore everything at the top level.*\Z", re.S)


class Failure(Exception):
    """An expected error: one line 'what is wrong; what to do', and maybe diagnostics."""

    def __init__(self, line, diagnostics=""):
        super().__init__(line)
        self.diagnostics = diagnostics


class GitError(Failure):
    """git said no."""


def note(line):
    """Tell the human something; results alone go to stdout."""
    print(line, file=sys.stderr, flush=True)


# ---------------------------------------------------------------- running things

SETTINGS = {                    # for every git that is started here, above any configuration file
    "safe.directory": "*", "gc.auto": "0", "maintenance.auto": "false", "core.hooksPath": os.devnull,
    "core.autocrlf": "false", "core.quotePath": "false", "core.abbrev": "12", "core.fsmonitor": "false",
    "core.fileMode": "true", "commit.gpgSign": "false", "rerere.enabled": "false",
    "pack.compression": "1", "core.compression": "1", "checkout.workers": "0", "advice.detachedHead": "false",
    "diff.suppressBlankEmpty": "false", "rebase.updateRefs": "false",
}
SETTINGS_OF_REPOSITORY = (      # for those that a human starts in a worktree
    "gc.auto", "maintenance.auto", "core.autocrlf", "checkout.workers")
ATTRIBUTES = ("* -text\n*.c diff=cpp\n*.h diff=cpp\n*.dtsi diff=dts\n*.dtso diff=dts\n*.dts diff=dts\n"
              "*.rs diff=rust\n*.py diff=python\n")


def environment(**extra):
    """The environment for git: nobody's configuration may change a result."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    env.update(LC_ALL="C", GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_SYSTEM=os.devnull, GIT_CONFIG_NOSYSTEM="1",
               GIT_ATTR_NOSYSTEM="1", GIT_TERMINAL_PROMPT="0", GIT_LITERAL_PATHSPECS="1", GIT_EDITOR=":",
               GIT_AUTHOR_NAME=NAME, GIT_AUTHOR_EMAIL=EMAIL, GIT_AUTHOR_DATE=DATE,
               GIT_COMMITTER_NAME=NAME, GIT_COMMITTER_EMAIL=EMAIL, GIT_COMMITTER_DATE=DATE)
    env["GIT_CONFIG_COUNT"] = str(len(SETTINGS))
    for number, (key, value) in enumerate(SETTINGS.items()):
        env[f"GIT_CONFIG_KEY_{number}"], env[f"GIT_CONFIG_VALUE_{number}"] = key, value
    env.update(extra)
    return env


def run(command, *, data=None, env=None, check=True, keep=()):
    """Run a program; its stdout as text (bytes survive as surrogates)."""
    try:
        done = subprocess.run([str(word) for word in command], input=data, env=env, check=False, pass_fds=keep,
                              stdin=subprocess.DEVNULL if data is None else None, capture_output=True)
    except FileNotFoundError:
        raise Failure(f"the program {command[0]} is missing; install it") from None
    if check and done.returncode:
        words = [word for word in map(str, command[1:]) if not word.startswith(("-", "/"))]
        raise GitError(f"{Path(command[0]).name} {' '.join(words[:2])} failed; the lines below say why",
                       text(done.stderr) or text(done.stdout))
    return done if not check else text(done.stdout)


def text(data):
    return data.decode("utf-8", "surrogateescape")


def raw(string):
    return string.encode("utf-8", "surrogateescape")


def write_atomically(path, data, mode=0o644):
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_bytes(data)
    temporary.chmod(mode)
    os.replace(temporary, path)


def remove_file(path, root):
    """Remove a file, and the directories that this leaves empty."""
    path.unlink(missing_ok=True)
    for parent in path.parents:
        if parent == root or any(parent.iterdir()):
            return
        parent.rmdir()


# ---------------------------------------------------------------- the lock: series/base

@dataclasses.dataclass
class Lock:
    """Which base the series is for."""
    package: str
    version: str
    sha256: str
    tree: str

    @property
    def release(self):          # '6.12.'
        return ".".join(self.version.split(".")[:2]) + "."

    def render(self):
        return f"Package: {self.package}\nVersion: {self.version}\nSha256: {self.sha256}\nTree: {self.tree}\n"

    def digest(self):
        return hashlib.sha256(self.render().encode()).hexdigest()


def read_lock(root):
    path = root / "series/base"
    try:
        fields = dict(re.findall(r"^(\w+): *(\S+)$", path.read_text(), re.M))
        return Lock(*(fields[key] for key in ("Package", "Version", "Sha256", "Tree")))
    except FileNotFoundError:
        raise Failure("series/base is missing; restore it, or write it with 'series.py lock'") from None
    except KeyError as missing:
        raise Failure(f"series/base has no line {missing.args[0]}; restore it, or 'series.py lock'") from None


# ---------------------------------------------------------------- patches and their files

@dataclasses.dataclass
class Patch:
    """One patch: its message, the new files it adds, the hunks in existing files."""
    slug: str
    subject: str
    body: str
    adds: list
    hunks: str

    def message(self):
        return self.subject + "\n" + (f"\n{self.body}\n" if self.body else "")

    def render(self):
        parts = [f"Subject: {self.subject}"]
        parts += [self.body] if self.body else []
        parts += ["\n".join(f"Adds: {path}" for path in self.adds)] if self.adds else []
        return "\n\n".join(parts) + "\n---\n" + self.hunks

    def touches(self):
        return [path for path, _ in hunk_files(self.hunks)]

    def faults(self):
        """What is wrong with this patch by itself."""
        return message_faults(self.subject, self.body) + hunk_faults(self.hunks) + self.adds_faults()

    def adds_faults(self):
        faults = [] if self.adds == sorted(set(self.adds)) else ["has Adds lines that are not sorted, or repeat"]
        for path in self.adds:
            if os.path.normpath(path) != path or path.split("/")[0] not in ROOTS or "/" not in path:
                faults.append(f"adds {path}, which is not under {'/ '.join(ROOTS)}/")
        if not self.adds and not self.hunks:
            faults.append("is empty: neither Adds lines nor hunks")
        return faults


def parse_patch(slug, string):
    """A patch from the text of its file."""
    head, dashes, hunks = string.partition("\n---\n")
    if not dashes:
        raise Failure(f"series/patches/{slug}.patch has no '---' line after the message; add it")
    paragraphs = re.split(r"\n\n+", head.rstrip("\n"))
    if not paragraphs[0].startswith("Subject: ") or "\n" in paragraphs[0]:
        raise Failure(f"series/patches/{slug}.patch does not begin with one Subject: line and a blank line; "
                      "write them")
    adds = []
    if len(paragraphs) > 1 and all(line.startswith("Adds: ") for line in paragraphs[-1].split("\n")):
        adds = [line.removeprefix("Adds: ") for line in paragraphs.pop().split("\n")]
    return Patch(slug, paragraphs[0].removeprefix("Subject: "), "\n\n".join(paragraphs[1:]), adds, hunks)


def message_faults(subject, body):
    faults = []
    if not subject.strip() or subject.startswith("[") or AUTOSQUASH.match(subject):
        faults.append(f"has the subject '{subject}', which git am would not keep")
    for number, line in enumerate(body.split("\n")):
        if TAG.match(line):
            faults.append(f"has the tag '{line}': who posts a patch signs it")
        if line.startswith("Adds: "):
            faults.append(f"has '{line}' outside the last paragraph")
        if EATEN.match(line) or (number == 0 and IN_BODY_HEADER.match(line)):
            faults.append(f"has the message line '{line}', which git am would not keep")
    return faults


def hunk_files(hunks):
    """[(path, header lines)] of a diff."""
    found = []
    for part in re.split(r"^diff --git ", hunks, flags=re.M)[1:]:
        header = part.split("\n@@ ")[0].split("\n")
        names = header[0]       # 'a/X b/X'
        found.append((names[2:(len(names) - 1) // 2], header[1:]))
    return found


def hunk_faults(hunks):
    faults = []
    if hunks and not hunks.startswith("diff --git a/"):
        faults.append("has something else than 'diff --git a/...' after the '---' line")
    for path, header in hunk_files(hunks):
        for line in header:
            if line.startswith(("new file", "--- /dev/null")):
                faults.append(f"has a hunk that creates {path}: a new file stands whole at its path, claimed by Adds")
                break
            if line.startswith(("rename ", "copy ", "GIT binary", "Binary ", "similarity ")):
                faults.append(f"has '{line}' for {path}, which is no plain diff")
                break
    return faults


@dataclasses.dataclass
class Series:
    """What the repository says: the order, the patches, the new files."""
    root: Path
    order: str
    patches: list
    files: dict                 # path -> (mode, bytes), claimed ones
    problems: list              # (kind, line): kinds order, patch, claim, unclaimed

    def digest(self):
        """Changes with anything that the assembled branch depends on, apart from the base."""
        state = hashlib.sha256(repr((FORMAT, self.order)).encode())
        for patch in self.patches:
            state.update(repr((patch.slug, patch.render())).encode())
        for path, (mode, data) in sorted(self.files.items()):
            state.update(repr((path, mode, hashlib.sha256(data).digest())).encode())
        return state.hexdigest()

    def demand_sound(self):
        """Errors stop; a file that nobody claims yet is only told, for it changes no result."""
        errors = [line for kind, line in self.problems if kind != "unclaimed"]
        if errors:
            more = f" ({len(errors) - 1} more: 'series.py check' lists them)" if errors[1:] else ""
            raise Failure(errors[0] + more)
        orphans = [line for kind, line in self.problems if kind == "unclaimed"]
        if orphans:
            note(f"series: {orphans[0].split(';')[0]}"
                 + (f" ({len(orphans) - 1} more: 'series.py check' lists them)" if orphans[1:] else ""))


def slugs_of(order):
    return [line.strip() for line in order.split("\n") if line.strip() and not line.startswith("#")]


def load_series(root):
    """Read series/ and the new files, and gather what is wrong with them."""
    problems, patches = [], []
    order_file = root / "series/order"
    order = text(order_file.read_bytes()) if order_file.exists() else ""
    slugs = slugs_of(order)
    on_disk = {path.name.removesuffix(".patch") for path in (root / "series/patches").glob("*.patch")}
    for slug in sorted({slug for slug in slugs if slugs.count(slug) > 1}):
        problems.append(("order", f"series/order names {slug} more than once; keep one line"))
    for slug in sorted(on_disk - set(slugs)):
        problems.append(("order", f"series/patches/{slug}.patch is not in series/order; "
                                  "add a line, or remove the patch"))
    for slug in dict.fromkeys(slugs):
        if not SLUG.match(slug):
            problems.append(("order", f"series/order has the line '{slug}', which is no slug (a-z 0-9 -); correct it"))
        elif slug not in on_disk:
            problems.append(("order", f"series/order names {slug}, but series/patches/{slug}.patch is missing; "
                                      "restore it, or drop the line"))
        else:
            try:
                patches.append(parse_patch(slug, text((root / f"series/patches/{slug}.patch").read_bytes())))
            except Failure as fault:
                problems.append(("patch", str(fault)))
    problems += patch_problems(patches)
    files, claim_problems = read_claimed(root, patches)
    return Series(root, order, patches, files, problems + claim_problems)


def patch_problems(patches):
    problems = [("patch", f"series/patches/{patch.slug}.patch {fault}; correct it")
                for patch in patches for fault in patch.faults()]
    subjects = {}
    for patch in patches:
        if patch.subject in subjects:
            problems.append(("patch", f"patches {subjects[patch.subject]} and {patch.slug} have the same subject; "
                                      "change one"))
        subjects[patch.subject] = patch.slug
    return problems


def read_claimed(root, patches):
    """The claimed new files, and whatever is wrong between claims and files."""
    problems, files, claims = [], {}, {}
    for patch in patches:
        for path in patch.adds:
            claims.setdefault(path, []).append(patch.slug)
    present = set(files_under_roots(root))
    for path, slugs in sorted(claims.items()):
        where = root / path
        if len(slugs) > 1:
            problems.append(("claim", f"{path} is claimed by the patches {' and '.join(slugs)}; one must let it go"))
        if where.is_symlink() or not where.is_file():
            problems.append(("claim", f"{path}, which patch {slugs[0]} adds, is missing or no regular file; "
                                      "restore it, or drop the Adds line"))
        elif path not in present:
            problems.append(("claim", f"{path}, which patch {slugs[0]} adds, is ignored by .gitignore; "
                                      "change .gitignore, or git loses the file"))
        else:
            mode = MODES[bool(where.stat().st_mode & 0o111)]
            files[path] = (mode, where.read_bytes())
    for patch in patches:
        for path in patch.touches():
            if path in claims:
                problems.append(("claim", f"patch {patch.slug} has a hunk in {path}, which patch "
                                          f"{claims[path][0]} adds; change the file itself"))
    for path in sorted(present - set(claims)):
        problems.append(("unclaimed", f"{path} is claimed by no patch; add an 'Adds: {path}' line to one, "
                                      "or remove the file"))
    return files, problems


def files_under_roots(root):
    """Every file at a kernel path of the repository that is not build output."""
    if (root / ".git").exists():
        listed = run(["git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *ROOTS],
                     env=environment()).split("\0")
        return [path for path in listed if path and os.path.lexists(root / path)]
    return [os.path.relpath(os.path.join(directory, name), root)
            for top in ROOTS for directory, _, names in os.walk(root / top) for name in names]


# ---------------------------------------------------------------- the work area and its repository

@dataclasses.dataclass
class Commit:
    id: str
    tree: str
    subject: str


class Area:
    """build/: the repository with the base and the assembled branch, and the lock around it."""

    def __init__(self, root, build):
        self.root, self.build = root, build
        self.repo = build / "linux"
        self.lock_fd = None

    @contextlib.contextmanager
    def locked(self):
        """One at a time.  Children inherit the lock, so that it outlives a killed parent."""
        self.build.mkdir(parents=True, exist_ok=True)
        self.lock_fd = os.open(self.build / ".series.lock", os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(self.lock_fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                note("series: waiting for another series.py to end")
                fcntl.flock(self.lock_fd, fcntl.LOCK_EX)
            yield self
        finally:
            os.close(self.lock_fd)
            self.lock_fd = None

    def keep(self):
        return () if self.lock_fd is None else (self.lock_fd,)

    def git(self, *words, data=None, check=True, **env):
        """git in the repository."""
        return run(["git", f"--git-dir={self.repo}", *words], data=data, check=check, env=environment(**env),
                   keep=self.keep())

    def git_in(self, directory, *words, data=None, check=True, **env):
        """git in a worktree, and never in a repository above it."""
        return run(["git", "-C", directory, *words], data=data, check=check, keep=self.keep(),
                   env=environment(GIT_CEILING_DIRECTORIES=str(directory.parent), **env))

    def create(self):
        """The empty repository: there whole, or not at all."""
        if (self.repo / "HEAD").exists():
            return
        if self.repo.exists():
            raise Failure(f"{self.repo} is no git repository; remove it")
        temporary = self.repo.with_name("linux.new")
        shutil.rmtree(temporary, ignore_errors=True)
        run(["git", "init", "--quiet", "--bare", "--template=", "--initial-branch=edit", temporary], env=environment())
        for key in SETTINGS_OF_REPOSITORY:
            run(["git", f"--git-dir={temporary}", "config", key, SETTINGS[key]], env=environment())
        (temporary / "info").mkdir(exist_ok=True)
        (temporary / "info/attributes").write_text(ATTRIBUTES)
        os.rename(temporary, self.repo)

    def commits(self):
        """{branch: Commit} of base, assembled, edit, as far as they exist."""
        if not (self.repo / "HEAD").exists():
            return {}
        fields = "%(refname:lstrip=2)%00%(objectname)%00%(tree)%00%(contents:subject)"
        listed = self.git("for-each-ref", f"--format={fields}", "refs/heads")
        rows = [line.split("\0") for line in listed.split("\n") if line]
        return {row[0]: Commit(*row[1:]) for row in rows}

    def tree_of(self, commit):
        return self.git("rev-parse", "--verify", f"{commit}^{{tree}}").strip()

    def state(self):
        try:
            return json.loads((self.repo / "series.json").read_text())
        except (FileNotFoundError, ValueError):
            return {}

    def remember(self, **facts):
        state = {key: value for key, value in {**self.state(), **facts}.items() if value is not None}
        write_atomically(self.repo / "series.json", json.dumps(state, indent=1).encode())

    def fast_import(self, write_stream):
        """Run git fast-import over what write_stream(write) emits; refs move at its end or not at all."""
        for left in [*self.repo.glob("objects/pack/tmp_*"), *self.repo.glob("fast_import_crash_*")]:
            left.unlink(missing_ok=True)
        process = subprocess.Popen(
            ["git", f"--git-dir={self.repo}", "-c", "fastimport.unpackLimit=5000", "fast-import", "--quiet", "--done",
             "--force", "--depth=0"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), pass_fds=self.keep())
        try:
            with process.stdin as pipe:
                write_stream(pipe.write)
                pipe.write(b"done\n")
        except BrokenPipeError:
            pass                # its stderr says why
        except BaseException:
            process.kill()
            process.wait()
            process.stderr.close()
            raise
        with process.stderr as pipe:
            errors = text(pipe.read())
        if process.wait():
            raise GitError("git fast-import failed; the lines below say why", errors)


def commit_header(ref, message, parent=None):
    data = raw(message)
    header = b"commit %s\ncommitter %s <%s> %s\ndata %d\n%s\n" % (
        ref.encode(), NAME.encode(), EMAIL.encode(), DATE.encode(), len(data), data)
    return header + (b"from %s\n" % parent.encode() if parent else b"")


def file_inline(mode, path, data):
    return b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), raw(path), len(data), data)


# ---------------------------------------------------------------- the base

@dataclasses.dataclass
class Tarball:
    path: Path
    version: str


def installed_version(package):
    done = run(["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package], check=False) \
        if shutil.which("dpkg-query") else None
    words = text(done.stdout).split() if done and done.returncode == 0 else []
    return words[1] if words[:1] == ["installed"] else None


def candidate_version(package):
    done = run(["apt-cache", "policy", package], check=False, env=environment()) if shutil.which("apt-cache") else None
    found = re.search(r"Candidate: (\S+)", text(done.stdout)) if done else None
    return found[1] if found and found[1] != "(none)" else None


def installed_tarball(package):
    return Path(f"/usr/src/{package}.tar.xz")


def download(area, package, version):
    """The tarball of one version from apt, in build/base; None when apt does not serve it."""
    kept = area.build / "base" / f"{package}_{version}.tar.xz"
    if kept.exists():
        return Tarball(kept, version)
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return None
    temporary = area.build / "base/download"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    note(f"base: downloading {package} {version} (about 150 MB)")
    done = subprocess.run(["apt-get", "download", "-q", f"{package}={version}"], cwd=temporary, capture_output=True,
                          check=False, stdin=subprocess.DEVNULL)
    archives = list(temporary.glob("*.deb"))
    if done.returncode or not archives:
        shutil.rmtree(temporary)
        return None
    unpack = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archives[0]], stdout=subprocess.PIPE)
    with unpack.stdout, tarfile.open(fileobj=unpack.stdout, mode="r|") as members:
        for member in members:
            if member.name.endswith(f"/{package}.tar.xz"):
                with open(temporary / "tarball", "wb") as copy:
                    shutil.copyfileobj(members.extractfile(member), copy, 1 << 20)
    if unpack.wait() or not (temporary / "tarball").exists():
        raise Failure(f"the package {archives[0].name} has no {package}.tar.xz; remove {temporary} and try again")
    os.replace(temporary / "tarball", kept)
    shutil.rmtree(temporary)
    return Tarball(kept, version)


def find_tarball(area, lock):
    """The locked version if it can be had, else another of the same release."""
    if "SERIES_BASE_TARBALL" in os.environ:
        return Tarball(Path(os.environ["SERIES_BASE_TARBALL"]), os.environ.get("SERIES_BASE_VERSION", lock.version))
    installed = installed_version(lock.package)
    if installed == lock.version and installed_tarball(lock.package).exists():
        return Tarball(installed_tarball(lock.package), installed)
    locked = download(area, lock.package, lock.version)
    if locked:
        return locked
    if (installed or "").startswith(lock.release) and installed_tarball(lock.package).exists():
        return Tarball(installed_tarball(lock.package), installed)
    candidate = candidate_version(lock.package)
    other = download(area, lock.package, candidate) if (candidate or "").startswith(lock.release) else None
    if other:
        return other
    raise Failure(f"{lock.package} {lock.version} is neither installed nor served by apt"
                  f"{f' (it serves {candidate})' if candidate else ''}; run 'apt-get update', and see that the "
                  "distribution's security archive is among the apt sources")


def sha256_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def import_tarball(area, tarball, package):
    """One commit with all of the tarball, minus Debian's stanza in .gitignore; returns the Commit."""
    note(f"base: importing {package} {tarball.version} (once; about 20 s)")
    incoming = "refs/series/incoming"

    def stream(write):
        write(commit_header(incoming, f"{package} {tarball.version}\n"))
        with unpacked(tarball.path) as members:
            for member in members:
                members.members = []            # or tarfile keeps every one
                path = member.name.removeprefix("./").partition("/")[2]
                if member.isreg():
                    data = members.extractfile(member).read()
                    data = DEBIAN_IGNORE.sub(b"\n", data) if path == ".gitignore" else data
                    write(file_inline(MODES[bool(member.mode & 0o111)], path, data))
                elif member.issym():
                    write(file_inline("120000", path, raw(member.linkname)))
                elif not member.isdir():
                    raise Failure(f"{tarball.path.name} has {member.name}, which is neither file, link nor directory; "
                                  "get the package again")

    try:
        area.fast_import(stream)
    except (tarfile.TarError, lzma.LZMAError, EOFError) as fault:
        raise Failure(f"{tarball.path} cannot be unpacked ({fault}); get the package again") from None
    commit = area.git("rev-parse", "--verify", incoming).strip()
    area.git("update-ref", "-d", incoming)
    return Commit(commit, area.tree_of(commit), f"{package} {tarball.version}")


@contextlib.contextmanager
def unpacked(path):
    """The members of a tar.xz; the xz program decompresses on another core."""
    if not path.exists():
        raise Failure(f"{path} is missing; install the package again")
    if not shutil.which("xz"):
        with tarfile.open(path, "r|xz") as members:
            yield members
        return
    process = subprocess.Popen(["xz", "-dc", path], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    try:
        with process.stdout, tarfile.open(fileobj=process.stdout, mode="r|", bufsize=1 << 20) as members:
            yield members
            while process.stdout.read(1 << 20):
                pass
    finally:
        failed = process.wait()
    if failed:
        raise tarfile.ReadError("xz failed")


def ensure_base(area, lock):
    """The base commit, imported if need be."""
    base = area.commits().get("base")
    version = base and base.subject.split()[-1]
    wanted = os.environ.get("SERIES_BASE_VERSION", lock.version)
    if base and version != wanted and area.state().get("base for") == lock.digest() \
            and "SERIES_BASE_VERSION" not in os.environ and installed_version(lock.package) != lock.version:
        return base             # another version was taken for this lock before
    if not base or version != wanted:
        base = import_base(area, lock)
        version = base.subject.split()[-1]
    if version == lock.version and base.tree != lock.tree:
        raise Failure(f"the base is {base.subject} with tree {base.tree}, but series/base says tree {lock.tree}; "
                      "restore series/base")
    return base


def import_base(area, lock):
    tarball = find_tarball(area, lock)
    if not tarball.version.startswith(lock.release):
        raise Failure(f"{lock.package} {tarball.version} is not a {lock.release}x version; get {lock.version}")
    if tarball.version == lock.version and sha256_of(tarball.path) != lock.sha256:
        raise Failure(f"{tarball.path} is not the file that series/base locks (sha256 differs); "
                      "remove it, or install the package again")
    area.create()
    base = import_tarball(area, tarball, lock.package)
    if tarball.version == lock.version and base.tree != lock.tree:
        raise Failure(f"{tarball.path} gives the tree {base.tree}, but series/base says {lock.tree}; "
                      "restore series/base")
    area.git("update-ref", "refs/heads/base", base.id)
    area.remember(**{"base for": lock.digest()})
    return base


# ---------------------------------------------------------------- assembling

def assemble(area, lock, series):
    """The branch 'assembled': base plus one commit per patch.  No work tree is touched."""
    series.demand_sound()
    base = ensure_base(area, lock)
    if base.subject.split()[-1] != lock.version:
        try:
            tip = assemble_on(area, base, series)
        except GitError as fault:
            raise GitError(f"{base.subject} is not the locked {lock.version}, and {fault}", fault.diagnostics) from None
        note(f"base: {base.subject.split()[-1]} instead of the locked {lock.version}: every patch applies")
        return tip
    return assemble_on(area, base, series)


def assemble_on(area, base, series):
    key = f"{base.id} {series.digest()}"
    known = area.commits().get("assembled")
    if known and area.state().get("assembled from") == key:
        return known
    refuse_paths_of_base(area, base, series)
    incoming, parent = "refs/series/incoming", base.id
    changes = list(apply_patches(area, base, series))
    if changes:
        def stream(write):
            for number, (patch, changed) in enumerate(changes):
                write(commit_header(incoming, patch.message(), parent if number == 0 else None))
                for path, entry in changed.items():
                    write(b"M %s %s %s\n" % (*map(raw, entry), raw(path)) if entry else b"D %s\n" % raw(path))
                for path in patch.adds:
                    mode, data = series.files[path]
                    write(file_inline(mode, path, data))
        area.fast_import(stream)
        parent = area.git("rev-parse", "--verify", incoming).strip()
        area.git("update-ref", "-d", incoming)
    area.git("update-ref", "refs/heads/assembled", parent)
    area.remember(**{"assembled from": key})
    tip = area.commits()["assembled"]
    note(f"assembled: {len(series.patches)} patches on {base.subject}, tree {tip.tree}")
    return tip


def refuse_paths_of_base(area, base, series):
    for patch in series.patches:
        if patch.adds and (taken := area.git("ls-tree", "-z", "--name-only", base.id, "--", *patch.adds)):
            path = taken.split("\0")[0]
            raise Failure(f"{path}, which patch {patch.slug} adds, exists in the base; give the file another name")


def apply_patches(area, base, series):
    """Yield (patch, {path: (mode, blob) or None}) for each patch; the index holds only the paths that patches touch."""
    touched = sorted({path for patch in series.patches for path in patch.touches()})
    index = area.build / "series-index"
    for left in (index, index.with_name("series-index.lock")):
        left.unlink(missing_ok=True)
    before = {}
    if touched:
        listed = area.git("ls-tree", "-r", "-z", base.id, "--", *touched)
        area.git("update-index", "-z", "--index-info", data=raw(listed), GIT_INDEX_FILE=str(index))
        before = staged(area, index)
    for patch in series.patches:
        after = before
        if patch.hunks:
            try:
                area.git("apply", "--cached", "--whitespace=nowarn", "-", data=raw(patch.hunks),
                         GIT_INDEX_FILE=str(index))
            except GitError as fault:
                raise GitError(f"patch {patch.slug} does not apply to {base.subject}; correct its hunks",
                               fault.diagnostics) from None
            after = staged(area, index)
        yield patch, {path: after.get(path) for path in touched if after.get(path) != before.get(path)}
        before = after
    index.unlink(missing_ok=True)


def staged(area, index):
    """{path: (mode, blob)} of an index."""
    listed = area.git("ls-files", "-z", "--stage", GIT_INDEX_FILE=str(index))
    return {path: tuple(entry.split()[:2])
            for entry, _, path in (line.partition("\t") for line in listed.split("\0") if line)}


# ---------------------------------------------------------------- the way back: a branch to files

def patches_of_branch(area, base, tip):
    """[Patch] without slugs, and {path: (mode, blob)} of the new files, of the commits base..tip."""
    if area.git("merge-base", base.id, tip, check=False).stdout.decode().strip() != base.id:
        raise Failure("the branch stands on another base; in build/edit run: "
                      "git rebase --onto base $(git rev-list --max-parents=0 edit) edit")
    patches, files, adders = [], {}, {}
    for commit in area.git("rev-list", "--reverse", "--topo-order", f"{base.id}..{tip}").split():
        patch = message_of(area, commit)
        what = f"commit {commit[:12]} ({patch.subject})"
        changes = raw_changes(area, commit, what)
        for path, (status, mode, blob) in changes.items():
            if path in adders:
                raise Failure(f"{what} changes {path}, which commit {adders[path]} adds; squash them: "
                              "a new file arrives complete")
            if status == "A":
                if mode not in MODES:
                    raise Failure(f"{what} adds {path}, which is no regular file; leave it out")
                adders[path], files[path] = f"{commit[:12]} ({patch.subject})", (mode, blob)
                patch.adds.append(path)
        patch.adds.sort()
        patch.hunks = hunks_of(area, commit) if len(patch.adds) < len(changes) else ""
        if faults := patch.faults():
            raise Failure(f"{what} {faults[0]}; amend the commit")
        patches.append(patch)
    if (taken := files and area.git("ls-tree", "-z", "--name-only", base.id, "--", *sorted(files))):
        path = taken.split("\0")[0]
        raise Failure(f"commit {adders[path]} adds {path}, which exists in the base; give the file another name")
    return patches, files


def message_of(area, commit):
    message = area.git("show", "--no-patch", "--format=%s%n%b", commit).rstrip()
    subject, _, body = message.partition("\n")
    lines = "\n".join(line.rstrip() for line in body.split("\n"))
    return Patch("", subject.strip(), re.sub(r"\n{3,}", "\n\n", lines).strip("\n"), [], "")


def raw_changes(area, commit, what):
    """{path: (status, new mode, new blob)} of one commit."""
    if len(area.git("rev-list", "--parents", "-1", commit).split()) != 2:
        raise Failure(f"{what} is a merge; make the branch linear")
    fields = area.git("diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", commit).split("\0")
    changes = {}
    for entry, path in zip(fields[::2], fields[1::2]):
        _, mode, _, blob, status = entry.split(" ")
        changes[path] = (status, mode, blob)
    return changes


def hunks_of(area, commit):
    """The plain diff in existing files, without what differs between repositories."""
    diff = area.git("diff-tree", "-r", "-p", "--no-commit-id", "--diff-filter=a", "--no-renames", "--no-color",
                    "--no-ext-diff", "--no-textconv", "--diff-algorithm=histogram", "--indent-heuristic", "-U3",
                    "--inter-hunk-context=0", "--full-index", "--src-prefix=a/", "--dst-prefix=b/", "-O/dev/null",
                    commit)
    return re.sub(r"^index [0-9a-f]{40,}\.\.[0-9a-f]{40,}.*\n", "", diff, flags=re.M)


def give_slugs(branch, series):
    """Slugs for the patches of a branch: by subject, by identical diff, by place and files, else new ones."""
    free = {patch.slug: patch for patch in series.patches}
    for patch in branch:
        patch.slug = next((old.slug for old in free.values() if old.subject == patch.subject), "")
        free.pop(patch.slug, None)
    for same in (same_diff, same_place):
        for patch in branch:
            if not patch.slug:
                patch.slug = next((old.slug for old in free.values() if same(patch, old, branch, series.patches)), "")
                free.pop(patch.slug, None)
    taken = {patch.slug for patch in [*branch, *series.patches]}
    for patch in branch:
        if not patch.slug:
            patch.slug = new_slug(patch.subject, taken)
            taken.add(patch.slug)


def same_diff(patch, old, _branch, _patches):
    plain = [re.sub(r"^@@ .*$", "@@", hunks, flags=re.M) for hunks in (patch.hunks, old.hunks)]
    return patch.adds == old.adds and plain[0] == plain[1]


def same_place(patch, old, branch, patches):
    def before(item, items):
        at = next(number for number, other in enumerate(items) if other is item)
        return items[at - 1].slug if at else None
    return (before(patch, branch) == before(old, patches) and patch.adds == old.adds
            and patch.touches() == old.touches())


def new_slug(subject, taken):
    slug = re.sub(r"[^a-z0-9]+", "-", subject.lower()).strip("-")
    if len(slug) > 50:
        slug = slug[:51].rpartition("-")[0] or slug[:50]
    slug, number = slug or "patch", 2
    wanted = slug
    while slug in taken:
        slug, number = f"{wanted}-{number}", number + 1
    return slug


def new_order(order, slugs):
    """series/order with these slugs: comments stay, a moved or new line stands after its predecessor."""
    old = slugs_of(order)
    if old == slugs:
        return order
    matcher = difflib.SequenceMatcher(None, old, slugs, autojunk=False)
    kept = {slug for block in matcher.get_matching_blocks() for slug in old[block.a:block.a + block.size]}
    lines = [line for line in order.rstrip("\n").split("\n") if line.startswith("#") or not line.strip()
             or line.strip() in kept]
    for number, slug in enumerate(slugs):
        if slug not in kept:
            lines.insert(place_for(lines, slugs[number - 1] if number else None), slug)
    return "\n".join(lines).lstrip("\n") + "\n"


def place_for(lines, predecessor):
    if predecessor:
        return next(at for at, line in enumerate(lines) if line.strip() == predecessor) + 1
    title = next((at for at, line in enumerate(lines) if line.startswith("#")), -1)
    first = next((at for at, line in enumerate(lines) if line.strip() and not line.startswith("#")), len(lines))
    if first < len(lines):
        return first
    while title + 1 < len(lines) and lines[title + 1].startswith("#") and title >= 0:
        title += 1
    return title + 1


def contents_of(area, files):
    """{path: (mode, bytes)} from {path: (mode, blob)}."""
    contents = {}
    if files:
        answer = raw(area.git("cat-file", "--batch", data="".join(f"{blob}\n" for _, blob in files.values()).encode()))
        at = 0
        for path, (mode, _) in files.items():
            end = answer.index(b"\n", at)
            size = int(answer[at:end].split()[2])
            contents[path] = (mode, answer[end + 1:end + 1 + size])
            at = end + 2 + size
    return contents


def files_of_branch(area, base, tip, series):
    """{path: (mode, bytes)} of all that the repository must hold for this branch, and the paths that must go."""
    branch, blobs = patches_of_branch(area, base, tip)
    give_slugs(branch, series)
    files = contents_of(area, blobs)
    files["series/order"] = ("100644", raw(new_order(series.order, [patch.slug for patch in branch])))
    for patch in branch:
        files[f"series/patches/{patch.slug}.patch"] = ("100644", raw(patch.render()))
    mine = [f"series/patches/{patch.slug}.patch" for patch in series.patches] + list(series.files)
    return files, [path for path in mine if path not in files]


def differences(root, files, gone):
    """[(path, verb)] of what writing these files would change."""
    found = [(path, "removed") for path in gone if os.path.lexists(root / path)]
    for path, (mode, data) in files.items():
        where = root / path
        if not where.is_file() or where.is_symlink():
            found.append((path, "new"))
        elif where.read_bytes() != data:
            found.append((path, "changed"))
        elif MODES[bool(where.stat().st_mode & 0o111)] != mode:
            found.append((path, "mode"))
    return sorted(found)


# ---------------------------------------------------------------- worktrees

def admin_of(area, directory):
    """The administrative directory of a worktree of ours, or None."""
    try:
        pointer = (directory / ".git").read_text()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    admin = Path(pointer.removeprefix("gitdir: ").strip())
    whole = admin.parent == area.repo / "worktrees" and (admin / "commondir").exists() and (admin / "HEAD").exists()
    return admin if whole else None


def is_clean(area, directory):
    """No tracked file differs from HEAD; the index is refreshed on the way."""
    area.git_in(directory, "update-index", "-q", "--really-refresh", check=False)
    return area.git_in(directory, "diff-index", "--quiet", "HEAD", "--", check=False).returncode == 0


def head_of(area, directory):
    done = area.git_in(directory, "rev-parse", "--verify", "-q", "HEAD", check=False)
    return text(done.stdout).strip()


def add_worktree(area, directory, commit, branch=None):
    """A worktree without files yet, where nothing, an empty directory, or half a worktree is."""
    area.git("worktree", "repair", directory, check=False)
    if admin_of(area, directory):
        return
    if (directory / ".git").is_file() and len(os.listdir(directory)) == 1:
        (directory / ".git").unlink()
    if directory.exists() and (not directory.is_dir() or os.listdir(directory)):
        raise Failure(f"{directory} exists and is no worktree of {area.repo}; remove it")
    area.git("worktree", "prune")
    directory.parent.mkdir(parents=True, exist_ok=True)
    where = [branch] if branch else ["--detach", commit]
    # Twice -f: also over the rest of an interrupted one, which is still locked.
    area.git("worktree", "add", "-f", "-f", "--no-checkout", *where[:-1], directory, where[-1])


def drop_stale_locks(area, directory):
    """Nobody works here while we hold the lock, so an index.lock is a dead man's."""
    admin = admin_of(area, directory)
    (admin / "index.lock").unlink(missing_ok=True)
    (admin / "HEAD.lock").unlink(missing_ok=True)
    (admin / "locked").unlink(missing_ok=True)
    if (admin / "index").exists() and area.git_in(directory, "ls-files", "--", ".git", check=False).returncode:
        (admin / "index").unlink()


def place_worktree(area, directory, commit):
    """Bring a detached worktree to a commit, touching only the files that differ; True if anything was done."""
    add_worktree(area, directory, commit)
    drop_stale_locks(area, directory)
    if is_clean(area, directory) and head_of(area, directory) == commit:
        return False
    area.git_in(directory, "checkout", "--quiet", "--force", "--detach", commit)
    if not is_clean(area, directory) or head_of(area, directory) != commit:
        raise Failure(f"{directory} cannot be brought to {commit[:12]}; remove it")
    return True


def seed(area, source, target):
    """A new worktree where another is, with its build products, so that make finds all of it up to date."""
    source, target = source.resolve(), target.resolve()
    if not admin_of(area, source):
        raise Failure(f"{source} is no worktree; make it: series.py worktree stock {source}")
    if not is_clean(area, source):
        raise Failure(f"{source} has changed files; put them back: series.py worktree stock|daxmend {source}")
    if target.exists() and (not target.is_dir() or os.listdir(target)):
        raise Failure(f"{target} exists already; remove it, or use 'series.py worktree'")
    filling = target.with_name(target.name + ".seeding")
    shutil.rmtree(filling, ignore_errors=True)
    add_worktree(area, filling, head_of(area, source))
    # Sources and objects keep their times, so no source gets newer than its object.
    entries = [entry for entry in os.listdir(source) if entry != ".git"]
    run(["cp", "-a", "--reflink=auto", "-t", filling, "--", *(source / entry for entry in entries)], keep=area.keep())
    rewrite_absolute_paths(filling, str(source), str(target))
    area.git_in(filling, "read-tree", "HEAD")
    if not is_clean(area, filling):
        raise Failure(f"{source} changed while it was copied; try again")
    if target.exists():
        target.rmdir()
    area.git("worktree", "move", filling, target)


def rewrite_absolute_paths(directory, old, new):
    """Dependency files under tools/ name headers by absolute path: let them name this tree's."""
    for path in [*directory.glob("tools/**/.*.cmd"), *directory.glob("tools/**/.*.d")]:
        data, times = path.read_bytes(), path.stat()
        changed = re.sub(re.escape(raw(old)) + rb"(?=[/\s\"')]|$)", lambda _: raw(new), data)
        if changed != data:
            path.write_bytes(changed)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


# ---------------------------------------------------------------- the branch for humans

def edit_directory(area):
    return area.build / "edit"


def rebase_in_progress(area):
    admin = admin_of(area, edit_directory(area))
    return bool(admin) and ((admin / "rebase-merge").exists() or (admin / "rebase-apply").exists())


def edit_is_dirty(area):
    """What git status says in build/edit, if it is there."""
    if not admin_of(area, edit_directory(area)):
        return ""
    return area.git_in(edit_directory(area), "status", "--porcelain", check=False).stdout.decode(errors="replace")


def start_edit(area, tip, series):
    """Make build/edit, or move it to the assembled tip when no work of the human's is there."""
    directory = edit_directory(area)
    branch = area.commits().get("edit")
    started = area.state().get("edit started at")
    if branch and branch.id not in (started, tip.id):
        behind = "" if started == tip.id else f", which is older than the series now; to move it: git rebase --onto " \
                                              f"assembled {started[:12] if started else 'base'} edit"
        add_worktree(area, directory, tip.id, "edit")
        drop_stale_locks(area, directory)
        if not (admin_of(area, directory) / "index").exists():
            area.git_in(directory, "reset", "--quiet", "--hard")
        note(f"edit: {directory} has work of its own and is left as it is{behind}")
        return
    admin = admin_of(area, directory)
    half_moved = "moving edit" in area.state() or not admin or not (admin / "index").exists()
    if branch and not half_moved and (rebase_in_progress(area) or edit_is_dirty(area)):
        note(f"edit: {directory} has changes that are not committed and is left as it is")
        return
    area.remember(**{"moving edit": tip.id})
    if not branch:
        area.git("update-ref", "refs/heads/edit", tip.id)
    add_worktree(area, directory, tip.id, "edit")
    drop_stale_locks(area, directory)
    is_clean(area, directory)
    area.git_in(directory, "reset", "--quiet", "--hard", tip.id)
    give_identity(area, directory)
    remember_edit(area, tip, series)


def remember_edit(area, tip, series):
    area.remember(**{"edit started at": tip.id, "edit started from": series.digest(),
                     "moving edit": None, "refreshing": None})


def give_identity(area, directory):
    """The human's own git configuration counts there; without one, commits shall work all the same."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    for key, value in (("user.name", NAME), ("user.email", EMAIL)):
        if run(["git", "-C", directory, "config", key], env=env, check=False).returncode:
            area.git("config", key, value)


def autosquash(area, base):
    directory = edit_directory(area)
    subjects = area.git("log", "--format=%s", f"{base.id}..refs/heads/edit").split("\n")
    if not any(AUTOSQUASH.match(subject) for subject in subjects):
        return
    done = area.git_in(directory, "rebase", "--quiet", "-i", "--autosquash", base.id, check=False,
                       GIT_SEQUENCE_EDITOR=":")
    if done.returncode:
        raise Failure(f"a fixup does not fit where it belongs; in {directory} solve it and 'git rebase --continue', "
                      "or 'git rebase --abort'", text(done.stdout) + text(done.stderr))


def demand_refreshable(area, base, series):
    """The edit branch may be written back: nothing uncommitted there, nothing newer here."""
    directory, commits, state = edit_directory(area), area.commits(), area.state()
    if "edit" not in commits or not admin_of(area, directory):
        raise Failure("there is no build/edit; run 'series.py edit' first")
    if rebase_in_progress(area):
        raise Failure(f"a rebase is going on in {directory}; finish it, or 'git rebase --abort'")
    if area.git_in(directory, "symbolic-ref", "-q", "HEAD", check=False).stdout.strip() != b"refs/heads/edit":
        raise Failure(f"{directory} is not on its branch; run 'git checkout edit' there")
    if dirty := edit_is_dirty(area):
        raise Failure(f"{directory} has changes that are not committed; commit or remove them", dirty)
    edit = commits["edit"].id
    if series.digest() == state.get("edit started from") or state.get("refreshing") == commits["edit"].tree:
        return
    tip = assemble_on(area, base, series)
    if area.git("merge-base", "--is-ancestor", tip.id, edit, check=False).returncode:
        raise Failure("the series has changed since build/edit was made, and a refresh would undo that; in build/edit "
                      f"run: git rebase --onto assembled {(state.get('edit started at') or 'base')[:12]} edit")


# ---------------------------------------------------------------- the mailbox

def mailbox(area, base, tip):
    mails = area.git("format-patch", "--stdout", "--zero-commit", "--no-signature", "--no-renames", "--no-color",
                     "--diff-algorithm=histogram", "--numbered", f"{base.id}..{tip.id}")
    package, version = base.subject.split()
    return mails.replace("\n---\n", f"\n---\nbase-tree: {base.tree}\nBase: {package} {version}\n\n", 1)


def cover_letter(area, base, tip):
    """The mail that goes before the series: series/cover-letter, with the list of patches and the diffstat."""
    path = area.root / "series/cover-letter"
    found = re.fullmatch(r"Subject: *(\S.*)\n\n(.*\S)\s*", path.read_text() if path.exists() else "", re.S)
    if not found:
        raise Failure("series/cover-letter is not a cover letter; make it 'Subject: one line', an empty line, and text")
    subject, text = found[1], found[2]
    span, count = f"{base.id}..{tip.id}", area.git("rev-list", "--count", f"{base.id}..{tip.id}").strip()
    package, version = base.subject.split()
    author, email, date = area.git("log", "-1", "--format=%an%x00%ae%x00%aD", tip.id).strip().split("\0")
    return (f"From {'0' * 40} Mon Sep 17 00:00:00 2001\nFrom: {author} <{email}>\nDate: {date}\n"
            f"Subject: [PATCH {'0' * len(count)}/{count}] {subject}\n\n{text}\n\n"
            f"base-tree: {base.tree}\nBase: {package} {version}\n\n"
            + area.git("shortlog", "-w72,2,4", span) + area.git("diff", "--stat=72", "--no-renames", base.id, tip.id))


def mailed(area, base, mails):
    """(tree, messages) after git am of a mailbox onto the base.  am checks out only the files it needs."""
    directory = area.build / "am"
    shutil.rmtree(directory, ignore_errors=True)
    add_worktree(area, directory, base.id)
    try:
        area.git_in(directory, "read-tree", base.id)
        if mails:
            try:
                area.git_in(directory, "am", "--quiet", "--no-3way", data=raw(mails))
            except GitError as fault:
                raise Failure("git am does not take the mailbox; the lines below say why", fault.diagnostics) from None
        tip = head_of(area, directory)
        return area.tree_of(tip), area.git("log", "--format=%B%x00", f"{base.id}..{tip}")
    finally:
        shutil.rmtree(directory, ignore_errors=True)
        area.git("worktree", "prune", check=False)


# ---------------------------------------------------------------- commands

def command_base(area, _arguments):
    """import the base, if need be, and print its version and tree"""
    base = ensure_base(area, read_lock(area.root))
    print(f"{base.subject} tree {base.tree}")


def command_lock(area, arguments):
    """take another version as the base (default: the newest that apt offers) and write series/base"""
    path = area.root / "series/base"
    found = re.search(r"^Package: *(\S+)", path.read_text() if path.exists() else "", re.M)
    package = found[1] if found else "linux-source-6.12"
    version = arguments.version or os.environ.get("SERIES_BASE_VERSION") or candidate_version(package) \
        or installed_version(package)
    if not version:
        raise Failure(f"apt knows no {package}; run 'apt-get update'")
    tarball = find_tarball(area, Lock(package, version, "", ""))
    if tarball.version != version:
        raise Failure(f"apt does not serve {package} {version}; run 'apt-get update'")
    checksum = sha256_of(tarball.path)
    area.create()
    base = area.commits().get("base")
    if not base or base.subject != f"{package} {version}":
        base = import_tarball(area, tarball, package)
        area.git("update-ref", "refs/heads/base", base.id)
    lock = Lock(package, version, checksum, base.tree)
    write_atomically(path, lock.render().encode())
    area.remember(**{"base for": lock.digest()})
    print(lock.render(), end="")


def assembled_now(area):
    series = load_series(area.root)
    return series, assemble(area, read_lock(area.root), series)


def command_assemble(area, _arguments):
    """make the branch 'assembled': the base plus one commit per patch"""
    assembled_now(area)


def target_commit(area, which):
    if which == "daxmend":
        return assembled_now(area)[1]
    return ensure_base(area, read_lock(area.root))


def command_tree(area, arguments):
    """print the git tree id of the stock or the patched kernel"""
    print(target_commit(area, arguments.which).tree)


def command_worktree(area, arguments):
    """make DIR a worktree with the stock or the patched kernel, or bring it there"""
    if arguments.dir.resolve() == edit_directory(area):
        raise Failure(f"{arguments.dir} is for editing; name another directory")
    commit = target_commit(area, arguments.which)
    if place_worktree(area, arguments.dir.resolve(), commit.id):
        note(f"worktree: {arguments.dir} is at {arguments.which}, tree {commit.tree}")


def command_seed(area, arguments):
    """make the new worktree TO a copy of the built worktree FROM"""
    seed(area, arguments.source, arguments.target)
    note(f"seed: {arguments.target} is a copy of {arguments.source}")


def command_edit(area, _arguments):
    """make build/edit, a branch with one commit per patch, for changing the series"""
    series, tip = assembled_now(area)
    start_edit(area, tip, series)
    print(f"1. cd {os.path.relpath(edit_directory(area))}; edit; git commit --fixup=<commit>, or a new commit\n"
          "2. make refresh\n"
          "3. git diff")


def command_refresh(area, arguments):
    """write the commits of a branch (default: edit) back to series/ and the new files"""
    lock, series = read_lock(area.root), load_series(area.root)
    series.demand_sound()
    base = ensure_base(area, lock)
    if arguments.ref == "edit":
        demand_refreshable(area, base, series)
        autosquash(area, base)
    done = area.git("rev-parse", "--verify", "-q", f"{arguments.ref}^{{commit}}", check=False)
    if done.returncode:
        raise Failure(f"{arguments.ref} is no commit in {area.repo}; see 'git branch' there")
    tip = text(done.stdout).strip()
    files, gone = files_of_branch(area, base, tip, series)
    changed = differences(area.root, files, gone)
    refuse_unclaimed_loss(changed, series)
    tree = area.tree_of(tip)
    if changed and arguments.ref == "edit":
        area.remember(refreshing=tree)
    for path, verb in changed:
        if verb == "removed":
            remove_file(area.root / path, area.root)
        else:
            mode, data = files[path]
            write_atomically(area.root / path, data, 0o755 if mode == MODES[1] else 0o644)
        print(f"{verb + ':':9}{path}")
    series = load_series(area.root)
    assembled = assemble(area, lock, series)
    if assembled.tree != tree:
        raise Failure(f"the written series gives the tree {assembled.tree}, the branch has {tree}; "
                      "this is a defect of series.py")
    if arguments.ref == "edit":
        # Same tree, so index and files there stay right.
        area.git("update-ref", "refs/heads/edit", assembled.id)
        remember_edit(area, assembled, series)
    if not changed:
        print("refresh: nothing changed")


def refuse_unclaimed_loss(changed, series):
    unclaimed = {line.split(" ")[0] for kind, line in series.problems if kind == "unclaimed"}
    for path, verb in changed:
        if verb == "changed" and path in unclaimed:
            raise Failure(f"{path} stands in the repository unclaimed, with another content than in the branch; "
                          "remove or rename it")


def command_mbox(area, arguments):
    """print the series as a mailbox for git am"""
    _, tip = assembled_now(area)
    mails = raw(mailbox(area, area.commits()["base"], tip))
    if not mails:
        note("mbox: the series has no patches")
    if arguments.output:
        write_atomically(arguments.output, mails)
    else:
        sys.stdout.buffer.write(mails)
    if arguments.cover_letter:
        write_atomically(arguments.cover_letter, raw(cover_letter(area, area.commits()["base"], tip)))


def command_status(area, _arguments):
    """print base, number of patches, tree ids, and whether build/edit has work that is not refreshed"""
    lock, series, commits = read_lock(area.root), load_series(area.root), area.commits()
    errors = [line for kind, line in series.problems if kind != "unclaimed"]
    base, tip, edit = (commits.get(name) for name in ("base", "assembled", "edit"))
    current = base and tip and area.state().get("assembled from") == f"{base.id} {series.digest()}"
    print(f"locked:    {lock.package} {lock.version} tree {lock.tree}")
    print(f"base:      {f'{base.subject} tree {base.tree}' if base else 'not imported'}")
    print(f"patches:   {len(series.patches)}, new files: {len(series.files)}, errors: {len(errors)}, "
          f"unclaimed files: {len(series.problems) - len(errors)}")
    print(f"assembled: {f'tree {tip.tree}' + ('' if current else ' (of an older state)') if tip else 'not yet'}")
    if not edit or not admin_of(area, edit_directory(area)):
        print("edit:      not made")
    elif rebase_in_progress(area) or edit_is_dirty(area):
        print("edit:      has changes that are not committed")
    else:
        fresh = edit.id == area.state().get("edit started at")
        print(f"edit:      {'nothing to refresh' if fresh else 'has commits that are not refreshed'}")


# ---------------------------------------------------------------- check

class Ktap:
    """Results as KTAP lines."""

    def __init__(self, plan):
        self.number, self.failed = 0, 0
        print(f"KTAP version 1\n1..{plan}")

    def result(self, name, problems=(), skip=None):
        self.number += 1
        self.failed += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.number} - {name}{f' # SKIP {skip}' if skip else ''}")
        for line in "\n".join(problems).splitlines():
            print(f"# {line}")
        sys.stdout.flush()


def problems_of(function, *arguments):
    """(result, problems) of something that may fail in an expected way."""
    try:
        return function(*arguments), []
    except Failure as fault:
        return None, [str(fault), *fault.diagnostics.strip().splitlines()]


def check_round_trip(area, base, tip, series):
    files, gone = files_of_branch(area, base, tip.id, series)
    return [f"{path} would be written anew ({verb}); run 'series.py refresh --from assembled'"
            for path, verb in differences(area.root, files, gone)]


def check_mailbox(area, base, tip):
    tree, messages = mailed(area, base, mailbox(area, base, tip))
    problems = [] if tree == tip.tree else [f"git am gives the tree {tree}, assembling {tip.tree}"]
    if messages != area.git("log", "--format=%B%x00", f"{base.id}..{tip.id}"):
        problems.append("git am changes a message; look at it with 'series.py mbox'")
    return problems


def command_check(area, _arguments):
    """check everything about the series; prints KTAP"""
    lock, series = read_lock(area.root), load_series(area.root)
    ktap, patches = Ktap(6), f"{len(series.patches)} patches"

    def lines(*kinds):
        return [line for kind, line in series.problems if kind in kinds]

    ktap.result("series: the order names every patch once", lines("order"))
    ktap.result("series: every patch is well-formed", lines("patch"))
    base, problems = problems_of(ensure_base, area, lock)
    late = []
    if base:
        late = problems_of(refuse_paths_of_base, area, base, series)[1]
    ktap.result("series: every new file is claimed by exactly one patch", lines("claim", "unclaimed") + late)
    sound = not lines("order", "patch", "claim") and not late
    tip = None
    if sound and not problems:
        tip, problems = problems_of(assemble, area, lock, dataclasses.replace(series, problems=[]))
    where = base.subject if base else lock.package
    ktap.result(f"series: {patches} apply without fuzz to {where}" + (f", tree {tip.tree}" if tip else ""), problems,
                None if tip or problems else "the errors above")
    other = None if base and base.subject.endswith(f" {lock.version}") else "the base is not the locked one"
    if tip and not other:
        result, problems = problems_of(check_round_trip, area, base, tip, series)
        ktap.result("series: a refresh changes nothing", (result or []) + problems)
    else:
        ktap.result("series: a refresh changes nothing", skip="the errors above" if not tip else other)
    if tip:
        result, problems = problems_of(check_mailbox, area, base, tip)
        ktap.result("series: git am of the mailbox gives the same tree and messages", (result or []) + problems)
    else:
        ktap.result("series: git am of the mailbox gives the same tree and messages", skip="the errors above")
    return 1 if ktap.failed else 0


# ---------------------------------------------------------------- the command line

def parse_arguments(words):
    parser = argparse.ArgumentParser(prog="series.py", description=__doc__)
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent, help="the repository")
    parser.add_argument("--build", type=Path, help="the work area (default: build in the repository)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")

    def add(name, function):
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        return command

    add("base", command_base)
    add("lock", command_lock).add_argument("version", nargs="?")
    add("assemble", command_assemble)
    add("tree", command_tree).add_argument("which", choices=("stock", "daxmend"))
    worktree = add("worktree", command_worktree)
    worktree.add_argument("which", choices=("stock", "daxmend"))
    worktree.add_argument("dir", type=Path)
    seeding = add("seed", command_seed)
    seeding.add_argument("source", type=Path, metavar="FROM")
    seeding.add_argument("target", type=Path, metavar="TO")
    add("edit", command_edit)
    add("refresh", command_refresh).add_argument("--from", dest="ref", default="edit", metavar="REF")
    mbox = add("mbox", command_mbox)
    mbox.add_argument("-o", "--output", type=Path, metavar="FILE")
    mbox.add_argument("--cover-letter", type=Path, metavar="FILE")
    add("status", command_status)
    add("check", command_check)
    return parser.parse_args(words)


def main(words=None):
    arguments = parse_arguments(words)
    root = arguments.root.resolve()
    area = Area(root, (arguments.build or root / "build").resolve())
    try:
        if arguments.function is command_status:
            return command_status(area, arguments)
        with area.locked():
            return arguments.function(area, arguments)
    except Failure as fault:
        note(f"series: {fault}")
        for line in fault.diagnostics.strip().splitlines()[:20]:
            note(f"# {line}")
        return 1
    except KeyboardInterrupt:
        note("series: interrupted; the same command again goes on")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141


if __name__ == "__main__":
    sys.exit(main())
