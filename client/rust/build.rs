//! Generates messages and client from the contract. protox compiles .proto files in Rust, so that nobody needs protoc.

use std::error::Error;
use std::path::Path;

use protox::prost::Message;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=proto");
    let mut contract =
        protox::compile(["advantaged/v1/advantage_service.proto", "advantaged/rpc/status.proto"], ["proto"])?;
    let out = std::env::var("OUT_DIR")?;
    let out = Path::new(&out);

    tonic_prost_build::configure().build_server(false).bytes(".").compile_fds(contract.clone())?;

    // For this crate's own tests, whose servers refuse, and speak TLS: the service over the same messages.
    let server = out.join("server");
    std::fs::create_dir_all(&server)?;
    tonic_prost_build::configure()
        .build_client(false)
        .extern_path(".advantaged.v1", "::advantaged_client::proto")
        .out_dir(server)
        .compile_fds(contract.clone())?;

    for file in &mut contract.file {
        file.source_code_info = None; // comments: they stand in the generated code
    }
    std::fs::write(out.join("contract.bin"), contract.encode_to_vec())?;
    Ok(())
}
