//! Mails that no session takes are seen, fetched, read again or discarded by API, by those who may.

use serde_json::Value;
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};

use crate::support::House;
use crate::support::mail::{self, deliver, eventually};

const NOBODY: &str =
    "To: help@outdoor.localhost\nSubject: anybody?\nMessage-ID: <n1@example.test>\n\nhello?\n";

/// Two programs: one may read, one may also act. Their keys are made here.
async fn house() -> (House, String, String) {
    let keys = ["tdm_a-key-that-may-read", "tdm_a-key-that-may-act"];
    let house = House::open_with(|settings, organisation| {
        mail::listen(settings);
        let scopes = [vec![Scope::MailsRead], vec![Scope::MailsRead, Scope::MailsWrite]];
        for (name, (key, scopes)) in ["reader", "doer"].iter().zip(keys.iter().zip(scopes)) {
            organisation.api_clients.push(ApiClient {
                id: model::id::Name::new(name).unwrap(),
                name: (*name).into(),
                scopes,
                key: ApiKey::Sha256(sha256(key)),
                agent: None,
            });
        }
    })
    .await;
    (house, keys[0].to_owned(), keys[1].to_owned())
}

fn sha256(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn list(house: &House, key: &str) -> Vec<Value> {
    let client = reqwest::Client::new();
    let response = client.get(house.url("/v1/mails/parked")).bearer_auth(key).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.json::<Value>().await.unwrap()["mails"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_mail_is_listed_fetched_tried_again_and_discarded() {
    let (house, reader, doer) = house().await;
    deliver(&house, "someone@example.test", "help@outdoor.localhost", NOBODY).await;
    let parked = eventually("it is parked", async || list(&house, &reader).await.pop()).await;
    assert_eq!(parked["reason"], "no_sender");
    assert_eq!(parked["subject"], "anybody?");
    assert_eq!(parked["sender"], "someone@example.test");
    assert_eq!(parked["recipients"][0], "help@outdoor.localhost");

    let client = reqwest::Client::new();
    let path = format!("/v1/mails/parked/{}", parked["id"].as_str().unwrap());
    let raw = client.get(house.url(&format!("{path}/raw"))).bearer_auth(&reader).send().await.unwrap();
    let headers = raw.headers().clone();
    assert_eq!(headers["content-disposition"], "attachment; filename=\"mail.eml\"");
    assert_eq!(headers["content-type"], "application/octet-stream");
    assert_eq!(raw.text().await.unwrap(), NOBODY.replace('\n', "\r\n"), "the original, byte for byte");

    let retry = house.url(&format!("{path}/retry"));
    assert_eq!(client.post(&retry).bearer_auth(&reader).send().await.unwrap().status(), 403);
    assert_eq!(client.post(&retry).bearer_auth(&doer).send().await.unwrap().status(), 202);
    let again = eventually("it is parked again", async || {
        list(&house, &reader).await.pop().filter(|again| again["id"] != parked["id"])
    })
    .await;
    assert_eq!(again["reason"], "no_sender");
    assert_eq!(client.post(&retry).bearer_auth(&doer).send().await.unwrap().status(), 404);

    let path = house.url(&format!("/v1/mails/parked/{}", again["id"].as_str().unwrap()));
    assert_eq!(client.delete(&path).bearer_auth(&reader).send().await.unwrap().status(), 403);
    assert_eq!(client.delete(&path).bearer_auth(&doer).send().await.unwrap().status(), 204);
    assert_eq!(client.delete(&path).bearer_auth(&doer).send().await.unwrap().status(), 404);
    assert!(list(&house, &reader).await.is_empty());
    let metrics = client.get(house.url("/metrics")).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("tandem_mails_parked_total{reason=\"no_sender\"}"), "{metrics}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_supervisors_and_keys_for_it_see_parked_mail() {
    let (house, _, _) = house().await;
    let url = house.url("/v1/mails/parked");
    let client = reqwest::Client::new();
    assert_eq!(client.get(&url).send().await.unwrap().status(), 401);
    for (user, status) in [("ana", 403), ("sam", 200)] {
        let cookies = house.agent(user).await.cookies;
        let response = client.get(&url).header("cookie", cookies).send().await.unwrap();
        assert_eq!(response.status(), status, "{user}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_opens_sessions_faster_than_people_do_is_held_up_until_a_person_looks() {
    let (house, reader, doer) = house().await;
    for number in 0..7 {
        let raw = format!(
            "From: Mill <mill@example.test>\nTo: help@outdoor.localhost\nSubject: buy\n\
             Message-ID: <{number}@example.test>\n\nnumber {number}\n"
        );
        deliver(&house, "mill@example.test", "help@outdoor.localhost", &raw).await;
    }
    let parked = eventually("two are parked", async || {
        let parked = list(&house, &reader).await;
        (parked.len() == 2).then_some(parked)
    })
    .await;
    assert!(parked.iter().all(|mail| mail["reason"] == "too_many_sessions"), "{parked:?}");
    let open = async || house.server.engine.foundation.store.open_sessions(None, 100).await.unwrap().len();
    assert_eq!(open().await, 5);

    let client = reqwest::Client::new();
    let retry = house.url(&format!("/v1/mails/parked/{}/retry", parked[0]["id"].as_str().unwrap()));
    assert_eq!(client.post(&retry).bearer_auth(&doer).send().await.unwrap().status(), 202);
    eventually("it has its session", async || (open().await == 6).then_some(())).await;
}
