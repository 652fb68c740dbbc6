// The least that a gRPC server can do: it answers every call with the bytes of its request, over
// the generic callback API, with advantaged's use of malloc. What advantaged costs beside it is
// what advantaged costs.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/memory.h"

namespace advantaged {
namespace {

class Echo final : public grpc::ServerGenericBidiReactor {
 public:
  Echo() { StartRead(&bytes_); }

 private:
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no request"));
    StartWriteAndFinish(&bytes_, {}, grpc::Status::OK);
  }
  void OnDone() override { delete this; }

  grpc::ByteBuffer bytes_;
};

class EchoService final : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override {
    return new Echo;
  }
};

int Serve(const std::vector<std::string>& listen, const std::string& ready_file) {
  // Blocked before gRPC's threads inherit the mask, so that sigwait gets it.
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);

  EchoService service;
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterCallbackGenericService(&service);
  std::vector<int> ports(listen.size());
  for (std::size_t i = 0; i < listen.size(); ++i) {
    builder.AddListeningPort(listen[i], grpc::InsecureServerCredentials(), &ports[i]);
  }
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  nlohmann::json addresses = nlohmann::json::array();
  for (std::size_t i = 0; i < listen.size(); ++i) {
    const std::size_t colon = listen[i].rfind(':');
    const bool is_unix = listen[i].starts_with("unix:");
    addresses.push_back(is_unix ? listen[i]
                                : listen[i].substr(0, colon + 1) + std::to_string(ports[i]));
  }
  if (!ready_file.empty()) std::ofstream(ready_file) << nlohmann::json{{"grpc", addresses}} << "\n";
  int signal = 0;
  sigwait(&end, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

int Main(int argc, char** argv) {
  CLI::App program("Answers every gRPC call with its request: what advantaged is measured against.",
                   "advantaged_echo");
  std::vector<std::string> listen;
  std::string ready_file;
  program
      .add_option("--listen", listen, "host:port or unix:PATH; repeatable; port 0 is any free one")
      ->required()
      ->take_all()
      ->allow_extra_args(false);
  program.add_option("--ready-file", ready_file, "Written once it serves: {\"grpc\":[ADDR,...]}");
  CLI11_PARSE(program, argc, argv);
  KeepFreedMemory();
  return Serve(listen, ready_file);
}

}  // namespace
}  // namespace advantaged

int main(int argc, char** argv) { return advantaged::Main(argc, argv); }
