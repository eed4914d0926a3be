//! The two ends of the queue: handlers submit and cancel, the device asks.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, oneshot};

use super::{Group, New, Refusal, Ticket, Work};
use crate::{
    batching::{Cap, DeviceMemory},
    signature::Signature,
};

/// What the task is told.
#[derive(Debug)]
pub enum Command {
    Submit {
        works: Vec<Work>,
        limits: Vec<(Signature, Cap)>,
        room: Room,
        reply: oneshot::Sender<Result<(), Refusal>>,
    },
    Cancel(u64),
    Ask(Ask),
    Served(Duration),
    /// A step of so many requests took so long.
    Stepped(Signature, usize, Duration),
    /// Memory of the device limits batches.
    Memory(DeviceMemory),
    /// While so many requests were under way, so many MB were in use at the peak.
    Used(Signature, usize, f64),
    /// A batch of so many failed, and each of its members succeeded alone.
    BatchFailed(Signature, usize),
    Drain,
    /// It is time to look whether somebody has waited long enough for company.
    Look,
}

/// Whether there must be room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    Needed,
    Made,
}

/// The device asks who comes next.
#[derive(Debug)]
pub struct Ask {
    /// What it is computing.
    pub group: Group,
    /// Where the answer goes; it comes at once where the device is computing.
    pub answer: oneshot::Sender<Answer>,
}

/// What the device is told.
#[derive(Debug)]
pub enum Answer {
    /// These begin now.
    Join(Vec<Work>),
    /// Nothing more will come.
    End,
}

/// The queue, as handlers have it.
#[derive(Debug, Clone)]
pub struct Queue {
    commands: mpsc::UnboundedSender<Command>,
    next_id: Arc<AtomicU64>,
}

/// The queue, as the device has it.
#[derive(Debug)]
pub struct Desk {
    commands: mpsc::UnboundedSender<Command>,
}

/// Both ends, and what comes from them.
pub(super) fn ends() -> (Queue, Desk, mpsc::UnboundedReceiver<Command>) {
    let (commands, received) = mpsc::unbounded_channel();
    let queue = Queue { commands: commands.clone(), next_id: Arc::default() };
    (queue, Desk { commands }, received)
}

impl Queue {
    /// All of these requests begin to wait, or none does.
    ///
    /// # Errors
    /// There is no room, or the server is ending.
    pub async fn submit(&self, new: Vec<New>) -> Result<Vec<Ticket>, Refusal> {
        self.send(new, Room::Needed).await
    }

    /// The same for what was taken before: room or not.
    ///
    /// # Errors
    /// The server is ending.
    pub async fn submit_again(&self, new: Vec<New>) -> Result<Vec<Ticket>, Refusal> {
        self.send(new, Room::Made).await
    }

    async fn send(&self, new: Vec<New>, room: Room) -> Result<Vec<Ticket>, Refusal> {
        let (mut tickets, mut works, mut limits) = (Vec::new(), Vec::new(), Vec::new());
        for New { signature, cap, request, tokens } in new {
            let id = self.next_id.fetch_add(1, Ordering::Relaxed);
            let (ticket, progress, waiter) = Ticket::of(id, self.commands.clone());
            tickets.push(ticket);
            limits.push((signature, cap));
            let since = Instant::now();
            works.push(Work { id, signature, request, tokens, since, progress, waiter });
        }
        let (sender, answer) = oneshot::channel();
        let gone = Refusal::Draining { retry_after_s: 1 };
        self.commands
            .send(Command::Submit { works, limits, room, reply: sender })
            .map_err(|_| gone)?;
        answer.await.unwrap_or(Err(gone))?;
        Ok(tickets)
    }

    /// Nothing more is taken, what waits fails, and what the device has may end.
    pub fn drain(&self) {
        let _ = self.commands.send(Command::Drain);
    }
}

impl Desk {
    /// Who comes next; waits where nobody does and the group is empty.
    #[must_use]
    pub fn ask(&self, group: Group) -> Answer {
        let (sender, answer) = oneshot::channel();
        if self.commands.send(Command::Ask(Ask { group, answer: sender })).is_err() {
            return Answer::End;
        }
        answer.blocking_recv().unwrap_or(Answer::End)
    }

    /// A request took so much of the device's time, its share of batches counted.
    pub fn served(&self, share: Duration) {
        let _ = self.commands.send(Command::Served(share));
    }
}

impl Desk {
    /// A step of so many requests took so long.
    pub fn stepped(&self, signature: Signature, size: usize, took: Duration) {
        let _ = self.commands.send(Command::Stepped(signature, size, took));
    }

    /// Memory of the device limits batches.
    pub fn limit_memory(&self, memory: DeviceMemory) {
        let _ = self.commands.send(Command::Memory(memory));
    }

    /// While so many requests were under way, so many MB of 1024² were in use at the peak.
    pub fn used(&self, signature: Signature, size: usize, peak_mb: f64) {
        let _ = self.commands.send(Command::Used(signature, size, peak_mb));
    }

    /// A batch of so many failed, and each of its members succeeded alone.
    pub fn batch_failed(&self, signature: Signature, size: usize) {
        let _ = self.commands.send(Command::BatchFailed(signature, size));
    }
}

impl Drop for Desk {
    /// Without a device nothing is computed any more: what waits must not wait for ever.
    fn drop(&mut self) {
        let _ = self.commands.send(Command::Drain);
    }
}
