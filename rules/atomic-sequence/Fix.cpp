//===- Fix.cpp - one atomic operation for two -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   n = count; count = n + 1;             n = atomic_fetch_add(&count, 1);
//   old = slot; slot = value;             old = atomic_exchange(&slot, value);
//   if (busy) return; busy = 1;           if (atomic_exchange(&busy, 1)) ...
//   if (!type) type = make();             compare_exchange; the loser lets go
//                                         of its own
//
// Load and store must be next to each other: what stands in between would be
// done behind the store.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "AtomicText.h"
#include "Steps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSwitch.h"
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

class OneStepFix {
public:
  OneStepFix(const FixContext &Context, const Finding &Found,
             const LoadAndStore &Steps)
      : Context(Context), P(Context.P), F(Found.About.Function), Steps(Steps),
        Code(P, F, Context.text(P.body(F).Body.File)), D(Code),
        Cxx(isCxx(Context, Code.file())), StoreEvent(Found.About.Event) {}

  FixPlan plan();

private:
  bool find();
  uint32_t endOf(StatementId S) const;
  StatementId nextTo(StatementId S) const;
  std::string loaded() const;
  void put(const std::string &Operation, const std::string &Value,
           uint32_t End);
  void sameStatement();
  void update();
  void swap();
  void claim();
  void publish();

  const FixContext &Context;
  const Program &P;
  FunctionId F;
  const LoadAndStore &Steps;
  FunctionText Code;
  Draft D;
  bool Cxx;
  EventId StoreEvent;
  StatementId From = None, To = None; ///< of the load, of the store
  AtomicText Load, Store;
};

/// Where the value of \p S ends.
uint32_t OneStepFix::endOf(StatementId S) const {
  llvm::StringRef Text(Code.text(S));
  return Code[S].Offset + static_cast<uint32_t>(Text.rtrim("; \t\r\n").size());
}

bool OneStepFix::find() {
  if (!Code.isValid())
    return false;
  From = Code.at(P.event({F, Steps.Load}));
  To = Code.at(P.event({F, StoreEvent}));
  if (From == None || To == None || Code[To].Kind != StatementKind::Expression)
    return false;
  Store = storeAt(Code.Text, Code[To].Offset, endOf(To));
  Load = loadAt(Code.Text, P.event({F, Steps.Load}).Range.Offset,
                Code[From].end());
  return Store.isValid() && Load.isValid() && Load.How == Store.How &&
         Load.Object == Store.Object && Store.End == endOf(To);
}

StatementId OneStepFix::nextTo(StatementId S) const {
  while (Code.isLabelled(S))
    S = Code[S].Parent;
  std::vector<StatementId> Behind = Code.siblingsAfter(S);
  return Behind.empty() ? None : Behind.front();
}

/// The variable that `n = load` or `long n = load` sets, which is all of the
/// statement up to the load; empty if it is something else.
std::string OneStepFix::loaded() const {
  llvm::StringRef Head(
      Code.Text.substr(Code[From].Offset, Load.Begin - Code[From].Offset));
  Head = Head.rtrim();
  if (!Head.consume_back("=") || Head.contains('=') || Head.contains(','))
    return {};
  Head = Head.rtrim();
  size_t Begin = Head.find_last_not_of("abcdefghijklmnopqrstuvwxyz"
                                       "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789_");
  return Head.substr(Begin == Head.npos ? 0 : Begin + 1).str();
}

void OneStepFix::put(const std::string &Operation, const std::string &Value,
                     uint32_t End) {
  D.replace(Load.Begin, End, inOneStep(Load, Store, Operation, Value, Cxx));
  if (!needsHeader(Load, Cxx) ||
      llvm::StringRef(Code.Text).contains("<stdatomic.h>"))
    return;
  uint32_t At = afterIncludes(Code.Text, P.body(F).Body.Offset);
  if (!At)
    return D.refuse("there is no place for #include <stdatomic.h>");
  D.once(At, std::string(Code.lineEnd()) + "#include <stdatomic.h>");
}

struct Arithmetic {
  std::string Operation, Sign, With; ///< `fetch_add`, `+`, the other operand
};

/// `\p Name + x` or, where that is the same, `x + \p Name`, with one plain
/// operand; no operation when it is something else.
Arithmetic arithmetic(llvm::StringRef Text, llvm::StringRef Name) {
  Text = Text.trim();
  llvm::StringRef Rest = Text;
  bool Front = Rest.consume_front(Name);
  if (!Front && !Rest.consume_back(Name))
    return {};
  Rest = Rest.trim();
  if (Rest.empty())
    return {};
  char Sign = Front ? Rest.front() : Rest.back();
  llvm::StringRef With = (Front ? Rest.drop_front() : Rest.drop_back()).trim();
  llvm::StringRef Operation =
      llvm::StringSwitch<llvm::StringRef>(llvm::StringRef(&Sign, 1))
          .Case("+", "fetch_add")
          .Case("-", Front ? "fetch_sub" : "")
          .Case("|", "fetch_or")
          .Case("&", "fetch_and")
          .Case("^", "fetch_xor")
          .Default("");
  bool Plain = !With.empty() && llvm::all_of(With, [](char C) {
    return llvm::isAlnum(C) || C == '_' || C == '.' || C == '~';
  });
  if (!Plain || Operation.empty())
    return {};
  return {Operation.str(), std::string(1, Sign), With.str()};
}

/// `total = total + 1;`
void OneStepFix::sameStatement() {
  uint32_t Begin = Code[To].Offset;
  std::string Loaded(Code.Text.substr(Load.Begin, Load.End - Load.Begin));
  Arithmetic What = arithmetic(Store.Value, Loaded);
  if (What.Operation.empty())
    return D.refuse("no atomic operation computes that");
  if (Store.How == AtomicText::Form::Plain)
    return D.replace(Begin, Store.End,
                     Store.Object + " " + What.Sign + "= " + What.With);
  D.replace(Begin, Store.End,
            inOneStep(Load, Store, What.Operation, What.With, Cxx));
}

void OneStepFix::update() {
  if (From == To)
    return sameStatement();
  std::string Name = loaded();
  if (Name.empty() || nextTo(From) != To)
    return D.refuse("load and store are not next to each other");
  // `n = load + 1; store(n);`: the old value is computed with once more.
  std::string Behind(Code.Text.substr(Load.End, endOf(From) - Load.End));
  bool Computed = !llvm::StringRef(Behind).trim().empty();
  if (Computed && llvm::StringRef(Store.Value).trim() != Name)
    return D.refuse("no atomic operation computes that");
  Arithmetic What = arithmetic(Computed ? Name + Behind : Store.Value, Name);
  if (What.Operation.empty() || What.With == Name)
    return D.refuse("no atomic operation computes that");
  put(What.Operation, What.With, Load.End);
  D.remove(To);
}

void OneStepFix::swap() {
  std::string Name = loaded();
  if (Name.empty() || nextTo(From) != To || Load.End != endOf(From))
    return D.refuse("load and store are not next to each other");
  if (Code.mentions(Name, To))
    return D.refuse("what is stored depends on what was loaded");
  put("exchange", Store.Value, Load.End);
  D.remove(To);
}

/// `if (busy) return; busy = 1;` and `if (!busy) { busy = 1; ... }`.
void OneStepFix::claim() {
  std::vector<StatementId> Parts = Code.children(From);
  if (Code[From].Kind != StatementKind::If || Parts.empty())
    return D.refuse("the test is not an if that asks for the value alone");
  if (!Steps.TwoValued)
    return D.refuse("it has more than two values: setting it back when it "
                    "was taken needs a compare_exchange of one's own");
  auto [Begin, End] = Code.condition(From);
  std::string Front(Code.Text.substr(Begin, Load.Begin - Begin));
  llvm::StringRef Back =
      llvm::StringRef(Code.Text.substr(Load.End, End - Load.End)).trim();
  bool Asks =
      (Front.empty() && (Back.empty() || Back == "!= 0" || Back == "== 1")) ||
      (Front == "!" && Back.empty()) || (Front.empty() && Back == "== 0");
  bool IsFree = Front == "!" || Back == "== 0";
  StatementId Next = None;
  if (IsFree && Code[Parts[0]].Kind == StatementKind::Compound)
    Next = Code.children(Parts[0]).empty() ? None : Code.children(Parts[0])[0];
  else if (!IsFree && Parts.size() == 1 && Code.endsWays(Parts[0]))
    Next = nextTo(From);
  if (!Asks || Next != To)
    return D.refuse("the test and the store are not next to each other");
  put("exchange", Store.Value, Load.End);
  D.remove(To);
}

void OneStepFix::publish() {
  if (Code.isLabelled(To))
    return D.refuse("a label stands before the store");
  EntityId Last = None;
  for (const Step &S : Steps.Where.Steps)
    if (S.Kind == StepKind::Field)
      Last = S.Field;
  if (Last == None && Steps.Where.Root == RootKind::Place)
    Last = Steps.Where.Index;
  llvm::StringRef Type =
      Last == None ? "" : llvm::StringRef(P.entity(Last).Type);
  if (!Type.contains("PyObject *") && !Type.contains("_object *"))
    return D.refuse("how to let go of a value that came too late is for a "
                    "person to say");
  bool Named = llvm::any_of(P.body(F).Locals, [&](const Local &L) {
    return L.Name == Store.Value && isObjectPointer(L.Type);
  });
  std::string Name = Named ? Store.Value : D.newName("made");
  std::string First = D.newName("first"), Null = Cxx ? "nullptr" : "NULL";
  std::string In = Code.indentUnit();
  std::vector<std::string> Lines;
  if (!Named)
    Lines.push_back("PyObject *" + Name + " = " + Store.Value + ";");
  Lines.push_back("PyObject *" + First + " = " + Null + ";");
  Lines.push_back("if (" + (Named ? "" : Name + " != " + Null + " && ") + "!" +
                  keepFirst(Store, First, Name, Cxx) + ") {");
  Lines.push_back(In + "Py_DECREF(" + Name + "); // another thread was faster");
  if (Named)
    Lines.push_back(In + Name + " = " + First + ";");
  Lines.emplace_back("}");
  D.rewrite(To, std::move(Lines));
}

FixPlan OneStepFix::plan() {
  std::string Title;
  if (!find())
    D.refuse("load and store are not plain accesses of one spelling");
  else
    switch (Steps.What) {
    case AtomicLoss::Update:
      update();
      Title = "change it in one atomic operation";
      break;
    case AtomicLoss::Swap:
      swap();
      Title = "exchange it: only one thread gets the old value";
      break;
    case AtomicLoss::Claim:
      claim();
      Title = "exchange it: only one thread finds it free";
      break;
    case AtomicLoss::Publish:
      publish();
      Title = "keep the first value that a thread stores";
      break;
    }
  return D.finish(Applicability::Suggested, Title);
}

} // namespace

FixPlan atomicSequenceFix(const FixContext &Context, const Finding &Found) {
  const auto &All = Context.P.model<AtomicSteps>().ByStore;
  auto It = All.find({Found.About.Function, Found.About.Event});
  if (It == All.end())
    return {Applicability::Manual, "no edit: no load and store were seen", {}};
  return OneStepFix(Context, Found, It->second).plan();
}

} // namespace ungil::rules
