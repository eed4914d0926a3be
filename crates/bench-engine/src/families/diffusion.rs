//! What Wan and the text-to-image families share: a request becomes text, then latents step by step,
//! then pixels.

use std::rc::Rc;

use anyhow::Result;
use candle_core::{DType, Device, Tensor};

use crate::{
    Description, MemoryGauge, MemorySource, Output, Pipeline, Request, State, Terms,
    compute::device,
    families::{support, texts::Texts},
    gpu::Monitor,
    stage_clock::{StageClock, Synchronizer, TEXT_ENCODER, VAE_DECODE},
};

/// A loaded diffusion model.
pub trait Diffusion {
    /// A request's words, as the denoiser reads them.
    type Text: 'static;
    /// A generation in the course of its steps.
    type Course: Course + 'static;

    /// Where tensors are.
    fn device(&self) -> &Device;

    /// What requests it takes.
    fn terms(&self) -> Terms;

    /// Stage `text_encoder`: prompts one by one, so that none depends on another.
    ///
    /// # Errors
    /// When a prompt cannot be tokenized, or a tensor operation fails.
    fn encode(&mut self, request: &Request) -> Result<Self::Text>;

    /// Begins with the noise of the request's seed.
    ///
    /// # Errors
    /// When the request does not fit the model, or a tensor operation fails.
    fn begin(&self, request: &Request, text: &Self::Text) -> Result<Self::Course>;

    /// Takes the next step of each course, none of which is done. Courses that fit each other may share
    /// passes through the model. In f32 on a CPU no bit of a course depends on the others.
    ///
    /// # Errors
    /// When a tensor operation fails; no course has moved then, unless its own solver failed.
    fn step(&self, courses: &mut [&mut Self::Course]) -> Result<()>;

    /// Stage `vae_decode`: denoised latents to pixels on the host.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn decode(&self, request: &Request, latents: &Tensor) -> Result<Output>;
}

/// A generation in the course of its steps.
pub trait Course {
    /// Whether no step is left.
    fn is_done(&self) -> bool;

    /// Latents as they are now, f32.
    ///
    /// # Errors
    /// When a tensor operation fails.
    fn latents(&self) -> Result<Tensor>;
}

/// What a request asks for of a size or number, else the pipeline's own.
pub fn asked(value: Option<u64>, own: usize) -> usize {
    value.map_or(own, |value| usize::try_from(value).unwrap_or(usize::MAX))
}

/// Timesteps of samples as models take them: one where all are the same.
pub fn timesteps_of(each: Vec<f64>) -> Vec<f64> {
    match each.first() {
        Some(first) if each.iter().all(|timestep| timestep == first) => vec![*first],
        _ => each,
    }
}

/// Samples of several courses as one batch.
///
/// # Errors
/// When shapes do not fit or a tensor operation fails.
pub fn joined(parts: &[Tensor]) -> candle_core::Result<Tensor> {
    match parts {
        [only] => Ok(only.clone()),
        parts => Tensor::cat(parts, 0),
    }
}

/// A prediction for each item, in their order. Items share a pass through the model with the first that
/// is left, as far as `joins` says; `predict` makes one prediction for each of those that do.
///
/// # Errors
/// Those of `predict`.
pub fn in_shared_passes<T, E>(
    items: &[T],
    joins: impl Fn(&[&T], &T) -> bool,
    mut predict: impl FnMut(&[&T]) -> Result<Vec<Tensor>, E>,
) -> Result<Vec<Tensor>, E> {
    let mut order = Vec::with_capacity(items.len());
    let mut left: Vec<usize> = (0..items.len()).collect();
    while !left.is_empty() {
        let (mut members, mut together, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for index in left {
            if together.is_empty() || joins(&together, &items[index]) {
                members.push(index);
                together.push(&items[index]);
            } else {
                others.push(index);
            }
        }
        order.extend(members.into_iter().zip(predict(&together)?));
        left = others;
    }
    order.sort_by_key(|(index, _)| *index);
    Ok(order.into_iter().map(|(_, prediction)| prediction).collect())
}

/// A batch of samples as so many for each of several courses.
///
/// # Errors
/// When there are fewer.
pub fn parted(batch: &Tensor, counts: &[usize]) -> candle_core::Result<Vec<Tensor>> {
    let mut begin = 0;
    let part = |&count: &usize| {
        begin += count;
        batch.narrow(0, begin - count, count)
    };
    counts.iter().map(part).collect()
}

/// Runs a diffusion model as a pipeline.
pub struct Runner<M: Diffusion> {
    model: M,
    texts: Texts<M::Text>,
    terms: Terms,
    description: Description,
}

impl<M: Diffusion> Runner<M> {
    /// A loaded model, and what a record says of it.
    pub fn new(model: M, description: Description) -> Self {
        Self { terms: model.terms(), texts: Texts::default(), model, description }
    }
}

/// A request between its stages. Its course begins with its first step, whose time includes that.
struct Running<M: Diffusion> {
    request: Request,
    phase: Phase<M>,
}

enum Phase<M: Diffusion> {
    Encoded(Rc<M::Text>),
    Denoising(M::Course),
}

impl<M: Diffusion + 'static> Runner<M> {
    fn course<'s>(model: &M, state: &'s mut State) -> Result<&'s mut M::Course> {
        let running: &mut Running<M> = state.get_mut()?;
        if let Phase::Encoded(text) = &running.phase {
            running.phase = Phase::Denoising(model.begin(&running.request, text)?);
        }
        match &mut running.phase {
            Phase::Denoising(course) => Ok(course),
            Phase::Encoded(_) => unreachable!("it was begun above"),
        }
    }
}

impl<M: Diffusion + 'static> Pipeline for Runner<M> {
    fn prepare(&mut self, request: &Request, clock: &mut StageClock<'_>) -> Result<State> {
        self.terms.check(request)?;
        let Self { model, texts, .. } = self;
        let text = clock.stage(TEXT_ENCODER, |_| texts.of(request, || model.encode(request)))?;
        let phase = Phase::<M>::Encoded(text);
        Ok(State::with_steps(Running { request: request.clone(), phase }))
    }

    fn step(&mut self, states: &mut [&mut State]) -> Result<()> {
        let courses = states.iter_mut().map(|state| Self::course(&self.model, state));
        let mut courses = courses.collect::<Result<Vec<_>>>()?;
        let _kept = device::keep_shapes(self.model.device());
        let outcome = self.model.step(&mut courses);
        // where one solver failed, others may have moved
        let done: Vec<bool> = courses.iter().map(|course| course.is_done()).collect();
        for (state, is_done) in states.iter_mut().zip(done) {
            state.set_done(is_done);
        }
        outcome
    }

    fn finish(&mut self, mut state: State, clock: &mut StageClock<'_>) -> Result<Output> {
        let latents = Self::course(&self.model, &mut state)?.latents()?;
        let running: Running<M> = state.into_inner()?;
        let _kept = device::keep_shapes(self.model.device());
        let output = clock.stage(VAE_DECODE, |_| self.model.decode(&running.request, &latents))?;
        support::check_finite(&latents)?;
        Ok(output)
    }

    fn latents(&mut self, state: &mut State) -> Result<Vec<f32>> {
        let latents = Self::course(&self.model, state)?.latents()?;
        let latents = latents.to_device(&Device::Cpu)?.to_dtype(DType::F32)?;
        Ok(latents.flatten_all()?.to_vec1()?)
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

    fn keep_texts(&mut self, most: usize) {
        self.texts.keep(most);
    }

    fn gpu_monitor(&self) -> Option<Monitor> {
        device::monitor(self.model.device())
    }

    fn memory_gauge(&self) -> Option<MemoryGauge> {
        device::memory_gauge(self.model.device())
    }

    fn memory_source(&self) -> MemorySource {
        support::memory_source(self.model.device())
    }
}
