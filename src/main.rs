//! The binary: streams in, exit code out.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let terminal = std::io::stdout().is_terminal();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut err = std::io::stderr().lock();
    let streams = coglint::run::Streams { out: &mut out, err: &mut err, terminal };
    let code = coglint::run::run(std::env::args_os(), streams);
    // Everything was flushed; what is left can only be what a closed pipe refused.
    let _ = out.flush();
    ExitCode::from(code)
}
