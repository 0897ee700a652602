# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""config.py FILE LINE...: writes the lines to the file."""

import sys

with open(sys.argv[1], "w") as out:
    out.writelines(line + "\n" for line in sys.argv[2:])
