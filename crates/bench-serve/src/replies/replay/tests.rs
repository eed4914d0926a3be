use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::*;

fn attempt(key: Option<&str>, retries: Option<u64>, words: &str) -> Attempt {
    let (key, fingerprint) = (key.map(str::to_owned), words.to_owned());
    Attempt { owner: None, key, retries, fingerprint }
}

#[derive(Clone, Default)]
struct Count(Arc<AtomicUsize>);

impl Count {
    async fn work(self) -> Result<Kept> {
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(Kept::json(&json!(1)))
    }

    fn get(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn three_attempts_make_one_generation() {
    let (replays, count) = (Replays::default(), Count::default());
    for retries in 0..3 {
        let work = count.clone().work();
        replays.run(attempt(None, Some(retries), "a"), work).await.expect("a reply");
    }
    assert_eq!(count.get(), 1);
    for _ in 0..3 {
        let work = count.clone().work();
        replays.run(attempt(Some("k"), None, "a"), work).await.expect("a reply");
    }
    assert_eq!(count.get(), 2);
}

#[tokio::test]
async fn attempts_at_once_wait_for_the_same_generation() {
    let (replays, count) = (Replays::default(), Count::default());
    let run = |retries| replays.run(attempt(None, Some(retries), "a"), count.clone().work());
    let (first, second) = tokio::join!(run(0), run(1));
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(count.get(), 1);
}

#[tokio::test]
async fn what_two_requests_may_mean_runs() {
    let (replays, count) = (Replays::default(), Count::default());
    for retries in [0, 0, 1] {
        let work = count.clone().work();
        replays.run(attempt(None, Some(retries), "a"), work).await.expect("a reply");
    }
    assert_eq!(count.get(), 3);
}

#[tokio::test]
async fn a_key_belongs_to_one_request() {
    let (replays, count) = (Replays::default(), Count::default());
    let run = |words| replays.run(attempt(Some("k"), None, words), count.clone().work());
    run("a").await.expect("a reply");
    assert_eq!(run("b").await.expect_err("another request"), key_reused());
}

#[tokio::test]
async fn nobody_waiting_ends_a_generation_unless_it_has_a_key() {
    let (replays, count) = (Replays::default(), Count::default());
    for (key, made) in [(None, 0), (Some("k"), 1)] {
        let run = replays.run(attempt(key, Some(0), "a"), count.clone().work());
        assert!(tokio::time::timeout(Duration::from_millis(5), run).await.is_err());
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(count.get(), made);
    }
}

#[tokio::test]
async fn what_failed_may_be_tried_again() {
    let replays = Replays::default();
    let fails = async { Err(ApiError::internal("no")) };
    replays.run(attempt(Some("k"), None, "a"), fails).await.expect_err("it fails");
    let works = async { Ok(Kept::json(&json!(1))) };
    replays.run(attempt(Some("k"), None, "a"), works).await.expect("a reply");
}
