//! Who may see and keep the directory of contacts.

use crate::model::{Account, Role, Standing};

/// How much of a contact somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing at all.
    Nothing,
    /// That there is one, and how it stands; names and addresses are masked.
    Masked,
    /// All of it.
    Whole,
}

/// How much of the directory an account sees. An administrator runs the gateway
/// and needs nobody's name for it.
#[must_use]
pub fn sight(account: &Account) -> Sight {
    match (account.standing, account.role) {
        (Standing::Disabled, _) => Sight::Nothing,
        (Standing::Active, Role::Admin) => Sight::Masked,
        (Standing::Active, Role::Staff | Role::Provider) => Sight::Whole,
    }
}

/// Whether an account may add contacts and change them, also from a file.
#[must_use]
pub fn may_keep_directory(account: &Account) -> bool {
    sight(account) == Sight::Whole
}

/// Whether an account may take the whole directory away as a file: that leaves
/// every safeguard here behind, so it is for a provider.
#[must_use]
pub fn may_export_directory(account: &Account) -> bool {
    sight(account) == Sight::Whole && account.role == Role::Provider
}

#[cfg(test)]
mod tests {
    use super::{Sight, may_export_directory, may_keep_directory, sight};
    use crate::model::{Account, Address, Role, Standing};
    use jiff::Timestamp;

    #[test]
    fn the_directory_is_for_those_who_work_with_patients() {
        let account = |role, standing| {
            let address = Address::parse("a@clinic.example").unwrap();
            Account {
                standing,
                ..Account::new(address, role, Timestamp::UNIX_EPOCH)
            }
        };
        for (role, sees, keeps, exports) in [
            (Role::Staff, Sight::Whole, true, false),
            (Role::Provider, Sight::Whole, true, true),
            (Role::Admin, Sight::Masked, false, false),
        ] {
            let active = account(role, Standing::Active);
            assert_eq!(sight(&active), sees, "{role:?}");
            assert_eq!(may_keep_directory(&active), keeps, "{role:?}");
            assert_eq!(may_export_directory(&active), exports, "{role:?}");
            let off = account(role, Standing::Disabled);
            assert_eq!(sight(&off), Sight::Nothing);
            assert!(!may_keep_directory(&off) && !may_export_directory(&off));
        }
    }
}
