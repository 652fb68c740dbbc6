// Calls to a server that is busy, breaks off, is slow, or takes small requests only.
#include "advantaged/client/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "tests/client/cpp/fake_server.h"
#include "tests/client/cpp/sample.h"

namespace advantaged::client {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using Groups = Sample::Groups;

ClientOptions Within(milliseconds deadline) {
  ClientOptions options;
  options.deadline = deadline;
  return options;
}

std::string Text(const absl::Status& status) {
  return {status.message().data(), status.message().size()};
}

Reply InOneCall(const Sample& sample) {
  grpc::ServerContext context;
  Reply reply;
  EXPECT_TRUE(FakeServer::Really(context, sample.request(), reply).ok());
  return reply;
}

TEST(Client, GivesTheBitsOfThePlainestRequest) {
  const FakeServer server;
  Client client(server.target());
  Call call;
  for (const auto form : {Groups::kSize, Groups::kSizes, Groups::kIds}) {
    for (std::uint32_t seed = 0; seed < 8; ++seed) {
      Sample sample = Sample::Draw(seed, 20 + seed, form, seed % 2 == 0);
      if (seed % 3 == 0) sample.Mask(seed);
      sample.settings.set_group_statistics(true);
      ASSERT_TRUE(client.Compute(sample.view(), sample.settings, call).ok());
      const Reply plain = InOneCall(sample);
      EXPECT_THAT(call.reply().advantages(), ElementsAreArray(plain.advantages()));
      EXPECT_EQ(call.reply().advantages_per_group_size(), 0);
      EXPECT_EQ(call.reply().group_statistics().SerializeAsString(),
                plain.group_statistics().SerializeAsString());
      const auto once = client.Compute(sample.view(), sample.settings);
      ASSERT_TRUE(once.ok()) << once.status();
      EXPECT_THAT(once->advantages(), ElementsAreArray(plain.advantages()));
    }
  }
  EXPECT_EQ(server.info_calls(), 0);
}

TEST(Client, SaysWhatIsWrongInTheWordsOfTheBatch) {
  const FakeServer server;
  Client client(server.target());
  Sample sample = Sample::Draw(1, 4, Groups::kSize, false);
  sample.rewards[17] = std::numeric_limits<float>::infinity();
  absl::Status status = client.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  ASSERT_EQ(Violations(status).size(), 1U);
  EXPECT_EQ(Violations(status)[0].field, "rewards[17]");
  EXPECT_EQ(server.requests().size(), 1U);

  // What no server sees.
  const bool two[] = {true, true};
  Batch batch = sample.view();
  batch.valid = std::span<const bool>(two);
  sample.settings.set_group_size(8);
  status = client.Compute(batch, sample.settings).status();
  ASSERT_EQ(Violations(status).size(), 2U) << status;
  EXPECT_EQ(Violations(status)[0].field, "group_size");
  EXPECT_EQ(Violations(status)[1].field, "valid");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Client, ComesBackWhenABusyServerSaysSo) {
  std::atomic<int> calls = 0;
  const FakeServer server({}, [&](auto& context, const auto& request, auto& response) {
    return ++calls <= 3 ? Refuse(context, 40) : FakeServer::Really(context, request, response);
  });
  Client client(server.target());
  Sample sample = Sample::Draw(2, 30, Groups::kSizes, false);
  sample.settings.set_observe(true);
  const auto start = steady_clock::now();
  const auto reply = client.Compute(sample.view(), sample.settings);
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_GE(steady_clock::now() - start, milliseconds(3 * 40));
  EXPECT_THAT(reply->advantages(), ElementsAreArray(InOneCall(sample).advantages()));
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 4U);
  for (const auto& request : requests) {
    EXPECT_EQ(request.SerializeAsString(), requests[0].SerializeAsString());
  }
  // Nothing was computed, so none of them is a second attempt.
  EXPECT_THAT(server.attempts(), ElementsAre("", "", "", ""));
}

TEST(Client, IsRefusedIfTheDeadlineComesFirstOrTheServerSaysNever) {
  for (const int pushback : {600'000, -1}) {
    const FakeServer server(
        {}, [&](auto& context, const auto&, auto&) { return Refuse(context, pushback); });
    Client client(server.target(), Within(std::chrono::seconds(300)));
    const Sample sample = Sample::Draw(2, 30, Groups::kSizes, false);
    const auto start = steady_clock::now();
    const absl::Status status = client.Compute(sample.view(), sample.settings).status();
    EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(200));
    EXPECT_EQ(RetryDelay(status).has_value(), pushback > 0);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(Client, TriesAgainWhatWasLostAndSaysSo) {
  // The larger one is over gRPC's own buffer for what may be tried again.
  for (const std::size_t groups : {10U, 50'000U}) {
    for (const auto code : {grpc::UNAVAILABLE, grpc::CANCELLED}) {
      std::atomic<int> calls = 0;
      const FakeServer server({}, [&](auto& context, const auto& request, auto& response) {
        return ++calls <= 2 ? grpc::Status(code, "draining")
                            : FakeServer::Really(context, request, response);
      });
      Client client(server.target());
      const Sample sample = Sample::Draw(3, groups, Groups::kSizes, false);
      const auto reply = client.Compute(sample.view(), sample.settings);
      ASSERT_TRUE(reply.ok()) << reply.status();
      EXPECT_EQ(reply->advantages_size(), static_cast<int>(sample.rewards.size()));
      EXPECT_THAT(server.attempts(), ElementsAre("", "1", "2"));
    }
  }
}

TEST(Client, GivesUpAfterFiveAttempts) {
  const FakeServer server(
      {}, [](auto&, const auto&, auto&) { return grpc::Status(grpc::UNAVAILABLE, "draining"); });
  Client client(server.target());
  const Sample sample = Sample::Draw(3, 3, Groups::kSize, false);
  const absl::Status status = client.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(server.attempts(), ElementsAre("", "1", "2", "3", "4"));
}

TEST(Client, DoesNotWaitForASlowServerLongerThanAllowed) {
  const FakeServer server({}, [](auto& context, const auto&, auto&) {
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  });
  Client client(server.target(), Within(milliseconds(2500)));
  const Sample sample = Sample::Draw(3, 3, Groups::kSize, false);
  Call call;
  const absl::Status status = client.Compute(sample.view(), sample.settings, call);
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_EQ(Text(status), server.target() + " did not answer within 2.5 s");
  EXPECT_EQ(server.requests().size(), 1U);
}

std::string UnusedSocket() {
  return "unix:" + testing::TempDir() + "/client_" + std::to_string(getpid());
}

TEST(Client, SaysWhyThereIsNoConnection) {
  const Sample sample = Sample::Draw(3, 3, Groups::kSize, false);
  const std::string target = UnusedSocket();
  Client patient(target, Within(milliseconds(2500)));
  absl::Status status = patient.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status));
  EXPECT_THAT(Text(status), HasSubstr("no connection to " + target + " within 2.5 s: "));
  EXPECT_THAT(Text(status), HasSubstr("No such file or directory"));

  ClientOptions at_once;
  at_once.wait_for_ready = false;
  Client hasty(target, at_once);
  status = hasty.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(Text(status), HasSubstr("no connection to " + target + ": "));
  EXPECT_THAT(Text(status), HasSubstr("No such file or directory"));
}

// What the callbacks of some calls said, in the order of the calls.
class Answers {
 public:
  explicit Answers(std::size_t count) : statuses_(count) {}

  std::function<void(absl::Status)> Take(std::size_t i) {
    return [this, i](absl::Status status) {
      const std::lock_guard lock(mutex_);
      EXPECT_FALSE(statuses_[i]) << "called twice";
      statuses_[i] = std::move(status);
      ++ended_;
      all_.notify_all();
    };
  }
  void Wait() {
    std::unique_lock lock(mutex_);
    all_.wait(lock, [this] { return ended_ == statuses_.size(); });
    for (const auto& status : statuses_) EXPECT_TRUE(status->ok()) << *status;
  }

 private:
  std::mutex mutex_;
  std::condition_variable all_;
  std::size_t ended_ = 0;
  std::vector<std::optional<absl::Status>> statuses_;
};

TEST(Client, WaitsForAServerThatIsNotUpYet) {
  const std::string target = UnusedSocket();
  Client client(target);
  const Sample sample = Sample::Draw(3, 3, Groups::kSize, false);
  Answers answers(1);
  Call call;
  client.ComputeAsync(sample.view(), sample.settings, call, answers.Take(0));
  const FakeServer server({.address = target});
  answers.Wait();
  EXPECT_THAT(call.reply().advantages(), ElementsAreArray(InOneCall(sample).advantages()));
}

TEST(Client, HasManyCallsUnderWay) {
  constexpr std::size_t kCalls = 200;
  std::atomic<int> calls = 0;
  const FakeServer server({}, [&](auto& context, const auto& request, auto& response) {
    return ++calls % 7 == 0 ? Refuse(context, 5) : FakeServer::Really(context, request, response);
  });
  std::vector<Sample> samples;
  std::vector<Call> memory(kCalls);
  Answers answers(kCalls);
  Client client(server.target());
  for (std::uint32_t i = 0; i < kCalls; ++i) {
    samples.push_back(Sample::Draw(i, 5 + i % 50, static_cast<Groups>(i % 3), i % 2 == 0));
  }
  for (std::size_t i = 0; i < kCalls; ++i) {
    client.ComputeAsync(samples[i].view(), samples[i].settings, memory[i], answers.Take(i));
  }
  answers.Wait();
  for (std::size_t i = 0; i < kCalls; ++i) {
    EXPECT_THAT(memory[i].reply().advantages(),
                ElementsAreArray(InOneCall(samples[i]).advantages()));
  }
}

TEST(Client, MayBeginTheNextCallInTheCallback) {
  const FakeServer server;
  Client client(server.target());
  const Sample sample = Sample::Draw(4, 10, Groups::kSize, true);
  Call call;
  int rest = 20;
  Answers answers(1);
  std::function<void(absl::Status)> next = [&](absl::Status status) {
    if (--rest == 0 || !status.ok()) return answers.Take(0)(std::move(status));
    client.ComputeAsync(sample.view(), sample.settings, call, next);
  };
  client.ComputeAsync(sample.view(), sample.settings, call, next);
  answers.Wait();
  EXPECT_EQ(server.requests().size(), 20U);
}

TEST(Client, ConnectsAnewAtTheMaximumAgeAndLeavesCallsAlone) {
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::string> peers;
  bool held = false;
  const FakeServer server({}, [&](auto& context, const auto& request, auto& response) {
    {
      std::unique_lock lock(mutex);
      peers.insert(context.peer());
      const bool first = !std::exchange(held, true);
      changed.notify_all();
      // It stays until others have come over other connections.
      if (first) changed.wait(lock, [&] { return peers.size() > 3; });
    }
    return FakeServer::Really(context, request, response);
  });
  ClientOptions options;
  options.max_connection_age = milliseconds(1);
  Client client(server.target(), options);
  const Sample sample = Sample::Draw(9, 4, Groups::kSize, true);
  Answers answers(1);
  Call first;
  client.ComputeAsync(sample.view(), sample.settings, first, answers.Take(0));
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return held; });
  }
  const auto connections = [&] {
    const std::lock_guard lock(mutex);
    return peers.size();
  };
  while (connections() <= 3) {
    ASSERT_TRUE(client.Compute(sample.view(), sample.settings).ok());
  }
  answers.Wait();
  EXPECT_THAT(first.reply().advantages(), ElementsAreArray(InOneCall(sample).advantages()));
  // The first once, though it took longer than others whose connections were new.
  EXPECT_THAT(server.attempts(), testing::Each(""));
}

TEST(Client, NeedsAMaximumAge) {
  ClientOptions options;
  options.max_connection_age = milliseconds(0);
  Client client("127.0.0.1:1", options);
  EXPECT_THAT(Text(client.GetServerInfo().status()), HasSubstr("maximum age of connections is 0"));
}

TEST(Client, IsUsedByManyThreads) {
  const FakeServer server;
  Client client(server.target());
  std::vector<std::thread> threads;
  for (std::uint32_t t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      const Sample sample = Sample::Draw(t, 40, Groups::kSizes, t % 2 == 0);
      const Reply plain = InOneCall(sample);
      Call call;
      for (int i = 0; i < 50; ++i) {
        ASSERT_TRUE(client.Compute(sample.view(), sample.settings, call).ok());
        EXPECT_THAT(call.reply().advantages(), ElementsAreArray(plain.advantages()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Rewards that travel as 4 bytes each.
Sample OfRewards(std::uint32_t groups) { return Sample::Draw(5, groups, Groups::kSize, false); }

TEST(Client, IsToldThatARequestIsTooLargeAndSendsItOnce) {
  const FakeServer server({.max_request_bytes = 3000});
  Client client(server.target());
  const Sample sample = OfRewards(500);
  const absl::Status status = client.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_TRUE(IsTooLarge(status)) << status;
  EXPECT_EQ(server.requests().size(), 1U);
  EXPECT_EQ(server.info_calls(), 0);
}

TEST(Client, DoesNotSendALargeRequestThatTheServerDoesNotTake) {
  FakeServer server({.max_request_bytes = 3 << 20});
  Client client(server.target());
  const Sample sample = OfRewards(200'000);
  ASSERT_GT(sample.rewards.size() * sizeof(float), std::size_t{4} << 20);
  const absl::Status status = client.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(IsTooLarge(status)) << status;
  EXPECT_THAT(Text(status),
              testing::MatchesRegex("the request has [0-9]+ bytes; this server accepts 3145728 "
                                    "\\(--max-request-bytes\\): raise it, or cut .*"));
  EXPECT_EQ(server.requests().size(), 0U);

  // It may have another limit by now; what is known to be taken is not asked for again.
  server.SetMaxRequestBytes(64 << 20);
  for (int i = 0; i < 2; ++i) {
    const auto reply = client.Compute(sample.view(), sample.settings);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_EQ(reply->summary().groups(), 200'000U);
  }
  EXPECT_EQ(server.info_calls(), 2);
}

TEST(Client, TakesWhatGrpcRefusesForTooLarge) {
  const FakeServer server({.grpc_limit = 20'000});
  Client client(server.target());
  const Sample sample = OfRewards(4000);
  const absl::Status status = client.Compute(sample.view(), sample.settings).status();
  EXPECT_TRUE(IsTooLarge(status)) << status;
  EXPECT_THAT(Text(status), testing::MatchesRegex(".*larger than max \\([0-9]+ vs. 20000\\) "
                                                  "\\(--max-request-bytes\\)"));
  EXPECT_EQ(server.requests().size(), 0U);
}

TEST(Client, TakesARefusalForGoodForTooLarge) {
  int calls = 0;
  const FakeServer server({}, [&](grpc::ServerContext& context, const auto&, auto&) {
    ++calls;
    context.AddTrailingMetadata("grpc-retry-pushback-ms", "-1");
    return grpc::Status(grpc::RESOURCE_EXHAUSTED, "no");
  });
  Client client(server.target());
  const Sample sample = OfRewards(2);
  EXPECT_TRUE(IsTooLarge(client.Compute(sample.view(), sample.settings).status()));
  EXPECT_EQ(calls, 1);
}

TEST(Client, RefusesAnAnswerToAnotherBatch) {
  const FakeServer server({}, [](grpc::ServerContext&, const auto&, auto& response) {
    response.add_advantages(1);
    return grpc::Status::OK;
  });
  Client client(server.target());
  const Sample sample = OfRewards(2);
  EXPECT_THAT(Text(client.Compute(sample.view(), sample.settings).status()),
              HasSubstr("the answer has 1 advantages for "));
}

TEST(Client, AsksForEverythingElse) {
  const FakeServer server;
  Client client(server.target());
  const auto info = client.GetServerInfo();
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->max_request_bytes(), 64U << 20);
  EXPECT_TRUE(absl::IsUnimplemented(client.ListMethods().status()));
  EXPECT_TRUE(absl::IsUnimplemented(client.Describe({}).status()));
  const auto serving = client.IsServing();
  ASSERT_TRUE(serving.ok()) << serving.status();
  EXPECT_TRUE(*serving);
}

}  // namespace
}  // namespace advantaged::client
