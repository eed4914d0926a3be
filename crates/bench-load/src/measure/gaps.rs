//! Times between chunks and between tokens.

use super::tokens::ChunkTokens;
use crate::protocol::Arrival;

/// Seconds between each two chunks.
pub(super) fn between_chunks(arrivals: &[Arrival]) -> impl Iterator<Item = f64> {
    arrivals.windows(2).map(|pair| pair[1].at_s - pair[0].at_s)
}

/// Seconds between tokens: those between two chunks, shared among the tokens of the later one. The
/// tokens of the first chunk have no time between them, and count not at all.
pub(super) fn between_tokens(arrivals: &[Arrival], chunks: &ChunkTokens) -> Vec<f64> {
    let mut gaps = Vec::new();
    let mut since_s = 0.0;
    for (index, gap_s) in (1..).zip(between_chunks(arrivals)) {
        since_s += gap_s;
        let count = match chunks {
            ChunkTokens::Counted(counts) => counts[index] as f64,
            ChunkTokens::Mean(mean) => mean.max(1.0),
            ChunkTokens::Unknown => return Vec::new(),
        };
        if count > 0.0 {
            let times = (count.round() as usize).max(1);
            gaps.extend(std::iter::repeat_n(since_s / count, times));
            since_s = 0.0;
        }
    }
    gaps
}
