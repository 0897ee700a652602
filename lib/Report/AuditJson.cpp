//===- AuditJson.cpp - a report to cite, for programs ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Audit.h"
#include "Report/Names.h"
#include "Report/Protections.h"
#include "Support/Printable.h"

using namespace ungil;

namespace {

/// Version of the object's shape; grows when a field changes its meaning.
constexpr int Schema = 1;

std::string_view name(SourceStatus::State How) {
  switch (How) {
  case SourceStatus::Read:
    return "read";
  case SourceStatus::Partly:
    return "read with errors";
  case SourceStatus::NotRead:
    return "not read";
  case SourceStatus::LeftOut:
    return "left out";
  }
  return "not read";
}

std::string_view name(StateUse::Kind How) {
  switch (How) {
  case StateUse::Writes:
    return "writes";
  case StateUse::Reads:
    return "reads";
  case StateUse::HandsOn:
    return "hands on";
  }
  return "reads";
}

class Document {
public:
  Document(const Report &Input, const OutputOptions &Options)
      : Input(Input), Options(Options) {}

  Json make() const {
    return {{"tool", toolToJson(Options)},
            {"schema", Schema},
            {"modules", Input.Cover.Modules},
            {"verdict", Input.Verdict},
            {"because", Input.Because},
            {"coverage", coverage()},
            {"state", list(Input.State, &Document::state)},
            {"findings", list(Input.Findings, &Document::finding)},
            {"answered", list(Input.Answers, &Document::answered)},
            {"remarks", list(Input.Remarks, &Document::remark)}};
  }

private:
  template <class Items, class Item>
  Json list(const Items &All, Json (Document::*One)(const Item &) const) const {
    Json List = Json::array();
    for (const Item &Each : All)
      List.push_back((this->*One)(Each));
    return List;
  }

  Json coverage() const {
    const Coverage &C = Input.Cover;
    Json All = coverageToJson(C);
    All["leftOut"] = C.LeftOut;
    All["sources"] = list(C.Sources, &Document::source);
    All["notAnalysed"] = notesToJson(Input, C.NotAnalysed, sharedName);
    All["rulesOff"] = C.RulesOff;
    return All;
  }

  Json source(const SourceStatus &S) const {
    Json One = {{"file", validUtf8(sharedName(Input, S.File))},
                {"state", name(S.How)}};
    if (!S.Why.empty())
      One["why"] = validUtf8(sharedText(Input, S.Why));
    return One;
  }

  Json use(const StateUse &U) const {
    return {{"how", name(U.How)},
            {"atInit", U.AtInit},
            {"function", validUtf8(U.Function)},
            {"entry", validUtf8(U.Entry)},
            {"lock", validUtf8(U.Lock)},
            {"file", validUtf8(sharedName(Input, U.At.File))},
            {"line", U.At.Line}};
  }

  Json state(const SharedState &S) const {
    Json One = {{"kind", S.Kind},
                {"name", validUtf8(S.Name)},
                {"owner", validUtf8(S.Owner)},
                {"type", validUtf8(sharedText(Input, S.Type))},
                {"file", validUtf8(sharedName(Input, S.Defined.File))},
                {"line", S.Defined.Line},
                {"protection", ungil::name(S.How)},
                {"why", validUtf8(S.Why)}};
    if (S.How == Protection::None)
      One["confidence"] = ungil::name(S.Conf);
    One["uses"] = list(S.Uses, &Document::use);
    One["findings"] = S.Findings;
    return One;
  }

  Json finding(const Finding &F) const {
    Json One = findingToJson(Input, F, sharedName);
    One["title"] = validUtf8(F.Message);
    One["why"] = validUtf8(F.Why);
    One["help"] = validUtf8(F.Help);
    One["otherTrace"] = notesToJson(Input, F.OtherTrace, sharedName);
    return One;
  }

  Json answered(const Answered &A) const {
    const Finding &F = A.What;
    return {{"rule", F.Rule},
            {"file", validUtf8(sharedName(Input, F.Range.File))},
            {"line", F.Range.Line},
            {"title", validUtf8(F.Message)},
            {"confidence", ungil::name(F.Conf)},
            {"by", A.By},
            {"reason", validUtf8(A.Reason)},
            {"fingerprint", F.Fingerprint}};
  }

  Json remark(const Remark &R) const {
    return {{"severity", ungil::name(R.Sev)},
            {"file", validUtf8(sharedName(Input, R.File))},
            {"message", validUtf8(sharedText(Input, R.Message))}};
  }

  const Report &Input;
  const OutputOptions &Options;
};

} // namespace

Json ungil::auditDocument(const Report &Report, const OutputOptions &Options) {
  return Document(Report, Options).make();
}

void ungil::writeAuditJson(const Report &Report, const OutputOptions &Options,
                           llvm::raw_ostream &Out) {
  Out << auditDocument(Report, Options).dump(/*indent=*/1) << '\n';
}
