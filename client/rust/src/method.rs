//! The methods: the oneof of the contract, with a constructor for each.

use std::collections::HashMap;

pub use crate::proto::max_at_k::{Scale, Variant};
pub use crate::proto::method_spec::Method;
pub use crate::proto::{
    BaseMethod, BiasedPassAtK, CombinedDirect, CombinedShaped, CustomTable, DrGrpo, EntropyRegularized, Focal, Grpo,
    MaxAtK, MaxRl, Opo, PassAtKGrpo, PassAtKReinforce, PassAtKRloo, PassAtKShaped, PassAtKVarianceStabilized,
    Reinforce, Rloo, SkewR, StdRegularized, Surrogate, WeightedReinforce, custom_table::Table,
};

// For each variant its name on the wire and the conversion from its message.
macro_rules! methods {
    ($($name:literal $message:ident,)*) => {
        impl Method {
            /// The names of all methods, as on the wire, in the server's lists and in its metrics.
            pub const NAMES: &[&str] = &[$($name),*];

            /// The name of this method, e.g. `pass_at_k_grpo`.
            pub fn name(&self) -> &'static str {
                match self {
                    $(Method::$message(_) => $name,)*
                }
            }
        }
        $(impl From<$message> for Method {
            fn from(message: $message) -> Method {
                Method::$message(message)
            }
        })*
    };
}

methods! {
    "reinforce" Reinforce,
    "rloo" Rloo,
    "grpo" Grpo,
    "dr_grpo" DrGrpo,
    "pass_at_k_reinforce" PassAtKReinforce,
    "pass_at_k_rloo" PassAtKRloo,
    "pass_at_k_grpo" PassAtKGrpo,
    "pass_at_k_shaped" PassAtKShaped,
    "pass_at_k_variance_stabilized" PassAtKVarianceStabilized,
    "combined_shaped" CombinedShaped,
    "combined_direct" CombinedDirect,
    "skew_r" SkewR,
    "std_regularized" StdRegularized,
    "entropy_regularized" EntropyRegularized,
    "biased_pass_at_k" BiasedPassAtK,
    "focal" Focal,
    "max_at_k" MaxAtK,
    "max_rl" MaxRl,
    "weighted_reinforce" WeightedReinforce,
    "opo" Opo,
    "custom_table" CustomTable,
    "surrogate" Surrogate,
}

/// One constructor for each method, with the parameters it cannot do without.
///
/// The others keep their defaults. To set them, write the message of the method:
///
/// ```
/// use advantaged_client::{Method, method::Grpo};
///
/// let paper = Method::grpo();
/// let verl = Method::from(Grpo { ddof: Some(1), epsilon: Some(1e-6) });
/// assert_eq!(paper.name(), verl.name());
/// ```
impl Method {
    /// REINFORCE: the reward itself. See [`Reinforce`].
    pub fn reinforce() -> Method {
        Reinforce {}.into()
    }

    /// Leave-one-out baseline. See [`Rloo`].
    pub fn rloo() -> Method {
        Rloo {}.into()
    }

    /// Mean baseline, divided by the standard deviation. See [`Grpo`].
    pub fn grpo() -> Method {
        Grpo::default().into()
    }

    /// Mean baseline without a scale. See [`DrGrpo`].
    pub fn dr_grpo() -> Method {
        DrGrpo {}.into()
    }

    /// Pass@K without a baseline, 1 <= k <= n. See [`PassAtKReinforce`].
    pub fn pass_at_k_reinforce(k: u32) -> Method {
        PassAtKReinforce { k: Some(k), ..Default::default() }.into()
    }

    /// Pass@K with a leave-one-out baseline, 1 <= k <= n. See [`PassAtKRloo`].
    pub fn pass_at_k_rloo(k: u32) -> Method {
        PassAtKRloo { k: Some(k), ..Default::default() }.into()
    }

    /// GRPO weighted by leave-one-out failure, 1 <= k <= n. See [`PassAtKGrpo`].
    pub fn pass_at_k_grpo(k: u32) -> Method {
        PassAtKGrpo { k: Some(k), ..Default::default() }.into()
    }

    /// Pass@K-shaped GRPO, 1 <= k <= n. See [`PassAtKShaped`].
    pub fn pass_at_k_shaped(k: u32) -> Method {
        PassAtKShaped { k: Some(k) }.into()
    }

    /// Pass@K on the scale where its estimate is equally noisy everywhere, 1 <= k <= n. See
    /// [`PassAtKVarianceStabilized`].
    pub fn pass_at_k_variance_stabilized(k: u32) -> Method {
        PassAtKVarianceStabilized { k: Some(k) }.into()
    }

    /// Shaped and plain GRPO mixed by the success rate, 1 <= k <= n. See [`CombinedShaped`].
    pub fn combined_shaped(k: u32) -> Method {
        CombinedShaped { k: Some(k) }.into()
    }

    /// Pass@K GRPO and plain GRPO mixed by the success rate, 1 <= k <= n. See [`CombinedDirect`].
    pub fn combined_direct(k: u32) -> Method {
        CombinedDirect { k: Some(k) }.into()
    }

    /// Skew-R: GRPO weighted by the failure rate. See [`SkewR`].
    pub fn skew_r() -> Method {
        SkewR {}.into()
    }

    /// GRPO with a standard-deviation regularizer of this weight, >= 0. See [`StdRegularized`].
    pub fn std_regularized(std_coefficient: f64) -> Method {
        StdRegularized { std_coefficient: Some(std_coefficient) }.into()
    }

    /// GRPO with an entropy regularizer of this weight, >= 0. See [`EntropyRegularized`].
    pub fn entropy_regularized(entropy_coefficient: f64) -> Method {
        EntropyRegularized { entropy_coefficient: Some(entropy_coefficient) }.into()
    }

    /// A base method weighted by (1-rho)^(k-1); k may exceed n. See [`BiasedPassAtK`].
    pub fn biased_pass_at_k(k: u32, base: BaseMethod) -> Method {
        BiasedPassAtK { k: Some(k), base: base.into(), ..Default::default() }.into()
    }

    /// A base method weighted by (1-rho)^gamma, gamma >= 0. See [`Focal`].
    pub fn focal(gamma: f64, base: BaseMethod) -> Method {
        Focal { gamma: Some(gamma), base: base.into() }.into()
    }

    /// Expected maximum of k real rewards, 1 <= k <= n. See [`MaxAtK`] for its variants and scales.
    pub fn max_at_k(k: u32) -> Method {
        MaxAtK { k: Some(k), ..Default::default() }.into()
    }

    /// MaxRL: mean baseline, divided by the mean. See [`MaxRl`].
    pub fn max_rl() -> Method {
        MaxRl {}.into()
    }

    /// This weight, >= 0, for correct responses and -1 for wrong ones. See [`WeightedReinforce`].
    pub fn weighted_reinforce(positive_weight: f64) -> Method {
        WeightedReinforce { positive_weight: Some(positive_weight) }.into()
    }

    /// Length-weighted baseline; the batch needs [`lengths`](crate::Batch::lengths). See [`Opo`].
    pub fn opo() -> Method {
        Opo {}.into()
    }

    /// The caller's own tables, one for each group size that occurs. See [`CustomTable`].
    pub fn custom_table(tables: Vec<Table>) -> Method {
        CustomTable { tables }.into()
    }

    /// The caller's own surrogate reward as a formula in `rho`. See [`Surrogate`], also for `k` and a regularizer.
    pub fn surrogate<'a>(formula: impl Into<String>, constants: impl IntoIterator<Item = (&'a str, f64)>) -> Method {
        let constants: HashMap<String, f64> =
            constants.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Surrogate { formula: Some(formula.into()), constants, ..Default::default() }.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    #[test]
    fn no_method_of_the_contract_is_missed() {
        let set = prost_types::FileDescriptorSet::decode(crate::proto::FILE_DESCRIPTOR_SET).unwrap();
        let spec = set.file.iter().flat_map(|file| &file.message_type).find(|m| m.name() == "MethodSpec");
        let mut of_contract: Vec<&str> = spec.unwrap().field.iter().map(|field| field.name()).collect();
        let mut here = Method::NAMES.to_vec();
        of_contract.sort();
        here.sort();
        assert_eq!(here, of_contract);
    }
}
