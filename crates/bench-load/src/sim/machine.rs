//! What a kind of server does: it takes requests, has a next event, and finishes requests at events.

use crate::observed::Answer;

/// A server in the middle of a simulation. Requests are numbered in the order in which they arrive.
pub(super) trait Serve {
    /// A request arrives; `Refused` leaves no trace of it.
    fn arrive(&mut self, request: usize, now_ns: u64) -> Admission;

    /// When something happens next; `None` while it has nothing to do.
    fn next_event_ns(&self) -> Option<u64>;

    /// Does what happens at that time, and says which requests it finished.
    fn advance(&mut self, now_ns: u64, finished: &mut Vec<Finished>);
}

/// Whether a request was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admission {
    Taken,
    Refused,
}

/// A request that was answered in full.
pub(super) struct Finished {
    pub(super) request: usize,
    /// Its first token; `None` where the answer came as a whole.
    pub(super) first_ns: Option<u64>,
    /// Time of each token after the first, where they are kept.
    pub(super) tokens_ns: Vec<u64>,
    pub(super) end_ns: u64,
    pub(super) tokens: u32,
}

impl Finished {
    /// The answer to a request that should have been sent at this time.
    pub(super) fn answer(self, scheduled_ns: u64) -> Answer {
        let ms = |from: u64, until: u64| until.saturating_sub(from) as f64 / 1e6;
        let gaps = f64::from(self.tokens.saturating_sub(1));
        let per_token = |first: u64| ms(first, self.end_ns) / gaps;
        let before = self.first_ns.into_iter().chain(self.tokens_ns.iter().copied());
        let itl_ms = before.zip(&self.tokens_ns).map(|(from, until)| ms(from, *until)).collect();
        Answer {
            ttft_ms: self.first_ns.map(|first| ms(scheduled_ns, first)),
            e2el_ms: ms(scheduled_ns, self.end_ns),
            tpot_ms: self.first_ns.filter(|_| gaps > 0.0).map(per_token),
            itl_ms,
            output_tokens: self.tokens,
        }
    }
}
