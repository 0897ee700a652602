#!/usr/bin/env python3
# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Writes a wheel with the program, which pip installs without an index.

A wheel is a zip file with three text files beside what it installs (PEP 427).
The platform in its name is the oldest glibc that has every symbol the program
needs (PEP 600); a program that needs other libraries is refused, for the
machine where it ends up may not have them.
"""

import argparse
import base64
import hashlib
import pathlib
import re
import struct
import sys
import zipfile

MACHINES = {62: "x86_64", 183: "aarch64"}
# What PEP 600 lets a wheel count on, of what a C++ program may need.
LIBRARIES = re.compile(r"(lib(c|m|dl|rt|pthread)\.so\.\d+|ld-linux.*)$")
LIMIT = 15 * 1000 * 1000


class Elf:
    """What the dynamic linker will look for."""

    def __init__(self, data):
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("the program is no 64-bit ELF file")
        self.machine = MACHINES.get(struct.unpack_from("<H", data, 18)[0])
        (table,) = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        segments = [
            struct.unpack_from("<IIQQQQ", data, table + i * size) for i in range(count)
        ]
        entries = []
        for kind, _, offset, _, _, length in segments:
            if kind == 2:  # PT_DYNAMIC
                entries = list(struct.iter_unpack("<qQ", data[offset : offset + length]))
        fields = dict(entries)
        if 5 not in fields:  # DT_STRTAB
            raise ValueError("the program is linked wholly static; glibc needs no such tag")
        start = next(
            offset + fields[5] - address
            for kind, _, offset, address, _, length in segments
            if kind == 1 and address <= fields[5] < address + length
        )
        strings = data[start : start + fields[10]]
        text = lambda at: strings[at : strings.index(b"\0", at)].decode()
        self.libraries = [text(value) for tag, value in entries if tag == 1]
        versions = re.findall(rb"\0GLIBC_(\d+)\.(\d+)", strings)
        self.glibc = max((int(a), int(b)) for a, b in versions)


def platform_of(program):
    elf = Elf(program)
    if elf.machine is None:
        raise ValueError("no name is known for the machine this program is for")
    strange = [name for name in elf.libraries if not LIBRARIES.match(name)]
    if strange:
        raise ValueError(
            "the program needs %s; build it with the preset 'release'"
            % ", ".join(strange)
        )
    return "manylinux_%d_%d_%s" % (*elf.glibc, elf.machine)


def metadata(version, readme):
    return (
        "Metadata-Version: 2.1\nName: ungil\nVersion: %s\n"
        "Summary: Find what breaks in a CPython extension when the GIL is gone\n"
        "License: Apache-2.0 WITH LLVM-exception\n"
        "Requires-Python: >=3.7\n"
        "Description-Content-Type: text/markdown\n\n%s" % (version, readme)
    )


class Wheel:
    """A zip file that is the same for the same contents."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
        self.record = []

    def add(self, name, data, mode=0o644):
        info = zipfile.ZipInfo(name)
        info.external_attr = (0o100000 | mode) << 16
        info.compress_type = zipfile.ZIP_DEFLATED
        self.zip.writestr(info, data, compresslevel=9)
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
        self.record.append(
            "%s,sha256=%s,%d" % (name, digest.rstrip(b"=").decode(), len(data))
        )

    def close(self, record):
        lines = self.record + [record + ",,"]
        self.add(record, "".join(line + "\n" for line in lines).encode())
        self.zip.close()


def write(args):
    program = args.program.read_bytes()
    tag = "py3-none-" + platform_of(program)
    stem = "ungil-%s" % args.version
    path = args.out / ("%s-%s.whl" % (stem, tag))
    info, data = stem + ".dist-info/", stem + ".data/"
    wheel = Wheel(path)
    wheel.add(data + "scripts/ungil", program, mode=0o755)
    for name, folder in (
        ("ungil.1", "man/man1/ungil.1"),
        ("ungil.bash", "bash-completion/completions/ungil"),
        ("_ungil", "zsh/site-functions/_ungil"),
        ("ungil.fish", "fish/vendor_completions.d/ungil.fish"),
    ):
        wheel.add(data + "data/share/" + folder, (args.share / name).read_bytes())
    for name in ("LICENSE", "tools/package/copyright"):
        file = args.source / name
        wheel.add(info + "licenses/" + file.name, file.read_bytes())
    readme = (args.source / "README.md").read_text()
    wheel.add(info + "METADATA", metadata(args.version, readme).encode())
    wheel.add(
        info + "WHEEL",
        (
            "Wheel-Version: 1.0\nGenerator: ungil\n"
            "Root-Is-Purelib: false\nTag: %s\n" % tag
        ).encode(),
    )
    wheel.close(info + "RECORD")
    size = path.stat().st_size
    print("%s: %.1f MB" % (path, size / 1e6))
    if size > LIMIT:
        raise ValueError("the wheel is larger than %d MB" % (LIMIT // 1000000))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path, help="bin/ungil")
    parser.add_argument("--version", required=True)
    parser.add_argument("--share", type=pathlib.Path, required=True,
                        help="folder with the manual page and completions")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    args.source = pathlib.Path(__file__).resolve().parents[2]
    try:
        write(args)
    except (OSError, ValueError) as problem:
        sys.exit("wheel.py: %s" % problem)


if __name__ == "__main__":
    main()
