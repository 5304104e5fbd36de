# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# Completion of vmctl in bash. What can stand where is vmctl's own knowledge.

_vmctl()
{
	local word=${COMP_WORDS[COMP_CWORD]}

	# --option=value comes as three words
	mapfile -t COMPREPLY < <(vmctl __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
	if [ "${COMPREPLY[0]:-}" = @file ]; then
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	fi
}

complete -F _vmctl vmctl
