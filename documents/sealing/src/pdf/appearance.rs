//! What is seen of a signature: its impression, whole or in slices, and the annotations and form
//! entries around it.

use super::PdfError;
use super::append::Update;
use super::file::View;
use super::form::{Form, list};
use super::object::{Dict, Key, Obj};
use super::page::{Page, Placed, RectMm};
use super::picture::SealPicture;
use super::sign::PdfSignJob;
use super::text;

/// Print the annotation, and do not let a reader move it (ISO 32000-1, 12.5.3).
const PRINT_LOCKED: i64 = 4 + 128;
/// Signatures exist; only append to this file (ISO 32000-1, 12.7.2).
const SIGNATURES_APPEND_ONLY: i64 = 3;

/// The narrowest slice of a straddle seal that can still be told from a stain, in millimetres.
/// Documents of more pages get the impression several times over.
const NARROWEST: f64 = 2.0;

/// A part of the impression on one page.
pub(super) struct Slice {
    pub page: Page,
    placed: Placed,
    /// The whole impression's width, and where this part begins in it, in units of user space.
    width: f64,
    from: f64,
}

impl Slice {
    /// The whole impression.
    pub fn whole(page: Page, rect: RectMm) -> Result<Self, PdfError> {
        let placed = page.place(rect)?;
        Ok(Self {
            width: placed.size[0],
            from: 0.0,
            page,
            placed,
        })
    }

    /// Nothing to be seen.
    pub fn invisible(page: Page) -> Self {
        Self {
            page,
            placed: Placed {
                rect: [0.0; 4],
                size: [0.0; 2],
                turn: [1, 0, 0, 1],
            },
            width: 0.0,
            from: 0.0,
        }
    }

    /// The impression over the right edges of the pages: fanned out, they show it whole, its left
    /// end on the first page. Width and height in millimetres; `y` is the upper edge, the middle
    /// when absent.
    pub fn straddle(
        pages: Vec<Page>,
        [whole, height]: [f64; 2],
        y: Option<f64>,
    ) -> Result<Vec<Self>, PdfError> {
        let count = pages.len();
        if count < 2 {
            return Err(PdfError::OnePage);
        }
        // The page itself refuses what is too large.
        if whole.is_nan() || whole < 2.0 * NARROWEST {
            return Err(PdfError::OffPage);
        }
        let most = (whole / NARROWEST) as usize;
        let groups = count.div_ceil(most);
        // Even groups, so that no last page stands alone with half an impression.
        let sizes = (0..groups).map(|group| (group + 1) * count / groups - group * count / groups);
        let mut pages = pages.into_iter();
        let mut slices = Vec::with_capacity(count);
        for size in sizes {
            let width = whole / size as f64;
            for (number, page) in pages.by_ref().take(size).enumerate() {
                let [page_width, page_height] = page.seen_mm();
                let part = RectMm {
                    x: page_width - width,
                    y: y.unwrap_or((page_height - height) / 2.0),
                    width,
                    height,
                };
                let placed = page.place(part)?;
                slices.push(Self {
                    width: placed.size[0] * size as f64,
                    from: placed.size[0] * number as f64,
                    page,
                    placed,
                });
            }
        }
        Ok(slices)
    }

    fn face_dict(&self, image: Key) -> Dict {
        let images = Dict::new().with("Seal", Obj::Ref(image));
        let placed = &self.placed;
        let turn = placed
            .turn
            .into_iter()
            .chain([0, 0])
            .map(Obj::Int)
            .collect();
        Dict::new()
            .with("Type", Obj::name("XObject"))
            .with("Subtype", Obj::name("Form"))
            .with(
                "BBox",
                rect_array([0.0, 0.0, placed.size[0], placed.size[1]]),
            )
            .with("Matrix", Obj::Array(turn))
            .with(
                "Resources",
                Obj::Dict(Dict::new().with("XObject", Obj::Dict(images))),
            )
    }

    /// Draws the whole impression; the box lets only this part of it be seen.
    fn face_content(&self) -> Vec<u8> {
        let (width, height) = (self.width, self.placed.size[1]);
        let left = if self.from > 0.0 { -self.from } else { 0.0 };
        format!("q {width:.4} 0 0 {height:.4} {left:.4} 0 cm /Seal Do Q").into_bytes()
    }
}

fn rect_array(rect: [f64; 4]) -> Obj {
    Obj::Array(rect.into_iter().map(Obj::real).collect())
}

/// The annotation that shows a signature.
pub(super) struct Widget;

impl Widget {
    fn dict(slice: &Slice, face: Key) -> Dict {
        Dict::new()
            .with("Type", Obj::name("Annot"))
            .with("Subtype", Obj::name("Widget"))
            .with("F", Obj::Int(PRINT_LOCKED))
            .with("P", Obj::Ref(slice.page.key))
            .with("Rect", rect_array(slice.placed.rect))
            .with("AP", Obj::Dict(Dict::new().with("N", Obj::Ref(face))))
    }

    /// Field and annotation of a signature that shows nothing.
    pub fn invisible(name: &str, page: Key, signature: Key) -> Dict {
        let dict = Dict::new()
            .with("Type", Obj::name("Annot"))
            .with("Subtype", Obj::name("Widget"))
            .with("F", Obj::Int(PRINT_LOCKED))
            .with("P", Obj::Ref(page))
            .with("Rect", Obj::Array([0; 4].map(Obj::Int).to_vec()));
        field(dict, name, signature)
    }
}

fn field(dict: Dict, name: &str, signature: Key) -> Dict {
    dict.with("FT", Obj::name("Sig"))
        .with("T", Obj::Text(text::encode(name)))
        .with("V", Obj::Ref(signature))
}

/// Writes the field with its annotations and returns these: the field itself where there is but
/// one, else one below it for each slice.
pub(super) fn field_dicts(
    update: &mut Update,
    job: &PdfSignJob<'_>,
    slices: &[Slice],
    (key, signature, image): (Key, Key, Key),
) -> Vec<Key> {
    let mut widgets = Vec::new();
    let mut dicts = Vec::new();
    for slice in slices {
        let face = update.next();
        update.stream(face, slice.face_dict(image), &slice.face_content());
        dicts.push(Widget::dict(slice, face));
    }
    let base = match <[Dict; 1]>::try_from(dicts) {
        Ok([only]) => {
            widgets.push(key);
            only
        }
        Err(dicts) => {
            for dict in dicts {
                let widget = update.next();
                // Some readers look for the signature in the annotation alone.
                let dict = dict
                    .with("Parent", Obj::Ref(key))
                    .with("V", Obj::Ref(signature));
                update.object(widget, &Obj::Dict(dict));
                widgets.push(widget);
            }
            let kids = widgets.iter().copied().map(Obj::Ref).collect();
            Dict::new().with("Kids", Obj::Array(kids))
        }
    };
    let mut dict = field(base, job.field_name, signature);
    if job.closing {
        let lock = Dict::new()
            .with("Type", Obj::name("SigFieldLock"))
            .with("Action", Obj::name("All"))
            .with("P", Obj::Int(1));
        dict.set("Lock", Obj::Dict(lock));
    }
    update.object(key, &Obj::Dict(dict));
    widgets
}

/// Writes the impression as an image with its mask.
pub(super) fn draw_picture(update: &mut Update, image: Key, mask: Key, seal: &SealPicture) {
    let (width, height) = seal.size();
    let dict = |space: &str| {
        Dict::new()
            .with("Type", Obj::name("XObject"))
            .with("Subtype", Obj::name("Image"))
            .with("Width", Obj::Int(width.into()))
            .with("Height", Obj::Int(height.into()))
            .with("ColorSpace", Obj::name(space))
            .with("BitsPerComponent", Obj::Int(8))
            .with("Filter", Obj::name("FlateDecode"))
    };
    update.stream(
        image,
        dict("DeviceRGB").with("SMask", Obj::Ref(mask)),
        seal.colour(),
    );
    update.stream(mask, dict("DeviceGray"), seal.mask());
}

/// Adds the annotations to their pages, in whichever objects hold the pages' lists.
pub(super) fn annotate(
    update: &mut Update,
    view: &View<'_, '_>,
    slices: &[Slice],
    widgets: &[Key],
) -> Result<(), PdfError> {
    // Some writers let pages share one list; it is then one list for all of them.
    let mut shared: Vec<Key> = Vec::new();
    let mut done: Vec<Key> = Vec::new();
    for slice in slices {
        let page = &slice.page;
        // A page may show the impression whole and a slice of it.
        if done.contains(&page.key) {
            continue;
        }
        done.push(page.key);
        let own = slices.iter().zip(widgets);
        let own = own.filter(|(slice, _)| slice.page.key == page.key);
        let what = "a page's annotations are damaged";
        let mut all = list(view, page.dict.get("Annots"), what)?;
        all.extend(own.map(|(_, widget)| Obj::Ref(*widget)));
        match page.dict.get("Annots") {
            Some(Obj::Ref(key)) if shared.contains(key) => {
                return Err(PdfError::Structure("pages share their annotations".into()));
            }
            Some(Obj::Ref(key)) => {
                shared.push(*key);
                update.object(*key, &Obj::Array(all));
            }
            _ => {
                let mut dict = page.dict.clone();
                dict.set("Annots", Obj::Array(all));
                update.object(page.key, &Obj::Dict(dict));
            }
        }
    }
    Ok(())
}

/// Adds the field to the form, in whichever objects hold form and fields.
pub(super) fn extend_form(update: &mut Update, form: &Form, field: Key) {
    let all = form
        .fields
        .iter()
        .copied()
        .chain([field])
        .map(Obj::Ref)
        .collect();
    let fields = Obj::Array(all);
    let mut dict = form.dict.clone().unwrap_or_default();
    dict.set("SigFlags", Obj::Int(SIGNATURES_APPEND_ONLY));
    match form.fields_key {
        Some(key) => update.object(key, &fields),
        None => dict.set("Fields", fields),
    }
    let mut catalog = form.catalog.clone();
    match (form.key, &form.dict) {
        (Some(_), Some(old)) if *old == dict => {}
        (Some(key), Some(_)) => update.object(key, &Obj::Dict(dict)),
        _ => {
            let key = update.next();
            update.object(key, &Obj::Dict(dict));
            catalog.set("AcroForm", Obj::Ref(key));
            update.object(form.catalog_key, &Obj::Dict(catalog));
        }
    }
}
