//! The pipeline as benchmarks and servers run it: requests are prefilled, stepped token by token, and end
//! as texts.

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use bench_records::config::RunPlan;
use bench_records::stage::{DECODE, PREFILL};

use super::cache::Cache;
use super::checkpoint::Checkpoint;
use super::config::LlamaConfig;
use super::description::describe;
use super::memory::{least_bytes, weight_bytes};
use super::model::LlamaModel;
use super::prompt::Words;
use super::sampling::Sampler;
use super::sequence::{Limits, Sequence};
use super::settings::{self, Settings};
use super::terms::{check_room, terms};
use super::timings::Memory;
use super::trial;
use crate::compute::{device, memory};
use crate::families::{Family, support};
use crate::gpu::Monitor;
use crate::stage_clock::{StageClock, Synchronizer};
use crate::{
    Description, LoadContext, MemorySource, Output, Pipeline, Request, State, Terms, TextPrompt,
    TextRequest, TokenEvent, machine,
};

/// The family.
pub struct LlamaFamily;

impl Family for LlamaFamily {
    fn check(&self, plan: &RunPlan) -> Result<()> {
        let settings = Settings::of(plan)?;
        if let Some(config) = settings::architecture(plan)? {
            check_length(&settings, &config)?;
        }
        Ok(())
    }

    fn unsupported(&self, plan: &RunPlan) -> Option<String> {
        support::unsupported(plan)
    }

    fn load(&self, plan: &RunPlan, context: &LoadContext) -> Result<Box<dyn Pipeline>> {
        Ok(Box::new(Llama::load(plan, context)?))
    }
}

/// A loaded model with what it generates where a request does not say.
pub struct Llama {
    model: LlamaModel,
    words: Words,
    end_tokens: Vec<u32>,
    settings: Settings,
    memory: Memory,
    terms: Terms,
    description: Description,
}

impl Llama {
    /// Loads the plan's model, having made sure that request and memory fit.
    fn load(plan: &RunPlan, context: &LoadContext) -> Result<Self> {
        let settings = Settings::of(plan)?;
        let checkpoint = match settings::architecture(plan)? {
            Some(config) => Checkpoint::made_up(config),
            None => Checkpoint::open(Path::new(&plan.model.model_path))?,
        };
        check_length(&settings, &checkpoint.config)?;
        let place = device::open(context.device, &*context.watch)?;
        let dtype = settings.dtype_on(&place.device)?;
        if place.device.is_cpu() {
            let needed = least_bytes(&checkpoint.config, &settings, dtype)?;
            memory::check(needed, machine::available_memory_bytes())?;
        }
        support::warn_of_development_build(&*context.watch);
        let weights = checkpoint.weights(dtype, &place.device)?;
        let model = LlamaModel::load(&checkpoint.config, weights)
            .map_err(crate::error::PipelineError::from)?;
        let memory = Memory {
            model_bytes: u64::try_from(weight_bytes(&checkpoint.config, dtype)?)?,
            bytes_per_token: model.kv_cache_bytes_per_token(),
        };
        context.watch.say(&memory.line(&settings));
        let description = describe(&place, &model, &settings, &checkpoint, memory);
        let description = support::corrected(description, &checkpoint.corrections, &*context.watch);
        let Checkpoint { config, words, end_tokens, generation, .. } = checkpoint;
        let terms = terms(&config, &words, memory, generation);
        Ok(Self { model, words, end_tokens, settings, memory, terms, description })
    }

    /// Bytes of the weights, and of a token in a cache.
    pub fn memory(&self) -> Memory {
        self.memory
    }

    /// Tokens that a request under way has in its cache.
    ///
    /// # Errors
    /// Where another pipeline made the state.
    pub fn cached_tokens(&self, state: &mut State) -> Result<usize> {
        Ok(state.get_mut::<Sequence>()?.cached_tokens())
    }

    /// When each token of a request came.
    ///
    /// # Errors
    /// Where another pipeline made the state.
    pub fn times<'s>(&self, state: &'s mut State) -> Result<&'s [Instant]> {
        Ok(state.get_mut::<Sequence>()?.times())
    }

    /// What is asked for, in full.
    fn asked(&self, request: &Request) -> TextRequest {
        let own = || TextRequest {
            prompt: TextPrompt::Text(request.prompt.clone()),
            ..self.settings.request.clone()
        };
        request.text.clone().unwrap_or_else(own)
    }

    /// Requests of a trial, each with a prompt of its own where there are several.
    fn requests(&self, request: &Request) -> Result<Vec<Request>> {
        if request.text.is_some() {
            return Ok(vec![request.clone()]);
        }
        let text = Some(request.prompt.as_str()).filter(|prompt| !prompt.is_empty());
        let of = |place: usize| {
            let place = place as u64;
            let prompt = match self.settings.input_tokens {
                None => TextPrompt::Text(request.prompt.clone()),
                Some(count) => {
                    let vocab_size = self.model.config().vocab_size;
                    let place = (request.seed, place + 1000 * request.prompt_index as u64);
                    TextPrompt::Tokens(self.words.of_length(text, count, place, vocab_size)?)
                }
            };
            let text = Some(TextRequest { prompt, ..self.settings.request.clone() });
            Ok(Request { text, seed: request.seed.wrapping_add(place), ..request.clone() })
        };
        (0..self.settings.requests).map(of).collect()
    }

    /// Reads the prompt, and chooses the first token.
    fn prefill(&self, request: &Request) -> Result<Sequence> {
        let asked = self.asked(request);
        let tokens = self.words.tokens(&asked)?;
        let context = self.model.config().max_position_embeddings;
        check_room(&asked, tokens.len(), context)?;
        let limits = Limits::of(&asked, context - tokens.len(), &self.end_tokens);
        let mut cache = self.model.cache();
        let hidden = self.model.forward(&tokens, &mut [&mut cache])?;
        let sampler = Sampler::new(asked.sampling, request.seed);
        let mut sequence = Sequence::new(cache, limits, sampler);
        let logits = self.model.last_logits(&hidden)?.pop().context("one sequence has logits")?;
        sequence.take(logits, &self.words.tokenizer)?;
        Ok(sequence)
    }
}

impl Pipeline for Llama {
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State> {
        let sequence = clock.stage(PREFILL, |_| self.prefill(request))?;
        let is_done = sequence.is_done();
        let mut state = State::with_steps(sequence);
        state.set_done(is_done);
        Ok(state)
    }

    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        let sequences = states.iter_mut().map(|state| state.get_mut::<Sequence>());
        let mut sequences = sequences.collect::<Result<Vec<_>>>()?;
        let last = sequences.iter().map(|sequence| sequence.last());
        let ids: Vec<u32> = last.collect::<Option<_>>().context("a state has no token yet")?;
        let mut caches: Vec<&mut Cache> =
            sequences.iter_mut().map(|sequence| sequence.cache()).collect();
        let hidden = self.model.forward(&ids, &mut caches)?;
        let logits = self.model.last_logits(&hidden)?;
        let tokenizer = &self.words.tokenizer;
        let each = sequences.iter_mut().zip(logits);
        let taken: Vec<Result<()>> =
            each.map(|(sequence, logits)| Ok(sequence.take(logits, tokenizer)?)).collect();
        let done: Vec<bool> = sequences.iter().map(|sequence| sequence.is_done()).collect();
        for (state, is_done) in states.iter_mut().zip(done) {
            state.set_done(is_done);
        }
        taken.into_iter().collect()
    }

    fn finish(&mut self, state: State, _: &mut StageClock<'_>) -> Result<Output> {
        let sequence: Sequence = state.into_inner()?;
        Ok(Output::texts(vec![sequence.text()]))
    }

    fn stage_of_steps(&self) -> &'static str {
        DECODE
    }

    fn generate(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<Output> {
        let requests = self.requests(request)?;
        trial::run(self, requests, self.settings.batch_size, clock)
    }

    /// Logits of the last token.
    fn latents(&mut self, state: &mut State) -> Result<Vec<f32>> {
        Ok(state.get_mut::<Sequence>()?.logits().to_vec())
    }

    fn take_tokens(&mut self, state: &mut State) -> Result<Vec<TokenEvent>> {
        Ok(state.get_mut::<Sequence>()?.take_events())
    }

    fn synchronizer(&self) -> Synchronizer {
        support::synchronizer(self.model.device())
    }

    fn description(&self) -> &Description {
        &self.description
    }

    fn terms(&self) -> Terms {
        self.terms.clone()
    }

    fn gpu_monitor(&self) -> Option<Monitor> {
        device::monitor(self.model.device())
    }

    fn memory_source(&self) -> MemorySource {
        support::memory_source(self.model.device())
    }
}

/// Passes lengths that the model's context holds, where the prompts' length is given.
fn check_length(settings: &Settings, config: &LlamaConfig) -> Result<()> {
    let context = config.max_position_embeddings;
    let (input, output) = (settings.input_tokens.unwrap_or(1), settings.output_tokens());
    ensure!(
        input.saturating_add(output) <= context,
        "generation_kwargs.input_tokens and output_tokens are {input} and {output}, but the model's \
         context holds {context}; make them less"
    );
    Ok(())
}
