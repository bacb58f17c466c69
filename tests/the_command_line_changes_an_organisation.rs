//! `tandem apply` and `tandem export`: a folder of files becomes the organisation of a running server,
//! and the other way round.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;
use std::process::{Command, Output};

use support::House;
use tandem::auth::token;
use tandem::configuration::Organisation;
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};

const KEY: &str = "tdm_deploy";

async fn tandem(data: &Path, arguments: Vec<String>, key: &str) -> Output {
    let settings = data.join("tandem.toml");
    std::fs::write(&settings, format!("[store]\nfolder = {:?}\n", data.join("data"))).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem"));
    command.arg("--config").arg(settings).args(arguments).env("TANDEM_KEY", key);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_takes_a_folder_and_gives_it_back() {
    let house = House::open_with(|_, organisation| {
        organisation.api_clients = vec![ApiClient {
            id: model::Name::new("deploy").unwrap(),
            name: "Deploy".into(),
            scopes: vec![Scope::OrganisationWrite],
            key: ApiKey::Sha256(token::hash(KEY)),
            agent: None,
        }];
    })
    .await;
    let data = house.data.path().to_owned();
    let folder = data.join("changed");
    let mut organisation = (*house.server.engine.foundation.organisation()).clone();
    organisation.queues[0].name = "First line".into();
    organisation.export(&folder).unwrap();
    let server = house.url("");
    let apply = |more: &[&str]| {
        let mut arguments =
            vec!["apply".to_owned(), folder.display().to_string(), "--server".into(), server.clone()];
        arguments.extend(more.iter().map(ToString::to_string));
        arguments
    };
    let name = || house.server.engine.foundation.organisation().queues[0].name.clone();

    let refused = tandem(&data, apply(&[]), "tdm_guessed").await;
    assert!(!refused.status.success() && said(&refused).contains("log in first"), "{}", said(&refused));
    let shown = tandem(&data, apply(&["--dry-run"]), KEY).await;
    assert!(shown.status.success() && said(&shown).contains("First line"), "{}", said(&shown));
    assert_ne!(name(), "First line");
    let applied = tandem(&data, apply(&[]), KEY).await;
    assert!(applied.status.success() && said(&applied).contains("version 2"), "{}", said(&applied));
    assert_eq!(name(), "First line");
    let again = tandem(&data, apply(&[]), KEY).await;
    assert!(said(&again).contains("nothing changes"), "{}", said(&again));

    // The data folder is in use: it is not written past the server's back.
    let offline = tandem(&data, vec!["apply".into(), folder.display().to_string()], "").await;
    assert!(!offline.status.success() && said(&offline).contains("--server"), "{}", said(&offline));

    let exported = data.join("exported");
    let export = tandem(&data, vec!["export".into(), exported.display().to_string()], "").await;
    assert!(export.status.success(), "{}", said(&export));
    assert_eq!(Organisation::load(&exported).unwrap(), organisation);
}
