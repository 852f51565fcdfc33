//! Cookies that only this host, only over TLS, and no script can read
//! (RFC 6265bis §4.1.3.2: the `__Host-` prefix).

use axum::http::{HeaderMap, HeaderValue, header};
use jiff::SignedDuration;

/// The value of the cookie `name`, as the browser sent it.
#[must_use]
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let fields = headers.get_all(header::COOKIE).into_iter();
    let pairs = fields
        .filter_map(|f| f.to_str().ok())
        .flat_map(|f| f.split(';'));
    let mut pairs = pairs.filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// A Set-Cookie field; without `lasts` the cookie ends with the browser.
///
/// SameSite is Lax: with Strict a click in a web mailer would arrive without
/// the cookie (measured).
///
/// `None` if name or value could not stand in the field.
#[must_use]
pub fn set(name: &str, value: &str, lasts: Option<SignedDuration>) -> Option<HeaderValue> {
    let age = lasts
        .map(|l| format!("; Max-Age={}", l.as_secs().max(0)))
        .unwrap_or_default();
    let field = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}");
    let plain = !value.contains([';', ',', ' ', '"', '\\']);
    HeaderValue::try_from(field).ok().filter(|_| plain)
}

/// A Set-Cookie field that ends the cookie.
#[must_use]
pub fn clear(name: &str) -> Option<HeaderValue> {
    set(name, "", Some(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::{HeaderMap, HeaderValue, clear, header, read, set};
    use jiff::SignedDuration;

    #[test]
    fn a_cookie_is_found_among_others_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            HeaderValue::from_static("x__Host-a=0; __Host-a=1;b=2"),
        );
        headers.append(header::COOKIE, HeaderValue::from_static("c=3"));
        assert_eq!(read(&headers, "__Host-a"), Some("1"));
        assert_eq!(read(&headers, "c"), Some("3"));
        assert_eq!(read(&headers, "a"), None);
    }

    #[test]
    fn a_cookie_is_for_this_host_over_tls_and_for_no_script() {
        let field = set("__Host-a", "b", Some(SignedDuration::from_hours(1))).unwrap();
        assert_eq!(
            field,
            "__Host-a=b; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600"
        );
        assert!(
            clear("__Host-a")
                .unwrap()
                .to_str()
                .unwrap()
                .ends_with("Max-Age=0")
        );
        assert!(set("__Host-a", "b; Domain=evil.example", None).is_none());
        assert!(set("__Host-a", "b\r\nX: y", None).is_none());
    }
}
