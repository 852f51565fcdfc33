//! What the office is asked to do.

use super::{Bench, EventKind, JANE, Task, TaskId};
use crate::access::passcode::LOCK;
use crate::desk::tasks::Stands;

#[tokio::test]
async fn a_task_is_shown_until_it_is_closed_and_can_be_asked_for_again() {
    let bench = Bench::new();
    assert!(bench.desk.tasks(false).await.unwrap().is_empty());
    let sent = bench.send(&[JANE]).await;
    bench.days(8);
    let task = bench.asked(sent.grants[0]).await;
    let shown = bench.desk.tasks(false).await.unwrap().remove(0);
    assert_eq!(shown.id, task.to_string());
    assert_eq!(shown.message, sent.id.to_string());
    assert_eq!(shown.address, "j•••@example.com");
    assert_eq!((shown.since, shown.stands), (bench.now(), Stands::Expired));
    assert!(bench.events(EventKind::Disclose).await.is_empty());
    let whole = bench.desk.tasks(true).await.unwrap().remove(0);
    assert_eq!(whole.address, JANE);
    assert_eq!(bench.events(EventKind::Disclose).await.len(), 1);

    bench.desk.finish_task(task).await.unwrap();
    assert!(bench.desk.tasks(false).await.unwrap().is_empty());
    assert_eq!(bench.events(EventKind::Task).await.len(), 1);
    let kept = bench.store().get(&Task::at(task)).await.unwrap().unwrap();
    assert_eq!(kept.done, Some(bench.now()));
    let said = bench.refused(bench.desk.finish_task(task)).await;
    assert!(said.contains("was closed on"), "{said}");
    let unknown = TaskId::new(bench.now());
    let said = bench.refused(bench.desk.finish_task(unknown)).await;
    assert!(said.contains("there is no task"), "{said}");

    bench.asked(sent.grants[0]).await;
    assert_eq!(bench.desk.tasks(false).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_task_says_how_the_message_stands() {
    let bench = Bench::new();
    let sent = bench.send(&[JANE]).await;
    bench.asked(sent.grants[0]).await;
    let stands = async || bench.desk.tasks(false).await.unwrap()[0].stands;
    assert_eq!(stands().await, Stands::Open);
    bench.change(sent.grants[0], |g| g.failures = LOCK).await;
    assert_eq!(stands().await, Stands::Locked);
    bench.desk.recall(sent.id, None).await.unwrap();
    assert_eq!(stands().await, Stands::Withdrawn);
}
