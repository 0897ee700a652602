//===- EmbedApi.cpp - checks rules/api and makes it part of the program ---===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   ungil-embed-api OUTPUT.cpp NAME=FILE.json...
//
// Runs during the build. Fails with the reader's messages when an entry is
// wrong, and when two files tell different things about the same function:
// merging would let the later one win without a word.
//
//===----------------------------------------------------------------------===//

#include "Api/Read.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace ungil;
using llvm::StringRef;

namespace {

/// Which file said what first.
class Conflicts {
public:
  bool check(const ApiFunction &F, StringRef Name) {
    bool Good = says(F, "kind", F.Kind, Name);
    Good &= says(F, "since", version(F.Since), Name);
    Good &= says(F, "removed", version(F.Removed), Name);
    Good &= says(F, "obsolete", F.Obsolete, Name);
    // A facet belongs to one file.
    Good &= says(F, "borrow", F.Borrow ? Name.str() : "", Name);
    Good &= says(F, "alloc", F.Alloc ? Name.str() : "", Name);
    Good &= says(F, "lock", F.Lock ? Name.str() : "", Name);
    Good &= says(F, "effect", F.Effect ? Name.str() : "", Name);
    Good &= says(F, "ownership", F.Ownership ? Name.str() : "", Name);
    Good &= says(F, "callbacks", F.Callbacks.empty() ? "" : Name.str(), Name);
    Good &= says(F, "libc", F.Libc ? Name.str() : "", Name);
    Good &= says(F, "memory", F.Memory ? Name.str() : "", Name);
    Good &= says(F, "container", F.Container ? Name.str() : "", Name);
    return Good;
  }

private:
  static std::string version(PyVersion V) {
    return V ? llvm::formatv("{0}.{1}", V >> 8, V & 255).str() : "";
  }
  bool says(const ApiFunction &F, StringRef What, const std::string &Value,
            StringRef File) {
    if (Value.empty())
      return true;
    auto [It, New] = First.try_emplace(F.Name + "." + What.str(),
                                       std::pair(Value, File.str()));
    if (New || It->second.first == Value)
      return true;
    llvm::errs() << File << ": \"" << F.Name << "\": \"" << What
                 << "\" is already said otherwise in " << It->second.second
                 << "\n";
    return false;
  }

  llvm::StringMap<std::pair<std::string, std::string>> First;
};

void write(llvm::raw_ostream &Out, StringRef Bytes) {
  constexpr size_t Line = 100;
  Out << "// Written by EmbedApi.cpp.\n"
         "#include \"Api/Embedded.h\"\n\n"
         "std::string_view ungil::embeddedApi() {\n"
         "  static const char Bytes[] =\n";
  for (size_t I = 0; I < Bytes.size(); I += Line) {
    Out << "    \"";
    Out.write_escaped(Bytes.substr(I, Line), /*UseHexEscapes=*/false);
    Out << "\"\n";
  }
  Out << "    ;\n  return {Bytes, sizeof(Bytes) - 1};\n}\n";
}

} // namespace

int main(int Argc, char **Argv) {
  if (Argc < 3) {
    llvm::errs() << "usage: ungil-embed-api OUTPUT.cpp NAME=FILE.json...\n";
    return 2;
  }
  bool Good = true;
  Api All;
  Conflicts Seen;
  for (int I = 2; I != Argc; ++I) {
    auto [Name, Path] = StringRef(Argv[I]).split('=');
    auto Buffer = llvm::MemoryBuffer::getFile(Path);
    if (!Buffer) {
      llvm::errs() << Path << ": " << Buffer.getError().message() << "\n";
      return 2;
    }
    StringRef Text = (*Buffer)->getBuffer();
    auto Document = readApiDocument(Text, Name);
    if (!Document) {
      llvm::errs() << llvm::toString(Document.takeError()) << "\n";
      Good = false;
      continue;
    }
    for (const ApiFunction &F : Document->Functions)
      Good &= Seen.check(F, Name);
    llvm::cantFail(All.extend(Text, Name)); // has just been read
  }
  if (!Good)
    return 1;
  std::error_code Error;
  llvm::raw_fd_ostream Out(Argv[1], Error);
  if (Error) {
    llvm::errs() << Argv[1] << ": " << Error.message() << "\n";
    return 2;
  }
  write(Out, All.pack());
}
