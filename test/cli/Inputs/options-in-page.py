# options-in-page.py PROGRAM PAGE: fails when --help of a command lists an
# option that PAGE does not have.
import re
import subprocess
import sys

program, page = sys.argv[1], open(sys.argv[2]).read().replace("\\-", "-")


def help_of(*command):
    return subprocess.run(
        [program, *command, "--help"], capture_output=True, text=True, check=True
    ).stdout


listed = re.findall(r"^  (\w+)  ", help_of().split("Subcommands:")[1], re.M)
assert "scan" in listed, listed
for command in listed:
    part = page.split(".SS %s\n" % command)[1].split("\n.SS ")[0]
    options = re.findall(r"^  (?:-\w,)?(--[\w-]+)", help_of(command), re.M)
    assert options, command
    for option in options:
        assert "\\fB%s\\fR" % option in part, (command, option)
