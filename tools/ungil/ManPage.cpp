//===- ManPage.cpp - ungil(1) ---------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In the man macros, which groff and mandoc both read. No date: the page is a
// function of the program.
//
//===----------------------------------------------------------------------===//

#include "CommandDoc.h"
#include "Support/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include <map>

using namespace ungil;

namespace {

/// \p Text so that roff prints it as it is.
std::string escaped(llvm::StringRef Text) {
  std::string Out;
  bool AtStart = true;
  for (char C : Text) {
    if (AtStart && (C == '.' || C == '\''))
      Out += "\\&";
    if (C == '\\')
      Out += "\\e";
    else if (C == '-')
      Out += "\\-";
    else
      Out += C;
    AtStart = C == '\n';
  }
  return Out;
}

std::string bold(llvm::StringRef Text) {
  return "\\fB" + escaped(Text) + "\\fR";
}
std::string italic(llvm::StringRef Text) {
  return "\\fI" + escaped(Text) + "\\fR";
}

/// Between quotation marks, as code is in help texts, is bold here.
std::string prose(llvm::StringRef Text) {
  std::string Out;
  for (bool Code = false; !Text.empty(); Code = !Code) {
    auto [Part, Rest] = Text.split('`');
    Out += Code ? bold(Part) : escaped(Part);
    Text = Rest;
  }
  return Out;
}

std::string valueOf(const OptionDoc &Option) {
  // Two or three words say more than a name for them.
  constexpr size_t Few = 4;
  if (!Option.Words.empty() && Option.Words.size() <= Few) {
    std::vector<std::string> Words;
    for (const std::string &Word : Option.Words)
      Words.push_back(bold(Word));
    return llvm::join(Words, "|");
  }
  return italic(Option.Value);
}

void writeOption(const OptionDoc &Option, llvm::raw_ostream &Out) {
  std::vector<std::string> Names;
  for (const std::string &Name : Option.Names)
    Names.push_back(bold(Name));
  Out << ".TP\n" << llvm::join(Names, ", ");
  if (Option.Names.empty())
    Out << italic(Option.Value) << (Option.Repeats ? "..." : "");
  else if (Option.OnlyAttached)
    Out << "[=" << valueOf(Option) << ']';
  else if (Option.Kind != ValueKind::None)
    Out << ' ' << valueOf(Option);
  Out << '\n' << prose(Option.Help) << ".\n";
  if (!Option.Default.empty())
    Out << "Default: " << bold(Option.Default) << ".\n";
  if (!Option.Environment.empty())
    Out << "Environment: " << bold(Option.Environment) << ".\n";
}

void writeSynopsis(const CommandDoc &Command, llvm::raw_ostream &Out) {
  Out << "\\fBungil " << escaped(Command.Name) << "\\fR";
  if (!Command.Options.empty())
    Out << " [" << italic("OPTION") << "]...";
  for (const OptionDoc &Arg : Command.Positionals) {
    std::string Name = italic(Arg.Value) + (Arg.Repeats ? "..." : "");
    Out << ' ' << (Arg.Required ? Name : "[" + Name + "]");
  }
  Out << '\n';
}

void writeCommand(const CommandDoc &Command, llvm::raw_ostream &Out) {
  Out << ".SS " << escaped(Command.Name) << '\n';
  writeSynopsis(Command, Out);
  Out << ".PP\n" << prose(Command.Help) << ".\n";
  for (const OptionDoc &Arg : Command.Positionals)
    writeOption(Arg, Out);
  std::string Group = "Options"; // CLI11's word for no group
  for (const OptionDoc &Option : Command.Options) {
    if (Option.Group != Group)
      Out << ".PP\n\\fI" << escaped(Option.Group) << ":\\fR\n";
    Group = Option.Group;
    writeOption(Option, Out);
  }
}

void writeEnvironment(const CommandDoc &Program, llvm::raw_ostream &Out) {
  std::map<std::string, std::string> Variables = {
      {"NO_COLOR", "No colours, unless `--color always` asks for them"},
      {"UNGIL_PYTHON_INCLUDE", "Folder with Python.h to read before others"},
  };
  for (const CommandDoc &Command : Program.Commands)
    for (const OptionDoc &Option : Command.Options)
      if (!Option.Environment.empty())
        Variables.try_emplace(Option.Environment,
                              "As `" + Option.Names.back() + "`");
  Out << ".SH ENVIRONMENT\n";
  for (const auto &[Name, Text] : Variables)
    Out << ".TP\n" << bold(Name) << '\n' << prose(Text) << ".\n";
}

/// What no option says.
constexpr const char *Closing = R"(.SH EXIT STATUS
.TP
.B 0
Nothing to report at or above \fB\-\-fail\-on\fR.
.TP
.B 1
Findings.
.TP
.B 2
A mistake in the call or the configuration, or a file that could not be opened or written.
.TP
.B 3
Incomplete: a file could not be read at all; with \fB\-\-strict\fR, any file had errors.
.SH FILES
.TP
\fIungil.toml\fR, \fIpyproject.toml\fR
What a project sets once; \fBungil options\fR lists the keys.
The nearest one at or above the paths counts, a \fIpyproject.toml\fR only with a table \fB[tool.ungil]\fR.
.TP
\fIcompile_commands.json\fR
How files are compiled, as CMake, Meson or \fBungil record\fR write it.
.TP
\fI.ungil_cache\fR
Facts of files that have not changed, at the top of a git checkout.
.SH EXAMPLES
.TP
\fBungil scan src\fR
Report what breaks without the GIL in the extension below \fIsrc\fR.
.TP
\fBungil scan \-\-diff \-\-fix=suggested src\fR
Print the edits that would mend it.
.TP
\fBungil record \-\- python3 setup.py build_ext \-\-force\fR
Build, and write down how each file is compiled.
.SH SEE ALSO
.BR ungil\-tidy (1),
.BR clang\-tidy (1)
)";

} // namespace

void ungil::writeManPage(const CommandDoc &Program, llvm::raw_ostream &Out) {
  Out << ".\\\" Written by ungil itself: ungil man\n"
      << ".TH UNGIL 1 \"\" \"ungil " << version() << "\" \"User Commands\"\n"
      << ".SH NAME\nungil \\- find what breaks in a CPython extension when "
         "the GIL is gone\n"
      << ".SH SYNOPSIS\n";
  const char *Break = "";
  for (const CommandDoc &Command : Program.Commands) {
    Out << Break;
    writeSynopsis(Command, Out);
    Break = ".br\n";
  }
  Out << ".SH DESCRIPTION\n"
      << prose("`ungil` reads the C and C++ sources of an extension with "
               "Clang, links what all files say into one model, and reports "
               "shared state without a lock, borrowed references that another "
               "thread can drop, and other code that the GIL used to protect. "
               "It can edit the sources to fix much of it.")
      << "\n.SH OPTIONS\n";
  for (const OptionDoc &Option : Program.Options)
    writeOption(Option, Out);
  Out << ".SH COMMANDS\n";
  for (const CommandDoc &Command : Program.Commands)
    writeCommand(Command, Out);
  writeEnvironment(Program, Out);
  Out << Closing;
}
