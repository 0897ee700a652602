# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""schema.py SCHEMA FILE...: checks JSON files by a JSON schema.

As much of drafts 4 to 7 as the schemas here use; a keyword that is not known
is an error, so that nothing is taken for checked that is not.
"""

import json
import re
import sys

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
}
SILENT = {"$schema", "id", "title", "description", "default", "definitions", "format"}


def has_type(value, name):
    if name in ("integer", "number"):
        kinds = int if name == "integer" else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Checker:
    def __init__(self, root):
        self.root = root

    def resolve(self, ref):
        node = self.root
        for part in ref.removeprefix("#/").split("/"):
            node = node[part]
        return node

    def check(self, value, schema, where):
        for key, rule in schema.items():
            if key in SILENT or (key == "additionalProperties" and rule is True):
                continue
            name = "check_" + key.replace("$", "")
            yield from getattr(self, name)(value, rule, schema, where)

    def check_ref(self, value, ref, schema, where):
        yield from self.check(value, self.resolve(ref), where)

    def check_type(self, value, names, schema, where):
        names = [names] if isinstance(names, str) else names
        if not any(has_type(value, name) for name in names):
            yield "%s: %r is not of type %s" % (where, value, "|".join(names))

    def check_enum(self, value, allowed, schema, where):
        if value not in allowed:
            yield "%s: %r is none of %s" % (where, value, allowed)

    def check_properties(self, value, properties, schema, where):
        if isinstance(value, dict):
            for name, rule in properties.items():
                if name in value:
                    yield from self.check(value[name], rule, where + "." + name)

    def check_additionalProperties(self, value, rule, schema, where):
        if not isinstance(value, dict):
            return
        for name in value.keys() - schema.get("properties", {}).keys():
            if rule is False:
                yield "%s: unknown property %s" % (where, name)
            else:
                yield from self.check(value[name], rule, where + "." + name)

    def check_required(self, value, names, schema, where):
        for name in names:
            if isinstance(value, dict) and name not in value:
                yield "%s: lacks %s" % (where, name)

    def check_items(self, value, rule, schema, where):
        if isinstance(value, list):
            for i, item in enumerate(value):
                yield from self.check(item, rule, "%s[%d]" % (where, i))

    def check_minItems(self, value, least, schema, where):
        if isinstance(value, list) and len(value) < least:
            yield "%s: fewer than %d items" % (where, least)

    def check_uniqueItems(self, value, wanted, schema, where):
        if not isinstance(value, list):
            return
        texts = [json.dumps(item, sort_keys=True) for item in value]
        if wanted and len(set(texts)) != len(texts):
            yield "%s: an item twice" % where

    def check_minimum(self, value, least, schema, where):
        if has_type(value, "number") and value < least:
            yield "%s: %s is below %s" % (where, value, least)

    def check_maximum(self, value, most, schema, where):
        if has_type(value, "number") and value > most:
            yield "%s: %s is above %s" % (where, value, most)

    def check_minLength(self, value, least, schema, where):
        if isinstance(value, str) and len(value) < least:
            yield "%s: shorter than %d" % (where, least)

    def check_pattern(self, value, pattern, schema, where):
        if isinstance(value, str) and not re.search(pattern, value):
            yield "%s: %r does not match %s" % (where, value, pattern)

    def check_anyOf(self, value, options, schema, where):
        failures = [list(self.check(value, one, where)) for one in options]
        if all(failures):
            yield from failures[0]

    def check_oneOf(self, value, options, schema, where):
        fitting = sum(not list(self.check(value, one, where)) for one in options)
        if fitting != 1:
            yield "%s: fits %d of the alternatives" % (where, fitting)


def main():
    with open(sys.argv[1]) as file:
        schema = json.load(file)
    problems = []
    for name in sys.argv[2:]:
        with open(name) as file:
            problems += Checker(schema).check(json.load(file), schema, name)
    print("\n".join(problems) or "valid")
    return bool(problems)


sys.exit(main())
