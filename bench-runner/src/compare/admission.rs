//! Whether the history takes a judged record.
//!
//! In: a record with where it comes from, and the series it was judged by. Out: its admission; a notice
//! where the history does not take it, or keeps another verdict.

use bench_records::{
    gate::Judgement,
    raw::{RawRecord, StoppingRule},
    record::Record,
    series::Series,
};

use super::Admission;

/// Whether the history takes a record; a notice where it does not, or keeps another verdict.
pub(super) fn admit(
    origin: &Origin,
    record: &Record,
    history: &[Series],
    judgement: &mut Judgement,
) -> Admission {
    if origin.raw().is_some_and(|raw| raw.measured.stopping_rule == Some(StoppingRule::Interrupted))
    {
        let notice = "its run was interrupted: the record is not added to the history";
        judgement.notices.push(notice.to_owned());
        return Admission::Interrupted;
    }
    let mut points = history.iter().flat_map(|series| &series.points);
    // a series of an earlier version has the record under another id
    let is_there = matches!(origin, Origin::Imported { is_known: true });
    let known = points.find(|point| {
        record.id.as_deref() == Some(&*point.id)
            || (is_there && record.time == Some(point.time) && *point.commit == record.commit_sha)
    });
    let Some(known) = known else { return Admission::New };
    if let Some(verdict) = known.verdict.filter(|verdict| *verdict != judgement.verdict) {
        judgement
            .notices
            .push(format!("the history has this record as {verdict}, which stays as it is"));
    }
    Admission::Known(known.path.to_string())
}

/// Where a candidate comes from.
pub(super) enum Origin {
    /// A run of ours.
    Run(Box<RawRecord>),
    /// Another tool's file.
    Imported {
        /// Whether the store has it.
        is_known: bool,
    },
}

impl Origin {
    pub(super) fn raw(&self) -> Option<&RawRecord> {
        match self {
            Self::Run(raw) => Some(raw),
            Self::Imported { .. } => None,
        }
    }

    pub(super) fn into_raw(self) -> Option<Box<RawRecord>> {
        match self {
            Self::Run(raw) => Some(raw),
            Self::Imported { .. } => None,
        }
    }
}
