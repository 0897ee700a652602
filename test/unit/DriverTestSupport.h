//===- DriverTestSupport.h - trees of files for tests -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A temporary folder that tests of the driver fill with sources, headers of a
// small Python and compilation databases.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TEST_UNIT_DRIVERTESTSUPPORT_H
#define UNGIL_TEST_UNIT_DRIVERTESTSUPPORT_H

#include "Driver/Driver.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

namespace ungil {

class TempTree {
  llvm::SmallString<128> Dir;

public:
  TempTree() {
    llvm::SmallString<128> Made;
    EXPECT_FALSE(llvm::sys::fs::createUniqueDirectory("ungil-test", Made));
    EXPECT_FALSE(llvm::sys::fs::real_path(Made, Dir));
    // Ends the upward search for a project at this folder.
    write("repo/.git/HEAD", "");
  }
  ~TempTree() { (void)llvm::sys::fs::remove_directories(Dir); }

  /// Absolute path of \p Name; `repo` is the project.
  std::string path(llvm::StringRef Name) const {
    return (Dir + "/" + Name).str();
  }

  std::string write(llvm::StringRef Name, llvm::StringRef Text) {
    std::string File = path(Name);
    EXPECT_FALSE(
        llvm::sys::fs::create_directories(llvm::sys::path::parent_path(File)));
    std::error_code Error;
    llvm::raw_fd_ostream Out(File, Error);
    EXPECT_FALSE(Error) << File;
    Out << Text;
    return File;
  }

  std::string read(llvm::StringRef Name) const {
    auto Buffer = llvm::MemoryBuffer::getFile(path(Name));
    return Buffer ? (*Buffer)->getBuffer().str() : "";
  }

  /// A Python of \p Version at `python/`; its include folder.
  std::string python(llvm::StringRef Version = "3.13.1",
                     llvm::StringRef Where = "python/include/python3.13") {
    write(Where.str() + "/patchlevel.h",
          ("#define PY_VERSION \"" + Version + "\"\n").str());
    write(Where.str() + "/pyconfig.h", "/* #undef Py_GIL_DISABLED */\n");
    return llvm::sys::path::parent_path(
               write(Where.str() + "/Python.h",
                     "#ifndef Py_PYTHON_H\n#define Py_PYTHON_H\n"
                     "#include \"patchlevel.h\"\n#include \"pyconfig.h\"\n"
                     "#if defined(Py_LIMITED_API) && defined(Py_GIL_DISABLED)\n"
                     "#error \"limited API\"\n#endif\n"
                     "typedef struct _object PyObject;\n#endif\n"))
        .str();
  }

  ScanRequest request(std::vector<std::string> Names) {
    ScanRequest R;
    for (const std::string &Name : Names)
      R.Paths.push_back(path(Name));
    R.Python = python();
    return R;
  }
};

/// The plan, or a failure that shows the error.
inline ScanPlan planOf(const ScanRequest &R) {
  auto P = plan(R);
  if (P)
    return std::move(*P);
  ADD_FAILURE() << llvm::toString(P.takeError());
  return {};
}

inline std::string planError(const ScanRequest &R) {
  auto P = plan(R);
  return P ? "" : llvm::toString(P.takeError());
}

/// File names of the units, without folders.
inline std::vector<std::string> unitNames(const ScanPlan &P) {
  std::vector<std::string> Out;
  for (const TranslationUnit &U : P.Units)
    Out.push_back(llvm::sys::path::filename(U.File).str());
  return Out;
}

inline std::vector<std::string> outNames(const ScanPlan &P) {
  std::vector<std::string> Out;
  for (const LeftOut &U : P.Out)
    Out.push_back(llvm::sys::path::filename(U.File).str());
  return Out;
}

inline bool hasRemark(const ScanPlan &P, llvm::StringRef Text) {
  for (const Remark &R : P.Remarks)
    if (llvm::StringRef(R.Message).contains(Text))
      return true;
  return false;
}

/// Arguments of a unit as one line with blanks around each.
inline std::string lineOf(const TranslationUnit &U) {
  std::string Out = " ";
  for (const std::string &A : U.Args)
    Out += A + " ";
  return Out;
}

/// Sets an environment variable for one test.
class ScopedVariable {
  std::string Name;
  std::optional<std::string> Old;

public:
  ScopedVariable(const char *Name, const std::string &Value)
      : Name(Name), Old(llvm::sys::Process::GetEnv(Name)) {
    ::setenv(Name, Value.c_str(), 1);
  }
  ~ScopedVariable() {
    if (Old)
      ::setenv(Name.c_str(), Old->c_str(), 1);
    else
      ::unsetenv(Name.c_str());
  }
};

} // namespace ungil

#endif
