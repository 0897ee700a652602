# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Reads a profile of clang-tidy: does one check take most of the time?"""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    profile = json.load(file)["profile"]
times = sorted(
    time
    for name, time in profile.items()
    if name.startswith("time.clang-tidy.ungil-") and name.endswith(".wall")
)
if len(times) < 2:
    sys.exit("the profile holds %d checks" % len(times))
if sum(times[:-1]) >= times[-1]:
    sys.exit("no check takes most of the time: %s" % times)
