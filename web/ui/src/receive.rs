//! Multipart forms: the token first, then fields and files.

use crate::csrf::CsrfGuard;
use crate::{FormData, Shell};
use axum::extract::Multipart;
use axum::http::StatusCode;
use axum::response::Response;

/// A multipart form that was taken in.
#[derive(Debug, Default)]
pub struct Received {
    pub fields: FormData,
    /// Name and content; fields left empty are not among them.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Received {
    /// Takes out the first file that has something in it.
    pub fn take_file(&mut self) -> Option<(String, Vec<u8>)> {
        let at = self.files.iter().position(|(_, bytes)| !bytes.is_empty())?;
        Some(self.files.swap_remove(at))
    }
}

/// Reads a form whose first part is the token.
///
/// # Errors
/// The page that says why: a wrong token, a part that cannot be read, no token at all.
pub async fn receive(
    shell: &Shell,
    guard: &CsrfGuard,
    mut parts: Multipart,
) -> Result<Received, Response> {
    let bad = |error: axum::extract::multipart::MultipartError| {
        tracing::info!(%error, "a multipart form could not be read");
        shell.fail(error.status())
    };
    let mut received = Received::default();
    let mut checked = false;
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().map(str::to_owned);
        if !checked {
            let given = if name == "csrf" {
                part.text().await.map_err(bad)?
            } else {
                String::new()
            };
            guard.check(&given)?;
            checked = true;
            continue;
        }
        match file {
            Some(file) => {
                let bytes = part.bytes().await.map_err(bad)?;
                if !bytes.is_empty() || !file.is_empty() {
                    received.files.push((file, bytes.to_vec()));
                }
            }
            None => received.fields.push(name, part.text().await.map_err(bad)?),
        }
    }
    if !checked {
        return Err(shell.fail(StatusCode::BAD_REQUEST));
    }
    Ok(received)
}
