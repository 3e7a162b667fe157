//! `leadscore completions`: what a shell needs to complete commands, options and files.

use super::terminal::Terminal;
use super::{Cli, CommandResult, Ending};
use clap::{Args, CommandFactory};
use clap_complete::Shell;

/// Print what a shell needs to complete commands and options.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore completions bash > ~/.local/share/bash-completion/completions/leadscore")]
pub(super) struct CompletionsArgs {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(args: &CompletionsArgs, terminal: &Terminal) -> CommandResult {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "leadscore", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Ending::Done)
}
