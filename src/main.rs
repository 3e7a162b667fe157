//! The `leadscore` program: one call into the command line.

fn main() -> std::process::ExitCode {
    leadscore::cli::run()
}
