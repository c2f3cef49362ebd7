//! Browsers that are logged in, and the one-time links by which they can.

use highline_model::Timestamp;
use highline_model::id::id_at;
use sea_orm::{ConnectionTrait, FromQueryResult};
use secrecy::SecretString;
use uuid::Uuid;

use crate::json::without_nul;
use crate::page::page_of;
use crate::secret::{hash_of_secret, new_secret};
use crate::sql::Sql;
use crate::tokens::{NOTED_EVERY, role};
use crate::{Error, Guest, NewSession, Origin, Page, SessionPage, SessionRecord, Store};

/// A session that nobody uses ends after so long,
const IDLE: chrono::Duration = chrono::Duration::days(7);
/// and any after so long.
const LONGEST: chrono::Duration = chrono::Duration::days(30);
/// How long a one-time link is good.
const LINK: chrono::Duration = chrono::Duration::minutes(15);

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    token_id: Option<Uuid>,
    origin: String,
    name: String,
    role: String,
    created_at: Timestamp,
    seen_at: Timestamp,
    expires_at: Timestamp,
    token_ends_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct Ended {
    name: String,
}

#[derive(FromQueryResult)]
struct CodeRow {
    role: String,
    name: Option<String>,
}

impl Store {
    /// Opens a session; the secret is for the cookie.
    pub async fn open_session(&self, new: NewSession<'_>) -> Result<(SessionRecord, SecretString), Error> {
        let secret = new_secret("");
        let expires_at = new.now + IDLE;
        let word = new.origin.word();
        let (token, origin) = match &new.origin {
            Origin::Token(id) => (Some(*id), word.to_owned()),
            Origin::Link => (None, word.to_owned()),
            Origin::Environment(hash) => (None, format!("{word}:{hash}")),
        };
        let id = id_at(new.now);
        let row = [
            id.into(),
            hash_of_secret(&secret).into(),
            token.into(),
            origin.into(),
            without_nul(new.name).into_owned().into(),
            new.role.as_str().into(),
            new.now.into(),
            new.now.into(),
            expires_at.into(),
        ];
        let columns = "id, hash, token_id, origin, name, role, created_at, seen_at, expires_at";
        let insert = Sql::new("INSERT INTO sessions (").text(columns).text(") ").values([row]);
        self.write.execute_raw(insert.build(self.write.get_database_backend())).await?;
        let record = SessionRecord {
            id,
            origin: new.origin,
            name: new.name.to_owned(),
            role: new.role,
            created_at: new.now,
            last_used_at: new.now,
            expires_at,
        };
        Ok((record, secret))
    }

    /// The session of a cookie, unless it has ended, or the token behind it. Its end moves on.
    pub async fn session(
        &self,
        secret: &SecretString,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, Error> {
        let select = in_force(now).text(" AND s.hash = ").value(hash_of_secret(secret));
        let backend = self.read.get_database_backend();
        let Some(mut row) = Row::find_by_statement(select.build(backend)).one(&self.read).await? else {
            return Ok(None);
        };
        if row.seen_at + NOTED_EVERY <= now {
            let ends = [Some(now + IDLE), Some(row.created_at + LONGEST), row.token_ends_at];
            row.expires_at = ends.into_iter().flatten().min().unwrap_or(row.expires_at);
            row.seen_at = now;
            let update = Sql::new("UPDATE sessions SET seen_at = ")
                .value(now)
                .text(", expires_at = ")
                .value(row.expires_at)
                .text(" WHERE hash = ")
                .value(hash_of_secret(secret));
            self.write.execute_raw(update.build(self.write.get_database_backend())).await?;
        }
        SessionRecord::try_from(row).map(Some)
    }

    /// Sessions that have not ended, newest first.
    pub async fn sessions(&self, page: Page<Uuid>, now: Timestamp) -> Result<SessionPage, Error> {
        let mut select = in_force(now);
        if let Some(after) = page.after {
            select = select.text(" AND s.id < ").value(after);
        }
        let select = select.text(" ORDER BY s.id DESC LIMIT ").value(i64::from(page.limit) + 1);
        let backend = self.read.get_database_backend();
        let rows = Row::find_by_statement(select.build(backend)).all(&self.read).await?;
        let (sessions, next) = page_of(rows, page.limit, |session: &SessionRecord| session.id)?;
        Ok(SessionPage { sessions, next })
    }

    /// Logs a browser out, whoever it is; its name, or `None` where there is no such session.
    pub async fn end_session_of(&self, id: Uuid) -> Result<Option<String>, Error> {
        let delete = Sql::new("DELETE FROM sessions WHERE id = ").value(id).text(" RETURNING name");
        let backend = self.write.get_database_backend();
        let ended = Ended::find_by_statement(delete.build(backend)).one(&self.write).await?;
        Ok(ended.map(|ended| ended.name))
    }

    /// Logs out.
    pub async fn end_session(&self, secret: &SecretString) -> Result<(), Error> {
        let delete = Sql::new("DELETE FROM sessions WHERE hash = ").value(hash_of_secret(secret));
        self.write.execute_raw(delete.build(self.write.get_database_backend())).await?;
        Ok(())
    }

    /// The code of a link by which one browser can log in, for a quarter of an hour; and when that is over.
    pub async fn make_login_code(
        &self,
        guest: &Guest,
        now: Timestamp,
    ) -> Result<(SecretString, Timestamp), Error> {
        let secret = new_secret("");
        let ends = now + LINK;
        let name = guest.name.as_deref().map(|name| without_nul(name).into_owned());
        let row = [hash_of_secret(&secret).into(), guest.role.as_str().into(), ends.into(), name.into()];
        let insert = Sql::new("INSERT INTO login_codes (hash, role, expires_at, name) ").values([row]);
        self.write.execute_raw(insert.build(self.write.get_database_backend())).await?;
        Ok((secret, ends))
    }

    /// Uses a code up; whom it is for, or `None` where it is none, was used, or is too old.
    pub async fn use_login_code(&self, code: &SecretString, now: Timestamp) -> Result<Option<Guest>, Error> {
        let delete = Sql::new("DELETE FROM login_codes WHERE hash = ")
            .value(hash_of_secret(code))
            .text(" AND expires_at > ")
            .value(now)
            .text(" RETURNING role, name");
        let backend = self.write.get_database_backend();
        let row = CodeRow::find_by_statement(delete.build(backend)).one(&self.write).await?;
        let guest = |row: CodeRow| {
            let role = role(&row.role, || "a login code".to_owned())?;
            Ok(Guest { role, name: row.name })
        };
        row.map(guest).transpose()
    }

    /// Deletes sessions and codes that have ended.
    pub async fn forget_logins(&self, now: Timestamp) -> Result<(), Error> {
        for table in ["sessions", "login_codes"] {
            let delete = Sql::new("DELETE FROM ").text(table).text(" WHERE expires_at <= ").value(now);
            self.write.execute_raw(delete.build(self.write.get_database_backend())).await?;
        }
        Ok(())
    }
}

/// Neither it nor the token behind it is over.
fn in_force(now: Timestamp) -> Sql {
    Sql::new(
        "SELECT s.id, s.token_id, s.origin, s.name, s.role, s.created_at, s.seen_at, s.expires_at, \
         t.expires_at AS token_ends_at FROM sessions s LEFT JOIN tokens t ON t.id = s.token_id \
         WHERE s.id IS NOT NULL AND s.expires_at > ",
    )
    .value(now)
    .text(" AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > ")
    .value(now)
    .text(")")
}

impl TryFrom<Row> for SessionRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        let origin = match (row.token_id, row.origin.strip_prefix("environment:")) {
            (Some(token), _) => Origin::Token(token),
            (None, Some(hash)) => Origin::Environment(hash.to_owned()),
            (None, None) => Origin::Link,
        };
        let role = role(&row.role, || format!("a session of {}", row.name))?;
        Ok(Self {
            id: row.id,
            origin,
            name: row.name,
            role,
            created_at: row.created_at,
            last_used_at: row.seen_at,
            expires_at: row.expires_at,
        })
    }
}
