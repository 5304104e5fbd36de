# SPDX-License-Identifier: GPL-2.0-only
#
# What the top Makefile offers of the lab. LAB=bochs chooses the machine that has VMX,
# LAB_ARGS adds options of `selftests/lab/lab`.

LAB ?= qemu
LAB_KERNEL ?= 6.1
LAB_TOOL := $(CURDIR)/selftests/lab
lab-release = $$(cat $$($(LAB_TOOL)/fetch.sh $(LAB_KERNEL))/release)

packages:
	@$(LAB_TOOL)/deps.sh

# A shell in an emulated machine, with the module and vmctl in it.
lab: packages
	+@$(MAKE) --no-print-directory module KREL=$(lab-release)
	+@$(MAKE) --no-print-directory userland
	@BUILD=$(BUILD) $(LAB_TOOL)/lab shell -m $(LAB) -k $(LAB_KERNEL) $(LAB_ARGS) \
		$(LAB_TOOL)/shell.suite

check:
	@BUILD=$(BUILD) $(LAB_TOOL)/check $(CHECK)

demo:
	@BUILD=$(BUILD) $(LAB_TOOL)/demo

bench: packages
	@BUILD=$(BUILD) $(CURDIR)/selftests/bench/bench
	@BUILD=$(BUILD) $(CURDIR)/selftests/bench/calls

# What a confined program takes from start to end, on Hull and on others.
bench-group: packages
	@BUILD=$(BUILD) $(CURDIR)/selftests/bench/group

# How long a hook takes to know which group its task is in.
bench-group-lookup:
	@BUILD=$(BUILD) $(CURDIR)/selftests/bench/group-lookup

# What a policy adds to what a process does, and what those of others add.
bench-policy: packages
	@BUILD=$(BUILD) $(CURDIR)/selftests/bench/policy

.PHONY: packages lab check demo bench bench-group bench-group-lookup bench-policy
