# SPDX-License-Identifier: GPL-2.0-only
#
# Tells the lab what a test directory has, by kselftest's variables:
#
#	make -f ../lab/list.mk list	"prog PATH" for a test, "file PATH" for what it needs
#
# TEST_PROGS and TEST_FILES are in the source directory, TEST_GEN_PROGS and
# TEST_GEN_FILES in $(OUTPUT).
include Makefile

lab-source = $(foreach f,$(1),$(abspath $(f)))
lab-built = $(foreach f,$(1),$(if $(filter /%,$(f)),$(f),$(OUTPUT)/$(f)))

list:
	@$(foreach f,$(call lab-source,$(TEST_PROGS)),echo prog $(f);)
	@$(foreach f,$(call lab-built,$(TEST_GEN_PROGS)),echo prog $(f);)
	@$(foreach f,$(call lab-source,$(TEST_FILES)),echo file $(f);)
	@$(foreach f,$(call lab-built,$(TEST_GEN_FILES)),echo file $(f);)

.PHONY: list
