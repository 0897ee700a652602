//===- IncludeGraph.cpp - who includes whom, by text ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/IncludeGraph.h"
#include "Driver/Files.h"
#include "Driver/PythonHeaders.h"
#include "Support/Input.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <algorithm>
#include <string_view>

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

//===-- Text --------------------------------------------------------------===//

/// Headers that mean Python even when they are not in the tree.
static bool isPythonHeader(StringRef Name) {
  static constexpr StringLiteral Prefixes[] = {
      "pybind11/", "nanobind/", "numpy/", "boost/python", "CXX/Objects"};
  return path::filename(Name) == "Python.h" ||
         llvm::any_of(Prefixes,
                      [&](StringRef P) { return Name.starts_with(P); });
}

/// `<vector>`: headers without a suffix are C++'s own. Those that came with
/// C++20 say so.
static void noteStandardHeader(StringRef Name, FileText &Out) {
  if (Name.contains('.') || Name.contains('/'))
    return;
  Out.Cxx = true;
  static constexpr StringLiteral New[] = {
      "bit",     "compare", "concepts", "coroutine",       "format",    "latch",
      "numbers", "ranges",  "span",     "source_location", "syncstream"};
  Out.Cxx20 |= llvm::is_contained(New, Name);
}

static bool contains(StringRef Text, std::string_view Needle) {
  // string_view's find is memchr and memcmp, several times faster here than
  // StringRef's.
  return std::string_view(Text).find(Needle) != std::string_view::npos;
}

/// Does a line of code (no comment, as far as the line shows) start with one
/// of the words only C++ starts a line with?
static void noteCodeLine(StringRef Line, FileText &Out) {
  auto Starts = [&](StringRef Word) {
    return Line.starts_with(Word) &&
           (Line.size() == Word.size() || !isAlnum(Line[Word.size()]));
  };
  switch (Line.front()) {
  case 'n':
    Out.Cxx |= Starts("namespace");
    break;
  case 't':
    Out.Cxx |= Line.starts_with("template<") || Line.starts_with("template <");
    break;
  case 'u':
    Out.Cxx |= Line.starts_with("using namespace ") ||
               (Line.starts_with("using ") && Line.contains('='));
    break;
  case 'c':
    Out.Cxx |=
        Line.starts_with("class ") && !Line.contains(" is ") &&
        (Line.contains('{') || Line.contains(':') || Line.ends_with(";"));
    Out.Cxx20 |= Starts("concept") && Line.contains('=');
    break;
  case 'r':
    Out.Cxx20 |= Line.starts_with("requires ") || Line.starts_with("requires(");
    break;
  case 'p':
    Out.Cxx |= Line.starts_with("public:") || Line.starts_with("private:");
    break;
  default:
    break;
  }
}

namespace {
/// The #if nesting of a file. Text under `#ifdef __cplusplus` proves nothing
/// about the language: that is what C headers for C++ users look like.
class Conditions {
  std::vector<bool> CxxArms;
  size_t Cxx = 0; ///< of them

public:
  void enter(StringRef Condition) {
    CxxArms.push_back(Condition.contains("__cplusplus") &&
                      !Condition.starts_with("ifndef"));
    Cxx += CxxArms.back();
  }
  void otherwise() {
    if (!CxxArms.empty()) {
      Cxx -= CxxArms.back();
      CxxArms.back() = false;
    }
  }
  void leave() {
    otherwise();
    if (!CxxArms.empty())
      CxxArms.pop_back();
  }
  bool any() const { return !CxxArms.empty(); }
  bool forCxxOnly() const { return Cxx != 0; }
};
} // namespace

static void noteInclude(StringRef Line, const Conditions &If, FileText &Out) {
  Line.consume_front("_next");
  Line = Line.ltrim(" \t");
  if (Line.empty() || (Line.front() != '<' && Line.front() != '"'))
    return;
  bool Angled = Line.front() == '<';
  StringRef Name = Line.drop_front();
  size_t End = Name.find(Angled ? '>' : '"');
  if (End == StringRef::npos || End == 0)
    return;
  Name = Name.take_front(End);
  Out.Python |= isPythonHeader(Name);
  if (Angled && !If.forCxxOnly())
    noteStandardHeader(Name, Out);
  Out.Includes.push_back({Name.str(), Angled, If.any()});
}

static bool isNameChar(char C) { return isAlnum(C) || C == '_'; }

/// The names in the condition of an #if.
static void noteTested(StringRef Condition, FileText &Out) {
  Condition = Condition.split("/*").first.split("//").first;
  while (!Condition.empty()) {
    StringRef Word = Condition.take_while(isNameChar);
    if (!Word.empty() && !isDigit(Word.front()) && Word != "defined")
      Out.Tested.insert(Word.str());
    Condition = Condition.drop_front(std::max<size_t>(Word.size(), 1));
  }
}

/// A preprocessor line, from behind its `#`.
static void noteDirective(StringRef Line, Conditions &If, FileText &Out) {
  Line = Line.ltrim(" \t");
  if (Line.starts_with("if") || Line.starts_with("elif"))
    noteTested(Line.drop_while(isNameChar), Out);
  if (Line.starts_with("if"))
    If.enter(Line);
  else if (Line.starts_with("el"))
    If.otherwise();
  else if (Line.starts_with("endif"))
    If.leave();
  else if (Line.consume_front("define")) {
    StringRef Name = Line.ltrim(" \t").take_while(isNameChar);
    Out.LimitedApi |= Name.starts_with("Py_LIMITED_API");
    Out.Defined.insert(Name.str());
  } else if (Line.consume_front("include"))
    noteInclude(Line, If, Out);
}

FileText scanText(StringRef Text) {
  FileText Out;
  Out.Read = true;
  Conditions If;
  for (StringRef Rest = Text; !Rest.empty();) {
    size_t End = Rest.find('\n');
    StringRef Line = Rest.take_front(End);
    Rest = End == StringRef::npos ? StringRef() : Rest.drop_front(End + 1);
    Line = Line.trim(" \t\r\f\v");
    if (Line.empty())
      continue;
    if (Line.front() == '#')
      noteDirective(Line.drop_front(), If, Out);
    else if (!If.forCxxOnly())
      noteCodeLine(Line, Out);
  }
  Out.NamesPyObject = contains(Text, "PyObject");
  Out.Cxx20 = Out.Cxx20 || contains(Text, "std::span<") ||
              contains(Text, "co_await ") || contains(Text, " consteval ") ||
              contains(Text, "operator<=>");
  return Out;
}

/// Never opens a pipe or a device: that could wait for ever.
static FileText readText(StringRef File) {
  auto Buffer = expectedToOptional(readInput(File));
  if (!Buffer || isBinary((*Buffer)->getBuffer()))
    return {};
  return scanText((*Buffer)->getBuffer());
}

//===-- Graph -------------------------------------------------------------===//

IncludeGraph::IncludeGraph(const std::vector<std::string> &Files) {
  Nodes.reserve(Files.size());
  for (const std::string &File : Files)
    add(File);
}

FileIndex IncludeGraph::add(StringRef File) {
  auto [Where, New] = ByPath.try_emplace(File, FileIndex(Nodes.size()));
  if (New) {
    Nodes.emplace_back().Name = File.str();
    ByName[path::filename(File)].push_back(Where->second);
  }
  return Where->second;
}

const FileText &IncludeGraph::text(FileIndex I) {
  Node &N = Nodes[I];
  if (!N.Scanned) {
    N.Scanned = true;
    N.Text = readText(N.Name);
  }
  return N.Text;
}

bool IncludeGraph::isSystem(StringRef Name) {
  auto [Where, New] = System.try_emplace(Name, false);
  if (New)
    Where->second = sys::fs::exists(joinPath("/usr/include", Name));
  return Where->second;
}

/// Files whose path ends in \p Name; of several the ones nearest to \p From.
std::vector<FileIndex> IncludeGraph::bySuffix(StringRef From, StringRef Name) {
  while (Name.consume_front("../") || Name.consume_front("./"))
    ;
  std::vector<FileIndex> Best;
  size_t BestCommon = 0;
  auto Known = ByName.find(path::filename(Name));
  if (Known == ByName.end())
    return Best;
  std::string Suffix = ("/" + Name).str();
  for (FileIndex I : Known->second) {
    if (!StringRef(Nodes[I].Name).ends_with(Suffix))
      continue;
    size_t Common = commonFolder(From, Nodes[I].Name);
    if (Best.empty() || Common > BestCommon) {
      Best = {I};
      BestCommon = Common;
    } else if (Common == BestCommon) {
      Best.push_back(I);
    }
  }
  return Best;
}

/// Is \p From below a folder of the name that \p Name starts with?
static bool isOwnTool(StringRef From, StringRef Name) {
  StringRef Tool = Name.split('/').first;
  return Tool != Name && From.contains(("/" + Tool + "/").str());
}

void IncludeGraph::resolveOne(Node &From, const IncludeLine &Line) {
  std::vector<FileIndex> Found;
  if (!Line.Angled) {
    SmallString<256> Beside(path::parent_path(From.Name));
    path::append(Beside, Line.Name);
    path::remove_dots(Beside, /*remove_dot_dot=*/true);
    if (auto It = ByPath.find(Beside); It != ByPath.end())
      Found.push_back(It->second);
  }
  // A binding tool's headers are somebody else's, but in its own tree they
  // are what is analysed.
  bool Tool = isPythonHeader(Line.Name);
  bool Foreign = Tool && !isOwnTool(From.Name, Line.Name);
  // Of a tool the tree's own comes before one that is installed here.
  if (Found.empty() && (Tool || !Line.Angled || !isSystem(Line.Name))) {
    Found = bySuffix(From.Name, Line.Name);
    StringRef Name = Line.Name;
    while (Name.consume_front("./"))
      ;
    for (FileIndex I : Found)
      if (StringRef File = Nodes[I].Name; File.consume_back(Name))
        if (std::string Folder = File.rtrim('/').str();
            !Foreign || holdsTool(Folder))
          From.Folders.push_back(std::move(Folder));
  }
  // It is found in the tree, and read as what an installed one would be.
  if (Foreign)
    Found.clear();
  llvm::append_range(From.Includes, Found);
  if (!Line.Conditional)
    llvm::append_range(From.Unconditional, Found);
}

template <class T> static void sortUnique(std::vector<T> &V) {
  llvm::sort(V);
  V.erase(std::unique(V.begin(), V.end()), V.end());
}

void IncludeGraph::resolve(FileIndex I) {
  if (Nodes[I].Resolved)
    return;
  text(I);
  Node &N = Nodes[I];
  N.Resolved = true;
  for (const IncludeLine &Line : N.Text.Includes)
    resolveOne(N, Line);
  sortUnique(N.Includes);
  sortUnique(N.Unconditional);
  sortUnique(N.Folders);
}

const std::vector<FileIndex> &IncludeGraph::includes(FileIndex I) {
  resolve(I);
  return Nodes[I].Includes;
}

const std::vector<FileIndex> &IncludeGraph::unconditional(FileIndex I) {
  resolve(I);
  return Nodes[I].Unconditional;
}

const std::set<FileIndex> &IncludeGraph::closure(FileIndex I) {
  Node &N = Nodes[I];
  if (N.Closed)
    return N.Closure;
  N.Closed = true;
  std::vector<FileIndex> Todo{I};
  N.Closure.insert(I);
  while (!Todo.empty()) {
    FileIndex Next = Todo.back();
    Todo.pop_back();
    for (FileIndex To : includes(Next))
      if (N.Closure.insert(To).second)
        Todo.push_back(To);
  }
  return N.Closure;
}

bool IncludeGraph::any(FileIndex I, bool FileText::*Flag) {
  return llvm::any_of(closure(I), [&](FileIndex F) { return text(F).*Flag; });
}

bool IncludeGraph::reachesPython(FileIndex I) {
  return any(I, &FileText::Python);
}

std::vector<std::string> IncludeGraph::searchFolders(FileIndex I) {
  std::vector<std::string> Out;
  for (FileIndex F : closure(I))
    llvm::append_range(Out, Nodes[F].Folders);
  sortUnique(Out);
  const std::string &File = Nodes[I].Name;
  llvm::sort(Out, [&](const std::string &A, const std::string &B) {
    size_t NearA = commonFolder(File, A + "/");
    size_t NearB = commonFolder(File, B + "/");
    return NearA != NearB ? NearA > NearB : A < B;
  });
  return Out;
}

} // namespace ungil
