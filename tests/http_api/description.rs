//! The OpenAPI description says what `/v1` does, and says the same as `docs/openapi.json`.

use std::path::Path;

use serde_json::Value;

use crate::house::House;

/// Routes that the tests add are not in it: only what is described is served as described.
#[tokio::test(flavor = "multi_thread")]
async fn every_described_route_is_there() {
    let house = House::open().await;
    let description: Value = house.get("/v1/openapi.json").send().await.unwrap().json().await.unwrap();
    let paths = description["paths"].as_object().unwrap();
    for path in ["/v1/login", "/v1/logout", "/v1/me", "/v1/uploads", "/v1/files/{blob}"] {
        assert!(paths.contains_key(path), "{path} is not described");
    }
    for (path, operations) in paths {
        for method in operations.as_object().unwrap().keys() {
            let method = method.to_uppercase().parse().unwrap();
            let response = house.client.request(method, house.url(path)).send().await.unwrap();
            assert!(!matches!(response.status().as_u16(), 404 | 405), "{path}: {}", response.status());
        }
    }
}

/// `TANDEM_WRITE_DOCS=1` writes the file anew.
#[tokio::test(flavor = "multi_thread")]
async fn the_description_in_the_documents_is_the_one_served() {
    let house = House::open().await;
    let served: Value = house.get("/v1/openapi.json").send().await.unwrap().json().await.unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/openapi.json");
    if std::env::var_os("TANDEM_WRITE_DOCS").is_some() {
        std::fs::write(&path, serde_json::to_string_pretty(&served).unwrap() + "\n").unwrap();
    }
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(written, served, "write it anew with TANDEM_WRITE_DOCS=1");
}
