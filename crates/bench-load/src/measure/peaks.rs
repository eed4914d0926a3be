//! The most of anything at a time.

use super::tokens::{ChunkTokens, Tokens};
use crate::request::Request;

/// The most requests that ran at a time. One that begins when another ends runs after it.
pub(super) fn concurrency(requests: &[Request]) -> usize {
    let begins = requests.iter().map(|request| (request.sent_s, 1));
    let ends = requests.iter().map(|request| (request.end_s, -1));
    let mut changes: Vec<(f64, i64)> = begins.chain(ends).collect();
    changes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (mut now, mut most) = (0, 0);
    for (_, change) in changes {
        now += change;
        most = most.max(now);
    }
    usize::try_from(most).unwrap_or_default()
}

/// The most tokens of any second since the start; `None` where those of some chunks are not known.
pub(super) fn tokens_per_second<'a>(
    requests: impl Iterator<Item = (&'a Request, &'a Tokens)>,
) -> Option<f64> {
    let mut seconds: Vec<f64> = Vec::new();
    for (request, tokens) in requests {
        let arrivals = &request.reply()?.arrivals;
        for (index, arrival) in arrivals.iter().enumerate() {
            let count = match &tokens.chunks {
                ChunkTokens::Counted(counts) => counts[index] as f64,
                ChunkTokens::Mean(mean) => *mean,
                ChunkTokens::Unknown => return None,
            };
            let second = arrival.at_s as usize;
            if seconds.len() <= second {
                seconds.resize(second + 1, 0.0);
            }
            seconds[second] += count;
        }
    }
    seconds.into_iter().reduce(f64::max)
}
