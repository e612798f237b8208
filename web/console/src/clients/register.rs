//! The register of clients: entering one, switching it off and on.

use axum::http::StatusCode;
use axum::response::Response;
use identity::{Client, NewClient};
use kernel::{Grant, Permission, Problem, Scope};
use ui::view::{
    Cell, Choice, Column, ConfirmDialog, Empty, Field, Form, KeyValue, KeyValues, Notice, Row,
    Table,
};
use ui::{FormData, L, Posted, Shell};

use crate::reply::{Answer, OrPage, said, status};
use crate::session::{Acting, Staff};
use crate::sheet::{Act, Part, Sheet};
use crate::words;

/// What a client may be given for itself.
const ITSELF: [Permission; 3] = [
    Permission::LicenceQuery,
    Permission::CaseRead,
    Permission::RegisterQuery,
];

/// What a client may be given in the name of those who give it a token.
const FOR_OTHERS: [Permission; 22] = [
    Permission::CaseApply,
    Permission::CaseReadOwn,
    Permission::MaterialOwn,
    Permission::LicenceOwn,
    Permission::CaseRead,
    Permission::CasePreReview,
    Permission::CaseIntake,
    Permission::CaseAccept,
    Permission::CaseReview,
    Permission::CaseDecide,
    Permission::CaseComplete,
    Permission::CaseDeliver,
    Permission::CaseSpecial,
    Permission::CaseReveal,
    Permission::MaterialCheck,
    Permission::LicenceQuery,
    Permission::LicenceIssue,
    Permission::LicenceChange,
    Permission::LicenceReveal,
    Permission::SealUse,
    Permission::SealManage,
    Permission::SealReadUses,
];

/// A permission with its words, as one line of a list of boxes.
pub(super) fn choices(l: &L, permissions: &[Permission]) -> Vec<Choice> {
    permissions
        .iter()
        .map(|p| Choice::new(p.code(), l.pick(p.zh(), p.en())))
        .collect()
}

fn fields(l: &L) -> Form {
    let reach = vec![
        Choice::new("agency", l.t("console-clients-scope-agency")),
        Choice::new("region", l.t("console-clients-scope-region")),
        Choice::new("all", l.t("console-clients-scope-all")),
    ];
    Form::new(vec![
        Field::text("client_id", l.t("console-clients-id"))
            .hint(l.t("console-clients-id-hint"))
            .max_length(40),
        Field::text("name", l.t("console-clients-name")).max_length(100),
        Field::text("agency", l.t("console-clients-agency"))
            .hint(l.t("console-clients-agency-hint"))
            .max_length(40)
            .optional(),
        Field::checkbox("itself", l.t("console-clients-itself"), choices(l, &ITSELF)).optional(),
        Field::radio("scope", l.t("console-clients-scope"), reach).value("agency"),
        Field::checkbox(
            "others",
            l.t("console-clients-others"),
            choices(l, &FOR_OTHERS),
        )
        .hint(l.t("console-clients-others-hint"))
        .optional(),
    ])
}

pub(super) async fn show(Staff(acting): Staff, shell: Shell) -> Answer {
    page(&acting, &shell, fields(&shell.l()), StatusCode::OK, None).await
}

async fn page(
    acting: &Acting,
    shell: &Shell,
    form: Form,
    code: StatusCode,
    made: Option<KeyValues>,
) -> Answer {
    let l = shell.l();
    let known = identity::clients(&acting.ctx).await.or_page(shell)?;
    let mut sheet = Sheet::new(l.t("console-clients-title")).sub(l.t("console-clients-sub"));
    if let Some(facts) = made {
        let note = Notice::warn(l.t("console-clients-secret-once"));
        let parts = vec![Part::Note(note), Part::Facts(facts)];
        sheet = sheet.block("made", l.t("console-clients-made"), parts);
    }
    let act = Act {
        action: "/desk/clients".into(),
        form,
        hidden: Vec::new(),
        button: l.t("console-clients-create"),
        kind: "pri",
    };
    sheet
        .block(
            "clients",
            l.t("console-clients-list"),
            list(acting, shell, &known),
        )
        .block("new", l.t("console-clients-new"), vec![Part::Form(act)])
        .show_as(code, acting, shell)
        .await
}

fn list(acting: &Acting, shell: &Shell, known: &[Client]) -> Vec<Part> {
    let l = shell.l();
    if known.is_empty() {
        return vec![Part::Empty(Empty::new("lock", l.t("console-clients-none")))];
    }
    let columns = ["id", "name", "agency", "may", "since", "state"];
    let mut table = Table {
        caption: l.t("console-clients-list"),
        columns: columns
            .map(|key| Column::new(l.t(&format!("console-clients-{key}"))))
            .to_vec(),
        ..Table::default()
    };
    let mut switches = Vec::new();
    for client in known {
        let state = if client.enabled { "on" } else { "off" };
        table.rows.push(Row::new(vec![
            Cell::text(client.client_id.clone()),
            Cell::text(client.name.clone()),
            Cell::text(client.agency.clone().unwrap_or_else(|| "—".into())),
            Cell::text(may(&l, &client.grants)),
            Cell::text(words::at(&l, client.created_at, acting.ctx.now())),
            Cell::text(l.t(&format!("console-clients-{state}"))),
        ]));
        switches.push(Part::Confirm(switch(shell, client)));
    }
    let mut parts = vec![Part::Table(table)];
    parts.extend(switches);
    parts
}

fn may(l: &L, grants: &[Grant]) -> String {
    let one = |g: &Grant| {
        let what = l.pick(g.permission.zh(), g.permission.en());
        match &g.scope {
            Scope::Own => what.to_owned(),
            Scope::All => format!("{what} ({})", l.t("console-clients-scope-all")),
            Scope::Region(code) | Scope::Agency(code) | Scope::Hall(code) => {
                format!("{what} ({code})")
            }
            Scope::Item(code) | Scope::OwnItem(code) => format!("{what} ({code})"),
        }
    };
    grants.iter().map(one).collect::<Vec<_>>().join("、")
}

fn switch(shell: &Shell, client: &Client) -> ConfirmDialog {
    let l = shell.l();
    let to = if client.enabled { "disable" } else { "enable" };
    let text = |part: &str| {
        l.t1(
            &format!("console-clients-{to}-{part}"),
            "name",
            &client.name,
        )
    };
    ConfirmDialog {
        trigger: text("trigger"),
        title: text("title"),
        body: l.t(&format!("console-clients-{to}-body")),
        action: "/desk/clients/enable".into(),
        hidden: vec![
            ("client".into(), client.client_id.clone()),
            ("on".into(), (if client.enabled { "0" } else { "1" }).into()),
        ],
        confirm: text("trigger"),
        csrf: shell.csrf(),
        ..ConfirmDialog::default()
    }
}

async fn read(acting: &Acting, data: &FormData) -> Result<NewClient, Problem> {
    let agency = Some(data.get("agency").trim().to_owned()).filter(|code| !code.is_empty());
    let chosen = |name: &str, offered: &[Permission]| -> Vec<Permission> {
        data.all(name)
            .filter_map(Permission::from_code)
            .filter(|p| offered.contains(p))
            .collect()
    };
    let itself = chosen("itself", &ITSELF);
    let scope = match (data.get("scope"), &agency) {
        ("all", _) => Scope::All,
        ("region", Some(code)) => {
            let directory = agencies::directory(&acting.ctx).await?;
            Scope::Region(match directory.agency(code) {
                Some(agency) => agency.region_code.clone(),
                None => String::new(),
            })
        }
        (_, Some(code)) => Scope::Agency(code.clone()),
        (_, None) if itself.is_empty() => Scope::All,
        (_, None) => {
            return Err(Problem::new(
                "agency_missing",
                422,
                "请填写客户端所属机构，或选择全平台范围",
                "Give the client's agency, or choose the whole platform",
            )
            .at("agency"));
        }
    };
    let mut grants: Vec<Grant> = itself
        .into_iter()
        .map(|permission| Grant {
            permission,
            scope: scope.clone(),
        })
        .collect();
    grants.extend(
        chosen("others", &FOR_OTHERS)
            .into_iter()
            .map(|permission| Grant {
                permission,
                scope: Scope::Own,
            }),
    );
    if grants.is_empty() {
        return Err(Problem::new(
            "grants_missing",
            422,
            "请至少选择一项权限",
            "Choose at least one permission",
        )
        .at("itself"));
    }
    Ok(NewClient {
        client_id: data.get("client_id").trim().to_owned(),
        name: data.get("name").trim().to_owned(),
        agency,
        grants,
    })
}

pub(super) async fn create(Staff(acting): Staff, shell: Shell, Posted(data): Posted) -> Answer {
    let l = shell.l();
    let mut form = fields(&l);
    form.fill(&data);
    if !form.require(&l) {
        return page(
            &acting,
            &shell,
            form,
            StatusCode::UNPROCESSABLE_ENTITY,
            None,
        )
        .await;
    }
    let done = match read(&acting, &data).await {
        Ok(new) => identity::create_client(&acting.ctx, &new)
            .await
            .map(|secret| (new, secret))
            .map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match done {
        Ok((new, secret)) => {
            let facts = KeyValues::new(vec![
                KeyValue::new("client_id", new.client_id).digits(),
                KeyValue::new("client_secret", secret).digits(),
            ]);
            page(&acting, &shell, fields(&l), StatusCode::OK, Some(facts)).await
        }
        Err(problem) => {
            form.refuse(&l, &problem);
            page(&acting, &shell, form, status(&problem), None).await
        }
    }
}

pub(super) async fn enable(
    Staff(acting): Staff,
    shell: Shell,
    Posted(data): Posted,
) -> Result<Response, Response> {
    let on = data.get("on") == "1";
    let done = identity::set_client_enabled(&acting.ctx, data.get("client"), on).await;
    let notice = match done {
        Ok(()) => Notice::ok(shell.l().t("console-clients-switched")),
        Err(error) => Notice::bad(said(&shell.l(), &error.into())),
    };
    Ok(shell.flash(notice).to("/desk/clients"))
}
