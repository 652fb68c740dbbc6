//! What the caller wants computed: a batch of reward groups, borrowed.

use crate::proto::{BatchMoments, SmallGroupPolicy, Stage, TrajectoryReward};

/// One batch: rewards, how they form groups, and what is known about them.
///
/// Every array has one entry per row (a response, unless there are [`trajectory_ids`](Batch::trajectory_ids)), in the
/// same order; the advantages come back in it. Nothing is copied before the call.
///
/// ```
/// use advantaged_client::Batch;
///
/// let rewards = [1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0, f32::NAN];
/// let finished = [true, true, true, true, true, true, true, false];
/// let batch = Batch::new(&rewards).group_size(4).expected_group_size(4).valid(&finished);
/// # let _ = batch;
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch<'a> {
    pub(crate) rewards: &'a [f32],
    pub(crate) groups: Option<Groups<'a>>,
    pub(crate) expected_group_size: Option<u32>,
    pub(crate) valid: Option<&'a [bool]>,
    pub(crate) outcomes: Option<&'a [bool]>,
    pub(crate) lengths: Option<&'a [u32]>,
    pub(crate) success_threshold: Option<f64>,
    pub(crate) shape_rewards: bool,
    pub(crate) zero_unless_mixed: bool,
    pub(crate) constant_tolerance: Option<f64>,
    pub(crate) stages: Vec<Stage>,
    pub(crate) allow_recentering: bool,
    pub(crate) batch_moments: Vec<BatchMoments>,
    pub(crate) moments_only: bool,
    pub(crate) trajectory_ids: Option<&'a [u32]>,
    pub(crate) trajectory_reward: TrajectoryReward,
    pub(crate) small_group: SmallGroupPolicy,
    pub(crate) declared_small_group: SmallGroupPolicy,
    pub(crate) group_statistics: bool,
    pub(crate) pass_at: Vec<u32>,
    pub(crate) required_numerics_version: Option<u32>,
    pub(crate) run: String,
    pub(crate) observe: Option<bool>,
}

/// How rows form groups.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Groups<'a> {
    Size(u32),
    Sizes(&'a [u32]),
    Ids(&'a [u32]),
}

impl Groups<'_> {
    /// The number of each row's group: 0 for the first, 1 for the next that appears, and so on. Of other length than
    /// `rows` where the groups do not fit them.
    pub(crate) fn of_rows(&self, rows: usize) -> Vec<u32> {
        let runs = |sizes: &mut dyn Iterator<Item = u32>| {
            let mut group_of_row = Vec::with_capacity(rows);
            for (group, size) in sizes.enumerate() {
                let end = group_of_row.len() + size as usize;
                if end > rows {
                    return Vec::new(); // before more is allocated than there are rows
                }
                group_of_row.resize(end, group as u32);
            }
            group_of_row
        };
        match *self {
            Groups::Size(size) => {
                let groups = rows.checked_div(size as usize).unwrap_or(0);
                runs(&mut std::iter::repeat_n(size, groups))
            }
            Groups::Sizes(sizes) => runs(&mut sizes.iter().copied()),
            Groups::Ids(ids) => crate::dense_ids::number(ids),
        }
    }
}

impl<'a> Batch<'a> {
    /// A batch of these rewards, finite unless masked by [`valid`](Batch::valid). It still needs groups.
    pub fn new(rewards: &'a [f32]) -> Batch<'a> {
        Batch { rewards, ..Batch::default() }
    }

    /// All groups have this many rows and lie one after the other. Replaces other groups.
    pub fn group_size(mut self, size: u32) -> Self {
        self.groups = Some(Groups::Size(size));
        self
    }

    /// Groups of these sizes lie one after the other; they add up to the number of rows. Replaces other groups.
    pub fn group_sizes(mut self, sizes: &'a [u32]) -> Self {
        self.groups = Some(Groups::Sizes(sizes));
        self
    }

    /// One id per row, in any order: equal ids are one group. [`DenseIds`](crate::DenseIds) makes such ids of anything
    /// that can be hashed. Replaces other groups.
    pub fn group_ids(mut self, ids: &'a [u32]) -> Self {
        self.groups = Some(Groups::Ids(ids));
        self
    }

    /// Every group must have this many responses. Set it: half a group left on another rank is the commonest bug.
    pub fn expected_group_size(mut self, size: u32) -> Self {
        self.expected_group_size = Some(size);
        self
    }

    /// Which rows count. The others are out of every statistic and get 0; their rewards may be NaN.
    pub fn valid(mut self, valid: &'a [bool]) -> Self {
        self.valid = Some(valid);
        self
    }

    /// Which responses are correct, where the rewards do not say so.
    pub fn outcomes(mut self, outcomes: &'a [bool]) -> Self {
        self.outcomes = Some(outcomes);
        self
    }

    /// A reward at or above this, both as `f32`, is a success. Not together with [`outcomes`](Batch::outcomes).
    pub fn success_threshold(mut self, threshold: f64) -> Self {
        self.success_threshold = Some(threshold);
        self
    }

    /// Length of each row in tokens, for [`Method::opo`](crate::Method::opo) and stages that weigh by tokens.
    pub fn lengths(mut self, lengths: &'a [u32]) -> Self {
        self.lengths = Some(lengths);
        self
    }

    /// One id per row, unique in the whole batch: rows with the same id are one response. `reward` says which reward
    /// is the response's.
    pub fn trajectory_ids(mut self, ids: &'a [u32], reward: TrajectoryReward) -> Self {
        self.trajectory_ids = Some(ids);
        self.trajectory_reward = reward;
        self
    }

    /// Takes the method's factor from the outcomes and its base advantage from the real rewards.
    pub fn shape_rewards(mut self, shape: bool) -> Self {
        self.shape_rewards = shape;
        self
    }

    /// Gives 0 to groups whose outcomes are all equal though their rewards vary.
    pub fn zero_unless_mixed(mut self, zero: bool) -> Self {
        self.zero_unless_mixed = zero;
        self
    }

    /// A group is constant if its rewards differ by no more than this, and what their rounding to `f32` adds; finite,
    /// >= 0.
    pub fn constant_tolerance(mut self, tolerance: f64) -> Self {
        self.constant_tolerance = Some(tolerance);
        self
    }

    /// What to do with a group that masking left too small for the method; default: advantage 0.
    pub fn small_group(mut self, policy: SmallGroupPolicy) -> Self {
        self.small_group = policy;
        self
    }

    /// What to do with a group that declares fewer responses than [`expected_group_size`](Batch::expected_group_size),
    /// or than the method needs; default: refuse it. With another policy it is computed where the method can.
    pub fn declared_small_group(mut self, policy: SmallGroupPolicy) -> Self {
        self.declared_small_group = policy;
        self
    }

    /// Steps over the whole batch after the method, in this order.
    pub fn stages(mut self, stages: impl Into<Vec<Stage>>) -> Self {
        self.stages = stages.into();
        self
    }

    /// Permits [`Stage::center`] after methods whose mean carries meaning.
    pub fn allow_recentering(mut self, allow: bool) -> Self {
        self.allow_recentering = allow;
        self
    }

    /// Moments of the whole batch, where this is one rank's part of it: merged by [`BatchMoments::merge`].
    pub fn batch_moments(mut self, moments: impl Into<Vec<BatchMoments>>) -> Self {
        self.batch_moments = moments.into();
        self
    }

    /// Asks for [`batch_moments`](crate::Response::batch_moments) and nothing else.
    pub fn moments_only(mut self, only: bool) -> Self {
        self.moments_only = only;
        self
    }

    /// Asks for [`statistics`](crate::Response::statistics) of each group.
    pub fn group_statistics(mut self, wanted: bool) -> Self {
        self.group_statistics = wanted;
        self
    }

    /// The K for which summary and statistics report unbiased Pass@K: each >= 1, at most 32, none twice.
    pub fn pass_at(mut self, ks: impl Into<Vec<u32>>) -> Self {
        self.pass_at = ks.into();
        self
    }

    /// Fails with [`Error::FailedPrecondition`](crate::Error::FailedPrecondition) at a server of other numerics.
    pub fn required_numerics_version(mut self, version: u32) -> Self {
        self.required_numerics_version = Some(version);
        self
    }

    /// The training run's name for the server's metrics, 1 to 32 of `[a-z0-9_-]`. Changes no result.
    pub fn run(mut self, name: impl Into<String>) -> Self {
        self.run = name.into();
        self
    }

    /// Whether the server's metrics show this batch as part of training; default true. Evaluations set false.
    pub fn observe(mut self, observe: bool) -> Self {
        self.observe = Some(observe);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_number_rows_in_order_of_first_appearance() {
        let numbers = |groups: Groups<'_>, rows| groups.of_rows(rows);
        assert_eq!(numbers(Groups::Size(2), 4), [0, 0, 1, 1]);
        assert_eq!(numbers(Groups::Sizes(&[1, 3]), 4), [0, 1, 1, 1]);
        assert_eq!(numbers(Groups::Ids(&[5, 2, 5, 9]), 4), [0, 1, 0, 2]);
        assert_eq!(numbers(Groups::Ids(&[u32::MAX, 0, u32::MAX]), 3), [0, 1, 0]);
    }

    #[test]
    fn groups_that_do_not_fit_number_other_than_all_rows() {
        for groups in [Groups::Size(0), Groups::Size(3), Groups::Size(9), Groups::Sizes(&[2, 1])] {
            assert_ne!(groups.of_rows(4).len(), 4, "{groups:?}");
        }
        assert_eq!(Groups::Sizes(&[u32::MAX, u32::MAX]).of_rows(4), []);
    }
}
