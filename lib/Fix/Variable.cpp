//===- Variable.cpp - the declaration of a variable -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Variable.h"
#include "Fix/FunctionText.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Path.h"
#include <algorithm>

namespace ungil::fix {

std::string Variable::type(std::string_view Text) const {
  auto Trimmed = [&](uint32_t From, uint32_t To) {
    return llvm::StringRef(Text.substr(From, To - From)).trim().str();
  };
  std::string Stars = Trimmed(OwnBegin, NameBegin);
  return Trimmed(BaseBegin, BaseEnd) + (Stars.empty() ? "" : " ") + Stars;
}

namespace {

/// Reads the tokens of one declaration from left to right.
class Reader {
public:
  /// The declaration that begins at \p Begin and has the name at \p Name.
  Reader(std::string_view Text, uint32_t Begin, uint32_t Name)
      : Text(Text), Name(Name) {
    V.Begin = Begin;
    constexpr uint32_t Longest = 1 << 14;
    All = tokens(Text, V.Begin,
                 static_cast<uint32_t>(
                     std::min<size_t>(Text.size(), size_t(Name) + Longest)));
  }

  std::optional<Variable> read() {
    if (!readFront())
      return std::nullopt;
    while (readDeclarator()) {
      if (word() == ";") {
        V.End = All[At].end();
        return V.NameEnd ? std::optional(V) : std::nullopt;
      }
      ++At; // the comma
    }
    return std::nullopt;
  }

private:
  std::string_view word(size_t Ahead = 0) const {
    return At + Ahead < All.size() ? spelling(Text, All[At + Ahead])
                                   : std::string_view();
  }
  bool isName() const {
    return At < All.size() && All[At].Kind == TokenKind::Name;
  }

  /// `static` and the type, up to the first declarator.
  bool readFront() {
    for (; At < All.size() && word() != "*"; ++At) {
      if (word() == "static" || word() == "extern") {
        V.StaticBegin = All[At].Offset;
        V.StaticEnd = All[At].end();
        V.Extern = word() == "extern";
        continue;
      }
      if (word() == "(" && word(1) == "*" && V.BaseBegin)
        break;
      std::string_view Next = word(1);
      bool Declares = Next == "=" || Next == "," || Next == ";" || Next == "[";
      if (isName() && Declares)
        break;
      if (!isName() && word() != "::")
        return false;
      if (!V.BaseBegin)
        V.BaseBegin = All[At].Offset;
      V.BaseEnd = All[At].end();
    }
    // What a macro in front of the type stands for nobody knows.
    std::vector<Token> Base = tokens(Text, V.BaseBegin, V.BaseEnd);
    bool Macro = Base.size() > 1 && isMacroLike(spelling(Text, Base.front()));
    return V.BaseBegin && V.StaticBegin < V.BaseBegin && !Macro;
  }

  /// Past the bracket that closes what At opens.
  bool skipBrackets() {
    for (unsigned Depth = 0; At < All.size(); ++At) {
      std::string_view W = word();
      Depth += W == "(" || W == "[" || W == "{";
      if ((W == ")" || W == "]" || W == "}") && --Depth == 0) {
        ++At;
        return true;
      }
    }
    return false;
  }

  /// `*name[n] = value`, up to the comma or semicolon behind.
  bool readDeclarator() {
    if (At == All.size())
      return false;
    uint32_t Begin = All[At].Offset;
    bool Pointer = word() == "(" && word(1) == "*";
    At += Pointer;
    while (word() == "*" || word() == "volatile" || word() == "const")
      ++At;
    if (!isName())
      return false;
    Token Here = All[At++];
    V.Odd |= Pointer;
    if (Pointer && word() != ")")
      return false;
    At += Pointer;
    while (word() == "[" || (Pointer && word() == "("))
      if (!skipBrackets())
        return false;
    uint32_t InitBegin = 0;
    if (word() == "=") {
      if (++At == All.size())
        return false;
      InitBegin = All[At].Offset;
      if (!skipValue())
        return false;
    }
    if (word() != ";" && word() != ",")
      return false;
    uint32_t End = All[At - 1].end();
    if (Here.Offset == Name) {
      V.OwnBegin = Begin;
      V.OwnEnd = End;
      V.NameBegin = Name;
      V.NameEnd = Here.end();
      V.InitBegin = InitBegin;
      V.InitEnd = InitBegin ? End : 0;
    } else if (Here.Offset < Name) {
      V.BeforeEnd = End;
    } else if (!V.BehindBegin) {
      V.BehindBegin = Begin;
    }
    return true;
  }

  bool skipValue() {
    while (At < All.size() && word() != ";" && word() != ",") {
      if (All[At].Kind == TokenKind::Directive)
        return false;
      bool Opens = word() == "(" || word() == "[" || word() == "{";
      if (Opens && !skipBrackets())
        return false;
      At += !Opens;
    }
    return true;
  }

  std::string_view Text;
  uint32_t Name;
  std::vector<Token> All;
  size_t At = 0;
  Variable V;
};

} // namespace

static std::optional<Variable> read(const Entity &E, std::string_view Text) {
  // A macro in it (`= NULL`) is no harm: all the words are read here.
  if (!E.Declaration.isValid() || E.Loc.InMacro ||
      E.Loc.File != E.Declaration.File)
    return std::nullopt;
  std::optional<Variable> V =
      Reader(Text, E.Declaration.Offset, E.Loc.Offset).read();
  if (V)
    V->File = E.Declaration.File;
  return V;
}

std::optional<Variable> variableOf(const Entity &Place, std::string_view Text) {
  std::optional<Variable> V = read(Place, Text);
  return V && V->StaticEnd && !V->Extern ? V : std::nullopt;
}

std::optional<Variable> fieldOf(const Entity &Field, std::string_view Text) {
  std::optional<Variable> V = read(Field, Text);
  return V && !V->StaticEnd ? V : std::nullopt;
}

namespace {

/// Looks for declarations of one name in the text of a file, outside of
/// structures, and in functions with `extern` only.
class Finder {
public:
  Finder(FileId File, std::string_view Text, std::string_view Name)
      : File(File), Text(Text), Name(Name),
        All(tokens(Text, 0, static_cast<uint32_t>(Text.size()))) {}

  std::vector<Variable> run();
  /// The file has one of its own by that name.
  bool HasOwn = false;
  bool IsOdd = false;

private:
  enum class Scope : uint8_t { File, Record, Code };
  std::string_view word(size_t I) const { return spelling(Text, All[I]); }
  Scope scopeBehind(size_t Begin, size_t Brace) const;
  void tryAt(size_t Begin, size_t I, Scope Where);

  FileId File;
  std::string_view Text, Name;
  std::vector<Token> All;
  std::vector<Variable> Found;
};

/// What the brace opens that the words from \p Begin on lead to.
Finder::Scope Finder::scopeBehind(size_t Begin, size_t Brace) const {
  bool Record = false;
  for (size_t I = Begin; I != Brace; ++I) {
    if (word(I) == "namespace" || All[I].Kind == TokenKind::Text)
      return Scope::File; // `extern "C" {`
    if (word(I) == "(" || word(I) == "=")
      return Scope::Code;
    Record |= word(I) == "struct" || word(I) == "class" || word(I) == "union" ||
              word(I) == "enum";
  }
  return Record ? Scope::Record : Scope::Code;
}

void Finder::tryAt(size_t Begin, size_t I, Scope Where) {
  if (Begin == I || Where == Scope::Record)
    return;
  for (std::string_view Other : {"return", "goto", "case", "else", "typedef",
                                 "delete", "throw", "using", "sizeof"})
    if (word(Begin) == Other)
      return;
  std::optional<Variable> V =
      Reader(Text, All[Begin].Offset, All[I].Offset).read();
  bool Says = word(Begin) == "extern";
  if (!V) {
    IsOdd |= Says;
    return;
  }
  if (Where == Scope::Code && !Says)
    return;
  HasOwn |= V->StaticEnd && !V->Extern;
  V->File = File;
  Found.push_back(*V);
}

std::vector<Variable> Finder::run() {
  std::vector<std::pair<Scope, bool>> Open{{Scope::File, false}};
  size_t Begin = 0; ///< of the statement
  unsigned Inside = 0;
  for (size_t I = 0; I != All.size(); ++I) {
    std::string_view W = word(I);
    if (All[I].Kind == TokenKind::Directive) {
      Begin = I + 1;
    } else if (W == "{") {
      // An initialiser is part of its declaration.
      bool Value = I && word(I - 1) == "=";
      Open.emplace_back(Value ? Scope::Record : scopeBehind(Begin, I), Value);
      Inside += Value;
      if (!Inside)
        Begin = I + 1;
    } else if (W == "}" && Open.size() > 1) {
      Inside -= Open.back().second;
      if (!Open.back().second && !Inside)
        Begin = I + 1;
      Open.pop_back();
    } else if (W == ";" && !Inside) {
      Begin = I + 1;
    } else if (W == Name && !Inside) {
      bool Part = I && (word(I - 1) == "." || word(I - 1) == "->");
      if (!Part)
        tryAt(Begin, I, Open.back().first);
    }
  }
  return std::move(Found);
}

bool mentions(std::string_view Text, std::string_view Name) {
  return Text.find(Name) != Text.npos &&
         llvm::any_of(
             tokens(Text, 0, static_cast<uint32_t>(Text.size())),
             [&](const Token &T) { return spelling(Text, T) == Name; });
}

} // namespace

std::vector<Variable> declarationsOf(const FixContext &Context, EntityId Place,
                                     std::string &Why) {
  const Program &P = Context.P;
  const Entity &E = P.entity(Place);
  FileId Home = E.Declaration.File;
  if (E.has(EF_StaticLocal) || E.has(EF_Internal)) {
    std::optional<Variable> V = variableOf(E, Context.text(Home));
    if (V)
      return {*V};
    Why = "the declaration is not plain";
    return {};
  }
  std::string_view Name = E.Name;
  if (!Context.Unread || Name.find(':') != Name.npos || E.has(EF_Static)) {
    Why = "other files declare it, too";
    return {};
  }
  std::vector<Variable> All;
  auto Odd = [&](llvm::StringRef Path) {
    Why = "how '" + llvm::sys::path::filename(Path).str() +
          "' declares it is not plain";
    return std::vector<Variable>();
  };
  for (FileId File = 0; File != P.Facts.Files.size(); ++File) {
    const FileFact &Known = P.Facts.Files[File];
    if (!Known.User || Context.text(File).find(Name) == Name.npos)
      continue;
    Finder Here(File, Context.text(File), Name);
    std::vector<Variable> More = Here.run();
    if (Here.IsOdd)
      return Odd(Known.Path);
    if (!Here.HasOwn)
      All.insert(All.end(), More.begin(), More.end());
  }
  for (const std::string &Path : *Context.Unread)
    if (mentions(Context.Sources.get(Path).text(), Name)) {
      Why = "'" + llvm::sys::path::filename(Path).str() +
            "', which was not read, may use it, too";
      return {};
    }
  std::stable_partition(All.begin(), All.end(),
                        [](const Variable &V) { return !V.Extern; });
  if (All.empty() || All.front().Extern) {
    Why = "its definition was not seen";
    return {};
  }
  return All;
}

void setApart(Draft &D, const FixContext &Context, const Variable &V,
              const std::string &Text) {
  if (V.BehindBegin)
    D.replaceIn(V.File, V.OwnBegin, V.BehindBegin, "");
  else
    D.replaceIn(V.File, V.BeforeEnd, V.OwnEnd, "");
  std::string_view All = Context.text(V.File);
  size_t Line = All.rfind('\n', V.Begin);
  Line = Line == All.npos ? 0 : Line + 1;
  size_t Word = All.find_first_not_of(" \t", Line);
  std::string Break = Line > 1 && All[Line - 2] == '\r' ? "\r\n" : "\n";
  D.replaceIn(V.File, V.End, V.End,
              Break + std::string(All.substr(Line, Word - Line)) + Text + ";");
}

} // namespace ungil::fix
