//! With a certificate in the settings the server speaks TLS and nothing else; without a usable one it
//! does not start.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::path::Path;

use support::House;
use tandem::configuration::settings::Tls;

/// A certificate for this machine, and where it stands with its key.
fn certificate(folder: &Path) -> (Tls, String) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let tls = Tls { certificate: folder.join("certificate.pem"), key: folder.join("key.pem") };
    std::fs::write(&tls.certificate, made.cert.pem()).unwrap();
    std::fs::write(&tls.key, made.signing_key.serialize_pem()).unwrap();
    (tls, made.cert.pem())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_trusts_the_certificate_is_served_and_plain_http_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let (tls, certificate) = certificate(folder.path());
    let house = House::open_with(|settings, _| settings.server.tls = Some(tls)).await;
    let port = house.server.address.port();
    let url = format!("https://localhost:{port}/");
    let trusted = reqwest::Certificate::from_pem(certificate.as_bytes()).unwrap();
    let client = reqwest::Client::builder()
        .tls_certs_only([trusted])
        .resolve("localhost", house.server.address)
        .build()
        .unwrap();
    let page = client.get(&url).send().await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(page.headers().contains_key("strict-transport-security"));

    let stranger = reqwest::Client::builder().resolve("localhost", house.server.address).build().unwrap();
    assert!(stranger.get(&url).send().await.unwrap_err().is_connect(), "nobody vouches for it");
    let plain = reqwest::Client::new().get(format!("http://127.0.0.1:{port}/")).send().await;
    assert!(plain.is_err(), "nothing is said in the clear");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_does_not_fit_keeps_the_server_from_starting() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (tls, _) = certificate(one.path());
    let (another, _) = certificate(other.path());
    let data = tempfile::tempdir().unwrap();
    let mut settings = tandem::configuration::Settings::default();
    settings.server.address = ([127, 0, 0, 1], 0).into();
    settings.server.tls = Some(Tls { certificate: tls.certificate, key: another.key });
    settings.store.folder = data.path().to_owned();
    let started = tandem::server::Server::start(settings, Path::new(env!("CARGO_MANIFEST_DIR"))).await;
    let error = started.err().unwrap().to_string();
    assert!(error.contains("cannot use the certificate with the key"), "{error}");
}
