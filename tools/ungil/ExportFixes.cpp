//===- ExportFixes.cpp - fixes for Clang tools ----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Apply.h"
#include "Fixing.h"
#include "Support/Output.h"
#include "clang/Tooling/DiagnosticsYaml.h"
#include "llvm/Support/YAMLTraits.h"

using namespace ungil;
namespace tooling = clang::tooling;

static tooling::Diagnostic toDiagnostic(const Report &In, const Finding &F) {
  tooling::Diagnostic D("ungil-" + F.Rule, tooling::Diagnostic::Warning, "");
  D.Message.Message = F.Message;
  D.Message.FilePath = In.Files[F.Range.File];
  D.Message.FileOffset = F.Range.Offset;
  for (const Edit &E : F.Fix.Edits) {
    const std::string &Path = In.Files[E.File];
    tooling::Replacements &Here = D.Message.Fix[Path];
    tooling::Replacement New(Path, E.Offset, E.Length, E.Text);
    // An insertion where another edit begins: one edit of both.
    if (llvm::Error Conflict = Here.add(New)) {
      llvm::consumeError(std::move(Conflict));
      Here = Here.merge(tooling::Replacements(tooling::Replacement(
          Path, Here.getShiftedCodePosition(E.Offset), E.Length, E.Text)));
    }
  }
  return D;
}

llvm::Error ungil::exportFixes(const Report &Report, Applicability Least,
                               const std::string &Path) {
  std::vector<const FixPlan *> Plans;
  std::vector<const Finding *> Findings;
  for (const Finding &F : Report.Findings)
    if (!F.Fix.Edits.empty() && F.Fix.How >= Least) {
      Plans.push_back(&F.Fix);
      Findings.push_back(&F);
    }
  tooling::TranslationUnitDiagnostics All;
  All.MainSourceFile = Report.Root;
  for (size_t I : fix::choose(Plans))
    All.Diagnostics.push_back(toDiagnostic(Report, *Findings[I]));
  return writeOutput(Path, [&](llvm::raw_ostream &Out) {
    llvm::yaml::Output Yaml(Out);
    Yaml << All;
  });
}
