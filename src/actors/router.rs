//! Owns the router: feeds it inputs and the time, and hands on what it decides, in order.
//!
//! Ends with the process. Inputs wait in a bounded mailbox; who is over it waits for a permit.

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;
use model::{AgentId, QueueId, TaskId, Timestamp};
use routing::{
    Board, Configuration, Explanation, Input, Opening, Output, Pickable, Place, Record, Refusal, Router,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::foundation::now;
use crate::recording::Recorder;

/// Inputs that may wait; past it senders wait for a permit.
const MOST_WAITING: usize = 8_192;
/// The timer looks again at least this often, so that a changed wall clock is noticed.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);

/// The router does not answer: the process is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the router is gone")]
pub struct RouterGone;

#[derive(Clone)]
pub struct RouterHandle {
    address: Addr<RoutingActor>,
    permits: Arc<Semaphore>,
}

impl RouterHandle {
    /// Feeds one input; answers why it was refused, if it was. What else follows goes the way of all
    /// outputs.
    pub async fn feed(&self, input: Input) -> Result<Option<Refusal>, RouterGone> {
        let permit = self.permits.clone().acquire_owned().await.map_err(|_| RouterGone)?;
        self.address.send(Feed { input, _permit: permit }).await.map_err(|_| RouterGone)
    }

    pub async fn explain(&self, task: TaskId) -> Option<Explanation> {
        self.address.send(Explain(task)).await.ok().flatten()
    }

    /// What the agent may pick.
    pub async fn pickable(&self, agent: AgentId) -> Vec<Pickable> {
        self.address.send(ListPickable(agent)).await.unwrap_or_default()
    }

    pub async fn place(&self, task: TaskId) -> Option<Place> {
        self.address.send(WherePlaced(task)).await.ok().flatten()
    }

    /// Whether a queue is open; none if there is no such queue, or the router is gone.
    pub async fn opening(&self, queue: QueueId) -> Option<Opening> {
        self.address.send(IsOpen(queue)).await.ok().flatten()
    }

    pub async fn board(&self) -> Option<Board> {
        self.address.send(LookAtBoard).await.ok()
    }
}

#[derive(Message)]
#[rtype(result = "Option<Refusal>")]
struct Feed {
    input: Input,
    _permit: OwnedSemaphorePermit,
}

#[derive(Message)]
#[rtype(result = "Option<Explanation>")]
struct Explain(TaskId);

#[derive(Message)]
#[rtype(result = "Vec<Pickable>")]
struct ListPickable(AgentId);

#[derive(Message)]
#[rtype(result = "Option<Place>")]
struct WherePlaced(TaskId);

#[derive(Message)]
#[rtype(result = "Option<Opening>")]
struct IsOpen(QueueId);

#[derive(Message)]
#[rtype(result = "Board")]
struct LookAtBoard;

pub struct RoutingActor {
    router: Router,
    /// Told of each input before the router is.
    recorder: Recorder,
    /// What follows from one input comes as one. Unbounded in type; bounded in fact, for an input yields
    /// a bounded number of outputs and inputs take permits.
    outputs: mpsc::UnboundedSender<Vec<Output>>,
    buffer: Vec<Output>,
    /// With when it rings.
    timer: Option<(SpawnHandle, Timestamp)>,
}

impl RoutingActor {
    /// Starts a router on a thread of its own arbiter; its outputs go to `outputs` in order, those of one
    /// input as one, its inputs to `recorder`. `seed` is another one for each start.
    pub fn spawn(
        arbiter: &ArbiterHandle,
        configuration: Configuration,
        seed: u128,
        mut recorder: Recorder,
        outputs: mpsc::UnboundedSender<Vec<Output>>,
    ) -> RouterHandle {
        recorder.note(Record::started(&configuration, seed));
        let address = Self::start_in_arbiter(arbiter, move |_| Self {
            router: Router::new(configuration, seed),
            recorder,
            outputs,
            buffer: Vec::new(),
            timer: None,
        });
        RouterHandle { address, permits: Arc::new(Semaphore::new(MOST_WAITING)) }
    }

    fn feed(&mut self, input: Input, context: &mut Context<Self>) -> Option<Refusal> {
        let at = now();
        if self.router.is_worth_recording(at, &input) {
            self.recorder.note(Record::Fed { at, input: Box::new(input.clone()) });
        }
        self.router.handle(at, input, &mut self.buffer);
        let mut refused = None;
        let mut outputs = std::mem::take(&mut self.buffer);
        outputs.retain(|output| match output {
            Output::Refused { refusal } => {
                refused = Some(refusal.clone());
                false
            }
            _ => true,
        });
        if !outputs.is_empty() {
            // The receiver ends with the process.
            drop(self.outputs.send(outputs));
        }
        self.set_timer(context);
        refused
    }

    /// One that rings too early stays: it sets the next one.
    fn set_timer(&mut self, context: &mut Context<Self>) {
        let Some(deadline) = self.router.next_deadline() else { return };
        let at = now();
        let sleep = deadline.since(at).min(LONGEST_SLEEP);
        let due = at + sleep;
        if let Some((timer, rings)) = self.timer.take() {
            if rings <= due {
                self.timer = Some((timer, rings));
                return;
            }
            context.cancel_future(timer);
        }
        let timer = context.run_later(sleep, |actor, context| {
            actor.timer = None;
            actor.feed(Input::Tick, context);
        });
        self.timer = Some((timer, due));
    }
}

impl Actor for RoutingActor {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(MOST_WAITING);
    }
}

impl Handler<Feed> for RoutingActor {
    type Result = MessageResult<Feed>;

    fn handle(&mut self, feed: Feed, context: &mut Self::Context) -> Self::Result {
        MessageResult(self.feed(feed.input, context))
    }
}

impl Handler<Explain> for RoutingActor {
    type Result = MessageResult<Explain>;

    fn handle(&mut self, explain: Explain, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.router.explain(now(), explain.0))
    }
}

impl Handler<ListPickable> for RoutingActor {
    type Result = MessageResult<ListPickable>;

    fn handle(&mut self, list: ListPickable, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.router.pickable(&list.0))
    }
}

impl Handler<WherePlaced> for RoutingActor {
    type Result = MessageResult<WherePlaced>;

    fn handle(&mut self, placed: WherePlaced, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.router.place(now(), placed.0))
    }
}

impl Handler<IsOpen> for RoutingActor {
    type Result = MessageResult<IsOpen>;

    fn handle(&mut self, of: IsOpen, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.router.opening(&of.0))
    }
}

impl Handler<LookAtBoard> for RoutingActor {
    type Result = MessageResult<LookAtBoard>;

    fn handle(&mut self, _: LookAtBoard, _: &mut Self::Context) -> Self::Result {
        MessageResult(self.router.board(now()))
    }
}
