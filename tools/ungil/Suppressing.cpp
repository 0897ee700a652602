//===- Suppressing.cpp - suppressions written into sources ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Suppressing.h"
#include "Fix/Apply.h"
#include "Fix/Tokens.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <set>

using namespace ungil;
using llvm::StringRef;

namespace {

/// Does \p Gap, white space and comments, end inside of a comment?
bool endsInComment(StringRef Gap) {
  while (true) {
    size_t Line = Gap.find("//"), Block = Gap.find("/*");
    if (Line == StringRef::npos && Block == StringRef::npos)
      return false;
    bool IsLine = Line < Block;
    size_t End = IsLine ? Gap.find('\n', Line) : Gap.find("*/", Block + 2);
    if (End == StringRef::npos)
      return true;
    Gap = Gap.drop_front(End + (IsLine ? 1 : 2));
  }
}

/// Where lines of one file may be put in front of others.
class Lines {
public:
  explicit Lines(std::string_view Text)
      : Text(Text),
        Tokens(fix::tokens(Text, 0, static_cast<uint32_t>(Text.size()))) {}

  /// Is byte \p Start, the first of a line, outside of every token and
  /// comment?
  bool isFree(uint32_t Start) const {
    auto Next = llvm::partition_point(
        Tokens, [&](const fix::Token &T) { return T.Offset < Start; });
    uint32_t Before = 0;
    if (Next != Tokens.begin()) {
      Before = std::prev(Next)->end();
      if (Before > Start)
        return false;
    }
    return !endsInComment(Text.slice(Before, Start));
  }

private:
  StringRef Text;
  std::vector<fix::Token> Tokens;
};

/// The comment as the line in front of the one that begins at \p Start.
Edit commentAt(StringRef Text, FileId File, uint32_t Start,
               const std::set<std::string> &Rules, const std::string &Reason) {
  StringRef Line = Text.drop_front(Start).split('\n').first;
  StringRef Indent =
      Line.take_while([](char C) { return C == ' ' || C == '\t'; });
  Edit E;
  E.File = File;
  E.Offset = Start;
  E.Text = Indent.str() + "/* ungil: ignore[" + llvm::join(Rules, ", ") + "] " +
           Reason + " */" + (Line.ends_with("\r") ? "\r\n" : "\n");
  return E;
}

} // namespace

std::string ungil::problemWithReason(const std::string &Reason) {
  if (StringRef(Reason).trim().empty())
    return "a reason says why the finding is harmless";
  if (StringRef(Reason).contains("*/") ||
      llvm::any_of(Reason, [](char C) { return llvm::isSpace(C) && C != ' '; }))
    return "a reason is one line without '*/'";
  return {};
}

Suppressing ungil::suppressAll(const Report &Report, const std::string &Reason,
                               SourceCache &Sources) {
  // Findings of one line share a comment.
  std::map<FileId, std::map<uint32_t, std::vector<const Finding *>>> ByLine;
  Suppressing Done;
  std::vector<const Finding *> Derived;
  for (const Finding &F : Report.Findings)
    if (F.Derived)
      Derived.push_back(&F);
    else if (F.Range.File < Report.Files.size() && F.Range.Line != 0 &&
             F.Rule != "unused-suppression")
      ByLine[F.Range.File][F.Range.Line].push_back(&F);
    else
      Done.Left.push_back(F);

  for (const auto &[File, Numbers] : ByLine) {
    const std::string &Path = Report.Files[File];
    std::string_view Text = Sources.get(Path).text();
    Lines Free(Text);
    std::vector<Edit> Edits;
    for (const auto &[Number, Findings] : Numbers) {
      auto Start = static_cast<uint32_t>(Sources.get(Path).line(Number).data() -
                                         Text.data());
      if (Sources.get(Path).line(Number).empty() || !Free.isFree(Start)) {
        for (const Finding *F : Findings)
          Done.Left.push_back(*F);
        continue;
      }
      std::set<std::string> Rules;
      for (const Finding *F : Findings)
        Rules.insert(F->Rule);
      Edits.push_back(commentAt(Text, File, Start, Rules, Reason));
    }
    Done.Added += static_cast<uint32_t>(Edits.size());
    if (!Edits.empty())
      Done.Edited[Path] = fix::apply(Text, Edits);
  }
  if (!Done.Left.empty())
    for (const Finding *F : Derived)
      Done.Left.push_back(*F);
  return Done;
}
