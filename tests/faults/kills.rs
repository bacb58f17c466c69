//! `kill -9` in the midst of chats, round after round on the same data: nothing that was acknowledged is
//! lost, nothing is there twice, and everybody is served again soon.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use channels::chat::wire::ChatMessage;
use model::{MessageId, SessionEvent};

use super::rounds;
use super::support::process::Process;
use super::support::{Customer, desk, log};

const WRITERS: usize = 6;

/// A customer who goes on over all rounds: with the same browser, from the last event seen, and with
/// what was not acknowledged sent again.
struct Writer {
    visitor: Option<String>,
    seen: u64,
    /// Sent, and no word of it yet.
    open: Option<MessageId>,
    acknowledged: Vec<MessageId>,
}

impl Writer {
    /// Writes as fast as it is taken, until the server is gone.
    async fn write(&mut self, server: &Process) -> Duration {
        let began = Instant::now();
        let mut customer = Customer::arrive(server, self.visitor.clone(), self.seen).await;
        let mut served_after = None;
        self.visitor = Some(customer.welcome.visitor.clone());
        loop {
            let id = *self.open.get_or_insert_with(|| MessageId(uuid::Uuid::now_v7()));
            if customer.try_say(id, &format!("message {id}")).await.is_err() {
                break;
            }
            match customer.try_next().await {
                Some(ChatMessage::Ack { id, .. }) => {
                    served_after.get_or_insert_with(|| began.elapsed());
                    if self.open.take_if(|open| *open == id).is_some() {
                        self.acknowledged.push(id);
                    }
                }
                Some(_) => {}
                None => break,
            }
        }
        served_after.unwrap_or_else(|| began.elapsed())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn round_after_round_nothing_acknowledged_is_lost_and_nothing_is_there_twice() {
    let rounds = rounds(6);
    let mut server = Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        settings.chat.messages_per_ten_seconds = 1_000_000;
        desk::desk(organisation, 1, 1);
    });
    let writer = |_| Writer { visitor: None, seen: 0, open: None, acknowledged: Vec::new() };
    let mut writers: Vec<_> = (0..WRITERS).map(writer).collect();
    let (mut restarts, mut served) = (Vec::new(), Vec::new());
    for round in 0..rounds {
        let writing = futures_util::future::join_all(writers.iter_mut().map(|writer| writer.write(&server)));
        let (first, ()) = tokio::join!(writing, async {
            // Another moment of its work each round.
            tokio::time::sleep(Duration::from_millis(250 + 37 * (round as u64 % 11))).await;
            server.kill_now();
        });
        served.extend(first);
        let data = server.kill();
        let began = Instant::now();
        server = Process::again(data);
        restarts.push(began.elapsed());
    }
    let log = log::read(server.data.path());
    let posted: Vec<_> = log
        .iter()
        .filter_map(|logged| match &logged.event {
            SessionEvent::MessagePosted { message } => Some(message.id),
            _ => None,
        })
        .collect();
    let once: HashSet<_> = posted.iter().copied().collect();
    let acknowledged: Vec<_> = writers.iter().flat_map(|writer| &writer.acknowledged).copied().collect();
    let lost = acknowledged.iter().filter(|id| !once.contains(id)).count();
    let double = posted.len() - once.len();
    restarts.sort();
    served.sort();
    println!(
        "{rounds} rounds, {} acknowledged: {lost} lost, {double} double; serves again after {:?} at the \
         median, {:?} at most; a customer's first answer then takes {:?} at most",
        acknowledged.len(),
        restarts[restarts.len() / 2],
        restarts[restarts.len() - 1],
        served[served.len() - 1],
    );
    assert_eq!((lost, double), (0, 0));
    assert!(acknowledged.len() > 10 * rounds, "they wrote: {}", acknowledged.len());
    for writer in &writers {
        let own: HashSet<_> = writer.acknowledged.iter().copied().collect();
        let in_log: Vec<_> = posted.iter().copied().filter(|id| own.contains(id)).collect();
        assert_eq!(in_log, writer.acknowledged, "in the order in which they were written");
    }
}
