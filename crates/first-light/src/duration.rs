//! Durations in words.

use std::time::Duration;

/// As `0.4 s`, `12 s` or `3 min 05 s`.
pub fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    match seconds {
        ..9.95 => format!("{seconds:.1} s"),
        ..59.5 => format!("{seconds:.0} s"),
        _ => {
            let whole = seconds.round() as u64;
            format!("{} min {:02} s", whole / 60, whole % 60)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_ones_have_a_fraction_and_long_ones_minutes() {
        for (seconds, words) in
            [(0.04, "0.0 s"), (9.97, "10 s"), (59.6, "1 min 00 s"), (185.0, "3 min 05 s")]
        {
            assert_eq!(in_words(Duration::from_secs_f64(seconds)), words);
        }
    }
}
