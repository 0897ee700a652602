#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Scans C and C++ files that somebody damaged: tokens deleted, repeated,
# exchanged and taken from another file, text cut short, bytes turned into
# others. Many files to a scan, in turn with each format and with fixes.
#
#   mutate.py --ungil build/release/bin/ungil --count 10000 FOLDER...
#
# The same seed makes the same mutants. What breaks a scan stays in the folder
# that --keep names, one mutant to a folder where one alone does it. A unit in
# which Clang itself crashes is no fault of ours as long as the scan names it;
# with --clang those that Clang gets through on its own are told apart.

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from scan import Broken, arguments, scan

SUFFIXES = (".c", ".cc", ".cpp", ".cxx")
MAX_BYTES = 150000
TOKEN = re.compile(rb'"(?:\\.|[^"\\\n])*"|\w+|\s+|->|[^\w\s]')
KINDS = ("json", "json", "json", "fix", "sarif", "html", "full", "github", "markdown", "gitlab", "json-lines")


def sources(folders):
    found = []
    for folder in folders:
        for here, inside, names in os.walk(folder):
            inside.sort()
            for name in sorted(names):
                path = os.path.join(here, name)
                if name.endswith(SUFFIXES) and os.path.isfile(path):
                    if 0 < os.path.getsize(path) <= MAX_BYTES:
                        found.append(path)
    return found


def read(path):
    with open(path, "rb") as file:
        return file.read()


#--- Damage --------------------------------------------------------------------


def delete(tokens, chance, other):
    at = chance.randrange(len(tokens))
    del tokens[at : at + chance.choice((1, 1, 1, 2, 5, 40))]


def repeat(tokens, chance, other):
    at = chance.randrange(len(tokens))
    part = tokens[at : at + chance.choice((1, 1, 3, 20, 200))]
    tokens[at:at] = part * chance.choice((1, 1, 2, 50))


def exchange(tokens, chance, other):
    a, b = chance.randrange(len(tokens)), chance.randrange(len(tokens))
    tokens[a], tokens[b] = tokens[b], tokens[a]


def replace(tokens, chance, other):
    tokens[chance.randrange(len(tokens))] = chance.choice(tokens)


def borrow(tokens, chance, other):
    lines = other.splitlines(keepends=True)
    at = chance.randrange(len(lines))
    tokens.insert(chance.randrange(len(tokens) + 1), b"".join(lines[at : at + chance.choice((1, 3, 30))]))


def cut(tokens, chance, other):
    del tokens[chance.randrange(len(tokens)) :]


def damage(tokens, chance, other):
    at = chance.randrange(len(tokens))
    bad = chance.choice((b"\0", b"\xff", b"\xe9", b"\r", b"\xc3", b"\x1b[31m", b"\xef\xbb\xbf", b"??/\n", b"\\\n", b"\x0c"))
    inside = chance.randrange(len(tokens[at]) + 1)
    tokens[at] = tokens[at][:inside] + bad + tokens[at][inside:]


def nest(tokens, chance, other):
    tokens.insert(chance.randrange(len(tokens)), chance.choice((b"(", b"{", b"[", b"#if 1\n", b"/*", b'"', b"<")) *
                  chance.choice((1, 10, 300)))


DAMAGES = (delete, delete, delete, repeat, repeat, exchange, exchange, replace, replace, borrow, cut, damage, nest)


def mutant(text, other, chance):
    tokens = TOKEN.findall(text) or [b" "]
    for _ in range(chance.choice((1, 1, 2, 3, 8))):
        if tokens:
            chance.choice(DAMAGES)(tokens, chance, other)
    return b"".join(tokens)


#--- Scans ---------------------------------------------------------------------


def options_of(kind):
    common = ["-j1", "--no-build", "--min-confidence", "low", "--timeout", "20", "--memory-limit", "2048"]
    return common + (["--fix=suggested", "--diff", "--no-verify"] if kind == "fix" else [])


def attempt(options, folder, kind):
    return scan(options, [folder], *options_of(kind), kind="diff" if kind == "fix" else kind, timeout=600)


class Batch:
    def __init__(self, options, number, files):
        self.options, self.number = options, number
        self.chance = random.Random("%d-%d" % (options.seed, number))
        self.kind = KINDS[number % len(KINDS)]
        self.files = [self.chance.choice(files) for _ in range(options.per_scan)]
        self.others = [self.chance.choice(files) for _ in range(options.per_scan)]
        self.broken, self.notes = [], Counter()

    def make(self, folder):
        os.mkdir(os.path.join(folder, ".git"))
        for i, (path, other) in enumerate(zip(self.files, self.others)):
            name = "m%d-%d%s" % (self.number, i, os.path.splitext(path)[1])
            with open(os.path.join(folder, name), "wb") as out:
                out.write(mutant(read(path), read(other), self.chance))

    def keep(self, path):
        place = os.path.join(self.options.keep, "%s-%s" % (self.kind, os.path.basename(path)))
        shutil.copytree(path, place, dirs_exist_ok=True) if os.path.isdir(path) else shutil.copy(path, place)
        return place

    def note(self, result, folder):
        self.notes["mutants"] += len(self.files)
        for name, why in result.unread().items():
            path = os.path.join(folder, name)
            if not os.path.isfile(path):
                continue
            short = re.sub(r"\d+", "N", why.split(" (", 1)[0].split(": ", 1)[0])
            if "crashed" in why:
                short += " in " + self.who(path)
                print("    %s: %s" % (self.keep(path), why), flush=True)
            self.notes["not read: " + short[:60]] += 1

    def who(self, path):
        """Whose crash is it? Clang's, when it crashes without us."""
        if not self.options.clang:
            return "Clang or ours"
        command = [self.options.clang, "-fsyntax-only", "-w", "-ferror-limit=0", "-isystem", self.options.python, path]
        alone = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        return "Clang" if b"PLEASE submit a bug report" in alone.stderr else "OURS"

    def run(self):
        folder = tempfile.mkdtemp(prefix="ungil-mutants-")
        try:
            self.make(folder)
            try:
                self.note(attempt(self.options, folder, self.kind), folder)
            except Broken as bad:
                self.narrow(folder, bad)
        finally:
            shutil.rmtree(folder)
        return self

    def narrow(self, folder, bad):
        alone = []
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                try:
                    attempt(self.options, path, self.kind)
                except Broken as why:
                    alone.append("%s: %s" % (self.keep(path), why))
        self.broken = alone or ["%s: only together: %s" % (self.keep(folder), bad)]


def main():
    parser = arguments("Scans damaged sources.")
    parser.add_argument("folder", nargs="+", help="of sources to damage")
    parser.add_argument("--count", type=int, default=1000, help="of mutants")
    parser.add_argument("--per-scan", type=int, default=25)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="batch to begin with")
    parser.add_argument("-j", "--jobs", type=int, default=1)
    parser.add_argument("--keep", default="mutants-kept", help="folder for what breaks")
    parser.add_argument("--clang", help="to ask whether a crash is its own")
    options = parser.parse_args()
    os.makedirs(options.keep, exist_ok=True)
    files = sources(options.folder)
    if not files:
        parser.error("no C or C++ file in " + ", ".join(options.folder))
    batches = (options.count + options.per_scan - 1) // options.per_scan
    total, broken = Counter(), 0
    with ThreadPoolExecutor(options.jobs) as pool:
        numbers = range(options.first, options.first + batches)
        for done in pool.map(lambda n: Batch(options, n, files).run(), numbers):
            total += done.notes
            for line in done.broken:
                broken += 1
                print("BROKEN (batch %d): %s" % (done.number, line), flush=True)
            if done.number % 20 == 0:
                print("batch %d: %s" % (done.number, dict(total)), flush=True)
    print("%d files, seed %d; broken scans: %d" % (len(files), options.seed, broken))
    for what, count in sorted(total.items()):
        print("%8d %s" % (count, what))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
