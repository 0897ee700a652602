//===- Python.cpp - find CPython's headers ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Files.h"
#include "Driver/PythonHeaders.h"
#include "Support/Input.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include <algorithm>

using namespace llvm;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

namespace ungil {

std::array<unsigned, 3> versionOf(StringRef Version) {
  std::array<unsigned, 3> Out{};
  for (unsigned &Part : Out) {
    if (Version.consumeInteger(10, Part))
      break;
    Version.consume_front(".");
  }
  return Out;
}

//===-- One include folder ------------------------------------------------===//

static std::string readAll(StringRef File) {
  auto Buffer = expectedToOptional(readInput(File));
  return Buffer ? (*Buffer)->getBuffer().str() : "";
}

/// The first line of \p Text that starts with \p Prefix once the white space
/// after `#` is gone; what follows the prefix.
static std::string directive(StringRef Text, StringRef Prefix) {
  while (!Text.empty()) {
    auto [Line, Rest] = Text.split('\n');
    Text = Rest;
    Line = Line.trim();
    if (!Line.consume_front("#"))
      continue;
    Line = Line.ltrim();
    if (Line.consume_front(Prefix))
      return Line.trim().str();
  }
  return "";
}

/// Debian's pyconfig.h only includes the one of the architecture, by a path
/// relative to the folder above: `<x86_64-linux-gnu/python3.13/pyconfig.h>`.
/// Finds the folder that path starts from, and the text of the real file.
static void readPlatform(PythonHeaders &H) {
  std::string Text = readAll(joinPath(H.IncludeDir, "pyconfig.h"));
  StringRef Above = path::parent_path(H.IncludeDir);
  if (Text.empty()) {
    // A source checkout has it beside Include/, or in PC/ for Windows;
    // multiarch layouts below the triple.
    std::vector<std::string> Dirs{Above.str()};
    for (const std::string &Name : entriesOf(Above))
      Dirs.push_back(
          joinPath(joinPath(Above, Name), path::filename(H.IncludeDir)));
    for (const std::string &Dir : Dirs) {
      Text = readAll(joinPath(Dir, "pyconfig.h"));
      if (!Text.empty()) {
        H.PlatformDir = Dir;
        break;
      }
    }
  } else if (Text.size() < 4096) {
    for (StringRef Rest = Text; !Rest.empty();) {
      std::string Name = directive(Rest, "include <");
      if (Name.empty())
        break;
      Rest = Rest.drop_front(Rest.find(Name) + Name.size());
      std::string File = joinPath(Above, StringRef(Name).split('>').first);
      if (std::string Real = readAll(File); !Real.empty()) {
        H.PlatformDir = Above.str();
        Text = Real;
        break;
      }
    }
  }
  H.FreeThreadedBuild =
      StringRef(directive(Text, "define Py_GIL_DISABLED")).starts_with("1");
}

PythonHeaders readHeaders(StringRef IncludeDir) {
  PythonHeaders H;
  std::string Main = joinPath(IncludeDir, "Python.h");
  if (!isRegularFile(Main))
    return H;
  H.IncludeDir = IncludeDir.str();
  std::string Version = directive(readAll(joinPath(IncludeDir, "patchlevel.h")),
                                  "define PY_VERSION ");
  if (Version.empty())
    Version = directive(readAll(Main), "define PY_VERSION ");
  H.Version = StringRef(Version).split(' ').first.trim("\"").str();
  readPlatform(H);
  return H;
}

bool isPythonIncludeDir(StringRef Dir) {
  StringRef Name = path::filename(Dir.rtrim('/'));
  bool Versioned = Name.consume_front("python") && !Name.empty() &&
                   isDigit(Name.front()) && Name.contains('.');
  if (Versioned && path::filename(path::parent_path(Dir.rtrim('/'))) != "lib")
    return true;
  return isRegularFile(joinPath(Dir, "Python.h")) &&
         isRegularFile(joinPath(Dir, "patchlevel.h"));
}

//===-- Candidates --------------------------------------------------------===//

namespace {
struct Candidate {
  PythonHeaders Headers;
  std::string Prefix;      ///< installation it belongs to; empty: headers alone
  std::string Environment; ///< virtual environment that led here, or empty
  size_t Rank = 0;         ///< position in the search
};
} // namespace

/// Include folders of the installation at \p Prefix.
static std::vector<std::string> includeDirs(StringRef Prefix) {
  std::vector<std::string> Out;
  std::string Include = joinPath(Prefix, "include");
  for (const std::string &Name : entriesOf(Include))
    if (StringRef(Name).starts_with("python"))
      Out.push_back(joinPath(Include, Name));
  Out.push_back(Include);
  llvm::erase_if(Out, [](const std::string &Dir) {
    return !isRegularFile(joinPath(Dir, "Python.h"));
  });
  return Out;
}

static std::string interpreterOf(StringRef Prefix, StringRef IncludeDir) {
  StringRef Name = path::filename(IncludeDir);
  for (StringRef Try : {Name, Name.rtrim("mdut"), StringRef("python3")}) {
    std::string Path = joinPath(joinPath(Prefix, "bin"), Try);
    if (Try.starts_with("python") && fs::can_execute(Path))
      return Path;
  }
  return "";
}

static void addPrefix(StringRef Prefix, StringRef Why,
                      std::vector<Candidate> &Out) {
  for (const std::string &Dir : includeDirs(Prefix)) {
    if (llvm::any_of(Out, [&](const Candidate &C) {
          return C.Headers.IncludeDir == Dir;
        }))
      continue;
    Candidate C{readHeaders(Dir), Prefix.str(), "", 0};
    C.Headers.Interpreter = interpreterOf(Prefix, Dir);
    C.Headers.Why = Why.str();
    Out.push_back(std::move(C));
  }
}

/// The installation a virtual environment was made from.
static std::string homeOf(StringRef Environment) {
  std::string Text = readAll(joinPath(Environment, "pyvenv.cfg"));
  for (StringRef Rest = Text; !Rest.empty();) {
    auto [Line, Tail] = Rest.split('\n');
    Rest = Tail;
    auto [Key, Value] = Line.split('=');
    if (Key.trim() == "home")
      return path::parent_path(Value.trim().rtrim('/')).str();
  }
  return "";
}

static void addEnvironment(StringRef Dir, StringRef Why,
                           std::vector<Candidate> &Out) {
  size_t First = Out.size();
  addPrefix(Dir, Why, Out);
  if (std::string Home = homeOf(Dir); !Home.empty())
    addPrefix(Home, Why, Out);
  for (size_t I = First; I != Out.size(); ++I)
    Out[I].Environment = Dir.str();
}

/// The prefix of an interpreter, links resolved: `/opt/p/bin/python3` is
/// /opt/p.
static std::string prefixOf(StringRef Interpreter) {
  SmallString<256> Real;
  if (fs::real_path(Interpreter, Real))
    return "";
  StringRef Bin = path::parent_path(Real);
  return path::filename(Bin) == "bin" ? path::parent_path(Bin).str()
                                      : Bin.str();
}

static void addFromPath(std::vector<Candidate> &Out) {
  std::string Path = sys::Process::GetEnv("PATH").value_or("");
  SmallVector<StringRef, 32> Dirs;
  StringRef(Path).split(Dirs, ':', -1, /*KeepEmpty=*/false);
  for (StringRef Dir : Dirs) {
    std::vector<std::string> Names{"python3", "python"};
    for (unsigned Minor = 30; Minor >= 8; --Minor) {
      Names.push_back("python3." + utostr(Minor));
      Names.push_back("python3." + utostr(Minor) + "t");
    }
    for (const std::string &Name : Names) {
      std::string File = joinPath(Dir, Name);
      if (!fs::exists(File))
        continue;
      if (isRegularFile(joinPath(path::parent_path(Dir), "pyvenv.cfg")))
        addEnvironment(path::parent_path(Dir), "on PATH", Out);
      if (std::string Prefix = prefixOf(File); !Prefix.empty())
        addPrefix(Prefix, "on PATH", Out);
    }
  }
}

/// Every folder in \p Parent is an installation.
static void addEach(StringRef Parent, StringRef Why,
                    std::vector<Candidate> &Out) {
  for (const std::string &Name : entriesOf(Parent)) {
    addPrefix(joinPath(Parent, Name), Why, Out);
    addPrefix(joinPath(joinPath(Parent, Name), "install"), Why, Out);
  }
}

static std::vector<Candidate> findAll(const std::vector<std::string> &Folders) {
  std::vector<Candidate> Out;
  auto Env = [](const char *Name) {
    return sys::Process::GetEnv(Name).value_or("");
  };
  if (std::string Dir = Env("UNGIL_PYTHON_INCLUDE"); !Dir.empty()) {
    Candidate C{readHeaders(canonicalFolder(Dir)), "", "", 0};
    C.Headers.Why = "UNGIL_PYTHON_INCLUDE";
    Out.push_back(std::move(C));
  }
  for (const char *Name : {"VIRTUAL_ENV", "CONDA_PREFIX"})
    if (std::string Dir = Env(Name); !Dir.empty())
      addEnvironment(Dir, Name, Out);
  for (const std::string &Folder : Folders)
    for (const char *Name : {".venv", "venv"})
      if (std::string Dir = joinPath(Folder, Name); isFolder(Dir))
        addEnvironment(Dir, "virtual environment in the tree", Out);
  addFromPath(Out);

  std::string Home = Env("HOME"), Pyenv = Env("PYENV_ROOT");
  addEach(
      joinPath(Pyenv.empty() ? joinPath(Home, ".pyenv") : Pyenv, "versions"),
      "pyenv", Out);
  std::string Data = Env("XDG_DATA_HOME");
  addEach(joinPath(Data.empty() ? joinPath(Home, ".local/share") : Data,
                   "uv/python"),
          "uv", Out);
  addPrefix("/usr/local", "/usr/local", Out);
  addPrefix("/usr", "/usr/include", Out);
  addEach("/opt/python", "/opt/python", Out);
  addEach("/Library/Frameworks/Python.framework/Versions", "framework", Out);
  llvm::erase_if(
      Out, [](const Candidate &C) { return C.Headers.IncludeDir.empty(); });
  return Out;
}

/// Newest first; of equal versions a free-threaded build, then the order of
/// the search.
static void sortCandidates(std::vector<Candidate> &All) {
  for (size_t I = 0; I != All.size(); ++I)
    All[I].Rank = I;
  llvm::sort(All, [](const Candidate &A, const Candidate &B) {
    auto Key = [](const PythonHeaders &H) {
      return std::make_pair(versionOf(H.Version), H.FreeThreadedBuild);
    };
    auto KeyA = Key(A.Headers), KeyB = Key(B.Headers);
    return KeyA != KeyB ? KeyA > KeyB : A.Rank < B.Rank;
  });
}

//===-- numpy, pybind11, nanobind
//------------------------------------------===//

static std::vector<std::string> sitePackages(StringRef Prefix) {
  std::vector<std::string> Out;
  std::string Lib = joinPath(Prefix, "lib");
  for (const std::string &Name : entriesOf(Lib))
    if (StringRef(Name).starts_with("python"))
      for (StringRef Site : {"site-packages", "dist-packages"})
        Out.push_back(joinPath(joinPath(Lib, Name), Site));
  return Out;
}

namespace {
/// A library that extensions are written with.
struct BindingTool {
  StringLiteral Header;     ///< as sources include it
  StringLiteral Folders[2]; ///< below site-packages
};
} // namespace

static constexpr BindingTool Tools[] = {
    {"numpy/arrayobject.h", {"numpy/_core/include", "numpy/core/include"}},
    {"pybind11/pybind11.h", {"pybind11/include", "pybind11/share/include"}},
    {"nanobind/nanobind.h", {"nanobind/include", "nanobind/ext/include"}}};

bool holdsTool(StringRef Folder) {
  return llvm::any_of(Tools, [&](const BindingTool &Tool) {
    return isRegularFile(joinPath(Folder, Tool.Header));
  });
}

/// The first of \p All, in order of preference, that has each tool. Binding
/// tools are headers and the same for every version of Python, so another
/// installation's do when the chosen one has none.
static std::vector<std::string>
toolIncludes(const std::vector<Candidate> &All) {
  std::vector<std::string> Sites, Out;
  for (const Candidate &C : All)
    for (StringRef Prefix : {StringRef(C.Environment), StringRef(C.Prefix)})
      if (!Prefix.empty())
        llvm::append_range(Sites, sitePackages(Prefix));
  for (const BindingTool &Tool : Tools) {
    bool Found = false;
    for (const std::string &Site : Sites)
      for (StringRef Where : Tool.Folders)
        if (std::string Dir = joinPath(Site, Where); !Found && isFolder(Dir)) {
          Out.push_back(Dir);
          Found = true;
        }
  }
  return Out;
}

//===-- --python
//------------------------------------------------------------===//

static Error notPython(StringRef Choice, StringRef Why) {
  return createStringError(
      inconvertibleErrorCode(),
      "--python '" + Choice.str() + "': " + Why.str() +
          "; give an interpreter or the folder that holds Python.h");
}

/// Asks the interpreter itself; empty when it cannot say.
static std::string askInterpreter(StringRef Interpreter) {
  SmallString<128> Output;
  if (fs::createTemporaryFile("ungil-python", "txt", Output))
    return "";
  FileRemover Remover(Output);
  StringRef Args[] = {Interpreter, "-c",
                      "import sysconfig; print(sysconfig.get_path('include'))"};
  std::optional<StringRef> Redirects[] = {StringRef(""), StringRef(Output),
                                          StringRef("")};
  if (sys::ExecuteAndWait(Interpreter, Args, std::nullopt, Redirects,
                          /*SecondsToWait=*/20))
    return "";
  return StringRef(readAll(Output)).trim().str();
}

/// `python3.11` and links to it name the folder among several in /usr.
static std::string includeByName(StringRef Interpreter, StringRef Prefix) {
  SmallString<256> Real;
  if (fs::real_path(Interpreter, Real))
    return "";
  std::vector<std::string> Dirs = includeDirs(Prefix);
  for (const std::string &Dir : Dirs)
    if (path::filename(Dir) == path::filename(Real))
      return Dir;
  std::vector<std::string> Versioned = Dirs;
  llvm::erase_if(Versioned, [](const std::string &Dir) {
    return path::filename(Dir) == "include";
  });
  return Versioned.size() == 1 ? Versioned.front() : "";
}

static Expected<Candidate> fromInterpreter(StringRef Choice) {
  std::string Interpreter = Choice.str();
  if (!Choice.contains('/')) {
    auto Found = sys::findProgramByName(Choice);
    if (!Found)
      return notPython(Choice, "no such program on PATH");
    Interpreter = *Found;
  }
  std::string Prefix, Dir, Environment;
  StringRef Above = path::parent_path(path::parent_path(Interpreter));
  if (std::string Home = homeOf(Above); !Home.empty()) {
    Environment = Above.str();
    Prefix = Home;
    Dir = includeByName(Interpreter, Home);
  }
  if (Dir.empty()) {
    Prefix = prefixOf(Interpreter);
    Dir = includeByName(Interpreter, Prefix);
  }
  if (Dir.empty())
    Dir = askInterpreter(Interpreter);
  Candidate C{readHeaders(Dir), Prefix, Environment, 0};
  if (C.Headers.IncludeDir.empty())
    return notPython(Choice, "its headers are not installed");
  C.Headers.Interpreter = Interpreter;
  return C;
}

static Expected<Candidate> chosen(StringRef Choice) {
  if (!fs::exists(Choice) && Choice.contains('/'))
    return notPython(Choice, "no such file or folder");
  // `python3` is also the name of a folder in many trees.
  if (isFolder(Choice) &&
      (Choice.contains('/') || !sys::findProgramByName(Choice))) {
    std::string Dir = canonicalFolder(Choice);
    Candidate C{readHeaders(Dir), "", "", 0};
    if (C.Headers.IncludeDir.empty()) {
      std::vector<Candidate> Below;
      addEnvironment(Dir, "--python", Below);
      sortCandidates(Below);
      if (Below.empty())
        return notPython(Choice, "no Python.h there");
      C = Below.front();
    } else if (StringRef Above = path::parent_path(Dir);
               path::filename(Above) == "include") {
      C.Prefix = path::parent_path(Above).str();
    }
    return C;
  }
  return fromInterpreter(Choice);
}

Expected<PythonHeaders> findPython(StringRef Choice,
                                   const std::vector<std::string> &Folders) {
  std::vector<Candidate> All;
  if (Choice.empty()) {
    All = findAll(Folders);
    sortCandidates(All);
  } else {
    auto C = chosen(Choice);
    if (!C)
      return C.takeError();
    C->Headers.Why = "--python";
    // What the user named is all that counts, for its tools too.
    All = {std::move(*C)};
  }
  if (All.empty())
    return PythonHeaders();
  PythonHeaders Out = All.front().Headers;
  Out.ToolIncludes = toolIncludes(All);
  return Out;
}

std::vector<std::string> pythonArgs(const PythonHeaders &H) {
  if (H.IncludeDir.empty())
    return {};
  std::vector<std::string> Out{"-isystem", H.IncludeDir};
  // After the system's own folders: H.PlatformDir may be /usr/include, which
  // must not move in front of the C++ library's.
  if (!H.PlatformDir.empty()) {
    Out.push_back("-idirafter");
    Out.push_back(H.PlatformDir);
  }
  return Out;
}

} // namespace ungil
