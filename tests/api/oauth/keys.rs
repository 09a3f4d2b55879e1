//! Keys and tokens of the tests. The private keys were made for this file and open nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

/// A key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pair {
    /// RSA of 2048 bits, for RS256 and PS256.
    Rsa,
    /// P-256, for ES256.
    Ec,
    /// Another of the same kind.
    OtherEc,
    /// Ed25519.
    Ed,
}

impl Pair {
    /// The public key as a JWK.
    pub fn public(self) -> Value {
        match self {
            Self::Rsa => json!({
                "kty": "RSA",
                "kid": "rsa-1",
                "use": "sig",
                "n": concat!(
                    "rqvNgFUIpqMFV8EiJHAQ92UsHDE9QeuDvs_bEcfePaGoWrobSCseN_gW8wHvGZb9vCJsowBrERTY_arrIjpmBSMTi3",
                    "HC_o4sITqfJAG09CtnRmt6x7AisTNcl6r0i1qeLdxFWLaqjk_lUTMWqLAdj6CD_15p3i3nJgptPD0icMJ_xR7MoliL",
                    "-OETYiD5FuPjuoA5YJvFXbNHfJEXywAPeyLA5GIKlKc-oTcIoIOiPjTgpIG_pocY_ws5BEqp9xc9q4GQ-8HIBlk1U8",
                    "gJTZVfO-TV6yfJJzDAYD0Iz8xA1D6hmgkWceq-kshEo8NaORmDRBYWfIx-Rouk23NbLiW6uw",
                ),
                "e": "AQAB",
            }),
            Self::Ec => json!({
                "kty": "EC",
                "kid": "ec",
                "crv": "P-256",
                "x": "hZetD_7kXpR_Y4Oqlm8LwKLmFc15gk1FAjxJ2e0oXZU",
                "y": "2ySmpMer2KQU_20G5FMjNyGmRGsKxp5_EhisX2EnvbI",
            }),
            Self::OtherEc => json!({
                "kty": "EC",
                "kid": "ec2",
                "crv": "P-256",
                "x": "zrTSvWJ4YW2T2Tep3xjrZc3FBHs0rNONqO2nHtJAe8M",
                "y": "Lk0pRFM2HcrKeBaurP1lY9sWKGSxDglhKi_-WLGao5A",
            }),
            Self::Ed => json!({
                "kty": "OKP",
                "kid": "ed",
                "crv": "Ed25519",
                "x": "xwUFPogQdNtmOJ4YipXVwyrm7YPl1XzjnuZCNS7e87Q",
            }),
        }
    }

    /// A set of this key alone.
    pub fn set(self) -> String {
        json!({ "keys": [self.public()] }).to_string()
    }

    fn private(self) -> EncodingKey {
        let der = |text: &str| STANDARD.decode(text).unwrap();
        match self {
            Self::Rsa => EncodingKey::from_rsa_der(&der(RSA)),
            Self::Ec => EncodingKey::from_ec_der(&der(EC)),
            Self::OtherEc => EncodingKey::from_ec_der(&der(OTHER_EC)),
            Self::Ed => EncodingKey::from_ed_der(&der(ED)),
        }
    }

    /// A token with these claims, signed with this key, which it names.
    pub fn sign(self, algorithm: Algorithm, claims: &Value) -> String {
        let mut header = Header::new(algorithm);
        header.kid = self.public()["kid"].as_str().map(ToOwned::to_owned);
        jsonwebtoken::encode(&header, claims, &self.private()).unwrap()
    }
}

const RSA: &str = concat!(
    "MIIEogIBAAKCAQEArqvNgFUIpqMFV8EiJHAQ92UsHDE9QeuDvs/bEcfePaGoWrobSCseN/gW8wHvGZb9vCJsowBrERTY/arrIjpm",
    "BSMTi3HC/o4sITqfJAG09CtnRmt6x7AisTNcl6r0i1qeLdxFWLaqjk/lUTMWqLAdj6CD/15p3i3nJgptPD0icMJ/xR7MoliL+OET",
    "YiD5FuPjuoA5YJvFXbNHfJEXywAPeyLA5GIKlKc+oTcIoIOiPjTgpIG/pocY/ws5BEqp9xc9q4GQ+8HIBlk1U8gJTZVfO+TV6yfJ",
    "JzDAYD0Iz8xA1D6hmgkWceq+kshEo8NaORmDRBYWfIx+Rouk23NbLiW6uwIDAQABAoIBAEAdX/lTPTGtdTCY++dUG2Y0BNT0Xf/s",
    "axeHRGpqavFEfX+QAKOk8BqrPgFFHHbQLaL5H9dVN/e1J1E1g8m0le4cyffNcj3uAdTQp8mXtsxJgkce/Jp/1Lwmlj41yj28rYM3",
    "71x48HH8cbg0gIS64J7v1IPQLBwZzVbxTNdnuVSZ9Pml7BnhenhchvdJIPqdtkC3VnWW89irl2cCm8o/QP0n/Ad+xXDoYf/9o0or",
    "/mAfB1JymbI6VqskRvwMDmMTU4fCgX+3XHDgI31rVxT3ubR17Em44ZfEwHZt1xCn2B+ayEvx/hihT3DJCf3241aayWKIT+V+u35p",
    "OKD9/A4wOIECgYEA1vIqt3/lG8liRblCf+++7RlR2Eij0TE2bBMRu3efBWRjGfhSAymr508QOdNC2fQD+qZVKe3kxtRjoQ1q38If",
    "HhPFN0e8ysTh0Fy1U7JNonoSLXWSqesNOMQx1AT/PFTVTXyREyVon6v/BnCtzkebE6kPKqm7XYol86saJNSS7LkCgYEA0AhjH0SH",
    "0wHfsZwZCwiuGytLltin6XNpMLB6emllhGFmwkGCDpKXs9u7rGjNP7CiurqOh+DGUsoUoOZpK92aUd/dn+ppUZ8mo+fYr02ma9Wp",
    "yRHVtDa1MVWSAEe0fZCpsQK2T0vVYbW+UPCVqRYJYDmHnnWb6H4HSboGqb+E8RMCgYANZ4bAcMph5DorrPT3s4TNlnGjMkx9BDun",
    "m7zUWw5gsLT5bqH2roeY4jZZ1NHrc6s3212eQsasm5wm9AZBNALqxkLbQq8EWijW7KEmOg1bX494pEdkL1NgweN1nGYqZgPzVBxb",
    "/E48/uXlietc3NxP6pAWkgUsPSxGuNnliBgtiQKBgCf9VMCP9eQT+iI0NYQvePh0DCXFJBH2Q4Q+iGy7ke4uowg4e329pDfIx3zO",
    "8JWLqNxoPDnWdYk4m1qKsDDkemO+uuWgs/ois9TSHo8kSBd2jRq/uOrZkV8YaeZv4jw48MW8FbuMgko0G4+Hj91fBRJgPLezN/Mr",
    "Ns9vWRSMYkvNAoGASgCSJNyfoZ32OIo3bqF5/kO8tQEdhhSE0rIjSoqztJTfRqG9fMzlXz2iavFtOG+We4Z85y+ECRHL/Vx8jY84",
    "U1ktSNWTWxik0XYd8soRukzY76GB2BkQ+IFr5+CZ4L/QdlWDG3vWXFqMV17hQHwj5cscVN3THvBpOwnrwi1CbKc=",
);
const EC: &str = concat!(
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg5ttT/5PNwwjjIb7H9t085esLgUqciXLCUoRiIqjuGPihRANCAASF",
    "l60P/uRelH9jg6qWbwvAouYVzXmCTUUCPEnZ7ShdldskpqTHq9ikFP9tBuRTIzchpkRrCsaefxIYrF9hJ72y",
);
const OTHER_EC: &str = concat!(
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFR1+FgemF3vJV6AhFiPxlrWeYVCYpWr9gDkAxAUM7TuhRANCAATO",
    "tNK9YnhhbZPZN6nfGOtlzcUEezSs042o7ace0kB7wy5NKURTNh3KyngWrqz9ZWPbFihksQ4JYSov/lixmqOQ",
);
const ED: &str = "MC4CAQAwBQYDK2VwBCIEIH9Q7ZeYiNGjRYz/bgtB3cX/EewJIoplEqMcAX5GcdAC";
