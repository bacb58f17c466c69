//! API keys and what their scopes open.

use tandem::configuration::organisation::{ApiKey, Scope};

use crate::house::{BOT_KEY, House, REPORTS_KEY, client, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_key_names_its_program_and_needs_no_csrf_token() {
    let house = House::open().await;
    let echo = house.post("/v1/echo").bearer_auth(REPORTS_KEY).body("hi").send().await.unwrap();
    assert_eq!(echo.text().await.unwrap(), "reports: hi");
    let bot = house.post("/v1/echo").bearer_auth(BOT_KEY).body("hi").send().await.unwrap();
    assert_eq!(bot.text().await.unwrap(), "scout: hi");
    for wrong in ["tdm_", "tdm_guess", "", &REPORTS_KEY["tdm_".len()..], &"tdm_x".repeat(1_000)] {
        let refused = house.post("/v1/echo").bearer_auth(wrong).body("hi").send().await.unwrap();
        assert_eq!(refused.status(), 401, "{wrong:.20}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_called_like_a_person_does_not_act_as_that_person() {
    let house = House::with(settings(), |organisation| {
        organisation.api_clients.push(client("ana", "tdm_ana", Scope::SessionsWrite, None));
    })
    .await;
    let echo = house.post("/v1/echo").bearer_auth("tdm_ana").body("hi").send().await.unwrap();
    assert_eq!(echo.status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_also_known_by_a_file_and_is_gone_when_its_client_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    std::fs::write(&path, format!("{}\n", tandem::auth::token::hash("tdm_filed"))).unwrap();
    let house = House::with(settings(), |organisation| {
        let mut filed = client("filed", "", Scope::QueuesRead, None);
        filed.key = ApiKey::File(path);
        organisation.api_clients.push(filed);
    })
    .await;
    let me = || house.get("/v1/me").bearer_auth("tdm_filed").send();
    assert_eq!(me().await.unwrap().status(), 200);
    let mut organisation = (*house.foundation.organisation()).clone();
    organisation.api_clients.clear();
    house.foundation.organisation.store(organisation.into());
    assert_eq!(me().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_for_this_machine_and_for_keys_with_the_scope() {
    let house = House::open().await;
    assert_eq!(house.get("/metrics").send().await.unwrap().status(), 200);
    let proxied = || house.get("/metrics").header("x-forwarded-for", "192.0.2.1");
    assert_eq!(proxied().send().await.unwrap().status(), 403);
    assert_eq!(proxied().bearer_auth(BOT_KEY).send().await.unwrap().status(), 403);
    assert_eq!(proxied().bearer_auth(REPORTS_KEY).send().await.unwrap().status(), 200);
}
