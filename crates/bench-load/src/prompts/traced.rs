//! Prompts of a recorded trace: its lengths, and common beginnings where its blocks say so.

use super::{Mark, Prompt, Prompts, Unit, filled::filled};
use crate::{
    arrivals::PlannedRequest,
    random::{Random, derived_seed},
};

const STREAM: u64 = 0x0074_7261_6365;
const BLOCKS: u64 = 0x626c_6f63_6b73;
/// Tokens of a block of Mooncake's traces.
const BLOCK: usize = 512;

/// The prompts of planned requests, which have `otherwise` words or tokens where the trace says nothing.
#[must_use]
pub fn traced(
    requests: &[PlannedRequest],
    otherwise: usize,
    mark: Mark,
    seed: u64,
    unit: Unit<'_>,
) -> Prompts {
    let prompts = requests.iter().enumerate().map(|(index, request)| {
        let length = request.input_tokens.map_or(otherwise, |tokens| tokens as usize);
        let text = if request.hash_ids.is_empty() {
            let mut random = Random::new(derived_seed(seed, index as u64), STREAM);
            filled(&mark.of(index), length, &mut random, unit).0
        } else {
            of_blocks(&request.hash_ids, length, derived_seed(seed, mark.key()), unit)
        };
        let output_tokens = request.output_tokens.map(u64::from);
        Prompt { tokens: unit.tokens(&text), text, output_tokens }
    });
    Prompts { prompts: prompts.collect(), notes: Vec::new() }
}

/// Equal blocks are equal text, in this run alone.
fn of_blocks(ids: &[u64], length: usize, key: u64, unit: Unit<'_>) -> String {
    let mut left = length;
    let mut texts = Vec::with_capacity(ids.len());
    for (place, id) in ids.iter().enumerate() {
        let is_last = place + 1 == ids.len();
        let size = if is_last { left } else { left.min(BLOCK) };
        let mut random = Random::new(derived_seed(key, *id), BLOCKS);
        texts.push(filled("", size, &mut random, unit).0);
        left -= size;
    }
    texts.retain(|text| !text.is_empty());
    texts.join(" ")
}
