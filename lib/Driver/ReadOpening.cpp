//===- ReadOpening.cpp - a parse that parts behind its opening ------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/ReadOpening.h"
#include "clang/Basic/FileManager.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Frontend/CompilerInstance.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Pragma.h"
#include "clang/Lex/Preprocessor.h"
#include "clang/Lex/Token.h"
#include "llvm/Support/Error.h"
#include <unistd.h>
#include <utility>

using namespace clang;

namespace ungil {
namespace {

constexpr llvm::StringLiteral Again = "ungil_read_again";
constexpr llvm::StringLiteral Part = "ungil_part_here";

/// Does anything come of reading the opening a second time?
class SecondReading : public PPCallbacks {
public:
  explicit SecondReading(Preprocessor &PP) : PP(PP) {}

  bool On = false;
  bool Changed = false;

  void FileChanged(SourceLocation, FileChangeReason Reason,
                   SrcMgr::CharacteristicKind, FileID) override {
    Changed |= On && Reason == EnterFile;
  }
  void MacroDefined(const Token &, const MacroDirective *Now) override {
    if (!On)
      return;
    const MacroDirective *Before = Now->getPrevious();
    Changed |= !Before || !Before->getMacroInfo() ||
               Before->getKind() != MacroDirective::MD_Define ||
               !Before->getMacroInfo()->isIdenticalTo(*Now->getMacroInfo(), PP,
                                                      /*Syntactically=*/false);
  }
  void MacroUndefined(const Token &, const MacroDefinition &Was,
                      const MacroDirective *) override {
    Changed |= On && Was;
  }

private:
  Preprocessor &PP;
};

class AgainPragma : public PragmaHandler {
public:
  explicit AgainPragma(SecondReading &Second)
      : PragmaHandler(Again), Second(Second) {}
  void HandlePragma(Preprocessor &, PragmaIntroducer, Token &) override {
    Second.On = true;
  }

private:
  SecondReading &Second;
};

class PartPragma : public PragmaHandler {
public:
  PartPragma(SecondReading &Second, Trunk &From, const ScanPlan &Plan,
             std::function<bool()> Clean)
      : PragmaHandler(Part), Second(Second), From(From), Plan(Plan),
        Clean(std::move(Clean)) {}

  void HandlePragma(Preprocessor &PP, PragmaIntroducer, Token &Name) override {
    SourceLocation Here = Name.getLocation();
    for (Token Rest = Name; Rest.isNot(tok::eod);)
      PP.LexUnexpandedToken(Rest);
    if (Second.Changed || !Clean())
      ::_exit(0);
    Second.On = false;
    FileID Next = From.wait() ? unit(PP, Here)
                              : PP.getSourceManager().createFileID(
                                    openingText(From), SrcMgr::C_User,
                                    /*LoadedID=*/0, /*LoadedOffset=*/0, Here);
    if (Next.isInvalid() || PP.EnterSourceFile(Next, /*Dir=*/nullptr, Here))
      ::_exit(1);
  }

private:
  FileID unit(Preprocessor &PP, SourceLocation Here) {
    SourceManager &Sources = PP.getSourceManager();
    auto File = PP.getFileManager().getFileRef(
        Plan.Units[From.errand().Unit].File, /*OpenFile=*/true);
    if (!File) {
      llvm::consumeError(File.takeError());
      return {};
    }
    FileID Id = Sources.createFileID(*File, Here, SrcMgr::C_User);
    Sources.setMainFileID(Id);
    PP.markIncluded(*File);
    return Id;
  }

  SecondReading &Second;
  Trunk &From;
  const ScanPlan &Plan;
  std::function<bool()> Clean;
};

class OpeningAction : public WrapperFrontendAction {
public:
  OpeningAction(std::unique_ptr<FrontendAction> Inner, Trunk &From,
                const ScanPlan &Plan, std::function<bool()> Clean)
      : WrapperFrontendAction(std::move(Inner)), From(From), Plan(Plan),
        Clean(std::move(Clean)) {}

protected:
  bool BeginSourceFileAction(CompilerInstance &Clang) override {
    Preprocessor &PP = Clang.getPreprocessor();
    auto Second = std::make_unique<SecondReading>(PP);
    // The preprocessor owns all three.
    PP.AddPragmaHandler(new AgainPragma(*Second));
    PP.AddPragmaHandler(new PartPragma(*Second, From, Plan, Clean));
    PP.addPPCallbacks(std::move(Second));
    return WrapperFrontendAction::BeginSourceFileAction(Clang);
  }

private:
  Trunk &From;
  const ScanPlan &Plan;
  std::function<bool()> Clean;
};

} // namespace

std::unique_ptr<llvm::MemoryBuffer> openingText(const Trunk &From) {
  const OpeningTree::Node &N = From.opening();
  return llvm::MemoryBuffer::getMemBufferCopy(
      N.Text + "#pragma " + Again.str() + "\n" + N.Whole + "#pragma " +
          Part.str() + "\n",
      "opening");
}

std::unique_ptr<FrontendAction>
readOpening(std::unique_ptr<FrontendAction> Inner, Trunk &From,
            const ScanPlan &Plan, std::function<bool()> Clean) {
  return std::make_unique<OpeningAction>(std::move(Inner), From, Plan,
                                         std::move(Clean));
}

} // namespace ungil
