//! Members of a batch that failed: each runs again, alone.

use std::{sync::atomic::Ordering, time::Instant};

use super::{Device, for_client, member::Member};
use crate::queue::Failure;

/// What became of a member of a batch that failed, once it ran alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alone {
    /// Its steps were done.
    Made,
    /// It failed, or nobody wanted it any more.
    NotMade,
}

impl Device {
    /// From its beginning to its end, with nobody else: its state may have been damaged with others'.
    pub(super) fn run_alone(&mut self, mut member: Member) -> Alone {
        if let Some(failure) = member.why_go(self.aborts.load(Ordering::Relaxed)) {
            member.fail(failure);
            return Alone::NotMade;
        }
        let pipeline = &mut self.pipelines[member.work.signature.model];
        match pipeline.prepare(&member.work.request) {
            Ok(state) => member.begin_again(state),
            Err(error) => {
                member.fail(Failure::Failed(for_client(&error)));
                return Alone::NotMade;
            }
        }
        let Some(told) = self.tell(member) else { return Alone::NotMade };
        member = told;
        while !member.is_done() {
            let pipeline = &mut self.pipelines[member.work.signature.model];
            let began = Instant::now();
            if let Err(error) = pipeline.step(&mut [member.state()]) {
                log::warn!("request {} failed alone: {error:#}", member.work.id);
                member.fail(Failure::Failed(for_client(&error)));
                return Alone::NotMade;
            }
            self.metrics.stepped(1);
            member.stepped(began.elapsed(), 1);
            let Some(told) = self.tell(member) else { return Alone::NotMade };
            member = told;
            if let Some(failure) = member.why_go(self.aborts.load(Ordering::Relaxed)) {
                member.fail(failure);
                return Alone::NotMade;
            }
        }
        self.end(member);
        Alone::Made
    }
}
