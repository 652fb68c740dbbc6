// Calls over the queue: which events their handlers get, and in which order, however a call ends.
#include "server/grpc/rpc/server_call.h"

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server/grpc/rpc/call_queue.h"

namespace advantaged {
namespace {

grpc::ByteBuffer Bytes(const std::string& text) {
  const grpc::Slice slice(text);
  return {&slice, 1};
}

std::string Text(const grpc::ByteBuffer& bytes) {
  std::vector<grpc::Slice> slices;
  EXPECT_TRUE(bytes.Dump(&slices).ok());
  std::string text;
  for (const grpc::Slice& slice : slices) text.append(slice.begin(), slice.end());
  return text;
}

// The events of all handlers.
class Journal {
 public:
  void Write(const std::string& entry) {
    const std::lock_guard lock(mutex_);
    text_ += entry + ' ';
    changed_.notify_all();
  }
  // Waits for this text, and returns what there is.
  std::string Await(const std::string& expected) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::minutes(1), [&] { return text_ == expected; });
    return text_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string text_;
};

// Tells the journal everything and does what the test says.
class Told final : public CallHandler {
 public:
  using Reaction = std::function<void(ServerCall& server_call, bool ok)>;

  Told(ServerCall& server_call, Journal& journal, Reaction on_read, Reaction on_cancelled)
      : server_call_(server_call),
        journal_(journal),
        on_read_(std::move(on_read)),
        on_cancelled_(std::move(on_cancelled)) {
    server_call.Attach(*this);
    server_call.Read();
  }

 private:
  void OnRead(bool ok) override {
    journal_.Write(ok ? "read" : "end");
    on_read_(server_call_, ok);
  }
  void OnWritten(bool ok) override {
    journal_.Write(ok ? "written" : "lost");
    server_call_.Read();
  }
  void OnCancelled() override {
    journal_.Write("cancelled");
    if (on_cancelled_) on_cancelled_(server_call_, false);
  }
  void OnDone() override {
    journal_.Write("over");
    delete this;
  }

  ServerCall& server_call_;
  Journal& journal_;
  const Reaction on_read_;
  const Reaction on_cancelled_;
};

class WireTest : public testing::Test {
 protected:
  void Serve(CallQueue::Accept accept, std::size_t threads = 1) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    queue_ = std::make_unique<CallQueue>(builder, threads);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    queue_->Start(std::move(accept));
    stub_ = std::make_unique<grpc::GenericStub>(grpc::CreateChannel(
        "127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials()));
  }
  void TearDown() override {
    server_->Shutdown(std::chrono::system_clock::now());
    queue_->Stop();
  }

  // A call of one message; its answer, or the text of its status.
  std::future<std::string> Call(grpc::ClientContext& context, const std::string& message) {
    struct State {
      grpc::ByteBuffer request;
      grpc::ByteBuffer answer;
      std::promise<std::string> ended;
    };
    auto state = std::make_shared<State>();
    state->request = Bytes(message);
    stub_->UnaryCall(
        &context, "/a.Service/Method", {}, &state->request, &state->answer,
        [state](const grpc::Status& status) {
          state->ended.set_value(status.ok() ? Text(state->answer) : status.error_message());
        });
    return state->ended.get_future();
  }

  // The same, to a server that has read it and ends it only once it is cancelled.
  std::future<std::string> CallThatIsNotAnswered(grpc::ClientContext& context) {
    Serve([this](ServerCall& server_call) {
      new Told(
          server_call, journal_, [this](ServerCall&, bool) { has_read_.set_value(); },
          [](ServerCall& w, bool) { w.End(grpc::Status::CANCELLED); });
    });
    std::future<std::string> answer = Call(context, "hello");
    has_read_.get_future().wait();
    return answer;
  }

  Journal journal_;
  std::promise<void> has_read_;
  std::vector<std::future<void>> ends_;  // used by the thread of the queue, which TearDown ends
  std::unique_ptr<CallQueue> queue_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<grpc::GenericStub> stub_;
};

TEST_F(WireTest, AMessageAnAnswerAndTheEnd) {
  Serve([this](ServerCall& server_call) {
    EXPECT_EQ(server_call.path(), "/a.Service/Method");
    const auto answer = [](ServerCall& w, bool) { w.End(w.message(), grpc::Status::OK); };
    new Told(server_call, journal_, answer, {});
  });
  grpc::ClientContext context;
  EXPECT_EQ(Call(context, "hello").get(), "hello");
  EXPECT_EQ(journal_.Await("read over "), "read over ");
}

TEST_F(WireTest, AStatusWithoutAnAnswer) {
  Serve([this](ServerCall& server_call) {
    const auto refuse = [](ServerCall& w, bool) {
      w.End(grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "too much"));
    };
    new Told(server_call, journal_, refuse, {});
  });
  grpc::ClientContext context;
  EXPECT_EQ(Call(context, "hello").get(), "too much");
  EXPECT_EQ(journal_.Await("read over "), "read over ");
}

TEST_F(WireTest, ACallerWhoGoesIsTold) {
  grpc::ClientContext context;
  std::future<std::string> answer = CallThatIsNotAnswered(context);
  context.TryCancel();
  answer.wait();
  EXPECT_EQ(journal_.Await("read cancelled over "), "read cancelled over ");
}

TEST_F(WireTest, AnotherThreadMayEndACall) {
  Serve([&](ServerCall& server_call) {
    const auto later = [this](ServerCall& w, bool) {
      ends_.push_back(std::async(std::launch::async, [&w] { w.End(w.message(), {}); }));
    };
    new Told(server_call, journal_, later, {});
  });
  for (int i = 0; i < 100; ++i) {
    grpc::ClientContext context;
    ASSERT_EQ(Call(context, std::to_string(i)).get(), std::to_string(i));
  }
}

TEST_F(WireTest, ManyCallsAtOnceOnSeveralThreads) {
  Serve(
      [this](ServerCall& server_call) {
        const auto answer = [](ServerCall& w, bool) { w.End(w.message(), grpc::Status::OK); };
        new Told(server_call, journal_, answer, {});
      },
      3);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::future<std::string>> answers;
  for (int i = 0; i < 300; ++i) {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    answers.push_back(Call(*contexts.back(), std::to_string(i)));
  }
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(answers[static_cast<std::size_t>(i)].get(), std::to_string(i));
}

TEST_F(WireTest, StopWaitsForWhatTheServerCancels) {
  grpc::ClientContext context;
  std::future<std::string> answer = CallThatIsNotAnswered(context);
  server_->Shutdown(std::chrono::system_clock::now());
  queue_->Stop();
  EXPECT_EQ(journal_.Await("read cancelled over "), "read cancelled over ");
  answer.wait();
}

}  // namespace
}  // namespace advantaged
