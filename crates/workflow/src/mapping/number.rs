//! Numbers. Whole numbers stay whole where the result is; text that is a number counts as one.

use serde_json::{Number, Value};

use super::logic::compare;
use super::{Arguments, Helper, other};
use crate::template::Trouble;

type Given = Result<Value, Trouble>;

pub(super) const HELPERS: &[Helper] = &[
    Helper::new(
        ("number value", "The number that a text says."),
        ("{{ number steps.contact.score }}", "12.5"),
        1..=1,
        |given| Ok(Value::Number(given.number(0)?)),
    ),
    Helper::new(("add a b …", "The sum."), ("{{ add 1 2 3.5 }}", "6.5"), 2..=usize::MAX, |given| {
        fold(given, i64::checked_add, |a, b| a + b)
    }),
    Helper::new(
        ("subtract a b", "`a` less `b`."),
        ("{{ subtract steps.contact.score 2 }}", "10.5"),
        2..=2,
        |given| fold(given, i64::checked_sub, |a, b| a - b),
    ),
    Helper::new(("multiply a b …", "The product."), ("{{ multiply 3 4 }}", "12"), 2..=usize::MAX, |given| {
        fold(given, i64::checked_mul, |a, b| a * b)
    }),
    Helper::new(
        ("divide a b", "`a` divided by `b`; division by zero is an error."),
        ("{{ divide 90 60 }}", "1.5"),
        2..=2,
        divide,
    ),
    Helper::new(
        ("round number [digits]", "Rounded to so many digits behind the point (0), halves away from zero."),
        ("{{ round 12.345 1 }}", "12.3"),
        1..=2,
        round,
    ),
    Helper::new(
        ("min a b …", "The least of some numbers, or of a list of numbers."),
        (r#"{{ min (pluck steps.tasks "minutes") }}"#, "30"),
        1..=usize::MAX,
        |given| extreme(given, std::cmp::Ordering::Less),
    ),
    Helper::new(
        ("max a b …", "The greatest of some numbers, or of a list of numbers."),
        ("{{ max 3 11 7 }}", "11"),
        1..=usize::MAX,
        |given| extreme(given, std::cmp::Ordering::Greater),
    ),
    Helper::new(
        ("sum list", "The sum of a list of numbers; 0 for an empty list."),
        (r#"{{ sum (pluck steps.tasks "minutes") }}"#, "120"),
        1..=1,
        sum,
    ),
];

fn fold(given: &Arguments<'_>, whole: fn(i64, i64) -> Option<i64>, real: fn(f64, f64) -> f64) -> Given {
    let mut total = given.number(0)?;
    for at in 1..given.len() {
        total = combine(&total, &given.number(at)?, whole, real)?;
    }
    Ok(Value::Number(total))
}

fn combine(
    a: &Number,
    b: &Number,
    whole: fn(i64, i64) -> Option<i64>,
    real: fn(f64, f64) -> f64,
) -> Result<Number, Trouble> {
    if let Some(exact) = a.as_i64().zip(b.as_i64()).and_then(|(a, b)| whole(a, b)) {
        return Ok(Number::from(exact));
    }
    finite(real(float(a), float(b)))
}

fn float(number: &Number) -> f64 {
    number.as_f64().unwrap_or(f64::NAN)
}

/// A float as a number: whole when it is.
fn finite(result: f64) -> Result<Number, Trouble> {
    if result.fract() == 0.0 && result.abs() < 9.0e15 {
        return Ok(Number::from(result as i64));
    }
    Number::from_f64(result).ok_or_else(|| other("the result is not a number"))
}

fn divide(given: &Arguments<'_>) -> Given {
    let (a, b) = (float(&given.number(0)?), float(&given.number(1)?));
    if b == 0.0 {
        return Err(other("division by zero"));
    }
    finite(a / b).map(Value::Number)
}

fn round(given: &Arguments<'_>) -> Given {
    let number = given.number(0)?;
    let digits = if given.len() > 1 { given.integer(1)? } else { 0 };
    if !(0..=12).contains(&digits) {
        return Err(other(format!("digits must be 0 to 12, not {digits}")));
    }
    if number.is_i64() {
        return Ok(Value::Number(number));
    }
    let factor = 10f64.powi(i32::try_from(digits).unwrap_or(0));
    finite((float(&number) * factor).round() / factor).map(Value::Number)
}

/// The numbers of a list, or of all arguments.
fn numbers(given: &Arguments<'_>) -> Result<Vec<Number>, Trouble> {
    if given.len() > 1 || !given.value(0)?.is_array() {
        return (0..given.len()).map(|at| given.number(at)).collect();
    }
    let wrong =
        |value: &Value| other(format!("the list must hold numbers, not {}", crate::value::shown(value)));
    given.list(0)?.iter().map(|value| super::as_number(value).ok_or_else(|| wrong(value))).collect()
}

fn extreme(given: &Arguments<'_>, wanted: std::cmp::Ordering) -> Given {
    let mut best: Option<Value> = None;
    for number in numbers(given)? {
        let number = Value::Number(number);
        let better = match &best {
            Some(best) => compare(&number, best)? == wanted,
            None => true,
        };
        if better {
            best = Some(number);
        }
    }
    best.ok_or_else(|| Trouble::Missing("an empty list has none".to_owned()))
}

fn sum(given: &Arguments<'_>) -> Given {
    let mut total = Number::from(0);
    given.list(0)?;
    for number in numbers(given)? {
        total = combine(&total, &number, i64::checked_add, |a, b| a + b)?;
    }
    Ok(Value::Number(total))
}
