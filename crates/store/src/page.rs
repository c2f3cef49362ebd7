//! Pages: what they are read from has one row more than they give, which tells whether there is another.

use crate::Error;

/// The things of a page of at most `limit`, and what the next one begins after.
pub(crate) fn page_of<Row, Thing, Id>(
    mut rows: Vec<Row>,
    limit: u32,
    id: impl Fn(&Thing) -> Id,
) -> Result<(Vec<Thing>, Option<Id>), Error>
where
    Thing: TryFrom<Row, Error = Error>,
{
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let things = rows.into_iter().map(Thing::try_from).collect::<Result<Vec<_>, _>>()?;
    let next = things.last().filter(|_| more).map(id);
    Ok((things, next))
}
