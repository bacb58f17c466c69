//! Passwords, cookies, CSRF tokens and their limits.

use std::time::{Duration, Instant};

use tandem::configuration::organisation::Password;

use crate::house::{HASHED, House, PASSWORD, code, settings};

#[tokio::test(flavor = "multi_thread")]
async fn a_login_says_who_one_is_until_one_logs_out() {
    let house = House::open().await;
    assert_eq!(house.get("/v1/me").send().await.unwrap().status(), 401);
    for user in ["ana", HASHED] {
        let browser = house.login(user).await;
        let me: serde_json::Value =
            browser.read(house.get("/v1/me")).send().await.unwrap().json().await.unwrap();
        assert_eq!((me["agent"].as_str(), me["role"].as_str()), (Some(user), Some("agent")));
        assert_eq!(browser.write(house.post("/v1/logout")).send().await.unwrap().status(), 204);
        assert_eq!(browser.read(house.get("/v1/me")).send().await.unwrap().status(), 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_session_cookie_is_out_of_reach_of_scripts() {
    let house = House::open().await;
    let response = house.try_login("ana", PASSWORD).await;
    let lines: Vec<&str> =
        response.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    let session = lines.iter().find(|line| line.starts_with("tandem_session=")).unwrap();
    assert!(
        session.contains("HttpOnly") && session.contains("SameSite=Strict") && session.contains("Path=/")
    );
    assert!(!lines.iter().find(|line| line.starts_with("tandem_csrf=")).unwrap().contains("HttpOnly"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let house = House::open().await;
    let mut answers = Vec::new();
    for (user, password) in
        [("ana", "wrong"), (HASHED, "wrong"), ("nobody", PASSWORD), ("not a name", "x"), ("scout", "")]
    {
        let response = house.try_login(user, password).await;
        answers.push((response.status().as_u16(), response.text().await.unwrap()));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

/// Hashes here cost enough that a check left out would be seen.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_user_takes_as_long_as_a_wrong_password() {
    let mut settings = settings();
    settings.auth.argon2_memory_kib = 8 * 1024;
    let house = House::with(settings, |_| {}).await;
    let mut fastest = [Duration::MAX; 3];
    for _ in 0..12 {
        for (slot, user) in [HASHED, "ana", "nobody"].into_iter().enumerate() {
            let begun = Instant::now();
            house.try_login(user, "wrong").await;
            fastest[slot] = fastest[slot].min(begun.elapsed());
        }
    }
    let [hashed, demo, unknown] = fastest;
    assert!(unknown * 2 > hashed && demo * 2 > hashed, "{fastest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn demo_passwords_open_nothing_on_a_server_that_others_can_reach() {
    let mut settings = settings();
    settings.server.address = "0.0.0.0:8080".parse().unwrap();
    let house = House::with(settings, |_| {}).await;
    assert_eq!(house.try_login("ana", PASSWORD).await.status(), 401);
    assert_eq!(house.try_login(HASHED, PASSWORD).await.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_needs_the_csrf_token_of_this_very_login() {
    let house = House::open().await;
    let (ana, ben) = (house.login("ana").await, house.login("ben").await);
    let bare = || ana.read(house.post("/v1/echo").body("hi"));
    assert_eq!(code(bare().send().await.unwrap()).await, "forbidden");
    for wrong in ["", "x", ben.csrf.as_str(), ana.session.as_str()] {
        assert_eq!(bare().header("x-csrf-token", wrong).send().await.unwrap().status(), 403, "{wrong}");
    }
    let right = bare().header("x-csrf-token", &ana.csrf);
    assert_eq!(right.try_clone().unwrap().send().await.unwrap().text().await.unwrap(), "ana: hi");
    let from_elsewhere = right.header("origin", "https://evil.example").send().await.unwrap();
    assert_eq!(from_elsewhere.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_ends_with_its_password_and_with_its_person() {
    let house = House::open().await;
    let (ana, ben) = (house.login("ana").await, house.login("ben").await);
    let mut organisation = (*house.foundation.organisation()).clone();
    organisation.agents.retain(|person| person.id.as_str() != "ben");
    organisation.agents[0].password = Some(Password::Demo("another".to_owned()));
    assert_eq!(organisation.agents[0].id.as_str(), "ana");
    house.foundation.organisation.store(organisation.into());
    for browser in [ana, ben] {
        assert_eq!(browser.read(house.get("/v1/me")).send().await.unwrap().status(), 401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tries_past_the_limit_of_an_account_hear_when_to_come_back() {
    let mut settings = settings();
    settings.auth.logins_per_account_per_minute = 3;
    let house = House::with(settings, |_| {}).await;
    for _ in 0..3 {
        assert_eq!(house.try_login("ana", "wrong").await.status(), 401);
    }
    let refused = house.try_login("ana", PASSWORD).await;
    assert_eq!(refused.status(), 429);
    let seconds: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=20).contains(&seconds), "{seconds}");
    assert_eq!(house.try_login("ben", PASSWORD).await.status(), 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_logins_is_turned_away_and_others_are_served_meanwhile() {
    let mut settings = settings();
    settings.auth.argon2_memory_kib = 8 * 1024;
    settings.auth.max_hashing = 1;
    settings.auth.logins_per_account_per_minute = 100_000;
    settings.auth.logins_per_address_per_minute = 100_000;
    let house = House::with(settings, |_| {}).await;
    let flood = futures_util::future::join_all((0..300).map(|_| house.try_login(HASHED, "wrong")));
    let others = async {
        let mut slowest = Duration::ZERO;
        for _ in 0..20 {
            let begun = Instant::now();
            assert_eq!(house.get("/health/live").send().await.unwrap().status(), 204);
            slowest = slowest.max(begun.elapsed());
        }
        slowest
    };
    let (answers, slowest) = tokio::join!(flood, others);
    let turned_away = answers.iter().filter(|answer| answer.status() == 429).count();
    assert!(turned_away > 0, "all {} were hashed", answers.len());
    assert!(answers.iter().all(|answer| matches!(answer.status().as_u16(), 401 | 429)));
    assert!(slowest < Duration::from_secs(5), "{slowest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_no_login_is_refused_without_a_hash() {
    let house = House::open().await;
    let send =
        |kind: &str, body: String| house.post("/v1/login").header("content-type", kind).body(body).send();
    let form =
        send("application/x-www-form-urlencoded", "user=ana&password=tandem-demo".into()).await.unwrap();
    assert_eq!(form.status(), 415);
    assert_eq!(send("application/json", "{".into()).await.unwrap().status(), 400);
    let huge = format!("{{\"user\":\"ana\",\"password\":\"{}\"}}", "x".repeat(100_000));
    assert_eq!(code(send("application/json", huge).await.unwrap()).await, "malformed");
}
