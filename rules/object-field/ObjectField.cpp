//===- ObjectField.cpp - fields of objects that threads share -------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// rules/object-field/rule.md says what and why; here is how: one finding per
// structure and function, at the field that does most harm.
//
//===----------------------------------------------------------------------===//

#include "Link/ThreadState.h"
#include "Rules/Common.h"
#include "Rules/SharedField.h"
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace ungil::rules {
namespace {

std::string fieldText(const Program &P, const FieldAccess &A) {
  std::string Text = P.entity(A.Field).Name;
  for (size_t I = 0; I != A.Rest.size(); ++I)
    if (A.Rest[I].Kind == StepKind::Field)
      Text += (I && A.Rest[I - 1].Kind == StepKind::Deref ? "->" : ".") +
              P.entity(A.Rest[I].Field).Name;
  return "'" + Text + "'";
}

bool pointsInto(const FieldAccess &A) {
  return !A.Rest.empty() && A.Rest.back().Kind == StepKind::Deref;
}

std::string recordName(const Program &P, EntityId Field) {
  return P.entity(P.entity(Field).Parent).Name;
}

bool changes(const FieldAccess &A) { return A.Use > FieldUse::Read; }

std::string message(const Program &P, const FieldVerdict &V,
                    const std::vector<std::string> &More) {
  std::string What = fieldText(P, V.At);
  for (size_t I = 0; I != More.size(); ++I)
    What += (I + 1 == More.size() ? " and " : ", ") + More[I];
  std::string Be = More.empty() ? " is " : " are ";
  What += " of '" + recordName(P, V.At.Field) + "'";
  if (pointsInto(V.At) && More.empty())
    What = "what " + What + " points to";
  if (V.Promise)
    return What + Be + (changes(V.At) ? "changed" : "used") + " without " +
           promisedText(P, *V.Promise) + " that the authors say guards it";
  if (V.At.Reinit)
    return What + Be + "replaced by a second call of __init__ without a lock";
  if (changes(V.At))
    switch (V.What) {
    case Harm::Reference:
      return What + Be + "replaced without a lock";
    case Harm::Buffer:
      return What + Be + "replaced or freed without a lock";
    case Harm::Lazy:
      return What + Be + "made on first use without a lock";
    case Harm::Promise:
      return What + Be + "changed after construction";
    default:
      return What + Be + "changed without a lock";
    }
  if (!V.Lock.empty())
    return What + Be + "read without the lock that other accesses hold";
  return What + Be + "used while another thread may replace " +
         (More.empty() ? "it" : "them");
}

/// "through method 'a' and method 'b'".
std::string bothSides(const Program &P, const FieldVerdict &V) {
  std::string Here = P.entryName(V.At.At.Function);
  for (const FieldAccess &O : V.Others) {
    std::string There = P.entryName(O.At.Function);
    if (!There.empty() && There != Here && !Here.empty())
      return "Two threads with the same object, one in " + Here +
             " and one in " + There + ",";
  }
  return Here.empty() ? "Two threads with the same object"
                      : "Two threads with the same object in " + Here;
}

std::string why(const Program &P, const FieldVerdict &V) {
  std::string Who = bothSides(P, V);
  if (V.Member && !changes(V.At))
    return "Python code that assigns attribute '" + V.Member->Name + "' " +
           (V.Member->Owns ? "frees what the old value held"
                           : "releases the old object") +
           " while another thread still uses it";
  switch (V.What) {
  case Harm::Reference:
    return Who + (changes(V.At)
                      ? " can read the same old reference, and both release "
                        "it, or one uses it after the other has freed it"
                      : " meet: one reads the reference, the other replaces "
                        "and frees the object before it is used");
  case Harm::Buffer:
    return Who + " meet: one still uses the storage that the other has "
                 "replaced or freed";
  case Harm::Lazy:
    return Who + " can both find it unset and both make it: one is lost, or "
                 "used while the other is in its place";
  case Harm::Contents:
    return Who + " work on the same data at the same time";
  case Harm::Container:
    return Who + " can change the container at the same time, which corrupts "
                 "it";
  case Harm::Sequence:
    return Who + " can come between its reads and writes";
  case Harm::Value:
    return Who + " can write it at the same time";
  case Harm::Promise:
    return "Readers take no lock when objects are promised to be immutable: " +
           Who + " can see it half way through the change";
  }
  return Who;
}

std::string help(const Program &P, const FieldVerdict &V) {
  if (V.What == Harm::Promise)
    return "Compute it during construction, or promise less: --objects=shared.";
  if (V.Promise)
    return "Take that lock around this access, or require it of the callers.";
  if (!V.Lock.empty() && V.Lock != "its section")
    return "Hold the lock that the other accesses hold here too.";
  auto State = P.threads().at(V.At.At);
  if (State && State->How == Attachment::Detached)
    return "A critical section is let go while the thread has no thread "
           "state, as here: hold a PyMutex in the object over every access, or "
           "work on a copy and store the result when the thread state is back.";
  if (V.Lock == "its section")
    return "Hold the critical section of the object here too.";
  if (P.entityOf(V.At.At.Function).has(EF_Translated))
    return "In the Cython source: decorate the methods that use it with "
           "@cython.critical_section, or hold a cython.pymutex of the object "
           "over every access (Cython 3.1 and later).";
  if (!changes(V.At) && V.What == Harm::Reference)
    return "Take a strong reference inside Py_BEGIN_CRITICAL_SECTION on the "
           "object, and use that.";
  if (P.entity(P.entity(V.At.Field).Parent).has(EF_Bound))
    return "Give the class a std::mutex and hold it over every access, but not "
           "while Python code runs; or change nothing after construction.";
  return "Hold Py_BEGIN_CRITICAL_SECTION on the object, or a PyMutex in it, "
         "over every access.";
}

void addNotes(const Program &P, const FieldVerdict &V, Finding &F) {
  const Entity &Field = P.entity(V.At.Field);
  if (Field.Loc.isValid())
    F.Notes.push_back({Field.Loc, "'" + Field.Name + "' is declared here"});
  if (V.Member)
    F.Notes.push_back({V.Member->Loc, "Python code can assign it as attribute "
                                      "'" +
                                          V.Member->Name + "'"});
  constexpr size_t MaxOthers = 24;
  std::set<FunctionId> Told;
  for (const FieldAccess &O : V.Others) {
    bool Repeats = !Told.empty() && O.At.Function == V.At.At.Function;
    if (Repeats || Told.size() >= MaxOthers ||
        !Told.insert(O.At.Function).second)
      continue;
    addOtherSide(P, O.At,
                 O.Use == FieldUse::Release ? "released"
                 : changes(O)               ? "changed"
                                            : "read",
                 F);
  }
}

/// The other fields that the same function leaves unprotected, each with some
/// of its other sides.
void addFurther(const Program &P, const std::vector<FieldVerdict> &All,
                Finding &F) {
  constexpr size_t MaxFields = 8, MaxSides = 4;
  std::set<EntityId> Told{All.front().At.Field};
  for (const FieldVerdict &V : All) {
    if (Told.size() > MaxFields || !Told.insert(V.At.Field).second)
      continue;
    F.Notes.push_back(
        {P.event(V.At.At).Range, fieldText(P, V.At) + " is " +
                                     (changes(V.At) ? "changed" : "read") +
                                     " here, unprotected as well"});
    std::set<FunctionId> Sides{V.At.At.Function};
    for (const FieldAccess &O : V.Others)
      if (Sides.size() <= MaxSides && Sides.insert(O.At.Function).second)
        F.Notes.push_back(
            {P.event(O.At).Range, fieldText(P, O) + " is also used here, in '" +
                                      P.name(O.At.Function) + "'"});
  }
}

Finding finding(const Program &P, const std::vector<FieldVerdict> &All) {
  const FieldVerdict &V = All.front();
  Finding F = findingAt(P, "object-field", V.At.At);
  F.Entity = P.entity(V.At.Field).Name;
  F.About.Entity = V.At.Field;
  F.Conf = V.Conf;
  std::vector<std::string> More;
  for (const FieldVerdict &O : All) {
    std::string Text = fieldText(P, O.At);
    if (O.Conf == V.Conf && O.What == V.What &&
        changes(O.At) == changes(V.At) && Text != fieldText(P, V.At) &&
        std::find(More.begin(), More.end(), Text) == More.end() &&
        More.size() < 5)
      More.push_back(Text);
  }
  F.Message = message(P, V, More);
  F.Why = why(P, V);
  F.Help = help(P, V);
  addNotes(P, V, F);
  addFurther(P, All, F);
  return F;
}

} // namespace

FindingList objectField(const Program &P) {
  std::map<std::pair<EntityId, FunctionId>, std::vector<FieldVerdict>> Groups;
  auto &Verdicts = P.model<FieldVerdicts>();
  for (const auto &[Field, Accesses] : P.Fields)
    for (const FieldVerdict &V : Verdicts.of(Field))
      Groups[{P.entity(Field).Parent, V.At.At.Function}].push_back(V);
  FindingList Found;
  for (auto &[Key, All] : Groups) {
    std::stable_sort(All.begin(), All.end(),
                     [&](const FieldVerdict &A, const FieldVerdict &B) {
                       auto Rank = [&](const FieldVerdict &V) {
                         const SourceRange &R = P.event(V.At.At).Range;
                         return std::make_tuple(
                             -static_cast<int>(V.Conf), !changes(V.At),
                             -static_cast<int>(V.What), R.Offset);
                       };
                       return Rank(A) < Rank(B);
                     });
    Found.push_back(finding(P, All));
  }
  return Found;
}

} // namespace ungil::rules
