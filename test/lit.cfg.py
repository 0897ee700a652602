# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Tests of the program and the plugin. They run with the headers that
# `--param headers=` names:
#
#   hermetic  test/Inputs/python, small headers of our own
#   real      those of the newest CPython 3.13 on this machine, or unpacked by
#             `tools/dev headers 3.13`; no such headers is an error
#
# Substitutions:
#
#   %ungil           the program
#   %scan            `ungil scan` with those headers, nothing else looked up
#   %python_headers  the folder that holds Python.h
#   %inputs          test/Inputs
#   %source          the checkout
#   %clang_tidy      clang-tidy of the same LLVM
#   %plugin          ungil-tidy-NN.so
#   %tidy            clang-tidy with the plugin loaded
#   %clang           clang of the same LLVM
#   %llvm_nm         llvm-nm, likewise
#   %check_rule      check-rule.py with the program, the plugin and those headers
#   %check_fix       check-fix.py, likewise
#   %ungil_tidy      the wrapper
#   %python          the Python interpreter that runs lit
#
# Features: headers-hermetic or headers-real, clang-tidy-plugin, llvm-NN,
# no-sanitizer, shared-llvm, and the programs among mandoc, zsh, fish and nvim that are installed.

import os
import shutil
import subprocess

import lit.formats

config.name = "ungil"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test", ".c", ".cpp"]
config.excludes = ["Inputs", "unit", "bench", "fuzz", "api-probe", "fixtures", "package", "page"]
config.test_source_root = os.path.dirname(__file__)

llvm_bin = os.path.join(config.ungil_llvm_root, "bin")
inputs = os.path.join(config.test_source_root, "Inputs")
ungil = os.path.join(config.ungil_build, "bin", "ungil")
plugin = os.path.join(
    config.ungil_build, "lib", "ungil", "plugins", "ungil-tidy-%s.so" % config.ungil_llvm
)
clang_tidy = os.path.join(llvm_bin, "clang-tidy")


def real_headers():
    command = [os.path.join(config.ungil_source, "tools", "dev"), "headers", "3.13"]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        lit_config.fatal("no headers of CPython 3.13:\n" + run.stderr)
    return run.stdout.strip()


headers = lit_config.params.get("headers", "hermetic")
if headers == "real":
    python_headers = real_headers()
elif headers == "hermetic":
    python_headers = os.path.join(inputs, "python")
else:
    lit_config.fatal("--param headers= takes hermetic or real, not " + headers)

config.test_exec_root = os.path.join(config.ungil_build, "test", headers)
config.available_features.add("headers-" + headers)
config.available_features.add("llvm-" + config.ungil_llvm)

if config.ungil_static != "ON":
    config.available_features.add("shared-llvm")
if not config.ungil_sanitize:
    config.available_features.add("no-sanitizer")

for program in ("mandoc", "zsh", "fish", "nvim"):
    if shutil.which(program):
        config.available_features.add(program)

# What the user's machine says must not change a test.
config.environment["PATH"] = os.pathsep.join(
    [llvm_bin, os.path.join(config.ungil_build, "bin"), os.environ["PATH"]]
)
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]
config.environment["XDG_CACHE_HOME"] = os.path.join(config.test_exec_root, "cache")
config.environment["NO_COLOR"] = "1"
config.environment["UNGIL_NO_CACHE"] = "1"
config.environment.pop("UNGIL_PYTHON_INCLUDE", None)

front_ends = ["--ungil", ungil, "--python-headers", python_headers]
if os.path.exists(plugin) and os.path.exists(clang_tidy):
    config.available_features.add("clang-tidy-plugin")
    front_ends += ["--clang-tidy", clang_tidy, "--plugin", plugin]


def checker(script):
    path = os.path.join(config.test_source_root, script)
    return " ".join([config.ungil_python, path] + front_ends)



# Longer names first: lit replaces in this order.
config.substitutions += [
    ("%python_headers", python_headers),
    ("%python", config.ungil_python),
    ("%inputs", inputs),
    ("%source", config.ungil_source),
    ("%scan", "%s scan --no-build --python %s" % (ungil, python_headers)),
    ("%check_rule", checker("check-rule.py")),
    ("%check_fix", checker("check-fix.py")),
    ("%ungil_tidy", os.path.join(config.ungil_build, "bin", "ungil-tidy")),
    ("%ungil", ungil),
    ("%tidy", "%s -load=%s" % (clang_tidy, plugin)),
    ("%clang_tidy", clang_tidy),
    ("%clang", os.path.join(llvm_bin, "clang")),
    ("%plugin", plugin),
    ("%llvm_nm", os.path.join(llvm_bin, "llvm-nm")),
    ("%FileCheck", os.path.join(llvm_bin, "FileCheck")),
]
