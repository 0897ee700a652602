# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Times a whole scan against the compiler's own front end.

Both read the same C files with the same flags, one process at a time, in one
run: `ungil scan -j1` over all of them, and `clang -fsyntax-only` once per
file. What counts is CPU time (user and system, of all processes) and the
largest process. `tools/dev bench` runs this; it is no test, for machines
differ and share their time.

    bench.py --ungil U --clang C --cpython SOURCES   CPython's own modules
    bench.py --ungil U --clang C --python INCLUDE FOLDER [-- FLAG...]
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

MIN_FILES = 40
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
    else:
        folder, include = options.folder, options.python
        flags += [f"-I{include}", f"-I{folder}"]
    return folder, include, flags + options.flags


def time_clang(options, files, flags, cwd):
    seconds, peak = 0.0, 0
    for path in files:
        code, took, memory = run(
            [options.clang, "-fsyntax-only", *flags, str(path)], cwd
        )
        if code != 0:
            sys.exit(f"bench: clang fails on {path}, which it read before")
        seconds, peak = seconds + took, max(peak, memory)
    return seconds, peak


def time_ungil(options, folder, include, files, database, cwd):
    report = Path(cwd) / "report.json"
    command = [options.ungil, "scan", str(folder), "-j", "1", "-p", str(database)]
    command += ["--root", str(folder), "--python", str(include), "--exit-zero"]
    command += ["--format", "json", "-o", str(report)]
    for path in files:
        command += ["--only", str(path)]
    # Facts of an earlier round must not help this one.
    with tempfile.TemporaryDirectory() as cache:
        environment = dict(os.environ, XDG_CACHE_HOME=cache)
        code, seconds, peak = run(
            command, cwd, env=environment, stderr=subprocess.DEVNULL
        )
    if code != 0:
        sys.exit(f"bench: ungil exits with {code}: {' '.join(command[:12])} ...")
    coverage = json.loads(report.read_text())["coverage"]
    if coverage["parsed"] != len(files) or coverage["withErrors"]:
        print(
            f"bench: not the same work: {len(files)} files, ungil parsed "
            f"{coverage['parsed']}, {coverage['withErrors']} with errors",
            file=sys.stderr,
        )
    return seconds, peak


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--ungil", required=True)
    parser.add_argument("--clang", required=True)
    parser.add_argument("--cpython", type=lambda text: Path(text).resolve())
    parser.add_argument("--python", type=lambda text: Path(text).resolve())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("folder", nargs="?", type=lambda text: Path(text).resolve())
    parser.add_argument("flags", nargs="*", help="more flags, after --")
    options = parser.parse_args()
    if not options.cpython and not (options.folder and options.python):
        parser.error("give --cpython, or --python and a folder")
    return options


def main():
    options = parse_arguments()
    folder, include, flags = choose(options)
    with tempfile.TemporaryDirectory() as cwd:
        # Also reads everything into the page cache, for both sides.
        files = [
            path
            for path in including_python(folder)
            if run(
                [options.clang, "-fsyntax-only", *flags, str(path)],
                cwd,
                stderr=subprocess.DEVNULL,
            )[0]
            == 0
        ]
        if len(files) < MIN_FILES:
            print(f"bench: only {len(files)} files compile", file=sys.stderr)
        if not files:
            sys.exit(2)
        commands = [
            {
                "directory": cwd,
                "file": str(path),
                "arguments": ["clang", *flags, "-c", str(path)],
            }
            for path in files
        ]
        (Path(cwd) / "compile_commands.json").write_text(json.dumps(commands))

        rounds = [
            (
                time_clang(options, files, flags, cwd),
                time_ungil(options, folder, include, files, cwd, cwd),
            )
            for _ in range(options.rounds)
        ]
    clang, ungil = (tuple(map(min, zip(*side))) for side in zip(*rounds))
    print(f"{len(files)} files of {folder}, best of {options.rounds} rounds")
    print(f"{'':22}{'CPU s':>10}{'peak MB':>10}")
    for name, (seconds, peak) in (
        ("clang -fsyntax-only", clang),
        ("ungil scan -j1", ungil),
    ):
        print(f"{name:22}{seconds:10.2f}{peak / 1024:10.0f}")
    print(f"{'ratio':22}{ungil[0] / clang[0]:10.2f}{ungil[1] / clang[1]:10.2f}")


if __name__ == "__main__":
    main()
