//! A request for a video: a job, and looks at it until it is completed.
//!
//! The interval of the looks is no part of the latency: the server's own account of when the job ended is
//! taken where it gives one, within the two looks between which it must lie. Elsewhere the looks come so
//! often that the error is small, and it is stated.

use std::time::Duration;

use bytes::Bytes;
use hyper::{HeaderMap, Method};
use tokio::time::sleep;

use super::{
    deadline::Deadline,
    drive::{Answered, Clock},
    exchange::Server,
};
use crate::{
    outcome::{Outcome, Problem},
    protocol::{Progress, VideoJob, durations_s, job},
    request::{Answer, EndedBy, Video},
};

/// A look comes at the latest after this part of the time that the job has taken so far.
const PART_OF_ELAPSED: f64 = 0.01;
/// How long a job that is given up may take to be deleted.
const DELETING: Duration = Duration::from_secs(2);

/// How a job is asked for.
pub(super) struct Asking<'a> {
    pub server: &'a Server,
    pub clock: Clock,
    pub path: &'a str,
    /// The shortest time between two looks.
    pub interval: Duration,
}

/// What is known of a job.
struct Seen {
    status: u16,
    job: VideoJob,
    /// The server's durations, in seconds from the request to the file.
    own_s: Option<f64>,
}

impl Asking<'_> {
    /// Asks for a video, and waits until it is completed.
    pub async fn ask(&self, body: Bytes, time: Duration) -> Answered {
        let mut deadline = Deadline::after(time);
        let asked_s = self.clock.now_s();
        let mut seen = match self.look(&mut deadline, Method::POST, self.path, body).await {
            Ok(seen) => seen,
            Err((status, problem)) => return Answered::failed(self.clock, status, problem),
        };
        let place = format!("{}/{}", self.path, seen.job.id);
        let (mut looked_s, mut within_s) = (asked_s, 0.0);
        loop {
            match seen.job.progress.clone() {
                Progress::Completed => break,
                Progress::Waiting => {}
                Progress::Failed(problem) => {
                    return Answered::failed(self.clock, Some(seen.status), problem);
                }
            }
            let elapsed_s = self.clock.now_s() - asked_s;
            let pause = self.interval.max(Duration::from_secs_f64(elapsed_s * PART_OF_ELAPSED));
            if deadline.within(sleep(pause)).await.is_err() {
                return self.give_up(&place, seen.status).await;
            }
            let before_s = looked_s;
            looked_s = self.clock.now_s();
            seen = match self.look(&mut deadline, Method::GET, &place, Bytes::new()).await {
                Ok(seen) => seen,
                Err((status, problem)) if problem.outcome == Outcome::Timeout => {
                    return self.give_up(&place, status.unwrap_or(seen.status)).await;
                }
                Err((status, problem)) => return Answered::failed(self.clock, status, problem),
            };
            // at the last look before this one it was not completed
            within_s = self.clock.now_s() - before_s;
        }
        self.completed(&seen, asked_s, within_s)
    }

    fn completed(&self, seen: &Seen, asked_s: f64, within_s: f64) -> Answered {
        let seen_s = self.clock.now_s();
        let own_s = seen.own_s.or(seen.job.own_s);
        let (end_s, end) = match own_s {
            Some(own_s) => {
                let earliest_s = (seen_s - within_s).min(seen_s);
                ((asked_s + own_s).clamp(earliest_s, seen_s), EndedBy::Server)
            }
            None => (seen_s, EndedBy::Look { within_s }),
        };
        let VideoJob { inference_s, peak_memory_mb, .. } = seen.job;
        let answer = Answer::Video(Video { end, inference_s, peak_memory_mb });
        Answered { end_s, status: Some(seen.status), problem: None, answer }
    }

    /// Says that the time was over, and lets the server work on something else.
    async fn give_up(&self, place: &str, status: u16) -> Answered {
        let problem = Problem::new(Outcome::Timeout, "the video was not completed in time");
        let answered = Answered::failed(self.clock, Some(status), problem);
        let mut deadline = Deadline::after(DELETING);
        // a server that does not delete has its own reasons
        let _ = self.look(&mut deadline, Method::DELETE, place, Bytes::new()).await;
        answered
    }

    async fn look(
        &self,
        deadline: &mut Deadline,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<Seen, (Option<u16>, Problem)> {
        let exchange = self.server.exchange(deadline, method, path, body).await;
        let mut exchange = exchange.map_err(|problem| (None, problem))?;
        let status = exchange.status.as_u16();
        let body = exchange.success(deadline).await.map_err(|problem| (Some(status), problem))?;
        let own_s = stage_durations(&exchange.headers);
        exchange.keep(self.server).await;
        let job = job(&body).map_err(|problem| (Some(status), problem))?;
        Ok(Seen { status, job, own_s })
    }
}

fn stage_durations(headers: &HeaderMap) -> Option<f64> {
    durations_s(headers.get("x-stage-durations")?.to_str().ok()?)
}
