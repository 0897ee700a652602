//===- Wrap.cpp - a whole function under a critical section ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Wrap.h"
#include "Fix/Attached.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {
namespace {

/// `static int\nname(Foo *self, PyObject *args)` in front of a body.
class Header {
public:
  Header(Draft &D, const FunctionText &Code) : D(D), Code(Code) { read(); }

  std::string_view spell(const Token &T) const {
    return spelling(Code.Text, T);
  }
  std::string name() const { return std::string(spell(Words[Name])); }
  std::string whole() const {
    size_t Begin = Words.front().Offset;
    return llvm::StringRef(Code.Text.substr(Begin, Code[0].Offset - Begin))
        .rtrim()
        .str();
  }
  /// White space between the header and the brace.
  std::string beforeBrace() const {
    uint32_t End = Words.back().end();
    return std::string(Code.Text.substr(End, Code[0].Offset - End));
  }
  bool isStatic() const {
    return llvm::any_of(Words,
                        [&](const Token &T) { return spell(T) == "static"; });
  }
  bool isVoid() const { return Name == 1 + isStatic() && at(Name - 1, "void"); }

  /// Lines of parameters that stand below the first one stay below it.
  void rename(const std::string &New);
  /// Says `static`, instead of macros that say how others see the function.
  void makeStatic();

  std::vector<Token> Words;
  size_t Name = 0;
  struct Parameter {
    std::string Text, Name; ///< Name is empty when the body cannot name it
  };
  std::vector<Parameter> Parameters;

private:
  bool at(size_t I, std::string_view What) const {
    return I < Words.size() && spell(Words[I]) == What;
  }
  void read();
  void readParameters(size_t Open);
  void addParameter(size_t Begin, size_t End);

  Draft &D;
  const FunctionText &Code;
};

void Header::read() {
  std::vector<Token> All = tokens(Code.Text, 0, Code[0].Offset);
  size_t Begin = All.size();
  for (; Begin > 0; --Begin) {
    const Token &T = All[Begin - 1];
    std::string_view S = spelling(Code.Text, T);
    if (T.Kind == TokenKind::Directive || S == ";" || S == "}" || S == "{")
      break;
  }
  Words.assign(All.begin() + static_cast<ptrdiff_t>(Begin), All.end());
  size_t Open = 0;
  while (Open < Words.size() && !at(Open, "("))
    ++Open;
  bool Plain = Open > 0 && Open < Words.size() && at(Words.size() - 1, ")") &&
               Words[Open - 1].Kind == TokenKind::Name &&
               llvm::all_of(
                   llvm::ArrayRef(Words).take_front(Open),
                   [&](const Token &T) {
                     return T.Kind == TokenKind::Name || spell(T) == "*";
                   }) &&
               spell(Words[Open - 1]) == Code.P.name(Code.F) &&
               !at(0, "template");
  if (!Plain)
    return D.refuse("the head of the function is not plain");
  Name = Open - 1;
  readParameters(Open);
}

void Header::rename(const std::string &New) {
  const Token &Old = Words[Name];
  D.replace(Old.Offset, Old.end(), New);
  if (Code.startsLine(Words[Name + 2].Offset))
    return;
  auto Column = [&](const Token &T) {
    return T.Offset - (Code.Text.rfind('\n', T.Offset) + 1);
  };
  for (size_t I = Name + 3; I < Words.size(); ++I)
    if (Code.startsLine(Words[I].Offset) &&
        Column(Words[I]) == Column(Words[Name + 2]))
      D.replace(Words[I].Offset, Words[I].Offset,
                std::string(New.size() - Old.Length, ' '));
}

void Header::makeStatic() {
  if (isStatic())
    return;
  uint32_t Begin = Words.front().Offset, End = Begin;
  for (size_t I = 0; I + 1 < Name && Words[I + 1].Kind == TokenKind::Name &&
                     (isMacroLike(spell(Words[I])) || at(I, "extern"));
       ++I)
    End = Words[I + 1].Offset;
  D.replace(Begin, End, "static ");
}

void Header::readParameters(size_t Open) {
  int Depth = 0;
  size_t Begin = Open + 1;
  for (size_t I = Open + 1; I != Words.size(); ++I) {
    if (at(I, "(") || at(I, "["))
      ++Depth;
    if ((at(I, ",") && Depth == 0) || I + 1 == Words.size()) {
      addParameter(Begin, I);
      Begin = I + 1;
    }
    if (at(I, ")") || at(I, "]"))
      --Depth;
  }
}

void Header::addParameter(size_t Begin, size_t End) {
  if (Begin == End)
    return;
  Parameter Out;
  uint32_t From = Words[Begin].Offset;
  Out.Text = std::string(Code.Text.substr(From, Words[End - 1].end() - From));
  bool Unused = llvm::StringRef(Out.Text).contains("Py_UNUSED");
  size_t Last = End;
  while (Last > Begin && !at(Last - 1, "[") &&
         Words[Last - 1].Kind != TokenKind::Name)
    --Last;
  bool Odd = at(End - 1, "]") || at(End - 1, ".") ||
             llvm::StringRef(Out.Text).contains('(');
  if (Unused)
    return;
  if (Odd)
    return D.refuse("the parameters are not plain");
  const Function &Body = Code.P.body(Code.F);
  std::string_view Spelled = spell(Words[End - 1]);
  for (uint32_t I = 0; I != Body.Params; ++I)
    if (Body.Locals[I].Name == Spelled)
      Out.Name = std::string(Spelled);
  if (!Out.Name.empty())
    Parameters.push_back(std::move(Out));
}

} // namespace

void wrapInSection(Draft &D, const FixContext &Context,
                   const FunctionText &Code, const std::string &Object) {
  constexpr PyVersion Since = 0x30d;
  useApi(D, Context, Code, "Py_BEGIN_CRITICAL_SECTION", Since, true);
  Header Head(D, Code);
  if (D.isRefused())
    return;
  if (mayThrow(Context, Code.F, Code[0].Offset, Code[0].end()))
    D.refuse("a C++ exception could pass the end of the section");
  if (!Code.P.model<AttachedModel>().isEnteredAttached(Code.F))
    D.refuse("it may be called without a thread state, and can hold no "
             "critical section then");
  std::string Name = Head.name(), New = Name + "_impl";
  if (Code.Text.find(New) != std::string_view::npos)
    D.refuse("there is a '" + New + "' already");
  if (Code.mentions(Name, 0))
    D.refuse("'" + Name + "' calls itself");
  std::string Type = Code.returnType();
  if (Type.empty() && !Head.isVoid())
    D.refuse("what it returns cannot be kept in a variable");
  std::string End(Code.lineEnd()), In = End + Code.indentUnit();
  std::vector<std::string> Params, Args;
  for (const auto &P : Head.Parameters) {
    Params.push_back(P.Text);
    Args.push_back(P.Name);
  }
  if (!llvm::is_contained(Args, Object))
    D.refuse("'" + Object + "' is no parameter");
  if (D.isRefused())
    return;
  Head.makeStatic();
  const Token &Spelled = Head.Words[Head.Name];
  if (Params.size() == Code.P.body(Code.F).Params)
    Head.rename(New);
  else
    D.replace(Spelled.Offset, Head.Words.back().end(),
              New + "(" + llvm::join(Params, ", ") + ")");
  std::string Call = New + "(" + llvm::join(Args, ", ") + ");";
  std::string Outer = End + End + Head.whole() + Head.beforeBrace() + "{";
  bool Void = Type.empty();
  if (!Void)
    Outer += In + Type + (llvm::StringRef(Type).ends_with("*") ? "" : " ") +
             "result;";
  Outer += In + "Py_BEGIN_CRITICAL_SECTION(" + Object + ");";
  Outer += In + (Void ? "" : "result = ") + Call;
  Outer += In + "Py_END_CRITICAL_SECTION();";
  if (!Void)
    Outer += In + "return result;";
  Outer += End + "}";
  D.replace(Code[0].end(), Code[0].end(), Outer);
}

} // namespace ungil::fix
