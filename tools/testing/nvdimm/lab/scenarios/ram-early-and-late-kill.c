// SPDX-License-Identifier: GPL-2.0
#include "ram.h"
#include "user.h"

static void early_by_default(const char *value)
{
	expect_rc(write_text("/proc/sys/vm/memory_failure_early_kill", value), 0,
		  "memory_failure_early_kill");
}

/* Processes that share the page after fork(). */
SCENARIO("system RAM: early and late kill, by process and by sysctl", .on = E820)
{
	char *p = anonymous(8 * PAGE);
	uint64_t phys = addr_of(p + PAGE);
	struct user *early, *late, *normal;

	EXPECT(!prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_LATE, 0, 0),
	       "PR_MCE_KILL: %m");
	EXPECT(prctl(PR_MCE_KILL_GET, 0, 0, 0, 0) == PR_MCE_KILL_LATE,
	       "PR_MCE_KILL_GET: %m");
	early = new_user(NULL, 0, EARLY);
	late = new_user(NULL, 0, LATE);
	normal = new_user(NULL, 0, 0);
	EXPECT(user_addr_of(early, p + PAGE) == phys &&
	       user_addr_of(late, p + PAGE) == phys, "the page is not shared");

	ram_mark();
	machine_check_scrub(phys, LINE);
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_early(early, p + PAGE);
	EXPECT(!late->signals && !normal->signals, "signals nobody asked for");
	expect_lost(early, p + PAGE, "early");
	expect_lost(late, p + PAGE, "late");
	expect_lost(normal, p + PAGE, "by default");
	expect_gone(p + PAGE);

	early_by_default("1");
	ram_mark();
	phys = addr_of(p + 4 * PAGE);
	machine_check_scrub(phys, LINE);
	expect_action(phys, "dirty LRU page", RECOVERED);
	expect_early(normal, p + 4 * PAGE);
	EXPECT(early->signals == 2 && early->last.addr == p + 4 * PAGE,
	       "early: %u signals", early->signals);
	EXPECT(!late->signals, "a signal that was not asked for");
	expect_lost(late, p + 4 * PAGE, "late");
	expect_gone(p + 4 * PAGE);
	early_by_default("0");
}
