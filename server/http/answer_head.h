// The lines in front of an answer's body.
#ifndef ADVANTAGED_SERVER_HTTP_ANSWER_HEAD_H_
#define ADVANTAGED_SERVER_HTTP_ANSWER_HEAD_H_

#include <string>

#include "server/http/message.h"

namespace advantaged::http {

// What an answer owes to its request.
struct Wanted {
  unsigned version = 11;    // 10 or 11
  bool keep_alive = false;  // the connection stays open after it
};

std::string AnswerHead(const Response& response, const Wanted& wanted);

}  // namespace advantaged::http

#endif  // ADVANTAGED_SERVER_HTTP_ANSWER_HEAD_H_
