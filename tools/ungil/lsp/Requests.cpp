//===- Requests.cpp - what an editor asks ---------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/Files.h"
#include "Lsp/Positions.h"
#include "Support/Uri.h"
#include "Support/Version.h"
#include "lsp/Server.h"
#include <algorithm>
#include <initializer_list>
#include <utility>

using namespace ungil;
using namespace ungil::lsp;
using Json = nlohmann::json;

namespace {

constexpr const char *Rescan = "ungil.rescan";

/// What \p Path of keys leads to in \p From; null when there is nothing.
Json get(const Json &From, std::initializer_list<const char *> Path) {
  const Json *At = &From;
  for (const char *Key : Path) {
    if (!At->is_object() || !At->contains(Key))
      return nullptr;
    At = &At->at(Key);
  }
  return *At;
}

bool isTrue(const Json &Value) { return Value.is_boolean() && Value; }

/// Do the ranges have a character, or an end, in common?
bool touch(const Json &A, const Json &B) {
  return !(toPosition(A.at("end")) < toPosition(B.at("start")) ||
           toPosition(B.at("end")) < toPosition(A.at("start")));
}

Json codeAction(const Json &Diagnostic, const Json &Fix, Json Edit) {
  bool Safe = Fix.at("safe");
  std::string Title = Fix.at("title");
  return {{"title", Safe ? Title : Title + " (review)"},
          {"kind", "quickfix"},
          {"diagnostics", Json::array({Diagnostic})},
          {"isPreferred", Safe},
          {"edit", std::move(Edit)}};
}

} // namespace

Json Server::initialize(const Json &Params) {
  Json Client = Params.value("capabilities", Json::object());
  VersionedEdits =
      isTrue(get(Client, {"workspace", "workspaceEdit", "documentChanges"}));
  if (Json Formats = get(Client, {"textDocument", "hover", "contentFormat"});
      Formats.is_array())
    WantsMarkdown =
        std::find(Formats.begin(), Formats.end(), "markdown") != Formats.end();
  CanWatch = isTrue(get(
      Client, {"workspace", "didChangeWatchedFiles", "dynamicRegistration"}));
  if (Json All = get(Params, {"workspaceFolders"}); All.is_array())
    for (const Json &Each : All)
      addFolder(Each.at("uri"));
  else if (Json Root = get(Params, {"rootUri"}); Root.is_string())
    addFolder(Root);
  return {{"capabilities",
           {{"positionEncoding", "utf-16"},
            {"textDocumentSync",
             {{"openClose", true}, {"change", 2}, {"save", true}}},
            {"codeActionProvider",
             {{"codeActionKinds", Json::array({"quickfix"})}}},
            {"hoverProvider", true},
            {"executeCommandProvider", {{"commands", Json::array({Rescan})}}},
            {"workspace",
             {{"workspaceFolders",
               {{"supported", true}, {"changeNotifications", true}}}}}}},
          {"serverInfo", {{"name", "ungil"}, {"version", version()}}}};
}

/// Asks to hear of files that change without the editor: what a branch brings,
/// the configuration, how files are compiled.
void Server::watchFiles() {
  if (!CanWatch)
    return;
  Json Watchers = Json::array();
  for (const char *Pattern :
       {"**/*.{c,cc,cpp,cxx,h,hh,hpp,hxx}",
        "**/{ungil.toml,pyproject.toml,compile_commands.json}"})
    Watchers.push_back({{"globPattern", Pattern}});
  Json Watch = {{"id", "files"},
                {"method", "workspace/didChangeWatchedFiles"},
                {"registerOptions", {{"watchers", std::move(Watchers)}}}};
  send({{"id", "watch"},
        {"method", "client/registerCapability"},
        {"params", {{"registrations", Json::array({std::move(Watch)})}}}});
}

void Server::addFolder(const std::string &Uri) {
  if (auto Path = pathOfUri(Uri))
    Folders.push_back(canonicalFolder(*Path));
}

void Server::changeFolders(const Json &Event) {
  for (const Json &Each : Event.at("removed"))
    if (auto Path = pathOfUri(Each.at("uri").get<std::string>()))
      std::erase(Folders, canonicalFolder(*Path));
  for (const Json &Each : Event.at("added"))
    addFolder(Each.at("uri"));
}

/// \p Edits, by path, as a WorkspaceEdit.
Json Server::workspaceEdit(const Json &Edits) const {
  if (!VersionedEdits) {
    Json Changes = Json::object();
    for (const auto &[Path, Each] : Edits.items())
      Changes[uriOf(Path)] = Each;
    return {{"changes", std::move(Changes)}};
  }
  Json Changes = Json::array();
  for (const auto &[Path, Each] : Edits.items()) {
    auto Open = Documents.find(Path);
    Json Version;
    if (Open != Documents.end())
      Version = Open->second.Version;
    Changes.push_back(
        {{"textDocument", {{"uri", uriOf(Path)}, {"version", Version}}},
         {"edits", Each}});
  }
  return {{"documentChanges", std::move(Changes)}};
}

/// Calls \p Take with the findings of the file of \p Params that touch
/// \p Range. There are none when the file has changed since.
void Server::forFindings(
    const Json &Params, const Json &Range,
    llvm::function_ref<void(const Project &, const Json &)> Take) {
  std::optional<std::string> Path = pathIn(Params);
  if (!Path)
    return;
  for (const auto &[Root, Each] : Projects)
    if (upToDate(Each, *Path))
      for (const Json &Found : Each.Found.value(*Path, Json::array()))
        if (touch(Found.at("diagnostic").at("range"), Range))
          Take(Each, Found);
}

Json Server::codeActions(const Json &Params) {
  Json Actions = Json::array();
  // `quickfix.x` asks for less than this server has, `""` for everything.
  if (Json Only = get(Params, {"context", "only"}); Only.is_array())
    if (std::none_of(Only.begin(), Only.end(), [](const Json &Kind) {
          return Kind == "quickfix" || Kind == "";
        }))
      return Actions;
  forFindings(Params, Params.at("range"),
              [&](const Project &Of, const Json &Found) {
                const Json &Fix = Found.at("fix");
                if (Fix.is_null())
                  return;
                for (const auto &[Path, Edits] : Fix.at("edits").items())
                  if (!upToDate(Of, Path))
                    return;
                Actions.push_back(codeAction(Found.at("diagnostic"), Fix,
                                             workspaceEdit(Fix.at("edits"))));
              });
  return Actions;
}

Json Server::hover(const Json &Params) {
  const Json &At = Params.at("position");
  Json Result;
  forFindings(Params, {{"start", At}, {"end", At}},
              [&](const Project &, const Json &Found) {
                if (Result.is_null())
                  Result = {
                      {"contents",
                       {{"kind", WantsMarkdown ? "markdown" : "plaintext"},
                        {"value", Found.at("explanation")}}},
                      {"range", Found.at("diagnostic").at("range")}};
              });
  return Result;
}

/// Looks at the extension of the file given, or at all; answers when done.
void Server::rescan(const Json &Id, const Json &Params) {
  if (Params.at("command") != Rescan)
    throw Json::other_error::create(501, "there is no such command", nullptr);
  std::vector<Project *> Wanted;
  Json Arguments = Params.value("arguments", Json::array());
  if (!Arguments.empty()) {
    if (auto Path = pathOfUri(Arguments.at(0).get<std::string>()))
      Wanted.push_back(&projectOf(canonical(*Path)));
  } else {
    for (const std::string &Each : Folders)
      Projects.try_emplace(Each, Each);
    for (auto &[Root, Each] : Projects)
      Wanted.push_back(&Each);
  }
  for (Project *Each : Wanted)
    Each->request(Project::Wait::None);
  if (Wanted.empty())
    answer(Id, nullptr);
  else
    Wanted.back()->Waiting.push_back(Id);
}
