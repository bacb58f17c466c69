//! Who may open a WebSocket.

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::house::{BOT_KEY, House, REPORTS_KEY, SHOP};

type Opened = Result<WebSocketStream<TcpStream>, u16>;

/// The socket, or the status of the refusal.
async fn open(house: &House, path: &str, headers: &[(&str, &str)]) -> Opened {
    let mut request = format!("ws://{}{path}", house.address).into_client_request().unwrap();
    for (name, value) in headers {
        let name = axum::http::HeaderName::from_bytes(name.as_bytes()).unwrap();
        request.headers_mut().append(name, value.parse().unwrap());
    }
    let stream = TcpStream::connect(house.address).await.unwrap();
    match client_async(request, stream).await {
        Ok((socket, _)) => Ok(socket),
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(error) => panic!("{error}"),
    }
}

async fn next_text(socket: &mut WebSocketStream<TcpStream>) -> String {
    socket.next().await.unwrap().unwrap().into_text().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chat_opens_from_our_pages_and_from_those_a_site_allows() {
    let house = House::open().await;
    let mut own = open(&house, "/chat", &[("origin", &house.own_origin())]).await.unwrap();
    assert_eq!(next_text(&mut own).await, "own 127.0.0.1");
    let mut shop = open(&house, "/chat", &[("origin", SHOP)]).await.unwrap();
    assert_eq!(next_text(&mut shop).await, format!("{SHOP} 127.0.0.1"));
    shop.send(Message::text("hello")).await.unwrap();
    assert_eq!(next_text(&mut shop).await, "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_strange_origins_open_no_socket() {
    let house = House::open().await;
    let ana = house.login("ana").await;
    let cookies = ana.cookies();
    let port = house.address.port();
    let mut strange: Vec<String> = (0..18).map(|number| format!("https://evil{number}.example")).collect();
    for bad in [
        "null",
        "",
        "file://",
        "https://shop.example.evil.example",
        "https://evil.example/https://shop.example",
        "https://shop.example:444",
        "http://shop.example",
        "https://www.shop.example",
        "https://shop.example@evil.example",
        "https://shop.example,https://evil.example",
        "https://xshop.example",
        "chrome-extension://abc",
    ] {
        strange.push(bad.to_owned());
    }
    strange.push(format!("http://localhost:{port}"));
    strange.push(format!("http://127.0.0.1:{}", port.wrapping_add(1)));
    for origin in &strange {
        assert_eq!(open(&house, "/chat", &[("origin", origin)]).await.err(), Some(403), "{origin}");
        let console = open(&house, "/console", &[("origin", origin), ("cookie", &cookies)]).await;
        assert_eq!(console.err(), Some(403), "{origin}");
    }
    assert_eq!(open(&house, "/chat", &[]).await.err(), Some(403), "no origin");
    assert_eq!(open(&house, "/console", &[("cookie", &cookies)]).await.err(), Some(403), "no origin");
    let twice = [("origin", SHOP), ("origin", "https://evil.example")];
    assert_eq!(open(&house, "/chat", &twice).await.err(), Some(403), "two origins");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_opens_for_a_login_on_our_page() {
    let house = House::open().await;
    let origin = house.own_origin();
    let ana = house.login("ana").await;
    let cookies = ana.cookies();
    let mut console = open(&house, "/console", &[("origin", &origin), ("cookie", &cookies)]).await.unwrap();
    assert_eq!(next_text(&mut console).await, "ana");
    assert_eq!(open(&house, "/console", &[("origin", &origin)]).await.err(), Some(401));
    let forged = [("origin", origin.as_str()), ("cookie", "tandem_session=AAAA")];
    assert_eq!(open(&house, "/console", &forged).await.err(), Some(401));
    assert_eq!(open(&house, "/console", &[("origin", SHOP), ("cookie", &cookies)]).await.err(), Some(403));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_console_opens_for_a_program_that_attends_and_no_other() {
    let house = House::open().await;
    let key = |key: &str| format!("Bearer {key}");
    let mut console = open(&house, "/console", &[("authorization", &key(BOT_KEY))]).await.unwrap();
    assert_eq!(next_text(&mut console).await, "scout");
    assert_eq!(open(&house, "/console", &[("authorization", &key(REPORTS_KEY))]).await.err(), Some(403));
    assert_eq!(open(&house, "/console", &[("authorization", &key("tdm_guess"))]).await.err(), Some(401));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_larger_than_the_settings_allow_ends_the_socket() {
    let house = House::open().await;
    let mut chat = open(&house, "/chat", &[("origin", SHOP)]).await.unwrap();
    next_text(&mut chat).await;
    let fitting = "x".repeat(house.foundation.settings.chat.max_message_bytes);
    chat.send(Message::text(fitting.clone())).await.unwrap();
    assert_eq!(next_text(&mut chat).await, fitting);
    // The far side may hang up while this is still being sent.
    let _ = chat.send(Message::text("x".repeat(200_000))).await;
    let end = chat.next().await;
    assert!(matches!(end, None | Some(Err(_) | Ok(Message::Close(_)))), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_no_handshake_is_told_so() {
    let house = House::open().await;
    let plain = house.get("/chat").header("origin", SHOP).send().await.unwrap();
    assert_eq!(plain.status(), 426);
    assert_eq!(house.post("/chat").send().await.unwrap().status(), 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_house_says_that_it_is_busy() {
    let mut settings = crate::house::settings();
    settings.sessions.max_live = 1;
    let house = House::with(settings, |_| {}).await;
    let mut first = open(&house, "/chat", &[("origin", SHOP)]).await.unwrap();
    next_text(&mut first).await;
    assert_eq!(open(&house, "/chat", &[("origin", SHOP)]).await.err(), Some(503));
}
