//! Server processes.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// For whatever must happen at last; how long it takes is never what is tested.
const PATIENCE: Duration = Duration::from_secs(120);

/// A real server, killed at the end.
pub struct Server {
    process: Child,
    /// Where clients find it.
    pub target: String,
    _folder: TempDir,
}

impl Server {
    /// On a free port.
    pub fn start(options: &[&str]) -> Server {
        Server::listening("127.0.0.1:0", options)
    }

    /// At an address of the server's form, HOST:PORT or unix:PATH.
    pub fn listening(address: &str, options: &[&str]) -> Server {
        let binary = std::env::var("ADVANTAGED_BINARY").unwrap_or_else(|_| {
            panic!("ADVANTAGED_BINARY is not set: it names the server to test against, and `make test-rust` sets it")
        });
        let folder = TempDir::new().unwrap();
        let ready = folder.path().join("ready.json");
        let process = Command::new(&binary)
            .arg(format!("--listen={address}"))
            .arg(format!("--ready-file={}", ready.display()))
            .args(["--http-listen=off", "--log-level=error", "--drain-delay=0"])
            .args(options)
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("ADVANTAGED_BINARY={binary}: {error}"));
        let mut server = Server { process, target: String::new(), _folder: folder };
        eventually("a server that serves", || {
            if let Some(status) = server.process.try_wait().unwrap() {
                panic!("{binary} ended at once: {status}");
            }
            ready.exists()
        });
        let addresses: serde_json::Value = serde_json::from_slice(&std::fs::read(ready).unwrap()).unwrap();
        let address = addresses["grpc"][0].as_str().unwrap();
        server.target = if address.starts_with("unix:") { address.to_owned() } else { format!("http://{address}") };
        server
    }

    /// HOST:PORT, where another can listen after this one.
    pub fn address(&self) -> &str {
        self.target.strip_prefix("http://").unwrap()
    }

    /// As an operator ends it.
    pub fn terminate(mut self) {
        self.signal("TERM");
        self.process.wait().unwrap();
    }

    /// As the kernel ends it.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Stops it in its tracks: connections stay, nothing is answered.
    pub fn freeze(&self) {
        self.signal("STOP");
        // A thread that runs on another processor stops only at its next look at signals.
        let threads = format!("/proc/{}/task", self.process.id());
        eventually("every thread to stop", || {
            std::fs::read_dir(&threads).unwrap().all(|thread| {
                let stat = std::fs::read_to_string(thread.unwrap().path().join("stat")).unwrap();
                // After the name in parentheses comes the state.
                stat.rsplit_once(')').is_some_and(|(_, state)| state.starts_with(" T"))
            })
        });
    }

    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.process.id().to_string()]).status();
        assert!(status.unwrap().success());
    }

    /// Waits until bytes that a frozen server has not read stand in its connections.
    pub fn wait_for_unread_bytes(&self) {
        let port: u16 = self.address().rsplit_once(':').unwrap().1.parse().unwrap();
        let local = format!(":{port:04X}");
        eventually("bytes sent to the frozen server", || {
            let connections = std::fs::read_to_string("/proc/net/tcp").unwrap();
            connections.lines().skip(1).any(|line| {
                let columns: Vec<&str> = line.split_whitespace().collect();
                // Local address, remote address, state (01: established), bytes to send : to read.
                columns[1].ends_with(&local) && columns[3] == "01" && !columns[4].ends_with(":00000000")
            })
        });
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only for one that has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Looks until `condition` holds.
fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} for {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
