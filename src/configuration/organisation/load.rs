//! Reads an organisation from a folder of TOML files. Each file holds some of its tables; lists go on
//! from file to file in the order of the files' names.

use std::collections::BTreeMap;
use std::path::{Path as FilePath, PathBuf};

use super::{Organisation, validate};
use crate::configuration::document::{Document, MAX_FAULTS};
use crate::configuration::fault::{Fault, Origin};
use crate::configuration::flaw::{Flaw, Path, Step};
use crate::configuration::source;

/// Most files in a folder.
const MAX_FILES: usize = 200;

impl Organisation {
    /// Reads all `*.toml` files of the folder. Blocking. Returns every fault found, at most 100.
    pub fn load(folder: &FilePath) -> Result<Self, Vec<Fault>> {
        let paths = files(folder).map_err(|fault| vec![fault])?;
        let mut faults = Vec::new();
        let mut texts = Vec::new();
        for path in paths {
            match source::read(&path) {
                Ok(text) => texts.push((path, text)),
                Err(fault) => faults.push(fault),
            }
        }
        read(&texts, faults, folder)
    }

    /// The same for one text at hand; `path` is what faults call it.
    pub fn parse(path: &FilePath, text: &str) -> Result<Self, Vec<Fault>> {
        read(&[(path.to_owned(), text.to_owned())], Vec::new(), path)
    }

    /// What is wrong with an organisation that came as JSON; empty if nothing is.
    pub fn flaws(&self) -> Vec<Flaw> {
        validate::flaws(self)
    }
}

fn read(
    texts: &[(PathBuf, String)],
    mut faults: Vec<Fault>,
    folder: &FilePath,
) -> Result<Organisation, Vec<Fault>> {
    let mut whole = Whole::default();
    let mut complete = faults.is_empty();
    for (path, text) in texts {
        match Document::parse(Origin::File(path.clone()), text) {
            Ok(mut document) => match document.read::<Organisation>(&mut faults) {
                Some(part) => whole.add(document, part, &mut faults),
                None => complete = false,
            },
            Err(errors) => {
                complete = false;
                faults.extend(errors);
            }
        }
    }
    // With a file missing, every name it defines would seem unknown: mend that first.
    if complete {
        faults.extend(whole.flaws(folder));
    }
    faults.truncate(MAX_FAULTS);
    if faults.is_empty() { Ok(whole.organisation) } else { Err(faults) }
}

fn files(folder: &FilePath) -> Result<Vec<PathBuf>, Fault> {
    let failed = |error: std::io::Error| Fault::of_file(folder, format!("cannot read the folder: {error}"));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    match paths.len() {
        0 => Err(Fault::of_file(folder, "there is no .toml file in it")),
        count if count > MAX_FILES => {
            Err(Fault::of_file(folder, format!("it has more than {MAX_FILES} files")))
        }
        _ => Ok(paths),
    }
}

/// The parts put together, with the files they came from.
#[derive(Default)]
struct Whole<'t> {
    organisation: Organisation,
    documents: Vec<Document<'t>>,
    /// For each list, how many entries each document added.
    lengths: BTreeMap<&'static str, Vec<usize>>,
    /// The document that has a key which is not a list.
    singles: BTreeMap<&'static str, usize>,
}

impl<'t> Whole<'t> {
    fn add(&mut self, document: Document<'t>, part: Organisation, faults: &mut Vec<Fault>) {
        // All of it, so that a new part is not passed over.
        let Organisation {
            channels,
            name,
            log_out_after_misses,
            service_level,
            share,
            sites,
            queues,
            skills,
            attributes,
            presences,
            hours,
            agents,
            virtual_agents,
            routes,
            reject_reasons,
            dispositions,
            canned_answers,
            webhooks,
            api_clients,
        } = part;
        macro_rules! append {
            ($($list:ident),+) => {$(
                self.lengths.entry(stringify!($list)).or_default().push($list.len());
                self.organisation.$list.extend($list);
            )+};
        }
        append!(sites, queues, skills, presences, hours, agents, virtual_agents, routes);
        append!(attributes, reject_reasons, dispositions, canned_answers, webhooks, api_clients);
        macro_rules! take {
            ($($key:ident),+) => {$(
                if document.table.contains_key(stringify!($key)) {
                    self.organisation.$key = $key;
                    self.claim(stringify!($key), &document, faults);
                }
            )+};
        }
        take!(name, log_out_after_misses, service_level, share, channels);
        self.documents.push(document);
    }

    fn claim(&mut self, key: &'static str, document: &Document<'t>, faults: &mut Vec<Fault>) {
        if self.singles.insert(key, self.documents.len()).is_some() {
            let path = Path::root().then(key);
            faults.push(document.locate(Flaw::new(path, "another file says it already")));
        }
    }

    fn flaws(&self, folder: &FilePath) -> Vec<Fault> {
        let unreadable: Vec<&String> =
            self.documents.iter().flat_map(|document| &document.unreadable).collect();
        let consequence = |flaw: &Flaw| flaw.dangling.as_ref().is_some_and(|name| unreadable.contains(&name));
        let flaws = validate::flaws(&self.organisation).into_iter().filter(|flaw| !consequence(flaw));
        flaws.map(|flaw| self.locate(flaw, folder)).collect()
    }

    fn locate(&self, flaw: Flaw, folder: &FilePath) -> Fault {
        let shown = flaw.path.clone();
        let Some((document, local)) = self.home(&flaw.path) else {
            let message = format!("{}: {}", flaw.path, flaw.message);
            return Fault { nearest: flaw.nearest, ..Fault::of_file(folder, message) };
        };
        let message = flaw.message.clone();
        let mut fault = self.documents[document].locate(Flaw { path: local, ..flaw });
        fault.message = format!("{shown}: {message}");
        fault
    }

    /// The document a path leads into, and the path inside it.
    fn home(&self, path: &Path) -> Option<(usize, Path)> {
        let Some(Step::Key(first)) = path.0.first() else { return None };
        if let Some(document) = self.singles.get(first.as_str()) {
            return Some((*document, path.clone()));
        }
        let Some(Step::Index(index)) = path.0.get(1) else { return None };
        let mut rest = *index;
        for (document, length) in self.lengths.get(first.as_str())?.iter().enumerate() {
            if rest < *length {
                let mut local = path.clone();
                local.0[1] = Step::Index(rest);
                return Some((document, local));
            }
            rest -= length;
        }
        None
    }
}
