//===- Output.cpp - how a report is printed -------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Output.h"
#include "llvm/ADT/STLExtras.h"
#include <array>
#include <tuple>

using namespace ungil;

llvm::ArrayRef<std::string_view> ungil::formatNames() {
  static constexpr std::array<std::string_view, 9> Names = {
      "full",   "concise", "json",     "json-lines", "sarif",
      "github", "gitlab",  "markdown", "html"};
  return Names;
}

std::optional<OutputFormat> ungil::parseFormat(std::string_view Name) {
  const auto *Found = llvm::find(formatNames(), Name);
  if (Found == formatNames().end())
    return std::nullopt;
  return static_cast<OutputFormat>(Found - formatNames().begin());
}

std::vector<const Finding *> ungil::worstFirst(const Report &Report) {
  std::vector<const Finding *> All;
  for (const Finding &F : Report.Findings)
    All.push_back(&F);
  llvm::stable_sort(All, [](const Finding *A, const Finding *B) {
    return std::tie(B->Conf, B->Sev) < std::tie(A->Conf, A->Sev);
  });
  return All;
}

void ungil::write(const Report &Report, const OutputOptions &Options,
                  SourceCache &Sources, llvm::raw_ostream &Out) {
  switch (Options.Format) {
  case OutputFormat::Full:
  case OutputFormat::Concise:
    return writeText(Report, Options, Sources, Out);
  case OutputFormat::Json:
    return writeJson(Report, Options, Out);
  case OutputFormat::JsonLines:
    return writeJsonLines(Report, Options, Out);
  case OutputFormat::Sarif:
    return writeSarif(Report, Options, Sources, Out);
  case OutputFormat::Github:
    return writeGithub(Report, Out);
  case OutputFormat::Gitlab:
    return writeGitlab(Report, Out);
  case OutputFormat::Markdown:
    return writeMarkdown(Report, MaxComment, Out);
  case OutputFormat::Html:
    return writeHtml(Report, Options, Sources, Out);
  }
}
