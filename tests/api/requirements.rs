//! The tables of `docs/native-apis.md`: every numbered requirement of the four native APIs has tests, and
//! the tests that are named there exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many requirements each API has, by the letter of their numbers.
const REGISTERS: [(char, usize); 4] = [('L', 22), ('A', 45), ('D', 10), ('P', 33)];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The rows of the tables, as the numbers they are about and the tests they name.
fn rows() -> Vec<(BTreeSet<String>, Vec<String>)> {
    let text = fs::read_to_string(root().join("docs/native-apis.md")).unwrap();
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let numbered = |first: &str| REGISTERS.iter().any(|(letter, _)| number(*letter, first).is_some());
    text.lines()
        .map(cells)
        .filter(|cells| cells.len() == 3 && cells[0].split([',', '–']).all(|first| numbered(first.trim())))
        .map(|cells| {
            let tests = cells[2].split('`').skip(1).step_by(2).map(ToOwned::to_owned);
            (numbers(&cells[0]), tests.collect())
        })
        .collect()
}

/// The number behind its letter.
fn number(letter: char, text: &str) -> Option<usize> {
    text.strip_prefix(letter).filter(|digits| digits.len() == 2)?.parse().ok()
}

/// `A02, A05–A07` one by one.
fn numbers(text: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for part in text.split(',').map(str::trim) {
        let (first, last) = part.split_once('–').unwrap_or((part, part));
        let letter = first.chars().next().unwrap();
        let (first, last) = (number(letter, first).unwrap(), number(letter, last).unwrap());
        all.extend((first..=last).map(|number| format!("{letter}{number:02}")));
    }
    all
}

fn sources(directory: &Path, found: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_requirement_of_the_native_apis_has_its_tests() {
    let covered: BTreeSet<String> = rows().into_iter().flat_map(|(numbers, _)| numbers).collect();
    let all = REGISTERS.iter().flat_map(|(letter, count)| (1..=*count).map(move |at| format!("{letter}{at:02}")));
    assert_eq!(covered, all.collect());
}

#[test]
fn the_tests_that_the_tables_name_exist() {
    let mut text = String::new();
    sources(&root().join("tests/api"), &mut text);
    sources(&root().join("src"), &mut text);
    for (numbers, tests) in rows() {
        assert!(!tests.is_empty(), "{numbers:?} names no test");
        for test in tests {
            assert!(text.contains(&format!("fn {test}(")), "{numbers:?}: there is no test {test}");
        }
    }
}
