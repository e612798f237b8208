//! The OpenAPI document: its head, and what holds for every operation.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

use utoipa::openapi::path::Operation;
use utoipa::openapi::schema::AdditionalProperties;
use utoipa::openapi::security::{ClientCredentials, Flow, OAuth2, Scopes, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, ResponseBuilder, Schema};
use utoipa::{Modify, OpenApi};

use crate::problem::{MEDIA_TYPE, ProblemBody};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "通办 Tongban API",
        description = "办事、办件、证照与核验的开放接口 / items, cases, licences and verification for \
                       the programs of others. 错误一律为 application/problem+json / every error \
                       is a problem of RFC 9457. See docs/integration.md.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(ProblemBody)),
    modifiers(&Security),
    tags(
        (name = "token", description = "令牌 / tokens"),
        (name = "items", description = "事项 / service items"),
        (name = "cases", description = "办件 / cases"),
        (name = "files", description = "用户空间 / files of the user space"),
        (name = "licences", description = "证照 / licences"),
        (name = "seals", description = "印章 / seals"),
        (name = "verify", description = "核验 / verification")
    )
)]
pub struct Head;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let scopes = kernel::Permission::ALL
            .iter()
            .map(|p| (p.code(), p.zh()))
            .collect::<Vec<_>>();
        let flow = ClientCredentials::new("/api/v1/token", Scopes::from_iter(scopes));
        let scheme = OAuth2::with_description(
            [Flow::ClientCredentials(flow)],
            "Authorization: Bearer. 客户端自取，或由本人在门户授予 / fetched by the client, or \
             given by a person or officer on their own page.",
        );
        document
            .components
            .get_or_insert_default()
            .add_security_scheme("token", SecurityScheme::OAuth2(scheme));
    }
}

/// Adds to every operation the problems that it can end in, and says of bodies that are told apart
/// by a tag that their variants take no other fields.
pub fn finish(document: &mut Document) {
    if let Some(components) = &mut document.components {
        for name in TAGGED {
            if let Some(RefOr::T(Schema::OneOf(one_of))) = components.schemas.get_mut(*name) {
                one_of.items.iter_mut().for_each(closed);
            }
        }
    }
    for item in document.paths.paths.values_mut() {
        let operations = [
            (&mut item.get, false),
            (&mut item.put, true),
            (&mut item.post, true),
            (&mut item.delete, true),
            (&mut item.patch, true),
        ];
        for (operation, changes) in operations {
            if let Some(operation) = operation {
                problems(operation, changes);
            }
        }
    }
}

/// Request bodies with a tag. That they refuse unknown fields is known to `serde` and not to what
/// describes them.
const TAGGED: &[&str] = &["Act", "AttachBody", "ImpressionBody", "SealAct"];

fn closed(variant: &mut RefOr<Schema>) {
    if let RefOr::T(Schema::Object(object)) = variant {
        object.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
    }
}

fn problems(operation: &mut Operation, changes: bool) {
    let mut statuses = vec![
        ("400", "请求有误 / the request cannot be used"),
        (
            "405",
            "不支持该方法 / this address does not take that method",
        ),
        ("408", "用时过长 / took too long"),
        ("429", "请求过于频繁 / too many requests; see Retry-After"),
        ("500", "系统故障 / the system failed"),
        ("503", "暂停服务 / not available now"),
    ];
    // A token that is presented is always looked at.
    statuses.push(("401", "令牌缺失或无效 / no token, or not in force"));
    if operation.security.is_some() {
        statuses.push(("403", "没有权限 / not permitted"));
    }
    let parameters = operation.parameters.iter().flatten();
    let parameters = parameters.filter_map(|p| match p {
        RefOr::T(parameter) => Some(parameter),
        RefOr::Ref(_) => None,
    });
    let named = |name: &str| parameters.clone().any(|p| p.name == name);
    let in_path = parameters
        .clone()
        .any(|p| matches!(p.parameter_in, utoipa::openapi::path::ParameterIn::Path));
    if in_path || changes {
        statuses.push(("404", "没有找到 / not found"));
        statuses.push(("409", "当前状态不允许 / not in a state that allows it"));
    }
    if changes {
        statuses.push(("413", "内容过大 / too large"));
        statuses.push(("415", "内容类型不对 / wrong content type"));
        statuses.push(("422", "内容不符合要求 / the content does not do"));
    }
    if named("If-Match") {
        statuses.push(("412", "已被他人处理 / changed by somebody else meanwhile"));
        statuses.push(("428", "缺少If-Match / If-Match is missing"));
    }
    for (status, words) in statuses {
        let content = Content::new(Some(Ref::from_schema_name("Problem")));
        let response = ResponseBuilder::new()
            .description(words)
            .content(MEDIA_TYPE, content)
            .build();
        operation
            .responses
            .responses
            .entry(status.to_owned())
            .or_insert_with(|| response.into());
    }
}

/// The document as it is served, written once.
#[derive(Clone)]
pub struct Served {
    json: Arc<str>,
    etag: HeaderValue,
}

impl Served {
    pub fn new(document: &Document) -> Self {
        // A document of texts and numbers always becomes JSON.
        let json = document.to_json().unwrap_or_default();
        let etag = format!("\"{}\"", &hex::encode(gm::sm3(json.as_bytes()))[..32]);
        Self {
            etag: HeaderValue::from_str(&etag).expect("hexadecimal in quotes makes a header"),
            json: json.into(),
        }
    }
}

/// `GET /api/v1/openapi.json`.
pub async fn serve(State(served): State<Served>, headers: HeaderMap) -> Response {
    let head = [
        (header::ETAG, served.etag.clone()),
        (
            header::CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=300"),
        ),
    ];
    if headers.get(header::IF_NONE_MATCH) == Some(&served.etag) {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    let kind = [(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    )];
    (head, kind, served.json.to_string()).into_response()
}
