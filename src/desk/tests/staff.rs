//! Who writes for whom, and who stands in: what an administrator may say.

use crate::desk::Refused;
use crate::desk::accounts::{AccountView, Change, StaffMail};
use crate::desk::tests::{Bench, address};
use crate::model::{AccountPolicy, Role};
use jiff::civil::date;

const RUIZ: &str = "ruiz@clinic.example";
const LOPEZ: &str = "lopez@clinic.example";
const DESK: &str = "desk@clinic.example";

async fn clinic() -> Bench {
    let bench = Bench::new();
    for (who, role) in [
        (RUIZ, Role::Provider),
        (LOPEZ, Role::Provider),
        (DESK, Role::Staff),
    ] {
        let policy = AccountPolicy::default();
        let made = bench.desk.add_account(address(who), role, policy, None);
        made.await.unwrap();
    }
    bench
}

async fn shown(bench: &Bench, who: &str) -> AccountView {
    let mut all = bench.desk.accounts().await.unwrap();
    all.retain(|view| view.address == address(who));
    all.remove(0)
}

fn reason<T: std::fmt::Debug>(done: Result<T, Refused>) -> String {
    match done {
        Err(Refused::Wish(reason)) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_name_is_one_short_line_and_only_providers_are_written_for() {
    let bench = clinic().await;
    let own = address(DESK);
    let set = |change: Change| bench.desk.set_profile(&own, change);
    let named = |name: String| Change {
        name: Some(name),
        ..Change::default()
    };
    let long = reason(set(named("x".repeat(65))).await);
    assert!(long.contains("at most 64 characters"), "{long}");
    set(named("  Front\r\nBcc: desk ".to_owned()))
        .await
        .unwrap();
    let for_staff = Change {
        writes_for: Some(vec![address(RUIZ), address(DESK)]),
        ..Change::default()
    };
    let staff = reason(set(for_staff).await);
    assert!(
        staff.contains("desk@clinic.example is no provider"),
        "{staff}"
    );
    let both = Change {
        staff: Some(StaffMail::Send),
        writes_for: Some(vec![address(RUIZ), address(RUIZ)]),
        ..Change::default()
    };
    set(both).await.unwrap();
    let view = shown(&bench, DESK).await;
    assert_eq!(view.name.as_deref(), Some("Front Bcc: desk"));
    assert_eq!(view.writes_for, [address(RUIZ)]);
    set(named(String::new())).await.unwrap();
    let view = shown(&bench, DESK).await;
    assert_eq!(view.name, None);
    assert!(view.staff.is_some(), "what was not named stays");
}

#[tokio::test]
async fn only_another_provider_stands_in_and_only_for_days_to_come() {
    let bench = clinic().await;
    let today = date(2026, 11, 22);
    for (away, who, day, why) in [
        (RUIZ, RUIZ, today, "nobody stands in for themselves"),
        (RUIZ, DESK, today, "is no provider's"),
        (DESK, RUIZ, today, "is no provider's"),
        (RUIZ, LOPEZ, date(2026, 11, 21), "a day from today on"),
        (RUIZ, LOPEZ, date(2027, 12, 1), "within a year"),
    ] {
        let (away, who) = (address(away), address(who));
        let said = reason(bench.desk.set_deputy(&away, (&who, day)).await);
        assert!(said.contains(why), "{said}");
    }
    let (ruiz, lopez) = (address(RUIZ), address(LOPEZ));
    bench.desk.disable_account(&lopez).await.unwrap();
    let off = reason(bench.desk.set_deputy(&ruiz, (&lopez, today)).await);
    assert!(off.contains("is switched off"), "{off}");
    bench.desk.enable_account(&lopez).await.unwrap();
    bench.desk.set_deputy(&ruiz, (&lopez, today)).await.unwrap();
    let view = shown(&bench, RUIZ).await;
    assert_eq!(view.deputies[0].address, lopez);
    bench.days(1);
    let view = shown(&bench, RUIZ).await;
    assert!(view.deputies.is_empty(), "the day is over");
}
