//! What a loaded model takes, known without the thread that it computes on.

use std::{fmt, sync::Arc};

use anyhow::Result;
use bench_records::config::Shape;

use crate::{Request, TextTerms};

type Check = dyn Fn(&Request) -> Result<()> + Send + Sync;

/// What a loaded model takes: any thread may ask, at any time.
#[derive(Clone)]
pub struct Terms {
    /// What a request gets that leaves everything open, as far as the pipeline knows it.
    pub defaults: Shape,
    /// Parameters that change nothing of what the model makes.
    pub ignored: &'static [&'static str],
    /// Where the model answers in text: what it takes.
    pub text: Option<TextTerms>,
    check: Arc<Check>,
}

impl Terms {
    /// Terms by which `check` passes requests.
    pub fn new(
        defaults: Shape,
        check: impl Fn(&Request) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { defaults, ignored: &[], text: None, check: Arc::new(check) }
    }

    /// The same for a model that these parameters change nothing of.
    #[must_use]
    pub fn ignoring(self, ignored: &'static [&'static str]) -> Self {
        Self { ignored, ..self }
    }

    /// The same for a model that answers in text.
    #[must_use]
    pub fn of_text(self, text: TextTerms) -> Self {
        Self { text: Some(text), ..self }
    }

    /// Passes a request that fits the model.
    ///
    /// # Errors
    /// What does not fit, with its field.
    pub fn check(&self, request: &Request) -> Result<()> {
        (self.check)(request)
    }
}

impl Default for Terms {
    /// Anything may come.
    fn default() -> Self {
        Self::new(Shape::default(), |_| Ok(()))
    }
}

impl fmt::Debug for Terms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terms").field("defaults", &self.defaults).finish_non_exhaustive()
    }
}

/// The parameter that a pipeline refused a request for, and why; `None` where that is not the reason.
#[must_use]
pub fn refused_parameter(error: &anyhow::Error) -> Option<(String, String)> {
    #[cfg(feature = "candle")]
    for cause in error.chain() {
        if let Some(crate::error::PipelineError::BadParameter { parameter, .. }) =
            cause.downcast_ref()
        {
            return Some(((*parameter).to_owned(), cause.to_string()));
        }
    }
    if let Some(refused) = error.chain().find_map(|cause| cause.downcast_ref::<Refused>()) {
        return Some((refused.parameter.to_owned(), refused.to_string()));
    }
    // what is at fault in a configuration too
    let said = error.root_cause().to_string();
    let problem = said.strip_prefix("generation_kwargs.")?;
    let (parameter, _) = problem.split_once(' ')?;
    Some((parameter.to_owned(), problem.to_owned()))
}

/// A parameter that a family cannot follow.
#[derive(Debug, thiserror::Error)]
#[error("{parameter} {problem}")]
pub struct Refused {
    /// The parameter.
    pub parameter: &'static str,
    /// What is wrong with it, and what to do.
    pub problem: String,
}
