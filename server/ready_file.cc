#include "server/ready_file.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

namespace advantaged {

ReadyFile::ReadyFile(std::string path) : path_(std::move(path)) { Remove(); }

ReadyFile::~ReadyFile() { Remove(); }

void ReadyFile::Remove() const {
  std::error_code ignored;
  if (!path_.empty()) std::filesystem::remove(path_, ignored);
}

bool ReadyFile::Write(const std::vector<std::string>& grpc, const std::string& http,
                      std::string& error) {
  if (path_.empty()) return true;
  nlohmann::ordered_json content;
  content["grpc"] = grpc;
  if (!http.empty()) content["http"] = http;
  const std::string draft = path_ + ".new";
  std::ofstream file(draft);
  file << content.dump() << '\n';
  file.close();
  std::error_code problem;
  if (file) {
    std::filesystem::rename(draft, path_, problem);
  } else {
    problem = std::make_error_code(std::errc::io_error);
  }
  if (!problem) return true;
  error = "cannot write " + path_ + ": " + problem.message();
  return false;
}

}  // namespace advantaged
