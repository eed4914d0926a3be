//! What happens once a reader rests: a browser takes a millisecond and more for each change of the
//! address, and refuses some of many.

use std::time::Duration;

use leptos::prelude::*;

/// How long nothing is asked for before the last is done.
const REST: Duration = Duration::from_millis(200);

/// Does what was asked of it last, once nothing was asked of it for a while.
#[derive(Debug, Clone, Copy)]
pub struct WhenIdle(StoredValue<Option<TimeoutHandle>>);

impl WhenIdle {
    /// One that has nothing to do; what it has to do is given up along with the page.
    #[must_use]
    pub fn idle() -> Self {
        let this = Self(StoredValue::new(None));
        on_cleanup(move || {
            this.give_up();
        });
        this
    }

    /// Does this at rest, in place of what was asked before.
    pub fn ask(&self, work: impl FnOnce() + 'static) {
        self.give_up();
        let this = *self;
        let work = move || {
            // it is done now, and no longer to be given up
            this.0.try_set_value(None);
            work();
        };
        self.0.set_value(set_timeout_with_handle(work, REST).ok());
    }

    /// Does nothing; whether there was something to do.
    pub fn give_up(&self) -> bool {
        let timer = self.0.try_update_value(Option::take).flatten();
        timer.inspect(TimeoutHandle::clear).is_some()
    }
}
