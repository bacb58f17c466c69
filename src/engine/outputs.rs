//! What the router decides becomes commands to sessions, in order for each session.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Weak};
use std::time::Duration;

use model::event::PresenceCause;
use model::session::{Command, Refusal};
use model::task::{CancelReason, TransferReason, TransferTarget};
use model::{AgentId, ReservationId, SessionId, TaskId};
use routing::{Input, Output};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::Engine;
use crate::actors::session::DeliverError;

/// Sessions are spread over so many lanes; one lane waits for the log without holding up others.
const LANES: usize = 128;
/// Decisions about one task that are recorded as one.
const MOST_TOGETHER: usize = 64;
/// A store that refuses is asked again after this.
const STORE_PAUSE: Duration = Duration::from_millis(200);

/// One output on its way to its session. It waits until the records are made that free its agent's
/// slots, so that the log itself never shows more in an agent's hands than fits.
struct Step {
    session: SessionId,
    task: TaskId,
    output: Output,
    after: Vec<CancellationToken>,
    /// Dropped when the record is made, or given up: whoever waits goes on.
    done: DropGuard,
}

/// The records on their way that free slots, by agent.
#[derive(Default)]
struct Freeing(HashMap<AgentId, Vec<CancellationToken>>);

impl Step {
    /// Whether both are decisions about one task's offers, and this one waits for nothing: a task that
    /// rings at several agents, is answered by one of them or given to somebody makes one record.
    fn goes_with(&self, other: &Self) -> bool {
        let of_offers = |step: &Self| {
            matches!(
                step.output,
                Output::Offered { .. } | Output::ReservationEnded { .. } | Output::Assigned { .. }
            )
        };
        let is_free = self.after.iter().all(CancellationToken::is_cancelled);
        self.task == other.task && of_offers(self) && of_offers(other) && is_free
    }
}

impl Freeing {
    fn step(&mut self, session: SessionId, task: TaskId, output: Output) -> Step {
        let done = CancellationToken::new();
        let after = match &output {
            Output::Offered { agent, .. } => self.0.get(agent).cloned().unwrap_or_default(),
            Output::ReservationEnded { agent, .. } | Output::WrapUpEnded { agent, .. } => {
                let freeing = self.0.entry(agent.clone()).or_default();
                freeing.retain(|earlier| !earlier.is_cancelled());
                freeing.push(done.clone());
                Vec::new()
            }
            _ => Vec::new(),
        };
        Step { session, task, output, after, done: done.drop_guard() }
    }
}

/// Follows the router's outputs, input by input, until the engine is gone.
pub async fn follow(engine: Weak<Engine>, mut inputs: mpsc::UnboundedReceiver<Vec<Output>>) {
    let lanes: Vec<_> = (0..LANES).map(|_| lane(engine.clone())).collect();
    let mut freeing = Freeing::default();
    while let Some(outputs) = inputs.recv().await {
        let Some(engine) = engine.upgrade() else { return };
        let mut of_lanes: BTreeMap<usize, Vec<Step>> = BTreeMap::new();
        for output in outputs {
            let Some((session, task, output)) = follow_one(&engine, output) else { continue };
            let lane = usize::from(session.0.as_bytes()[15]) % LANES;
            of_lanes.entry(lane).or_default().push(freeing.step(session, task, output));
        }
        for (lane, steps) in of_lanes {
            // A lane ends with the engine.
            let _ = lanes[lane].send(steps);
        }
    }
    // The router's actor is gone, and the engine is not: without it nobody is assigned to anything.
    if let Some(engine) = engine.upgrade().filter(|engine| !engine.stopping.is_cancelled()) {
        tracing::error!("the router has ended; the process has to start anew");
        engine.failed.cancel();
    }
}

/// What is about agents happens at once; what is about a task goes to its session.
fn follow_one(engine: &Arc<Engine>, output: Output) -> Option<(SessionId, TaskId, Output)> {
    match output {
        Output::AgentNotResponding { agent, presence, .. } => {
            let what = "did not answer an offer".to_owned();
            tokio::spawn(not_responding(engine.clone(), agent, presence, what));
            return None;
        }
        Output::AgentLoggedOut { agent, presence, misses, .. } => {
            let what = format!("did not answer {misses} offers in a row and is logged out");
            tokio::spawn(not_responding(engine.clone(), agent, presence, what));
            return None;
        }
        _ => {}
    }
    let task = task_of(&output)?;
    let session = engine.directory.session_of(task);
    if session.is_none() {
        tracing::warn!(%task, "the router spoke of a task nobody has");
    }
    Some((session?, task, output))
}

/// Takes the steps of one input at a time. Bounded like the router's outputs: by the tasks there are.
fn lane(engine: Weak<Engine>) -> mpsc::UnboundedSender<Vec<Step>> {
    let (sender, mut inputs) = mpsc::unbounded_channel::<Vec<Step>>();
    tokio::spawn(async move {
        while let Some(steps) = inputs.recv().await {
            let mut steps = VecDeque::from(steps);
            while let Some(mut step) = steps.pop_front() {
                // Earlier outputs wait for none that come later: nobody waits in a circle.
                for earlier in std::mem::take(&mut step.after) {
                    earlier.cancelled().await;
                }
                let mut together = vec![step];
                while together.len() < MOST_TOGETHER
                    && let Some(step) = steps.pop_front_if(|next| next.goes_with(&together[0]))
                {
                    together.push(step);
                }
                let Some(engine) = engine.upgrade() else { return };
                engine.carry_out_together(together).await;
            }
        }
    });
    sender
}

async fn not_responding(
    engine: Arc<Engine>,
    agent: model::AgentId,
    presence: model::PresenceName,
    what: String,
) {
    let Some(handle) = engine.agent(&agent) else { return };
    if let Err(error) = handle.set_presence(presence, PresenceCause::NotResponding, None).await {
        tracing::warn!(%agent, %error, "cannot record that an agent does not respond");
    }
    engine.alert(format!("{} {what}", engine.face(&agent).0));
}

fn task_of(output: &Output) -> Option<TaskId> {
    match output {
        Output::Offered { task, .. }
        | Output::ReservationEnded { task, .. }
        | Output::Assigned { task, .. }
        | Output::Overflowed { task, .. }
        | Output::Ended { task, .. }
        | Output::CallbackOffered { task, .. }
        | Output::CallCustomer { task, .. }
        | Output::CallbackOver { task, .. }
        | Output::Expired { task, .. }
        | Output::Held { task, .. }
        | Output::Resumed { task, .. }
        | Output::WrapUpEnded { task, .. } => Some(*task),
        Output::Refused { .. } | Output::AgentNotResponding { .. } | Output::AgentLoggedOut { .. } => None,
    }
}

/// What the router believes the task to be held under, once the output is followed.
fn held(output: &Output) -> Option<ReservationId> {
    match output {
        Output::Offered { reservation, .. } | Output::Assigned { reservation, .. } => Some(*reservation),
        _ => None,
    }
}

fn command(output: Output) -> Option<Command> {
    Some(match output {
        Output::Offered { reservation, task, agent, expires_at } => {
            Command::Reserve { task, reservation, agent, expires_at }
        }
        Output::ReservationEnded { reservation, task, outcome, reason, .. } => {
            let reason = reason.map(|reason| reason.to_string());
            Command::EndReservation { task, reservation, outcome, reason }
        }
        Output::Assigned { task, reservation, agent, by } => Command::Assign { task, reservation, agent, by },
        Output::Overflowed { task, to, agent, .. } => Command::Transfer {
            task,
            by: None,
            target: match agent {
                Some(agent) => TransferTarget::Agent { agent, queue: to },
                None => TransferTarget::Queue { queue: to },
            },
            requirements: None,
            reason: TransferReason::Overflow,
            note: None,
        },
        Output::CallbackOver { task, .. } => Command::CancelTask { task, reason: CancelReason::NotReached },
        Output::Expired { task, .. } => Command::CancelTask { task, reason: CancelReason::Expired },
        Output::Held { task, agent } => Command::Hold { task, agent },
        Output::Resumed { task, agent } => Command::Resume { task, agent },
        Output::WrapUpEnded { task, agent } => {
            Command::Complete { task, agent, disposition: None, summary: None }
        }
        // Said with the organisation's words, see `Engine::commands`.
        Output::Ended { .. } | Output::CallbackOffered { .. } => return None,
        // Only a voice channel could call: no callback is taken that needs it.
        Output::CallCustomer { .. }
        | Output::Refused { .. }
        | Output::AgentNotResponding { .. }
        | Output::AgentLoggedOut { .. } => return None,
    })
}

impl Engine {
    /// What a session is asked to do by an output.
    async fn commands(&self, session: SessionId, output: Output) -> Vec<Command> {
        match output {
            Output::Ended { task, queue, reason, .. } => {
                self.turning_away(session, task, &queue, reason).await
            }
            Output::CallbackOffered { task, queue, until, reason } => {
                self.asking(session, task, &queue, until, reason).await
            }
            output => command(output).into_iter().collect(),
        }
    }

    /// Several as one record; one by one if the session does not take them so.
    async fn carry_out_together(self: &Arc<Self>, steps: Vec<Step>) {
        if let [first, _, ..] = &steps[..] {
            steps.iter().for_each(|step| self.read_ahead(first.session, &step.output));
            let commands = steps.iter().filter_map(|step| command(step.output.clone())).collect();
            let delivered = self.sessions().deliver_waiting(first.session, commands).await;
            if delivered.is_ok_and(|delivered| !delivered.events.is_empty()) {
                return;
            }
        }
        for Step { session, task, output, done, .. } in steps {
            self.carry_out(session, task, output).await;
            drop(done);
        }
    }

    async fn carry_out(self: &Arc<Self>, session: SessionId, task: TaskId, output: Output) {
        self.read_ahead(session, &output);
        let held = held(&output);
        let was_assigned = matches!(output, Output::Assigned { .. });
        let commands = self.commands(session, output).await;
        if commands.is_empty() {
            return;
        }
        loop {
            match self.sessions().deliver_waiting(session, commands.clone()).await {
                Ok(delivered) => {
                    if delivered.events.is_empty() {
                        held.iter().for_each(|reservation| self.readings.drop_of(*reservation));
                    }
                    return;
                }
                Err(DeliverError::Busy | DeliverError::Unavailable(_) | DeliverError::Gone) => {
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                Err(DeliverError::Refused(Refusal::NothingChanges | Refusal::OfferOver(_)))
                    if !was_assigned =>
                {
                    held.iter().for_each(|reservation| self.readings.drop_of(*reservation));
                    return;
                }
                // It was recorded before an answer was lost.
                Err(_) if was_assigned && self.is_recorded(session, &commands).await => return,
                Err(error) => {
                    tracing::debug!(%session, %task, %error, "a session does not follow the router");
                    if let Some(reservation) = held {
                        self.readings.drop_of(reservation);
                        self.take_back(session, task, reservation).await;
                    }
                    return;
                }
            }
        }
    }

    /// Whether the agent of an assignment has the task already.
    async fn is_recorded(&self, session: SessionId, commands: &[Command]) -> bool {
        let [Command::Assign { task, agent, .. }] = commands else { return false };
        let Ok(state) = self.sessions().state(session).await else { return false };
        state.task.as_ref().is_some_and(|open| open.id == *task) && state.handler() == Some(agent)
    }

    /// The session says otherwise than the router: what the session says holds.
    /// But only of this reservation: the router may have decided anew since, as the session asked.
    async fn take_back(&self, session: SessionId, task: TaskId, reservation: ReservationId) {
        let Ok(state) = self.sessions().state(session).await else { return };
        let is_open = state.task.as_ref().is_some_and(|open| open.id == task);
        let input = if is_open {
            Input::TaskReleased { task, reservation: Some(reservation) }
        } else {
            Input::TaskCanceled { task, reason: CancelReason::SessionClosed }
        };
        // The router is gone only when the process ends.
        let _ = self.router().feed(input).await;
        self.remind_of_callback(&state).await;
    }

    /// Supervisors are told.
    pub fn alert(&self, message: String) {
        tracing::info!(alert = %message, "alert");
        self.directory.touch();
        self.alerts.send_replace(Some(Arc::from(message)));
    }
}
