# SPDX-License-Identifier: GPL-2.0-only
#
# Documentation/netlink/specs/hull.yaml as lines for tests; "-" stands for what is absent:
#
#	const C-NAME VALUE
#	entry C-NAME VALUE
#	attr SET NAME NUMBER TYPE NESTED-SET MIN MAX MAX-LEN MASK
#	take SET NAME			an attribute that a request may have
#	op NAME NUMBER DO DUMP TAKES	TAKES: the set of the VM's attributes
#	ask OP NAME			an attribute that the command's request has
#
# It reads that file's plain style, not any YAML: a list item's dash on a line of its
# own, two columns a level, one value a line.

function c_name(prefix, name)
{
	name = toupper(prefix name)
	gsub("-", "_", name)
	return name
}

function value(text)
{
	sub(/^[^:]*: */, "", text)
	return text
}

# What came before the item that now begins is complete.
function item_end()
{
	if (section == "definitions" && kind == "const")
		printf "const %s %s\n", c_name("", name), number
	if (section == "attribute-sets" && attr != "" && subset)
		printf "take %s %s\n", set, attr
	if (section == "attribute-sets" && attr != "" && !subset) {
		printf "attr %s %s %d %s %s %s %s %s %s\n", set, attr, ++attrs, type, nested,
			min, max, maxlen, mask
		printf "entry %s %d\n", c_name(prefix, attr), attrs
	}
	if (section == "operations" && op != "") {
		if (number != "")
			ops = number
		printf "op %s %d %s %s %s\n", op, ops, does, dumps, request ? op "-request" : "-"
		printf "entry %s %d\n", c_name(prefix, op), ops++
	}
	kind = attr = op = number = part = ""
	type = nested = min = max = maxlen = mask = does = dumps = "-"
	request = 0
}

/^ *#/ || /^---$/ || /^$/ { next }

/^[a-z]/ {
	item_end()
	section = $1
	sub(":", "", section)
	depth = 0
	next
}

section == "definitions" && /^  -$/ { item_end(); next }
section == "definitions" && /^    name: / { name = value($0); next }
section == "definitions" && /^    type: / { kind = value($0); number = 0; next }
section == "definitions" && /^    name-prefix: / { prefix = value($0); next }
section == "definitions" && /^    value: / { number = value($0); next }
section == "definitions" && /^    value-start: / { number = value($0); next }
section == "definitions" && /^        name: / {
	if (kind == "flags")
		masks[name] += 2 ^ number
	printf "entry %s %d\n", c_name(prefix, value($0)), kind == "flags" ? 2 ^ number : number
	number++
	next
}

section == "attribute-sets" && /^  -$/ { item_end(); subset = 0; attrs = 0; next }
section == "attribute-sets" && /^    name: / { set = value($0); next }
section == "attribute-sets" && /^    name-prefix: / { prefix = value($0); next }
section == "attribute-sets" && /^    subset-of: / { subset = 1; next }
section == "attribute-sets" && /^      -$/ { item_end(); next }
section == "attribute-sets" && /^        name: / { attr = value($0); next }
section == "attribute-sets" && /^        type: / { type = value($0); next }
section == "attribute-sets" && /^        nested-attributes: / { nested = value($0); next }
section == "attribute-sets" && /^          min: / { min = value($0); next }
section == "attribute-sets" && /^          max: / { max = value($0); next }
section == "attribute-sets" && /^          max-len: / { maxlen = value($0); next }
section == "attribute-sets" && /^          flags-mask: / { mask = masks[value($0)]; next }

section == "operations" && /^  name-prefix: / { prefix = value($0); next }
section == "operations" && /^    -$/ { item_end(); next }
section == "operations" && /^      name: / { op = value($0); next }
section == "operations" && /^      value: / { number = value($0); next }
section == "operations" && /^      do:/ { does = "do"; next }
section == "operations" && /^      dump:/ { dumps = "dump"; next }
section == "operations" && /^        request:/ { request = 1; part = "request"; next }
section == "operations" && /^        reply:/ { part = "reply"; next }
section == "operations" && /^            - / && part == "request" { print "ask", op, $2; next }

END { item_end() }
