//! The API does what its description says, whatever it is asked: schemathesis makes requests from the
//! description, right and wrong ones, and holds the answers against it.

use std::process::Stdio;

use tandem::auth::token;
use tandem::configuration::organisation::{ApiClient, ApiKey, Scope};
use tokio::process::Command;

use super::support::House;
use super::tool;

/// All that a program may do but to replace the organisation, which would end the house.
const SCOPES: [Scope; 11] = [
    Scope::SessionsRead,
    Scope::SessionsWrite,
    Scope::HistoryRead,
    Scope::QueuesRead,
    Scope::QueuesWrite,
    Scope::AgentsRead,
    Scope::AgentsWrite,
    Scope::OrganisationRead,
    Scope::CustomersErase,
    Scope::MailsRead,
    Scope::MailsWrite,
];

/// What answers are held against. That a request is refused which the schema allows is not among them:
/// some rules no schema can say.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,negative_data_rejection,\
    unsupported_method,ignored_auth,use_after_free,ensure_resource_availability";

/// Requests made for each operation in each phase.
const EXAMPLES: &str = "40";

#[tokio::test(flavor = "multi_thread")]
async fn no_request_made_from_the_description_is_answered_against_it() {
    let house = House::open_with(|_, organisation| {
        let id = model::Name::new("prober").unwrap();
        let (name, scopes) = ("Prober".into(), SCOPES.to_vec());
        let key = ApiKey::Sha256(token::hash("tdm_prober"));
        organisation.api_clients = vec![ApiClient { id, name, scopes, key, agent: None }];
    })
    .await;
    let output = Command::new(tool("schemathesis"))
        .arg("run")
        .arg(house.url("/v1/openapi.json"))
        .args(["--header", "Authorization: Bearer tdm_prober", "--checks", CHECKS])
        .args(["--max-examples", EXAMPLES, "--seed", "1", "--no-color", "--workers", "2"])
        .current_dir(house.data.path())
        .stdin(Stdio::null())
        .output()
        .await
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said.lines().filter(|line| line.contains("generated") || line.contains("Tested")).for_each(|line| {
        println!("{}", line.trim());
    });
    assert!(said.contains("generated"), "requests were made: {said}");
}
