//! Paths inside a package (ST_Loc).

/// The name of the part that a path leads to: absolute from the root of the package, or relative
/// to the folder of the file that holds it. None when it leads outside.
pub(crate) fn resolve(holder: &str, path: &str) -> Option<String> {
    let path = path.trim();
    let mut steps: Vec<&str> = match path.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder(holder)
            .split('/')
            .filter(|step| !step.is_empty())
            .collect(),
    };
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            step => steps.push(step),
        }
    }
    (!steps.is_empty()).then(|| steps.join("/"))
}

/// The folder of a part, without slash at the end; empty at the root.
pub(crate) fn folder(name: &str) -> &str {
    name.rfind('/').map_or("", |at| &name[..at])
}

/// The last step of a name.
pub(crate) fn file(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_parts() {
        let from = "Doc_0/Signs/Sign_0/Signature.xml";
        let cases = [
            ("/Doc_0/A.xml", Some("Doc_0/A.xml")),
            ("Seal.esl", Some("Doc_0/Signs/Sign_0/Seal.esl")),
            ("./Seal.esl", Some("Doc_0/Signs/Sign_0/Seal.esl")),
            ("../../A.xml", Some("Doc_0/A.xml")),
            ("../../../../A.xml", None),
            ("/", None),
            ("/../OFD.xml", None),
        ];
        for (path, wanted) in cases {
            assert_eq!(resolve(from, path).as_deref(), wanted, "{path}");
        }
        assert_eq!(
            resolve("OFD.xml", "Doc_0/A.xml").as_deref(),
            Some("Doc_0/A.xml")
        );
    }
}
