//! The channels that messages go by.

/// A way that messages come and go.
#[derive(Debug, PartialEq, Eq)]
pub struct Channel {
    /// `type` of a message to be sent.
    pub name: &'static str,
    /// `messageType` of a message.
    pub message_type: &'static str,
    /// `type` of a message.
    pub number: u8,
    /// `messageType` in an event.
    pub told: &'static str,
}

const fn channel(name: &'static str, message_type: &'static str, number: u8, told: &'static str) -> Channel {
    Channel { name, message_type, number, told }
}

pub static SMS: Channel = channel("SMS", "TYPE_SMS", 2, "SMS");
pub static EMAIL: Channel = channel("Email", "TYPE_EMAIL", 3, "Email");
pub static CALL: Channel = channel("Call", "TYPE_CALL", 1, "CALL");

/// Those that go without anything of their own. The numbers of SMS, calls and e-mails are known.
static OTHERS: [Channel; 7] = [
    channel("RCS", "TYPE_RCS", 60, "RCS"),
    channel("WhatsApp", "TYPE_WHATSAPP", 19, "WhatsApp"),
    channel("IG", "TYPE_INSTAGRAM", 18, "IG"),
    channel("FB", "TYPE_FACEBOOK", 11, "FB"),
    channel("Custom", "TYPE_CUSTOM_SMS", 20, "Custom"),
    channel("Live_Chat", "TYPE_LIVE_CHAT", 29, "Live Chat"),
    channel("TIKTOK", "TYPE_TIKTOK", 37, "TIKTOK"),
];

impl Channel {
    pub fn all() -> impl Iterator<Item = &'static Self> {
        [&SMS, &EMAIL, &CALL].into_iter().chain(&OTHERS)
    }
}
