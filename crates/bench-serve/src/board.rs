//! What the page of the server shows: requests under way, and the last that ended.
//!
//! In: each request as the queue takes it, and as it ends. Out: copies of both lists.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use crate::{
    ledger::{Receipt, Wanted},
    queue::Progress,
};

/// Requests that ended and are still shown.
const MOST_ENDED: usize = 50;

/// Requests under way, and the last that ended.
#[derive(Debug, Default)]
pub struct Board(Mutex<Lists>);

#[derive(Debug, Default)]
struct Lists {
    next: u64,
    under_way: BTreeMap<u64, UnderWay>,
    ended: VecDeque<Past>,
}

/// A request that the queue has taken and that has not ended.
#[derive(Debug, Clone)]
pub struct UnderWay {
    /// What was asked for.
    pub wanted: Wanted,
    /// Pictures, videos or answers that were asked for.
    pub outputs: u64,
    /// When it came.
    pub arrived: Instant,
    /// How far each of its outputs is.
    pub progress: Vec<Arc<Progress>>,
    /// The video by which its client asks for it, where it is one.
    pub video: Option<String>,
}

/// A request that has ended.
#[derive(Debug, Clone)]
pub struct Past {
    /// How it ended.
    pub receipt: Receipt,
    /// When that was.
    pub at: Instant,
    /// The video by which its client asks for it, where it is one.
    pub video: Option<String>,
}

impl Board {
    /// A request is under way; gives its place.
    pub fn add(&self, request: UnderWay) -> u64 {
        let mut lists = self.lists();
        lists.next += 1;
        let place = lists.next;
        lists.under_way.insert(place, request);
        place
    }

    /// The request at a place makes a video that has this name.
    pub fn name(&self, place: u64, video: &str) {
        if let Some(request) = self.lists().under_way.get_mut(&place) {
            request.video = Some(video.to_owned());
        }
    }

    /// The request at a place has ended, with this receipt, which is given back; the one that ended first goes
    /// where there are too many.
    pub fn end(&self, place: u64, receipt: impl FnOnce(&UnderWay) -> Receipt) -> Option<Receipt> {
        let mut lists = self.lists();
        let request = lists.under_way.remove(&place)?;
        let receipt = receipt(&request);
        let past = Past { receipt: receipt.clone(), at: Instant::now(), video: request.video };
        lists.ended.push_front(past);
        lists.ended.truncate(MOST_ENDED);
        Some(receipt)
    }

    /// Requests under way, the oldest first.
    #[must_use]
    pub fn under_way(&self) -> Vec<UnderWay> {
        self.lists().under_way.values().cloned().collect()
    }

    /// The last requests that ended, the latest first.
    #[must_use]
    pub fn ended(&self) -> Vec<Past> {
        self.lists().ended.iter().cloned().collect()
    }

    fn lists(&self) -> MutexGuard<'_, Lists> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{ledger::TextWanted, metrics::Ended};

    fn wanted(number: u64) -> Wanted {
        let model = format!("model {number}");
        Wanted::Text(TextWanted { model, prompt_tokens: 1, max_tokens: 1 })
    }

    fn under_way(number: u64) -> UnderWay {
        UnderWay {
            wanted: wanted(number),
            outputs: 1,
            arrived: Instant::now(),
            progress: Vec::new(),
            video: None,
        }
    }

    fn receipt(number: u64) -> Receipt {
        Receipt {
            wanted: wanted(number),
            outputs: 1,
            arrived: Instant::now(),
            latency: Duration::ZERO,
            ended: Ended::Completed,
            problem: None,
            made: None,
        }
    }

    #[test]
    fn a_request_goes_from_one_list_to_the_other_and_keeps_its_video() {
        let board = Board::default();
        let (first, second) = (board.add(under_way(1)), board.add(under_way(2)));
        board.name(first, "video_1");
        board.end(first, |_| receipt(1));
        assert_eq!(board.under_way().len(), 1);
        let ended = board.ended();
        assert_eq!((ended.len(), ended[0].video.as_deref()), (1, Some("video_1")));
        board.end(second, |_| receipt(2));
        assert!(board.under_way().is_empty());
        let models = board.ended().into_iter().map(|past| past.receipt.wanted.model().to_owned());
        assert_eq!(models.collect::<Vec<_>>(), ["model 2", "model 1"]);
    }

    #[test]
    fn the_last_fifty_that_ended_are_kept() {
        let board = Board::default();
        for number in 0..60 {
            let place = board.add(under_way(number));
            board.end(place, |_| receipt(number));
        }
        let ended = board.ended();
        assert_eq!(ended.len(), MOST_ENDED);
        assert_eq!(ended[0].receipt.wanted.model(), "model 59");
        assert!(board.under_way().is_empty());
    }
}
