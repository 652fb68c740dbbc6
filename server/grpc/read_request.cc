#include "server/grpc/read_request.h"

#include <google/protobuf/message.h>
#include <grpcpp/support/proto_buffer_reader.h>

#include <string_view>
#include <utility>

#include "advantaged/v1/stream.pb.h"
#include "base/text.h"
#include "server/codec/unknown_fields.h"
#include "server/codec/wire_scan.h"

namespace advantaged {
namespace {

// The slices of a message, as long as somebody waits for what is made of them.
class AwaitedBytes final : public google::protobuf::io::ZeroCopyInputStream {
 public:
  AwaitedBytes(grpc::ByteBuffer& bytes, const std::function<bool()>& stop)
      : reader_(&bytes), stop_(stop) {}

  bool stopped() const { return stopped_; }

  bool Next(const void** data, int* size) override {
    if (ByteCount() >= next_look_) {
      next_look_ = ByteCount() + kBytesPerLook;
      stopped_ = stopped_ || (stop_ && stop_());
    }
    return !stopped_ && reader_.status().ok() && reader_.Next(data, size);
  }
  void BackUp(int count) override { reader_.BackUp(count); }
  bool Skip(int count) override { return reader_.Skip(count); }
  int64_t ByteCount() const override { return reader_.ByteCount(); }

 private:
  // Bytes that are read in less than the time of a small call.
  static constexpr std::int64_t kBytesPerLook = std::int64_t{1} << 20;

  grpc::ProtoBufferReader reader_;
  const std::function<bool()>& stop_;
  std::int64_t next_look_ = kBytesPerLook;
  bool stopped_ = false;
};

CallStatus CannotParse(const google::protobuf::Message& request) {
  return {.code = CallStatus::kInvalidArgument,
          .message = Concat("cannot parse the message as ", request.GetDescriptor()->name())};
}

// Fields of the batch of an item have the names that they have in a request of their own.
std::string_view PathInRequest(std::string_view path, const google::protobuf::Message& request) {
  constexpr std::string_view kBatch = "batch.";
  const bool is_item = request.GetDescriptor() == v1::StreamAdvantagesRequest::descriptor();
  if (is_item && path.starts_with(kBatch)) path.remove_prefix(kBatch.size());
  return path;
}

CallStatus CheckWire(grpc::ByteBuffer& bytes, const google::protobuf::Message& request,
                     const std::function<bool()>& stop, bool& has_ignored) {
  AwaitedBytes stream(bytes, stop);
  WireScan scan = ScanWire(stream, bytes.Length(), *request.GetDescriptor());
  has_ignored = scan.has_ignored;
  if (stream.stopped()) return Stopped();
  if (!scan.good && !scan.too_many) return CannotParse(request);
  if (!scan.unknown.empty()) return RefusedAsUnknown(std::move(scan.unknown));
  if (!scan.too_many) return {};
  Violations violations;
  violations.Add(PathInRequest(scan.too_many->field, request), scan.too_many->description);
  return InvalidArgument(std::move(violations));
}

}  // namespace

CallStatus ReadRequest(grpc::ByteBuffer& bytes, google::protobuf::Message& request,
                       const std::function<bool()>& stop) {
  bool has_ignored = false;
  CallStatus status = CheckWire(bytes, request, stop, has_ignored);
  if (status.ok()) {
    AwaitedBytes stream(bytes, stop);
    const bool parsed = request.ParseFromZeroCopyStream(&stream);
    if (has_ignored) DropUnknownFields(request);
    if (!parsed) {
      status = stream.stopped() ? Stopped() : CannotParse(request);
      request.Clear();
    }
  }
  if (status.ok()) bytes.Clear();
  return status;
}

}  // namespace advantaged
