//! A method of each name with every parameter set, for groups of four.
//!
//! Written by scripts/generate.py (`make generate`): edit what it reads.

use advantaged_client::Method;
use advantaged_client::method::*;

pub fn method(name: &str) -> Method {
    match name {
        "reinforce" => Reinforce {}.into(),
        "rloo" => Rloo {}.into(),
        "grpo" => Grpo { ddof: Some(1), epsilon: Some(0.25) }.into(),
        "dr_grpo" => DrGrpo {}.into(),
        "pass_at_k_reinforce" => PassAtKReinforce { k: Some(2), keep_factor_k: Some(true) }.into(),
        "pass_at_k_rloo" => PassAtKRloo { k: Some(2), keep_factor_k: Some(true) }.into(),
        "pass_at_k_grpo" => PassAtKGrpo { k: Some(2), keep_factor_k: Some(true) }.into(),
        "pass_at_k_shaped" => PassAtKShaped { k: Some(2) }.into(),
        "pass_at_k_variance_stabilized" => PassAtKVarianceStabilized { k: Some(2) }.into(),
        "combined_shaped" => CombinedShaped { k: Some(2) }.into(),
        "combined_direct" => CombinedDirect { k: Some(2) }.into(),
        "skew_r" => SkewR {}.into(),
        "std_regularized" => StdRegularized { std_coefficient: Some(0.5) }.into(),
        "entropy_regularized" => EntropyRegularized { entropy_coefficient: Some(0.25) }.into(),
        "biased_pass_at_k" => BiasedPassAtK { k: Some(2), base: BaseMethod::Rloo.into(), keep_factor_k: Some(true) }.into(),
        "focal" => Focal { gamma: Some(0.5), base: BaseMethod::Rloo.into() }.into(),
        "max_at_k" => MaxAtK { k: Some(2), variant: Variant::LeaveOneOut.into(), scale: Scale::Unbiased.into() }.into(),
        "max_rl" => MaxRl {}.into(),
        "weighted_reinforce" => WeightedReinforce { positive_weight: Some(0.125) }.into(),
        "opo" => Opo {}.into(),
        "custom_table" => CustomTable { tables: vec![Table { n: 4, advantage_correct: vec![0.0, 1.0, 2.0, 3.0, 4.0], advantage_wrong: vec![-1.0, -2.0, -3.0, -4.0, -5.0] }] }.into(),
        "surrogate" => Surrogate { formula: Some("a*rho_k^b".to_owned()), k: Some(2), constants: [("a".to_owned(), 0.5), ("b".to_owned(), 2.0)].into(), leave_one_out_factor: Some(true), regularizer: Some("std".to_owned()), regularizer_coefficient: Some(0.5) }.into(),
        other => panic!("no method {other}: make generate"),
    }
}
