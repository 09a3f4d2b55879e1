use super::*;
use governor::clock::FakeRelativeClock;

const RATES: Rates = Rates { connection: 25, tenant: 40 };
const ONE: Account = Account { tenant: 1, connection: 1 };
/// Of the same tenant.
const TWO: Account = Account { tenant: 1, connection: 2 };
const OTHER: Account = Account { tenant: 2, connection: 1 };

fn limits(rates: Rates) -> (Limits<FakeRelativeClock>, FakeRelativeClock) {
    let clock = FakeRelativeClock::default();
    (Limits::with_clock(rates, &clock), clock)
}

/// How many of so many requests at once are answered.
fn answered(limits: &Limits<FakeRelativeClock>, account: Account, requests: u32) -> usize {
    (0..requests).filter(|_| limits.spend(account).is_ok()).count()
}

fn presented(token: &str, from: &str) -> Presented {
    Presented::new(token, Some(from.parse().unwrap()))
}

#[test]
fn twice_the_rate_is_answered_at_once_and_the_rate_in_the_long_run() {
    let (limits, clock) = limits(RATES);
    assert_eq!(answered(&limits, ONE, 1000), 50);
    for _ in 0..10 {
        clock.advance(Duration::from_secs(1));
        assert_eq!(answered(&limits, ONE, 1000), 25);
    }
    clock.advance(Duration::from_hours(1));
    assert_eq!(answered(&limits, ONE, 1000), 50, "no more is saved up");
}

#[test]
fn a_tenant_that_asks_25_times_a_second_is_always_answered() {
    let (limits, clock) = limits(Rates { connection: 25, tenant: 25 });
    assert_eq!(answered(&limits, ONE, 1000), 50);
    for request in 0..1000 {
        clock.advance(Duration::from_millis(40));
        assert_eq!(limits.spend(ONE), Ok(()), "request {request}");
    }
}

#[test]
fn connections_share_what_their_tenant_has_and_nothing_with_other_tenants() {
    let (limits, _) = limits(RATES);
    assert_eq!(answered(&limits, ONE, 1000), 50);
    assert_eq!(answered(&limits, TWO, 31), 30, "80 of the tenant, less 50");
    assert_eq!(answered(&limits, OTHER, 1000), 50);
    let exceeded = |account| limits.spend(account).unwrap_err().detail;
    assert!(exceeded(ONE).starts_with("the connection sent more than 25 requests a second; "));
    assert!(exceeded(TWO).starts_with("the tenant sent more than 40 requests a second; "));
}

#[test]
fn a_connection_that_is_refused_takes_nothing_from_its_tenant() {
    let (limits, clock) = limits(RATES);
    assert_eq!(answered(&limits, ONE, 1000), 50);
    clock.advance(Duration::from_secs(1));
    assert_eq!(answered(&limits, ONE, 1000), 25);
    assert_eq!(answered(&limits, TWO, 1000), 45, "80 of the tenant, less 50, 40 more, less 25");
}

#[test]
fn zero_is_no_limit() {
    let (unlimited, _) = limits(Rates::default());
    assert_eq!(answered(&unlimited, ONE, 10_000), 10_000);
    let (tenants_only, _) = limits(Rates { connection: 0, tenant: 30 });
    assert_eq!(answered(&tenants_only, ONE, 1000), 60);
}

#[test]
fn the_wait_is_told_in_whole_seconds_that_suffice() {
    for (wait, told) in [(0, 1), (1, 1), (999, 1), (1000, 1), (1001, 2), (3000, 3)] {
        assert_eq!(seconds(Duration::from_millis(wait)), told, "{wait} ms");
    }
    let (limits, clock) = limits(RATES);
    answered(&limits, ONE, 1000);
    let wait = limits.spend(ONE).unwrap_err().wait;
    clock.advance(Duration::from_secs(wait));
    assert_eq!(limits.spend(ONE), Ok(()));
}

#[test]
fn a_flood_is_refused_before_its_credential_is_judged_again() {
    let (limits, clock) = limits(RATES);
    let token = presented("Bearer a", "192.0.2.1");
    assert_eq!(limits.expect(&token), Ok(None), "nobody knows it yet");
    assert_eq!(limits.right(token.clone(), ONE, None), Ok(()));
    for _ in 1..50 {
        let expected = limits.expect(&token).unwrap();
        assert_eq!(expected, Some(ONE));
        assert_eq!(limits.right(token.clone(), ONE, expected), Ok(()), "taken once");
    }
    assert!(limits.expect(&token).is_err());
    assert_eq!(limits.expect(&presented("Bearer b", "192.0.2.1")), Ok(None), "another credential is judged");
    clock.advance(Duration::from_secs(1));
    assert_eq!(limits.expect(&token), Ok(Some(ONE)));
}

#[test]
fn a_flood_is_known_from_its_first_refusal() {
    let (limits, _) = limits(RATES);
    answered(&limits, ONE, 50);
    let token = presented("Bearer a", "192.0.2.1");
    assert!(limits.right(token.clone(), ONE, None).is_err());
    assert!(limits.expect(&token).is_err());
}

#[test]
fn a_credential_that_moved_to_another_connection_counts_there() {
    let (limits, _) = limits(RATES);
    let token = presented("Bearer a", "192.0.2.1");
    limits.right(token.clone(), ONE, None).unwrap();
    limits.right(token.clone(), OTHER, limits.expect(&token).unwrap()).unwrap();
    assert_eq!(limits.expect(&token), Ok(Some(OTHER)));
}

#[test]
fn a_revoked_credential_takes_nothing_from_its_former_connection() {
    let (limits, _) = limits(RATES);
    let token = presented("Bearer a", "192.0.2.1");
    limits.right(token.clone(), ONE, None).unwrap();
    limits.expect(&token).unwrap();
    limits.wrong(&token).unwrap();
    for _ in 0..100 {
        assert_eq!(limits.expect(&token), Ok(None));
    }
    assert_eq!(answered(&limits, ONE, 1000), 48);
}

#[test]
fn whoever_shows_a_credential_from_elsewhere_is_judged_for_himself() {
    let (limits, _) = limits(RATES);
    let at_home = presented("Bearer a", "192.0.2.1");
    limits.right(at_home.clone(), ONE, None).unwrap();
    let elsewhere = presented("Bearer a", "198.51.100.1");
    assert_eq!(limits.expect(&elsewhere), Ok(None));
    limits.wrong(&elsewhere).unwrap();
    assert_eq!(limits.expect(&at_home), Ok(Some(ONE)));
}

#[test]
fn three_hundred_wrong_credentials_in_a_minute_are_answered_as_such() {
    let (limits, clock) = limits(RATES);
    let wrong = |number: u32, from: &str| limits.wrong(&presented(&format!("Bearer {number}"), from));
    for number in 0..300 {
        assert_eq!(wrong(number, "192.0.2.1"), Ok(()), "{number}");
    }
    assert_eq!(wrong(300, "192.0.2.1").unwrap_err().wait, 1);
    assert_eq!(wrong(301, "192.0.2.2"), Ok(()), "another address");
    assert_eq!(limits.right(presented("Bearer right", "192.0.2.1"), ONE, None), Ok(()), "a right one from there");
    clock.advance(Duration::from_millis(200));
    assert_eq!(wrong(302, "192.0.2.1"), Ok(()));
    assert!(wrong(303, "192.0.2.1").is_err());
    clock.advance(Duration::from_mins(1));
    assert_eq!((0..310).filter(|number| wrong(*number, "192.0.2.1").is_ok()).count(), 300);
}

#[test]
fn what_is_full_again_is_dropped() {
    let (limits, clock) = limits(RATES);
    let rounds = 20;
    for round in 0..rounds {
        for number in 0..1000 {
            let byte = |number: i64| u8::try_from(number).unwrap();
            let address = IpAddr::from([10, u8::try_from(round).unwrap(), byte(number / 250), byte(number % 250)]);
            limits.failed(Some(address)).unwrap();
            limits.spend(Account { tenant: round * 1000 + number, connection: 1 }).unwrap();
        }
        clock.advance(Duration::from_mins(2));
    }
    for kept in [
        limits.addresses.limiter.len(),
        limits.tenants.as_ref().unwrap().limiter.len(),
        limits.connections.as_ref().unwrap().limiter.len(),
    ] {
        assert!(kept <= 2 * FEW, "{kept} are kept");
    }
}

#[test]
fn credentials_are_remembered_up_to_a_number() {
    let (limits, clock) = limits(RATES);
    for number in 0..3 * KNOWN {
        limits.right(presented(&number.to_string(), "192.0.2.1"), ONE, None).ok();
        clock.advance(Duration::from_secs(1));
    }
    let known = limits.known();
    assert_eq!((known.newer.len(), known.older.len()), (KNOWN, KNOWN));
    let get = |number: usize| known.get(&presented(&number.to_string(), "192.0.2.1"));
    assert_eq!((get(0), get(3 * KNOWN - 1)), (None, Some(ONE)));
}
