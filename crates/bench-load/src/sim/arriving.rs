//! The clock: arrivals of a plan and events of a server, in the order of their times.

use std::{cmp::Reverse, collections::BinaryHeap};

use super::machine::{Admission, Finished, Serve};
use crate::{
    arrivals::{Plan, Users},
    observed::Observation,
};

/// A request that is on its way; those of one time come in the order of their users.
type Coming = Reverse<(u64, usize, usize)>;

/// Where requests come from.
enum Source<'p> {
    /// Times that are known, the next one first.
    Open(std::iter::Peekable<std::vec::IntoIter<u64>>),
    Closed {
        users: &'p Users,
        coming: BinaryHeap<Coming>,
        /// Requests that may still start.
        left: usize,
        until_ns: u64,
    },
}

/// A request that was sent.
struct Sent {
    at_ns: u64,
    user: usize,
    turn: usize,
}

/// Runs a plan to its end.
pub(super) fn drive(mut server: impl Serve, plan: &Plan) -> Vec<Observation> {
    let mut source = Source::new(plan);
    let (mut sent, mut observations, mut finished) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        // what ends at a time makes room for what arrives at it
        match (server.next_event_ns(), source.next_ns()) {
            (Some(event), next) if next.is_none_or(|next| event <= next) => {
                server.advance(event, &mut finished);
                for one in finished.drain(..) {
                    conclude(one, &sent, &mut observations, &mut source);
                }
            }
            (_, Some(now)) => {
                let Some((user, turn)) = source.take() else { continue };
                let request = sent.len();
                sent.push(Sent { at_ns: now, user, turn });
                let at_s = now as f64 / 1e9;
                observations.push(Observation { scheduled_s: at_s, ended_s: at_s, answer: None });
                if server.arrive(request, now) == Admission::Refused {
                    source.answered(user, turn, now);
                }
            }
            (_, None) => return observations,
        }
    }
}

fn conclude(one: Finished, sent: &[Sent], observations: &mut [Observation], source: &mut Source) {
    let (request, end_ns) = (one.request, one.end_ns);
    let Sent { at_ns, user, turn } = sent[request];
    observations[request].ended_s = end_ns as f64 / 1e9;
    observations[request].answer = Some(one.answer(at_ns));
    source.answered(user, turn, end_ns);
}

impl<'p> Source<'p> {
    fn new(plan: &'p Plan) -> Self {
        match plan {
            Plan::Open(schedule) => {
                let times: Vec<u64> =
                    schedule.requests().iter().map(|request| request.at_ns).collect();
                Self::Open(times.into_iter().peekable())
            }
            Plan::Closed(users) => {
                let first = |user| Reverse((users.pause_ns(user, 0), user, 0));
                let length = users.length();
                Self::Closed {
                    users,
                    coming: (0..users.count()).map(first).collect(),
                    left: length.requests().unwrap_or(usize::MAX),
                    until_ns: length.seconds().map_or(u64::MAX, |seconds| (seconds * 1e9) as u64),
                }
            }
        }
    }

    fn next_ns(&mut self) -> Option<u64> {
        match self {
            Self::Open(times) => times.peek().copied(),
            Self::Closed { coming, left, until_ns, .. } => {
                let Reverse((at_ns, ..)) = coming.peek()?;
                (*left > 0 && at_ns < until_ns).then_some(*at_ns)
            }
        }
    }

    /// The user and turn of the next request.
    fn take(&mut self) -> Option<(usize, usize)> {
        match self {
            Self::Open(times) => times.next().map(|_| (0, 0)),
            Self::Closed { coming, left, .. } => {
                let Reverse((_, user, turn)) = coming.pop()?;
                *left -= 1;
                Some((user, turn))
            }
        }
    }

    fn answered(&mut self, user: usize, turn: usize, now_ns: u64) {
        if let Self::Closed { users, coming, .. } = self {
            // somebody who is refused at once and asks again at once would stop the clock
            let at_ns = now_ns + users.pause_ns(user, turn + 1).max(1);
            coming.push(Reverse((at_ns, user, turn + 1)));
        }
    }
}
