//! What the two servers said about a mail, apart from what stands in it.

use serde::{Deserialize, Serialize};

/// The envelope of one mail (RFC 5321): who gets answers about delivery, and who gets the mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// None is the null sender `<>`: a bounce or another automatic mail, never to be answered.
    pub sender: Option<String>,
    /// Lower case; at least one.
    pub recipients: Vec<String>,
}
