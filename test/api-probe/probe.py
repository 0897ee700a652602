#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Holds rules/api/*.json against the headers of a real CPython.

    probe.py [--data rules/api] [--clang clang++-19] INCLUDE-DIR...

For each folder with a Python.h, writes a C++ file that names everything the
data says of that version and lets clang judge it:

* a name the data says exists must be a macro or be declared;
* a name the data says does not exist (not yet, no more, or internal only)
  must be neither;
* an argument number must be one the function has, of pointer type, and
  writable where something is stored through it;
* a function whose result the data speaks of must return a pointer.

Exit code 0: data and headers agree; 1: they do not; 2: nothing was compared.
"""

import argparse
import collections
import json
import pathlib
import re
import subprocess
import sys
import tempfile

PROBED_KINDS = {"function", "inline", "macro", "removed", "internal"}
HEADERS = ["Python.h", "structmember.h", "datetime.h", "frameobject.h",
           "marshal.h"]

PRELUDE = r"""
#include <tuple>
#include <type_traits>
template <class F> struct Probe;
template <class R, class... A> struct Probe<R (*)(A...)> {
  using Result = R;
  static constexpr int Count = sizeof...(A);
  static constexpr bool More = false;
  template <int I> using Arg = std::tuple_element_t<I, std::tuple<A...>>;
};
template <class R, class... A> struct Probe<R (*)(A..., ...)> {
  using Result = R;
  static constexpr int Count = sizeof...(A);
  static constexpr bool More = true;
  template <int I> using Arg = std::tuple_element_t<I, std::tuple<A...>>;
};
template <class R, class... A>
struct Probe<R (*)(A...) noexcept> : Probe<R (*)(A...)> {};
template <class R, class... A>
struct Probe<R (*)(A..., ...) noexcept> : Probe<R (*)(A..., ...)> {};
template <class F, int I> constexpr bool pointer() {
  using P = Probe<F>;
  if constexpr (I < P::Count)
    return std::is_pointer_v<typename P::template Arg<I>>;
  else
    return P::More;
}
template <class F, int I> constexpr bool writable() {
  using P = Probe<F>;
  if constexpr (I < P::Count) {
    using T = typename P::template Arg<I>;
    return std::is_pointer_v<T> &&
           !std::is_const_v<std::remove_pointer_t<T>>;
  } else
    return P::More;
}
template <class F> constexpr bool returnsPointer() {
  return std::is_pointer_v<typename Probe<F>::Result>;
}
"""


def version(text):
    major, minor = text.split(".")
    return int(major), int(minor)


def load(folder):
    """Name -> merged entry, as Api::extend merges."""
    entries = collections.OrderedDict()
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        for function in json.loads(path.read_text())["functions"]:
            entry = entries.setdefault(function["name"], {"kind": "function"})
            entry.update(function)
    return {name: e for name, e in entries.items()
            if e["kind"] in PROBED_KINDS and re.match(r"_?Py[A-Z_a-z]", name)}


def strong_names(entries):
    """The replacements the data recommends, with the version that has them."""
    out = {}
    for entry in entries.values():
        strong = entry.get("borrow", {}).get("strong")
        if strong:
            out[strong["name"]] = {"since": strong.get("since", "3.0"),
                                   "kind": "function"}
    return out


def expected(entry, at):
    if entry["kind"] == "internal":
        return False
    if "since" in entry and at < version(entry["since"]):
        return False
    return not ("removed" in entry and at >= version(entry["removed"]))


def pointers(entry):
    """(pointer arguments, written arguments, result is a pointer)."""
    some, written, result = set(), set(), False
    borrow, own = entry.get("borrow", {}), entry.get("ownership", {})
    if "owner" in borrow:
        some.add(borrow["owner"])
    written.update(borrow.get("outs", []))
    some.update(entry.get("lock", {}).get("objects", []))
    for key in ("steals", "keeps", "mutates", "releases", "retains"):
        some.update(own.get(key, []))
    for key in ("into", "returns"):
        if key in own:
            some.add(own[key])
    written.update(own.get("outs", []))
    if "handle" in entry.get("lock", {}):
        some.add(entry["lock"]["handle"])
    if "pointer" in entry.get("alloc", {}):
        some.add(entry["alloc"]["pointer"])
    for callback in entry.get("callbacks", []):
        some.add(callback["argument"])
    some.update(entry.get("memory", {}).get("reads", []))
    written.update(entry.get("memory", {}).get("writes", []))
    result = bool(own.get("fresh") or own.get("newReference")) or (
        "borrow" in entry and "outs" not in borrow)
    return some, written, result


class Compiler:
    def __init__(self, clang, include):
        self.command = [clang, "-x", "c++", "-std=c++20", "-fsyntax-only", "-w",
                        "-ferror-limit=0", "-fno-spell-checking",
                        "-fno-color-diagnostics", "-fno-caret-diagnostics",
                        "-DPy_GIL_DISABLED=1", "-I", str(include),
                        # Debian's pyconfig.h includes one beside the folder.
                        "-I", str(include.parent)]
        self.include = include

    def prologue(self):
        found = [h for h in HEADERS if (self.include / h).exists()]
        return "".join(f"#include <{h}>\n" for h in found) + PRELUDE

    def errors(self, lines):
        """Errors by index into lines; fails on errors anywhere else."""
        with tempfile.NamedTemporaryFile("w", suffix=".cpp") as file:
            file.write(self.prologue())
            for i, line in enumerate(lines):
                file.write(f'#line {i + 1} "probe"\n{line}\n')
            file.flush()
            run = subprocess.run(self.command + [file.name], text=True,
                                 capture_output=True)
        out, others = {}, []
        for text in run.stderr.splitlines():
            match = re.match(r"probe:(\d+):\d+: (?:fatal )?error: (.*)", text)
            if match:
                out.setdefault(int(match[1]) - 1, match[2])
            elif " error: " in text:
                others.append(text)
        if others or (run.returncode and not out):
            sys.exit("the headers do not compile:\n" +
                     ("\n".join(others[:20]) or run.stderr))
        return out


def here(compiler, names):
    """Which names are macros or declared, and which are functions."""
    lines = []
    for name in names:
        lines.append(f'#ifndef {name}\n#line {len(lines) + 1} "probe"\n'
                     f"auto probe_{name} = &{name};\n#endif")
        lines.append("static_assert(std::is_function_v<"
                     f"std::remove_reference_t<decltype(({name}))>>);")
    errors = compiler.errors(lines)
    exist = {n for i, n in enumerate(names) if 2 * i not in errors}
    functions = {n for i, n in enumerate(names) if 2 * i + 1 not in errors}
    return exist, functions


def check_arguments(compiler, entries, functions):
    lines, about = [], []
    for name, entry in entries.items():
        callee = next((n for n in [name] + entry.get("ast", []) if n in functions),
                      None)
        if not callee:
            continue
        some, written, result = pointers(entry)
        kind = f"decltype(&({callee}))"
        for i in sorted(some):
            lines.append(f"static_assert(pointer<{kind}, {i}>());")
            about.append(f"{name}: argument {i} is no pointer of the function")
        for i in sorted(written):
            lines.append(f"static_assert(writable<{kind}, {i}>());")
            about.append(f"{name}: argument {i} is no writable pointer of the function")
        if result:
            lines.append(f"static_assert(returnsPointer<{kind}>());")
            about.append(f"{name}: does not return a pointer")
    bad = compiler.errors(lines)
    return len(lines), [about[i] for i in sorted(bad)]


def probe(entries, clang, include):
    if not (include / "patchlevel.h").exists():
        sys.exit(f"{include}: no patchlevel.h, so no headers of CPython")
    text = (include / "patchlevel.h").read_text()
    at = tuple(int(re.search(rf"#define\s+PY_{part}_VERSION\s+(\d+)", text)[1])
               for part in ("MAJOR", "MINOR"))
    compiler = Compiler(clang, include)
    wanted = dict(strong_names(entries), **entries)
    asts = {a for e in entries.values() for a in e.get("ast", [])
            if re.fullmatch(r"\w+", a)}
    exist, functions = here(compiler, sorted(set(wanted) | asts))
    wrong = []
    for name, entry in sorted(wanted.items()):
        if expected(entry, at) != (name in exist):
            wrong.append(f"{name}: " + ("in the headers, but the data says not"
                                        if name in exist else
                                        "not in the headers, but the data says so"))
    count, arguments = check_arguments(compiler, {n: e for n, e in entries.items()
                                                  if expected(e, at)}, functions)
    wrong += arguments
    print(f"{'.'.join(map(str, at))}: {len(wanted)} names, {len(exist)} there, "
          f"{count} questions about arguments, {len(wrong)} wrong")
    for line in wrong:
        print("  " + line)
    return len(wanted), count, bool(wrong)


def main():
    root = pathlib.Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", default=root / "rules/api")
    parser.add_argument("--clang", default="clang++-19")
    parser.add_argument("include", nargs="+", type=pathlib.Path)
    options = parser.parse_args()
    entries = load(options.data)
    failed = False
    for include in options.include:
        names, questions, wrong = probe(entries, options.clang, include)
        if not names or not questions:
            sys.exit("nothing to compare")
        failed |= wrong
    return int(failed)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except SystemExit as error:
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
            sys.exit(2)
        raise
