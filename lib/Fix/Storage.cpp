//===- Storage.cpp - a variable declared in another way -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Storage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::fix {

static std::string part(const FixContext &Context, const Variable &V,
                        uint32_t Begin, uint32_t End) {
  return std::string(Context.text(V.File).substr(Begin, End - Begin));
}

/// `static ` or `extern `, if either is there.
static std::string storage(const Variable &V) {
  if (!V.StaticEnd)
    return {};
  return V.Extern ? "extern " : "static ";
}

/// `T *name[n] = value`
static std::string declarator(const FixContext &Context, const Variable &V) {
  return part(Context, V, V.BaseBegin, V.BaseEnd) + " " +
         part(Context, V, V.OwnBegin, V.OwnEnd);
}

void makeAutomatic(Draft &D, const FixContext &Context, const Variable &V) {
  if (!V.isAlone())
    return setApart(D, Context, V, declarator(Context, V));
  std::string_view Text = Context.text(V.File);
  uint32_t Behind = V.StaticEnd;
  while (Behind < Text.size() && Text[Behind] == ' ')
    ++Behind;
  D.replaceIn(V.File, V.StaticBegin, Behind, "");
}

void makeThreadLocal(Draft &D, const FixContext &Context, const Variable &V) {
  std::string Word = isCxx(Context, V.File) ? "thread_local" : "_Thread_local";
  if (!V.isAlone())
    setApart(D, Context, V, storage(V) + Word + " " + declarator(Context, V));
  else if (V.StaticEnd)
    D.replaceIn(V.File, V.StaticEnd, V.StaticEnd, " " + Word);
  else
    D.replaceIn(V.File, V.Begin, V.Begin, Word + " ");
}

/// An atomic is read and written as often as the source says: no volatile.
static std::string plainType(llvm::StringRef Type) {
  llvm::SmallVector<llvm::StringRef> Words;
  Type.split(Words, ' ', -1, /*KeepEmpty=*/false);
  llvm::erase(Words, "volatile");
  return llvm::join(Words, " ");
}

void makeAtomic(Draft &D, const FixContext &Context, const Variable &V) {
  std::string_view Text = Context.text(V.File);
  bool Cxx = isCxx(Context, V.File);
  if (V.Odd)
    return D.refuse("its declaration is not plain");
  std::string Type = plainType(V.type(Text));
  Type = Cxx ? "std::atomic<" + Type + ">" : "_Atomic(" + Type + ")";
  std::string Old = part(Context, V, V.NameBegin, V.OwnEnd);
  bool Array = V.NameEnd != V.OwnEnd && Text[V.NameEnd] == '[';
  std::string New = Old;
  if (Cxx && !Array && !V.Extern)
    New = part(Context, V, V.NameBegin, V.NameEnd) + "{" + V.initialiser(Text) +
          "}";
  if (V.isAlone()) {
    D.replaceIn(V.File, V.BaseBegin, V.BaseEnd, Type);
    if (V.OwnBegin != V.NameBegin)
      D.replaceIn(V.File, V.OwnBegin, V.NameBegin, "");
    if (New != Old)
      D.replaceIn(V.File, V.NameBegin, V.OwnEnd, New);
  } else {
    setApart(D, Context, V, storage(V) + Type + " " + New);
  }
  if (!Cxx || Text.find("#include <atomic>") != std::string_view::npos)
    return;
  uint32_t At = afterIncludes(Text, V.Begin);
  if (!At)
    return D.refuse("there is no place for #include <atomic>");
  bool Return = At < Text.size() && Text[At] == '\r';
  D.onceIn(V.File, At,
           std::string(Return ? "\r\n" : "\n") + "#include <atomic>");
}

} // namespace ungil::fix
