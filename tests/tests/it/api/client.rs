//! A program of somebody else: it knows addresses, tokens and JSON, and nothing of the platform.

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use identity::NewClient;
use jiff::SignedDuration;
use journeys::Town;
use kernel::{Grant, Permission, Scope};
use serde_json::Value;
use store::Ctx;
use tower::ServiceExt;

/// The id of the demonstration's client.
pub const CLIENT: &str = "city-app";

/// An answer.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Bytes,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_else(|e| panic!("{e}: {:?}", self.bytes))
    }

    pub fn text(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    /// The answer's JSON if the status is this one.
    #[track_caller]
    pub fn is(self, status: u16) -> Value {
        let said = String::from_utf8_lossy(&self.bytes).into_owned();
        assert_eq!(self.status.as_u16(), status, "{said}");
        if status >= 400 {
            let kind = self.text(header::CONTENT_TYPE);
            assert_eq!(kind, "application/problem+json", "{said}");
            let body = self.json();
            for field in ["type", "title", "code", "zh", "en"] {
                assert!(body[field].is_string(), "{field}: {said}");
            }
            assert_eq!(body["status"], status);
            assert_eq!(
                body["trace_id"],
                self.headers["x-request-id"].to_str().unwrap()
            );
        }
        if self.bytes.is_empty() {
            return Value::Null;
        }
        self.json()
    }
}

/// One call on its way.
pub struct Call {
    request: axum::http::request::Builder,
    body: Body,
}

impl Call {
    pub fn new(method: &str, path: &str) -> Self {
        Self {
            request: Request::builder()
                .method(method)
                .uri(format!("/api/v1{path}")),
            body: Body::empty(),
        }
    }

    pub fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// The revision that was seen.
    pub fn seen(self, case: &Value) -> Self {
        self.header("if-match", &format!("\"{}\"", case["rev"]))
    }

    pub fn json(mut self, body: &Value) -> Self {
        self.body = Body::from(body.to_string());
        self.header("content-type", "application/json")
    }

    pub fn form(mut self, body: &str) -> Self {
        self.body = Body::from(body.to_owned());
        self.header("content-type", "application/x-www-form-urlencoded")
    }

    /// A form with a file and other parts.
    pub fn file(mut self, name: &str, bytes: &[u8], parts: &[(&str, &str)]) -> Self {
        let mut body = Vec::new();
        for (part, value) in parts {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"{part}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(head.as_bytes());
        }
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n--edge--\r\n");
        self.body = Body::from(body);
        self.header("content-type", "multipart/form-data; boundary=edge")
    }

    pub async fn send(self, to: &Router) -> Answer {
        let request = self.request.body(self.body).unwrap();
        let response = to.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            bytes: to_bytes(body, 64 << 20).await.unwrap(),
        }
    }
}

pub fn get(path: &str) -> Call {
    Call::new("GET", path)
}

pub fn post(path: &str) -> Call {
    Call::new("POST", path)
}

/// The city's router and a client that may do everything a machine may.
pub async fn open(town: &Town) -> (Router, String) {
    let security = town.officer("aq_zuoqm").await;
    let mut grants: Vec<Grant> = [
        Permission::CaseApply,
        Permission::CaseReadOwn,
        Permission::CaseRead,
        Permission::CasePreReview,
        Permission::CaseIntake,
        Permission::CaseAccept,
        Permission::CaseReview,
        Permission::CaseDecide,
        Permission::CaseComplete,
        Permission::CaseDeliver,
        Permission::CaseReveal,
        Permission::MaterialOwn,
        Permission::MaterialCheck,
        Permission::LicenceOwn,
        Permission::LicenceQuery,
        Permission::LicenceIssue,
        Permission::LicenceChange,
        Permission::SealUse,
        Permission::SealManage,
        Permission::SealReadUses,
    ]
    .map(|permission| Grant {
        permission,
        scope: Scope::Own,
    })
    .to_vec();
    grants.push(Grant {
        permission: Permission::LicenceQuery,
        scope: Scope::Region("990100".into()),
    });
    let new = NewClient {
        client_id: CLIENT.into(),
        name: "云州通".into(),
        agency: None,
        grants,
    };
    let secret = identity::create_client(&security, &new).await.unwrap();
    let router = tongban::serve::router(&town.platform, false).unwrap();
    (router, secret)
}

/// A token that somebody gives the client, with these permissions.
pub async fn given(by: &Ctx, permissions: &[Permission]) -> String {
    let hour = SignedDuration::from_hours(8);
    let token = identity::give_token(by, CLIENT, "journey", permissions, hour).await;
    token.unwrap().token
}

/// A token with everything that its giver and the client hold.
pub async fn given_all(by: &Ctx) -> String {
    let open = identity::open_clients(by).await.unwrap();
    let client = open.iter().find(|c| c.client_id == CLIENT).unwrap();
    given(by, &client.permissions).await
}
