// The least that a gRPC server can do: it answers every call with the bytes of its request, over
// the generic callback API, with advantaged's use of malloc. What advantaged costs beside it is
// what advantaged costs.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/memory.h"
#include "server/net/address.h"
#include "server/ready_file.h"
#include "server/signals.h"

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

int Fail(const std::string& error) {
  std::fprintf(stderr, "advantaged_echo: %s\n", error.c_str());
  return 1;
}

int Serve(const std::vector<std::string>& listen, const std::string& path) {
  const Signals signals;
  ReadyFile ready_file(path);
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
  std::string error;
  std::vector<std::string> addresses;
  for (std::size_t i = 0; i < listen.size(); ++i) {
    std::optional<Address> address = ParseAddress(listen[i], error);
    if (!address) return Fail(error);
    if (!address->is_unix()) address->port = static_cast<std::uint16_t>(ports[i]);
    addresses.push_back(address->ToString());
  }
  if (!ready_file.Write(addresses, "", error)) return Fail(error);
  auto event = Signals::Event::kTimeout;
  while (event != Signals::Event::kTerminate && event != Signals::Event::kInterrupt) {
    event = signals.Wait(std::chrono::hours(1));
  }
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
