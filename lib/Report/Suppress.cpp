//===- Suppress.cpp - findings a comment answers --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Suppress.h"
#include "Report/Finalize.h"
#include "Support/Nearest.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <map>
#include <tuple>

using namespace ungil;
using llvm::StringRef;

namespace {

constexpr const char *UnusedRule = "unused-suppression";
constexpr uint32_t EndOfFile = ~0u;

/// One suppression with the lines it reaches.
struct Suppression {
  const CommentFact *Comment;
  uint32_t First = 0;
  uint32_t Last = 0;      ///< below First: reaches nothing
  bool Lacking = false;   ///< it lacks the reason that it needs
  std::vector<bool> Used; ///< per name in Comment->Rules; one for "all"

  explicit Suppression(const CommentFact &Fact)
      : Comment(&Fact), Used(std::max<size_t>(Fact.Rules.size(), 1)) {}
};

/// `*` stands for any characters.
bool matches(StringRef Pattern, StringRef Id) {
  auto [Head, Tail] = Pattern.split('*');
  if (!Pattern.contains('*'))
    return Pattern == Id;
  if (!Id.consume_front(Head))
    return false;
  for (size_t Skip = 0; Skip <= Id.size(); ++Skip)
    if (matches(Tail, Id.drop_front(Skip)))
      return true;
  return false;
}

bool isSuppression(const CommentFact &Fact) {
  return Fact.Kind != CommentKind::MentionsGil &&
         Fact.Kind != CommentKind::Origin &&
         Fact.Kind != CommentKind::NoLintEnd;
}

/// Was the comment written for us? One that may be there for other tools needs
/// no finding and no reason.
bool isForUs(const CommentFact &Fact) {
  if (Fact.Kind == CommentKind::Ignore || Fact.Kind == CommentKind::IgnoreFile)
    return true;
  return Fact.Kind != CommentKind::NoQa && !Fact.Rules.empty() &&
         !llvm::is_contained(Fact.Rules, "*");
}

/// Is \p Line blank or a comment and nothing else, as far as one line shows?
bool holdsNoCode(StringRef Line) {
  Line = Line.trim();
  return Line.empty() || Line.starts_with("//") || Line.starts_with("*") ||
         (Line.starts_with("/*") &&
          (!Line.contains("*/") || Line.ends_with("*/")));
}

/// The first line of code after \p Line; the next line when there is none.
uint32_t nextCodeLine(const SourceText &Text, uint32_t Line) {
  for (uint32_t Next = Line + 1; Next <= Text.lines(); ++Next)
    if (!holdsNoCode(Text.line(Next)))
      return Next;
  return Line + 1;
}

/// The end that closes \p Begin: the first after it with the same list.
uint32_t endOfRegion(const CommentFact &Begin,
                     llvm::ArrayRef<CommentFact> Comments) {
  uint32_t End = 0;
  for (const CommentFact &Fact : Comments)
    if (Fact.Kind == CommentKind::NoLintEnd &&
        Fact.Loc.File == Begin.Loc.File && Fact.Rules == Begin.Rules &&
        Fact.Loc.Line > Begin.Loc.Line && (!End || Fact.Loc.Line < End))
      End = Fact.Loc.Line;
  return End;
}

void setReach(Suppression &S, llvm::ArrayRef<CommentFact> Comments,
              const SourceText &Text) {
  const CommentFact &Fact = *S.Comment;
  uint32_t LastLine = std::max(Fact.Loc.Line, Fact.Loc.EndLine);
  S.First = Fact.Loc.Line;
  S.Last = LastLine;
  switch (Fact.Kind) {
  case CommentKind::Ignore:
  case CommentKind::NoQa:
    if (Fact.AloneOnLine)
      S.Last = nextCodeLine(Text, LastLine);
    break;
  case CommentKind::NoLintNextLine:
    S.First = S.Last = LastLine + 1;
    break;
  case CommentKind::NoLintBegin:
    S.Last = endOfRegion(Fact, Comments);
    break;
  case CommentKind::IgnoreFile:
    S.First = 0;
    S.Last = EndOfFile;
    break;
  case CommentKind::NoLint:
  case CommentKind::NoLintEnd:
  case CommentKind::MentionsGil:
  case CommentKind::Origin:
    break;
  }
}

bool sameFact(const CommentFact &A, const CommentFact &B) {
  return A.Kind == B.Kind && A.Loc == B.Loc && A.Rules == B.Rules;
}

/// Comments of a header come once per unit that read it.
std::vector<CommentFact> withoutCopies(const std::vector<CommentFact> &All) {
  std::vector<CommentFact> Facts;
  llvm::copy_if(All, std::back_inserter(Facts), [](const CommentFact &Fact) {
    return Fact.Kind != CommentKind::MentionsGil && Fact.Loc.isValid();
  });
  llvm::sort(Facts, [](const CommentFact &A, const CommentFact &B) {
    return std::tie(A.Loc, A.Kind, A.Rules) < std::tie(B.Loc, B.Kind, B.Rules);
  });
  Facts.erase(std::unique(Facts.begin(), Facts.end(), sameFact), Facts.end());
  return Facts;
}

using ByFile = std::map<FileId, std::vector<Suppression>>;

ByFile suppressionsOf(const Report &Report,
                      const std::vector<CommentFact> &Comments,
                      const SuppressionOptions &Options, SourceCache &Sources) {
  ByFile Result;
  for (const CommentFact &Fact : Comments) {
    if (!isSuppression(Fact) || Fact.Loc.File >= Report.Files.size())
      continue;
    Suppression S(Fact);
    S.Lacking = Options.NeedReasons && Fact.Reason.empty() && isForUs(Fact);
    setReach(S, Comments, Sources.get(Report.Files[Fact.Loc.File]));
    Result[Fact.Loc.File].push_back(std::move(S));
  }
  return Result;
}

/// What the first of \p Here that has a reason gives as one.
std::string reasonOf(const std::vector<const Suppression *> &Here) {
  for (const Suppression *S : Here)
    if (!S->Comment->Reason.empty())
      return S->Comment->Reason;
  return {};
}

/// Marks what \p S says about \p Finding; true when it suppresses it.
bool answers(Suppression &S, const Finding &F) {
  uint32_t Last = std::max(F.Range.Line, F.Range.EndLine);
  if (S.Lacking || F.Range.Line > S.Last || Last < S.First)
    return false;
  const std::vector<std::string> &Rules = S.Comment->Rules;
  if (Rules.empty()) {
    S.Used[0] = true;
    return true;
  }
  bool Hit = false;
  for (size_t I = 0; I < Rules.size(); ++I)
    if (matches(Rules[I], F.Rule))
      Hit = S.Used[I] = true;
  return Hit;
}

/// Why the name \p Rule suppresses nothing, or nothing if that is not known.
std::string complaint(const std::string &Rule, const SuppressionOptions &O) {
  if (Rule == UnusedRule)
    return {};
  auto Fits = [&](const std::string &Id) { return matches(Rule, Id); };
  if (llvm::none_of(O.Known, Fits)) {
    std::string Text = "no rule is called '" + Rule + "'";
    std::vector<std::string_view> Known(O.Known.begin(), O.Known.end());
    if (std::string_view Near = nearest(Rule, Known); !Near.empty())
      Text += " (did you mean '" + std::string(Near) + "'?)";
    return Text;
  }
  for (const std::string &Id : O.Known)
    if (Fits(Id) && Id != UnusedRule && !llvm::is_contained(O.Ran, Id))
      return {};
  return "no '" + Rule + "' finding is there to suppress";
}

std::vector<std::string> complaints(const Suppression &S,
                                    const SuppressionOptions &Options) {
  const CommentFact &Fact = *S.Comment;
  std::vector<std::string> Result;
  if (!isForUs(Fact))
    return Result;
  if (S.Lacking)
    return {"it has no reason, so with --strict it suppresses nothing; write "
            "one after the list"};
  if (Fact.Kind == CommentKind::NoLintBegin && S.Last < S.First)
    return {"NOLINTBEGIN has no NOLINTEND with the same list after it"};
  if (Fact.Rules.empty()) {
    bool AllRan = llvm::all_of(Options.Known, [&](const std::string &Id) {
      return Id == UnusedRule || llvm::is_contained(Options.Ran, Id);
    });
    if (AllRan && !S.Used[0])
      Result.push_back("there is no finding to suppress");
  }
  for (size_t I = 0; I < Fact.Rules.size(); ++I)
    if (!S.Used[I])
      if (std::string Text = complaint(Fact.Rules[I], Options); !Text.empty())
        Result.push_back(std::move(Text));
  return Result;
}

bool isBlank(StringRef Text) { return Text.trim(" \t\r").empty(); }

/// Takes out the comment of \p Fact where it says nothing but the suppression
/// and stands at the end of its line. A look is wanted: a build for another
/// platform may have the finding.
FixPlan removal(const CommentFact &Fact, const SourceText &Source) {
  FixPlan None;
  StringRef Text = Source.text();
  size_t Begin = Fact.Loc.Offset, End = Begin + Fact.Loc.Length;
  if (End > Text.size() ||
      !Text.slice(Begin, End).ltrim("/*! \t").starts_with("ungil:"))
    return None;
  size_t LineEnd = std::min(Text.find('\n', End), Text.size());
  if (!isBlank(Text.slice(End, LineEnd)))
    return None;
  // What goes on in the line comments below is about it.
  StringRef Below = Source.line(Fact.Loc.EndLine + 1);
  bool LineComment = Text.drop_front(Begin).starts_with("//");
  if (LineComment && Fact.AloneOnLine && Below.trim().starts_with("//"))
    return None;
  // The whole line, or what is behind its code.
  size_t From = Text.take_front(Begin).rtrim(" \t").size();
  size_t To = LineEnd;
  if (Fact.AloneOnLine)
    To = std::min(LineEnd + 1, Text.size());
  else if (Text.slice(End, LineEnd).ends_with("\r"))
    --To;
  return {Applicability::Suggested,
          "remove the comment",
          {{Fact.Loc.File, static_cast<uint32_t>(From),
            static_cast<uint32_t>(To - From), ""}}};
}

/// Does the comment name rules, as they are called, that all find nothing?
bool isAllUnused(const Suppression &S, const SuppressionOptions &Options,
                 size_t Complaints) {
  const CommentFact &Fact = *S.Comment;
  return !S.Lacking && Complaints == S.Used.size() &&
         llvm::none_of(S.Used, [](bool Used) { return Used; }) &&
         llvm::all_of(Fact.Rules, [&](const std::string &Rule) {
           return llvm::is_contained(Options.Known, Rule);
         });
}

Finding unusedFinding(const Suppression &S, std::string Complaint) {
  Finding F;
  F.Rule = UnusedRule;
  F.Range = S.Comment->Loc;
  F.Sev = Severity::Note;
  F.Conf = Confidence::High;
  F.Entity = llvm::join(S.Comment->Rules, ",");
  F.Message = "unused suppression: " + std::move(Complaint);
  if (!S.Lacking)
    F.Help = "Remove it: a suppression that outlives its finding hides the "
             "next one on this line.";
  return F;
}

/// Only `ignore[unused-suppression]` answers an unused suppression; one that
/// suppresses everything would otherwise answer for itself.
bool isExcused(const Finding &F, std::vector<Suppression> &Here) {
  return llvm::any_of(Here, [&](Suppression &S) {
    return llvm::is_contained(S.Comment->Rules, UnusedRule) && answers(S, F);
  });
}

void reportUnused(Report &Report, ByFile &Suppressions,
                  const SuppressionOptions &Options, SourceCache &Sources) {
  for (auto &[File, Here] : Suppressions)
    for (Suppression &S : Here) {
      std::vector<std::string> Text = complaints(S, Options);
      if (Text.empty())
        continue;
      Finding F = unusedFinding(S, llvm::join(Text, "; "));
      if (isAllUnused(S, Options, Text.size()))
        F.Fix = removal(*S.Comment, Sources.get(Report.Files[File]));
      if (isExcused(F, Here))
        ++Report.Suppressed;
      else
        Report.Findings.push_back(std::move(F));
    }
}

} // namespace

void ungil::applySuppressions(Report &Report,
                              const std::vector<CommentFact> &Comments,
                              const SuppressionOptions &Options,
                              SourceCache &Sources) {
  std::vector<CommentFact> Facts = withoutCopies(Comments);
  ByFile Suppressions = suppressionsOf(Report, Facts, Options, Sources);
  auto IsHidden = [&](const Finding &F) {
    auto Here = Suppressions.find(F.Range.File);
    if (Here == Suppressions.end())
      return false;
    // All of them, not the first: each that fits is in use.
    std::vector<const Suppression *> Hits;
    for (Suppression &S : Here->second)
      if (answers(S, F))
        Hits.push_back(&S);
    if (Hits.empty() || !Options.Hide)
      return false;
    Report.Suppressed += F.Conf >= Options.Least;
    Report.Answers.push_back({F, "comment", reasonOf(Hits)});
    return true;
  };
  llvm::erase_if(Report.Findings, IsHidden);
  if (Options.Late)
    for (Finding &F : Options.Late(Report))
      if (!IsHidden(F))
        Report.Findings.push_back(std::move(F));
  if (Options.ReportUnused)
    reportUnused(Report, Suppressions, Options, Sources);
  finalize(Report, Sources);
}
