//! Takes a verb to the running gateway; when none runs, opens the store and
//! does the very same itself.

use crate::admin::{self, Answer, Asked, Verb};
use crate::cli::{Failure, print, runtime};
use crate::config::Config;
use crate::desk::Desk;
use crate::model::{Actor, Clock};
use crate::serve::ground::{self, GroundError};
use crate::serve::{pieces, settings};
use std::io::ErrorKind;
use std::path::Path;

/// A verb, and how its answer is shown.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) verb: Verb,
    pub(super) json: bool,
}

pub(super) fn run(file: &Path, wanted: Wanted) -> Result<(), Failure> {
    let config = settings::read(file).map_err(Failure::configuration)?;
    let answer = once(&config, wanted.verb)?;
    print::answer(answer, wanted.json)
}

/// Asks once, for whoever makes something of the answer.
pub(super) fn once(config: &Config, verb: Verb) -> Result<Answer, Failure> {
    runtime()?.block_on(answer(config, verb))
}

/// Asks again and again, as long as `more` makes another verb of the answer. The
/// store is opened once, if no gateway runs.
pub(super) fn each(
    config: &Config,
    first: Verb,
    mut more: impl FnMut(Answer) -> Result<Option<Verb>, Failure>,
) -> Result<(), Failure> {
    runtime()?.block_on(async {
        let mut desk = None;
        let mut next = Some(first);
        while let Some(verb) = next {
            let heard = match &desk {
                None => gateway(config, &verb).await?,
                Some(_) => None,
            };
            let answered = match (heard, &mut desk) {
                (Some(answer), _) => answer,
                (None, Some(desk)) => admin::answer(desk, verb).await,
                (None, none) => admin::answer(none.insert(alone(config)?), verb).await,
            };
            next = more(answered)?;
        }
        Ok(())
    })
}

async fn answer(config: &Config, verb: Verb) -> Result<Answer, Failure> {
    match gateway(config, &verb).await? {
        Some(answer) => Ok(answer),
        None => Ok(admin::answer(&alone(config)?, verb).await),
    }
}

/// What the running gateway answers; `None` if none runs.
async fn gateway(config: &Config, verb: &Verb) -> Result<Option<Answer>, Failure> {
    let socket = &config.admin.socket;
    match admin::ask(socket, verb).await {
        Ok(Asked::Answered(answer)) => Ok(Some(answer)),
        Ok(Asked::Nobody) => Ok(None),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => Err(Failure::Usage(format!(
            "the gateway's socket {} may not be used by this user; use the gateway's own user, or root",
            socket.display()
        ))),
        Err(error) => Err(Failure::Fault(format!(
            "the gateway at {} did not answer ({error}); see its log",
            socket.display()
        ))),
    }
}

/// The desk of whoever finds no gateway at work.
fn alone(config: &Config) -> Result<Desk, Failure> {
    let caller = rustix::process::geteuid().as_raw();
    let store = ground::open(config, Clock::System).map_err(not_opened)?;
    let desk = pieces::desk_alone(config, store);
    Ok(desk.used_by(Actor::Operator(caller)))
}

fn not_opened(error: GroundError) -> Failure {
    match error {
        GroundError::Foreign { .. } => Failure::Usage(format!("no gateway runs, and {error}")),
        passing if passing.may_pass() => Failure::fault(passing),
        lasting => Failure::configuration(lasting),
    }
}
