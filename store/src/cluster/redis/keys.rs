//! Names of keys and channels. What one script touches shares a hash tag.

use crate::cluster::hint::Audience;
use crate::cluster::names::{NodeId, Subject};

pub(super) struct Keys(String);

impl Keys {
    pub fn new(prefix: &str) -> Self {
        Self(prefix.to_owned())
    }

    pub fn prefix(&self) -> &str {
        &self.0
    }

    pub fn identity(&self) -> String {
        format!("{}:{{identity}}", self.0)
    }

    pub fn lease(&self, node: &NodeId) -> String {
        format!("{}:{{node/{node}}}:lease", self.0)
    }

    pub fn inbox(&self, node: &NodeId) -> String {
        format!("{}:{{node/{node}}}:inbox", self.0)
    }

    /// Ids of letters that were sent lately.
    pub fn seen(&self, node: &NodeId) -> String {
        format!("{}:{{node/{node}}}:seen", self.0)
    }

    pub fn dead(&self, node: &NodeId) -> String {
        format!("{}:{{node/{node}}}:dead", self.0)
    }

    pub fn owner(&self, subject: &Subject) -> String {
        format!("{}:{{{}}}:owner", self.0, subject.tag())
    }

    pub fn kept(&self, subject: &Subject) -> String {
        format!("{}:{{{}}}:kept", self.0, subject.tag())
    }

    pub fn presences(&self) -> String {
        format!("{}:{{presences}}", self.0)
    }

    pub fn channel(&self, audience: &Audience) -> String {
        match audience {
            Audience::Node(node) => format!("{}:hint/{node}", self.0),
            Audience::All => format!("{}:hints", self.0),
        }
    }
}
