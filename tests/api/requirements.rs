//! The tables of requirements in `docs`: every number is there, in its order and once, and the tests
//! that a row names exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A document with tables whose rows begin with numbers and end with tests.
struct Document {
    path: &'static str,
    /// How many cells a row has.
    cells: usize,
    /// How many digits are behind the letter of a number.
    digits: usize,
    /// How many requirements there are, by the letter of their numbers.
    registers: &'static [(char, usize)],
    /// A row is about one requirement, and the rows stand in the order of their numbers.
    one_by_one: bool,
}

const NATIVE: Document = Document {
    path: "docs/native-apis.md",
    cells: 3,
    digits: 2,
    registers: &[('L', 22), ('A', 45), ('D', 10), ('P', 33)],
    one_by_one: false,
};

/// RFC 7643 (schema), RFC 7644 (protocol), RFC 9865 (cursors).
const CONFORMANCE: Document = Document {
    path: "docs/conformance.md",
    cells: 4,
    digits: 3,
    registers: &[('S', 157), ('P', 261), ('C', 28)],
    one_by_one: true,
};

struct Row {
    numbers: Vec<String>,
    tests: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Document {
    fn rows(&self) -> Vec<Row> {
        let text = fs::read_to_string(root().join(self.path)).unwrap();
        let mut rows = Vec::new();
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            let parts: Vec<&str> = cells[0].split([',', '–']).map(str::trim).collect();
            if !parts.iter().any(|part| self.number(part).is_some()) {
                continue;
            }
            assert!(parts.iter().all(|part| self.number(part).is_some()), "{}: not all are numbers: {line}", self.path);
            assert_eq!(cells.len(), self.cells, "{}: another number of cells: {line}", self.path);
            assert!(cells.iter().all(|cell| !cell.is_empty()), "{}: an empty cell: {line}", self.path);
            let tests = cells[self.cells - 1].split('`').skip(1).step_by(2).map(ToOwned::to_owned).collect();
            rows.push(Row { numbers: self.numbers(cells[0]), tests });
        }
        rows
    }

    /// The letter of a number and what is behind it.
    fn number(&self, text: &str) -> Option<(char, usize)> {
        let letter = text.chars().next().filter(|first| self.registers.iter().any(|(letter, _)| letter == first))?;
        let digits = text.strip_prefix(letter).filter(|digits| digits.len() == self.digits)?;
        Some((letter, digits.parse().ok()?))
    }

    /// `A02, A05–A07` one by one.
    fn numbers(&self, text: &str) -> Vec<String> {
        let mut all = Vec::new();
        for part in text.split(',').map(str::trim) {
            let (first, last) = part.split_once('–').unwrap_or((part, part));
            let ((letter, first), (_, last)) = (self.number(first).unwrap(), self.number(last).unwrap());
            all.extend((first..=last).map(|number| self.written(letter, number)));
        }
        all
    }

    fn written(&self, letter: char, number: usize) -> String {
        format!("{letter}{number:0digits$}", digits = self.digits)
    }
}

/// The names of all tests: of functions with the attribute, and of those a macro makes tests of.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for place in ["tests/api", "src"] {
        gather(&root().join(place), &mut found);
    }
    found
}

fn gather(directory: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.extend(with_attribute(&text));
            found.extend(in_macros(&text));
        }
    }
}

fn with_attribute(text: &str) -> impl Iterator<Item = String> {
    let attributes = text.match_indices("#[").filter(|(at, _)| {
        let attribute = text[*at..].split(']').next().unwrap_or_default();
        attribute == "#[test" || attribute.starts_with("#[tokio::test")
    });
    attributes.filter_map(|(at, _)| {
        let (_, after) = text[at..].split_once("fn ")?;
        Some(after.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
    })
}

/// `both! { one, other }`, whose names are functions of the same file.
fn in_macros(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (at, _) in text.match_indices("\nboth!") {
        let list = text[at..].split(['{', '(']).nth(1).and_then(|rest| rest.split(['}', ')']).next());
        for name in list.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()) {
            assert!(text.contains(&format!("fn {name}(")), "{name} is no function of its file");
            names.push(name.to_owned());
        }
    }
    names
}

#[test]
fn every_requirement_of_the_native_apis_has_its_tests() {
    let covered: BTreeSet<String> = NATIVE.rows().into_iter().flat_map(|row| row.numbers).collect();
    let all = NATIVE.registers.iter().flat_map(|(letter, count)| (1..=*count).map(|at| NATIVE.written(*letter, at)));
    assert_eq!(covered, all.collect());
}

#[test]
fn every_sentence_of_the_rfcs_has_its_number() {
    for (letter, count) in CONFORMANCE.registers {
        let rows = CONFORMANCE.rows();
        let of_letter = rows.iter().filter(|row| row.numbers[0].starts_with(*letter));
        let numbers: Vec<&String> = of_letter.flat_map(|row| &row.numbers).collect();
        let all: Vec<String> = (1..=*count).map(|at| CONFORMANCE.written(*letter, at)).collect();
        assert_eq!(numbers, all.iter().collect::<Vec<_>>(), "each number once and in order");
    }
}

#[test]
fn the_tests_that_the_tables_name_exist() {
    let tests = tests();
    assert!(tests.len() > 300, "looked in the wrong place");
    let mut missing = Vec::new();
    for document in [NATIVE, CONFORMANCE] {
        for Row { numbers, tests: named } in document.rows() {
            assert!(!document.one_by_one || numbers.len() == 1, "{numbers:?}: a row of its own for each");
            assert!(!named.is_empty(), "{numbers:?} names no test");
            missing
                .extend(named.iter().filter(|test| !tests.contains(*test)).map(|test| format!("{numbers:?}: {test}")));
        }
    }
    assert!(missing.is_empty(), "there are no such tests:\n{}", missing.join("\n"));
}
