//! Takes a verb to the running gateway; when none runs, opens the store and
//! does the very same itself.

use crate::admin::{self, Answer, Asked, Verb};
use crate::cli::{Failure, print, runtime};
use crate::config::Config;
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

async fn answer(config: &Config, verb: Verb) -> Result<Answer, Failure> {
    let socket = &config.admin.socket;
    match admin::ask(socket, &verb).await {
        Ok(Asked::Answered(answer)) => Ok(answer),
        Ok(Asked::Nobody) => alone(config, verb).await,
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

async fn alone(config: &Config, verb: Verb) -> Result<Answer, Failure> {
    let caller = rustix::process::geteuid().as_raw();
    let store = ground::open(config, Clock::System).map_err(not_opened)?;
    let desk = pieces::desk_alone(config, store);
    Ok(admin::answer(&desk.used_by(Actor::Operator(caller)), verb).await)
}

fn not_opened(error: GroundError) -> Failure {
    match error {
        GroundError::Foreign { .. } => Failure::Usage(format!("no gateway runs, and {error}")),
        passing if passing.may_pass() => Failure::fault(passing),
        lasting => Failure::configuration(lasting),
    }
}
