//! The records of a zip file (PKWARE APPNOTE, 4.3), one struct each.

/// Little-endian fields, read one after another.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u16(&mut self) -> Option<u16> {
        let (head, rest) = self.0.split_first_chunk::<2>()?;
        self.0 = rest;
        Some(u16::from_le_bytes(*head))
    }

    fn u32(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_le_bytes(*head))
    }
}

pub(super) const LOCAL: &[u8; 4] = b"PK\x03\x04";
pub(super) const CENTRAL: &[u8; 4] = b"PK\x01\x02";
pub(super) const END: &[u8; 4] = b"PK\x05\x06";
pub(super) const DESCRIPTOR: &[u8; 4] = b"PK\x07\x08";
pub(super) const END_SIZE: usize = 22;

const UNICODE_PATH: u16 = 0x7075;

/// What central directory and local header say alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header<'a> {
    pub flags: u16,
    pub method: u16,
    pub crc: u32,
    pub packed: u32,
    pub size: u32,
    pub name: &'a [u8],
    pub extra: &'a [u8],
}

impl Header<'_> {
    /// Sizes and check sum follow the data.
    pub(super) fn has_descriptor(&self) -> bool {
        self.flags & 8 != 0
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.flags & 0x2041 != 0
    }

    /// Another name in the extra field, which some readers prefer.
    pub(super) fn has_second_name(&self) -> bool {
        let mut rest = Fields(self.extra);
        while let (Some(kind), Some(length)) = (rest.u16(), rest.u16()) {
            let Some((value, after)) = rest.0.split_at_checked(usize::from(length)) else {
                return false;
            };
            // Version and check sum of the other name stand before the name.
            if kind == UNICODE_PATH && value.get(5..) != Some(self.name) {
                return true;
            }
            rest.0 = after;
        }
        false
    }
}

/// A record of the central directory.
#[derive(Clone, Debug)]
pub(super) struct Central<'a> {
    pub header: Header<'a>,
    pub offset: u32,
    pub comment: &'a [u8],
    /// Unix mode, where the packer wrote one.
    mode: u16,
}

impl Central<'_> {
    /// A link, device or the like: unpacked, it would lead elsewhere.
    pub(super) fn is_special(&self) -> bool {
        const KIND: u16 = 0o170_000;
        !matches!(self.mode & KIND, 0 | 0o100_000 | 0o040_000)
    }
}

/// Reads a record of the central directory; the rest of the bytes comes back with it.
pub(super) fn central(bytes: &[u8]) -> Option<(Central<'_>, &[u8])> {
    let mut fields = Fields(bytes.strip_prefix(CENTRAL)?);
    fields.u32()?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.u32()?;
    let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    // Disk and internal attributes.
    fields.u32()?;
    let mode = (fields.u32()? >> 16) as u16;
    let offset = fields.u32()?;
    let (name, rest) = fields.0.split_at_checked(usize::from(name))?;
    let (extra, rest) = rest.split_at_checked(usize::from(extra))?;
    let (comment, rest) = rest.split_at_checked(usize::from(comment))?;
    let header = Header {
        flags,
        method,
        crc,
        packed,
        size,
        name,
        extra,
    };
    Some((
        Central {
            header,
            offset,
            comment,
            mode,
        },
        rest,
    ))
}

/// Reads a local header; the rest, which begins with the data, comes back with it.
pub(super) fn local(bytes: &[u8]) -> Option<(Header<'_>, &[u8])> {
    let mut fields = Fields(bytes.strip_prefix(LOCAL)?);
    fields.u16()?;
    let (flags, method) = (fields.u16()?, fields.u16()?);
    fields.u32()?;
    let (crc, packed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name, extra) = (fields.u16()?, fields.u16()?);
    let (name, rest) = fields.0.split_at_checked(usize::from(name))?;
    let (extra, rest) = rest.split_at_checked(usize::from(extra))?;
    Some((
        Header {
            flags,
            method,
            crc,
            packed,
            size,
            name,
            extra,
        },
        rest,
    ))
}

/// The end record.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub entries: u16,
    pub size: u32,
    pub offset: u32,
    pub comment: u16,
    /// One disk, and both counts alike.
    pub plain: bool,
}

pub(super) fn end(bytes: &[u8]) -> Option<End> {
    let mut fields = Fields(bytes.strip_prefix(END)?);
    let (disk, start, here) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let (entries, size, offset) = (fields.u16()?, fields.u32()?, fields.u32()?);
    let plain = disk == 0 && start == 0 && here == entries;
    Some(End {
        entries,
        size,
        offset,
        comment: fields.u16()?,
        plain,
    })
}

/// Length of the data descriptor that stands there and says the same as the central directory.
pub(super) fn descriptor(bytes: &[u8], header: &Header<'_>) -> Option<usize> {
    let (body, signed) = match bytes.strip_prefix(DESCRIPTOR) {
        Some(body) => (body, 4),
        None => (bytes, 0),
    };
    let mut fields = Fields(body);
    let same = fields.u32()? == header.crc
        && fields.u32()? == header.packed
        && fields.u32()? == header.size;
    same.then_some(signed + 12)
}
