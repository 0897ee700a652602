//===- BuiltinHeaders.cpp - the headers the program carries -----*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/BuiltinHeaders.h"
#include "Driver/Files.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <cstring>

using namespace llvm;

// Defined by the assembly extra.cmake writes: for each header the distances
// from the table to its name, its text and the end of its text, as 32-bit
// numbers; -1 ends the table. Distances need no relocation.
extern "C" const unsigned char UngilBuiltinHeaders[];

namespace ungil {

std::vector<BuiltinHeader> builtinHeaders() {
  std::vector<BuiltinHeader> Out;
  const char *Base = reinterpret_cast<const char *>(UngilBuiltinHeaders);
  for (size_t Row = 0;; Row += 12) {
    int32_t Name, Text, End;
    std::memcpy(&Name, Base + Row, 4);
    std::memcpy(&Text, Base + Row + 4, 4);
    std::memcpy(&End, Base + Row + 8, 4);
    if (Name == -1)
      return Out;
    Out.push_back(
        {StringRef(Base + Name), StringRef(Base + Text, size_t(End - Text))});
  }
}

static constexpr StringLiteral PythonWrapper = "#undef Py_LIMITED_API\n"
                                               "#include_next <Python.h>\n";

/// The parts of pybind11 that sources include by name; one stand-in has all.
static constexpr StringLiteral Pybind11Parts[] = {"attr",
                                                  "buffer_info",
                                                  "cast",
                                                  "chrono",
                                                  "complex",
                                                  "critical_section",
                                                  "embed",
                                                  "eval",
                                                  "functional",
                                                  "gil",
                                                  "gil_simple",
                                                  "gil_safe_call_once",
                                                  "iostream",
                                                  "native_enum",
                                                  "numpy",
                                                  "operators",
                                                  "options",
                                                  "pytypes",
                                                  "stl",
                                                  "stl_bind",
                                                  "stl/filesystem",
                                                  "subinterpreter",
                                                  "typing",
                                                  "warnings",
                                                  "detail/common",
                                                  "detail/class",
                                                  "detail/internals"};
static constexpr StringLiteral WholePybind11 =
    "#include <pybind11/pybind11.h>\n";

IntrusiveRefCntPtr<vfs::FileSystem>
fileSystemWithBuiltins(IntrusiveRefCntPtr<vfs::FileSystem> Real,
                       const std::map<std::string, std::string> &Edited) {
  auto Memory = makeIntrusiveRefCnt<vfs::InMemoryFileSystem>();
  auto Add = [&](const std::string &Path, StringRef Text) {
    Memory->addFile(Path, /*ModificationTime=*/0,
                    MemoryBuffer::getMemBuffer(Text, Path));
  };
  for (const BuiltinHeader &H : builtinHeaders())
    Add(joinPath(sys::path::parent_path(ResourceDir), H.Name), H.Text);
  for (StringRef Part : Pybind11Parts)
    Add((ToolHeaderDir + "/pybind11/" + Part + ".h").str(), WholePybind11);
  Add(joinPath(PythonWrapperDir, "Python.h"), PythonWrapper);
  for (const auto &[Path, Text] : Edited)
    Add(Path, Text);
  auto Both = makeIntrusiveRefCnt<vfs::OverlayFileSystem>(std::move(Real));
  Both->pushOverlay(Memory);
  return Both;
}

} // namespace ungil
