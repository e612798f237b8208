#[cfg(test)]
mod tests {
    use askama::Template;
    #[derive(Template)]
    #[template(path = "proof.html")]
    struct Proof { page: ui::Page, name: String, count: u32 }
    #[test]
    fn proof() { println!("{}", Proof { page: ui::Page { l: ui::L }, name: "x<".into(), count: 3 }.render().unwrap()); }
}
