//! Names, presets, and the text of a profile.

mod effect;

use super::*;

fn profile(text: &str) -> Profile {
    text.parse().unwrap()
}

#[test]
fn every_preset_has_the_tolerances_of_its_client() {
    use Tolerance::{ExpandRoles, RawAuthorization, SoftDelete, UniqueGroupNames, UnknownMembers, UnknownPaths};
    for tolerance in Tolerance::ALL {
        let [default, okta, entra, strict] = Preset::ALL.map(|preset| Profile::from(preset).allows(tolerance));
        let expected = match tolerance {
            UnknownPaths => [false, false, true, false],
            UnknownMembers | ExpandRoles | RawAuthorization | SoftDelete => [false; 4],
            UniqueGroupNames
            | Tolerance::AnySchemas
            | Tolerance::UnknownAttributes
            | Tolerance::TextBooleans
            | Tolerance::LooseShapes
            | Tolerance::ClearByEmpty
            | Tolerance::RemoveByValue
            | Tolerance::LoosePatch
            | Tolerance::PathlessPatch
            | Tolerance::MergeReplace
            | Tolerance::MakeElements => [true, true, true, false],
        };
        assert_eq!([default, okta, entra, strict], expected, "{tolerance}");
    }
}

#[test]
fn a_tolerance_beside_the_preset_wins_over_it() {
    for tolerance in Tolerance::ALL {
        for preset in Preset::ALL {
            assert!(profile(&format!("{preset} {tolerance}=on")).allows(tolerance), "{preset} {tolerance}");
            assert!(!profile(&format!("{preset} {tolerance}=off")).allows(tolerance), "{preset} {tolerance}");
        }
    }
}

#[test]
fn a_profile_is_what_its_text_says() {
    for (text, printed) in [
        ("default", "default"),
        (" strict ", "strict"),
        ("entra unknown-paths=off", "entra unknown-paths=off"),
        ("okta raw-authorization=on   any-schemas=off", "okta any-schemas=off raw-authorization=on"),
    ] {
        let read = profile(text);
        assert_eq!(read.to_string(), printed);
        assert_eq!(profile(printed), read);
    }
    for tolerance in Tolerance::ALL {
        assert_eq!(tolerance.name().parse(), Ok(tolerance));
    }
    assert_eq!(Profile::default(), Profile::from(Preset::Default));
}

#[test]
fn text_that_is_no_profile_is_refused_with_what_would_be_one() {
    for (text, error, word) in [
        ("", Unknown::Preset, "default, okta, entra, strict"),
        ("Entra", Unknown::Preset, "entra"),
        ("unknown-paths=on", Unknown::Preset, "default"),
        ("entra nosuch=on", Unknown::Tolerance, "unknown-paths"),
        ("entra unknown-paths", Unknown::Setting, "NAME=on"),
        ("entra unknown-paths=yes", Unknown::Setting, "NAME=off"),
        ("entra unknown-paths=on unknown-paths=off", Unknown::Setting, "once"),
    ] {
        let refused = text.parse::<Profile>().unwrap_err();
        assert_eq!(refused, error, "{text}");
        assert!(refused.to_string().contains(word), "{refused}");
    }
}

#[test]
fn a_profile_is_interoperable_only_if_it_is_strict_in_everything() {
    let switched = |preset: Preset, tolerance, on| Profile { set: BTreeMap::from([(tolerance, on)]), preset };
    for preset in Preset::ALL {
        assert_eq!(Profile::from(preset).is_interoperable(), preset == Preset::Strict, "{preset}");
    }
    for tolerance in Tolerance::ALL {
        assert!(switched(Preset::Strict, tolerance, false).is_interoperable(), "{tolerance} was off before");
        assert!(!switched(Preset::Strict, tolerance, true).is_interoperable(), "{tolerance}");
    }
    let off = Tolerance::ALL.into_iter().map(|tolerance| (tolerance, false)).collect();
    assert!(Profile { set: off, ..Profile::default() }.is_interoperable(), "whatever it is called");
}

#[test]
fn leeway_notes_what_was_made_use_of_and_nothing_else() {
    let profile = profile("strict loose-shapes=on");
    let mut leeway = Leeway::new(&profile);
    assert_eq!(leeway.used, Used::default());
    assert!(!leeway.take(Tolerance::TextBooleans));
    assert_eq!(leeway.used.iter().count(), 0);
    let refusal = || Error::value("no");
    assert_eq!(leeway.need(Tolerance::AnySchemas, refusal), Err(Error::value("no")));
    assert_eq!(leeway.need(Tolerance::LooseShapes, refusal), Ok(()));
    assert_eq!(leeway.used, Used::from_iter([Tolerance::LooseShapes]));
    let mut all = Tolerance::ALL.into_iter().collect::<Used>();
    assert_eq!(all.iter().collect::<Vec<_>>(), Tolerance::ALL);
    all.join(leeway.used);
    assert_eq!(all.iter().count(), Tolerance::ALL.len());
    assert_eq!(format!("{:?}", leeway.used), "{LooseShapes}");
}
