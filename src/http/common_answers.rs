//! The answers that any request of `/v1` may have, described once for all: what cannot be read, who is
//! not known, and a server that is busy.

use utoipa::openapi::path::Operation;
use utoipa::openapi::{ContentBuilder, OpenApi, PathItem, Ref, RefOr, Response, ResponseBuilder};

const TO_ANY: [(&str, &str); 5] = [
    ("400", "The path, the query or the body cannot be read."),
    ("401", "No login and no valid key."),
    ("403", "Not for this role, or not with this key."),
    ("429", "Too many requests: try again after `Retry-After`."),
    ("503", "The server is busy or going away: nothing was done, trying again is safe."),
];

const TO_A_BODY: [(&str, &str); 3] = [
    ("413", "The body is too large."),
    ("415", "The body is not of the type described."),
    ("422", "The body can be read, and is not what is described."),
];

/// Adds them to each operation that does not describe them itself.
pub(super) fn add(description: &mut OpenApi) {
    description.paths.paths.values_mut().flat_map(operations).for_each(add_to);
}

fn operations(path: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, patch, head, options, trace, .. } = path;
    [get, put, post, delete, patch, head, options, trace].into_iter().flatten()
}

fn add_to(operation: &mut Operation) {
    let to_a_body: &[_] = if operation.request_body.is_some() { &TO_A_BODY } else { &[] };
    for (status, meaning) in TO_ANY.iter().chain(to_a_body) {
        let answers = &mut operation.responses.responses;
        answers.entry((*status).to_owned()).or_insert_with(|| RefOr::T(answer(meaning)));
    }
}

fn answer(meaning: &str) -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name("ErrorBody"))).build();
    ResponseBuilder::new().description(meaning).content("application/json", body).build()
}
