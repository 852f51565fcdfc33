//! Slow hashes of passwords: Argon2id (RFC 9106) in PHC form, computed off the
//! async threads, a few at a time.
//!
//! 19 MiB, two passes, one lane: the least that OWASP's cheat sheet calls
//! equal in strength to RFC 9106's larger choices. More memory would let a
//! flood of sign-ins push a small clinic's server out of memory; what it
//! mostly guards here are app passwords of 100 random bits, which nobody
//! guesses at any cost.

use crate::model::Secret;
use crate::model::secret::random;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// KiB of memory for one hash: 19 MiB.
const MEMORY: u32 = 19 * 1_024;
/// Passes over it.
const PASSES: u32 = 2;
/// Lanes.
const LANES: u32 = 1;
/// How many may wait for a free core, for each core. A hash takes some tens of
/// milliseconds, so the last in line waits about a second; the next is told to
/// come again.
const WAITING: usize = 16;
/// The longest password that is looked at, in octets.
const LONGEST: usize = 256;

/// Computes slow hashes. Cloning it is cheap; clones share the bound.
#[derive(Clone, Debug)]
pub struct Passwords {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

/// Why no hash was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Too many are waiting already.
    #[error("too many sign-ins at once; try again in a moment")]
    Busy,
    /// The hash could not be computed.
    #[error("the password could not be hashed")]
    Hash,
}

impl Passwords {
    /// At most as many hashes at once as there are cores.
    #[must_use]
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            running: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(cores.saturating_mul(WAITING))),
        }
    }

    /// The hash of a password in PHC form, with a fresh salt.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn hash(&self, password: &Secret) -> Result<String, PasswordError> {
        let password = password.clone();
        self.run(move || hash(&password))
            .await?
            .ok_or(PasswordError::Hash)
    }

    /// Whether the password fits one of the hashes. With none at hand a hash
    /// is computed all the same, so that it takes as long to be unknown as to
    /// be wrong.
    ///
    /// # Errors
    /// [`PasswordError`].
    pub async fn verify(
        &self,
        password: &Secret,
        hashes: Vec<String>,
    ) -> Result<Option<usize>, PasswordError> {
        let password = password.clone();
        self.run(move || {
            if hashes.is_empty() {
                let _ = hash(&password);
            }
            hashes.iter().position(|phc| fits(&password, phc))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = Arc::clone(&self.waiting)
            .try_acquire_owned()
            .map_err(|_| PasswordError::Busy)?;
        let core = Arc::clone(&self.running)
            .acquire_owned()
            .await
            .map_err(|_| PasswordError::Hash)?;
        // Whoever asked may leave meanwhile; the hash is computed to its end all
        // the same, and keeps its place until then.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((core, place));
            done
        });
        done.await.map_err(|_| PasswordError::Hash)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(password: &Secret) -> Option<String> {
    let octets = bounded(password)?;
    let phc: PasswordHash = argon2()?
        .hash_password_with_salt(octets, &random::<16>())
        .ok()?;
    Some(phc.to_string())
}

fn fits(password: &Secret, phc: &str) -> bool {
    let octets = bounded(password);
    let parsed = PasswordHash::new(phc).ok();
    let (Some(octets), Some(parsed), Some(argon2)) = (octets, parsed, argon2()) else {
        return false;
    };
    argon2.verify_password(octets, &parsed).is_ok()
}

fn bounded(password: &Secret) -> Option<&[u8]> {
    Some(password.expose().as_bytes()).filter(|octets| octets.len() <= LONGEST)
}

#[cfg(test)]
mod tests {
    use super::{PasswordError, Passwords};
    use crate::model::Secret;

    #[tokio::test]
    async fn a_password_fits_its_own_hash_and_no_other() {
        let passwords = Passwords::new();
        let secret = Secret::new("correct horse");
        let one = passwords.hash(&secret).await.unwrap();
        let other = passwords.hash(&Secret::new("battery")).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(
            one,
            passwords.hash(&secret).await.unwrap(),
            "the salt is not fresh"
        );
        let hashes = vec![other.clone(), one];
        assert_eq!(passwords.verify(&secret, hashes).await, Ok(Some(1)));
        assert_eq!(passwords.verify(&secret, vec![other]).await, Ok(None));
        assert_eq!(passwords.verify(&secret, Vec::new()).await, Ok(None));
        assert_eq!(
            passwords.verify(&secret, vec!["nonsense".into()]).await,
            Ok(None)
        );
    }

    #[tokio::test]
    async fn who_leaves_while_a_hash_is_computed_makes_no_room_for_another() {
        let passwords = Passwords::new();
        let all = passwords.waiting.available_permits();
        let (end, hashing) = std::sync::mpsc::channel::<()>();
        let mut asked = Box::pin(passwords.run(move || hashing.recv()));
        tokio::select! {
            biased;
            _ = &mut asked => panic!("the hash is not done"),
            () = tokio::task::yield_now() => {}
        }
        drop(asked);
        assert_eq!(passwords.waiting.available_permits(), all - 1);
        drop(end);
        let most = u32::try_from(all).unwrap();
        // Only the end of the hash gives the place back.
        let every = passwords.waiting.acquire_many(most).await.unwrap();
        assert_eq!(every.num_permits(), all);
    }

    #[tokio::test]
    async fn who_comes_when_too_many_wait_is_told_so() {
        let passwords = Passwords::new();
        let all = passwords.waiting.available_permits();
        let line = passwords
            .waiting
            .try_acquire_many(u32::try_from(all).unwrap())
            .unwrap();
        assert_eq!(
            passwords.hash(&Secret::new("x")).await,
            Err(PasswordError::Busy)
        );
        drop(line);
        assert!(passwords.hash(&Secret::new("x")).await.is_ok());
    }
}
