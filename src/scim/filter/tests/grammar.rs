//! The parser: what it takes, where it stops, how far it goes.

use crate::scim::filter::Operator;
use crate::scim::filter::parse::parse;
use crate::scim::filter::syntax::{Column, Name, Question, Term, Tree};
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn filters_print_with_the_structure_they_were_read_with() {
    let cases = [
        ("userName eq \"bjensen\"", "userName eq \"bjensen\""),
        ("  a   EQ   1  ", "a eq 1"),
        ("a Pr", "a pr"),
        ("a eq\"x\"", "a eq \"x\""),
        ("a pr and b pr or c pr", "a pr and b pr or c pr"),
        ("a pr or b pr and c pr", "a pr or b pr and c pr"),
        ("(a pr or b pr) and c pr", "(a pr or b pr) and c pr"),
        ("(a pr AND b pr) Or c pr", "a pr and b pr or c pr"),
        ("((a pr))", "a pr"),
        ("not(a pr)and(b pr)", "not (a pr) and b pr"),
        ("NOT (a pr) or not (b pr)", "not (a pr) or not (b pr)"),
        ("not (not (a pr))", "not (not (a pr))"),
        ("emails[type eq \"work\" and value co \"@x\"]", "emails[type eq \"work\" and value co \"@x\"]"),
        ("emails[ not (type pr) ] or a pr", "emails[not (type pr)] or a pr"),
        ("emails[type eq \"work\"].value eq \"x\" and a pr", "emails[type eq \"work\"].value eq \"x\" and a pr"),
        ("emails[type pr].value pr", "emails[type pr].value pr"),
        (
            "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName pr",
            "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName pr",
        ),
        ("members.$ref ew \"x\"", "members.$ref ew \"x\""),
        ("a-b_c pr", "a-b_c pr"),
        ("andy pr and organ pr or notes pr", "andy pr and organ pr or notes pr"),
        (r#"a eq "\"\\\/\b\f\n\r\té\u00e9\ud83d\ude00""#, "a eq \"\\\"\\\\/\\b\\f\\n\\r\\téé😀\""),
        ("a eq \"\"", "a eq \"\""),
        ("a eq \" ) and ( ] \"", "a eq \" ) and ( ] \""),
        ("a eq -1.5e3", "a eq -1500.0"),
        ("a eq true and b eq false and c eq null", "a eq true and b eq false and c eq null"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).map_or_else(|error| error.detail, |tree| tree.to_string()), expected, "{text}");
    }
}

#[test]
fn what_is_outside_the_grammar_is_refused_with_its_column() {
    let cases = [
        ("", "column 1: expected an attribute name"),
        ("   ", "column 4: expected an attribute name"),
        ("userName", "column 9: expected an operator"),
        ("userName ", "column 10: expected an operator"),
        ("userName eq", "column 12: expected a literal"),
        ("userName eq bjensen", "column 13: expected a literal"),
        ("userName eq 'bjensen'", "column 13: expected a literal"),
        ("userName eq \"bjensen", "column 21: expected a closing quotation mark"),
        ("userName eq \"bjensen\\\"", "column 23: expected a closing quotation mark"),
        ("userName eq \"a\" \"b\"", "column 17: expected and, or or the end"),
        ("userName eq \"a\" and", "column 20: expected an attribute name"),
        ("userName eq \"a\" and and b pr", "column 25: expected an operator"),
        ("userName eq \"a\" or", "column 19: expected an attribute name"),
        ("and a pr", "column 5: expected an operator"),
        ("\"a\" eq userName", "column 1: expected an attribute name"),
        ("eq \"x\"", "column 4: expected an operator"),
        ("userName = \"a\"", "column 10: expected an operator"),
        ("userName == \"a\"", "column 10: expected an operator"),
        ("userName like \"a\"", "column 10: expected an operator"),
        ("userName in (1)", "column 10: expected an operator"),
        ("userName eq5", "column 10: expected an operator"),
        ("userName pr \"x\"", "column 13: expected and, or or the end"),
        ("a eq 01", "column 6: expected a literal"),
        ("a eq +1", "column 6: expected a literal"),
        ("a eq .5", "column 6: expected a literal"),
        ("a eq 1.", "column 6: expected a literal"),
        ("a eq 1e400", "column 6: expected a literal"),
        ("a eq 0x10", "column 6: expected a literal"),
        ("a eq NaN", "column 6: expected a literal"),
        ("a eq True", "column 6: expected a literal"),
        ("a eq [1]", "column 6: expected a literal"),
        ("a eq \"\\x\"", "column 6: expected text with the escapes of JSON"),
        ("a eq \"\\ud800\"", "column 6: expected text with the escapes of JSON"),
        ("a eq \"x\ny\"", "column 6: expected text with the escapes of JSON"),
        ("a eq \"\\u0000\"", "column 6: expected text without U+0000"),
        ("a\teq 1", "column 2: expected an operator"),
        ("a eq\t1", "column 5: expected a literal"),
        ("a eq 1\n", "column 7: expected and, or or the end"),
        ("a eq 1\0", "column 7: expected and, or or the end"),
        ("(a pr", "column 6: expected and, or or )"),
        ("(a pr]", "column 6: expected and, or or )"),
        ("a pr)", "column 5: expected and, or or the end"),
        ("()", "column 2: expected an attribute name"),
        ("not a pr", "column 5: expected ( behind not"),
        ("not", "column 4: expected ( behind not"),
        ("emails[type pr", "column 15: expected and, or or ]"),
        ("emails[]", "column 8: expected an attribute name"),
        ("emails [type pr]", "column 8: expected an operator"),
        ("emails[a[b pr]]", "column 9: expected an operator; brackets cannot stand in brackets"),
        ("emails[type pr].value", "column 22: expected an operator"),
        ("emails[type pr].", "column 17: expected an attribute name"),
        ("emails[type pr]x", "column 16: expected and, or or the end"),
        ("a eq \"é\" x", "column 10: expected and, or or the end"),
        ("a eq 1; drop table x", "column 7: expected and, or or the end"),
        ("1a pr", "column 1: expected an attribute name"),
        ("é pr", "column 1: expected an attribute name"),
        ("a pr or or b pr", "column 12: expected an operator"),
    ];
    for (text, message) in cases {
        let error = parse(text).unwrap_err();
        assert!(error.detail.starts_with(message), "{text:?}: {}", error.detail);
    }
}

#[test]
fn precedence_is_not_then_and_then_or() {
    let Tree::Or(parts) = parse("a pr or not (b pr) and c pr or d pr").unwrap() else { panic!("no or") };
    assert_eq!(parts.len(), 3);
    let Tree::And(parts) = &parts[1] else { panic!("no and") };
    assert!(matches!(parts[0], Tree::Not(_)) && matches!(parts[1], Tree::Term(_)));
}

#[test]
fn limits_hold_exactly() {
    let nested = |depth: usize| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    let terms = |count: usize| vec!["a pr"; count].join(" or ");
    let long = |length: usize| format!("a eq \"{}\"", "x".repeat(length - 7));
    parse(&nested(32)).unwrap();
    parse(&terms(200)).unwrap();
    parse(&long(16 * 1024)).unwrap();
    let cases = [
        (nested(33), "column 33: expected at most 32 parentheses"),
        (format!("{}a[b pr]{}", "(".repeat(32), ")".repeat(32)), "column 34: expected at most 32"),
        (terms(201), "column 1602: expected the end of the filter, because it asks 200"),
        (long(16 * 1024 + 1), "the filter is longer than 16384 bytes"),
    ];
    for (text, message) in cases {
        let error = parse(&text).unwrap_err();
        assert!(error.detail.starts_with(message), "{}", error.detail);
    }
}

#[test]
fn hostile_filters_need_little_stack() {
    let hostile = || {
        for open in ["(", "not(", "not (", "a[", "a[(", "(a[not(", " ("] {
            for length in [100, 16 * 1024, 200_000] {
                let text = open.repeat(length / open.len());
                for end in ["", "a pr", "a xx 1", ")]"] {
                    parse(&format!("{text}{end}")).unwrap_err();
                }
            }
        }
        parse(&format!("a eq \"{}", "\\".repeat(16_000))).unwrap_err();
        parse(&" ".repeat(16_000)).unwrap_err();
        parse(&"a pr and ".repeat(1_800)).unwrap_err();
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(hostile).unwrap().join().unwrap();
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![
        "[a-zA-Z][a-zA-Z0-9_-]{0,6}",
        "[a-z]{1,4}\\.[a-z]{1,4}",
        "urn:[a-z]{1,3}:2\\.0:[A-Z][a-z]{0,3}:[a-z]{1,4}"
    ]
    .prop_filter("a word of the grammar", |text| !text.eq_ignore_ascii_case("not"))
    .prop_map(|text| Name { text, at: Column::default() })
}

fn literal() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        // Eighths, because serde_json reads some other numbers back a little off.
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        any::<String>().prop_filter("no U+0000", |text| !text.contains('\0')).prop_map(Value::String),
    ]
}

fn term() -> impl Strategy<Value = Term> {
    let operator = prop::sample::select(vec![
        Operator::Eq,
        Operator::Ne,
        Operator::Co,
        Operator::Sw,
        Operator::Ew,
        Operator::Gt,
        Operator::Ge,
        Operator::Lt,
        Operator::Le,
    ]);
    let compare = (operator, literal()).prop_map(|(operator, literal)| Question::Compare {
        operator,
        literal,
        at: Column::default(),
    });
    (name(), prop_oneof![1 => Just(Question::Present), 4 => compare])
        .prop_map(|(name, question)| Term { name, question })
}

fn joined<S: Strategy<Value = Tree> + Clone + 'static>(leaf: S) -> impl Strategy<Value = Tree> {
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::Or),
            inner.prop_map(|inner| Tree::Not(Box::new(inner))),
        ]
    })
}

fn tree() -> impl Strategy<Value = Tree> {
    let in_brackets = joined(term().prop_map(Tree::Term).boxed());
    let tail = prop::option::of(term());
    let value_path = (name(), in_brackets, tail).prop_map(|(name, filter, tail)| Tree::ValuePath {
        name,
        filter: Box::new(filter),
        tail,
    });
    joined(prop_oneof![3 => term().prop_map(Tree::Term), 1 => value_path].boxed())
}

proptest! {
    #[test]
    fn a_printed_tree_is_read_as_the_same_tree(tree in tree()) {
        let text = tree.to_string();
        match parse(&text) {
            Ok(read) => prop_assert_eq!(read, tree, "{}", text),
            Err(error) => prop_assert!(error.detail.contains("longer than") || error.detail.contains("200 questions"), "{}: {}", text, error.detail),
        }
    }

    #[test]
    fn no_text_is_too_strange(text in "[a-c .:$()\\[\\]\"\\\\0-9eqpronotand-]{0,40}|\\PC{0,20}") {
        if let Ok(tree) = parse(&text) {
            prop_assert_eq!(parse(&tree.to_string()).unwrap(), tree);
        }
    }
}
