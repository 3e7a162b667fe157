//! The model store: whole versions or none, whatever fails or is killed, and an own error for each kind of damage.

use leadscore::fault::InputError;
use leadscore::registry::format::{self, FORMAT_VERSION, FormatError, OLDEST_READABLE};
use leadscore::registry::{Disk, NewVersion, Published, RealDisk, Store, StoreError};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const NAME: &str = "b2b";

/// A stand-in for a model: every part of a version tells the same generation, so that a mixture shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Generation {
    number: u64,
    filler: Vec<u64>,
}

impl Generation {
    fn new(number: u64) -> Generation {
        Generation { number, filler: vec![number; 500] }
    }

    fn version(&self) -> NewVersion {
        let text = format!("generation = {}\n", self.number);
        NewVersion::of(self, format!("{{\"generation\":{}}}", self.number), Some(text.clone()), text).unwrap()
    }
}

fn version(number: u64) -> NewVersion {
    Generation::new(number).version()
}

/// The generation that is live, after holding every part of its version to it.
fn live_generation<D: Disk>(store: &Store<D>) -> Result<u64, StoreError> {
    let loaded = store.load::<Generation>(NAME, None)?;
    let number = loaded.payload.number;
    assert_eq!(loaded.payload, Generation::new(number));
    assert_eq!(loaded.scorecard, Some(format!("generation = {number}\n")));
    assert_eq!(store.model_json(NAME, loaded.version)?, format!("{{\"generation\":{number}}}"));
    assert_eq!(store.model_card(NAME, loaded.version)?, format!("generation = {number}\n"));
    Ok(number)
}

/// A store with generations 1 and 2 as its versions 1 and 2.
fn two_versions() -> (TempDir, Store) {
    let folder = TempDir::new().unwrap();
    let store = Store::at(folder.path().join("models"));
    for number in [1, 2] {
        assert_eq!(store.publish(NAME, &version(number)).unwrap(), Published::New(number as u32));
    }
    (folder, store)
}

fn model_folder<D: Disk>(store: &Store<D>) -> PathBuf {
    store.folder().join(NAME)
}

fn names_of_drafts<D: Disk>(store: &Store<D>) -> Vec<String> {
    let entries = fs::read_dir(model_folder(store)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains("draft")).collect()
}

// ---- publishing and reading ----

#[test]
fn a_version_is_read_as_it_was_published() {
    let (_folder, store) = two_versions();
    assert_eq!(live_generation(&store).unwrap(), 2);
    let first = store.load::<Generation>(NAME, Some(1)).unwrap();
    assert_eq!((first.version, first.payload), (1, Generation::new(1)));
    assert_eq!(store.names().unwrap(), [NAME]);
    assert_eq!(store.versions(NAME).unwrap(), [1, 2]);
    assert_eq!(store.current(NAME).unwrap(), Some(2));
    let without = NewVersion { scorecard_toml: None, ..version(3) };
    store.publish("other", &without).unwrap();
    assert_eq!(store.load::<Generation>("other", None).unwrap().scorecard, None);
    assert_eq!(store.names().unwrap(), [NAME, "other"]);
}

#[test]
fn the_same_model_and_scorecard_make_no_new_version() {
    let (_folder, store) = two_versions();
    let retold = NewVersion { model_json: "{\"saved_at\":\"later\"}".into(), card_md: "later".into(), ..version(2) };
    assert_eq!(store.publish(NAME, &retold).unwrap(), Published::Unchanged(2));
    assert_eq!(live_generation(&store).unwrap(), 2, "a version is never edited");
    let other_scorecard = NewVersion { scorecard_toml: Some("points = 3\n".into()), ..version(2) };
    assert_eq!(store.publish(NAME, &other_scorecard).unwrap(), Published::New(3));
    let no_scorecard = NewVersion { scorecard_toml: None, ..version(2) };
    assert_eq!(store.publish(NAME, &no_scorecard).unwrap(), Published::New(4));
    assert_eq!(store.publish(NAME, &version(1)).unwrap(), Published::New(5), "only the live version counts");
}

#[test]
fn a_rollback_changes_what_is_live_and_numbers_are_never_given_twice() {
    let (_folder, store) = two_versions();
    store.set_current(NAME, 1).unwrap();
    assert_eq!(live_generation(&store).unwrap(), 1);
    assert_eq!(store.publish(NAME, &version(3)).unwrap(), Published::New(3));
    assert!(matches!(store.set_current(NAME, 7), Err(StoreError::VersionMissing { version: 7, .. })));
    assert!(matches!(store.remove_version(NAME, 3), Err(StoreError::RemovesLive { version: 3, .. })));
    store.remove_version(NAME, 1).unwrap();
    assert_eq!(store.versions(NAME).unwrap(), [2, 3]);
    assert!(matches!(store.remove_version(NAME, 1), Err(StoreError::VersionMissing { version: 1, .. })));
    store.set_current(NAME, 2).unwrap();
    assert!(matches!(store.remove_version(NAME, 3), Err(StoreError::RemovesNewest { version: 3, .. })));
}

#[test]
fn a_rollback_to_a_damaged_version_is_refused() {
    let (_folder, store) = two_versions();
    fs::write(model_folder(&store).join("v0001/model.bin"), b"nonsense").unwrap();
    assert!(matches!(store.set_current(NAME, 1), Err(StoreError::Format { source: FormatError::NotAModel, .. })));
    assert_eq!(live_generation(&store).unwrap(), 2);
}

#[test]
fn a_second_writer_is_told_at_once_and_readers_are_not_held_up() {
    let (_folder, store) = two_versions();
    let writer = store.writer(NAME).unwrap();
    let error = store.publish(NAME, &version(3)).unwrap_err();
    assert!(matches!(error, StoreError::Busy { .. }) && error.remedy().contains("--name"), "{error}");
    assert_eq!(live_generation(&store).unwrap(), 2);
    store.publish("other", &version(1)).unwrap();
    writer.publish(&version(3)).unwrap();
    drop(writer);
    store.publish(NAME, &version(4)).unwrap();
    assert_eq!(live_generation(&store).unwrap(), 4);
}

#[test]
fn a_reader_always_meets_a_whole_version_while_another_publishes_and_prunes() {
    const GENERATIONS: u64 = 40;
    let (_folder, store) = two_versions();
    std::thread::scope(|scope| {
        let writing = scope.spawn(|| {
            for number in 3..=GENERATIONS {
                let published = store.publish(NAME, &version(number)).unwrap();
                store.remove_version(NAME, published.version() - 1).unwrap();
            }
        });
        let mut newest = 0;
        while !writing.is_finished() {
            let generation = store.load::<Generation>(NAME, None).unwrap().payload.number;
            assert!(generation >= newest);
            newest = generation;
        }
        writing.join().unwrap();
    });
    assert_eq!(live_generation(&store).unwrap(), GENERATIONS);
}

#[test]
fn loading_writes_nothing() {
    let (_folder, store) = two_versions();
    let read_only = Store::on(store.folder(), FaultyDisk::killed_at(0));
    assert_eq!(live_generation(&read_only).unwrap(), 2);
    assert_eq!(read_only.versions(NAME).unwrap(), [1, 2]);
    assert_eq!(read_only.verify(NAME, 1).unwrap().len(), 64);
    assert_eq!(read_only.disk().asked.get(), 0);
}

// ---- what can be wrong ----

#[test]
fn names_that_are_not_allowed_or_not_there_say_so() {
    let (_folder, store) = two_versions();
    for name in ["B2B", "../b2b", "", "a b"] {
        assert!(matches!(store.load::<Generation>(name, None), Err(StoreError::BadName { .. })), "{name}");
        assert!(matches!(store.publish(name, &version(1)), Err(StoreError::BadName { .. })), "{name}");
        assert!(matches!(store.current(name), Err(StoreError::BadName { .. })), "{name}");
    }
    let error = store.load::<Generation>("b2c", None).unwrap_err();
    assert!(matches!(error, StoreError::UnknownName { .. }) && error.remedy().contains(NAME), "{error}");
    assert_eq!(store.current("b2c").unwrap(), None);
    let nowhere = Store::at(store.folder().join("nowhere"));
    assert_eq!(nowhere.names().unwrap(), [""; 0]);
    let error = nowhere.load::<Generation>(NAME, None).unwrap_err();
    assert!(matches!(error, StoreError::UnknownName { .. }) && error.remedy().contains("leadscore train"), "{error}");
    assert!(!nowhere.folder().exists());
}

#[test]
fn a_missing_version_names_those_that_are_there() {
    let (_folder, store) = two_versions();
    let error = store.load::<Generation>(NAME, Some(9)).unwrap_err();
    assert!(matches!(error, StoreError::VersionMissing { version: 9, .. }), "{error}");
    assert!(error.remedy().contains("1, 2"), "{}", error.remedy());
    fs::remove_file(model_folder(&store).join("v0001/model.bin")).unwrap();
    assert!(matches!(store.load::<Generation>(NAME, Some(1)), Err(StoreError::FileMissing { .. })));
}

#[test]
fn a_current_that_dangles_is_damaged_or_missing_is_told_and_mended_by_the_next_publish() {
    let damages: [(&str, Option<&str>, u32); 3] =
        [("dangling", Some("v0007\n"), 8), ("damaged", Some("7"), 3), ("missing", None, 3)];
    for (damage, text, next) in damages {
        let (_folder, store) = two_versions();
        let current = model_folder(&store).join("CURRENT");
        match text {
            Some(text) => fs::write(&current, text).unwrap(),
            None => fs::remove_file(&current).unwrap(),
        }
        let error = store.load::<Generation>(NAME, None).unwrap_err();
        let told = match &error {
            StoreError::CurrentDangling { version: 7, .. } => "dangling",
            StoreError::CurrentDamaged { .. } => "damaged",
            StoreError::NoCurrent { .. } => "missing",
            _ => "something else",
        };
        assert_eq!(told, damage, "{error}");
        assert!(error.remedy().contains("rollback"), "{}", error.remedy());
        assert!(store.load::<Generation>(NAME, Some(2)).is_ok());
        assert_eq!(store.publish(NAME, &version(2)).unwrap(), Published::New(next));
        assert_eq!(live_generation(&store).unwrap(), 2);
    }
}

#[test]
fn every_kind_of_damage_to_a_model_has_its_own_error() {
    let (_folder, store) = two_versions();
    let file = model_folder(&store).join("v0002/model.bin");
    let whole = fs::read(&file).unwrap();
    let version = |number: u32| [&whole[..8], &number.to_le_bytes(), &whole[12..]].concat();
    let (expected, found) = (whole.len() as u64, whole.len() as u64 - 1);
    let cases = [
        ("truncated", whole[..whole.len() - 1].to_vec(), FormatError::Truncated { expected, found }),
        ("altered", [&whole[..whole.len() - 1], b"!"].concat(), FormatError::Altered),
        ("grown", [&whole[..], b"!"].concat(), FormatError::Altered),
        ("too new", version(FORMAT_VERSION + 1), FormatError::TooNew { found: FORMAT_VERSION + 1 }),
        ("too old", version(OLDEST_READABLE - 1), FormatError::TooOld { found: OLDEST_READABLE - 1 }),
        ("not a model", b"PK\x03\x04 a zip file".to_vec(), FormatError::NotAModel),
    ];
    let mut remedies = Vec::new();
    for (damage, bytes, wanted) in cases {
        fs::write(&file, bytes).unwrap();
        let error = store.load::<Generation>(NAME, None).unwrap_err();
        assert!(matches!(&error, StoreError::Format { source, .. } if *source == wanted), "{damage}: {error}");
        assert!(error.to_string().contains("model.bin"), "{error}");
        let verified = store.verify(NAME, 2).unwrap_err();
        assert_eq!(verified.to_string(), error.to_string());
        remedies.push(InputError::from(error).remedy);
    }
    assert!(remedies.iter().all(|remedy| remedy.contains("train again") || remedy.contains("restore")), "{remedies:?}");
    fs::write(&file, format::encode(&"another type").unwrap()).unwrap();
    let error = store.load::<Generation>(NAME, None).unwrap_err();
    assert!(matches!(error, StoreError::Format { source: FormatError::Unreadable(_), .. }), "{error}");
}

#[test]
fn a_current_without_any_version_dangles_and_the_model_is_not_listed() {
    let (_folder, store) = two_versions();
    for folder in ["v0001", "v0002"] {
        fs::remove_dir_all(model_folder(&store).join(folder)).unwrap();
    }
    assert!(matches!(store.load::<Generation>(NAME, None), Err(StoreError::CurrentDangling { version: 2, .. })));
    assert!(matches!(store.load::<Generation>("b2c", Some(1)), Err(StoreError::UnknownName { .. })));
    assert_eq!(store.names().unwrap(), [""; 0]);
    assert_eq!(store.publish(NAME, &version(2)).unwrap(), Published::New(3), "number 2 was given already");
}

// ---- the bytes of model.bin ----

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Sample {
    count: u32,
    name: String,
    share: f64,
    levels: Vec<i64>,
    note: Option<String>,
}

#[test]
fn the_bytes_are_those_of_an_independent_writer() {
    let reference: serde_json::Value = serde_json::from_str(include_str!("../reference/model_format.json")).unwrap();
    let sample: Sample = serde_json::from_value(reference["sample"].clone()).unwrap();
    let hex = reference["model_bin"].as_str().unwrap();
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
    assert_eq!(format::encode(&sample).unwrap(), bytes);
    assert_eq!(format::decode::<Sample>(&bytes).unwrap(), sample);
    assert_eq!(format::checksum(&bytes).unwrap(), reference["checksum"].as_str().unwrap());
}

#[test]
fn no_cut_and_no_flipped_bit_goes_unnoticed() {
    let bytes = format::encode(&Generation { number: 1, filler: vec![1, 300, 70_000] }).unwrap();
    for length in 0..bytes.len() {
        let error = format::decode::<Generation>(&bytes[..length]).unwrap_err();
        assert!(matches!(error, FormatError::Truncated { found, .. } if found == length as u64), "{length}: {error}");
    }
    for bit in 0..8 * bytes.len() {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(format::decode::<Generation>(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_payload_that_claims_to_be_huge_is_refused_and_not_allocated() {
    // A length of 2^60 where a text begins, under a checksum that fits.
    let claim = format::encode(&(1_u64 << 60)).unwrap();
    let error = format::decode::<String>(&claim).unwrap_err();
    assert!(matches!(error, FormatError::Unreadable(_)), "{error}");
}

// ---- disks that fail ----

/// The real disk, until the n-th operation.
struct FaultyDisk {
    /// Operations asked for so far.
    asked: Cell<usize>,
    /// The first operation that goes wrong, counted from 0.
    fault_at: usize,
    /// Whether everything after it fails too, as for a process that is no more.
    kills: bool,
    /// What was done, for looking at the order.
    done: RefCell<Vec<String>>,
}

impl FaultyDisk {
    fn failing_at(fault_at: usize) -> FaultyDisk {
        FaultyDisk { asked: Cell::new(0), fault_at, kills: false, done: RefCell::default() }
    }

    fn killed_at(fault_at: usize) -> FaultyDisk {
        FaultyDisk { kills: true, ..FaultyDisk::failing_at(fault_at) }
    }

    /// Counts one operation, and says whether it goes wrong.
    fn step(&self, operation: &str, path: &Path) -> io::Result<()> {
        let index = self.asked.replace(self.asked.get() + 1);
        if index == self.fault_at || (self.kills && index > self.fault_at) {
            return Err(io::Error::other("injected"));
        }
        self.done.borrow_mut().push(format!("{operation} {}", path.file_name().unwrap().to_str().unwrap()));
        Ok(())
    }

    /// Whether the operation just asked for is the first to go wrong.
    fn is_at_the_fault(&self) -> bool {
        self.asked.get() == self.fault_at + 1
    }
}

impl Disk for FaultyDisk {
    fn create_dir(&self, folder: &Path) -> io::Result<()> {
        self.step("create", folder)?;
        RealDisk.create_dir(folder)
    }

    fn write_synced(&self, file: &Path, bytes: &[u8]) -> io::Result<()> {
        if let Err(error) = self.step("write", file) {
            // The nastiest of failures: half of the file is there.
            if self.is_at_the_fault() {
                fs::write(file, &bytes[..bytes.len() / 2])?;
            }
            return Err(error);
        }
        RealDisk.write_synced(file, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.step("rename to", to)?;
        RealDisk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        if let Err(error) = self.step("remove", path) {
            // Half of the folder is gone.
            if self.is_at_the_fault() && path.is_dir() {
                RealDisk.remove(&path.join("model.bin"))?;
            }
            return Err(error);
        }
        RealDisk.remove(path)
    }

    fn sync_dir(&self, folder: &Path) -> io::Result<()> {
        self.step("sync", folder)?;
        RealDisk.sync_dir(folder)
    }

    fn lock(&self, file: &Path) -> io::Result<Option<File>> {
        self.step("lock", file)?;
        RealDisk.lock(file)
    }
}

/// Tries `change` on a fresh store for every operation at which it can fail or be killed, and holds `check` to what is
/// left each time; then a healthy writer must find its way. Gives the number of operations of an undisturbed change.
fn at_every_operation(
    fresh: impl Fn() -> (TempDir, Store),
    change: impl Fn(&Store<FaultyDisk>) -> Result<(), StoreError>,
    check: impl Fn(&Store, bool),
) -> usize {
    const MORE_THAN_ENOUGH: usize = 100;
    for kills in [false, true] {
        for fault_at in 0..MORE_THAN_ENOUGH {
            let (_folder, store) = fresh();
            let disk = if kills { FaultyDisk::killed_at(fault_at) } else { FaultyDisk::failing_at(fault_at) };
            let faulty = Store::on(store.folder(), disk);
            let result = change(&faulty);
            let reached = faulty.disk().asked.get() > fault_at;
            assert_eq!(result.is_err(), reached, "operation {fault_at}, killed {kills}: {result:?}");
            check(&store, result.is_ok());
            store.publish(NAME, &version(99)).unwrap();
            assert_eq!(live_generation(&store).unwrap(), 99);
            assert_eq!(names_of_drafts(&store), [""; 0], "left over from operation {fault_at}, killed {kills}");
            if !reached && kills {
                return fault_at;
            }
            if !reached {
                break;
            }
        }
    }
    panic!("the change takes more than {MORE_THAN_ENOUGH} operations");
}

#[test]
fn publishing_that_fails_or_is_killed_anywhere_leaves_the_old_or_the_new_version_whole() {
    let operations = at_every_operation(
        two_versions,
        |store| store.publish(NAME, &version(3)).map(|_| ()),
        |store, published| {
            let live = live_generation(store).unwrap();
            assert!(live == 3 || (live == 2 && !published), "generation {live}");
            for version in store.versions(NAME).unwrap() {
                assert_eq!(store.load::<Generation>(NAME, Some(version)).unwrap().payload.number, u64::from(version));
            }
        },
    );
    // Lock, folder, four files, sync, rename, sync, CURRENT written, renamed, synced.
    assert_eq!(operations, 12);
}

#[test]
fn a_first_publishing_that_fails_or_is_killed_leaves_nothing_or_a_whole_version() {
    let fresh = || {
        let folder = TempDir::new().unwrap();
        let store = Store::at(folder.path().join("models"));
        (folder, store)
    };
    at_every_operation(
        fresh,
        |store| store.publish(NAME, &version(1)).map(|_| ()),
        |store, published| match live_generation(store) {
            Ok(live) => assert_eq!(live, 1),
            Err(StoreError::UnknownName { .. } | StoreError::NoCurrent { .. }) => assert!(!published),
            Err(error) => panic!("{error}"),
        },
    );
}

#[test]
fn a_rollback_that_fails_or_is_killed_leaves_one_of_the_two_live() {
    at_every_operation(
        two_versions,
        |store| store.set_current(NAME, 1),
        |store, done| {
            let live = live_generation(store).unwrap();
            assert!(live == 1 || (live == 2 && !done), "generation {live}");
        },
    );
}

#[test]
fn keeping_a_candidate_that_fails_or_is_killed_anywhere_never_touches_the_live_version() {
    at_every_operation(
        two_versions,
        |store| store.writer(NAME)?.keep(&version(3)).map(|_| ()),
        |store, kept| {
            assert_eq!(live_generation(store).unwrap(), 2);
            let versions = store.versions(NAME).unwrap();
            assert!(versions == [1, 2, 3] || (versions == [1, 2] && !kept), "{versions:?}");
            assert!(versions.iter().all(|v| store.load::<Generation>(NAME, Some(*v)).is_ok()));
        },
    );
}

#[test]
fn a_removal_that_fails_or_is_killed_leaves_the_version_whole_or_gone() {
    at_every_operation(
        two_versions,
        |store| store.remove_version(NAME, 1),
        |store, done| {
            assert_eq!(live_generation(store).unwrap(), 2);
            let versions = store.versions(NAME).unwrap();
            assert!(versions == [2] || (versions == [1, 2] && !done), "{versions:?}");
            if versions == [1, 2] {
                store.load::<Generation>(NAME, Some(1)).unwrap();
            }
        },
    );
}

#[test]
fn everything_is_on_the_disk_before_the_rename_that_shows_it() {
    let folder = TempDir::new().unwrap();
    let store = Store::on(folder.path().join("models"), FaultyDisk::failing_at(usize::MAX));
    store.publish(NAME, &version(1)).unwrap();
    let parent = folder.path().file_name().unwrap().to_str().unwrap();
    let order = [
        "create b2b",
        "sync models",
        &format!("sync {parent}"),
        "lock .lock",
        "create .draft-v0001",
        "write model.bin",
        "write model.json",
        "write scorecard.toml",
        "write card.md",
        "sync .draft-v0001",
        "rename to v0001",
        "sync b2b",
        "write .draft-CURRENT",
        "rename to CURRENT",
        "sync b2b",
    ];
    assert_eq!(store.disk().done.borrow().as_slice(), order);
}

// ---- a real writer, really killed ----

/// Names the store for the process that is to be killed; unset in every ordinary run.
const VICTIM: &str = "LEADSCORE_TEST_STORE_OF_THE_VICTIM";

/// Not a test of its own: the process that [`a_writer_killed_at_any_moment_leaves_a_whole_version`] kills.
#[test]
fn publishes_until_it_is_killed() {
    let Some(folder) = std::env::var_os(VICTIM) else { return };
    let store = Store::at(folder);
    let mut number = live_generation(&store).unwrap();
    loop {
        number += 1;
        store.publish(NAME, &version(number)).unwrap();
        let versions = store.versions(NAME).unwrap();
        for old in &versions[..versions.len().saturating_sub(3)] {
            store.remove_version(NAME, *old).unwrap();
        }
    }
}

#[test]
fn a_writer_killed_at_any_moment_leaves_a_whole_version() {
    const KILLS: u32 = 20;
    let (_folder, store) = two_versions();
    let mut before = live_generation(&store).unwrap();
    // A busy machine must not make the test long; that it publishes at all has then been seen.
    let startup = time_to_publish(&store, before).min(Duration::from_millis(60));
    for kill in 0..KILLS {
        // Spread from before the first publishing to many later; stepping by 7 of 20 meets each twentieth once.
        let delay = startup / 2 + (startup + Duration::from_millis(40)) * (kill * 7 % KILLS) / KILLS;
        let mut victim = start_victim(&store);
        std::thread::sleep(delay);
        assert!(victim.try_wait().unwrap().is_none(), "the victim ended by itself");
        victim.kill().unwrap();
        victim.wait().unwrap();
        let live = live_generation(&store).unwrap();
        assert!(live >= before, "generation {live} after {before}");
        before = live;
        for version in store.versions(NAME).unwrap() {
            store.load::<Generation>(NAME, Some(version)).unwrap();
        }
    }
    store.publish(NAME, &version(before + 1)).unwrap();
    assert_eq!(names_of_drafts(&store), [""; 0]);
}

fn start_victim(store: &Store) -> Child {
    let (_, module) = module_path!().split_once("::").unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::publishes_until_it_is_killed"), "--nocapture"])
        .env(VICTIM, store.folder())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// How long a victim takes to publish for the first time on this machine.
fn time_to_publish(store: &Store, before: u64) -> Duration {
    const PATIENCE: Duration = Duration::from_secs(60);
    let start = Instant::now();
    let mut victim = start_victim(store);
    while live_generation(store).unwrap() == before {
        assert!(start.elapsed() < PATIENCE, "the victim does not publish");
        std::thread::sleep(Duration::from_millis(1));
    }
    let taken = start.elapsed();
    victim.kill().unwrap();
    victim.wait().unwrap();
    taken
}
