//===- ReportTesting.h - hand-made reports for tests ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A report over files that exist only in a SourceCache.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TEST_REPORTTESTING_H
#define UNGIL_TEST_REPORTTESTING_H

#include "Facts/Comments.h"
#include "Report/Finalize.h"
#include "Report/Output.h"
#include "Report/Suppress.h"
#include "Support/SourceCache.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace ungil::testing {

struct Sample {
  Report R;
  SourceCache Sources;

  Sample() {
    R.Root = "/src";
    R.Cover.Files = R.Cover.Parsed = 1;
    R.Cover.Functions = R.Cover.Analysed = 2;
    R.Cover.PythonVersion = "3.13.0";
    R.Cover.FreeThreaded = true;
  }

  FileId file(const std::string &Path, const std::string &Text) {
    R.Files.push_back(Path);
    Sources.put(Path, Text);
    return static_cast<FileId>(R.Files.size() - 1);
  }

  const std::string &text(FileId File) const { return R.Files[File]; }

  /// The range of the \p Nth \p Word in the file.
  SourceRange range(FileId File, const std::string &Word, unsigned Nth = 0) {
    std::string_view All = Sources.get(R.Files[File]).text();
    size_t At = All.find(Word);
    while (Nth-- > 0)
      At = All.find(Word, At + 1);
    SourceRange Range;
    Range.File = File;
    Range.Offset = static_cast<uint32_t>(At);
    Range.Length = static_cast<uint32_t>(Word.size());
    auto Begin = Sources.get(R.Files[File]).position(Range.Offset);
    auto End = Sources.get(R.Files[File]).position(Range.Offset + Range.Length);
    Range.Line = Begin.Line;
    Range.Column = Begin.Column;
    Range.EndLine = End.Line;
    Range.EndColumn = End.Column;
    return Range;
  }

  Finding &finding(const std::string &Rule, SourceRange Range,
                   Confidence Conf = Confidence::High) {
    Finding F;
    F.Rule = Rule;
    F.Range = Range;
    F.Conf = Conf;
    F.Message = "something is wrong";
    R.Findings.push_back(F);
    return R.Findings.back();
  }

  /// Every comment of the files, found by a scanner good enough for samples
  /// without strings.
  std::vector<CommentFact> comments() {
    std::vector<CommentFact> All;
    for (FileId File = 0; File < R.Files.size(); ++File)
      addComments(File, All);
    return All;
  }

  std::string print(OutputFormat Format, bool Color = false) {
    OutputOptions Options;
    Options.Format = Format;
    Options.Color = Color;
    Options.Version = "1.2.3";
    return print(Options);
  }

  std::string print(const OutputOptions &Options) {
    std::string Text;
    llvm::raw_string_ostream Out(Text);
    write(R, Options, Sources, Out);
    return Text;
  }

private:
  void addComments(FileId File, std::vector<CommentFact> &All) {
    const SourceText &Text = Sources.get(R.Files[File]);
    std::string_view Code = Text.text();
    size_t At = 0;
    while ((At = Code.find('/', At)) != std::string_view::npos) {
      bool Block = Code.substr(At, 2) == "/*";
      if (!Block && Code.substr(At, 2) != "//") {
        ++At;
        continue;
      }
      size_t End = Block ? Code.find("*/", At) + 2 : Code.find('\n', At);
      End = std::min(End, Code.size());
      for (CommentFact Fact : parseComment(Code.substr(At, End - At))) {
        auto Begin = Text.position(static_cast<uint32_t>(At));
        auto Last = Text.position(static_cast<uint32_t>(End));
        Fact.Loc = {File,
                    Begin.Line,
                    Begin.Column,
                    Last.Line,
                    Last.Column,
                    static_cast<uint32_t>(At),
                    static_cast<uint32_t>(End - At),
                    false};
        Fact.AloneOnLine =
            Text.line(Begin.Line)
                .substr(0, Begin.Column - 1)
                .find_first_not_of(" \t") == std::string_view::npos;
        All.push_back(std::move(Fact));
      }
      At = End;
    }
  }
};

} // namespace ungil::testing

#endif
