// The form for people.
#include <algorithm>
#include <vector>

#include "advantaged/client/method_spec.h"
#include "advantaged/v1/describe.pb.h"
#include "base/text.h"
#include "cli/describe/description.h"
#include "cli/describe/plot.h"
#include "cli/terminal/text_table.h"

namespace advantaged::cli {
namespace {

using Doubles = google::protobuf::RepeatedField<double>;

constexpr std::uint32_t kLongestTable = 32;

// A number, without the sign of zero.
std::string Cell(double value) { return Rounded(value == 0 ? 0 : value); }

const char* Describe(v1::SurrogateAnchor anchor) {
  switch (anchor) {
    case v1::SURROGATE_ANCHOR_ZERO_AT_ZERO:
      return "F(0) = 0";
    case v1::SURROGATE_ANCHOR_ZERO_AT_ONE:
      return "F(1) = 0";
    default:
      return "F(1/2) = 0";
  }
}

// F and what is known of it, a fact a line.
std::string Surrogate(const v1::DescribedCurve& curve) {
  if (curve.surrogate_kind() == v1::SURROGATE_KIND_NONE) {
    return "no surrogate: the method has no limit for many responses\n";
  }
  const bool closed = curve.surrogate_kind() == v1::SURROGATE_KIND_CLOSED_FORM;
  std::string text =
      Concat("F(rho) = ", closed ? curve.surrogate_formula() : "integral of F', no closed form",
             "\n  ", Describe(curve.surrogate_anchor()), ", error at most ",
             Rounded(curve.surrogate_error_bound(), 2), "\n");
  if (curve.has_surrogate_arg_max()) {
    Append(text, Concat("  largest at rho = ", Cell(curve.surrogate_arg_max()), "\n"));
  }
  if (curve.has_sign_change_rho()) {
    Append(text, Concat("  A+ < 0 or A- > 0 from rho = ", Cell(curve.sign_change_rho()),
                        ": against correct or for wrong responses\n"));
  }
  return text;
}

Points PointsOf(const v1::DescribedCurve& curve, const Doubles& values) {
  const auto size = static_cast<std::size_t>(values.size());
  return {.x = {curve.rho().data(), size}, .y = {values.data(), size}};
}

// F and F' side by side; F_n and F_n' where there is no F.
std::string Pictures(const v1::DescribedCurve& curve) {
  const bool limit = curve.surrogate_size() > 0;
  const auto left = limit ? Plot("F(rho)", PointsOf(curve, curve.surrogate()))
                          : Plot("F_n(rho)", PointsOf(curve, curve.finite_n_surrogate()));
  const auto right =
      limit ? Plot("F'(rho)", PointsOf(curve, curve.surrogate_derivative()))
            : Plot("F_n'(rho)", PointsOf(curve, curve.finite_n_surrogate_derivative()));
  if (left.empty() || right.empty()) return "";
  std::string text = "\n";
  for (std::size_t i = 0; i < left.size(); ++i) {
    const std::string line = Concat("  ", left[i], "    ", right[i]);
    text.append(line, 0, line.find_last_not_of(' ') + 1).append("\n");
  }
  return text;
}

std::string Table(const v1::DescribeMethodResponse& description) {
  if (description.n() > kLongestTable) {
    return Concat("\ntable for n = ", description.n(), ": ", description.n() + 1,
                  " rows; --output csv-table prints them\n");
  }
  const v1::DescribedTable& table = description.table();
  TextTable text;
  for (const char* title : {"  c", "c/n", "A+", "A-", "W+", "W-"}) {
    text.AddColumn(title, TextTable::Align::kRight);
  }
  for (int c = 0; c < table.c_size(); ++c) {
    text.AddRow({Concat("  ", table.c(c)), Cell(static_cast<double>(c) / description.n()),
                 Cell(table.advantage_correct(c)), Cell(table.advantage_wrong(c)),
                 Cell(table.weight_correct(c)), Cell(table.weight_wrong(c))});
  }
  return Concat("\nn = ", description.n(), ", c correct\n", text.Format());
}

// The points to show: all of a few, or the ends and some between, on round values of rho where the
// grid has them.
std::vector<int> ShownPoints(int points) {
  constexpr int kMost = 13;
  constexpr int kSteps = 10;
  std::vector<int> shown;
  for (int i = 0; i < points && points <= kMost; ++i) shown.push_back(i);
  if (!shown.empty()) return shown;
  shown.push_back(0);
  for (int step = 1; step < kSteps; ++step) shown.push_back((points + 1) * step / kSteps - 1);
  shown.push_back(points - 1);
  return shown;
}

std::string Curve(const v1::DescribedCurve& curve) {
  const std::pair<const char*, const Doubles*> columns[] = {
      {"  rho", &curve.rho()},
      {"A+", &curve.advantage_correct()},
      {"A-", &curve.advantage_wrong()},
      {"F'", &curve.surrogate_derivative()},
      {"F", &curve.surrogate()},
      {"F_n'", &curve.finite_n_surrogate_derivative()},
      {"F_n", &curve.finite_n_surrogate()},
      {"sd", &curve.coefficient_sd()},
  };
  TextTable text;
  for (const auto& [title, values] : columns) text.AddColumn(title, TextTable::Align::kRight);
  const std::vector<int> shown = ShownPoints(curve.rho_size());
  for (const int point : shown) {
    std::vector<std::string> cells;
    for (const auto& [title, values] : columns) {
      cells.push_back(values->empty() ? "" : Cell(values->Get(point)));
    }
    cells.front().insert(0, "  ");
    text.AddRow(std::move(cells));
  }
  return Concat("\nn -> infinity; F_n, F_n' and sd, the noise of F_n', for this n\n", text.Format(),
                "  --output csv prints all ", curve.rho_size(), " points, and more columns\n");
}

}  // namespace

std::string DescriptionAsText(const v1::DescribeMethodResponse& description) {
  return Concat(client::FormatMethodSpec(description.parameters()), "\n  ", description.equation(),
                "\n  ", description.source(), "\n\n", Surrogate(description.curve()),
                Pictures(description.curve()), Table(description), Curve(description.curve()));
}

}  // namespace advantaged::cli
