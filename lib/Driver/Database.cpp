//===- Database.cpp - what a build said -------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Database.h"
#include "Driver/Confine.h"
#include "Driver/Files.h"
#include "Support/Input.h"
#include "clang/Tooling/JSONCompilationDatabase.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <set>

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

static constexpr StringLiteral FileName = "compile_commands.json";

static Error unusable(StringRef Path, StringRef Why, StringRef Next) {
  return createStringError(inconvertibleErrorCode(),
                           "compilation database '" + Path.str() + "' " +
                               Why.str() + "; " + Next.str());
}

/// The compiler's name says the language of `g++ -c x.c`.
static bool isCxxDriver(StringRef Compiler) {
  StringRef Name = path::filename(Compiler);
  Name = Name.rtrim("0123456789.-");
  return Name.ends_with("++") || Name.ends_with("icpc") ||
         Name.ends_with("icpx");
}

static BuildCommand convert(const clang::tooling::CompileCommand &C) {
  BuildCommand Out;
  Out.Directory = canonicalFolder(C.Directory);
  Out.File = canonical(C.Filename, Out.Directory);
  ArrayRef<std::string> Line = C.CommandLine;
  if (Line.empty())
    return Out;
  Out.CxxDriver = isCxxDriver(Line.front());
  for (const std::string &A : Line.drop_front()) {
    // The reader writes `-- file` when the name could be mistaken.
    if (A == "--" || A == C.Filename)
      continue;
    Out.Args.push_back(A);
  }
  return Out;
}

/// Lists of objects of lists: what goes deeper is something else, and Clang's
/// reader calls itself for each level.
static bool nestsDeeply(StringRef Text) {
  constexpr int Most = 16;
  int Depth = 0;
  bool Quoted = false;
  for (size_t I = 0; I < Text.size() && Depth <= Most; ++I) {
    if (Quoted && Text[I] == '\\')
      ++I;
    else if (Text[I] == '"')
      Quoted = !Quoted;
    else if (!Quoted)
      Depth += int(Text[I] == '[' || Text[I] == '{') -
               int(Text[I] == ']' || Text[I] == '}');
  }
  return Depth > Most;
}

static std::string realFolderOf(StringRef File) {
  SmallString<256> Real;
  return sys::fs::real_path(path::parent_path(File), Real) ? std::string()
                                                           : std::string(Real);
}

Expected<Database> loadDatabase(StringRef Where,
                                std::vector<std::string> Below) {
  Database Out;
  Out.Path = canonical(Where);
  if (isFolder(Out.Path)) {
    std::string Folder = canonicalFolder(Where);
    Out.Path = joinPath(Folder, FileName);
    if (!isRegularFile(Out.Path))
      return unusable(Out.Path, "does not exist",
                      "-p takes the folder that holds it or its path");
  } else if (!isRegularFile(Out.Path)) {
    return unusable(Out.Path, "does not exist",
                    "-p takes the folder that holds it or its path");
  }
  auto Text = expectedToOptional(readInput(Out.Path));
  if (Text && nestsDeeply((*Text)->getBuffer()))
    return unusable(Out.Path, "is no compilation database",
                    "name another one with -p, or scan with --no-build");
  std::string Message;
  std::unique_ptr<clang::tooling::CompilationDatabase> Json =
      clang::tooling::JSONCompilationDatabase::loadFromFile(
          Out.Path, Message, clang::tooling::JSONCommandLineSyntax::AutoDetect);
  if (!Json) {
    StringRef First = StringRef(Message).split('\n').first.trim();
    return unusable(
        Out.Path,
        ("cannot be read" + (First.empty() ? Twine() : " (" + First + ")"))
            .str(),
        "write it again with `ungil record` or your build tool, "
        "or scan with --no-build");
  }
  Below.push_back(realFolderOf(Out.Path));
  Json = clang::tooling::expandResponseFiles(std::move(Json),
                                             filesBelow(std::move(Below)));
  // A file built twice is analysed as the first build of it.
  std::set<std::string> Seen;
  for (const clang::tooling::CompileCommand &C : Json->getAllCompileCommands())
    if (BuildCommand Command = convert(C); Seen.insert(Command.File).second)
      Out.Commands.push_back(std::move(Command));
  llvm::sort(Out.Commands, [](const BuildCommand &A, const BuildCommand &B) {
    return A.File < B.File;
  });
  return Out;
}

/// Folders where builds leave their database, below \p Top.
static std::vector<std::string> usualPlaces(StringRef Top) {
  std::vector<std::string> Out{Top.str()};
  for (const std::string &Name : entriesOf(Top)) {
    bool Usual =
        llvm::is_contained({"build", "builddir", "_build", "_skbuild", "out",
                            ".build", "Build", "target", "cmake-build"},
                           StringRef(Name)) ||
        StringRef(Name).starts_with("cmake-build-") ||
        StringRef(Name).starts_with("build-") ||
        StringRef(Name).starts_with("build_");
    std::string Dir = joinPath(Top, Name);
    if (!Usual || !isFolder(Dir))
      continue;
    Out.push_back(Dir);
    // build/cp313/, build/Release/, _skbuild/linux-x86_64-3.13/cmake-build/
    for (const std::string &Sub : entriesOf(Dir)) {
      Out.push_back(joinPath(Dir, Sub));
      Out.push_back(joinPath(joinPath(Dir, Sub), "cmake-build"));
    }
  }
  return Out;
}

std::vector<std::string> findDatabases(ArrayRef<std::string> Folders) {
  std::vector<std::string> Out;
  std::set<std::string> Seen;
  for (const std::string &Top : Folders)
    for (const std::string &Dir : usualPlaces(Top))
      if (std::string File = joinPath(Dir, FileName);
          Seen.insert(File).second && isRegularFile(File))
        Out.push_back(File);
  return Out;
}

} // namespace ungil
