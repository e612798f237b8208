//! Making a signature: an incremental update that adds one signature field with its impression and
//! leaves every byte before it untouched.

use gm::Signer;
use jiff::Timestamp;

use super::append::Update;
use super::cms;
use super::error::PdfError;
use super::file::{FILE_LIMIT, File, View};
use super::form::{Form, list};
use super::object::{Dict, Key, Obj};
use super::page::{Page, Placed, RectMm};
use super::picture::SealPicture;
use super::range;
use super::sections::OBJECTS;
use super::text;
use super::walk::Walk;

/// Print the annotation, and do not let a reader move it (ISO 32000-1, 12.5.3).
const PRINT_LOCKED: i64 = 4 + 128;
/// Signatures exist; only append to this file (ISO 32000-1, 12.7.2).
const SIGNATURES_APPEND_ONLY: i64 = 3;

/// Objects that a signature adds at most.
const NEW_OBJECTS: u32 = 8;

/// One signature to be made.
pub struct PdfSignJob<'a> {
    /// Key, certificate and chain. Common readers verify ECDSA; SM2 is for readers that know it.
    pub signer: &'a dyn Signer,
    /// The impression.
    pub seal: &'a SealPicture,
    /// Index of the page, from 0.
    pub page: usize,
    /// Where the impression stands on the page as it is seen.
    pub rect: RectMm,
    /// Time of signing, written with whole seconds.
    pub time: Timestamp,
    /// Whose signature this is: the owner of the seal.
    pub name: &'a str,
    /// Why it is made; left out when empty.
    pub reason: &'a str,
    /// Where it is made; left out when empty.
    pub location: &'a str,
    /// Name of the new field, unique in the document, without dots.
    pub field_name: &'a str,
    /// Close the document: no signature may follow this one [I-13].
    pub closing: bool,
}

/// Signs the document. The result begins with exactly the bytes of `pdf`; the signature covers all
/// of it but its own value. Earlier signatures stay valid.
pub fn sign_pdf(pdf: &[u8], job: &PdfSignJob<'_>) -> Result<Vec<u8>, PdfError> {
    let file = File::read(pdf)?;
    let view = file.newest();
    if view.trailer().has("Encrypt") {
        return Err(PdfError::Encrypted);
    }
    if let Some((_, fault)) = Walk::take(&file, &view).faults().into_iter().next() {
        return Err(PdfError::Structure(fault));
    }
    if view.first_free() > OBJECTS - NEW_OBJECTS {
        return Err(PdfError::Structure("no object numbers are left".into()));
    }
    let form = Form::read(&view)?;
    check_form(&view, &form, job)?;
    let page = Page::find(&view, &form.catalog, job.page)?.ok_or(PdfError::NoSuchPage(job.page))?;
    let placed = page.place(job.rect)?;

    let room = cms::room(job.signer);
    let mut update = Update::after(&view, job.seal.weight() + room * 2);
    let [field, signature, face, image, mask] = [(); 5].map(|()| update.next());
    draw_picture(&mut update, image, mask, job.seal);
    update.stream(face, face_dict(&placed, image), &face_content(&placed));
    update.object(
        field,
        &Obj::Dict(field_dict(job, &page, &placed, signature, face)),
    );
    annotate(&mut update, &view, &page, field)?;
    extend_form(&mut update, &form, field);
    let hole = update.signature(signature, signature_dict(job, form.catalog_key), room);
    let mut out = update.finish(&view);

    if out.len() > FILE_LIMIT {
        return Err(PdfError::Structure(format!(
            "it would be larger than {FILE_LIMIT} bytes"
        )));
    }
    hole.set_range(&mut out);
    let digest = cms::digest_of(job.signer.algorithm())?;
    let covered = [&out[..hole.contents.start], &out[hole.contents.end..]].concat();
    let value = cms::sign(job.signer, &digest.of(&covered))?;
    if value.len() > room {
        return Err(PdfError::Room);
    }
    hole.fill(&mut out, value);
    Ok(out)
}

fn check_form(view: &View<'_, '_>, form: &Form, job: &PdfSignJob<'_>) -> Result<(), PdfError> {
    if job.field_name.is_empty() || job.field_name.contains('.') {
        return Err(PdfError::FieldName(job.field_name.to_owned()));
    }
    for key in &form.fields {
        let found = view.get(*key)?;
        let name = found
            .value
            .as_dict()
            .map(|dict| view.entry(dict, "T"))
            .transpose()?;
        let name = name.as_ref().and_then(Obj::as_text).map(text::decode);
        if name.as_deref() == Some(job.field_name) {
            return Err(PdfError::FieldName(job.field_name.to_owned()));
        }
    }
    for field in &form.signatures {
        if range::closes(view, field)? {
            return Err(PdfError::Closed);
        }
    }
    Ok(())
}

fn rect_array(rect: [f64; 4]) -> Obj {
    Obj::Array(rect.into_iter().map(Obj::real).collect())
}

fn face_dict(placed: &Placed, image: Key) -> Dict {
    let images = Dict::new().with("Seal", Obj::Ref(image));
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

fn face_content(placed: &Placed) -> Vec<u8> {
    format!(
        "q {:.4} 0 0 {:.4} 0 0 cm /Seal Do Q",
        placed.size[0], placed.size[1]
    )
    .into_bytes()
}

fn field_dict(
    job: &PdfSignJob<'_>,
    page: &Page,
    placed: &Placed,
    signature: Key,
    face: Key,
) -> Dict {
    let mut dict = Dict::new()
        .with("Type", Obj::name("Annot"))
        .with("Subtype", Obj::name("Widget"))
        .with("FT", Obj::name("Sig"))
        .with("T", Obj::Text(text::encode(job.field_name)))
        .with("F", Obj::Int(PRINT_LOCKED))
        .with("P", Obj::Ref(page.key))
        .with("Rect", rect_array(placed.rect))
        .with("AP", Obj::Dict(Dict::new().with("N", Obj::Ref(face))))
        .with("V", Obj::Ref(signature));
    if job.closing {
        let lock = Dict::new()
            .with("Type", Obj::name("SigFieldLock"))
            .with("Action", Obj::name("All"))
            .with("P", Obj::Int(1));
        dict.set("Lock", Obj::Dict(lock));
    }
    dict
}

fn signature_dict(job: &PdfSignJob<'_>, catalog: Key) -> Dict {
    let mut dict = Dict::new()
        .with("Type", Obj::name("Sig"))
        .with("Filter", Obj::name("Adobe.PPKLite"))
        .with("SubFilter", Obj::name("ETSI.CAdES.detached"))
        .with("M", Obj::Text(text::date(job.time).into_bytes()));
    for (name, value) in [
        ("Name", job.name),
        ("Reason", job.reason),
        ("Location", job.location),
    ] {
        if !value.is_empty() {
            dict.set(name, Obj::Text(text::encode(value)));
        }
    }
    if job.closing {
        let parameters = Dict::new()
            .with("Type", Obj::name("TransformParams"))
            .with("V", Obj::name("1.2"))
            .with("Action", Obj::name("All"));
        let reference = Dict::new()
            .with("Type", Obj::name("SigRef"))
            .with("TransformMethod", Obj::name("FieldMDP"))
            .with("TransformParams", Obj::Dict(parameters))
            .with("Data", Obj::Ref(catalog));
        dict.set("Reference", Obj::Array(vec![Obj::Dict(reference)]));
    }
    dict
}

fn draw_picture(update: &mut Update, image: Key, mask: Key, seal: &SealPicture) {
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

/// Adds the field to the page's annotations, in whichever object holds them.
fn annotate(
    update: &mut Update,
    view: &View<'_, '_>,
    page: &Page,
    field: Key,
) -> Result<(), PdfError> {
    let mut all = list(
        view,
        page.dict.get("Annots"),
        "a page's annotations are damaged",
    )?;
    all.push(Obj::Ref(field));
    match page.dict.get("Annots") {
        Some(Obj::Ref(key)) => update.object(*key, &Obj::Array(all)),
        _ => {
            let mut dict = page.dict.clone();
            dict.set("Annots", Obj::Array(all));
            update.object(page.key, &Obj::Dict(dict));
        }
    }
    Ok(())
}

/// Adds the field to the form, in whichever objects hold form and fields.
fn extend_form(update: &mut Update, form: &Form, field: Key) {
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
