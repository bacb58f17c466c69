//! What Redis answers, read with suspicion: None where it is not what was asked for.

use std::time::Duration;

use bytes::Bytes;
use model::{AgentId, Epoch};
use redis::Value;
use uuid::Uuid;

use crate::cluster::call::{Answer, Identity, Letter, LetterKind, Placed, Shown};
use crate::cluster::names::{Incarnation, NodeId, Owner};

pub(super) type Reader = fn(&Value) -> Option<Answer>;

pub(super) fn done(_: &Value) -> Option<Answer> {
    Some(Answer::Done)
}

pub(super) fn done_or_lost(value: &Value) -> Option<Answer> {
    Some(if number(value)? == 1 { Answer::Done } else { Answer::Lost })
}

pub(super) fn done_or_stale(value: &Value) -> Option<Answer> {
    Some(if number(value)? == 1 { Answer::Done } else { Answer::Stale })
}

pub(super) fn sent(value: &Value) -> Option<Answer> {
    match number(value)? {
        0 => Some(Answer::Full),
        1 => Some(Answer::Done),
        2 => Some(Answer::Known),
        _ => None,
    }
}

pub(super) fn identity(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    let cluster = text(parts.first()?)?.parse().ok()?;
    let (fingerprint, format) = (text(parts.get(1)?)?, text(parts.get(2)?)?.parse().ok()?);
    Some(Answer::Identity(Identity { cluster, fingerprint, format }))
}

pub(super) fn hold(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    let Some(by) = parts.first() else { return Some(Answer::Done) };
    let remaining = u64::try_from(number(parts.get(1)?)?).unwrap_or(0);
    Some(Answer::Held { by: incarnation(by)?, remaining: Duration::from_millis(remaining) })
}

pub(super) fn holder(value: &Value) -> Option<Answer> {
    match value {
        Value::Nil => Some(Answer::Holder(None)),
        value => incarnation(value).map(|holder| Answer::Holder(Some(holder))),
    }
}

pub(super) fn taken(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    match parts {
        [taken] => epoch(taken).map(Answer::Taken),
        parts => whole_owner(parts).map(Answer::Owned),
    }
}

pub(super) fn owner(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    match parts.first()? {
        Value::Nil => Some(Answer::Owner(None)),
        _ => whole_owner(parts).map(|owner| Answer::Owner(Some(owner))),
    }
}

pub(super) fn kept(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    match parts.first()? {
        Value::Nil => Some(Answer::Kept(None)),
        at => Some(Answer::Kept(Some((epoch(at)?, raw(parts.get(1)?)?)))),
    }
}

pub(super) fn recovered(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    let letters = array(parts.first()?)?.iter().map(placed).collect::<Option<_>>()?;
    Some(Answer::Letters { letters, dead: usize::try_from(number(parts.get(1)?)?).ok()? })
}

/// One stream with its entries, or nothing in time.
pub(super) fn fetched(value: &Value) -> Option<Answer> {
    let letters = match value {
        Value::Nil => Vec::new(),
        Value::Map(streams) => letters(&streams.first()?.1)?,
        value => match array(value)?.first() {
            None => Vec::new(),
            Some(stream) => letters(array(stream)?.get(1)?)?,
        },
    };
    Some(Answer::Letters { letters, dead: 0 })
}

/// Letters laid aside.
pub(super) fn dead(value: &Value) -> Option<Answer> {
    Some(Answer::Letters { letters: letters(value)?, dead: 0 })
}

fn letters(value: &Value) -> Option<Vec<Placed>> {
    array(value)?.iter().map(placed).collect()
}

pub(super) fn presences(value: &Value) -> Option<Answer> {
    let parts = array(value)?;
    let next = text(parts.first()?)?.parse().ok()?;
    let fields = array(parts.get(1)?)?;
    let shown = fields.chunks_exact(2).map(|pair| Some((agent(&pair[0])?, shown(&pair[1])?)));
    Some(Answer::Presences { shown: shown.collect::<Option<_>>()?, next })
}

fn agent(value: &Value) -> Option<AgentId> {
    AgentId::new(&text(value)?).ok()
}

/// "version node bytes"
fn shown(value: &Value) -> Option<Shown> {
    let bytes = raw(value)?;
    let mut parts = bytes.splitn(3, |byte| *byte == b' ');
    let version = std::str::from_utf8(parts.next()?).ok()?.parse().ok()?;
    let node = NodeId::new(std::str::from_utf8(parts.next()?).ok()?).ok()?;
    Some(Shown { node, version, value: Bytes::copy_from_slice(parts.next()?) })
}

fn placed(entry: &Value) -> Option<Placed> {
    let parts = array(entry)?;
    let fields = array(parts.get(1)?)?;
    let field = |name: &str| {
        fields.chunks_exact(2).find(|pair| text(&pair[0]).as_deref() == Some(name)).map(|pair| &pair[1])
    };
    let letter = Letter {
        id: text(field("id")?)?.parse::<Uuid>().ok()?,
        from: NodeId::new(&text(field("from")?)?).ok()?,
        kind: kind(&text(field("kind")?)?)?,
        bytes: raw(field("bytes")?)?,
    };
    Some(Placed { place: text(parts.first()?)?, letter })
}

pub(super) fn kind_name(kind: LetterKind) -> &'static str {
    match kind {
        LetterKind::Command => "command",
        LetterKind::Question => "question",
        LetterKind::Reply => "reply",
    }
}

fn kind(name: &str) -> Option<LetterKind> {
    [LetterKind::Command, LetterKind::Question, LetterKind::Reply]
        .into_iter()
        .find(|kind| kind_name(*kind) == name)
}

fn whole_owner(parts: &[Value]) -> Option<Owner> {
    let [node, by, at] = parts else { return None };
    let node = NodeId::new(&text(node)?).ok()?;
    Some(Owner { node, incarnation: incarnation(by)?, epoch: epoch(at)? })
}

fn incarnation(value: &Value) -> Option<Incarnation> {
    text(value)?.parse().ok().map(Incarnation)
}

fn epoch(value: &Value) -> Option<Epoch> {
    text(value)?.parse().ok().map(Epoch)
}

fn array(value: &Value) -> Option<&[Value]> {
    match value {
        Value::Array(values) => Some(values),
        _ => None,
    }
}

fn raw(value: &Value) -> Option<Bytes> {
    match value {
        Value::BulkString(bytes) => Some(Bytes::copy_from_slice(bytes)),
        _ => None,
    }
}

pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => std::str::from_utf8(bytes).ok().map(str::to_owned),
        Value::SimpleString(text) => Some(text.clone()),
        _ => None,
    }
}

fn number(value: &Value) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}
