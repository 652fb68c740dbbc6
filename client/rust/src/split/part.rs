//! A part as a batch of its own.

use std::ops::Range;

use crate::batch::{Batch, Groups};

/// Rows of whole groups.
#[derive(Debug, PartialEq)]
pub(crate) struct Part {
    /// In the order of the batch.
    pub(crate) rows: Vec<u32>,
    /// In order of first appearance, in the batch as in the part.
    pub(crate) groups: Range<u32>,
}

/// The arrays of a part.
pub(crate) struct Arrays {
    rewards: Vec<f32>,
    groups: OwnedGroups,
    valid: Option<Vec<bool>>,
    outcomes: Option<Vec<bool>>,
    lengths: Option<Vec<u32>>,
    trajectory_ids: Option<Vec<u32>>,
}

enum OwnedGroups {
    Size(u32),
    Sizes(Vec<u32>),
    Ids(Vec<u32>),
}

impl Part {
    pub(crate) fn gather(&self, batch: &Batch<'_>) -> Arrays {
        let groups = self.groups.start as usize..self.groups.end as usize;
        Arrays {
            rewards: self.pick(batch.rewards),
            groups: match batch.groups {
                None => OwnedGroups::Size(0),
                Some(Groups::Size(size)) => OwnedGroups::Size(size),
                Some(Groups::Sizes(sizes)) => OwnedGroups::Sizes(sizes[groups].to_vec()),
                Some(Groups::Ids(ids)) => OwnedGroups::Ids(self.pick(ids)),
            },
            valid: batch.valid.map(|valid| self.pick(valid)),
            outcomes: batch.outcomes.map(|outcomes| self.pick(outcomes)),
            lengths: batch.lengths.map(|lengths| self.pick(lengths)),
            trajectory_ids: batch.trajectory_ids.map(|ids| self.pick(ids)),
        }
    }

    fn pick<T: Copy>(&self, values: &[T]) -> Vec<T> {
        self.rows.iter().map(|&row| values[row as usize]).collect()
    }
}

impl Arrays {
    /// The part as a batch that is otherwise like `whole`.
    pub(crate) fn batch<'a>(&'a self, whole: &Batch<'a>) -> Batch<'a> {
        Batch {
            rewards: &self.rewards,
            groups: Some(match &self.groups {
                OwnedGroups::Size(size) => Groups::Size(*size),
                OwnedGroups::Sizes(sizes) => Groups::Sizes(sizes),
                OwnedGroups::Ids(ids) => Groups::Ids(ids),
            }),
            valid: self.valid.as_deref(),
            outcomes: self.outcomes.as_deref(),
            lengths: self.lengths.as_deref(),
            trajectory_ids: self.trajectory_ids.as_deref(),
            ..whole.clone()
        }
    }
}
