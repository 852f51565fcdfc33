//! The harness itself: that it fails a test which leaves work or a person's
//! data behind.

use crate::harness::{House, relay, wait};
use crate::programs::{Letter, swaks};
use sealpost::model::Lane;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a test is told whose house is torn down after `deed`.
fn told(deed: impl FnOnce(&House)) -> Option<String> {
    let relay = relay();
    let test = AssertUnwindSafe(|| deed(&House::open(&relay)));
    let panic = catch_unwind(test).err()?;
    Some(*panic.downcast::<String>().unwrap())
}

#[test]
fn a_quiet_house_is_left_in_peace() {
    assert_eq!(told(|_| ()), None);
}

#[test]
fn a_job_that_is_left_in_the_queue_fails_the_test() {
    let told = told(|house| {
        let letter = Letter::new(&house.doctor, &house.patient("defer"));
        assert!(swaks(&house.door, &house.doctor, &letter, true, &[]).good);
        wait("the notice", || {
            let jobs = house.jobs();
            jobs.iter()
                .any(|l| l.job.lane == Lane::Notice)
                .then_some(())
        });
    });
    assert!(told.unwrap().starts_with("the queue still holds [(Notice"));
}

#[test]
fn a_logged_address_fails_the_test() {
    let told = told(|house| {
        let to = house.patient("jane");
        tracing::trace!(target: "sealpost::probe", address = to.to_uppercase(), "A slip.");
    });
    assert!(told.unwrap().starts_with("the log holds private words"));
}
