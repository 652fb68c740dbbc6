//! The programs of examples/ do what they say.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::process::Server;

/// Where cargo puts examples: beside the folder of this test.
fn example(name: &str) -> PathBuf {
    let path = std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples").join(name);
    assert!(
        path.exists(),
        "{} is not built: `cargo test` builds examples, `cargo test --test` does not",
        path.display()
    );
    path
}

fn output(name: &str, target: &str) -> String {
    let output = Command::new(example(name)).arg(target).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_quick_start_prints_advantages() {
    let server = Server::start(&[]);
    let text = output("quick_start", &server.target);
    assert!(text.starts_with("[1.7320508, -0.38490"), "{text}");
    assert!(text.contains("mean success rate Some(0.5)"), "{text}");
}

#[test]
fn the_stream_prints_each_step() {
    let server = Server::start(&[]);
    let text = output("stream", &server.target);
    let steps: Vec<&str> = text.lines().filter_map(|line| line.split(':').next()).collect();
    let expected: Vec<String> = (0..10).map(|step| format!("step {step}")).collect();
    assert_eq!(steps, expected);
}

#[test]
fn the_driver_answers_each_line() {
    let server = Server::start(&[]);
    let mut driver = Command::new(example("driver"))
        .args([&server.target, "--deadline", "30"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut requests = driver.stdin.take().unwrap();
    let mut answers = BufReader::new(driver.stdout.take().unwrap()).lines();
    let mut ask = |request: Value| -> Value {
        writeln!(requests, "{request}").unwrap();
        serde_json::from_str(&answers.next().unwrap().unwrap()).unwrap()
    };

    let masked = ask(json!({
        "method": {"dr_grpo": {}}, "rewards": [1, 0, 1, "NaN"], "group_size": 4, "valid": "Bw==",
        "group_statistics": true, "small_group": "SMALL_GROUP_POLICY_CLAMP_K"
    }));
    // 1/3, -2/3, 1/3, 0.
    assert_eq!(masked["advantages_float32_le"], "q6qqPquqKr+rqqo+AAAAAA==");
    assert_eq!(masked["summary"]["masked_responses"], 1);
    assert_eq!(masked["summary"]["mean_success_rate"], 2.0 / 3.0);
    assert_eq!(masked["group_statistics"]["n"], json!([3]));

    let staged = ask(json!({
        "method": {"reinforce": {}}, "rewards": [1, 2, 3, 6], "group_ids": [5, 5, 1, 1],
        "stages": [{"center": {}}, {"clip": {"low": -1}}]
    }));
    assert_eq!(staged["advantages_float32_le"], "AACAvwAAgL8AAAAAAABAQA==");
    assert_eq!(staged.get("group_statistics"), None);
    assert_eq!(staged["summary"].get("mean_success_rate"), None);

    let refused = ask(json!({"method": {"rloo": {}}, "rewards": [1, "Infinity"], "group_size": 2}));
    assert_eq!(refused["error"], "INVALID_ARGUMENT");
    assert_eq!(refused["violations"][0]["field"], "rewards[1]");
    assert!(refused["message"].as_str().unwrap().starts_with("rewards[1]: "));

    drop(requests);
    assert!(answers.next().is_none());
    assert!(driver.wait().unwrap().success());
}
