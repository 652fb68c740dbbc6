//! Stages over the whole batch, and the moments by which a batch is cut into shards.

use crate::proto::{BatchMoments, CenterStage, ClipStage, ScaleStage, Stage, stage};

/// One constructor for each kind of stage. To set more, write its message: `Stage::from(ScaleStage { … })`.
impl Stage {
    /// Subtracts the mean over all valid responses.
    pub fn center() -> Stage {
        CenterStage::default().into()
    }

    /// Divides by the standard deviation of the advantages, `ddof` being 0 or 1, plus `epsilon` (>= 0).
    pub fn scale(ddof: u32, epsilon: f64) -> Stage {
        ScaleStage { ddof, epsilon, ..Default::default() }.into()
    }

    /// Limits advantages to `low` and `high`; at least one of them.
    pub fn clip(low: impl Into<Option<f64>>, high: impl Into<Option<f64>>) -> Stage {
        ClipStage { low: low.into(), high: high.into() }.into()
    }
}

impl From<CenterStage> for Stage {
    fn from(center: CenterStage) -> Stage {
        Stage { stage: Some(stage::Stage::Center(center)) }
    }
}

impl From<ScaleStage> for Stage {
    fn from(scale: ScaleStage) -> Stage {
        Stage { stage: Some(stage::Stage::Scale(scale)) }
    }
}

impl From<ClipStage> for Stage {
    fn from(clip: ClipStage) -> Stage {
        Stage { stage: Some(stage::Stage::Clip(clip)) }
    }
}

impl BatchMoments {
    /// The moments of two parts together. A part of weight 0 changes nothing.
    ///
    /// ```
    /// use advantaged_client::proto::BatchMoments;
    ///
    /// let ranks = [
    ///     BatchMoments { weight: 2.0, mean: 1.5, centred_squares: 0.5 },
    ///     BatchMoments { weight: 2.0, mean: 4.5, centred_squares: 4.5 },
    /// ];
    /// let batch = ranks[0].merge(&ranks[1]);
    /// assert_eq!(batch, BatchMoments { weight: 4.0, mean: 3.0, centred_squares: 14.0 });
    /// ```
    pub fn merge(&self, other: &BatchMoments) -> BatchMoments {
        if self.weight == 0.0 {
            return *other;
        }
        if other.weight == 0.0 {
            return *self;
        }
        let weight = self.weight + other.weight;
        let share = other.weight / weight;
        let d = other.mean - self.mean;
        BatchMoments {
            weight,
            mean: self.mean + d * share,
            centred_squares: self.centred_squares + other.centred_squares + d * d * (self.weight * share),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_without_weight_changes_no_moments() {
        let some = BatchMoments { weight: 3.0, mean: 0.1, centred_squares: 0.7 };
        let none = BatchMoments::default();
        assert_eq!(some.merge(&none), some);
        assert_eq!(none.merge(&some), some);
    }
}
