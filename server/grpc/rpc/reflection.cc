#include "server/grpc/rpc/reflection.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <grpc/reflection/v1/reflection.pb.h>

#include <set>
#include <string_view>

#include "server/grpc/rpc/message_bytes.h"

namespace advantaged {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

constexpr std::string_view kGoogleRpc = "google.rpc.";

// The file, then all that it imports, each once: tools such as ghz take the first for the one they
// asked for.
void AddFile(const FileDescriptor& file, std::set<const FileDescriptor*>& added,
             grpc::reflection::v1::FileDescriptorResponse& out) {
  if (!added.insert(&file).second) return;
  FileDescriptorProto proto;
  file.CopyTo(&proto);
  proto.SerializeToString(out.add_file_descriptor_proto());
  for (int i = 0; i < file.dependency_count(); ++i) AddFile(*file.dependency(i), added, out);
}

void Fail(grpc::StatusCode code, const std::string& message, ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

void AnswerFile(const FileDescriptor* file, ServerReflectionResponse& response) {
  if (file == nullptr) return Fail(grpc::StatusCode::NOT_FOUND, "not found", response);
  std::set<const FileDescriptor*> added;
  AddFile(*file, added, *response.mutable_file_descriptor_response());
}

// Types of the package in messages, and in those within them, named as another package's.
void Rename(std::string_view from, std::string_view to, DescriptorProto& message) {
  for (auto& field : *message.mutable_field()) {
    if (field.type_name().starts_with(from)) field.mutable_type_name()->replace(0, from.size(), to);
  }
  for (auto& nested : *message.mutable_nested_type()) Rename(from, to, nested);
}

// Error details go out under google.rpc, where this process has no types (status.proto says why),
// so tools that print them ask for these: ours are the same on the wire.
void AnswerErrorDetails(const std::string& symbol, ServerReflectionResponse& response) {
  const Descriptor* detail = DescriptorPool::generated_pool()->FindMessageTypeByName(
      "advantaged.rpc." + symbol.substr(kGoogleRpc.size()));
  if (detail == nullptr) return AnswerFile(nullptr, response);
  FileDescriptorProto proto;
  detail->file()->CopyTo(&proto);
  proto.set_name("google/rpc/details.proto");
  proto.set_package("google.rpc");
  for (auto& message : *proto.mutable_message_type()) {
    Rename(".advantaged.rpc.", ".google.rpc.", message);
  }
  auto& out = *response.mutable_file_descriptor_response();
  proto.SerializeToString(out.add_file_descriptor_proto());
  std::set<const FileDescriptor*> added;
  for (int i = 0; i < detail->file()->dependency_count(); ++i) {
    AddFile(*detail->file()->dependency(i), added, out);
  }
}

void AnswerSymbol(const std::string& symbol, ServerReflectionResponse& response) {
  if (symbol.starts_with(kGoogleRpc)) return AnswerErrorDetails(symbol, response);
  AnswerFile(DescriptorPool::generated_pool()->FindFileContainingSymbol(symbol), response);
}

const FileDescriptor* FileOf(const FieldDescriptor* extension) {
  return extension == nullptr ? nullptr : extension->file();
}

void AnswerExtensions(const std::string& type, ServerReflectionResponse& response) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  const Descriptor* descriptor = pool.FindMessageTypeByName(type);
  if (descriptor == nullptr) return Fail(grpc::StatusCode::NOT_FOUND, "not found", response);
  auto& out = *response.mutable_all_extension_numbers_response();
  out.set_base_type_name(type);
  std::vector<const FieldDescriptor*> extensions;
  pool.FindAllExtensions(descriptor, &extensions);
  for (const FieldDescriptor* extension : extensions) out.add_extension_number(extension->number());
}

ServerReflectionResponse Answer(const ServerReflectionRequest& request,
                                const std::vector<std::string>& services) {
  const DescriptorPool& pool = *DescriptorPool::generated_pool();
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kFileByFilename:
      AnswerFile(pool.FindFileByName(request.file_by_filename()), response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      AnswerSymbol(request.file_containing_symbol(), response);
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const Descriptor* type = pool.FindMessageTypeByName(wanted.containing_type());
      AnswerFile(type == nullptr
                     ? nullptr
                     : FileOf(pool.FindExtensionByNumber(type, wanted.extension_number())),
                 response);
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType:
      AnswerExtensions(request.all_extension_numbers_of_type(), response);
      break;
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services) {
        response.mutable_list_services_response()->add_service()->set_name(service);
      }
      break;
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      Fail(grpc::StatusCode::INVALID_ARGUMENT, "message_request is not set", response);
      break;
  }
  return response;
}

// A question, its answer, the next question.
class Conversation final : public CallHandler {
 public:
  Conversation(ServerCall& server_call, const std::vector<std::string>& services)
      : server_call_(server_call), services_(services) {
    server_call.Attach(*this);
    server_call.Read();
  }

 private:
  void OnRead(bool ok) override {
    ServerReflectionRequest request;
    if (!ok) return server_call_.End(grpc::Status::OK);
    if (!ParseShort(server_call_.message(), request)) {
      return server_call_.End(
          grpc::Status(grpc::StatusCode::INVALID_ARGUMENT,
                       "cannot parse the message as ServerReflectionRequest of at most 16 KiB"));
    }
    server_call_.Write(Serialize(Answer(request, services_)));
  }
  void OnWritten(bool ok) override {
    if (!ok) return server_call_.End(grpc::Status::CANCELLED);
    server_call_.Read();
  }
  void OnDone() override { delete this; }

  ServerCall& server_call_;
  const std::vector<std::string>& services_;
};

}  // namespace

void Reflect(ServerCall& server_call, const std::vector<std::string>& services) {
  new Conversation(server_call, services);
}

}  // namespace advantaged
