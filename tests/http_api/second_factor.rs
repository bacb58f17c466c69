//! The second factor: enrolled in the console, asked at login, each code good once.

use serde_json::{Value, json};
use tandem::auth::second_factor::SharedSecret;
use tandem::configuration::Settings;
use tandem::configuration::settings::Demand;
use tandem::foundation::now;

use crate::house::{Browser, House, PASSWORD, code, cookie, settings};

/// An app that knows the account's secret.
struct App(SharedSecret);

impl App {
    /// What it shows now, or `steps` of thirty seconds later.
    fn shows(&self, steps: i64) -> String {
        self.0.code_at(model::Timestamp(now().0 + steps * 30_000))
    }
}

/// Enrols the account of a login; answers the login as it is afterwards.
async fn enrol(house: &House, browser: &Browser) -> (App, Vec<String>, Browser) {
    let begin = house.post("/v1/me/second-factor").json(&json!({ "password": PASSWORD }));
    let offered = browser.write(begin).send().await.unwrap();
    assert_eq!(offered.status(), 200);
    let offered: Value = offered.json().await.unwrap();
    let secret = data_encoding::BASE32_NOPAD.decode(offered["secret"].as_str().unwrap().as_bytes()).unwrap();
    let app = App(SharedSecret::read(&secret).unwrap());
    assert!(offered["address"].as_str().unwrap().starts_with("otpauth://totp/"), "{offered}");
    assert!(offered["picture"]["path"].as_str().unwrap().starts_with('M'));
    let confirm = house.post("/v1/me/second-factor/confirm").json(&json!({ "code": app.shows(0) }));
    let confirmed = browser.write(confirm).send().await.unwrap();
    assert_eq!(confirmed.status(), 200);
    let session = cookie(&confirmed, "tandem_session");
    let after = Browser { session, csrf: cookie(&confirmed, "tandem_csrf") };
    let codes: Value = confirmed.json().await.unwrap();
    let codes = codes["recovery_codes"].as_array().unwrap().iter();
    (app, codes.map(|code| code.as_str().unwrap().to_owned()).collect(), after)
}

async fn try_code(house: &House, user: &str, code: &str) -> reqwest::Response {
    let body = json!({ "user": user, "password": PASSWORD, "code": code });
    house.post("/v1/login").json(&body).send().await.unwrap()
}

async fn status(house: &House, browser: &Browser, path: &str) -> u16 {
    browser.read(house.get(path)).send().await.unwrap().status().as_u16()
}

fn requiring(demand: Demand) -> Settings {
    let mut settings = settings();
    settings.auth.second_factor.agent = demand;
    settings
}

#[tokio::test(flavor = "multi_thread")]
async fn who_enrolled_is_asked_for_a_code_and_each_code_holds_once() {
    let house = House::open().await;
    let (app, _, _) = enrol(&house, &house.login("ana").await).await;
    assert_eq!(code(house.try_login("ana", PASSWORD).await).await, "code_needed");
    assert_eq!(code(house.try_login("ana", "wrong").await).await, "wrong_password");
    assert_eq!(code(try_code(&house, "ana", &app.shows(0)).await).await, "wrong_code", "it enrolled");
    let next = app.shows(1);
    assert_eq!(try_code(&house, "ana", &next).await.status(), 204);
    assert_eq!(code(try_code(&house, "ana", &next).await).await, "wrong_code", "a replay");
    assert_eq!(code(try_code(&house, "ana", &app.shows(9)).await).await, "wrong_code", "too early");
    assert_eq!(house.try_login("ben", PASSWORD).await.status(), 204, "who did not enrol is not asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_tried_twice_at_once_lets_one_in() {
    let house = House::open().await;
    let (app, _, _) = enrol(&house, &house.login("ana").await).await;
    let next = app.shows(1);
    let tries = futures_util::future::join_all((0..4).map(|_| try_code(&house, "ana", &next))).await;
    let let_in = tries.iter().filter(|answer| answer.status() == 204).count();
    assert_eq!(let_in, 1, "{:?}", tries.iter().map(reqwest::Response::status).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_stands_in_once() {
    let house = House::open().await;
    let (_, codes, browser) = enrol(&house, &house.login("ana").await).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(try_code(&house, "ana", &codes[2]).await.status(), 204);
    assert_eq!(code(try_code(&house, "ana", &codes[2]).await).await, "wrong_code");
    assert_eq!(try_code(&house, "ana", &codes[7].to_uppercase()).await.status(), 204);
    let standing = browser.read(house.get("/v1/me/second-factor")).send().await.unwrap();
    let standing: Value = standing.json().await.unwrap();
    assert_eq!((&standing["recovery_left"], &standing["demand"]), (&json!(8), &json!("optional")));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_guesses_codes_for_long_and_the_password_is_needed_to_guess_at_all() {
    let house = House::open().await;
    let (app, codes, _) = enrol(&house, &house.login("ana").await).await;
    for _ in 0..20 {
        house.try_login("ana", "wrong").await;
    }
    let mut refused = Vec::new();
    for _ in 0..7 {
        refused.push(try_code(&house, "ana", "000000").await.status().as_u16());
    }
    assert_eq!(refused, [401, 401, 401, 401, 401, 429, 429]);
    // Neither does the right code shorten the wait: a guesser would learn that it is right.
    for right in [app.shows(1), codes[0].clone()] {
        let waits = try_code(&house, "ana", &right).await;
        assert_eq!(waits.status(), 429);
        let seconds: u64 = waits.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=30).contains(&seconds), "{seconds}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn enrolling_needs_the_password_again_and_ends_the_accounts_other_logins() {
    let house = House::open().await;
    let (here, there) = (house.login("ana").await, house.login("ana").await);
    let begin = |body: Value| here.write(house.post("/v1/me/second-factor").json(&body)).send();
    assert_eq!(code(begin(json!({ "password": "wrong" })).await.unwrap()).await, "wrong_password");
    let confirm = here.write(house.post("/v1/me/second-factor/confirm").json(&json!({ "code": "123456" })));
    assert_eq!(confirm.send().await.unwrap().status(), 409, "nothing was begun");
    let (_, codes, after) = enrol(&house, &here).await;
    assert_eq!(status(&house, &after, "/v1/me").await, 200);
    assert_eq!(status(&house, &there, "/v1/me").await, 401);
    assert_eq!(status(&house, &here, "/v1/me").await, 401, "its token was replaced");
    let again = |body: Value| after.write(house.post("/v1/me/second-factor").json(&body)).send();
    assert_eq!(code(again(json!({ "password": PASSWORD })).await.unwrap()).await, "code_needed");
    let remove = |body: Value| after.write(house.post("/v1/me/second-factor/remove").json(&body)).send();
    assert_eq!(code(remove(json!({ "password": PASSWORD })).await.unwrap()).await, "code_needed");
    let with_code = remove(json!({ "password": PASSWORD, "code": codes[0] })).await.unwrap();
    assert_eq!(with_code.status(), 204);
    assert_eq!(house.try_login("ana", PASSWORD).await.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_it_is_required_a_login_without_it_can_only_enrol() {
    let house = House::with(requiring(Demand::Required), |_| {}).await;
    let browser = house.login("ana").await;
    let me = browser.read(house.get("/v1/me")).send().await.unwrap();
    assert_eq!((me.status().as_u16(), code(me).await.as_str()), (403, "second_factor_required"));
    let echo = browser.write(house.post("/v1/echo").body("hi")).send().await.unwrap();
    assert_eq!(code(echo).await, "second_factor_required");
    let mut socket = tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(format!(
        "ws://{}/console",
        house.address
    ))
    .unwrap();
    socket.headers_mut().insert("cookie", browser.cookies().parse().unwrap());
    socket.headers_mut().insert("origin", house.own_origin().parse().unwrap());
    let opened = tokio_tungstenite::connect_async(socket).await;
    assert!(opened.is_err_and(|error| error.to_string().contains("403")), "a console needs it too");
    let (_, codes, after) = enrol(&house, &browser).await;
    assert_eq!(status(&house, &after, "/v1/me").await, 200);
    let remove = json!({ "password": PASSWORD, "code": codes[0] });
    let remove = after.write(house.post("/v1/me/second-factor/remove").json(&remove));
    assert_eq!(remove.send().await.unwrap().status(), 409, "the role needs it");
    let out = house.login("ben").await;
    assert_eq!(out.write(house.post("/v1/logout")).send().await.unwrap().status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_without_one_neither_enrols_nor_is_asked() {
    let house = House::with(requiring(Demand::Off), |_| {}).await;
    let browser = house.login("ana").await;
    let begin = house.post("/v1/me/second-factor").json(&json!({ "password": PASSWORD }));
    assert_eq!(browser.write(begin).send().await.unwrap().status(), 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admin_resets_somebodys_second_factor_and_nobody_else_does() {
    let house = House::open().await;
    let (_, _, ana) = enrol(&house, &house.login("ana").await).await;
    let reset =
        |by: &Browser| by.write(house.client.delete(house.url("/v1/people/ana/second-factor"))).send();
    let (ben, admin) = (house.login("ben").await, house.login(ADMIN).await);
    assert_eq!(reset(&ben).await.unwrap().status(), 403);
    assert_eq!(reset(&ana).await.unwrap().status(), 403);
    assert_eq!(reset(&admin).await.unwrap().status(), 204);
    assert_eq!(status(&house, &ana, "/v1/me").await, 401, "the logins of who lost it are ended");
    assert_eq!(house.try_login("ana", PASSWORD).await.status(), 204);
    let nobody = admin.write(house.client.delete(house.url("/v1/people/nobody/second-factor")));
    assert_eq!(nobody.send().await.unwrap().status(), 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_gives_nobody_a_code() {
    let house = House::open().await;
    let (app, codes, _) = enrol(&house, &house.login("ana").await).await;
    let kept = house.foundation.store.document("second_factors", "ana", now()).await.unwrap().unwrap();
    let kept = kept.to_string();
    assert!(!kept.contains(&app.0.base32()) && !codes.iter().any(|code| kept.contains(code.as_str())));
    // Another account's would be worth nothing either.
    let body = house.foundation.store.document("second_factors", "ana", now()).await.unwrap().unwrap();
    house.foundation.store.put_document("second_factors", "ben", &body, None).await.unwrap();
    assert_eq!(try_code(&house, "ben", &app.shows(1)).await.status(), 500);
}

/// The example's admin.
const ADMIN: &str = "admin";
