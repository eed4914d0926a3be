//! A load test that ends where the run is interrupted.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use bench_load::client::{Stop, stop};

use crate::measure::interrupt;

/// How often an interruption is looked for.
const LOOK: Duration = Duration::from_millis(20);

/// Does work that stops where the run is interrupted.
pub(in crate::run) fn until_interrupted<T>(work: impl FnOnce(&Stop) -> T) -> T {
    let (stop, is_over) = (stop(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                if interrupt::is_requested() {
                    return stop.request();
                }
                thread::sleep(LOOK);
            }
        });
        // the watcher must end, whatever becomes of the work
        let _over = Over(&is_over);
        work(&stop)
    })
}

/// Says that it is over when it goes.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
