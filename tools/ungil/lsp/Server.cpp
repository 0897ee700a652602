//===- Server.cpp - the language server -----------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "lsp/Server.h"
#include "Config/File.h"
#include "Driver/Files.h"
#include "Lsp/Positions.h"
#include "Support/Uri.h"
#include "lsp/Look.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>
#include <utility>

using namespace ungil;
using namespace ungil::lsp;
using Json = nlohmann::json;

namespace {

/// Codes of JSON-RPC and of the protocol.
enum ErrorCode : int {
  ParseError = -32700,
  InvalidRequest = -32600,
  MethodNotFound = -32601,
  InvalidParams = -32602,
  NotInitialized = -32002,
  RequestCancelled = -32800,
  RequestFailed = -32803,
};

/// Types of window/showMessage and window/logMessage.
enum MessageType : int { ErrorMessage = 1, LogMessage = 4 };

} // namespace

//===-- Messages ----------------------------------------------------------===//

void Server::send(Json Message) {
  Message["jsonrpc"] = "2.0";
  std::string Bytes = frame(Message);
  size_t Done = 0;
  while (Done < Bytes.size()) {
    ssize_t N =
        ::write(STDOUT_FILENO, Bytes.data() + Done, Bytes.size() - Done);
    if (N < 0 && errno == EINTR)
      continue;
    if (N <= 0) { // the editor is gone
      Now = Phase::Ended;
      return;
    }
    Done += static_cast<size_t>(N);
  }
}

void Server::notify(const char *Method, Json Params) {
  send({{"method", Method}, {"params", std::move(Params)}});
}

void Server::answer(const Json &Id, Json Result) {
  send({{"id", Id}, {"result", std::move(Result)}});
}

void Server::refuse(const Json &Id, int Code, const std::string &Why) {
  send({{"id", Id}, {"error", {{"code", Code}, {"message", Why}}}});
}

void Server::log(const std::string &Text) {
  notify("window/logMessage", {{"type", LogMessage}, {"message", Text}});
}

void Server::take(const std::string &Text) {
  Json Message = Json::parse(Text, nullptr, /*allow_exceptions=*/false);
  if (Message.is_discarded())
    return refuse(nullptr, ParseError, "the message is no JSON");
  if (!Message.is_object())
    return refuse(nullptr, InvalidRequest, "the message is no object");
  Json Id = Message.value("id", Json());
  auto Method = Message.find("method");
  if (Method == Message.end()) {
    // Answers to what the server asked; it does not need them.
    if (!Message.contains("result") && !Message.contains("error"))
      refuse(Id, InvalidRequest, "the message has no method");
    return;
  }
  if (!Method->is_string())
    return refuse(Id, InvalidRequest, "the method is no string");
  Json Params = Message.value("params", Json::object());
  // Nothing of what an editor gets wrong may end the server.
  try {
    if (Message.contains("id"))
      takeRequest(Id, *Method, Params);
    else
      takeNotification(*Method, Params);
  } catch (const Json::exception &Bad) {
    std::string Why =
        Method->get<std::string>() + ": wrong parameters: " + Bad.what();
    if (Message.contains("id"))
      refuse(Id, InvalidParams, Why);
    else
      llvm::errs() << "ungil: " << Why << '\n';
  }
}

void Server::takeRequest(const Json &Id, const std::string &Method,
                         const Json &Params) {
  if (Now == Phase::ShutDown)
    return refuse(Id, InvalidRequest, "the server is shut down");
  if (Method == "initialize") {
    if (Now != Phase::New)
      return refuse(Id, InvalidRequest, "the server is initialized already");
    answer(Id, initialize(Params));
    Now = Phase::Ready;
    return;
  }
  if (Now == Phase::New)
    return refuse(Id, NotInitialized, "send 'initialize' first");
  if (Method == "shutdown") {
    Now = Phase::ShutDown;
    // Before the answer: some editors kill the server when they have it.
    stopAll();
    answer(Id, nullptr);
  } else if (Method == "textDocument/codeAction") {
    answer(Id, codeActions(Params));
  } else if (Method == "textDocument/hover") {
    answer(Id, hover(Params));
  } else if (Method == "workspace/executeCommand") {
    rescan(Id, Params);
  } else {
    refuse(Id, MethodNotFound, "there is no method '" + Method + "'");
  }
}

void Server::takeNotification(const std::string &Method, const Json &Params) {
  if (Method == "exit") {
    Exit = Now == Phase::ShutDown ? 0 : 1;
    Now = Phase::Ended;
  }
  if (Now != Phase::Ready)
    return;
  if (Method == "initialized")
    watchFiles();
  else if (Method == "textDocument/didOpen")
    open(Params);
  else if (Method == "textDocument/didChange")
    change(Params);
  else if (Method == "textDocument/didClose")
    close(Params);
  else if (Method == "textDocument/didSave")
    lookAt(Params, Project::Wait::None);
  else if (Method == "workspace/didChangeWatchedFiles" ||
           Method == "workspace/didChangeConfiguration")
    for (auto &[Root, Each] : Projects)
      Each.request(Project::Wait::Typing);
  else if (Method == "workspace/didChangeWorkspaceFolders")
    changeFolders(Params.at("event"));
  else if (Method == "$/cancelRequest")
    for (auto &[Root, Each] : Projects)
      if (std::erase(Each.Waiting, Params.at("id")))
        refuse(Params.at("id"), RequestCancelled, "cancelled");
}

//===-- Documents ---------------------------------------------------------===//

/// The file that `textDocument` of \p Params names; nothing: it is no file.
std::optional<std::string> Server::pathIn(const Json &Params) {
  auto Path = pathOfUri(Params.at("textDocument").at("uri").get<std::string>());
  if (!Path)
    return std::nullopt;
  return canonical(*Path);
}

void Server::open(const Json &Params) {
  const Json &Doc = Params.at("textDocument");
  std::optional<std::string> Path = pathIn(Params);
  if (!Path)
    return;
  Documents[*Path] = {Doc.at("uri"), Doc.at("version"), Doc.at("text")};
  lookAt(Params, Project::Wait::None);
}

void Server::change(const Json &Params) {
  std::optional<std::string> Path = pathIn(Params);
  auto It = Path ? Documents.find(*Path) : Documents.end();
  if (It == Documents.end())
    return;
  // Either all changes or none: half of them would be another text.
  std::string Text = It->second.Text;
  for (const Json &Each : Params.at("contentChanges"))
    applyChange(Text, Each);
  It->second.Text = std::move(Text);
  It->second.Version = Params.at("textDocument").at("version");
  lookAt(Params, Project::Wait::Typing);
}

void Server::close(const Json &Params) {
  if (std::optional<std::string> Path = pathIn(Params);
      Path && Documents.erase(*Path))
    lookAt(Params, Project::Wait::Typing);
}

std::string Server::uriOf(const std::string &Path) const {
  auto It = Documents.find(Path);
  return It == Documents.end() ? fileUri(Path) : It->second.Uri;
}

bool Server::upToDate(const Project &Of, const std::string &Path) const {
  auto It = Documents.find(Path);
  std::optional<int64_t> Seen = Of.seen(Path);
  return It == Documents.end() ? !Seen : Seen == It->second.Version;
}

//===-- Looking -----------------------------------------------------------===//

/// The extension that \p Path is part of: what the nearest configuration file
/// is for, else the folder of the workspace, else the checkout.
Project &Server::projectOf(const std::string &Path) {
  std::string Folder = llvm::sys::path::parent_path(Path).str(), Root;
  if (Options.Config.File.empty() && !Options.Config.Isolated)
    Root = llvm::sys::path::parent_path(findConfig(Folder)).str();
  if (Root.empty())
    for (const std::string &Each : Folders)
      if (isWithin(Path, Each) && Each.size() > Root.size())
        Root = Each;
  if (Root.empty())
    Root = projectTop(Folder);
  return Projects.try_emplace(Root, Root).first->second;
}

void Server::lookAt(const Json &Params, Project::Wait How) {
  std::optional<std::string> Path = pathIn(Params);
  if (Path && kindOf(*Path) != FileKind::Other)
    projectOf(*Path).request(How);
}

void Server::start(Project &Of) {
  std::map<std::string, Document> Open;
  std::map<std::string, std::string> Texts;
  for (const auto &[Path, Doc] : Documents)
    if (isWithin(Path, Of.root())) {
      Open[Path] = Doc;
      Texts[Path] = Doc.Text;
    }
  ScanOptions Here = Options;
  Here.Request.Paths = {Of.root()};
  Of.start(Open, [&] {
    return look(Here, Texts, OpeningDir)
        .dump(-1, ' ', false, Json::error_handler_t::replace);
  });
}

/// Ends all workers; nothing is left of them.
void Server::stopAll() {
  Projects.clear();
  if (!OpeningDir.empty())
    (void)llvm::sys::fs::remove_directories(OpeningDir);
  OpeningDir.clear();
}

void Server::publish(const std::string &Path, const Json &Findings) {
  Json Params = {{"uri", uriOf(Path)}, {"diagnostics", Json::array()}};
  for (const Json &Each : Findings)
    Params["diagnostics"].push_back(Each.at("diagnostic"));
  if (auto It = Documents.find(Path); It != Documents.end())
    Params["version"] = It->second.Version;
  notify("textDocument/publishDiagnostics", std::move(Params));
}

void Server::show(Project &Of, const Project::Outcome &What) {
  std::vector<Json> Waiting = std::exchange(Of.Waiting, {});
  if (!What.Problem.empty()) {
    if (What.Problem != Of.LastProblem)
      notify("window/showMessage",
             {{"type", ErrorMessage}, {"message", "ungil: " + What.Problem}});
    for (const Json &Id : Waiting)
      refuse(Id, RequestFailed, What.Problem);
  } else {
    // Files that are open hear of every look, others of what is new.
    Json Old = std::exchange(Of.Found, What.Files);
    for (const auto &[Path, Findings] : Of.Found.items())
      if (Documents.count(Path) || Old.value(Path, Json()) != Findings)
        publish(Path, Findings);
    for (const auto &[Path, Findings] : Old.items())
      if (!Of.Found.contains(Path) && !Documents.count(Path))
        publish(Path, Json::array());
    for (const auto &[Path, Doc] : Documents)
      if (isWithin(Path, Of.root()) && !Of.Found.contains(Path))
        publish(Path, Json::array());
    log(Of.root() + ": " + What.Summary);
    for (const Json &Id : Waiting)
      answer(Id, What.Summary);
  }
  Of.LastProblem = What.Problem;
}

//===-- The loop ----------------------------------------------------------===//

/// Milliseconds until a worker is due; -1: none is.
int Server::waitTime() const {
  auto First = Clock::time_point::max();
  for (const auto &[Root, Each] : Projects)
    First = std::min(First, Each.due().value_or(First));
  if (First == Clock::time_point::max())
    return -1;
  auto Left = std::chrono::duration_cast<std::chrono::milliseconds>(
      First - Clock::now());
  constexpr long long Most = 60000;
  return static_cast<int>(std::clamp<long long>(Left.count() + 1, 0, Most));
}

void Server::readInput() {
  char Bytes[1 << 16];
  ssize_t N = ::read(STDIN_FILENO, Bytes, sizeof(Bytes));
  if (N < 0 && errno == EINTR)
    return;
  if (N <= 0) { // the editor is gone
    Exit = Now == Phase::ShutDown ? 0 : 1;
    Now = Phase::Ended;
    return;
  }
  Input.feed(std::string_view(Bytes, static_cast<size_t>(N)));
  while (Now != Phase::Ended) {
    std::optional<std::string> Message = Input.next();
    if (std::string Bad = Input.problem(); !Bad.empty())
      llvm::errs() << "ungil: left out " << Bad << '\n';
    if (!Message)
      return;
    take(*Message);
  }
}

void Server::waitForNews() {
  std::vector<pollfd> Polls = {{STDIN_FILENO, POLLIN, 0}};
  std::vector<Project *> Running;
  for (auto &[Root, Each] : Projects)
    if (Each.descriptor() >= 0) {
      Polls.push_back({Each.descriptor(), POLLIN, 0});
      Running.push_back(&Each);
    }
  if (::poll(Polls.data(), Polls.size(), waitTime()) > 0) {
    // Workers first: what the editor says may end them.
    for (size_t I = 0; I != Running.size(); ++I)
      if (Polls[I + 1].revents)
        if (auto Outcome = Running[I]->read())
          show(*Running[I], *Outcome);
    if (Polls[0].revents)
      readInput();
  }
  if (Now != Phase::Ready)
    return;
  for (auto &[Root, Each] : Projects)
    if (Each.due() && *Each.due() <= Clock::now())
      start(Each);
}

int Server::run() {
  std::signal(SIGPIPE, SIG_IGN);
  // Without one, each scan makes its own.
  if (llvm::SmallString<128> Dir;
      !llvm::sys::fs::createUniqueDirectory("ungil-lsp", Dir))
    OpeningDir = std::string(Dir);
  while (Now != Phase::Ended)
    waitForNews();
  stopAll();
  return Exit;
}
