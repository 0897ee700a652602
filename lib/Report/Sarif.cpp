//===- Sarif.cpp - reports for code scanning ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// SARIF 2.1.0. Suppressed findings are left out: a consumer that ignores the
// `suppressions` property would show them as open.
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

using namespace ungil;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char *SourceRoot = "%SRCROOT%";

/// Percent-encodes everything that is not unreserved or `/` (RFC 3986).
std::string encodeUri(std::string_view Path) {
  std::string Uri;
  for (char C : Path) {
    if (llvm::isAlnum(C) || llvm::StringRef("-._~/").contains(C)) {
      Uri += C;
      continue;
    }
    auto Byte = static_cast<unsigned char>(C);
    Uri += '%';
    Uri += llvm::hexdigit(Byte >> 4);
    Uri += llvm::hexdigit(Byte & 15);
  }
  return Uri;
}

class SarifWriter {
public:
  SarifWriter(const Report &Input, const OutputOptions &Options,
              SourceCache &Sources)
      : Input(Input), Options(Options), Sources(Sources) {
    for (const RuleInfo &Rule : Options.Rules)
      RuleIndex.emplace(Rule.Id, RuleIndex.size());
  }

  Json document() {
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({run()})}};
  }

private:
  Json run() {
    Json Results = Json::array();
    for (const Finding &F : Input.Findings)
      Results.push_back(result(F));
    Json Run = {{"tool", {{"driver", driver()}}},
                {"invocations", Json::array({invocation()})}};
    if (!Input.Root.empty())
      Run["originalUriBaseIds"] = {
          {SourceRoot,
           {{"uri", "file://" +
                        encodeUri(llvm::StringRef(Input.Root).rtrim('/')) +
                        "/"},
            {"description", message("The root of the scan.")}}}};
    Run["columnKind"] = "utf16CodeUnits";
    Run["results"] = std::move(Results);
    Run["properties"] = {{"verdict", Input.Verdict},
                         {"suppressed", Input.Suppressed}};
    return Run;
  }

  static Json message(std::string_view Text) {
    return {{"text", validUtf8(Text)}};
  }

  Json driver() {
    Json Rules = Json::array();
    for (const RuleInfo &Rule : Options.Rules)
      Rules.push_back(rule(Rule));
    return {{"name", "ungil"},
            {"fullName", "ungil, free-threading analyser for CPython "
                         "extensions"},
            {"semanticVersion", Options.Version},
            {"version", Options.Version},
            {"rules", std::move(Rules)}};
  }

  static Json rule(const RuleInfo &Rule) {
    Json Tags = Json::array();
    llvm::SmallVector<llvm::StringRef, 4> Names;
    llvm::StringRef(Rule.Tags).split(Names, ',');
    for (llvm::StringRef Tag : Names)
      Tags.push_back(Tag.trim().str());
    return {{"id", Rule.Id},
            {"name", Rule.Name},
            {"shortDescription", message(Rule.Summary)},
            {"fullDescription", message(firstParagraph(Rule))},
            {"help",
             {{"text", validUtf8(Rule.Markdown)},
              {"markdown", validUtf8(Rule.Markdown)}}},
            {"defaultConfiguration", {{"level", name(Rule.Default)}}},
            {"properties",
             {{"precision", Rule.Precision},
              {"problem.severity", problemSeverity(Rule.Default)},
              {"tags", std::move(Tags)}}}};
  }

  /// GitHub's word for the level of a rule.
  static std::string_view problemSeverity(Severity Sev) {
    return Sev == Severity::Note ? "recommendation" : name(Sev);
  }

  /// The first paragraph of the page on one line.
  static std::string firstParagraph(const RuleInfo &Rule) {
    llvm::StringRef Rest(Rule.Markdown);
    while (Rest.consume_front("\n") || Rest.starts_with("#"))
      Rest = Rest.starts_with("#") ? Rest.split('\n').second : Rest;
    std::string Text = Rest.split("\n\n").first.trim().str();
    std::replace(Text.begin(), Text.end(), '\n', ' ');
    return Text.empty() ? std::string(Rule.Summary) : Text;
  }

  Json artifact(FileId File) const { return artifactOf(Input.Files[File]); }

  std::string_view lineOf(FileId File, uint32_t Line) {
    return Sources.get(Input.Files[File]).line(Line);
  }

  Json region(const SourceRange &R) {
    Json Region = {{"startLine", R.Line}};
    if (R.Column == 0)
      return Region;
    Region["startColumn"] = utf16Column(lineOf(R.File, R.Line), R.Column);
    if (R.EndLine < R.Line || R.EndColumn == 0)
      return Region;
    Region["endLine"] = R.EndLine;
    Region["endColumn"] = utf16Column(lineOf(R.File, R.EndLine), R.EndColumn);
    return Region;
  }

  Json physicalLocation(const SourceRange &R) {
    Json Location = {{"artifactLocation", artifact(R.File)}};
    if (R.Line != 0)
      Location["region"] = region(R);
    return Location;
  }

  bool hasPlace(const SourceRange &R) const {
    return R.File < Input.Files.size();
  }

  Json location(const Note &N) {
    Json Location = Json::object();
    if (hasPlace(N.Range))
      Location["physicalLocation"] = physicalLocation(N.Range);
    Location["message"] = message(N.Message);
    return Location;
  }

  Json result(const Finding &F) {
    Json Result = {{"ruleId", F.Rule}};
    if (auto Index = RuleIndex.find(F.Rule); Index != RuleIndex.end())
      Result["ruleIndex"] = Index->second;
    Result["level"] = name(F.Sev);
    Result["message"] = message(wholeMessage(F));
    if (hasPlace(F.Range))
      Result["locations"] = Json::array({mainLocation(F)});
    if (!F.Notes.empty())
      Result["relatedLocations"] = relatedLocations(F);
    if (!F.Trace.empty())
      Result["codeFlows"] = codeFlows(F);
    if (!F.Fix.Edits.empty())
      Result["fixes"] = Json::array({fix(F.Fix)});
    Result["partialFingerprints"] = {{"ungil/v1", F.Fingerprint}};
    Result["properties"] = {{"confidence", name(F.Conf)},
                            {"entity", validUtf8(F.Entity)}};
    return Result;
  }

  Json mainLocation(const Finding &F) {
    Json Location = {{"physicalLocation", physicalLocation(F.Range)}};
    if (!F.Function.empty())
      Location["logicalLocations"] =
          Json::array({{{"fullyQualifiedName", validUtf8(F.Function)},
                        {"kind", "function"}}});
    return Location;
  }

  Json relatedLocations(const Finding &F) {
    Json Related = Json::array();
    for (const Note &N : F.Notes) {
      Json Location = location(N);
      Location["id"] = Related.size();
      Related.push_back(std::move(Location));
    }
    return Related;
  }

  /// The trace, with the finding itself as its last step.
  Json codeFlows(const Finding &F) {
    Json Steps = Json::array();
    for (const Note &N : F.Trace)
      Steps.push_back({{"location", location(N)}});
    Steps.push_back({{"location", location({F.Range, F.Message})}});
    Json Thread = {{"locations", std::move(Steps)}};
    return Json::array({{{"threadFlows", Json::array({std::move(Thread)})}}});
  }

  Json fix(const FixPlan &Plan) {
    std::map<FileId, Json> Replacements;
    for (const Edit &E : Plan.Edits)
      if (E.File < Input.Files.size())
        Replacements[E.File].push_back({{"deletedRegion", editRegion(E)},
                                        {"insertedContent", message(E.Text)}});
    Json Changes = Json::array();
    for (auto &[File, List] : Replacements)
      Changes.push_back({{"artifactLocation", artifact(File)},
                         {"replacements", std::move(List)}});
    return {{"description", message(Plan.Title)},
            {"artifactChanges", std::move(Changes)}};
  }

  Json editRegion(const Edit &E) {
    const SourceText &Text = Sources.get(Input.Files[E.File]);
    auto Begin = Text.position(E.Offset);
    auto End = Text.position(E.Offset + E.Length);
    SourceRange R;
    R.File = E.File;
    R.Line = Begin.Line;
    R.Column = Begin.Column;
    R.EndLine = End.Line;
    R.EndColumn = End.Column;
    return region(R);
  }

  Json invocation() {
    Json Notifications = Json::array();
    for (const Remark &R : Input.Remarks) {
      Json Notification = {{"level", name(R.Sev)},
                           {"message", message(R.Message)}};
      if (!R.File.empty())
        Notification["locations"] =
            Json::array({{{"physicalLocation",
                           {{"artifactLocation", artifactOf(R.File)}}}}});
      Notifications.push_back(std::move(Notification));
    }
    Json Invocation = {{"executionSuccessful", Options.Complete},
                       {"exitCode", Options.ExitCode}};
    if (!Notifications.empty())
      Invocation["toolExecutionNotifications"] = std::move(Notifications);
    return Invocation;
  }

  Json artifactOf(std::string_view File) const {
    std::string Path = relativeTo(Input.Root, File);
    if (llvm::StringRef(Path).starts_with("/"))
      return {{"uri", "file://" + encodeUri(Path)}};
    return {{"uri", encodeUri(Path)}, {"uriBaseId", SourceRoot}};
  }

  const Report &Input;
  const OutputOptions &Options;
  SourceCache &Sources;
  std::map<std::string_view, size_t> RuleIndex;
};

} // namespace

void ungil::writeSarif(const Report &Report, const OutputOptions &Options,
                       SourceCache &Sources, llvm::raw_ostream &Out) {
  SarifWriter Writer(Report, Options, Sources);
  Out << Writer.document().dump(/*indent=*/1) << '\n';
}
