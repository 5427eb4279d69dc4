#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Tests of gates.py: what needs no kernel.  Prints KTAP."""

import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))
import gates  # noqa: E402
from gates import Complaint, Configuration, Step, Symbols, Whole  # noqa: E402


def step(slug="one", changed=()):
    return Step(slug, "c" * 40, "t" * 40, "b" * 40, list(changed))


def result(*complaints, objects=(), absent=(), broken=()):
    rows = [(complaint.path, complaint.text, complaint.line) for complaint in complaints]
    return {"complaints": rows, "objects": list(objects), "absent": list(absent), "broken": list(broken)}


def test_lines_of_every_tool_are_read():
    found = gates.complaints(
        "fs/dax.c:12:5: warning: unused variable 'a' [-Wunused-variable]\n"
        "fs/dax.c: In function 'f':\n"
        "./include/linux/dax.h:7:1: error: expected ';'\n"
        "fs/dax.c:9: warning: No description found for return value of 'f'\n"
        "mm/memory.c:3:4-9: ERROR: test of a variable/field address\n"
        "mm/x.o: warning: objtool: f+0x12: unreachable instruction\n"
        "Documentation/a.rst:4: WARNING: Title underline too short.\n"
        "  CC      fs/dax.o\n")
    assert [complaint.path for complaint in found] == [
        "fs/dax.c", "include/linux/dax.h", "fs/dax.c", "mm/memory.c", "mm/x.o", "Documentation/a.rst"], found
    assert str(found[0]) == "fs/dax.c:12: warning: unused variable 'a' [-Wunused-variable]"
    assert "0x" not in found[4].text


def test_whatever_a_script_of_coccinelle_reports_is_read():
    found = gates.reports("mm/a.c:7:2-12: second lock on line 5\nmm/b.c:3:9-10: Unneeded semicolon\n\n")
    assert [str(complaint) for complaint in found] == [
        "mm/a.c:7: second lock on line N", "mm/b.c:3: Unneeded semicolon"], found
    try:
        gates.reports("minus: parse error\n")
    except gates.Broken:
        return
    raise AssertionError("an unknown line is passed over")


def test_a_test_that_a_source_includes_is_compiled_with_it():
    users = {"mm/queue-test.c": ["mm/queue.o"], "mm/queue.c": []}
    assert gates.objects_for(step(changed=["mm/queue-test.c"]), users) == ["mm/queue.o"]
    assert gates.objects_for(step(changed=["mm/queue.c"]), users) == ["mm/queue.o"]


def test_a_moved_line_is_no_new_complaint():
    before = gates.complaints("a.c:1:1: warning: x on line 5\n")
    now = gates.complaints("a.c:9:1: warning: x on line 8\n")
    assert gates.new_complaints(now, before) == []


def test_one_more_of_the_same_is_new():
    before = gates.complaints("a.c:1:1: warning: x\n")
    now = gates.complaints("a.c:1:1: warning: x\na.c:2:1: warning: x\na.c:2:1: warning: x\n")
    assert [complaint.line for complaint in gates.new_complaints(now, before)] == [2]


def test_a_complaint_is_told_once_for_the_patch_that_brings_it():
    old, new = Complaint("a.c", "warning: old", 1), Complaint("a.c", "warning: new", 2)
    results = {"first": result(old), "second": result(old, new), "not-built": None, "third": result(new, old)}
    fresh = gates.new_by_patch(results, [old])
    assert fresh == {"first": [], "second": [new], "not-built": [], "third": []}, fresh


def test_a_patch_is_compiled_by_its_sources_and_the_users_of_its_headers():
    users = {"include/linux/dax.h": ["fs/dax.o", "fs/dax-copy.o", "fs/xfs/a.o", "mm/a.o"],
             "drivers/dax/bus.h": ["drivers/dax/bus.o", "drivers/dax/pmem.o"]}
    changed = ["fs/dax-copy.c", "include/linux/dax.h", "drivers/dax/bus.h", "arch/x86/lib/copy.S", "fs/Makefile",
               "tools/testing/nvdimm/test/nfit.c", gates.LAB_FILES + "guest/init.c"]
    assert gates.objects_for(step(changed=changed), users) == [
        "arch/x86/lib/copy.o", "drivers/dax/bus.o", "drivers/dax/pmem.o", "fs/dax-copy.o", "fs/xfs/a.o", "mm/a.o"]


def test_headers_are_found_in_command_files():
    with tempfile.TemporaryDirectory() as tree:
        Path(tree, ".x.o.cmd").write_text("savedcmd_x.o := gcc -o x.o x.c\n\ndeps_x.o := \\\n"
                                          "    $(wildcard include/config/FOO) \\\n  include/linux/dax.h \\\n"
                                          "  arch/x86/include/asm/../asm/mce.h \\\n")
        assert gates.headers_of(tree, "x.o") == {"include/linux/dax.h", "arch/x86/include/asm/mce.h"}
        assert gates.headers_of(tree, "y.o") == set()


def test_why_make_failed_is_found():
    output = ("fs/dax.c:1:1: error: expected ';'\nmake[3]: *** [scripts/Makefile.build:229: fs/dax.o] Error 1\n"
              "make[2]: *** [Makefile:5: fs] Error 2\n")
    assert len(gates.failures(output)) == 2
    assert gates.unexplained(["arch/powerpc/x.o", "drivers/x.o"]) == ["drivers/x.o"]


def test_what_the_configuration_does_not_have_is_found():
    with tempfile.TemporaryDirectory() as top:
        tree = Path(top)
        for path, text in (("include/config/auto.conf", "CONFIG_A=y\nCONFIG_M=m\n"), ("scripts/Kbuild.include", ""),
                           ("drivers/Makefile", "obj-$(CONFIG_A) += a/\nobj-$(CONFIG_B) += b/\n"),
                           ("drivers/a/Makefile", "obj-$(CONFIG_M) += mod.o\nmod-y := one.o\nmod-$(CONFIG_B) += two.o\n"),
                           ("drivers/b/Makefile", "obj-y += b.o\n")):
            (tree / path).parent.mkdir(parents=True, exist_ok=True)
            (tree / path).write_text(text)
        assert gates.enabled(tree, ["drivers/a/mod.o", "drivers/a/one.o", "drivers/a/two.o", "drivers/b/b.o",
                                    "arch/powerpc/a.o"]) == ["drivers/a/mod.o", "drivers/a/one.o"]


def test_broken_builds_and_fresh_complaints_fail():
    assert gates.step_problems(result(), []) == []
    assert gates.step_problems(result(broken=["fs/dax.c: error: x"]), [Complaint("a.c", "warning: w", 3)]) == [
        "fs/dax.c: error: x", "a.c:3: warning: w"]


def test_checkpatch_may_say_only_what_has_a_reason():
    assert gates.allowed("MISSING_SIGN_OFF", "") and gates.allowed("SPACING", "drivers/nvdimm/trace.h")
    assert gates.allowed("OPEN_ENDED_LINE", "fs/xfs/xfs_buf.c") and not gates.allowed("OPEN_ENDED_LINE", "fs/dax.c")
    assert gates.allowed("VOLATILE", gates.LAB_FILES + "guest/lab.c") and not gates.allowed("VOLATILE", "mm/memory.c")
    assert all(why for _, _, why in gates.ALLOWED)


def test_moved_lines_are_known():
    assert gates.removed_lines("--- a/x.c\n+++ b/x.c\n-\told();\n-\n+\tnew();\n kept();\n") >= {"old();"}
    assert "" not in gates.removed_lines("-\n") and "new();" not in gates.removed_lines("+new();\n")


def test_only_quoted_lines_of_a_message_may_be_long():
    long = "x" * 80
    assert gates.quoted_long_lines(f"Subject\n\n    {long}\n\t{long}\nshort\n")
    assert not gates.quoted_long_lines(f"Subject\n\n{long}\n")


GUARDED = """static void share(struct page *page)
{
	guard(spinlock)(&lock);
	page->share++;
}

void associate(struct page *page,
	       int more)
{
	share(page);
}

void wrong(void)
{
	spin_lock(&lock);
}
"""


def test_sparse_is_not_believed_where_it_does_not_know_guard():
    assert gates.guarded_functions(GUARDED) == {"share", "associate"}
    with tempfile.TemporaryDirectory() as top:
        Path(top, "a.c").write_text(GUARDED)

        def false(name):
            return gates.is_false_imbalance(Path(top), Complaint("a.c", f"warning: context imbalance in '{name}' - x", 1))
        assert false("share") and false("associate") and not false("wrong")


NM = """a.o:0000000000000000 T here
a.o:                 U there
a.o:0000000000000010 r __export_symbol_here
a.o:0000000000000020 t hidden
a.o:                 w perhaps
"""


def test_symbols_are_read():
    symbols = gates.parse_nm(NM, lambda obj: "mod")["a.o"]
    assert symbols == Symbols("mod", {"here"}, {"there"}, {"here"}), symbols


def linked(module, *, defined="", needed="", exported=""):
    return Symbols(module, set(defined.split()), set(needed.split()), set(exported.split()))


WHOLE = Whole({"ours": "mm/ours.o", "kmalloc": "mm/slub.o", "kept": "mm/kept.o"}, {"kmalloc"}, {"ours"}, {"kmalloc"},
              {"mm/kept.o": "kept"}.get)


def problems(**objects):
    named = {f"{name}.o": symbols for name, symbols in objects.items()}
    return gates.link_problems(named, WHOLE, set())


def test_what_links_is_no_problem():
    assert problems(a=linked("", defined="f"), b=linked("", needed="f kmalloc")) == []
    assert problems(a=linked("", defined="f", exported="f"), b=linked("mod", needed="f kmalloc")) == []
    assert problems(a=linked("mod", defined="f"), b=linked("mod", needed="f")) == []
    assert problems(b=linked("kept", needed="kept")) == []


def test_what_does_not_link_is_found():
    assert problems(a=linked("", defined="f"), b=linked("mod", needed="f")) == [
        "b.o: f is not exported, and needed by the module mod"]
    assert problems(a=linked("mod", defined="f", exported="f"), b=linked("", needed="f")) == [
        "b.o: f is in the module mod, and needed built in"]
    assert problems(b=linked("", needed="ours")) == ["b.o: ours is defined by nobody"]
    assert problems(b=linked("mod", needed="kept")) == ["b.o: kept is not exported, and needed by the module mod"]


def test_a_new_need_is_looked_for_in_this_configuration():
    built = {"b.o": linked("", needed="kmalloc kept")}
    assert gates.to_be_compiled(built, WHOLE) == ["mm/kept.o"]
    assert gates.link_problems(built, WHOLE, {"mm/kept.o"}) == ["b.o: kept is defined by nobody"]


def test_configurations_are_well_formed():
    assert len({configuration.name for configuration in gates.CONFIGURATIONS}) == len(gates.CONFIGURATIONS)
    for configuration in gates.CONFIGURATIONS:
        assert all(value in "ynm" for _, value in gates.settings(configuration)), configuration
    assert gates.settings(Configuration("x", "A=n B=m")) == [("A", "n"), ("B", "m")]


def test_results_are_known_by_what_they_were_made_of():
    with tempfile.TemporaryDirectory() as top:
        path = Path(top, "gates.json")
        known = gates.Known(path)
        known.put(known.key("patch", "tree"), {"objects": ["a.o"]})
        known.put(known.key("patch", "old"), {"objects": []})
        again = gates.Known(path)
        assert again.get(again.key("patch", "tree")) == {"objects": ["a.o"]}
        assert again.get(again.key("patch", "other")) is None
        again.forget_unused()
        last = gates.Known(path)
        assert list(last.results) == [last.key("patch", "tree")]


def test_where_sparse_gives_up_is_known():
    known, unknown = Complaint("mm/memory.c", "error: types differ", 1), Complaint("fs/dax.c", "error: types differ", 1)
    assert not gates.unseen([known, Complaint("fs/dax.c", "warning: no lock", 2)])
    assert [complaint.path for complaint in gates.unseen([known, unknown, unknown])] == ["fs/dax.c"]


def test_the_base_is_not_asked_in_vain():
    asked = Counter()

    def tool(tree, _paths):
        asked[tree.name] += 1
        return [Complaint("a.c", "warning: x", 1)] if tree.name == "daxmend" else []
    with tempfile.TemporaryDirectory() as top:
        stock, daxmend = Path(top, "stock"), Path(top, "daxmend")
        stock.mkdir()
        assert gates.compared(tool, daxmend, stock, ["a.c"]) == ["a.c:1: warning: x"] and not asked["stock"]
        (stock / "a.c").write_text("")
        assert gates.compared(tool, daxmend, stock, ["a.c"]) == ["a.c:1: warning: x"] and asked["stock"] == 1


def test_sphinx_misses_only_what_the_tree_has_not():
    with tempfile.TemporaryDirectory() as top:
        tree = Path(top)
        (tree / "Documentation/mm").mkdir(parents=True)
        (tree / "Documentation/mm/hwpoison.rst").write_text(".. _hwpoison:\n")
        (tree / "Documentation/mm/index.rst").write_text(".. toctree::\n\n   hwpoison\n")

        def outside(path, text):
            return gates.lies_outside(tree, Complaint(f"Documentation/mm/{path}", f"WARNING: {text}", 1))
        assert outside("a.rst", "unknown document: 'hwpoison'") and not outside("a.rst", "unknown document: 'nothing'")
        assert outside("a.rst", "undefined label: hwpoison") and not outside("a.rst", "undefined label: nothing")
        assert outside("hwpoison.rst", "document isn't included in any toctree")
        assert not outside("new.rst", "document isn't included in any toctree")
        assert not outside("a.rst", "Title underline too short.")


def main():
    tests = [(name, function) for name, function in globals().items() if name.startswith("test_")]
    print(f"KTAP version 1\n1..{len(tests)}")
    failed = 0
    for number, (name, function) in enumerate(tests, 1):
        try:
            function()
            problem = ""
        except Exception:  # a test may fail in any way
            problem = traceback.format_exc()
        failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {number} - gates: {name.removeprefix('test_').replace('_', ' ')}")
        for line in problem.splitlines():
            print(f"# {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
