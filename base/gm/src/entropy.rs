//! Randomness is handed in, so that it has one source in the program and a known one in tests.

/// A source of unpredictable bytes.
///
/// Every `FnMut(&mut [u8])` is one, so a caller writes `&mut |out: &mut [u8]| random.fill(out)`.
pub trait Entropy {
    /// Fills the whole slice.
    fn fill(&mut self, out: &mut [u8]);
}

impl<F: FnMut(&mut [u8])> Entropy for F {
    fn fill(&mut self, out: &mut [u8]) {
        self(out);
    }
}

/// An array of unpredictable bytes.
pub(crate) fn draw<const N: usize>(entropy: &mut dyn Entropy) -> [u8; N] {
    let mut out = [0; N];
    entropy.fill(&mut out);
    out
}

#[cfg(test)]
pub(crate) mod testing {
    /// Reproducible bytes (SplitMix64). For tests only: keys made from it are worthless.
    pub(crate) fn seeded(seed: u64) -> impl FnMut(&mut [u8]) {
        let mut state = seed;
        move |out: &mut [u8]| {
            for chunk in out.chunks_mut(8) {
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mut z = state;
                z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                z ^= z >> 31;
                chunk.copy_from_slice(&z.to_be_bytes()[..chunk.len()]);
            }
        }
    }
}
