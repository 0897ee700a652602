#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# A tree brings its own flags: in a compilation database, in response files, in
# ungil.toml. Each flag here would load code, start a program or write a file
# if a compiler got it. The scan must read the source all the same, and leave
# nothing behind but its report.
#
#   confined.py --ungil build/dev/bin/ungil --clang clang-19 [--strace]
#
# With --strace nothing else is even opened for writing, and no program started.

import json
import os
import re
import shutil
import sys
import tempfile

from scan import Broken, arguments, scan

SOURCE = """#include <Python.h>
#include <time.h>
#ifndef FROM_RESPONSE
#define FROM_RESPONSE 0
#endif
#if FROM_RESPONSE == 2
#error "a response file from elsewhere was read"
#endif
#ifdef CONFIGURED
#error "a driver configuration was read"
#endif
PyObject *f(PyObject *self, PyObject *args) {
  time_t t = 0;
  return PyLong_FromLong(localtime(&t)->tm_hour);
}
"""

# OUT is a file that must not be there afterwards, LIB a library that makes
# one when it is loaded, BIN a folder of programs that do when they are run.
FLAGS = """
-o OUT
-oOUT
-MD
-MMD -MF OUT
-MD -MFOUT
-MJ OUT
-MJOUT
-gen-cdb-fragment-path OUTDIR
-fplugin=LIB
-fpass-plugin=LIB
-Xclang -load -Xclang LIB
-Xclang -load -Xclang LIB -Xclang -plugin -Xclang hit
-Xclang -load -Xclang LIB -Xclang -add-plugin -Xclang hit
-load LIB
-mllvm -load=LIB
-Xclang -mllvm -Xclang -load=LIB
-mllvm -stats -Xclang -stats-file=OUT
-B BIN
-BBIN -fno-integrated-as -fno-integrated-cc1
-fuse-ld=BIN/ld
-wrapper BIN/wrap
-specs=OUT
--specs=OUT
--config CFG
--config=CFG
--config-user-dir=CFGDIR --config=extra.cfg
-save-temps
-save-temps=obj -o OUT
--save-temps
-ftime-trace=OUT
-ftime-trace
-ftime-report
-serialize-diagnostics OUT
--serialize-diagnostics OUT
-Xclang -serialize-diagnostic-file -Xclang OUT
-Xclang -diagnostic-log-file -Xclang OUT
-Xclang -dependency-file -Xclang OUT -Xclang -MT -Xclang x
-Xclang -dependency-dot -Xclang OUT
-Xclang -header-include-file -Xclang OUT
-Xclang -emit-pch -o OUT
-Xclang -emit-llvm -Xclang -o -Xclang OUT
-E -o OUT
-S -o OUT
-emit-llvm -c -o OUT
-emit-ast -o OUT
--analyze -o OUTDIR
-fmodules -fmodules-cache-path=OUTDIR
-fmodules -fimplicit-modules -fmodule-name=x -fbuild-session-file=OUT
-fcxx-modules -fmodules -fmodules-cache-path=OUTDIR -fmodule-output=OUT
-index-store-path OUTDIR
-fcrash-diagnostics-dir=OUTDIR -gen-reproducer=always
-dumpdir OUT
-dumpbase OUT
-aux-info OUT
-fproc-stat-report=OUT
-fprofile-generate=OUTDIR
-fopenmp -fopenmp-targets=amdgcn-amd-amdhsa
-fopenmp -fopenmp-targets=nvptx64-nvidia-cuda --offload-arch=native -BBIN
-x cuda --offload-arch=native -BBIN
-x hip --offload-arch=native -BBIN
-march=native
-fsave-optimization-record=yaml -foptimization-record-file=OUT
-include-pch OUTSIDE
-fintegrated-cc1
-ccc-install-dir BIN
--gcc-toolchain=BIN
--verify
@OUTSIDE.rsp
"""

LIBRARY = """#include <fcntl.h>
#include <unistd.h>
__attribute__((constructor)) static void hit(void) {
  close(open("%s", O_CREAT | O_WRONLY, 0666));
}
"""


class Place:
    def __init__(self, options):
        self.top = tempfile.mkdtemp(prefix="ungil-confined-")
        for name in ("tree/.git", "bin", "cfg", "cwd"):
            os.makedirs(os.path.join(self.top, name))
        self.tree = self.path("tree")
        self.write("tree/m.c", SOURCE)
        self.write("outside.rsp", "-DFROM_RESPONSE=2")
        self.write("tree/inside.rsp", "-DFROM_RESPONSE=1")
        self.write("cfg/extra.cfg", "-DCONFIGURED -MJ " + self.path("hit-config"))
        self.write("lib.c", LIBRARY % self.path("hit-library"))
        for name in ("ld", "wrap", "as", "clang", "nvptx-arch", "amdgpu-arch", "offload-arch", "ptxas"):
            self.write("bin/" + name, "#!/bin/sh\n: > '%s'\n" % self.path("hit-" + name))
            os.chmod(self.path("bin/" + name), 0o755)
        if os.system("'%s' -shared -fPIC -o '%s' '%s'" % (options.clang, self.path("lib.so"), self.path("lib.c"))):
            raise Broken("no library to load")

    def path(self, name):
        return os.path.join(self.top, name)

    def write(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)

    def flags(self, line):
        names = {"OUTSIDE.rsp": "outside.rsp", "OUTSIDE": "outside.rsp", "OUTDIR": "hit-folder", "OUT": "hit-file",
                 "LIB": "lib.so", "BIN": "bin", "CFGDIR": "cfg", "CFG": "cfg/extra.cfg"}
        return [re.sub("|".join(names), lambda m: self.path(names[m.group()]), word) for word in line.split()]

    def everything(self):
        return sorted(os.path.join(here, name) for here, folders, names in os.walk(self.top)
                      for name in folders + names)


def traced(place):
    """What a trace says was written to or started, but for the report."""
    found = []
    with open(place.path("trace")) as file:
        for line in file:
            path = re.search(r'"((?:[^"\\]|\\.)*)"', line)
            if not path or "= -1" in line:
                continue
            name = path.group(1)
            if name.startswith(("/dev/null", "/dev/tty", place.path("report"))) or "O_TMPFILE" in line:
                continue
            # tmpfile(), where the file system has no O_TMPFILE
            if not re.match(r"/tmp/tmpf|/tmp/ungil-opening-", name):
                found.append(line.strip())
    return found[1:]  # the first is the start of the program itself


def attempt(options, place, line, how):
    flags = place.flags(line)
    for name in ("tree/compile_commands.json", "tree/ungil.toml"):
        if os.path.exists(place.path(name)):
            os.remove(place.path(name))
    if how == "database":
        place.write("tree/compile_commands.json", json.dumps(
            [{"directory": place.tree, "file": "m.c", "arguments": ["cc", *flags, "-c", "m.c"]}]))
    elif how == "command":
        place.write("tree/compile_commands.json", json.dumps(
            [{"directory": place.tree, "file": "m.c", "command": "cc %s -c m.c" % " ".join(flags)}]))
    else:
        place.write("tree/ungil.toml", "extra-args = " + json.dumps(flags))
    before = place.everything()
    run = options
    if options.strace:
        run = type(options)(**vars(options))
        run.ungil = place.path("traced")
        place.write("traced", "#!/bin/sh\nexec strace -f -qq -o '%s' -e trace=execve,/open.*,/mkdir.*,/unlink.*,"
                    "/rename.* -e signal=none '%s' \"$@\"\n" % (place.path("trace"), options.ungil))
        os.chmod(run.ungil, 0o755)
        before = place.everything()
    result = scan(run, [place.tree], "-o", place.path("report"), "--min-confidence", "low",
                  kind="diff", cwd=place.path("cwd"))
    after = [p for p in place.everything() if p not in before and os.path.basename(p) not in ("report", "trace")]
    if after:
        raise Broken("it left " + ", ".join(after))
    if options.strace:
        written = [l for l in traced(place) if re.search(r"execve|O_WRONLY|O_RDWR|O_CREAT|mkdir|unlink|rename", l)]
        if written:
            raise Broken("it wrote or ran:\n  " + "\n  ".join(written))
    with open(place.path("report")) as file:
        text = file.read()
    if "unsafe-libc" not in text:
        raise Broken("the source was not read: " + result.errors.decode())
    if "FROM_RESPONSE" in result.errors.decode() or "from elsewhere" in result.errors.decode():
        raise Broken(result.errors.decode())


def main():
    parser = arguments("Scans trees whose flags would load, run or write something.")
    parser.add_argument("--clang", required=True)
    parser.add_argument("--strace", action="store_true")
    parser.add_argument("flag", nargs="*", help="to try in place of all")
    options = parser.parse_args()
    place = Place(options)
    bad = 0
    lines = [" ".join(options.flag)] if options.flag else FLAGS.strip().splitlines()
    try:
        for line in lines:
            for how in ("database", "command", "configuration"):
                try:
                    attempt(options, place, line, how)
                except Broken as why:
                    bad += 1
                    print("BROKEN: %s in a %s: %s" % (line, how, why), flush=True)
    finally:
        shutil.rmtree(place.top)
    print("%d sets of flags, three ways each: %d broken" % (len(lines), bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
