//! One part of a container, unpacked when it is asked for.

use std::borrow::Cow;
use std::sync::OnceLock;

use flate2::{Decompress, FlushDecompress, Status};

/// Bytes unpacked at a time of what is not kept.
const PIECE: usize = 128 << 10;

/// Why the data of a part cannot be trusted to be what was packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Damage {
    /// The data are there, their check sum is another.
    CheckSum,
    /// There are no data.
    Unreadable(&'static str),
}

impl std::fmt::Display for Damage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Damage::CheckSum => "its check sum is wrong",
            Damage::Unreadable(why) => why,
        })
    }
}

/// One part of the package.
#[derive(Debug)]
pub(crate) struct PackagePart<'a> {
    /// As the central directory has it, without a leading slash.
    pub(crate) name: String,
    pub(super) content: Content<'a>,
    pub(crate) damage: Option<Damage>,
}

/// The bytes of a part; none when it is unreadable.
#[derive(Debug)]
pub(super) enum Content<'a> {
    There(Cow<'a, [u8]>),
    /// Known to be unpackable, and unpacked when it is asked for: the parts of a large file are
    /// gone through one after another.
    Packed {
        packed: &'a [u8],
        size: usize,
        unpacked: OnceLock<Vec<u8>>,
    },
}

impl PackagePart<'_> {
    /// The bytes. They stay in memory once they were asked for.
    pub(crate) fn data(&self) -> &[u8] {
        match &self.content {
            Content::There(data) => data,
            Content::Packed {
                packed,
                size,
                unpacked,
            } => unpacked.get_or_init(|| inflate(packed, *size).unwrap_or_default()),
        }
    }

    /// How many bytes it has.
    pub(crate) fn size(&self) -> usize {
        match &self.content {
            Content::There(data) => data.len(),
            Content::Packed { size, .. } => *size,
        }
    }

    /// The bytes, one piece after another; nothing of them stays in memory.
    pub(crate) fn pieces(&self, visit: &mut dyn FnMut(&[u8])) {
        match &self.content {
            Content::There(data) => visit(data),
            Content::Packed {
                packed,
                size,
                unpacked,
            } => match unpacked.get() {
                Some(data) => visit(data),
                // It was unpacked before, so it can be again.
                None => inflate_by_pieces(packed, *size, visit).unwrap_or_default(),
            },
        }
    }

    /// The bytes, for good.
    pub(crate) fn into_data(self) -> Vec<u8> {
        match self.content {
            Content::There(data) => data.into_owned(),
            Content::Packed {
                packed,
                size,
                unpacked,
            } => match unpacked.into_inner() {
                Some(data) => data,
                None => inflate(packed, size).unwrap_or_default(),
            },
        }
    }
}

const NOT_UNPACKED: &str = "it cannot be unpacked";
const OTHER_SIZE: &str = "its size is not what the directory says";

pub(super) fn inflate(packed: &[u8], size: usize) -> Result<Vec<u8>, &'static str> {
    inflate_with(&mut Decompress::new(false), packed, size)
}

/// The same with a stream that was used before: setting one up costs more than unpacking a small
/// part.
pub(super) fn inflate_with(
    stream: &mut Decompress,
    packed: &[u8],
    size: usize,
) -> Result<Vec<u8>, &'static str> {
    let mut data = Vec::with_capacity(size + 1);
    stream.reset(false);
    let status = stream.decompress_vec(packed, &mut data, FlushDecompress::Finish);
    if !matches!(status, Ok(Status::StreamEnd)) {
        return Err(NOT_UNPACKED);
    }
    if data.len() != size || stream.total_in() != packed.len() as u64 {
        return Err(OTHER_SIZE);
    }
    Ok(data)
}

/// The same without room for the whole. What was visited counts for nothing after an error.
pub(super) fn inflate_by_pieces(
    packed: &[u8],
    size: usize,
    visit: &mut dyn FnMut(&[u8]),
) -> Result<(), &'static str> {
    let mut buffer = vec![0; PIECE];
    let mut stream = Decompress::new(false);
    loop {
        let (from, before) = (stream.total_in() as usize, stream.total_out());
        let rest = packed.get(from..).unwrap_or_default();
        let status = stream.decompress(rest, &mut buffer, FlushDecompress::None);
        let made = (stream.total_out() - before) as usize;
        let ended = matches!(status, Ok(Status::StreamEnd));
        let stuck = made == 0 && stream.total_in() as usize == from;
        if status.is_err() || stream.total_out() > size as u64 + 1 || (stuck && !ended) {
            return Err(NOT_UNPACKED);
        }
        visit(&buffer[..made]);
        if ended {
            break;
        }
    }
    if stream.total_out() != size as u64 || stream.total_in() != packed.len() as u64 {
        return Err(OTHER_SIZE);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::container::{Package, Part, pack};

    /// Bytes that pack to about half.
    fn part(number: u32, length: usize) -> Part {
        let bytes =
            (0..length as u32).map(|n| (n.wrapping_mul(2_654_435_761 + number) >> 28) as u8);
        (format!("part_{number}.xml"), bytes.collect())
    }

    /// A part that is not kept says the same, whole and in pieces, as one that is.
    #[test]
    fn parts_beyond_what_is_kept_are_unpacked_when_asked_for() {
        let parts = [part(1, 5 << 20), part(2, 3 << 20), part(3, 77), part(4, 0)];
        let file = pack(&parts).unwrap();
        let package = Package::read(&file).unwrap();
        let mut lazy = 0;
        for ((name, data), read) in parts.iter().zip(&package.parts) {
            lazy += usize::from(matches!(read.content, Content::Packed { .. }));
            assert_eq!((&read.name, read.damage), (name, None));
            assert_eq!(read.size(), data.len(), "{name}");
            let mut all: Vec<u8> = Vec::new();
            read.pieces(&mut |piece| all.extend(piece));
            assert!(all == *data && read.data() == data, "{name}");
        }
        assert!(lazy > 0, "everything was kept");
        for ((name, data), read) in parts.iter().zip(package.parts) {
            assert!(read.into_data() == *data, "{name}");
        }
    }

    /// Damage is told alike, whether a part is kept or not.
    #[test]
    fn damage_is_told_alike_in_pieces() {
        use flate2::{Compression, write::DeflateEncoder};
        use std::io::Write;
        let data = part(1, 400_000).1;
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&data).unwrap();
        let packed = encoder.finish().unwrap();
        let longer = [&packed[..], b"x"].concat();
        let mut odd = packed.clone();
        odd[packed.len() / 2] ^= 0x55;
        let size = data.len();
        for (packed, size) in [
            (&packed[..], size),
            (&packed[..], size + 1),
            (&packed[..], size - 1),
            (&packed[..], size - 2),
            (&packed[..], 0),
            (&packed[..packed.len() - 1], size),
            (&packed[..0], 0),
            (&longer[..], size),
            (&odd[..], size),
        ] {
            let mut pieces: Vec<u8> = Vec::new();
            let found = inflate_by_pieces(packed, size, &mut |piece| pieces.extend(piece));
            match inflate(packed, size) {
                Ok(whole) => assert!(found.is_ok() && pieces == whole),
                Err(why) => assert_eq!(found, Err(why), "{size}"),
            }
        }
    }
}
