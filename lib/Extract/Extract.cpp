//===- Extract.cpp - one walk of a translation unit -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Extract.h"
#include "Extract/Body.h"
#include "Extract/FactsBuilder.h"
#include "Extract/Implicit.h"
#include "Extract/Preprocessor.h"
#include "Extract/Tables.h"
#include "clang/AST/ASTConsumer.h"
#include "clang/AST/ASTContext.h"
#include "clang/AST/DeclCXX.h"
#include "clang/AST/ExprCXX.h"
#include "clang/AST/RecursiveASTVisitor.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Frontend/FrontendAction.h"
#include "llvm/Support/Path.h"

using namespace clang;

namespace ungil {
namespace {

/// Visits the declarations of user files only.
class Walk : public RecursiveASTVisitor<Walk> {
public:
  explicit Walk(FactsBuilder &B) : B(B) {}

  bool VisitFunctionDecl(FunctionDecl *F) {
    if (auto *Copy = llvm::dyn_cast<CXXConstructorDecl>(F);
        Copy && Copy->isExplicitlyDefaulted() && !Copy->isDeleted() &&
        Copy->isCopyConstructor() && !Copy->isTemplateInstantiation() &&
        B.isUserFile(Copy->getLocation())) {
      addDefaultedCopy(B, Copy);
      return true;
    }
    if (!F->doesThisDeclarationHaveABody() || F->isTemplateInstantiation() ||
        !B.isUserFile(F->getLocation()))
      return true;
    lower(F);
    return true;
  }

  bool VisitLambdaExpr(LambdaExpr *Lambda) {
    if (CXXMethodDecl *Operator = Lambda->getCallOperator();
        Operator && Operator->hasBody()) {
      lower(Operator);
      addClosureEnd(B, Lambda);
    }
    return true;
  }

  bool VisitVarDecl(VarDecl *Var) {
    if (!Var->hasGlobalStorage() || !B.isUserFile(Var->getLocation()))
      return true;
    EntityId Id = B.entity(Var);
    if (!Var->getInit() || Var->getInit()->isValueDependent())
      return true;
    readTables(B, Var);
    bool Dynamic = !(B.Facts.Entities[Id].Flags & EF_ConstInit);
    if (Dynamic && !Var->isStaticLocal())
      lowerInitialiser(Var, Id);
    return true;
  }

private:
  void lower(FunctionDecl *F) {
    ++B.Facts.FunctionsSeen;
    EntityId Id = B.entity(F);
    if (F->getDeclName().isIdentifier() &&
        (F->getName().starts_with("PyInit_") ||
         F->getName().starts_with("PyModExport_")))
      addRoot(Id, EntryKind::ModuleInit, F->getNameAsString(),
              F->getLocation());
    Stmt *Body = F->getBody();
    if (F->isInvalidDecl())
      B.Facts.Entities[Id].Flags |= EF_HasError;
    if (Body && lowerBody(B, F, Body, Id) &&
        !(B.Facts.Entities[Id].Flags & (EF_HasError | EF_Partial)))
      ++B.Facts.FunctionsAnalysed;
  }

  /// Code that runs when the extension is loaded.
  void lowerInitialiser(VarDecl *Var, EntityId Place) {
    EntityId Id = B.synthetic(B.Facts.Entities[Place].Usr + "#init");
    Entity &E = B.Facts.Entities[Id];
    E.Name = "initialiser of " + B.Facts.Entities[Place].Name;
    E.Flags = EF_Defined | EF_Internal;
    E.Loc = B.Facts.Entities[Place].Loc;
    if (lowerBody(B, Var, Var->getInit(), Id))
      addRoot(Id, EntryKind::StaticInit, "static initialiser",
              Var->getLocation());
  }

  void addRoot(EntityId F, EntryKind Kind, std::string Name,
               SourceLocation Loc) {
    EntryPoint E;
    E.Function = F;
    E.Kind = Kind;
    E.Name = std::move(Name);
    E.Loc = B.range(Loc);
    B.Facts.EntryPoints.push_back(std::move(E));
  }

  FactsBuilder &B;
};

class ExtractConsumer : public ASTConsumer {
public:
  ExtractConsumer(CompilerInstance &CI, const ExtractOptions &Options,
                  TuFacts &Out)
      : CI(CI), Options(Options), Out(Out),
        Record(attach(CI.getPreprocessor(), Options)) {}

  bool shouldSkipFunctionBody(Decl *D) override {
    const SourceManager &Sources = CI.getSourceManager();
    SourceLocation Loc = Sources.getExpansionLoc(D->getLocation());
    FileID File = Sources.getFileID(Loc);
    if (File != LastFile) {
      LastFile = File;
      LastIsUser = false;
      if (OptionalFileEntryRef Entry = Sources.getFileEntryRefForID(File)) {
        llvm::SmallString<256> Path(Entry->getName());
        Sources.getFileManager().makeAbsolutePath(Path);
        llvm::sys::path::remove_dots(Path, true);
        LastIsUser = Options.IsUserFile(Path.str());
      }
    }
    return !LastIsUser;
  }

  void HandleTranslationUnit(ASTContext &Context) override {
    extract(Context, CI.getPreprocessor(), *Record, Options, Out);
  }

private:
  CompilerInstance &CI;
  const ExtractOptions &Options;
  TuFacts &Out;
  std::shared_ptr<PreprocessorRecord> Record;
  FileID LastFile;
  bool LastIsUser = false;
};

class ExtractAction : public ASTFrontendAction {
public:
  ExtractAction(ExtractOptions Options, TuFacts &Out)
      : Options(std::move(Options)), Out(Out) {}

  bool BeginInvocation(CompilerInstance &CI) override {
    CI.getFrontendOpts().SkipFunctionBodies = true;
    return true;
  }

  std::unique_ptr<ASTConsumer> CreateASTConsumer(CompilerInstance &CI,
                                                 llvm::StringRef) override {
    return std::make_unique<ExtractConsumer>(CI, Options, Out);
  }

private:
  ExtractOptions Options;
  TuFacts &Out;
};

} // namespace

void extract(ASTContext &Context, Preprocessor &PP, PreprocessorRecord &Record,
             const ExtractOptions &Options, TuFacts &Out) {
  FactsBuilder Builder(Context, Options, Out);
  const SourceManager &Sources = Context.getSourceManager();
  Out.Cxx = Context.getLangOpts().CPlusPlus;
  if (FileId Main = Builder.file(Sources.getMainFileID()); Main != NoFile)
    Out.MainFile = Out.Files[Main].Path;
  Walk Visitor(Builder);
  // What a precompiled preamble declares is no user's; it stays on disk.
  for (Decl *D : Context.getTranslationUnitDecl()->noload_decls())
    if (Builder.isUserFile(D->getLocation()))
      Visitor.TraverseDecl(D);
  Record.finish(PP, Builder);
}

std::unique_ptr<FrontendAction> makeExtractAction(ExtractOptions Options,
                                                  TuFacts &Out) {
  return std::make_unique<ExtractAction>(std::move(Options), Out);
}

} // namespace ungil
