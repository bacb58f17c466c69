//! Who a visitor is decides what they see: tokens and users by site, claims prove nothing. And a chat
//! from its hello to its rating: what is said is there once, whatever the connection does.

#![allow(clippy::unwrap_used, reason = "a test panics where it fails")]

mod support;

use channels::chat::wire::{ChatContent, ChatMessage, ChatRefusal, ChatRequest, Hello, Standing};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use model::{MessageId, Sequence, SessionEvent, SiteId};
use serde_json::json;
use support::mail::Mailbox;
use support::{Customer, House, desk, log};
use tandem::configuration::SecretRef;
use tandem::configuration::organisation::VerifiedUsers;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

const SHOP: &str = "https://shop.example";
const CLUB: &str = "https://club.example";

/// Two sites, each with its own pages and its own secret; a third vouches for nobody.
struct Sites {
    house: House,
    _secrets: tempfile::TempDir,
}

async fn sites() -> Sites {
    let secrets = tempfile::tempdir().unwrap();
    let house = House::open_with(|_, organisation| {
        desk::desk(organisation, 1, 3);
        let first = organisation.sites.remove(0);
        for (id, origin) in [("shop", SHOP), ("club", CLUB), ("fair", "https://fair.example")] {
            let file = secrets.path().join(id);
            std::fs::write(&file, format!("the secret of {id}, and of nobody else")).unwrap();
            let mut site = first.clone();
            site.id = SiteId::new(id).unwrap();
            site.allowed_origins = vec![origin.to_owned()];
            site.email_addresses.clear();
            site.acknowledgements.clear();
            let secret = SecretRef::File(file);
            let vouches = VerifiedUsers { secret, issuer: Some(id.to_owned()), audience: None };
            site.verified_users = (id != "fair").then_some(vouches);
            organisation.sites.push(site);
        }
    })
    .await;
    Sites { house, _secrets: secrets }
}

fn token(secret_of: &str, issuer: &str, user: &str, expires: u64) -> String {
    let claims = json!({ "sub": user, "iss": issuer, "exp": expires, "email": "dora@example.test" });
    let secret = format!("the secret of {secret_of}, and of nobody else");
    encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(secret.as_bytes())).unwrap()
}

const LATER: u64 = 4_000_000_000;

fn at(site: &str, user: Option<String>) -> Hello {
    Hello { site: SiteId::new(site).unwrap(), user, ..support::hello() }
}

/// What the server says to a hello from a page of `origin`.
async fn first_words(house: &House, origin: &str, hello: Hello) -> ChatMessage {
    let mut request = format!("ws://{}/chat", house.server.address).into_client_request().unwrap();
    request.headers_mut().insert("origin", origin.parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let hello = Message::text(serde_json::to_string(&ChatRequest::Hello(hello)).unwrap());
    let said = support::first_word(&mut socket, hello).await;
    serde_json::from_str(&said).unwrap()
}

fn refused(message: ChatMessage) -> ChatRefusal {
    let ChatMessage::Bye { code, .. } = message else { panic!("let in: {message:?}") };
    code
}

#[tokio::test(flavor = "multi_thread")]
async fn a_site_vouches_for_its_own_users_on_its_own_pages_alone() {
    let Sites { house, _secrets } = sites().await;
    let good = token("shop", "shop", "u-1", LATER);
    let welcome = first_words(&house, SHOP, at("shop", Some(good.clone()))).await;
    assert!(matches!(welcome, ChatMessage::Welcome(_)), "{welcome:?}");

    let cases = [
        (SHOP, at("shop", Some(token("club", "shop", "u-1", LATER))), "the other site's secret"),
        (SHOP, at("shop", Some(token("shop", "club", "u-1", LATER))), "another issuer"),
        (SHOP, at("shop", Some(token("shop", "shop", "u-1", 1_000_000_000))), "expired"),
        (CLUB, at("club", Some(good.clone())), "the shop's token at the club"),
        ("https://fair.example", at("fair", Some(good.clone())), "a site that vouches for nobody"),
        (CLUB, at("shop", Some(good.clone())), "the club's page at the shop"),
        (CLUB, at("shop", None), "the club's page at the shop, anonymous"),
    ];
    for (origin, hello, why) in cases {
        assert_eq!(refused(first_words(&house, origin, hello).await), ChatRefusal::Unauthorised, "{why}");
    }
    let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1LTEiLCJleHAiOjQwMDAwMDAwMDB9.".to_owned();
    let answer = first_words(&house, SHOP, at("shop", Some(unsigned))).await;
    assert_eq!(refused(answer), ChatRefusal::Unauthorised);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_only_claims_an_address_sees_and_shows_nothing_of_its_owner() {
    let Sites { house, _secrets } = sites().await;
    let mut agent = house.agent(&desk::name(0)).await;
    let mut dora = Customer::arrive_as(&house, at("shop", Some(token("shop", "shop", "u-1", LATER)))).await;
    dora.tell("my order TO-441100 is late").await;
    let of_dora = agent.accept_next().await;
    dora.close().await;

    let form =
        [("email", "dora@example.test"), ("name", "Dora")].map(|(key, value)| (key.into(), value.into()));
    let claims = Hello { form: form.into(), ..at("shop", None) };
    let mut mallory = Customer::arrive_as(&house, claims).await;
    assert_eq!((mallory.welcome.session, &mallory.welcome.standing), (None, &Standing::Nobody));
    mallory.tell("where is my order?").await;
    let of_mallory = agent.accept_next().await;
    assert_ne!(of_mallory.session, of_dora.session);
    assert_ne!(of_mallory.card.customer, of_dora.card.customer, "a claim is nobody we know");
    assert!(of_mallory.context.history.is_empty(), "nor does the agent take it for one");
    mallory.ping().await;
    let heard = format!("{:?}", mallory.heard);
    assert!(!heard.contains("TO-441100") && !heard.contains("late"), "{heard}");

    // The owner, on another device, does.
    let back = at("shop", Some(token("shop", "shop", "u-1", LATER)));
    let mut dora = Customer::arrive_as(&house, back).await;
    assert_eq!(dora.welcome.session, Some(of_dora.session));
    let items = dora
        .until(|message| match message {
            ChatMessage::Snapshot { items, .. } => Some(items.clone()),
            _ => None,
        })
        .await;
    assert!(format!("{items:?}").contains("TO-441100"));
}

fn posted(house: &House, wanted: MessageId) -> usize {
    let log = log::read(house.data.path());
    let posted = log.iter().filter(
        |logged| matches!(&logged.event, SessionEvent::MessagePosted { message } if message.id == wanted),
    );
    posted.count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_repeated_at_once_later_or_over_another_connection_is_there_once() {
    let house = House::open_with(|settings, organisation| {
        desk::desk(organisation, 1, 3);
        settings.chat.messages_per_ten_seconds = 10_000;
    })
    .await;
    let mut customer = house.customer().await;
    let id = customer.say("once").await;
    let stands = customer.acknowledged(id).await;
    customer.say_as(id, "once").await;
    assert_eq!(customer.acknowledged(id).await, stands, "the same place again");
    // Past what a session remembers: the log itself knows.
    for number in 0..100 {
        customer.tell(&format!("filler {number}")).await;
    }
    customer.say_as(id, "once").await;
    customer.acknowledged(id).await;
    let (visitor, seen) = customer.close().await;
    let mut back = Customer::arrive(&house, Some(visitor.clone()), seen).await;
    let mut tab = Customer::arrive(&house, Some(visitor), seen).await;
    let both = MessageId(uuid::Uuid::now_v7());
    for customer in [&mut back, &mut tab] {
        customer.say_as(id, "once").await;
        customer.say_as(both, "from two tabs").await;
    }
    back.acknowledged(both).await;
    tab.acknowledged(both).await;
    assert_eq!((posted(&house, id), posted(&house, both)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_that_is_too_old_gets_a_snapshot_and_a_small_one_the_events() {
    let house = House::open_with(|settings, organisation| {
        desk::desk(organisation, 1, 3);
        settings.chat.snapshot_window = 10;
        settings.chat.messages_per_ten_seconds = 1_000;
    })
    .await;
    let mut customer = house.customer().await;
    let first = customer.tell("line 0").await;
    let mut recent = first;
    for number in 1..30 {
        let sequence = customer.tell(&format!("line {number}")).await;
        if number == 25 {
            recent = sequence;
        }
    }
    let (visitor, _) = customer.close().await;
    let arrive = async |since: Sequence| Customer::arrive(&house, Some(visitor.clone()), since.0).await;

    let mut near = arrive(recent).await;
    assert!(near.welcome.resumed);
    let mut texts = Vec::new();
    near.until(|message| match message {
        ChatMessage::Event { item, .. } => match &item.content {
            ChatContent::Message { text, .. } => {
                texts.push(text.clone());
                (text == "line 29").then_some(())
            }
            _ => None,
        },
        ChatMessage::Snapshot { .. } => panic!("it could be replayed"),
        _ => None,
    })
    .await;
    assert_eq!(texts, ["line 26", "line 27", "line 28", "line 29"]);

    for since in [first, Sequence(1_000_000)] {
        let mut far = arrive(since).await;
        assert!(!far.welcome.resumed);
        let (items, truncated) = far
            .until(|message| match message {
                ChatMessage::Snapshot { items, truncated, .. } => Some((items.len(), *truncated)),
                ChatMessage::Event { .. } => panic!("events without what they follow"),
                _ => None,
            })
            .await;
        assert!(items <= 10 && truncated, "{items} items");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_end_there_is_a_rating_a_transcript_by_mail_and_a_way_back() {
    let mut mails = Mailbox::open().await;
    let house = House::open_with(|settings, organisation| {
        desk::desk(organisation, 1, 1);
        settings.email.smarthost = Some(mails.smarthost());
    })
    .await;
    let mut agent = house.agent(&desk::name(0)).await;
    let mut customer = house.customer().await;
    customer.tell("my tent leaks").await;
    let offer = agent.accept_next().await;
    let seen = agent.open(offer.session).await.sequence;
    agent.post(offer.session, "we send a new one", seen).await.unwrap();
    while customer.answer().await.1 != "we send a new one" {}
    agent.complete(&offer).await;
    let content = |wanted: ChatContent| {
        move |message: &ChatMessage| match message {
            ChatMessage::Event { item, .. } if item.content == wanted => Some(()),
            _ => None,
        }
    };
    customer.until(content(ChatContent::Closed)).await;

    customer.ask(ChatRequest::Rate { score: 6, comment: None }).await;
    customer.ask(ChatRequest::Rate { score: 5, comment: Some("quick".into()) }).await;
    customer.until(content(ChatContent::Rated { score: 5 })).await;
    customer.ask(ChatRequest::Rate { score: 1, comment: None }).await;
    customer.ask(ChatRequest::Transcript { email: "dora@example.test".into() }).await;
    let (envelope, transcript) = mails.next().await;
    assert_eq!(envelope.recipients, ["dora@example.test"]);
    let at = |text: &str| transcript.text.find(text).unwrap_or_else(|| panic!("{}", transcript.text));
    assert!(at("my tent leaks") < at("we send a new one"), "in order");
    let log = log::read(house.data.path());
    let ratings: Vec<_> = log
        .iter()
        .filter_map(|logged| match &logged.event {
            SessionEvent::Rated { score, comment } => Some((*score, comment.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(ratings, [(5, Some("quick".to_owned()))], "one rating, of one to five");

    // Something comes to mind on the same page: the session goes on, and nothing is lost of it.
    let again = customer.say("one more thing").await;
    customer.acknowledged(again).await;
    assert_eq!(posted(&house, again), 1, "what is acknowledged is in the log");
    let offer = agent.accept_next().await;
    assert_eq!(offer.card.last_text, "one more thing");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_flooded_with_transcripts() {
    let house = House::open_with(|_, organisation| desk::desk(organisation, 1, 1)).await;
    let mut customer = house.customer().await;
    let said = customer.say("my tent leaks").await;
    customer.acknowledged(said).await;
    for number in 0..6 {
        let email = format!("somebody{number}@example.test");
        customer.ask(ChatRequest::Transcript { email }).await;
    }
    let refused = customer
        .until(|message| match message {
            ChatMessage::Refused { code, .. } => Some(*code),
            _ => None,
        })
        .await;
    assert_eq!(refused, ChatRefusal::TooLarge, "the sixth of one session");
    let log = log::read(house.data.path());
    let sent = |event: &SessionEvent| matches!(event, SessionEvent::TranscriptRequested { .. });
    assert_eq!(log.iter().filter(|logged| sent(&logged.event)).count(), 5);
}
