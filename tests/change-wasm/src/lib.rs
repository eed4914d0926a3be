//! Change detection as a module that a browser loads without a page: `cargo xtask bench --detect` times
//! it there.
//!
//! In: series, a value at a time. Out: how many steps they have.

#![expect(unsafe_code, reason = "a name that a browser calls has to be kept as it is")]

use std::cell::RefCell;

use bench_records::change::{Options, detect_with};

thread_local! {
    static SERIES: RefCell<Vec<Vec<f64>>> = const { RefCell::new(Vec::new()) };
}

/// Begins the next series.
#[unsafe(no_mangle)]
pub extern "C" fn begin_series() {
    SERIES.with_borrow_mut(|series| series.push(Vec::new()));
}

/// Adds the next value to the series begun last.
#[unsafe(no_mangle)]
pub extern "C" fn push_value(value: f64) {
    SERIES.with_borrow_mut(|series| series.last_mut().map(|last| last.push(value)));
}

/// The confirmed steps of all series.
#[unsafe(no_mangle)]
pub extern "C" fn count_steps() -> u32 {
    let steps = |values: &Vec<f64>| detect_with(values, None, &Options::default()).steps.len();
    SERIES.with_borrow(|series| series.iter().map(steps).sum::<usize>() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_all_series_are_counted() {
        assert_eq!(count_steps(), 0);
        for size in [0.0, 10.0] {
            begin_series();
            (0..40).for_each(|i| push_value(100.0 + if i < 20 { 0.0 } else { size }));
        }
        assert_eq!(count_steps(), 1);
    }
}
