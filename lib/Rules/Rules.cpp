//===- Rules.cpp - the rules and their pages ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Rules.h"
#include "Report/Names.h"
#include "Support/Nearest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace ungil;

const RuleInfo *ungil::findRule(std::string_view Id) {
  llvm::StringRef Name(Id);
  Name.consume_front("ungil-");
  for (const RuleInfo &Rule : allRules())
    if (Rule.Id == std::string_view(Name))
      return &Rule;
  return nullptr;
}

const RuleInfo *ungil::nearestRule(std::string_view Id) {
  llvm::StringRef Name(Id);
  Name.consume_front("ungil-");
  std::vector<std::string_view> Ids;
  for (const RuleInfo &Rule : allRules())
    Ids.push_back(Rule.Id);
  return findRule(nearest(Name, Ids));
}

llvm::Error ungil::unknownRule(std::string_view Id) {
  std::string Message = "unknown rule '" + std::string(Id) + "'";
  if (const RuleInfo *Near = nearestRule(Id))
    Message += "; did you mean '" + std::string(Near->Id) + "'?";
  else
    Message += "; `ungil rules` lists them";
  return llvm::createStringError(llvm::inconvertibleErrorCode(), Message);
}

llvm::Expected<std::vector<const RuleInfo *>>
ungil::selectRules(llvm::ArrayRef<std::string> Select,
                   llvm::ArrayRef<std::string> Ignore) {
  std::vector<const RuleInfo *> Selected, Ignored;
  for (const std::string &Id : Ignore) {
    const RuleInfo *Rule = findRule(Id);
    if (!Rule)
      return unknownRule(Id);
    Ignored.push_back(Rule);
  }
  for (const std::string &Id : Select) {
    const RuleInfo *Rule = findRule(Id);
    if (!Rule)
      return unknownRule(Id);
    Selected.push_back(Rule);
  }
  std::vector<const RuleInfo *> Result;
  for (const RuleInfo &Rule : allRules())
    if ((Select.empty() || llvm::is_contained(Selected, &Rule)) &&
        !llvm::is_contained(Ignored, &Rule))
      Result.push_back(&Rule);
  return Result;
}

std::string ungil::rulePage(const RuleInfo &Rule) {
  std::string Page = "# " + std::string(Rule.Id) + "\n\n";
  Page += Rule.Summary;
  Page += "\n\nSeverity: " + std::string(name(Rule.Default)) +
          ". Precision: " + std::string(Rule.Precision) +
          ". clang-tidy check: `ungil-" + std::string(Rule.Id) +
          "`. Tags: " + std::string(Rule.Tags) + ".\n\n";
  Page += Rule.Markdown;
  return Page;
}

std::string ungil::ruleIndex() {
  std::string Page = "# Rules\n\n"
                     "Written by `ungil rules --markdown-dir` from the pages "
                     "in `rules/`; edit those.\n\n"
                     "| rule | finds |\n|---|---|\n";
  for (const RuleInfo &Rule : allRules()) {
    std::string Id(Rule.Id);
    Page += "| [`" + Id + "`](" + Id + ".md) | " + std::string(Rule.Summary) +
            " |\n";
  }
  return Page;
}
