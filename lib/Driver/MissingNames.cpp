//===- MissingNames.cpp - what errors say about missing headers -*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/MissingNames.h"
#include "clang/AST/Decl.h"
#include "clang/AST/DeclBase.h"
#include "clang/AST/Type.h"
#include "clang/Basic/DiagnosticLex.h"
#include "clang/Basic/DiagnosticParse.h"
#include "clang/Basic/DiagnosticSema.h"
#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
namespace diag = clang::diag;

namespace ungil {

//===-- The text around a name --------------------------------------------===//

static bool isWordChar(char C) { return isAlnum(C) || C == '_'; }

static StringRef wordAt(StringRef Text) { return Text.take_while(isWordChar); }

static bool startsWord(StringRef Text) {
  return !Text.empty() && (isAlpha(Text.front()) || Text.front() == '_');
}

static bool isQualifier(StringRef Word) {
  return Word == "const" || Word == "volatile" || Word == "restrict" ||
         Word == "__restrict";
}

static bool isAllCaps(StringRef Name) {
  return llvm::none_of(Name, [](char C) { return C >= 'a' && C <= 'z'; });
}

/// `sizeof (`, `= (`, `, (`: what stands before the parenthesis that ends
/// \p Before makes a name alone in it a type.
static bool isCastParen(StringRef Before, StringRef After) {
  Before = Before.drop_back().rtrim();
  if (Before.ends_with("sizeof"))
    return true;
  if (Before.empty())
    return false;
  bool Operand = startsWord(After) || After.starts_with("(") ||
                 After.starts_with("&") ||
                 (!After.empty() && isDigit(After.front()));
  bool Open = StringRef("=(,{;?:!&|<>+-*/").contains(Before.back()) ||
              Before.ends_with("return");
  return Operand && Open;
}

NameUse useOfName(StringRef Text, size_t Offset, bool WantsType) {
  StringRef Before = Text.take_front(Offset).rtrim();
  StringRef Rest = Text.drop_front(std::min(Offset, Text.size()));
  StringRef Name = wordAt(Rest);
  StringRef Gap = Rest.drop_front(Name.size());
  StringRef After = Gap.ltrim();
  Gap = Gap.drop_back(After.size());
  bool Starts = Before.empty() || StringRef(";{}").contains(Before.back());
  bool Caps = isAllCaps(Name);
  if (WantsType) {
    // `EXPORT int f(void)`: two words follow where a type has one.
    StringRef Word = wordAt(After);
    StringRef Behind = After.drop_front(Word.size()).ltrim();
    if (Caps && !Word.empty() && !isQualifier(Word) &&
        (startsWord(Behind) || Behind.starts_with("*")))
      return NameUse::EmptyMacro;
    return NameUse::Type;
  }
  if (After.starts_with("("))
    return NameUse::Function;
  if (startsWord(After)) {
    if (Caps && Starts && Gap.contains('\n'))
      return NameUse::EmptyMacro;
    return NameUse::Type;
  }
  if (After.starts_with("*")) {
    StringRef Behind = After.ltrim("* \t");
    bool Closed = StringRef(Behind).starts_with(")") || Behind.starts_with(",");
    if (Closed || (Starts && startsWord(Behind)))
      return NameUse::Type;
  }
  if (After.starts_with(")") && Before.ends_with("(") &&
      isCastParen(Before, After.drop_front().ltrim()))
    return NameUse::Type;
  if (Caps && Before.ends_with("=") && After.starts_with(";") &&
      (Name.ends_with("INIT") || Name.ends_with("INITIALIZER")))
    return NameUse::Initialiser;
  return Caps ? NameUse::Constant : NameUse::Value;
}

//===-- Diagnostics -------------------------------------------------------===//

/// What the first pair of quotes holds.
static StringRef quoted(StringRef Text) {
  StringRef Name = Text.split('\'').second.split('\'').first;
  return Name;
}

/// The text that holds \p Loc and where in it that is; a macro's own text
/// shows how it uses a name.
static std::pair<StringRef, size_t> textAt(const clang::Diagnostic &Info,
                                           clang::SourceLocation Loc) {
  if (!Info.hasSourceManager() || Loc.isInvalid())
    return {};
  const clang::SourceManager &Sources = Info.getSourceManager();
  auto [File, Offset] = Sources.getDecomposedLoc(Sources.getSpellingLoc(Loc));
  bool Invalid = false;
  StringRef Text = Sources.getBufferData(File, &Invalid);
  if (Invalid)
    return {};
  return {Text, Offset};
}

/// What is behind the brackets \p Text starts with; empty when they do not
/// close soon.
static StringRef behindBrackets(StringRef Text) {
  int Depth = 0;
  for (size_t I = 0, End = std::min<size_t>(Text.size(), 2000); I != End; ++I) {
    Depth += Text[I] == '(' || Text[I] == '[';
    Depth -= Text[I] == ')' || Text[I] == ']';
    if (Depth == 0)
      return Text.drop_front(I + 1);
  }
  return "";
}

/// Reads `->a[0].b(` behind something of type \p Type: the shapes of a whole
/// chain at once, where errors would show one link each.
void MissingNames::followUse(std::string Type, StringRef After) {
  using Shape = StandIns::Shape;
  auto Prove = [&](Shape S) {
    note(Names.reshape(Type, S, StandIns::Evidence::Strong));
  };
  for (unsigned Links = 0; Links != 8 && !Type.empty(); ++Links) {
    After = After.ltrim();
    if (After.starts_with("("))
      return Prove(Shape::Function);
    if (After.starts_with("[")) {
      Prove(Shape::Array);
      Type = Names.elementType(Type);
      After = behindBrackets(After);
      continue;
    }
    bool Arrow = After.consume_front("->");
    if (!Arrow && !After.consume_front("."))
      return;
    After = After.ltrim();
    StringRef Member = wordAt(After);
    if (Member.empty())
      return;
    Prove(Arrow ? Shape::Handle : Shape::Record);
    note(Names.addMember(Type, Member));
    Type = Names.memberType(Type, Member).str();
    After = After.drop_front(Member.size());
  }
}

void MissingNames::learnFunction(const clang::Diagnostic &Info,
                                 StringRef Name) {
  if (!Names.addFunction(Name))
    return;
  Changed = true;
  auto [Text, Offset] = textAt(Info, Info.getLocation());
  StringRef Call = Text.substr(Offset);
  if (Call.consume_front(Name) && Call.ltrim().starts_with("("))
    followUse(StandIns::resultType(Name), behindBrackets(Call.ltrim()));
}

void MissingNames::learnUndeclared(const clang::Diagnostic &Info,
                                   StringRef Name, bool WantsType) {
  NameUse Use = WantsType ? NameUse::Type : NameUse::Value;
  auto [Text, Offset] = textAt(Info, Info.getLocation());
  if (Text.substr(Offset).starts_with(Name))
    Use = useOfName(Text, Offset, WantsType);
  switch (Use) {
  case NameUse::Value:
    if (Names.addValue(Name)) {
      Changed = true;
      followUse(StandIns::valueType(Name),
                Text.substr(Offset).drop_front(Name.size()));
    }
    return;
  case NameUse::Constant:
    return note(Names.addConstant(Name));
  case NameUse::Type:
    return note(Names.addType(Name));
  case NameUse::Function:
    return learnFunction(Info, Name);
  case NameUse::EmptyMacro:
    return note(Names.addEmptyMacro(Name));
  case NameUse::Initialiser:
    return note(Names.addInitialiser(Name));
  }
}

static clang::QualType qualType(const clang::Diagnostic &Info, unsigned Arg) {
  if (Info.getArgKind(Arg) != clang::DiagnosticsEngine::ak_qualtype)
    return {};
  return clang::QualType::getFromOpaquePtr(
      reinterpret_cast<void *>(Info.getRawArg(Arg)));
}

/// The stand-in that is the type of argument \p Arg, itself and not what it
/// points to; empty: another type, or no type at all.
StringRef MissingNames::typeOf(const clang::Diagnostic &Info,
                               unsigned Arg) const {
  clang::QualType Type = qualType(Info, Arg);
  if (Type.isNull())
    return "";
  // Of two typedefs around each other the inner one may be ours.
  for (clang::QualType Outer = Type;;) {
    const auto *Alias = Outer->getAs<clang::TypedefType>();
    if (!Alias)
      break;
    const clang::TypedefNameDecl *Decl = Alias->getDecl();
    if (StringRef Known = Names.typeOfTypedef(Decl->getName()); !Known.empty())
      return Known;
    Outer = Decl->getUnderlyingType();
  }
  if (const clang::TagDecl *Record = Type->getAsTagDecl())
    return Names.typeOfTag(Record->getName());
  return "";
}

static bool isPointer(const clang::Diagnostic &Info, unsigned Arg) {
  clang::QualType Type = qualType(Info, Arg);
  return !Type.isNull() && Type->isPointerType();
}

/// A struct the source names and nobody defines.
void MissingNames::learnIncomplete(const clang::Diagnostic &Info) {
  for (unsigned I = 0; I != Info.getNumArgs(); ++I) {
    clang::QualType Type = qualType(Info, I);
    const clang::TagDecl *Tag = Type.isNull() ? nullptr : Type->getAsTagDecl();
    if (!Tag || Tag->isCompleteDefinition() || !Tag->isStruct())
      continue;
    const clang::DeclContext *Where = Tag->getDeclContext()->getRedeclContext();
    if (Where->isTranslationUnit() || Where->isFunctionOrMethod())
      note(Names.addTag(Tag->getName()));
  }
}

/// `f(x)[0]`, `a->member[0]`: these errors name no type, but the source shows
/// what was subscripted.
void MissingNames::learnSubscript(const clang::Diagnostic &Info) {
  for (const clang::CharSourceRange &Range : Info.getRanges()) {
    auto [Text, Offset] = textAt(Info, Range.getBegin());
    StringRef Chain = Text.substr(Offset);
    // The last name of a chain of members.
    StringRef Name = wordAt(Chain);
    bool Member = false;
    for (Chain = Chain.drop_front(Name.size());;) {
      if (!Chain.consume_front("->") && !Chain.consume_front("."))
        break;
      Name = wordAt(Chain);
      Chain = Chain.drop_front(Name.size());
      Member = true;
    }
    if (!Name.empty())
      note(Names.reshapeNamed(Name, Member, StandIns::Shape::Array));
  }
}

void MissingNames::learnMember(const clang::Diagnostic &Info,
                               StringRef Member) {
  for (unsigned I = 0; I != Info.getNumArgs(); ++I) {
    StringRef Type = typeOf(Info, I);
    if (Info.getArgKind(I) == clang::DiagnosticsEngine::ak_declcontext)
      if (auto *Tag = dyn_cast_or_null<clang::TagDecl>(
              reinterpret_cast<clang::DeclContext *>(Info.getRawArg(I))))
        Type = Names.typeOfTag(Tag->getName());
    if (Type.empty() || !Names.addMember(Type, Member))
      continue;
    Changed = true;
    auto [Text, Offset] = textAt(Info, Info.getLocation());
    StringRef Rest = Text.substr(Offset);
    if (Rest.consume_front(Member))
      followUse(Names.memberType(Type, Member).str(), Rest);
  }
}

/// `#include NAME`: of what a missing header was to define.
void MissingNames::learnIncludeMacro(const clang::Diagnostic &Info) {
  auto [Text, Offset] = textAt(Info, Info.getLocation());
  StringRef Name = wordAt(Text.substr(Offset));
  StringRef Before = Text.take_front(Offset);
  Before = Before.take_front(Before.rfind('\n') + 1).rtrim();
  note(Names.addIncludeMacro(Name, Before.ends_with("=")));
}

/// `!x`, `if (x)`: handles are asked so more often than numbers.
static bool isTruthTest(const clang::Diagnostic &Info) {
  if (Info.getID() == diag::err_typecheck_statement_requires_scalar)
    return true;
  if (Info.getID() != diag::err_typecheck_unary_expr)
    return false;
  auto [Text, Offset] = textAt(Info, Info.getLocation());
  return Text.substr(Offset).starts_with("!");
}

void MissingNames::learnShape(const clang::Diagnostic &Info) {
  using Shape = StandIns::Shape;
  using Evidence = StandIns::Evidence;
  Shape Proved = Shape::Record;
  bool Strong = true;
  switch (Info.getID()) {
  case diag::err_typecheck_member_reference_arrow:
    Proved = Shape::Handle;
    break;
  case diag::err_typecheck_member_reference_suggestion:
    Proved = Info.getRawArg(1) ? Shape::Handle : Shape::Record;
    break;
  case diag::err_typecheck_member_reference_struct_union:
    Proved = Shape::Record;
    break;
  case diag::err_typecheck_call_not_function:
    Proved = Shape::Function;
    break;
  case diag::err_typecheck_indirection_requires_pointer:
  case diag::err_bad_cxx_cast_generic:
    Proved = Shape::Array;
    break;
  case diag::err_ovl_no_oper:
    Proved = Info.getRawArg(1) ? Shape::Function : Shape::Array;
    break;
  default:
    Strong = false;
  }
  bool Pointer = isTruthTest(Info);
  for (unsigned I = 0; I != Info.getNumArgs(); ++I)
    Pointer |= isPointer(Info, I) && typeOf(Info, I).empty();
  for (unsigned I = 0; I != Info.getNumArgs(); ++I) {
    StringRef Type = typeOf(Info, I);
    if (Type.empty())
      continue;
    if (Strong)
      note(Names.reshape(Type, Proved, Evidence::Strong));
    else if (Names.shapeOf(Type) == Shape::Record)
      note(Names.reshape(Type, Pointer ? Shape::Handle : Shape::Number,
                         Evidence::Weak));
    else if (Names.shapeOf(Type) != Shape::Number && !Pointer)
      note(Names.reshape(Type, Shape::Number, Evidence::Weak));
  }
}

void MissingNames::learn(const clang::Diagnostic &Info, StringRef Text) {
  StringRef Name = quoted(Text);
  switch (Info.getID()) {
  case diag::err_pp_file_not_found:
  case diag::err_pp_file_not_found_angled_include_not_fatal:
  case diag::err_pp_file_not_found_typo_not_fatal:
    ++Headers;
    return note(Names.addHeader(Name));
  case diag::err_pp_expects_filename:
    return learnIncludeMacro(Info);
  case diag::warn_pp_undef_identifier:
    return note(Names.addVersion(Name));
  case diag::err_unknown_typename:
    return learnUndeclared(Info, Name, /*WantsType=*/true);
  case diag::err_undeclared_var_use:
    return learnUndeclared(Info, Name, /*WantsType=*/false);
  case diag::ext_implicit_function_decl_c99:
  case diag::warn_implicit_function_decl:
    return learnFunction(Info, Name);
  case diag::err_typecheck_decl_incomplete_type:
  case diag::err_typecheck_incomplete_tag:
  case diag::err_field_incomplete_or_sizeless:
  case diag::err_incomplete_member_access:
  case diag::err_sizeof_alignof_incomplete_or_sizeless_type:
    return learnIncomplete(Info);
  case diag::err_typecheck_subscript_value:
    return learnSubscript(Info);
  case diag::err_no_member:
    return learnMember(Info, Name);
  case diag::err_redefinition:
  case diag::err_redefinition_different_kind:
  case diag::err_redefinition_different_type:
  case diag::err_redefinition_of_enumerator:
  case diag::err_conflicting_types:
  case diag::err_static_non_static:
  case diag::err_use_with_wrong_tag:
  case diag::err_redefinition_different_typedef: {
    auto [Source, Offset] = textAt(Info, Info.getLocation());
    return note(Names.block(wordAt(Source.substr(Offset))));
  }
  default:
    return learnShape(Info);
  }
}

} // namespace ungil
