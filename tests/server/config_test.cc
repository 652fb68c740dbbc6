// The configuration: kinds of values, the file, the environment, precedence, reloading.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "server/config/configuration.h"
#include "server/config/file.h"
#include "server/config/settings.h"

namespace advantaged {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

using Texts = std::vector<std::string>;

// What `kind` makes of a text: as it writes it again, or the complaint.
std::string Read(const Kind& kind, const std::string& text) {
  ServerOptions options;
  const std::string error = kind.read({text}, options);
  return error.empty() ? kind.write(options).front() : error;
}

TEST(Kind, Bytes) {
  const Kind kind = Bytes(
      [](auto& o) -> auto& { return o.compute.max_request_bytes; }, 1, 1U << 30);
  EXPECT_EQ(kind.range, "1 to 1GiB");
  for (const auto& [text, written] : std::vector<std::pair<const char*, const char*>>{
           {"1", "1"}, {"2048", "2KiB"}, {"3KiB", "3KiB"}, {"1024MiB", "1GiB"}, {"1025", "1025"}}) {
    EXPECT_EQ(Read(kind, text), written);
  }
  for (const char* text : {"", "KiB", "1KB", "1kib", "1 KiB", "-1", "+1", "1.5MiB", "0x10", "1e3",
                           "18446744073709551616", "18446744073709551615GiB"}) {
    EXPECT_THAT(Read(kind, text), HasSubstr(" is not a whole number of bytes")) << text;
  }
  EXPECT_EQ(Read(kind, "0"), "\"0\" is not in 1 to 1GiB");
  EXPECT_EQ(Read(kind, "2GiB"), "\"2GiB\" is not in 1 to 1GiB");
}

TEST(Kind, Count) {
  const Kind kind = Count(
      [](auto& o) -> auto& { return o.compute.inline_responses; }, 2, 10000);
  EXPECT_EQ(Read(kind, "4096"), "4096");
  EXPECT_EQ(Read(kind, "4KiB"), "\"4KiB\" is not a whole number, 2 to 10000");
  EXPECT_EQ(Read(kind, "1"), "\"1\" is not in 2 to 10000");
}

TEST(Kind, Seconds) {
  using std::chrono::milliseconds;
  const Kind kind = Seconds(&ServerOptions::drain_delay, milliseconds(100), milliseconds(100000));
  EXPECT_EQ(kind.range, "0.1 to 100");
  for (const char* text : {"0.1", "1", "2.5", "0.123", "100"}) EXPECT_EQ(Read(kind, text), text);
  EXPECT_EQ(Read(kind, "5.0"), "5");
  for (const char* text : {"", "5s", "1e1", "nan", "0x1", "1,5"}) {
    EXPECT_THAT(Read(kind, text), HasSubstr("is not a number of seconds")) << text;
  }
  for (const char* text : {"0", "0.0999", "100.001", "-1", "inf"}) {
    EXPECT_EQ(Read(kind, text), '"' + std::string(text) + "\" is not in 0.1 to 100 seconds");
  }
  EXPECT_THAT(Read(kind, "1.0001"), HasSubstr("finer than a millisecond"));
}

TEST(Kind, Share) {
  const Kind kind = Share([](auto& o) -> auto& { return o.compute.admission.connection_share; });
  for (const char* text : {"1", "0.5", "0.1", "0.00001"}) EXPECT_EQ(Read(kind, text), text);
  for (const char* text : {"0", "-0.5", "1.01", "50%", "1e-1", "nan", ""}) {
    EXPECT_THAT(Read(kind, text), HasSubstr("is not a number above 0, up to 1")) << text;
  }
}

TEST(Kind, FileModeAndChoice) {
  const Kind mode = FileMode(&ServerOptions::socket_mode);
  EXPECT_EQ(Read(mode, "600"), "0600");
  EXPECT_EQ(Read(mode, "0"), "00");
  for (const char* text : {"0800", "01000", "rw", "", "-1"}) {
    EXPECT_THAT(Read(mode, text), HasSubstr("is not an octal mode")) << text;
  }
  const Kind level = Choice(&ServerOptions::log_level, {"debug", "info", "warning", "error"});
  for (const char* text : {"debug", "error"}) EXPECT_EQ(Read(level, text), text);
  EXPECT_EQ(Read(level, "Info"), "\"Info\" is not one of debug, info, warning, error");
}

TEST(Kind, OneValueUnlessAList) {
  ServerOptions options;
  EXPECT_EQ(Path(&ServerOptions::ready_file).read({"a", "b"}, options), "takes one value");
  EXPECT_EQ(options.ready_file, "");
}

// The lines of a configuration without the comments.
std::string Values(const Configuration& configuration) {
  std::string values;
  std::istringstream lines(configuration.ToFile());
  for (std::string line; std::getline(lines, line);) {
    values += line.substr(0, line.find("  # ")) + '\n';
  }
  return values;
}

Configuration Defaults() {
  Errors errors;
  return Configuration::Merge({}, errors);
}

TEST(Settings, NamesFollowFromTheFlag) {
  for (const Setting& setting : Settings()) {
    EXPECT_THAT(setting.name, testing::MatchesRegex("[a-z]+(-[a-z]+)*"));
    EXPECT_FALSE(setting.description.empty());
  }
  const Setting& row = *std::ranges::find(Settings(), "max-request-bytes", &Setting::name);
  EXPECT_EQ(row.flag() + ' ' + row.variable() + ' ' + row.key(),
            "--max-request-bytes ADVANTAGED_MAX_REQUEST_BYTES max_request_bytes");
}

TEST(Settings, FlagBeforeEnvironmentBeforeFileBeforeDefault) {
  const ServerOptions defaults;
  for (const Setting& setting : Settings()) {
    const std::string name(setting.name);
    const auto layer = [&](const char* origin) {
      return Layer{{name, {setting.kind.write(defaults), origin, origin}}};
    };
    const auto origin = [&](const std::vector<Layer>& layers) {
      Errors errors;
      const std::string file = Configuration::Merge(layers, errors).ToFile();
      EXPECT_THAT(errors, IsEmpty());
      const std::size_t line = file.find(setting.key() + " = ");
      const std::size_t comment = file.find("  # ", line) + 4;
      return file.substr(comment, file.find('\n', comment) - comment);
    };
    EXPECT_EQ(origin({layer("flag"), layer("environment"), layer("file")}), "flag") << name;
    EXPECT_EQ(origin({{}, layer("environment"), layer("file")}), "environment") << name;
    EXPECT_EQ(origin({{}, {}, layer("file")}), "file") << name;
    EXPECT_EQ(origin({{}, {}, {}}), "default") << name;
  }
}

TEST(Settings, TheFirstLayerCountsEvenIfItIsWrong) {
  Errors errors;
  Configuration::Merge({{{"drain-delay", {{"x"}, "--drain-delay", "flag"}}},
                        {{"drain-delay", {{"1"}, "ADVANTAGED_DRAIN_DELAY", "environment"}}}},
                       errors);
  EXPECT_THAT(errors, ElementsAre("--drain-delay: \"x\" is not a number of seconds, 0 to 3600"));
}

TEST(ConfigFile, WhatIsPrintedReadsBack) {
  const std::string odd = "a \"b\" 'c' \\ # \n\t é";
  Errors errors;
  const Configuration original =
      Configuration::Merge({{{"listen", {{"unix:/a,b#c", "[::1]:0"}, "", "flag"}},
                             {"ready-file", {{odd}, "", "flag"}},
                             {"max-request-bytes", {{"1025"}, "", "flag"}},
                             {"drain-delay", {{"0.25"}, "", "flag"}},
                             {"http-listen", {{"off"}, "", "flag"}}}},
                           errors);
  const Configuration again =
      Configuration::Merge({ParseConfig(original.ToFile(), "printed", errors)}, errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_EQ(Values(again), Values(original));
  EXPECT_EQ(again.Hash(), original.Hash());
  EXPECT_EQ(again.options().ready_file, odd);
  EXPECT_NE(again.Hash(), Defaults().Hash());
}

// What is wrong with a file, without the "F:".
Errors Complaints(const std::string& text) {
  Errors errors;
  Configuration::Merge({ParseConfig(text, "F", errors)}, errors);
  for (std::string& error : errors) {
    EXPECT_THAT(error, StartsWith("F:"));
    error.erase(0, 2);
  }
  return errors;
}

TEST(ConfigFile, Complaints) {
  EXPECT_THAT(Complaints(""), IsEmpty());
  EXPECT_THAT(Complaints("max_reqest_bytes = 1"),
              ElementsAre("1: unknown key \"max_reqest_bytes\"; did you mean "
                          "\"max_request_bytes\"?"));
  EXPECT_THAT(Complaints("\nlisten-on = 1"),
              ElementsAre("2: unknown key \"listen-on\"; did you mean \"listen\"?"));
  EXPECT_THAT(Complaints("config = 'x'\n[grpc]\nlisten = 'a:1'"),
              ElementsAre(HasSubstr("1: unknown key \"config\""),
                          "2: \"grpc\" is a table; keys stand at the top level"));
  EXPECT_THAT(Complaints("socket_mode = 0o660"),
              ElementsAre("1: socket_mode: must be text in quotes"));
  EXPECT_THAT(Complaints("drain_delay = true"),
              ElementsAre("1: drain_delay: must be a number or text in quotes"));
  EXPECT_THAT(Complaints("listen = ['a:1', 2]"),
              ElementsAre("1: listen: must be text in quotes, or an array of such"));
  EXPECT_THAT(Complaints("ready_file = \"/a\\u0000b\""),
              ElementsAre("1: ready_file: a text with a zero byte"));
  EXPECT_THAT(Complaints("listen = []"), ElementsAre("1: listen: needs an address"));
  EXPECT_THAT(Complaints("max_request_bytes = 1.5"),
              ElementsAre(HasSubstr("1: max_request_bytes: \"1.5\" is not a whole number")));
  EXPECT_THAT(Complaints("max_request_bytes = -1"), ElementsAre(HasSubstr("\"-1\" is not")));
  EXPECT_THAT(Complaints("drain_delay = inf"), ElementsAre(HasSubstr("\"inf\" is not in")));
  EXPECT_THAT(Complaints("drain_delay = 1e308"), ElementsAre(HasSubstr(" is not in 0 to 3600")));
}

TEST(ConfigFile, NotToml) {
  for (const char* text : {"listen", "listen = ", "listen = [", "a = 1\na = 2", "= 1", "\xff",
                           "x = "
                           "'a"}) {
    EXPECT_EQ(Complaints(text).size(), 1) << text;
  }
  EXPECT_THAT(Complaints("\n\nlisten = [\n"), ElementsAre(StartsWith("3: ")));
}

TEST(ConfigFile, UnreadableFilesSayWhy) {
  Errors errors;
  ReadConfigFile("/nowhere/f", errors);
  ReadConfigFile("/", errors);
  EXPECT_THAT(errors, ElementsAre("cannot read /nowhere/f: No such file or directory",
                                  "cannot read /: Is a directory"));
}

TEST(Environment, ReadsWhatItKnowsAndSaysWhatItDoesNot) {
  const char* const variables[] = {"PATH=/bin",
                                   "ADVANTAGED_LISTEN=a:1,unix:/b",
                                   "ADVANTAGED_READY_FILE=",
                                   "ADVANTAGED_CONFIG=c.toml",
                                   "ADVANTAGED_PORT=tcp://10.0.0.1:50051",
                                   "ADVANTAGED_SERVICE_HOST=10.0.0.1",
                                   "ADVANTAGED_SERVICE_PORT_GRPC=50051",
                                   "ADVANTAGED_PORT_50051_TCP=tcp://10.0.0.1:50051",
                                   "ADVANTAGED_PORT_50051_TCP_PROTO=tcp",
                                   "ADVANTAGED_METRICS_PORT=tcp://10.0.0.1:9464",
                                   "ADVANTAGED_METRICS_SERVICE_HOST=10.0.0.1",
                                   "ADVANTAGED_HTTP_PORT=9464",
                                   "ADVANTAGED_DRAIN_DELY=3",
                                   "ADVANTAGED",
                                   nullptr};
  const Environment environment = ReadEnvironment(variables);
  EXPECT_EQ(environment.config, "c.toml");
  ASSERT_EQ(environment.settings.size(), 1);
  const Entry& listen = environment.settings.at("listen");
  EXPECT_THAT(listen.texts, ElementsAre("a:1", "unix:/b"));
  EXPECT_EQ(listen.place, "ADVANTAGED_LISTEN");
  EXPECT_THAT(environment.errors,
              ElementsAre("unknown environment variable ADVANTAGED_DRAIN_DELY; did you mean "
                          "ADVANTAGED_DRAIN_DELAY?"));
  EXPECT_THAT(environment.warnings,
              ElementsAre("unknown environment variable ADVANTAGED_HTTP_PORT; the closest "
                          "known one is ADVANTAGED_HTTP_LISTEN"));
}

TEST(Reload, TakesWhatIsSafeAndNamesTheRest) {
  Configuration running = Defaults();
  const std::string before = running.Hash();
  Errors errors;
  const Configuration next = Configuration::Merge(
      {ParseConfig("log_level = 'error'\nmax_request_bytes = 2048\ndrain_delay = 5", "F", errors)},
      errors);
  ASSERT_THAT(errors, IsEmpty());
  for (const bool first : {true, false}) {
    Texts applied;
    Texts need_restart;
    running.Reload(next, applied, need_restart);
    EXPECT_EQ(applied, first ? Texts{"log_level"} : Texts{});
    // Until it happens.
    EXPECT_THAT(need_restart, ElementsAre("max_request_bytes"));
  }
  EXPECT_EQ(running.options().log_level, LogLevel::kError);
  EXPECT_EQ(running.options().compute.max_request_bytes, 72U << 20);
  EXPECT_NE(running.Hash(), before);
  Texts applied;
  Texts need_restart;
  running.Reload(Defaults(), applied, need_restart);
  EXPECT_EQ(running.Hash(), before);
}

CommandLine Flags(std::vector<const char*> flags, Errors& errors) {
  flags.insert(flags.begin(), "advantaged");
  std::ostringstream out;
  return ReadCommandLine(static_cast<int>(flags.size()), flags.data(), out, errors);
}

TEST(CommandLine, TakesWhatIsMeant) {
  Errors errors;
  const CommandLine line = Flags(
      {"--listen=a:1,b:2", "--listen", "[::1]:3", "--ready-file=", "--config=c", "--check-config"},
      errors);
  EXPECT_THAT(errors, IsEmpty());
  EXPECT_THAT(line.settings.at("listen").texts, ElementsAre("a:1", "b:2", "[::1]:3"));
  // CLI11 by itself would take "--config=c" for the name of the file.
  EXPECT_THAT(line.settings.at("ready-file").texts, ElementsAre(""));
  EXPECT_EQ(line.config, "c");
  EXPECT_TRUE(line.check_config);
  EXPECT_FALSE(line.print_config);
  EXPECT_EQ(line.settings.size(), 2);
}

TEST(CommandLine, Complaints) {
  Errors errors;
  Flags({"--drain-dely", "5", "--nothing-like-it=1"}, errors);
  EXPECT_THAT(errors, ElementsAre("unknown flag \"--drain-dely\"; did you mean \"--drain-delay\"?",
                                  "unknown flag \"--nothing-like-it\""));
  for (const auto& [flags, complaint] :
       std::vector<std::pair<std::vector<const char*>, const char*>>{
           {{"serve"}, "unexpected argument \"serve\""},
           {{"--ready-file", "--check-config"},
            "--ready-file: its value is missing: \"--check-config\" follows"},
           {{"--ready-file"}, "--ready-file: 1 required PATH missing"},
           {{"--log-level=info", "--log-level=info"},
            "--log-level: At Most 1 required but received 2"}}) {
    errors.clear();
    Flags(flags, errors);
    EXPECT_THAT(errors, ElementsAre(complaint));
  }
}

}  // namespace
}  // namespace advantaged
