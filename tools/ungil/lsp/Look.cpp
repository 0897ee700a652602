//===- Look.cpp - what an editor shows of a scan --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lsp/Look.h"
#include "Analyse.h"
#include "Lsp/Positions.h"
#include "Reading.h"
#include "Report/Output.h"
#include "Rules/Rules.h"
#include "Support/Uri.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

using namespace ungil;
using Json = nlohmann::json;

namespace {

/// A report as an editor wants it.
class View {
public:
  View(const Report &Of, SourceCache &Sources) : Of(Of), Sources(Sources) {}

  Json files();

private:
  const lsp::Lines &linesOf(FileId File);
  Json range(const SourceRange &R) {
    return rangeOf(linesOf(R.File), R.Offset, R.Length);
  }
  Json related(const Finding &F);
  Json diagnostic(const Finding &F);
  Json fix(const FixPlan &Plan);

  const Report &Of;
  SourceCache &Sources;
  std::map<FileId, std::unique_ptr<lsp::Lines>> Known;
};

const lsp::Lines &View::linesOf(FileId File) {
  auto &Slot = Known[File];
  if (!Slot)
    Slot = std::make_unique<lsp::Lines>(Sources.get(Of.Files[File]).text());
  return *Slot;
}

int severityOf(const Finding &F) {
  constexpr int Error = 1, Warning = 2, Information = 3;
  if (F.Conf == Confidence::Low || F.Sev == Severity::Note)
    return Information;
  return F.Sev == Severity::Error ? Error : Warning;
}

/// The other side of the conflict, and the ways that threads get to both.
Json View::related(const Finding &F) {
  Json Out = Json::array();
  auto Add = [&](const Note &N, const char *Before) {
    if (N.Range.File < Of.Files.size())
      Out.push_back({{"location",
                      {{"uri", fileUri(Of.Files[N.Range.File])},
                       {"range", range(N.Range)}}},
                     {"message", Before + N.Message}});
  };
  for (const Note &N : F.Notes)
    Add(N, "");
  for (const Note &N : F.Trace)
    Add(N, F.OtherTrace.empty() ? "" : "thread 1: ");
  for (const Note &N : F.OtherTrace)
    Add(N, "thread 2: ");
  return Out;
}

Json View::diagnostic(const Finding &F) {
  Json Out = {
      {"range", range(F.Range)},
      {"severity", severityOf(F)},
      {"code", F.Rule},
      {"source", "ungil"},
      {"message", F.Why.empty() ? F.Message : F.Message + "\n" + F.Why}};
  if (Json Places = related(F); !Places.empty())
    Out["relatedInformation"] = std::move(Places);
  return Out;
}

/// \p Text with the line ends of \p File.
std::string withLineEndsOf(std::string_view File, const std::string &Text) {
  if (File.find("\r\n") == std::string_view::npos)
    return Text;
  std::string Out;
  for (char C : Text) {
    if (C == '\n' && (Out.empty() || Out.back() != '\r'))
      Out += '\r';
    Out += C;
  }
  return Out;
}

/// Null where there is none.
Json View::fix(const FixPlan &Plan) {
  if (Plan.Edits.empty())
    return nullptr;
  Json Edits = Json::object();
  for (const Edit &E : Plan.Edits) {
    // JSON would change what is not UTF-8.
    if (!llvm::json::isUTF8(E.Text))
      return nullptr;
    const lsp::Lines &Text = linesOf(E.File);
    Edits[Of.Files[E.File]].push_back(
        {{"range", rangeOf(Text, E.Offset, E.Length)},
         {"newText", withLineEndsOf(Text.text(), E.Text)}});
  }
  return {{"title", Plan.Title},
          {"safe", Plan.How == Applicability::Safe},
          {"edits", std::move(Edits)}};
}

std::string explanationOf(const Finding &F) {
  std::string Out = "**ungil " + F.Rule + "**: " + F.Message + "\n";
  for (const std::string *Part : {&F.Why, &F.Help})
    if (!Part->empty())
      Out += "\n" + *Part + "\n";
  if (const RuleInfo *Rule = findRule(F.Rule))
    Out += "\n---\n\n" + rulePage(*Rule);
  return Out;
}

Json View::files() {
  Json Out = Json::object();
  for (const Finding &F : Of.Findings)
    if (F.Range.File < Of.Files.size())
      Out[Of.Files[F.Range.File]].push_back({{"diagnostic", diagnostic(F)},
                                             {"explanation", explanationOf(F)},
                                             {"fix", fix(F.Fix)}});
  return Out;
}

/// Of \p Open, what is not so on disk.
std::map<std::string, std::string>
editedOf(const std::map<std::string, std::string> &Open) {
  std::map<std::string, std::string> Edited;
  for (const auto &[Path, Text] : Open) {
    auto Disk = llvm::MemoryBuffer::getFile(Path, /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
    if (Disk && (*Disk)->getBuffer() != Text)
      Edited[Path] = Text;
  }
  return Edited;
}

} // namespace

Json ungil::lsp::look(const ScanOptions &Options,
                      const std::map<std::string, std::string> &Open,
                      const std::string &OpeningDir) {
  Reading Of(Options);
  Of.OpeningDir = OpeningDir;
  Of.Edited = editedOf(Open);
  llvm::Error Bad = setUp(Of);
  if (!Bad)
    Bad = read(Of);
  // Also a C project that has nothing to do with Python may be open.
  if (Bad && !Of.Plan.Root.empty() && Of.Plan.Units.empty())
    return {{"summary", llvm::toString(std::move(Bad))},
            {"files", Json::object()}};
  if (Bad)
    return {{"problem", llvm::toString(std::move(Bad))}};
  SourceCache Sources;
  for (const auto &[Path, Text] : Of.Edited)
    Sources.put(Path, Text);
  Report Found = analyse(Of.Plan, std::move(Of.Units), Of.known(), Of.How,
                         Sources, Of.Times);
  return {{"summary", summary(Found)}, {"files", View(Found, Sources).files()}};
}
