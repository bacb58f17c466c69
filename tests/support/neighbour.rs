//! A customer and an agent who talk all the while something bad happens next to them.

use std::time::{Duration, Instant};

use model::SessionEvent;
use tandem::console::wire::{Ask, ConsoleMessage};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::{Agent, Customer, House};

pub struct Neighbour {
    enough: watch::Sender<bool>,
    talk: JoinHandle<Vec<Duration>>,
}

impl Neighbour {
    /// A chat in the hands of `agent`, in which a line goes over and an answer comes back, again and
    /// again.
    pub async fn talk(house: &House, mut agent: Agent) -> Self {
        let mut customer = Customer::arrive(house, None, 0).await;
        customer.tell("a person please").await;
        let offer = agent.accept_next().await;
        agent.open(offer.session).await;
        let (enough, over) = watch::channel(false);
        let talk = tokio::spawn(async move {
            let mut trips = Vec::new();
            let mut number = 0;
            while !*over.borrow() {
                number += 1;
                let line = format!("line {number}");
                let began = Instant::now();
                customer.tell(&line).await;
                let seen = agent
                    .until(|message| match message {
                        ConsoleMessage::Event { recorded, .. } => match &recorded.event {
                            SessionEvent::MessagePosted { message } if message.text == line => {
                                Some(recorded.sequence)
                            }
                            _ => None,
                        },
                        _ => None,
                    })
                    .await;
                agent.heard.clear();
                agent.post(offer.session, &format!("answer {number}"), seen).await.unwrap();
                while customer.answer().await.1 != format!("answer {number}") {}
                trips.push(began.elapsed());
            }
            agent.ask(Ask::Ping).await.unwrap();
            trips
        });
        Self { enough, talk }
    }

    /// Ends the talk: no line was lost, and none took longer over and back than `most`.
    pub async fn was_unharmed(self, most: Duration) {
        self.enough.send_replace(true);
        let mut trips = self.talk.await.expect("the talk went on to its end");
        trips.sort();
        let (count, last) = (trips.len(), *trips.last().expect("they talked"));
        println!("neighbour: {count} round trips, median {:?}, longest {last:?}", trips[count / 2]);
        assert!(last <= most, "a round trip next door took {last:?}");
    }
}
