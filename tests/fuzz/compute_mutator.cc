// Changes a request field by field. libFuzzer changes bytes, and almost every change of the length
// of something breaks the lengths around it; so most inputs would end in the parser.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "advantaged/v1/compute.pb.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace advantaged::fuzz {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

// Limits of the contract and their neighbours among them.
constexpr std::uint32_t kWholes[] = {0,
                                     1,
                                     2,
                                     3,
                                     4,
                                     5,
                                     7,
                                     8,
                                     9,
                                     16,
                                     63,
                                     64,
                                     1024,
                                     4096,
                                     4097,
                                     1U << 20,
                                     (1U << 20) + 1,
                                     1U << 24,
                                     (1U << 24) + 1,
                                     ~0U};
constexpr double kReals[] = {0,
                             -0.0,
                             1,
                             -1,
                             0.5,
                             3,
                             1e-8,
                             -1e-300,
                             3e38,
                             1e308,
                             std::numeric_limits<double>::denorm_min(),
                             std::numeric_limits<double>::infinity(),
                             -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()};

class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  void Mutate(v1::ComputeAdvantagesRequest& request) {
    for (unsigned changes = 1 + Below(3); changes > 0; --changes) Change(request);
    if (Below(2) == 0) Fit(request);
  }

 private:
  unsigned Below(unsigned limit) { return Random() % limit; }
  std::uint32_t Random() { return static_cast<std::uint32_t>(random_()); }
  template <typename Value, std::size_t kSize>
  Value OneOf(const Value (&values)[kSize]) {
    return values[Below(kSize)];
  }
  std::uint32_t Whole() { return Below(4) == 0 ? Random() : OneOf(kWholes); }
  double Real() {
    if (Below(2) == 0) return OneOf(kReals);
    return std::normal_distribution<double>()(random_);
  }

  // One field of the message, or of a message in it.
  void Change(Message& message) {
    const auto& type = *message.GetDescriptor();
    const Reflection& reflection = *message.GetReflection();
    if (type.field_count() == 0) return;
    const FieldDescriptor& field =
        *type.field(static_cast<int>(Below(static_cast<unsigned>(type.field_count()))));
    if (field.is_repeated()) return ChangeRepeated(message, field);
    if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      Message& child = *reflection.MutableMessage(&message, &field);
      if (Below(8) != 0) Change(child);
    } else if (Below(4) == 0) {
      reflection.ClearField(&message, &field);
    } else {
      Set(message, field);
    }
  }

  void ChangeRepeated(Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    const int index = size == 0 ? 0 : static_cast<int>(Below(static_cast<unsigned>(size)));
    switch (Below(size == 0 ? 2 : 5)) {
      case 0:
      case 1:
        for (unsigned more = 1 + Below(8); more > 0; --more) Add(message, field);
        break;
      case 2:
        reflection.RemoveLast(&message, &field);
        break;
      case 3:
        reflection.SwapElements(&message, &field, index, size - 1);
        break;
      default:
        if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
          Change(*reflection.MutableRepeatedMessage(&message, &field, index));
        } else {
          reflection.RemoveLast(&message, &field);
          Add(message, field);
        }
    }
  }

  void Set(Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.SetUInt32(&message, &field, Whole());
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.SetDouble(&message, &field, Real());
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.SetBool(&message, &field, Below(2) == 1);
      case FieldDescriptor::CPPTYPE_ENUM:
        return reflection.SetEnumValue(&message, &field, static_cast<int>(Below(6)));
      default:
        return reflection.SetString(&message, &field, Bytes(reflection.GetString(message, &field)));
    }
  }

  void Add(Message& message, const FieldDescriptor& field) {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_UINT32:
        return reflection.AddUInt32(&message, &field, Below(2) == 0 ? 1 + Below(4) : Whole());
      case FieldDescriptor::CPPTYPE_FLOAT:
        return reflection.AddFloat(
            &message, &field,
            Below(2) == 0 ? static_cast<float>(Below(2)) : static_cast<float>(Real()));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return reflection.AddDouble(&message, &field, Real());
      default:
        Change(*reflection.AddMessage(&message, &field));
    }
  }

  std::string Bytes(std::string bytes) {
    const std::size_t size = bytes.size();
    bytes.resize(size + 16);
    bytes.resize(
        LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
    return bytes;
  }

  // Makes arrays agree with each other, as in requests that get further than the checks.
  void Fit(v1::ComputeAdvantagesRequest& request) {
    std::size_t responses = static_cast<std::size_t>(request.rewards_size());
    if (responses == 0) responses = request.rewards_float32_le().size() / sizeof(float);
    if (responses == 0) responses = std::min<std::size_t>(request.response_count(), 4096);
    if (request.response_count() != 0) {
      request.set_response_count(static_cast<std::uint32_t>(responses));
    }
    FitBits(*request.mutable_reward_bits(), responses);
    FitBits(*request.mutable_valid(), responses);
    FitBits(*request.mutable_outcomes(), responses);
    if (request.lengths_size() > 0) {
      request.mutable_lengths()->Resize(static_cast<int>(responses), 1);
    }
    if (request.group_ids_size() > 0) {
      request.mutable_group_ids()->Resize(static_cast<int>(responses), 3);
    }
    if (request.trajectory_ids_size() > 0) {
      request.mutable_trajectory_ids()->Resize(static_cast<int>(responses), 3);
    }
    while (request.has_group_size() && request.group_size() > 1 &&
           responses % request.group_size() != 0) {
      request.set_group_size(request.group_size() / 2);
    }
  }

  static void FitBits(std::string& bits, std::size_t responses) {
    if (bits.empty()) return;
    bits.resize((responses + 7) / 8);
    if (responses % 8 != 0) bits.back() &= static_cast<char>((1U << responses % 8) - 1);
  }

  std::mt19937 random_;
};

}  // namespace
}  // namespace advantaged::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  advantaged::v1::ComputeAdvantagesRequest request;
  if (seed % 8 == 0 || !request.ParseFromArray(data, static_cast<int>(size))) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  advantaged::fuzz::Mutator(seed).Mutate(request);
  const std::string bytes = request.SerializeAsString();
  if (bytes.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::ranges::copy(bytes, data);
  return bytes.size();
}
