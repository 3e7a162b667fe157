//! A folder with a company's files in it, and the program run there as a person would run it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The instant for which the sample's open leads are scored.
pub const AS_OF: &str = leadscore::sample::AS_OF;

/// A row of a table by column name.
pub type Row = BTreeMap<String, String>;

/// A folder of its own.
pub struct Company {
    folder: TempDir,
}

/// What a run of the program left.
#[derive(Debug)]
pub struct Run {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Run {
    /// Exit status 0.
    pub fn ok(self) -> Run {
        assert_eq!(self.status, 0, "{}", self.stderr);
        self
    }

    /// Exit status 1, or 2 where an option is at fault, with all of `words` on stderr, and never a panic.
    pub fn refused(self, words: &[&str]) -> Run {
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        let is_usage = self.stderr.lines().any(|line| line.starts_with("error: --"));
        assert_eq!(self.status, if is_usage { 2 } else { 1 }, "stdout {} stderr {}", self.stdout, self.stderr);
        assert!(self.stderr.starts_with("error: ") || self.stderr.contains("\nerror: "), "{}", self.stderr);
        for word in words {
            assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        }
        self
    }

    /// `word` stands on stderr.
    pub fn says(self, word: &str) -> Run {
        assert!(self.stderr.contains(word), "`{word}` is not in: {}", self.stderr);
        self
    }
}

/// The committed sample.
pub fn sample_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample")
}

impl Company {
    /// An empty folder.
    pub fn new() -> Company {
        Company { folder: TempDir::new().unwrap() }
    }

    /// A folder with these files.
    pub fn with(files: &[(&str, &str)]) -> Company {
        let company = Company::new();
        files.iter().for_each(|(name, text)| company.write(name, text));
        company
    }

    /// A copy of the sample, without its dictionary.
    pub fn sample() -> Company {
        let company = Company::new();
        for name in ["leadscore.toml", "scorecard.toml", "closed_deals.csv", "open_leads.csv", "activities.csv"] {
            std::fs::copy(sample_folder().join(name), company.path(name)).unwrap();
        }
        company
    }

    /// The sample with a model trained on it. All tests share one training.
    pub fn trained() -> Company {
        static STORE: OnceLock<TempDir> = OnceLock::new();
        let store = STORE.get_or_init(|| {
            let company = Company::sample();
            company.run(&["train"]).ok();
            company.folder
        });
        let company = Company::sample();
        copy_folder(&store.path().join("models"), &company.path("models"));
        company
    }

    /// The path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Puts `to` in the place of `from`, which must be there.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "`{from}` is not in {name}");
        self.write(name, &text.replacen(from, to, 1));
    }

    /// The text of a file.
    pub fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    /// The rows of a CSV file.
    pub fn rows(&self, name: &str) -> Vec<Row> {
        rows_of(&self.text(name))
    }

    /// Runs the program in the folder.
    pub fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// Runs the program in the folder with variables of the environment set.
    pub fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_leadscore"))
            .args(arguments)
            .envs(variables.iter().copied())
            .current_dir(self.folder.path())
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        // A process that a signal ended has no exit status; none of ours.
        Run { status: output.status.code().unwrap_or(-1), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Scores `leads` as of [`AS_OF`] into `out`, with more arguments.
    pub fn score(&self, leads: &str, out: &str, more: &[&str]) -> Run {
        let mut arguments = vec!["score", "--leads", leads, "--as-of", AS_OF, "--out", out];
        arguments.extend(more);
        self.run(&arguments)
    }

    /// Every file below `name` with its bytes.
    pub fn files_below(&self, name: &str) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(&self.path(name), &mut files);
        files
    }
}

/// The rows of a CSV text.
pub fn rows_of(text: &str) -> Vec<Row> {
    csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.unwrap()).collect()
}

fn collect(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            collect(&path, files);
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.insert(path, bytes);
        }
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for path in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_folder(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
