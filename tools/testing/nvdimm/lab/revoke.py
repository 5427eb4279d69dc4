# SPDX-License-Identifier: GPL-2.0
"""The pmem lab - what it costs to revoke mappings, beside munmap() of as much.

guest/revoke.h measures and tells; here it becomes limits, a table and the data
of revoke.gp.
"""

import collections

MIB = 1 << 20

# What the issue promises: at most so many times munmap(), and at most so many
# signals and lines of the log for one process and mapping.
TIMES_MUNMAP = 2
# A signal, its line on the console and one look at every process: that is more
# than what munmap() takes for some 2 MiB entries.
FIXED = {4096: 0, 2 * MIB: 100000}
SIGNALS = 1
LINES = 5
# Other processes -> at least so many times less than stock, of 4 KiB entries.
TIMES_LESS = {200: 300, 2000: 1000}

# What guest/revoke.h tells.  revoke, munmap, entries and rest are instructions:
# for the mapping, for munmap() of it, for the filesystem's entries, and for all
# else that a removal does.  us and munmap_us are microseconds of the host, for
# the whole removal and for munmap().
Cost = collections.namedtuple(
    "Cost", "len entry others revoke us munmap munmap_us entries signals lines "
    "rest")


def costs(run):
    """What a run told: {(entry, others, len): Cost}."""
    found = {}
    for text in run.notes:
        word, _, rest = text.partition(" ")
        if word == "revoke":
            cost = Cost(*map(int, rest.split()))
            found[cost.entry, cost.others, cost.len] = cost
    return found


def name_of(cost):
    entry = "4 KiB" if cost.entry == 4096 else "2 MiB"
    return f"revoke {cost.len // MIB} MiB of {entry}, {cost.others} others"


def limits(stock, patched):
    """(met, text) for what @patched may take, and for stock beside it."""
    for key, cost in patched.items():
        times = cost.revoke / cost.munmap
        fixed = FIXED[cost.entry]
        yield (cost.revoke <= TIMES_MUNMAP * cost.munmap + fixed
               and cost.signals == SIGNALS and cost.lines <= LINES,
               f"{name_of(cost)}: {times:.2f} times munmap(), limit "
               f"{TIMES_MUNMAP}{f' and {fixed} instructions' * bool(fixed)}; "
               f"{cost.signals} signals, {cost.lines} lines")
        least = TIMES_LESS.get(cost.others)
        if least and cost.entry == 4096 and key in stock:
            less = stock[key].revoke / cost.revoke
            yield (less >= least, f"{name_of(cost)}: {less:.0f} times less "
                   f"than stock, limit {least}")


HEAD = (f"{'MiB':>6} {'revoke':>11} {'munmap':>10} {'ratio':>8} "
        f"{'signals':>7} {'lines':>7} {'entries':>11} {'rest':>9} "
        f"{'seconds':>8}")


def row(cost):
    return (f"{cost.len // MIB:6} {cost.revoke:11} {cost.munmap:10} "
            f"{cost.revoke / cost.munmap:8.2f} {cost.signals:7} "
            f"{cost.lines:7} {cost.entries:11} {cost.rest:9} "
            f"{cost.us / 1e6:8.3f}")


def table(name, found):
    """Lines; a block for every kind of entry and number of other processes,
    with two empty lines before it and its name, as gnuplot likes it."""
    for entry, others in dict.fromkeys(key[:2] for key in sorted(found)):
        size = "4 KiB" if entry == 4096 else "2 MiB"
        yield from ("", "", f"# {name}, {size}, {others} others", f"#{HEAD[1:]}")
        for key in sorted(found):
            if key[:2] == (entry, others):
                yield row(found[key])


def write(path, found):
    """The tables of all kernels, as a file for revoke.gp and for readers."""
    text = "\n".join(line for name in found for line in table(name, found[name]))
    with open(path, "w") as f:
        f.write(text.lstrip("\n") + "\n")
