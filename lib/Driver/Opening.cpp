//===- Opening.cpp - how units begin --------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Opening.h"
#include "Driver/Files.h"
#include "Facts/Comments.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/VirtualFileSystem.h"
#include <algorithm>
#include <tuple>

using namespace llvm;

namespace ungil {

//===-- Text --------------------------------------------------------------===//

namespace {

/// A line of the opening, comments cut out.
struct Directive {
  std::string Text;
  bool Remarkable = false; ///< a comment on it could be a fact
};

/// Takes the leading directives off a text.
class Directives {
  StringRef Text;

  StringRef take(size_t N) {
    StringRef Taken = Text.take_front(N);
    Text = Text.drop_front(Taken.size());
    return Taken;
  }
  /// A string literal, which may hold what looks like a comment.
  void literal(std::string &Line) {
    do
      Line += take(Text.starts_with("\\\"") ? 2 : 1);
    while (!Text.empty() && Text.front() != '"' && Text.front() != '\n');
    if (Text.starts_with("\""))
      Line += take(1);
  }

public:
  explicit Directives(StringRef Whole) : Text(Whole) {
    Text.consume_front("\xef\xbb\xbf");
  }

  /// Null at the first line that is neither blank nor a directive.
  std::optional<Directive> next();
};

std::optional<Directive> Directives::next() {
  Directive Out;
  std::string &Line = Out.Text;
  while (!Text.empty() && Line.size() < 4096) {
    if (Text.starts_with("/*") || Text.starts_with("//")) {
      bool Block = Text[1] == '*';
      size_t End = Block ? Text.find("*/", 2) : Text.find('\n');
      if (End == StringRef::npos)
        return std::nullopt;
      Out.Remarkable |=
          mayBeFact(std::string_view(take(Block ? End + 2 : End)));
      Line += ' ';
    } else if (Text.starts_with("\\\n") || Text.starts_with("\\\r\n")) {
      take(Text[1] == '\n' ? 2 : 3);
      Line += ' ';
    } else if (Text.front() == '\n') {
      take(1);
      Line = StringRef(Line).trim().str();
      if (Line.empty()) {
        Out.Remarkable = false;
        continue;
      }
      if (Line.front() != '#')
        return std::nullopt;
      return Out;
    } else if (Text.front() == '"') {
      literal(Line);
    } else
      Line += take(1);
  }
  return std::nullopt;
}

/// `include` and `<x.h>`.
std::pair<StringRef, StringRef> split(StringRef Line) {
  Line = Line.drop_front().ltrim();
  StringRef Word = Line.take_while(isAlpha);
  return {Word, Line.drop_front(Word.size()).trim()};
}

/// Conditions that have another answer elsewhere or a second time.
bool asksWhere(StringRef Condition) {
  for (StringRef Word : {"__has_include", "__has_embed", "__FILE__", "__LINE__",
                         "__COUNTER__", "__INCLUDE_LEVEL__"})
    if (Condition.contains(Word))
      return true;
  return false;
}

/// Puts directives together to steps.
class StepMaker {
  StringRef Folder;
  function_ref<bool(const std::string &)> IsThere;
  std::vector<std::string> Steps;
  std::string Step;
  unsigned Depth = 0;

  /// As it is found from a file of no folder; null: nobody can tell how.
  std::optional<std::string> elsewhere(StringRef Name) const {
    if (Name.size() > 2 && Name.front() == '<' && Name.back() == '>')
      return Name.str();
    if (Name.size() < 3 || Name.front() != '"' || Name.back() != '"')
      return std::nullopt;
    Name = Name.drop_front().drop_back();
    std::string Here = joinPath(Folder, Name);
    return IsThere(Here) ? '"' + Here + '"' : ("<" + Name + ">").str();
  }

public:
  StepMaker(StringRef Folder, function_ref<bool(const std::string &)> IsThere)
      : Folder(Folder), IsThere(IsThere) {}

  /// False when the opening ends in front of \p D.
  bool add(const Directive &D) {
    auto [Word, Rest] = split(D.Text);
    bool Opens = Word == "if" || Word == "ifdef" || Word == "ifndef";
    bool Closes = Word == "endif";
    // What is read again may be skipped then, and facts are of what is read.
    if ((Opens || Depth) &&
        (D.Remarkable || StringRef(D.Text).contains("Py_GIL_DISABLED")))
      return false;
    if (Word == "include") {
      std::optional<std::string> Name = elsewhere(Rest);
      if (!Name)
        return false;
      Step += "#include " + *Name + "\n";
    } else if (Opens || Closes || Word.starts_with("el")) {
      if ((Closes || !Opens) && !Depth)
        return false;
      if (asksWhere(Rest))
        return false;
      Step += D.Text + "\n";
    } else if (Word == "define" || Word == "undef")
      Step += D.Text + "\n";
    else
      return false;
    Depth += Opens;
    Depth -= Closes;
    if (!Depth)
      Steps.push_back(std::exchange(Step, ""));
    return true;
  }

  std::vector<std::string> take() {
    while (!Steps.empty() && !StringRef(Steps.back()).contains("#include"))
      Steps.pop_back();
    return std::move(Steps);
  }
};

} // namespace

/// Longer openings are tables rather than directives.
static constexpr size_t MaxOpening = 1 << 16;

std::vector<std::string>
openingSteps(StringRef Text, StringRef Folder,
             function_ref<bool(const std::string &)> IsThere) {
  // Their meaning depends on what included the unit.
  for (StringRef Word : {"__INCLUDE_LEVEL__", "__BASE_FILE__", "include_next"})
    if (Text.contains(Word))
      return {};
  Directives Lines(Text.take_front(MaxOpening));
  StepMaker Steps(Folder, IsThere);
  while (std::optional<Directive> D = Lines.next())
    if (!Steps.add(*D))
      break;
  return Steps.take();
}

std::string openingOf(StringRef Text) {
  std::string Opening;
  unsigned Depth = 0;
  Directives Lines(Text.take_front(MaxOpening));
  while (std::optional<Directive> D = Lines.next()) {
    auto [Word, Rest] = split(D->Text);
    if (Word.starts_with("if"))
      ++Depth;
    else if (Word == "endif" && Depth)
      --Depth;
    if (Word != "include") {
      Opening += D->Text + "\n";
      continue;
    }
    // Another header first, or one that is only read in some configurations.
    bool Python = Rest == "<Python.h>" || Rest == "\"Python.h\"";
    return Python && !Depth ? Opening + "#include <Python.h>\n" : "";
  }
  return "";
}

std::vector<std::string> flagsOf(const TranslationUnit &Unit) {
  std::vector<std::string> Flags = Unit.Args;
  Flags.push_back(kindOf(Unit.File) == FileKind::Cxx ? "c++" : "c");
  // Relative folders among the flags mean another place elsewhere.
  Flags.push_back(Unit.Directory);
  return Flags;
}

//===-- Tree --------------------------------------------------------------===//

OpeningTree::OpeningTree(const ScanPlan &Plan, ArrayRef<size_t> Units,
                         vfs::FileSystem &Files)
    : NodeOf(Plan.Units.size()) {
  std::vector<Start> Starts;
  for (size_t I : Units) {
    const TranslationUnit &Unit = Plan.Units[I];
    Start &New = Starts.emplace_back(Start{flagsOf(Unit), {}, I});
    if (auto Text = Files.getBufferForFile(Unit.File))
      New.Steps = openingSteps(
          (*Text)->getBuffer(), sys::path::parent_path(Unit.File),
          [&](const std::string &Path) { return Files.exists(Path); });
  }
  llvm::stable_sort(Starts, [](const Start &A, const Start &B) {
    return std::tie(A.Flags, A.Steps) < std::tie(B.Flags, B.Steps);
  });
  for (const Start &S : Starts)
    Order.push_back(S.Unit);
  for (ArrayRef<Start> Left = Starts; !Left.empty();) {
    ArrayRef<Start> Alike = Left.take_while(
        [&](const Start &S) { return S.Flags == Left.front().Flags; });
    grow(Alike, 0, 0, std::nullopt);
    Left = Left.drop_front(Alike.size());
  }
}

/// \p Alike have the first \p Depth steps in common; \p Parent stands for
/// \p Read of them.
void OpeningTree::grow(ArrayRef<Start> Alike, size_t Depth, size_t Read,
                       std::optional<size_t> Parent) {
  while (!Alike.empty()) {
    const std::vector<std::string> &First = Alike.front().Steps;
    if (First.size() <= Depth) {
      NodeOf[Alike.front().Unit] = Parent;
      Alike = Alike.drop_front();
      continue;
    }
    ArrayRef<Start> Same = Alike.take_while(
        [&](const Start &S) { return S.Steps[Depth] == First[Depth]; });
    Alike = Alike.drop_front(Same.size());
    // They are sorted: what the first and the last share, all share.
    const std::vector<std::string> &Last = Same.back().Steps;
    size_t End =
        std::mismatch(First.begin(), First.end(), Last.begin(), Last.end())
            .first -
        First.begin();
    // Headers that a machine lacks come behind Python.h and must not cost it.
    for (size_t I = Depth; I != End; ++I)
      if (StringRef(First[I]).contains("<Python.h>"))
        End = I + 1;
    if (Same.size() == 1) {
      NodeOf[Same.front().Unit] = Parent;
      continue;
    }
    std::string More = join(ArrayRef(First).slice(Read, End - Read), "");
    // Macros alone save nothing.
    if (!StringRef(More).contains("#include")) {
      grow(Same, End, Read, Parent);
      continue;
    }
    Nodes.push_back({Parent, std::move(More),
                     join(ArrayRef(First).take_front(End), ""),
                     Same.front().Unit});
    grow(Same, End, End, Nodes.size() - 1);
  }
}

std::vector<size_t> OpeningTree::above(size_t Unit) const {
  std::vector<size_t> Path;
  for (std::optional<size_t> N = NodeOf[Unit]; N; N = Nodes[*N].Parent)
    Path.push_back(*N);
  std::reverse(Path.begin(), Path.end());
  return Path;
}

} // namespace ungil
