//! `leadscore man`: the manual pages, drawn from the same arguments as the help.

use super::terminal::{Terminal, plural};
use super::{Cli, CommandResult, Ending};
use crate::fault::InputError;
use crate::io::write_atomically;
use clap::{Args, CommandFactory};
use clap_mangen::Man;
use std::path::PathBuf;

/// Print the manual page, or write one of every command.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  leadscore man --out ~/.local/share/man/man1")]
pub(super) struct ManArgs {
    /// Folder to write a page of every command into [default: print the program's own page].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs, terminal: &Terminal) -> CommandResult {
    let mut program = Cli::command();
    // Gives each command its full name and the options that all have.
    program.build();
    let Some(folder) = &args.out else {
        terminal.print(&page(program)?)?;
        return Ok(Ending::Done);
    };
    std::fs::create_dir_all(folder)
        .map_err(|e| InputError::new(format!("cannot be made: {e}")).at(folder.display().to_string()))?;
    let commands = program.get_subcommands().filter(|command| command.get_name() != "help");
    let pages: Vec<&clap::Command> = [&program].into_iter().chain(commands).collect();
    let n_pages = pages.len();
    for command in pages {
        let name = command.get_display_name().unwrap_or(command.get_name());
        let text = page(command.clone())?;
        write_atomically(&folder.join(format!("{name}.1")), &mut |out| out.write_all(text.as_bytes()))?;
    }
    terminal.note(&format!("{} in {}", plural(n_pages, "page"), folder.display()));
    Ok(Ending::Done)
}

/// The page in roff.
fn page(command: clap::Command) -> Result<String, InputError> {
    let mut text = Vec::new();
    Man::new(command)
        .render(&mut text)
        .map_err(|e| InputError::new(format!("the manual page cannot be written: {e}")))?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
