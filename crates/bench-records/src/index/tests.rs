//! The index files: written, read, broken.

use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, Value, json};

use super::{
    Head, HeadEntry, HeadHeader, HeadReading, HeadSeries, columns::rounded, is_as_listed, is_page,
    page_series, series_file,
};
use crate::{
    change::NoiseKind,
    gate::{Batch, policy::judge_point},
    levels::{Certainty, CommitLine, Shift, State, changes, news, of_gated},
    record::Record,
    series::{Series, group_into_series},
    time::{DAY, Micros},
    verdict::Verdict,
};

fn record(day: i64, latency: Option<f64>, id: Option<&str>) -> Record {
    let time = Micros(1_778_277_600_000_000 + day * DAY.0);
    let value = json!({
        "model_id": "wan", "gpu_type": "L40S", "commit_sha": "abc", "timestamp": time.to_iso(),
        "latency": latency, "id": id
    });
    let fields: Map<String, Value> = value.as_object().cloned().expect("an object");
    Record::from_fields(fields).expect("a record")
}

fn series(records: &[Record]) -> Series {
    let paths: Vec<String> = (0..records.len()).map(|index| format!("wan/{index}.json")).collect();
    let pairs = records.iter().zip(paths.iter().map(String::as_str));
    group_into_series(pairs).into_values().next().expect("one series")
}

fn now() -> Batch {
    Batch { now: Micros(i64::MAX / 2), ..Batch::default() }
}

fn head(series: &Series) -> Head {
    let line = HeadSeries::of(series, &now());
    Head { header: HeadHeader::new(series.points.len(), 0, 1, Vec::new()), series: vec![line] }
}

proptest! {
    #[test]
    fn a_series_written_is_the_series_read(
        latencies in vec(option::of(0.0..1e6_f64), 1..60),
        gaps in vec(0_i64..90, 60),
    ) {
        let mut day = 0;
        let records: Vec<Record> = latencies.iter().zip(&gaps).map(|(latency, gap)| {
            day += gap;
            record(day, *latency, None)
        }).collect();
        let series = series(&records);
        prop_assert_eq!(series_file::read(&series_file::write(&series)), Ok(series.clone()));
        let head = head(&series);
        prop_assert_eq!(Head::from_ndjson(&head.to_ndjson()), Ok(head));
    }

    #[test]
    fn a_rounded_value_is_the_number_that_its_decimals_say(whole in 100_000_u32..1_000_000, power in -20_i32..17, further in 0.01..0.49_f64) {
        let decimals = format!("{whole}e{power}");
        let exact: f64 = decimals.parse().expect("a number");
        prop_assert_eq!(rounded(exact, 6), exact);
        prop_assert_eq!(rounded(-exact, 6), -exact);
        for further in [further, -further] {
            let near = (f64::from(whole) + further) * 10f64.powi(power);
            let away = rounded(near, 6);
            prop_assert!(away == exact || whole == 100_000, "{} of {}, expected {}", away, near, exact);
            prop_assert_eq!(rounded(away, 6), away);
        }
    }

    #[test]
    fn broken_text_is_an_error_and_never_a_panic(cut in 0_usize..2000, byte in any::<u8>()) {
        let records: Vec<Record> = (0..8).map(|day| record(day, Some(1.0), None)).collect();
        let series = series(&records);
        for text in [series_file::write(&series), head(&series).to_ndjson()] {
            let mut bytes = text.into_bytes();
            let at = cut % bytes.len();
            bytes[at] = byte;
            let damaged = String::from_utf8_lossy(&bytes).into_owned();
            let _ = series_file::read(&damaged);
            let _ = Head::from_ndjson(&damaged);
            let _ = series_file::read(&damaged[..damaged.floor_char_boundary(at)]);
        }
    }
}

#[test]
fn the_head_keeps_thirty_days_but_at_least_twenty_points() {
    let weekly: Vec<Record> = (0..40).map(|week| record(week * 7, Some(1.0), None)).collect();
    assert_eq!(head(&series(&weekly)).series[0].points.time.len(), 20);
    let daily: Vec<Record> = (0..90).map(|day| record(day, Some(1.0), None)).collect();
    assert_eq!(head(&series(&daily)).series[0].points.time.len(), 31);
}

#[test]
fn a_path_that_follows_from_key_time_and_id_is_not_written() {
    let own = record(3, Some(1.0), Some("01JW3Q8ZK2V5M6N7P8Q9R0S1T2"));
    let key = own.cohort().key();
    let path = super::columns::record_path(
        &key,
        own.time.unwrap_or_default(),
        "01JW3Q8ZK2V5M6N7P8Q9R0S1T2",
    );
    let series =
        group_into_series([(&own, path.as_str())]).into_values().next().expect("one series");
    let text = series_file::write(&series);
    assert!(!text.contains("records/2026"));
    assert_eq!(series_file::read(&text), Ok(series));
}

/// Series on as many GPUs, each of three records; every seventh becomes worse at its last, by more the later it
/// comes.
fn many(count: usize) -> Head {
    let batch = now();
    let mut lines = Vec::new();
    for at in 0..count {
        let last = if at % 7 == 3 { 12.0 + at as f64 } else { 10.0 };
        let records = [10.0, 10.0, last].into_iter().enumerate().map(|(day, latency)| {
            let mut fields = record(day as i64, Some(latency), None).to_fields();
            fields.insert("gpu_type".to_owned(), format!("gpu {at}").into());
            if at % 5 == 0 {
                fields.insert("variant_id".to_owned(), format!("variant {}", at % 2).into());
            }
            Record::from_fields(fields).expect("a record")
        });
        lines.push(HeadSeries::of(&series(&records.collect::<Vec<_>>()), &batch));
    }
    lines.sort_by(|a, b| a.key.cmp(&b.key));
    let header = HeadHeader::new(3 * count, 0, count, Vec::new());
    Head { header, series: lines }
}

#[test]
fn a_head_in_parts_is_read_as_it_was_and_the_worst_come_first() {
    let head = many(140);
    let files = head.to_files();
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths[0], "index/v1/head.ndjson");
    let pages = ["1", "2", "3", "4"].map(|page| format!("index/v1/head/{page}.ndjson"));
    assert_eq!(paths[1..], pages);
    assert!(paths[1..].iter().all(|path| is_page(path)) && !is_page(paths[0]));

    let page = |path: &str| Some(files.iter().find(|(known, _)| known == path)?.1.clone());
    let read = Head::from_files(&files[0].1, page).expect("a head");
    assert_eq!(read.series, head.series);
    let page_marks = read.header.page_marks.clone();
    assert_eq!(page_marks.len(), 4);
    assert_eq!(read.header, HeadHeader { pages: 4, page_marks, ..head.header.clone() });

    let reading = HeadReading::of(&files[0].1).expect("a head");
    assert_eq!((reading.head.series.len(), reading.later.len()), (60, 80));
    assert!(reading.set_aside.is_empty());
    let failing = |line: &&HeadSeries| line.verdict == Verdict::Regression;
    assert_eq!(reading.head.series.iter().filter(failing).count(), 20, "all that regressed");
    for (number, entry) in &reading.later {
        let line = head.series.iter().find(|line| line.key == entry.key).expect("known");
        let expected = HeadEntry::of(line);
        // of levels without news the list has the state alone
        let state = |entry: &HeadEntry| entry.levels.as_ref().map(|levels| levels.state);
        assert_eq!(state(entry), state(&expected));
        assert_eq!(*entry, HeadEntry { levels: entry.levels.clone(), ..expected });
        let path = &files[*number].0;
        let lines = page_series(&files[*number].1, *number, read.header.page_mark(*number))
            .expect("a page");
        assert!(lines.iter().any(|line| line.key == entry.key), "{} is in {path}", entry.key);
    }
    let listed = |page: usize| {
        let listed = reading.later.iter().filter(move |(number, _)| *number == page);
        listed.map(|(_, entry)| entry.key.0.as_str()).collect::<Vec<_>>()
    };
    let lines = page_series(&files[1].1, 1, read.header.page_mark(1)).expect("a page");
    assert!(is_as_listed(&listed(1), &lines));
    assert!(!is_as_listed(&listed(2), &lines), "of another state a page has other series");
    assert!(!is_as_listed(&listed(1), &lines[1..]), "one is lacking");
}

#[test]
fn a_head_of_as_many_series_as_an_overview_shows_has_no_pages() {
    let head = many(60);
    let files = head.to_files();
    assert_eq!(files.len(), 1);
    assert_eq!(Head::from_ndjson(&files[0].1), Ok(head));
}

#[test]
fn a_page_that_is_lacking_short_or_another_one_is_an_error() {
    let files = many(90).to_files();
    let [head, first, second] = [0, 1, 2].map(|at| files[at].1.as_str());
    let header = HeadHeader::of_text(head).expect("a header");
    let mark = header.page_mark(1);
    let problem = |text: &str| page_series(text, 1, mark).expect_err("a problem").to_string();
    assert!(Head::from_files(head, |_| None).is_err());
    assert!(problem(second).contains("it is page 2 of bench-records/head/5, expected page 1"));
    let short: String = first.split_inclusive('\n').take(9).collect();
    assert!(problem(&short).contains("column series has 8 values, expected 24"));
    let list = head.lines().nth(1).expect("a list");
    let damaged = head.replace(list, &list.replace("\"model\":[1,", "\"model\":[9999,"));
    let reading = HeadReading::of(&damaged).expect("a header");
    assert_eq!(reading.later, []);
    assert!(reading.set_aside[0].to_string().contains("column model is out of range at 0"));
}

#[test]
fn a_page_with_the_listed_series_but_other_points_is_of_another_state() {
    let files = many(90).to_files();
    let mut newer = many(90);
    newer.series.iter_mut().for_each(|line| line.count += 1);
    let newer = newer.to_files();
    let other = Err(super::IndexError::OtherState { page: 1 });
    let by_path = |of: &[(String, String)], path: &str| {
        of.iter().find(|(known, _)| known == path).map(|(_, text)| text.clone())
    };
    assert_eq!(Head::from_files(&files[0].1, |path| by_path(&newer, path)), other);
    assert_eq!(Head::from_files(&newer[0].1, |path| by_path(&files, path)), other);
    let header = HeadHeader::of_text(&files[0].1).expect("a header");
    let read = |text: &str| page_series(text, 1, header.page_mark(1)).map(|lines| lines.len());
    assert_eq!(read(&files[1].1), Ok(24));
    assert_eq!(read(&newer[1].1), Err(super::IndexError::OtherState { page: 1 }));
    let said = read(&newer[1].1).expect_err("another state").to_string();
    assert!(
        said.starts_with("index/v1/head/1.ndjson is of another state of the history"),
        "{said}"
    );
}

#[test]
fn a_page_whose_lines_were_changed_since_is_refused() {
    let files = many(90).to_files();
    let damaged = |path: &str| {
        let (_, text) = files.iter().find(|(known, _)| known == path)?;
        Some(text.replacen("\"count\":3", "\"count\":4", 1))
    };
    assert_eq!(
        Head::from_files(&files[0].1, damaged),
        Err(super::IndexError::OtherState { page: 1 })
    );
}

#[test]
fn a_head_with_pages_of_the_version_before_is_read_without_marks_and_takes_no_page_of_a_newer_one()
{
    let head = many(90);
    let files = head.to_files();
    let marks = HeadHeader::of_text(&files[0].1).expect("a header").page_marks;
    let list = serde_json::to_string(&marks).expect("a list");
    let earlier = |text: &str| {
        let text = text.replace("head/5", "head/4").replace(&format!(",\"page_marks\":{list}"), "");
        marks.iter().fold(text, |text, mark| text.replace(&format!(",\"mark\":\"{mark}\""), ""))
    };
    let text = earlier(&files[0].1);
    let page = |path: &str| files.iter().find(|(known, _)| known == path).map(|(_, text)| text);
    let read = Head::from_files(&text, |path| page(path).map(|text| earlier(text)));
    assert_eq!(read.expect("readable").series, head.series);
    assert_eq!(
        Head::from_files(&text, |path| page(path).cloned()),
        Err(super::IndexError::OtherState { page: 1 })
    );
}

#[test]
fn another_version_is_refused_with_the_remedy() {
    let text = head(&series(&[record(1, Some(1.0), None)])).to_ndjson().replace("head/5", "head/9");
    let error = Head::from_ndjson(&text).expect_err("another version").to_string();
    assert_eq!(
        error,
        "line 1: format is \"bench-records/head/9\", expected \"bench-records/head/5\"; rebuild it with \
         `bench-runner index`"
    );
}

#[test]
fn a_head_of_the_version_before_is_read_and_is_not_current() {
    let mut current = head(&series(&[record(1, Some(1.0), None)]));
    let text = current.to_ndjson().replace("head/5", "head/1");
    let told =
        text.find("\"told\"").map(|at| text[at..].split_inclusive(',').next().unwrap_or_default());
    let earlier = Head::from_ndjson(&text.replace(told.expect("a time"), "")).expect("readable");
    assert!(!earlier.header.is_current());
    current.series[0].told = None;
    assert_eq!(earlier.series, current.series);
}

#[test]
fn a_head_without_levels_is_read_and_is_not_current() {
    let mut current = head(&slower(8));
    current.series[0].levels = None;
    let text = current.to_ndjson();
    assert!(!text.contains("levels"), "left out: {text}");
    let earlier = Head::from_ndjson(&text.replace("head/5", "head/2")).expect("readable");
    assert!(!earlier.header.is_current());
    assert_eq!(earlier.series, current.series);
}

/// Sixty records at one level, then some at a higher one.
fn slower(after: i64) -> Series {
    let record = |day: i64| {
        let level = if day < 60 { 10.0 } else { 11.0 };
        let mut fields = record(day, Some(level + (day * 7 % 5) as f64 * 0.01), None).to_fields();
        fields.insert("commit_sha".to_owned(), format!("{day:040x}").into());
        Record::from_fields(fields).expect("a record")
    };
    series(&(0..60 + after).map(record).collect::<Vec<_>>())
}

#[test]
fn the_head_has_the_news_of_each_gated_metric_and_the_scatter_of_the_primary_one() {
    let levels_of = |after: i64| HeadSeries::of(&slower(after), &now()).levels.expect("levels");
    let levels = levels_of(8);
    assert_eq!(levels.state, State::Confirmed);
    let shifts = levels.shifts();
    let [(metric, shift)] = &shifts[..] else { panic!("{shifts:?}") };
    assert_eq!(
        (metric.as_str(), shift.certainty, shift.records),
        ("latency", Certainty::Confirmed, 8)
    );
    assert_eq!(&*shift.commit_since, format!("{:040x}", 60));
    for value in [shift.change, shift.low, shift.high, shift.p] {
        assert_eq!(value.map(|value| rounded(value, 4)), value);
    }
    assert_eq!(
        (levels.primary.as_deref(), levels.noise),
        (Some("latency"), Some(NoiseKind::Quiet))
    );
    let quiet = levels_of(0);
    assert_eq!((quiet.state, quiet.shifts()), (State::Pass, Vec::new()));
}

#[test]
fn changes_come_back_from_the_head_as_they_are_but_rounded() {
    let series = slower(4);
    let levels = of_gated(&series, &now());
    let newest = series.points.last().expect("records").time;
    let (written, read) = (news(&levels, newest), HeadSeries::of(&series, &now()).levels);
    let read = read.expect("levels").shifts();
    assert_eq!((written.len(), read.len()), (1, 1));
    let (written, read) = (&written[0].1, &read[0].1);
    assert_eq!(read.certainty, Certainty::Suspected);
    let short = |value: f64| rounded(value, 6);
    let expected = Shift {
        before: short(written.before),
        after: short(written.after),
        change: written.change.map(|change| rounded(change, 4)),
        ..written.clone()
    };
    assert_eq!(*read, expected);
}

#[test]
fn a_change_before_the_points_of_the_head_keeps_its_commits() {
    let line = HeadSeries::of(&slower(60), &now());
    assert_eq!(line.levels.map(|levels| levels.shifts()), Some(Vec::new()), "no news any more");
    // weekly, a change of 20 records ago is news, and the commit before it is not in the head
    let days = |series: &mut Series| {
        for (week, point) in series.points.iter_mut().enumerate() {
            point.time = Micros(1_778_277_600_000_000 + week as i64 * 7 * DAY.0);
        }
    };
    let mut weekly = slower(20);
    days(&mut weekly);
    let line = HeadSeries::of(&weekly, &now());
    let (metrics, points) = line.points.clone().into_points(&line.key).expect("points");
    let recent = Series { metrics, points, ..weekly };
    let commits = |line: &CommitLine, shifts: &[(String, Shift)]| {
        let changes = changes(&[(&recent.key, shifts)], line);
        changes.into_iter().map(|change| (change.commit_before, change.commit_since)).next()
    };
    let shifts = line.levels.expect("levels").shifts();
    let expected = (format!("{:040x}", 59).into(), format!("{:040x}", 60).into());
    assert!(!recent.points.iter().any(|point| point.commit == expected.0));
    assert_eq!(commits(&CommitLine::of([&recent]), &shifts), Some(expected.clone()));
    assert_eq!(commits(&CommitLine::default(), &shifts), Some(expected));
}

#[test]
fn times_beyond_all_time_are_an_error_and_no_overflow() {
    for columns in [
        r#"{"time_unit_us":1,"time":[9223372036854775807,1],"commit":["a","b"],"flags":[0,8],"verdict":[null,"pass"],"metrics":{}}"#,
        r#"{"time_unit_us":9223372036854775807,"time":[2],"commit":["a"],"flags":[0],"verdict":[null],"metrics":{}}"#,
    ] {
        let header = r#"{"format":"bench-records/series/1","key":"k","labels":{"model_id":"m","gpu_type":"g"},"count":1}"#;
        let error = series_file::read(&format!("{header}\n{columns}\n")).expect_err("out of range");
        assert!(error.to_string().starts_with("column time is out of range at"), "{error}");
    }
}

#[test]
fn pull_requests_and_what_records_state_of_their_identity_come_back() {
    let of = |day: i64, pr: &str, variant: &str| {
        let mut record = record(day, Some(1.0), None).to_fields();
        record.insert("pr_number".to_owned(), pr.into());
        record.insert("variant_id".to_owned(), variant.into());
        Record::from_fields(record).expect("a record")
    };
    let series = series(&[of(1, "", "bf16"), of(2, "4354", "fp8"), of(3, "no-number", "fp8")]);
    let numbers = |series: &Series| series.points.iter().map(|point| point.pr).collect::<Vec<_>>();
    assert_eq!(numbers(&series), [0, 4354, 0]);
    let read = series_file::read(&series_file::write(&series)).expect("what was written");
    assert_eq!(read, series);
    assert_eq!(read.labels.partial.mixtures(), ["2 variants are mixed here: bf16, fp8"]);
    let head = head(&series);
    assert_eq!(head.series[0].points.pr, [0, 4354, 0]);
    let plain = self::series(&[record(1, Some(1.0), None)]);
    let text = series_file::write(&plain);
    assert!(!text.contains("\"pr\"") && !text.contains("partial"), "left out: {text}");
}

#[test]
fn what_cannot_be_rounded_stays_as_it_is() {
    for value in [0.0, f64::INFINITY, 5e-324] {
        assert_eq!(rounded(value, 6), value);
    }
    assert_eq!(rounded(999_999.7, 6), 1_000_000.0);
}

#[test]
fn the_index_keeps_which_static_limits_a_record_broke() {
    let mut records: Vec<Record> = (0..3).map(|day| record(day, Some(5.0), None)).collect();
    let limits = json!({"entry": "L40S", "limits": {"max_generation_time_s": 3.0}});
    records[1].extra.insert("broken_limits".to_owned(), limits);
    let series = series(&records);
    let written = series_file::write(&series);
    assert_eq!(series_file::read(&written), Ok(series.clone()));
    assert_eq!(written.matches("max_generation_time_s").count(), 1, "{written}");
    let verdicts = |index: usize| judge_point(&series, index, &now()).verdict;
    assert_eq!((verdicts(0), verdicts(1)), (Verdict::Calibration, Verdict::Regression));
}
