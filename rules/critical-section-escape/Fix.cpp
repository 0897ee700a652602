//===- Fix.cpp - ways out of a section led to its end ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What leaves between Py_BEGIN_CRITICAL_SECTION and its end goes to the end
// first, and on from there.
//
//===----------------------------------------------------------------------===//

#include "Fix/Fix.h"
#include "Fix/Exits.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {
namespace {

using namespace fix;

class EscapeFix {
public:
  EscapeFix(const FixContext &Context, const Finding &Found)
      : Context(Context),
        Code(Context.P, Found.About.Function,
             Context.text(Context.P.body(Found.About.Function).Body.File)),
        D(Code), Exit(Found.About.Event) {}

  FixPlan plan();

private:
  StatementId sectionAround(StatementId S) const;
  std::vector<StatementId> inside(StatementId Section) const;
  uint32_t behindEnd(StatementId Section);
  void lead(StatementId Section);

  const FixContext &Context;
  FunctionText Code;
  Draft D;
  EventId Exit;
};

/// The block that the two macros write.
StatementId EscapeFix::sectionAround(StatementId S) const {
  for (; S != None; S = Code[S].Parent)
    if (Code[S].Kind == StatementKind::Compound &&
        llvm::StringRef(Code.text(S)).starts_with("Py_BEGIN_CRITICAL_SECTION"))
      return S;
  return None;
}

/// The statements of the author in it.
std::vector<StatementId> EscapeFix::inside(StatementId Section) const {
  std::vector<StatementId> All;
  for (StatementId S : Code.children(Section)) {
    llvm::StringRef Text(Code.text(S));
    if (!Text.starts_with("Py_BEGIN_CRITICAL_SECTION") &&
        !Text.starts_with("Py_END_CRITICAL_SECTION"))
      All.push_back(S);
  }
  return All;
}

/// The byte behind `Py_END_CRITICAL_SECTION();`.
uint32_t EscapeFix::behindEnd(StatementId Section) {
  StatementId Last = inside(Section).back();
  size_t Name = Code.Text.find("Py_END_CRITICAL_SECTION", Code[Last].end());
  size_t Semicolon = Name == Code.Text.npos ? Name : Code.Text.find(';', Name);
  if (Semicolon == Code.Text.npos) {
    D.refuse("the end of the section is in a macro");
    return 0;
  }
  return static_cast<uint32_t>(Semicolon) + 1;
}

void EscapeFix::lead(StatementId Section) {
  std::vector<StatementId> Range = inside(Section);
  StatementId Last = Range.back();
  uint32_t End = behindEnd(Section);
  if (Code.hasDirective(Code[Section].Offset, End))
    D.refuse("there is conditional compilation in the section");
  if (D.isRefused())
    return;
  Exits Ways(D, Code, std::move(Range), isCxx(Context, Code.file()),
             /*MayJump=*/true);
  Ways.plan(None, None, {});
  std::string Break =
      std::string(Code.lineEnd()) + Code.indent(Code[Section].Offset);
  std::string Front, Back;
  for (const std::string &Line : Ways.declarations())
    Front += Line + Break;
  for (const std::string &Line : Ways.behind())
    Back += Break + Line;
  if (!Ways.label().empty())
    D.after(Last, Ways.label() + ":;");
  D.replace(Code[Section].Offset, Code[Section].Offset, Front);
  D.replace(End, End, Back);
}

FixPlan EscapeFix::plan() {
  const Event &Leaving = Context.P.event({Code.F, Exit});
  bool Jumps =
      Leaving.Kind == EventKind::Return || Leaving.Kind == EventKind::Jump;
  StatementId Section = Code.isValid() ? sectionAround(Code.at(Leaving)) : None;
  if (!Jumps)
    D.refuse("what leaves is neither a return nor a jump");
  else if (Section == None || inside(Section).empty())
    D.refuse("no section begins and ends around it");
  else
    lead(Section);
  return D.finish(Applicability::Suggested,
                  "leave through the end of the section");
}

} // namespace

FixPlan criticalSectionEscapeFix(const FixContext &Context,
                                 const Finding &Found) {
  return EscapeFix(Context, Found).plan();
}

} // namespace ungil::rules
