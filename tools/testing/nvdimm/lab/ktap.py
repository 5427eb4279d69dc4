#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - run several programs that print KTAP, as one.

	ktap.py COMMAND...

Prints what they print, numbers the tests through, and ends with a plain line,
"N passed, N failed" and ", N skipped" when there are any.  A program that
fails without a failed test, or ends before its plan is done, is a failure of
its own.
"""

import re
import subprocess
import sys

RESULT = re.compile(r"^(ok|not ok) \d+ ?-? ?(.*)")
PLAN = re.compile(r"^1\.\.(\d+)")


class Tally:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add(self, ok, text):
        if not ok:
            self.failed += 1
        elif "# SKIP" in text:
            self.skipped += 1
        else:
            self.passed += 1
        number = self.passed + self.failed + self.skipped
        print(f"{'ok' if ok else 'not ok'} {number} {text}", flush=True)

    def closing_line(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def run(command, tally):
    planned = seen = failed = 0
    with subprocess.Popen(command, shell=True, text=True,
                          stdout=subprocess.PIPE) as program:
        for line in program.stdout:
            line = line.rstrip("\n")
            result, plan = RESULT.match(line), PLAN.match(line)
            if result:
                seen += 1
                failed += result.group(1) == "not ok"
                tally.add(result.group(1) == "ok", result.group(2))
            elif plan:
                planned = int(plan.group(1))
            elif not line.startswith(("KTAP", "TAP")) and not re.match(
                    r"\d+ passed, \d+ failed", line):
                print(line if line.startswith("#") else f"# {line}".rstrip(),
                      flush=True)
    if program.returncode and not failed:
        tally.add(False, f"{command}: exit status {program.returncode}")
    elif seen != planned or not seen:
        tally.add(False, f"{command}: {seen} results of {planned} planned")


def main():
    tally = Tally()
    print("KTAP version 1")
    for command in sys.argv[1:]:
        run(command, tally)
    print(f"1..{tally.passed + tally.failed + tally.skipped}")
    print(tally.closing_line())
    return 1 if tally.failed or not tally.passed else 0


if __name__ == "__main__":
    sys.exit(main())
