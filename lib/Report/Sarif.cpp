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
// What GitHub's code scanning refuses or cuts off is not written: results
// beyond a number and a size, the most confident ones first, and more
// locations and tags than it takes. It shows results that have a place, so
// each gets one.
//
//===----------------------------------------------------------------------===//

#include "Report/LineHash.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Printable.h"
#include "Support/Uri.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Compression.h"
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

using namespace ungil;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char *SourceRoot = "%SRCROOT%";

/// GitHub's limits, as its documentation of SARIF uploads gives them.
constexpr size_t MaxResults = 25000, MaxCompressed = size_t(10) * 1000 * 1000,
                 MaxLocations = 1000, MaxSteps = 10000, MaxTags = 10;

/// The findings that \p Most results leave room for, in their order.
std::vector<const Finding *> worst(const Report &Report, size_t Most) {
  std::vector<const Finding *> All = worstFirst(Report);
  llvm::DenseSet<const Finding *> Kept;
  Kept.insert(All.begin(), All.begin() + std::min(Most, All.size()));
  // As they stand in the report, not by worth.
  All.clear();
  for (const Finding &F : Report.Findings)
    if (Kept.count(&F))
      All.push_back(&F);
  return All;
}

size_t compressedSize(llvm::StringRef Text) {
  if (!llvm::compression::zlib::isAvailable())
    return 0;
  llvm::SmallVector<uint8_t, 0> Packed;
  llvm::compression::zlib::compress(llvm::arrayRefFromStringRef(Text), Packed);
  return Packed.size();
}

class SarifWriter {
public:
  SarifWriter(const Report &Input, const OutputOptions &Options,
              SourceCache &Sources)
      : Input(Input), Options(Options), Sources(Sources) {
    for (const RuleInfo &Rule : Options.Rules)
      RuleIndex.emplace(Rule.Id, RuleIndex.size());
  }

  /// With at most \p Most results.
  Json document(size_t Most) {
    Shown = worst(Input, Most);
    return {{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
            {"version", "2.1.0"},
            {"runs", Json::array({run()})}};
  }

private:
  Json run() {
    Json Results = Json::array();
    for (const Finding *F : Shown)
      Results.push_back(result(*F));
    Json Run = {{"tool", {{"driver", driver()}}},
                // A second tool's results are of another category.
                {"automationDetails", {{"id", "ungil/"}}},
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

  Json rule(const RuleInfo &Rule) const {
    Json Tags = Json::array();
    llvm::SmallVector<llvm::StringRef, 4> Names;
    llvm::StringRef(Rule.Tags).split(Names, ',');
    for (llvm::StringRef Tag : Names)
      Tags.push_back(Tag.trim().str());
    if (!Options.SecuritySeverity.empty())
      Tags.insert(Tags.begin(), "security");
    if (Tags.size() > MaxTags)
      Tags.erase(Tags.begin() + MaxTags, Tags.end());
    Json Properties = {{"precision", Rule.Precision},
                       {"problem.severity", problemSeverity(Rule.Default)},
                       {"tags", std::move(Tags)}};
    if (!Options.SecuritySeverity.empty())
      Properties["security-severity"] = Options.SecuritySeverity;
    return {{"id", Rule.Id},
            {"name", Rule.Name},
            {"shortDescription", message(Rule.Summary)},
            {"fullDescription", message(firstParagraph(Rule))},
            {"help",
             {{"text", validUtf8(Rule.Markdown)},
              {"markdown", validUtf8(Rule.Markdown)}}},
            {"defaultConfiguration", {{"level", name(Rule.Default)}}},
            {"properties", std::move(Properties)}};
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
    Result["locations"] = Json::array({mainLocation(F)});
    if (!F.Notes.empty())
      Result["relatedLocations"] = relatedLocations(F);
    if (!F.Trace.empty())
      Result["codeFlows"] = codeFlows(F);
    if (!F.Fix.Edits.empty())
      Result["fixes"] = Json::array({fix(F.Fix)});
    Result["partialFingerprints"] = fingerprints(F);
    Result["properties"] = {{"confidence", name(F.Conf)},
                            {"entity", validUtf8(F.Entity)}};
    return Result;
  }

  Json mainLocation(const Finding &F) {
    Json Location = {{"physicalLocation", mainPlace(F.Range)}};
    if (!F.Function.empty())
      Location["logicalLocations"] =
          Json::array({{{"fullyQualifiedName", validUtf8(F.Function)},
                        {"kind", "function"}}});
    return Location;
  }

  /// Where an alert is shown: one line at most, and the start of a file for
  /// what has no line.
  Json mainPlace(SourceRange R) {
    if (!hasPlace(R)) {
      if (Input.Files.empty())
        return {{"artifactLocation", {{"uri", ""}, {"uriBaseId", SourceRoot}}}};
      R = SourceRange();
      R.File = 0;
    }
    R.Line = std::max(R.Line, 1u);
    if (R.EndLine > R.Line) {
      R.EndLine = R.Line;
      R.EndColumn = static_cast<uint32_t>(lineOf(R.File, R.Line).size()) + 1;
    }
    return physicalLocation(R);
  }

  /// Ours, and the one that GitHub's uploader would add.
  Json fingerprints(const Finding &F) {
    Json All = {{"ungil/v1", F.Fingerprint}};
    if (!hasPlace(F.Range))
      return All;
    std::vector<std::string> &Hashes = LineHashes[F.Range.File];
    if (Hashes.empty())
      Hashes = lineHashes(Sources.get(Input.Files[F.Range.File]).text());
    size_t Line = std::max(F.Range.Line, 1u) - 1;
    if (Line < Hashes.size())
      All["primaryLocationLineHash"] = Hashes[Line];
    return All;
  }

  Json relatedLocations(const Finding &F) {
    Json Related = Json::array();
    for (const Note &N : llvm::ArrayRef(F.Notes).take_front(MaxLocations - 1)) {
      Json Location = location(N);
      Location["id"] = Related.size();
      Related.push_back(std::move(Location));
    }
    return Related;
  }

  /// The way of one thread; the last steps, should it be too long.
  Json threadFlow(const char *Id, llvm::ArrayRef<Note> Steps) {
    Json Locations = Json::array();
    for (const Note &N : Steps.take_back(MaxSteps / 2))
      Locations.push_back({{"location", location(N)}});
    return {{"id", Id},
            {"message", message(Steps.back().Message)},
            {"locations", std::move(Locations)}};
  }

  /// The trace, with the finding itself as its last step; of a race also that
  /// of the other thread.
  Json codeFlows(const Finding &F) {
    std::vector<Note> Steps = F.Trace;
    Steps.push_back({F.Range, F.Message});
    Json Threads = Json::array({threadFlow("thread 1", Steps)});
    if (!F.OtherTrace.empty())
      Threads.push_back(threadFlow("thread 2", F.OtherTrace));
    return Json::array({{{"threadFlows", std::move(Threads)}}});
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
    if (size_t Out = Input.Findings.size() - Shown.size(); Out != 0)
      Notifications.push_back(
          {{"level", "warning"},
           {"message", message(std::to_string(Out) +
                               " findings are left out, the least confident: "
                               "code scanning takes no more")}});
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
  std::vector<const Finding *> Shown;
  std::map<std::string_view, size_t> RuleIndex;
  std::map<FileId, std::vector<std::string>> LineHashes;
};

} // namespace

void ungil::writeSarif(const Report &Report, const OutputOptions &Options,
                       SourceCache &Sources, llvm::raw_ostream &Out) {
  SarifWriter Writer(Report, Options, Sources);
  size_t Most = std::min(MaxResults, Report.Findings.size());
  std::string Text = Writer.document(Most).dump(/*indent=*/1);
  // The rules alone are far below the limit, so this comes to an end.
  for (size_t Size; (Size = compressedSize(Text)) > MaxCompressed;) {
    Most = Most * MaxCompressed / Size * 9 / 10;
    Text = Writer.document(Most).dump(/*indent=*/1);
  }
  Out << Text << '\n';
}
