//! The steps of the format.

use highline_yaml::Node;
use schemars::JsonSchema;

use super::{Condition, FromNode, Length, Located, Reader, Table, Templated, choice, object};

/// Some steps. A type of its own, because a step may hold steps.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(transparent)]
pub(crate) struct StepsDocument(#[schemars(length(min = 1))] pub(crate) Vec<StepDocument>);

impl FromNode for StepsDocument {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let steps = reader.list(node, "steps")?;
        if node.as_sequence().is_some_and(<[Node]>::is_empty) {
            reader.error("E0208", node.span, "there are no steps here");
        }
        Some(Self(steps))
    }
}

object! {
    /// One step: `use`, `if` with `then`, `for_each`, `set`, `wait` or `stop`.
    #[schemars(extend("anyOf" = [
        { "required": ["use"] }, { "required": ["if", "then"] }, { "required": ["for_each", "steps"] },
        { "required": ["set"] }, { "required": ["wait"] }, { "required": ["stop"] },
    ]))]
    StepDocument: "a step" {
        /// The name by which later steps refer to it: `{{ steps.id.field }}`.
        #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
        id: Located<String> = "id",
        /// An operation of the catalog: `highlevel.contacts.update`.
        uses: Located<String> = "use",
        /// The name of a connection; left out: the trigger's where the app is the same, else the app's only one.
        connection: Located<String> = "connection",
        /// The operation's input.
        with: Table = "with",
        /// Skip the step when this does not hold; with `then`, choose between `then` and `else`.
        condition: Condition = "if",
        /// The steps when `if` holds.
        then: StepsDocument = "then",
        /// The steps when `if` does not hold.
        otherwise: StepsDocument = "else",
        /// Do `steps` for each item of this list.
        for_each: Templated = "for_each",
        /// The item's name in templates; `item` when left out.
        #[schemars(regex(pattern = "^[a-z][a-z0-9_]*$"))]
        item: Located<String> = "as",
        /// How many turns go at a time; 1 when left out.
        #[schemars(range(min = 1, max = 1000))]
        parallel: Located<u32> = "parallel",
        /// Give each turn a list of up to so many items in place of one item.
        #[schemars(range(min = 1, max = 1000))]
        batch: Located<u32> = "batch",
        /// The steps of a turn.
        steps: StepsDocument = "steps",
        /// Values to work out; they are the step's output.
        set: Table = "set",
        /// Wait for a time, or until a moment.
        wait: WaitDocument = "wait",
        /// End the run.
        stop: StopDocument = "stop",
        /// How often and how far apart the operation is tried.
        retry: RetryDocument = "retry",
        /// The time for one attempt; 30s when left out.
        timeout: Located<Length> = "timeout",
        /// Whether an equal read of the same run may give the answer; true when left out.
        cache: Located<bool> = "cache",
        /// What becomes of the run when the step has failed.
        on_error: OnErrorDocument = "on_error",
        /// What becomes of a write whose outcome is unknown after a crash.
        on_interrupt: Located<InterruptWord> = "on_interrupt",
    }
}

object! {
    WaitDocument: "`wait`" {
        /// `5m`, or a template that gives such a text or a number of seconds.
        length: Templated = "for",
        /// A moment in ISO 8601, or a template that gives one.
        until: Templated = "until",
    }
}

object! {
    StopDocument: "`stop`" {
        /// How the run ends; well when left out.
        result: Located<StopResult> = "result",
        /// Why, for people.
        reason: Templated = "reason",
    }
}

choice! {
    StopResult: "`result`" {
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

object! {
    RetryDocument: "`retry`" {
        /// All tries, the first included; 4 when left out.
        #[schemars(range(min = 1, max = 1000))]
        attempts: Located<u32> = "attempts",
        /// Whether the pauses grow.
        backoff: Located<BackoffWord> = "backoff",
        /// The first pause; 2s when left out.
        first: Located<Length> = "first",
        /// The longest pause; 5m when left out.
        max: Located<Length> = "max",
    }
}

choice! {
    BackoffWord: "`backoff`" {
        /// Always `first`.
        Constant = "constant",
        /// Twice as long each time, up to `max`.
        Exponential = "exponential",
    }
}

choice! {
    InterruptWord: "`on_interrupt`" {
        /// The run waits for a person.
        Hold = "hold",
        /// The step is done again, which may make a second record.
        Retry = "retry",
        /// The run goes on without it.
        Skip = "skip",
        /// The app is asked whether it was done; then the step is done, or done again.
        Verify = "verify",
    }
}

/// `stop`, `continue`, or an object with `steps`.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(untagged)]
pub(crate) enum OnErrorDocument {
    Word(OnErrorWord),
    Steps(OnErrorSteps),
}

choice! {
    OnErrorWord: "`on_error`" {
        /// The run fails.
        Stop = "stop",
        /// The run goes on; `steps.<id>.error` tells what happened.
        Continue = "continue",
    }
}

object! {
    OnErrorSteps: "`on_error`" {
        /// Done when the step has failed; then the run goes on.
        #[schemars(required)]
        steps: StepsDocument = "steps",
    }
}

impl FromNode for OnErrorDocument {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.as_mapping().is_none() {
            return OnErrorWord::from_node(node, reader).map(Self::Word);
        }
        OnErrorSteps::from_node(node, reader).map(Self::Steps)
    }
}
