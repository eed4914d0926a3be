//! A series drawn in characters, for `bench-runner history`.
//!
//! In: values, oldest first, and their rolling baseline. Out: lines of text with a labelled axis.

/// Rows of a chart.
const HEIGHT: usize = 10;
/// Most columns of a chart; longer series show their newest points.
const WIDTH: usize = 72;

/// Lines of a chart of `values` (•) over their `baseline` (─); nothing where there is no value.
#[must_use]
pub fn chart(values: &[Option<f64>], baseline: &[Option<f64>]) -> Vec<String> {
    let first = values.len().saturating_sub(WIDTH);
    let (values, baseline) = (&values[first..], &baseline[first..]);
    let Some(scale) = Scale::over(values.iter().chain(baseline).flatten().copied()) else {
        return Vec::new();
    };
    let mut grid = vec![vec![' '; values.len()]; HEIGHT];
    for (column, (value, base)) in values.iter().zip(baseline).enumerate() {
        if let Some(base) = base {
            grid[scale.row(*base)][column] = '─';
        }
        if let Some(value) = value {
            grid[scale.row(*value)][column] = '•';
        }
    }
    let line = |(row, cells): (usize, &Vec<char>)| {
        format!("{} {}", scale.label(row), cells.iter().collect::<String>().trim_end())
    };
    grid.iter().enumerate().map(line).collect()
}

struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn over(values: impl Iterator<Item = f64> + Clone) -> Option<Self> {
        let low = values.clone().reduce(f64::min)?;
        let high = values.reduce(f64::max)?;
        let margin =
            if high > low { 0.0 } else { if low == 0.0 { 0.05 } else { low.abs() * 0.05 } };
        Some(Self { low: low - margin, high: high + margin })
    }

    fn row(&self, value: f64) -> usize {
        let share = (self.high - value) / (self.high - self.low);
        ((share * (HEIGHT - 1) as f64).round() as usize).min(HEIGHT - 1)
    }

    /// A value at the top, the middle and the bottom; blank elsewhere.
    fn label(&self, row: usize) -> String {
        let value = self.high - (self.high - self.low) * row as f64 / (HEIGHT - 1) as f64;
        if matches!(row, 0 | 9) || row == HEIGHT / 2 {
            format!("{:>11} ┤", short(value))
        } else {
            format!("{:>11} │", "")
        }
    }
}

/// A number with four significant digits.
#[must_use]
pub fn short(value: f64) -> String {
    let magnitude = if value == 0.0 { 0 } else { value.abs().log10().floor() as i32 };
    match magnitude {
        -3..=5 => format!("{value:.*}", usize::try_from(3 - magnitude).unwrap_or(0)),
        _ => format!("{value:.3e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_value_is_on_top_and_the_lowest_at_the_bottom() {
        let lines = chart(&[Some(1.0), Some(2.0), None], &[None, Some(1.0), Some(1.5)]);
        assert_eq!(lines.len(), HEIGHT);
        assert_eq!(lines[0], "      2.000 ┤  •");
        assert_eq!(lines[9], "      1.000 ┤ •─");
        assert!(lines[4].ends_with('─') || lines[5].ends_with('─'));
    }

    #[test]
    fn a_flat_series_and_an_empty_one_are_drawn_without_a_panic() {
        assert_eq!(chart(&[Some(3.0)], &[None]).len(), HEIGHT);
        assert!(chart(&[None], &[None]).is_empty());
    }

    #[test]
    fn the_axis_of_a_lone_value_is_of_its_size() {
        for (value, top, bottom) in [
            (0.001, "0.001050", "0.0009500"),
            (-200.0, "-190.0", "-210.0"),
            (0.0, "0.05000", "-0.05000"),
        ] {
            let lines = chart(&[Some(value)], &[None]);
            let label = |row: usize| lines[row].split_whitespace().next().unwrap_or_default();
            let ends = [label(0), label(HEIGHT - 1)];
            let near = |(label, expected): (&str, &str)| {
                let number = |text: &str| text.parse::<f64>().expect("a number");
                (number(label) - number(expected)).abs() <= 1e-6 * value.abs().max(1e-3)
            };
            assert!([top, bottom].into_iter().zip(ends).all(|(a, b)| near((b, a))), "{ends:?}");
        }
    }

    #[test]
    fn numbers_keep_four_significant_digits() {
        for (value, text) in [
            (28.3456, "28.35"),
            (11_000.4, "11000"),
            (0.004_321, "0.004321"),
            (0.0, "0.000"),
            (1e9, "1.000e9"),
        ] {
            assert_eq!(short(value), text);
        }
    }
}
