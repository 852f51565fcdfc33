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
pub use verb::{Answer, Password, Verb};

use crate::desk::{Desk, Refused};

/// Does what a verb asks for.
pub async fn answer(desk: &Desk, verb: Verb) -> Answer {
    act(desk, verb)
        .await
        .unwrap_or_else(|refused| match refused {
            Refused::Wish(reason) => Answer::Refused(reason),
            Refused::Store(_) => Answer::Failed(refused.to_string()),
        })
}

async fn act(desk: &Desk, verb: Verb) -> Result<Answer, Refused> {
    Ok(match verb {
        Verb::UserAdd {
            address,
            role,
            password,
        } => {
            desk.add_account(address, role, password.map(|p| p.0))
                .await?;
            Answer::Done
        }
        Verb::UserList => Answer::Accounts(desk.accounts().await?),
        Verb::UserPasswd { address, password } => {
            desk.set_password(&address, password.0).await?;
            Answer::Done
        }
        Verb::UserDisable { address } => {
            desk.disable_account(&address).await?;
            Answer::Done
        }
        Verb::UserAppPassword {
            address,
            name,
            scope,
        } => {
            let password = desk.add_app_password(&address, name, scope).await?;
            Answer::AppPassword(Password(password))
        }
        Verb::MessageList { limit, addresses } => {
            Answer::Messages(desk.messages(limit, addresses).await?)
        }
        Verb::MessageShow { id, addresses } => {
            Answer::Message(Box::new(desk.message(id, addresses).await?))
        }
        Verb::QueueList => Answer::Jobs(desk.jobs().await?),
        Verb::QueueRetry { id } => {
            desk.retry_job(id).await?;
            Answer::Done
        }
        Verb::QueueDrop { id } => {
            desk.drop_job(id).await?;
            Answer::Done
        }
        Verb::StoreCompact => Answer::Compacted(desk.compact().await?),
        Verb::StoreVerify => Answer::Verified(desk.verify().await?),
    })
}
