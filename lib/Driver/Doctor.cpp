//===- Doctor.cpp - what the driver found, in words -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Driver.h"
#include "Driver/Files.h"
#include "Support/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace llvm;

namespace ungil {

static std::string relative(StringRef File, StringRef Root) {
  if (File != Root && isWithin(File, Root))
    File = File.drop_front(Root.size()).ltrim('/');
  return printable(File);
}

static void describePython(const PythonHeaders &H, raw_ostream &Out) {
  if (H.IncludeDir.empty()) {
    Out << "python:    no CPython headers found\n";
    return;
  }
  Out << "python:    "
      << (H.Version.empty() ? StringRef("unknown version")
                            : StringRef(H.Version))
      << ", headers in " << printable(H.IncludeDir) << " (" << H.Why << ")\n";
  if (!H.Interpreter.empty())
    Out << "           interpreter " << printable(H.Interpreter) << "\n";
  Out << "           "
      << (H.FreeThreadedBuild
              ? "free-threaded build"
              : "build with the GIL, read with Py_GIL_DISABLED=1")
      << "\n";
  for (const std::string &Dir : H.ToolIncludes)
    Out << "tool:      " << printable(Dir) << "\n";
}

static StringRef nameOf(UnitOrigin Origin) {
  switch (Origin) {
  case UnitOrigin::Database:
    return "database";
  case UnitOrigin::NoBuild:
    return "no build";
  case UnitOrigin::Header:
    return "header";
  }
  return "";
}

static StringRef nameOf(Severity Sev) {
  switch (Sev) {
  case Severity::Note:
    return "note";
  case Severity::Warning:
    return "warning";
  case Severity::Error:
    return "error";
  }
  return "";
}

std::string describe(const ScanPlan &Plan) {
  std::string Text;
  raw_string_ostream Out(Text);
  Out << "root:      " << printable(Plan.Root) << "\n";
  for (const std::string &Folder : Plan.Folders)
    Out << "user code: " << relative(Folder, Plan.Root) << "\n";
  describePython(Plan.Python, Out);
  Out << "database:  "
      << (Plan.Database.empty()
              ? "none; flags are guessed (`ungil record -- BUILD COMMAND` "
                "writes one)"
              : relative(Plan.Database, Plan.Root))
      << "\n";
  Out << "units:     " << Plan.Units.size() << " in, " << Plan.Out.size()
      << " left out, " << Plan.Jobs << " at a time\n";
  for (const Remark &R : Plan.Remarks) {
    Out << nameOf(R.Sev) << ": ";
    if (!R.File.empty())
      Out << relative(R.File, Plan.Root) << ": ";
    Out << printable(R.Message) << "\n";
  }
  if (!Plan.Units.empty())
    Out << "\nin:\n";
  for (const TranslationUnit &Unit : Plan.Units)
    Out << "  " << relative(Unit.File, Plan.Root) << "  ["
        << nameOf(Unit.Origin) << "] " << printable(Unit.Why) << "\n";
  if (!Plan.Out.empty())
    Out << "\nleft out:\n";
  for (const LeftOut &File : Plan.Out)
    Out << "  " << relative(File.File, Plan.Root) << "  " << printable(File.Why)
        << "\n";
  return Text;
}

} // namespace ungil
