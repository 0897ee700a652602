//===- Text.cpp - reports for people --------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Frame.h"
#include "Report/Names.h"
#include "Report/Output.h"
#include "Support/Printable.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

using namespace ungil;

namespace {

class TextWriter {
public:
  TextWriter(const Report &Input, const OutputOptions &Options,
             SourceCache &Sources, llvm::raw_ostream &Out)
      : Input(Input), Sources(Sources), Out(Out), Colors(Options.Color) {}

  void concise(const Finding &F) {
    header(F.Range, severityColor(F.Sev), name(F.Sev), F.Message);
    Out << " [" << F.Rule << "]\n";
  }

  void full(const Finding &F) {
    Indent = gutterWidth(F);
    concise(F);
    frame(F.Range, severityColor(F.Sev));
    attachment("why", F.Why);
    attachment("help", F.Help);
    if (!F.Fix.Title.empty())
      attachment("fix (" + std::string(name(F.Fix.How)) + ")", F.Fix.Title);
    if (F.Conf != Confidence::High)
      attachment("confidence", name(F.Conf));
    trace(F.Trace);
    for (const Note &N : F.Notes)
      note(N);
    Out << '\n';
  }

private:
  std::string_view severityColor(Severity Sev) const {
    return Sev == Severity::Error     ? Colors.Error
           : Sev == Severity::Warning ? Colors.Warning
                                      : Colors.Note;
  }

  /// One width for the numbers of a finding and its notes.
  static unsigned gutterWidth(const Finding &F) {
    uint32_t Last = std::max(F.Range.Line, F.Range.EndLine);
    for (const Note &N : F.Notes)
      Last = std::max({Last, N.Range.Line, N.Range.EndLine});
    return static_cast<unsigned>(std::to_string(Last).size());
  }

  std::string place(const SourceRange &Range) const {
    std::string File = printable(fileName(Input, Range.File));
    if (File.empty())
      File = "<unknown>";
    if (Range.Line == 0)
      return File;
    return File + ":" + std::to_string(Range.Line) + ":" +
           std::to_string(Range.Column);
  }

  void header(const SourceRange &Range, std::string_view Color,
              std::string_view Kind, std::string_view Message) {
    Out << Colors.Bold << place(Range) << ":" << Colors.Reset << ' ' << Color
        << Kind << ":" << Colors.Reset << ' ' << Colors.Bold
        << printable(Message) << Colors.Reset;
  }

  void frame(const SourceRange &Range, std::string_view Mark) {
    if (Range.File < Input.Files.size())
      drawFrame(Sources.get(Input.Files[Range.File]), Range, Indent, Colors,
                Mark, Out);
  }

  void attachment(std::string_view Label, std::string_view Text) {
    if (Text.empty())
      return;
    Out.indent(Indent + 1) << Colors.Frame << "= " << Colors.Reset
                           << Colors.Bold << Label << ":" << Colors.Reset << ' '
                           << printable(Text) << '\n';
  }

  void trace(const std::vector<Note> &Steps) {
    constexpr std::string_view Label = "thread enters";
    bool First = true;
    for (const Note &Step : Steps) {
      std::string Text = place(Step.Range) + ": " + printable(Step.Message);
      if (First)
        attachment(Label, Text);
      else
        Out.indent(Indent + 1 + Label.size() + 4) << Text << '\n';
      First = false;
    }
  }

  void note(const Note &N) {
    header(N.Range, Colors.Note, "note", N.Message);
    Out << '\n';
    frame(N.Range, Colors.Note);
  }

  const Report &Input;
  SourceCache &Sources;
  llvm::raw_ostream &Out;
  Palette Colors;
  unsigned Indent = 1;
};

std::string count(uint32_t N, const char *What) {
  return std::to_string(N) + " " + What + (N == 1 ? "" : "s");
}

std::string headersUsed(const Coverage &C) {
  if (C.PythonVersion.empty())
    return "no CPython headers";
  std::string Text = "headers " + printable(C.PythonVersion);
  if (C.Parsed == 0) // nothing was read, so the headers neither
    return Text;
  return Text + (C.FreeThreaded ? " free-threaded" : " with the GIL");
}

std::string findingsByConfidence(const Report &Report) {
  uint32_t Number[3] = {};
  for (const Finding &F : Report.Findings)
    ++Number[static_cast<size_t>(F.Conf)];
  std::string Text;
  for (Confidence Conf :
       {Confidence::High, Confidence::Medium, Confidence::Low}) {
    uint32_t N = Number[static_cast<size_t>(Conf)];
    if (N == 0)
      continue;
    Text += Text.empty() ? " (" : ", ";
    Text += std::to_string(N) + " " + std::string(name(Conf));
  }
  return Text.empty() ? Text : Text + ")";
}

} // namespace

void ungil::writeText(const Report &Report, const OutputOptions &Options,
                      SourceCache &Sources, llvm::raw_ostream &Out) {
  TextWriter Writer(Report, Options, Sources, Out);
  for (const Finding &F : Report.Findings) {
    if (Options.Format == OutputFormat::Concise)
      Writer.concise(F);
    else
      Writer.full(F);
  }
}

/// What can be mended without writing code.
static std::string fixesOffered(const Report &Report) {
  uint32_t Number[3] = {};
  for (const Finding &F : Report.Findings)
    Number[static_cast<size_t>(F.Fix.How)] += !F.Fix.Edits.empty();
  uint32_t Safe = Number[static_cast<size_t>(Applicability::Safe)];
  uint32_t More = Number[static_cast<size_t>(Applicability::Suggested)];
  std::string Text;
  if (Safe != 0)
    Text += "; --fix mends " + std::to_string(Safe);
  if (More != 0)
    Text += (Safe != 0 ? ", --fix=suggested " : "; --fix=suggested mends ") +
            std::to_string(More) + (Safe != 0 ? " more" : "");
  return Text;
}

std::string ungil::summary(const Report &Report) {
  const Coverage &C = Report.Cover;
  std::string Text = count(C.Files, "file");
  std::string Troubles;
  auto Trouble = [&](uint32_t N, const char *What) {
    if (N != 0)
      Troubles += (Troubles.empty() ? " (" : ", ") + std::to_string(N) + What;
  };
  Trouble(C.Files - std::min(C.Parsed, C.Files), " not read");
  Trouble(C.WithErrors, " with errors");
  Trouble(C.LeftOut, " more left out");
  Text += Troubles.empty() ? "" : Troubles + ")";
  Text += ", " + count(C.Functions, "function") + " (" +
          std::to_string(C.Analysed) + " analysed), " + headersUsed(C) + "; ";
  Text += count(static_cast<uint32_t>(Report.Findings.size()), "finding") +
          findingsByConfidence(Report) + ", " +
          std::to_string(Report.Suppressed) + " suppressed";
  if (Report.Baselined != 0)
    Text += ", " + std::to_string(Report.Baselined) + " in the baseline";
  if (Report.Unchanged != 0)
    Text += ", " + std::to_string(Report.Unchanged) + " not of the change";
  return Text + fixesOffered(Report);
}
