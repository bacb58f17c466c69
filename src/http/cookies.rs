//! The two cookies of a login: one that no script can read, and one that scripts repeat in a header.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::auth::logins::NewLogin;

pub const SESSION: &str = "tandem_session";
pub const CSRF: &str = "tandem_csrf";
/// The header that repeats [`CSRF`].
pub const CSRF_HEADER: &str = "x-csrf-token";

/// Whether cookies may travel in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    Plain,
    Tls,
}

/// `Set-Cookie` for a login. They end with the browser's session, or when the server says so.
pub fn set(login: &NewLogin, transport: Transport) -> [HeaderValue; 2] {
    [cookie(SESSION, &login.token, "; HttpOnly", transport), cookie(CSRF, &login.csrf, "", transport)]
}

/// `Set-Cookie` that removes both.
pub fn unset(transport: Transport) -> [HeaderValue; 2] {
    [cookie(SESSION, "", "; HttpOnly; Max-Age=0", transport), cookie(CSRF, "", "; Max-Age=0", transport)]
}

fn cookie(name: &str, value: &str, attributes: &str, transport: Transport) -> HeaderValue {
    let secure = if transport == Transport::Tls { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; SameSite=Strict{attributes}{secure}");
    HeaderValue::from_str(&text).expect("names, values and attributes are plain ASCII")
}

/// The value of a cookie; the first, if there are several.
pub fn get<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers
            .insert(header::COOKIE, HeaderValue::from_static("xtandem_session=no; a=b; tandem_session=yes"));
        assert_eq!(get(&headers, SESSION), Some("yes"));
        assert_eq!(get(&headers, CSRF), None);
    }

    #[test]
    fn the_session_cookie_is_out_of_reach_of_scripts_and_of_plain_connections() {
        let login = NewLogin { token: "t".to_owned(), csrf: "c".to_owned() };
        let [session, csrf] = set(&login, Transport::Tls);
        assert_eq!(session, "tandem_session=t; Path=/; SameSite=Strict; HttpOnly; Secure");
        assert_eq!(csrf, "tandem_csrf=c; Path=/; SameSite=Strict; Secure");
    }
}
