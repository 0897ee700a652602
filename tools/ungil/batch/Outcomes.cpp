//===- Outcomes.cpp - what became of each extension -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "batch/Outcomes.h"
#include "Support/Input.h"
#include "Support/Output.h"
#include "Support/Printable.h"
#include "Support/Version.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include <cmath>
#include <csignal>
#include <cstring>
#include <optional>
#include <set>

using namespace ungil;
using namespace ungil::batch;
using nlohmann::json;

static std::string count(size_t N, const char *What, const char *Many = "s") {
  return std::to_string(N) + " " + What + (N == 1 ? "" : Many);
}

/// What \p Of has under \p Key, when it is a string; else nothing. What is read
/// here was written by this program, or by anybody.
static std::string textAt(const json &Of, const char *Key) {
  auto It = Of.find(Key);
  return It != Of.end() && It->is_string() ? It->get<std::string>() : "";
}

static uint64_t numberAt(const json &Of, const char *Key) {
  auto It = Of.find(Key);
  return It != Of.end() && It->is_number_unsigned() ? It->get<uint64_t>() : 0;
}

static std::string lineOf(const json &Outcome) { return Outcome.dump() + "\n"; }

static std::optional<std::string> textOf(const std::string &File) {
  auto Buffer = llvm::expectedToOptional(readInput(File));
  if (!Buffer)
    return std::nullopt;
  return (*Buffer)->getBuffer().str();
}

//===-- The file ----------------------------------------------------------===//

llvm::Error Outcomes::read(const std::string &File) {
  auto Text = textOf(File);
  if (!Text)
    return llvm::createStringError(llvm::inconvertibleErrorCode(),
                                   "cannot read '" + File + "'");
  llvm::SmallVector<llvm::StringRef, 0> Lines;
  llvm::StringRef(*Text).split(Lines, '\n', /*MaxSplit=*/-1,
                               /*KeepEmpty=*/false);
  const bool CutOff = !llvm::StringRef(*Text).ends_with("\n");
  for (size_t I = 0; I != Lines.size(); ++I) {
    json One = json::parse(Lines[I].begin(), Lines[I].end(), nullptr,
                           /*allow_exceptions=*/false);
    if (std::string Name = One.is_object() ? textAt(One, "name") : "";
        !Name.empty())
      ByName[Name] = std::move(One);
    else if (!CutOff || I + 1 != Lines.size())
      return llvm::createStringError(
          llvm::inconvertibleErrorCode(),
          "'" + File + "', line " + std::to_string(I + 1) +
              ": not what `ungil batch` writes; name another file, or remove "
              "it");
  }
  return llvm::Error::success();
}

void Outcomes::keepFinished() {
  std::erase_if(ByName, [](const auto &Entry) {
    const json &One = Entry.second;
    const std::string State = textAt(One, "state");
    return (State != "done" && State != "incomplete") ||
           textAt(One, "ungil") != version();
  });
}

const json *Outcomes::find(const Extension &One) const {
  auto It = ByName.find(One.Name);
  if (It == ByName.end())
    return nullptr;
  json Args = json::array();
  for (const std::string &Word : One.Args)
    Args.push_back(validUtf8(Word));
  const json &Known = It->second;
  return textAt(Known, "path") == validUtf8(One.Path) &&
                 Known.contains("args") && Known["args"] == Args
             ? &Known
             : nullptr;
}

llvm::Expected<std::unique_ptr<llvm::raw_fd_ostream>>
Outcomes::startFile(const std::string &File,
                    const std::vector<Extension> &All) const {
  if (llvm::Error Bad = writeOutput(File, [&](llvm::raw_ostream &Out) {
        for (const Extension &One : All)
          if (const json *Known = find(One))
            Out << lineOf(*Known);
      }))
    return std::move(Bad);
  std::error_code Code;
  auto Out = std::make_unique<llvm::raw_fd_ostream>(
      File, Code, llvm::sys::fs::CD_OpenExisting, llvm::sys::fs::FA_Write,
      llvm::sys::fs::OF_Append);
  if (Code)
    return llvm::createStringError(Code, "cannot write '%s': %s", File.c_str(),
                                   Code.message().c_str());
  return Out;
}

//===-- One outcome -------------------------------------------------------===//

/// Counts what the report of one scan says.
static bool addReport(const std::string &File, json &Outcome) {
  auto Text = textOf(File);
  json Report =
      Text ? json::parse(*Text, nullptr, /*allow_exceptions=*/false) : json();
  if (!Report.is_object() || !Report.contains("findings"))
    return false;
  for (const char *Key : {"files", "parsed", "functions", "analysed"})
    Outcome[Key] = numberAt(Report["coverage"], Key);
  json Levels = {{"high", 0U}, {"medium", 0U}, {"low", 0U}};
  json Rules = json::object(), Prints = json::array();
  for (const json &Finding : Report["findings"]) {
    for (auto [All, Key] :
         {std::pair(&Levels, "confidence"), {&Rules, "rule"}}) {
      std::string Word = textAt(Finding, Key);
      (*All)[Word] = numberAt(*All, Word.c_str()) + 1;
    }
    Prints.push_back(textAt(Finding, "fingerprint"));
  }
  Outcome["findings"] = std::move(Levels);
  Outcome["rules"] = std::move(Rules);
  Outcome["fingerprints"] = std::move(Prints);
  return true;
}

/// The last line of what a scan said.
static std::string lastWords(const std::string &File) {
  auto Text = textOf(File);
  llvm::StringRef All = Text ? llvm::StringRef(*Text).rtrim() : "";
  llvm::StringRef Last = All.rsplit('\n').second;
  Last = Last.empty() ? All : Last;
  Last.consume_front("ungil: ");
  return validUtf8(Last.take_front(500).str());
}

std::string Outcomes::add(const Extension &One, const Ended &How,
                          const std::string &Report,
                          const std::string &Errors) {
  json Outcome = {{"name", validUtf8(One.Name)},
                  {"path", validUtf8(One.Path)},
                  {"args", json::array()},
                  {"ungil", version()},
                  {"seconds", std::round(How.Seconds * 100) / 100},
                  {"megabytes", How.PeakKilobytes / 1024}};
  for (const std::string &Word : One.Args)
    Outcome["args"].push_back(validUtf8(Word));
  std::string State = "failed", Error;
  switch (How.State) {
  case Ended::How::TimedOut:
    State = "timeout";
    Error = "not finished after " + count(One.Timeout, "second");
    break;
  case Ended::How::Killed:
    State = "killed";
    Error = std::string("ended by the system: ") + ::strsignal(How.Code);
    break;
  case Ended::How::NotStarted:
    Error = std::string("cannot be started: ") + std::strerror(How.Code);
    break;
  case Ended::How::Exited:
    // 0: all was read, 3: something was not (Commands.h).
    if ((How.Code == 0 || How.Code == 3) && addReport(Report, Outcome))
      State = How.Code == 0 ? "done" : "incomplete";
    if (State != "done")
      Error = lastWords(Errors);
    break;
  }
  Outcome["state"] = State;
  if (!Error.empty())
    Outcome["error"] = Error;
  const json &Kept = ByName[One.Name] = std::move(Outcome);
  return lineOf(Kept);
}

//===-- For a person ------------------------------------------------------===//

static std::set<std::string> fingerprints(const json &Outcome) {
  std::set<std::string> All;
  if (auto It = Outcome.find("fingerprints"); It != Outcome.end())
    for (const json &One : *It)
      if (One.is_string())
        All.insert(One.get<std::string>());
  return All;
}

std::string Outcomes::describe(const Extension &One, const Outcomes *Before,
                               Tally &Total) const {
  const json &Now = ByName.at(One.Name);
  const std::string State = textAt(Now, "state");
  ++Total.Extensions;
  Total.Unfinished += State != "done";
  Total.Compared = Before != nullptr;
  std::string Line = printable(One.Name) + ": ";
  if (!Now.contains("fingerprints"))
    return Line + printable(textAt(Now, "error")) + "\n";
  const std::set<std::string> Here = fingerprints(Now);
  Total.Findings += Now["fingerprints"].size();
  Line += count(Now["fingerprints"].size(), "finding");
  if (State != "done")
    Line += ", " + std::to_string(numberAt(Now, "parsed")) + " of " +
            count(numberAt(Now, "files"), "file") + " read";
  if (!Before)
    return Line + "\n";
  auto Old = Before->ByName.find(One.Name);
  if (Old == Before->ByName.end() || !Old->second.contains("fingerprints"))
    return Line + ", nothing to compare with\n";
  const std::set<std::string> There = fingerprints(Old->second);
  size_t New = llvm::count_if(
      Here, [&](const std::string &Print) { return !There.count(Print); });
  size_t Gone = llvm::count_if(
      There, [&](const std::string &Print) { return !Here.count(Print); });
  Total.New += New;
  Total.Gone += Gone;
  return Line + ", " + std::to_string(New) + " new, " + std::to_string(Gone) +
         " gone\n";
}

std::string Tally::text() const {
  std::string Text =
      count(Extensions, "extension") + ", " + count(Findings, "finding");
  if (Compared)
    Text +=
        ", " + std::to_string(New) + " new, " + std::to_string(Gone) + " gone";
  if (Unfinished)
    Text += "; " + std::to_string(Unfinished) +
            " not finished, run it again to try those again";
  return Text;
}
