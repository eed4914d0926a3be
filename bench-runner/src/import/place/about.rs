//! Series of load tests that only their mean lengths name.
//!
//! In: a measurement whose workload names rounded lengths, and what the store has. Out: the series
//! that it continues though its own means round to others, and what people should hear of that.

use super::super::{
    found::{Found, key_of},
    known::{Known, KnownSeries},
    load::Lengths,
    workload::{ABOUT, MEAN_LENGTHS, Workload},
};

/// What a measurement continues.
#[derive(Default)]
pub struct Continued {
    /// The workload of the series.
    pub workload: Option<Workload>,
    /// What people should hear.
    pub notice: Option<String>,
}

/// The series that has the measurement, or whose newest run is nearly as long; of several, the one
/// that is nearest.
pub fn continued(known: &Known, found: &Found, gpu: &str) -> Continued {
    let Some(own) = found.workload.as_ref().filter(|workload| workload.names_mean_lengths()) else {
        return Continued::default();
    };
    let all = siblings(known, own, gpu);
    if let Some((workload, _)) = all.iter().find(|(_, series)| series.has_all(&found.record)) {
        return Continued { workload: Some(workload.clone()), notice: None };
    }
    let lengths = Lengths::of(found);
    let near =
        all.iter().filter_map(|sibling| Some((lengths.apart_by(sibling.1.lengths)?, sibling)));
    let mut near: Vec<_> = near.collect();
    near.sort_by(|(one, a), (two, b)| {
        one.total_cmp(two).then_with(|| (a.0 != *own).cmp(&(b.0 != *own)))
    });
    let Some((_, (nearest, _))) = near.first() else {
        let is_there = all.iter().any(|(workload, _)| workload == own);
        return Continued { workload: None, notice: is_there.then(|| FAR.to_owned()) };
    };
    let notice = match &near[..] {
        [_, _, ..] => Some(format!(
            "is about as long as the newest run of {} series and continues the nearest, {}; \
             --variant keeps workloads apart",
            near.len(),
            nearest.model_id()
        )),
        _ if nearest != own => Some(format!(
            "continues {}, whose newest run has mean lengths within 20 % of its own; --variant \
             keeps workloads apart",
            nearest.model_id()
        )),
        _ => None,
    };
    Continued { workload: Some(nearest.clone()), notice }
}

/// Two workloads may round to the same lengths.
const FAR: &str = "goes on in the series of its rounded lengths, whose newest run has mean lengths \
                   more than 20 % from its own; --variant keeps workloads apart";

/// Series that are the same in everything but their rounded lengths, and the workload of each.
fn siblings<'k>(known: &'k Known, own: &Workload, gpu: &str) -> Vec<(Workload, &'k KnownSeries)> {
    let sibling = |series: &'k KnownSeries| {
        let variant = series.labels().identity.get("variant_id")?;
        let workload = with_lengths(own, variant)?;
        let is_it = key_of(&workload.identity(gpu)) == *series.key();
        is_it.then_some((workload, series))
    };
    let mut all: Vec<_> = known.all().filter_map(sibling).collect();
    all.sort_by(|(_, one), (_, two)| one.key().cmp(two.key()));
    all
}

/// The workload with the rounded lengths of a variant; `None` where that lacks one.
fn with_lengths(own: &Workload, variant: &str) -> Option<Workload> {
    let mut workload = own.clone();
    for name in MEAN_LENGTHS.iter().filter(|name| own.names_mean_length(name)) {
        let value = lengths_of_variant(variant).find(|(other, _)| other == name)?.1;
        workload.parameters.insert((*name).to_owned(), value.to_owned());
    }
    Some(workload)
}

/// Names and values of the rounded lengths among parameters such as `in=~256,out=~128,rate=4`.
fn lengths_of_variant(variant: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = variant.split(',').filter_map(|parameter| parameter.split_once('='));
    pairs.filter(|(name, value)| MEAN_LENGTHS.contains(name) && value.starts_with(ABOUT))
}

/// Whether the parameters of a series name rounded lengths.
pub fn variant_names_lengths(variant: &str) -> bool {
    lengths_of_variant(variant).next().is_some()
}
