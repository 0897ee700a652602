//===- ReadObject.h - JSON objects with good manners ------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What Read.cpp reads a document with: Problems collects what is wrong and
// where, Object hands out the members of one JSON object by name and type and
// knows in the end which keys nobody asked for.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_API_READOBJECT_H
#define UNGIL_API_READOBJECT_H

#include "Api/Words.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace ungil {

using nlohmann::json;

/// No C function of interest has more; a larger number is a slip.
inline constexpr int MaxArgument = 31;
inline constexpr size_t MaxProblems = 20;

inline std::string inQuotes(std::string_view Text) {
  return "\"" + std::string(Text) + "\"";
}

/// `, did you mean "hazard"?` or, when nothing is near, the whole list.
template <class Range>
std::string advice(std::string_view Wrong, const Range &Known) {
  std::string_view Best;
  unsigned BestDistance = unsigned(Wrong.size()) / 3 + 2;
  for (std::string_view K : Known) {
    unsigned D = llvm::StringRef(Wrong).edit_distance(llvm::StringRef(K));
    if (D < BestDistance) {
      BestDistance = D;
      Best = K;
    }
  }
  if (!Best.empty())
    return ", did you mean " + inQuotes(Best) + "?";
  std::string All;
  for (std::string_view K : Known)
    All += (All.empty() ? "; known: " : ", ") + std::string(K);
  return All;
}

/// Collects what is wrong with a document. Position says where reading is.
class Problems {
public:
  explicit Problems(std::string_view Where) : Where(Where) {}

  void add(const std::string &Text) {
    ++Count;
    if (Count <= MaxProblems)
      Lines += (Lines.empty() ? "" : "\n") + Where + ": " +
               (Position.empty() ? "" : Position + ": ") + Text;
  }
  llvm::Error take() {
    if (!Count)
      return llvm::Error::success();
    if (Count > MaxProblems)
      Lines += "\n" + Where + ": and " + std::to_string(Count - MaxProblems) +
               " more";
    return llvm::make_error<llvm::StringError>(Lines,
                                               llvm::inconvertibleErrorCode());
  }

  std::string Position;

private:
  std::string Where, Lines;
  size_t Count = 0;
};

/// A JSON object being read: remembers which keys are known, so that finish()
/// can name the ones that are not.
class Object {
public:
  Object(const json &Value, std::string_view Name, Problems &P)
      : Value(Value), Name(Name), P(P) {
    if (!Value.is_object())
      P.add((Name.empty() ? "this" : inQuotes(Name)) + " must be an object");
  }

  bool has(std::string_view Key) const {
    return Value.is_object() && Value.contains(Key);
  }

  /// The value of \p Key, or null; marks the key as known.
  const json *get(std::string_view Key) {
    Known.push_back(Key);
    if (!Value.is_object())
      return nullptr;
    auto It = Value.find(Key);
    return It == Value.end() ? nullptr : &*It;
  }

  void read(std::string_view Key, std::string &Out) {
    if (const json *V = get(Key)) {
      if (V->is_string())
        Out = V->get_ref<const std::string &>();
      else
        wrong(Key, "a string");
    }
  }
  void read(std::string_view Key, bool &Out) {
    if (const json *V = get(Key)) {
      if (V->is_boolean())
        Out = V->get<bool>();
      else
        wrong(Key, "true or false");
    }
  }
  /// An argument number.
  void read(std::string_view Key, int &Out) {
    if (const json *V = get(Key))
      if (!argument(*V, Out))
        wrong(Key, "an argument number, counted from 0");
  }
  void read(std::string_view Key, uint32_t &Bits) {
    if (const json *V = get(Key)) {
      if (V->is_number_unsigned() && *V <= UINT32_MAX)
        Bits = V->get<uint32_t>();
      else
        wrong(Key, "a number of bits set");
    }
  }
  void read(std::string_view Key, std::vector<int> &Out) {
    const json *V = get(Key);
    if (!V)
      return;
    Out.clear();
    bool Good = V->is_array();
    if (Good)
      for (const json &Item : *V)
        Good &= argument(Item, Out.emplace_back());
    if (!Good)
      wrong(Key, "a list of argument numbers, counted from 0");
  }
  void read(std::string_view Key, std::vector<std::string> &Out) {
    const json *V = get(Key);
    if (!V)
      return;
    Out.clear();
    bool Good = V->is_array();
    if (Good)
      for (const json &Item : *V) {
        if (!Item.is_string())
          Good = false;
        else
          Out.push_back(Item.get<std::string>());
      }
    if (!Good)
      wrong(Key, "a list of strings");
  }
  /// A version, `"3.13"`.
  void readVersion(std::string_view Key, PyVersion &Out) {
    const json *V = get(Key);
    if (!V)
      return;
    Out =
        V->is_string() ? parsePyVersion(V->get_ref<const std::string &>()) : 0;
    if (!Out)
      wrong(Key, "a version such as \"3.13\"");
  }
  /// One word of an enumeration.
  template <class E>
    requires std::is_enum_v<E>
  void read(std::string_view Key, E &Out) {
    const json *V = get(Key);
    if (!V)
      return;
    static constexpr auto Words = wordsOf(E());
    if (V->is_string())
      for (const auto &W : Words)
        if (W.Text == V->get_ref<const std::string &>()) {
          Out = W.Value;
          return;
        }
    std::vector<std::string_view> Texts;
    for (const auto &W : Words)
      Texts.push_back(W.Text);
    unknownWord(Key, *V, Texts);
  }
  /// One of \p Words, kept as text.
  template <class Range>
  void readWord(std::string_view Key, std::string &Out, const Range &Words) {
    const json *V = get(Key);
    if (!V)
      return;
    if (V->is_string() &&
        llvm::is_contained(Words, V->get_ref<const std::string &>()))
      Out = V->get<std::string>();
    else
      unknownWord(Key, *V, Words);
  }

  void require(std::string_view Key) {
    if (Value.is_object() && !has(Key))
      P.add("missing key " + inQuotes(Key) + in());
  }
  void problem(const std::string &Text) { P.add(Text + in()); }

  void finish() {
    if (!Value.is_object())
      return;
    for (const auto &Item : Value.items())
      if (!llvm::is_contained(Known, std::string_view(Item.key())))
        P.add("unknown key " + inQuotes(Item.key()) + in() +
              advice(Item.key(), Known));
  }

private:
  static bool argument(const json &V, int &Out) {
    if (!V.is_number_integer() || V < 0 || V > MaxArgument)
      return false;
    Out = V.get<int>();
    return true;
  }
  std::string in() const { return Name.empty() ? "" : " in " + inQuotes(Name); }
  void wrong(std::string_view Key, std::string_view Wanted) {
    P.add(inQuotes(Key) + in() + " must be " + std::string(Wanted));
  }
  template <class Range>
  void unknownWord(std::string_view Key, const json &V, const Range &Words) {
    if (!V.is_string())
      return wrong(Key, "a string");
    P.add(inQuotes(Key) + in() + " is " + V.dump() +
          advice(V.get_ref<const std::string &>(), Words));
  }

  const json &Value;
  std::string_view Name;
  Problems &P;
  std::vector<std::string_view> Known;
};

} // namespace ungil

#endif
