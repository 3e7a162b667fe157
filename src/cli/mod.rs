//! The command line: arguments → settings → a function of the pipeline → exit status.
//!
//! stdout carries data (or the summary), stderr messages. Exit status: 0 done; 1 the input or the environment stopped
//! it; 2 usage (an unknown option, or a value that an option cannot have); 3 a check said no.

mod backtest;
mod check;
mod compare;
mod completions;
mod demo;
mod explain;
mod flagged;
mod init;
mod inputs;
mod interrupt;
mod leads_at_hand;
mod log;
mod man;
mod models;
mod monitor;
mod order;
mod output;
mod page;
mod progress;
mod read_as;
mod reading;
mod recipe;
mod report;
mod retrain;
mod score;
mod simulate;
mod stale;
mod summary;
mod terminal;
mod train;

use crate::fault::InputError;
use crate::registry::{Disk, RealDisk};
use clap::{Parser, Subcommand, ValueEnum};
use std::ffi::OsString;
use std::process::ExitCode;
use terminal::Terminal;

/// Ranks sales leads: learns from deals won and lost, and puts what it learned beside the points set by hand.
#[derive(Debug, Parser)]
#[command(
    name = "leadscore",
    version,
    max_term_width = 100,
    arg_required_else_help = true,
    after_help = "Begin with:\n  leadscore demo\n  leadscore init --leads leads.csv --activities acts.csv\n\n\
                  Exit status: 0 done; 1 the input or the environment stopped it; 2 usage; 3 a check said no."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// How summaries are printed.
    #[arg(long, global = true, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Say nothing but the data and errors.
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Say more: what was read, and all that a summary has to tell.
    #[arg(short, long, global = true)]
    verbose: bool,
}

/// How summaries are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Aligned tables and sentences.
    Table,
    /// The same sentences and tables as Markdown, for a document or a ticket.
    Markdown,
    /// One JSON document.
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at the files and write leadscore.toml and a starting scorecard.toml.
    Init(init::InitArgs),
    /// Learn from closed deals and save a model version.
    Train(train::TrainArgs),
    /// Set a challenger against the live version on the newest deals; publish it only if it earns it.
    Retrain(retrain::RetrainArgs),
    /// List, show, compare, verify, roll back and prune stored versions.
    Models(models::ModelsArgs),
    /// Watch the live version: drift, and whether the promised wins came; exit 3 past the limits.
    Monitor(monitor::MonitorArgs),
    /// Score leads as of a moment and write the scored table.
    Score(score::ScoreArgs),
    /// Look for what is wrong or suspicious in data, columns and scorecard.
    Check(check::CheckArgs),
    /// Put learned beside hand-set points.
    Compare(compare::CompareArgs),
    /// Judge scorecard and model on past deals as they were then; cut-offs, sources and campaigns.
    Backtest(backtest::BacktestArgs),
    /// Write one HTML page that shows what the deals say.
    Report(report::ReportArgs),
    /// Explain one lead: every contribution, in points and in log-odds.
    Explain(explain::ExplainArgs),
    /// Put a changed scorecard beside the current one: who crosses which tier, which past wins are gained or lost.
    Simulate(simulate::SimulateArgs),
    /// The whole cycle on the sample data in data/sample.
    Demo(demo::DemoArgs),
    /// Print what a shell needs to complete commands and options.
    Completions(completions::CompletionsArgs),
    /// Print or write the manual pages.
    Man(man::ManArgs),
}

/// How a command ended well.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Done.
    Done,
    /// A check said no.
    Refused,
}

/// Parses the arguments of the process, runs the command, and gives the exit status.
pub fn run() -> ExitCode {
    start(std::env::args_os(), &RealDisk, interrupt::heed)
}

/// Runs the command that `arguments` ask for, the program's name first; what it changes in a model store goes through
/// `disk`, so that a test can fail or stop any of it.
pub fn run_on(arguments: impl IntoIterator<Item = OsString>, disk: &dyn Disk) -> ExitCode {
    start(arguments, disk, |_| ())
}

/// Runs the command once `ready` has seen where words go.
fn start(arguments: impl IntoIterator<Item = OsString>, disk: &dyn Disk, ready: impl FnOnce(&Terminal)) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // clap prints help to stdout and usage errors to stderr itself; a closed pipe is no failure.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let terminal = Terminal::new(cli.format, cli.quiet, cli.verbose);
    ready(&terminal);
    let ending = match &cli.command {
        Command::Init(args) => init::run(args, &terminal),
        Command::Train(args) => train::run(args, &terminal, disk),
        Command::Retrain(args) => retrain::run(args, &terminal, disk),
        Command::Models(args) => models::run(args, &terminal, disk),
        Command::Monitor(args) => monitor::run(args, &terminal),
        Command::Score(args) => score::run(args, &terminal),
        Command::Check(args) => check::run(args, &terminal),
        Command::Compare(args) => compare::run(args, &terminal),
        Command::Backtest(args) => backtest::run(args, &terminal),
        Command::Report(args) => report::run(args, &terminal),
        Command::Explain(args) => explain::run(args, &terminal),
        Command::Simulate(args) => simulate::run(args, &terminal),
        Command::Demo(args) => demo::run(args, &terminal),
        Command::Completions(args) => completions::run(args, &terminal),
        Command::Man(args) => man::run(args, &terminal),
    };
    match ending {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::Refused) => ExitCode::from(3),
        Err(error) => {
            terminal.error(&error);
            ExitCode::from(if error.is_usage() { 2 } else { 1 })
        }
    }
}

type CommandResult = Result<Ending, InputError>;
