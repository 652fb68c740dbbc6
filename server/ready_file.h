// Tells whoever started the server that it serves, and where.
#ifndef ADVANTAGED_SERVER_READY_FILE_H_
#define ADVANTAGED_SERVER_READY_FILE_H_

#include <string>
#include <vector>

namespace advantaged {

// A JSON file that is there while the server serves:
//   {"grpc":["127.0.0.1:50051","unix:/run/advantaged.sock"],"http":"127.0.0.1:9464"}
// `http` is left out where there is none.
class ReadyFile {
 public:
  // Removes the file that an earlier server left at `path`, and nothing else: a device is left. An
  // empty path: no file, ever.
  explicit ReadyFile(std::string path);
  ReadyFile(const ReadyFile&) = delete;
  ReadyFile& operator=(const ReadyFile&) = delete;
  // Removes it.
  ~ReadyFile();

  // Writes the file so that readers see all of it or nothing. On failure, also where something
  // else has its place, returns false and says why. Never waits for a reader of a named pipe.
  bool Write(const std::vector<std::string>& grpc, const std::string& http, std::string& error);

 private:
  void Remove() const;
  const std::string path_;
};

}  // namespace advantaged

#endif  // ADVANTAGED_SERVER_READY_FILE_H_
