//===- OldPython.cpp - locks for Pythons that have none -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/OldPython.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include <utility>

namespace ungil::fix {

static constexpr llvm::StringLiteral Mutex =
    "/* Before Python 3.13 there is no PyMutex, and always a GIL. */\n"
    "#if PY_VERSION_HEX < 0x030D0000\n"
    "typedef char PyMutex;\n"
    "#  define PyMutex_Lock(mutex) ((void)(mutex))\n"
    "#  define PyMutex_Unlock(mutex) ((void)(mutex))\n"
    "#endif";

static constexpr llvm::StringLiteral Sections =
    "/* Before Python 3.13 the GIL does what critical sections do. */\n"
    "#if PY_VERSION_HEX < 0x030D0000\n"
    "#  define Py_BEGIN_CRITICAL_SECTION(op) {\n"
    "#  define Py_END_CRITICAL_SECTION() }\n"
    "#  define Py_BEGIN_CRITICAL_SECTION2(a, b) {\n"
    "#  define Py_END_CRITICAL_SECTION2() }\n"
    "#endif";

PyVersion targetOf(const FixContext &Context) {
  if (Context.Options.Target)
    return Context.Options.Target;
  auto [Major, Rest] =
      llvm::StringRef(Context.P.Facts.PythonVersion).split('.');
  return parsePyVersion((Major + "." + Rest.split('.').first).str());
}

std::string standInFor(std::string_view Name, const FixContext &Context,
                       FileId File, uint32_t Before, std::vector<Edit> &Edits) {
  llvm::StringRef Block =
      llvm::StringSwitch<llvm::StringRef>(llvm::StringRef(Name))
          .Case("PyMutex_Lock", Mutex)
          .Case("Py_BEGIN_CRITICAL_SECTION", Sections)
          .Default("");
  if (Block.empty())
    return "nothing stands in for it";
  std::string Text(Context.text(File));
  // A block of ours, or what the project has done about it.
  if (llvm::StringRef(Text).contains("define " + std::string(Name) + "("))
    return {};
  uint32_t At = afterIncludes(Text, Before);
  if (!At)
    return "there is no place for what stands in for it";
  std::string Break = Text.find("\r\n") == Text.npos ? "\n" : "\r\n";
  std::string Lines = Break;
  while (!Block.empty()) {
    auto [Line, Rest] = Block.split('\n');
    Lines += Break + Line.str();
    Block = Rest;
  }
  Edits.push_back({File, At, 0, std::move(Lines), /*Once=*/true});
  return {};
}

std::string mutexFor(const FixContext &Context, FileId File, uint32_t Before,
                     std::vector<Edit> &Edits) {
  constexpr PyVersion Since = 0x30d;
  PyVersion Target = targetOf(Context);
  if (!Target || Target >= Since)
    return {};
  return standInFor("PyMutex_Lock", Context, File, Before, Edits);
}

} // namespace ungil::fix
