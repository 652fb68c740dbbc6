//! Arrays as the contract's bytes: little-endian values, and bitmaps whose bit i is bit i % 8 of byte i / 8.

use prost::bytes::Bytes;

use crate::error::Error;

/// float32 values, little-endian.
pub(crate) fn floats(values: &[f32]) -> Bytes {
    let bytes: Vec<[u8; 4]> = values.iter().map(|value| value.to_le_bytes()).collect();
    bytes.into_flattened().into()
}

/// uint32 values, little-endian.
pub(crate) fn numbers(values: &[u32]) -> Bytes {
    let bytes: Vec<[u8; 4]> = values.iter().map(|value| value.to_le_bytes()).collect();
    bytes.into_flattened().into()
}

/// One bit for each value, set where `is_set`.
pub(crate) fn bits<T>(values: &[T], is_set: impl Fn(&T) -> bool) -> Bytes {
    let byte = |values: &[T]| values.iter().enumerate().fold(0, |byte, (i, value)| byte | u8::from(is_set(value)) << i);
    values.chunks(8).map(byte).collect::<Vec<u8>>().into()
}

pub(crate) fn bit(bitmap: &[u8], i: usize) -> bool {
    bitmap[i / 8] >> (i % 8) & 1 == 1
}

pub(crate) fn read_floats(bytes: &[u8]) -> Result<Vec<f32>, Error> {
    match bytes.as_chunks() {
        (values, []) => Ok(values.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect()),
        _ => Err(Error::reply(format!("{} bytes of advantages are no float32 numbers", bytes.len()))),
    }
}

pub(crate) fn read_numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks().0.iter().map(|&bytes| u32::from_le_bytes(bytes)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_little_endian_and_read_back_as_the_same_bits() {
        assert_eq!(floats(&[1.0, -0.0])[..], [0, 0, 0x80, 0x3f, 0, 0, 0, 0x80]);
        assert_eq!(numbers(&[7, 0x0102_0304])[..], [7, 0, 0, 0, 4, 3, 2, 1]);
        let values = [0.1, -0.0, f32::MIN_POSITIVE / 4.0, f32::INFINITY];
        let read = read_floats(&floats(&values)).unwrap();
        assert_eq!(read.map_bits(), values.to_vec().map_bits());
        assert!(read_floats(&[0; 5]).is_err());
        assert_eq!(read_numbers(&numbers(&[3, u32::MAX])), [3, u32::MAX]);
    }

    #[test]
    fn bitmaps_begin_with_the_least_significant_bit() {
        for count in 0..20_usize {
            let values: Vec<bool> = (0..count).map(|i| i % 3 == 0).collect();
            let bitmap = bits(&values, |&value| value);
            assert_eq!(bitmap.len(), count.div_ceil(8));
            for (i, &value) in values.iter().enumerate() {
                assert_eq!(bit(&bitmap, i), value, "bit {i} of {count}");
            }
            let set: u32 = bitmap.iter().map(|byte| byte.count_ones()).sum();
            assert_eq!(set as usize, count.div_ceil(3), "no stray bits");
        }
    }

    trait MapBits {
        fn map_bits(&self) -> Vec<u32>;
    }

    impl MapBits for Vec<f32> {
        fn map_bits(&self) -> Vec<u32> {
            self.iter().map(|value| value.to_bits()).collect()
        }
    }
}
