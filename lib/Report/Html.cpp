//===- Html.cpp - a report as a page to look through ----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One file that opens from disk: Page/page.html with its style and script, and
// in it the document of Audit.h with the lines of source that it names. All
// that comes from sources is text in that document; the script puts it on the
// page as text.
//
//===----------------------------------------------------------------------===//

#include "Report/Audit.h"
#include "Report/Names.h"
#include "Report/Page.h"
#include "Support/Printable.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <map>
#include <set>

using namespace ungil;

namespace {

/// Lines shown around a finding, and at most of it.
constexpr uint32_t Around = 2, MostLines = 12;

class PageWriter {
public:
  PageWriter(const Report &Input, const OutputOptions &Options,
             SourceCache &Sources)
      : Input(Input), Options(Options), Sources(Sources) {}

  Json document() {
    Json All = auditDocument(Input, Options);
    for (size_t I = 0; I != Input.Findings.size(); ++I)
      addTo(All["findings"][I], Input.Findings[I]);
    for (const SharedState &S : Input.State)
      wantLine(S.Defined);
    Json Rules = Json::object();
    for (const RuleInfo &Rule : Options.Rules)
      Rules[std::string(Rule.Id)] = Rule.Summary;
    All["rules"] = std::move(Rules);
    All["lines"] = lines();
    return All;
  }

private:
  bool hasText(const SourceRange &R) const {
    return R.File < Input.Files.size() && R.Line != 0;
  }

  void wantLine(const SourceRange &R) {
    if (hasText(R))
      Wanted[R.File].insert(R.Line);
  }

  void wantAll(const std::vector<Note> &Notes) {
    for (const Note &N : Notes)
      wantLine(N.Range);
  }

  void addTo(Json &One, const Finding &F) {
    wantAll(F.Notes);
    wantAll(F.Trace);
    wantAll(F.OtherTrace);
    const SourceRange &R = F.Range;
    if (!hasText(R))
      return;
    const SourceText &Text = Sources.get(Input.Files[R.File]);
    uint32_t First = R.Line > Around ? R.Line - Around : 1;
    uint32_t Last = std::min({std::max(R.Line, R.EndLine) + Around,
                              Text.lines(), First + MostLines - 1});
    for (uint32_t Line = First; Line <= Last; ++Line)
      Wanted[R.File].insert(Line);
    One["shown"] = {First, Last};
    // Where the mark begins and ends, as strings of the page count.
    One["mark"] = {utf16Column(Text.line(R.Line), R.Column),
                   utf16Column(Text.line(std::max(R.Line, R.EndLine)),
                               std::max(R.EndColumn, 1u))};
    for (size_t I = 0; I != F.Fix.Edits.size(); ++I)
      addTo(One["fix"]["edits"][I], F.Fix.Edits[I]);
  }

  /// An edit is shown by its line and what it replaces.
  void addTo(Json &One, const Edit &E) {
    if (E.File >= Input.Files.size())
      return;
    const SourceText &Text = Sources.get(Input.Files[E.File]);
    One["line"] = Text.position(E.Offset).Line;
    std::string_view All = Text.text();
    One["old"] =
        validUtf8(All.substr(std::min<size_t>(E.Offset, All.size()), E.Length));
  }

  Json lines() {
    Json Files = Json::object();
    for (const auto &[File, Numbers] : Wanted) {
      const SourceText &Text = Sources.get(Input.Files[File]);
      Json &Lines = Files[validUtf8(sharedName(Input, File))];
      for (uint32_t Number : Numbers)
        Lines[std::to_string(Number)] = validUtf8(Text.line(Number));
    }
    return Files;
  }

  const Report &Input;
  const OutputOptions &Options;
  SourceCache &Sources;
  std::map<FileId, std::set<uint32_t>> Wanted;
};

/// Writes \p Template with its parts in the places of their names.
void fill(std::string_view Template,
          llvm::ArrayRef<std::pair<std::string_view, std::string_view>> Parts,
          llvm::raw_ostream &Out) {
  for (const auto &[Name, Text] : Parts) {
    size_t At = Template.find(Name);
    Out << Template.substr(0, At) << Text;
    Template.remove_prefix(At + Name.size());
  }
  Out << Template;
}

/// Inside of a script element `<` may begin its end or a comment.
std::string forScript(std::string_view Text) {
  std::string Out;
  for (char C : Text)
    if (C == '<')
      Out += "\\u003c";
    else
      Out += C;
  return Out;
}

} // namespace

void ungil::writeHtml(const Report &Report, const OutputOptions &Options,
                      SourceCache &Sources, llvm::raw_ostream &Out) {
  std::string Data =
      forScript(PageWriter(Report, Options, Sources).document().dump());
  fill(page::Html,
       {{"{{style}}", page::Style},
        {"{{data}}", Data},
        {"{{script}}", page::Script}},
       Out);
}
