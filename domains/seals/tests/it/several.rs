//! Several seals on one document, in order, the last of which closes it.

use paper::{Document, Item, Page, Place, Text};
use seals::{
    Marks, Order, Papers, Seal, SealError, SealType, SealUse, State, Straddle, UseResult, Uses,
};

use crate::common::{City, cities, notice, reserve};
use crate::sign::{PLACE, verdict};

const BESIDE: Place = Place { x: 60.0, ..PLACE };

pub fn laid(pages: usize) -> paper::Laid {
    let page = |number: usize| {
        let mut page = Page::a4();
        let words = format!("联合决定书第{}页", number + 1);
        page.items
            .push(Item::Text(Text::new(words, 30.0, 40.0, 6.0)));
        page
    };
    let document = Document {
        pages: (0..pages).map(page).collect(),
        ..Document::default()
    };
    paper::lay_out(&document).unwrap()
}

pub fn papers(pages: usize) -> Papers {
    let laid = laid(pages);
    let info = ofd::DocInfo {
        id: "0123456789abcdef0123456789abcdef".into(),
        custom: vec![],
    };
    let package = ofd::compose(&laid, &info).unwrap();
    Papers {
        ofd: Some(seals::parts_of(&package)),
        pdf: Some(paper::to_pdf(&laid).unwrap()),
    }
}

fn order(seal: &Seal, marks: Marks) -> Order {
    Order {
        wish: notice(seal),
        marks,
    }
}

/// What became of the uses of a seal, newest first.
async fn uses(city: &City, seal: &Seal) -> Vec<SealUse> {
    let list = Uses {
        seal: Some(seal.key.clone()),
        agency: seal.owner.agency_code.clone(),
        region: seal.owner.region_code.clone(),
        from: None,
        to: None,
        document_kind: None,
        purpose: None,
    };
    let page = kernel::PageRequest::default();
    let reader = city.staff("leimq");
    seals::uses(&reader, &list, page).await.unwrap().rows
}

async fn finish(city: &City, sealed: &seals::Sealed, result: UseResult) -> Result<(), SealError> {
    let work = std::sync::Arc::new((sealed.uses.clone(), sealed.documents()));
    let inner = city.ctx.clone();
    city.ctx
        .db
        .write(move |tx| {
            let (ctx, work) = (inner.clone(), work.clone());
            Box::pin(async move { seals::finish_all(tx, &ctx, &work.0, &work.1, result).await })
        })
        .await
}

/// Two agencies' seals on a document of three pages, the second one straddling them and closing:
/// both signatures are told with who and when, both uses with the file that was issued, and no seal
/// can be added.
///
/// [I-13]
#[tokio::test]
async fn two_seals_in_order_close_a_document_of_many_pages() {
    for city in cities().await {
        let one = city.active(SealType::Acceptance, "notice", 20).await;
        let two = city.active(SealType::Official, "notice", 20).await;
        let last = Place { page: 2, ..PLACE };
        let straddling = Marks {
            place: Some(last),
            straddle: Some(Straddle::default()),
        };
        let beside = Marks::at(Place { page: 2, ..BESIDE });
        let orders = vec![order(&one, beside), order(&two, straddling)];
        let sealed = seals::seal_in_order(&city.ctx, orders, papers(3), true)
            .await
            .unwrap();
        assert_eq!(sealed.uses.len(), 2);
        finish(&city, &sealed, UseResult::Signed).await.unwrap();
        for file in [&sealed.ofd, &sealed.pdf] {
            let found = verdict(&city, file).await;
            assert!(found.is_valid(), "{:?}", found.findings);
            let names: Vec<_> = found.signatures.iter().map(|s| s.signer.as_str()).collect();
            assert_eq!(names, [one.name.as_str(), two.name.as_str()]);
            let now = city.ctx.now().as_second();
            for signature in &found.signatures {
                let at: jiff::Timestamp = signature.signed_at.as_ref().unwrap().parse().unwrap();
                assert_eq!(at.as_second(), now);
            }
        }
        // The OFD shows the first seal once, the second whole and in three slices.
        assert_eq!(seals::stamps(&sealed.ofd).len(), 5);
        for seal in [&one, &two] {
            let uses = uses(&city, seal).await;
            assert_eq!(uses.len(), 1);
            assert_eq!(uses[0].result, UseResult::Signed);
            assert_eq!(uses[0].documents, sealed.documents());
        }
        // The log is by the moment.
        city.advance(1);
        let third = vec![order(&one, Marks::at(PLACE))];
        let pdf = Papers {
            ofd: None,
            pdf: Some(sealed.pdf.clone()),
        };
        let more = seals::seal_in_order(&city.ctx, third, pdf, false).await;
        let closed = SealError::Unsealable(seals::Unsealable::Closed);
        assert_eq!(more.unwrap_err().to_string(), closed.to_string());
        assert_eq!(uses(&city, &one).await[0].result, UseResult::Failed);
        city.db.remove().await.unwrap();
    }
}

/// The second seal is lost between reservation and signature: nothing is issued, and both uses say
/// what became of them.
#[tokio::test]
async fn a_seal_that_is_lost_in_between_stops_the_others() {
    for city in cities().await {
        let one = city.active(SealType::Acceptance, "notice", 20).await;
        let two = city.active(SealType::Official, "notice", 20).await;
        let wishes = vec![notice(&one), notice(&two)];
        let ids = seals::reserve_in_order(&city.ctx, wishes).await.unwrap();
        seals::report_loss(&city.staff("leimq"), &two.key, "遗失")
            .await
            .unwrap();
        let marks = [Marks::at(BESIDE), Marks::at(PLACE)];
        let done = seals::sign_in_order(&city.ctx, ids, &marks, papers(1), true).await;
        assert!(
            matches!(done, Err(SealError::NotActive(State::Lost))),
            "{done:?}"
        );
        let first = &uses(&city, &one).await[0];
        assert_eq!(first.result, UseResult::Superseded);
        assert_eq!(first.documents.len(), 1, "the OFD was signed by then");
        assert!(first.note.contains("lost"), "{}", first.note);
        let second = &uses(&city, &two).await[0];
        assert_eq!(second.result, UseResult::Stopped);
        assert!(second.documents.is_empty());
        city.db.remove().await.unwrap();
    }
}

/// The same where it is lost after the signatures: the uses are not finished as signed.
#[tokio::test]
async fn a_seal_that_is_lost_after_signing_issues_nothing() {
    for city in cities().await {
        let one = city.active(SealType::Acceptance, "notice", 20).await;
        let two = city.active(SealType::Official, "notice", 20).await;
        let orders = vec![
            order(&one, Marks::at(BESIDE)),
            order(&two, Marks::at(PLACE)),
        ];
        let sealed = seals::seal_in_order(&city.ctx, orders, papers(1), true)
            .await
            .unwrap();
        seals::report_loss(&city.staff("leimq"), &two.key, "遗失")
            .await
            .unwrap();
        let done = finish(&city, &sealed, UseResult::Signed).await;
        assert!(matches!(done, Err(SealError::NotActive(State::Lost))));
        assert_eq!(uses(&city, &one).await[0].result, UseResult::Reserved);
        let documents = sealed.documents();
        let superseded = UseResult::Superseded;
        seals::close_all(&city.ctx, &sealed.uses, &documents, superseded, "lost").await;
        assert_eq!(uses(&city, &one).await[0].result, UseResult::Superseded);
        let second = &uses(&city, &two).await[0];
        assert_eq!(second.result, UseResult::Stopped);
        assert_eq!(second.documents, documents);
        city.db.remove().await.unwrap();
    }
}

/// The daily maximum counts each seal for itself, and a use that is refused reserves no other.
#[tokio::test]
async fn the_daily_maximum_counts_each_seal() {
    for city in cities().await {
        let one = city.active(SealType::Acceptance, "notice", 20).await;
        let two = city.active(SealType::Official, "notice", 2).await;
        let both = || vec![notice(&one), notice(&two)];
        // The same seal twice on one document is two uses.
        let twice = vec![notice(&two), notice(&two), notice(&two)];
        let refused = seals::reserve_in_order(&city.ctx, twice).await;
        assert!(matches!(refused, Err(SealError::DailyMaximum(2))));
        assert!(uses(&city, &two).await.is_empty());
        for _ in 0..2 {
            seals::reserve_in_order(&city.ctx, both()).await.unwrap();
        }
        let refused = seals::reserve_in_order(&city.ctx, both()).await;
        assert!(matches!(refused, Err(SealError::DailyMaximum(2))));
        assert_eq!(uses(&city, &one).await.len(), 2);
        assert!(reserve(&city.ctx, notice(&one)).await.is_ok());
        city.db.remove().await.unwrap();
    }
}
