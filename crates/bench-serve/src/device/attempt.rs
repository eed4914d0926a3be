//! Work of a model that may panic.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Result, anyhow};

/// Runs `work`; a panic is an error.
pub fn attempt<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // whatever the work has touched is given up after a panic
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(anyhow!("the pipeline panicked: {}", said.unwrap_or("without words")))
    })
}
