//===- CommandDoc.cpp - the command line as data --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandDoc.h"
#include "ConfigOptions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <CLI/CLI.hpp>

using namespace ungil;

namespace {

/// What a value is called and what it can be: CLI11 has both in one string,
/// `TEXT:{auto,always,never}`.
void readType(llvm::StringRef Type, OptionDoc &Doc) {
  if (size_t Open = Type.find('{'); Open != llvm::StringRef::npos) {
    llvm::StringRef List =
        Type.drop_front(Open + 1).take_until([](char C) { return C == '}'; });
    llvm::SmallVector<llvm::StringRef> Words;
    List.split(Words, ',');
    for (llvm::StringRef Word : Words)
      Doc.Words.push_back(Word.str());
    Doc.Kind = ValueKind::Words;
    Doc.Value = "WORD";
    return;
  }
  llvm::StringRef Name = Type.split(':').first;
  Doc.Value = Name == "UINT" || Name == "FLOAT" ? "N" : Name.str();
  Doc.Kind = ValueKind::Text;
  if (Name == "FILE" || Name == "PATH")
    Doc.Kind = ValueKind::File;
  else if (Name == "FOLDER")
    Doc.Kind = ValueKind::Folder;
  else if (Name == "RULE") {
    Doc.Kind = ValueKind::Words;
    for (std::string_view Id : ruleIds())
      Doc.Words.emplace_back(Id);
  }
}

OptionDoc describeOption(const CLI::Option &Option) {
  OptionDoc Doc;
  for (const std::string &Name : Option.get_snames())
    Doc.Names.push_back("-" + Name);
  for (const std::string &Name : Option.get_lnames())
    Doc.Names.push_back("--" + Name);
  bool Flag = Option.get_expected_max() == 0;
  if (std::string Type = Option.get_type_name();
      !Flag || llvm::StringRef(Type).contains('{'))
    readType(Type, Doc);
  Doc.OnlyAttached = Flag && Doc.Kind != ValueKind::None;
  Doc.Commas = Option.get_delimiter() != '\0';
  Doc.Required = Option.get_required();
  Doc.Repeats = Option.get_items_expected_max() > 1;
  Doc.Default = Option.get_default_str();
  Doc.Environment = Option.get_envname();
  Doc.Help = Option.get_description();
  Doc.Group = Option.get_group();
  if (Doc.Names.empty())
    Doc.Value = Option.get_name(/*positional=*/true);
  return Doc;
}

} // namespace

CommandDoc ungil::describe(const CLI::App &App) {
  CommandDoc Doc;
  Doc.Name = App.get_name();
  Doc.Help = App.get_description();
  Doc.Footer = App.get_footer();
  for (const std::string &Group : App.get_groups())
    for (const CLI::Option *Option : App.get_options())
      if (Option->get_group() == Group && !Group.empty())
        (Option->nonpositional() ? Doc.Options : Doc.Positionals)
            .push_back(describeOption(*Option));
  for (const CLI::App *Command : App.get_subcommands(nullptr))
    Doc.Commands.push_back(describe(*Command));
  return Doc;
}

std::string ungil::brief(const std::string &Help) {
  size_t End = Help.size();
  for (const char *Stop : {". ", "; ", ": ", " ("})
    End = std::min(End, Help.find(Stop));
  llvm::StringRef First = llvm::StringRef(Help).take_front(End);
  return First.rtrim('.').str();
}
