//! Values of options, with errors that say what is expected.

pub(super) fn rate(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| *number > 0.0);
    number.ok_or_else(|| "expected requests per second, such as 4, or inf".to_owned())
}

pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number = text.trim().parse().ok().filter(|number: &f64| *number > 0.0 && *number < 100.0);
    number.ok_or_else(|| "expected a percentile between 0 and 100, such as 99".to_owned())
}

pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let pair = pair.map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    pair.ok_or_else(|| "expected NAME=VALUE".to_owned())
}

/// A goal, which is read again by what judges it.
pub(super) fn goal(text: &str) -> Result<String, String> {
    #[cfg(feature = "load")]
    if let Err(error) = text.parse::<bench_load::measure::Goal>() {
        return Err(error.to_string());
    }
    Ok(text.to_owned())
}
