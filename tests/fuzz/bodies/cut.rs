//! Cutting an input into pieces, as a network does.

/// Largest input that is also fed octet by octet.
const SINGLE: usize = 4_096;

/// The input whole, octet by octet if it is short, and in pieces whose lengths
/// follow from the input itself: the same input is always cut the same way.
pub fn ways(octets: &[u8]) -> Vec<Vec<&[u8]>> {
    let mut ways = vec![vec![octets], uneven(octets)];
    if octets.len() <= SINGLE {
        ways.push(octets.chunks(1).collect());
    }
    ways
}

/// Pieces of 1 to 64 octets, many of them short.
pub fn uneven(octets: &[u8]) -> Vec<&[u8]> {
    // FNV-1a, then a step of xorshift for each piece.
    let seed = octets
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, octet| {
            (hash ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
        });
    let mut state = seed | 1;
    let (mut pieces, mut rest) = (Vec::new(), octets);
    while !rest.is_empty() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let longest = [1, 2, 3, 64][(state >> 32) as usize % 4];
        let length = 1 + (state >> 40) as usize % longest;
        let (piece, after) = rest.split_at(length.min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}
