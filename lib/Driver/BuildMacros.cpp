//===- BuildMacros.cpp - macros a build would define ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/BuildMacros.h"
#include "Driver/Files.h"
#include "Support/Input.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include <map>
#include <optional>

using namespace llvm;
namespace path = llvm::sys::path;

namespace ungil {

/// Bounds of the search; a build script is small and near the sources.
static constexpr unsigned MaxDepth = 2;
static constexpr unsigned MaxFolders = 300;
static constexpr uint64_t MaxScriptSize = 1 << 20;

//===-- Text --------------------------------------------------------------===//

static bool isNameChar(char C) { return isAlnum(C) || C == '_'; }

static bool isName(StringRef Text) {
  return !Text.empty() && !isDigit(Text.front()) &&
         llvm::all_of(Text, isNameChar);
}

/// All of these languages begin a comment with `#`.
static std::string withoutCommentLines(StringRef Text) {
  std::string Out;
  while (!Text.empty()) {
    auto [Line, Rest] = Text.split('\n');
    if (!Line.ltrim().starts_with("#"))
      Out += Line.str();
    Out += '\n';
    Text = Rest;
  }
  return Out;
}

/// A value as the scripts write it; none: it is computed.
static std::optional<std::string> simpleValue(StringRef Text) {
  Text = Text.trim();
  if (Text == "None" || Text == "True" || Text.empty())
    return "1";
  bool Quoted = Text.size() > 1 &&
                (Text.front() == '"' || Text.front() == '\'') &&
                Text.back() == Text.front();
  if (Quoted)
    Text = Text.drop_front().drop_back();
  if (Text.empty() || !llvm::all_of(Text, isNameChar) ||
      (!Quoted && !isDigit(Text.front())))
    return std::nullopt;
  return Text.str();
}

/// The text up to the bracket that closes the one in front of \p Text.
static StringRef inBrackets(StringRef Text) {
  int Depth = 1;
  char Quote = 0;
  for (size_t I = 0, End = std::min<size_t>(Text.size(), 4000); I != End; ++I) {
    char C = Text[I];
    if (Quote) {
      Quote = C == Quote ? 0 : Quote;
      continue;
    }
    if (C == '"' || C == '\'')
      Quote = C;
    Depth += C == '(' || C == '[' || C == '{';
    Depth -= C == ')' || C == ']' || C == '}';
    if (!Depth)
      return Text.take_front(I);
  }
  return "";
}

/// `("NAME", VALUE)` and `["NAME", VALUE]`.
static void readPairs(StringRef Text, std::vector<BuildMacro> &Out) {
  for (size_t At = 0; (At = Text.find_first_of("([", At)) != StringRef::npos;) {
    StringRef Rest = Text.drop_front(++At).ltrim();
    if (Rest.empty() || (Rest.front() != '"' && Rest.front() != '\''))
      continue;
    char Quote = Rest.front();
    StringRef Name = Rest.drop_front().take_while(isNameChar);
    Rest = Rest.drop_front(1 + Name.size());
    if (!isName(Name) || !Rest.consume_front(StringRef(&Quote, 1)))
      continue;
    Rest = Rest.ltrim();
    if (!Rest.consume_front(","))
      continue;
    auto Value = simpleValue(inBrackets(Rest).trim().rtrim(','));
    Out.push_back({Name.str(), Value.value_or(""), Value.has_value()});
  }
}

/// `NAME`, `NAME=VALUE`.
static void readDefinition(StringRef Text, std::vector<BuildMacro> &Out) {
  StringRef Name = Text.take_while(isNameChar);
  Text = Text.drop_front(Name.size());
  if (!isName(Name))
    return;
  if (!Text.consume_front("=")) {
    Out.push_back({Name.str(), "1", true});
    return;
  }
  StringRef Value = Text.take_while(isNameChar);
  StringRef Behind = Text.drop_front(Value.size());
  bool Known =
      !Value.empty() &&
      (Behind.empty() || StringRef(" \t\r\n'\",;)]").contains(Behind.front()));
  Out.push_back({Name.str(), Known ? Value.str() : "", Known});
}

/// `-DNAME`, `-DNAME=VALUE`.
static void readFlags(StringRef Text, std::vector<BuildMacro> &Out) {
  for (size_t At = 0; (At = Text.find("-D", At)) != StringRef::npos; At += 2)
    if (At == 0 || !isNameChar(Text[At - 1]))
      readDefinition(Text.drop_front(At + 2), Out);
}

/// CMake's commands that take names without `-D`.
static void readCMake(StringRef Text, std::vector<BuildMacro> &Out) {
  for (StringRef Command :
       {"target_compile_definitions", "add_compile_definitions"})
    for (size_t At = 0; (At = Text.find(Command, At)) != StringRef::npos;) {
      At += Command.size();
      StringRef Rest = Text.drop_front(At).ltrim();
      if (!Rest.consume_front("("))
        continue;
      SmallVector<StringRef> Words;
      SplitString(inBrackets(Rest), Words);
      size_t First = Command.starts_with("target") ? 1 : 0;
      for (size_t I = First; I < Words.size(); ++I) {
        StringRef Word = Words[I].trim("\"");
        if (Word != "PRIVATE" && Word != "PUBLIC" && Word != "INTERFACE" &&
            !Word.starts_with("-D"))
          readDefinition(Word, Out);
      }
    }
}

std::vector<BuildMacro> macrosIn(StringRef Text) {
  std::string Code = withoutCommentLines(Text);
  std::vector<BuildMacro> Out;
  readPairs(Code, Out);
  readFlags(Code, Out);
  readCMake(Code, Out);
  return Out;
}

//===-- Which of them -----------------------------------------------------===//

/// Words of macros that are for another platform or processor, or that turn
/// the code into something other than what is released.
static bool isForeignWord(StringRef Word) {
  static constexpr StringLiteral Words[] = {
      "WIN",       "WIN32",  "WIN64",    "WINDOWS",   "MSVC",
      "MINGW",     "CYGWIN", "NT",       "MAC",       "MACOS",
      "MACOSX",    "OSX",    "DARWIN",   "APPLE",     "COCOA",
      "IOS",       "BSD",    "FREEBSD",  "NETBSD",    "OPENBSD",
      "DRAGONFLY", "KQUEUE", "SUNOS",    "SUNOS10",   "AIX",
      "SOLARIS",   "HPUX",   "ANDROID",  "WASM",      "EMSCRIPTEN",
      "VMS",       "CYGWIN", "SCHANNEL", "SECTRANSP", "ACCELERATE",
      "ARM",       "NEON",   "ALTIVEC",  "VSX",       "SVE",
      "AARCH64",   "DEBUG",  "TRACE",    "COVERAGE",  "GCOV",
      "ASAN",      "TESTS",  "SYSTEM",   "STATIC",    "PROFILE",
      "VALGRIND"};
  return llvm::is_contained(Words, Word) || Word.contains("WIN32") ||
         Word.contains("APPLE");
}

bool isFeatureMacro(StringRef Name) {
  SmallVector<StringRef> Words;
  Name.split(Words, '_', /*MaxSplit=*/-1, /*KeepEmpty=*/false);
  if (Words.empty() || llvm::any_of(Words, isForeignWord))
    return false;
  static constexpr StringLiteral Starts[] = {"HAVE", "WITH", "USE", "ENABLE"};
  static constexpr StringLiteral Ends[] = {"ENABLED", "POSIX", "LINUX"};
  return Words.size() > 1 && (llvm::is_contained(Starts, Words.front()) ||
                              llvm::is_contained(Ends, Words.back()));
}

static bool isVersionMacro(StringRef Name) {
  return Name.ends_with("_VERSION") && !Name.starts_with("Py");
}

static bool isScript(StringRef Name) {
  return (Name.starts_with("setup") && Name.ends_with(".py")) ||
         Name == "setup.cfg" || Name == "pyproject.toml" ||
         Name == "meson.build" || Name == "CMakeLists.txt";
}

/// The scripts of \p Folder itself; \p Below gets its folders.
static void scriptsIn(const std::string &Folder, std::vector<std::string> &Out,
                      std::vector<std::string> *Below = nullptr) {
  for (const std::string &Name : entriesOf(Folder)) {
    std::string Path = joinPath(Folder, Name);
    if (isScript(Name) && isRegularFile(Path))
      Out.push_back(Path);
    else if (Below && !StringRef(Name).contains('.') &&
             !isInTests(joinPath(Path, "x"), Folder) && isFolder(Path) &&
             !sys::fs::is_symlink_file(Path))
      Below->push_back(Path);
  }
}

std::vector<std::string> buildScripts(ArrayRef<std::string> Folders,
                                      StringRef Top) {
  std::vector<std::string> Out;
  for (const std::string &Folder : Folders) {
    for (StringRef Up = path::parent_path(Folder);
         isWithin(Up, Top) && isWithin(Folder, Top); Up = path::parent_path(Up))
      scriptsIn(Up.str(), Out);
    std::vector<std::string> Level{Folder};
    unsigned Seen = 0;
    for (unsigned Depth = 0; Depth <= MaxDepth; ++Depth) {
      std::vector<std::string> Below;
      for (const std::string &Here : Level)
        if (++Seen <= MaxFolders)
          scriptsIn(Here, Out, &Below);
      Level = std::move(Below);
    }
  }
  llvm::sort(Out);
  Out.erase(std::unique(Out.begin(), Out.end()), Out.end());
  return Out;
}

namespace {
/// What the sources do with macros.
struct MacroUse {
  std::set<std::string> Tested, Defined;
  std::set<FileIndex> Files;
};
} // namespace

static MacroUse macroUse(IncludeGraph &Graph,
                         const std::set<FileIndex> &Units) {
  MacroUse Out;
  for (FileIndex Unit : Units)
    for (FileIndex File : Graph.closure(Unit))
      if (Out.Files.insert(File).second) {
        const FileText &Text = Graph.text(File);
        Out.Tested.insert(Text.Tested.begin(), Text.Tested.end());
        Out.Defined.insert(Text.Defined.begin(), Text.Defined.end());
      }
  return Out;
}

static bool namesWord(StringRef Text, StringRef Word) {
  for (size_t At = 0; (At = Text.find(Word, At)) != StringRef::npos;
       At += Word.size()) {
    bool Starts = At == 0 || !isNameChar(Text[At - 1]);
    size_t End = At + Word.size();
    if (Starts && (End == Text.size() || !isNameChar(Text[End])))
      return true;
  }
  return false;
}

static bool isUsed(StringRef Name, IncludeGraph &Graph, const MacroUse &Use) {
  return llvm::any_of(Use.Files, [&](FileIndex File) {
    auto Buffer = expectedToOptional(readInput(Graph.name(File)));
    return Buffer && namesWord((*Buffer)->getBuffer(), Name);
  });
}

static bool userDecides(StringRef Name, ArrayRef<std::string> UserArgs) {
  for (size_t I = 0; I != UserArgs.size(); ++I) {
    StringRef A = UserArgs[I];
    if (!A.consume_front("-D") && !A.consume_front("-U"))
      continue;
    if (A.empty() && I + 1 != UserArgs.size())
      A = UserArgs[I + 1];
    if (A.take_while(isNameChar) == Name)
      return true;
  }
  return false;
}

std::vector<std::string> assumedMacros(ArrayRef<std::string> Scripts,
                                       IncludeGraph &Graph,
                                       const std::set<FileIndex> &Units,
                                       ArrayRef<std::string> UserArgs) {
  std::map<std::string, BuildMacro> ByName;
  for (const std::string &Script : Scripts) {
    uint64_t Size = 0;
    if (sys::fs::file_size(Script, Size) || Size > MaxScriptSize)
      continue;
    auto Buffer = expectedToOptional(readInput(Script));
    if (!Buffer)
      continue;
    for (BuildMacro &M : macrosIn((*Buffer)->getBuffer())) {
      BuildMacro &Kept = ByName.try_emplace(M.Name, M).first->second;
      if (!Kept.Known && M.Known)
        Kept = M;
    }
  }
  if (ByName.empty())
    return {};
  MacroUse Use = macroUse(Graph, Units);
  std::vector<std::string> Out;
  for (auto &[Name, M] : ByName) {
    if (userDecides(Name, UserArgs))
      continue;
    if (isFeatureMacro(Name) && M.Known && Use.Tested.count(Name))
      Out.push_back(Name + "=" + M.Value);
    else if (isVersionMacro(Name) && !Use.Defined.count(Name) &&
             isUsed(Name, Graph, Use))
      // Whatever the version is, the code only hands it on as a string.
      Out.push_back(Name + "=" +
                    (M.Known && isDigit(M.Value[0]) ? M.Value : "\"0\""));
  }
  return Out;
}

} // namespace ungil
