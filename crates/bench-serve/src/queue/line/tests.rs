use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn signature(width: u64) -> Signature {
    Signature { model: 0, width, height: 8, num_frames: None }
}

fn dynamic(max_size: usize) -> Batching {
    Batching { mode: Mode::Dynamic, max_size, ..Batching::default() }
}

fn rules(batching: &Batching) -> Rules<'_> {
    Rules { batching, most: None }
}

fn entry(id: u64, width: u64, since: Instant, batching: &Batching) -> Entry<()> {
    let cap = batching.cap(&signature(width), &crate::batching::Surroundings::default());
    Entry {
        id,
        signature: signature(width),
        cap,
        since,
        overtaken: 0,
        reasons: Vec::new(),
        work: (),
    }
}

fn line(widths: &[u64], now: Instant, batching: &Batching) -> Line<()> {
    let mut line = Line::new(100);
    for (id, width) in (0..).zip(widths) {
        line.push(entry(id, *width, now, batching));
    }
    line
}

fn joined(pick: Pick<()>) -> Vec<u64> {
    match pick {
        Pick::Join(entries) => entries.iter().map(|entry| entry.id).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn requests_of_one_size_join_from_anywhere_in_the_line() {
    let (now, batching) = (Instant::now(), dynamic(3));
    let mut line = line(&[1, 2, 1, 2, 1, 1], now, &batching);
    let mut heard = Vec::new();
    let first = line.pick(Group::default(), rules(&batching), now, |reason| heard.push(reason));
    assert_eq!(joined(first), [0, 2, 4]);
    assert_eq!(heard, [Reason::Size, Reason::Size, Reason::Full]);
    let group = Group { signature: Some(signature(1)), size: 1 };
    assert_eq!(joined(line.pick(group, rules(&batching), now, |_| ())), [5]);
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), now, |_| ())), [1, 3]);
    assert!(matches!(line.pick(Group::default(), rules(&batching), now, |_| ()), Pick::Nobody));
}

#[test]
fn nothing_joins_where_batching_is_off() {
    let (now, batching) = (Instant::now(), Batching::default());
    let mut line = line(&[1, 1], now, &batching);
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), now, |_| ())), [0]);
    let group = Group { signature: Some(signature(1)), size: 1 };
    assert_eq!(joined(line.pick(group, rules(&batching), now, |_| ())), [0; 0]);
}

#[test]
fn an_idle_device_waits_for_company_from_the_arrival_of_the_oldest() {
    let began = Instant::now();
    let batching = Batching { delay: Duration::from_millis(50), ..dynamic(2) };
    let mut line = line(&[1], began, &batching);
    let until = began + batching.delay;
    let pick =
        line.pick(Group::default(), rules(&batching), began + Duration::from_millis(20), |_| ());
    assert!(matches!(pick, Pick::WaitUntil(at) if at == until), "{pick:?}");
    line.push(entry(1, 2, began + Duration::from_millis(40), &batching));
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), until, |_| ())), [0]);
    // the next is the oldest now, and has waited for 10 ms
    let pick = line.pick(Group::default(), rules(&batching), until, |_| ());
    assert!(matches!(pick, Pick::WaitUntil(at) if at == began + Duration::from_millis(90)));
    // a full batch does not wait
    line.push(entry(2, 2, until, &batching));
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), until, |_| ())), [1, 2]);
}

#[test]
fn a_device_at_work_is_joined_without_delay() {
    let now = Instant::now();
    let batching = Batching { delay: Duration::from_secs(9), ..dynamic(2) };
    let mut line = line(&[1], now, &batching);
    let group = Group { signature: Some(signature(1)), size: 1 };
    assert_eq!(joined(line.pick(group, rules(&batching), now, |_| ())), [0]);
}

#[test]
fn a_request_above_the_cost_budget_runs_alone() {
    let (now, batching) = (Instant::now(), dynamic(8));
    let mut line = line(&[10, 10, 10], now, &batching);
    line.entries.iter_mut().for_each(|entry| entry.cap.cost = Some(100));
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), now, |_| ())), [0]);
    line.entries.iter_mut().for_each(|entry| entry.cap.cost = Some(160));
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), now, |_| ())), [1, 2]);
}

#[test]
fn a_request_that_was_overtaken_often_enough_is_next() {
    let now = Instant::now();
    let batching = Batching { max_overtaken: 3, ..dynamic(2) };
    let mut line = line(&[1, 2, 1], now, &batching);
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), now, |_| ())), [0, 2]);
    let group = Group { signature: Some(signature(1)), size: 1 };
    for id in 3..5 {
        line.push(entry(id, 1, now, &batching));
        assert_eq!(joined(line.pick(group, rules(&batching), now, |_| ())), [id]);
    }
    line.push(entry(5, 1, now, &batching));
    let mut heard = Vec::new();
    let pick = line.pick(group, rules(&batching), now, |reason| heard.push(reason));
    assert_eq!(joined(pick), [0; 0]);
    assert_eq!(heard, [Reason::Fairness]);
    assert_eq!(joined(line.pick(Group::default(), rules(&batching), now, |_| ())), [1]);
}

proptest! {
    /// Whatever comes, nobody is overtaken more often than is stated, batches keep their cap, nobody is
    /// lost, and a head is always served.
    #[test]
    fn nobody_is_overtaken_too_often_or_lost(
        widths in prop::collection::vec(1..4u64, 1..60),
        max_size in 1..5usize,
        max_overtaken in 0..6u32,
        stays in prop::collection::vec(0..5usize, 60),
    ) {
        let now = Instant::now();
        let batching = Batching { max_overtaken, ..dynamic(max_size) };
        let mut line: Line<()> = Line::new(100);
        let mut coming = (0u64..).zip(&widths);
        let (mut group, mut served) = (Group::default(), Vec::new());
        let mut stays = stays.into_iter().cycle();
        while served.len() < widths.len() {
            for (id, width) in coming.by_ref().take(3) {
                line.push(entry(id, *width, now, &batching));
            }
            let was_idle = group.size == 0;
            if let Pick::Join(entries) = line.pick(group, rules(&batching), now, |_| ()) {
                prop_assert!(!was_idle || !entries.is_empty());
                for entry in entries {
                    prop_assert!(entry.overtaken <= max_overtaken);
                    prop_assert!(group.signature.is_none_or(|common| common == entry.signature));
                    group = Group { signature: Some(entry.signature), size: group.size + 1 };
                    served.push(entry.id);
                }
            }
            prop_assert!(group.size <= max_size);
            group.size = group.size.min(stays.next().unwrap_or_default());
            if group.size == 0 {
                group = Group::default();
            }
        }
        // by how many later ones was each really overtaken?
        for (place, id) in served.iter().enumerate() {
            let overtakers = served[..place].iter().filter(|other| *other > id).count();
            prop_assert!(overtakers <= max_overtaken as usize, "{id}: {served:?}");
        }
        served.sort_unstable();
        prop_assert_eq!(served, (0..widths.len() as u64).collect::<Vec<_>>());
    }
}
