//! What a loaded model takes, known without the thread that it computes on.

use std::{fmt, sync::Arc};

use anyhow::{Context as _, Result};
use bench_records::config::Shape;

use crate::{Request, TextRequest, TextTerms};

type Check = dyn Fn(&Request) -> Result<()> + Send + Sync;
type Tokenize = dyn Fn(&TextRequest) -> Result<Vec<u32>> + Send + Sync;

/// What a loaded model takes: any thread may ask, at any time.
#[derive(Clone)]
pub struct Terms {
    /// What a request gets that leaves everything open, as far as the pipeline knows it.
    pub defaults: Shape,
    /// Parameters that change nothing of what the model makes.
    pub ignored: &'static [&'static str],
    /// Where the model answers in text: what it takes.
    pub text: Option<TextTerms>,
    /// What the model's files ask for that is not followed, in words.
    pub doubts: Vec<String>,
    check: Arc<Check>,
    tokenize: Option<Arc<Tokenize>>,
}

impl Terms {
    /// Terms by which `check` passes requests.
    pub fn new(
        defaults: Shape,
        check: impl Fn(&Request) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        let (text, tokenize) = (None, None);
        Self { defaults, ignored: &[], text, doubts: Vec::new(), check: Arc::new(check), tokenize }
    }

    /// The same for a model that these parameters change nothing of.
    #[must_use]
    pub fn ignoring(self, ignored: &'static [&'static str]) -> Self {
        Self { ignored, ..self }
    }

    /// The same for a model whose files ask for what is not followed.
    #[must_use]
    pub fn doubting(self, doubts: Vec<String>) -> Self {
        Self { doubts, ..self }
    }

    /// The same for a model that answers in text, `tokenize` making the tokens of a prompt.
    #[must_use]
    pub fn of_text(
        self,
        text: TextTerms,
        tokenize: impl Fn(&TextRequest) -> Result<Vec<u32>> + Send + Sync + 'static,
    ) -> Self {
        Self { text: Some(text), tokenize: Some(Arc::new(tokenize)), ..self }
    }

    /// Passes a request that fits the model.
    ///
    /// # Errors
    /// What does not fit, with its field.
    pub fn check(&self, request: &Request) -> Result<()> {
        (self.check)(request)
    }

    /// The tokens of a prompt.
    ///
    /// # Errors
    /// A conversation that the model's template does not take, an empty prompt, or a model that takes no text.
    pub fn tokens(&self, request: &TextRequest) -> Result<Vec<u32>> {
        let tokenize = self.tokenize.as_ref().context("the model takes no text")?;
        tokenize(request)
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
