//! The real binary moves from its data folder to PostgreSQL, goes on there where it was, and says when
//! PostgreSQL is away.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

#[path = "../store/tests/common/postgres.rs"]
#[allow(dead_code, reason = "the store's own tests use more of it")]
mod postgres;
mod support;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use support::process::Process;
use support::{Agent, Customer, Reached, desk, root};
use tandem::configuration::settings::StoreEngine;
use tandem::configuration::{SecretRef, Settings};
use tandem::console::wire::Ask;

/// The command line, with the settings of this data.
fn tandem(data: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tandem"))
        .arg("--config")
        .arg(data.join("tandem.toml"))
        .args(arguments)
        .current_dir(root())
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(text).unwrap())
}

fn choose_postgres(data: &Path, url: &str) {
    let file = data.join("tandem.toml");
    let mut settings = Settings::load(&file, &[]).unwrap();
    settings.store.engine = StoreEngine::Postgres;
    std::fs::write(data.join("url"), url).unwrap();
    settings.store.postgres_url = Some(SecretRef::File(data.join("url")));
    settings.store.postgres_statement_timeout = Duration::from_secs(5);
    std::fs::write(file, toml::to_string(&settings).unwrap()).unwrap();
}

async fn readiness_becomes(server: &Process, status: u16) {
    let url = format!("http://{}/health/ready", server.address());
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let found = reqwest::get(&url).await.unwrap().status().as_u16();
        if found == status {
            return;
        }
        assert!(Instant::now() < until, "readiness is {found}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_in_the_folder_goes_on_in_postgresql() {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let server = Process::start(|settings, organisation| {
        desk::cheap_logins(settings);
        desk::desk(organisation, 1, 2);
    });
    let mut agent = Agent::log_in(&server, &desk::name(0)).await;
    let mut customer = Customer::arrive(&server, None, 0).await;
    customer.tell("where is my parcel").await;
    let offer = agent.offer().await;
    agent.ask(Ask::Accept { reservation: offer.reservation }).await.unwrap();
    let seen = agent.open(offer.session).await.sequence;
    agent.post(offer.session, "in the folder", seen).await.unwrap();
    while customer.answer().await.1 != "in the folder" {}
    let (visitor, told) = (customer.welcome.visitor.clone(), customer.seen);
    drop(customer);
    let data = server.kill();

    let database = Arc::new(postgres::Server::start());
    let name = database.database();
    let url = database.url(&name);
    let folder = data.clone();
    let moved = tokio::task::spawn_blocking(move || {
        let moved = tandem(folder.path(), &["migrate", "--to", &url, "--streams"]);
        choose_postgres(folder.path(), &url);
        let again = tandem(folder.path(), &["migrate"]);
        assert!(!again.0 && again.1.contains("is not empty"), "{}", again.1);
        let copied = tandem(folder.path(), &["backup", "copy.db"]);
        assert!(!copied.0 && copied.1.contains("pg_dump"), "{}", copied.1);
        moved
    });
    let (is_done, text) = moved.await.unwrap();
    assert!(
        is_done && text.contains("each the same on both sides") && text.contains("organisation"),
        "{text}"
    );

    // Everything is where it was, and goes on.
    let server = Process::again(data.clone());
    let mut console = Agent::open_console(&server, agent.cookies.clone()).await;
    let has: Vec<_> = console.welcome.sessions.iter().map(|card| card.session).collect();
    assert_eq!(has, [offer.session], "the assignment is kept");
    let mut customer = Customer::arrive(&server, Some(visitor), told).await;
    assert!(customer.welcome.resumed && customer.welcome.session == Some(offer.session));
    let seen = console.open(offer.session).await.sequence;
    console.post(offer.session, "in PostgreSQL", seen).await.unwrap();
    assert_eq!(customer.answer().await.1, "in PostgreSQL");

    // PostgreSQL dies: that is said, and the server finds it again by itself.
    readiness_becomes(&server, 204).await;
    let killed = database.clone();
    tokio::task::spawn_blocking(move || killed.kill()).await.unwrap();
    readiness_becomes(&server, 503).await;
    let restarted = database.clone();
    tokio::task::spawn_blocking(move || restarted.restart()).await.unwrap();
    readiness_becomes(&server, 204).await;
    let seen = console.open(offer.session).await.sequence;
    console.post(offer.session, "and after", seen).await.unwrap();
    assert_eq!(customer.answer().await.1, "and after");
    let count = "SELECT count(*) FROM events WHERE body LIKE '%and after%'";
    assert_eq!(database.psql(&name, count), "1");
}
