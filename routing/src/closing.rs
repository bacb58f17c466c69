//! A queue, or all of them, closed by hand whatever the hours say.

use model::Timestamp;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Closing {
    pub reason: String,
    pub since: Timestamp,
    /// None: until somebody opens it.
    pub until: Option<Timestamp>,
}

/// From a time until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub since: Timestamp,
    pub until: Timestamp,
}

/// What none of the closings covers, in order.
pub(crate) fn open_between(
    from: Timestamp,
    to: Timestamp,
    mut closed: Vec<Span>,
) -> impl Iterator<Item = Span> {
    closed.push(Span { since: to, until: to });
    closed.sort_by_key(|span| span.since);
    let mut open_from = from;
    closed.into_iter().filter_map(move |span| {
        let open = Span { since: open_from, until: span.since.min(to) };
        open_from = open_from.max(span.until);
        (open.since < open.until).then_some(open)
    })
}

impl Closing {
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// `Timestamp::MAX` if not by itself.
    pub fn ends(&self) -> Timestamp {
        self.until.unwrap_or(Timestamp::MAX)
    }
}
