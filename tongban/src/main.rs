//! The one binary.

fn main() -> std::process::ExitCode {
    tongban::run()
}
