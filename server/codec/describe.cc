#include "server/codec/describe.h"

#include <algorithm>

#include "base/text.h"
#include "server/codec/method.h"

namespace advantaged {
namespace {

template <typename Number>
void Encode(const std::vector<Number>& values, google::protobuf::RepeatedField<Number>* out) {
  out->Add(values.begin(), values.end());
}

void EncodeTable(const DescribedTable& table, v1::DescribedTable& out) {
  for (std::uint32_t c = 0; c < table.advantage_correct.size(); ++c) out.add_c(c);
  Encode(table.advantage_correct, out.mutable_advantage_correct());
  Encode(table.advantage_wrong, out.mutable_advantage_wrong());
  Encode(table.weight_correct, out.mutable_weight_correct());
  Encode(table.weight_wrong, out.mutable_weight_wrong());
}

v1::SurrogateKind EncodeKind(SurrogateKind kind) {
  switch (kind) {
    case SurrogateKind::kClosedForm:
      return v1::SURROGATE_KIND_CLOSED_FORM;
    case SurrogateKind::kIntegrated:
      return v1::SURROGATE_KIND_INTEGRATED;
    case SurrogateKind::kNone:
      break;
  }
  return v1::SURROGATE_KIND_NONE;
}

v1::SurrogateAnchor EncodeAnchor(const DescribedCurve& curve) {
  if (curve.surrogate_kind == SurrogateKind::kNone) return v1::SURROGATE_ANCHOR_UNSPECIFIED;
  switch (curve.surrogate_anchor) {
    case SurrogateAnchor::kZeroAtZero:
      return v1::SURROGATE_ANCHOR_ZERO_AT_ZERO;
    case SurrogateAnchor::kZeroAtOne:
      return v1::SURROGATE_ANCHOR_ZERO_AT_ONE;
    case SurrogateAnchor::kZeroAtHalf:
      break;
  }
  return v1::SURROGATE_ANCHOR_ZERO_AT_HALF;
}

void EncodeCurve(const DescribedCurve& curve, v1::DescribedCurve& out) {
  Encode(curve.rho, out.mutable_rho());
  Encode(curve.advantage_correct, out.mutable_advantage_correct());
  Encode(curve.advantage_wrong, out.mutable_advantage_wrong());
  Encode(curve.weight_correct, out.mutable_weight_correct());
  Encode(curve.weight_wrong, out.mutable_weight_wrong());
  Encode(curve.surrogate_derivative, out.mutable_surrogate_derivative());
  Encode(curve.surrogate, out.mutable_surrogate());
  Encode(curve.data_term, out.mutable_data_term());
  Encode(curve.regularizer, out.mutable_regularizer());
  Encode(curve.finite_n_surrogate_derivative, out.mutable_finite_n_surrogate_derivative());
  Encode(curve.finite_n_surrogate, out.mutable_finite_n_surrogate());
  Encode(curve.coefficient_sd, out.mutable_coefficient_sd());
  Encode(curve.mean_square_advantage, out.mutable_mean_square_advantage());
  Encode(curve.pass_at_k_mean, out.mutable_pass_at_k_mean());
  Encode(curve.pass_at_k_sd, out.mutable_pass_at_k_sd());
  out.set_surrogate_kind(EncodeKind(curve.surrogate_kind));
  out.set_surrogate_anchor(EncodeAnchor(curve));
  out.set_surrogate_error_bound(curve.surrogate_error_bound);
  out.set_surrogate_formula(curve.surrogate_formula);
  if (curve.surrogate_arg_max) out.set_surrogate_arg_max(*curve.surrogate_arg_max);
  if (curve.sign_change_rho) out.set_sign_change_rho(*curve.sign_change_rho);
}

}  // namespace

DescribeRequest DecodeDescribe(const v1::DescribeMethodRequest& message, Violations& violations) {
  DescribeRequest request;
  request.method = DecodeMethod(message.method());
  if (message.has_n()) request.n = message.n();
  if (message.has_points()) request.points = message.points();
  request.rho.assign(message.rho().begin(), message.rho().end());
  if (message.has_points() && message.rho_size() > 0) {
    violations.Add("points", Concat(message.points(), " beside rho, whose ", message.rho_size(),
                                    " values are the points: set only one of them"));
  }
  return request;
}

void EncodeDescription(const Description& description, v1::DescribeMethodResponse& response) {
  response.set_name(description.name);
  response.set_equation(description.equation);
  response.set_source(description.source);
  EncodeMethod(description.method, *response.mutable_parameters());
  response.set_n(description.n);
  EncodeTable(description.table, *response.mutable_table());
  EncodeCurve(description.curve, *response.mutable_curve());
}

std::size_t NumbersIn(const v1::DescribeMethodRequest& message) {
  constexpr std::size_t kTableArrays = 5;
  constexpr std::size_t kCurveArrays = 15;
  const DescribeRequest defaults;
  // More is refused, which costs nothing.
  const std::size_t n =
      std::min<std::size_t>(message.has_n() ? message.n() : defaults.n, kMaxTableSize);
  const std::size_t asked = message.rho_size() > 0 ? static_cast<std::size_t>(message.rho_size())
                            : message.has_points() ? message.points()
                                                   : defaults.points;
  const std::size_t points = std::min<std::size_t>(asked, kMaxDescribedPoints);
  return kTableArrays * (n + 1) + kCurveArrays * points;
}

}  // namespace advantaged
