//! DER as a tree that can be edited, and documents signed anew after the edit: what other software
//! writes, and what a forger with a key of their own can write.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gm::asn1::{self, Element, tag};
use gm::{Signer, SoftKey, oid};
use sealing::Part;

use crate::make::{SIGN, WORLD, document, get};

/// An element.
#[derive(Clone, Debug, PartialEq)]
pub enum Der {
    Plain(u8, Vec<u8>),
    Inside(u8, Vec<Der>),
    /// Bytes as they are.
    Raw(Vec<u8>),
}

impl Der {
    pub fn read(bytes: &[u8]) -> Self {
        Self::of(Element::parse(bytes).unwrap())
    }

    fn of(element: Element<'_>) -> Self {
        if element.tag & 0x20 == 0 {
            return Self::Plain(element.tag, element.value.to_vec());
        }
        let mut inside = element.inside();
        let mut all = Vec::new();
        while !inside.is_empty() {
            all.push(Self::of(inside.element().unwrap()));
        }
        Self::Inside(element.tag, all)
    }

    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Plain(tag, value) => asn1::tlv(*tag, value),
            Self::Inside(tag, all) => {
                let value: Vec<u8> = all.iter().flat_map(Self::bytes).collect();
                asn1::tlv(*tag, &value)
            }
            Self::Raw(bytes) => bytes.clone(),
        }
    }

    /// The element at that path.
    pub fn at(&mut self, path: &[usize]) -> &mut Der {
        path.iter().fold(self, |der, index| &mut der.all()[*index])
    }

    pub fn all(&mut self) -> &mut Vec<Der> {
        match self {
            Self::Inside(_, all) => all,
            other => panic!("no fields in {other:?}"),
        }
    }

    pub fn set(&mut self, path: &[usize], tag: u8, value: &[u8]) {
        *self.at(path) = Self::Plain(tag, value.to_vec());
    }

    /// The value of a plain element.
    pub fn value(&mut self, path: &[usize]) -> &mut Vec<u8> {
        match self.at(path) {
            Self::Plain(_, value) => value,
            other => panic!("no plain element: {other:?}"),
        }
    }
}

/// Some bytes with a length that is longer than it needs to be.
pub fn long(der: &[u8]) -> Vec<u8> {
    let element = Element::parse(der).unwrap();
    let length = (element.value.len() as u32).to_be_bytes();
    [&[element.tag, 0x84][..], &length, element.value].concat()
}

/// The same of indefinite length.
pub fn endless(der: &[u8]) -> Vec<u8> {
    let element = Element::parse(der).unwrap();
    [&[element.tag, 0x80][..], element.value, &[0, 0]].concat()
}

/// The seal of the world, edited and signed again by its maker.
pub fn seal(edit: impl Fn(&mut Der)) -> Vec<u8> {
    seal_by(&WORLD.maker, &edit, &|_| {})
}

/// The same by another maker; `outer` edits what nobody signs.
pub fn seal_by(maker: &SoftKey, edit: &dyn Fn(&mut Der), outer: &dyn Fn(&mut Der)) -> Vec<u8> {
    let mut seal = Der::read(&WORLD.seal);
    edit(seal.at(&[0]));
    let signature = maker.sign(&seal.at(&[0]).bytes()).unwrap();
    *seal.value(&[1]) = maker.certificate().to_vec();
    *seal.at(&[3]) = Der::Raw(asn1::bits(&signature));
    outer(&mut seal);
    seal.bytes()
}

/// How a document is signed.
pub struct Form<'a> {
    pub seal: Vec<u8>,
    /// What stands in `Seal.esl`; the seal itself when absent.
    pub beside: Option<Vec<u8>>,
    pub signer: &'a SoftKey,
    /// Edits the description before it is digested.
    pub xml: &'a dyn Fn(String) -> String,
    /// Edits the list of signatures before it is digested.
    pub list: &'a dyn Fn(String) -> String,
    /// Edits what the signer signs.
    pub tbs: &'a dyn Fn(&mut Der),
    /// Edits the stamp after it is signed.
    pub outer: &'a dyn Fn(&mut Der),
    /// In place of the digest of the description.
    pub hash: Option<Vec<u8>>,
}

impl Default for Form<'_> {
    fn default() -> Self {
        Self {
            seal: WORLD.seal.clone(),
            beside: None,
            signer: &WORLD.signer,
            xml: &|xml| xml,
            list: &|xml| xml,
            tbs: &|_| {},
            outer: &|_| {},
            hash: None,
        }
    }
}

fn base64(bytes: &[u8]) -> String {
    STANDARD.encode(gm::sm3(bytes))
}

impl Form<'_> {
    /// The document with its description, its value not yet made.
    pub fn described(&self) -> (Vec<Part>, Vec<u8>) {
        let mut parts = WORLD.sealed(document("1"));
        let name = |file: &str| format!("{SIGN}{file}");
        let xml = get(&mut parts, &name("Signature.xml")).clone();
        let mut xml = String::from_utf8(xml).unwrap();
        let beside = self.beside.as_ref().unwrap_or(&self.seal).clone();
        let list = get(&mut parts, crate::make::LIST);
        let edited = (self.list)(String::from_utf8(list.clone()).unwrap());
        xml = xml.replace(&base64(list), &base64(edited.as_bytes()));
        *list = edited.into_bytes();
        xml = xml.replace(&base64(&WORLD.seal), &base64(&beside));
        *get(&mut parts, &name("Seal.esl")) = beside;
        xml = (self.xml)(xml);
        *get(&mut parts, &name("Signature.xml")) = xml.clone().into_bytes();
        (parts, xml.into_bytes())
    }

    /// With a stamp of version 4 or 5.
    pub fn parts(&self) -> Vec<Part> {
        let (mut parts, xml) = self.described();
        let hash = self.hash.clone().unwrap_or(gm::sm3(&xml).to_vec());
        let mut tbs = Der::Inside(
            tag::SEQUENCE,
            vec![
                Der::Raw(asn1::small(4)),
                Der::Raw(self.seal.clone()),
                Der::Plain(tag::GENERALIZED_TIME, b"20260804020809Z".to_vec()),
                Der::Raw(asn1::bits(&hash)),
                Der::Plain(
                    tag::IA5_STRING,
                    format!("/{SIGN}Signature.xml").into_bytes(),
                ),
            ],
        );
        (self.tbs)(&mut tbs);
        let signature = self.signer.sign(&tbs.bytes()).unwrap();
        let mut stamp = Der::Inside(
            tag::SEQUENCE,
            vec![
                tbs,
                Der::Plain(tag::OCTET_STRING, self.signer.certificate().to_vec()),
                Der::Raw(asn1::oid(oid::SM2_WITH_SM3)),
                Der::read(&asn1::bits(&signature)),
            ],
        );
        (self.outer)(&mut stamp);
        put_value(&mut parts, stamp.bytes());
        parts
    }
}

pub fn put_value(parts: &mut [Part], value: Vec<u8>) {
    *get(parts, &format!("{SIGN}SignedValue.dat")) = value;
}
