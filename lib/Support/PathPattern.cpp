//===- PathPattern.cpp - files by pattern ---------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/PathPattern.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/GlobPattern.h"
#include <vector>

using namespace llvm;

namespace {

constexpr size_t MaxAlternatives = 64;

/// `/**/` stands for no folder as well, which the globs of LLVM do not know:
/// both readings of each.
std::vector<std::string> readings(StringRef Pattern) {
  constexpr StringRef AnyDepth = "/**/";
  constexpr size_t MaxReadings = 16;
  std::vector<std::string> All{""};
  while (true) {
    auto [Head, Tail] = Pattern.split(AnyDepth);
    for (std::string &Text : All)
      Text += Head;
    if (Head.size() == Pattern.size())
      return All;
    size_t N = All.size();
    for (size_t I = 0; I != N; ++I) {
      if (All.size() < MaxReadings)
        All.push_back(All[I] + "/");
      All[I] += "/*/";
    }
    Pattern = Tail;
  }
}

bool matchesWhole(const GlobPattern &Glob, StringRef Path) {
  for (; !Path.empty(); Path = Path.rsplit('/').first) {
    if (Glob.match(Path))
      return true;
    if (!Path.contains('/'))
      break;
  }
  return false;
}

bool matchesName(const GlobPattern &Glob, StringRef Path) {
  SmallVector<StringRef, 16> Names;
  Path.split(Names, '/', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  return any_of(Names, [&](StringRef Name) { return Glob.match(Name); });
}

} // namespace

std::string ungil::patternProblem(StringRef Pattern) {
  if (Pattern.trim('/').empty())
    return "an empty pattern matches nothing";
  auto Glob = GlobPattern::create(Pattern, MaxAlternatives);
  if (Glob)
    return {};
  return "'" + Pattern.str() + "' is no pattern: " + toString(Glob.takeError());
}

std::string ungil::patternBelow(StringRef Folder, StringRef Pattern) {
  bool Here = Pattern.consume_front("./");
  Pattern = Pattern.rtrim('/');
  if ((!Here && !Pattern.contains('/')) || Pattern.starts_with("/"))
    return Pattern.str();
  std::string All;
  for (char C : Folder.rtrim('/')) {
    if (StringRef("*?[]{}\\").contains(C))
      All += '\\';
    All += C;
  }
  return All + "/" + Pattern.str();
}

bool ungil::matchesPath(StringRef Pattern, StringRef Path) {
  return any_of(readings(Pattern), [&](const std::string &Text) {
    auto Glob = GlobPattern::create(Text, MaxAlternatives);
    if (!Glob) {
      consumeError(Glob.takeError());
      return false;
    }
    return StringRef(Text).contains('/') ? matchesWhole(*Glob, Path)
                                         : matchesName(*Glob, Path);
  });
}
