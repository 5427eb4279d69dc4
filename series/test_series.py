#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of series.py on a base of a few files.  Prints KTAP."""

import contextlib
import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import series  # noqa: E402

VERSION = "6.12.1-1"
BASE = {
    ".gitignore": "*.o\n/vmlinux\n\n#\n# Debian packaging: ignore everything at the top level, since it isn't\n"
                  "# included in our repository\n#\n/*\n!/debian/\n",
    "Makefile": "VERSION = 6\nPATCHLEVEL = 12\n",
    "mm/Makefile": "obj-y += memory.o\n",
    "mm/memory.c": "".join(f"int line_{number};\n" for number in range(40)),
    "mm/other.c": "int other;\n",
    "mm/prebuilt.o": "in the tarball, though .gitignore names it\n",
    "scripts/run.sh": "#!/bin/sh\n",
}
FIX = """Subject: mm: count line 20

Nobody did.
---
diff --git a/mm/memory.c b/mm/memory.c
--- a/mm/memory.c
+++ b/mm/memory.c
@@ -18,7 +18,7 @@ int line_16;
 int line_17;
 int line_18;
 int line_19;
-int line_20;
+int line_20 = 1;
 int line_21;
 int line_22;
 int line_23;
"""
POISON = """Subject: mm: add the poison map

The map says what is bad.

And who owns it.

Adds: include/linux/poison-map.h
Adds: mm/poison-map.c
---
diff --git a/mm/Makefile b/mm/Makefile
--- a/mm/Makefile
+++ b/mm/Makefile
@@ -1 +1,2 @@
 obj-y += memory.o
+obj-y += poison-map.o
"""
LAB = "Subject: selftests: add a lab\n\nAdds: tools/testing/lab.sh\n---\n"
ORDER = "# Fixes\ncount-line-20\n\n# The map\npoison-map\n\n# The lab\nlab\n"


def make_tarball(path, changes=()):
    """A tar.xz that looks like Debian's."""
    with tarfile.open(path, "w:xz") as archive:
        for name, content in {**BASE, **dict(changes)}.items():
            member = tarfile.TarInfo(f"linux-source-6.12/{name}")
            member.size, member.mode = len(content), 0o755 if name.endswith(".sh") else 0o644
            archive.addfile(member, io.BytesIO(content.encode()))
        link = tarfile.TarInfo("linux-source-6.12/mm/link.c")
        link.type, link.linkname = tarfile.SYMTYPE, "other.c"
        archive.addfile(link)


class Project:
    """A repository with three patches, its base, and a way to call series.py."""

    def __init__(self, top):
        self.top, self.root, self.build = top, top / "project", top / "project/build"
        self.tarball, self.version = top / "base.tar.xz", VERSION
        self.nobody = {"HOME": str(top), "XDG_CONFIG_HOME": str(top)}       # no git identity there
        make_tarball(self.tarball)
        self.write("series/base", "Package: linux-source-6.12\n")
        self.good("lock")
        self.write("series/order", ORDER)
        for slug, content in (("count-line-20", FIX), ("poison-map", POISON), ("lab", LAB)):
            self.write(f"series/patches/{slug}.patch", content)
        self.write("include/linux/poison-map.h", "void poison(void);\n")
        self.write("mm/poison-map.c", "int poison_map;\n")
        self.write("tools/testing/lab.sh", "#!/bin/sh\n")
        (self.root / "tools/testing/lab.sh").chmod(0o755)

    def call(self, *words, build=None):
        """(exit status, stdout, stderr)"""
        out, err = io.StringIO(), io.StringIO()
        env = {"SERIES_BASE_TARBALL": str(self.tarball), "SERIES_BASE_VERSION": self.version, **self.nobody}
        arguments = ["--root", str(self.root), "--build", str(build or self.build), *map(str, words)]
        with mock.patch.dict(os.environ, env), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = series.main(arguments) or 0
        return status, out.getvalue(), err.getvalue()

    def good(self, *words, **options):
        status, out, err = self.call(*words, **options)
        assert status == 0, f"{words}: {status}\n{out}{err}"
        return out + err

    def bad(self, *words, **options):
        """The one line of an expected error."""
        status, out, err = self.call(*words, **options)
        assert status == 1, f"{words}: {status}\n{out}{err}"
        lines = [line for line in err.splitlines() if line.startswith("series: ")]
        assert lines and "; " in lines[-1] and "Traceback" not in err, err
        return lines[-1]

    def write(self, path, content):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(content)

    def read(self, path):
        return (self.root / path).read_text()

    def snapshot(self):
        return {path: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
                for path in self.root.rglob("*") if path.is_file() and self.build not in path.parents}

    def git(self, *words, tree="edit"):
        env = {**os.environ, **self.nobody}
        done = subprocess.run(["git", "-C", self.build / tree, *map(str, words)], check=False, text=True,
                              capture_output=True, env=env)
        assert done.returncode == 0, f"git {words}: {done.stderr}"
        return done.stdout

    def commit_named(self, subject):
        return self.git("log", "--format=%H", "--fixed-strings", f"--grep={subject}", "base..edit").split()[0]

    def edit(self, path, content, *commit):
        """Change a file on the edit branch and commit it."""
        where = self.build / "edit" / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", *commit)


# ---------------------------------------------------------------- assembling and the way back

def test_zero_patches_assemble_to_the_base(project):
    for path in ("series/patches", "mm", "include", "tools"):
        shutil.rmtree(project.root / path)
    project.write("series/order", "# Fixes\n\n# The lab\n")
    project.good("check")
    assert project.good("tree", "stock") == project.good("tree", "daxmend")


def test_the_round_trip_changes_nothing(project):
    out = project.good("check")
    assert "\n1..6\n" in out and "not ok" not in out and "SKIP" not in out, out
    before = project.snapshot()
    project.good("edit")
    assert "nothing changed" in project.good("refresh")
    assert "nothing changed" in project.good("refresh", "--from", "assembled")
    assert project.snapshot() == before


def test_no_new_file_of_the_base_is_lost_and_debians_stanza_is(project):
    project.good("base")
    assert "mm/prebuilt.o" in project.git("ls-tree", "-r", "--name-only", "base", tree="linux")
    assert project.git("show", "base:.gitignore", tree="linux") == "*.o\n/vmlinux\n"
    modes = project.git("ls-tree", "-r", "base", tree="linux")
    assert "100755 blob" in modes and "120000 blob" in modes


def test_ids_are_the_same_in_every_build_directory(project):
    project.good("assemble")
    project.good("assemble", build=project.top / "elsewhere")
    ids = [subprocess.run(["git", f"--git-dir={build}/linux", "rev-parse", "base", "assembled"], check=True,
                          capture_output=True).stdout for build in (project.build, project.top / "elsewhere")]
    assert ids[0] == ids[1]


def test_nothing_is_done_when_nothing_changed(project):
    project.good("assemble")
    with mock.patch.object(series, "apply_patches", side_effect=AssertionError), \
            mock.patch.object(series.Area, "fast_import", side_effect=AssertionError):
        assert project.good("assemble") == ""


def test_a_fixup_is_a_small_change_of_its_patch(project):
    project.good("edit")
    project.edit("mm/memory.c", (project.build / "edit/mm/memory.c").read_text().replace("= 1", "= 2"),
                 f"--fixup={project.commit_named('count line 20')}")
    out = project.good("refresh")
    assert "changed: series/patches/count-line-20.patch" in out and out.count("changed:") == 1, out
    assert project.read("series/patches/count-line-20.patch") == FIX.replace("= 1", "= 2")
    assert "not ok" not in project.good("check")
    assert "nothing to refresh" in project.good("status")


def test_a_fixup_of_a_new_file_shows_in_the_file(project):
    project.good("edit")
    project.edit("mm/poison-map.c", "int poison_map = 3;\n", f"--fixup={project.commit_named('poison map')}")
    project.good("refresh")
    assert project.read("mm/poison-map.c") == "int poison_map = 3;\n"
    assert project.read("series/patches/poison-map.patch") == POISON


def test_a_new_commit_gets_slug_and_place(project):
    project.good("edit")
    (project.build / "edit/mm/new.sh").write_text("#!/bin/sh\n")
    (project.build / "edit/mm/new.sh").chmod(0o755)
    project.edit("mm/other.c", "int other = 2;\n", "-m", "mm/other: Initialise it!\n\nWhy not.  \n\n\n\nReally.")
    project.git("rebase", "-q", "--onto", "HEAD~3", "HEAD~3")     # a no-op, as a human might do
    project.good("refresh")
    assert project.read("series/order") == ORDER + "mm-other-initialise-it\n"
    patch = project.read("series/patches/mm-other-initialise-it.patch")
    head = "Subject: mm/other: Initialise it!\n\nWhy not.\n\nReally.\n\nAdds: mm/new.sh\n---\ndiff"
    assert patch.startswith(head), patch
    assert os.access(project.root / "mm/new.sh", os.X_OK)
    assert "not ok" not in project.good("check")


def test_a_dropped_a_moved_and_a_reworded_commit(project):
    project.good("edit")
    fix, lab = project.commit_named("count line 20"), project.commit_named("add a lab")
    project.git("reset", "--hard", "-q", "base")
    project.git("cherry-pick", lab)
    project.git("cherry-pick", fix)
    project.git("commit", "--amend", "-q", "-m", "mm: count another line")
    project.good("refresh")
    order = project.read("series/order")
    assert series.slugs_of(order) == ["lab", "count-line-20"], order
    assert [line for line in order.splitlines() if line.startswith("#")] == ["# Fixes", "# The map", "# The lab"]
    assert "Subject: mm: count another line" in project.read("series/patches/count-line-20.patch")
    assert not (project.root / "series/patches/poison-map.patch").exists()
    assert not (project.root / "include").exists() and not (project.root / "mm").exists()
    assert "not ok" not in project.good("check")


def test_a_refresh_refuses_what_would_lose_work(project):
    project.good("edit")
    (project.build / "edit/mm/other.c").write_text("int changed;\n")
    assert "not committed" in project.bad("refresh")
    assert "left as it is" in project.good("edit")
    project.git("commit", "-q", "-a", "-m", "mm: change other")
    project.write("mm/poison-map.c", "int changed_here;\n")
    assert "has changed since build/edit was made" in project.bad("refresh")
    note = project.good("edit")
    assert "has work of its own" in note and "git rebase --onto assembled" in note, note
    project.git(*note.split("to move it: git ")[1].splitlines()[0].split())
    project.good("refresh")
    assert project.read("mm/poison-map.c") == "int changed_here;\n"
    assert "mm-change-other" in project.read("series/order")


def test_edit_follows_the_series_while_it_has_no_work(project):
    project.good("edit")
    project.write("mm/poison-map.c", "int changed_here;\n")
    project.good("edit")
    assert (project.build / "edit/mm/poison-map.c").read_text() == "int changed_here;\n"


def test_a_later_commit_must_not_change_an_added_file(project):
    project.good("edit")
    project.edit("mm/poison-map.c", "int more;\n", "-m", "mm: more poison")
    line = project.bad("refresh")
    assert "mm: more poison" in line and "mm: add the poison map" in line and "squash" in line, line


def test_a_fixup_that_conflicts_is_left_to_the_human(project):
    project.good("edit")
    change = "".join(f"int line_{number};\n" for number in range(10))
    project.edit("mm/memory.c", change, "-m", "mm: shorten memory")
    project.edit("mm/memory.c", change + "more\n", f"--fixup={project.commit_named('count line 20')}")
    before = project.snapshot()
    assert "a fixup does not fit" in project.bad("refresh")
    assert "a rebase is going on" in project.bad("refresh")
    assert "left as it is" in project.good("edit") and project.snapshot() == before


def test_tags_and_merges_are_refused(project):
    project.good("edit")
    project.edit("mm/other.c", "int more;\n", "-m", "mm: signed\n\n" + "Signed-off" + "-by: A <a@b.invalid>")
    assert "tag" in project.bad("refresh")
    project.git("reset", "-q", "--hard", "HEAD~1")
    project.git("checkout", "-q", "-b", "side", "base")
    project.edit("mm/other.c", "int side;\n", "-m", "mm: aside")
    assert "not on its branch" in project.bad("refresh")
    project.git("checkout", "-q", "edit")
    project.git("merge", "-q", "side")
    assert "merge" in project.bad("refresh")
    project.write("series/patches/count-line-20.patch", FIX.replace("did.\n", "did.\nAcked" + "-by: A <a@b.invalid>\n"))
    assert "count-line-20.patch" in project.bad("assemble")


# ---------------------------------------------------------------- errors of the files

def test_a_file_that_nobody_claims(project):
    project.write("mm/stray.c", "int stray;\n")
    status, out, _ = project.call("check")
    assert status == 1 and "not ok 3" in out and "# mm/stray.c is claimed by no patch" in out, out
    assert "mm/stray.c is claimed by no patch" in project.good("assemble")


def test_a_file_that_two_claim(project):
    project.write("series/patches/lab.patch", LAB.replace("Adds", "Adds: mm/poison-map.c\nAdds", 1))
    line = project.bad("assemble")
    assert "mm/poison-map.c" in line and "poison-map and lab" in line, line


def test_a_file_that_is_missing(project):
    (project.root / "mm/poison-map.c").unlink()
    line = project.bad("assemble")
    assert "mm/poison-map.c" in line and "missing" in line and "patch poison-map" in line, line


def test_a_file_that_the_base_has(project):
    project.write("mm/other.c", "int mine;\n")
    project.write("series/patches/lab.patch", LAB.replace("Adds", "Adds: mm/other.c\nAdds", 1))
    line = project.bad("assemble")
    assert "mm/other.c" in line and "patch lab" in line and "exists in the base" in line, line


def test_a_hunk_that_creates_or_touches_a_new_file(project):
    hunk = "diff --git a/{0} b/{0}\n{1}--- {2}\n+++ b/{0}\n@@ -0,0 +1 @@\n+int x;\n"
    project.write("series/patches/lab.patch", LAB + hunk.format("mm/x.c", "new file mode 100644\n", "/dev/null"))
    assert "creates mm/x.c" in project.bad("assemble")
    project.write("series/patches/lab.patch", LAB + hunk.format("mm/poison-map.c", "", "a/mm/poison-map.c"))
    assert "patch lab has a hunk in mm/poison-map.c" in project.bad("assemble")


def test_a_deleted_file_and_a_mode_change_are_fine(project):
    project.good("edit")
    (project.build / "edit/mm/other.c").unlink()
    (project.build / "edit/scripts/run.sh").chmod(0o644)
    project.git("commit", "-q", "-a", "-m", "mm: drop other")
    project.good("refresh")
    patch = project.read("series/patches/mm-drop-other.patch")
    assert "deleted file mode 100644" in patch and "old mode 100755" in patch, patch
    assert "not ok" not in project.good("check")


def test_order_and_patches_disagree(project):
    project.write("series/order", ORDER + "ghost\n")
    assert "ghost" in project.bad("assemble")
    project.write("series/order", ORDER + "lab\n")
    assert "lab more than once" in project.bad("assemble")
    project.write("series/order", ORDER.replace("\nlab", ""))
    assert "lab.patch is not in series/order" in project.bad("assemble")


def test_a_file_that_gitignore_hides_from_the_project(project):
    project.write(".gitignore", "/build/\n/mm/poison-map.c\n*.ko\n")
    subprocess.run(["git", "init", "-q", project.root], check=True)
    project.write("mm/output.ko", "build output\n")
    line = project.bad("assemble")
    assert "mm/poison-map.c" in line and ".gitignore" in line, line
    project.write(".gitignore", "/build/\n*.ko\n")
    assert "unclaimed" not in project.good("assemble")


# ---------------------------------------------------------------- the base

def test_fuzz_is_refused_and_an_offset_is_not(project):
    project.write("series/patches/count-line-20.patch", FIX.replace("-18,7 +18,7", "-13,7 +13,7"))
    project.good("assemble")
    status, out, _ = project.call("check")
    assert status == 1 and "not ok 5" in out and "count-line-20.patch" in out, out
    project.good("refresh", "--from", "assembled")
    assert project.read("series/patches/count-line-20.patch") == FIX
    project.write("series/patches/count-line-20.patch", FIX.replace(" int line_17;", " int line_seventeen;"))
    line = project.bad("assemble")
    assert "patch count-line-20 does not apply" in line, line


def test_another_version_is_taken_when_every_patch_applies(project):
    project.version = "6.12.2-1"
    make_tarball(project.tarball, {"mm/memory.c": "int new;\n" + BASE["mm/memory.c"]})
    out = project.good("assemble")
    assert "base: 6.12.2-1 instead of the locked 6.12.1-1: every patch applies" in out, out
    assert "# SKIP the base is not the locked one" in project.good("check")


def test_another_version_is_refused_when_a_patch_does_not_apply(project):
    project.version = "6.12.2-1"
    make_tarball(project.tarball, {"mm/memory.c": "int line;\n"})
    line = project.bad("assemble")
    assert "6.12.2-1 is not the locked 6.12.1-1" in line and "patch count-line-20 does not apply" in line, line
    project.version = "6.13.1-1"
    assert "not a 6.12.x version" in project.bad("assemble")


def test_the_series_moves_to_a_new_base(project):
    project.good("edit")
    project.version = "6.12.2-1"
    make_tarball(project.tarball, {"mm/memory.c": BASE["mm/memory.c"].replace("line_19", "line_nineteen")})
    assert "Version: 6.12.2-1" in project.good("lock")
    assert "patch count-line-20 does not apply" in project.bad("assemble")
    assert "stands on another base" in project.bad("refresh")
    with contextlib.suppress(AssertionError):        # stops at the conflict
        project.git("rebase", "--onto", "base", project.git("rev-list", "--max-parents=0", "edit").strip(), "edit")
    where = project.build / "edit/mm/memory.c"
    where.write_text(BASE["mm/memory.c"].replace("line_19", "line_nineteen").replace("line_20", "line_20 = 1"))
    project.git("add", "-A")
    project.git("-c", "core.editor=:", "rebase", "--continue")
    project.good("refresh")
    assert "line_nineteen" in project.read("series/patches/count-line-20.patch")
    assert "not ok" not in project.good("check")


def test_a_wrong_checksum_is_refused(project):
    make_tarball(project.tarball, {"mm/other.c": "int evil;\n"})
    assert "sha256" in project.bad("assemble", build=project.top / "elsewhere")


def test_a_package_from_apt(project):
    """With fake dpkg and apt: not installed, the locked version is downloaded, then it is kept."""
    tools, pool = project.top / "bin", project.top / "pool"
    (pool / "usr/src").mkdir(parents=True)
    tools.mkdir()
    shutil.copy(project.tarball, pool / "usr/src/linux-source-6.12.tar.xz")
    scripts = {"dpkg-query": "exit 1", "apt-cache": "echo '  Candidate: 6.12.1-1'",
               "apt-get": f"test $3 = linux-source-6.12={VERSION} && touch l.deb && echo x >>{project.top}/downloads",
               "dpkg-deb": f"cd {pool} && tar cf - ./usr"}
    for name, script in scripts.items():
        (tools / name).write_text(f"#!/bin/sh\n{script}\n")
        (tools / name).chmod(0o755)
    arguments = ["--root", str(project.root), "--build", str(project.top / "apt-build")]
    with mock.patch.dict(os.environ, {"PATH": f"{tools}:{os.environ['PATH']}"}), \
            contextlib.redirect_stderr(io.StringIO()) as err, contextlib.redirect_stdout(io.StringIO()):
        assert series.main([*arguments, "assemble"]) in (0, None), err.getvalue()
        shutil.rmtree(project.top / "apt-build/linux")
        assert series.main([*arguments, "assemble"]) in (0, None), err.getvalue()
        assert (project.top / "downloads").read_text() == "x\n"
        shutil.rmtree(project.top / "apt-build")
        (tools / "apt-get").write_text("#!/bin/sh\nexit 1\n")
        assert series.main([*arguments, "assemble"]) == 1
    assert "run 'apt-get update'" in err.getvalue().splitlines()[-1], err.getvalue()


def test_an_interrupted_import_is_redone(project):
    tarball = project.tarball.read_bytes()
    build = project.top / "interrupted"
    with mock.patch.object(series, "file_inline", side_effect=KeyboardInterrupt):
        assert project.call("assemble", build=build)[0] == 130
    assert not (build / "linux/refs/heads/base").exists()
    project.tarball.write_bytes(tarball[:len(tarball) // 2])
    lock = project.read("series/base")
    with mock.patch.object(series, "sha256_of", return_value=lock.split("Sha256: ")[1].split()[0]):
        assert "cannot be unpacked" in project.bad("assemble", build=build)
    project.tarball.write_bytes(tarball)
    (build / "linux/objects/pack").mkdir(parents=True, exist_ok=True)
    (build / "linux/objects/pack/tmp_pack_x").write_text("half")
    project.good("check", build=build)
    assert not (build / "linux/objects/pack/tmp_pack_x").exists()


# ---------------------------------------------------------------- the mailbox and the worktrees

def test_git_am_of_the_mailbox_gives_the_same_tree(project):
    box = project.top / "series.mbox"
    project.good("mbox", "-o", box)
    mails = box.read_text()
    assert "[PATCH 1/3] mm: count line 20" in mails and "Signed" + "-off-by" not in mails
    assert mails.count("base-tree: ") == 1 and "Base: linux-source-6.12 6.12.1-1" in mails
    project.good("worktree", "stock", project.build / "am-here")
    project.git("-c", "user.name=x", "-c", "user.email=x@y.invalid", "am", "-q", box, tree="am-here")
    assert project.git("rev-parse", "HEAD^{tree}", tree="am-here") == project.good("tree", "daxmend")


def test_the_cover_letter_counts_the_patches_and_names_them(project):
    cover = project.top / "cover"
    assert "is not a cover letter" in project.bad("mbox", "-o", project.top / "m", "--cover-letter", cover)
    project.write("series/cover-letter", "Subject: mm: all of it\n\nWhy.\n\nAnd how.\n")
    project.good("mbox", "-o", project.top / "m", "--cover-letter", cover)
    text = cover.read_text()
    assert "Subject: [PATCH 0/3] mm: all of it\n\nWhy.\n\nAnd how.\n\nbase-tree: " in text
    assert "  mm: count line 20\n" in text and " files changed, " in text


def newer_than(directory, moment):
    return sorted(str(path.relative_to(directory)) for path in directory.rglob("*")
                  if path.is_file() and path.name != ".git" and path.stat().st_mtime > moment)


def test_a_seeded_worktree_has_only_changed_files_newer(project):
    stock, daxmend = project.build / "stock", project.build / "daxmend"
    project.good("worktree", "stock", stock)
    old = time.time() - 1000
    for path in stock.rglob("*"):
        os.utime(path, (old, old), follow_symlinks=False)
    (stock / "mm/memory.o").write_text("object\n")
    (stock / "tools").mkdir()
    (stock / "tools/.x.o.cmd").write_text(f"deps := {stock}/tools/x.h {stock}-not/y.h\n")
    for path in ("mm/memory.o", "tools/.x.o.cmd"):
        os.utime(stock / path, (old + 10, old + 10))
    project.good("seed", stock, daxmend)
    assert newer_than(daxmend, old + 20) == []
    assert (daxmend / "tools/.x.o.cmd").read_text() == f"deps := {daxmend}/tools/x.h {stock}-not/y.h\n"
    project.good("worktree", "daxmend", daxmend)
    changed = ["include/linux/poison-map.h", "mm/Makefile", "mm/memory.c", "mm/poison-map.c", "tools/testing/lab.sh"]
    assert newer_than(daxmend, old + 20) == changed, newer_than(daxmend, old + 20)
    assert (daxmend / "mm/memory.o").exists() and project.good("worktree", "daxmend", daxmend) == ""
    assert "exists already" in project.bad("seed", stock, daxmend)
    assert "no worktree" in project.bad("seed", project.build / "none", project.build / "third")
    project.good("seed", daxmend, project.build / "third")
    assert newer_than(project.build / "third", old + 20) == changed
    assert project.good("worktree", "daxmend", project.build / "third") == ""


def test_a_worktree_is_put_right_and_keeps_its_objects(project):
    tree = project.build / "tree"
    project.good("worktree", "daxmend", tree)
    (tree / "mm/memory.o").write_text("object\n")
    (tree / "mm/memory.c").write_text("edited\n")
    (tree / "mm/other.c").unlink()
    project.good("worktree", "daxmend", tree)
    assert "line_20 = 1" in (tree / "mm/memory.c").read_text() and (tree / "mm/other.c").exists()
    project.good("worktree", "stock", tree)
    assert "line_20;" in (tree / "mm/memory.c").read_text() and not (tree / "mm/poison-map.c").exists()
    assert (tree / "mm/memory.o").exists()


def test_a_half_made_worktree_is_repaired(project):
    tree, admin = project.build / "tree", project.build / "linux/worktrees/tree"
    project.good("worktree", "stock", tree)

    def whole():
        project.good("worktree", "daxmend", tree)
        return project.git("status", "--porcelain", tree="tree") == "" and (tree / "mm/poison-map.c").exists()
    (admin / "index.lock").write_text("")
    (admin / "index").unlink()
    (tree / "mm/memory.c").unlink()
    assert whole(), "no index"
    (admin / "index").write_text("rubbish")
    assert whole(), "broken index"
    shutil.rmtree(tree)
    assert whole(), "directory gone"
    shutil.rmtree(tree)
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {admin}\n")
    shutil.rmtree(admin)
    assert whole(), "administration gone"
    (project.build / "mine").mkdir()
    (project.build / "mine/file").write_text("mine\n")
    assert "is no worktree" in project.bad("worktree", "stock", project.build / "mine")


def test_the_users_environment_and_configuration_do_not_matter(project):
    home = project.top / "home"
    home.mkdir()
    (home / ".gitconfig").write_text("[core]\nautocrlf = true\n[diff]\nnoprefix = true\nrenames = copies\n"
                                     "[commit]\ngpgsign = true\n[format]\nsignOff = true\n")
    expected = project.good("tree", "daxmend")
    with mock.patch.dict(os.environ, {"HOME": str(home), "GIT_DIR": "/nonexistent", "GIT_INDEX_FILE": "/nonexistent"}):
        assert project.good("tree", "daxmend", build=project.top / "elsewhere").splitlines()[-1] in expected
        assert "not ok" not in project.good("check")


def test_an_error_is_one_line_and_no_traceback(project):
    (project.root / "series/base").unlink()
    command = [sys.executable, series.__file__, "--root", project.root, "--build", project.build, "tree", "daxmend"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and done.stdout == "" and len(done.stderr.splitlines()) == 1, done
    assert done.stderr.startswith("series: series/base is missing; "), done.stderr


# ---------------------------------------------------------------- running them

def main():
    wanted = sys.argv[1:]
    tests = [(name, function) for name, function in globals().items() if name.startswith("test_")
             and (not wanted or any(word in name for word in wanted))]
    print(f"KTAP version 1\n1..{len(tests)}")
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        with tempfile.TemporaryDirectory(prefix="series-test-") as top:
            try:
                function(Project(Path(top).resolve()))
                problem = ""
            except Exception:  # a test may fail in any way
                problem = traceback.format_exc()
        failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {number} - series: {name.removeprefix('test_').replace('_', ' ')}")
        for line in problem.splitlines():
            print(f"# {line}")
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
