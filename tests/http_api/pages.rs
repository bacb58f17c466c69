//! Pages, their headers, health, and answers where nothing is.

use reqwest::StatusCode;

use crate::house::{House, code, settings};

#[tokio::test(flavor = "multi_thread")]
async fn the_start_page_runs_no_inline_script_and_nobody_frames_it() {
    let house = House::open().await;
    let page = house.get("/").send().await.unwrap();
    assert_eq!(page.status(), 200);
    let header = |name: &str| page.headers()[name].to_str().unwrap().to_owned();
    let policy = header("content-security-policy");
    assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"), "{policy}");
    assert!(policy.contains(&format!("connect-src 'self' ws://{0} wss://{0};", house.address)), "{policy}");
    assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "no-referrer");
    assert_eq!(header("cache-control"), "no-cache");
    assert!(!page.headers().contains_key("strict-transport-security"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_the_browser_has_is_not_sent_again() {
    let house = House::open().await;
    let first = house.get("/index.html").send().await.unwrap();
    let etag = first.headers()["etag"].clone();
    let again = house.get("/").header("if-none-match", etag).send().await.unwrap();
    assert_eq!(again.status(), 304);
    assert_eq!(again.bytes().await.unwrap(), "");
    let other = house.get("/").header("if-none-match", "\"other\"").send().await.unwrap();
    assert_eq!(other.status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_known_by_https_sends_its_cookies_by_https_alone() {
    let mut settings = settings();
    settings.server.public_url = Some("https://desk.example".to_owned());
    let house = House::with(settings, |_| {}).await;
    let login = house.try_login("ana", crate::house::PASSWORD).await;
    let cookies = login.headers().get_all("set-cookie");
    assert!(cookies.iter().all(|cookie| cookie.to_str().unwrap().ends_with("; Secure")));
    assert!(login.headers()["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_json_wherever_it_comes_from() {
    let house = House::open().await;
    for path in
        ["/nothing", "/v1/nothing", "/chat/nothing", "/../etc/passwd", "/%2e%2e/Cargo.toml", "/assets/"]
    {
        let response = house.get(path).send().await.unwrap();
        assert_eq!(
            (response.status(), code(response).await.as_str()),
            (StatusCode::NOT_FOUND, "not_found"),
            "{path}"
        );
    }
    let method = house.get("/v1/login").send().await.unwrap();
    assert_eq!(method.status(), 405);
    assert_eq!(method.headers()["allow"], "POST");
    assert_eq!(code(method).await, "method");
    let query = house.get("/chat/files/x?key=1&key=2").send().await.unwrap();
    assert_eq!(code(query).await, "malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_drains_is_live_and_not_ready() {
    let house = House::open().await;
    let status = async |path: &str| house.get(path).send().await.unwrap().status().as_u16();
    assert_eq!((status("/health/live").await, status("/health/ready").await), (204, 204));
    house.ready.send(false).unwrap();
    assert_eq!((status("/health/live").await, status("/health/ready").await), (204, 503));
}
