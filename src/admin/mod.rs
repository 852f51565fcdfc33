//! The door for whoever runs the machine: verbs over a Unix socket, one JSON
//! line there, one back. The socket belongs to the gateway's user and answers
//! that user and root alone.
//!
//! When no gateway runs, `cli` takes the very same way through [`answer`] on a
//! store it has opened itself.

mod client;
mod server;
mod verb;

pub use client::{Asked, ask};
pub use server::Door;
pub use verb::{Answer, AuditVerb, ContactVerb, Octets, Password, Verb};

use crate::desk::contacts::{Asker, Wanted};
use crate::desk::{Desk, Refused};

/// Does what a verb asks for.
pub async fn answer(desk: &Desk, verb: Verb) -> Answer {
    act(desk, verb)
        .await
        .unwrap_or_else(|refused| match refused {
            Refused::Wish(reason) | Refused::Known(_, reason) => Answer::Refused(reason),
            Refused::Problems(problems) => Answer::Refused(problems.to_string()),
            Refused::Store(_) => Answer::Failed(refused.to_string()),
        })
}

#[expect(
    clippy::cognitive_complexity,
    clippy::too_many_lines,
    reason = "a flat table, one arm for each verb"
)]
async fn act(desk: &Desk, verb: Verb) -> Result<Answer, Refused> {
    let done = |()| Answer::Done;
    match verb {
        Verb::UserAdd {
            address,
            role,
            password,
            policy,
        } => desk
            .add_account(address, role, policy, password.map(|p| p.0))
            .await
            .map(done),
        Verb::UserList => desk.accounts().await.map(Answer::Accounts),
        Verb::UserPasswd { address, password } => {
            desk.set_password(&address, password.0).await.map(done)
        }
        Verb::UserPolicy { address, policy } => desk.set_policy(&address, policy).await.map(done),
        Verb::UserSet { address, change } => desk.set_profile(&address, change).await.map(done),
        Verb::UserDeputy { provider, deputy } => match deputy {
            Some((who, day)) => desk.set_deputy(&provider, (&who, day)).await.map(done),
            None => desk.end_deputies(&provider).await.map(done),
        },
        Verb::UserFactorReset { address } => desk.reset_factor(&address).await.map(done),
        Verb::UserDisable { address } => desk.disable_account(&address).await.map(done),
        Verb::UserEnable { address } => desk.enable_account(&address).await.map(done),
        Verb::UserRevoke { address, name } => {
            desk.revoke_app_passwords(&address, &name).await.map(done)
        }
        Verb::UserAppPassword { address, wish } => {
            let made = desk.add_app_password(&address, wish).await;
            made.map(|password| Answer::AppPassword(Password(password)))
        }
        Verb::MessageList { limit, addresses } => {
            desk.messages(limit, addresses).await.map(Answer::Messages)
        }
        Verb::MessageShow { id, addresses } => {
            let found = desk.message(id, addresses).await;
            found.map(|message| Answer::Message(Box::new(message)))
        }
        Verb::MessageRecall { id, recipient } => {
            let done = desk.recall(id, recipient.as_ref()).await;
            done.map(Answer::Recalled)
        }
        Verb::MessageExtend {
            id,
            recipient,
            until,
        } => {
            let done = desk.extend(id, recipient.as_ref(), until).await;
            done.map(Answer::Extended)
        }
        Verb::HoldList { addresses } => desk.all_holds(addresses).await.map(Answer::Holds),
        Verb::HoldShow { id, addresses } => {
            let found = desk.hold(id, addresses).await;
            found.map(|hold| Answer::Hold(Box::new(hold)))
        }
        Verb::HoldWithdraw { id } => desk.withdraw_hold(id).await.map(done),
        Verb::TaskList { addresses } => desk.tasks(addresses).await.map(Answer::Tasks),
        Verb::TaskDone { id } => desk.finish_task(id).await.map(done),
        Verb::Contact(verb) => contact(desk, verb).await,
        Verb::Audit(verb) => audit(desk, verb).await,
        Verb::QueueList => desk.jobs().await.map(Answer::Jobs),
        Verb::QueueRetry { id } => desk.retry_job(id).await.map(done),
        Verb::QueueDrop { id } => desk.drop_job(id).await.map(done),
        Verb::StoreCompact => desk.compact().await.map(Answer::Compacted),
        Verb::StoreVerify => desk.verify().await.map(Answer::Verified),
    }
}

/// The verbs of the audit trail.
async fn audit(desk: &Desk, verb: AuditVerb) -> Result<Answer, Refused> {
    match verb {
        AuditVerb::Read { wish } => desk.audit(&wish).await.map(Answer::Audit),
        AuditVerb::Verify => desk.verify_audit().await.map(Answer::AuditVerified),
    }
}

/// The verbs of the directory of contacts.
async fn contact(desk: &Desk, verb: ContactVerb) -> Result<Answer, Refused> {
    let who = |addresses| Asker::Operator { addresses };
    let done = |()| Answer::Done;
    match verb {
        ContactVerb::List {
            words,
            limit,
            unlisted,
            addresses,
        } => {
            let wanted = Wanted {
                words,
                limit,
                unlisted,
                ..Wanted::default()
            };
            let found = desk.contacts(&who(addresses), wanted).await;
            found.map(Answer::Contacts)
        }
        ContactVerb::Show { id, addresses } => {
            let found = desk.contact(&who(addresses), id).await;
            found.map(|record| Answer::Contact(Box::new(record)))
        }
        ContactVerb::Add { draft } => {
            let added = desk.put_contact(&who(false), None, &draft).await;
            added.map(|id| Answer::Added(id.to_string()))
        }
        ContactVerb::Set { id, draft } => {
            let put = desk.put_contact(&who(false), Some(id), &draft).await;
            put.map(|_| Answer::Done)
        }
        ContactVerb::Grant { id } => desk.grant_portal(&who(false), id).await.map(done),
        ContactVerb::Revoke { id } => desk.revoke_portal(&who(false), id).await.map(done),
        ContactVerb::Import { file, dry_run } => {
            let done = desk.import_contacts(&who(false), &file.0, dry_run).await;
            done.map(Answer::Imported)
        }
        ContactVerb::Export { semicolons } => {
            let text = desk.export_contacts(&who(true), semicolons).await;
            text.map(|text| Answer::File(Octets(text.into_bytes())))
        }
    }
}
