//===- Files.cpp - paths, suffixes and folder walks -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Files.h"
#include "Support/Input.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <deque>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace ungil {

/// Cheaper to read than StringSwitch, whose interface differs between LLVMs.
static bool isOneOf(StringRef S, std::initializer_list<StringRef> Names) {
  return llvm::is_contained(Names, S);
}

FileKind kindOf(StringRef Path) {
  StringRef Ext = path::extension(Path);
  if (Ext == ".c")
    return FileKind::C;
  if (isOneOf(Ext, {".cc", ".cpp", ".cxx", ".c++", ".C"}))
    return FileKind::Cxx;
  if (isOneOf(Ext, {".h", ".hh", ".hpp", ".hxx", ".h++", ".H"}))
    return FileKind::Header;
  if (isOneOf(Ext, {".inc", ".inl", ".ipp", ".tpp", ".tcc", ".icc", ".def"}))
    return FileKind::Fragment;
  return FileKind::Other;
}

bool hasCxxHeaderSuffix(StringRef Path) {
  return isOneOf(path::extension(Path),
                 {".hh", ".hpp", ".hxx", ".h++", ".H", ".ipp", ".tpp", ".tcc"});
}

static std::string normalised(StringRef Path) {
  SmallString<256> Out(Path);
  (void)fs::make_absolute(Out);
  path::remove_dots(Out, /*remove_dot_dot=*/true);
  return std::string(Out);
}

std::string canonicalFolder(StringRef Path) {
  SmallString<256> Real;
  if (!fs::real_path(Path, Real))
    return std::string(Real);
  return normalised(Path);
}

std::string canonical(StringRef Path) {
  SmallString<256> Absolute(Path);
  (void)fs::make_absolute(Absolute);
  StringRef Name = path::filename(Absolute);
  if (Name.empty() || Name == "." || Name == "..")
    return canonicalFolder(Absolute);
  return joinPath(canonicalFolder(path::parent_path(Absolute)), Name);
}

std::string canonical(StringRef Path, StringRef Directory) {
  if (path::is_absolute(Path) || Directory.empty())
    return canonical(Path);
  return canonical(joinPath(Directory, Path));
}

std::string joinPath(StringRef Folder, StringRef Name) {
  if (Folder.ends_with("/"))
    return (Folder + Name).str();
  return (Folder + "/" + Name).str();
}

bool isWithin(StringRef File, StringRef Folder) {
  if (Folder == "/")
    return File.starts_with("/");
  return File.consume_front(Folder) && (File.empty() || File.front() == '/');
}

bool isWithinAny(StringRef File, ArrayRef<std::string> Folders) {
  return llvm::any_of(Folders,
                      [&](const std::string &F) { return isWithin(File, F); });
}

bool isReallyWithin(StringRef File, StringRef Folder) {
  SmallString<256> RealFile, RealFolder;
  return !fs::real_path(File, RealFile) && !fs::real_path(Folder, RealFolder) &&
         isWithin(RealFile, RealFolder);
}

std::string folderAround(ArrayRef<std::string> Paths) {
  std::string Around;
  for (const std::string &Path : Paths) {
    std::string Folder = isFolder(Path)
                             ? canonicalFolder(Path)
                             : path::parent_path(canonical(Path)).str();
    if (Around.empty())
      Around = Folder;
    while (!isWithin(Folder, Around))
      Around = path::parent_path(Around).str();
  }
  return Around;
}

size_t commonFolder(StringRef A, StringRef B) {
  size_t Last = 0, End = std::min(A.size(), B.size());
  for (size_t I = 0; I != End && A[I] == B[I]; ++I)
    if (A[I] == '/')
      Last = I + 1;
  return Last;
}

bool isRegularFile(StringRef Path) { return fs::is_regular_file(Path); }
bool isFolder(StringRef Path) { return fs::is_directory(Path); }

/// Nearest folder at or above \p Folder of which \p Test is true.
static std::string above(StringRef Folder, function_ref<bool(StringRef)> Test) {
  for (; !Folder.empty(); Folder = path::parent_path(Folder)) {
    if (Test(Folder))
      return Folder.str();
    if (Folder == path::root_path(Folder))
      break;
  }
  return "";
}

static bool holds(StringRef Folder, std::initializer_list<StringRef> Names) {
  return llvm::any_of(Names, [&](StringRef Name) {
    return fs::exists(joinPath(Folder, Name));
  });
}

/// Is \p File the script of a build and not of a part of one? CMake and Meson
/// ask the outermost script alone for `project(...)`.
static bool startsBuild(StringRef File) {
  auto Buffer = expectedToOptional(readInput(File));
  for (StringRef Rest = Buffer ? (*Buffer)->getBuffer() : ""; !Rest.empty();) {
    auto [Line, Tail] = Rest.split('\n');
    Rest = Tail;
    Line = Line.trim();
    if (Line.consume_front_insensitive("project") &&
        Line.ltrim().starts_with("("))
      return true;
  }
  return false;
}

static bool holdsProject(StringRef Folder) {
  return holds(Folder, {"pyproject.toml", "setup.py", "setup.cfg"}) ||
         startsBuild(joinPath(Folder, "CMakeLists.txt")) ||
         startsBuild(joinPath(Folder, "meson.build"));
}

std::string gitTop(StringRef Folder) {
  return above(Folder, [](StringRef Dir) { return holds(Dir, {".git"}); });
}

std::string projectTop(StringRef Folder) {
  std::string Top = gitTop(Folder);
  if (Top.empty())
    Top = above(Folder, holdsProject);
  return Top.empty() ? Folder.str() : Top;
}

/// Does a folder on the way from \p Folder to \p File satisfy \p Test?
static bool anyFolderBelow(StringRef File, StringRef Folder,
                           function_ref<bool(StringRef)> Test) {
  if (!isWithin(File, Folder))
    return false;
  StringRef Rest = path::parent_path(File).drop_front(
      std::min(Folder.size(), path::parent_path(File).size()));
  while (!Rest.empty()) {
    auto [Head, Tail] = Rest.split('/');
    if (!Head.empty() && Test(Head))
      return true;
    Rest = Tail;
  }
  return false;
}

bool isInTests(StringRef File, StringRef Folder) {
  return anyFolderBelow(File, Folder, [](StringRef Name) {
    return isOneOf(Name.lower(),
                   {"test", "tests", "testing", "unittests", "testdata"});
  });
}

bool isVendored(StringRef File, StringRef Folder) {
  return anyFolderBelow(File, Folder, [](StringRef Name) {
    return isOneOf(Name.lower(),
                   {"third_party", "thirdparty", "third-party", "3rdparty",
                    "vendor", "vendored", "extern", "external", "externals",
                    "_deps", "subprojects", "deps", "contrib", "pybind11",
                    "nanobind", "numpy"});
  });
}

/// Folders that hold no source a maintainer wrote.
static bool isSkippedFolder(StringRef Name, StringRef Path) {
  if (Name.starts_with(".") || Name.starts_with("cmake-build-") ||
      Name.ends_with(".egg-info") || Name.ends_with(".dist-info"))
    return true;
  return isOneOf(Name, {"node_modules", "site-packages", "dist-packages",
                        "build", "builddir", "_skbuild", "_build", "CMakeFiles",
                        "__pycache__", "dist", "corpus", "corpora"}) ||
         fs::exists(joinPath(Path, "pyvenv.cfg"));
}

namespace {
struct Entry {
  std::string Name;
  fs::file_type Type;
};
} // namespace

static std::vector<Entry> sortedEntries(StringRef Folder) {
  std::vector<Entry> Out;
  std::error_code Error;
  for (fs::directory_iterator I(Folder, Error, /*follow_symlinks=*/false), E;
       I != E && !Error; I.increment(Error))
    Out.push_back({path::filename(I->path()).str(), I->type()});
  llvm::sort(Out,
             [](const Entry &A, const Entry &B) { return A.Name < B.Name; });
  return Out;
}

std::vector<std::string> entriesOf(StringRef Folder) {
  std::vector<std::string> Out;
  for (Entry &E : sortedEntries(Folder))
    Out.push_back(std::move(E.Name));
  return Out;
}

/// Sources are regular files, or links to one; a pipe of that name is not.
static bool isListedFile(const Entry &E, StringRef Path) {
  if (kindOf(E.Name) == FileKind::Other)
    return false;
  if (E.Type == fs::file_type::regular_file)
    return true;
  return (E.Type == fs::file_type::symlink_file ||
          E.Type == fs::file_type::type_unknown) &&
         fs::is_regular_file(Path);
}

Listing listTree(StringRef Folder, unsigned MaxEntries,
                 ArrayRef<std::string> Skip) {
  Listing Out;
  std::deque<std::string> Todo{Folder.str()};
  unsigned Seen = 0;
  while (!Todo.empty()) {
    std::string Here = std::move(Todo.front());
    Todo.pop_front();
    for (const Entry &E : sortedEntries(Here)) {
      if (++Seen > MaxEntries) {
        Out.Truncated = true;
        Todo.clear();
        break;
      }
      std::string Path = joinPath(Here, E.Name);
      bool IsFolder = E.Type == fs::file_type::directory_file;
      if (IsFolder && !isSkippedFolder(E.Name, Path) &&
          !llvm::is_contained(Skip, Path))
        Todo.push_back(std::move(Path));
      else if (isListedFile(E, Path))
        Out.Files.push_back(std::move(Path));
      else if (StringRef(E.Name).ends_with(".pyx"))
        ++Out.Cython;
    }
  }
  llvm::sort(Out.Files);
  return Out;
}

} // namespace ungil
