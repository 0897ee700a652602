//===- Services.cpp - reports for GitHub Actions and GitLab ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>
#include <nlohmann/json.hpp>

using namespace ungil;
using Json = nlohmann::ordered_json;

namespace {

/// Annotations of one kind that GitHub shows for one step.
constexpr unsigned MaxAnnotations = 10;

/// Escapes what a workflow command gives a meaning to; in a property more than
/// in the message.
std::string escaped(std::string_view Text, bool Property) {
  std::string Out;
  for (char C : validUtf8(Text)) {
    if (C == '%')
      Out += "%25";
    else if (C == '\r')
      Out += "%0D";
    else if (C == '\n')
      Out += "%0A";
    else if (Property && C == ':')
      Out += "%3A";
    else if (Property && C == ',')
      Out += "%2C";
    else if (llvm::isPrint(C) || static_cast<unsigned char>(C) >= 0x80)
      Out += C;
    else
      Out += printable({&C, 1}); // the log is shown on terminals
  }
  return Out;
}

std::string_view command(Severity Sev) {
  return Sev == Severity::Note ? "notice" : name(Sev);
}

/// GitLab's word.
std::string_view gitlabSeverity(const Finding &F) {
  if (F.Sev == Severity::Note || F.Conf == Confidence::Low)
    return "info";
  if (F.Sev == Severity::Error)
    return "critical";
  return F.Conf == Confidence::High ? "major" : "minor";
}

} // namespace

void ungil::writeGithub(const Report &Report, llvm::raw_ostream &Out) {
  unsigned Shown[3] = {}, Left = 0;
  for (const Finding *F : worstFirst(Report)) {
    if (Shown[static_cast<size_t>(F->Sev)]++ >= MaxAnnotations) {
      ++Left;
      continue;
    }
    const SourceRange &R = F->Range;
    Out << "::" << command(F->Sev)
        << " file=" << escaped(fileName(Report, R.File), true);
    if (R.Line != 0)
      Out << ",line=" << R.Line << ",col=" << R.Column;
    // GitHub shows columns on one line only.
    if (R.EndLine == R.Line && R.EndColumn > R.Column)
      Out << ",endColumn=" << R.EndColumn;
    Out << ",title=" << escaped("ungil: " + F->Rule, true)
        << "::" << escaped(wholeMessage(*F), false) << '\n';
  }
  if (Left != 0)
    Out << Left << " more findings are in the summary of the job\n";
}

void ungil::writeGitlab(const Report &Report, llvm::raw_ostream &Out) {
  Json All = Json::array();
  for (const Finding &F : Report.Findings)
    All.push_back({{"description", validUtf8(wholeMessage(F))},
                   {"check_name", F.Rule},
                   {"fingerprint", F.Fingerprint},
                   {"severity", gitlabSeverity(F)},
                   {"location",
                    {{"path", validUtf8(fileName(Report, F.Range.File))},
                     {"lines", {{"begin", std::max(F.Range.Line, 1u)}}}}}});
  Out << All.dump(/*indent=*/1) << '\n';
}
