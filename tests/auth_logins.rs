//! How long a login holds. Time is given, not waited for.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use store::{SqliteOptions, Store};
use tandem::auth::logins::{Made, Proof};
use tandem::auth::{LoginId, Logins};
use tandem::configuration::Organisation;
use tempfile::TempDir;

/// Milliseconds.
const LIFETIME: i64 = 3_600_000;
const DAY: i64 = 86_400_000;

struct House {
    logins: Logins,
    store: Store,
    organisation: Arc<Organisation>,
    _folder: TempDir,
}

impl House {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_sqlite(folder.path(), SqliteOptions::default()).unwrap();
        let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/organisation");
        let organisation = Arc::new(Organisation::load(&example).unwrap());
        Self { logins: logins(&store), store, organisation, _folder: folder }
    }

    async fn login(&self) -> String {
        self.logins.create(&self.organisation.agents[0], &made(), Timestamp(0)).await.unwrap().token
    }

    async fn holds(&self, token: &str, at: i64) -> bool {
        self.logins.find(token, &self.organisation, Timestamp(at)).await.unwrap().is_some()
    }
}

fn made() -> Made {
    Made { proof: Proof::Password, address: [127, 0, 0, 1].into(), browser: String::new() }
}

fn logins(store: &Store) -> Logins {
    Logins::new(store.clone(), Duration::from_millis(LIFETIME.unsigned_abs()))
}

#[tokio::test]
async fn a_login_in_use_goes_on_and_an_idle_one_ends() {
    let house = House::open();
    let (used, idle) = (house.login().await, house.login().await);
    for hour in 0..10 {
        assert!(house.holds(&used, hour * LIFETIME * 9 / 10).await, "hour {hour}");
    }
    assert!(!house.holds(&idle, LIFETIME).await);
    assert!(!house.holds(&used, 20 * LIFETIME).await);
}

#[tokio::test]
async fn no_login_holds_longer_than_thirty_days() {
    let house = House::open();
    let token = house.login().await;
    let mut now = 0;
    while now < 30 * DAY {
        assert!(house.holds(&token, now).await, "after {} days", now / DAY);
        now += LIFETIME * 9 / 10;
    }
    assert!(!house.holds(&token, 30 * DAY).await);
}

#[tokio::test]
async fn an_ended_login_is_ended_also_after_a_restart_and_listeners_hear_of_it() {
    let house = House::open();
    let (ended, other) = (house.login().await, house.login().await);
    let mut heard = house.logins.ended();
    house.logins.revoke(&LoginId::of(&ended)).await.unwrap();
    assert_eq!(heard.try_recv().unwrap(), LoginId::of(&ended));
    let restarted = House { logins: logins(&house.store), ..house };
    assert!(!restarted.holds(&ended, 1).await);
    assert!(restarted.holds(&other, 1).await);
}

/// While one task uses the login and so renews it, another ends it: ended it stays.
#[tokio::test(flavor = "multi_thread")]
async fn no_renewal_brings_an_ended_login_back() {
    let house = House::open();
    for _ in 0..50 {
        let token = house.login().await;
        let id = LoginId::of(&token);
        let uses = (1..5).map(|turn| house.holds(&token, turn * LIFETIME / 6));
        let (_, ended) = tokio::join!(futures_util::future::join_all(uses), house.logins.revoke(&id));
        ended.unwrap();
        assert!(!house.holds(&token, LIFETIME / 2).await);
    }
}

#[tokio::test]
async fn the_store_holds_no_token() {
    let house = House::open();
    let token = house.login().await;
    let kept = house.store.documents("logins", "", Timestamp(0), 10).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(!format!("{kept:?}").contains(&token));
}
