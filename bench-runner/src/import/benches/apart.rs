//! Benches of one name in one run, which are one measurement where they have the same parameters.
//!
//! In: the benches of a run. Out: groups of one name and the same parameters. What else the run has
//! distinguishes none, except for their position where somebody asks for that.

use std::collections::BTreeMap;

use super::{
    super::{
        repeats::{POSITION, Repeats},
        unit::{Unit, statistic},
    },
    Bench,
};

/// Benches with their places.
pub type Group = Vec<(String, Bench)>;

/// Groups of benches that nothing distinguishes, in the order of the run.
pub fn groups(mut benches: Group, repeats: Repeats) -> Vec<Group> {
    benches.iter_mut().for_each(|(_, bench)| name_statistic(bench));
    let groups = by_workload(benches);
    match repeats {
        Repeats::Apart => groups.into_iter().flat_map(apart).collect(),
        _ => groups,
    }
}

fn by_workload(benches: Group) -> Vec<Group> {
    let mut positions = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (place, bench) in benches {
        let key = (bench.name.clone(), bench.parameters.clone());
        let position = *positions.entry(key).or_insert(groups.len());
        if position == groups.len() {
            groups.push(Group::new());
        }
        groups[position].push((place, bench));
    }
    groups
}

fn apart(mut group: Group) -> Vec<Group> {
    number(&mut group);
    by_workload(group)
}

/// Parameter that holds which statistic a value is, where its unit says so.
const STATISTIC: &str = "statistic";

/// `ms (avg)` and `ms (p99)` are measurements of their own, whichever of them a run has.
fn name_statistic(bench: &mut Bench) {
    let statistic = statistic(&bench.unit);
    if !statistic.is_empty() {
        bench.parameters.insert(STATISTIC.to_owned(), statistic);
    }
}

/// The second of a name and unit has position 2; the first keeps its name, so that its series goes
/// on.
fn number(group: &mut Group) {
    let mut counts: BTreeMap<(BTreeMap<String, String>, String), usize> = BTreeMap::new();
    for (_, bench) in group {
        let unit = Unit::parse(&bench.unit).canonical;
        let count = counts.entry((bench.parameters.clone(), unit)).or_default();
        *count += 1;
        if *count > 1 {
            bench.parameters.insert(POSITION.to_owned(), count.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(extras: &[&str]) -> Group {
        let bench = |extra: &&str| {
            let mut bench = Bench::new("a", 1.0, "ns");
            bench.note("extra", Some((*extra).to_owned()));
            bench.read_extra(&[]);
            ("place".to_owned(), bench)
        };
        extras.iter().map(bench).collect()
    }

    fn sizes(extras: &[&str], repeats: Repeats) -> Vec<usize> {
        groups(group(extras), repeats).iter().map(Vec::len).collect()
    }

    #[test]
    fn extra_distinguishes_by_parameters_whatever_else_the_run_has() {
        assert_eq!(sizes(&["kind: x", "kind: y", "kind: x"], Repeats::Auto), [2, 1]);
        assert_eq!(sizes(&["mean: 1.5\nrounds: 3", "mean: 2.5\nrounds: 4"], Repeats::Auto), [2]);
        assert_eq!(sizes(&["", ""], Repeats::Auto), [2]);
        let alone = groups(group(&["kind: x"]), Repeats::Auto);
        assert_eq!(alone[0][0].1.parameters.get("kind").map(String::as_str), Some("x"));
    }

    #[test]
    fn the_position_distinguishes_where_somebody_says_so() {
        let apart = groups(group(&["", "", ""]), Repeats::Apart);
        let positions: Vec<_> =
            apart.iter().map(|group| group[0].1.parameters.get(POSITION).cloned()).collect();
        assert_eq!(positions, [None, Some("2".to_owned()), Some("3".to_owned())]);
    }
    #[test]
    fn values_whose_units_name_different_statistics_are_no_repeats() {
        let bench = |unit: &str| ("place".to_owned(), Bench::new("a", 1.0, unit));
        let named = |units: &[&str]| -> Vec<(usize, Option<String>)> {
            let apart = groups(units.iter().map(|unit| bench(unit)).collect(), Repeats::Auto);
            let named = |group: &Group| group[0].1.parameters.get(STATISTIC).cloned();
            apart.iter().map(|group| (group.len(), named(group))).collect()
        };
        let named_as = |text: &str| Some(text.to_owned());
        let mixed = ["ms (avg)", "ms (p99)", "ms (avg)", "ms"];
        assert_eq!(named(&mixed), [(2, named_as("avg")), (1, named_as("p99")), (1, None)]);
        // what else the run has decides nothing
        assert_eq!(named(&["ms (p99)"]), [(1, named_as("p99"))]);
    }
}
