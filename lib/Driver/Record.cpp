//===- Record.cpp - a build to a compilation database -----------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// setuptools writes no compilation database. record() puts a folder of small
// shell scripts named like the compilers first on PATH; each notes its
// working directory and arguments and becomes the real compiler.
//
// The scripts live in the user's cache folder and go on working when nothing
// is recorded: CMake and Meson write the path of the compiler they found into
// the build folder, and that build must not break afterwards.
//
//===----------------------------------------------------------------------===//

#include "Driver/Driver.h"
#include "Driver/Files.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/xxhash.h"
#include <cstdlib>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace ungil {
namespace {

Error failure(const std::string &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

std::string environment(const char *Name) {
  return sys::Process::GetEnv(Name).value_or("");
}

//===-- Shims
//---------------------------------------------------------------===//

/// `gcc`, `c++`, `clang-19`, `x86_64-linux-gnu-g++-12`.
bool isCompilerName(StringRef Name) {
  // What follows the last `-` may be a version.
  auto [Front, Back] = Name.rsplit('-');
  if (!Back.empty() && Back.find_first_not_of("0123456789.") == StringRef::npos)
    Name = Front;
  StringRef Base = Name.contains('-') ? Name.rsplit('-').second : Name;
  return llvm::is_contained(
      {"cc", "c++", "gcc", "g++", "clang", "clang++", "icx", "icpx"}, Base);
}

/// ccache and its kin under a compiler's name look the compiler up on PATH
/// again, and would find the shim.
bool isCacheLink(StringRef Path) {
  SmallString<256> Real;
  if (fs::real_path(Path, Real))
    return false;
  return llvm::is_contained({"ccache", "sccache", "distcc", "icecc"},
                            path::filename(Real));
}

/// Compilers on \p SearchPath by name, as the build would find them.
std::map<std::string, std::string> findCompilers(StringRef SearchPath,
                                                 StringRef ShimRoot) {
  std::map<std::string, std::string> Out;
  SmallVector<StringRef, 32> Dirs;
  SearchPath.split(Dirs, ':', -1, /*KeepEmpty=*/false);
  for (StringRef Dir : Dirs) {
    if (isWithin(Dir, ShimRoot))
      continue;
    for (const std::string &Name : entriesOf(Dir)) {
      if (!isCompilerName(Name))
        continue;
      std::string Path = joinPath(Dir, Name);
      if (fs::can_execute(Path) && !isCacheLink(Path))
        Out.try_emplace(Name, Path);
    }
  }
  return Out;
}

std::string quoted(StringRef Text) {
  std::string Out = "'";
  for (char C : Text)
    if (C == '\'')
      Out += "'\\''";
    else
      Out += C;
  return Out + "'";
}

/// Values are separated by NUL bytes, so that no argument needs quoting. A
/// file per process, appended to: a number is used again only after its
/// process has ended.
std::string shimText(StringRef Compiler) {
  return "#!/bin/sh\n"
         "# Written by `ungil record`. Notes the compile, then does it.\n"
         "if [ -n \"$UNGIL_RECORD_DIR\" ] && [ -d \"$UNGIL_RECORD_DIR\" ]; "
         "then\n"
         "  printf '%s\\0' \"$(pwd -P; echo /)\" " +
         quoted(Compiler) +
         " \"$#\" \"$@\" >> \"$UNGIL_RECORD_DIR/$$\"\n"
         "  # What the compiler starts in its turn is no compile of the "
         "build's.\n"
         "  unset UNGIL_RECORD_DIR\n"
         "fi\n"
         "exec " +
         quoted(Compiler) + " \"$@\"\n";
}

std::string shimRoot() {
  std::string Cache = environment("XDG_CACHE_HOME");
  if (Cache.empty() && !environment("HOME").empty())
    Cache = joinPath(environment("HOME"), ".cache");
  std::string Root = joinPath(Cache, "ungil/shims");
  if (Cache.empty() || fs::create_directories(Root)) {
    SmallString<128> Temporary;
    path::system_temp_directory(/*ErasedOnReboot=*/false, Temporary);
    Root = joinPath(Temporary, "ungil-shims");
    (void)fs::create_directories(Root);
  }
  return canonicalFolder(Root);
}

/// Written under another name first: a build may be running through the same
/// shim at this moment.
bool writeShim(const std::string &Path, const std::string &Text) {
  auto Old = MemoryBuffer::getFile(Path);
  if (Old && (*Old)->getBuffer() == Text)
    return true;
  SmallString<256> Draft;
  int Fd;
  if (fs::createUniqueFile(Path + "-%%%%%%", Fd, Draft))
    return false;
  {
    raw_fd_ostream Out(Fd, /*shouldClose=*/true);
    Out << Text;
  }
  return !fs::setPermissions(Draft,
                             fs::all_read | fs::all_exe | fs::owner_write) &&
         !fs::rename(Draft, Path);
}

/// A folder with one shim per compiler; named after the set, so that shims of
/// another PATH stay what they are.
Expected<std::string>
makeShims(const std::map<std::string, std::string> &Compilers, StringRef Root) {
  std::string Key;
  for (auto &[Name, Path] : Compilers)
    Key += Name + "=" + Path + "\n";
  std::string Dir =
      joinPath(Root, utohexstr(xxh3_64bits(Key), /*LowerCase=*/true));
  if (std::error_code E = fs::create_directories(Dir))
    return failure("cannot write compiler shims to '" + Dir + "' (" +
                   E.message() + ")");
  for (auto &[Name, Path] : Compilers)
    if (!writeShim(joinPath(Dir, Name), shimText(Path)))
      return failure("cannot write compiler shims to '" + Dir + "'");
  return Dir;
}

/// CC, CXX and the like stay as they are, except that a compiler named by an
/// absolute path, which PATH cannot reach, becomes its shim.
void redirectVariable(const char *Name, StringRef Root) {
  std::string Value = environment(Name);
  SmallVector<StringRef, 8> Words;
  StringRef(Value).split(Words, ' ', -1, /*KeepEmpty=*/false);
  std::string New;
  bool Changed = false;
  for (StringRef Word : Words) {
    std::string Use = Word.str();
    if (path::is_absolute(Word) && !isWithin(Word, Root) &&
        isCompilerName(path::filename(Word)) && fs::can_execute(Word)) {
      std::string Name = path::filename(Word).str();
      if (auto Dir = makeShims({{Name, Word.str()}}, Root)) {
        Use = joinPath(*Dir, Name);
        Changed = true;
      } else {
        consumeError(Dir.takeError());
      }
    }
    New += (New.empty() ? "" : " ") + Use;
  }
  if (Changed)
    ::setenv(Name, New.c_str(), /*overwrite=*/1);
}

//===-- What the shims noted
//------------------------------------------------===//

struct Compile {
  std::string Directory;
  std::string Compiler;
  std::vector<std::string> Args;
};

/// The compiles one process number noted; a cut-off last one is left out.
std::vector<Compile> readNotes(StringRef Text) {
  std::vector<Compile> Out;
  auto Take = [&](std::string &Value) {
    size_t End = Text.find('\0');
    if (End == StringRef::npos)
      return false;
    Value = Text.take_front(End).str();
    Text = Text.drop_front(End + 1);
    return true;
  };
  while (!Text.empty()) {
    Compile C;
    std::string Number;
    unsigned Count = 0;
    if (!Take(C.Directory) || !Take(C.Compiler) || !Take(Number) ||
        StringRef(Number).getAsInteger(10, Count))
      break;
    // The shell's $() eats line ends; the extra line keeps those of the name.
    StringRef Dir = C.Directory;
    if (Dir.consume_back("\n/"))
      C.Directory = Dir.str();
    C.Args.resize(Count);
    if (!llvm::all_of(C.Args, Take))
      break;
    Out.push_back(std::move(C));
  }
  return Out;
}

/// Does the command compile (and not preprocess, ask for a version, link)?
bool compiles(ArrayRef<std::string> Args) {
  static constexpr StringLiteral Not[] = {
      "-E", "-M", "-MM", "-###", "--version", "-v", "-dM", "-print-prog-name"};
  return !Args.empty() && llvm::none_of(Args, [](const std::string &A) {
    return llvm::is_contained(Not, StringRef(A));
  });
}

/// Positions of the sources in \p Args; values of other options are none.
std::vector<size_t> sourcesIn(ArrayRef<std::string> Args) {
  static constexpr StringLiteral WithValue[] = {
      "-o", "-MF", "-MT", "-MQ",      "-include", "-imacros",
      "-I", "-D",  "-U",  "-isystem", "-iquote",  "-idirafter",
      "-x", "-L",  "-l",  "-Xlinker", "-Xclang",  "-Xassembler",
      "-T", "-u",  "-z"};
  std::vector<size_t> Out;
  for (size_t I = 0; I < Args.size(); ++I) {
    if (llvm::is_contained(WithValue, StringRef(Args[I])))
      ++I;
    else if (!StringRef(Args[I]).starts_with("-") && isSource(kindOf(Args[I])))
      Out.push_back(I);
  }
  return Out;
}

/// JSON is UTF-8; a name that is not cannot be written down.
bool isText(const nlohmann::json &Value) {
  try {
    (void)Value.dump();
    return true;
  } catch (const nlohmann::json::type_error &) {
    return false;
  }
}

using Entries = std::map<std::string, nlohmann::json>; ///< by canonical file

void addCompile(const Compile &C, Entries &Out) {
  if (!compiles(C.Args))
    return;
  std::vector<size_t> Sources = sourcesIn(C.Args);
  for (size_t At : Sources) {
    std::string File = canonical(C.Args[At], C.Directory);
    // Probes of configure scripts and copies of isolated builds are gone.
    if (!isRegularFile(File))
      continue;
    nlohmann::json Arguments = nlohmann::json::array({C.Compiler});
    for (size_t I = 0; I != C.Args.size(); ++I)
      if (I == At || !llvm::is_contained(Sources, I))
        Arguments.push_back(C.Args[I]);
    nlohmann::json Entry = {{"directory", C.Directory},
                            {"file", C.Args[At]},
                            {"arguments", std::move(Arguments)}};
    if (isText(Entry))
      Out[File] = std::move(Entry);
  }
}

/// Oldest first, so that the last compile of a file is the one that counts.
std::vector<std::string> notesByAge(StringRef Dir) {
  std::vector<std::pair<sys::TimePoint<>, std::string>> Files;
  for (const std::string &Name : entriesOf(Dir)) {
    fs::file_status Status;
    if (!fs::status(joinPath(Dir, Name), Status))
      Files.emplace_back(Status.getLastModificationTime(), joinPath(Dir, Name));
  }
  llvm::sort(Files);
  std::vector<std::string> Out;
  for (auto &[Time, Path] : Files)
    Out.push_back(Path);
  return Out;
}

Entries readRecord(StringRef Dir) {
  Entries Out;
  for (const std::string &File : notesByAge(Dir)) {
    auto Buffer = MemoryBuffer::getFile(File);
    if (!Buffer)
      continue;
    for (const Compile &C : readNotes((*Buffer)->getBuffer()))
      addCompile(C, Out);
  }
  return Out;
}

/// A build that compiled only what had changed adds to what an earlier record
/// wrote.
void mergeOld(const std::string &Output, Entries &All) {
  auto Buffer = MemoryBuffer::getFile(Output);
  if (!Buffer)
    return;
  StringRef Text = (*Buffer)->getBuffer();
  auto Old = nlohmann::json::parse(Text.begin(), Text.end(), nullptr,
                                   /*allow_exceptions=*/false);
  if (!Old.is_array())
    return;
  for (const nlohmann::json &Entry : Old) {
    if (!Entry.is_object() || !Entry.contains("file") ||
        !Entry["file"].is_string() || !Entry.contains("directory") ||
        !Entry["directory"].is_string())
      continue;
    std::string File = canonical(Entry["file"].get<std::string>(),
                                 Entry["directory"].get<std::string>());
    if (isRegularFile(File))
      All.try_emplace(File, Entry);
  }
}

Error writeDatabase(const Entries &All, const std::string &Output) {
  nlohmann::json Array = nlohmann::json::array();
  for (auto &[File, Entry] : All)
    Array.push_back(Entry);
  std::ofstream Out(Output, std::ios::binary);
  Out << Array.dump(2) << "\n";
  Out.close();
  return Out ? Error::success()
             : failure("cannot write '" + Output + "'; name another file");
}

/// Sets environment variables for the build and takes them back.
class ScopedEnvironment {
  std::map<std::string, std::optional<std::string>> Old;

public:
  void remember(const std::string &Name) {
    Old.try_emplace(Name, sys::Process::GetEnv(Name));
  }
  void set(const std::string &Name, const std::string &Value) {
    remember(Name);
    ::setenv(Name.c_str(), Value.c_str(), /*overwrite=*/1);
  }
  ~ScopedEnvironment() {
    for (auto &[Name, Value] : Old)
      if (Value)
        ::setenv(Name.c_str(), Value->c_str(), 1);
      else
        ::unsetenv(Name.c_str());
  }
};

/// Runs \p Command with the shims in front; its exit code.
Expected<int> runBuild(const std::vector<std::string> &Command,
                       StringRef NotesDir) {
  std::string Path = environment("PATH");
  auto Program = sys::findProgramByName(Command.front());
  if (!Program)
    return failure("no such program: '" + Command.front() + "'");
  std::string Root = shimRoot();
  auto Shims = makeShims(findCompilers(Path, Root), Root);
  if (!Shims)
    return Shims.takeError();

  ScopedEnvironment Scope;
  for (const char *Name : {"CC", "CXX", "LDSHARED", "LDCXXSHARED"}) {
    Scope.remember(Name);
    redirectVariable(Name, Root);
  }
  Scope.set("PATH", *Shims + ":" + Path);
  Scope.set("UNGIL_RECORD_DIR", NotesDir.str());
  // A hit in a compiler cache starts no compiler.
  Scope.set("CCACHE_DISABLE", "1");
  Scope.set("SCCACHE_RECACHE", "1");

  std::vector<StringRef> Args(Command.begin(), Command.end());
  std::string Message;
  int Code =
      sys::ExecuteAndWait(*Program, Args, std::nullopt, {},
                          /*SecondsToWait=*/0, /*MemoryLimit=*/0, &Message);
  if (Code == -1)
    return failure("cannot run '" + Command.front() + "' (" + Message + ")");
  return Code == -2 ? 128 : Code;
}

} // namespace

Expected<Recording> record(const std::vector<std::string> &Command,
                           const std::string &Output) {
  if (Command.empty())
    return failure("no build command given; for example `ungil record -- "
                   "python3 setup.py build_ext --force`");
  std::string File =
      canonical(Output.empty() ? "compile_commands.json" : Output);
  if (isFolder(File))
    File = joinPath(File, "compile_commands.json");
  SmallString<128> Notes;
  if (std::error_code E = fs::createUniqueDirectory("ungil-record", Notes))
    return failure("cannot make a temporary folder (" + E.message() + ")");
  auto Code = runBuild(Command, Notes);
  Entries All;
  if (Code)
    All = readRecord(Notes);
  (void)fs::remove_directories(Notes);
  if (!Code)
    return Code.takeError();
  if (All.empty()) {
    if (*Code != 0)
      return Recording{*Code, 0};
    return failure("the build compiled nothing that `ungil record` could see; "
                   "if it was up to date, clean it first or force it "
                   "(setup.py build_ext --force)");
  }
  size_t Compiled = All.size();
  mergeOld(File, All);
  if (Error E = writeDatabase(All, File))
    return std::move(E);
  return Recording{*Code, Compiled};
}

} // namespace ungil
