//===- Selection.cpp - which files belong to the extension ------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Selection.h"
#include "Driver/Files.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Path.h"
#include <deque>

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

static std::string stem(const std::string &File) {
  return path::stem(File).str();
}

static std::string shortName(const std::string &File) {
  return path::filename(File).str();
}

/// Sources are text too: those that another source always includes are part
/// of its unit.
static void dropIncluded(IncludeGraph &Graph, const std::set<FileIndex> &Fixed,
                         Selection &S) {
  std::map<FileIndex, std::vector<FileIndex>> Includers;
  for (auto &[File, Why] : S.In)
    for (FileIndex To : Graph.unconditional(File))
      if (To != File && S.In.count(To))
        Includers[To].push_back(File);
  for (auto &[File, By] : Includers) {
    if (Fixed.count(File))
      continue;
    // Two files that include each other must not drop each other.
    auto In = llvm::find_if(By, [&](FileIndex I) { return S.In.count(I); });
    if (In == By.end())
      continue;
    S.In.erase(File);
    S.Out[File] =
        "part of " + shortName(Graph.name(*In)) + ", which includes it";
  }
}

namespace {
/// Grows the set of sources from those that reach Python.h along the headers
/// they use: a header in use brings in the sources that implement it.
class Closure {
  IncludeGraph &Graph;
  Selection &S;
  std::map<FileIndex, std::vector<FileIndex>> ByHeader;
  std::map<std::string, std::vector<FileIndex>> ByStem;
  std::set<FileIndex> Used; ///< files in use by something that is in
  std::deque<FileIndex> Todo;

  void take(FileIndex File, const std::string &Why) {
    if (S.In.try_emplace(File, Why).second)
      Todo.push_back(File);
  }

public:
  Closure(IncludeGraph &Graph, const std::set<FileIndex> &Sources, Selection &S)
      : Graph(Graph), S(S) {
    for (FileIndex File : Sources) {
      ByStem[stem(Graph.name(File))].push_back(File);
      for (FileIndex To : Graph.includes(File))
        ByHeader[To].push_back(File);
    }
    for (auto &[File, Why] : S.In)
      Todo.push_back(File);
  }

  void run() {
    while (!Todo.empty()) {
      FileIndex From = Todo.front();
      Todo.pop_front();
      for (FileIndex Header : Graph.closure(From)) {
        if (Header == From || !Used.insert(Header).second)
          continue;
        std::string Why = "shares " + shortName(Graph.name(Header)) + " with " +
                          shortName(Graph.name(From));
        for (FileIndex File : ByHeader[Header])
          take(File, Why);
        if (auto It = ByStem.find(stem(Graph.name(Header))); It != ByStem.end())
          for (FileIndex File : It->second)
            take(File, Why);
      }
    }
  }
};
} // namespace

Selection selectSources(IncludeGraph &Graph, const std::set<FileIndex> &Sources,
                        const std::set<FileIndex> &Named,
                        const std::set<FileIndex> &Built) {
  Selection S;
  for (FileIndex File : Sources)
    if (Graph.reachesPython(File))
      S.In[File] =
          Graph.text(File).Python ? "includes Python.h" : "reaches Python.h";
  if (S.In.empty()) {
    S.NoPython = llvm::any_of(
        Sources, [&](FileIndex File) { return Graph.text(File).Read; });
    for (FileIndex File : Sources)
      S.In[File] = "nothing here reaches Python.h, so everything is in";
  } else {
    Closure(Graph, Sources, S).run();
  }
  for (FileIndex File : Named)
    if (Sources.count(File))
      S.In.try_emplace(File, "named");
  // What is in such a file nobody knows: the scan says that it is missing.
  for (FileIndex File : Sources)
    if (!Graph.text(File).Read)
      S.In.try_emplace(File, "cannot be read");
  for (FileIndex File : Sources)
    if (!S.In.count(File))
      S.Out[File] = "does not reach Python.h and shares no header with a "
                    "file that does";
  std::set<FileIndex> Fixed = Named;
  Fixed.insert(Built.begin(), Built.end());
  dropIncluded(Graph, Fixed, S);
  return S;
}

void selectHeaders(IncludeGraph &Graph, const std::set<FileIndex> &Headers,
                   const std::set<FileIndex> &Named, Selection &S) {
  std::set<FileIndex> Covered;
  for (auto &[File, Why] : S.In) {
    auto &Reached = Graph.closure(File);
    Covered.insert(Reached.begin(), Reached.end());
  }
  bool AnySource = !S.In.empty();
  std::set<FileIndex> Alone;
  for (FileIndex File : Headers) {
    if (Named.count(File))
      S.In[File] = "named";
    else if (Covered.count(File))
      continue;
    else if (Graph.reachesPython(File) || Graph.text(File).NamesPyObject ||
             !AnySource)
      Alone.insert(File);
    else
      S.Out[File] = "no source here includes it and it does not reach Python.h";
  }
  // First those nobody includes; they cover the rest, except for headers that
  // include each other in a ring, of which the first will do.
  std::set<FileIndex> Inner;
  for (FileIndex File : Alone)
    for (FileIndex To : Graph.includes(File))
      if (To != File)
        Inner.insert(To);
  auto Take = [&](FileIndex File) {
    if (Covered.count(File))
      return;
    S.In.try_emplace(File, "a header no source here includes");
    auto &Reached = Graph.closure(File);
    Covered.insert(Reached.begin(), Reached.end());
  };
  for (FileIndex File : Alone)
    if (!Inner.count(File))
      Take(File);
  for (FileIndex File : Alone)
    Take(File);
}

} // namespace ungil
