# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - what happened: from the console and the last word.

A verdict needs a positive word from the guest AND a console without a splat.
"""

import re

# A line that starts a splat; the first one names the outcome.
SPLATS = re.compile(
    r"BUG: |Oops: |Oops:|WARNING: |general protection fault|"
    r"Kernel panic - not syncing|kernel BUG at|INFO: task .* blocked|"
    r"rcu: INFO: rcu_.* stall|soft lockup|workqueue lockup|"
    r"possible (?:recursive locking|circular locking)|KASAN: |KFENCE: |"
    r"sleeping function called|Bad page state|Bad page map|Bad pagetable|"
    r"INFO: possible|UBSAN: |list_(?:add|del) |BUG kmalloc|"
    r"INFO: rcu|kthread starved|hard LOCKUP|PANIC: |nobody cared|"
    r"Corrupted page table|VFS: Busy inodes|INFO: trying to register|"
    r"page dumped because|invoked oom-killer|page allocation failure|"
    r"sysfs: cannot create|EXT4-fs error|XFS.*(?:Internal error|Corruption|Assertion failed)|"
    r"ACPI(?: BIOS)? Error|Call Trace:")

# Splats that are no defect, each with its reason.
ALLOWED = [
    # (pattern, reason)
]

STAMP = re.compile(r"^(?:<\d>)?\[ *[\d.]+\](?:\[ *\w+\])? ?", re.M)


def splats(console):
    """The splat lines of a console, without the allowed ones."""
    text = STAMP.sub("", console)
    return [line for line in text.splitlines()
            if SPLATS.search(line)
            and not any(re.search(p, line) for p, _ in ALLOWED)]


def emulator_failed(console):
    """
    TCG has run an instruction that the kernel was just patching (a static key,
    text_poke_bp()) on another cpu: not what a cpu does (SDM 3A 9.1.3), and not
    what the kernel is blamed for.
    """
    return "Oops: int3" in console


def _where(console):
    """The kernel function of the first RIP that is a kernel address."""
    match = re.search(r"RIP: 0010:(?:0x[0-9a-f]+|([\w.]+)\+0x)", console)
    return match.group(1) if match and match.group(1) else "the kernel"


def _splat_outcome(first, console):
    if re.search(r"blocked for more|lockup|stall", first):
        return "hangs: " + first.strip()
    if "not syncing" in first:
        return "panics: " + first.split("not syncing:", 1)[-1].strip()
    if "Shutting down filesystem" in first:
        return "shuts the filesystem down"
    if first.startswith("sysfs: "):
        return "warns: " + first
    if first.startswith("WARNING"):
        return "warns in " + _where(console)
    return f"oopses in {_where(console)}"


def outcome(console, word):
    """
    One line that says how a scenario ended.

    @word: the guest's last line ("pass", "fail ..."), None when
           the guest died, "timeout" when it went silent.
    """
    found = splats(console)
    if found:
        return _splat_outcome(found[0], console)
    if word is None:
        return "dies without a word"
    if word == "timeout":
        return "hangs: no answer in time"
    if word == "pass":
        return "passes"
    return "fails: " + word[5:]
