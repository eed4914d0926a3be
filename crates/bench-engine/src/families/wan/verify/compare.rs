//! One tensor against its reference.

use candle_core::{DType, Tensor};

use super::report::{VerifyRow, stage_of};
use crate::error::Result;

/// Compares values with a reference of the same number; an error of the stage becomes the row's
/// problem, so that the other stages are still compared.
pub(in crate::families) fn compare(
    name: &str,
    shape: &[usize],
    found: Result<Vec<f64>>,
    reference: &[f64],
    tolerance: f64,
) -> VerifyRow {
    let mut row = VerifyRow {
        name: name.to_owned(),
        stage: stage_of(name),
        shape: shape.to_vec(),
        max_abs_diff: None,
        reference_std: None,
        relative_diff: None,
        pass: false,
        problem: None,
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            row.problem = Some(error.to_string());
            return row;
        }
    };
    if found.len() != reference.len() {
        let (found, expected) = (found.len(), reference.len());
        row.problem = Some(format!("{found} values, the reference has {expected}"));
        return row;
    }
    for (values, whose) in [(reference, "the reference"), (&found, "the model")] {
        if values.iter().any(|value| !value.is_finite()) {
            row.problem = Some(format!("{whose} has NaN or infinity"));
            return row;
        }
    }
    let differences = found.iter().zip(reference).map(|(a, b)| (a - b).abs());
    let max_abs_diff = differences.fold(0.0, f64::max);
    let std = deviation(reference);
    let relative = max_abs_diff / std;
    row.max_abs_diff = Some(max_abs_diff);
    row.reference_std = Some(std);
    row.relative_diff = Some(relative);
    row.pass = relative <= tolerance;
    row
}

/// Sample standard deviation; for constant values their magnitude, or 1 if they are zero.
fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let std = (squares / (n - 1.0)).sqrt();
    match (std > 0.0, mean != 0.0) {
        (true, _) => std,
        (false, true) => mean.abs(),
        (false, false) => 1.0,
    }
}

/// A tensor's values, flattened.
pub(super) fn flat(tensor: &Tensor) -> Result<Vec<f64>> {
    Ok(tensor.to_dtype(DType::F64)?.flatten_all()?.to_vec1()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_is_relative_to_the_reference_deviation() {
        // The deviation of 1 and 3 is √2.
        let row = compare("x", &[2], Ok(vec![1.0, 3.5]), &[1.0, 3.0], 0.4);
        assert!((row.relative_diff.expect("compared") - 0.5 / 2f64.sqrt()).abs() < 1e-12);
        assert!(row.pass);
    }

    #[test]
    fn values_that_are_not_finite_fail() {
        for (found, reference, whose) in [
            ([1.0, f64::NAN], [1.0, 3.0], "the model"),
            ([1.0, 3.0], [f64::NAN; 2], "the reference"),
        ] {
            let row = compare("x", &[2], Ok(found.to_vec()), &reference, 1.0);
            assert!(!row.pass && row.problem.is_some_and(|problem| problem.starts_with(whose)));
        }
    }

    #[test]
    fn constant_references_have_a_scale() {
        assert_eq!(deviation(&[4.0]), 4.0);
        assert_eq!(deviation(&[0.0, 0.0]), 1.0);
    }
}
