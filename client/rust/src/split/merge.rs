//! The answers to two parts as the answer to both.

use crate::error::Error;
use crate::proto::{BatchMoments, GroupStatistics, PassAtK, Summary, Timings, Warning};
use crate::response::Response;

/// Everything but the advantages, which stay those of `a`: only who cut the batch knows where they go.
pub(crate) fn merge(a: Response, b: Response) -> Result<Response, Error> {
    if a.numerics_version != b.numerics_version {
        return Err(Error::reply(format!(
            "parts of one batch were computed with numerics versions {} and {}",
            a.numerics_version, b.numerics_version
        )));
    }
    Ok(Response {
        advantages: a.advantages,
        summary: summary(&a.summary, &b.summary),
        statistics: match (a.statistics, b.statistics) {
            (Some(a), Some(b)) => Some(statistics(a, b)),
            (a, b) => a.or(b),
        },
        warnings: warnings(a.warnings, b.warnings),
        method: a.method.or(b.method),
        numerics_version: a.numerics_version,
        batch_moments: moments(&a.batch_moments, &b.batch_moments),
        timings: Timings {
            decode_us: a.timings.decode_us + b.timings.decode_us,
            compute_us: a.timings.compute_us + b.timings.compute_us,
            encode_us: a.timings.encode_us + b.timings.encode_us,
            queue_us: a.timings.queue_us + b.timings.queue_us,
        },
    })
}

fn summary(a: &Summary, b: &Summary) -> Summary {
    let known = |s: &Summary| s.all_fail_groups + s.mixed_groups + s.all_pass_groups;
    let filled = |s: &Summary| s.groups - s.empty_groups;
    let magnitudes = |s: &Summary| BatchMoments {
        weight: s.responses.into(),
        mean: s.mean_absolute_advantage,
        centred_squares: s.sd_absolute_advantage.powi(2) * f64::from(s.responses),
    };
    let magnitude = magnitudes(a).merge(&magnitudes(b));
    Summary {
        groups: a.groups + b.groups,
        responses: a.responses + b.responses,
        masked_responses: a.masked_responses + b.masked_responses,
        all_fail_groups: a.all_fail_groups + b.all_fail_groups,
        mixed_groups: a.mixed_groups + b.mixed_groups,
        all_pass_groups: a.all_pass_groups + b.all_pass_groups,
        constant_groups: a.constant_groups + b.constant_groups,
        varied_groups: a.varied_groups + b.varied_groups,
        empty_groups: a.empty_groups + b.empty_groups,
        small_groups: a.small_groups + b.small_groups,
        suspicious_groups: a.suspicious_groups + b.suspicious_groups,
        incomplete_groups: a.incomplete_groups + b.incomplete_groups,
        mean_success_rate: mean((a.mean_success_rate, known(a)), (b.mean_success_rate, known(b))),
        pass_at_k: a
            .pass_at_k
            .iter()
            .zip(&b.pass_at_k)
            .map(|(a, b)| PassAtK {
                k: a.k,
                mean: mean((a.mean, a.groups), (b.mean, b.groups)),
                groups: a.groups + b.groups,
            })
            .collect(),
        no_signal_share: mean((Some(a.no_signal_share), filled(a)), (Some(b.no_signal_share), filled(b)))
            .unwrap_or(0.0),
        mean_absolute_advantage: magnitude.mean,
        sd_absolute_advantage: match magnitude.weight {
            0.0 => 0.0,
            weight => (magnitude.centred_squares / weight).sqrt(),
        },
        max_absolute_advantage: a.max_absolute_advantage.max(b.max_absolute_advantage),
        positive_weight: a.positive_weight + b.positive_weight,
        negative_weight: a.negative_weight + b.negative_weight,
    }
}

/// The mean over both of two means over so many; a mean over none is absent.
fn mean(a: (Option<f64>, u32), b: (Option<f64>, u32)) -> Option<f64> {
    match (a, b) {
        ((_, 0), (mean, count)) | ((mean, count), (_, 0)) => mean.filter(|_| count > 0),
        ((a, a_count), (b, b_count)) => {
            let (a_count, b_count) = (f64::from(a_count), f64::from(b_count));
            Some((a? * a_count + b? * b_count) / (a_count + b_count))
        }
    }
}

fn statistics(mut a: GroupStatistics, b: GroupStatistics) -> GroupStatistics {
    a.group_ids.extend(b.group_ids);
    a.n.extend(b.n);
    a.c.extend(b.c);
    a.outcome.extend(b.outcome);
    a.success_rate.extend(b.success_rate);
    a.mean.extend(b.mean);
    a.sd.extend(b.sd);
    a.priority.extend(b.priority);
    for (a, b) in a.pass_at_k.iter_mut().zip(b.pass_at_k) {
        a.value.extend(b.value);
    }
    a
}

/// Each kind once, in the server's order; counts with which its text begins are added up.
fn warnings(mut all: Vec<Warning>, more: Vec<Warning>) -> Vec<Warning> {
    for warning in more {
        match all.iter_mut().find(|known| known.code == warning.code) {
            None => all.push(warning),
            Some(known) => {
                let (Some((a, rest)), Some((b, same))) = (counted(&known.message), counted(&warning.message)) else {
                    continue;
                };
                if rest == same {
                    known.message = format!("{}{rest}", a + b);
                }
            }
        }
    }
    all.sort_by_key(|warning| warning.code);
    all
}

fn counted(message: &str) -> Option<(u64, &str)> {
    let (count, _) = message.split_once(' ')?;
    Some((count.parse().ok()?, &message[count.len()..]))
}

/// A part that has no values to take moments of may leave them out.
fn moments(a: &[BatchMoments], b: &[BatchMoments]) -> Vec<BatchMoments> {
    let at = |moments: &[BatchMoments], i: usize| moments.get(i).copied().unwrap_or_default();
    (0..a.len().max(b.len())).map(|i| at(a, i).merge(&at(b, i))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::PassAtKColumn;

    fn response(summary: Summary) -> Response {
        Response {
            advantages: vec![],
            summary,
            statistics: None,
            warnings: vec![],
            method: None,
            numerics_version: 1,
            batch_moments: vec![],
            timings: Timings::default(),
        }
    }

    #[test]
    fn counts_add_up_and_means_weigh_by_what_they_are_means_over() {
        let a = Summary {
            groups: 4,
            responses: 6,
            all_fail_groups: 1,
            mixed_groups: 1,
            constant_groups: 1,
            empty_groups: 1,
            incomplete_groups: 1,
            mean_success_rate: Some(0.25),
            pass_at_k: vec![PassAtK { k: 2, mean: Some(0.5), groups: 2 }],
            no_signal_share: 1.0 / 3.0,
            mean_absolute_advantage: 1.0,
            max_absolute_advantage: 1.5,
            positive_weight: 2.0,
            ..Default::default()
        };
        let b = Summary {
            groups: 6,
            responses: 2,
            masked_responses: 3,
            mixed_groups: 5,
            all_pass_groups: 1,
            incomplete_groups: 2,
            mean_success_rate: Some(0.75),
            pass_at_k: vec![PassAtK { k: 2, mean: Some(1.0), groups: 6 }],
            no_signal_share: 0.0,
            mean_absolute_advantage: 3.0,
            max_absolute_advantage: 3.0,
            positive_weight: 0.5,
            ..Default::default()
        };
        let whole = merge(response(a), response(b)).unwrap().summary;
        assert_eq!((whole.groups, whole.responses, whole.masked_responses), (10, 8, 3));
        assert_eq!((whole.all_fail_groups, whole.mixed_groups, whole.all_pass_groups), (1, 6, 1));
        assert_eq!(whole.incomplete_groups, 3);
        assert_eq!(whole.mean_success_rate, Some((2.0 * 0.25 + 6.0 * 0.75) / 8.0));
        assert_eq!(whole.pass_at_k[0].mean, Some((2.0 * 0.5 + 6.0 * 1.0) / 8.0));
        assert_eq!(whole.no_signal_share, 1.0 / 9.0);
        assert_eq!(whole.mean_absolute_advantage, 1.5);
        assert_eq!(whole.sd_absolute_advantage, 0.75_f64.sqrt(), "six of 1 and two of 3");
        assert_eq!((whole.max_absolute_advantage, whole.positive_weight), (3.0, 2.5));
    }

    #[test]
    fn a_mean_over_nothing_is_absent_and_counts_for_nothing() {
        assert_eq!(mean((None, 0), (None, 0)), None);
        assert_eq!(mean((Some(0.0), 0), (Some(0.5), 3)), Some(0.5));
        assert_eq!(mean((Some(0.5), 3), (None, 0)), Some(0.5));
    }

    #[test]
    fn columns_of_the_groups_follow_each_other() {
        let column = |value: f64| GroupStatistics {
            n: vec![value as u32],
            mean: vec![value],
            pass_at_k: vec![PassAtKColumn { k: 2, value: vec![value] }],
            ..Default::default()
        };
        let both = statistics(column(4.0), column(2.0));
        assert_eq!((both.n, both.mean), (vec![4, 2], vec![4.0, 2.0]));
        assert_eq!(both.pass_at_k, [PassAtKColumn { k: 2, value: vec![4.0, 2.0] }]);
    }

    #[test]
    fn warnings_come_once_with_their_counts_added() {
        let warning = |code, message: &str| Warning { code, message: message.to_owned() };
        let first = vec![warning(3, "2 groups are small"), warning(1, "rloo: below 0 from c = 2")];
        let second = vec![warning(1, "rloo: below 0 from c = 3"), warning(3, "40 groups are small"), warning(2, "x")];
        let all = warnings(first, second);
        let texts: Vec<&str> = all.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(texts, ["rloo: below 0 from c = 2", "x", "42 groups are small"]);
    }

    #[test]
    fn moments_merge_by_the_formula_of_the_contract() {
        let part = |mean| BatchMoments { weight: 2.0, mean, centred_squares: mean - 1.0 };
        let whole = BatchMoments { weight: 4.0, mean: 3.0, centred_squares: 13.0 };
        assert_eq!(moments(&[part(1.5)], &[part(4.5)]), [whole]);
        assert_eq!(moments(&[], &[part(4.5)]), [part(4.5)]);
    }

    #[test]
    fn parts_of_other_numerics_are_no_answer() {
        let mut other = response(Summary::default());
        other.numerics_version = 2;
        let error = merge(response(Summary::default()), other).unwrap_err();
        assert!(error.to_string().contains("numerics versions 1 and 2"), "{error}");
    }
}
