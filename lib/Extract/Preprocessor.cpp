//===- Preprocessor.cpp - what only the preprocessor sees -----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Preprocessor.h"
#include "Facts/Comments.h"
#include "clang/Basic/SourceManager.h"
#include "clang/Lex/Lexer.h"
#include "clang/Lex/MacroArgs.h"
#include "clang/Lex/MacroInfo.h"
#include "clang/Lex/PPCallbacks.h"
#include "clang/Lex/Preprocessor.h"

using namespace clang;

namespace ungil {
namespace {

/// Remembers macros of the extension and whether they depend on the GIL.
class MacroCallbacks : public PPCallbacks {
public:
  MacroCallbacks(Preprocessor &PP, PreprocessorRecord &Record)
      : PP(PP), Record(Record) {}

  void If(SourceLocation, clang::SourceRange Condition,
          ConditionValueKind) override {
    push(Condition);
  }
  void Elif(SourceLocation, clang::SourceRange Condition, ConditionValueKind,
            SourceLocation) override {
    if (!OnGil.empty() && mentionsGil(Condition))
      OnGil.back() = true;
  }
  void Ifdef(SourceLocation, const Token &Name,
             const MacroDefinition &) override {
    OnGil.push_back(isGilMacro(Name));
  }
  void Ifndef(SourceLocation, const Token &Name,
              const MacroDefinition &) override {
    OnGil.push_back(isGilMacro(Name));
  }
  void Endif(SourceLocation, SourceLocation) override {
    if (!OnGil.empty())
      OnGil.pop_back();
  }

  void MacroDefined(const Token &Name, const MacroDirective *MD) override {
    SourceLocation Loc = Name.getLocation();
    if (!Loc.isFileID() || PP.getSourceManager().isWrittenInBuiltinFile(Loc) ||
        PP.getSourceManager().isWrittenInCommandLineFile(Loc))
      return;
    bool GilConditional = llvm::is_contained(OnGil, true);
    if (GilConditional)
      Record.Macros.push_back({Name.getIdentifierInfo(), MD->getMacroInfo()});
  }

private:
  static bool isGilMacro(const Token &Name) {
    return Name.getIdentifierInfo() &&
           Name.getIdentifierInfo()->getName() == "Py_GIL_DISABLED";
  }
  bool mentionsGil(clang::SourceRange Condition) {
    return Lexer::getSourceText(CharSourceRange::getTokenRange(Condition),
                                PP.getSourceManager(), PP.getLangOpts())
        .contains("Py_GIL_DISABLED");
  }
  void push(clang::SourceRange Condition) {
    OnGil.push_back(mentionsGil(Condition));
  }

  Preprocessor &PP;
  PreprocessorRecord &Record;
  std::vector<bool> OnGil; ///< per open conditional: does it test the GIL?
};

std::string textOf(const MacroInfo *Info, Preprocessor &PP) {
  std::string Text;
  for (const Token &T : Info->tokens()) {
    if (!Text.empty() && T.hasLeadingSpace())
      Text += ' ';
    Text += PP.getSpelling(T);
  }
  return Text;
}

/// `PYBIND11_MODULE(name, m, ...)` where the macro may well be undefined.
void readModuleMacros(Preprocessor &PP, FactsBuilder &B) {
  const SourceManager &Sources = PP.getSourceManager();
  FileID Main = Sources.getMainFileID();
  llvm::StringRef Text = Sources.getBufferData(Main);
  if (!Text.contains("_MODULE"))
    return;
  Lexer Lex(Sources.getLocForStartOfFile(Main), PP.getLangOpts(), Text.begin(),
            Text.begin(), Text.end());
  Token T;
  bool Directive = false;
  while (!Lex.LexFromRawLexer(T)) {
    if (T.isAtStartOfLine())
      Directive = T.is(tok::hash);
    if (Directive || T.isNot(tok::raw_identifier))
      continue;
    llvm::StringRef Name = T.getRawIdentifier();
    ModuleDecl Module;
    if (Name == "PYBIND11_MODULE")
      Module.Kind = ModuleKind::Pybind11;
    else if (Name == "NB_MODULE")
      Module.Kind = ModuleKind::Nanobind;
    else if (Name == "BOOST_PYTHON_MODULE")
      Module.Kind = ModuleKind::BoostPython;
    else
      continue;
    SourceLocation Loc = T.getLocation();
    if (Lex.LexFromRawLexer(T) || T.isNot(tok::l_paren))
      continue;
    unsigned Depth = 1;
    while (Depth && !Lex.LexFromRawLexer(T)) {
      Depth += T.is(tok::l_paren);
      Depth -= T.is(tok::r_paren);
      if (T.isNot(tok::raw_identifier))
        continue;
      if (Module.Name.empty())
        Module.Name = T.getRawIdentifier().str();
      Module.DeclaresNoGil |= T.getRawIdentifier() == "mod_gil_not_used";
    }
    // FREE_THREADED in the build of a nanobind module arrives as a define.
    Module.DeclaresNoGil |= Module.Kind == ModuleKind::Nanobind &&
                            PP.isMacroDefined("NB_FREE_THREADED");
    Module.Loc = B.range(Loc);
    B.Facts.Modules.push_back(std::move(Module));
  }
}

} // namespace

bool PreprocessorRecord::HandleComment(Preprocessor &PP,
                                       clang::SourceRange Comment) {
  const SourceManager &Sources = PP.getSourceManager();
  if (!Comment.getBegin().isFileID())
    return false;
  const char *Begin = Sources.getCharacterData(Comment.getBegin());
  const char *End = Sources.getCharacterData(Comment.getEnd());
  if (End > Begin && mayBeFact({Begin, size_t(End - Begin)}))
    Comments.push_back(Comment);
  return false;
}

std::shared_ptr<PreprocessorRecord> attach(Preprocessor &PP,
                                           const ExtractOptions &) {
  auto Record = std::make_shared<PreprocessorRecord>();
  PP.addPPCallbacks(std::make_unique<MacroCallbacks>(PP, *Record));
  PP.addCommentHandler(Record.get());
  return Record;
}

static void readComment(FactsBuilder &B, clang::SourceRange Comment) {
  const SourceManager &Sources = B.Sources;
  if (!B.isUserFile(Comment.getBegin()))
    return;
  const char *Begin = Sources.getCharacterData(Comment.getBegin());
  const char *End = Sources.getCharacterData(Comment.getEnd());
  auto [File, Offset] = Sources.getDecomposedLoc(Comment.getBegin());
  SourceRange Where = B.range(Comment.getBegin());
  Where.Length = End - Begin;
  Where.EndLine = Sources.getLineNumber(File, Offset + Where.Length);
  Where.EndColumn = Sources.getColumnNumber(File, Offset + Where.Length);
  llvm::StringRef Before = Sources.getBufferData(File).take_front(Offset);
  Before = Before.substr(Before.rfind('\n') + 1);
  bool Alone = Before.trim().empty();
  for (CommentFact &C : parseComment({Begin, size_t(End - Begin)})) {
    C.Loc = Where;
    C.AloneOnLine = Alone;
    B.Facts.Comments.push_back(std::move(C));
  }
}

void PreprocessorRecord::finish(Preprocessor &PP, FactsBuilder &B) {
  PP.removeCommentHandler(this);
  TuFacts &Facts = B.Facts;
  Facts.ReachesPython = PP.isMacroDefined("Py_PYTHON_H");
  Facts.GilDisabled = PP.isMacroDefined("Py_GIL_DISABLED");
  if (const MacroInfo *Version =
          PP.getMacroInfo(PP.getIdentifierInfo("PY_VERSION")))
    if (Version->getNumTokens() == 1)
      Facts.PythonVersion =
          llvm::StringRef(PP.getSpelling(Version->getReplacementToken(0)))
              .trim('"')
              .str();
  for (const auto &[Name, Info] : Macros) {
    if (!B.isUserFile(Info->getDefinitionLoc()))
      continue;
    MacroFact Macro;
    Macro.Name = Name->getName().str();
    Macro.Body = textOf(Info, PP);
    Macro.Empty = Info->tokens_empty();
    Macro.GilConditional = true;
    Macro.Loc = B.range(Info->getDefinitionLoc());
    Facts.Macros.push_back(std::move(Macro));
  }
  for (clang::SourceRange Comment : Comments)
    readComment(B, Comment);
  readModuleMacros(PP, B);
}

} // namespace ungil
