//===- Read.cpp -----------------------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Api/Read.h"
#include "Api/ReadObject.h"
#include "llvm/ADT/StringSet.h"
#include <charconv>

using namespace ungil;

namespace {

constexpr std::string_view Kinds[] = {"function", "inline",  "macro",
                                      "slot",     "removed", "internal",
                                      "libc",     "cxx",     "tool"};
constexpr std::string_view FreshWords[] = {
    "list", "dict", "tuple", "set", "object", "bytes", "str", "number"};

void readFact(Object &O, Replacement &F) {
  O.read("name", F.Name);
  O.read("signature", F.Signature);
  O.read("returns", F.Returns);
  O.read("form", F.Form);
  O.read("onMissing", F.OnMissing);
  O.read("onError", F.OnError);
  O.readVersion("since", F.Since);
  O.read("inCompat", F.InCompat);
  O.read("limitedApi", F.LimitedApi);
  O.require("name");
}

void readFact(Object &O, BorrowFact &F, Problems &P) {
  O.read("category", F.Category);
  O.read("hazard", F.Danger);
  O.read("owner", F.Owner);
  O.read("outs", F.Outs);
  O.read("interior", F.Interior);
  O.read("iteration", F.Iteration);
  O.read("why", F.Why);
  O.read("notes", F.Notes);
  if (const json *V = O.get("strong")) {
    Object Strong(*V, "strong", P);
    readFact(Strong, F.Strong.emplace());
    Strong.finish();
  }
  O.require("category");
  O.require("hazard");
}

void readFact(Object &O, AllocFact &F, Problems &) {
  O.read("role", F.Role);
  O.read("domain", F.Domain);
  O.read("pointer", F.Pointer);
  O.read("release", F.Release);
  O.read("makesObject", F.MakesObject);
  O.read("zeroed", F.Zeroed);
  O.read("mayHoldObject", F.MayHoldObject);
  O.read("mayHoldBuffer", F.MayHoldBuffer);
  O.read("notes", F.Notes);
  O.require("role");
  O.require("domain");
  if (F.Role != AllocRole::Alloc)
    O.require("pointer");
}

void readFact(Object &O, LockFact &F, Problems &) {
  O.read("kind", F.Kind);
  O.read("action", F.Action);
  O.read("objects", F.Objects);
  O.read("handle", F.Handle);
  O.read("heldIf", F.Result);
  O.read("wait", F.Wait);
  O.read("deferTag", F.DeferTag);
  O.read("tryTag", F.TryTag);
  O.read("adoptTag", F.AdoptTag);
  O.read("local", F.Local);
  O.read("suspendable", F.Suspendable);
  O.read("recursive", F.Recursive);
  O.read("exclusive", F.Exclusive);
  O.read("blocks", F.Blocks);
  O.read("notes", F.Notes);
  O.require("kind");
  O.require("action");
}

void readFact(Object &O, EffectFact &F, Problems &) {
  O.read("tier", F.Class);
  O.read("condition", F.Condition);
  O.read("plain", F.Plain);
  O.read("locking", F.Locking);
  O.read("attaches", F.Attaches);
  O.read("detaches", F.Detaches);
  O.read("restores", F.Restores);
  O.read("leaves", F.Leaves);
  O.read("detachedOk", F.DetachedOk);
  O.read("waitsFor", F.WaitsFor);
  O.read("descriptor", F.Descriptor);
  O.read("instant", F.Instant);
  O.read("instantBits", F.InstantBits);
  O.require("tier");
  if (F.Class == Tier::T2)
    O.require("condition");
  if (F.InstantBits && F.Instant < 0)
    O.problem("\"instantBits\" without \"instant\"");
}

void readFact(Object &O, OwnershipFact &F, Problems &) {
  O.readWord("fresh", F.Fresh, FreshWords);
  O.read("newReference", F.NewReference);
  O.read("steals", F.Steals);
  O.read("keeps", F.Keeps);
  O.read("into", F.Into);
  O.read("intoResult", F.IntoResult);
  O.read("mutates", F.Mutates);
  O.read("dropsOld", F.DropsOld);
  O.read("releases", F.Releases);
  O.read("retains", F.Retains);
  O.read("immutable", F.Immutable);
  O.read("calls", F.Calls);
  O.read("returns", F.Returns);
  O.read("outs", F.Outs);
  if ((F.Into >= 0 || F.IntoResult) && F.Steals.empty() && F.Keeps.empty())
    O.problem("\"into\" without \"steals\" or \"keeps\"");
  if (F.Immutable && F.Fresh.empty())
    O.problem("\"immutable\" without \"fresh\"");
}

void readFact(Object &O, CallbackFact &F, Problems &) {
  O.read("argument", F.Argument);
  O.read("phase", F.Phase);
  O.read("name", F.Name);
  O.require("argument");
  O.require("phase");
}

void readFact(Object &O, LibcFact &F, Problems &) {
  O.read("danger", F.Danger);
  O.read("sharedState", F.SharedState);
  O.read("replacement", F.Replacement);
  O.read("signature", F.Signature);
  O.read("notes", F.Notes);
  O.read("safeIfNull", F.SafeIfNull);
  O.read("onlyIfNull", F.OnlyIfNull);
  O.require("danger");
}

void readFact(Object &O, MemoryFact &F, Problems &) {
  O.read("reads", F.Reads);
  O.read("writes", F.Writes);
  O.read("atomic", F.Atomic);
}

void readFact(Object &O, ContainerFact &F, Problems &) {
  O.read("op", F.Op);
  O.read("of", F.Of);
  O.read("key", F.Key);
  O.read("value", F.Value);
  O.read("out", F.Out);
  O.require("op");
}

template <class Fact>
bool readFacet(Object &O, std::string_view Key, std::optional<Fact> &Out,
               Problems &P) {
  const json *V = O.get(Key);
  if (!V)
    return false;
  Object Facet(*V, Key, P);
  readFact(Facet, Out.emplace(), P);
  Facet.finish();
  return true;
}

bool readCallbacks(Object &O, std::vector<CallbackFact> &Out, Problems &P) {
  const json *V = O.get("callbacks");
  if (!V)
    return false;
  if (!V->is_array() || V->empty()) {
    P.add("\"callbacks\" must be a list of objects");
    return true;
  }
  for (const json &Item : *V) {
    Object Callback(Item, "callbacks", P);
    readFact(Callback, Out.emplace_back(), P);
    Callback.finish();
  }
  return true;
}

ApiFunction readFunction(const json &Value, Problems &P) {
  ApiFunction F;
  Object O(Value, "", P);
  O.read("name", F.Name);
  O.readWord("kind", F.Kind, Kinds);
  O.read("ast", F.Ast);
  O.readVersion("since", F.Since);
  O.readVersion("removed", F.Removed);
  O.read("sources", F.Sources);
  O.read("obsolete", F.Obsolete);
  bool Says = readFacet(O, "borrow", F.Borrow, P);
  Says |= readFacet(O, "alloc", F.Alloc, P);
  Says |= readFacet(O, "lock", F.Lock, P);
  Says |= readFacet(O, "effect", F.Effect, P);
  Says |= readFacet(O, "ownership", F.Ownership, P);
  Says |= readFacet(O, "libc", F.Libc, P);
  Says |= readFacet(O, "memory", F.Memory, P);
  Says |= readFacet(O, "container", F.Container, P);
  Says |= readCallbacks(O, F.Callbacks, P);
  Says |= !F.Obsolete.empty();
  O.finish();
  if (F.Name.empty())
    P.add("missing key \"name\"");
  else if (!Says && Value.is_object())
    P.add("says nothing: give at least one of borrow, alloc, lock, effect, "
          "ownership, callbacks, libc, memory, container, obsolete");
  if (F.Since && F.Removed && F.Removed <= F.Since)
    P.add("\"removed\" is not after \"since\"");
  return F;
}

void readFunctions(const json &List, std::vector<ApiFunction> &Out,
                   Problems &P) {
  llvm::StringSet<> Seen;
  for (size_t I = 0; I != List.size(); ++I) {
    P.Position = "functions[" + std::to_string(I) + "]";
    const json &Value = List[I];
    if (Value.is_object() && Value.contains("name") &&
        Value["name"].is_string())
      P.Position += " " + Value["name"].dump();
    ApiFunction F = readFunction(Value, P);
    if (!F.Name.empty() && !Seen.insert(F.Name).second)
      P.add("named twice in this file");
    Out.push_back(std::move(F));
  }
  P.Position.clear();
}

} // namespace

PyVersion ungil::parsePyVersion(std::string_view Text) {
  unsigned Major = 0, Minor = 0;
  const char *Begin = Text.data(), *End = Begin + Text.size();
  auto First = std::from_chars(Begin, End, Major);
  if (First.ec != std::errc() || First.ptr == End || *First.ptr != '.')
    return 0;
  auto Second = std::from_chars(First.ptr + 1, End, Minor);
  if (Second.ec != std::errc() || Second.ptr != End || Major > 255 ||
      Minor > 255)
    return 0;
  return PyVersion(Major << 8 | Minor);
}

llvm::Expected<ApiDocument> ungil::readApiDocument(std::string_view Text,
                                                   std::string_view Where) {
  Problems P(Where);
  json Document;
  try {
    Document = json::parse(Text);
  } catch (const json::parse_error &E) {
    // The library's prefix names its own exception id; the rest has the line.
    std::string_view What = E.what();
    size_t Start = What.find("] ");
    P.add("not JSON: " +
          std::string(Start == What.npos ? What : What.substr(Start + 2)));
    return P.take();
  }
  ApiDocument Out;
  Object O(Document, "", P);
  std::string About;
  O.read("about", About);
  if (const json *Schema = O.get("schema")) {
    if (*Schema != 1)
      P.add("\"schema\" is " + Schema->dump() +
            "; this program reads schema 1");
  } else if (Document.is_object()) {
    P.add("missing key \"schema\" (1)");
  }
  O.read("lockTypes", Out.LockTypes);
  O.read("bindingTools", Out.BindingTools);
  if (const json *List = O.get("functions")) {
    if (List->is_array())
      readFunctions(*List, Out.Functions, P);
    else
      P.add("\"functions\" must be a list of objects");
  }
  O.finish();
  if (llvm::Error E = P.take())
    return std::move(E);
  return Out;
}
