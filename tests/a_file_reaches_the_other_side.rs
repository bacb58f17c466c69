//! A file that an agent sends is fetched by the customer with the link they were shown, and by nobody
//! who was not.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use channels::chat::wire::{ChatContent, ChatMessage, ChatRequest};
use model::MessageId;
use support::House;
use tandem::console::wire::Upload;

const TEXT: &[u8] = b"Poles: two of 45 cm.\n";

/// As the customer's browser uploads it.
async fn upload(house: &House, visitor: &str, name: &str) -> Upload {
    let content = String::from_utf8_lossy(TEXT);
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{content}\r\n--x--\r\n"
    );
    let sending = reqwest::Client::new()
        .post(house.url("/chat/uploads"))
        .header("authorization", format!("Visitor {visitor}"))
        .header("origin", house.url(""))
        .header("content-type", "multipart/form-data; boundary=x")
        .body(body);
    let response = sending.send().await.unwrap();
    assert!(response.status().is_success(), "{}", response.status());
    response.json().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_fetched_by_its_link_under_its_name_and_by_nothing_else() {
    let house = House::open().await;
    let mut customer = house.customer().await;
    let upload = upload(&house, &customer.welcome.visitor.clone(), "my poles & pegs.txt").await;
    let id = MessageId(uuid::Uuid::now_v7());
    let sent = ChatRequest::Message { id, text: "see the list".into(), uploads: vec![upload.upload] };
    customer.ask(sent).await;
    let attachments = customer
        .until(|message| match message {
            ChatMessage::Event { item, .. } => match &item.content {
                ChatContent::Message { id: seen, attachments, .. } if *seen == id => {
                    Some(attachments.clone())
                }
                _ => None,
            },
            _ => None,
        })
        .await;
    let [file] = attachments.as_slice() else { panic!("one file") };
    assert_eq!((file.name.as_str(), file.size), ("my poles & pegs.txt", TEXT.len() as u64));

    let response = reqwest::get(house.url(&file.link)).await.unwrap();
    assert_eq!(response.status(), 200);
    let disposition = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert!(disposition.starts_with("attachment") && disposition.contains("poles"), "{disposition}");
    assert_eq!(response.bytes().await.unwrap(), TEXT);

    let (path, _) = file.link.split_once('?').unwrap();
    for guessed in [path.to_owned(), format!("{path}?key=guessed")] {
        assert_eq!(reqwest::get(house.url(&guessed)).await.unwrap().status(), 403, "{guessed}");
    }
}
