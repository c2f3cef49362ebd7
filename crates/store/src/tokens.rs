//! Tokens: who may use the API.

use highline_model::id::id_at;
use highline_model::{Role, Timestamp};
use sea_orm::{ConnectionTrait, FromQueryResult};
use secrecy::SecretString;
use uuid::Uuid;

use crate::json::without_nul;
use crate::page::page_of;
use crate::secret::{hash_of_secret, new_secret};
use crate::sql::Sql;
use crate::{Error, NewToken, Page, Store, TokenMade, TokenPage, TokenRecord};

const COLUMNS: &str = "id, name, role, created_by, created_at, expires_at, last_used_at, revoked_at";

/// The last use is written down once in this time: not with each request.
pub(crate) const NOTED_EVERY: chrono::Duration = chrono::Duration::minutes(1);

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    name: String,
    role: String,
    created_by: String,
    created_at: Timestamp,
    expires_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
}

impl Store {
    /// Makes a token. Its secret is given here and never again.
    pub async fn make_token(&self, new: NewToken<'_>) -> Result<TokenMade, Error> {
        let secret = new_secret("hl_");
        let record = TokenRecord {
            id: id_at(new.now),
            name: without_nul(new.name).into_owned(),
            role: new.role,
            created_by: without_nul(new.by).into_owned(),
            created_at: new.now,
            expires_at: new.expires_at,
            last_used_at: None,
            revoked_at: None,
        };
        let row = [
            record.id.into(),
            record.name.as_str().into(),
            record.role.as_str().into(),
            hash_of_secret(&secret).into(),
            record.created_by.as_str().into(),
            record.created_at.into(),
            record.expires_at.into(),
        ];
        let insert =
            Sql::new("INSERT INTO tokens (id, name, role, hash, created_by, created_at, expires_at) ")
                .values([row])
                .text(" ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING");
        let transaction = self.begin().await?;
        let backend = transaction.get_database_backend();
        // A token that is over gives its name back.
        let over =
            Sql::new("UPDATE tokens SET revoked_at = expires_at WHERE revoked_at IS NULL AND expires_at <= ")
                .value(new.now)
                .text(" AND name = ")
                .value(record.name.as_str());
        transaction.execute_raw(over.build(backend)).await?;
        let made = transaction.execute_raw(insert.build(backend)).await?.rows_affected() == 1;
        transaction.commit().await?;
        Ok(if made { TokenMade::Made(record, secret) } else { TokenMade::NameTaken })
    }

    /// All tokens, those that are over included, newest first.
    pub async fn tokens(&self, page: Page<Uuid>) -> Result<TokenPage, Error> {
        let mut select = Sql::new("SELECT ").text(COLUMNS).text(" FROM tokens");
        if let Some(after) = page.after {
            select = select.text(" WHERE id < ").value(after);
        }
        let select = select.text(" ORDER BY id DESC LIMIT ").value(i64::from(page.limit) + 1);
        let backend = self.read.get_database_backend();
        let rows = Row::find_by_statement(select.build(backend)).all(&self.read).await?;
        let (tokens, next) = page_of(rows, page.limit, |token: &TokenRecord| token.id)?;
        Ok(TokenPage { tokens, next })
    }

    /// The token with this secret, if it is in force. Its use is noted.
    pub async fn token(&self, secret: &SecretString, now: Timestamp) -> Result<Option<TokenRecord>, Error> {
        let select = Sql::new("SELECT ")
            .text(COLUMNS)
            .text(" FROM tokens WHERE hash = ")
            .value(hash_of_secret(secret))
            .text(" AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ")
            .value(now)
            .text(")");
        let backend = self.read.get_database_backend();
        let found = Row::find_by_statement(select.build(backend)).one(&self.read).await?;
        let Some(token) = found.map(TokenRecord::try_from).transpose()? else { return Ok(None) };
        if token.last_used_at.is_none_or(|last| last + NOTED_EVERY <= now) {
            let update = Sql::new("UPDATE tokens SET last_used_at = ").value(now);
            let update = update.text(" WHERE id = ").value(token.id);
            self.write.execute_raw(update.build(self.write.get_database_backend())).await?;
        }
        Ok(Some(token))
    }

    /// Whether anyone could log in with a token.
    pub async fn has_tokens(&self, now: Timestamp) -> Result<bool, Error> {
        let select = Sql::new("SELECT ")
            .text(COLUMNS)
            .text(" FROM tokens WHERE revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ")
            .value(now)
            .text(") LIMIT 1");
        let backend = self.read.get_database_backend();
        Ok(Row::find_by_statement(select.build(backend)).one(&self.read).await?.is_some())
    }

    /// From now on the token is refused, and whoever logged in with it is out. The token; `None` where there is none.
    pub async fn revoke_token(&self, id: Uuid, now: Timestamp) -> Result<Option<TokenRecord>, Error> {
        let transaction = self.begin().await?;
        let backend = transaction.get_database_backend();
        let update = Sql::new("UPDATE tokens SET revoked_at = COALESCE(revoked_at, ")
            .value(now)
            .text(") WHERE id = ")
            .value(id)
            .text(" RETURNING ")
            .text(COLUMNS);
        let token = Row::find_by_statement(update.build(backend)).one(&transaction).await?;
        let out = Sql::new("DELETE FROM sessions WHERE token_id = ").value(id);
        transaction.execute_raw(out.build(backend)).await?;
        transaction.commit().await?;
        token.map(TokenRecord::try_from).transpose()
    }
}

impl TryFrom<Row> for TokenRecord {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            role: role(&row.role, || format!("token {}", row.id))?,
            id: row.id,
            name: row.name,
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}

pub(crate) fn role(text: &str, what: impl FnOnce() -> String) -> Result<Role, Error> {
    text.parse().map_err(|error: highline_model::id::InvalidId| Error::Corrupt {
        what: what(),
        reason: error.to_string(),
    })
}
