//! Fonts (PublicRes) and pictures (DocumentRes).

use std::collections::BTreeMap;

use paper::{FontId, GlyphRun, Laid, LaidItem, Picture, PictureFormat, face};

use super::{HEADER, Ids, NAMESPACE};
use crate::subset::{Subset, subset};
use crate::{Error, Package};

pub(super) struct Resources {
    fonts: BTreeMap<FontId, (u32, Subset)>,
    pictures: Vec<(u32, Picture)>,
}

impl Resources {
    /// All fonts and pictures of a document, each with its ID.
    pub fn collect(laid: &Laid, ids: &mut Ids) -> Result<Self, Error> {
        let mut used: BTreeMap<FontId, BTreeMap<char, u16>> = BTreeMap::new();
        let mut seen: Vec<Picture> = Vec::new();
        let mut see = |picture: &Picture| {
            if !seen.iter().any(|other| other.is_same(picture)) {
                seen.push(picture.clone());
            }
        };
        for page in &laid.pages {
            page.base.iter().for_each(&mut see);
            for item in &page.items {
                match item {
                    LaidItem::Run(run) => {
                        let characters = used.entry(run.font).or_default();
                        characters.extend(run.glyphs.iter().map(|g| (g.character, g.id)));
                    }
                    LaidItem::Picture(placed) => see(&placed.picture),
                    LaidItem::Path(_) => {}
                }
            }
        }
        let mut fonts = BTreeMap::new();
        for (font, characters) in used {
            let face = face(font);
            let subset = subset(face.data(), face.family(), &characters)?;
            fonts.insert(font, (ids.next(), subset));
        }
        let pictures = seen
            .into_iter()
            .map(|picture| (ids.next(), picture))
            .collect();
        Ok(Self { fonts, pictures })
    }

    pub fn has_pictures(&self) -> bool {
        !self.pictures.is_empty()
    }

    /// The ID of a run's font.
    pub fn font(&self, run: &GlyphRun) -> u32 {
        self.fonts.get(&run.font).map_or(0, |(id, _)| *id)
    }

    /// The index of a glyph in the embedded font.
    pub fn embedded_glyph(&self, font: FontId, glyph: u16) -> u16 {
        let found = self
            .fonts
            .get(&font)
            .and_then(|(_, subset)| subset.renumbered.get(&glyph));
        found.copied().unwrap_or(0)
    }

    pub fn picture(&self, picture: &Picture) -> u32 {
        self.pictures
            .iter()
            .find(|(_, other)| other.is_same(picture))
            .map_or(0, |(id, _)| *id)
    }

    /// Writes both lists and their files.
    pub fn write(self, package: &mut Package) {
        let mut list = format!("{HEADER}<ofd:Res {NAMESPACE} BaseLoc=\"Res\"><ofd:Fonts>");
        for (font, (id, subset)) in self.fonts {
            // The real family name: a reader that does not use the file asks its system for it.
            let family = face(font).family();
            list.push_str(&format!(
                "<ofd:Font ID=\"{id}\" FontName=\"{family}\" FamilyName=\"{family}\" \
                 Charset=\"unicode\"><ofd:FontFile>font_{id}.ttf</ofd:FontFile></ofd:Font>"
            ));
            package.set(format!("Doc_0/Res/font_{id}.ttf"), subset.file);
        }
        list.push_str("</ofd:Fonts></ofd:Res>");
        package.set("Doc_0/PublicRes.xml", list.into_bytes());
        if self.pictures.is_empty() {
            return;
        }
        let mut list = format!("{HEADER}<ofd:Res {NAMESPACE} BaseLoc=\"Res\"><ofd:MultiMedias>");
        for (id, picture) in self.pictures {
            let (format, end) = match picture.format() {
                PictureFormat::Png => ("PNG", "png"),
                PictureFormat::Jpeg => ("JPEG", "jpg"),
            };
            list.push_str(&format!(
                "<ofd:MultiMedia ID=\"{id}\" Type=\"Image\" Format=\"{format}\">\
                 <ofd:MediaFile>image_{id}.{end}</ofd:MediaFile></ofd:MultiMedia>"
            ));
            package.set(
                format!("Doc_0/Res/image_{id}.{end}"),
                picture.bytes().clone(),
            );
        }
        list.push_str("</ofd:MultiMedias></ofd:Res>");
        package.set("Doc_0/DocumentRes.xml", list.into_bytes());
    }
}
