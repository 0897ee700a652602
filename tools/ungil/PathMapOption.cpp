//===- PathMapOption.cpp - folders of other machines ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PathMapOption.h"
#include "llvm/ADT/StringRef.h"
#include <CLI/CLI.hpp>

using namespace ungil;

/// Empty if \p Text is `/there=/here`, else what is wrong.
static std::string isMapping(const std::string &Text) {
  auto [From, To] = llvm::StringRef(Text).split('=');
  if (!From.starts_with("/") || !To.starts_with("/"))
    return "'" + Text + "' is no mapping: /folder/there=/folder/here";
  return {};
}

void ungil::addPathMapOption(CLI::App &Command, std::vector<std::string> &Given,
                             const std::string &About) {
  Command.add_option("--map", Given, About)
      ->check(CLI::Validator(isMapping, ""))
      ->type_name("FROM=TO")
      ->allow_extra_args(false)
      ->group("Output");
}

PathMap ungil::pathMap(const std::vector<std::string> &Given) {
  PathMap Map;
  for (const std::string &Text : Given) {
    auto [From, To] = llvm::StringRef(Text).split('=');
    Map.emplace_back(From.rtrim('/').str(), To.rtrim('/').str());
  }
  return Map;
}
