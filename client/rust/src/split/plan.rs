//! Which rows go into which part.

use std::collections::HashMap;

use prost::Message;

use super::Limits;
use super::part::Part;
use crate::batch::{Batch, Groups};
use crate::error::Error;
use crate::method::Method;
use crate::request;
use crate::stage::moments_needed;

/// Above the arrays themselves: their tags and lengths, and bits that fill bytes.
const ENVELOPE_BYTES: usize = 128;
/// Each of `batch_moments`: three doubles, their tags, tag and length.
const MOMENTS_BYTES: usize = 30;

/// Cuts the batch into parts of at most `limits`.
pub(crate) fn plan(batch: &Batch<'_>, method: &Method, limits: Limits) -> Result<Vec<Part>, Error> {
    let group_of_row = groups(batch)?;
    check_trajectories(batch, &group_of_row)?;
    let mut sizes = Vec::new();
    for &group in &group_of_row {
        if group as usize == sizes.len() {
            sizes.push(0);
        }
        sizes[group as usize] += 1;
    }
    let cost = Cost::of(batch, method);
    let mut parts: Vec<Part> = Vec::new();
    let mut part_of_group = Vec::with_capacity(sizes.len());
    let mut room = Room::default();
    for (group, &size) in sizes.iter().enumerate() {
        if parts.is_empty() || !room.take(size, &cost) {
            room = Room { rows: limits.rows, bits: cost.room(limits.bytes) };
            if !room.take(size, &cost) {
                return Err(too_large(group, size, &cost, limits));
            }
            parts.push(Part { rows: Vec::new(), groups: group as u32..group as u32 });
        }
        part_of_group.push(parts.len() - 1);
        if let Some(part) = parts.last_mut() {
            part.groups.end += 1;
        }
    }
    for (row, &group) in group_of_row.iter().enumerate() {
        parts[part_of_group[group as usize]].rows.push(row as u32);
    }
    Ok(parts)
}

fn groups(batch: &Batch<'_>) -> Result<Vec<u32>, Error> {
    let rows = batch.rewards.len();
    let field = match batch.groups {
        None => {
            let rule = "exactly one of group_size, group_sizes and group_ids must be set; none is";
            return Err(Error::invalid("group_size", rule));
        }
        Some(Groups::Size(_)) => "group_size",
        Some(Groups::Sizes(_)) => "group_sizes",
        Some(Groups::Ids(_)) => "group_ids",
    };
    let numbers = batch.groups.map(|groups| groups.of_rows(rows)).unwrap_or_default();
    if numbers.len() != rows {
        return Err(Error::invalid(field, format!("does not cut the {rows} rows into groups")));
    }
    Ok(numbers)
}

/// The rows of a response are in one group. In parts the server could not see that they are not.
fn check_trajectories(batch: &Batch<'_>, group_of_row: &[u32]) -> Result<(), Error> {
    let mut first_row = HashMap::new();
    for (row, &id) in batch.trajectory_ids.unwrap_or_default().iter().enumerate() {
        let first = *first_row.entry(id).or_insert(row);
        let (here, there) = (group_of_row[row], group_of_row[first]);
        if here != there {
            return Err(Error::invalid(
                format!("trajectory_ids[{row}]"),
                format!("{id} in group {here}, but row {first} of trajectory {id} is in group {there}"),
            ));
        }
    }
    Ok(())
}

/// What rows cost on the wire, in bits.
struct Cost {
    base_bytes: usize,
    row: usize,
    group: usize,
}

impl Cost {
    fn of(batch: &Batch<'_>, method: &Method) -> Cost {
        let bare = Batch {
            rewards: &[],
            groups: None,
            valid: None,
            outcomes: None,
            lengths: None,
            trajectory_ids: None,
            ..batch.clone()
        };
        let bit = |is_set: bool| usize::from(is_set);
        Cost {
            base_bytes: request::unchecked(&bare, method).encoded_len()
                + ENVELOPE_BYTES
                + MOMENTS_BYTES * moments_needed(&batch.stages),
            row: if batch.may_send_bits() { 1 } else { 32 }
                + bit(batch.valid.is_some())
                + bit(batch.outcomes.is_some())
                + 32 * bit(batch.lengths.is_some())
                + 32 * bit(batch.trajectory_ids.is_some())
                + 32 * bit(matches!(batch.groups, Some(Groups::Ids(_)))),
            group: 32 * bit(matches!(batch.groups, Some(Groups::Sizes(_)))),
        }
    }

    fn room(&self, bytes: usize) -> usize {
        8 * bytes.saturating_sub(self.base_bytes)
    }
}

#[derive(Default)]
struct Room {
    rows: usize,
    bits: usize,
}

impl Room {
    fn take(&mut self, rows: usize, cost: &Cost) -> bool {
        let bits = rows * cost.row + cost.group;
        let fits = rows <= self.rows && bits <= self.bits;
        if fits {
            self.rows -= rows;
            self.bits -= bits;
        }
        fits
    }
}

fn too_large(group: usize, size: usize, cost: &Cost, limits: Limits) -> Error {
    let bytes = cost.base_bytes + (size * cost.row + cost.group).div_ceil(8);
    Error::TooLarge {
        message: format!(
            "group {group} alone, of {size} rows, makes a request of about {bytes} bytes; the server takes {} bytes \
             and {} rows, and a group cannot be cut",
            limits.bytes, limits.rows
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::TrajectoryReward;

    fn parts(batch: &Batch<'_>, bytes: usize, rows: usize) -> Result<Vec<Part>, Error> {
        plan(batch, &Method::rloo(), Limits { bytes, rows })
    }

    #[test]
    fn parts_are_whole_groups_as_many_as_fit() {
        let rewards = [0.5; 12];
        let uniform = Batch::new(&rewards).group_size(2);
        let part = |rows: Vec<u32>, groups| Part { rows, groups };
        assert_eq!(
            parts(&uniform, 1 << 20, 5).unwrap(),
            [part(vec![0, 1, 2, 3], 0..2), part(vec![4, 5, 6, 7], 2..4), part(vec![8, 9, 10, 11], 4..6),]
        );
        let ragged = Batch::new(&rewards).group_sizes(&[5, 1, 6]);
        assert_eq!(parts(&ragged, 1 << 20, 6).unwrap(), [part((0..6).collect(), 0..2), part((6..12).collect(), 2..3)]);
    }

    #[test]
    fn rows_of_a_group_go_into_one_part_wherever_they_stand() {
        let rewards = [0.5; 8];
        let ids = [9, 4, 9, 4, 1, 1, 4, 9];
        let batch = Batch::new(&rewards).group_ids(&ids);
        let cut: Vec<_> = parts(&batch, 1 << 20, 5).unwrap();
        let expected = [Part { rows: vec![0, 2, 7], groups: 0..1 }, Part { rows: vec![1, 3, 4, 5, 6], groups: 1..3 }];
        assert_eq!(cut, expected);
        let arrays = cut[1].gather(&batch);
        assert_eq!(arrays.batch(&batch).groups, Some(Groups::Ids(&[4, 4, 1, 1, 4])));
    }

    #[test]
    fn messages_of_parts_keep_the_limit_whatever_is_in_them() {
        let rewards: Vec<f32> = (0..1200).map(|i| (i % 7) as f32 / 8.0).collect();
        let bits: Vec<f32> = (0..1200).map(|i| f32::from(i % 3 == 0)).collect();
        let yes = vec![true; 1200];
        let numbers: Vec<u32> = (0..1200).collect();
        let ids: Vec<u32> = (0..1200).map(|i| i / 4).collect();
        let sizes = [4; 300];
        let plain = Batch::new(&rewards).group_size(4);
        for (batch, limit) in [
            (plain.clone(), 600),
            (Batch::new(&bits).group_size(4), 180),
            (Batch::new(&bits).group_sizes(&sizes).valid(&yes), 300),
            (Batch::new(&rewards).group_ids(&ids).outcomes(&yes), 700),
            (plain.clone().lengths(&numbers).trajectory_ids(&numbers, TrajectoryReward::Sum), 900),
            (plain.clone().valid(&yes).stages(vec![crate::Stage::center(); 3]), 600),
        ] {
            let cut = parts(&batch, limit, usize::MAX).unwrap();
            assert!(cut.len() > 1, "{} parts", cut.len());
            let mut rows = 0;
            for part in &cut {
                let arrays = part.gather(&batch);
                let moments = [crate::BatchMoments { weight: 1.0, mean: 1.0, centred_squares: 1.0 }; 1];
                let part_batch = arrays.batch(&batch).batch_moments(moments).moments_only(true);
                let size = request::unchecked(&part_batch, &Method::rloo()).encoded_len();
                assert!(size <= limit, "{size} bytes");
                rows += part.rows.len();
            }
            assert_eq!(rows, 1200);
        }
    }

    #[test]
    fn a_group_that_is_too_large_alone_is_an_error_that_says_so() {
        let rewards = [0.5; 300];
        let batch = Batch::new(&rewards).group_sizes(&[10, 290]);
        let text = parts(&batch, 1024, 1 << 24).unwrap_err().to_string();
        assert!(text.contains("group 1 alone, of 290 rows"), "{text}");
        assert!(text.contains("1024 bytes"), "{text}");
        assert!(parts(&batch, 1 << 20, 289).is_err());
        assert!(parts(&batch, 16, 1 << 24).is_err(), "not even the envelope fits");
    }

    #[test]
    fn what_a_server_could_not_see_in_parts_is_refused_here() {
        let rewards = [0.5; 4];
        let in_two = Batch::new(&rewards).group_size(2).trajectory_ids(&[7, 8, 8, 9], TrajectoryReward::Last);
        let error = parts(&in_two, 1 << 20, 2).unwrap_err();
        let expected = "trajectory_ids[2]: 8 in group 1, but row 1 of trajectory 8 is in group 0";
        assert_eq!(error.to_string(), expected);
        for (batch, field) in [
            (Batch::new(&rewards), "group_size"),
            (Batch::new(&rewards).group_size(3), "group_size"),
            (Batch::new(&rewards).group_sizes(&[1, 2]), "group_sizes"),
        ] {
            assert_eq!(parts(&batch, 1 << 20, 2).unwrap_err().violations()[0].field, field);
        }
    }
}
