// A reply of ComputeAdvantages whose advantages are computed where gRPC sends them from. On the
// wire a field may stand beside the rest of its message, so megabytes need not be copied into one.
#ifndef ADVANTAGED_SERVER_GRPC_RPC_REPLY_BYTES_H_
#define ADVANTAGED_SERVER_GRPC_RPC_REPLY_BYTES_H_

#include <grpcpp/support/byte_buffer.h>

#include <cstddef>
#include <span>
#include <string>

#include "advantaged/v1/compute.pb.h"
#include "server/codec/handler.h"

namespace advantaged {

class ReplyBytes final : public ReplyRoom {
 public:
  // Not initialized.
  std::span<float> Make(v1::ReplyForm form, std::size_t size) override;
  std::size_t bytes() const override { return head_.size() + advantages_.size(); }
  // The whole reply, without a copy of the advantages.
  grpc::ByteBuffer With(const v1::ComputeAdvantagesResponse& rest) const;

 private:
  std::string head_;  // tag and length
  grpc::Slice advantages_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_GRPC_RPC_REPLY_BYTES_H_
