//! Machine clients and bearer tokens.

use jiff::Timestamp;
use store::{Row, Run, StoreError, args};

/// A client as stored.
#[derive(Clone)]
pub(crate) struct ClientRow {
    pub id: String,
    pub name: String,
    /// Keyed digest: the secret is random enough to need no slow hash.
    pub secret: Vec<u8>,
    pub agency: Option<String>,
    pub region: Option<String>,
    /// JSON list of grants.
    pub grants: String,
    pub enabled: bool,
    pub created_at: Timestamp,
}

/// A token as stored.
#[derive(Clone)]
pub(crate) struct TokenRow {
    pub digest: Vec<u8>,
    pub key: String,
    pub client: String,
    pub grants: String,
    pub label: String,
    pub created_by: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    /// Account key or `staff/USERNAME` of who gave it, when it acts in their name.
    pub subject: Option<String>,
    pub represented: Option<String>,
    pub delegation: Option<String>,
}

const CLIENT: &str = "c.client_id, c.name, c.secret, c.agency, c.region, c.grants, c.enabled, \
     c.created_at";
const TOKEN: &str = "t.digest, t.token_key, t.client_id, t.grants, t.label, t.created_by, \
     t.created_at, t.expires_at, t.revoked_at, t.subject, t.represented, t.delegation";
const TOKEN_COLUMNS: usize = 12;

fn client(r: &Row, from: usize) -> Result<ClientRow, StoreError> {
    Ok(ClientRow {
        id: r.get(from)?,
        name: r.get(from + 1)?,
        secret: r.get(from + 2)?,
        agency: r.get(from + 3)?,
        region: r.get(from + 4)?,
        grants: r.get(from + 5)?,
        enabled: r.get(from + 6)?,
        created_at: r.get(from + 7)?,
    })
}

fn token(r: &Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        digest: r.get(0)?,
        key: r.get(1)?,
        client: r.get(2)?,
        grants: r.get(3)?,
        label: r.get(4)?,
        created_by: r.get(5)?,
        created_at: r.get(6)?,
        expires_at: r.get(7)?,
        revoked_at: r.get(8)?,
        subject: r.get(9)?,
        represented: r.get(10)?,
        delegation: r.get(11)?,
    })
}

pub(crate) async fn load(run: &mut impl Run, id: &str) -> Result<Option<ClientRow>, StoreError> {
    let sql = format!("SELECT {CLIENT} FROM client c WHERE c.client_id = ?");
    run.row(&sql, args![id])
        .await?
        .map(|r| client(&r, 0))
        .transpose()
}

pub(crate) async fn all(run: &mut impl Run) -> Result<Vec<ClientRow>, StoreError> {
    let sql = format!("SELECT {CLIENT} FROM client c ORDER BY c.client_id");
    run.rows(&sql, args![])
        .await?
        .iter()
        .map(|r| client(r, 0))
        .collect()
}

pub(crate) async fn insert(run: &mut impl Run, c: &ClientRow) -> Result<bool, StoreError> {
    let sql = "INSERT INTO client (client_id, name, secret, agency, region, grants, enabled, \
               created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (client_id) DO NOTHING";
    let args = args![
        &c.id,
        &c.name,
        c.secret.clone(),
        &c.agency,
        &c.region,
        &c.grants,
        c.enabled,
        c.created_at
    ];
    Ok(run.exec(sql, args).await? == 1)
}

pub(crate) async fn set_enabled(
    run: &mut impl Run,
    id: &str,
    enabled: bool,
) -> Result<bool, StoreError> {
    let sql = "UPDATE client SET enabled = ? WHERE client_id = ? AND enabled <> ?";
    Ok(run.exec(sql, args![enabled, id, enabled]).await? == 1)
}

pub(crate) async fn insert_token(run: &mut impl Run, t: &TokenRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO bearer_token (digest, token_key, client_id, grants, label, created_by, \
               created_at, expires_at, revoked_at, subject, represented, delegation) \
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    let args = args![
        t.digest.clone(),
        &t.key,
        &t.client,
        &t.grants,
        &t.label,
        &t.created_by,
        t.created_at,
        t.expires_at,
        t.revoked_at,
        &t.subject,
        &t.represented,
        &t.delegation
    ];
    run.exec(sql, args).await.map(drop)
}

/// A token with its client.
pub(crate) async fn by_token(
    run: &mut impl Run,
    digest: &[u8],
) -> Result<Option<(TokenRow, ClientRow)>, StoreError> {
    let sql = format!(
        "SELECT {TOKEN}, {CLIENT} FROM bearer_token t JOIN client c \
         ON c.client_id = t.client_id WHERE t.digest = ?"
    );
    run.row(&sql, args![digest])
        .await?
        .map(|r| Ok((token(&r)?, client(&r, TOKEN_COLUMNS)?)))
        .transpose()
}

pub(crate) async fn tokens(
    run: &mut impl Run,
    client: &str,
    limit: i64,
) -> Result<Vec<TokenRow>, StoreError> {
    let sql = format!(
        "SELECT {TOKEN} FROM bearer_token t WHERE t.client_id = ? \
         ORDER BY t.created_at DESC, t.token_key LIMIT ?"
    );
    run.rows(&sql, args![client, limit])
        .await?
        .iter()
        .map(token)
        .collect()
}

pub(crate) async fn revoke(
    run: &mut impl Run,
    client: &str,
    key: &str,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "UPDATE bearer_token SET revoked_at = ? WHERE client_id = ? AND token_key = ? \
               AND revoked_at IS NULL";
    Ok(run.exec(sql, args![at, client, key]).await? == 1)
}

/// Tokens that a person or officer gave, newest first.
pub(crate) async fn given_by(
    run: &mut impl Run,
    subject: &str,
    limit: i64,
) -> Result<Vec<(TokenRow, ClientRow)>, StoreError> {
    let sql = format!(
        "SELECT {TOKEN}, {CLIENT} FROM bearer_token t JOIN client c \
         ON c.client_id = t.client_id WHERE t.subject = ? \
         ORDER BY t.created_at DESC, t.token_key LIMIT ?"
    );
    run.rows(&sql, args![subject, limit])
        .await?
        .iter()
        .map(|r| Ok((token(r)?, client(r, TOKEN_COLUMNS)?)))
        .collect()
}
