//! The beginning of a prompt that no earlier one has.

use super::Prompts;
use crate::random::{Random, derived_seed};

const STREAM: u64 = 0x6d61_726b;

/// Whether prompts begin with a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// One of this run: no server has seen the prompt.
    Run(u64),
    /// One of the seed: the prompts of two runs with one seed are the same.
    Seed(u64),
    /// None.
    None,
}

impl Mark {
    /// That of a request; it ends with a space.
    #[must_use]
    pub fn of(self, index: usize) -> String {
        match self {
            Self::Run(key) | Self::Seed(key) => {
                // the number is mixed in, so that a cache finds no common beginning
                let mut random = Random::new(derived_seed(key, index as u64), STREAM);
                format!("{:08x} ", random.bits() as u32)
            }
            Self::None => String::new(),
        }
    }

    /// What seeds texts that this run alone has.
    pub(super) fn key(self) -> u64 {
        match self {
            Self::Run(key) | Self::Seed(key) => key,
            Self::None => 0,
        }
    }
}

/// Prompts of a file with their marks, as many as are wanted: those of the file again and again where it
/// has fewer.
#[must_use]
pub fn marked(read: &Prompts, count: usize, mark: Mark) -> Prompts {
    let has = read.prompts.len();
    let prompts = read.prompts.iter().cycle().take(count).enumerate().map(|(index, prompt)| {
        let mut prompt = prompt.clone();
        if mark != Mark::None {
            prompt.text.insert_str(0, &mark.of(index));
            // the mark has tokens too, and only the server can tell how many
            prompt.tokens = None;
        }
        prompt
    });
    let mut notes = read.notes.clone();
    if count > has && has > 0 {
        let whether = if mark == Mark::None {
            "a server may answer repeated ones from its cache"
        } else {
            "each has a mark of its own"
        };
        notes.push(format!(
            "the file has {has} prompts, which are used again for {count} requests; {whether}"
        ));
    }
    Prompts { prompts: prompts.collect(), notes }
}
