//! Office accounts and their passwords.

use crate::access::accounts::{self, AccountError, Profile};
use crate::access::app_password::{self, AppPasswordError, Wish};
use crate::access::office;
use crate::desk::{Desk, Refused, wish};
use crate::folders;
use crate::mime::one_line;
use crate::model::{
    Account, AccountId, AccountPolicy, Address, Role, Scope, Secret, Staff, Standing,
};
use ipnet::IpNet;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Longest name of an app password, in characters: one line of a list.
const MAX_NAME: usize = 60;

/// An account as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    /// Its id, as the audit trail names it.
    pub id: String,
    /// The address it sends from and signs in with.
    pub address: Address,
    /// What its owner does.
    pub role: Role,
    /// Whether it may be used.
    pub standing: Standing,
    /// Its owner's name, if the clinic has given one.
    pub name: Option<String>,
    /// Whether its mail is protected.
    pub policy: AccountPolicy,
    /// What becomes of its mail that no provider sent; `None`: what the clinic has
    /// set.
    pub staff: Option<Staff>,
    /// The providers in whose name it may write; empty: in every one's.
    pub writes_for: Vec<Address>,
    /// Who releases in its stead, and until when.
    pub deputies: Vec<DeputyView>,
    /// When it was made.
    pub created: Timestamp,
    /// Whether it has a password for the office page.
    pub password: bool,
    /// Whether it has a second factor for the office page.
    pub factor: bool,
    /// Its app passwords, oldest first.
    pub app_passwords: Vec<AppPasswordView>,
}

/// Somebody who stands in, as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeputyView {
    /// Who.
    pub address: Address,
    /// Until when.
    pub until: Timestamp,
}

/// What is to become another about an account; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its owner's name, one line of at most 64 characters; empty takes it away.
    pub name: Option<String>,
    /// What becomes of its mail that no provider sent.
    pub staff: Option<StaffMail>,
    /// The providers in whose name it may write; an empty list: in every one's.
    pub writes_for: Option<Vec<Address>>,
}

/// What becomes of an account's mail that no provider sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StaffMail {
    /// It waits for a provider.
    Hold,
    /// It goes.
    Send,
    /// What the clinic has set for everybody.
    Inherit,
}

/// An app password as an administrator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppPasswordView {
    /// What its owner calls it.
    pub name: String,
    /// Which protocols it opens.
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// When it was last used, to the hour.
    pub used: Option<Timestamp>,
    /// The networks it opens from; empty: from anywhere.
    pub networks: Vec<IpNet>,
}

impl Desk {
    /// Makes an account, with a password for the office page if one is given.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if the address is taken or outside of the clinic, the
    /// policy counts for nothing here, or the password is too short.
    pub async fn add_account(
        &self,
        address: Address,
        role: Role,
        policy: AccountPolicy,
        password: Option<Secret>,
    ) -> Result<(), Refused> {
        let domains = &self.settings.current().domains;
        if !domains.iter().any(|own| own == address.domain()) {
            // Its mail would count as the clinic's own and never leave.
            return Err(wish(format!(
                "{} is not among clinic.domains; add it there first, or use one of {}",
                address.domain(),
                domains.join(", ")
            )));
        }
        // Judged before anything is made: a refusal leaves no account.
        self.check_policy(policy)?;
        if let Some(password) = &password {
            accounts::judge(password, &address).map_err(refusal)?;
        }
        let account = accounts::add(&self.store, address, role, self.actor).await;
        let account = account.map_err(refusal)?;
        folders::ensure(&self.store, account.id).await?;
        if policy != AccountPolicy::default() {
            self.put_policy(&account, policy).await?;
        }
        match password {
            Some(password) => self.put_password(&account, &password).await,
            None => Ok(()),
        }
    }

    /// The accounts, oldest first.
    ///
    /// # Errors
    /// The store's own.
    pub async fn accounts(&self) -> Result<Vec<AccountView>, Refused> {
        let mut views = Vec::new();
        for account in accounts::list(&self.store).await? {
            let app_passwords = app_password::list(&self.store, account.id).await?;
            views.push(AccountView {
                id: account.id.to_string(),
                writes_for: self.addresses(&account.writes_for).await?,
                deputies: self.standing_in(account.id).await?,
                address: account.address,
                role: account.role,
                standing: account.standing,
                name: account.name,
                policy: account.policy,
                staff: account.staff,
                created: account.created,
                password: account.password.is_some(),
                factor: office::has_factor(&self.store, account.id).await?,
                app_passwords: app_passwords
                    .into_iter()
                    .map(|p| AppPasswordView {
                        name: p.name,
                        scope: p.scope,
                        created: p.created,
                        used: p.used,
                        networks: p.networks,
                    })
                    .collect(),
            });
        }
        Ok(views)
    }

    /// Sets an account's name, and what it may do without a provider.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account, the name will not do, or
    /// somebody named is no provider.
    pub async fn set_profile(&self, address: &Address, change: Change) -> Result<(), Refused> {
        let account = self.account(address).await?;
        let name = change.name.map(|name| one_line(&name));
        let long = |name: &String| name.chars().count() > Account::LONGEST_NAME;
        if name.as_ref().is_some_and(long) {
            return Err(wish(format!(
                "a name is one line of at most {} characters, such as \"Dr. Ana Ruiz\"",
                Account::LONGEST_NAME
            )));
        }
        let mut providers = Vec::new();
        for address in change.writes_for.iter().flatten() {
            let provider = self.account(address).await?;
            if provider.role != Role::Provider {
                return Err(wish(format!(
                    "{} is no provider, so nobody writes in this name; `sealpost user list` shows who is",
                    address.as_str()
                )));
            }
            if !providers.contains(&provider.id) {
                providers.push(provider.id);
            }
        }
        let profile = Profile {
            name: name.map(|name| Some(name).filter(|name| !name.is_empty())),
            staff: change.staff.map(|staff| match staff {
                StaffMail::Hold => Some(Staff::Hold),
                StaffMail::Send => Some(Staff::Send),
                StaffMail::Inherit => None,
            }),
            writes_for: change.writes_for.map(|_| providers),
        };
        let set = accounts::set_profile(&self.store, account.id, &profile, self.actor);
        set.await.map_err(refusal)
    }

    async fn addresses(&self, ids: &[AccountId]) -> Result<Vec<Address>, Refused> {
        let mut addresses = Vec::new();
        for id in ids {
            let account = self.store.get(&Account::at(*id)).await?;
            addresses.extend(account.map(|account| account.address));
        }
        Ok(addresses)
    }

    /// Who stands in for an account now.
    async fn standing_in(&self, account: AccountId) -> Result<Vec<DeputyView>, Refused> {
        let now = self.store.clock().now();
        let mut views = Vec::new();
        for deputy in self.deputies_of(account).await? {
            let who = self.store.get(&Account::at(deputy.deputy)).await?;
            let view = who.map(|who| DeputyView {
                address: who.address,
                until: deputy.until,
            });
            views.extend(view.filter(|view| now < view.until));
        }
        Ok(views)
    }

    /// Sets the password for the office page.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account or the password is too
    /// short.
    pub async fn set_password(&self, address: &Address, password: Secret) -> Result<(), Refused> {
        let account = self.account(address).await?;
        self.put_password(&account, &password).await
    }

    /// Takes the account's second factor away: the phone is lost, and so are the
    /// recovery codes. Who signs in next sets up another, so the password should
    /// be known to its owner alone.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account, or it has no second factor.
    pub async fn reset_factor(&self, address: &Address) -> Result<(), Refused> {
        let account = self.account(address).await?;
        match office::reset(&self.store, account.id, self.actor).await? {
            true => Ok(()),
            false => Err(wish(
                "the account has no second factor; one is set up at the first sign-in to the office page",
            )),
        }
    }

    /// Sets whether the account's mail is protected.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account, or the policy counts for
    /// nothing here.
    pub async fn set_policy(
        &self,
        address: &Address,
        policy: AccountPolicy,
    ) -> Result<(), Refused> {
        self.check_policy(policy)?;
        let account = self.account(address).await?;
        self.put_policy(&account, policy).await
    }

    /// Without a tag an account that is `off` could protect nothing, so the
    /// word would not count (decision 0011).
    fn check_policy(&self, policy: AccountPolicy) -> Result<(), Refused> {
        if policy == AccountPolicy::Off && !self.settings.current().secure_tag {
            return Err(wish(
                "off needs a tag that still asks for protection; set policy.secure-tag first",
            ));
        }
        Ok(())
    }

    async fn put_policy(&self, account: &Account, policy: AccountPolicy) -> Result<(), Refused> {
        let done = accounts::set_policy(&self.store, account.id, policy, self.actor).await;
        done.map_err(refusal)
    }

    /// Switches an account off: nothing signs in with it from now on.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account.
    pub async fn disable_account(&self, address: &Address) -> Result<(), Refused> {
        self.switch(address, Standing::Disabled).await
    }

    /// Switches an account on again. What it had still holds: role, policy,
    /// app passwords.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account.
    pub async fn enable_account(&self, address: &Address) -> Result<(), Refused> {
        self.switch(address, Standing::Active).await
    }

    async fn switch(&self, address: &Address, standing: Standing) -> Result<(), Refused> {
        let account = self.account(address).await?;
        let switched = accounts::set_standing(&self.store, account.id, standing, self.actor);
        switched.await.map_err(refusal)?;
        self.login.forget(account.id);
        Ok(())
    }

    /// Makes a password for one device; it is shown this once.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account, it is switched off, or
    /// the name or the networks will not do.
    pub async fn add_app_password(
        &self,
        address: &Address,
        wished: Wish,
    ) -> Result<Secret, Refused> {
        let name = wished.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control)
        {
            return Err(wish(format!(
                "the name of an app password is one line of 1 to {MAX_NAME} characters, such as \"front desk\""
            )));
        }
        let account = self.account(address).await?;
        if account.standing == Standing::Disabled {
            return Err(wish(
                "the account is switched off, so a password would open nothing; `sealpost user enable` switches it on",
            ));
        }
        let wished = Wish { name, ..wished };
        let made =
            app_password::make(&self.store, &self.passwords, &account, wished, self.actor).await;
        made.map_err(|error| match error {
            AppPasswordError::Store(error) => Refused::Store(error),
            other => wish(other.to_string()),
        })
    }

    /// Takes back every app password of this name: nothing signs in with it from
    /// now on.
    ///
    /// # Errors
    /// A [`Refused::Wish`] if there is no such account or no such name.
    pub async fn revoke_app_passwords(&self, address: &Address, name: &str) -> Result<(), Refused> {
        let account = self.account(address).await?;
        let mut named = app_password::list(&self.store, account.id).await?;
        named.retain(|password| password.name == name.trim());
        if named.is_empty() {
            return Err(wish(
                "the account has no app password of this name; `sealpost user list` shows what there is",
            ));
        }
        for password in named {
            app_password::revoke(&self.store, account.id, password.id, self.actor).await?;
        }
        self.login.forget(account.id);
        Ok(())
    }

    pub(super) async fn account(&self, address: &Address) -> Result<Account, Refused> {
        let found = accounts::find(&self.store, address).await?;
        found.ok_or_else(|| refusal(AccountError::Unknown))
    }

    async fn put_password(&self, account: &Account, password: &Secret) -> Result<(), Refused> {
        let set = accounts::set_password(
            &self.store,
            &self.passwords,
            account.id,
            password,
            self.actor,
        );
        set.await.map_err(refusal)?;
        self.login.forget(account.id);
        Ok(())
    }
}

fn refusal(error: AccountError) -> Refused {
    let next = match error {
        AccountError::Store(error) => return Refused::Store(error),
        AccountError::Exists | AccountError::Unknown => "`sealpost user list` shows what there is",
        AccountError::Short => "choose a longer one, such as four or five words",
        AccountError::Common => "choose four or five words that do not belong together",
        AccountError::Password(_) => "try again in a moment",
    };
    wish(format!("{error}; {next}"))
}

#[cfg(test)]
mod tests {
    use crate::access::accounts;
    use crate::desk::tests::{address, desk};
    use crate::folders;
    use crate::model::{AccountPolicy, Role};

    #[tokio::test]
    async fn a_new_account_has_its_folders() {
        let (_folder, desk, _) = desk();
        let ruiz = address("ruiz@clinic.example");
        let policy = AccountPolicy::default();
        let made = desk.add_account(ruiz.clone(), Role::Provider, policy, None);
        made.await.unwrap();
        let account = accounts::find(&desk.store, &ruiz).await.unwrap().unwrap();
        let list = folders::list(&desk.store, &account).await.unwrap();
        assert_eq!(list.len(), 8);
    }
}
