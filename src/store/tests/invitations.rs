//! Invitations: numbers from 10000000000001 on, states, recipients in any case.

use super::*;
use crate::store::invitations::{self, Invitation, NewInvitation, State};

#[derive(Clone)]
enum Step {
    Insert(TenantId, &'static str),
    Set(i64, State),
    Revoke(&'static str),
    Lock(&'static str),
}

impl Unit for Step {
    type Output = i64;
    type Error = Error;

    async fn run(&self, conn: &mut Conn) -> Result<i64, Error> {
        match self {
            Self::Insert(tenant, recipient) => {
                let new =
                    NewInvitation { recipient, company: 7, sender: Some(3), payload: r#"{"a":1}"#, expires: NOW + 1 };
                invitations::insert(conn, *tenant, new, NOW).await
            }
            Self::Set(num, state) => invitations::set_state(conn, TENANT, *num, *state).await.map(|()| 0),
            Self::Lock(recipient) => {
                let locked = invitations::lock_all(conn, TENANT, recipient).await?;
                Ok(locked.iter().fold(0, |nums, invitation| nums * 100 + invitation.num % 100))
            }
            Self::Revoke(recipient) => {
                invitations::revoke_all(conn, TENANT, recipient).await.map(|count| i64::try_from(count).unwrap())
            }
        }
    }
}

async fn load(store: &Store, tenant: TenantId, num: i64) -> Option<Invitation> {
    invitations::load(&mut store.read().await.unwrap(), tenant, num).await.unwrap()
}

#[tokio::test]
async fn numbers_begin_with_fourteen_digits_and_count_up() {
    on_each(async |store| {
        for expected in [10_000_000_000_001, 10_000_000_000_002] {
            assert_eq!(store.write(Step::Insert(TENANT, "a@x.example")).await.unwrap(), expected);
        }
        let expected = Invitation {
            num: 10_000_000_000_002,
            recipient: "a@x.example".to_owned(),
            company: 7,
            payload: r#"{"a":1}"#.to_owned(),
            state: State::Pending,
            expires: NOW + 1,
        };
        assert_eq!(load(&store, TENANT, 10_000_000_000_002).await, Some(expected));
        assert_eq!(load(&store, TENANT, 10_000_000_000_003).await, None);
        assert_eq!(load(&store, TenantId(2), 10_000_000_000_002).await, None);
    })
    .await;
}

#[tokio::test]
async fn a_tenant_that_is_gone_invites_nobody() {
    on_each(async |store| {
        let refused = store.write(Step::Insert(TenantId(2), "a@x.example")).await;
        assert!(matches!(refused, Err(Error::Stale)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn pending_invitations_of_a_mail_address_are_withdrawn_in_whatever_case() {
    on_each(async |store| {
        let mut nums = Vec::new();
        for recipient in ["Straße@x.example", "STRASSE@X.example", "a@x.example", "strasse@x.example"] {
            nums.push(store.write(Step::Insert(TENANT, recipient)).await.unwrap());
        }
        assert_eq!(store.write(Step::Lock("STRASSE@x.example")).await.unwrap(), 1_02_04);
        store.write(Step::Set(nums[3], State::Accepted)).await.unwrap();
        assert_eq!(store.write(Step::Revoke("straße@x.example")).await.unwrap(), 2);
        let expected = [State::Revoked, State::Revoked, State::Pending, State::Accepted];
        for (num, state) in nums.into_iter().zip(expected) {
            assert_eq!(load(&store, TENANT, num).await.unwrap().state, state, "{num}");
        }
    })
    .await;
}
