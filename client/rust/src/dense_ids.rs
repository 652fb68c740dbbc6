//! Group ids of anything that can be hashed.

use std::collections::HashMap;
use std::hash::Hash;

/// Numbers for keys in any order: equal keys have the same, 0 being that of the first key, 1 that of the next new one.
///
/// ```
/// use advantaged_client::{Batch, DenseIds};
///
/// let prompts = ["b7e1", "09cc", "b7e1", "09cc"];
/// let groups = DenseIds::new(prompts);
/// assert_eq!(groups.ids(), [0, 1, 0, 1]);
/// assert_eq!(groups.keys(), ["b7e1", "09cc"]); // entry g belongs to entry g of the statistics
///
/// let batch = Batch::new(&[1.0, 0.0, 0.0, 1.0]).group_ids(groups.ids());
/// # let _ = batch;
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DenseIds<K> {
    ids: Vec<u32>,
    keys: Vec<K>,
}

impl<K: Hash + Eq + Clone> DenseIds<K> {
    /// Numbers the keys, one per row.
    pub fn new(keys: impl IntoIterator<Item = K>) -> DenseIds<K> {
        let keys = keys.into_iter();
        let mut known = HashMap::new();
        let mut dense = DenseIds { ids: Vec::with_capacity(keys.size_hint().0), keys: Vec::new() };
        for key in keys {
            let id = match known.get(&key) {
                Some(&id) => id,
                None => {
                    let id = u32::try_from(dense.keys.len()).expect("more keys than a batch has rows");
                    dense.keys.push(key.clone());
                    known.insert(key, id);
                    id
                }
            };
            dense.ids.push(id);
        }
        dense
    }
}

impl<K> DenseIds<K> {
    /// The number of each row's key, for [`Batch::group_ids`](crate::Batch::group_ids).
    pub fn ids(&self) -> &[u32] {
        &self.ids
    }

    /// The keys by number: in order of first appearance, as the server reports groups.
    pub fn keys(&self) -> &[K] {
        &self.keys
    }
}

/// The number of each id, in order of first appearance.
pub(crate) fn number(ids: &[u32]) -> Vec<u32> {
    const NONE: u32 = u32::MAX;
    let largest = ids.iter().copied().max().unwrap_or(0) as usize;
    if largest >= 4 * ids.len() {
        return DenseIds::new(ids.iter().copied()).ids;
    }
    // A table is many times as fast as hashing.
    let mut known = vec![NONE; largest + 1];
    let mut next = 0;
    let mut number = |&id: &u32| {
        let known = &mut known[id as usize];
        if *known == NONE {
            *known = next;
            next += 1;
        }
        *known
    };
    ids.iter().map(&mut number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_numbered_in_order_of_first_appearance() {
        let dense = DenseIds::new([7u64, u64::MAX, 7, 0, u64::MAX, 7]);
        assert_eq!(dense.ids(), [0, 1, 0, 2, 1, 0]);
        assert_eq!(dense.keys(), [7, u64::MAX, 0]);
    }

    #[test]
    fn no_keys_are_no_ids() {
        let dense = DenseIds::<String>::new([]);
        assert!(dense.ids().is_empty() && dense.keys().is_empty());
    }
}
