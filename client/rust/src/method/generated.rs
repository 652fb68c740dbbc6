//! The methods and their constructors.
//!
//! Written by scripts/generate.py (`make generate`): edit what it reads.

pub use crate::proto::{BaseMethod, BiasedPassAtK, CombinedDirect, CombinedShaped, CustomTable, DrGrpo,
    EntropyRegularized, Focal, Grpo, MaxAtK, MaxRl, Opo, PassAtKGrpo, PassAtKReinforce, PassAtKRloo, PassAtKShaped,
    PassAtKVarianceStabilized, Reinforce, Rloo, SkewR, StdRegularized, Surrogate, WeightedReinforce,
    custom_table::Table, max_at_k::Scale, max_at_k::Variant};

use super::Method;

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
    /// A_i = r_i. See [`Reinforce`].
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

    /// Mean baseline, no scale. See [`DrGrpo`].
    pub fn dr_grpo() -> Method {
        DrGrpo {}.into()
    }

    /// REINFORCE_K: Pass@K without a baseline. `k`: K of Pass@K; required, 1 <= K <= n. See [`PassAtKReinforce`].
    pub fn pass_at_k_reinforce(k: u32) -> Method {
        PassAtKReinforce { k: Some(k), ..Default::default() }.into()
    }

    /// RLOO_K: Pass@K with a leave-one-out baseline. `k`: K of Pass@K; required, 1 <= K <= n. See [`PassAtKRloo`].
    pub fn pass_at_k_rloo(k: u32) -> Method {
        PassAtKRloo { k: Some(k), ..Default::default() }.into()
    }

    /// GRPO_K: GRPO weighted by leave-one-out failure. `k`: K of Pass@K; required, 1 <= K <= n. See [`PassAtKGrpo`].
    pub fn pass_at_k_grpo(k: u32) -> Method {
        PassAtKGrpo { k: Some(k), ..Default::default() }.into()
    }

    /// Pass@K-shaped GRPO (Chen et al.). `k`: K of Pass@K; required, 1 <= K <= n. See [`PassAtKShaped`].
    pub fn pass_at_k_shaped(k: u32) -> Method {
        PassAtKShaped { k: Some(k) }.into()
    }

    /// Pass@K on the scale where its estimate is equally noisy everywhere. `k`: K of Pass@K; required, 1 <= K <= n. See
    /// [`PassAtKVarianceStabilized`].
    pub fn pass_at_k_variance_stabilized(k: u32) -> Method {
        PassAtKVarianceStabilized { k: Some(k) }.into()
    }

    /// Shaped and plain GRPO mixed by rho. `k`: K of the shaped part; required, 1 <= K <= n. See [`CombinedShaped`].
    pub fn combined_shaped(k: u32) -> Method {
        CombinedShaped { k: Some(k) }.into()
    }

    /// GRPO_K and plain GRPO mixed by rho. `k`: K of the direct part; required, 1 <= K <= n. See [`CombinedDirect`].
    pub fn combined_direct(k: u32) -> Method {
        CombinedDirect { k: Some(k) }.into()
    }

    /// Skew-R: GRPO weighted by the failure rate. See [`SkewR`].
    pub fn skew_r() -> Method {
        SkewR {}.into()
    }

    /// GRPO with a standard-deviation regularizer. `std_coefficient`: s, the weight of the regularizer sqrt(rho
    /// (1-rho)); required, finite and >= 0. See [`StdRegularized`].
    pub fn std_regularized(std_coefficient: f64) -> Method {
        StdRegularized { std_coefficient: Some(std_coefficient) }.into()
    }

    /// GRPO with an entropy regularizer. `entropy_coefficient`: lambda, the weight of the entropy H(rho); required,
    /// finite and >= 0. See [`EntropyRegularized`].
    pub fn entropy_regularized(entropy_coefficient: f64) -> Method {
        EntropyRegularized { entropy_coefficient: Some(entropy_coefficient) }.into()
    }

    /// A base method weighted by (1-rho)^(K-1). `k`: K of Pass@K; required, >= 1. `base`: The method that is scaled;
    /// required. See [`BiasedPassAtK`].
    pub fn biased_pass_at_k(k: u32, base: BaseMethod) -> Method {
        BiasedPassAtK { k: Some(k), base: base.into(), ..Default::default() }.into()
    }

    /// A base method weighted by (1-rho)^gamma. `gamma`: gamma; required, finite and >= 0. `base`: The method that is
    /// scaled; required. See [`Focal`].
    pub fn focal(gamma: f64, base: BaseMethod) -> Method {
        Focal { gamma: Some(gamma), base: base.into() }.into()
    }

    /// Expected maximum of K rewards. `k`: K; required, 1 <= K <= n (K <= n-1 for LEAVE_ONE_OUT). See [`MaxAtK`].
    pub fn max_at_k(k: u32) -> Method {
        MaxAtK { k: Some(k), ..Default::default() }.into()
    }

    /// Maximum-likelihood RL. See [`MaxRl`].
    pub fn max_rl() -> Method {
        MaxRl {}.into()
    }

    /// Correct and wrong responses weighted apart. `positive_weight`: lambda, the weight of correct responses;
    /// required, finite and >= 0. See [`WeightedReinforce`].
    pub fn weighted_reinforce(positive_weight: f64) -> Method {
        WeightedReinforce { positive_weight: Some(positive_weight) }.into()
    }

    /// Length-weighted optimal baseline. See [`Opo`].
    pub fn opo() -> Method {
        Opo {}.into()
    }

    /// The caller's own tables. `tables`: One table for each n that occurs among the groups; required. See
    /// [`CustomTable`].
    pub fn custom_table(tables: Vec<Table>) -> Method {
        CustomTable { tables }.into()
    }

    /// The caller's own surrogate reward. `formula`: F; required, at most 512 bytes. `constants`: Finite values of the
    /// other names in the formulas, `[a-z_][a-z0-9_]*` of at most 32 bytes; each must be used. See [`Surrogate`].
    pub fn surrogate<'a>(formula: impl Into<String>, constants: impl IntoIterator<Item = (&'a str, f64)>) -> Method {
        Surrogate { formula: Some(formula.into()), constants: constants.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(), ..Default::default() }.into()
    }
}
