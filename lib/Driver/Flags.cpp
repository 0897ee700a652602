//===- Flags.cpp - arguments for the front end ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Flags.h"
#include "Driver/BuiltinHeaders.h"
#include "Driver/Files.h"
#include "Driver/PythonHeaders.h"
#include "Support/Input.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

//===-- The allow-list
//------------------------------------------------------===//

/// Flags whose value is a folder or file; joined or separate.
static constexpr StringLiteral PathFlags[] = {
    "-isystem",    "-iquote",      "-idirafter", "-include",
    "-imacros",    "-isysroot",    "--sysroot=", "--sysroot",
    "-iframework", "-cxx-isystem", "-F",         "-I"};

/// Flags kept with a value that is not a path; joined or separate.
static constexpr StringLiteral ValueFlags[] = {"-D", "-U", "-x", "-target"};

/// Kept exactly as they are.
static constexpr StringLiteral PlainFlags[] = {"-ansi",
                                               "-pthread",
                                               "-m32",
                                               "-m64",
                                               "-fms-extensions",
                                               "-fexceptions",
                                               "-fno-exceptions",
                                               "-frtti",
                                               "-fno-rtti",
                                               "-fopenmp",
                                               "-fno-openmp",
                                               "-fopenmp-simd",
                                               "-fsigned-char",
                                               "-funsigned-char",
                                               "-fshort-enums",
                                               "-fchar8_t",
                                               "-fno-char8_t",
                                               "-fshort-wchar",
                                               "-nostdinc",
                                               "-nostdinc++",
                                               "-fno-builtin",
                                               "-ffreestanding",
                                               "-fblocks",
                                               "-fcoroutines",
                                               "-fgnu89-inline",
                                               "-trigraphs",
                                               "-msse3",
                                               "-mssse3",
                                               "-msse4.1",
                                               "-msse4.2",
                                               "-mavx",
                                               "-mavx2",
                                               "-mfma",
                                               "-mf16c",
                                               "-mbmi",
                                               "-mbmi2",
                                               "-mpopcnt",
                                               "-mlzcnt",
                                               "-maes",
                                               "-mpclmul",
                                               "-mavx512f"};

/// Values of -x.
static constexpr StringLiteral Languages[] = {"c",           "c++",
                                              "c-header",    "c++-header",
                                              "cpp-output",  "c++-cpp-output",
                                              "objective-c", "objective-c++"};

static constexpr StringLiteral JoinedFlags[] = {
    "-std=", "--std=", "--target=", "-stdlib="};

/// Dropped together with the next argument.
static constexpr StringLiteral DroppedPairs[] = {"-o",
                                                 "-MF",
                                                 "-MT",
                                                 "-MQ",
                                                 "-MJ",
                                                 "-Xclang",
                                                 "-Xlinker",
                                                 "-Xassembler",
                                                 "-Xpreprocessor",
                                                 "-L",
                                                 "-l",
                                                 "-z",
                                                 "-u",
                                                 "-T",
                                                 "-arch",
                                                 "-framework",
                                                 "--param",
                                                 "-aux-info",
                                                 "-dumpbase",
                                                 "-dumpdir",
                                                 "-wrapper",
                                                 "-specs",
                                                 "-B",
                                                 "-e",
                                                 "-include-pch",
                                                 "-load",
                                                 "-plugin",
                                                 "-mllvm",
                                                 "-G",
                                                 "-index-store-path",
                                                 "--serialize-diagnostics",
                                                 "-dependency-file"};

static StringRef macroName(StringRef Definition) {
  return Definition.take_while([](char C) { return isAlnum(C) || C == '_'; });
}

/// Macros that choose the Python of the build, or the GIL.
static bool isTargetMacro(StringRef Name) {
  return Name == "Py_GIL_DISABLED" || Name == "Py_LIMITED_API" ||
         Name.starts_with("Py_LIMITED_API") || Name == "CYTHON_LIMITED_API";
}

namespace {
class FlagFilter {
  StringRef Directory;
  CleanFlags &Out;

  void keep(StringRef A) { Out.Args.push_back(A.str()); }

  void path(StringRef Flag, StringRef Value) {
    // `-I=dir` and `-I @` style values are relative to the sysroot or a
    // response file, not to the folder of the command.
    std::string Path =
        Value.starts_with("=") ? Value.str() : canonical(Value, Directory);
    bool IsInclude = Flag == "-I" || Flag == "-isystem" || Flag == "-iquote" ||
                     Flag == "-idirafter";
    if (IsInclude && isPythonIncludeDir(Path))
      return;
    if (Flag == "-include" || Flag == "-imacros") {
      // GCC searches the include path for names that are not beside us.
      if (!isRegularFile(Path))
        Path = Value.str();
    }
    if (Flag.ends_with("=")) {
      keep((Flag + Path).str());
      return;
    }
    keep(Flag);
    keep(Path);
  }

  void value(StringRef Flag, StringRef Value) {
    if ((Flag == "-D" || Flag == "-U") && isTargetMacro(macroName(Value))) {
      Out.LimitedApi |=
          Flag == "-D" && macroName(Value).contains("LIMITED_API");
      return;
    }
    // Others are no text, or make the driver ask for graphics cards.
    if (Flag == "-x" && !llvm::is_contained(Languages, Value))
      return;
    Out.HasLanguage |= Flag == "-x";
    keep(Flag);
    keep(Value);
  }

public:
  FlagFilter(StringRef Directory, CleanFlags &Out)
      : Directory(Directory), Out(Out) {}

  /// \p Next is the argument behind \p A, empty at the end. Returns how many
  /// of the two were used.
  unsigned take(StringRef A, StringRef Next) {
    if (llvm::is_contained(PlainFlags, A)) {
      keep(A);
      return 1;
    }
    for (StringRef Flag : JoinedFlags)
      if (A.starts_with(Flag)) {
        keep(A);
        return 1;
      }
    // Before the short -I and -F, which are prefixes of longer names.
    for (StringRef Flag : PathFlags)
      if (A.starts_with(Flag)) {
        if (A == Flag && !Flag.ends_with("=")) {
          path(Flag, Next);
          return 2;
        }
        // -includefoo is nobody's spelling, -include-pch is Clang's.
        if (Flag == "-include" || Flag == "-imacros")
          break;
        path(Flag, A.drop_front(Flag.size()));
        return 1;
      }
    for (StringRef Flag : ValueFlags) {
      if (A == Flag) {
        value(Flag, Next);
        return 2;
      }
      if (Flag.size() == 2 && A.starts_with(Flag)) {
        value(Flag, A.drop_front(2));
        return 1;
      }
    }
    return llvm::is_contained(DroppedPairs, A) ? 2 : 1;
  }
};
} // namespace

CleanFlags keepMeaning(ArrayRef<std::string> Args, StringRef Directory) {
  CleanFlags Out;
  FlagFilter Filter(Directory, Out);
  for (size_t I = 0; I < Args.size();) {
    StringRef A = Args[I];
    // CMake hands its precompiled header to Clang as `-Xclang -include
    // -Xclang cmake_pch.hxx`; sources rely on what it includes.
    if (A == "-Xclang" && I + 3 < Args.size() && Args[I + 1] == "-include" &&
        Args[I + 2] == "-Xclang") {
      Filter.take("-include", Args[I + 3]);
      I += 4;
      continue;
    }
    I += Filter.take(A, I + 1 < Args.size() ? StringRef(Args[I + 1])
                                            : StringRef());
  }
  return Out;
}

static constexpr StringLiteral WithoutGil = "-DPy_GIL_DISABLED=1";

void appendTarget(const PythonHeaders &Python, bool DefinesLimitedApi,
                  std::vector<std::string> &Args) {
  if (DefinesLimitedApi && !Python.IncludeDir.empty()) {
    Args.push_back("-isystem");
    Args.push_back(PythonWrapperDir.str());
  }
  llvm::append_range(Args, pythonArgs(Python));
  for (const std::string &Dir : Python.ToolIncludes) {
    Args.push_back("-idirafter");
    Args.push_back(Dir);
  }
  // A build without NDEBUG hides every member access behind an assertion.
  Args.push_back("-DNDEBUG");
  Args.push_back(WithoutGil.str());
}

ScanPlan withGil(ScanPlan Plan) {
  for (TranslationUnit &Unit : Plan.Units)
    llvm::erase(Unit.Args, WithoutGil);
  return Plan;
}

//===-- Guessing
//------------------------------------------------------------===//

/// The number behind the last `std=c++20`, `cxx_std_20`, ... in \p Text.
static unsigned newestStandard(StringRef Text) {
  unsigned Newest = 0;
  for (StringRef Key :
       {"std=c++", "std=gnu++", "cxx_std_", "/std:c++", "CMAKE_CXX_STANDARD ",
        "CXX_STANDARD ", "cxx_std=", "cpp_std=c++", "cpp_std=gnu++"})
    for (size_t At = Text.find(Key); At != StringRef::npos;
         At = Text.find(Key, At + 1)) {
      StringRef Digits = Text.drop_front(At + Key.size());
      unsigned Value = StringRef(Digits).starts_with("2a")   ? 20
                       : StringRef(Digits).starts_with("2b") ? 23
                                                             : 0;
      if (!Value && Digits.consumeInteger(10, Value))
        continue;
      if (Value > Newest && Value <= 26)
        Newest = Value;
    }
  return Newest;
}

unsigned requestedCxxStandard(ArrayRef<std::string> Folders) {
  unsigned Newest = 0;
  for (const std::string &Folder : Folders)
    for (StringRef Name : {"setup.py", "setup.cfg", "pyproject.toml",
                           "CMakeLists.txt", "meson.build"}) {
      std::string File = joinPath(Folder, Name);
      if (!isRegularFile(File))
        continue;
      if (auto Buffer = expectedToOptional(readInput(File)))
        Newest = std::max(Newest, newestStandard((*Buffer)->getBuffer()));
    }
  // Older than our default says nothing.
  return Newest >= 17 && Newest < 90 ? Newest : 0;
}

bool isCxx(IncludeGraph &Graph, FileIndex File) {
  StringRef Name = Graph.name(File);
  switch (kindOf(Name)) {
  case FileKind::C:
    return false;
  case FileKind::Cxx:
    return true;
  default:
    return hasCxxHeaderSuffix(Name) || Graph.any(File, &FileText::Cxx);
  }
}

void appendSearchFolders(IncludeGraph &Graph, FileIndex File,
                         std::vector<std::string> &Args) {
  for (const std::string &Dir : Graph.searchFolders(File)) {
    Args.push_back(holdsTool(Dir) ? "-isystem" : "-idirafter");
    Args.push_back(Dir);
  }
}

std::vector<std::string> guessFlags(IncludeGraph &Graph, FileIndex File,
                                    unsigned CxxStandard) {
  std::vector<std::string> Args;
  bool Cxx = isCxx(Graph, File);
  Args = {"-x", Cxx ? "c++" : "c"};
  if (!Cxx) {
    Args.push_back("-std=gnu17");
  } else {
    unsigned Standard = Graph.any(File, &FileText::Cxx20) ? 20 : 17;
    Args.push_back("-std=gnu++" + utostr(std::max(Standard, CxxStandard)));
  }
  appendSearchFolders(Graph, File, Args);
  // A header that relies on its includer for Python.h.
  FileKind Kind = kindOf(Graph.name(File));
  if (!isSource(Kind) && Graph.text(File).NamesPyObject &&
      !Graph.reachesPython(File)) {
    Args.push_back("-include");
    Args.push_back("Python.h");
  }
  return Args;
}

} // namespace ungil
