#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - tests of its host side, without a guest; prints KTAP."""

import contextlib
import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest

import apei
import gdbstub
import image
import judge
import kbuild
import lab
import ndctl
import qemu
import revoke
import selftests
from errors import LabError

LAB = image.LAB

OOPS = """[    2.1] BUG: unable to handle page fault for address: ffff888101234000
[    2.1] #PF: supervisor write access in kernel mode
[    2.2] Oops: Oops: 0002 [#1] SMP
[    2.2] RIP: 0010:__memcpy_flushcache+0x9d/0xc0
[    2.3] Kernel panic - not syncing: Fatal exception
"""
PANIC = "[    1.0] Kernel panic - not syncing: Fatal local machine check\n"
HUNG = """[   40.0] INFO: task xfs_io:99 blocked for more than 20 seconds.
[   40.0] Kernel panic - not syncing: hung_task: blocked tasks
"""
WARNING = """[    1.0] ------------[ cut here ]------------
[    1.0] WARNING: CPU: 0 PID: 1 at mm/memory.c:3001 wp_page_copy+0x6d/0x90
[    1.0] RIP: 0010:wp_page_copy+0x6d/0x90
"""


class Tables(unittest.TestCase):
    def test_hest_is_whole(self):
        self.assert_whole(apei.hest(), b"HEST")
        self.assertEqual(len(apei.source()), 64)    # ACPI 6.5, 18.3.2.7

    def test_einj_is_whole(self):
        table = apei.einj()
        self.assert_whole(table, b"EINJ")
        entries, = struct.unpack_from("<I", table, 44)
        self.assertEqual(len(table), 48 + 32 * entries)     # 18.6.1, 18.6.2

    def assert_whole(self, table, signature):
        self.assertEqual(table[:4], signature)
        self.assertEqual(struct.unpack_from("<I", table, 4)[0], len(table))
        self.assertEqual(sum(table) % 256, 0)

    def test_guest_knows_where_the_status_block_is(self):
        with open(f"{LAB}/guest/ghes.h") as f:
            text = f.read()
        self.assertIn(f"{apei.STATUS_BLOCK:#x}UL", text)
        self.assertIn(f"{apei.BLOCK_SIZE:#x}UL", text)


class Benchmarks(unittest.TestCase):
    def run_of(self, name, notes):
        class Kernel:
            pass
        kernel = Kernel()
        kernel.name = name
        run = lab.Run(None, kernel, "count", {"name": "b", "title": "b"})
        run.notes = notes
        return run

    def test_rows_stand_beside_each_other(self):
        runs = [self.run_of("stock", ["measure 1000 1005 4 KiB pread", "x"]),
                self.run_of("daxmend", ["measure 1004 1005 4 KiB pread"])]
        self.assertEqual(list(lab.rows_of(runs, [r.kernel for r in runs])),
                         [("4 KiB pread", 1000, 1004, 1005, "daxmend")])

    def test_what_was_not_measured_is_zero(self):
        runs = [self.run_of("stock", ["measure 1000 1005 fault"]),
                self.run_of("daxmend", [])]
        self.assertEqual(list(lab.rows_of(runs, [r.kernel for r in runs]))[0][2],
                         0)


class Revoking(unittest.TestCase):
    def costs(self, count, signals=1, lines=1, others=200, entry=4096):
        run = FakeRun("x", "passes")
        run.notes = [f"revoke {64 << 20} {entry} {others} {count} 9 1000 9 9 "
                     f"{signals} {lines} 9", "another note"]
        return revoke.costs(run)

    def met(self, stock, patched):
        return [good for good, _ in revoke.limits(stock, patched)]

    def test_limits(self):
        """twice munmap(), one signal, few lines, and 300 times less than stock"""
        stock = self.costs(600000, 9999, 9999)
        self.assertEqual(self.met(stock, self.costs(2000)), [True, True])
        self.assertEqual(self.met(stock, self.costs(2001)), [False, False])
        self.assertEqual(self.met(stock, self.costs(2000, signals=2)), [False, True])
        self.assertEqual(self.met(stock, self.costs(2000, lines=6)), [False, True])
        self.assertEqual(self.met({}, self.costs(2000, others=10)), [True])
        self.assertEqual(self.met(stock, self.costs(102000, entry=2 << 20)), [True])
        self.assertEqual(self.met(stock, self.costs(102001, entry=2 << 20)), [False])

    def test_data_has_blocks_for_gnuplot(self):
        """a block has its name before it, and two empty lines between it and others"""
        with tempfile.NamedTemporaryFile("r") as f:
            revoke.write(f.name, {"stock": self.costs(600000),
                                  "daxmend": self.costs(2000)})
            text = f.read()
        blocks = text.rstrip("\n").split("\n\n\n")
        self.assertEqual([b.splitlines()[0] for b in blocks],
                         ["# stock, 4 KiB, 200 others",
                          "# daxmend, 4 KiB, 200 others"])
        self.assertEqual(blocks[1].splitlines()[2].split()[:4],
                         ["64", "2000", "1000", "2.00"])


class Judge(unittest.TestCase):
    def test_emulator_is_not_the_kernel(self):
        self.assertTrue(judge.emulator_failed("[ 1.0] Oops: int3: 0000 [#1]"))
        self.assertFalse(judge.emulator_failed(OOPS))

    def test_pass_needs_the_word(self):
        """a quiet console alone is no pass"""
        self.assertEqual(judge.outcome("", "pass"), "passes")
        self.assertNotEqual(judge.outcome("", None), "passes")
        self.assertNotEqual(judge.outcome("", "timeout"), "passes")

    def test_pass_needs_a_clean_console(self):
        """the word "pass" does not outweigh a splat"""
        for splat in (OOPS, PANIC, HUNG, WARNING):
            self.assertNotEqual(judge.outcome(splat, "pass"), "passes")

    def test_names_what_happened(self):
        """an outcome names the function, the reason, or the failed step"""
        self.assertEqual(judge.outcome(OOPS, None),
                         "oopses in __memcpy_flushcache")
        self.assertEqual(judge.outcome(PANIC, None),
                         "panics: Fatal local machine check")
        self.assertTrue(judge.outcome(HUNG, None).startswith("hangs: "))
        self.assertEqual(judge.outcome(WARNING, "pass"), "warns in wp_page_copy")
        self.assertEqual(judge.outcome("[ 1.0] sysfs: cannot create it", "pass"),
                         "warns: sysfs: cannot create it")
        self.assertEqual(judge.outcome("", "fail pread: EIO"), "fails: pread: EIO")

    def test_machine_checks_are_no_splat(self):
        """what a handled machine check logs is allowed"""
        self.assertEqual(judge.splats(
            "[    1.0] mce: [Hardware Error]: Machine check events logged\n"
            "[    1.0] Memory failure: 0x100: recovery action for dax page: Recovered\n"
            "[    1.0] Disabling lock debugging due to kernel taint\n"), [])


class FakeRun(lab.Run):
    def __init__(self, kernel, outcome, stock="", kind="nfit"):
        class Named:
            name = kernel
        super().__init__(None, Named, kind,
                         {"stock": stock, "stock_e820": stock, "name": "n",
                          "title": "t"})
        self.outcome = outcome


class Expectations(unittest.TestCase):
    def test_stock_is_held_to_its_word(self):
        """stock that passes where it should oops is a failure, and so is another oops"""
        want = "oopses in clear_page"
        self.assertTrue(FakeRun("stock", "oopses in clear_page_erms", want).as_expected())
        self.assertFalse(FakeRun("stock", "passes", want).as_expected())
        self.assertFalse(FakeRun("stock", "oopses in memcpy", want).as_expected())
        self.assertFalse(FakeRun("stock", "fails: x").as_expected())
        self.assertFalse(FakeRun("stock", "fails: oopses in clear_page",
                                 want).as_expected())

    def test_others_have_to_pass(self):
        """a patched kernel that does what stock does is a failure"""
        self.assertFalse(FakeRun("daxmend", "oopses in x", "oopses in x").as_expected())
        self.assertTrue(FakeRun("daxmend", "passes", "oopses in x").as_expected())

    def test_totals(self):
        """passed and failed add up; there is no third way"""
        runs = [FakeRun("daxmend", "passes"), FakeRun("daxmend", "fails: x"),
                FakeRun("daxmend", "skips: no fs")]
        self.assertEqual(lab.totals(runs), "1 passed, 2 failed")


class Ndctl(unittest.TestCase):
    def expected(self, text):
        with tempfile.NamedTemporaryFile("w") as f:
            f.write(text)
            f.flush()
            return ndctl.expectations(f.name)

    def test_the_list_is_sound(self):
        """ndctl's tests: the list has a reason for all that does not pass"""
        self.assertGreater(len(ndctl.expectations()), 40)
        for text in ("a.sh fail fail\n", "a.sh pass pas x\n", "a.sh - -\n"):
            with self.assertRaises(LabError):
                self.expected(text)

    def test_a_regression_cannot_be_listed(self):
        """ndctl's tests: what passes on stock has to pass"""
        with self.assertRaisesRegex(LabError, "regression"):
            self.expected("a.sh pass fail it is slow\n")
        self.assertEqual(self.expected("# x\n\na.sh fail pass no repair\n"),
                         {"a.sh": ("fail", "pass", "no repair")})

    def test_what_is_not_as_listed_fails(self):
        """ndctl's tests: one that passes, but is listed to fail, is a failure"""
        for result, expected, good in (("pass", "pass", True),
                                       ("pass", "fail", False),
                                       ("fail", "fail", True),
                                       ("skip", "pass", False),
                                       ("oops", "fail", False)):
            test = ndctl.Test(None, FakeRun("stock", "").kernel, "a.sh",
                              (expected, "pass", "x"))
            test.result = result
            with contextlib.redirect_stdout(io.StringIO()):
                self.assertEqual(test.ktap(1), good)


class Selftests(unittest.TestCase):
    OUTPUT = """TAP version 13
1..3
#  RUN           f.a ...
ok 1 f.a
#      SKIP      EINJ: none
ok 2 f.b # SKIP EINJ: none
# f.c:Expected 0 (0) == rc (-5)
not ok 3 f.c
"""

    def heard(self, output, skips="EINJ", all_skip=False, status=0, console=""):
        """Of each test, and of the program: is it as it should be?"""
        results = selftests.Results("k", skips, all_skip)
        for line in output.splitlines():
            results.hear(line)
        results.end(status, console)
        return [good for good, *_ in results.tests], results.tests

    def test_results_are_passed_on(self):
        good, tests = self.heard(self.OUTPUT)
        self.assertEqual(good, [True, True, False, True])
        self.assertEqual(tests[1][2], "EINJ: none")
        self.assertIn("# f.c:Expected 0 (0) == rc (-5)", tests[2][3])

    def test_a_skip_without_a_reason_that_holds_here_fails(self):
        good, _ = self.heard(self.OUTPUT, skips="no ndctl")
        self.assertEqual(good, [True, False, False, True])

    def test_what_has_to_be_skipped_may_not_run(self):
        good, _ = self.heard(self.OUTPUT, all_skip=True)
        self.assertEqual(good, [False, True, False, True])

    def test_a_guard_is_one_result(self):
        _, tests = self.heard(self.OUTPUT, all_skip=True)
        results = selftests.Results("k", "EINJ", True)
        results.tests = tests
        (good, title, skipped, text), = results.as_one()
        self.assertEqual((good, title, skipped), (False, "k: 3 tests", None))
        self.assertIn("it is not skipped", text)

    def test_a_program_has_to_end_well(self):
        good, _ = self.heard("1..2\nok 1 f.a\n")
        self.assertEqual(good, [True, False])
        good, _ = self.heard("1..1\nok 1 f.a\n", status=None)
        self.assertEqual(good, [True, False])
        good, _ = self.heard("1..1\nok 1 f.a\n",
                             console=f"{selftests.MARK}\n{OOPS}")
        self.assertEqual(good, [True, False])
        good, _ = self.heard("")
        self.assertEqual(good, [False])

    def test_runs_name_machines_and_skips_that_exist(self):
        for title, machine, *_ in selftests.plan(None):
            self.assertIn(machine, qemu.KINDS, title)
        for name in ("fsdax_poison", "devdax_poison"):
            self.assertTrue(any(name in run[2] for run in selftests.RUNS))


class Images(unittest.TestCase):
    def test_cpio_is_read_by_cpio_rules(self):
        """names, sizes and padding of the archive are right"""
        data = image.cpio([("a", 0o100644, b"12345"), ("dir", 0o40755)])
        self.assertEqual(len(data) % 512, 0)
        at, names = 0, []
        while True:
            self.assertEqual(data[at:at + 6], b"070701")
            field = [int(data[at + 6 + 8 * i:at + 14 + 8 * i], 16)
                     for i in range(13)]
            name = data[at + 110:at + 110 + field[11] - 1].decode()
            body = at + 110 + field[11]
            body += -body % 4
            if name == "TRAILER!!!":
                break
            names.append((name, data[body:body + field[6]]))
            at = body + field[6]
            at += -at % 4
        self.assertEqual(names, [("a", b"12345"), ("dir", b"")])

    def test_scenarios_have_a_title_and_a_machine(self):
        """every scenario has a title of its own and runs somewhere"""
        with tempfile.TemporaryDirectory() as out:
            rows = image.list_scenarios(image.build_guest(out))
        self.assertEqual(len(rows), len(image.sources()[1]))
        self.assertEqual(len({r["title"] for r in rows}), len(rows))
        bits = sum(kind["bit"] for kind in qemu.KINDS.values())
        for row in rows:
            self.assertTrue(row["on"] and row["on"] & ~bits == 0, row["name"])
            self.assertTrue(row["title"], row["name"])

    def test_acpi_table_compiles_cleanly(self):
        """iasl has no error and no warning for nvdr.asl"""
        with tempfile.TemporaryDirectory() as out:
            done = subprocess.run(
                ["iasl", "-p", f"{out}/nvdr", f"{LAB}/acpi/nvdr.asl"],
                capture_output=True, text=True)
        self.assertRegex(done.stdout + done.stderr, r"\b0 Errors, 0 Warnings")


class Gdb(unittest.TestCase):
    def test_finds_symbols_of_an_elf(self):
        """those that are there, by their addresses; none is an error"""
        text, base = b"\x90" * 8 + b"\x48\x89\xf8\xf3\xa4\xc3", 0xffffffff81000000
        strings = b"\0other\0wanted\0"
        symbols = (struct.pack("<IBBHQQ", 1, 2, 0, 1, base, 8)
                   + struct.pack("<IBBHQQ", 7, 2, 0, 1, base + 8, 6))
        at = 64
        places = []
        for part in (text, strings, symbols):
            places.append((at, len(part)))
            at += len(part)
        head = lambda kind, addr, place, link: struct.pack(
            "<IIQQQQIIQQ", 0, kind, 0, addr, *place, link, 0, 1, 24)
        sections = (head(0, 0, (0, 0), 0) + head(1, base, places[0], 0)
                    + head(3, 0, places[1], 0) + head(2, 0, places[2], 2))
        elf = b"\x7fELF".ljust(0x28, b"\0") + struct.pack("<Q", at)
        elf = elf.ljust(0x3A, b"\0") + struct.pack("<HH", 64, 4)
        elf = elf.ljust(64, b"\0") + text + strings + symbols + sections
        with tempfile.NamedTemporaryFile() as f:
            f.write(elf)
            f.flush()
            self.assertEqual(gdbstub.find_symbols(
                f.name, ["wanted", "want"]), [base + 8])
            with self.assertRaises(LabError):
                gdbstub.find_symbols(f.name, ["want"])


class Builds(unittest.TestCase):
    def test_a_vanished_line_is_seen(self):
        """a fragment line that the configuration lost is named"""
        with tempfile.TemporaryDirectory() as d:
            with open(f"{d}/fragment", "w") as f:
                f.write("# x\nCONFIG_A=y\nCONFIG_B=y\nCONFIG_C=n\nCONFIG_D=n\n")
            with open(f"{d}/config", "w") as f:
                f.write("CONFIG_A=y\n# CONFIG_C is not set\nCONFIG_D=y\n")
            self.assertEqual(kbuild.lost_lines([f"{d}/fragment"], f"{d}/config"),
                             ["CONFIG_B=y", "CONFIG_D=n"])

    def test_a_missing_kernel_is_one_line(self):
        """a kernel that is not built is an error that says what to do"""
        with self.assertRaisesRegex(LabError, "bzImage is missing; build it"):
            lab.Kernel("daxmend=/nonexistent")


class Ktap(unittest.TestCase):
    def run_ktap(self, *commands):
        done = subprocess.run([sys.executable, f"{LAB}/ktap.py", *commands],
                              capture_output=True, text=True)
        return done.returncode, done.stdout.splitlines()[-1]

    def test_counts(self):
        """results of several programs are added up"""
        self.assertEqual(self.run_ktap(
            "printf 'KTAP version 1\\n1..2\\nok 1 a\\nok 2 b # SKIP c\\n'",
            "printf '1..1\\nnot ok 1 a\\n'; false"),
            (1, "1 passed, 1 failed, 1 skipped"))

    def test_silence_is_failure(self):
        """no result, a broken plan and a bad exit status are failures"""
        self.assertEqual(self.run_ktap("true"), (1, "0 passed, 1 failed"))
        self.assertEqual(self.run_ktap("printf '1..2\\nok 1 a\\n'"),
                         (1, "1 passed, 1 failed"))
        self.assertEqual(self.run_ktap("printf '1..1\\nok 1 a\\n'; exit 3"),
                         (1, "1 passed, 1 failed"))


class Result(unittest.TestResult):
    number = 0
    what = "lab"

    def report(self, ok, test, text="", directive=""):
        self.number += 1
        name = re.sub(r"\s+", " ", test.shortDescription() or str(test))
        print(f"{ok} {self.number} {self.what}: {name}{directive}", flush=True)
        for line in text.splitlines():
            print(f"# {line}")

    def addSuccess(self, test):
        self.report("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.report("ok", test, directive=f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.report("not ok", test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.report("not ok", test, self.errors[-1][1])


def main(module=sys.modules[__name__], what="lab"):
    suite = unittest.defaultTestLoader.loadTestsFromModule(module)
    print(f"KTAP version 1\n1..{suite.countTestCases()}", flush=True)
    result = Result()
    result.what = what
    suite.run(result)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    sys.exit(main())
