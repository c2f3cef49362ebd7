//! What each code of `check` means.

use highline_yaml::Code;

const fn code(code: &'static str, meaning: &'static str) -> Code {
    Code { code, meaning }
}

/// The codes that `check` can give, besides those of reading YAML (`highline_yaml::CODES`).
pub const CODES: &[Code] = &[
    code("E0201", "an unknown key"),
    code("E0202", "a missing key"),
    code("E0203", "a value of the wrong type"),
    code("E0204", "a word that is not allowed here"),
    code("E0205", "keys that do not go together"),
    code("E0206", "a name that is not allowed for a step or an item"),
    code("E0207", "a step id that is there twice"),
    code("E0208", "a list of steps that is empty"),
    code("E0209", "not a duration"),
    code("E0210", "not a cron pattern"),
    code("E0211", "an unknown time zone"),
    code("E0212", "something that is not available yet"),
    code("E0213", "a number out of range"),
    code("E0214", "not a date"),
    code("E0215", "more steps than a workflow may have"),
    code("E0301", "an unknown operation"),
    code("E0302", "an action used as a trigger"),
    code("E0303", "an unknown input field"),
    code("E0304", "a missing input field"),
    code("E0305", "an input value of the wrong type, or not among the allowed ones"),
    code("E0306", "fields that do not go together, or none of several that are needed"),
    code("E0307", "a way to emit that the trigger does not have"),
    code("E0308", "`on_interrupt: verify` where no read tells what was done"),
    code("E0401", "a template that cannot be read"),
    code("E0402", "a template that is too long or too deep"),
    code("E0403", "something that templates may not use"),
    code("E0404", "an unknown helper or block"),
    code("E0405", "wrong arguments of a helper or block"),
    code("E0406", "an unknown name"),
    code("E0407", "an unknown step"),
    code("E0408", "a step that comes later"),
    code("E0409", "a step inside a loop, seen from outside"),
    code("E0410", "an unknown field of a step's output"),
    code("E0411", "an unknown field of the trigger"),
    code("E0412", "an unknown key of `vars`, `maps` or `run`"),
    code("E0501", "an unknown connection"),
    code("E0502", "a connection of another app"),
    code("E0503", "a connection that must be named, because the app has several"),
    code("E0504", "an app without a connection"),
    code("E0505", "a scope that the connection lacks"),
    code("W0601", "a very short poll interval"),
    code("W0602", "a step that is never reached"),
    code("W0603", "a field that the operation does not describe"),
    code("W0604", "more findings than are shown"),
    code("W0605", "a setting without effect"),
];
