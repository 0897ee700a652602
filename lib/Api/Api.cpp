//===- Api.cpp ------------------------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Api/Api.h"
#include "Api/Read.h"
#include "Support/Input.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace ungil;
using llvm::StringRef;

/// `std::__1::lock_guard<std::mutex>::lock_guard` to
/// `std::lock_guard::lock_guard`.
static std::string plainName(StringRef Name) {
  std::string Out;
  unsigned Depth = 0;
  // `<` of an operator name opens no argument list.
  size_t Operator = Name.find("operator");
  for (size_t I = 0; I != Name.size(); ++I) {
    if (I >= Operator) {
      Out += Name.substr(I);
      break;
    }
    if (Name[I] == '<')
      ++Depth;
    else if (Name[I] == '>' && Depth)
      --Depth;
    else if (!Depth)
      Out += Name[I];
  }
  for (StringRef Inline : {"__1::", "__cxx11::", "__2::"}) {
    size_t At = Out.find("std::" + Inline.str());
    if (At == 0)
      Out.erase(5, Inline.size());
  }
  return Out;
}

/// `__builtin_memcpy`, `__builtin___memcpy_chk` and `__memcpy_chk` are memcpy.
static StringRef baseOfBuiltin(StringRef Name) {
  Name.consume_front("__builtin_");
  StringRef Fortified = Name;
  if (Fortified.consume_front("__") && Fortified.consume_back("_chk"))
    return Fortified;
  return Name;
}

const ApiFunction *Api::lookUp(std::string_view Name) const {
  if (auto It = ByName.find(Name); It != ByName.end())
    return &Functions[It->second];
  if (auto It = ByAst.find(Name); It != ByAst.end())
    return &Functions[It->second];
  return nullptr;
}

const ApiFunction *Api::find(std::string_view Name) const {
  if (const ApiFunction *F = lookUp(Name))
    return F;
  StringRef Text(Name);
  if (Text.starts_with("__"))
    return lookUp(baseOfBuiltin(Text));
  if (Text.contains('<') || Text.starts_with("std::__"))
    return lookUp(plainName(Text));
  return nullptr;
}

bool Api::isLockType(std::string_view Type) const {
  StringRef Text = StringRef(Type).trim();
  Text = Text.take_until([](char C) { return C == '['; }).trim();
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (StringRef Word : {"const ", "volatile ", "static ", "struct ",
                           "class ", "union ", "enum "})
      if (Text.consume_front(Word)) {
        Text = Text.ltrim();
        Changed = true;
      }
  }
  if (LockTypes.contains(std::string_view(Text)))
    return true;
  if (Text.ends_with("*") || Text.ends_with("&"))
    return false;
  return LockTypes.contains(plainName(Text));
}

template <class T>
static void addMissing(std::vector<T> &To, std::vector<T> &&From) {
  for (T &Item : From)
    if (!llvm::is_contained(To, Item))
      To.push_back(std::move(Item));
}

template <class Fact>
static void replace(std::optional<Fact> &Old, const std::optional<Fact> &New) {
  if (New)
    Old = New;
}

bool Api::isBindingTool(std::string_view Name) const {
  for (size_t Colon = Name.find("::"); Colon != Name.npos;
       Colon = Name.find("::", Colon + 2))
    if (BindingTools.contains(Name.substr(0, Colon)))
      return true;
  return false;
}

void Api::index(const ApiFunction &F, uint32_t At) {
  ByName.try_emplace(F.Name, At);
  for (const std::string &Ast : F.Ast)
    ByAst.try_emplace(Ast, At);
}

void Api::merge(ApiFunction &&New) {
  auto It = ByName.find(New.Name);
  if (It == ByName.end()) {
    if (New.Kind.empty())
      New.Kind = "function";
    index(New, uint32_t(Functions.size()));
    Functions.push_back(std::move(New));
    return;
  }
  index(New, It->second);
  ApiFunction &Old = Functions[It->second];
  if (!New.Kind.empty())
    Old.Kind = std::move(New.Kind);
  if (New.Since)
    Old.Since = New.Since;
  if (New.Removed)
    Old.Removed = New.Removed;
  if (!New.Obsolete.empty())
    Old.Obsolete = std::move(New.Obsolete);
  if (!New.Callbacks.empty())
    Old.Callbacks = std::move(New.Callbacks);
  addMissing(Old.Ast, std::move(New.Ast));
  addMissing(Old.Sources, std::move(New.Sources));
  replace(Old.Borrow, New.Borrow);
  replace(Old.Alloc, New.Alloc);
  replace(Old.Lock, New.Lock);
  replace(Old.Effect, New.Effect);
  replace(Old.Ownership, New.Ownership);
  replace(Old.Libc, New.Libc);
  replace(Old.Memory, New.Memory);
  replace(Old.Container, New.Container);
}

llvm::Error Api::extendFromFile(const std::string &Path) {
  auto Buffer = readInput(Path);
  if (!Buffer)
    return Buffer.takeError();
  return extend(std::string_view((*Buffer)->getBuffer()), Path);
}

llvm::Error Api::extend(std::string_view Text, std::string_view Where) {
  llvm::Expected<ApiDocument> Document = readApiDocument(Text, Where);
  if (!Document)
    return Document.takeError();
  for (ApiFunction &F : Document->Functions)
    merge(std::move(F));
  for (std::string &Type : Document->LockTypes)
    LockTypes.insert(std::move(Type));
  for (std::string &Namespace : Document->BindingTools)
    BindingTools.insert(std::move(Namespace));
  return llvm::Error::success();
}
