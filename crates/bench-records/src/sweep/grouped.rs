//! Which series are the steps of one sweep.

use std::collections::BTreeMap;

use super::{Arrival, Load, Tested};
use crate::{order::sorted, series::Labels, time::Micros};

/// A series that may be a step.
#[derive(Debug, Clone, Copy)]
pub struct Offered<'l> {
    /// What it is called and compared on.
    pub labels: &'l Labels,
    /// Time of its newest record.
    pub last: Micros,
}

/// One step of a sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// What it asks of the server.
    pub load: Load,
    /// Place of its series among those that were offered.
    pub series: usize,
}

/// Series that differ by their load alone.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// What decides when requests are sent.
    pub arrival: Arrival,
    /// The steps, the lightest load first; no load occurs twice.
    pub steps: Vec<Step>,
    /// Series of a load that a newer one has too: another recipe, say.
    pub superseded: Vec<usize>,
}

impl Sweep {
    /// Whether a series belongs to it.
    #[must_use]
    pub fn has(&self, series: usize) -> bool {
        let mut steps = self.steps.iter().map(|step| step.series);
        steps.any(|step| step == series) || self.superseded.contains(&series)
    }
}

/// What all series of a sweep share.
type Shared<'l> = (Arrival, [&'l str; 4], Vec<(&'l str, &'l str)>);

type Member<'l> = (Step, Tested<'l>);

/// The sweeps among these series, in the order of what their series share; a load that stands alone is none.
///
/// How many requests a test has does not tell series apart: a higher rate is tested with more of them. Where a
/// load would then occur twice, it does.
#[must_use]
pub fn sweeps(all: &[Offered<'_>]) -> Vec<Sweep> {
    let mut loosely: BTreeMap<Shared<'_>, Vec<Member<'_>>> = BTreeMap::new();
    for (series, offered) in all.iter().enumerate() {
        let tested = Tested::of(offered.labels);
        let Some(load) = tested.load else { continue };
        let shared = shared(offered.labels, load, &tested.settings);
        loosely.entry(shared).or_default().push((Step { load, series }, tested));
    }
    let groups = loosely.into_values().flat_map(|members| match occurs_twice(&members) {
        true => apart(all, members),
        false => vec![members.into_iter().map(|(step, _)| step).collect()],
    });
    groups.filter_map(|steps| sweep(all, &steps)).collect()
}

/// The sweep that a series is a step of, if it is one.
#[must_use]
pub fn sweep_with(all: &[Offered<'_>], series: usize) -> Option<Sweep> {
    sweeps(all).into_iter().find(|sweep| sweep.has(series))
}

fn shared<'l>(labels: &'l Labels, load: Load, settings: &[(&'l str, &'l str)]) -> Shared<'l> {
    let field = |name: &str| labels.identity.get(name).map_or("", String::as_str);
    // not the fingerprint of the recipe, in which the load is
    let fields = ["workload_id", "benchmark_version", "hardware_profile_id", "software_profile_id"]
        .map(field);
    (load.arrival(), fields, settings.to_vec())
}

fn occurs_twice(members: &[Member<'_>]) -> bool {
    let is_again =
        |at: usize| members[..at].iter().any(|(step, _)| step.load == members[at].0.load);
    (0..members.len()).any(is_again)
}

/// Groups of series that differ in nothing but their load.
fn apart(all: &[Offered<'_>], members: Vec<Member<'_>>) -> Vec<Vec<Step>> {
    let mut strictly: BTreeMap<Shared<'_>, Vec<Step>> = BTreeMap::new();
    for (step, tested) in members {
        let shared = shared(all[step.series].labels, step.load, &tested.strictly);
        strictly.entry(shared).or_default().push(step);
    }
    strictly.into_values().collect()
}

fn sweep(all: &[Offered<'_>], members: &[Step]) -> Option<Sweep> {
    // of one load the series with the newest record comes first
    let in_order = sorted(members, |a, b| {
        a.load.order(b.load).then(all[b.series].last.cmp(&all[a.series].last))
    });
    let (mut steps, mut superseded): (Vec<Step>, Vec<usize>) = (Vec::new(), Vec::new());
    for step in in_order {
        match steps.last().is_some_and(|last| last.load == step.load) {
            true => superseded.push(step.series),
            false => steps.push(step),
        }
    }
    let arrival = steps.first()?.load.arrival();
    (steps.len() > 1).then_some(Sweep { arrival, steps, superseded })
}

#[cfg(test)]
mod tests {
    use super::{super::tested::tests::labels, *};

    /// Loads and places of each sweep among series of these variants on one GPU, each newer than the one before.
    fn found(variants: &[&str]) -> Vec<Vec<(Load, usize)>> {
        let labels: Vec<Labels> =
            variants.iter().map(|variant| labels("llama", "H100", variant)).collect();
        of(&labels).into_iter().map(|sweep| places(&sweep)).collect()
    }

    fn of(labels: &[Labels]) -> Vec<Sweep> {
        let offered = labels.iter().zip(0..);
        let offered: Vec<Offered<'_>> =
            offered.map(|(labels, at)| Offered { labels, last: Micros(at) }).collect();
        sweeps(&offered)
    }

    fn places(sweep: &Sweep) -> Vec<(Load, usize)> {
        sweep.steps.iter().map(|step| (step.load, step.series)).collect()
    }

    #[test]
    fn series_that_differ_by_their_rate_alone_are_one_sweep() {
        let all = found(&["in=8,rate=16", "in=8,rate=4", "in=8,rate=inf", "in=9,rate=4"]);
        assert_eq!(all, [[(Load::Rate(4.0), 1), (Load::Rate(16.0), 0), (Load::AtOnce, 2)]]);
    }

    #[test]
    fn a_rate_and_a_number_of_users_are_never_one_sweep() {
        let all = found(&[
            "concurrency=8,rate=inf",
            "concurrency=16,rate=inf",
            "concurrency=16,rate=4",
            "concurrency=16,rate=8",
            "rate=4",
        ]);
        let closed = vec![(Load::Concurrency(8.0), 0), (Load::Concurrency(16.0), 1)];
        assert_eq!(all, [vec![(Load::Rate(4.0), 2), (Load::Rate(8.0), 3)], closed]);
    }

    #[test]
    fn a_lone_load_and_a_series_without_one_are_no_sweep() {
        assert_eq!(found(&["rate=4", "in=8", "concurrency=8"]), [[]; 0]);
    }

    #[test]
    fn devices_models_and_versions_are_apart() {
        let mut all = [("llama", "H100"), ("llama", "A100"), ("qwen", "H100")]
            .map(|(model, gpu)| ["rate=1", "rate=2"].map(|rate| labels(model, gpu, rate)))
            .concat();
        let mut newer = all[0].clone();
        newer.identity.insert("benchmark_version".to_owned(), "2".to_owned());
        all.push(newer);
        let found: Vec<_> = of(&all).iter().map(places).collect();
        let pair = |first: usize| vec![(Load::Rate(1.0), first), (Load::Rate(2.0), first + 1)];
        assert_eq!(found, [pair(2), pair(0), pair(4)]);
    }

    #[test]
    fn more_requests_at_a_higher_rate_are_the_same_sweep_until_a_load_occurs_twice() {
        let twice = ["prompts=40,rate=4", "prompts=160,rate=16"];
        assert_eq!(found(&twice).len(), 1);
        let again = ["prompts=40,rate=4", "prompts=160,rate=16", "prompts=160,rate=4"];
        assert_eq!(found(&again), [[(Load::Rate(4.0), 2), (Load::Rate(16.0), 1)]]);
    }

    #[test]
    fn of_two_recipes_the_one_that_ran_last_is_the_step_and_the_other_is_named() {
        let mut all = ["rate=4", "rate=8", "rate=8"].map(|rate| labels("llama", "H100", rate));
        all[2].identity.insert("recipe_fingerprint".to_owned(), "changed".to_owned());
        let [sweep] = &of(&all)[..] else { panic!("one sweep") };
        assert_eq!(places(sweep), [(Load::Rate(4.0), 0), (Load::Rate(8.0), 2)]);
        assert_eq!(sweep.superseded, [1]);
        assert!(sweep.has(1));
    }
}
