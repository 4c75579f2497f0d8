//! Targets that lie, or never end what they say: no harm comes of it, and the run ends.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::{Probity, Ran, check_says};

/// The admin's secret, and its id.
const ADMIN: &str = "key_the-admins-own-secret";
const ADMIN_ID: u32 = 7;

/// What the target answers: a status line's end, fields and content, or only a beginning of that.
enum Reply {
    Json(&'static str, String),
    Beginning(&'static str),
}

/// A request as the target reads it: its line, its key, and the how manieth of its method it is.
struct Asked<'a> {
    method: &'a str,
    key: &'a str,
    count: usize,
}

/// A target that answers by a function, and what it was asked.
struct Target {
    url: String,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Target {
    fn start(reply: fn(&Asked<'_>) -> Reply) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let lines = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&lines);
        thread::spawn(move || {
            // What has begun and does not end stays open.
            let mut open = Vec::new();
            for stream in listener.incoming().flatten() {
                open.extend(serve(stream, &heard, reply));
            }
        });
        Self {
            url: format!("http://127.0.0.1:{port}"),
            lines,
        }
    }

    /// Runs the suite against it as the admin.
    fn run(&self, arguments: &[&str]) -> Ran {
        let arguments = [
            &["run", "--target", &self.url, "--allow", "revoke"],
            arguments,
        ]
        .concat();
        let mut probity = Probity::new(&arguments).env("PROBITY_API_KEY", ADMIN);
        probity.run()
    }

    /// The lines of the requests with this method.
    fn asked(&self, method: &str) -> Vec<String> {
        let lines = self.lines.lock().expect("lines");
        let lines = lines.iter().filter(|line| line.starts_with(method));
        lines.cloned().collect()
    }
}

/// Reads one request and answers it; hands back what is to stay open.
fn serve(
    mut stream: TcpStream,
    lines: &Mutex<Vec<String>>,
    reply: fn(&Asked<'_>) -> Reply,
) -> Option<TcpStream> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(stream.read(&mut byte), Ok(1)) {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let field = |name: &str| {
        let mut fields = head.lines().filter_map(|line| line.split_once(": "));
        let found = fields.find(|(other, _)| other.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    };
    let mut body = vec![0; field("content-length").parse().unwrap_or_default()];
    stream.read_exact(&mut body).ok()?;
    let line = head.lines().next().unwrap_or_default().to_owned();
    let method = line.split(' ').next().unwrap_or_default().to_owned();
    let mut lines = lines.lock().expect("lines");
    let count = lines
        .iter()
        .filter(|line| line.starts_with(&method))
        .count();
    lines.push(line);
    let asked = Asked {
        method: &method,
        key: field("x-api-key"),
        count,
    };
    match reply(&asked) {
        Reply::Json(status, content) => {
            let length = content.len();
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n\
                 Content-Length: {length}\r\nConnection: close\r\n\r\n{content}"
            );
            None
        }
        Reply::Beginning(text) => {
            let _ = stream.write_all(text.as_bytes());
            Some(stream)
        }
    }
}

/// The probe knows the admin and whoever else asks; a new key is what `made` says.
fn lying(asked: &Asked<'_>, id: &str, secret: &str) -> Reply {
    match asked.method {
        "GET" if asked.key == ADMIN => {
            Reply::Json("200 OK", format!(r#"{{"api_key":{{"id":{ADMIN_ID}}}}}"#))
        }
        "GET" if asked.key.is_empty() => Reply::Json("401 Unauthorized", "{}".to_owned()),
        "GET" => Reply::Json("200 OK", "{}".to_owned()),
        "POST" => {
            let made = format!(r#"{{"data":{{"id":{id}}},"plain_text_key":"{secret}"}}"#);
            Reply::Json("201 Created", made)
        }
        _ => Reply::Json("401 Unauthorized", r#"{"message":"No."}"#.to_owned()),
    }
}

/// Asserts that a run says why no key can be made, and lists what was made all the same.
#[track_caller]
fn check_unclaimed(reply: fn(&Asked<'_>) -> Reply, why: &str) -> Target {
    let target = Target::start(reply);
    let ran = target.run(&[]);
    assert!(matches!(ran.code, 1 | 6), "{}\n{}", ran.out, ran.err);
    check_says(&ran.out, why);
    check_says(&ran.out, "a key of an unknown id");
    target
}

#[test]
fn a_key_that_is_said_to_have_the_admins_id_is_never_revoked() {
    let target = check_unclaimed(
        |asked| lying(asked, "7", &format!("key_of-victim-number-{}", asked.count)),
        "it names the id 7 of the `admin` identity",
    );
    let hit: Vec<String> = target.asked("DELETE");
    let hit = hit.iter().filter(|line| line.contains("/api-keys/7 "));
    assert_eq!(hit.count(), 0);
    // One lie is enough: nothing more is made than the lie was told for.
    assert!(target.asked("POST").len() < 6, "{:?}", target.asked("POST"));
}

#[test]
fn a_second_key_of_the_same_id_is_not_used() {
    check_unclaimed(
        |asked| {
            lying(
                asked,
                "20",
                &format!("key_of-victim-number-{}", asked.count),
            )
        },
        "it names the id 20, which a key that was made before has",
    );
}

#[test]
fn a_key_that_comes_with_the_admins_secret_is_not_used() {
    let target = check_unclaimed(
        |asked| lying(asked, &(20 + asked.count).to_string(), ADMIN),
        "it hands out the secret of the `admin` identity",
    );
    let deletes = target.asked("DELETE");
    assert!(!deletes.iter().any(|line| line.contains("/api-keys/20 ")));
}

#[test]
fn a_key_whose_secret_is_another_ones_is_addressed_by_nobody() {
    let target = Target::start(|asked| match (asked.method, asked.key) {
        ("GET", key) if key.starts_with("key_of-victim") => {
            Reply::Json("200 OK", r#"{"api_key":{"id":3}}"#.to_owned())
        }
        _ => lying(
            asked,
            &(20 + asked.count).to_string(),
            &format!("key_of-victim-number-{}", asked.count),
        ),
    });
    let ran = target.run(&["RAK-CON-01"]);
    assert_eq!(ran.code, 6, "{}\n{}", ran.out, ran.err);
    check_says(&ran.out, "the probe names another id");
    let addressed = ran.out.lines().find_map(|line| {
        let (before, _) = line.trim().split_once(" (the probe names another id")?;
        before.rsplit(' ').next().map(str::to_owned)
    });
    let addressed = addressed.expect("the key that is left");
    let deletes = target.asked("DELETE");
    let path = format!("/api-keys/{addressed} ");
    assert!(
        !deletes.iter().any(|line| line.contains(&path)),
        "{deletes:?}"
    );
}

#[test]
fn a_run_ends_with_the_first_plain_answer_that_never_does() {
    let target = Target::start(|asked| match asked.method {
        "DELETE" if asked.key == ADMIN => {
            Reply::Beginning("HTTP/1.1 204 No Content\r\nDate: Thu, 01 Jan")
        }
        _ => lying(
            asked,
            &(20 + asked.count).to_string(),
            &format!("key_of-victim-number-{}", asked.count),
        ),
    });
    let ran = target.run(&["--timeout", "1s"]);
    check_says(&ran.out, "the target does not answer the operation");
    // The one that is judged, and the tries to take away what was made.
    let made = target.asked("POST").len();
    let asked = target.asked("DELETE").len();
    assert!(asked <= 1 + 3 * made, "{asked} requests, {made} keys");
}
