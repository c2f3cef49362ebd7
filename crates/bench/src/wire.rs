//! As much HTTP/1.1 as two sides need that know each other: a head, a `content-length`, a body.

/// The bearer token of each request, which the node is given in its environment.
pub const TOKEN: &str = "measured-and-never-guessed";

/// The first whole message in a buffer, a request or an answer.
pub struct Message<'a> {
    head: &'a [u8],
    pub body: &'a [u8],
    /// Of head and body together, in bytes.
    pub length: usize,
}

impl<'a> Message<'a> {
    /// None while the message is not whole.
    pub fn first_of(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
        let head = &bytes[..end];
        let length = end + content_length(head);
        bytes.get(end..length).map(|body| Self { head, body, length })
    }

    fn word(&self, place: usize) -> &'a [u8] {
        let line = self.head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        line.split(|byte| *byte == b' ').nth(place).unwrap_or_default()
    }

    /// Of a request.
    pub fn path(&self) -> &'a [u8] {
        self.word(1)
    }

    /// Of an answer.
    pub fn status(&self) -> u16 {
        std::str::from_utf8(self.word(1)).ok().and_then(|text| text.parse().ok()).unwrap_or_default()
    }
}

fn content_length(head: &[u8]) -> usize {
    const NAME: &[u8] = b"content-length:";
    let lines = head.split(|byte| *byte == b'\n');
    let named = lines.filter(|line| line.len() > NAME.len());
    let mut ours = named.filter(|line| line[..NAME.len()].eq_ignore_ascii_case(NAME));
    let value = ours.next().and_then(|line| std::str::from_utf8(&line[NAME.len()..]).ok());
    value.and_then(|text| text.trim().parse().ok()).unwrap_or_default()
}

pub fn answer(status: u16, json: &str) -> Vec<u8> {
    let length = json.len();
    format!(
        "HTTP/1.1 {status} OK\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    )
    .into_bytes()
}

/// Appends a request with a JSON body.
pub fn post(out: &mut Vec<u8>, path: &str, json: &str) {
    let length = json.len();
    let text = format!(
        "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {TOKEN}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{json}"
    );
    out.extend_from_slice(text.as_bytes());
}

pub fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {TOKEN}\r\n\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_came_together_are_taken_one_by_one() {
        let mut bytes = Vec::new();
        post(&mut bytes, "/event/7", r#"{"a":1}"#);
        let first = bytes.len();
        bytes.extend(get("/records?limit=1"));
        let message = Message::first_of(&bytes).unwrap();
        assert_eq!(
            (message.path(), message.body, message.length),
            (&b"/event/7"[..], &br#"{"a":1}"#[..], first)
        );
        assert_eq!(Message::first_of(&bytes[first..]).unwrap().path(), b"/records?limit=1");
    }

    #[test]
    fn a_message_that_is_not_whole_is_none() {
        let whole = answer(201, r#"{"id":1}"#);
        assert_eq!(Message::first_of(&whole).unwrap().status(), 201);
        for cut in 0..whole.len() {
            assert!(Message::first_of(&whole[..cut]).is_none(), "{cut}");
        }
    }

    #[test]
    fn the_length_is_found_however_it_is_written() {
        let message = b"HTTP/1.1 200 OK\r\nContent-Length:  2\r\nX: y\r\n\r\nokHTTP";
        assert_eq!(Message::first_of(message).unwrap().body, b"ok");
    }
}
