//! Reads recorded days from the store's routing stream.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::{Event, Sequence, Timestamp};
use routing::{Input, Record};
use store::{Store, StoreError};

use super::{Recorded, RecordedDay};
use crate::recording;
use crate::simulate::counts;

/// Records read at a time.
const PAGE: usize = 1_000;

/// A day of the routing stream; none if nobody came. Reads the whole stream up to its end.
pub async fn read(store: &Store, date: Date, zone: &TimeZone) -> Result<Option<RecordedDay>, StoreError> {
    let midnight = |date: Date| counts::moment(zone, date.to_datetime(jiff::civil::Time::midnight()));
    let (Some(from), Some(to)) = (midnight(date), date.tomorrow().ok().and_then(midnight)) else {
        return Ok(None);
    };
    let mut recorded = Recorded::between(from, to);
    each(store, |record| recorded.take(record)).await?;
    Ok(recorded.day())
}

/// The last day on which anybody came.
pub async fn last_day(store: &Store, zone: &TimeZone) -> Result<Option<Date>, StoreError> {
    let mut last = None;
    each(store, |record| {
        if let Record::Fed { at, input } = record
            && matches!(*input, Input::TaskArrived { .. })
        {
            last = Some(at);
        }
    })
    .await?;
    let moment = last.and_then(|at: Timestamp| jiff::Timestamp::from_millisecond(at.as_millis()).ok());
    Ok(moment.map(|moment| zone.to_datetime(moment).date()))
}

/// All records that can be read, in order.
async fn each(store: &Store, mut take: impl FnMut(Record)) -> Result<(), StoreError> {
    let mut after = Sequence::START;
    loop {
        let page = store.load(&recording::stream(), after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.sequence;
        for recorded in page {
            if let Event::Routing(record) = recorded.event
                && let Ok(record) = serde_json::from_value(record)
            {
                take(record);
            }
        }
    }
}
