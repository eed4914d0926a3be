//! Values and a place in, the value that sorting would put there out, without sorting.

/// Brings `values` into an order in which the one at `place` is where sorting would put it, with no greater ones
/// before it and no smaller ones behind; `None` where there is no such place.
///
/// The standard library's selection compares through functions that a program built for its size calls one by one;
/// there this one is about as fast, and 4 kB smaller. Reference: Hoare, "Algorithm 65: find", CACM 4 (1961).
pub(crate) fn select(values: &mut [f64], place: usize) -> Option<f64> {
    let (mut low, mut high) = (0, values.len().checked_sub(1)?);
    while low < high {
        let pivot = middle(values[low], values[low.midpoint(high)], values[high]);
        let (mut left, mut right) = (low, high);
        while left <= right {
            while values[left] < pivot {
                left += 1;
            }
            while pivot < values[right] {
                right -= 1;
            }
            if left <= right {
                values.swap(left, right);
                left += 1;
                if right == 0 {
                    break;
                }
                right -= 1;
            }
        }
        if place <= right && right < high {
            high = right;
        } else if place >= left && left > low {
            low = left;
        } else {
            break;
        }
    }
    values.get(place).copied()
}

/// The one between the two others.
fn middle(a: f64, b: f64, c: f64) -> f64 {
    let (low, high) = if b < a { (b, a) } else { (a, b) };
    if c < low {
        low
    } else if high < c {
        high
    } else {
        c
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_value_of_any_place_is_that_of_sorting(
            values in prop::collection::vec((-20..20_i32).prop_map(f64::from), 1..80),
            place in 0_usize..80,
        ) {
            let (mut mine, mut sorted) = (values.clone(), values);
            sorted.sort_by(f64::total_cmp);
            prop_assert_eq!(select(&mut mine, place), sorted.get(place).copied());
            if let Some(value) = sorted.get(place) {
                prop_assert!(mine[..place].iter().all(|before| before <= value));
                prop_assert!(mine[place..].iter().all(|behind| behind >= value));
            }
        }

        #[test]
        fn no_values_of_any_kind_panic_or_last_forever(
            values in prop::collection::vec(any::<f64>(), 0..40),
            place in 0_usize..40,
        ) {
            let mut mine = values.clone();
            prop_assert_eq!(select(&mut mine, place).is_some(), place < values.len());
        }
    }

    #[test]
    fn ascending_descending_and_equal_values_are_found() {
        for values in [[1.0, 2.0, 3.0, 4.0, 5.0], [5.0, 4.0, 3.0, 2.0, 1.0], [3.0; 5]] {
            assert_eq!(select(&mut values.clone(), 2), Some(3.0));
        }
        assert_eq!(select(&mut [], 0), None);
    }
}
