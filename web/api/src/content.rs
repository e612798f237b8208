//! Files in and out.

use axum::extract::Multipart;
use axum::extract::multipart::{MultipartError, MultipartRejection};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kernel::Problem;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::problem::Fail;

/// Largest body of an upload: one file of the user space with its wrapping.
pub const UPLOAD_LIMIT: usize = materials::FILE_LIMIT as usize + 64 * 1024;

/// A file as an answer, to be saved under its name.
pub fn file(name: &str, media_type: &'static str, bytes: Vec<u8>) -> Response {
    let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let disposition = HeaderValue::from_str(&disposition)
        .unwrap_or_else(|_| HeaderValue::from_static("attachment"));
    let head: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CONTENT_DISPOSITION, disposition),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("private, no-store"),
        ),
    ];
    (head, bytes).into_response()
}

/// A file that was sent, with the other fields of the form.
pub struct Sent {
    pub name: String,
    pub bytes: Vec<u8>,
    pub fields: Vec<(String, String)>,
}

impl Sent {
    /// A text field of the form.
    pub fn field(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn unreadable(error: &MultipartError) -> Problem {
    if error.status() == 413 {
        return Problem::new(
            "too_large",
            413,
            "文件不得超过20MB",
            "A file is at most 20 MB",
        );
    }
    Problem::invalid(
        "malformed_multipart",
        "表单内容无法读取，请以multipart/form-data提交",
        "The form cannot be read; send multipart/form-data",
    )
}

/// The parts of a form, if it is one.
pub fn multipart(parts: Result<Multipart, MultipartRejection>) -> Result<Multipart, Fail> {
    parts.map_err(|_| {
        Problem::new(
            "unsupported_media_type",
            415,
            "请以multipart/form-data提交",
            "Send multipart/form-data",
        )
        .into()
    })
}

/// A part that no one asked for.
fn strange(name: &str) -> Problem {
    Problem::new(
        "invalid_body",
        422,
        format!("表单中的“{name}”多余或重复"),
        format!("The part {name} of the form is unknown or stands twice"),
    )
}

/// Nothing was sent.
fn no_file() -> Problem {
    Problem::new(
        "file_missing",
        422,
        "请在file中提交文件",
        "Send the file as the part named file",
    )
    .at("file")
}

/// Reads a form with one part `file`; no part may come that `known` does not name.
pub async fn receive(mut parts: Multipart, known: &[&str]) -> Result<Sent, Fail> {
    let mut file = None;
    let mut fields: Vec<(String, String)> = Vec::new();
    while let Some(part) = parts.next_field().await.map_err(|e| unreadable(&e))? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" && file.is_none() {
            let title = part.file_name().unwrap_or("file").to_owned();
            let bytes = part.bytes().await.map_err(|e| unreadable(&e))?;
            file = Some((title, Vec::from(bytes)));
        } else if known.contains(&name.as_str()) && !fields.iter().any(|(n, _)| *n == name) {
            let value = part.text().await.map_err(|e| unreadable(&e))?;
            fields.push((name, value));
        } else {
            return Err(strange(&name).into());
        }
    }
    let (name, bytes) = file
        .filter(|(_, bytes)| !bytes.is_empty())
        .ok_or_else(no_file)?;
    Ok(Sent {
        name,
        bytes,
        fields,
    })
}
