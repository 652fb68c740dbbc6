//! What a server says about a part, in indices of the whole batch.

use super::part::Part;
use crate::batch::Batch;
use crate::error::Error;

/// The error with fields and descriptions that count rows and groups as the whole batch does.
pub(crate) fn relocate(error: Error, part: &Part, batch: &Batch<'_>) -> Error {
    let Error::InvalidArgument { mut violations } = error else { return error };
    let row = |index: usize| part.rows.get(index).map(|&row| row as usize);
    let group = |index: usize| Some(part.groups.start as usize + index);
    let by_row: &[&str] = &["rewards", "group_ids", "lengths", "trajectory_ids", "outcomes"];
    for violation in &mut violations {
        let name = violation.field.split('[').next().unwrap_or_default().to_owned();
        let is_row = by_row.contains(&name.as_str());
        if is_row || name == "group_sizes" {
            let after = format!("{name}[");
            violation.field = match is_row {
                true => renumber(&violation.field, &after, row),
                false => renumber(&violation.field, &after, group),
            };
        }
        violation.description = renumber(&violation.description, "row ", row);
        violation.description = renumber(&violation.description, "group ", group);
        if name == "rewards" || name == "group_size" {
            let rows = (part.rows.len(), batch.rewards.len());
            let (of_part, of_batch) = (format!("the {} responses", rows.0), format!("the {} responses", rows.1));
            violation.description = violation.description.replace(&of_part, &of_batch);
        }
    }
    Error::InvalidArgument { violations }
}

/// `text` with every number that follows `before` mapped.
fn renumber(text: &str, before: &str, map: impl Fn(usize) -> Option<usize>) -> String {
    let mut pieces = text.split(before);
    let mut result = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
        let (number, rest) = piece.split_at(end);
        result.push_str(before);
        match number.parse().ok().and_then(&map) {
            Some(number) => result.push_str(&number.to_string()),
            None => result.push_str(number),
        }
        result.push_str(rest);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Violation;

    #[test]
    fn indices_are_those_of_the_whole_batch() {
        let rewards = [0.0; 10];
        let batch = Batch::new(&rewards).group_size(2);
        let part = Part { rows: vec![4, 5, 8, 9], groups: 2..4 };
        for (field, description, located) in [
            ("rewards[2]", "NaN is not finite", "rewards[8]: NaN is not finite"),
            ("group_ids[3]", "group 1 (id 7) has 1 response", "group_ids[9]: group 3 (id 7) has 1 response"),
            ("group_sizes[1]", "group 1 has 1 response", "group_sizes[3]: group 3 has 1 response"),
            ("rewards[1]", "1, but row 0 of trajectory 7 has 0", "rewards[5]: 1, but row 4 of trajectory 7 has 0"),
            ("method.rloo", "2 more groups are too small", "method.rloo: 2 more groups are too small"),
            ("stages[1].clip", "low 1 and high 0 do not order", "stages[1].clip: low 1 and high 0 do not order"),
            ("pass_at[0]", "0 is below 1", "pass_at[0]: 0 is below 1"),
        ] {
            let violation = Violation { field: field.to_owned(), description: description.to_owned() };
            let error = relocate(Error::InvalidArgument { violations: vec![violation] }, &part, &batch);
            assert_eq!(error.to_string(), located);
        }
    }
}
