//! Files on their way in and out.

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

use crate::house::{House, MAX_UPLOAD, code};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";
const BOUNDARY: &str = "boundary-of-the-tests";

/// A multipart body with one file in it.
async fn send(request: RequestBuilder, field: &str, name: &str, content: &[u8]) -> Response {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
         Content-Type: image/png\r\n\r\n"
    );
    let tail = format!("\r\n--{BOUNDARY}--\r\n");
    let body = [head.as_bytes(), content, tail.as_bytes()].concat();
    let kind = format!("multipart/form-data; boundary={BOUNDARY}");
    request.header("content-type", kind).body(body).send().await.unwrap()
}

async fn send_as_visitor(house: &House, name: &str, content: &[u8]) -> Response {
    let (token, _) = house.auth.visitors.issue().unwrap();
    let request = house.post("/chat/uploads").header("authorization", format!("Visitor {token}"));
    send(request, "file", name, content).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitors_file_becomes_an_attachment_whose_type_is_its_contents() {
    let house = House::open().await;
    for (name, content, media_type) in [
        ("cat.png", PNG, "image/png"),
        ("cat.png", b"MZ\x90\0 not a picture".as_slice(), "application/vnd.microsoft.portable-executable"),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>", "text/html"),
        ("notes.txt", "Grüße".as_bytes(), "text/plain"),
        ("noise", b"\x01\x02\xff\xfe\0", "application/octet-stream"),
    ] {
        let response = send_as_visitor(&house, name, content).await;
        assert_eq!(response.status(), 201);
        let body: Value = response.json().await.unwrap();
        assert_eq!(body["attachment"]["media_type"], media_type, "{name}");
        let attachment = house.auth.uploads.verify(body["upload"].as_str().unwrap()).unwrap();
        assert_eq!((attachment.name.as_str(), attachment.size), (name, content.len() as u64));
        assert_eq!(house.foundation.blobs.get(&attachment.blob).await.unwrap(), content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_larger_than_the_settings_allow_is_refused_and_kept_nowhere() {
    let house = House::open().await;
    let fitting = vec![b'x'; usize::try_from(MAX_UPLOAD).unwrap()];
    assert_eq!(send_as_visitor(&house, "fits.txt", &fitting).await.status(), 201);
    for more in [1, 10_000, 400_000] {
        let large = vec![b'x'; fitting.len() + more];
        let refused = send_as_visitor(&house, "large.txt", &large).await;
        assert_eq!(refused.status(), 413, "{more}");
        assert_eq!(code(refused).await, "too_large");
        assert!(house.foundation.blobs.get(&hash(&large)).await.is_err());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_visitors_of_ours_and_agents_may_send_files() {
    let house = House::open().await;
    for wrong in ["", "Visitor ", "Visitor AAAA", "Bearer x"] {
        let request = house.post("/chat/uploads").header("authorization", wrong);
        assert_eq!(send(request, "file", "a.txt", b"x").await.status(), 401, "{wrong}");
    }
    assert_eq!(send(house.post("/v1/uploads"), "file", "a.txt", b"x").await.status(), 401);
    let ana = house.login("ana").await;
    assert_eq!(send(ana.read(house.post("/v1/uploads")), "file", "a.txt", b"x").await.status(), 403);
    assert_eq!(send(ana.write(house.post("/v1/uploads")), "file", "a.txt", b"x").await.status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_upload_is_refused() {
    let house = House::open().await;
    let ana = house.login("ana").await;
    let upload = || ana.write(house.post("/v1/uploads"));
    assert_eq!(send(upload(), "other", "a.txt", b"x").await.status(), 400);
    assert_eq!(send(upload(), "file", "a.txt", b"").await.status(), 400);
    assert_eq!(upload().body("plain").send().await.unwrap().status(), 400);
    let cut = upload()
        .header("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))
        .body(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhalf a f"));
    assert_eq!(code(cut.send().await.unwrap()).await, "malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_a_download_that_cannot_run() {
    let house = House::open().await;
    let ana = house.login("ana").await;
    for (content, shown) in [
        (b"<!DOCTYPE html><script>alert(1)</script>".as_slice(), "application/octet-stream"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>", "text/plain; charset=utf-8"),
        (PNG, "image/png"),
    ] {
        let blob = house.foundation.blobs.put(content.into()).await.unwrap();
        let path = format!("/v1/files/{blob}?name=..%2Fcat%22.html");
        let response = ana.read(house.get(&path)).send().await.unwrap();
        assert_eq!(response.status(), 200);
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), shown);
        assert_eq!(
            header("content-disposition"),
            "attachment; filename=\"cat_.html\"; filename*=UTF-8''cat%22.html"
        );
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-security-policy"), "sandbox");
        assert_eq!(response.bytes().await.unwrap(), content);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_reaches_only_files_they_were_shown() {
    let house = House::open().await;
    let one = house.foundation.blobs.put("one".into()).await.unwrap();
    let other = house.foundation.blobs.put("other".into()).await.unwrap();
    let get = |blob: &str, key: &str| house.get(&format!("/chat/files/{blob}?key={key}")).send();
    let key = house.auth.files.sign(&one);
    assert_eq!(get(&one, &key).await.unwrap().text().await.unwrap(), "one");
    assert_eq!(get(&other, &key).await.unwrap().status(), 403);
    assert_eq!(get(&one, "").await.unwrap().status(), 403);
    assert_eq!(house.get(&format!("/v1/files/{one}")).send().await.unwrap().status(), 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_there_and_a_name_that_leads_out_are_not_found() {
    let house = House::open().await;
    let ana = house.login("ana").await;
    for blob in [&"0".repeat(64), "..%2F..%2Ftandem.db", "tandem.db", &"A".repeat(64)] {
        let response = ana.read(house.get(&format!("/v1/files/{blob}"))).send().await.unwrap();
        assert_eq!(code(response).await, "not_found", "{blob}");
    }
}

fn hash(content: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
