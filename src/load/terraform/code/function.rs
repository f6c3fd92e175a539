//! Terraform's functions that lists of records are built with, as version 1.11 has them.

use std::rc::Rc;

use super::eval::{Evaluator, Item, Items, Later, Text, Value};
use super::expr::Slice;

/// More items are not put together.
const MANY: usize = 1_000_000;

/// What a function makes of its arguments; unknown if it is not known here.
pub fn call(evaluator: &mut Evaluator, name: &str, at: &Slice, arguments: &[Value]) -> Value {
    let texts: Option<Vec<&str>> = arguments.iter().map(Value::text).collect();
    if let Some(text) = texts.and_then(|texts| of_texts(name, &texts)) {
        return Text::made(text, at);
    }
    match (name, arguments) {
        ("sensitive" | "nonsensitive" | "tostring" | "tonumber" | "tobool" | "tolist" | "tomap", [value]) => {
            value.clone()
        }
        ("try", [first, rest @ ..]) => match first {
            Value::Missing if !rest.is_empty() => call(evaluator, name, at, rest),
            value => value.clone(),
        },
        ("coalesce", [first, rest @ ..]) => match first {
            Value::Null if !rest.is_empty() => call(evaluator, name, at, rest),
            Value::Text(text) if text.text.is_empty() && !rest.is_empty() => call(evaluator, name, at, rest),
            value => value.clone(),
        },
        ("can", [Value::Missing]) => Text::made("false", at),
        ("can", [Value::Unknown]) => Value::Unknown,
        ("can", [_]) => Text::made("true", at),
        ("lookup", [Value::Map(items), Value::Text(key), rest @ ..]) => match (items.get(&key.text), rest) {
            (Some(item), _) => evaluator.force(&item.value),
            (None, [default]) if items.is_whole => default.clone(),
            _ => Value::Unknown,
        },
        ("element", [Value::List(items), Value::Text(index)]) if !items.all.is_empty() => match index.text.parse() {
            Ok(index @ 0_usize..) => evaluator.force(&items.all[index % items.all.len()].value),
            Err(_) => Value::Unknown,
        },
        ("one", [Value::List(items) | Value::Map(items)]) => match &items.all[..] {
            [only] => evaluator.force(&only.value),
            _ => Value::Unknown,
        },
        ("length", [Value::List(items) | Value::Map(items)]) if items.is_whole => {
            Text::made(items.all.len().to_string(), at)
        }
        ("merge", maps) => together(maps).map_or(Value::Unknown, Value::Map),
        ("concat", lists) => together(lists).map_or(Value::Unknown, Value::List),
        ("toset" | "setunion", lists) => together(lists).map_or(Value::Unknown, |items| set(evaluator, &items)),
        ("distinct" | "reverse" | "sort" | "values", [Value::List(items) | Value::Map(items)]) => {
            let without_key = |item: &Item| Item { key: None, ..item.clone() };
            Value::List(Items::new(items.all.iter().map(without_key).collect(), items.is_whole))
        }
        ("keys", [Value::Map(items)]) => {
            let key = |item: &Item| {
                let text = item.key.clone()?;
                Some(Item { key: None, at: item.at.clone(), value: Later::Now(Value::Text(text)) })
            };
            Value::List(Items::new(items.all.iter().filter_map(key).collect(), items.is_whole))
        }
        ("compact", [Value::List(items)]) => {
            let is_kept = |value: &Value| !matches!(value, Value::Null) && value.text() != Some("");
            filtered(evaluator, items, is_kept)
        }
        ("flatten", [Value::List(items)]) => flatten(evaluator, items),
        ("zipmap", [Value::List(keys), Value::List(values)]) => {
            let mut items = Vec::new();
            for (key, value) in keys.all.iter().zip(&values.all) {
                if let Value::Text(text) = evaluator.force(&key.value) {
                    items.push(Item { key: Some(text), at: value.at.clone(), value: value.value.clone() });
                }
            }
            Value::Map(Items::new(items, keys.is_whole && values.is_whole))
        }
        ("join", [Value::Text(between), Value::List(items)]) if items.is_whole => {
            let mut parts = Vec::new();
            for item in &items.all {
                let Value::Text(part) = evaluator.force(&item.value) else { return Value::Unknown };
                parts.push(part.text);
            }
            Text::made(parts.join(&*between.text), at)
        }
        ("split", [Value::Text(between), Value::Text(text)]) if !between.text.is_empty() => {
            let part = |part: &str| Item { key: None, at: Some(at.clone()), value: Later::Now(Text::made(part, at)) };
            Value::List(Items::new(text.text.split(&*between.text).map(part).collect(), true))
        }
        ("file", [Value::Text(path)]) => evaluator.file(&path.text),
        ("yamldecode", [Value::File(file)]) => evaluator.decoded(file, true),
        ("jsondecode", [Value::File(file)]) => evaluator.decoded(file, false),
        ("jsonencode" | "yamlencode", [value]) => Value::Encoded(Rc::new(value.clone())),
        ("jsondecode" | "yamldecode", [Value::Encoded(value)]) => Value::clone(value),
        _ => Value::Unknown,
    }
}

/// What a function makes of texts.
fn of_texts(name: &str, texts: &[&str]) -> Option<String> {
    Some(match (name, texts) {
        ("lower", [text]) => text.to_lowercase(),
        ("upper", [text]) => text.to_uppercase(),
        ("trimspace", [text]) => text.trim().to_owned(),
        ("trimsuffix", [text, end]) => text.strip_suffix(end).unwrap_or(text).to_string(),
        ("trimprefix", [text, start]) => text.strip_prefix(start).unwrap_or(text).to_string(),
        ("replace", [text, part, by]) if !(part.len() > 1 && part.starts_with('/') && part.ends_with('/')) => {
            text.replace(part, by)
        }
        ("format", [format, values @ ..]) => {
            let mut values = values.iter();
            let mut parts = format.split('%');
            let mut text = parts.next()?.to_owned();
            for part in parts {
                let rest = part.strip_prefix(['s', 'd', 'v'])?;
                text.push_str(values.next()?);
                text.push_str(rest);
            }
            text
        }
        _ => return None,
    })
}

/// The items of several lists or maps; none if none of them is known. A set or a `null` among them is like a list.
fn together(values: &[Value]) -> Option<Rc<Items>> {
    let known = || values.iter().filter_map(Value::items);
    let number: usize = known().map(|items| items.all.len()).sum();
    if number > MANY || known().next().is_none() && !values.is_empty() {
        return None;
    }
    if let [only] = values {
        return only.items().cloned();
    }
    let is_whole = values.iter().all(|value| match value {
        Value::Null => true,
        value => value.items().is_some_and(|items| items.is_whole),
    });
    Some(Items::new(known().flat_map(|items| items.all.iter().cloned()).collect(), is_whole))
}

/// A set has its elements for keys.
fn set(evaluator: &mut Evaluator, items: &Items) -> Value {
    let mut elements = Vec::with_capacity(items.all.len());
    let mut is_whole = items.is_whole;
    for item in &items.all {
        match evaluator.force(&item.value) {
            Value::Text(text) => {
                elements.push(Item {
                    key: Some(text.clone()),
                    at: item.at.clone(),
                    value: Later::Now(Value::Text(text)),
                });
            }
            _ => is_whole = false,
        }
    }
    Value::Map(Items::new(elements, is_whole))
}

fn filtered(evaluator: &mut Evaluator, items: &Items, is_kept: impl Fn(&Value) -> bool) -> Value {
    let mut kept = Vec::new();
    for item in &items.all {
        let value = evaluator.force(&item.value);
        if is_kept(&value) {
            kept.push(Item { value: Later::Now(value), ..item.clone() });
        }
    }
    Value::List(Items::new(kept, items.is_whole))
}

fn flatten(evaluator: &mut Evaluator, items: &Items) -> Value {
    let mut flat = Vec::new();
    let mut is_whole = items.is_whole;
    let mut rest: Vec<Item> = items.all.iter().rev().cloned().collect();
    while let Some(item) = rest.pop() {
        match evaluator.force(&item.value) {
            Value::List(inner) if flat.len() + rest.len() + inner.all.len() < MANY => {
                is_whole &= inner.is_whole;
                rest.extend(inner.all.iter().rev().cloned());
            }
            Value::List(_) | Value::Unknown => is_whole = false,
            _ => flat.push(item),
        }
    }
    Value::List(Items::new(flat, is_whole))
}
