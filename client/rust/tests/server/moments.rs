//! Merged moments have the same bits as in every other language.

use advantaged_client::BatchMoments;

fn moments(digits: &serde_json::Value) -> BatchMoments {
    let number = |i: usize| f64::from_bits(u64::from_str_radix(digits[i].as_str().unwrap(), 16).unwrap());
    BatchMoments { weight: number(0), mean: number(1), centred_squares: number(2) }
}

#[test]
fn moments_merge_to_the_bits_of_the_vectors() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/vectors/moments.jsonl");
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.lines().count() >= 300);
    for line in text.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let merged = moments(&vector["a"]).merge(&moments(&vector["b"]));
        assert_eq!(merged, moments(&vector["merged"]), "{}", vector["name"]);
    }
}
