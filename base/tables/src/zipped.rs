//! The parts of a packed file, each streamed on its own and bounded in what it unfolds to.

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom, Take};

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::{Limits, TableError};

struct Place {
    start: u64,
    length: u64,
    deflated: bool,
}

/// A packed file and where its parts lie.
pub(crate) struct Zipped<R> {
    input: R,
    places: HashMap<String, Place>,
    part_bytes: u64,
}

impl<R: Read + Seek> Zipped<R> {
    pub fn open(input: R, limits: &Limits) -> Result<Self, TableError> {
        let mut archive = ZipArchive::new(input).map_err(TableError::damaged)?;
        let mut places = HashMap::new();
        for at in 0..archive.len() {
            let file = archive.by_index_raw(at).map_err(TableError::damaged)?;
            let deflated = match file.compression() {
                CompressionMethod::Stored => false,
                CompressionMethod::Deflated => true,
                _ => continue,
            };
            if let Some(start) = file.data_start().filter(|_| !file.encrypted()) {
                let place = Place {
                    start,
                    length: file.compressed_size(),
                    deflated,
                };
                let name = file.name().map_err(TableError::damaged)?.into_owned();
                places.insert(name, place);
            }
        }
        Ok(Self {
            input: archive.into_inner(),
            places,
            part_bytes: limits.part_bytes,
        })
    }

    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// A part, while the file stays here for further ones.
    pub fn part(&mut self, name: &str) -> Result<Option<Part<&mut R>>, TableError> {
        match self.places.get(name) {
            Some(place) => Ok(Some(Part::open(&mut self.input, place, self.part_bytes)?)),
            None => Ok(None),
        }
    }

    /// The last part that is read from the file.
    pub fn into_part(self, name: &str) -> Result<Part<R>, TableError> {
        let place = self
            .places
            .get(name)
            .ok_or_else(|| TableError::damaged(format!("{name} is missing")))?;
        Part::open(self.input, place, self.part_bytes)
    }
}

enum Inflate<R> {
    Stored(Take<R>),
    Deflated(Box<DeflateDecoder<Take<R>>>),
}

/// A part being read.
pub(crate) struct Part<R> {
    inner: Inflate<R>,
    /// Bytes that may still be read in all, and until [`Part::allow`] is called again.
    left: u64,
    allowed: u64,
}

impl<R: Read + Seek> Part<R> {
    fn open(mut input: R, place: &Place, part_bytes: u64) -> Result<Self, TableError> {
        input.seek(SeekFrom::Start(place.start))?;
        let packed = input.take(place.length);
        Ok(Self {
            inner: if place.deflated {
                Inflate::Deflated(Box::new(DeflateDecoder::new(packed)))
            } else {
                Inflate::Stored(packed)
            },
            left: part_bytes,
            allowed: part_bytes,
        })
    }
}

impl<R> Part<R> {
    /// Allows so many bytes to be read before the next call: the size of one event of its XML.
    pub fn allow(&mut self, bytes: u64) {
        self.allowed = bytes;
    }
}

impl<R: Read> Read for Part<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match &mut self.inner {
            Inflate::Stored(part) => part.read(buffer)?,
            Inflate::Deflated(part) => part.read(buffer)?,
        };
        let bytes = read as u64;
        if bytes > self.left || bytes > self.allowed {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a part of the file is too large",
            ));
        }
        self.left -= bytes;
        self.allowed -= bytes;
        Ok(read)
    }
}
