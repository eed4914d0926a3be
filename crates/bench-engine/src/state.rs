//! A request in the course of its generation.

use std::any::Any;

use anyhow::{Result, anyhow};

/// What a pipeline keeps of a request between [`prepare`](crate::Pipeline::prepare) and
/// [`finish`](crate::Pipeline::finish).
pub struct State {
    inner: Box<dyn Any>,
    is_done: bool,
}

impl State {
    /// A state that is to be stepped.
    pub fn with_steps(inner: impl Any) -> Self {
        Self { inner: Box::new(inner), is_done: false }
    }

    /// A state whose steps nobody but the pipeline sees.
    pub fn without_steps(inner: impl Any) -> Self {
        Self { inner: Box::new(inner), is_done: true }
    }

    /// Whether no step is left.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.is_done
    }

    /// Says whether no step is left.
    pub fn set_done(&mut self, is_done: bool) {
        self.is_done = is_done;
    }

    /// What the pipeline keeps.
    ///
    /// # Errors
    /// Where another pipeline made the state.
    pub fn get_mut<T: Any>(&mut self) -> Result<&mut T> {
        self.inner.downcast_mut().ok_or_else(of_another)
    }

    /// As [`State::get_mut`], at the end.
    ///
    /// # Errors
    /// As there.
    pub fn into_inner<T: Any>(self) -> Result<T> {
        self.inner.downcast().map(|inner| *inner).map_err(|_| of_another())
    }
}

fn of_another() -> anyhow::Error {
    anyhow!("the state was prepared by another pipeline")
}
