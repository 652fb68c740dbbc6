// A text that protobuf prints into.
#ifndef ADVANTAGED_SERVER_JSON_OUTPUT_H_
#define ADVANTAGED_SERVER_JSON_OUTPUT_H_

#include <google/protobuf/io/zero_copy_stream.h>

#include <cstdint>
#include <string>

namespace advantaged {

// Unlike protobuf's own stream for a string it does not throw where there is no memory: protobuf
// writes its rest in a destructor, and does not survive an exception from there.
class JsonOutput final : public google::protobuf::io::ZeroCopyOutputStream {
 public:
  bool Next(void** data, int* size) override;
  void BackUp(int count) override { used_ -= static_cast<std::size_t>(count); }
  std::int64_t ByteCount() const override { return static_cast<std::int64_t>(used_); }

  // What was printed. Throws std::bad_alloc if there was no memory for all of it.
  std::string Take();

 private:
  std::string text_;
  std::size_t used_ = 0;
  bool failed_ = false;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_JSON_OUTPUT_H_
