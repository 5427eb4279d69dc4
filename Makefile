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
GATES	:= python3 series/gates.py --build $(BUILD)
BOTH	:= --out $(BUILD)/lab --kernel stock=$(BUILD)/stock \
	   --kernel daxmend=$(BUILD)/daxmend
DAXNFIT	:= --out $(BUILD)/lab --kernel daxmend=$(BUILD)/daxmend-nfit
NFIT	:= $(DAXNFIT) --kernel stock=$(BUILD)/stock-nfit
NDCTL	:= python3 $(LAB)/ndctl.py --build $(BUILD)/ndctl
MOCKED	:= --fragment $(LAB)/nfit_test.config \
	   --mocks tools/testing/nvdimm --mocks tools/testing/cxl
KUNITPY	:= python3 $(BUILD)/kunit/tools/testing/kunit/kunit.py run
KUNIT	:= $(KUNITPY) --kunitconfig=drivers/nvdimm --build_dir=.kunit
KUNITX	:= $(KUNITPY) --arch=x86_64 --kunitconfig=drivers/dax \
	   --build_dir=.kunit-x86
SELF	:= $(LABPY) selftests --out $(BUILD)/lab --kernel daxmend=$(BUILD)/daxmend
DOC	:= Documentation/driver-api/nvdimm
KERNEL	?= daxmend
MACHINE	?= nfit
CONFIG	?= debian

# The targets share build/; what they run uses all cores by itself.
.NOTPARALLEL:
.PHONY: demo check gates gates-long gate-packages check-debug compare bench bench-long kunit kunit-tree shell edit refresh deb deb-packages mbox status packages kernels \
	stock daxmend stock-nfit daxmend-nfit ndctl-packages check-ndctl selftests list \
	clean help

demo: kernels
	@$(LABPY) compare --demo --quiet $(BOTH)

check: kernels gate-packages daxmend-nfit ndctl-packages deb-packages kunit-tree
	@python3 $(LAB)/ktap.py \
		"python3 series/test_series.py" \
		"$(SERIES) check" \
		"python3 series/test_gates.py" \
		"$(GATES)" \
		"python3 $(LAB)/test_lab.py" \
		"$(LABPY) compare $(BOTH)" \
		"$(LABPY) bench --ktap $(BOTH)" \
		"$(SELF)" \
		"python3 $(LAB)/test_deb.py $(BUILD)/daxmend $(BUILD)/lab" \
		"$(LABPY) run --machine nfit_test $(DAXNFIT)" \
		"$(NDCTL) $(DAXNFIT)" \
		"$(KUNIT) --raw_output=kunit"

# What the kernel's tools say of every patch, compared with the base.
gates: kernels gate-packages
	@python3 $(LAB)/ktap.py "python3 series/test_gates.py" "$(GATES)"

# More configurations and scripts, and all patches, however long it takes.
gates-long: kernels gate-packages
	@python3 $(LAB)/ktap.py "python3 series/test_gates.py" \
		"$(GATES) --long --budget 36000"

gate-packages: packages
	@$(LAB)/packages --gates

# ndctl's own tests, and our cases for nfit_test, on both kernels; "make check" has
# them on the patched one.  TESTS="name..." for some.
check-ndctl: stock-nfit daxmend-nfit ndctl-packages
	@python3 $(LAB)/ktap.py \
		"$(LABPY) run --machine nfit_test $(NFIT)" \
		"$(NDCTL) $(NFIT) $(TESTS)"

# The kernel's own tests, tools/testing/selftests/dax, in guests.
selftests: daxmend
	@python3 $(LAB)/ktap.py "$(SELF)"

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

# KUnit with the kernel's own tool: what user mode Linux can run, and all of it
# with QEMU.  The lab runs them as well.
kunit: kunit-tree
	@$(KUNIT)
	@$(KUNITX)

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

# Packages to install elsewhere, with the configuration of Debian's kernel, or
# CONFIG=running, CONFIG=FILE; LOCALMODCONFIG=1 for what is loaded here.
deb: deb-packages
	@$(SERIES) worktree daxmend $(BUILD)/deb/linux
	@python3 $(LAB)/deb.py $(BUILD)/deb/linux $(BUILD)/deb \
		--config $(CONFIG) $(if $(filter-out 0 n no,$(LOCALMODCONFIG)),--localmodconfig)

deb-packages: packages
	@$(LAB)/packages --deb

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

# The same with libnvdimm and DAX as modules, and their mocks; most objects
# are the same.
stock-nfit: stock
	@test -e $(BUILD)/stock-nfit/.git || \
		$(SERIES) seed $(BUILD)/stock $(BUILD)/stock-nfit
	@$(SERIES) worktree stock $(BUILD)/stock-nfit
	@python3 $(LAB)/kbuild.py $(BUILD)/stock-nfit $(MOCKED)

daxmend-nfit: daxmend
	@test -e $(BUILD)/daxmend-nfit/.git || \
		$(SERIES) seed $(BUILD)/daxmend $(BUILD)/daxmend-nfit
	@$(SERIES) worktree daxmend $(BUILD)/daxmend-nfit
	@python3 $(LAB)/kbuild.py $(BUILD)/daxmend-nfit \
		--fragment $(LAB)/daxmend.config $(MOCKED)

ndctl-packages: packages
	@$(LAB)/packages --ndctl

clean:
	rm -rf $(BUILD)

help:
	@echo "demo      build both kernels, show a few scenarios as a table"
	@echo "check     all tests, KTAP"
	@echo "check-debug  all scenarios on a debug kernel (lockdep, KASAN)"
	@echo "check-ndctl  ndctl's tests on nfit_test, and ours"
	@echo "gates     W=1 for each patch, checkpatch, kernel-doc, sparse,"
	@echo "          coccinelle, Sphinx, other configurations (gates-long: more)"
	@echo "selftests tools/testing/selftests/dax, in guests"
	@echo "compare   all scenarios on both kernels, as a table"
	@echo "bench     what the healthy path and revoking mappings cost"
	@echo "bench-long   the same up to 8 GiB, and the picture in $(DOC)"
	@echo "kunit     the KUnit tests, with kunit.py"
	@echo "list      the scenarios"
	@echo "shell     the patched kernel, interactive (KERNEL=stock, MACHINE=e820)"
	@echo "edit      the series as a git branch in $(BUILD)/edit"
	@echo "refresh   write that branch back to the series"
	@echo "deb       linux-image and linux-headers of the patched kernel"
	@echo "          (CONFIG=running or a file, LOCALMODCONFIG=1)"
	@echo "mbox      the series for git am, and its cover letter"
	@echo "status    base, patches, what is not refreshed"
	@echo "clean     remove $(BUILD)"
