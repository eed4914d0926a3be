//! Static limits: hand-set ceilings by GPU, and which of them apply to a given GPU.

use super::ordered::Ordered;
use super::problems::Fault;
use super::regression::Names;
use super::static_limits::{StaticLimit, StaticLimits};

/// The key of the limits for GPUs that no other key matches.
pub const DEFAULT_KEY: &str = "default";

/// Limits by a part of the GPU's name, in the file's order.
pub type StaticThresholds = Ordered<StaticLimits>;

impl StaticLimits {
    /// The limits for a GPU with their key, as [`select_by_gpu`] finds them.
    pub fn select<'a>(
        thresholds: &'a StaticThresholds,
        gpu_name: &str,
    ) -> Option<(&'a str, &'a StaticLimits)> {
        select_by_gpu(thresholds, gpu_name)
    }
}

/// The entry for a GPU with its key: the first key in the file's order that is a part of `gpu_name`
/// (case counts), else `default`. `None` when neither is there.
pub fn select_by_gpu<'a, V>(entries: &'a Ordered<V>, gpu_name: &str) -> Option<(&'a str, &'a V)> {
    let is_named = |(key, _): &(&str, &V)| *key != DEFAULT_KEY && gpu_name.contains(key);
    let default = || entries.iter().find(|(key, _)| *key == DEFAULT_KEY);
    entries.iter().find(is_named).or_else(default)
}

/// There are limits, their keys are not blank, each is a positive number, and of a metric that the benchmark can have.
pub(super) fn check(thresholds: &StaticThresholds, names: Names) -> Result<(), Fault> {
    if thresholds.is_empty() {
        let remedy =
            "add \"default\": {\"max_generation_time_s\": 120.0, \"max_peak_memory_mb\": 30000.0}";
        return Err(Fault::absent("thresholds", "thresholds is empty", remedy));
    }
    for (key, limits) in thresholds.iter() {
        check_key(key)?;
        for (limit, value) in limits.entries() {
            let field = format!("thresholds.{key}.{}", limit.name);
            check_limit(&field, value)?;
            check_can_measure(&field, limit, value, names)?;
        }
    }
    Ok(())
}

fn check_key(key: &str) -> Result<(), Fault> {
    if !key.trim().is_empty() {
        return Ok(());
    }
    Err(Fault::of(
        "thresholds",
        key,
        format!("thresholds has the key {key:?}, which matches every GPU"),
        format!("name a part of the GPU's name, or write {DEFAULT_KEY}"),
    ))
}

/// Limits of requests need a benchmark that sends some.
fn check_can_measure(
    field: &str,
    limit: &StaticLimit,
    value: Option<f64>,
    names: Names,
) -> Result<(), Fault> {
    let Some(value) = value.filter(|_| limit.is_of_requests) else { return Ok(()) };
    if limit.metric == "success_rate" && value > 1.0 {
        let problem = format!("{field} is {value}, but must be a share of at most 1");
        return Err(Fault::of(field, value, problem, "write for example 0.99 for 99 %"));
    }
    if names == Names::Any {
        return Ok(());
    }
    let problem = format!(
        "{field} limits {}, which only load tests and language models measure",
        limit.metric
    );
    Err(Fault::of(field, value, problem, "remove it, or add a load block"))
}

pub(super) fn check_limit(field: &str, limit: Option<f64>) -> Result<(), Fault> {
    match limit {
        // NaN is not positive either.
        Some(limit) if limit <= 0.0 || !limit.is_finite() => Err(Fault::of(
            field,
            limit,
            format!("{field} is {limit}, but must be above 0"),
            match field.rsplit('.').next().is_some_and(|name| name.starts_with("min_")) {
                true => "write what a healthy run stays above, or leave it out",
                false => "raise it to what a healthy run stays below",
            },
        )),
        _ => Ok(()),
    }
}

/// Keys that an earlier key hides, and a `default` that is not there.
pub(super) fn warn(thresholds: &StaticThresholds) -> Vec<Fault> {
    let keys: Vec<&str> = thresholds.keys().filter(|key| *key != DEFAULT_KEY).collect();
    let shadowed = keys.iter().enumerate().filter_map(|(i, late)| {
        let early = keys[..i].iter().find(|early| late.contains(**early))?;
        Some(shadowing(early, late))
    });
    shadowed.chain(missing_default(thresholds, &keys)).collect()
}

fn shadowing(early: &str, late: &str) -> Fault {
    Fault::of(
        &format!("thresholds.{late}"),
        late,
        format!("thresholds.{late} is never used, because {early}, a part of it, stands before it"),
        format!("put {late} before {early}"),
    )
}

fn missing_default(thresholds: &StaticThresholds, keys: &[&str]) -> Option<Fault> {
    thresholds.get(DEFAULT_KEY).is_none().then(|| {
        let field = format!("thresholds.{DEFAULT_KEY}");
        let named = keys.join(", ");
        let problem =
            format!("{field} is missing: a GPU whose name has none of {named} in it has no limits");
        Fault::absent(&field, problem, "add it, with relaxed limits")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thresholds(keys: &[&str]) -> StaticThresholds {
        let limits = |time: usize| StaticLimits {
            max_generation_time_s: time as f64,
            max_peak_memory_mb: 1.0,
            ..StaticLimits::default()
        };
        let pairs = keys.iter().enumerate();
        pairs.map(|(i, key)| ((*key).to_owned(), limits(i + 1))).collect()
    }

    fn selected<'a>(thresholds: &'a StaticThresholds, gpu: &str) -> Option<&'a str> {
        StaticLimits::select(thresholds, gpu).map(|(key, _)| key)
    }

    #[test]
    fn the_first_key_in_file_order_wins() {
        let careful = thresholds(&["default", "L40S", "L4"]);
        assert_eq!(selected(&careful, "NVIDIA L40S"), Some("L40S"));
        assert_eq!(selected(&careful, "NVIDIA L4"), Some("L4"));
        let careless = thresholds(&["L4", "L40S"]);
        assert_eq!(selected(&careless, "NVIDIA L40S"), Some("L4"));
    }

    #[test]
    fn an_unmatched_gpu_gets_default_or_nothing() {
        assert_eq!(selected(&thresholds(&["L40S", "default"]), "cpu"), Some("default"));
        assert_eq!(selected(&thresholds(&["L40S"]), "NVIDIA H100"), None);
        assert_eq!(selected(&thresholds(&["L40S"]), "nvidia l40s"), None);
    }

    #[test]
    fn default_is_not_a_part_of_a_name() {
        let both = thresholds(&["default", "H100"]);
        assert_eq!(selected(&both, "default H100"), Some("H100"));
    }

    #[test]
    fn only_a_key_behind_its_own_part_is_shadowed() {
        assert_eq!(warn(&thresholds(&["L40S", "L4", "default"])), []);
        let warnings = warn(&thresholds(&["L4", "L40S", "L40", "default"]));
        let fields: Vec<_> = warnings.iter().filter_map(|w| w.field.as_deref()).collect();
        assert_eq!(fields, ["thresholds.L40S", "thresholds.L40"]);
    }

    #[test]
    fn a_limit_that_is_not_a_number_is_refused() {
        assert!(check_limit("thresholds.L4.max_dit_time_s", Some(f64::NAN)).is_err());
        assert!(check_limit("thresholds.L4.max_dit_time_s", None).is_ok());
    }
}
