//===- Reviewed.cpp - lists of variables somebody looked at ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Reviewed.h"
#include "Report/Names.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <map>
#include <set>
#include <tuple>

using namespace ungil;
using llvm::StringRef;

namespace {

/// File, function, variable.
using Key = std::tuple<std::string, std::string, std::string>;

/// The name without the namespaces and classes around it.
std::string lastName(StringRef Name) {
  return Name.substr(Name.rfind(':') + 1).str();
}

std::string field(StringRef Text) {
  Text = Text.trim();
  return Text == "-" ? std::string() : Text.str();
}

/// Where the variable that \p F is about is defined.
Key definedAt(const Program &P, const Report &Out, const Finding &F) {
  const Entity &E = P.entity(F.About.Entity);
  std::string Function;
  if (E.Parent != None && P.entity(E.Parent).Kind == EntityKind::Function)
    Function = lastName(P.entity(E.Parent).Name);
  return {fileName(Out, E.Loc.File), Function, lastName(E.Name)};
}

Key foundAt(const Report &Out, const Finding &F) {
  return {fileName(Out, F.Range.File), lastName(F.Function),
          lastName(F.Entity)};
}

/// A list that names nothing here was written for another root.
void remarkOnStranger(const ReviewedList &List, Report &Out) {
  std::set<std::string> Read;
  for (FileId File = 0; File != Out.Files.size(); ++File)
    Read.insert(fileName(Out, File));
  if (List.Entries.empty() ||
      llvm::any_of(List.Entries,
                   [&](const ReviewedEntry &E) { return Read.count(E.File); }))
    return;
  Out.Remarks.push_back({Severity::Warning, List.Path,
                         "names no file of this scan; the files in it are "
                         "relative to the root of the scan, '" +
                             Out.Root + "' (--root)"});
}

} // namespace

llvm::Expected<ReviewedList> ungil::parseReviewed(std::string_view Text,
                                                  const std::string &Path) {
  ReviewedList List;
  List.Path = Path;
  llvm::SmallVector<StringRef, 0> Lines;
  StringRef(Text).split(Lines, '\n');
  for (size_t I = 0; I != Lines.size(); ++I) {
    StringRef Line = Lines[I].trim("\r\n ");
    if (Line.trim().empty() || Line.starts_with("#"))
      continue;
    llvm::SmallVector<StringRef, 4> Parts;
    Line.split(Parts, '\t');
    if (Parts.size() < 3 || field(Parts[0]).empty() || field(Parts[2]).empty())
      return llvm::createStringError(
          llvm::inconvertibleErrorCode(),
          Path + ":" + std::to_string(I + 1) +
              ": expected file, function, variable and reason, separated by "
              "tabs ('-' for no function)");
    if (Parts[0] == "filename") // the names of the columns
      continue;
    List.Entries.push_back({field(Parts[0]), lastName(field(Parts[1])),
                            lastName(field(Parts[2])),
                            Parts.size() > 3 ? field(Parts[3]) : ""});
  }
  return List;
}

void ungil::applyReviewed(const Program &P, llvm::ArrayRef<ReviewedList> Lists,
                          bool NeedReasons, Confidence Least, Report &Out) {
  std::map<Key, std::string> Reviewed; // with its reason
  for (const ReviewedList &List : Lists) {
    size_t Lacking = 0;
    for (const ReviewedEntry &E : List.Entries)
      if (NeedReasons && E.Reason.empty())
        ++Lacking;
      else
        Reviewed.try_emplace({E.File, E.Function, E.Variable}, E.Reason);
    if (Lacking != 0)
      Out.Remarks.push_back({Severity::Note, List.Path,
                             std::to_string(Lacking) +
                                 " entries have no reason and count for "
                                 "nothing under --strict"});
    remarkOnStranger(List, Out);
  }
  if (Reviewed.empty())
    return;
  llvm::erase_if(Out.Findings, [&](const Finding &F) {
    Key At = F.About.Entity == None ? foundAt(Out, F) : definedAt(P, Out, F);
    auto Entry = Reviewed.find(At);
    if (Entry == Reviewed.end())
      return false;
    Out.Answers.push_back({F, "reviewed list", Entry->second});
    Out.Suppressed += F.Conf >= Least;
    return true;
  });
}
