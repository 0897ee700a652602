//===- AuditMarkdown.cpp - a report to cite, for pull requests ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What must be seen stands open; lists are folded, each with its number.
//
//===----------------------------------------------------------------------===//

#include "Report/Audit.h"
#include "Report/Names.h"
#include "Report/Verdict.h"
#include "Support/Printable.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

using namespace ungil;

namespace {

/// A list of more rows than this is folded.
constexpr size_t FewRows = 10;
/// So many functions are named of those that use a place.
constexpr size_t FewNames = 3;

struct ProtectionText {
  Protection How;
  const char *Title, *Means;
};
constexpr ProtectionText Protections[] = {
    {Protection::None, "unprotected", "a rule reports it"},
    {Protection::Unknown, "not seen", "what protects it is out of sight"},
    {Protection::Mixed, "under different locks",
     "writers do not share one lock"},
    {Protection::Delegated, "left to others", "to a library, or the callers"},
    {Protection::Harmless, "no conflict", "its uses do not disturb each other"},
    {Protection::Locked, "under one lock", "the same at every access"},
    {Protection::Atomic, "atomic", ""},
    {Protection::PerThread, "per thread", ""},
    {Protection::Immutable, "immutable",
     "not written after initialisation or construction"},
};

/// A name or a path. Nothing in code is markup, but for what ends it or the
/// cell of its table.
std::string code(std::string_view Text) {
  bool Plain = Text.find_first_of("`|\n\r\t") == std::string_view::npos;
  return Plain && !Text.empty() ? "`" + printable(Text) + "`" : markdown(Text);
}

class AuditWriter {
public:
  AuditWriter(const Report &Input, const OutputOptions &Options,
              llvm::raw_ostream &Out)
      : Input(Input), Options(Options), Out(Out) {}

  void write() {
    head();
    analysed();
    state();
    findings();
    answers();
    remarks();
  }

private:
  using Row = std::vector<std::string>;

  std::string place(const SourceRange &R) const {
    std::string Name = sharedName(Input, R.File);
    return code(R.Line == 0 ? Name : Name + ":" + std::to_string(R.Line));
  }

  static std::string joined(const std::vector<std::string> &Parts,
                            const char *Between) {
    std::string Text;
    for (const std::string &Part : Parts)
      Text += (Text.empty() ? "" : Between) + Part;
    return Text;
  }

  void table(const Row &Titles, const std::vector<Row> &Rows) {
    auto Line = [&](const Row &Cells) {
      for (const std::string &Cell : Cells)
        Out << "| " << Cell << ' ';
      Out << "|\n";
    };
    Line(Titles);
    Line(Row(Titles.size(), "---"));
    for (const Row &Cells : Rows)
      Line(Cells);
  }

  /// A list of which only the number is seen at first.
  template <class List> void folded(const std::string &Title, List Inside) {
    Out << "\n<details><summary>" << Title << "</summary>\n\n";
    Inside();
    Out << "\n</details>\n";
  }

  void maybeFolded(const std::string &Title, const Row &Titles,
                   const std::vector<Row> &Rows) {
    if (Rows.size() > FewRows)
      return folded(Title, [&] { table(Titles, Rows); });
    Out << '\n';
    table(Titles, Rows);
  }

  void head() {
    const Coverage &C = Input.Cover;
    Out << "# Free-threading audit";
    if (!C.Modules.empty())
      Out << " of " << code(joined(C.Modules, ", "));
    Out << "\n\nVerdict: " << verdictText(Input, "**") << ".\n\nBy ungil "
        << Options.Version << " with ";
    if (C.PythonVersion.empty())
      Out << "no headers of CPython";
    else
      Out << "the headers of CPython " << markdown(C.PythonVersion)
          << (C.FreeThreaded ? ", as a free-threaded build reads them" : "");
    if (!Options.Date.empty())
      Out << ", " << markdown(Options.Date);
    Out << ". No finding is no proof: `ungil` looks for known kinds of bugs "
           "in the code that it could read.\n";
  }

  void analysed() {
    const Coverage &C = Input.Cover;
    auto Count = [&](SourceStatus::State How) {
      return std::to_string(llvm::count_if(
          C.Sources, [&](const SourceStatus &S) { return S.How == How; }));
    };
    Out << "\n## What was analysed\n\n";
    table({"", ""},
          {{"files", Count(SourceStatus::Read) + " read, " +
                         Count(SourceStatus::Partly) + " read with errors, " +
                         Count(SourceStatus::NotRead) + " not read, " +
                         Count(SourceStatus::LeftOut) + " left out"},
           {"functions", std::to_string(C.Functions) + ", of which " +
                             std::to_string(C.Analysed) + " analysed"},
           {"rules", C.RulesOff.empty()
                         ? "all"
                         : "all but " + markdown(joined(C.RulesOff, ", "))}});
    sources(SourceStatus::NotRead, "not read");
    sources(SourceStatus::Partly, "read with errors");
    sources(SourceStatus::LeftOut, "left out");
    sources(SourceStatus::Read, "read");
    if (!C.NotAnalysed.empty())
      folded(countOf(C.NotAnalysed.size(), "function") + " not analysed", [&] {
        for (const Note &N : C.NotAnalysed)
          Out << "- " << code(N.Message) << " in " << place(N.Range) << '\n';
      });
  }

  void sources(SourceStatus::State How, const char *Title) {
    std::vector<const SourceStatus *> List;
    for (const SourceStatus &S : Input.Cover.Sources)
      if (S.How == How)
        List.push_back(&S);
    if (List.empty())
      return;
    folded(countOf(List.size(), "file") + " " + Title, [&] {
      for (const SourceStatus *S : List) {
        Out << "- " << code(sharedName(Input, S->File));
        if (!S->Why.empty())
          Out << ": " << markdown(sharedText(Input, S->Why));
        Out << '\n';
      }
    });
  }

  /// The functions that use \p S in the way \p How, each with how Python gets
  /// there.
  static std::string users(const SharedState &S, StateUse::Kind How) {
    std::string Text;
    size_t N = 0;
    for (const StateUse &U : S.Uses) {
      if (U.How != How || U.AtInit)
        continue;
      if (N++ < FewNames)
        Text += (Text.empty() ? "" : ", ") + code(U.Function) +
                (U.Entry.empty() ? "" : " (" + markdown(U.Entry) + ")");
    }
    if (N > FewNames)
      Text += " and " + std::to_string(N - FewNames) + " more";
    return Text;
  }

  void state() {
    Out << "\n## State that threads share\n\n";
    if (Input.State.empty()) {
      Out << "No variable and no field was found that threads share.\n";
      return;
    }
    std::vector<Row> Rows;
    for (const ProtectionText &T : Protections)
      if (size_t N = count(T.How); N != 0)
        Rows.push_back({T.Title, std::to_string(N), T.Means});
    table({"protection", "places", ""}, Rows);
    for (const ProtectionText &T : Protections)
      if (size_t N = count(T.How); N != 0)
        folded(std::string(T.Title) + ": " + countOf(N, "place"),
               [&] { places(T.How); });
  }

  size_t count(Protection How) const {
    return llvm::count_if(Input.State,
                          [&](const SharedState &S) { return S.How == How; });
  }

  void places(Protection How) {
    std::vector<Row> Rows;
    for (const SharedState &S : Input.State) {
      if (S.How != How)
        continue;
      std::string Name = S.Owner.empty() ? S.Name : S.Owner + "." + S.Name;
      Rows.push_back(
          {code(Name) + " (" + markdown(S.Kind) + ")", place(S.Defined),
           users(S, StateUse::Writes), users(S, StateUse::Reads),
           How == Protection::None ? std::string(name(S.Conf)) + " confidence"
                                   : markdown(S.Why)});
    }
    table({"place", "defined", "written by", "read by",
           How == Protection::None ? "how sure" : "protected by"},
          Rows);
  }

  void findings() {
    Out << "\n## Open findings\n";
    std::vector<Row> Open, Lesser;
    for (const Finding *F : worstFirst(Input)) {
      bool Counts = F->Sev >= Severity::Warning && F->Conf > Confidence::Low;
      (Counts ? Open : Lesser)
          .push_back({place(F->Range), markdown(F->Message), F->Rule,
                      std::string(name(F->Conf))});
    }
    const Row Titles = {"where", "what", "rule", "confidence"};
    if (Open.empty())
      Out << "\nNone of medium or high confidence.\n";
    else
      maybeFolded(countOf(Open.size(), "finding") +
                      " of medium or high confidence",
                  Titles, Open);
    if (!Lesser.empty())
      folded(countOf(Lesser.size(), "note") +
                 " (low confidence, or of little weight)",
             [&] { table(Titles, Lesser); });
  }

  void answers() {
    Out << "\n## Answered by the authors\n";
    if (Input.Answers.empty()) {
      Out << "\nNo comment, reviewed list or baseline hides a finding.\n";
      return;
    }
    std::vector<Row> Rows;
    for (const Answered &A : Input.Answers)
      Rows.push_back(
          {place(A.What.Range), markdown(A.What.Message), A.What.Rule, A.By,
           A.Reason.empty() ? "no reason given" : markdown(A.Reason)});
    maybeFolded(countOf(Rows.size(), "finding") + " answered",
                {"where", "what", "rule", "by", "reason"}, Rows);
  }

  void remarks() {
    if (Input.Remarks.empty())
      return;
    Out << "\n## Remarks\n\n";
    for (const Remark &R : Input.Remarks) {
      Out << "- ";
      if (!R.File.empty())
        Out << code(sharedName(Input, R.File)) << ": ";
      Out << markdown(sharedText(Input, R.Message)) << '\n';
    }
  }

  const Report &Input;
  const OutputOptions &Options;
  llvm::raw_ostream &Out;
};

} // namespace

void ungil::writeAuditMarkdown(const Report &Report,
                               const OutputOptions &Options,
                               llvm::raw_ostream &Out) {
  AuditWriter(Report, Options, Out).write();
}
