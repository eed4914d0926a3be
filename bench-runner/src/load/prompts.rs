//! Options as prompts.

use anyhow::Result;
use bench_load::{
    arrivals::Plan,
    prompts::{Lengths, Mark, Prompts, Unit, conversations, lines, marked, random, traced},
    tokenizer::Tokenizer,
};

use super::{
    arrivals::{Traffic, file},
    options::{Dataset, Options, PromptMark},
    server,
};

/// Words of a random prompt for text, and for pictures and videos.
const TEXT_WORDS: usize = 1024;
const PICTURE_WORDS: usize = 16;

/// The tokenizer that options name.
///
/// # Errors
/// Where it cannot be read.
pub fn tokenizer(options: &Options) -> Result<Option<Tokenizer>> {
    Ok(options.data.tokenizer.as_deref().map(Tokenizer::read).transpose()?)
}

/// In what lengths are counted.
pub fn unit(tokenizer: Option<&Tokenizer>) -> Unit<'_> {
    tokenizer.map_or(Unit::Words, Unit::Tokens)
}

/// The prompts that options ask for, as many as are planned.
///
/// # Errors
/// Where a file or a length cannot be used.
pub fn of(options: &Options, traffic: &Traffic, seed: u64, unit: Unit<'_>) -> Result<Prompts> {
    let (count, mark) = (traffic.requests(), mark(options, seed));
    let (data, is_text) = (&options.data, server::endpoint(options).is_text());
    let input = data.random_input_len.unwrap_or(if is_text { TEXT_WORDS } else { PICTURE_WORDS });
    let mut prompts = match data.dataset_name {
        Dataset::Random => {
            let (output, range_ratio) =
                (data.random_output(), data.random_range_ratio.unwrap_or(0.0));
            random(count, Lengths { input, output, range_ratio }, mark, seed, unit)?
        }
        Dataset::Sharegpt => {
            let (name, text) = file(options)?;
            let output = data.output_len.map(|len| len as u64);
            marked(&conversations(&name, &text, output, seed, unit)?, count, mark)
        }
        Dataset::Custom => {
            let (name, text) = file(options)?;
            marked(&lines(&name, &text, unit)?, count, mark)
        }
        Dataset::Mooncake | Dataset::Azure | Dataset::Burstgpt => {
            return Ok(of_trace(traffic, input, mark, seed, unit));
        }
    };
    if let Some(len) = data.output_len {
        prompts.prompts.iter_mut().for_each(|prompt| prompt.output_tokens = Some(len as u64));
    }
    prompts.notes.extend(in_words(data.dataset_name, is_text, unit));
    Ok(prompts)
}

fn of_trace(traffic: &Traffic, input: usize, mark: Mark, seed: u64, unit: Unit<'_>) -> Prompts {
    let requests = match (&traffic.plan, &traffic.trace) {
        (Plan::Open(schedule), _)
            if schedule.requests().iter().any(|r| r.input_tokens.is_some()) =>
        {
            schedule.requests()
        }
        // another rate than the recorded one, with the recorded lengths
        (_, Some(trace)) => &trace.requests()[..traffic.requests().min(trace.requests().len())],
        (_, None) => &[],
    };
    traced(requests, input, mark, seed, unit)
}

/// Says once that words stand for tokens.
fn in_words(dataset: Dataset, is_text: bool, unit: Unit<'_>) -> Option<String> {
    let is_counted = matches!(unit, Unit::Tokens(_)) || dataset == Dataset::Custom || !is_text;
    (!is_counted).then(|| {
        "lengths of prompts are counted in words; name the model's --tokenizer for exact tokens"
            .to_owned()
    })
}

/// What prompts begin with.
fn mark(options: &Options, seed: u64) -> Mark {
    match options.data.prompt_mark {
        PromptMark::Run => Mark::Run(ulid::Ulid::generate().random() as u64),
        PromptMark::Seed => Mark::Seed(seed),
        PromptMark::None => Mark::None,
    }
}
