# SPDX-License-Identifier: GPL-2.0
# daxmend: build the stock and the patched kernel, and compare what they do.
#
#	make demo	the main job: a table of scenarios, stock beside daxmend
#	make check	every test
#	make help	the rest

BUILD	:= build
LAB	:= tools/testing/nvdimm/lab
SERIES	:= python3 series/series.py --build $(BUILD)
LABPY	:= python3 $(LAB)/lab.py
BOTH	:= --out $(BUILD)/lab --kernel stock=$(BUILD)/stock \
	   --kernel daxmend=$(BUILD)/daxmend
KUNIT	:= python3 $(BUILD)/kunit/tools/testing/kunit/kunit.py run \
	   --kunitconfig=drivers/nvdimm --build_dir=.kunit
DOC	:= Documentation/driver-api/nvdimm
KERNEL	?= daxmend
MACHINE	?= nfit

# The targets share build/; what they run uses all cores by itself.
.NOTPARALLEL:
.PHONY: demo check check-debug compare bench bench-long kunit kunit-tree shell edit refresh mbox status packages kernels \
	stock daxmend list clean help

demo: kernels
	@$(LABPY) compare --demo --quiet $(BOTH)

check: kernels kunit-tree
	@python3 $(LAB)/ktap.py \
		"python3 series/test_series.py" \
		"$(SERIES) check" \
		"python3 $(LAB)/test_lab.py" \
		"$(LABPY) compare $(BOTH)" \
		"$(LABPY) bench --ktap $(BOTH)" \
		"$(KUNIT) --raw_output=kunit"

# All scenarios on a kernel that checks locks, contexts and lifetimes.
check-debug: packages
	@$(SERIES) worktree daxmend $(BUILD)/debug
	@python3 $(LAB)/kbuild.py $(BUILD)/debug \
		--fragment $(LAB)/daxmend.config --fragment $(LAB)/debug.config
	@python3 $(LAB)/ktap.py "$(LABPY) run --out $(BUILD)/lab \
		--kernel debug=$(BUILD)/debug $(SCENARIOS)"

# SCENARIOS="name..." for some of them
compare: kernels
	@$(LABPY) compare $(BOTH) $(SCENARIOS)

# What the healthy path and revoking cost: instructions, stock beside daxmend.
bench: kernels
	@$(LABPY) bench $(BOTH)

# Up to 8 GiB, and the picture of what revoking costs: 20 GiB, half an hour.
bench-long: kernels
	@$(LABPY) bench --long $(BOTH)
	@cp $(BUILD)/lab/revoke.dat $(DOC)/revoke-cost.dat
	@gnuplot -e "data='$(DOC)/revoke-cost.dat'; out='$(DOC)/revoke-cost.svg'" \
		$(LAB)/revoke.gp
	@sed -i 's/[ \t]*$$//' $(DOC)/revoke-cost.svg

# The map's own tests under user mode Linux; the lab runs them as well.
kunit: kunit-tree
	@$(KUNIT)

kunit-tree: packages
	@$(SERIES) worktree daxmend $(BUILD)/kunit

# KERNEL=stock for the other kernel, MACHINE=e820 for the other machine
shell: $(KERNEL)
	@$(LABPY) shell --out $(BUILD)/lab --kernel $(KERNEL)=$(BUILD)/$(KERNEL) \
		--machine $(MACHINE)

list: packages
	@$(LABPY) list --out $(BUILD)/lab

edit: packages
	@$(SERIES) edit

refresh:
	@$(SERIES) refresh

mbox: packages
	@$(SERIES) mbox -o $(BUILD)/daxmend.mbox \
		--cover-letter $(BUILD)/daxmend.cover

status:
	@$(SERIES) status

packages:
	@$(LAB)/packages

stock: packages
	@$(SERIES) worktree stock $(BUILD)/stock
	@python3 $(LAB)/kbuild.py $(BUILD)/stock

# The patched kernel starts from the objects of the stock one.
daxmend: stock
	@test -e $(BUILD)/daxmend/.git || \
		$(SERIES) seed $(BUILD)/stock $(BUILD)/daxmend
	@$(SERIES) worktree daxmend $(BUILD)/daxmend
	@python3 $(LAB)/kbuild.py $(BUILD)/daxmend --fragment $(LAB)/daxmend.config

kernels: stock daxmend

clean:
	rm -rf $(BUILD)

help:
	@echo "demo      build both kernels, show a few scenarios as a table"
	@echo "check     all tests, KTAP"
	@echo "check-debug  all scenarios on a debug kernel (lockdep, KASAN)"
	@echo "compare   all scenarios on both kernels, as a table"
	@echo "bench     what the healthy path and revoking mappings cost"
	@echo "bench-long   the same up to 8 GiB, and the picture in $(DOC)"
	@echo "kunit     the tests of the map of bad lines, with kunit.py"
	@echo "list      the scenarios"
	@echo "shell     the patched kernel, interactive (KERNEL=stock, MACHINE=e820)"
	@echo "edit      the series as a git branch in $(BUILD)/edit"
	@echo "refresh   write that branch back to the series"
	@echo "mbox      the series for git am, and its cover letter"
	@echo "status    base, patches, what is not refreshed"
	@echo "clean     remove $(BUILD)"
