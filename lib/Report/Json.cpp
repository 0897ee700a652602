//===- Json.cpp - reports for programs ------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/JsonParts.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Printable.h"

using namespace ungil;

namespace {

/// Version of the object's shape; grows when a field changes its meaning.
constexpr int Schema = 1;

Json noteToJson(const Report &Report, const Note &N, FileNamer Name) {
  return {{"file", validUtf8(Name(Report, N.Range.File))},
          {"line", N.Range.Line},
          {"column", N.Range.Column},
          {"message", validUtf8(N.Message)}};
}

Json fixToJson(const Report &Report, const FixPlan &Fix, FileNamer Name) {
  if (Fix.Title.empty() && Fix.Edits.empty())
    return nullptr;
  Json Edits = Json::array();
  for (const Edit &E : Fix.Edits)
    Edits.push_back({{"file", validUtf8(Name(Report, E.File))},
                     {"offset", E.Offset},
                     {"length", E.Length},
                     {"text", validUtf8(E.Text)}});
  return {{"applicability", name(Fix.How)},
          {"title", validUtf8(Fix.Title)},
          {"edits", std::move(Edits)}};
}

/// The object but for its findings, for which \p Findings stands, if given.
Json documentFor(const Report &Report, const OutputOptions &Options,
                 Json Findings) {
  Json Document = {{"tool", toolToJson(Options)},
                   {"schema", Schema},
                   {"coverage", coverageToJson(Report.Cover)}};
  if (!Findings.is_null())
    Document["findings"] = std::move(Findings);
  Document["suppressed"] = Report.Suppressed;
  Document["verdict"] = Report.Verdict;
  if (Report.Baselined != 0)
    Document["baselined"] = Report.Baselined;
  if (Report.Unchanged != 0)
    Document["unchanged"] = Report.Unchanged;
  return Document;
}

} // namespace

Json ungil::toolToJson(const OutputOptions &Options) {
  return {{"name", "ungil"}, {"version", Options.Version}};
}

Json ungil::notesToJson(const Report &Report, const std::vector<Note> &Notes,
                        FileNamer Name) {
  Json List = Json::array();
  for (const Note &N : Notes)
    List.push_back(noteToJson(Report, N, Name));
  return List;
}

Json ungil::findingToJson(const Report &Report, const Finding &F,
                          FileNamer Name) {
  return {{"rule", F.Rule},
          {"file", validUtf8(Name(Report, F.Range.File))},
          {"line", F.Range.Line},
          {"column", F.Range.Column},
          {"endLine", F.Range.EndLine},
          {"endColumn", F.Range.EndColumn},
          {"function", validUtf8(F.Function)},
          {"entity", validUtf8(F.Entity)},
          {"severity", ungil::name(F.Sev)},
          {"confidence", ungil::name(F.Conf)},
          {"message", validUtf8(wholeMessage(F))},
          {"notes", notesToJson(Report, F.Notes, Name)},
          {"trace", notesToJson(Report, F.Trace, Name)},
          {"fix", fixToJson(Report, F.Fix, Name)},
          {"fingerprint", F.Fingerprint}};
}

Json ungil::coverageToJson(const Coverage &C) {
  Json Sites = Json::object();
  for (const auto &[Rule, Count] : C.Sites)
    Sites[Rule] = {{"seen", Count.Seen}, {"reported", Count.Reported}};
  return {{"files", C.Files},
          {"parsed", C.Parsed},
          {"withErrors", C.WithErrors},
          {"functions", C.Functions},
          {"analysed", C.Analysed},
          {"headers",
           {{"python", C.PythonVersion}, {"freeThreaded", C.FreeThreaded}}},
          {"sites", std::move(Sites)}};
}

void ungil::writeJson(const Report &Report, const OutputOptions &Options,
                      llvm::raw_ostream &Out) {
  Json Findings = Json::array();
  for (const Finding &F : Report.Findings)
    Findings.push_back(findingToJson(Report, F, fileName));
  Out << documentFor(Report, Options, std::move(Findings)).dump(/*indent=*/1)
      << '\n';
}

void ungil::writeJsonLines(const Report &Report, const OutputOptions &Options,
                           llvm::raw_ostream &Out) {
  for (const Finding &F : Report.Findings)
    Out << findingToJson(Report, F, fileName).dump() << '\n';
  Out << documentFor(Report, Options, nullptr).dump() << '\n';
}
