//===- FactsBuilder.cpp - declarations to entities ------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/FactsBuilder.h"
#include "Extract/Cython.h"
#include "Extract/Promises.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/DeclTemplate.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Index/USRGeneration.h"
#include "clang/Lex/Lexer.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace clang;

namespace ungil {

/// Const at the storage itself: `const char *p` is not, `T *const p` is.
static bool isConstStorage(QualType Type) {
  if (Type->isReferenceType())
    return true; // a reference is never re-seated
  while (const auto *Array = Type->getAsArrayTypeUnsafe()) {
    if (Type.isConstQualified())
      return true;
    Type = Array->getElementType();
  }
  return Type.isConstQualified();
}

//===-- Tables ------------------------------------------------------------===//

FactsBuilder::FactsBuilder(ASTContext &Context, const ExtractOptions &Options,
                           TuFacts &Facts)
    : Facts(Facts), Context(Context), Sources(Context.getSourceManager()),
      Options(Options) {}

FileId FactsBuilder::file(FileID Id) {
  auto [It, New] = Files.try_emplace(Id, NoFile);
  if (!New)
    return It->second;
  OptionalFileEntryRef Entry = Sources.getFileEntryRefForID(Id);
  if (!Entry)
    return NoFile;
  llvm::SmallString<256> Path(Entry->getName());
  Sources.getFileManager().makeAbsolutePath(Path);
  llvm::sys::path::remove_dots(Path, /*remove_dot_dot=*/true);
  auto [ByPath, NewPath] = FilesByPath.try_emplace(Path, Facts.Files.size());
  if (NewPath)
    Facts.Files.push_back({Path.str().str(),
                           Options.IsUserFile && Options.IsUserFile(Path.str()),
                           ""});
  return Files[Id] = ByPath->second;
}

bool FactsBuilder::isUserFile(SourceLocation Loc) {
  if (Loc.isInvalid())
    return false;
  FileId F = file(Sources.getFileID(Sources.getExpansionLoc(Loc)));
  return F != NoFile && Facts.Files[F].User;
}

llvm::StringRef FactsBuilder::text(clang::SourceRange Range) {
  return Lexer::getSourceText(Sources.getExpansionRange(Range), Sources,
                              Context.getLangOpts());
}

SourceRange FactsBuilder::range(clang::SourceRange Tokens) {
  SourceRange R;
  if (Tokens.isInvalid())
    return R;
  R.InMacro = Tokens.getBegin().isMacroID() || Tokens.getEnd().isMacroID();
  CharSourceRange Chars = Sources.getExpansionRange(Tokens);
  auto [File, Begin] = Sources.getDecomposedLoc(Chars.getBegin());
  auto [EndFile, End] = Sources.getDecomposedLoc(Chars.getEnd());
  R.File = file(File);
  if (R.File == NoFile)
    return R;
  if (EndFile != File || End < Begin)
    End = Begin;
  if (Chars.isTokenRange() || EndFile != File)
    End += Lexer::MeasureTokenLength(
        Sources.getLocForStartOfFile(File).getLocWithOffset(End), Sources,
        Context.getLangOpts());
  R.Offset = Begin;
  R.Length = End - Begin;
  R.Line = Sources.getLineNumber(File, Begin);
  R.Column = Sources.getColumnNumber(File, Begin);
  R.EndLine = Sources.getLineNumber(File, End);
  R.EndColumn = Sources.getColumnNumber(File, End);
  return R;
}

uint32_t FactsBuilder::string(llvm::StringRef S) {
  auto [It, New] = Strings.try_emplace(S, Facts.Strings.size());
  if (New)
    Facts.Strings.push_back(S.str());
  return It->second;
}

PathId FactsBuilder::path(const Path &P) {
  std::vector<uint32_t> Key{static_cast<uint32_t>(P.Root), P.Index};
  for (const Step &S : P.Steps) {
    Key.push_back(static_cast<uint32_t>(S.Kind));
    Key.push_back(S.Field);
  }
  auto [It, New] = Paths.try_emplace(std::move(Key), Facts.Paths.size());
  if (New)
    Facts.Paths.push_back(P);
  return It->second;
}

uint32_t FactsBuilder::choice(std::vector<Operand> Parts) {
  Facts.Choices.push_back(std::move(Parts));
  return Facts.Choices.size() - 1;
}

//===-- Entities ----------------------------------------------------------===//

std::string FactsBuilder::spokenName(const NamedDecl *D) {
  std::string Name;
  llvm::raw_string_ostream OS(Name);
  PrintingPolicy Policy(D->getASTContext().getLangOpts());
  Policy.SuppressUnwrittenScope = true;
  Policy.SuppressInlineNamespace = true;
  Policy.AnonymousTagLocations = false;
  if (const auto *Method = llvm::dyn_cast<CXXMethodDecl>(D))
    if (Method->getParent()->isLambda())
      return "lambda";
  D->printQualifiedName(OS, Policy);
  return Name;
}

std::string FactsBuilder::usr(const NamedDecl *D) {
  llvm::SmallString<128> Buffer;
  if (index::generateUSRForDecl(D, Buffer))
    Buffer = "?" + D->getNameAsString();
  std::string Usr = Buffer.str().str();
  // A USR names the file of an internal-linkage entity by its last part only.
  Linkage L = D->getFormalLinkage();
  if (L == Linkage::Internal || L == Linkage::None ||
      L == Linkage::UniqueExternal) {
    FileId F =
        file(Sources.getFileID(Sources.getExpansionLoc(D->getLocation())));
    Usr += '@';
    if (F != NoFile)
      Usr += Facts.Files[F].Path;
    if (D->getParentFunctionOrMethod() || L == Linkage::None)
      Usr += '#' + std::to_string(Sources.getFileOffset(
                       Sources.getExpansionLoc(D->getLocation())));
  }
  return Usr;
}

uint32_t FactsBuilder::linkageFlags(const NamedDecl *D) {
  uint32_t Flags = 0;
  Linkage L = D->getFormalLinkage();
  if (L == Linkage::Internal || L == Linkage::UniqueExternal)
    Flags |= EF_Internal;
  if (isExternallyVisible(L))
    Flags |= EF_Extern;
  SourceLocation Loc = Sources.getExpansionLoc(D->getLocation());
  if (Loc.isInvalid() || !isUserFile(Loc))
    Flags |= EF_SystemHeader;
  else if (Sources.getFileID(Loc) != Sources.getMainFileID())
    Flags |= EF_Header;
  return Flags;
}

EntityId FactsBuilder::add(const NamedDecl *D, EntityKind Kind,
                           std::string Usr) {
  Entity E;
  E.Kind = Kind;
  E.Usr = std::move(Usr);
  E.Name = spokenName(D);
  E.Flags = linkageFlags(D);
  if (!E.has(EF_SystemHeader)) {
    E.Loc = range(D->getLocation());
    E.Declaration = range(D->getSourceRange());
  }
  llvm::StringRef Plain = D->getIdentifier() ? D->getName() : "";
  switch (cython::ownerOf(Kind, Plain)) {
  case cython::Owner::Nobody:
    break;
  case cython::Owner::Generator:
    E.Flags |= EF_Generated;
    break;
  case cython::Owner::Author:
    E.Flags |= Kind == EntityKind::Function ? EF_Translated : 0;
    E.Name = cython::sourceName(Plain);
    break;
  }
  Facts.Entities.push_back(std::move(E));
  return Facts.Entities.size() - 1;
}

/// May a callee change what a parameter of this type leads to? References to
/// Python objects are the C API's business.
static bool lendsForWriting(QualType Type) {
  QualType Pointee = Type->getPointeeType();
  if (Pointee.isNull() || Pointee.isConstQualified() ||
      Pointee->isFunctionType())
    return false;
  return Type->isReferenceType() ? classify(Pointee) != TypeClass::PyObject
                                 : classify(Type) != TypeClass::PyObject;
}

static uint32_t mutatedArguments(const FunctionDecl *D) {
  const auto *Type = D->getType()->getAs<FunctionProtoType>();
  if (!Type)
    return ~0u;
  uint32_t Bits = 0;
  unsigned At = 0;
  if (const auto *Method = llvm::dyn_cast<CXXMethodDecl>(D);
      Method && Method->isInstance())
    Bits |= uint32_t(!Method->isConst()) << At++;
  for (QualType Param : Type->param_types())
    if (unsigned Bit = At++; Bit < 31 && lendsForWriting(Param))
      Bits |= 1u << Bit;
  return Bits;
}

EntityId FactsBuilder::entity(const FunctionDecl *D) {
  if (const FunctionDecl *Pattern = D->getTemplateInstantiationPattern())
    D = Pattern;
  D = D->getCanonicalDecl();
  if (auto It = Entities.find(D); It != Entities.end())
    return It->second;
  const FunctionDecl *Definition = nullptr;
  bool HasBody = D->hasBody(Definition);
  const FunctionDecl *Shown = HasBody ? Definition : D;
  EntityId Id = Entities[D] = add(Shown, EntityKind::Function, usr(D));
  uint32_t Flags = 0;
  if (HasBody)
    Flags |= EF_Defined;
  if (D->isInlined())
    Flags |= EF_Inline;
  if (D->isDependentContext())
    Flags |= EF_Template;
  EntityId Parent = None;
  if (const auto *Method = llvm::dyn_cast<CXXMethodDecl>(D)) {
    if (Method->isInstance())
      Flags |= EF_Member;
    if (Method->isVirtual())
      Flags |= EF_Virtual;
    for (const CXXMethodDecl *Base : Method->overridden_methods())
      if (!isUserFile(Base->getLocation()))
        Flags |= EF_Overrides;
    if (llvm::isa<CXXConstructorDecl>(D))
      Flags |= EF_Constructor;
    if (llvm::isa<CXXDestructorDecl>(D))
      Flags |= EF_Destructor;
    if (Method->getParent()->isLambda()) {
      Flags |= EF_Lambda;
      for (const DeclContext *C = Method->getParent()->getParent(); C;
           C = C->getParent())
        if (const auto *Outer = llvm::dyn_cast<FunctionDecl>(C)) {
          Parent = entity(Outer);
          break;
        }
    } else {
      Parent = entity(Method->getParent());
    }
  }
  Entity &E = Facts.Entities[Id];
  E.Flags |= Flags;
  E.Type = D->getType().getCanonicalType().getAsString();
  E.Parent = Parent;
  E.Mutates = mutatedArguments(Shown);
  if (Parent != None && E.has(EF_Lambda))
    E.Name = "lambda in " + Facts.Entities[Parent].Name;
  readPromises(*this, D, Id);
  return Id;
}

EntityId FactsBuilder::entity(const VarDecl *D) {
  // `int total;` in C is a definition only as long as no other one comes.
  const VarDecl *Definition = D->getDefinition();
  for (const VarDecl *Other : D->redecls())
    if (!Definition)
      Definition = Other->getActingDefinition();
  const VarDecl *Shown = Definition ? Definition : D;
  if (const VarDecl *Pattern = D->getTemplateInstantiationPattern())
    D = Pattern;
  D = D->getCanonicalDecl();
  if (auto It = Entities.find(D); It != Entities.end())
    return It->second;
  EntityId Id = Entities[D] = add(Shown, EntityKind::Place, usr(D));
  uint32_t Flags = 0;
  QualType Type = Shown->getType();
  if (Definition)
    Flags |= EF_Defined;
  if (isConstStorage(Type) || Shown->isConstexpr())
    Flags |= EF_Const;
  if (Shown->getTLSKind() != VarDecl::TLS_None)
    Flags |= EF_ThreadLocal;
  if (Shown->isStaticLocal())
    Flags |= EF_StaticLocal;
  if (Shown->isStaticDataMember())
    Flags |= EF_Static;
  if (Type->isArrayType())
    Flags |= EF_Array;
  if (Type.isVolatileQualified())
    Flags |= EF_Volatile;
  bool Dependent = Type->isDependentType() ||
                   (Shown->getInit() && Shown->getInit()->isValueDependent());
  if (!Shown->getInit() || Shown->isConstexpr() ||
      (!Dependent && Shown->hasConstantInitialization()))
    Flags |= EF_ConstInit;
  else if (Shown->isStaticLocal())
    Flags |= EF_MagicStatic;
  EntityId Parent = None;
  if (const auto *F = llvm::dyn_cast_or_null<FunctionDecl>(
          Shown->getParentFunctionOrMethod()))
    Parent = entity(F);
  else if (Shown->isStaticDataMember())
    Parent = entity(llvm::cast<RecordDecl>(Shown->getDeclContext()));
  Entity &E = Facts.Entities[Id];
  if (E.Name.size() > 2 && Shown->isStaticLocal())
    E.Name = Shown->getName().str();
  E.Flags |= Flags;
  E.Parent = Parent;
  E.Class = classify(Type);
  E.Type = Type.getCanonicalType().getAsString();
  readPromises(*this, Shown, Id);
  return Id;
}

EntityId FactsBuilder::entity(const FieldDecl *D) {
  D = D->getCanonicalDecl();
  if (auto It = Entities.find(D); It != Entities.end())
    return It->second;
  EntityId Parent = entity(D->getParent());
  std::string Usr = Facts.Entities[Parent].Usr + "@FI@" + D->getNameAsString();
  if (D->getName().empty())
    Usr += std::to_string(D->getFieldIndex());
  EntityId Id = Entities[D] = add(D, EntityKind::Field, std::move(Usr));
  Entity &E = Facts.Entities[Id];
  E.Parent = Parent;
  E.Name = D->getName().str();
  E.Class = classify(D->getType());
  E.Type = D->getType().getCanonicalType().getAsString();
  if (D->getType()->isArrayType())
    E.Flags |= EF_Array;
  if (isConstStorage(D->getType()))
    E.Flags |= EF_Const;
  readPromises(*this, D, Id);
  return Id;
}

EntityId FactsBuilder::entity(const RecordDecl *D) {
  if (const auto *Class = llvm::dyn_cast<CXXRecordDecl>(D)) {
    if (const CXXRecordDecl *Pattern = Class->getTemplateInstantiationPattern())
      D = Pattern;
    else if (const auto *Spec =
                 llvm::dyn_cast<ClassTemplateSpecializationDecl>(Class))
      if (!Spec->isExplicitSpecialization())
        D = Spec->getSpecializedTemplate()->getTemplatedDecl();
  }
  D = llvm::cast<RecordDecl>(D->getCanonicalDecl());
  if (auto It = Entities.find(D); It != Entities.end())
    return It->second;
  const RecordDecl *Shown = D->getDefinition() ? D->getDefinition() : D;
  EntityId Id = Entities[D] = add(Shown, EntityKind::Record, usr(D));
  Entity &E = Facts.Entities[Id];
  if (D->getName().empty())
    if (const TypedefNameDecl *Typedef = D->getTypedefNameForAnonDecl())
      E.Name = Typedef->getName().str();
  E.Class = TypeClass::Record;
  if (isObjectStruct(Shown))
    E.Flags |= EF_PyRecord;
  return Id;
}

EntityId FactsBuilder::synthetic(llvm::StringRef Name) {
  auto [It, New] = Synthetic.try_emplace(Name, Facts.Entities.size());
  if (New) {
    Entity E;
    E.Kind = EntityKind::Function;
    E.Name = Name.str();
    E.Usr = "api:" + Name.str();
    E.Flags = EF_SystemHeader | EF_Extern;
    Facts.Entities.push_back(std::move(E));
  }
  return It->second;
}

//===-- Macros ------------------------------------------------------------===//

llvm::StringRef FactsBuilder::apiMacro(SourceLocation Loc,
                                       bool &InProjectMacro) {
  llvm::StringRef Outermost;
  InProjectMacro = false;
  while (Loc.isMacroID()) {
    if (Sources.isMacroArgExpansion(Loc)) {
      Loc = Sources.getImmediateSpellingLoc(Loc); // the caller wrote it
      continue;
    }
    SourceLocation Body = Sources.getSpellingLoc(Loc);
    if (isUserFile(Body))
      InProjectMacro = true;
    else
      Outermost =
          Lexer::getImmediateMacroName(Loc, Sources, Context.getLangOpts());
    Loc = Sources.getImmediateExpansionRange(Loc).getBegin();
  }
  return Outermost;
}

} // namespace ungil
