//! The router's inputs, written behind to the stream `routing/main`, so that its decisions can be
//! replayed (`tandem replay`).
//!
//! The router never waits for the log: [`Recorder::note`] puts a record in a bounded queue, from which
//! a task of its own writes batches. When the queue is full, inputs are counted and a gap is recorded
//! where they are missing. What was not written when the process died is missing at the end; the next
//! start begins a new recording.

use std::time::Duration;

use model::{Epoch, Event, Name, Sequence, StreamId};
use routing::Record;
use store::{Append, AppendError, Store, StoreError};
use tokio::sync::mpsc;

use crate::foundation::now;

/// Records that wait for the writer: a few seconds of a busy house.
const MOST_WAITING: usize = 16_384;
/// Records of one append.
const BATCH: usize = 512;
/// A store that refuses is asked again after this.
const STORE_PAUSE: Duration = Duration::from_millis(200);

/// The only routing domain there is.
pub fn domain() -> Name {
    Name::new("main").expect("a plain word")
}

/// Its stream.
pub fn stream() -> StreamId {
    StreamId::Routing(domain())
}

/// Where the router's actor notes what it was told.
pub struct Recorder {
    records: mpsc::Sender<Record>,
    missing: u64,
}

impl Recorder {
    /// Takes the stream over and writes to it until the recorder is dropped. Retrying is safe.
    pub async fn start(store: Store) -> Result<Self, StoreError> {
        let stream = stream();
        let (mut epoch, mut last) = (Epoch::FIRST, Sequence::START);
        if store.epoch(&stream).await?.is_some() {
            let claim = store.claim(&stream).await?;
            (epoch, last) = (claim.epoch, claim.last);
        }
        // The first record of all is the start.
        crate::retention::note_start(&store, last.next(), now()).await?;
        let (records, waiting) = mpsc::channel(MOST_WAITING);
        tokio::spawn(Writer { store, stream, epoch, last }.run(waiting));
        Ok(Self { records, missing: 0 })
    }

    /// Never waits: what finds no room is counted, and said where room is found again.
    pub fn note(&mut self, record: Record) {
        if self.missing > 0 {
            let gap = Record::Gap { missing: self.missing };
            if self.records.try_send(gap).is_err() {
                self.missing += 1;
                return;
            }
            self.missing = 0;
        }
        if self.records.try_send(record).is_err() {
            self.missing += 1;
            metrics::counter!("tandem_routing_records_missing").increment(1);
        }
    }
}

struct Writer {
    store: Store,
    stream: StreamId,
    epoch: Epoch,
    last: Sequence,
}

impl Writer {
    async fn run(mut self, mut waiting: mpsc::Receiver<Record>) {
        let mut batch = Vec::with_capacity(BATCH);
        while waiting.recv_many(&mut batch, BATCH).await > 0 {
            let events: Vec<_> = batch.drain(..).filter_map(event).collect();
            if let Err(error) = self.write(events).await {
                tracing::error!(%error, "the router's inputs are recorded no more");
                return;
            }
        }
    }

    /// Tries until the store takes it; an error if it never will.
    async fn write(&mut self, events: Vec<Event>) -> Result<(), AppendError> {
        let end = self.last.advance(events.len());
        loop {
            let append = Append::new(self.stream.clone(), self.epoch, self.last, now(), events.clone());
            match self.store.append(append).await {
                Ok(appended) => {
                    self.last = appended.last;
                    return Ok(());
                }
                // An earlier try became durable after all.
                Err(AppendError::Conflict { last }) if last == end => {
                    self.last = last;
                    return Ok(());
                }
                Err(AppendError::Busy | AppendError::Unavailable { .. }) => {
                    tokio::time::sleep(STORE_PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

fn event(record: Record) -> Option<Event> {
    let written = serde_json::to_value(&record);
    written.inspect_err(|error| tracing::error!(%error, "a record is not written")).ok().map(Event::Routing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use routing::Input;

    fn fed(at: i64) -> Record {
        Record::Fed { at: model::Timestamp(at), input: Box::new(Input::Tick) }
    }

    #[test]
    fn what_finds_no_room_is_a_gap_where_it_is_missing() {
        let (records, mut waiting) = mpsc::channel(2);
        let mut recorder = Recorder { records, missing: 0 };
        (1..=5).for_each(|at| recorder.note(fed(at)));
        assert_eq!([waiting.try_recv().unwrap(), waiting.try_recv().unwrap()], [fed(1), fed(2)]);
        recorder.note(fed(6));
        let then = [waiting.try_recv().unwrap(), waiting.try_recv().unwrap()];
        assert_eq!(then, [Record::Gap { missing: 3 }, fed(6)]);
    }
}
