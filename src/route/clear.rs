//! Clear: the message itself leaves, because the policy allows it for the
//! whole message.

use crate::model::parcel::Body;
use crate::model::{Address, Parcel, Purpose, Recipient};
use crate::store::records::Message;

/// The one parcel of a clear recipient. Its envelope sender is the writer, so
/// that a bounce of the writer's own mail reaches the writer.
#[must_use]
pub fn prepare(
    message: &Message,
    recipient: &Recipient,
    sender: &Address,
    address: &Address,
) -> Parcel {
    Parcel {
        sender: Some(sender.clone()),
        recipient: address.clone(),
        purpose: Purpose::Clear {
            message: message.id,
            n: recipient.n,
        },
        body: Body::Content(message.content),
    }
}
