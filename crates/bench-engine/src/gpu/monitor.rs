//! Asks a driver every 100 ms while a trial runs, on a thread of its own.

use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use bench_records::gpu_use::GpuUse;

use super::{Driver, MemoryPool, PoolPeaks, Reading, summary};

const PERIOD: Duration = Duration::from_millis(100);

enum Order {
    Begin,
    End(Sender<Vec<summary::Sample>>),
}

/// Watches one GPU, trial by trial.
pub struct Monitor {
    /// Ends the thread when it is dropped.
    orders: Sender<Order>,
    pool: Option<Box<dyn MemoryPool>>,
    /// Why the pool tells nothing about the trial under way.
    pool_reason: Option<String>,
}

impl Monitor {
    /// One that asks `driver`; a part that cannot be asked comes with the reason.
    pub fn of(
        driver: Result<Box<dyn Driver>, String>,
        pool: Result<Box<dyn MemoryPool>, String>,
    ) -> Self {
        let (orders, received) = mpsc::channel();
        thread::spawn(move || serve(driver, &received));
        let (pool, pool_reason) = match pool {
            Ok(pool) => (Some(pool), None),
            Err(reason) => (None, Some(reason)),
        };
        Self { orders, pool, pool_reason }
    }

    /// A trial begins.
    pub fn begin(&mut self) {
        if let Some(pool) = &self.pool {
            self.pool_reason = pool.reset().err();
        }
        // a thread that is gone is told by what `end` finds
        let _ = self.orders.send(Order::Begin);
    }

    /// The trial is over.
    pub fn end(&mut self) -> GpuUse {
        let peaks = self.peaks();
        let (reply, samples) = mpsc::channel();
        let _ = self.orders.send(Order::End(reply));
        summary::summarize(&samples.recv().unwrap_or_default(), &peaks)
    }

    fn peaks(&self) -> PoolPeaks {
        match (&self.pool, &self.pool_reason) {
            (Some(pool), None) => pool.peaks(),
            (_, reason) => {
                let reason = reason.clone().unwrap_or_default();
                PoolPeaks {
                    used_mb: Err(reason.clone()),
                    reserved_mb: Err(reason.clone()),
                    release_threshold_bytes: Err(reason),
                }
            }
        }
    }
}

fn serve(driver: Result<Box<dyn Driver>, String>, orders: &Receiver<Order>) {
    let mut read: Box<dyn FnMut() -> Reading> = match driver {
        Ok(mut driver) => Box::new(move || driver.read()),
        Err(reason) => Box::new(move || Reading::unknown(&reason)),
    };
    while let Ok(order) = orders.recv() {
        match order {
            Order::Begin => {
                let Some((reply, samples)) = watch(&mut read, orders) else { return };
                // who does not wait for the samples does not want them
                let _ = reply.send(samples);
            }
            Order::End(reply) => {
                let _ = reply.send(Vec::new());
            }
        }
    }
}

/// Readings from now until the end of the trial, both included.
fn watch(
    read: &mut dyn FnMut() -> Reading,
    orders: &Receiver<Order>,
) -> Option<(Sender<Vec<summary::Sample>>, Vec<summary::Sample>)> {
    let mut began = Instant::now();
    let mut samples = vec![(0.0, read())];
    loop {
        let order = orders.recv_timeout(PERIOD);
        if matches!(order, Ok(Order::Begin)) {
            // the trial before broke off
            (began, samples) = (Instant::now(), Vec::new());
        }
        samples.push((began.elapsed().as_secs_f64(), read()));
        match order {
            Ok(Order::End(reply)) => return Some((reply, samples)),
            Err(RecvTimeoutError::Disconnected) => return None,
            Ok(Order::Begin) | Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{cell::Cell, rc::Rc};

    use super::*;
    use crate::gpu::Figure;

    /// Its counter rises by 2 J with each reading.
    struct Counting(f64);

    impl Driver for Counting {
        fn read(&mut self) -> Reading {
            self.0 += 2.0;
            Reading { energy_counter_j: Ok(self.0), ..Reading::unknown("not asked") }
        }
    }

    #[derive(Clone, Default)]
    struct Pool {
        resets: Rc<Cell<u32>>,
        refuses: bool,
    }

    impl MemoryPool for Pool {
        fn reset(&self) -> Figure<()> {
            self.resets.set(self.resets.get() + 1);
            if self.refuses { Err("refused".to_owned()) } else { Ok(()) }
        }

        fn peaks(&self) -> PoolPeaks {
            let used = f64::from(self.resets.get());
            PoolPeaks {
                used_mb: Ok(used),
                reserved_mb: Ok(2.0 * used),
                release_threshold_bytes: Ok(u64::MAX),
            }
        }
    }

    #[test]
    fn a_trial_has_a_reading_at_its_beginning_and_one_at_its_end() {
        let mut monitor = Monitor::of(Ok(Box::new(Counting(0.0))), Err("no pool".to_owned()));
        for _ in 0..3 {
            monitor.begin();
            let used = monitor.end();
            assert!(used.samples >= 2);
            assert_eq!(used.energy_j, Some(2.0 * f64::from(used.samples - 1)));
            assert_eq!(used.unmeasured["pool_used_mb"], "no pool");
        }
    }

    #[test]
    fn a_trial_that_broke_off_leaves_nothing_to_the_next() {
        let mut monitor = Monitor::of(Ok(Box::new(Counting(0.0))), Err("no pool".to_owned()));
        monitor.begin();
        monitor.begin();
        let used = monitor.end();
        assert_eq!(used.energy_j, Some(2.0 * f64::from(used.samples - 1)));
    }

    #[test]
    fn the_pool_is_reset_before_each_trial() {
        let pool = Pool::default();
        let mut monitor = Monitor::of(Err("no NVML".to_owned()), Ok(Box::new(pool.clone())));
        for trial in 1..=2 {
            monitor.begin();
            let used = monitor.end();
            assert_eq!((pool.resets.get(), used.pool_used_mb), (trial, Some(f64::from(trial))));
            assert_eq!(used.unmeasured["utilization_pct"], "no NVML");
            assert_eq!(used.pool_release_threshold_bytes, Some(u64::MAX));
        }
    }

    #[test]
    fn a_pool_that_cannot_be_reset_tells_no_peak() {
        let pool = Pool { refuses: true, ..Pool::default() };
        let mut monitor = Monitor::of(Err("no NVML".to_owned()), Ok(Box::new(pool)));
        monitor.begin();
        let used = monitor.end();
        assert_eq!((used.pool_used_mb, &*used.unmeasured["pool_used_mb"]), (None, "refused"));
    }
}
