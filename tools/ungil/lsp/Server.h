//===- Server.h - the language server ---------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   editor ◄── JSON-RPC ──► Server ── Project ──► Worker ── look()
//
// One thread, which waits for what the editor says and for what workers find.
// A worker looks at one extension, with the text of open files in place of
// what is on disk; an edit ends it, and another one starts when the user
// pauses. What an editor asks is answered from the last result, and not at all
// when the text has changed since.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_LSP_SERVER_H
#define UNGIL_TOOL_LSP_SERVER_H

#include "Lsp/Frames.h"
#include "ScanOptions.h"
#include "lsp/Project.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace ungil::lsp {

class Server {
public:
  using Json = nlohmann::json;

  /// \p Options are those of the command line, for every extension.
  explicit Server(ScanOptions Options) : Options(std::move(Options)) {}

  /// Until the editor says `exit` or is gone. Returns the exit code.
  int run();

private:
  // The protocol.
  void take(const std::string &Text);
  void takeRequest(const Json &Id, const std::string &Method,
                   const Json &Params);
  void takeNotification(const std::string &Method, const Json &Params);
  void send(Json Message);
  void notify(const char *Method, Json Params);
  void answer(const Json &Id, Json Result);
  void refuse(const Json &Id, int Code, const std::string &Why);
  void log(const std::string &Text);

  // Requests (Requests.cpp).
  Json initialize(const Json &Params);
  void watchFiles();
  void addFolder(const std::string &Uri);
  void changeFolders(const Json &Event);
  void
  forFindings(const Json &Params, const Json &Range,
              llvm::function_ref<void(const Project &, const Json &)> Take);
  Json codeActions(const Json &Params);
  Json hover(const Json &Params);
  void rescan(const Json &Id, const Json &Params);

  // Documents.
  static std::optional<std::string> pathIn(const Json &Params);
  void open(const Json &Params);
  void change(const Json &Params);
  void close(const Json &Params);
  std::string uriOf(const std::string &Path) const;
  /// Is \p Path as \p Of was told?
  bool upToDate(const Project &Of, const std::string &Path) const;

  // Looking.
  void lookAt(const Json &Params, Project::Wait How);
  Project &projectOf(const std::string &Path);
  void start(Project &Of);
  void stopAll();
  void show(Project &Of, const Project::Outcome &What);
  void publish(const std::string &Path, const Json &Findings);
  int waitTime() const;
  void readInput();
  void waitForNews();
  Json workspaceEdit(const Json &Edits) const;

  ScanOptions Options;
  std::string OpeningDir; ///< of precompiled beginnings; goes with the server
  FrameReader Input;
  enum class Phase { New, Ready, ShutDown, Ended } Now = Phase::New;
  int Exit = 1; ///< what an editor that just goes leaves
  bool VersionedEdits = false, WantsMarkdown = true, CanWatch = false;
  std::vector<std::string> Folders; ///< of the workspace
  std::map<std::string, Document> Documents;
  std::map<std::string, Project> Projects; ///< by their folder
};

} // namespace ungil::lsp

#endif
