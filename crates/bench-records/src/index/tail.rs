//! Records that are newer than an index.
//!
//! In: a head, and series of the records that it lacks. Out: the head as if the index had had them.

use std::collections::BTreeMap;

use super::{HeadReading, HeadSeries, IndexError};
use crate::{
    gate::Batch,
    identity::SeriesKey,
    series::{OwnLimits, Point, Series},
};

impl HeadReading {
    /// Adds records to the head and judges the newest of each series again. A series that the head
    /// lacks becomes a line without a file.
    pub fn add(&mut self, tail: &BTreeMap<SeriesKey, Series>, batch: &Batch) {
        for series in tail.values().filter(|series| !series.points.is_empty()) {
            let lines = &mut self.head.series;
            let known = lines.iter_mut().find(|line| line.key == series.key);
            let added = match known {
                Some(line) => line.add(series, batch),
                None => {
                    let file = String::new();
                    lines.push(HeadSeries { file, ..HeadSeries::of(series, batch) });
                    Ok(series.points.len())
                }
            };
            match added {
                Ok(added) => self.head.header.records += added,
                Err(error) => self.set_aside.push(error),
            }
        }
    }
}

impl HeadSeries {
    /// Adds the records of a series to its line; returns how many it did not know.
    fn add(&mut self, tail: &Series, batch: &Batch) -> Result<usize, IndexError> {
        let (key, labels) = (self.key.clone(), self.labels.clone());
        let (metrics, points) = self.points.clone().into_points(&key)?;
        let limits = OwnLimits::of(self.limits.clone(), &points);
        let mut series = Series { key, labels, limits, metrics, points };
        let before = series.points.len();
        // the head has no paths to tell a record by that was written anew
        let same = |a: &Point, b: &Point| a.time == b.time && a.commit == b.commit;
        series.points.retain(|point| !tail.points.iter().any(|newer| same(newer, point)));
        let added = tail.points.len() - (before - series.points.len()).min(tail.points.len());
        series.absorb(tail);
        let first = self.first.min(tail.points[0].time);
        let (count, file) = (self.count + added, std::mem::take(&mut self.file));
        let before = self.levels.take();
        *self = Self { count, first, file, ..Self::of(&series, batch) };
        // levels come from the points that the head has, at least 20: what their whole history confirmed
        // before those stays so, as nothing takes it back
        let last = self.told.unwrap_or(self.last);
        if let (Some(levels), Some(before)) = (&mut self.levels, before) {
            levels.keep_confirmed(&before, added, last);
        }
        Ok(added)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        index::{Head, HeadHeader},
        levels::State,
        record::Record,
        series::group_into_series,
        time::{DAY, Micros},
        verdict::Verdict,
    };
    use serde_json::json;

    fn record(gpu: &str, day: i64, latency: f64) -> (Record, String) {
        let time = Micros(1_700_000_000_000_000 + day * DAY.0);
        let fields = json!({
            "model_id": "wan", "gpu_type": gpu, "timestamp": time.to_iso(), "latency": latency,
            "commit_sha": format!("{day:040x}"),
        });
        let fields = fields.as_object().cloned().expect("an object");
        (Record::from_fields(fields).expect("a record"), format!("wan/{gpu}{day}.json"))
    }

    fn grouped(records: &[(Record, String)]) -> BTreeMap<SeriesKey, Series> {
        group_into_series(records.iter().map(|(record, path)| (record, path.as_str())))
    }

    fn batch() -> Batch {
        Batch { now: Micros(i64::MAX / 2), ..Batch::default() }
    }

    fn head_of(records: &[(Record, String)]) -> HeadReading {
        let series: Vec<_> =
            grouped(records).values().map(|series| HeadSeries::of(series, &batch())).collect();
        let header = HeadHeader::new(records.len(), 0, series.len(), Vec::new());
        HeadReading::whole(Head { header, series })
    }

    #[test]
    fn a_confirmed_change_stays_confirmed_when_newer_records_come() {
        let level = |day: i64| if day < 40 { 10.0 } else { 11.0 };
        let wiggle = |day: i64| (day * 7 % 5) as f64 * 0.01;
        let known: Vec<_> =
            (0..68).map(|day| record("L40S", day, level(day) + wiggle(day))).collect();
        let newer = vec![record("L40S", 68, 11.0)];
        let mut reading = head_of(&known);
        let confirmed = |reading: &HeadReading| {
            let levels = reading.head.series[0].levels.clone().expect("levels");
            let worse = levels.shifts().into_iter().filter(|(_, shift)| shift.is_worse());
            (levels.state, worse.map(|(_, shift)| shift.records).collect::<Vec<_>>())
        };
        assert_eq!(confirmed(&reading), (State::Confirmed, vec![28]));
        reading.add(&grouped(&newer), &batch());
        assert_eq!(confirmed(&reading), (State::Confirmed, vec![29]));
    }

    #[test]
    fn a_head_with_a_tail_is_the_head_of_an_index_that_had_it() {
        let known: Vec<_> = (0..250).map(|day| record("L40S", day, 10.0)).collect();
        let newer: Vec<_> = (250..260)
            .map(|day| record("L40S", day, if day == 259 { 12.0 } else { 10.0 }))
            .chain((0..3).map(|day| record("H100", day, 4.0)))
            .collect();
        let all = [known.clone(), newer.clone()].concat();
        let mut reading = head_of(&known);
        reading.add(&grouped(&newer), &batch());
        let mut expected = head_of(&all);
        reading.head.series.sort_by(|a, b| a.key.0.cmp(&b.key.0));
        for line in &mut expected.head.series {
            if line.labels.gpu_type.as_deref() == Some("H100") {
                line.file = String::new();
            }
        }
        assert_eq!(reading.head.series, expected.head.series);
        assert_eq!(reading.head.header.records, expected.head.header.records);
        let verdicts =
            reading.head.series.iter().filter(|line| line.verdict == Verdict::Regression);
        assert_eq!(verdicts.count(), 1);
    }

    #[test]
    fn a_record_that_was_written_anew_counts_once() {
        let known: Vec<_> = (0..5).map(|day| record("L40S", day, 10.0)).collect();
        let mut reading = head_of(&known);
        reading.add(&grouped(&[record("L40S", 4, 20.0)]), &batch());
        assert_eq!(reading.head.header.records, 5);
        assert_eq!(reading.head.series[0].count, 5);
        assert_eq!(reading.head.series[0].verdict, Verdict::Regression);
    }
}
