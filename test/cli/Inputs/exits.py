# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""exits.py CODE COMMAND...: succeeds when COMMAND ends with exactly CODE.

Its output passes through, standard error first so that both can be checked.
"""

import subprocess
import sys

expected = int(sys.argv[1])
run = subprocess.run(sys.argv[2:], capture_output=True)
sys.stdout.buffer.write(run.stderr + run.stdout)
if run.returncode != expected:
    sys.stdout.flush()
    sys.stderr.write(
        "exit code %d, expected %d: %s\n"
        % (run.returncode, expected, " ".join(sys.argv[2:]))
    )
    sys.exit(1)
