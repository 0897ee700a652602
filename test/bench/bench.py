# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times a whole scan against the compiler's own front end and other tools.

All read the same files with the same flags in one run. What counts is CPU time
(user and system, of all processes) and the largest process. `tools/dev bench`
runs this; it is no test, for machines differ and share their time.

    bench.py --ungil U --clang C --cpython SOURCES   CPython's own modules
    bench.py --ungil U --clang C --pybind11 SOURCES --python INCLUDE
                                                     the tests of pybind11
    bench.py --ungil U --clang C --python INCLUDE FOLDER [-- FLAG...]

Rows: clang once per file; a scan that knows nothing, with one job and with two;
the same scan again; the same with the command of one file changed, which is
what an edit of that file costs; with --others, clang-tidy and cppcheck.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON_H = re.compile(r'^\s*#\s*include\s*["<]Python\.h[">]', re.M)


def run(command, cwd, **more):
    """Runs command; returns its exit code, CPU seconds and peak memory (kB)."""
    child = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, **more)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime, usage.ru_maxrss


def including_python(folder):
    for path in sorted(folder.rglob("*.c")):
        if PYTHON_H.search(path.read_text(errors="replace")):
            yield path


def choose(options):
    """The files to read and the flags to read them with."""
    flags = ["-std=c11", "-w", "-DPy_GIL_DISABLED=1"]
    if options.cpython:
        root = options.cpython
        flags += ["-DPy_BUILD_CORE_MODULE=1", "-DNDEBUG"]
        flags += [f"-I{root / name}" for name in ("Include", "Include/internal")]
        folder, include = root / "Modules", root / "Include"
    elif options.pybind11:
        folder, include = options.pybind11 / "tests", options.python
        flags = ["-std=c++17", *flags[1:], f"-I{include}", f"-I{folder}"]
        flags += [f"-I{options.pybind11 / 'include'}"]
        return folder, include, flags, sorted(folder.glob("test_*.cpp"))
    else:
        folder, include = options.folder, options.python
        flags += [f"-I{include}", f"-I{folder}"]
    return folder, include, flags + options.flags, including_python(folder)


def time_each(command, files, flags, cwd):
    """CPU seconds and peak of one process per file."""
    seconds, peak = 0.0, 0
    for path in files:
        _, took, memory = run(
            [*command, str(path), *flags],
            cwd,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        seconds, peak = seconds + took, max(peak, memory)
    return seconds, peak


def time_others(files, flags, cwd):
    """Tools that are installed, by name."""
    for name, command, more in (
        ("clang-tidy concurrency-*", ["clang-tidy-19"], ["--", *flags]),
        (
            "cppcheck",
            ["cppcheck", "-q"],
            [f for f in flags if f.startswith(("-I", "-D"))],
        ),
    ):
        if not shutil.which(command[0]):
            print(f"bench: no {command[0]} here", file=sys.stderr)
            continue
        if name.startswith("clang-tidy"):
            command = [*command, "--quiet", "--checks=-*,concurrency-*"]
        yield name, time_each(command, files, more, cwd)


class Scan:
    """A scan of files, with a cache of its own."""

    def __init__(self, options, folder, include, files, flags, cwd):
        self.cwd, self.files, self.flags = Path(cwd), files, flags
        self.report = self.cwd / "report.json"
        self.command = [options.ungil, "scan", str(folder), "-p", str(cwd)]
        self.command += ["--root", str(folder), "--python", str(include)]
        self.command += ["--exit-zero", "--format", "json", "-o", str(self.report)]
        for path in files:
            self.command += ["--only", str(path)]

    def write_database(self, changed=None):
        commands = [
            {
                "directory": str(self.cwd),
                "file": str(path),
                "arguments": [
                    "clang++" if path.suffix == ".cpp" else "clang",
                    *self.flags,
                    *(["-DUNGIL_BENCH_CHANGED"] if path == changed else []),
                    "-c",
                    str(path),
                ],
            }
            for path in self.files
        ]
        (self.cwd / "compile_commands.json").write_text(json.dumps(commands))

    def time(self, cache, jobs=1, changed=None):
        self.write_database(changed)
        environment = dict(os.environ)
        environment.pop("UNGIL_NO_CACHE", None)
        code, seconds, peak = run(
            [*self.command, "-j", str(jobs), "--cache-dir", str(cache)],
            self.cwd,
            env=environment,
            stderr=subprocess.DEVNULL,
        )
        if code != 0:
            sys.exit(f"bench: ungil exits with {code}: {' '.join(self.command[:12])}")
        coverage = json.loads(self.report.read_text())["coverage"]
        if coverage["parsed"] != len(self.files) or coverage["withErrors"]:
            print(
                f"bench: not the same work: {len(self.files)} files, ungil parsed "
                f"{coverage['parsed']}, {coverage['withErrors']} with errors",
                file=sys.stderr,
            )
        return seconds, peak

    def rows(self):
        middle = self.files[len(self.files) // 2]
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            yield "ungil, cold, -j1", self.time(one)
            yield "ungil, cold, -j2", self.time(two, jobs=2)
            yield "ungil, warm", self.time(one)
            yield "ungil, one file changed", self.time(one, changed=middle)


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ungil", required=True)
    parser.add_argument("--clang", required=True)
    parser.add_argument("--cpython", type=lambda text: Path(text).resolve())
    parser.add_argument("--pybind11", type=lambda text: Path(text).resolve())
    parser.add_argument("--others", action="store_true", help="time other tools, too")
    parser.add_argument("--most", type=int, help="read so many files only")
    parser.add_argument("--python", type=lambda text: Path(text).resolve())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("folder", nargs="?", type=lambda text: Path(text).resolve())
    parser.add_argument("flags", nargs="*", help="more flags, after --")
    options = parser.parse_args()
    where = options.pybind11 or options.folder
    if not options.cpython and not (where and options.python):
        parser.error("give --cpython, or --python and a folder or --pybind11")
    return options


def main():
    options = parse_arguments()
    folder, include, flags, candidates = choose(options)
    with tempfile.TemporaryDirectory() as cwd:
        # Also reads everything into the page cache, for all sides.
        files = [
            path
            for path in list(candidates)[: options.most]
            if run(
                [options.clang, "-fsyntax-only", *flags, str(path)],
                cwd,
                stderr=subprocess.DEVNULL,
            )[0]
            == 0
        ]
        if not files:
            sys.exit("bench: no file compiles")
        scan = Scan(options, folder, include, files, flags, cwd)
        best = {}
        for _ in range(options.rounds):
            rows = [
                (
                    "clang -fsyntax-only",
                    time_each([options.clang, "-fsyntax-only"], files, flags, cwd),
                ),
                *scan.rows(),
            ]
            for name, found in rows:
                best[name] = tuple(map(min, zip(found, best.get(name, found))))
        if options.others:
            best.update(time_others(files, flags, cwd))
    clang, cold = best["clang -fsyntax-only"], best["ungil, cold, -j1"]
    print(f"{len(files)} files of {folder}, best of {options.rounds} rounds")
    print(f"{'':26}{'CPU s':>9}{'of clang':>10}{'of cold':>9}{'peak MB':>9}")
    for name, (seconds, peak) in best.items():
        print(
            f"{name:26}{seconds:9.2f}{seconds / clang[0]:10.2f}"
            f"{seconds / cold[0]:9.3f}{peak / 1024:9.0f}"
        )


if __name__ == "__main__":
    main()
