//===- File.cpp - the configuration file ----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config/File.h"
#include "Support/Input.h"
#include "Support/Nearest.h"
#include "Support/PathPattern.h"
#include "Support/Toml.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <sstream>

using namespace ungil;
namespace path = llvm::sys::path;

namespace {

constexpr llvm::StringRef OwnName = "ungil.toml", SharedName = "pyproject.toml";

bool isShared(llvm::StringRef Path) {
  return path::filename(Path) == SharedName;
}

/// Does the text have our table, as far as it can be told without reading it
/// as TOML? A file that is not ours may be a template and no TOML at all.
bool namesUs(const std::string &Path) {
  auto Buffer = llvm::expectedToOptional(readInput(Path));
  if (!Buffer)
    return false;
  llvm::SmallVector<llvm::StringRef, 0> Lines;
  (*Buffer)->getBuffer().split(Lines, '\n');
  return llvm::any_of(Lines, [](llvm::StringRef Line) {
    Line = Line.trim();
    return Line.consume_front("[tool.ungil") &&
           (Line.starts_with("]") || Line.starts_with("."));
  });
}

/// A value as a message calls it.
std::string_view kindOf(const toml::node &Node) {
  switch (Node.type()) {
  case toml::node_type::table:
    return "a table";
  case toml::node_type::array:
    return "a list";
  case toml::node_type::string:
    return "a string";
  case toml::node_type::boolean:
    return "a truth value";
  case toml::node_type::integer:
  case toml::node_type::floating_point:
    return "a number";
  default:
    return "a date or time";
  }
}

std::string_view wanted(OptionKind Kind) {
  if (Kind == OptionKind::PatternRules)
    return "a table of lists of rules by pattern";
  if (Kind == OptionKind::Flag)
    return "true or false";
  return isList(Kind) ? "a list of strings" : "a string";
}

class Reader {
public:
  Reader(const std::string &Path, llvm::ArrayRef<std::string_view> RuleIds)
      : Path(Path), Folder(path::parent_path(Path).str()), RuleIds(RuleIds) {}

  llvm::Error read(const toml::table &Table) {
    for (const auto &[Key, Node] : Table)
      if (llvm::Error Bad = readOption(Key, Node))
        return Bad;
    return llvm::Error::success();
  }

  llvm::Error error(const toml::source_region &Where,
                    const std::string &What) const {
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   at(Where) + ": " + What);
  }

  Settings Found;

private:
  std::string at(const toml::source_region &Where) const {
    return Where.begin.line == 0
               ? Path
               : Path + ":" + std::to_string(Where.begin.line);
  }

  llvm::Error readOption(const toml::key &Key, const toml::node &Node) {
    const OptionInfo *Info = findOption(Key.str());
    if (!Info)
      return error(Key.source(), unknownKey(Key.str()));
    Items.clear();
    if (llvm::Error Bad = readValue(*Info, Node))
      return Bad;
    Found.set(Info->Id, Items, at(Node.source()));
    return llvm::Error::success();
  }

  std::string unknownKey(std::string_view Key) const {
    if (Key == "tool" && !isShared(Path))
      return "in " + OwnName.str() +
             " the keys stand at the top, not in a table [tool.ungil]";
    std::vector<std::string_view> Keys;
    for (const OptionInfo &Info : optionTable())
      Keys.push_back(Info.Key);
    std::string Text = "unknown key '" + std::string(Key) + "'";
    if (std::string_view Near = nearest(Key, Keys); !Near.empty())
      return Text + "; did you mean '" + std::string(Near) + "'?";
    return Text + "; the keys are " + llvm::join(Keys, ", ");
  }

  llvm::Error wrongKind(const OptionInfo &Info, const toml::node &Node) const {
    return error(Node.source(), "'" + std::string(Info.Key) + "' is " +
                                    std::string(wanted(Info.Kind)) + ", not " +
                                    std::string(kindOf(Node)) + "; write " +
                                    std::string(Info.Key) + " = " +
                                    std::string(Info.Example));
  }

  llvm::Error readValue(const OptionInfo &Info, const toml::node &Node) {
    if (Info.Kind == OptionKind::PatternRules)
      return readPatterns(Info, Node);
    if (Info.Kind == OptionKind::Flag) {
      const auto *Flag = Node.as_boolean();
      if (!Flag)
        return wrongKind(Info, Node);
      Items.emplace_back(Flag->get() ? "true" : "false");
      return llvm::Error::success();
    }
    return isList(Info.Kind) ? readList(Info, Node, "")
                             : readItem(Info, Node, "");
  }

  llvm::Error readPatterns(const OptionInfo &Info, const toml::node &Node) {
    const toml::table *Table = Node.as_table();
    if (!Table)
      return wrongKind(Info, Node);
    for (const auto &[Pattern, Rules] : *Table)
      if (llvm::Error Bad =
              readList(Info, Rules, std::string(Pattern.str()) + ":"))
        return Bad;
    return llvm::Error::success();
  }

  llvm::Error readList(const OptionInfo &Info, const toml::node &Node,
                       const std::string &Before) {
    const toml::array *List = Node.as_array();
    if (!List)
      return wrongKind(Info, Node);
    for (const toml::node &Item : *List)
      if (llvm::Error Bad = readItem(Info, Item, Before))
        return Bad;
    return llvm::Error::success();
  }

  llvm::Error readItem(const OptionInfo &Info, const toml::node &Node,
                       const std::string &Before) {
    const auto *Text = Node.as_string();
    if (!Text)
      return wrongKind(Info, Node);
    std::string Item = Before + Text->get();
    if (std::string Bad = problemWith(Info, Item, RuleIds); !Bad.empty())
      return error(Node.source(), std::string(Info.Key) + ": " + Bad);
    Items.push_back(fromFolder(Info.Kind, Item));
    return llvm::Error::success();
  }

  /// Paths are relative to the file they are written in.
  std::string fromFolder(OptionKind Kind, const std::string &Item) const {
    switch (Kind) {
    case OptionKind::Path:
    case OptionKind::Paths:
      return path::is_absolute(Item) ? Item : Folder + "/" + Item;
    case OptionKind::Patterns:
      return patternBelow(Folder, Item);
    case OptionKind::PatternRules: {
      PatternRule One = splitPatternRule(Item);
      return patternBelow(Folder, One.Pattern) + ":" + One.Rule;
    }
    default:
      return Item;
    }
  }

  const std::string &Path;
  std::string Folder;
  llvm::ArrayRef<std::string_view> RuleIds;
  std::vector<std::string> Items; ///< of the option being read
};

} // namespace

std::string ungil::findConfig(llvm::StringRef Folder) {
  for (; !Folder.empty(); Folder = path::parent_path(Folder)) {
    std::string Own = (Folder.rtrim('/') + "/" + OwnName).str();
    if (llvm::sys::fs::exists(Own))
      return Own;
    std::string Shared = (Folder.rtrim('/') + "/" + SharedName).str();
    if (namesUs(Shared))
      return Shared;
    if (llvm::sys::fs::exists(Folder + "/.git"))
      break;
  }
  return {};
}

llvm::Expected<Settings>
ungil::readConfig(const std::string &Path,
                  llvm::ArrayRef<std::string_view> RuleIds) {
  auto Buffer = readInput(Path);
  if (!Buffer)
    return Buffer.takeError();
  return parseConfig((*Buffer)->getBuffer(), Path, RuleIds);
}

llvm::Expected<Settings>
ungil::parseConfig(std::string_view Text, const std::string &Path,
                   llvm::ArrayRef<std::string_view> RuleIds) {
  Reader Reader(Path, RuleIds);
  try {
    toml::table All = toml::parse(Text, Path);
    const toml::table *Ours =
        isShared(Path) ? All["tool"]["ungil"].as_table() : &All;
    if (!Ours)
      return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                     "'%s' has no table [tool.ungil]",
                                     Path.c_str());
    if (llvm::Error Bad = Reader.read(*Ours))
      return std::move(Bad);
  } catch (const toml::parse_error &Bad) {
    return Reader.error(Bad.source(),
                        "this is no TOML: " + std::string(Bad.description()));
  }
  return Reader.Found;
}
