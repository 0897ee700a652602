//===- Completions.cpp - what shells offer after `ungil` ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CommandDoc.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

using namespace ungil;

namespace {

constexpr const char *Origin = "# Written by ungil itself: ungil completions ";

std::string commandNames(const CommandDoc &Program) {
  std::vector<std::string> Names;
  for (const CommandDoc &Command : Program.Commands)
    Names.push_back(Command.Name);
  return llvm::join(Names, " ");
}

std::string words(const OptionDoc &Option) {
  return llvm::join(Option.Words, " ");
}

//===-- bash --------------------------------------------------------------===//

/// The function of _ungil_KIND that offers values of \p Option.
std::string bashOffer(const OptionDoc &Option) {
  switch (Option.Kind) {
  case ValueKind::File:
    return "_ungil_files -f";
  case ValueKind::Folder:
    return "_ungil_files -d";
  case ValueKind::Words:
    return (Option.Commas ? "_ungil_list '" : "_ungil_words '") +
           words(Option) + "'";
  case ValueKind::None:
  case ValueKind::Text:
    break;
  }
  return ":"; // nothing: the user knows
}

/// The cases of what stands before the cursor and wants a value.
void writeBashValues(const CommandDoc &Command, llvm::raw_ostream &Out) {
  for (const OptionDoc &Option : Command.Options) {
    if (Option.Kind == ValueKind::None)
      continue;
    std::vector<std::string> Patterns;
    for (const std::string &Name : Option.Names) {
      if (!Option.OnlyAttached)
        Patterns.push_back(Command.Name + ":" + Name);
      if (Name.size() > 2)
        Patterns.push_back(Command.Name + ":" + Name + "=");
    }
    Out << "  " << llvm::join(Patterns, " | ") << ")\n    " << bashOffer(Option)
        << "\n    return ;;\n";
  }
}

void writeBashWords(const CommandDoc &Command, llvm::raw_ostream &Out) {
  std::vector<std::string> Names;
  for (const OptionDoc &Option : Command.Options)
    Names.insert(Names.end(), Option.Names.begin(), Option.Names.end());
  Out << "  " << Command.Name << ":*)\n"
      << "    if [[ $cur == -* ]]; then\n      _ungil_words '"
      << llvm::join(Names, " ") << "'\n";
  if (!Command.Positionals.empty())
    Out << "    else\n      " << bashOffer(Command.Positionals.front()) << '\n';
  Out << "    fi ;;\n";
}

constexpr const char *BashHelpers = R"(
_ungil_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# The last item of a list with commas.
_ungil_list() {
  local before=
  [[ $cur == *,* ]] && before=${cur%,*},
  mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}

_ungil_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

_ungil() {
  local cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command= i
  COMPREPLY=()
  # bash breaks words at `=`.
  if [[ $cur == = ]]; then
    before+== cur=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}=
  fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    if [[ ${COMP_WORDS[i]} != -* ]]; then
      command=${COMP_WORDS[i]}
      break
    fi
  done
)";

//===-- zsh ---------------------------------------------------------------===//

/// \p Text inside of single quotes in a specification of _arguments.
std::string zshText(llvm::StringRef Text) {
  std::string Out;
  for (char C : Text) {
    if (C == '\'') {
      Out += "'\\''";
      continue;
    }
    if (C == '[' || C == ']' || C == ':' || C == '\\')
      Out += '\\';
    Out += C;
  }
  return Out;
}

/// `:FILE:_files`.
std::string zshValue(const OptionDoc &Option) {
  std::string Start = ":" + zshText(Option.Value) + ":";
  switch (Option.Kind) {
  case ValueKind::None:
    return "";
  case ValueKind::Text:
    return Start + " ";
  case ValueKind::File:
    return Start + "_files";
  case ValueKind::Folder:
    return Start + "_files -/";
  case ValueKind::Words:
    return Start + (Option.Commas ? "_values -s , " + zshText(Option.Value) +
                                        " " + words(Option)
                                  : "(" + words(Option) + ")");
  }
  return "";
}

/// One specification for each name; any of them rules out the others.
void writeZshOption(const OptionDoc &Option, llvm::raw_ostream &Out) {
  std::string Others = Option.Repeats ? "*"
                       : Option.Names.size() > 1
                           ? "(" + llvm::join(Option.Names, " ") + ")"
                           : "";
  for (const std::string &Name : Option.Names) {
    bool Takes = Option.Kind != ValueKind::None, Long = Name.size() > 2;
    Out << " \\\n        '" << Others << Name;
    if (Takes)
      Out << (Option.OnlyAttached ? "=-" : Long ? "=" : "+");
    Out << '[' << zshText(brief(Option.Help)) << ']'
        << (Option.OnlyAttached ? ":" : "") << zshValue(Option) << '\'';
  }
}

void writeZshCommand(const CommandDoc &Command, llvm::raw_ostream &Out) {
  Out << "    " << Command.Name << ")\n      _arguments -s";
  for (const OptionDoc &Option : Command.Options)
    writeZshOption(Option, Out);
  for (const OptionDoc &Arg : Command.Positionals)
    Out << " \\\n        '" << (Arg.Repeats ? "*" : "1") << zshValue(Arg)
        << '\'';
  Out << " ;;\n";
}

//===-- fish --------------------------------------------------------------===//

std::string fishText(llvm::StringRef Text) {
  std::string Out = "'";
  for (char C : Text) {
    if (C == '\'' || C == '\\')
      Out += '\\';
    Out += C;
  }
  return Out + "'";
}

std::string fishValue(const OptionDoc &Option) {
  switch (Option.Kind) {
  case ValueKind::None:
    return "";
  case ValueKind::Text:
    return " -x";
  case ValueKind::File:
    return " -r -F";
  case ValueKind::Folder:
    return " -x -a '(__fish_complete_directories)'";
  case ValueKind::Words:
    return (Option.OnlyAttached ? " -f -a " : " -x -a ") +
           fishText(Option.Commas ? "(__fish_append , " + words(Option) + ")"
                                  : words(Option));
  }
  return "";
}

void writeFishCommand(const CommandDoc &Command, llvm::raw_ostream &Out) {
  std::string Start =
      "complete -c ungil -n '__fish_seen_subcommand_from " + Command.Name + "'";
  for (const OptionDoc &Option : Command.Options) {
    Out << Start;
    for (llvm::StringRef Name : Option.Names)
      Out << (Name.starts_with("--") ? " -l " : " -s ") << Name.ltrim('-');
    Out << fishValue(Option) << " -d " << fishText(brief(Option.Help)) << '\n';
  }
  for (const OptionDoc &Arg : Command.Positionals)
    if (Arg.Kind == ValueKind::Words)
      Out << Start << " -f -a " << fishText(words(Arg)) << '\n';
    else if (Arg.Kind == ValueKind::File || Arg.Kind == ValueKind::Folder)
      Out << Start << " -F\n";
}

} // namespace

void ungil::writeBashCompletion(const CommandDoc &Program,
                                llvm::raw_ostream &Out) {
  Out << Origin << "bash\n" << BashHelpers << "  case $command:$before in\n";
  for (const CommandDoc &Command : Program.Commands)
    writeBashValues(Command, Out);
  Out << "  esac\n  case $command: in\n";
  for (const CommandDoc &Command : Program.Commands)
    writeBashWords(Command, Out);
  Out << "  :)\n    _ungil_words '" << commandNames(Program);
  for (const OptionDoc &Option : Program.Options)
    Out << ' ' << llvm::join(Option.Names, " ");
  Out << "' ;;\n  esac\n}\n\ncomplete -F _ungil ungil\n";
}

void ungil::writeZshCompletion(const CommandDoc &Program,
                               llvm::raw_ostream &Out) {
  Out << "#compdef ungil\n"
      << Origin << "zsh\n\n_ungil() {\n"
      << "  local context state state_descr line\n  typeset -A opt_args\n"
      << "  _arguments -C";
  for (const OptionDoc &Option : Program.Options)
    writeZshOption(Option, Out);
  Out << " \\\n        '1:command:->command' '*::argument:->argument'\n"
      << "  if [[ $state == command ]]; then\n    local -a commands=(\n";
  for (const CommandDoc &Command : Program.Commands)
    Out << "      '" << Command.Name << ':' << zshText(brief(Command.Help))
        << "'\n";
  Out << "    )\n    _describe command commands\n    return\n  fi\n"
      << "  case $line[1] in\n";
  for (const CommandDoc &Command : Program.Commands)
    writeZshCommand(Command, Out);
  Out << "  esac\n}\n\n"
      << "if [[ $funcstack[1] == _ungil ]]; then\n  _ungil \"$@\"\nelse\n"
      << "  compdef _ungil ungil\nfi\n";
}

void ungil::writeFishCompletion(const CommandDoc &Program,
                                llvm::raw_ostream &Out) {
  Out << Origin << "fish\n\ncomplete -c ungil -f\n";
  for (const CommandDoc &Command : Program.Commands)
    Out << "complete -c ungil -n __fish_use_subcommand -a " << Command.Name
        << " -d " << fishText(brief(Command.Help)) << '\n';
  for (const OptionDoc &Option : Program.Options) {
    Out << "complete -c ungil -n __fish_use_subcommand";
    for (llvm::StringRef Name : Option.Names)
      Out << (Name.starts_with("--") ? " -l " : " -s ") << Name.ltrim('-');
    Out << " -d " << fishText(brief(Option.Help)) << '\n';
  }
  for (const CommandDoc &Command : Program.Commands)
    writeFishCommand(Command, Out);
}
