//! Metrics that a dataset adds to the built-in table.
//!
//! In: what a tool calls a quantity, its unit and direction. Out: a [`Metric`], the built-in one
//! where it means the same.

use bench_records::{
    metric::{self, Better, Gating, Metric},
    metric_name::decimals_of,
};

pub use bench_records::metric_name::key_from;

/// A quantity as a tool describes it.
pub struct Described {
    /// Key that it gets, if that key is free.
    pub key: String,
    /// Column heading.
    pub label: String,
    /// Unit as it is printed.
    pub unit: String,
    /// Which way is better.
    pub better: Better,
}

impl Described {
    /// The metric, gated where its direction is known.
    pub fn gated(self) -> Metric {
        let gating = if self.better == Better::Neither { Gating::Reported } else { Gating::Gated };
        self.with(gating)
    }

    /// The metric, compared and never failing a gate.
    pub fn reported(self) -> Metric {
        self.with(Gating::Reported)
    }

    fn with(self, gating: Gating) -> Metric {
        match metric::built_in(&self.key) {
            Some(same) if same.unit == self.unit && same.better == self.better => same.clone(),
            Some(_) => self.under(|key| format!("{key}_value"), gating),
            None => self.under(|key| key, gating),
        }
    }

    fn under(self, key: impl Fn(String) -> String, gating: Gating) -> Metric {
        Metric {
            key: key(self.key).into(),
            label: self.label.into(),
            decimals: decimals_of(&self.unit),
            unit: self.unit.into(),
            better: self.better,
            gating,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn described(key: &str, unit: &str, better: Better) -> Described {
        let (key, unit) = (key.to_owned(), unit.to_owned());
        Described { label: key.clone(), key, unit, better }
    }

    #[test]
    fn a_built_in_metric_of_the_same_meaning_is_used() {
        let metric = described("requests_per_s", "requests/s", Better::Higher).gated();
        assert_eq!(Some(&metric), metric::built_in("requests_per_s"));
    }

    #[test]
    fn another_meaning_does_not_take_a_built_in_key() {
        let metric = described("latency", "", Better::Neither).gated();
        assert_eq!(metric.key, "latency_value");
        assert_eq!(metric.gating, Gating::Reported);
    }

    #[test]
    fn keys_are_words_whatever_the_text_holds() {
        for (text, key) in [
            ("iter/sec", "iter_per_sec"),
            ("%", "pct"),
            ("peak mem(mb)", "peak_mem_mb"),
            ("µs", "us"),
            ("../../x", "per_per_x"),
            ("***", "value"),
            ("", "value"),
        ] {
            assert_eq!(key_from(text), key, "{text}");
        }
    }
}
