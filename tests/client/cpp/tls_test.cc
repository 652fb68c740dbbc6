// Encrypted connections, with certificates that openssl makes for this run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "advantaged/client/client.h"
#include "tests/client/cpp/fake_server.h"
#include "tests/client/cpp/sample.h"

namespace advantaged::client {
namespace {

struct Identity {
  std::string certificate;
  std::string key;
};

std::string Read(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Signed by itself, so it is its own root.
Identity MakeIdentity(const std::string& name) {
  // Its own in each process: tests run side by side.
  const std::string path = testing::TempDir() + std::to_string(getpid()) + "." + name;
  const std::string command =
      "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj "
      "/CN=" +
      name + " -addext subjectAltName=DNS:" + name + " -keyout " + path + ".key -out " + path +
      ".pem 2> /dev/null";
  EXPECT_EQ(std::system(command.c_str()), 0) << command;
  Identity identity{Read(path + ".pem"), Read(path + ".key")};
  std::remove((path + ".pem").c_str());
  std::remove((path + ".key").c_str());
  return identity;
}

class TlsTest : public testing::Test {
 protected:
  // `clients`: whose certificates the server wants; empty: nobody's.
  std::unique_ptr<FakeServer> Start(const std::string& clients) const {
    grpc::SslServerCredentialsOptions options(
        clients.empty() ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                        : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = clients;
    options.pem_key_cert_pairs = {{server_.key, server_.certificate}};
    return std::make_unique<FakeServer>(
        FakeServer::Options{.credentials = grpc::SslServerCredentials(options)});
  }
  static absl::Status Call(const FakeServer& server, const TlsOptions& tls) {
    ClientOptions options;
    options.tls = tls;
    options.wait_for_ready = false;
    const Sample sample = Sample::Draw(1, 3, Sample::Groups::kSize, true);
    return Client(server.target(), options).Compute(sample.view(), sample.settings).status();
  }

  const Identity server_ = MakeIdentity("server.example");
  const Identity client_ = MakeIdentity("client.example");
};

TEST_F(TlsTest, TrustsTheRootAndTheNameItIsTold) {
  const auto server = Start("");
  EXPECT_EQ(
      Call(*server, {.root_certificates = server_.certificate, .server_name = "server.example"}),
      absl::OkStatus());
  // The address is not the name in the certificate, and another root is not the server's.
  EXPECT_TRUE(absl::IsUnavailable(Call(*server, {.root_certificates = server_.certificate})));
  EXPECT_TRUE(absl::IsUnavailable(
      Call(*server, {.root_certificates = client_.certificate, .server_name = "server.example"})));
  EXPECT_EQ(server->requests().size(), 1U);
}

TEST_F(TlsTest, ProvesWhoTheClientIs) {
  const auto server = Start(client_.certificate);
  TlsOptions tls{.root_certificates = server_.certificate, .server_name = "server.example"};
  EXPECT_TRUE(absl::IsUnavailable(Call(*server, tls)));
  tls.certificate = client_.certificate;
  tls.private_key = client_.key;
  EXPECT_EQ(Call(*server, tls), absl::OkStatus());
}

TEST_F(TlsTest, APlainServerIsNotTrusted) {
  const FakeServer server;
  EXPECT_TRUE(absl::IsUnavailable(Call(server, {.root_certificates = server_.certificate})));
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace advantaged::client
