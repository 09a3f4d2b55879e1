use super::*;

/// Vectors of other implementations: the reference code of argon2, libxcrypt, OpenSSL.
const KNOWN: [(&str, &str); 14] = [
    ("password", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "argon2$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"),
    ("password", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"),
    ("password", "$argon2i$m=256,t=2,p=1$c29tZXNhbHQ$/U3YPXYsSb3q9XxHvc0MLxur+GP960kN9j7emXX8zwY"),
    ("correct horse", "$2a$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"),
    ("correct horse", "$2b$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"),
    ("correct horse", "bcrypt$$2y$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC"),
    ("correct horse", "$pbkdf2-sha1$i=1000,l=20$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ"),
    ("correct horse", "$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M"),
    (
        "correct horse",
        "$pbkdf2-sha512$i=1000,l=64$MDEyMzQ1Njc4OWFiY2RlZg$OM0FAoIqCVK1sWtxDiffVlBejtLa+ks4TP71JiecwuSZCG8iLbnlIEPOMoVX\
         +i2B2wkSxjQ8CRGR9OkNGuIPMQ",
    ),
    ("correct horse", "$pbkdf2$1000$MDEyMzQ1Njc4OWFiY2RlZg$aUfE2vx5Q7zgbb0jx49AaNpXUQQ"),
    ("correct horse", "pbkdf2_sha256$1000$NaClNaCl$DFRHyP75NhhP9KfmBQVw3DRMTlplRxD2m0/X6CUIpWg="),
    ("correct horse", "$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M"),
    (
        "correct horse",
        "scrypt$1024$NaClNaCl$8$1$BFctiq11ddsFA7tHnJbQjJVtW8PnXTZ+BDwThlBIK3ifpjP46lLBBQqNEdo5JAUpXjswbLDT1X9WoPj6O0cl\
         bQ==",
    ),
];

#[test]
fn hashes_of_other_systems_know_their_password_and_no_other() {
    for (password, text) in KNOWN {
        let hash = Stored::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(hash.verify(password.as_bytes()), Some(true), "{text}");
        for wrong in ["", "Correct horse", "password "] {
            assert_eq!(hash.verify(wrong.as_bytes()), Some(false), "{text}");
        }
    }
}

#[test]
fn costs_that_would_stall_a_server_are_refused() {
    let (salt, out) = ("MDEyMzQ1Njc4OWFiY2RlZg", "cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M");
    for (text, fine) in [
        (format!("$argon2id$v=19$m=65536,t=3,p=4${salt}${out}"), true),
        (format!("$argon2id$v=19$m=262144,t=4,p=1${salt}${out}"), true),
        (format!("$argon2id$v=19$m=262145,t=1,p=1${salt}${out}"), false),
        (format!("$argon2id$v=19$m=262144,t=5,p=1${salt}${out}"), false),
        (format!("$argon2id$v=19$m=4294967295,t=4294967295,p=1${salt}${out}"), false),
        ("$2b$14$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC".to_owned(), true),
        ("$2b$15$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC".to_owned(), false),
        (format!("$scrypt$ln=17,r=8,p=1${salt}${out}"), true),
        (format!("$scrypt$ln=20,r=8,p=1${salt}${out}"), false),
        (format!("$scrypt$ln=17,r=8,p=5${salt}${out}"), false),
        (format!("$pbkdf2-sha256$i=2000000${salt}${out}"), true),
        (format!("$pbkdf2-sha256$i=2000001${salt}${out}"), false),
    ] {
        assert_eq!(Stored::parse(&text).err(), (!fine).then_some(Refused::Costs), "{text}");
    }
}

#[test]
fn what_is_no_hash_is_refused() {
    let (salt, out) = ("MDEyMzQ1Njc4OWFiY2RlZg", "cBg8D2DungRB9k76szThf5ehfyBz991ay6PT8Srwk4M");
    for text in [
        String::new(),
        "plain".to_owned(),
        "5f4dcc3b5aa765d61d8327deb882cf99".to_owned(),
        "$1$salt$hash".to_owned(),
        "$6$rounds=5000$salt$hash".to_owned(),
        "$2x$06$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC".to_owned(),
        "$2b$03$abcdefghijklmnopqrstuud/5IuQmqhVO0kfNEbHJM.fJkPiliBzC".to_owned(),
        "$2b$06$short".to_owned(),
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ".to_owned(),
        format!("$argon2id$v=18$m=256,t=2,p=1${salt}${out}"),
        format!("$argon2x$v=19$m=256,t=2,p=1${salt}${out}"),
        format!("$scrypt$ln=10,r=8${salt}${out}"),
        format!("$scrypt$ln=10,r=8,p=1,q=1${salt}${out}"),
        format!("$scrypt$ln=300,r=8,p=1${salt}${out}"),
        format!("scrypt$1000$salt$8$1${out}"),
        format!("$pbkdf2-md5$i=1000${salt}${out}"),
        format!("$pbkdf2-sha256$i=0${salt}${out}"),
        format!("$pbkdf2-sha256$i=1000,x=1${salt}${out}"),
        format!("$pbkdf2-sha256$i=1000${salt}$AAAA"),
        format!("$pbkdf2-sha256$i=1000$?${out}"),
        format!("$pbkdf2-sha256$i=1000${salt}${}", "A".repeat(600)),
    ] {
        assert_eq!(Stored::parse(&text).err(), Some(Refused::Unknown), "{text}");
    }
}
