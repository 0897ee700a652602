//===- Comments.cpp - suppressions and promises in comments ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Facts/Comments.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace ungil;
using llvm::StringRef;

namespace {

bool isWordChar(char C) { return llvm::isAlnum(C) || C == '_'; }

/// Is the character before \p At one that a directive may follow? Quotes are
/// not: a comment that explains the syntax does not use it.
bool startsWord(StringRef Text, size_t At) {
  return At == 0 ||
         (!isWordChar(Text[At - 1]) && Text[At - 1] != '`' &&
          Text[At - 1] != '"' && Text[At - 1] != '\'' && Text[At - 1] != '-');
}

StringRef restOfLine(StringRef Text) {
  Text = Text.take_until([](char C) { return C == '\n' || C == '\r'; });
  Text = Text.trim();
  Text.consume_back("*/");
  return Text.trim();
}

/// Reads `(a, b)` or `[a, b]` at the front of \p Text. False when there is
/// none; a list that is never closed counts as none.
bool takeList(StringRef &Text, char Open, char Close,
              llvm::SmallVectorImpl<StringRef> &Names) {
  if (Text.empty() || Text.front() != Open)
    return false;
  size_t End = Text.find(Close);
  if (End == StringRef::npos || Text.take_front(End).contains('\n'))
    return false;
  Text.slice(1, End).split(Names, ',');
  for (StringRef &Name : Names)
    Name = Name.trim();
  llvm::erase_if(Names, [](StringRef Name) { return Name.empty(); });
  Text = Text.drop_front(End + 1);
  return true;
}

void parseIgnores(StringRef Text, std::vector<CommentFact> &Out) {
  constexpr StringRef Tag = "ungil:";
  for (size_t At = Text.find(Tag); At != StringRef::npos;
       At = Text.find(Tag, At + 1)) {
    if (!startsWord(Text, At))
      continue;
    StringRef Rest = Text.substr(At + Tag.size()).ltrim(" \t");
    if (!Rest.consume_front("ignore"))
      continue;
    CommentFact Fact;
    if (Rest.consume_front("-file"))
      Fact.Kind = CommentKind::IgnoreFile;
    if (!Rest.empty() && (isWordChar(Rest.front()) || Rest.front() == '-'))
      continue; // `ignore-files`, `ignored`
    Rest = Rest.ltrim(" \t");
    llvm::SmallVector<StringRef, 4> Names;
    if (takeList(Rest, '[', ']', Names) && Names.empty())
      continue; // `ignore[]` suppresses nothing
    for (StringRef Name : Names) {
      Name.consume_front("ungil-");
      Fact.Rules.push_back(Name.str());
    }
    Fact.Reason = restOfLine(Rest).str();
    Out.push_back(std::move(Fact));
  }
}

/// The patterns of a NOLINT list that can name our checks, without `ungil-`.
std::vector<std::string> ourChecks(llvm::ArrayRef<StringRef> Names) {
  std::vector<std::string> Ours;
  for (StringRef Name : Names) {
    if (Name == "ungil" || Name == "*") {
      Ours.push_back("*");
      continue;
    }
    if (Name.consume_front("ungil-"))
      Ours.push_back(Name.empty() ? "*" : Name.str());
  }
  return Ours;
}

void parseNoLints(StringRef Text, std::vector<CommentFact> &Out) {
  constexpr StringRef Tag = "NOLINT";
  for (size_t At = Text.find(Tag); At != StringRef::npos;
       At = Text.find(Tag, At + 1)) {
    if (!startsWord(Text, At))
      continue;
    StringRef Rest = Text.substr(At + Tag.size());
    CommentFact Fact;
    Fact.Kind = CommentKind::NoLint;
    if (Rest.consume_front("NEXTLINE"))
      Fact.Kind = CommentKind::NoLintNextLine;
    else if (Rest.consume_front("BEGIN"))
      Fact.Kind = CommentKind::NoLintBegin;
    else if (Rest.consume_front("END"))
      Fact.Kind = CommentKind::NoLintEnd;
    if (!Rest.empty() && isWordChar(Rest.front()))
      continue;
    llvm::SmallVector<StringRef, 4> Names;
    if (takeList(Rest, '(', ')', Names)) {
      Fact.Rules = ourChecks(Names);
      if (Fact.Rules.empty())
        continue; // other tools' checks only
    }
    Fact.Reason = restOfLine(Rest.ltrim(": \t")).str();
    Out.push_back(std::move(Fact));
  }
}

/// `noqa: borrowed-ref`, alone or with `OK`. Other words after it (`manual
/// fix needed`) say the opposite.
void parseNoQa(StringRef Text, std::vector<CommentFact> &Out) {
  constexpr StringRef Tag = "noqa:";
  for (size_t At = Text.find_insensitive(Tag); At != StringRef::npos;
       At = Text.find_insensitive(Tag, At + 1)) {
    if (!startsWord(Text, At))
      continue;
    StringRef Rest = restOfLine(Text.substr(At + Tag.size()));
    if (!Rest.consume_front("borrowed-ref"))
      continue;
    if (!Rest.empty() && (isWordChar(Rest.front())))
      continue;
    Rest = Rest.ltrim(" \t-:,");
    StringRef Word = Rest.take_while(isWordChar);
    if (!Word.empty() && !Word.equals_insensitive("ok"))
      continue;
    CommentFact Fact;
    Fact.Kind = CommentKind::NoQa;
    // The tool it is written for lists PyDict_Next among its names.
    Fact.Rules = {"borrowed-ref", "dict-iteration"};
    Fact.Reason = Rest.drop_front(Word.size()).trim(" \t-:,").str();
    Out.push_back(std::move(Fact));
  }
}

//===-- The GIL as a promise ----------------------------------------------===//

bool speaksOfProtection(StringRef Word) {
  constexpr StringRef Stems[] = {
      "protect", "held",    "hold",   "safe",     "atomic",
      "guard",   "rely",    "relies", "serializ", "serialis",
      "need",    "because", "thanks", "ensure",   "guarantee",
      "under",   "exclusi", "lock",   "own",      "require"};
  std::string Lower = Word.lower();
  return llvm::any_of(Stems, [&](StringRef Stem) {
    return StringRef(Lower).starts_with(Stem);
  });
}

bool negates(StringRef Word) {
  constexpr StringRef Stems[] = {
      "release", "releasing", "drop",  "dropping", "without", "no",
      "not",     "never",     "free",  "disabled", "don't",   "doesn't",
      "cannot",  "can't",     "isn't", "lacks",    "unlock",  "nogil"};
  std::string Lower = Word.lower();
  return llvm::any_of(Stems, [&](StringRef Stem) {
    return Lower == Stem ||
           (Stem.size() > 6 && StringRef(Lower).starts_with(Stem));
  });
}

/// Words of one sentence; the GIL in whatever spelling is the word `GIL`.
llvm::SmallVector<StringRef, 32> wordsOf(StringRef Sentence) {
  llvm::SmallVector<StringRef, 32> Words;
  while (!Sentence.empty()) {
    Sentence = Sentence.drop_until([](char C) { return isWordChar(C); });
    StringRef Word = Sentence.take_while(
        [](char C) { return isWordChar(C) || C == '\'' || C == '-'; });
    Sentence = Sentence.drop_front(Word.size());
    if (Word.equals_insensitive("global") &&
        Sentence.ltrim().starts_with_insensitive("interpreter lock")) {
      Sentence = Sentence.ltrim().drop_front(sizeof("interpreter lock") - 1);
      Word = "GIL";
    }
    if (!Word.empty())
      Words.push_back(Word);
  }
  return Words;
}

bool promisesGil(StringRef Sentence) {
  constexpr size_t Near = 8, NegationReach = 3;
  llvm::SmallVector<StringRef, 32> Words = wordsOf(Sentence);
  for (size_t At = 0; At < Words.size(); ++At) {
    if (Words[At] != "GIL" && Words[At] != "GIL's")
      continue;
    bool Promise = false, Negated = false;
    size_t From = At > Near ? At - Near : 0;
    size_t To = std::min(Words.size(), At + Near + 1);
    for (size_t I = From; I < To; ++I) {
      if (I == At || !speaksOfProtection(Words[I]))
        continue;
      Promise = true;
      // `does not hold the GIL`
      for (size_t J = I > NegationReach ? I - NegationReach : 0; J < I; ++J)
        Negated |= negates(Words[J]);
    }
    // `release the GIL`, `safe without the GIL`
    for (size_t J = At > NegationReach ? At - NegationReach : 0; J < At; ++J)
      Negated |= negates(Words[J]);
    if (Promise && !Negated)
      return true;
  }
  return false;
}

/// The text of a comment as one paragraph: delimiters and the stars at the
/// fronts of lines are gone.
std::string proseOf(StringRef Text) {
  std::string Prose;
  llvm::SmallVector<StringRef, 8> Lines;
  Text.split(Lines, '\n');
  for (StringRef Line : Lines) {
    Line = Line.trim().ltrim("/*!<").rtrim("*/").trim();
    if (!Prose.empty())
      Prose += ' ';
    Prose += Line;
  }
  return Prose;
}

void parseGil(StringRef Text, std::vector<CommentFact> &Out) {
  if (!Text.contains("GIL") && !Text.contains_insensitive("interpreter"))
    return;
  std::string Prose = proseOf(Text);
  StringRef Rest = Prose;
  while (!Rest.empty()) {
    size_t End = Rest.find_first_of(".;!?");
    // `foo.c` and `x.y` end no sentence.
    while (End != StringRef::npos && End + 1 < Rest.size() &&
           Rest[End + 1] != ' ')
      End = Rest.find_first_of(".;!?", End + 1);
    StringRef Sentence = Rest.take_front(End).trim();
    Rest = End == StringRef::npos ? StringRef() : Rest.drop_front(End + 1);
    if (!promisesGil(Sentence))
      continue;
    CommentFact Fact;
    Fact.Kind = CommentKind::MentionsGil;
    Fact.Reason = Sentence.str();
    Out.push_back(std::move(Fact));
    return;
  }
}

/// Cython's `/* "file.pyx":12`, with the lines around it.
void parseOrigin(StringRef Text, std::vector<CommentFact> &Out) {
  if (!Text.consume_front("/* \""))
    return;
  auto [File, Rest] = Text.split('"');
  unsigned Line = 0;
  if (!Rest.consume_front(":") || Rest.consumeInteger(10, Line))
    return;
  CommentFact Fact;
  Fact.Kind = CommentKind::Origin;
  Fact.Reason = (File + ":" + llvm::Twine(Line)).str();
  Out.push_back(std::move(Fact));
}

} // namespace

bool ungil::mayBeFact(std::string_view Comment) {
  StringRef Text(Comment);
  if (Text.starts_with("/* \"")) // generated code, from there
    return true;
  // The second letters of ungil, NOLINT, noqa and GIL.
  for (size_t I = 1; (I = Text.find_first_of("nOoI", I)) < Text.size(); ++I) {
    StringRef Word = Text.substr(I - 1);
    if (Word.starts_with("ungil") || Word.starts_with("NOLINT") ||
        Word.starts_with("noqa") || Word.starts_with("GIL"))
      return true;
  }
  return false;
}

std::vector<CommentFact> ungil::parseComment(std::string_view Text) {
  std::vector<CommentFact> Out;
  parseIgnores(Text, Out);
  parseNoLints(Text, Out);
  parseNoQa(Text, Out);
  parseGil(Text, Out);
  parseOrigin(Text, Out);
  return Out;
}
