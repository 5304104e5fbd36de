# SPDX-License-Identifier: GPL-2.0-only
#
# Targets for people; `make help` lists them. The module itself is described in Kbuild.

BUILD ?= $(CURDIR)/build
BUILD := $(abspath $(BUILD))
KREL  ?= $(shell uname -r)
KDIR  ?= /lib/modules/$(KREL)/build
W     ?= 1

# Releases that `make modules` builds for: every kernel whose headers are installed.
KRELS ?= $(notdir $(patsubst %/build,%,$(wildcard /lib/modules/*/build)))

# kbuild writes beside its sources, so each release gets a tree of links of its own.
KTREE = $(BUILD)/kmod/$(KREL)
KMAKE = $(MAKE) --no-print-directory -C $(KDIR) M=$(KTREE) W=$(W) $(if $(C),C=$(C))

all: module userland

# The links are remade at each build: a file that is gone must not linger.
$(BUILD)/kmod/%/.links: FORCE
	@mkdir -p $(@D)
	@find $(@D) -type l -delete
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kmod $(CURDIR)/include $(@D)/

module: $(KTREE)/.links
	+@$(KMAKE) modules

# For working on one room: make module-objects OBJS="kmod/mmu/ept.o"
module-objects: $(KTREE)/.links
	+@$(KMAKE) $(OBJS)

modules:
	@set -e; for rel in $(KRELS); do $(MAKE) --no-print-directory module KREL=$$rel; done

# Modules that use hull.ko: the sample, and what the tests of such modules load.
SAMPLES = samples/handler_module selftests/handlers/cases selftests/bench/lookup
STREE   = $(BUILD)/samples/$(KREL)

samples: module
	@set -e; for dir in $(SAMPLES); do \
		mkdir -p $(STREE)/$$dir; \
		cp -rsf $(CURDIR)/$$dir/. $(STREE)/$$dir/; \
		$(MAKE) --no-print-directory -C $(KDIR) M=$(STREE)/$$dir W=$(W) HULL=$(CURDIR) \
			$(if $(C),C=$(C)) KBUILD_EXTRA_SYMBOLS=$(KTREE)/Module.symvers modules; \
		cp $(STREE)/$$dir/*.ko $(STREE)/; \
	done

userland:
	+@$(MAKE) --no-print-directory -C userland BUILD=$(BUILD)/userland

# The module goes to the running kernel's tree, or to DESTDIR's copy of it; without what only
# debuggers read, and unsigned: the key is for whoever builds the kernel.
install: module userland
	+@$(KMAKE) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_STRIP=1 CONFIG_MODULE_SIG_ALL= \
		modules_install
	$(if $(DESTDIR),,depmod -a $(KREL))
	+@$(MAKE) --no-print-directory -C userland BUILD=$(BUILD)/userland install

clean:
	rm -rf $(BUILD)

help:
	@echo 'make                 hull.ko, hull_guest.ko for this kernel (KREL=...), and vmctl'
	@echo 'make modules         hull.ko for every kernel whose headers are installed'
	@echo 'make samples         modules that answer hypercalls (in build/samples/)'
	@echo 'make demo            boot Linux as a guest of Hull in an emulated machine'
	@echo 'make check           every test: unit, static, and in emulated machines'
	@echo 'make bench           figures of Hull and KVM side by side (table, build/bench/*.json)'
	@echo 'make bench-group     a group from start to end beside crun, runc and bubblewrap; 500 groups'
	@echo 'make bench-group-lookup   instructions that finding a task'"'"'s group takes'
	@echo 'make bench-policy    instructions that a policy adds, beside AppArmor, Landlock, BPF, seccomp'
	@echo 'make lab             a shell in an emulated machine (LAB=bochs for one with VMX)'
	@echo 'make install         module, vmctl, man page, completion (DESTDIR=, PREFIX=)'
	@echo 'make clean           remove build/'

FORCE:
.PHONY: all module module-objects modules samples userland install clean help FORCE

-include selftests/lab/lab.mk
