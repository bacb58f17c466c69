//! The process stands still (SIGSTOP) while people talk and an offer rings, and goes on: nothing is lost
//! or done twice, and what was due meanwhile happens at once.

use std::time::{Duration, Instant};

use tandem::console::wire::{ConsoleMessage, OfferOutcome};

use super::support::process::Process;
use super::support::{Agent, Customer, desk};

const RING: Duration = Duration::from_secs(5);
const STOPPED: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stood_still_goes_on_where_it_was_and_does_what_was_due() {
    let server = Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 2, 1);
        desk::queue(organisation).ring_time = desk::ring(RING);
    });
    let mut agent = Agent::log_in(&server, &desk::name(0)).await;
    let mut talking = Customer::arrive(&server, None, 0).await;
    talking.tell("hello").await;
    let in_hand = agent.accept_next().await;
    let mut other = Agent::log_in(&server, &desk::name(1)).await;
    let mut ringing = Customer::arrive(&server, None, 0).await;
    ringing.tell("hello?").await;
    let offer = other.offer().await;

    server.stop();
    let meanwhile = talking.say("are you still there?").await;
    tokio::time::sleep(STOPPED).await;
    let began = Instant::now();
    server.go_on();
    talking.acknowledged(meanwhile).await;
    let answered = began.elapsed();
    let rang_out = other
        .until(|message| match message {
            ConsoleMessage::OfferEnded { reservation, outcome } if *reservation == offer.reservation => {
                Some((*outcome, began.elapsed()))
            }
            _ => None,
        })
        .await;
    println!(
        "stood still for {STOPPED:?}: answers {answered:?} after, the offer that was over ends {:?} after",
        rang_out.1
    );
    assert_eq!(rang_out.0, OfferOutcome::TimedOut);
    assert!(rang_out.1 < Duration::from_secs(2) && answered < Duration::from_secs(2));
    let snapshot = agent.open(in_hand.session).await;
    agent.post(in_hand.session, "I am", snapshot.sequence).await.unwrap();
    assert_eq!(talking.answer().await.1, "I am");
}
