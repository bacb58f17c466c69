//! Which sessions a blob is named in; and which were named in sessions that are erased and in no other:
//! their files are to be deleted.

use model::SessionEvent;

use super::Place;
use crate::sql::{Statement, values};

pub(super) fn statements(place: &Place, event: &SessionEvent) -> Vec<Statement> {
    let SessionEvent::MessagePosted { message } = event else { return Vec::new() };
    let attached = message.attachments.iter().map(|attachment| &attachment.blob);
    let named = |blob: &String| {
        let insert = Statement::new(
            "INSERT INTO blobs (blob, session) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
            values![blob.as_str(), place.session.0],
        );
        [insert, Statement::new("DELETE FROM erased_blobs WHERE blob = ?1", values![blob.as_str()])]
    };
    attached.chain(&message.original).flat_map(named).collect()
}

/// What an erased session named and no other does.
pub(super) fn forget(place: &Place) -> [Statement; 2] {
    let erased = Statement::new(
        "INSERT INTO erased_blobs (blob)
        SELECT blob FROM blobs WHERE session = ?1 AND NOT EXISTS (
            SELECT 1 FROM blobs AS other WHERE other.blob = blobs.blob AND other.session <> ?1)
        ON CONFLICT DO NOTHING",
        values![place.session.0],
    );
    [erased, Statement::new("DELETE FROM blobs WHERE session = ?1", values![place.session.0])]
}
