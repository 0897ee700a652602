//===- CommandDoc.h - the command line as data ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   CLI::App ── describe() ──► CommandDoc ──► man page, shell completions
//
// One walk of what CLI11 parses, so that neither the manual nor a completion
// can speak of an option that is not there.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_COMMANDDOC_H
#define UNGIL_TOOL_COMMANDDOC_H

#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
} // namespace CLI

namespace ungil {

/// What a shell offers for a value.
enum class ValueKind : uint8_t { None, Text, Words, File, Folder };

struct OptionDoc {
  std::vector<std::string> Names; ///< `-o`, `--output`; none: positional
  ValueKind Kind = ValueKind::None;
  std::string Value;              ///< `FILE`; what the value is called
  std::vector<std::string> Words; ///< all it can be
  bool OnlyAttached = false;      ///< the value may follow `=` only
  bool Commas = false;            ///< the value is a list
  bool Required = false, Repeats = false;
  std::string Default, Environment, Help, Group;
};

struct CommandDoc {
  std::string Name, Help, Footer;
  std::vector<OptionDoc> Positionals, Options; ///< as --help orders them
  std::vector<CommandDoc> Commands;
};

CommandDoc describe(const CLI::App &App);

/// The first statement of \p Help, for places with little room.
std::string brief(const std::string &Help);

void writeManPage(const CommandDoc &Program, llvm::raw_ostream &Out);
void writeBashCompletion(const CommandDoc &Program, llvm::raw_ostream &Out);
void writeZshCompletion(const CommandDoc &Program, llvm::raw_ostream &Out);
void writeFishCompletion(const CommandDoc &Program, llvm::raw_ostream &Out);

} // namespace ungil

#endif
