#include "server/config/configuration.h"

#include <algorithm>
#include <boost/crc.hpp>
#include <cstdio>

#include "base/text.h"
#include "server/config/file.h"
#include "server/config/settings.h"

namespace advantaged {
namespace {

// What is wrong only beside something else.
void CheckTogether(const ServerOptions& options, Errors& errors) {
  const auto needs = [&](bool given, const char* what, bool other_given, const char* other) {
    if (given && !other_given) errors.push_back(Concat(what, ": needs ", other, " beside it"));
  };
  const bool certificate = !options.tls_certificate.empty();
  const bool key = !options.tls_key.empty();
  const bool client_ca = !options.tls_client_ca.empty();
  needs(certificate, "--tls-certificate", key, "--tls-key");
  needs(key, "--tls-key", certificate, "--tls-certificate");
  needs(client_ca, "--tls-client-ca", certificate, "--tls-certificate");
  needs(!options.tls_client_names.empty(), "--tls-client-names", client_ca, "--tls-client-ca");
}

}  // namespace

Configuration Configuration::Merge(const std::vector<Layer>& layers, Errors& errors) {
  Configuration result;
  for (const Setting& setting : Settings()) {
    std::string origin = "default";
    for (const Layer& layer : layers) {
      const auto entry = layer.find(setting.name);
      if (entry == layer.end()) continue;
      const std::string error = setting.kind.read(entry->second.texts, result.options_);
      if (!error.empty()) errors.push_back(Concat(entry->second.place, ": ", error));
      origin = entry->second.origin;
      break;
    }
    result.values_.push_back({setting.kind.write(result.options_), std::move(origin)});
  }
  return result;
}

std::string Configuration::ToFile() const {
  std::string text;
  std::string_view group;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Setting& setting = Settings()[i];
    if (setting.group != group) {
      text += Concat(text.empty() ? "" : "\n", "# ", setting.group, "\n");
      group = setting.group;
    }
    text += Concat(setting.key(), " = ", WriteConfigValue(setting, values_[i].texts), "  # ",
                   values_[i].origin, "\n");
  }
  return text;
}

std::string Configuration::Hash() const {
  boost::crc_32_type crc;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const Setting& setting = Settings()[i];
    const std::string line =
        Concat(setting.key(), "=", WriteConfigValue(setting, values_[i].texts), "\n");
    crc.process_bytes(line.data(), line.size());
  }
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(crc.checksum()));
  return digits;
}

void Configuration::Reload(const Configuration& next, std::vector<std::string>& applied,
                           std::vector<std::string>& need_restart) {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].texts == next.values_[i].texts) continue;
    const Setting& setting = Settings()[i];
    if (setting.change == Change::kAtRestart) {
      need_restart.push_back(setting.key());
      continue;
    }
    applied.push_back(setting.key());
    values_[i] = next.values_[i];
    // Written by the kind, so it reads back.
    setting.kind.read(values_[i].texts, options_);
  }
}

ConfigurationSource::ConfigurationSource(CommandLine line, Environment environment)
    : line_(std::move(line)),
      environment_(std::move(environment)),
      path_(line_.config.empty() ? environment_.config : line_.config) {}

Configuration ConfigurationSource::Load(Errors& errors) const {
  const Layer file = path_.empty() ? Layer{} : ReadConfigFile(path_, errors);
  Configuration result =
      Configuration::Merge({line_.settings, environment_.settings, file}, errors);
  if (errors.empty()) CheckTogether(result.options(), errors);
  return result;
}

}  // namespace advantaged
