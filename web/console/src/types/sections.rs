//! The designer's form, section by section.

use agencies::Directory;
use kernel::{Permission, Target};
use licences::{Class, Stand};
use store::Ctx;
use ui::view::{Choice, Field, Form, Width};
use ui::{FormData, L};

/// A group of fields that stands for one thing on the paper.
pub(super) struct Group {
    pub title: String,
    /// Beginning of the names of its fields, with the dot.
    pub prefix: String,
    /// How the script shows it: `field`, `square`, `photo`, `text`, `line`, `frame`; empty: not at
    /// all.
    pub shape: &'static str,
    pub form: Form,
    pub open: bool,
}

/// Groups under one heading.
pub(super) struct Section {
    pub id: &'static str,
    pub title: String,
    pub hint: String,
    pub groups: Vec<Group>,
    /// What can be added: act and words.
    pub adds: Vec<(&'static str, String)>,
    /// Groups fold away, each under its title.
    pub folds: bool,
}

/// What the form needs to know besides its values.
pub(super) struct Around<'a> {
    pub l: &'a L,
    pub classes: &'a [Class],
    pub issuers: Vec<Choice>,
}

/// The agencies to choose from: those of the actor, and those that issue the type already.
pub(super) fn issuers_of(ctx: &Ctx, directory: &Directory, data: &FormData) -> Vec<Choice> {
    let mut all = agencies_of(ctx, directory);
    for code in data.all("issuers") {
        if !all.iter().any(|choice| choice.value == code) {
            let name = directory
                .agency(code)
                .map_or(code, |agency| agency.name.as_str());
            all.push(Choice::new(code, name));
        }
    }
    all
}

/// Agencies for which the actor may draw types.
pub(super) fn agencies_of(ctx: &Ctx, directory: &Directory) -> Vec<Choice> {
    let may = directory.agencies().iter().filter(|agency| {
        let target = Target {
            agency: Some(&agency.code),
            region: Some(&agency.region_code),
            ..Target::default()
        };
        ctx.actor
            .require(Permission::LicenceTypeEdit, &target)
            .is_ok()
    });
    may.map(|agency| Choice::new(agency.code.clone(), agency.name.clone()))
        .collect()
}

impl Around<'_> {
    /// A text of this page whose name is put together from what is shown.
    fn word(&self, key: &str) -> String {
        self.l.t(&format!("console-types-{key}"))
    }

    fn mm(&self, name: String, key: &str) -> Field {
        let mut field = Field::input(name, self.word(key), "number").width(Width::Short);
        field.unit = Some(self.l.t("console-types-mm"));
        field.step = Some("0.1".into());
        field.inputmode = Some("decimal");
        field
    }

    fn whole(&self, name: String, key: &str) -> Field {
        let mut field = Field::input(name, self.word(key), "number").width(Width::Short);
        field.min = Some("1".into());
        field.step = Some("1".into());
        field
    }

    fn colour(&self, name: String) -> Field {
        Field::input(name, self.l.t("console-types-colour"), "color").width(Width::Short)
    }

    fn tick(&self, name: String, key: &str) -> Field {
        Field::consent(name, self.word(key)).optional().unmarked()
    }

    fn choices(&self, all: &[(&str, &str)]) -> Vec<Choice> {
        all.iter()
            .map(|(code, key)| Choice::new(*code, self.word(key)))
            .collect()
    }

    /// All sections with the values of a form.
    pub fn sections(&self, data: &FormData) -> Vec<Section> {
        let mut all = vec![
            self.fields(data),
            self.boxes(),
            self.elements(data),
            self.paper(),
            self.rules(data),
            self.links(),
        ];
        for section in &mut all {
            for group in &mut section.groups {
                group.form.fill(data);
            }
        }
        all
    }

    fn fields(&self, data: &FormData) -> Section {
        let count = (0..)
            .take_while(|at| data.has(&format!("f.{at}.code")))
            .count();
        let kinds = ["string", "date", "code", "decimal", "uscc", "id"];
        let groups = (0..count).map(|at| {
            let name = |key: &str| format!("f.{at}.{key}");
            let types = kinds.map(|kind| Choice::new(kind, self.word(&format!("data-{kind}"))));
            Group {
                title: format!("{}. {}", at + 1, data.get(&name("name"))),
                prefix: format!("f.{at}."),
                shape: "field",
                open: false,
                form: Form::new(vec![
                    Field::text(name("name"), self.l.t("console-types-field-name")).max_length(40),
                    Field::text(name("code"), self.l.t("console-types-field-code"))
                        .hint(self.l.t("console-types-field-code-hint"))
                        .max_length(40),
                    Field::select(
                        name("type"),
                        self.l.t("console-types-data-type"),
                        types.to_vec(),
                    ),
                    self.whole(name("length"), "length").optional().unmarked(),
                    Field::text(name("list"), self.l.t("console-types-code-list")).optional(),
                    self.mm(name("x"), "value-x"),
                    self.mm(name("y"), "value-y"),
                    self.mm(name("w"), "value-w"),
                    self.mm(name("size"), "size"),
                    self.mm(name("line"), "line-height"),
                    self.whole(name("max"), "max-lines"),
                    self.mm(name("lx"), "label-x"),
                    self.mm(name("ly"), "label-y"),
                    self.tick(name("required"), "required"),
                    self.tick(name("sensitive"), "sensitive"),
                    self.tick(name("derived"), "derived"),
                    self.tick(name("drop"), "drop-field"),
                ]),
            }
        });
        Section {
            id: "fields",
            title: self.l.t("console-types-fields"),
            hint: self.l.t("console-types-fields-hint"),
            groups: groups.collect(),
            adds: vec![("add-field", self.l.t("console-types-add-field"))],
            folds: true,
        }
    }

    fn boxes(&self) -> Section {
        let square = |prefix: &str, title: &str, edge: &str| Group {
            title: self.word(title),
            prefix: format!("{prefix}."),
            shape: "square",
            open: false,
            form: Form::new(vec![
                self.mm(format!("{prefix}.x"), "x"),
                self.mm(format!("{prefix}.y"), "y"),
                self.mm(format!("{prefix}.s"), edge),
            ]),
        };
        let photo = Group {
            title: self.l.t("console-types-photo"),
            prefix: "photo.".into(),
            shape: "photo",
            open: false,
            form: Form::new(vec![
                self.tick("photo".into(), "has-photo"),
                self.mm("photo.x".into(), "x").optional().unmarked(),
                self.mm("photo.y".into(), "y").optional().unmarked(),
                self.mm("photo.w".into(), "width").optional().unmarked(),
                self.mm("photo.h".into(), "height").optional().unmarked(),
            ]),
        };
        let mark = Group {
            title: self.l.t("console-types-mark"),
            prefix: String::new(),
            shape: "",
            open: false,
            form: Form::new(vec![
                Field::text("mark.text", self.l.t("console-types-mark-text"))
                    .max_length(60)
                    .optional(),
                self.colour("mark.colour".into()).optional().unmarked(),
            ]),
        };
        Section {
            id: "boxes",
            title: self.l.t("console-types-boxes"),
            hint: String::new(),
            groups: vec![
                square("qr", "qr", "edge"),
                square("seal", "seal", "diameter"),
                photo,
                mark,
            ],
            adds: Vec::new(),
            folds: true,
        }
    }

    fn elements(&self, data: &FormData) -> Section {
        let count = (0..)
            .take_while(|at| data.has(&format!("e.{at}.kind")))
            .count();
        let groups = (0..count).map(|at| {
            let name = |key: &str| format!("e.{at}.{key}");
            let kind = data.get(&name("kind"));
            let (shape, key) = match kind {
                "line" => ("line", "line"),
                "frame" => ("frame", "frame"),
                _ => ("text", "text"),
            };
            let mut fields = match shape {
                "line" => vec![
                    self.mm(name("x"), "x"),
                    self.mm(name("y"), "y"),
                    self.mm(name("x2"), "to-x"),
                    self.mm(name("y2"), "to-y"),
                    self.mm(name("line"), "line-width"),
                ],
                "frame" => vec![
                    self.mm(name("x"), "x"),
                    self.mm(name("y"), "y"),
                    self.mm(name("w"), "width"),
                    self.mm(name("h"), "height"),
                    self.mm(name("line"), "line-width"),
                ],
                _ => {
                    let stands = Stand::ALL.iter().map(|stand| {
                        Choice::new(stand.code(), self.l.pick(stand.zh(), stand.en()))
                    });
                    vec![
                        Field::text(name("text"), self.l.t("console-types-words")).max_length(100),
                        self.mm(name("x"), "x"),
                        self.mm(name("y"), "baseline"),
                        self.mm(name("size"), "size"),
                        Field::select(
                            name("align"),
                            self.l.t("console-types-align"),
                            stands.collect(),
                        ),
                    ]
                }
            };
            fields.push(self.colour(name("colour")));
            fields.push(self.tick(name("drop"), "drop-element"));
            let words = data.get(&name("text"));
            Group {
                title: format!("{}. {} {words}", at + 1, self.word(key)),
                prefix: format!("e.{at}."),
                shape,
                open: false,
                form: Form::new(fields),
            }
        });
        Section {
            id: "elements",
            title: self.l.t("console-types-elements"),
            hint: self.l.t("console-types-elements-hint"),
            groups: groups.collect(),
            adds: vec![
                ("add-text", self.l.t("console-types-add-text")),
                ("add-line", self.l.t("console-types-add-line")),
                ("add-frame", self.l.t("console-types-add-frame")),
            ],
            folds: true,
        }
    }

    fn one(&self, id: &'static str, title: &str, hint: &str, fields: Vec<Field>) -> Section {
        Section {
            id,
            title: self.word(title),
            hint: if hint.is_empty() {
                String::new()
            } else {
                self.word(hint)
            },
            groups: vec![Group {
                title: self.word(title),
                prefix: String::new(),
                shape: "",
                open: true,
                form: Form::new(fields),
            }],
            adds: Vec::new(),
            folds: false,
        }
    }

    fn paper(&self) -> Section {
        let kinds = ".svg,.png,.jpg,.jpeg,image/svg+xml,image/png,image/jpeg";
        self.one(
            "paper",
            "paper",
            "",
            vec![
                self.mm("w".into(), "width"),
                self.mm("h".into(), "height"),
                Field::text("size_name", self.l.t("console-types-size-name")).max_length(40),
                Field::text("scope", self.l.t("console-types-scope")).max_length(60),
                Field::file("ground", self.l.t("console-types-ground"), kinds)
                    .hint(self.l.t("console-types-ground-hint"))
                    .optional(),
                self.tick("no-ground".into(), "no-ground"),
                self.tick("labels".into(), "labels"),
            ],
        )
    }

    fn rules(&self, data: &FormData) -> Section {
        let count = (0..)
            .take_while(|at| data.has(&format!("f.{at}.code")))
            .count();
        let fields: Vec<Choice> = (0..count)
            .map(|at| {
                let code = data.get(&format!("f.{at}.code"));
                Choice::new(code, data.get(&format!("f.{at}.name")))
            })
            .collect();
        let seals = ["official", "acceptance", "licence", "business", "personal"];
        let seals = seals
            .iter()
            .filter_map(|code| seals::SealType::from_code(code));
        let seals = seals.map(|one| Choice::new(one.code(), self.l.pick(one.zh(), one.en())));
        self.one(
            "rules",
            "rules",
            "",
            vec![
                Field::text("no.text", self.l.t("console-types-no-text")),
                Field::textarea("no.parts", self.l.t("console-types-no-parts"), 5)
                    .hint(self.l.t("console-types-no-parts-hint")),
                Field::text("no.pattern", self.l.t("console-types-no-pattern"))
                    .hint(self.l.t("console-types-no-pattern-hint")),
                Field::select(
                    "no.field",
                    self.l.t("console-types-no-field"),
                    fields.clone(),
                )
                .optional(),
                self.tick("no.derived".into(), "no-derived"),
                self.whole("validity.years".into(), "years")
                    .hint(self.l.t("console-types-years-hint"))
                    .optional(),
                Field::text("validity.text", self.l.t("console-types-validity-text")).optional(),
                Field::text("reminders", self.l.t("console-types-reminders"))
                    .hint(self.l.t("console-types-reminders-hint"))
                    .optional(),
                self.tick("annual".into(), "annual"),
                self.tick("suspends".into(), "suspends"),
                Field::select(
                    "seal_type",
                    self.l.t("console-types-seal-type"),
                    seals.collect(),
                ),
                Field::checkbox("match", self.l.t("console-types-match"), fields)
                    .hint(self.l.t("console-types-match-hint")),
            ],
        )
    }

    fn links(&self) -> Section {
        let classes = self.classes.iter();
        let classes = classes.map(|class| Choice::new(class.code.clone(), class.name.clone()));
        let categories = super::new::CATEGORIES.map(|one| Choice::new(one, one));
        let sharing = self.choices(&[
            ("unconditional", "share-unconditional"),
            ("conditional", "share-conditional"),
            ("none", "share-none"),
        ]);
        self.one(
            "links",
            "links",
            "",
            vec![
                Field::text("name", self.l.t("console-types-name")).max_length(100),
                Field::select(
                    "category",
                    self.l.t("console-types-category"),
                    categories.to_vec(),
                ),
                Field::select("first", self.l.t("console-types-first"), classes.collect()),
                Field::text("second", self.l.t("console-types-second"))
                    .max_length(40)
                    .optional(),
                Field::text("produced", self.l.t("console-types-produced"))
                    .hint(self.l.t("console-types-items-hint"))
                    .optional(),
                Field::text("used", self.l.t("console-types-used"))
                    .hint(self.l.t("console-types-items-hint"))
                    .optional(),
                Field::checkbox(
                    "issuers",
                    self.l.t("console-types-issuers"),
                    self.issuers.clone(),
                ),
                Field::select("sharing", self.l.t("console-types-sharing"), sharing),
                Field::textarea("reviewers", self.l.t("console-types-reviewers"), 2)
                    .hint(self.l.t("console-types-reviewers-hint"))
                    .optional(),
                self.whole("escalation".into(), "escalation"),
                Field::textarea("note", self.l.t("console-types-note"), 2).optional(),
            ],
        )
    }
}
