//! Making a signature: an incremental update that adds one signature field with its impression and
//! leaves every byte before it untouched.

use gm::{DigestAlgorithm, Signer, TimeStampAuthority, cms};
use jiff::Timestamp;

use super::appearance::{Slice, Widget, annotate, draw_picture, extend_form, field_dicts};
use super::append::{Hole, Update};
use super::error::PdfError;
use super::file::{FILE_LIMIT, File, View};
use super::form::Form;
use super::object::{Dict, Key, Obj};
use super::page::{Page, RectMm};
use super::picture::SealPicture;
use super::range;
use super::sections::OBJECTS;
use super::text;
use super::walk::Walk;

/// Objects that a signature adds at most, beside two for each slice of a straddle seal.
const NEW_OBJECTS: usize = 16;

/// Room for a time stamp, in bytes: most are shorter; for a longer one the signature is made anew.
const TOKEN_ROOM: usize = 6_144;

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

/// What else a signature may have.
#[derive(Default)]
pub struct PdfExtras<'a> {
    /// Whoever vouches for the time: the signature becomes one of PAdES level B-T.
    pub time_stamps: Option<&'a dyn TimeStampAuthority>,
    /// A straddle seal (骑缝章).
    pub straddle: Option<PdfStraddle>,
}

/// The impression, of the size that the job's rectangle says, is cut into slices that stand on the
/// right edges of all pages.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PdfStraddle {
    /// Upper edge of the slices in millimetres; in the middle of each page when absent.
    pub y: Option<f64>,
    /// The impression stands in one piece in the job's rectangle too; without it the rectangle's
    /// place and the job's page count for nothing.
    pub whole_too: bool,
}

/// Signs the document. The result begins with exactly the bytes of `pdf`; the signature covers all
/// of it but its own value. Earlier signatures stay valid.
pub fn sign_pdf(pdf: &[u8], job: &PdfSignJob<'_>) -> Result<Vec<u8>, PdfError> {
    sign_pdf_with(pdf, job, &PdfExtras::default())
}

/// The same, with a time stamp or over many pages.
pub fn sign_pdf_with(
    pdf: &[u8],
    job: &PdfSignJob<'_>,
    extras: &PdfExtras<'_>,
) -> Result<Vec<u8>, PdfError> {
    let file = File::read(pdf)?;
    let view = extensible(&file)?;
    let form = Form::read(&view)?;
    check_name(&view, &form, job.field_name)?;
    open_for_more(&view, &form)?;
    let slices = slices(&view, &form, (job.page, job.rect), extras.straddle)?;
    room_for(&view, slices.len())?;
    let sign = |parts: &[&[u8]]| {
        let digest = DigestAlgorithm::within(job.signer.algorithm());
        let value = cms::sign(job.signer, &digest.of_parts(parts))?;
        match extras.time_stamps {
            None => Ok(value),
            Some(authority) => stamped(&value, authority),
        }
    };
    let room = cms::room(job.signer) + extras.time_stamps.map_or(0, |_| TOKEN_ROOM);
    with_room(room, |room| {
        let mut update = Update::after(&view, job.seal.weight() + room * 2);
        let [field, signature, image, mask] = [(); 4].map(|()| update.next());
        draw_picture(&mut update, image, mask, job.seal);
        let widgets = field_dicts(&mut update, job, &slices, (field, signature, image));
        annotate(&mut update, &view, &slices, &widgets)?;
        extend_form(&mut update, &form, field);
        let dict = signature_dict(job, form.catalog_key);
        let hole = update.signature(signature, dict, room);
        complete(update.finish(&view), &hole, &sign)
    })
}

/// A time stamp over the whole document (`ETSI.RFC3161`), in an invisible field of its own: with
/// the security store before it, the signatures become ones of PAdES level B-LTA.
pub fn stamp_pdf(
    pdf: &[u8],
    authority: &dyn TimeStampAuthority,
    field_name: &str,
) -> Result<Vec<u8>, PdfError> {
    let file = File::read(pdf)?;
    let view = extensible(&file)?;
    let form = Form::read(&view)?;
    check_name(&view, &form, field_name)?;
    room_for(&view, 0)?;
    let page = Page::find(&view, &form.catalog, 0)?.ok_or(PdfError::NoSuchPage(0))?;
    let slices = [Slice::invisible(page)];
    let sign = |parts: &[&[u8]]| Ok(authority.stamp_parts(parts)?.der().to_vec());
    with_room(TOKEN_ROOM, |room| {
        let mut update = Update::after(&view, room * 2);
        let [field, signature] = [(); 2].map(|()| update.next());
        let dict = Widget::invisible(field_name, slices[0].page.key, signature);
        update.object(field, &Obj::Dict(dict));
        annotate(&mut update, &view, &slices, &[field])?;
        extend_form(&mut update, &form, field);
        let dict = Dict::new()
            .with("Type", Obj::name("DocTimeStamp"))
            .with("Filter", Obj::name("Adobe.PPKLite"))
            .with("SubFilter", Obj::name("ETSI.RFC3161"));
        let hole = update.signature(signature, dict, room);
        complete(update.finish(&view), &hole, &sign)
    })
}

/// What is made once the covered bytes are known: the value that goes into its room.
type Sign<'s> = dyn Fn(&[&[u8]]) -> Result<Vec<u8>, PdfError> + 's;

/// Either the finished file, or how much room its value needs.
enum Made {
    Whole(Vec<u8>),
    Needs(usize),
}

/// Makes it with that much room, and again with more where the value turned out larger.
fn with_room(
    mut room: usize,
    make: impl Fn(usize) -> Result<Made, PdfError>,
) -> Result<Vec<u8>, PdfError> {
    for _ in 0..3 {
        match make(room)? {
            Made::Whole(out) => return Ok(out),
            Made::Needs(more) => room = more + 256,
        }
    }
    Err(PdfError::Room)
}

fn complete(mut out: Vec<u8>, hole: &Hole, sign: &Sign<'_>) -> Result<Made, PdfError> {
    if out.len() > FILE_LIMIT {
        return Err(PdfError::Structure(format!(
            "it would be larger than {FILE_LIMIT} bytes"
        )));
    }
    hole.set_range(&mut out);
    let value = sign(&[&out[..hole.contents.start], &out[hole.contents.end..]])?;
    if value.len() > hole.room() {
        return Ok(Made::Needs(value.len()));
    }
    hole.fill(&mut out, value);
    Ok(Made::Whole(out))
}

/// Puts a time stamp over the signature value among the unsigned attributes.
fn stamped(value: &[u8], authority: &dyn TimeStampAuthority) -> Result<Vec<u8>, PdfError> {
    let broken = |error: gm::asn1::Malformed| PdfError::Structure(error.to_string());
    let signed = cms::Signed::read(value).map_err(broken)?;
    let token = authority.stamp(&signed.value)?;
    cms::add_unsigned(value, cms::TIME_STAMP_ATTRIBUTE, token.der()).map_err(broken)
}

/// The newest revision of a file that may be extended: sound, and readable by everybody.
pub(super) fn extensible<'f, 'a>(file: &'f File<'a>) -> Result<View<'f, 'a>, PdfError> {
    let view = file.newest();
    if view.trailer().has("Encrypt") {
        return Err(PdfError::Encrypted);
    }
    match Walk::take(file, &view).faults().into_iter().next() {
        Some((_, fault)) => Err(PdfError::Structure(fault)),
        None => Ok(view),
    }
}

/// Where the impression goes: in one piece on its page, or in slices on all pages.
fn slices(
    view: &View<'_, '_>,
    form: &Form,
    (page, rect): (usize, RectMm),
    straddle: Option<PdfStraddle>,
) -> Result<Vec<Slice>, PdfError> {
    let mut slices = match straddle {
        Some(wanted) => {
            let pages = Page::all(view, &form.catalog)?;
            Slice::straddle(pages, [rect.width, rect.height], wanted.y)?
        }
        None => Vec::new(),
    };
    if straddle.is_none_or(|wanted| wanted.whole_too) {
        let found = Page::find(view, &form.catalog, page)?;
        let found = found.ok_or(PdfError::NoSuchPage(page))?;
        slices.insert(0, Slice::whole(found, rect)?);
    }
    Ok(slices)
}

/// Whether a signature can be added with its impression there, without a key: what would refuse
/// [`sign_pdf_with`] for the document's sake refuses here. Returns width and height of the pages as
/// they are seen, in millimetres.
pub fn check_pdf(
    pdf: &[u8],
    (page, rect): (usize, RectMm),
    straddle: Option<PdfStraddle>,
) -> Result<Vec<[f64; 2]>, PdfError> {
    let file = File::read(pdf)?;
    let view = extensible(&file)?;
    let form = Form::read(&view)?;
    open_for_more(&view, &form)?;
    let made = slices(&view, &form, (page, rect), straddle)?;
    room_for(&view, made.len())?;
    let pages = Page::all(&view, &form.catalog)?;
    Ok(pages.iter().map(Page::seen_mm).collect())
}

/// No earlier signature closes the document.
fn open_for_more(view: &View<'_, '_>, form: &Form) -> Result<(), PdfError> {
    for field in &form.signatures {
        if range::closes(view, field)? {
            return Err(PdfError::Closed);
        }
    }
    Ok(())
}

fn room_for(view: &View<'_, '_>, slices: usize) -> Result<(), PdfError> {
    if view.first_free() as usize + NEW_OBJECTS + 2 * slices > OBJECTS as usize {
        return Err(PdfError::Structure("no object numbers are left".into()));
    }
    Ok(())
}

fn check_name(view: &View<'_, '_>, form: &Form, name: &str) -> Result<(), PdfError> {
    if name.is_empty() || name.contains('.') {
        return Err(PdfError::FieldName(name.to_owned()));
    }
    for key in &form.fields {
        let found = view.get(*key)?;
        let other = found
            .value
            .as_dict()
            .map(|dict| view.entry(dict, "T"))
            .transpose()?;
        let other = other.as_ref().and_then(Obj::as_text).map(text::decode);
        if other.as_deref() == Some(name) {
            return Err(PdfError::FieldName(name.to_owned()));
        }
    }
    Ok(())
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
