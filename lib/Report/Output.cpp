//===- Output.cpp - how a report is printed -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Output.h"
#include "llvm/ADT/StringSwitch.h"

using namespace ungil;

std::optional<OutputFormat> ungil::parseFormat(std::string_view Name) {
  return llvm::StringSwitch<std::optional<OutputFormat>>(Name)
      .Case("full", OutputFormat::Full)
      .Case("concise", OutputFormat::Concise)
      .Case("json", OutputFormat::Json)
      .Case("sarif", OutputFormat::Sarif)
      .Default(std::nullopt);
}

void ungil::write(const Report &Report, const OutputOptions &Options,
                  SourceCache &Sources, llvm::raw_ostream &Out) {
  switch (Options.Format) {
  case OutputFormat::Full:
  case OutputFormat::Concise:
    return writeText(Report, Options, Sources, Out);
  case OutputFormat::Json:
    return writeJson(Report, Options, Out);
  case OutputFormat::Sarif:
    return writeSarif(Report, Options, Sources, Out);
  }
}
