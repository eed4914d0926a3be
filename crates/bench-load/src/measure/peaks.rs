//! The most tokens of a second.

use super::tokens::{ChunkTokens, Tokens};
use crate::request::Request;

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
