//===- Manifest.cpp - which extensions to scan ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "batch/Manifest.h"
#include "Support/Nearest.h"
#include "Support/Toml.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <set>
#include <string_view>

using namespace ungil::batch;
namespace path = llvm::sys::path;

namespace {

class Reader {
public:
  explicit Reader(std::string File) : File(std::move(File)) {}
  llvm::Expected<std::vector<Extension>> run();

private:
  llvm::Error problem(const toml::node *At, const std::string &Text) const {
    std::string Where = File;
    if (At)
      Where += ":" + std::to_string(At->source().begin.line);
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   Where + ": " + Text);
  }
  llvm::Error checkKeys(const toml::table &Table,
                        std::vector<std::string_view> Known) const;
  llvm::Error readLimits(const toml::table &Table, Extension &Into) const;
  llvm::Expected<Extension> readOne(const toml::node &Node,
                                    const Extension &All) const;

  std::string File;
};

llvm::Error Reader::checkKeys(const toml::table &Table,
                              std::vector<std::string_view> Known) const {
  for (const auto &[Key, Node] : Table) {
    if (llvm::is_contained(Known, Key.str()))
      continue;
    std::string Text = "unknown key '" + std::string(Key.str()) + "'";
    if (std::string_view Near = ungil::nearest(Key.str(), Known); !Near.empty())
      Text += "; did you mean '" + std::string(Near) + "'?";
    return problem(&Node, Text);
  }
  return llvm::Error::success();
}

/// What both the manifest and an extension may set.
llvm::Error Reader::readLimits(const toml::table &Table,
                               Extension &Into) const {
  for (auto [Key, Number] :
       {std::pair("timeout", &Into.Timeout), {"memory", &Into.Memory}})
    if (const toml::node *Node = Table.get(Key)) {
      auto Value = Node->value<int64_t>();
      if (!Value || *Value < 1 || *Value > 1'000'000'000)
        return problem(Node, std::string(Key) + " is a number of at least 1");
      *Number = static_cast<unsigned>(*Value);
    }
  if (const toml::node *Node = Table.get("args")) {
    const toml::array *List = Node->as_array();
    if (!List)
      return problem(Node, "args is a list of strings");
    for (const toml::node &Word : *List) {
      auto Text = Word.value_exact<std::string>();
      if (!Text)
        return problem(&Word, "args is a list of strings");
      Into.Args.push_back(*Text);
    }
  }
  return llvm::Error::success();
}

llvm::Expected<Extension> Reader::readOne(const toml::node &Node,
                                          const Extension &All) const {
  const toml::table *Table = Node.as_table();
  if (!Table)
    return problem(&Node, "an extension is a table: [[extension]]");
  if (llvm::Error Bad =
          checkKeys(*Table, {"name", "path", "args", "timeout", "memory"}))
    return std::move(Bad);
  Extension One = All;
  auto Path = (*Table)["path"].value<std::string>();
  if (!Path)
    return problem(&Node, "an extension needs a path");
  llvm::SmallString<256> Whole(path::parent_path(File));
  if (path::is_absolute(*Path))
    Whole.clear();
  path::append(Whole, *Path);
  (void)llvm::sys::fs::make_absolute(Whole);
  path::remove_dots(Whole, /*remove_dot_dot=*/true);
  One.Path = Whole.str().str();
  One.Name = (*Table)["name"].value_or(path::filename(One.Path).str());
  if (llvm::Error Bad = readLimits(*Table, One))
    return std::move(Bad);
  return One;
}

llvm::Expected<std::vector<Extension>> Reader::run() {
  if (!llvm::sys::fs::exists(File))
    return problem(nullptr, "no such file");
  toml::table Root;
  try {
    Root = toml::parse_file(File);
  } catch (const toml::parse_error &Bad) {
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "%s:%u: %s",
                                   File.c_str(),
                                   unsigned(Bad.source().begin.line),
                                   std::string(Bad.description()).c_str());
  }
  if (llvm::Error Bad =
          checkKeys(Root, {"extension", "args", "timeout", "memory"}))
    return std::move(Bad);
  Extension All;
  if (llvm::Error Bad = readLimits(Root, All))
    return std::move(Bad);
  const toml::array *List = Root["extension"].as_array();
  if (!List || List->empty())
    return problem(nullptr, "no extension: [[extension]] with a path");
  std::vector<Extension> Result;
  std::set<std::string> Names;
  for (const toml::node &Node : *List) {
    auto One = readOne(Node, All);
    if (!One)
      return One.takeError();
    if (!Names.insert(One->Name).second)
      return problem(&Node, "two extensions are called '" + One->Name +
                                "'; give one a name");
    Result.push_back(std::move(*One));
  }
  return Result;
}

} // namespace

llvm::Expected<std::vector<Extension>>
ungil::batch::readManifest(const std::string &File) {
  return Reader(File).run();
}
