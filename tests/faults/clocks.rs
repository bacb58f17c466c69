//! The machine's clock is set an hour on or back while offers ring: none ends early, none late.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tandem::console::wire::{ConsoleMessage, OfferOutcome};

use super::support::process::Process;
use super::support::{Agent, Customer, desk};

const RING: Duration = Duration::from_secs(4);
/// What a busy test machine may add.
const LATE: Duration = Duration::from_millis(1_500);

/// Debian's package of the machine's own kind.
fn libfaketime() -> PathBuf {
    let listed = std::process::Command::new("dpkg").args(["--listfiles", "libfaketime"]).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let library = listed.lines().find(|line| line.ends_with("/libfaketime.so.1"));
    library.expect("libfaketime is one of the packages that `cargo xtask test` installs").into()
}

/// A server whose wall clock goes as the file says.
fn server(says: &Path) -> Process {
    let environment = [
        ("LD_PRELOAD", libfaketime()),
        ("FAKETIME_TIMESTAMP_FILE", says.to_owned()),
        ("FAKETIME_NO_CACHE", "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ];
    Process::start_within(&environment, |settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 3, 1);
        desk::queue(organisation).ring_time = desk::ring(RING);
        // Longer than the jump would be: who rings is not put off by what else might end.
        settings.console.grace_period = Duration::from_secs(60);
    })
}

/// How long each of three offers rang that were made before the clock was set to `set`.
async fn rings(set: &str) -> Vec<Duration> {
    let folder = tempfile::tempdir().unwrap();
    let says = folder.path().join("clock");
    std::fs::write(&says, "+0\n").unwrap();
    let server = server(&says);
    let mut ringing = Vec::new();
    for number in 0..3 {
        let mut agent = Agent::log_in(&server, &desk::name(number)).await;
        let mut customer = Customer::arrive(&server, None, 0).await;
        customer.tell("is anybody there?").await;
        let offer = agent.offer().await;
        ringing.push((agent, customer, offer.reservation, Instant::now()));
    }
    std::fs::write(&says, format!("{set}\n")).unwrap();
    let ended = ringing.into_iter().map(async |(mut agent, _customer, of, since)| {
        agent
            .until(|message| match message {
                ConsoleMessage::OfferEnded { reservation, outcome } if *reservation == of => {
                    assert_eq!(*outcome, OfferOutcome::TimedOut);
                    Some(since.elapsed())
                }
                _ => None,
            })
            .await
    });
    futures_util::future::join_all(ended).await
}

async fn no_timer_misfires(set: &str) {
    let rang = rings(set).await;
    println!("clock set by {set} s: offers of {RING:?} rang {rang:?}");
    // An offer is told a moment after it was made.
    let early = RING.mul_f64(0.95) - Duration::from_millis(250);
    assert!(rang.iter().all(|rang| *rang > early && *rang < RING.mul_f64(1.05) + LATE), "{rang:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_on_ends_no_offer_early() {
    no_timer_misfires("+3600").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_back_lets_no_offer_ring_on() {
    no_timer_misfires("-3600").await;
}
