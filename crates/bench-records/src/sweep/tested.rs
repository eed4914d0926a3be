//! What the labels of a series say of its test: kind, model, load and the other settings.

use super::Load;
use crate::series::{IMPORTED, Labels};

/// A setting of a variant and its value, which is empty for one that is simply on.
pub type Setting<'l> = (&'l str, &'l str);

/// What kind of test it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestKind {
    /// Requests to a server.
    Serving,
    /// One batch after another, without a server.
    Latency,
    /// As many requests as there are, without a server.
    Throughput,
    /// Starting a server.
    Startup,
    /// Trials of a benchmark's own configuration.
    Benchmark,
}

impl TestKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Serving, Self::Latency, Self::Throughput, Self::Startup, Self::Benchmark];

    /// The word for it, which is also its value in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Serving => "serving",
            Self::Latency => "latency",
            Self::Throughput => "throughput",
            Self::Startup => "startup",
            Self::Benchmark => "benchmark",
        }
    }
}

/// Suites that stand before the model in the workload of an import.
const SUITES: [TestKind; 3] = [TestKind::Latency, TestKind::Throughput, TestKind::Startup];

/// Settings that say how long a test goes on, and not how hard it is.
const LENGTHS: [&str; 6] =
    ["prompts", "num_prompts", "max_requests", "max_seconds", "duration", "duration_s"];

/// Datasets that have times of their own.
const TRACES: [&str; 3] = ["mooncake", "azure", "burstgpt"];

const RATE: [&str; 2] = ["rate", "request_rate"];
const CONCURRENCY: [&str; 2] = ["concurrency", "max_concurrency"];

/// What a series tested.
#[derive(Debug, Clone, PartialEq)]
pub struct Tested<'l> {
    /// What kind of test it is.
    pub kind: TestKind,
    /// The model, or whatever else was measured.
    pub model: &'l str,
    /// The load, where the variant states one.
    pub load: Option<Load>,
    /// How many requests a test has, where the variant says so.
    pub requests: Option<f64>,
    /// What else the variant says, without the load and without how long a test goes on.
    pub settings: Vec<Setting<'l>>,
    /// All that the variant says beside the load.
    pub strictly: Vec<Setting<'l>>,
}

impl<'l> Tested<'l> {
    /// What the labels of a series say. Without an identity they say no more than the name.
    #[must_use]
    pub fn of(labels: &'l Labels) -> Self {
        let variant = labels.identity.get("variant_id").map_or("", String::as_str);
        let all: Vec<Setting<'l>> =
            settings(variant).filter(|(name, _)| !name.is_empty()).collect();
        let number = |names: &[&str]| {
            let found = all.iter().find(|(name, _)| names.contains(name))?;
            found.1.parse::<f64>().ok().filter(|number| !number.is_nan())
        };
        let requests = number(&LENGTHS[..3]);
        let concurrency = number(&CONCURRENCY);
        let is_one = |load: &Load| matches!(load, Load::Rate(_)) || !is_trace(&all);
        let load = Load::of(number(&RATE), concurrency, requests).filter(is_one);
        let load = load.filter(|_| !is_ramp(&all));
        let is_load = |name: &str| match load {
            None => false,
            Some(Load::Rate(_)) => RATE.contains(&name),
            Some(Load::AtOnce | Load::Concurrency(_)) => {
                RATE.contains(&name) || CONCURRENCY.contains(&name)
            }
        };
        let is_vain = concurrency.zip(requests).is_some_and(|(limit, all)| limit >= all);
        let strictly: Vec<Setting<'l>> =
            all.iter().filter(|(name, _)| !is_load(name)).copied().collect();
        let says_nothing =
            |name: &str| LENGTHS.contains(&name) || (is_vain && CONCURRENCY.contains(&name));
        let settings = strictly.iter().filter(|(name, _)| !says_nothing(name)).copied().collect();
        let (kind, model) = kind_and_model(labels, load);
        Self { kind, model, load, requests, settings, strictly }
    }
}

/// Whether the rate of a test rises as it goes on, so that no one rate is its load.
fn is_ramp(settings: &[Setting<'_>]) -> bool {
    settings.iter().any(|(name, _)| name.starts_with("ramp_up_"))
}

/// Whether a recorded trace says when requests come, where no rate does.
fn is_trace(settings: &[Setting<'_>]) -> bool {
    let is_of_trace = |(name, value): &Setting<'_>| match *name {
        "trace_speed" => true,
        "dataset" => TRACES.contains(value),
        _ => false,
    };
    settings.iter().any(is_of_trace)
}

/// A setting in words: `in 1024`; of one that is simply on its name, of one that is a variant by itself its value.
#[must_use]
pub fn setting_in_words((name, value): Setting<'_>) -> String {
    match (name, value) {
        (name, "") => name.to_owned(),
        ("variant", value) => value.to_owned(),
        (name, value) => format!("{name} {value}"),
    }
}

/// The settings of a variant: `name=value`, or a name alone.
fn settings(variant: &str) -> impl Iterator<Item = Setting<'_>> {
    // what every series has that says nothing else
    let variant = if variant == "default" { "" } else { variant };
    variant.split(',').map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// Whether two series may be steps of one sweep, by a look at their labels alone: it misses none, and takes some for
/// steps that are none. A page can ask it without the code that finds sweeps.
#[must_use]
pub fn may_share_sweep(one: &Labels, other: &Labels) -> bool {
    fn remainder(labels: &Labels) -> (impl Iterator<Item = &str>, bool) {
        let variant = labels.identity.get("variant_id").map_or("", String::as_str);
        let is = |part: &str, names: &[&str]| {
            let name = part.split('=').next().unwrap_or_default();
            names.contains(&name)
        };
        let is_load = move |part: &str| is(part, &RATE) || is(part, &CONCURRENCY);
        let rest = variant.split(',').filter(move |part| !is_load(part) && !is(part, &LENGTHS));
        (rest, variant.split(',').any(is_load))
    }
    let ((own, has_load), (others, other_has)) = (remainder(one), remainder(other));
    has_load
        && other_has
        && one.workload() == other.workload()
        && one.identity.get("hardware_profile_id") == other.identity.get("hardware_profile_id")
        && own.eq(others)
}

fn kind_and_model(labels: &Labels, load: Option<Load>) -> (TestKind, &str) {
    let work = labels.workload().unwrap_or(&labels.model_id);
    let software = labels.identity.get("software_profile_id").map(String::as_str);
    if software != Some(IMPORTED) {
        let kind = if load.is_some() { TestKind::Serving } else { TestKind::Benchmark };
        return (kind, work);
    }
    let of_suite = work.split_once('/').and_then(|(suite, model)| {
        let kind = SUITES.into_iter().find(|kind| kind.as_str() == suite)?;
        Some((kind, model))
    });
    of_suite.unwrap_or((TestKind::Serving, work))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::order::map_of;

    /// Labels of an import.
    pub fn labels(workload: &str, gpu: &str, variant: &str) -> Labels {
        let identity = [
            ("workload_id", workload),
            ("variant_id", variant),
            ("benchmark_version", "1"),
            ("recipe_fingerprint", variant),
            ("hardware_profile_id", gpu),
            ("software_profile_id", IMPORTED),
        ];
        let owned = |(field, value): (&str, &str)| (field.to_owned(), value.to_owned());
        Labels {
            model_id: format!("{workload}/{variant}"),
            gpu_type: Some(gpu.to_owned()),
            identity: map_of(identity.into_iter().map(owned)),
            partial: Default::default(),
            repository: None,
            also: Vec::new(),
            branches: Default::default(),
        }
    }

    #[test]
    fn a_variant_states_load_and_settings() {
        let labels = labels("meta/llama", "H100", "compile,in=1024,prompts=200,rate=4,tp=2");
        let tested = Tested::of(&labels);
        assert_eq!((tested.kind, tested.model), (TestKind::Serving, "meta/llama"));
        assert_eq!((tested.load, tested.requests), (Some(Load::Rate(4.0)), Some(200.0)));
        assert_eq!(tested.settings, [("compile", ""), ("in", "1024"), ("tp", "2")]);
        let strictly = [("compile", ""), ("in", "1024"), ("prompts", "200"), ("tp", "2")];
        assert_eq!(tested.strictly, strictly);
    }

    #[test]
    fn series_that_differ_by_their_load_may_share_a_sweep() {
        let of = |variant: &str| labels("llama", "H100", variant);
        let own = of("in=8,prompts=40,rate=4");
        for (other, expected) in [
            ("in=8,prompts=160,rate=16", true),
            ("in=8,rate=inf", true),
            ("in=9,rate=4", false),
            ("in=8", false),
        ] {
            assert_eq!(may_share_sweep(&own, &of(other)), expected, "{other}");
        }
        assert!(!may_share_sweep(&own, &labels("llama", "A100", "in=8,rate=16")));
        assert!(!may_share_sweep(&of("in=8"), &of("in=8")));
    }

    #[test]
    fn a_setting_reads_as_people_say_it() {
        let words = [("in", "1024"), ("compile", ""), ("variant", "fp8")].map(setting_in_words);
        assert_eq!(words, ["in 1024", "compile", "fp8"]);
    }

    #[test]
    fn a_suite_before_the_model_is_the_kind_and_any_other_word_is_the_models() {
        for (workload, kind, model) in [
            ("latency/meta/llama", TestKind::Latency, "meta/llama"),
            ("throughput/llama", TestKind::Throughput, "llama"),
            ("startup/llama", TestKind::Startup, "llama"),
            ("meta/llama", TestKind::Serving, "meta/llama"),
            ("latency", TestKind::Serving, "latency"),
        ] {
            let labels = labels(workload, "H100", "default");
            let tested = Tested::of(&labels);
            assert_eq!((tested.kind, tested.model, tested.load), (kind, model, None));
        }
    }

    #[test]
    fn neither_a_ramp_nor_a_recorded_trace_is_one_load() {
        for (variant, load) in [
            ("ramp_up_end_rps=8,ramp_up_strategy=linear,rate=8", None),
            ("dataset=mooncake,rate=inf", None),
            ("concurrency=8,dataset=azure,rate=inf", None),
            ("dataset=mooncake,rate=4", Some(Load::Rate(4.0))),
            ("dataset=random,rate=inf", Some(Load::AtOnce)),
        ] {
            let labels = labels("llama", "H100", variant);
            assert_eq!(Tested::of(&labels).load, load, "{variant}");
        }
    }

    #[test]
    fn a_benchmark_of_its_own_configuration_is_no_suite() {
        let mut own = labels("latency/llama", "H100", "fp8");
        own.identity.insert("software_profile_id".to_owned(), "sw-1".to_owned());
        let tested = Tested::of(&own);
        assert_eq!((tested.kind, tested.model), (TestKind::Benchmark, "latency/llama"));
        own.identity.insert("variant_id".to_owned(), "fp8,rate=4".to_owned());
        let tested = Tested::of(&own);
        assert_eq!((tested.kind, tested.load), (TestKind::Serving, Some(Load::Rate(4.0))));
    }

    #[test]
    fn without_an_identity_only_the_name_is_known() {
        let mut bare = labels("llama", "H100", "rate=4");
        bare.identity.clear();
        let tested = Tested::of(&bare);
        assert_eq!((tested.load, tested.model), (None, "llama/rate=4"));
    }
}
