//! From a borrowed batch to the message, in the form that is smallest and gives the same bits.

use prost::bytes::Bytes;

use crate::batch::{Batch, Groups};
use crate::error::{Error, Violation};
use crate::method::Method;
use crate::proto::{ComputeAdvantagesRequest, MethodSpec, ReplyForm, SmallGroupPolicy, TrajectoryReward};
use crate::wire;

/// The message for this batch.
pub(crate) fn request(batch: &Batch<'_>, method: &Method) -> Result<ComputeAdvantagesRequest, Error> {
    check_lengths(batch)?;
    let as_bits = batch.may_send_bits();
    let mut request = ComputeAdvantagesRequest {
        method: Some(MethodSpec { method: Some(method.clone()) }),
        expected_group_size: batch.expected_group_size,
        valid: bitmap(batch.valid),
        outcomes: bitmap(batch.outcomes),
        lengths_fixed32_le: batch.lengths.map(wire::numbers).unwrap_or_default(),
        success_threshold: batch.success_threshold,
        shape_rewards: batch.shape_rewards,
        zero_unless_mixed: batch.zero_unless_mixed,
        constant_tolerance: batch.constant_tolerance,
        stages: batch.stages.clone(),
        allow_recentering: batch.allow_recentering,
        batch_moments: batch.batch_moments.clone(),
        moments_only: batch.moments_only,
        trajectory_ids_fixed32_le: batch.trajectory_ids.map(wire::numbers).unwrap_or_default(),
        trajectory_reward: batch.trajectory_reward.into(),
        small_group: batch.small_group.into(),
        declared_small_group: batch.declared_small_group.into(),
        reply_form: reply_form(batch, method, as_bits).into(),
        group_statistics: batch.group_statistics,
        pass_at: batch.pass_at.clone(),
        required_numerics_version: batch.required_numerics_version,
        run: batch.run.clone(),
        observe: batch.observe,
        ..Default::default()
    };
    if as_bits {
        request.reward_bits = wire::bits(batch.rewards, |&reward| reward == 1.0);
        request.response_count = batch.rewards.len() as u32; // the server refuses far fewer
    } else {
        request.rewards_float32_le = wire::floats(batch.rewards);
    }
    match batch.groups {
        Some(Groups::Size(size)) => request.group_size = Some(size),
        Some(Groups::Sizes(sizes)) => request.group_sizes_fixed32_le = wire::numbers(sizes),
        Some(Groups::Ids(ids)) => request.group_ids_fixed32_le = wire::numbers(ids),
        None => {}
    }
    Ok(request)
}

/// Arrays of another length than the rewards: a bitmap could not say so.
fn check_lengths(batch: &Batch<'_>) -> Result<(), Error> {
    let rows = batch.rewards.len();
    let mut violations = Vec::new();
    let mut violation = |field: &str, description: String| {
        violations.push(Violation::new(field, description));
    };
    if rows == 0 {
        violation("rewards", "empty; a batch has at least one response".to_owned());
    }
    let ids = match batch.groups {
        Some(Groups::Ids(ids)) => Some(ids.len()),
        _ => None,
    };
    for (field, length) in [
        ("valid", batch.valid.map(<[bool]>::len)),
        ("outcomes", batch.outcomes.map(<[bool]>::len)),
        ("lengths", batch.lengths.map(<[u32]>::len)),
        ("group_ids", ids),
        ("trajectory_ids", batch.trajectory_ids.map(<[u32]>::len)),
    ] {
        if let Some(length) = length.filter(|&length| length != rows) {
            violation(field, format!("{length} entries for {rows} rewards"));
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::InvalidArgument { violations }) }
}

fn bitmap(values: Option<&[bool]>) -> Bytes {
    values.map(|values| wire::bits(values, |&value| value)).unwrap_or_default()
}

impl Batch<'_> {
    /// Whether every valid reward is 0 or 1, and nothing forbids to send just that. A reward of -0 is no bit: methods
    /// on rewards may give its sign back.
    pub(crate) fn may_send_bits(&self) -> bool {
        const ONE: u32 = 1.0_f32.to_bits();
        let is_bit = |reward: &f32| matches!(reward.to_bits(), 0 | ONE);
        if self.success_threshold.is_some() || self.trajectory_reward == TrajectoryReward::Sum {
            return false;
        }
        match self.valid {
            None => self.rewards.iter().all(is_bit),
            Some(valid) => self.rewards.iter().zip(valid).all(|(reward, &valid)| !valid || is_bit(reward)),
        }
    }
}

/// One pair for each group where rewards that are bits decide everything, else a number for each row.
fn reply_form(batch: &Batch<'_>, method: &Method, as_bits: bool) -> ReplyForm {
    let few_ids = match batch.groups {
        // A table by id finds the group of a row; where ids are large it would be, too.
        Some(Groups::Ids(ids)) => ids.iter().all(|&id| (id as usize) < 4 * ids.len()),
        _ => true,
    };
    let per_group = as_bits
        && few_ids
        && !matches!(method, Method::Opo(_))
        && batch.stages.is_empty()
        && !batch.shape_rewards
        && batch.outcomes.is_none()
        && batch.trajectory_ids.is_none()
        && batch.small_group != SmallGroupPolicy::Raw
        && batch.declared_small_group != SmallGroupPolicy::Raw;
    if per_group { ReplyForm::AdvantagesPerGroup } else { ReplyForm::AdvantagesFloat32Le }
}

/// The advantage of each row from the pairs of the groups, A(correct) and A(wrong) of each.
pub(crate) fn expand(request: &ComputeAdvantagesRequest, pairs: &[f32]) -> Result<Vec<f32>, Error> {
    let rows = request.response_count as usize;
    let group_of_row = group_of_row(request);
    let groups = group_of_row.iter().max().map_or(0, |&last| last as usize + 1);
    if pairs.len() != 2 * groups || group_of_row.len() != rows {
        let message = format!("{} advantages for {groups} groups; there are two for each", pairs.len());
        return Err(Error::reply(message));
    }
    let advantage = |(row, &group): (usize, &u32)| {
        if !request.valid.is_empty() && !wire::bit(&request.valid, row) {
            return 0.0;
        }
        let wrong = usize::from(!wire::bit(&request.reward_bits, row));
        pairs[2 * group as usize + wrong]
    };
    Ok(group_of_row.iter().enumerate().map(advantage).collect())
}

fn group_of_row(request: &ComputeAdvantagesRequest) -> Vec<u32> {
    let rows = request.response_count as usize;
    match request.group_size {
        Some(size) => Groups::Size(size).of_rows(rows),
        None if request.group_ids_fixed32_le.is_empty() => {
            Groups::Sizes(&wire::read_numbers(&request.group_sizes_fixed32_le)).of_rows(rows)
        }
        None => Groups::Ids(&wire::read_numbers(&request.group_ids_fixed32_le)).of_rows(rows),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::Stage;

    const BITS: [f32; 4] = [1.0, 0.0, 0.0, 1.0];

    fn built(batch: &Batch<'_>, method: Method) -> ComputeAdvantagesRequest {
        request(batch, &method).unwrap()
    }

    #[test]
    fn rewards_that_are_bits_are_sent_as_bits() {
        let request = built(&Batch::new(&BITS).group_size(4), Method::rloo());
        assert_eq!((&request.reward_bits[..], request.response_count), (&[0b1001][..], 4));
        assert!(request.rewards_float32_le.is_empty());
    }

    #[test]
    fn a_masked_reward_hinders_no_bits() {
        let rewards = [1.0, f32::NAN, 0.0, 0.3];
        let valid = [true, false, true, false];
        let request = built(&Batch::new(&rewards).group_size(4).valid(&valid), Method::rloo());
        assert_eq!((&request.reward_bits[..], &request.valid[..]), (&[0b0001][..], &[0b0101][..]));
    }

    #[test]
    fn other_rewards_are_sent_as_floats() {
        let ids = [1, 2, 3, 4];
        let batch = Batch::new(&BITS).group_size(4);
        for (why, batch) in [
            ("a real number", Batch::new(&[1.0, 0.0, 0.5]).group_size(3)),
            ("a negative zero", Batch::new(&[1.0, -0.0]).group_size(2)),
            ("a NaN that counts", Batch::new(&[1.0, f32::NAN]).group_size(2)),
            ("a threshold", batch.clone().success_threshold(0.5)),
            ("a sum", batch.clone().trajectory_ids(&ids, TrajectoryReward::Sum)),
        ] {
            let request = built(&batch, Method::rloo());
            assert_eq!(request.rewards_float32_le.len(), 4 * batch.rewards.len(), "{why}");
            assert!(request.reward_bits.is_empty(), "{why}");
            assert_eq!(request.reply_form(), ReplyForm::AdvantagesFloat32Le, "{why}");
        }
    }

    #[test]
    fn pairs_are_asked_for_where_bits_decide_everything() {
        let ids = [9, 3, 9, 3];
        let large_ids = [9, 3, 9, 16];
        let batch = Batch::new(&BITS).group_size(4);
        let pair = ReplyForm::AdvantagesPerGroup;
        let each = ReplyForm::AdvantagesFloat32Le;
        for (why, form, batch, method) in [
            ("bits", pair, batch.clone(), Method::grpo()),
            ("a table", pair, batch.clone(), Method::max_at_k(2)),
            ("sizes", pair, Batch::new(&BITS).group_sizes(&[2, 2]), Method::rloo()),
            ("ids", pair, Batch::new(&BITS).group_ids(&ids), Method::rloo()),
            ("a mask", pair, batch.clone().valid(&[true, true, false, true]), Method::rloo()),
            ("large ids", each, Batch::new(&BITS).group_ids(&large_ids), Method::rloo()),
            ("lengths", each, batch.clone(), Method::opo()),
            ("stages", each, batch.clone().stages([Stage::clip(-1.0, 1.0)]), Method::rloo()),
            ("shaping", each, batch.clone().shape_rewards(true), Method::skew_r()),
            ("outcomes", each, batch.clone().outcomes(&[true; 4]), Method::rloo()),
            ("raw rewards", each, batch.clone().small_group(SmallGroupPolicy::Raw), Method::rloo()),
            ("raw declared", each, batch.clone().declared_small_group(SmallGroupPolicy::Raw), Method::rloo()),
            ("trajectories", each, batch.clone().trajectory_ids(&ids, TrajectoryReward::Last), Method::rloo()),
        ] {
            assert_eq!(built(&batch, method).reply_form(), form, "{why}");
        }
    }

    #[test]
    fn pairs_become_rows_whatever_says_what_a_group_is() {
        let valid = [true, true, true, false];
        let pairs = [0.5, -0.5, 0.25, -0.25];
        for (batch, rows) in [
            (Batch::new(&BITS).group_size(2), [0.5, -0.5, -0.25, 0.25]),
            (Batch::new(&BITS).group_sizes(&[1, 3]), [0.5, -0.25, -0.25, 0.25]),
            (Batch::new(&BITS).group_ids(&[7, 2, 7, 2]), [0.5, -0.25, -0.5, 0.25]),
            (Batch::new(&BITS).group_size(2).valid(&valid), [0.5, -0.5, -0.25, 0.0]),
        ] {
            let request = built(&batch, Method::rloo());
            assert_eq!(expand(&request, &pairs).unwrap(), rows);
            for wrong in [&pairs[..2], &pairs[..3], &[]] {
                assert!(matches!(expand(&request, wrong), Err(Error::Reply { .. })));
            }
        }
    }

    #[test]
    fn arrays_of_another_length_are_all_named() {
        let (yes, one) = ([true; 3], [1]);
        let batch = Batch::new(&BITS)
            .valid(&yes)
            .outcomes(&yes)
            .lengths(&one)
            .group_ids(&one)
            .trajectory_ids(&one, TrajectoryReward::Last);
        let error = request(&batch, &Method::rloo()).unwrap_err();
        let fields: Vec<&str> = error.violations().iter().map(|v| v.field.as_str()).collect();
        assert_eq!(fields, ["valid", "outcomes", "lengths", "group_ids", "trajectory_ids"]);
        assert_eq!(error.violations()[0].description, "3 entries for 4 rewards");
        let empty = request(&Batch::new(&[]), &Method::rloo()).unwrap_err();
        assert_eq!(empty.violations()[0].field, "rewards");
    }
}
