//! Requests that dawdle (slowloris, slow bodies, slow readers) take their own connections' time and
//! nobody else's.

use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use super::support::neighbour::Neighbour;
use super::support::{House, desk};

/// Of one attacker; one network has a thousand at most.
const CONNECTIONS: &str = "600";
/// What a round trip next door may take on a busy test machine.
const UNHARMED: Duration = Duration::from_secs(3);

async fn attack(house: &House, mode: &[&str], path: &str) {
    let status = Command::new("slowhttptest")
        .args(mode)
        .args(["-c", CONNECTIONS, "-r", "300", "-l", "12", "-p", "3", "-v", "0", "-u"])
        .arg(house.url(path))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .await
        .expect("slowhttptest is one of the packages that `cargo xtask test` installs");
    assert!(status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_dawdles_is_cut_and_a_talk_next_door_goes_on() {
    let house = House::open_with(|settings, organisation| {
        desk::desk(organisation, 1, 1);
        settings.chat.messages_per_ten_seconds = 1_000_000;
    })
    .await;
    let neighbour = Neighbour::talk(&house, house.agent(&desk::name(0)).await).await;
    attack(&house, &["-H", "-i", "3"], "/").await;
    attack(&house, &["-B", "-i", "3", "-s", "8192"], "/v1/login").await;
    attack(&house, &["-X", "-w", "10", "-y", "20", "-n", "5", "-z", "32", "-k", "3"], "/demo.html").await;
    neighbour.was_unharmed(UNHARMED).await;
}
